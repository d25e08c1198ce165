"""A disk without room: what the ledger calls done is complete, nothing is half-written, and who runs it is told."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from seedmetrics.batch.files import FULL
from seedmetrics.batch.warm import supported
from tests.conftest import skip_aloud
from tests.districts import write_district
from tests.evaluation.test_evaluate import PLAN
from tests.faults.batches import Batch

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not supported(), reason="small disks are mounted on Linux only"),
]
KILOBYTE = 1024
NOTEBOOKS = 12
WORKERS = 2
UNITS = ("T1", "T2", "T3")
CASES = "case_id,unit,channel,opened,due,closed"
MakeDisk = Callable[..., Path]
# Mounts pairs of a folder and an option below a folder, one after the other, and holds them until its input ends.
MOUNT = """\
cd "$1" && shift
while [ $# -gt 0 ]; do mkdir -p "$1" && mount -t tmpfs -o "$2" tmpfs "$1" || exit 1; shift 2; done
echo ready && exec cat"""


def namespace() -> list[str]:
    """Return the command within which disks may be mounted."""
    return ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-Urm"]


@pytest.fixture
def make_disk(tmp_path: Path) -> Iterator[MakeDisk]:
    """Return a maker of a small disk in a folder, and of others within it; as root, or as a user where one may."""
    holders: list[subprocess.Popen[str]] = []

    def make(**kilobytes: int) -> Path:
        # The disks are seen by this process alone and what is entered through it, and end with it.
        call = [*namespace(), "sh", "-c", MOUNT, "sh", str(tmp_path)]
        call += [text for name, size in kilobytes.items() for text in (name, f"size={size}k")]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        holders.append(subprocess.Popen(call, text=True, **pipes))
        assert holders[-1].stdout is not None
        if holders[-1].stdout.readline() != "ready\n":
            skip_aloud(f"no small disk can be mounted here: {holders[-1].communicate()[1]}")
        return Path(f"/proc/{holders[-1].pid}/root{tmp_path}") / next(iter(kilobytes))

    yield make
    for holder in holders:
        holder.communicate()


@pytest.fixture
def make_batch(tmp_path: Path) -> Iterator[Callable[[Path], Batch]]:
    made: list[Batch] = []

    def make(reports: Path) -> Batch:
        made.append(Batch(tmp_path, ["pass"] * NOTEBOOKS, reports=reports, workers=WORKERS))
        return made[-1]

    yield make
    for batch in made:
        batch.clear()


def fill(disk: Path, kilobytes: int) -> Path:
    """Take that much room on a disk."""
    taken = disk / "taken"
    taken.write_bytes(b"x" * kilobytes * KILOBYTE)
    return taken


# Each notebook and each page takes 64 kB: the first that finds no room is a notebook, or a page.
@pytest.mark.parametrize("room", [64 * 7 + 24, 64 * 8 + 40])
def test_results_that_found_room_are_complete_and_the_rest_follows_when_there_is_more(
    make_disk, make_batch, room
):
    disk = make_disk(disk=4000)
    batch = make_batch(disk / "reports")
    taken = fill(disk, 4000 - room)
    assert batch.start().wait(300) == 1
    said, done = batch.words(), batch.done()
    assert "Traceback" not in said
    ending = f"{FULL}; {len(done)} of {NOTEBOOKS} notebooks are done and will not run again"
    assert said.splitlines()[-1] == f"seedmetrics: {batch.reports}: {ending}"
    failures = [row.error for row in batch.rows() if not row.ok]
    assert 1 <= len(failures) <= WORKERS
    for words in failures:
        assert words.endswith(FULL), words
        assert words.startswith(("the notebook could not be written", "the page could not be made"))
    assert len(batch.ran()) <= len(done) + WORKERS, "nothing is begun that cannot be kept"
    batch.check_files_are_whole()
    batch.check_ledger_is_true()
    batch.check_nothing_is_left()
    taken.unlink()
    batch.check_next_run_does_what_is_left_and_nothing_twice()


def test_a_ledger_without_room_ends_the_batch_and_has_no_half_row(make_disk, make_batch):
    disk = make_disk(**{"reports": 24, "reports/2025Q3": 4000})
    batch = make_batch(disk)
    taken = fill(disk, 24 - 8)
    assert batch.start().wait(300) == 1
    said, done = batch.words(), batch.done()
    assert "Traceback" not in said
    assert f"{batch.ledger} cannot be written: {FULL}; {len(done)} of {NOTEBOOKS} notebooks" in said
    assert 1 <= len(done) < NOTEBOOKS
    assert len(batch.ran()) <= len(done) + WORKERS
    batch.check_files_are_whole()
    batch.check_ledger_is_true()
    batch.check_nothing_is_left()
    taken.unlink()
    batch.check_next_run_does_what_is_left_and_nothing_twice()


@pytest.mark.parametrize(("room", "some"), [(600, True), (20, False)])
def test_the_command_says_that_the_disk_is_full_and_goes_on_when_it_is_not(
    make_disk, make_batch, tmp_path, room, some
):
    disk = make_disk(disk=4000)
    batch = make_batch(disk / "reports")
    taken = fill(disk, 4000 - room)
    rows = [
        f"{u}-{k},{u},hotline,2025-08-01,2025-08-15,2025-08-10" for u in UNITS for k in range(20)
    ]
    district = write_district(tmp_path / "district", {"cases": "\n".join([CASES, *rows, ""])})
    (district / "small.toml").write_text(PLAN, encoding="utf-8")
    command = [sys.executable, "-m", "seedmetrics", "evaluate", str(district)]
    command += [
        "--plan",
        str(district / "small.toml"),
        "--workers",
        str(WORKERS),
        "--out",
        str(batch.reports),
    ]
    assert batch.run(command).wait(300) == 2
    said, done = batch.words(), batch.done()
    assert "Traceback" not in said
    assert FULL in said.splitlines()[-1]
    assert bool(done) == some
    batch.check_nothing_is_left()
    taken.unlink()
    assert batch.run(command).wait(300) == 0, batch.words()
    assert len(done) == sum(row.key in done for row in batch.rows())
    assert (batch.reports / "index.html").is_file()
    if done:
        assert (
            f"{len(done)} of {len(batch.done())} notebooks stand from an earlier run"
            in batch.words()
        )
    batch.check_nothing_is_left()
