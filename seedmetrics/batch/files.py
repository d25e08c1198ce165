"""How a file comes to be: written beside its place, put there in one step, never half of it."""

import hashlib
import os
from pathlib import Path


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
    and is removed when writing fails, a full disk for one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode("utf-8") if isinstance(content, str) else content
    beside = path.parent / f".{digest(path.name.encode())[:16]}.{os.getpid()}.part"
    try:
        beside.write_bytes(data)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


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
