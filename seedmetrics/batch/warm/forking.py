"""The template process: imports once, holds one thread and no ZMQ object, forks a kernel for each request.

`template.open_template` starts it; its standard input is the listening socket. It ends when the pipe that it is
given closes: when the process that started it lets it go, or ends however it may.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import random
import selectors
import shutil
import signal
import socket
import sys
from pathlib import Path
from typing import Any, NoReturn

from seedmetrics.batch.sockets import OURS

# What a kernel itself needs, and imports as it starts.
OF_A_KERNEL = (
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "ipykernel.debugger",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "ipykernel.zmqshell",
    "seedmetrics.batch.warm.kernel",
    "sqlite3",
    "tornado.platform.asyncio",
    "zmq.utils.garbage",
)
# What a notebook needs. Each must leave one thread behind: a test holds that. Pyplot is not among them: it asks,
# once, as it is imported, where it is to draw.
MODULES = (
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "matplotlib.figure",
    "pandas",
    "scipy.stats",
    "seedmetrics.evaluation",
    "seedmetrics.report",
)
# What an interpreter, or a library, reads once: a kernel that asks for others cannot be forked.
AT_START = ("PYTHON", "VIRTUAL_ENV", "LD_", "OMP_", "OPENBLAS_", "MKL_", "MPLBACKEND")
LONGEST_REQUEST = 2**20
# New objects before a kernel looks for garbage in cycles. The interpreter's own 700 makes a page of figures, all of
# which are still in use, stop forty times.
SELDOM = (50_000, 20, 20)
PR_SET_PDEATHSIG = 1


class Children:
    """Kernels forked, each with its process's descriptor and the connection of who asked for it."""

    def __init__(self) -> None:
        self.selector = selectors.DefaultSelector()
        self.by_process: dict[int, tuple[int, socket.socket]] = {}
        self.files: dict[int, Path] = {}
        self.abandoned: set[int] = set()

    def add(self, pid: int, connection: socket.socket, file: Path) -> None:
        """Watch a kernel and who asked for it: when one ends the other is told, or ended."""
        process = os.pidfd_open(pid)
        self.by_process[process] = (pid, connection)
        self.files[process] = file
        self.selector.register(process, selectors.EVENT_READ, ("ended", process))
        self.selector.register(connection, selectors.EVENT_READ, ("left", process))

    def ended(self, process: int) -> None:
        """Reap a kernel that ended, and say how."""
        pid, connection = self.by_process.pop(process)
        self.selector.unregister(process)
        os.close(process)
        _, status = os.waitpid(pid, 0)
        # Whatever the kernel started goes with it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        with contextlib.suppress(KeyError, ValueError):
            self.selector.unregister(connection)
        with contextlib.suppress(OSError):
            send(connection, {"exit": os.waitstatus_to_exitcode(status)})
        connection.close()
        file = self.files.pop(process)
        if process in self.abandoned:
            # Nobody else is left to remove where they met.
            self.abandoned.discard(process)
            remove_folder(file)

    def left(self, process: int) -> None:
        """Kill a kernel that nobody holds any more; who held it is gone, or has let it go."""
        found = self.by_process.get(process)
        if found is None:
            return
        pid, connection = found
        with contextlib.suppress(OSError):
            if connection.recv(1, socket.MSG_DONTWAIT):
                return
        self.selector.unregister(connection)
        self.abandoned.add(process)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)

    def leave(self) -> None:
        """End every kernel with what it started, and remove where it is met: who holds them is gone."""
        for process, (pid, _) in self.by_process.items():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            remove_folder(self.files[process])


def remove_folder(file: Path) -> None:
    """Remove the folder of a connection file, where it is one of ours."""
    if OURS.fullmatch(file.parent.name):
        shutil.rmtree(file.parent, ignore_errors=True)


def send(connection: socket.socket, message: dict[str, Any]) -> None:
    """Send one message: a line of JSON."""
    connection.sendall(json.dumps(message).encode() + b"\n")


def receive(connection: socket.socket) -> dict[str, Any]:
    """Receive one message; an empty one where the other side has closed."""
    data = b""
    while not data.endswith(b"\n"):
        part = connection.recv(65536)
        if not part or len(data) > LONGEST_REQUEST:
            return {}
        data += part
    found: dict[str, Any] = json.loads(data)
    return found


