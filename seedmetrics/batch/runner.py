"""One job: its kernel, its cells, the executed notebook and its page; what went wrong."""

import copy
import logging
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import papermill  # imports this package as it looks for engines: its parts are there only later
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from seedmetrics.batch.files import FULL, digest, lacks_room, write_atomically
from seedmetrics.batch.jobs import Job, JobResult
from seedmetrics.batch.limits import Limits
from seedmetrics.batch.parameters import read_notebook, write_legibly
from seedmetrics.batch.sockets import socket_folder
from seedmetrics.batch.warm import Warmth, kernels

Render = Callable[[Path, Path], object]
"""Makes a page: called with the executed notebook and the place of the page."""

LAST_LINES = 20
TERMINAL_COLOR = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
# One thread a kernel, since kernels share the cores; no debugger's remarks on frozen modules.
KERNEL_ENVIRONMENT = {
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}

# Seconds until a kernel answers. A machine with more to do than it can do may take minutes; one that died is
# noticed at once.
START_TIMEOUT = 300
ATTEMPTS = 2  # of a notebook whose kernel does not come up


@dataclass(slots=True)
class _Run:
    """What is seen of a run as it goes on: the notebook being filled, the cell being executed."""

    node: nbformat.NotebookNode | None = None
    peak: float | None = None
    cells: int = 0
    index: int | None = None
    cell: nbformat.NotebookNode | None = None

    def on_notebook_start(self, notebook: nbformat.NotebookNode) -> None:
        self.node = notebook

    def on_peak(self, megabytes: float | None) -> None:
        self.peak = megabytes

    def on_cell_execute(self, cell: nbformat.NotebookNode, cell_index: int) -> None:
        self.cells += 1
        self.index, self.cell = cell_index, cell


