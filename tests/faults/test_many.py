"""Two hundred notebooks with eight workers, on however few cores: no port, no socket, no notebook is missed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from seedmetrics.batch.warm import supported
from tests.faults.batches import Batch

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not supported(), reason="what is left is looked for in /proc, on Linux only"
    ),
]


@pytest.fixture
def batch(tmp_path: Path) -> Iterator[Batch]:
    made = Batch(tmp_path, ["pass"] * 200, workers=8)
    yield made
    made.clear()


def test_of_200_notebooks_with_8_workers_none_is_lost_and_none_runs_twice(batch):
    assert batch.start().wait(600) == 0, batch.words()
    assert sorted(batch.ran()) == batch.units
    rows = batch.rows()
    assert sorted(row.key for row in rows) == batch.units
    assert {(row.ok, row.error, row.attempts) for row in rows} == {(True, "", 1)}
    for ending in ("html", "ipynb"):
        assert sorted(p.stem for p in batch.reports.rglob(f"*.{ending}")) == batch.units
    for word in ("Error", "Warning", "failed:", "in use"):
        assert word not in batch.words()
    batch.check_files_are_whole()
    batch.check_ledger_is_true()
    batch.check_nothing_is_left()
    batch.check_next_run_does_what_is_left_and_nothing_twice()