def threads() -> int:
    """Return how many threads this process has."""
    return len(os.listdir("/proc/self/task"))  # noqa: PTH208  # names are all that is asked


def die_with_parent(parent: int) -> None:
    """Have the system kill this process when the one that started it ends, whose number its starter has told it."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before it was asked for
        os._exit(0)


def differing(asked: dict[str, str]) -> list[str]:
    """Return the variables read at an interpreter's start in which a request differs from this process."""
    names = {n for n in {*asked, *os.environ} if n.startswith(AT_START)}
    return sorted(n for n in names if asked.get(n) != os.environ.get(n))


def become_environment(asked: dict[str, str]) -> None:
    """Have the variables that are asked for, and no others."""
    for name in os.environ.keys() - asked.keys():
        del os.environ[name]
    os.environ.update({n: value for n, value in asked.items() if os.environ.get(n) != value})


def become_kernel(request: dict[str, Any], template: int) -> NoReturn:
    """Turn the child of a fork into a kernel; never returns."""
    code = 1
    try:
        os.setsid()
        die_with_parent(template)
        os.sched_setaffinity(0, request["cores"])
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.chdir(request["cwd"])
        become_environment(request["env"])
        quiet = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(quiet, stream)
        # Forked copies would otherwise all draw the same numbers.
        random.seed()
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed()
        from seedmetrics.batch.warm.kernel import PromptKernelApp

        PromptKernelApp.clear_instance()
        app = PromptKernelApp.instance(parent_handle=os.getppid())
        app.initialize(request["argv"])  # type: ignore[no-untyped-call]
        app.start()  # type: ignore[no-untyped-call]
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    finally:
        os._exit(code)


def answer(
    connection: socket.socket, children: Children, listener: socket.socket, lifeline: int
) -> None:
    """Fork a kernel for one request, or say why not."""
    connection.settimeout(10)
    request = receive(connection)
    if not request:
        connection.close()
        return
    if other := differing(request["env"]):
        send(connection, {"refused": f"the environment differs in {', '.join(other)}"})
        connection.close()
        return
    if (count := threads()) != 1:
        send(connection, {"refused": f"the template has {count} threads"})
        connection.close()
        return
    template = os.getpid()
    pid = os.fork()
    if pid == 0:
        listener.close()
        for _, other_connection in children.by_process.values():
            other_connection.close()
        children.selector.close()
        connection.close()
        os.close(lifeline)
        become_kernel(request, template)
    connection.settimeout(None)
    send(connection, {"pid": pid})
    children.add(pid, connection, Path(request["argv"][1]))


def make_ready(modules: list[str], call: str, arguments: dict[str, Any]) -> None:
    """Import, and call ``module:function`` with keyword arguments, so that what it keeps is in every kernel."""
    for name in OF_A_KERNEL:
        importlib.import_module(name)
    sys.modules["seedmetrics.batch.warm.kernel"].know_own_modules()
    for name in (*MODULES, *modules):
        importlib.import_module(name)
    if call:
        module, _, function = call.partition(":")
        getattr(importlib.import_module(module), function)(**arguments)
    gc.collect()
    gc.freeze()  # what is there now is shared: collecting it in a child would copy it
    gc.set_threshold(*SELDOM)


def main() -> None:
    """Import, prepare, say that it is ready, then fork on request until the pipe closes."""
    listener = socket.socket(fileno=os.dup(0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    options = json.loads(sys.argv[1])
    make_ready(options["modules"], options["call"], options["arguments"])
    Path(options["ready"]).touch()
    children = Children()
    children.selector.register(listener, selectors.EVENT_READ, ("asked", 0))
    children.selector.register(options["lifeline"], selectors.EVENT_READ, ("over", 0))
    while True:
        for key, _ in children.selector.select():
            kind, process = key.data
            if kind == "asked":
                connection, _ = listener.accept()
                try:
                    answer(connection, children, listener, options["lifeline"])
                except (OSError, ValueError, KeyError):
                    connection.close()  # who asked is gone, or asked for nothing that can be had
            elif kind == "ended" and process in children.by_process:
                children.ended(process)
            elif kind == "left":
                children.left(process)
            elif kind == "over":
                children.leave()
                shutil.rmtree(Path(options["ready"]).parent, ignore_errors=True)
                os._exit(0)  # the kernels go with it: each has asked to
