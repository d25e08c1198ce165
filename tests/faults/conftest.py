"""What is asserted in `batches.py` says what it found, as in a test."""

import pytest

pytest.register_assert_rewrite("tests.faults.batches")
