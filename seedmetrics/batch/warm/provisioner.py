"""Kernels for jupyter_client: forked from the template where it can, started as usual where it cannot."""

import asyncio
import atexit
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from seedmetrics.batch.warm.template import (
    Kernel,
    Refused,
    Template,
    Unreachable,
    open_template,
    supported,
)

NAME = "seedmetrics-warm"
DEFAULT = "JUPYTER_DEFAULT_PROVISIONER_NAME"


@dataclass(frozen=True, slots=True)
class Warmth:
    """
    Where kernels are forked from, and what is in them.

    Parameters
    ----------
    address : str
        Socket of a running template on this machine; empty, or one that does not answer: this process
        starts one of its own.
    call : str
        ``module:function`` that a template calls before it forks.
    arguments : tuple of pairs of str and JSON
        Its keyword arguments: name and value.
    """

    address: str = ""
    call: str = ""
    arguments: tuple[tuple[str, Any], ...] = ()

    def start(self, *, wait: bool = True) -> Template:
        """Start such a template; return when it can fork, or at once."""
        return open_template(call=self.call, arguments=dict(self.arguments), wait=wait)


class _Source:
    """Where this process has its kernels from: what it was told, and the templates that it started itself."""

    def __init__(self) -> None:
        self.warmth = Warmth()
        self.own: dict[tuple[Warmth, float], Template] = {}
        self.refused: dict[tuple[Warmth, float], Refused] = {}
        self.lock = threading.Lock()

    def fork(self, argv: list[str], env: dict[str, str], cwd: str) -> Kernel:
        """Fork a kernel from the template that is there, else from one that is started now."""
        warmth = self.warmth
        if warmth.address:
            try:
                return Template(warmth.address).fork(argv, env, cwd)
            except Unreachable:
                pass  # it lay on another machine, or is gone
        return self._template(replace(warmth, address="")).fork(argv, env, cwd)

    def _template(self, warmth: Warmth) -> Template:
        """
        Return a template of this process's own, with the code as it is now.

        One whose code has changed since is left to the kernels that it forked: they end with it.
        """
        key = (warmth, newest_code())
        with self.lock:
            found = self.own.get(key)
            if found is None or not found.alive():
                if key in self.refused:
                    raise self.refused[key]
                try:
                    self.own[key] = found = warmth.start()
                except Refused as refused:
                    self.refused[key] = refused  # it would fail again, and take its time
                    raise
                atexit.register(found.close)
        return found


def newest_code() -> float:
    """Return when code that a template holds was last written: this package's, or a package installed."""
    package = Path(__file__).parents[2]
    files = [*package.rglob("*.py"), *(Path(p) for p in sys.path if p.endswith("site-packages"))]
    return max(file.stat().st_mtime for file in files)


_source = _Source()


@contextmanager
def kernels(warmth: Warmth | None) -> Iterator[None]:
    """
    Have kernels started in a block forked; as usual where `warmth` is None, or this system cannot.

    Parameters
    ----------
    warmth : Warmth or None
        Where from.
    """
    factory = KernelProvisionerFactory.instance()
    before = factory.default_provisioner_name
    if warmth is None or not supported():
        name = before if before != NAME else "local-provisioner"
    else:
        name, _source.warmth = NAME, warmth
    factory.default_provisioner_name = name
    try:
        yield
    finally:
        factory.default_provisioner_name = before


class WarmProvisioner(LocalProvisioner):
    """
    A provisioner whose kernels are forked from a process that has imported everything.

    Notes
    -----
    Its entry point is named ``seedmetrics-warm``; a kernel specification names it, or the variable
    ``JUPYTER_DEFAULT_PROVISIONER_NAME``. Where the template refuses, the ordinary kernel is started:
    the same results, later.
    """

    _forked: Kernel | None = None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork a kernel, or start one."""
        try:
            arguments = cmd[cmd.index("-f") :]
            env = {str(k): str(v) for k, v in kwargs["env"].items()}
            cwd = str(kwargs.get("cwd") or Path.cwd())
            # The first may have to start a template: seconds, in which a server must go on answering.
            loop = asyncio.get_running_loop()
            kernel = await loop.run_in_executor(None, _source.fork, arguments, env, cwd)
        except (Refused, ValueError) as error:
            self.log.info("no warm kernel: %s", error)
            return await super().launch_kernel(cmd, **kwargs)
        self._forked = kernel
        # As its parent takes a child process: the same methods under the same names.
        self.process = cast("subprocess.Popen[bytes]", kernel)
        self.pid, self.pgid = kernel.pid, kernel.pid
        return self.connection_info

    async def wait(self) -> int | None:
        """Wait for the kernel's end: told at once by its descriptor, where it has one."""
        kernel, self._forked = self._forked, None
        if kernel is None or kernel.returncode is not None:
            return await super().wait()
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(kernel.process, ended.set)
        try:
            await ended.wait()
        except asyncio.CancelledError:
            self._forked = kernel  # who waited had no more time; the kernel may still run
            raise
        finally:
            loop.remove_reader(kernel.process)
        code = kernel.wait()
        self.process = None
        return code
