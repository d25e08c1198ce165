"""Files as text: CSV, workbook or Parquet → columns of text with the row each value stands in."""

import hashlib
from pathlib import Path
from typing import Final

from seedmetrics.records.problems import nearest
from seedmetrics.records.reading.delimited import read_csv
from seedmetrics.records.reading.parquet import read_parquet
from seedmetrics.records.reading.text import Ragged, Rows, TextTable, UnreadableFileError
from seedmetrics.records.reading.workbook import read_workbook

__all__ = ["Ragged", "Rows", "TextTable", "UnreadableFileError", "read_text", "sha256_of"]

_WORKBOOKS: Final = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_text(path: Path, *, encoding: str | None = None, sheet: str | None = None) -> TextTable:
    """
    Read a file's records as text.

    Parameters
    ----------
    path : Path
        A CSV (``.csv``, ``.tsv`` or ``.txt``, also with ``.gz``), a workbook or a Parquet file.
    encoding : str, optional
        Of a CSV; by default UTF-8 with or without a byte-order mark, else GB18030.
    sheet : str, optional
        Of a workbook; by default the first.

    Returns
    -------
    TextTable
        The records; the header is the first row that is not empty.

    Raises
    ------
    UnreadableFileError
        If the file is not there, is empty or is no such file.
    """
    if path.is_dir():
        msg = "is a folder, not a file"
        raise UnreadableFileError(msg, "name the file itself in district.toml")
    if not path.exists():
        beside = sorted(p.name for p in path.parent.iterdir()) if path.parent.is_dir() else []
        msg = "the file does not exist"
        raise UnreadableFileError(
            msg, f"correct `file` in district.toml. {nearest(path.name, beside)}"
        )
    endings = [ending.lower() for ending in path.suffixes[-2:]]
    try:
        if path.stat().st_size == 0:
            msg = "the file is empty (0 bytes)"
            raise UnreadableFileError(msg, "export it again, with its header row")
        if endings[-1:] == [".parquet"]:
            return read_parquet(path)
        if endings and endings[-1] in _WORKBOOKS:
            return read_workbook(path, sheet)
        return read_csv(path, encoding, unpack=endings[-1:] == [".gz"])
    except OSError as error:
        msg = f"the file cannot be opened: {error.strerror or error}"
        raise UnreadableFileError(msg, "check that it is whole and that you may read it") from error
