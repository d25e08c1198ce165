"""Clock, memory meter and table row shared by the benchmarks; nothing is measured here."""

import gc
import importlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType


@dataclass(frozen=True, slots=True)
class Row:
    """
    One line of the speed table.

    Attributes
    ----------
    work : str
        What was done, with its size.
    ours : float
        Seconds that seedmetrics took.
    limit : float or None
        Seconds it may take, from the speed table; None where the row only compares.
    alternative : str
        What else a user would take, or why it could not be run.
    theirs : float or None
        Seconds that the alternative took in this same run.
    memory : float or None
        Megabytes that ours took beyond what the process held before.
    memory_limit : float or None
        Megabytes it may take.
    note : str
        What the two numbers do not say, such as that only a part of the alternative was run.
    """

    work: str
    ours: float
    limit: float | None
    alternative: str
    theirs: float | None = None
    memory: float | None = None
    memory_limit: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times longer the alternative took."""
        return None if self.theirs is None else self.theirs / self.ours

    @property
    def met(self) -> bool:
        """Whether time and memory stayed within their limits."""
        slow = self.limit is not None and self.ours > self.limit
        large = None not in (self.memory, self.memory_limit) and self.memory > self.memory_limit
        return not slow and not large


def best_of(function: Callable[[], object], *, repeats: int = 5) -> float:
    """Return the shortest of several runs in seconds: what other work on the machine adds least to."""
    times = []
    for _ in range(repeats):
        gc.collect()
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def peak_memory(function: Callable[[], object]) -> float | None:
    """
    Return the megabytes that a call held at its peak beyond those held before it.

    The kernel's own high-water mark of resident memory is set back before the call, so that
    buffers of BLAS count too. None where the system has no such mark.
    """
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return None
    before = _resident("VmRSS")
    function()
    return max(0.0, _resident("VmHWM") - before)


def peer(name: str) -> ModuleType | None:
    """Return a peer package, or None where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _resident(field: str) -> float:
    """Return one of the process's memory figures in megabytes."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    msg = f"this system does not tell {field}"
    raise OSError(msg)
