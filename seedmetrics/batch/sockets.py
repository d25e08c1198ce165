"""Folders for the sockets at which kernels are met: short paths, of one process each, swept when it is gone."""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LONGEST = 100  # a socket's path: 107 bytes on Linux, 103 on macOS
DEEPEST = "smxxxxxxx-xxxxxxxx/k-ipc-5"  # below the folder for temporary files
OURS = re.compile(r"sm(\d+)-\w+")


def parent_folder() -> Path | None:
    """Return where such folders are made; None where no path is short enough, or the system has no such sockets."""
    if sys.platform == "win32":
        return None
    for folder in (tempfile.gettempdir(), "/tmp"):  # noqa: S108  # only as parent of a folder of our own
        if Path(folder).is_dir() and len(os.fsencode(Path(folder) / DEEPEST)) <= LONGEST:
            return Path(folder)
    return None


def new_folder() -> Path:
    """
    Make a folder that tells whose it is.

    Returns
    -------
    Path
        Open to this user alone; whoever makes it removes it.

    Raises
    ------
    OSError
        Where there is no place for one.
    """
    parent = parent_folder()
    if parent is None:
        msg = "no folder for temporary files has a path short enough for a socket"
        raise OSError(msg)
    return Path(tempfile.mkdtemp(prefix=f"sm{os.getpid()}-", dir=parent))


@contextmanager
def socket_folder() -> Iterator[Path | None]:
    """Make a folder for a block, and remove it after it; None where there is no place for one."""
    if parent_folder() is None:
        yield None
        return
    folder = new_folder()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep() -> list[Path]:
    """
    Remove the folders of processes that were killed before they could.

    Returns
    -------
    list of Path
        What was removed: this user's, of processes that are no more.
    """
    parent = parent_folder()
    removed = []
    for folder in parent.iterdir() if parent is not None else ():
        found = OURS.fullmatch(folder.name)
        try:
            mine = found is not None and folder.stat().st_uid == os.getuid()
        except OSError:
            continue  # removed meanwhile, by who made it
        if mine and found is not None and not _runs(int(found[1])):
            shutil.rmtree(folder, ignore_errors=True)
            removed.append(folder)
    return removed


def _runs(pid: int) -> bool:
    """Return whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
