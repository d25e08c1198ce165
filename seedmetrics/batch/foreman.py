"""At a worker of a cluster: a process in the caller's folder runs the notebooks, from a template that they share.

Dask's own process runs none of them: its folder and environment are of all who use it, what it runs in one thread
meets what it runs in another, and as a daemon it may start no processes of `multiprocessing`.
"""

import asyncio
import contextlib
import itertools
import multiprocessing
import os
import pickle
import queue
import secrets
import struct
import subprocess
import sys
import threading
from concurrent.futures import BrokenExecutor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from seedmetrics.batch.files import digest
from seedmetrics.batch.keys import package_digest, package_versions
from seedmetrics.batch.warm import Refused, Template, Warmth, supported
from seedmetrics.batch.workers import spawn_pool

# Of this process: another one at the same address has another. What it has imported stays as it is.
PROCESS = secrets.token_hex(8)
LOADED = package_digest()
START = f"from {__name__} import main; main()"
HEAD = struct.Struct(">QQ")  # number of the call, length of what follows
LOOK = 1.0
IDLE = 60.0  # without work: whoever gave it was killed
COMPARED = 2**20  # bytes; of a larger file the size is compared


class WorkerGone(RuntimeError):  # noqa: N818  # an event, not a fault of the call
    """The process that ran a job is no more."""


@dataclass(frozen=True, slots=True)
class Order:
    """
    For whom and where a worker runs jobs.

    Parameters
    ----------
    batch : str
        Names the caller's pool; each has processes of its own.
    folder : str
        Working directory.
    threads : int
        Jobs at a time.
    process : str
        `PROCESS` of the worker that is meant.
    """

    batch: str
    folder: str
    threads: int
    process: str


