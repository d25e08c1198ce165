"""What a forked kernel does otherwise than ipykernel's own, so as to start and to answer sooner."""

import logging
import re
import sys
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

from ipykernel import ipkernel
from ipykernel.iostream import OutStream
from ipykernel.kernelapp import IPKernelApp
from IPython.core import shellapp
from traitlets import Bool, DottedObjectName
from traitlets.config.loader import Config, DeferredConfigString

TRAIT = re.compile(r"--([A-Z]\w*)\.(\w+)=(.*)", re.DOTALL)


class PromptStream(OutStream):
    """
    A stream of ipykernel whose `flush` returns at once where nothing was written since the last.

    Notes
    -----
    A kernel flushes both streams six times a cell, and each time wakes the thread that sends, and waits for it, whether
    or not there is anything to send. What was written before a flush is in the buffer when the flag is raised, so that
    none is passed over; messages keep their order, since one thread sends them all.
    """

    _unsent = False

    def write(self, string: str) -> int:
        """Write, and remember that something was."""
        written = super().write(string) or 0
        self._unsent = True
        return written

    def flush(self) -> None:
        """Send what was written, if anything was."""
        if self._unsent:
            self._unsent = False
            super().flush()  # type: ignore[no-untyped-call]


class PromptKernelApp(IPKernelApp):
    """
    A kernel's application with these streams.

    Notes
    -----
    Plain arguments are read without a parser of all there could be. Logging is left as the template has it, where
    nobody asked for more: to set it up goes through every logger there is, and what a forked kernel logs is not read.
    """

    unattended = Bool(
        False, help="Whether to do without what only people ask for: subshells, and a heartbeat."
    ).tag(config=True)
    outstream_class = DottedObjectName(f"{__name__}.{PromptStream.__name__}").tag(config=True)

    def parse_command_line(self, argv: list[str] | None = None) -> None:
        """Read the arguments; building ipykernel's parser for a connection file alone takes a fifth of the start."""
        config = plain_config(argv or [])
        if config is None:
            super().parse_command_line(argv)
        else:
            self.cli_config = config
            self.update_config(config)

    def init_control(self, context: Any) -> None:
        """Bind the control channel; where there is no subshell, requests come without a thread between."""
        super().init_control(context)  # type: ignore[no-untyped-call]
        if self.unattended:
            self.shell_channel_thread.io_loop.close()
            self.shell_channel_thread = None

    def init_heartbeat(self) -> None:
        """Start the heartbeat; who has the process's descriptor needs none to know that it lives."""
        if not self.unattended:
            super().init_heartbeat()  # type: ignore[no-untyped-call]

    def _configure_logging(self) -> None:
        """Log as told; else to nowhere."""
        if self.logging_config:
            super()._configure_logging()
            return
        log = logging.getLogger(type(self).__name__)
        if not log.handlers:
            log.addHandler(logging.NullHandler())
        self._logging_configured = True


class OwnModules:
    """
    The modules that a kernel of its own interpreter would have as it starts, as `sys.modules` would show them.

    Notes
    -----
    Names and files are held as two texts, and made anew when asked for: to touch a module, or its name, copies the
    page of memory that it lies in, and a fifth of a kernel's start went into that.
    """

    def __init__(self) -> None:
        files = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
        self._names = "\n".join(files)
        self._files = "\n".join(file for file in files.values() if file)

    def copy(self) -> "OwnModules":
        """Return it: there is nothing to change in it."""
        return self

    def keys(self) -> list[str]:
        """Return the names."""
        return self._names.split("\n")

    def values(self) -> Iterator[SimpleNamespace]:
        """Yield something with the file of each module that has one."""
        for file in self._files.split("\n"):
            yield SimpleNamespace(__file__=file)


class System:
    """The module ``sys``, with these modules."""

    def __init__(self, modules: OwnModules) -> None:
        vars(self)["modules"] = modules

    def __getattr__(self, name: str) -> Any:
        return getattr(sys, name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(sys, name, value)


def know_own_modules() -> None:
    """
    Let ipykernel and IPython take what is imported now for all that a kernel has as it starts.

    Notes
    -----
    ipykernel asks every module that is there for its file, so that its debugger steps over them; in a forked kernel
    pandas and all others are there already, which a debugger is to step into. IPython keeps their names, for
    ``%reset -s aggressive`` to spare.
    """
    system = System(OwnModules())
    vars(ipkernel)["sys"] = system
    vars(shellapp)["sys"] = system


def plain_config(argv: Sequence[str]) -> Config | None:
    """Return what a kernel is told, where that is a connection file and traits by their names.

    Parameters
    ----------
    argv : sequence of str
        ``-f``, the file, and what follows.

    Returns
    -------
    Config or None
        None where it is told anything else.

    Examples
    --------
    >>> plain_config(["-f", "k.json", "--HistoryManager.enabled=False"]).HistoryManager.enabled
    DeferredConfigString('False')
    >>> plain_config(["-f", "k.json", "--debug"]) is None
    True
    """
    if argv[:1] != ["-f"] or len(argv) < 2:
        return None
    found = Config({"IPKernelApp": {"connection_file": argv[1]}})
    for argument in argv[2:]:
        named = TRAIT.fullmatch(argument)
        if named is None:
            return None
        section, trait, value = named.groups()
        found[section][trait] = DeferredConfigString(value)
    return found
