"""What a batch says while it runs: a bar with what is running, done, failed and left; a line per failure at once."""

import sys
import threading
from types import TracebackType
from typing import Self

from tqdm import tqdm

from seedmetrics.batch.jobs import Job, JobResult

NAMED = 4  # running notebooks that are named; of more, the rest is counted


class Bar(tqdm):  # type: ignore[misc]  # tqdm is untyped
    """A bar without tqdm's watching thread, since processes are started beside it, and with a lock that needs none."""

    monitor_interval = 0
    _lock = threading.RLock()


class Progress:
    """
    A bar on standard error.

    Parameters
    ----------
    total : int
        Notebooks of the batch.
    standing : int, default 0
        How many of them stand from an earlier run.
    shown : bool, default True
        Whether anything is written at all.
    """

    def __init__(self, total: int, *, standing: int = 0, shown: bool = True) -> None:
        self.failed = 0
        self.running: dict[str, str] = {}
        if shown and standing:
            words = f"{standing} of {total} notebooks stand from an earlier run; {total - standing} to run"
            print(words, file=sys.stderr)
        self.bar = Bar(
            total=total,
            initial=standing,
            disable=not shown or (standing == total > 0),
            file=sys.stderr,
            unit="notebook",
            desc="done",
            leave=True,
        )
        self._say()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.bar.close()

    def starting(self, job: Job) -> None:
        """Name one more that is running."""
        self.running[job.key] = job.label
        self._say()
        self.bar.refresh()

    def ended(self, result: JobResult) -> None:
        """Count one more; of one that failed, say where."""
        self.running.pop(result.job.key, None)
        if not result.ok:
            self.failed += 1
            cell = f", cell {result.cell}" if result.cell else ""
            last = result.error.splitlines()[-1] if result.error else ""
            self.bar.write(f"failed: {result.job.label}{cell}: {last}", file=sys.stderr)
        self.bar.update(1)
        self._say()

    def _say(self) -> None:
        names = list(self.running.values())
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        left = self.bar.total - self.bar.n - len(names) if not self.bar.disable else 0
        running = f", running {', '.join(names[:NAMED])}{more}" if names else ""
        self.bar.set_postfix_str(f"{self.failed} failed, {left} left{running}", refresh=False)