class Foreman:
    """The process that works for one pool, seen from the worker."""

    def __init__(self, order: Order) -> None:
        self.process = subprocess.Popen(  # noqa: S603  # our own module
            [sys.executable, "-c", START, str(order.threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=order.folder if Path(order.folder).is_dir() else None,
            start_new_session=True,  # Ctrl-C is the worker's to handle
        )
        self.asked: dict[int, Future[bytes]] = {}
        self.numbers = itertools.count()
        self.lock = threading.Lock()
        self.over = False
        threading.Thread(target=self._listen, name="seedmetrics foreman", daemon=True).start()

    def submit(self, call: bytes) -> Future[bytes]:
        """Hand over a pickled function with its arguments; the answer is pickled too."""
        future: Future[bytes] = Future()
        with self.lock:
            number = next(self.numbers)
            self.asked[number] = future
            try:
                if self.process.stdin is None or self.over:
                    raise BrokenPipeError
                _send(self.process.stdin, number, call)
            except (OSError, ValueError):
                future.set_exception(WorkerGone("it ended"))
        return future

    def end(self) -> None:
        """End it, and all that runs in it."""
        with self.lock, contextlib.suppress(OSError, ValueError):
            if self.process.stdin is not None:
                self.process.stdin.close()

    def _listen(self) -> None:
        """Pass on answers, until it ends."""
        if self.process.stdout is not None:
            while (found := _receive(self.process.stdout)) is not None:
                with self.lock:
                    self.asked.pop(found[0]).set_result(found[1])
            self.process.stdout.close()
        with self.lock:
            self.over = True
            for future in self.asked.values():
                if not future.done():
                    future.set_exception(WorkerGone("the process that ran it was killed"))
            self.asked.clear()
        self.end()
        self.process.wait()


_foremen: dict[str, Foreman] = {}
_dismissed: set[str] = set()
_lock = threading.Lock()


def work(order: Order, call: bytes) -> bytes:
    """
    Run a job; Dask calls this, in a thread of the worker.

    Parameters
    ----------
    order : Order
        For whom, and where.
    call : bytes
        Pickled function and arguments.

    Returns
    -------
    bytes
        Pickled: whether it returned, and what it returned or raised.

    Raises
    ------
    WorkerGone
        When another process than was meant is at this address, or the one that ran the job was killed.
    """
    if order.process != PROCESS:
        msg = "the worker was started anew"
        raise WorkerGone(msg)
    future = _foreman(order).submit(call)
    while not wait([future], timeout=LOOK).done:
        if not _wanted():
            with _lock:
                foreman = _foremen.pop(order.batch, None)
            if foreman is not None:
                foreman.end()
    return future.result()


def _foreman(order: Order) -> Foreman:
    """Return the process that works for a pool; start it where there is none."""
    with _lock:
        if order.batch in _dismissed:
            msg = "the batch is over"
            raise WorkerGone(msg)
        found = _foremen.get(order.batch)
        if found is None or found.over or found.process.poll() is not None:
            found = _foremen[order.batch] = Foreman(order)
        return found


def _wanted() -> bool:
    """Return whether anybody waits for the task of this thread: who is killed, or leaves, cancels it."""
    from distributed import get_worker

    worker = get_worker()
    if worker.status.name in {"closing", "closed", "failed"}:
        return False
    task = worker.state.tasks.get(worker.get_current_task())
    return task is not None and task.state in ("executing", "long-running")


async def dismiss(batch: str) -> None:
    """End what works for a pool, and return when it has ended; Dask calls this in the worker's loop."""
    with _lock:
        _dismissed.add(batch)
        foreman = _foremen.pop(batch, None)
    if foreman is not None:
        foreman.end()
        with contextlib.suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(foreman.process.wait, 30)


def survey(folder: str, files: list[tuple[str, str]], note: str) -> dict[str, Any]:
    """
    Say what this worker is, and whether it sees what the caller sees.

    Parameters
    ----------
    folder : str
        The caller's working directory; relative paths are seen from there.
    files : list of (str, str)
        Files and what `mark_of` says of each.
    note : str
        A file in the folder of reports; empty where that is not asked.

    Returns
    -------
    dict
        ``process``; ``versions`` and ``loaded`` (digest of this package); ``folder``, whether it is there; ``differ``,
        files that are not there, or others; ``reads``, what the note says; ``wrote``, the note beside it; ``error``.
    """
    there = Path(folder).is_dir()
    found: dict[str, Any] = {
        "process": PROCESS,
        "versions": dict(package_versions()),
        "loaded": LOADED,
        "folder": there,
        "differ": [file for file, mark in files if mark_of(Path(folder, file)) != mark],
        "reads": "",
        "wrote": "",
        "error": "",
    }
    if note:
        place = Path(folder, note)
        try:
            found["reads"] = place.read_text(encoding="utf-8")
            answer = place.with_name(f"{place.name[:17]}.{secrets.token_hex(4)}.part")
            answer.write_text(PROCESS, encoding="utf-8")
            found["wrote"] = answer.name
        except OSError as error:
            found["error"] = error.strerror or str(error)
    return found


def mark_of(file: Path) -> str:
    """Return what tells a file from another: its digest, of a large one its size; empty where it cannot be read."""
    try:
        size = file.stat().st_size
        return digest(file.read_bytes()) if size <= COMPARED else f"{size} bytes"
    except OSError:
        return ""


class _Crew:
    """The processes that run the jobs, seen from the foreman's own process."""

    def __init__(self, size: int, answers: BinaryIO) -> None:
        self.size, self.answers = size, answers
        self.pool = spawn_pool(size)
        self.lock = threading.Lock()
        self.running = 0
        self.templates: dict[Warmth, Template | None] = {}
        self.events: queue.SimpleQueue[tuple[int, bytes] | None] = queue.SimpleQueue()

    def start(self, number: int, call: bytes) -> None:
        """Start one call."""
        try:
            run, arguments = pickle.loads(call)  # noqa: S301  # from who may run anything here
            run = self._with_template(run)
        except Exception as error:  # noqa: BLE001  # whatever cannot be read is an answer
            self._answer(number, ok=False, what=error)
            return
        try:
            future = self.pool.submit(run, *arguments)
        except BrokenExecutor:  # it broke while idle
            self.pool = spawn_pool(self.size)
            future = self.pool.submit(run, *arguments)
        with self.lock:
            self.running += 1
        future.add_done_callback(partial(self._ended, number))

    def _ended(self, number: int, future: Future[Any]) -> None:
        error = future.exception()
        if isinstance(error, BrokenProcessPool):
            self.events.put(None)  # nobody says who did it: all that ran here is told as lost
            return
        with self.lock:
            self.running -= 1
        self._answer(number, ok=error is None, what=error or future.result())

    def _answer(self, number: int, *, ok: bool, what: Any) -> None:
        try:
            answer = pickle.dumps((ok, what))
        except Exception:  # noqa: BLE001  # an exception may hold anything
            answer = pickle.dumps((False, RuntimeError(f"{type(what).__name__}: {what}")))
        with self.lock, contextlib.suppress(OSError):
            _send(self.answers, number, answer)

    def _with_template(self, run: Any) -> Any:
        """Have all processes fork from one template, as those of a batch on one machine do."""
        warmth = run.keywords.get("warmth") if isinstance(run, partial) else None
        if not isinstance(warmth, Warmth) or warmth.address or not supported():
            return run
        if warmth not in self.templates:
            try:
                self.templates[warmth] = warmth.start()
            except Refused:
                self.templates[warmth] = None
        template = self.templates[warmth]
        known = None if template is None else replace(warmth, address=template.address)
        return partial(run, warmth=known)

    def end(self) -> NoReturn:
        """End this process and all that it started; first who would write, then what they ran."""
        for process in multiprocessing.active_children():
            process.kill()
        for process in multiprocessing.active_children():
            process.join()
        self.pool.shutdown(wait=True, cancel_futures=True)
        for template in self.templates.values():
            if template is not None:
                template.close()
        sys.exit(0)


def main() -> None:
    """Run what is asked on standard input, until that closes or nothing has been asked for a while."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)  # what is printed belongs in the worker's log
    crew = _Crew(int(sys.argv[1]), answers)

    def listen() -> None:
        while (found := _receive(requests)) is not None:
            crew.events.put(found)
        crew.events.put(None)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        try:
            event = crew.events.get(timeout=IDLE)
        except queue.Empty:
            if crew.running:
                continue
            event = None
        if event is None:
            crew.end()
        crew.start(*event)


def _send(pipe: Any, number: int, data: bytes) -> None:
    """Send one message."""
    pipe.write(HEAD.pack(number, len(data)) + data)
    pipe.flush()


def _receive(pipe: Any) -> tuple[int, bytes] | None:
    """Receive one message; None where the other side has closed."""
    try:
        head = pipe.read(HEAD.size)
        if len(head) < HEAD.size:
            return None
        number, length = HEAD.unpack(head)
        data = pipe.read(length)
    except (OSError, ValueError):
        return None
    return (number, data) if len(data) == length else None
