"""A batch in processes of its own: start it, find what belongs to it, and see what it left, however it ended."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import nbformat

from seedmetrics.batch import Job, LedgerRow, Limits, Warmth, latest_rows, read_ledger, run_batch
from seedmetrics.batch.files import digest, write_atomically
from seedmetrics.errors import SeedmetricsError
from tests.conftest import ROOT

T = TypeVar("T")
MARK = "SEEDMETRICS_FAULTS"  # a variable that every process of a batch inherits, and no other has
PARAMETERS = (
    'unit: str = "T01"  # the unit\'s code\nran: str = ""  # where it writes down that it ran\n'
)
BEGIN = 'with open(ran, "a") as file:\n    file.write(f"{unit}\\n")'
SHOW = 'print(unit, "禾" * 20_000)'
END = "</html>\n"
PATIENCE = (
    60.0  # seconds until what was killed must be gone, on a machine with more to do than it can
)


def wait_until(holds: Callable[[], T], what: str, seconds: float = PATIENCE) -> T:
    """Wait for something to be so, and return it; fail with its name when it never is."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.01)
    return found


def page(notebook: Path, html: Path) -> None:
    """Make a page that tells whether it is whole."""
    node = nbformat.read(notebook, as_version=4)
    shown = "".join(output.get("text", "") for output in node.cells[-1].outputs)
    write_atomically(html, f"<html>{shown}{END}")


