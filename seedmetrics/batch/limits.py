"""What one notebook may take: time, memory, words. Beyond it the kernel is ended, and the result says why."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 2**20
LOOK = 0.05  # seconds between two looks: memory can grow by some hundred megabytes in it


@dataclass(frozen=True, slots=True)
class Limits:
    """
    Bounds of one notebook; None is no bound.

    Parameters
    ----------
    cell : float or None
        Seconds that one cell may take.
    deadline : float or None
        Seconds that all cells together may take.
    memory : float or None
        Megabytes that the kernel may hold in memory, what it was forked with included. Held where the
        system tells what a process holds (Linux).
    output : float or None
        Megabytes that all cells together may show.
    """

    cell: float | None = 600.0
    deadline: float | None = 1800.0
    memory: float | None = 4096.0
    output: float | None = 50.0


class Watch:
    """
    Holds one kernel to its limits while its cells run.

    Parameters
    ----------
    limits : Limits
        The bounds.
    end : callable
        Ends the kernel; called from another thread.

    Attributes
    ----------
    broken : str
        Which bound was passed; empty while none is.
    peak : float or None
        The most memory seen, in megabytes.
    """

    def __init__(self, limits: Limits, end: Callable[[], object]) -> None:
        self.limits, self.broken = limits, ""
        self.peak: float | None = None
        self._end, self._shown = end, 0
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, pid: int | None) -> None:
        """Begin to look at the clock, and at the memory of a process."""
        if self.limits.deadline is None and self.limits.memory is None:
            return
        self._thread = threading.Thread(target=self._look, args=(pid,), daemon=True)
        self._thread.start()

    def show(self, size: int) -> None:
        """Count what a cell shows, in characters."""
        self._shown += size
        bound = self.limits.output
        if bound is not None and self._shown > bound * MEGABYTE:
            self._break(f"the notebook showed more than {bound:g} MB")

    def stop(self) -> None:
        """End: no limit is held any more."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _look(self, pid: int | None) -> None:
        """Look again and again, until it is over or a bound is passed."""
        bounds, begun = self.limits, time.monotonic()
        while not self._over.wait(LOOK):
            if bounds.deadline is not None and time.monotonic() - begun > bounds.deadline:
                self._break(f"the notebook took longer than {bounds.deadline:g} s")
                return
            held = memory(pid, "VmRSS") if bounds.memory is not None else None
            self.peak = max((m for m in (self.peak, held) if m is not None), default=None)
            if held is not None and bounds.memory is not None and held > bounds.memory:
                self._break(f"the notebook held more than {bounds.memory:g} MB in memory")
                return

    def _break(self, words: str) -> None:
        if not self.broken:
            self.broken = words
            self._end()


def memory(pid: int | None, field: str) -> float | None:
    """
    Return one figure of a process's memory in megabytes; None where the system does not tell.

    Parameters
    ----------
    pid : int or None
        The process.
    field : str
        ``VmRSS``, what it holds now, or ``VmHWM``, the most that it has held; what it shares with others
        counts too.
    """
    try:
        text = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    found = [line.split()[1] for line in text.splitlines() if line.startswith(f"{field}:")]
    return round(int(found[0]) / 1024, 1) if found else None
