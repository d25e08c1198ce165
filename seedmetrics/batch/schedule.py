"""Many jobs, a few at a time, each in a worker process: none that fails takes another with it."""

import multiprocessing
import pickle
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from tqdm import tqdm

from seedmetrics.batch.jobs import Job, JobResult, check_outputs
from seedmetrics.batch.ledger import append_result
from seedmetrics.batch.limits import Limits
from seedmetrics.batch.parameters import Declared, check_against, declared_parameters
from seedmetrics.batch.runner import Render, run_job
from seedmetrics.batch.sockets import sweep
from seedmetrics.batch.warm import Refused, Warmth, supported
from seedmetrics.batch.warm.forking import die_with_parent
from seedmetrics.errors import NotebookError

Run = Callable[[Job], JobResult]
JOBS_A_WORKER = 200
OpenPool = Callable[[int], Executor]
"""Opens an executor of so many workers; a pool of another kind (of many machines) enters here."""


def run_batch(
    jobs: Sequence[Job],
    *,
    workers: int,
    ledger: Path,
    render: Render | None = None,
    progress: bool = True,
    limits: Limits | None = None,
    warmth: Warmth | None = None,
    open_pool: OpenPool | None = None,
) -> list[JobResult]:
    """Run every job, `workers` at a time, and write one ledger row each as it ends.

    Parameters
    ----------
    jobs : sequence of Job
        The whole batch; their outputs lie in the ledger's folder.
    workers : int
        Notebooks run at the same time, at least 1. Each has a worker process and a kernel.
    ledger : Path
        ``ledger.jsonl``; its folder is the reports folder.
    render : callable, optional
        Makes the page of an executed notebook, in the worker; a function of a module (or a
        `functools.partial` of one), since it is sent to other processes.
    progress : bool, optional
        Show a bar on standard error with how many are done and how many failed.
    limits : Limits, optional
        What one notebook may take; the usual bounds where left out.
    warmth : Warmth, optional
        What the kernels are forked from; a template is started for the batch, where this system can.
        Ordinary kernels where left out.
    open_pool : callable, optional
        Opens the executor of so many workers: any of `concurrent.futures`, or another that is like
        them; a pool of processes on this machine where left out.

    Returns
    -------
    list of JobResult
        In the order of `jobs`.

    Raises
    ------
    NotebookError
        Before anything starts: a parameter that is unknown or of the wrong type, an output outside
        the reports folder or written twice, `workers` below 1, `render` that cannot be sent.

    Notes
    -----
    When a worker process is killed, its pool is lost and nobody says which notebook did it. Only as
    many jobs as there are workers are ever handed over, so those are the suspects: each is run
    again alone, and the one whose worker dies again is the culprit. The others go on in a new pool.
    """
    _check(jobs, workers=workers, reports=ledger.parent, render=render)
    sweep()
    results: dict[int, JobResult] = {}
    with _Progress(len(jobs), shown=progress) as shown, _template(warmth) as warm:
        run = partial(run_job, render=render, limits=limits, warmth=warm)
        for index, result in schedule(jobs, run, workers=workers, open_pool=open_pool):
            append_result(ledger, result)
            results[index] = result
            shown.add(result)
    return [results[index] for index in range(len(jobs))]


@contextmanager
def _template(warmth: Warmth | None) -> Iterator[Warmth | None]:
    """Start a template for the batch; without one, each worker that can starts its own."""
    if warmth is None or warmth.address or not supported():
        yield warmth
        return
    try:
        template = warmth.start()
    except Refused:
        yield None  # ordinary kernels: the same results, later
        return
    try:
        yield replace(warmth, address=template.address)
    finally:
        template.close()


def schedule(
    jobs: Sequence[Job], run: Run, *, workers: int, open_pool: OpenPool | None = None
) -> Iterator[tuple[int, JobResult]]:
    """Yield each job's place in the sequence and its result, as they end.

    Parameters
    ----------
    jobs : sequence of Job
        Checked.
    run : callable
        Runs one job; must be sendable to the pool's workers.
    workers : int
        How many at a time.
    open_pool : callable, optional
        Opens the executor; a pool of spawned processes by default.

    Yields
    ------
    int, JobResult
        Every job once.

    Notes
    -----
    After `JOBS_A_WORKER` jobs for each worker the pool is opened anew: what a library does not give
    back is given back with its process.
    """
    open_pool = open_pool or spawn_pool
    waiting = deque(enumerate(jobs))
    while waiting:
        pool = open_pool(min(workers, len(waiting)))
        try:
            suspects = yield from _drain(pool, waiting, run, workers)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
        for index, job in suspects:
            yield index, _alone(job, run, open_pool)


