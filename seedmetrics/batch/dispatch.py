"""An executor whose workers are those of a Dask cluster: a job whose worker is killed is run again on another."""

import contextlib
import logging
import pickle
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from seedmetrics.batch.foreman import Order, WorkerGone, dismiss, work
from seedmetrics.batch.schedule import KILLED_TWICE, Culprit

LOOK = 0.5  # seconds between two looks at which workers there are
PATIENCE = 60.0  # seconds without any worker; one that a nanny starts anew is back in a few
DEATHS = 2  # of its workers make a job the culprit

logger = logging.getLogger(__name__)


@dataclass(eq=False)
class Place:
    """
    A worker.

    Attributes
    ----------
    address : str
        Where Dask reaches it.
    process : str
        Which process it is: another one may come to the same address.
    threads : int
        How many jobs it takes at a time.
    running : set of Task
        What it runs now.
    """

    address: str
    process: str
    threads: int
    running: set["Task"] = field(default_factory=set)


@dataclass(eq=False)
class Task:
    """A call, who waits for it, where it runs, and how many workers it has seen die."""

    call: bytes
    future: Future[Any]
    deaths: int = 0
    place: Place | None = None
    handle: Future[bytes] | None = None


Recruit = Callable[[Sequence[str]], Mapping[str, Place]]
"""Looks at workers that have come, by address, and returns those that can be used."""


