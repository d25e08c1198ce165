"""Processes of a batch: how they begin, where they run, how they end; what they are to do they are told later."""

import atexit
import contextlib
import multiprocessing
import os
import sys
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing.queues import SimpleQueue

from seedmetrics.batch.warm.forking import die_with_parent


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
    context = multiprocessing.get_context("spawn")
    numbers = context.SimpleQueue()
    for number in range(workers):
        numbers.put(number)
    return ProcessPoolExecutor(
        workers,
        mp_context=context,
        initializer=_begin,
        initargs=(os.getpid(), workers, numbers),
    )


def _begin(batch: int, workers: int, numbers: "SimpleQueue[int]") -> None:
    """Make a worker end with the batch that started it, also where that was killed before this could be asked for.

    Where there are workers for every core, each keeps to one, and its kernels with it: worker and kernel take turns,
    sixty times a notebook, and to wake each other on another core takes a tenth of its time.
    """
    atexit.register(_leave)
    do_without_a_grammar()
    if sys.platform == "linux":
        die_with_parent(batch)
        cores = sorted(os.sched_getaffinity(0))
        if workers >= len(cores):
            os.sched_setaffinity(0, {cores[numbers.get() % len(cores)]})
    with contextlib.suppress(Exception):  # what is wrong is told by the notebook that meets it
        _make_ready()


def _make_ready() -> None:
    """Do what is done once a process, while the template that kernels are forked from imports what they need."""
    import nbformat
    from jupyter_client.kernelspec import NATIVE_KERNEL_NAME, KernelSpecManager

    import seedmetrics.batch.runner  # noqa: F401  # what a job is run by

    nbformat.validate(nbformat.v4.new_notebook())  # type: ignore[no-untyped-call]
    KernelSpecManager().get_kernel_spec(NATIVE_KERNEL_NAME)


def _leave() -> None:
    """End a worker when all else that is to be done at its end is: to take its modules apart takes half a second."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def do_without_a_grammar() -> None:
    """Keep jsonschema from building, as it is imported, a grammar of addresses that notebooks are never checked by.

    It takes longer than all else that a worker imports. Of no effect where the grammar is there already.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # how an import is made to fail