def run_job(
    job: Job,
    *,
    render: Render | None = None,
    limits: Limits | None = None,
    warmth: Warmth | None = None,
) -> JobResult:
    """Run one notebook in a kernel of its own and put the result in place.

    Parameters
    ----------
    job : Job
        With parameters that `check_parameters` has let through.
    render : callable, optional
        Called with the executed notebook and the place of its page, when every cell ran.
    limits : Limits, optional
        What the notebook may take; the usual bounds where left out.
    warmth : Warmth, optional
        Where kernels are forked from; ordinary ones where left out, or where the template refuses.

    Returns
    -------
    JobResult
        Never raises for what the notebook does: an exception in a cell, a cell out of time, a dead
        kernel and a page that cannot be made are results that are not ok.

    Notes
    -----
    The executed notebook is written once, when all is over, by a rename, whether or not it failed;
    what failed is in it, as an error output of its cell. Papermill would call a notebook completed
    whose kernel died, so its account is corrected. A notebook of which no cell could run, since its
    kernel did not come up, is tried once more, with an ordinary kernel. A page left from an earlier run is
    removed when there is no new one: no old number stands in for a failed one.
    """
    started, clock = datetime.now(UTC), time.perf_counter()
    bounds = limits or Limits()
    for attempts in range(1, ATTEMPTS + 1):
        seen = _Run()
        try:
            _execute(job, seen, bounds, warmth if attempts == 1 else None)
            ok, cell, error = True, None, ""
        except Exception as exception:  # noqa: BLE001  # whatever a notebook does is a result, not our fault
            ok, cell, error = False, *_account(exception, seen, bounds)
        if ok or seen.cells:
            break
    sha256, html = "", None
    try:
        sha256 = _save(job, seen.node)
    except OSError as exception:
        job.output.unlink(missing_ok=True)  # what an earlier run left there is not of this one
        ok, cell = False, None
        error = f"the notebook could not be written: {_plain(exception)}"
    if ok and render is not None:
        try:
            render(job.output, job.html)
            html = job.html
        except Exception as exception:  # noqa: BLE001  # one bad page must not stop the others
            ok, error = False, f"the page could not be made: {_plain(exception)}"
    if html is None:
        job.html.unlink(missing_ok=True)
    result = JobResult(job=job, ok=ok, seconds=time.perf_counter() - clock)
    return replace(
        result,
        cell=cell,
        error=_last_lines(error),
        html=html,
        sha256=sha256,
        attempts=attempts,
        peak_memory=seen.peak,
        started=started.isoformat(timespec="seconds"),
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def strip_run_marks(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return a copy without what differs between two runs of the same notebook.

    Parameters
    ----------
    notebook : NotebookNode
        An executed notebook; it is left as it is.

    Returns
    -------
    NotebookNode
        Without papermill's account (times, version, paths) and execution timings; cells are named
        by their position. Sources, outputs and execution counts stay: those must not differ.
    """
    node = copy.deepcopy(notebook)
    node.metadata.pop("papermill", None)
    for position, cell in enumerate(node.cells):
        cell["id"] = f"cell-{position}"
        for mark in ("papermill", "execution", "ExecuteTime"):
            cell.metadata.pop(mark, None)
    return node


def _execute(job: Job, seen: _Run, limits: Limits, warmth: Warmth | None) -> None:
    """Do what `papermill.execute_notebook` does, but for a copy of the whole that it would write to nowhere."""
    with _quiet_logs(), kernels(warmth), _kernel_environment(), _connection() as config:
        kernel = read_notebook(job.notebook).metadata.kernelspec
        named = {"kernel_name": kernel.name, "engine_name": "seedmetrics"}
        write_legibly()
        node = papermill.iorw.load_notebook_node(str(job.notebook))
        if job.parameters:
            said = dict(job.parameters)
            node = papermill.parameterize.parameterize_notebook(
                node, said, language=kernel.language, **named
            )
        steps = papermill.execute
        node = steps.prepare_notebook_metadata(node, job.notebook.name, None)
        node = steps.remove_error_markers(node)
        node = papermill.engines.papermill_engines.execute_notebook_with_engine(
            nb=node,
            **named,
            progress_bar=False,
            autosave_cell_every=0,
            limits=limits,
            on_peak=seen.on_peak,
            start_timeout=START_TIMEOUT,
            record_timing=False,
            shutdown_kernel="immediate",
            config=config,
            on_notebook_start=seen.on_notebook_start,
            on_cell_execute=seen.on_cell_execute,
        )
        steps.raise_for_execution_errors(node, None)


def _account(exception: Exception, seen: _Run, limits: Limits) -> tuple[int | None, str]:
    """Return cell and words for a failure; mark the cell when its output does not say so."""
    if isinstance(exception, PapermillExecutionError):
        traceback = "\n".join(exception.traceback or []) or _printed_traceback(seen)
        return exception.exec_count, traceback or f"{exception.ename}: {exception.evalue}"
    if seen.cells == 0:
        return None, f"no cell ran: {_plain(exception)}"
    if isinstance(exception, CellTimeoutError):
        words = f"CellTimeoutError: the cell took longer than {limits.cell:g} s"
    elif isinstance(exception, DeadKernelError):
        words = (
            "DeadKernelError: the kernel died in this cell "
            "(killed, out of memory, or ended by the code itself)"
        )
    else:
        words = f"{type(exception).__name__}: {exception}"
    if seen.node is not None and seen.index is not None:
        _mark(seen.node, seen.index, words)
    return seen.cells, words


def lacked_room(result: JobResult) -> bool:
    """Say whether it is the disk that a job failed for, and nothing in its notebook.

    Parameters
    ----------
    result : JobResult
        Of a job.

    Returns
    -------
    bool
        True where its kernel, its notebook or its page found no room; the next job is like to fail for it too.
    """
    return not result.ok and result.cell is None and FULL in result.error


def _plain(exception: Exception) -> str:
    """Return an exception in a line; of a full disk what that means, and not where: a ledger travels."""
    return FULL if lacks_room(exception) else f"{type(exception).__name__}: {exception}"


def _printed_traceback(seen: _Run) -> str:
    """Return the traceback that IPython printed where it failed to format one (through a template's file)."""
    outputs = seen.cell.outputs if seen.cell is not None else []
    printed = "".join(output.text for output in outputs if output.get("name") == "stderr")
    return printed.split("\n\nDuring handling of the above exception", maxsplit=1)[0]


def _mark(node: nbformat.NotebookNode, index: int, words: str) -> None:
    node.metadata.setdefault("papermill", {})["exception"] = True
    name, _, value = words.partition(": ")
    for position, cell in enumerate(node.cells[index:]):
        account = cell.metadata.setdefault("papermill", {})
        account["status"] = "pending" if position else "failed"
        account["exception"] = None if position else True
    outputs = node.cells[index].outputs
    output = {"output_type": "error", "ename": name, "evalue": value, "traceback": [words]}
    outputs.append(nbformat.from_dict(output))  # type: ignore[no-untyped-call]


def _save(job: Job, node: nbformat.NotebookNode | None) -> str:
    """Write the executed notebook, without paths of this machine; return its digest."""
    if (
        node is None
    ):  # no kernel came up: nothing was executed, and nothing older may seem to have been
        job.output.unlink(missing_ok=True)
        return ""
    account = node.metadata.setdefault("papermill", {})
    account["input_path"], account["output_path"] = job.notebook.name, job.output.name
    for cell in node.cells:
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = "injected-parameters"
    text = nbformat.writes(node, version=nbformat.NO_CONVERT)  # type: ignore[no-untyped-call]
    data = f"{text}\n".encode("utf-8", "replace")
    write_atomically(job.output, data)
    return digest(data)


def _last_lines(error: str) -> str:
    """Return the end of a traceback, without colors and without this machine's folders."""
    plain = TERMINAL_COLOR.sub("", error).strip("\n")
    for folder, short in ((Path.cwd(), ""), (Path.home(), "~/")):
        if folder != Path(folder.anchor):
            plain = plain.replace(f"{folder}{os.sep}", short)
    return "\n".join(plain.splitlines()[-LAST_LINES:])


@contextmanager
def _connection() -> Iterator[Config]:
    """Let kernel and client meet at sockets in a folder of their own: no other can take a port.

    Windows, and a temporary folder too deep for a socket's path, get jupyter_client's way (TCP).
    """
    with socket_folder() as folder:
        if folder is None:
            yield Config()
        else:
            file = str(folder / "k.json")
            yield Config({"KernelManager": {"transport": "ipc", "connection_file": file}})


@contextmanager
def _kernel_environment() -> Iterator[None]:
    """Set what kernels inherit, where the user has not; put it back afterwards."""
    added = {name: value for name, value in KERNEL_ENVIRONMENT.items() if name not in os.environ}
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)


@contextmanager
def _quiet_logs() -> Iterator[None]:
    """Keep papermill and nbclient from writing across the bar what the result says anyway."""
    loggers = [logging.getLogger(name) for name in ("papermill", "traitlets")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels):
            logger.setLevel(level)
