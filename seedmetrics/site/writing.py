"""Files of a site are written when they change: one that stands keeps its time, and a mirror copies little."""

from __future__ import annotations

from pathlib import Path

from seedmetrics.batch.files import write_atomically


def write_changed(path: Path, content: str | bytes) -> bool:
    """Write a file, whole or not at all, unless it holds just that.

    Parameters
    ----------
    path : Path
        Its folder is made when missing.
    content : str or bytes
        Text is written in UTF-8.

    Returns
    -------
    bool
        Whether anything was written.
    """
    wanted = content.encode("utf-8") if isinstance(content, str) else content
    try:
        if path.stat().st_size == len(wanted) and path.read_bytes() == wanted:
            return False
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, content)
    return True