def spawn_pool(workers: int) -> Executor:
    """Open a pool of fresh processes: nothing of this one, neither threads nor sockets, is copied.

    Parameters
    ----------
    workers : int
        How many processes.

    Returns
    -------
    Executor
        A process pool.
    """
    return ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=die_with_parent if sys.platform == "linux" else None,
    )


def _drain(
    pool: Executor, waiting: deque[tuple[int, Job]], run: Run, workers: int
) -> Generator[tuple[int, JobResult], None, list[tuple[int, Job]]]:
    """Work through what waits; return the jobs in flight when the pool broke, none when it held."""
    running: dict[Future[JobResult], tuple[int, Job]] = {}
    suspects: list[tuple[int, Job]] = []
    left = JOBS_A_WORKER * workers
    while ((waiting and left) or running) and not suspects:
        while waiting and left and len(running) < workers:
            left -= 1
            index, job = waiting.popleft()
            try:
                running[pool.submit(run, job)] = (index, job)
            except BrokenExecutor:  # broke while idle: this job is innocent
                waiting.appendleft((index, job))
                break
        if not running:
            break
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        broken = any(isinstance(future.exception(), BrokenExecutor) for future in done)
        for future in list(running) if broken else done:
            index, job = running.pop(future)
            if isinstance(future.exception(), BrokenExecutor):
                suspects.append((index, job))
            else:
                yield index, _result(future, job)
    return suspects


def _alone(job: Job, run: Run, open_pool: OpenPool) -> JobResult:
    """Run a suspect in a pool of its own."""
    pool = open_pool(1)
    try:
        future = pool.submit(run, job)
        if isinstance(future.exception(), BrokenExecutor):
            words = (
                "the process that ran this notebook was killed, twice "
                "(out of memory, or from outside)"
            )
            return _lost(job, words)
        return _result(future, job)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _result(future: Future[JobResult], job: Job) -> JobResult:
    exception = future.exception()
    if exception is None:
        return future.result()
    if isinstance(exception, Exception):
        return _lost(job, f"the notebook could not be run: {type(exception).__name__}: {exception}")
    raise exception


def _lost(job: Job, words: str) -> JobResult:
    """Return the result of a job that its worker could not report; no page of it may stay."""
    job.html.unlink(missing_ok=True)
    job.output.unlink(missing_ok=True)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return JobResult(job=job, ok=False, seconds=0.0, error=words, started=now, finished=now)


def _check(jobs: Sequence[Job], *, workers: int, reports: Path, render: Render | None) -> None:
    if workers < 1:
        msg = f"`workers` must be at least 1, not {workers}"
        raise NotebookError(msg)
    check_outputs(jobs, reports)
    declared: dict[Path, dict[str, Declared]] = {}
    for job in jobs:
        if job.notebook not in declared:
            declared[job.notebook] = declared_parameters(job.notebook)
        try:
            check_against(declared[job.notebook], job.parameters, notebook=job.notebook)
        except NotebookError as error:
            msg = f"{job.label}: {error}"
            raise NotebookError(msg) from error
    try:
        pickle.dumps(render)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        msg = f"`render` cannot be sent to another process ({error}); give a function of a module"
        raise NotebookError(msg) from error


class _Bar(tqdm):  # type: ignore[misc]  # tqdm is untyped
    """A bar without tqdm's watching thread: processes are started beside it."""

    monitor_interval = 0


class _Progress:
    """How many notebooks are done and how many of them failed, on standard error."""

    def __init__(self, total: int, *, shown: bool) -> None:
        _Bar.set_lock(threading.RLock())
        self.failed = 0
        self.bar = _Bar(
            total=total,
            disable=not shown,
            file=sys.stderr,
            unit="notebook",
            desc="done",
            leave=True,
        )
        self.bar.set_postfix_str("0 failed")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.bar.close()

    def add(self, result: JobResult) -> None:
        """Count one more."""
        if not result.ok:
            self.failed += 1
            cell = f", cell {result.cell}" if result.cell else ""
            last = result.error.splitlines()[-1] if result.error else ""
            self.bar.write(f"failed: {result.job.label}{cell}: {last}", file=sys.stderr)
        self.bar.set_postfix_str(f"{self.failed} failed", refresh=False)
        self.bar.update(1)
