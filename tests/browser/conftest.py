"""One JupyterLab for all tests of it, and a browser for each file."""

import pytest

from seedmetrics.batch.warm import supported
from tests.browser.lab import chromium, running_lab, until
from tests.conftest import skip_aloud


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """Return a JupyterLab with the kernel installed; whatever it started is gone after it."""
    if not supported():
        skip_aloud("kernels are forked on Linux only")
    with running_lab(tmp_path_factory.mktemp("lab")) as running:
        yield running
    until(lambda: not running.processes(), "end of what the lab has started")
    assert running.socket_folders() == []


@pytest.fixture(scope="module")
def browser():
    """Return a browser."""
    with chromium() as opened:
        yield opened
