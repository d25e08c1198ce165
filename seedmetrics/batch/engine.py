"""Papermill's engine here: its parameters and cells as ever, kernels that start at once, limits that hold."""

import contextlib
from collections.abc import Callable
from typing import Any

import nbformat
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine
from papermill.log import logger

from seedmetrics.batch.limits import Limits, Watch, memory
from seedmetrics.batch.warm.manager import PromptManager

KERNEL_ARGUMENTS = [
    # What a batch runs is nobody's own history, and one file of it for all kernels of a user makes them wait.
    "--HistoryManager.enabled=False",
    # A kernel rests before each reply, for clients that would not wait for what a cell shows; ours does.
    "--Kernel._execute_sleep=0",
    # Nobody else talks to it while a cell is run, and whether it lives is seen by its process.
    "--PromptKernelApp.unattended=True",
]


class LimitReached(RuntimeError):  # noqa: N818  # said of a notebook, in these words
    """A notebook took more than it may."""


class BoundedClient(PapermillNotebookClient):  # type: ignore[misc]  # papermill is untyped
    """
    Papermill's client, with a watch over its kernel.

    Parameters
    ----------
    nb_man : NotebookExecutionManager
        Papermill's account of the run.
    limits : Limits
        What the notebook may take.
    on_peak : callable or None
        Told the most memory that the kernel has held, in megabytes, when all cells have run.
    """

    def __init__(
        self,
        nb_man: Any,
        *,
        limits: Limits,
        on_peak: Callable[[float | None], object] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(nb_man, **options)
        self._watch = Watch(limits, self._end_kernel)
        self._on_peak = on_peak

    def papermill_execute_cells(self) -> None:
        """Run the cells; what a limit ended is said as that, whatever it looked like to the client."""
        self._watch.start(self._pid)
        try:
            super().papermill_execute_cells()
        except Exception as error:
            if self._watch.broken:
                raise LimitReached(self._watch.broken) from error
            raise
        finally:
            self._watch.stop()
            if self._on_peak is not None:
                self._on_peak(memory(self._pid, "VmHWM") or self._watch.peak)

    def process_message(self, message: dict[str, Any], *rest: Any, **options: Any) -> Any:
        """Count what is shown, then keep it."""
        self._watch.show(_size(message.get("content", {})))
        if self._watch.broken:
            return None  # what a kernel had said before it could be ended may be endless
        return super().process_message(message, *rest, **options)

    @property
    def _pid(self) -> int | None:
        return getattr(getattr(self.km, "provisioner", None), "pid", None)

    def _end_kernel(self) -> None:
        """End the kernel at once; from the watch's thread, or from within a message."""
        provisioner = getattr(self.km, "provisioner", None)
        process = getattr(provisioner, "process", None)
        if process is not None:
            with contextlib.suppress(OSError):
                process.kill()


class SeedmetricsEngine(Engine):  # type: ignore[misc]  # papermill is untyped
    """
    The engine ``seedmetrics``, for `papermill.execute_notebook` and ``papermill --engine seedmetrics``.

    Notes
    -----
    Kernels come from the provisioner that the kernel specification, or the variable
    ``JUPYTER_DEFAULT_PROVISIONER_NAME``, names; ``seedmetrics-warm`` forks them.
    """

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        *,
        log_output: bool = False,
        stdout_file: Any = None,
        stderr_file: Any = None,
        start_timeout: float = 60,
        execution_timeout: float | None = None,
        limits: Limits | None = None,
        **options: Any,
    ) -> nbformat.NotebookNode:
        """Run the cells of a notebook whose parameters are in place; papermill calls this."""
        options.pop("input_path", None)
        bounds = limits or Limits(cell=execution_timeout, deadline=None, memory=None, output=None)
        client = BoundedClient(
            nb_man,
            limits=bounds,
            **{"kernel_manager_class": PromptManager, **options},
            timeout=bounds.cell,
            startup_timeout=start_timeout,
            extra_arguments=KERNEL_ARGUMENTS,
            kernel_name=kernel_name,
            log=logger,
            log_output=log_output,
            stdout_file=stdout_file,
            stderr_file=stderr_file,
        )
        node: nbformat.NotebookNode = client.execute()
        return node


def _size(content: dict[str, Any]) -> int:
    """Return how much a message shows, in characters."""
    shown = (
        content.get("text", ""),
        *content.get("data", {}).values(),
        *content.get("traceback", []),
    )
    return sum(len(part) for part in shown if isinstance(part, str))
