"""The other side of the template process: starting it, asking it for kernels, letting it go."""

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seedmetrics.batch.sockets import new_folder
from seedmetrics.batch.warm import forking

# What libraries read once, as they are imported. Kernels share the cores with one another: one thread each. Where
# matplotlib draws is what a kernel would say.
AT_IMPORT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
START_TIMEOUT = 120.0
START = f"from {forking.__name__} import main; main()"


def supported() -> bool:
    """Return whether this system can fork kernels: Linux with descriptors of processes."""
    return sys.platform == "linux" and hasattr(os, "pidfd_open") and hasattr(os, "fork")


class Refused(Exception):  # noqa: N818  # an answer, not a fault
    """The template cannot fork such a kernel; the ordinary one can be started."""


class Unreachable(Refused):
    """Nobody answers at the template's address."""


@dataclass(eq=False)
class Kernel:
    """
    A forked kernel, as `subprocess.Popen` has it: not our child, so its end is told by the template.

    Attributes
    ----------
    pid : int
        Its process, and its process group.
    """

    pid: int
    connection: socket.socket
    process: int
    returncode: int | None = None
    stdin: None = field(default=None, init=False)
    stdout: None = field(default=None, init=False)
    stderr: None = field(default=None, init=False)

    def poll(self) -> int | None:
        """Return the exit code, None while it runs."""
        if self.returncode is None and select.select([self.process], [], [], 0)[0]:
            self._ended()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended, and return the exit code."""
        if self.returncode is None:
            if not select.select([self.process], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("kernel", timeout or 0.0)  # noqa: EM101  # a command
            self._ended()
        return self.returncode or 0

    def _ended(self) -> None:
        """Learn the exit code; a template that is gone itself cannot tell it."""
        self.connection.settimeout(1.0)
        found: dict[str, Any] = {}
        with contextlib.suppress(OSError, ValueError):
            found = forking.receive(self.connection)
        if not found:  # nor can it end what the kernel had started
            with contextlib.suppress(OSError):
                os.killpg(self.pid, signal.SIGKILL)
        self.returncode = int(found.get("exit", -signal.SIGKILL))
        self.close()

    def send_signal(self, number: int) -> None:
        """Send a signal to the process, never to another that took its number."""
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.process, number)

    def kill(self) -> None:
        """Kill it."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def close(self) -> None:
        """Let go of it: a kernel that still runs is killed by the template."""
        self.connection.close()
        if self.process >= 0:
            os.close(self.process)
            self.process = -1


@dataclass(eq=False)
class Template:
    """
    A running template process, or the address of one.

    Attributes
    ----------
    address : str
        Its socket; other processes ask there too.
    process : Popen or None
        The process, where this one started it.
    folder : Path or None
        Where its socket lies; removed with it.
    lifeline : int
        Our end of a pipe; when it closes, as it does when this process ends, the template ends too.
    """

    address: str
    process: subprocess.Popen[bytes] | None = None
    folder: Path | None = None
    lifeline: int = -1

    def fork(self, argv: Sequence[str], env: Mapping[str, str], cwd: str) -> Kernel:
        """
        Ask for a kernel.

        Parameters
        ----------
        argv : sequence of str
            Arguments of the kernel's application: ``-f``, the connection file, and what follows.
        env : mapping
            Its whole environment.
        cwd : str
            Its working directory.

        Returns
        -------
        Kernel
            Started, not yet ready to answer.

        Raises
        ------
        Refused
            When the template is gone, or cannot fork such a kernel.
        """
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(START_TIMEOUT)  # it may be on its way still
        env = {**AT_IMPORT, **env}
        try:
            connection.connect(self.address)
        except OSError as error:
            connection.close()
            msg = f"no template answers at {self.address}: {error.strerror}"
            raise Unreachable(msg) from error
        try:
            # As a child process would, a kernel keeps to the cores of who asked for it.
            cores = sorted(os.sched_getaffinity(os.getpid()))
            forking.send(connection, {"argv": list(argv), "env": env, "cwd": cwd, "cores": cores})
            found = forking.receive(connection)
            process = os.pidfd_open(found["pid"]) if "pid" in found else -1
        except OSError as error:
            connection.close()
            raise Refused(str(error)) from error
        if process < 0:
            connection.close()
            raise Refused(found.get("refused", "the template ended"))
        connection.settimeout(None)
        return Kernel(found["pid"], connection, process)

    def wait(self) -> None:
        """
        Wait until it can fork.

        Raises
        ------
        Refused
            When it ended instead, or took too long; its last words are in the message. It is closed then.
        """
        end = time.monotonic() + START_TIMEOUT
        while not self._ready():
            if not self.alive() or time.monotonic() > end:
                words = self.folder / "e" if self.folder else None
                said = (
                    words.read_text("utf-8", "replace").strip().splitlines()[-1:] if words else []
                )
                self.close()
                msg = f"the template did not start: {''.join(said) or 'it took too long'}"
                raise Refused(msg)
            time.sleep(0.01)

    def _ready(self) -> bool:
        """Return whether it has said that it can fork."""
        return self.folder is not None and (self.folder / "r").exists()

    def alive(self) -> bool:
        """Return whether the process that this one started still runs."""
        return self.process is not None and self.process.poll() is None

    def close(self) -> None:
        """End the process, and with it every kernel that it forked."""
        if self.lifeline >= 0:
            os.close(self.lifeline)
            self.lifeline = -1
        if self.process is not None:
            if not self._ready():
                self.process.kill()  # it has no kernel yet, and would go on importing
            self.process.wait()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


def open_template(
    *,
    modules: Sequence[str] = (),
    call: str = "",
    arguments: Mapping[str, Any] | None = None,
    wait: bool = True,
) -> Template:
    """
    Start a template process.

    Parameters
    ----------
    modules : sequence of str
        Modules to import beside what every kernel needs.
    call : str
        ``module:function``, called after the imports; what it keeps is in every kernel.
    arguments : mapping, optional
        Its keyword arguments; JSON.
    wait : bool, default True
        Return when it can fork; otherwise at once, and who asks it for a kernel waits until it can.

    Returns
    -------
    Template
        Close it. It also ends when this process does.

    Raises
    ------
    Refused
        When this system cannot, or the template that was waited for failed to start.
    """
    if not supported():
        msg = "kernels are forked on Linux only"
        raise Refused(msg)
    folder = new_folder()
    address, ready, words = (folder / name for name in ("s", "r", "e"))
    theirs, ours = os.pipe()
    options = {
        "lifeline": theirs,
        "modules": list(modules),
        "call": call,
        "arguments": dict(arguments or {}),
        "ready": str(ready),
    }
    with socket.socket(socket.AF_UNIX) as listener, words.open("wb") as errors:
        listener.bind(str(address))
        listener.listen(128)
        process = subprocess.Popen(  # noqa: S603  # our own module
            [sys.executable, "-c", START, json.dumps(options)],
            stdin=listener.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env={**AT_IMPORT, **os.environ},
            pass_fds=[theirs],
            start_new_session=True,  # who kills the whole batch at once leaves it to tidy up
        )
    os.close(theirs)
    template = Template(str(address), process, folder, ours)
    if wait:
        template.wait()
    return template
