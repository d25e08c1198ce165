"""What a notebook started ends with its kernel, whoever of the batch is killed."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from seedmetrics.batch.warm import supported
from tests.faults.batches import Batch, wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not supported(), reason="kernels are forked on Linux only"),
]
STARTS = "import subprocess; subprocess.run(['sleep', '600'])"


@pytest.fixture
def batch(tmp_path: Path) -> Iterator[Batch]:
    made = Batch(tmp_path, [STARTS], workers=1)
    yield made
    made.clear()


def kill(batch: Batch, running: subprocess.Popen[str], what: str) -> None:
    if what == "group":
        os.killpg(running.pid, signal.SIGKILL)
    else:
        os.kill(batch.of_kind(what)[0], signal.SIGKILL)


@pytest.mark.parametrize("what", ["kernel", "worker", "template", "main", "group"])
def test_what_a_notebook_started_ends_whoever_is_killed(batch, what):
    running = batch.start()
    (started,) = wait_until(lambda: batch.of_kind("sleeper"), "the notebook has started a process")
    kill(batch, running, what)
    wait_until(lambda: started not in batch.processes(), "what it started has ended")
    if what == "worker":  # it is tried again, in another
        running.kill()
    running.wait()
    batch.check_nobody_is_left()
    if what in {"main", "group"}:
        assert list(batch.temporary.iterdir()) == [], "the template has tidied up"
