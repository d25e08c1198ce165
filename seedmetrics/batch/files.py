"""How a file comes to be: written beside its place, put there in one step, never half of it; one writer at a time."""

import contextlib
import errno
import hashlib
import os
import re
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    FAR = 2**30  # a byte beyond the end of any ledger: locking it keeps nobody from reading
else:
    import fcntl

# There an open file can be neither removed nor renamed.
WINDOWS = os.name == "nt"
# What `write_atomically` names what it is writing, now and in earlier versions.
UNFINISHED = re.compile(r"\.[0-9a-f]{16}\.\w+\.part")
A_DAY = 86_400.0
A_MOMENT = 0.01
# What a system says when there is no room: on the disk, or of it for this user.
NO_ROOM = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
FULL = "the disk is full: make room, then run the same again"


def write_atomically(path: Path, content: str | bytes) -> None:
    r"""Write a file so that a reader finds the old one or the new one, never a part.

    Parameters
    ----------
    path : Path
        Where the file shall be; its folder is made when missing.
    content : str or bytes
        What it shall hold. Text is written as UTF-8 with ``\n`` line ends, on every system.

    Notes
    -----
    The temporary file stands in the same folder (a rename is atomic only within one file system)
    and is removed when writing fails, a full disk for one. File and folder are on the disk when
    this returns, so that the same holds of a cut of power. While it is written the temporary file
    is locked: `remove_leftovers` knows by that whether its writer lives. An `OSError` for want of room
    names the file that was to be, and says what to do.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode("utf-8") if isinstance(content, str) else content
    beside = path.parent / f".{digest(path.name.encode())[:16]}.{secrets.token_hex(4)}.part"
    try:
        with beside.open("xb") as file:
            if not WINDOWS:
                with contextlib.suppress(OSError):  # a file system without locks
                    _try_lock(file.fileno())
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            if not WINDOWS:
                beside.replace(path)
        if WINDOWS:
            beside.replace(path)
    except BaseException as error:
        beside.unlink(missing_ok=True)
        if lacks_room(error):
            raise OSError(errno.ENOSPC, FULL, str(path)) from error
        raise
    sync_folder(path.parent)


def lacks_room(error: BaseException) -> bool:
    """Say whether it is for want of room on a disk that something went wrong.

    Parameters
    ----------
    error : BaseException
        What was raised.

    Returns
    -------
    bool
        True for a full disk and for a quota that is used up.
    """
    return isinstance(error, OSError) and error.errno in NO_ROOM


def sync_folder(folder: Path) -> None:
    """Put on the disk which files a folder holds, where the system can; a file's name is its folder's business.

    Parameters
    ----------
    folder : Path
        The folder.
    """
    if WINDOWS:
        return
    with contextlib.suppress(OSError):  # some file systems do it unasked and refuse to be asked
        place = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(place)
        finally:
            os.close(place)


def remove_leftovers(folder: Path, *, before: float | None = None) -> list[Path]:
    """Remove what was being written when a process was killed.

    Parameters
    ----------
    folder : Path
        Looked through with all below it; one that is not there holds nothing.
    before : float, optional
        Seconds since 1970: only what is older goes. Now where left out.

    Returns
    -------
    list of Path
        What was removed: temporary files of `write_atomically` that no process writes any more, on
        this machine or another. Where the file system has no locks, none of the last day.
    """
    before = time.time() if before is None else before
    removed = []
    for path in sorted(folder.rglob(".*.part")):
        with contextlib.suppress(OSError):  # finished or removed meanwhile; open, on Windows
            if UNFINISHED.fullmatch(path.name) and _abandoned(path, before):
                path.unlink()
                removed.append(path)
    return removed


def _abandoned(path: Path, before: float) -> bool:
    """Say whether a temporary file is older than that, and nobody holds it."""
    written = path.stat().st_mtime
    if written >= before:
        return False
    if WINDOWS:
        return True  # while it is open it cannot be removed
    with path.open("rb") as file:
        try:
            return _try_lock(file.fileno())
        except OSError:
            return written < before - A_DAY


@contextmanager
def locked(place: int) -> Iterator[None]:
    """Keep other processes, and other threads, that ask for the same file from it for a block; wait until it is free.

    Parameters
    ----------
    place : int
        An open file's descriptor. The lock goes with the process that holds it, however that ends.
        Where the file system has no locks, the block runs without.
    """
    if sys.platform == "win32":
        while not _try_lock(place):
            time.sleep(A_MOMENT)
        try:
            yield
        finally:
            os.lseek(place, FAR, os.SEEK_SET)
            msvcrt.locking(place, msvcrt.LK_UNLCK, 1)
    else:
        with contextlib.suppress(OSError):
            fcntl.flock(place, fcntl.LOCK_EX)
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                fcntl.flock(place, fcntl.LOCK_UN)


def _try_lock(place: int) -> bool:
    """Lock an open file if nobody else has; say whether that went well."""
    try:
        if sys.platform == "win32":
            os.lseek(place, FAR, os.SEEK_SET)
            msvcrt.locking(place, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def digest(data: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal.

    Parameters
    ----------
    data : bytes
        What to digest.

    Returns
    -------
    str
        64 hexadecimal digits.

    Examples
    --------
    >>> digest(b"")[:16]
    'e3b0c44298fc1c14'
    """
    return hashlib.sha256(data).hexdigest()
