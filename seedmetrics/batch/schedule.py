"""Many jobs, a few at a time, each in a worker process: none that fails takes another with it."""

import pickle
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    wait,
)
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from seedmetrics.batch.files import FULL, remove_leftovers
from seedmetrics.batch.jobs import Job, JobResult, check_outputs
from seedmetrics.batch.keys import fingerprint
from seedmetrics.batch.ledger import append_result, still_valid
from seedmetrics.batch.limits import Limits
from seedmetrics.batch.parameters import Declared, check_against, declared_parameters
from seedmetrics.batch.progress import Progress
from seedmetrics.batch.runner import Render, lacked_room, run_job
from seedmetrics.batch.sockets import sweep
from seedmetrics.batch.warm import Refused, Warmth, supported
from seedmetrics.batch.workers import spawn_pool
from seedmetrics.errors import NotebookError, SeedmetricsError

Run = Callable[[Job], JobResult]
JOBS_A_WORKER = 200
KILLED_TWICE = (
    "the process that ran this notebook was killed, twice (out of memory, or from outside)"
)
OpenPool = Callable[[int], Executor]
"""Opens an executor of so many workers; a pool of another kind (of many machines) enters here."""


class Culprit(Exception):  # noqa: N818  # a finding of an executor that knows whose fault it is
    """A job ended its worker every time; its executor has run the others again."""


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
    frame: str = "",
    afresh: bool = False,
    unchanged: Callable[[], bool] | None = None,
) -> list[JobResult]:
    """Run every job whose result does not stand already, `workers` at a time; write one ledger row each as it ends.

    Parameters
    ----------
    jobs : sequence of Job
        The whole batch; their outputs lie in the ledger's folder.
    workers : int
        Notebooks run at the same time, at least 1. Each has a worker process and a kernel; where there are as many
        as cores, both keep to one core.
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
        What the kernels are forked from; a template is started for the batch, where this system can, by
        the workers themselves where `open_pool` opens them. Ordinary kernels where left out.
    open_pool : callable, optional
        Opens the executor of so many workers: any of `concurrent.futures`, or another that is like
        them; a pool of processes on this machine where left out.
    frame : str, default ""
        What `render` puts around every page, as text: a page within another frame is another page.
    afresh : bool, default False
        Run every job, whatever the ledger says.
    unchanged : callable, optional
        Says whether what the jobs read is still as their `inputs` say; asked as each job ends. A result that ended
        later than a change may rest on either and is never used again.

    Returns
    -------
    list of JobResult
        In the order of `jobs`: of this run, or of an earlier one (`reused`) where the ledger knows the same
        notebook, parameters, inputs, frame and versions, and the files are as that run left them.

    Raises
    ------
    NotebookError
        Before anything starts: a parameter that is unknown or of the wrong type, an output outside
        the reports folder or written twice, `workers` below 1, `render` that cannot be sent.
    SeedmetricsError
        When there is no room left on the disk, or the ledger cannot be written: what runs then comes to its
        end, nothing more is started.

    Notes
    -----
    When a worker process is killed, its pool is lost and nobody says which notebook did it. Only as
    many jobs as there are workers are ever handed over, so those are the suspects: each is run
    again alone, and the one whose worker dies again is the culprit. The others go on in a new pool.

    A batch that is stopped, however, goes on where it was: what had a row in the ledger is not run again.
    """
    _check(jobs, workers=workers, reports=ledger.parent, render=render)
    sweep()
    remove_leftovers(ledger.parent)
    prints = [fingerprint(j.notebook, j.parameters, inputs=j.inputs, render=frame) for j in jobs]
    standing = {}
    if not afresh:
        standing = still_valid(ledger, zip(jobs, prints), pages=render is not None)
    results = {n: standing[job.key] for n, job in enumerate(jobs) if job.key in standing}
    left = [n for n in range(len(jobs)) if n not in results]
    stopped = ""
    with (
        _swept(ledger.parent),
        Progress(len(jobs), standing=len(results), shown=progress) as shown,
        _template(warmth if left else None, here=open_pool is None) as warm,
    ):
        run = partial(run_job, render=render, limits=limits, warmth=warm)
        ended = schedule(
            [jobs[n] for n in left],
            run,
            workers=workers,
            open_pool=open_pool,
            starting=shown.starting,
            going=lambda: not stopped,
        )
        for place, result in ended:
            n = left[place]
            known = unchanged is None or unchanged()
            row = {"fingerprint": prints[n] if known else "", "inputs": jobs[n].inputs}
            try:
                append_result(ledger, result, **row)
                results[n] = result
            except OSError as error:
                stopped = f"{ledger} cannot be written: {error.strerror or error}"
            shown.ended(result)
            if lacked_room(result):
                stopped = stopped or f"{ledger.parent}: {FULL}"
    if stopped:
        done = sum(result.ok for result in results.values())
        msg = f"{stopped}; {done} of {len(jobs)} notebooks are done and will not run again"
        raise SeedmetricsError(msg)
    return [results[n] for n in range(len(jobs))]


