"""Whoever is killed at whatever moment: the others are complete, the ledger is true, and nothing is left or repeated.

Twenty random moments, five a kernel's, five a worker's, four a template's, six the whole batch's. What is random is
drawn from the seed in the name of a test.
"""

import os
import random
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from seedmetrics.batch.warm import supported
from tests.faults.batches import Batch, wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not supported(), reason="what belongs to a batch is found in /proc, on Linux only"
    ),
]
NOTEBOOKS = 20
WORKERS = 2
WORK = "import time; time.sleep(0.05 + 0.3 * (sum(map(ord, unit)) % 7) / 7)"
WORDS = (
    r"DeadKernelError: the kernel died in this cell \(killed, out of memory, or ended by the code itself\)"
    r"|no cell ran: \w+: .+"
    r"|the process that ran this notebook was killed, twice \(out of memory, or from outside\)"
)


@pytest.fixture
def batch(tmp_path: Path) -> Iterator[Batch]:
    made = Batch(tmp_path, [WORK] * NOTEBOOKS, workers=WORKERS)
    yield made
    made.clear()


def moments(draw: random.Random, count: int) -> list[tuple[int, float]]:
    """Draw moments of a batch: after so many notebooks have begun, and so many seconds."""
    begun = sorted(draw.sample(range(NOTEBOOKS - 4), count))
    return [(number, draw.uniform(0, 0.4)) for number in begun]


def wait_for(batch: Batch, running: subprocess.Popen[str], begun: int) -> None:
    """Wait until so many notebooks have begun, from the first run on."""
    wait_until(
        lambda: len(batch.ran()) >= begun or running.poll() is not None,
        f"{begun} notebooks have begun",
    )


def kill_one(batch: Batch, kind: str, draw: random.Random) -> None:
    """Kill a process of some kind, any of those that run; wait for one where none does."""
    while True:
        wait_until(lambda: batch.of_kind(kind), f"a {kind} runs")
        for pid in draw.sample(found := batch.of_kind(kind), len(found)):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue  # it had just ended by itself
            return


@pytest.mark.parametrize(
    ("kind", "kills", "lost_by_each", "again_by_each", "seed"),
    [("kernel", 5, 1, 0, 1), ("worker", 5, 0.5, WORKERS, 2), ("template", 4, WORKERS, 0, 3)],
)
def test_of_a_batch_whose_parts_are_killed_all_else_is_complete(
    batch, kind, kills, lost_by_each, again_by_each, seed
):
    draw = random.Random(seed)
    running = batch.start()
    for number, seconds in moments(draw, kills):
        wait_for(batch, running, number)
        time.sleep(seconds)
        kill_one(batch, kind, draw)
    code = running.wait(300)
    said = batch.words()
    rows = batch.rows()
    lost = [row for row in rows if not row.ok]
    assert sorted(row.key for row in rows) == batch.units, said
    assert code == (1 if lost else 0), said
    assert len(lost) <= kills * lost_by_each
    for row in lost:
        assert re.fullmatch(WORDS, row.error), row.error
    again = Counter(batch.ran()).values()
    assert sum(count - 1 for count in again) <= kills * again_by_each
    batch.check_files_are_whole()
    batch.check_ledger_is_true()
    batch.check_nothing_is_left()
    batch.check_next_run_does_what_is_left_and_nothing_twice()


def group(running: subprocess.Popen[str]) -> None:
    os.killpg(running.pid, signal.SIGKILL)


def main_process(running: subprocess.Popen[str]) -> None:
    running.kill()


@pytest.mark.parametrize(("kill", "seed"), [(main_process, 4), (group, 5)])
def test_a_batch_that_is_killed_again_and_again_goes_on_where_it_was(batch, kill, seed):
    draw = random.Random(seed)
    # One kill as it starts: its template imports, its workers are on their way.
    for begun, seconds in ((0, draw.uniform(0.5, 3)), *moments_of_rest(draw, 2)):
        before, ran = batch.done(), len(batch.ran())
        running = batch.start()
        wait_for(batch, running, ran + begun)
        time.sleep(seconds)
        assert running.poll() is None, batch.words()
        kill(running)
        running.wait()
        batch.check_nobody_is_left()
        batch.check_files_are_whole()
        batch.check_ledger_is_true()
        assert before <= batch.done()
        assert not before & set(batch.ran()[ran:])
    batch.check_next_run_does_what_is_left_and_nothing_twice()
    counted = Counter(row.key for row in batch.rows())
    assert counted == dict.fromkeys(batch.units, 1)
    assert len(batch.ran()) <= NOTEBOOKS + 3 * WORKERS


def moments_of_rest(draw: random.Random, count: int) -> list[tuple[int, float]]:
    """Draw moments of runs that each have something left to do."""
    most = NOTEBOOKS // (count + 1)
    return [(draw.randint(1, most), draw.uniform(0, 0.4)) for _ in range(count)]


def test_a_worker_that_was_still_starting_when_the_batch_was_killed_ends_too(batch):
    running = batch.start()
    wait_until(lambda: batch.of_kind("worker"), "a worker starts")
    worker = batch.of_kind("worker")[0]
    os.kill(worker, signal.SIGSTOP)  # before it can ask to end with the batch
    wait_until(lambda: len(batch.of_kind("worker")) == WORKERS, "both workers start")
    running.kill()
    running.wait()
    assert worker in batch.processes()
    os.kill(worker, signal.SIGCONT)
    batch.check_nobody_is_left()
    batch.check_next_run_does_what_is_left_and_nothing_twice()
