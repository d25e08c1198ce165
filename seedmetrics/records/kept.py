"""Districts that this process keeps open, for as long as their files are as they were; nothing is kept unasked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seedmetrics.records.district import District
    from seedmetrics.records.manifest import Manifest

Signature = tuple[tuple[str, int, int, int], ...]

_kept: dict[Path, tuple[Signature, District]] = {}


def signature(folder: Path, manifest_file: Path, manifest: Manifest) -> Signature:
    """
    Return what tells whether any file of a district was written since: sizes, times, places on disk.

    Parameters
    ----------
    folder : Path
        The district.
    manifest_file : Path
        Its ``district.toml``.
    manifest : Manifest
        What that says.

    Returns
    -------
    tuple
        One part a file; a file that is not there has none of the three.
    """
    names = [manifest.units, *(source.file for source in manifest.tables.values())]
    files = [manifest_file, *(folder / name for name in names)]
    return tuple(mark(file) for file in files)


def keep(district: District, marks: Signature) -> None:
    """Keep a district that was opened whole, under the marks that its files had before they were read."""
    _kept[district.folder] = (marks, district)


def find(folder: Path, marks: Signature) -> District | None:
    """Return the district kept for a folder, where its files have the same marks."""
    found = _kept.get(folder)
    return found[1] if found is not None and found[0] == marks else None


def forget() -> None:
    """Keep nothing any more."""
    _kept.clear()


def mark(file: Path) -> tuple[str, int, int, int]:
    """Return a file's size, time and place on the disk, after its name; -1 for each where it is not there."""
    try:
        found = file.stat()
    except OSError:
        return (str(file), -1, -1, -1)
    return (str(file), found.st_size, found.st_mtime_ns, found.st_ino)