@contextmanager
def _swept(reports: Path) -> Iterator[None]:
    """Remove after a block what workers left that were killed in it: folders of sockets, files half written."""
    try:
        yield
    finally:
        sweep()
        remove_leftovers(reports)


@contextmanager
def _template(warmth: Warmth | None, *, here: bool) -> Iterator[Warmth | None]:
    """Start a template for the batch, on this machine; without one, each worker that can starts its own."""
    if warmth is None or warmth.address or not here or not supported():
        yield warmth
        return
    try:
        template = warmth.start(wait=False)  # it imports while the workers do
    except Refused:
        yield None  # ordinary kernels: the same results, later
        return
    try:
        yield replace(warmth, address=template.address)
    finally:
        template.close()


def schedule(
    jobs: Sequence[Job],
    run: Run,
    *,
    workers: int,
    open_pool: OpenPool | None = None,
    starting: Callable[[Job], None] | None = None,
    going: Callable[[], bool] | None = None,
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
    starting : callable, optional
        Told of each job as it is handed over; of a suspect again, when it is run alone.
    going : callable, optional
        Says whether more jobs are to be handed over; those that run come to their end in any case.

    Yields
    ------
    int, JobResult
        Every job once, as long as it is `going`.

    Notes
    -----
    After `JOBS_A_WORKER` jobs for each worker the pool is opened anew: what a library does not give
    back is given back with its process.
    """
    open_pool = open_pool or spawn_pool
    starting = starting or (lambda _: None)
    going = going or (lambda: True)
    waiting = deque(enumerate(jobs))
    while waiting and going():
        pool = open_pool(min(workers, len(waiting)))
        try:
            suspects = yield from _drain(pool, waiting, run, workers, starting, going)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
        for index, job in suspects:
            starting(job)
            yield index, _alone(job, run, open_pool)


def _drain(
    pool: Executor,
    waiting: deque[tuple[int, Job]],
    run: Run,
    workers: int,
    starting: Callable[[Job], None],
    going: Callable[[], bool],
) -> Generator[tuple[int, JobResult], None, list[tuple[int, Job]]]:
    """Work through what waits; return the jobs in flight when the pool broke, none when it held."""
    running: dict[Future[JobResult], tuple[int, Job]] = {}
    suspects: list[tuple[int, Job]] = []
    left = JOBS_A_WORKER * workers
    while ((waiting and left) or running) and not suspects:
        while waiting and left and len(running) < workers and going():
            left -= 1
            index, job = waiting.popleft()
            try:
                running[pool.submit(run, job)] = (index, job)
                starting(job)
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
            return _lost(job, KILLED_TWICE)
        return _result(future, job)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _result(future: Future[JobResult], job: Job) -> JobResult:
    exception = future.exception()
    if exception is None:
        return future.result()
    if isinstance(exception, Culprit):
        return _lost(job, str(exception))
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
