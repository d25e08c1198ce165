"""Notebooks that hang, allocate or print without end, or end their own process, within one batch: they fail alone."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from seedmetrics.batch import Limits
from seedmetrics.batch.warm import supported
from tests.faults.batches import Batch

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not supported(), reason="memory is bounded on Linux only"),
]
LIMITS = Limits(cell=None, deadline=8, memory=1000, output=1)
WELL = "sum(range(10_000))"
ENDLESS = {
    "T001": ("import time; time.sleep(600)", "the notebook took longer than 8 s"),
    "T004": (
        "held = []\nwhile True: held.append(bytearray(5_000_000))",
        "the notebook held more than 1000 MB in memory",
    ),
    "T007": ("while True: print('禾' * 100)", "the notebook showed more than 1 MB"),
    "T010": ("import os; os._exit(3)", "the kernel died in this cell (killed, out of memory, or ended"),
}  # fmt: skip


@pytest.fixture
def batch(tmp_path: Path) -> Iterator[Batch]:
    names = [f"T{number:03}" for number in range(12)]
    made = Batch(tmp_path, [ENDLESS.get(name, (WELL,))[0] for name in names], limits=LIMITS)
    yield made
    made.clear()


def test_four_that_never_end_fail_each_with_its_words_and_eight_are_complete(batch):
    assert batch.start().wait(300) == 1, batch.words()
    assert Counter(batch.ran()) == dict.fromkeys(batch.units, 1)
    for number in (1, 2):
        failed = {row.key: row for row in batch.rows()[-12 if number == 1 else -4 :] if not row.ok}
        assert set(failed) == set(ENDLESS)
        for name, (_, words) in ENDLESS.items():
            assert words in failed[name].error, failed[name].error
            assert failed[name].cell == 4
            assert f"failed: Unit {name}, cell 4: " in batch.words()
            assert (batch.reports / failed[name].output).stat().st_size < 4_000_000
        assert batch.done() == set(batch.units) - set(ENDLESS)
        batch.check_files_are_whole()
        batch.check_ledger_is_true()
        batch.check_nothing_is_left()
        if number == 1:
            assert batch.start().wait(300) == 1, batch.words()
    assert sorted(batch.ran()[12:]) == sorted(ENDLESS), "the next run repeats what failed, no other"
