"""What a forked kernel does otherwise than ipykernel's own, so as to start and to answer sooner."""

import re
from collections.abc import Sequence

from ipykernel.iostream import OutStream
from ipykernel.kernelapp import IPKernelApp
from traitlets import DottedObjectName
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
    """A kernel's application with these streams, that reads plain arguments without a parser of all there could be."""

    outstream_class = DottedObjectName(f"{__name__}.{PromptStream.__name__}").tag(config=True)

    def parse_command_line(self, argv: list[str] | None = None) -> None:
        """Read the arguments; building ipykernel's parser for a connection file alone takes a fifth of the start."""
        config = plain_config(argv or [])
        if config is None:
            super().parse_command_line(argv)
        else:
            self.cli_config = config
            self.update_config(config)


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