class Batch:
    """
    Notebooks that write down that they ran, and a folder of reports.

    Parameters
    ----------
    place : Path
        Where notebooks and records of the runs lie.
    sources : sequence of str
        What each notebook does between writing down that it ran and showing its unit.
    reports : Path, optional
        Where reports are written; in `place` where left out.
    workers, limits
        As for `run_batch`.
    """

    def __init__(
        self,
        place: Path,
        sources: Sequence[str],
        *,
        reports: Path | None = None,
        workers: int = 2,
        limits: Limits | None = None,
    ) -> None:
        self.place, self.reports = place, reports or place / "reports"
        self.mark = uuid.uuid4().hex
        self.ledger = self.reports / "ledger.jsonl"
        self.ran_file = place / "ran"
        self.ran_file.touch()
        # Short, since a socket's path must be: pytest's own folders are deep.
        self.temporary = Path(tempfile.mkdtemp(prefix="smf"))
        self.started: list[subprocess.Popen[str]] = []
        self.units = [f"T{number:03}" for number in range(len(sources))]
        for source in set(sources):
            _write_notebook(self._notebook(source), source)
        jobs = [
            {
                "notebook": str(self._notebook(source)),
                "output": str(self.reports / "2025Q3" / f"{unit}.ipynb"),
                "parameters": {"unit": unit, "ran": str(self.ran_file)},
                "key": unit,
                "label": f"Unit {unit}",
                "inputs": "records",
            }
            for unit, source in zip(self.units, sources)
        ]
        bounds = limits or Limits()
        call = {
            "jobs": jobs,
            "ledger": str(self.ledger),
            "workers": workers,
            "limits": {name: getattr(bounds, name) for name in Limits.__slots__},
        }
        (place / "call.json").write_text(json.dumps(call), encoding="utf-8")

    def _notebook(self, source: str) -> Path:
        return self.place / f"{digest(source.encode())[:12]}.ipynb"

    def start(self) -> subprocess.Popen[str]:
        """Start the batch as the leader of a process group and of a session."""
        code = "import sys; from tests.faults.batches import run_here; run_here(sys.argv[1])"
        return self.run([sys.executable, "-c", code, str(self.place / "call.json")])

    def run(self, command: Sequence[str]) -> subprocess.Popen[str]:
        """Start a command whose processes can be found, and whose temporary files lie apart."""
        self.said = self.place / f"said-{uuid.uuid4().hex}"
        with self.said.open("w") as said:
            started = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, MARK: self.mark, "TMPDIR": str(self.temporary)},
                stdout=subprocess.DEVNULL,
                stderr=said,
                text=True,
                start_new_session=True,
            )
        self.started.append(started)
        return started

    def words(self) -> str:
        """Return what the last run wrote on standard error."""
        return self.said.read_text(encoding="utf-8")

    def ran(self) -> list[str]:
        """Return the units whose notebooks ran, in that order, from the first run on."""
        return self.ran_file.read_text(encoding="utf-8").split()

    def done(self) -> set[str]:
        """Return the units of which the ledger says that all went well."""
        return {row.key for row in latest_rows(self.ledger) if row.ok}

    def rows(self) -> list[LedgerRow]:
        """Return all rows."""
        return read_ledger(self.ledger)

    # processes ------------------------------------------------------------------------------------------
    def processes(self) -> dict[int, str]:
        """Return what runs of this batch, each with its kind, as `_kind` tells it."""
        found = {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                try:
                    if f"{MARK}={self.mark}".encode() in (folder / "environ").read_bytes():
                        found[int(folder.name)] = _kind(folder)
                except OSError:
                    continue  # ended meanwhile
        return found

    def of_kind(self, kind: str) -> list[int]:
        """Return the numbers of the processes of a kind."""
        return sorted(pid for pid, each in self.processes().items() if each == kind)

    def clear(self) -> None:
        """End what a test that failed left running, and remove its temporary files."""
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        for running in self.started:
            running.wait()
        shutil.rmtree(self.temporary, ignore_errors=True)

    # what must hold -------------------------------------------------------------------------------------
    def check_nobody_is_left(self) -> None:
        """Hold that every process of the batch ends, what it had forked included."""
        wait_until(lambda: not self.processes(), f"nothing of it runs: {self.processes()}")

    def check_nothing_is_left(self) -> None:
        """Hold that neither a process nor a socket, its folder, or a file half written is there after a run."""
        self.check_nobody_is_left()
        assert sorted(str(path) for path in self.temporary.rglob("*")) == []
        assert sorted(self.reports.rglob("*.part")) == []

    def check_files_are_whole(self) -> None:
        """Hold that every notebook is one, and that every page has its end."""
        for path in self.reports.rglob("*.ipynb"):
            nbformat.validate(nbformat.read(path, as_version=4))
        for path in self.reports.rglob("*.html"):
            text = path.read_text(encoding="utf-8")
            assert text.startswith(f"<html>{path.stem} 禾"), path
            assert text.endswith(f"禾\n{END}"), path
            assert text.count("禾") == 20_000, path

    def check_ledger_is_true(self) -> None:
        """Hold every row that counts against the disk, byte for byte; each line must be a row."""
        lines = self.ledger.read_bytes().splitlines() if self.ledger.exists() else []
        assert len(lines) == len(self.rows())
        for row in latest_rows(self.ledger):
            notebook, html = self.reports / row.output, self.reports / row.output
            html = html.with_suffix(".html")
            if row.ok:
                assert digest(notebook.read_bytes()) == row.sha256, row.key
                assert digest(html.read_bytes()) == row.html_sha256, row.key
                last = nbformat.read(notebook, as_version=4).cells[-1]
                assert last.outputs[0].text.startswith(f"{row.key} 禾"), row.key
            else:
                assert row.error, row.key
                assert row.html == "", row.key
                assert not html.exists(), row.key
                if row.sha256:
                    assert digest(notebook.read_bytes()) == row.sha256, row.key
                else:
                    assert not notebook.exists(), row.key

    def check_next_run_does_what_is_left_and_nothing_twice(self) -> None:
        """Run again, undisturbed: exactly the notebooks that the ledger does not know as well, once each."""
        before, ran = self.done(), len(self.ran())
        code = self.start().wait(300)
        assert code == 0, self.words()[-3000:]
        assert sorted(self.ran()[ran:]) == sorted(set(self.units) - before)
        assert self.done() == set(self.units)
        assert sorted(path.stem for path in self.reports.rglob("*.html")) == self.units
        self.check_files_are_whole()
        self.check_ledger_is_true()
        self.check_nothing_is_left()


def run_here(call_file: str) -> None:
    """Run the batch that a file describes, in this process; end with 1 when not all went well."""
    call = json.loads(Path(call_file).read_text(encoding="utf-8"))
    jobs = [
        Job(**{**job, "notebook": Path(job["notebook"]), "output": Path(job["output"])})
        for job in call["jobs"]
    ]
    try:
        results = run_batch(
            jobs,
            workers=call["workers"],
            ledger=Path(call["ledger"]),
            render=page,
            limits=Limits(**call["limits"]),
            warmth=Warmth(),
        )
    except SeedmetricsError as error:
        sys.exit(f"seedmetrics: {error}")  # as the command line says it
    sys.exit(0 if all(result.ok for result in results) else 1)


def _write_notebook(path: Path, source: str) -> None:
    """Write a notebook that notes that it ran, does something, and shows its unit."""
    first = nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
    cells = [nbformat.v4.new_code_cell(text) for text in (BEGIN, source, SHOW)]
    spec = {"name": "python3", "language": "python", "display_name": "Python 3"}
    node = nbformat.v4.new_notebook(cells=[first, *cells], metadata={"kernelspec": spec})
    nbformat.write(node, path)


def _kind(folder: Path) -> str:
    """Return what a process of a batch is, told by how it was called; a forked kernel is called as its template."""
    call = (folder / "cmdline").read_bytes()
    if b"warm.forking" in call:
        parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        try:
            forked = b"warm.forking" in Path(f"/proc/{parent}/cmdline").read_bytes()
        except OSError:
            forked = True  # its parent is gone: it is about to end
        return "kernel" if forked else "template"
    for word, kind in (
        (b"ipykernel_launcher", "kernel"),
        (b"spawn_main", "worker"),
        (b"resource_tracker", "tracker"),
        (b"call.json", "main"),
        (b"sleep\0", "sleeper"),  # what a notebook of these tests starts
    ):
        if word in call:
            return kind
    return "other"