class ClusterPool(Executor):
    """
    Runs calls on the workers of a Dask cluster.

    Parameters
    ----------
    client : distributed.Client
        Connected; closed by `shutdown`.
    places : mapping of str to Place
        Workers that can be used, by address.
    recruit : callable
        Looks at workers that come later.
    batch, folder : str
        As in `seedmetrics.batch.foreman.Order`.

    Notes
    -----
    Dask's executor is told for each job on which worker it runs. So it is known whose worker died, and Dask does not
    run a job that kills its worker on one after another until four are dead. A job that has seen one die is run
    again with none beside it on its worker; if that dies too, it is the culprit.
    """

    def __init__(
        self,
        client: Any,
        places: Mapping[str, Place],
        recruit: Recruit,
        *,
        batch: str,
        folder: str,
    ) -> None:
        self._client, self._recruit = client, recruit
        self._batch, self._folder = batch, folder
        self._places = dict(places)
        self._unfit: set[str] = set()
        self._waiting: deque[Task] = deque()
        self._running: set[Task] = set()
        self._events: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._looked = self._had_places = time.monotonic()
        self._lock = threading.Lock()
        self._closing = self._cancelling = False
        self._broken = ""
        self._thread = threading.Thread(target=self._go, name="seedmetrics cluster", daemon=True)
        self._thread.start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run a call on a worker."""
        task = Task(pickle.dumps((partial(fn, **kwargs) if kwargs else fn, args)), Future())
        with self._lock:
            if self._broken:
                raise BrokenExecutor(self._broken)
            if self._closing:
                msg = "no call can be taken after shutdown"
                raise RuntimeError(msg)
            self._events.put(partial(self._waiting.append, task))
        return task.future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the workers go, and leave the cluster; what runs is waited for, or with `cancel_futures` ended."""
        with self._lock:
            self._closing = True
            self._cancelling = self._cancelling or cancel_futures
        self._events.put(_nothing)
        if wait:
            self._thread.join()

    def _go(self) -> None:
        """Hand out calls and take answers, until shut down; the one thread that touches what there is."""
        try:
            while not self._over():
                self._next_event()
                self._look()
                self._hand_out()
        except BrokenExecutor as error:
            self._break(str(error))
        except Exception as error:
            logger.exception("the cluster's executor broke")
            self._break(f"{type(error).__name__}: {error}")
        finally:
            self._leave()

    def _over(self) -> bool:
        """Return whether there is nothing left to do after a shutdown."""
        if not self._closing or not self._events.empty():
            return False
        return self._cancelling or not (self._waiting or self._running)

    def _next_event(self) -> None:
        """Wait for something to happen, a moment at most."""
        try:
            self._events.get(timeout=LOOK)()
            while True:
                self._events.get_nowait()()
        except queue.Empty:
            pass

    def _look(self) -> None:
        """Learn which workers are gone and which have come."""
        now = time.monotonic()
        if now - self._looked < LOOK:
            return
        self._looked = now
        if self._client.status == "closed":
            msg = "the connection to the scheduler is lost"
            raise BrokenExecutor(msg)
        there = self._client.scheduler_info()["workers"]
        for task in [t for t in self._running if t.place and t.place.address not in there]:
            self._lost(task)
        self._places = {a: place for a, place in self._places.items() if a in there}
        self._unfit &= set(there)
        if new := [a for a in there if a not in self._places and a not in self._unfit]:
            found = self._recruit(new)
            self._places.update(found)
            self._unfit |= set(new) - set(found)
        if self._places:
            self._had_places = now
        elif now - self._had_places > PATIENCE:
            msg = f"no worker for {PATIENCE:g} seconds"
            raise BrokenExecutor(msg)

    def _hand_out(self) -> None:
        """Give waiting calls to workers that are free; a suspect goes first, and goes alone."""
        while self._waiting:
            task = self._waiting[0]
            place = self._free(task)
            if place is None:
                return
            self._waiting.popleft()
            if not task.deaths and not task.future.set_running_or_notify_cancel():
                continue
            executor = self._client.get_executor(
                pure=False, workers=[place.address], allow_other_workers=False
            )
            order = Order(self._batch, self._folder, place.threads, place.process)
            place.running.add(task)
            self._running.add(task)
            handle = executor.submit(work, order, task.call)
            task.place, task.handle = place, handle
            handle.add_done_callback(
                lambda done, task=task: self._events.put(partial(self._done, task, done))
            )

    def _free(self, task: Task) -> Place | None:
        """Return the worker for a call that has least to do; for a suspect another than it had, if there is one."""
        free = [
            place
            for place in self._places.values()
            if len(place.running) < place.threads
            and not any(other.deaths for other in place.running)
            and not (task.deaths and place.running)
        ]
        before = task.place.address if task.place else ""
        return min(
            free, key=lambda p: (p.address == before, len(p.running) / p.threads), default=None
        )

    def _done(self, task: Task, handle: Future[bytes]) -> None:
        """Take an answer."""
        if task.handle is not handle or task not in self._running:
            return  # of a worker that was given up
        try:
            ok, what = pickle.loads(handle.result())  # noqa: S301  # from where we may run anything
        except CancelledError as error:
            msg = "the connection to the scheduler was lost"
            raise BrokenExecutor(msg) from error
        except Exception as error:  # noqa: BLE001  # whatever it is belongs to who waits
            if isinstance(error, WorkerGone) or type(error).__name__ in KILLED:
                self._lost(task)
                return
            ok, what = False, error
        self._release(task)
        if ok:
            task.future.set_result(what)
        else:
            task.future.set_exception(what)

    def _release(self, task: Task) -> None:
        self._running.discard(task)
        if task.place is not None:
            task.place.running.discard(task)

    def _lost(self, task: Task) -> None:
        """Run a call again whose worker is gone; tell the culprit."""
        self._release(task)
        if task.place is not None and self._places.get(task.place.address) is task.place:
            del self._places[task.place.address]  # looked at anew, if it is still there
        handle, task.handle = task.handle, None
        if handle is not None:
            handle.cancel()
        task.deaths += 1
        if task.deaths < DEATHS:
            self._waiting.appendleft(task)
        else:
            task.future.set_exception(Culprit(KILLED_TWICE))

    def _break(self, words: str) -> None:
        """Tell all who wait that this pool is lost; who opens the next learns why."""
        with self._lock:
            self._broken = words
        while not self._events.empty():
            with contextlib.suppress(BrokenExecutor):
                self._events.get()()
        for task in (*self._running, *self._waiting):
            if not task.future.done():
                task.future.set_exception(BrokenExecutor(words))

    def _leave(self) -> None:
        """Cancel what is left, end what works for this pool, close the connection."""
        for task in self._waiting:
            task.future.cancel()
        for task in self._running:
            if task.handle is not None:
                task.handle.cancel()
            if not task.future.done():
                task.future.set_exception(CancelledError())
        try:
            if self._client.status == "running":
                there = list(self._client.scheduler_info()["workers"])
                self._client.run(dismiss, self._batch, workers=there, on_error="ignore")
        except Exception as error:  # noqa: BLE001  # a worker that died meanwhile has dismissed itself
            logger.info("workers were not told that the batch is over: %s", error)
        finally:
            with quiet():
                self._client.close()


# What Dask says of a call when its worker is gone; `distributed` need not be imported to know it.
KILLED = {"KilledWorker", "NoValidWorkerError", "FutureCancelledError"}


def _nothing() -> None:
    """Wake the thread."""


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Dask from logging at length, for a block, what is said in one sentence."""
    loggers = [logging.getLogger(name) for name in ("distributed.client", "distributed.comm")]
    levels = [each.level for each in loggers]
    for each in loggers:
        each.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for each, level in zip(loggers, levels):
            each.setLevel(level)
