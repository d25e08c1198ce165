"""Parquet → text: each column cast so that it reads as a CSV of it would."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from seedmetrics.records.problems import Texts
from seedmetrics.records.reading.text import SAFE_NUMBER, TextTable, UnreadableFileError


def read_parquet(path: Path) -> TextTable:
    """
    Read a Parquet file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    TextTable
        Its records; the first is row 2, as if a header stood above it.

    Raises
    ------
    UnreadableFileError
        If it is no Parquet file.
    """
    import duckdb

    with duckdb.connect() as connection:
        try:
            # A moment with a zone is written in UTC with its offset, whatever machine reads it.
            connection.execute("SET TimeZone = 'UTC'")
            source = connection.read_parquet(str(path))
            names = tuple(source.columns)
            chosen = ", ".join(
                f"{_as_text(name, str(kind))} AS c{i}"
                for i, (name, kind) in enumerate(zip(names, source.types))
            )
            found = connection.sql(f"SELECT {chosen} FROM source").fetchnumpy()  # noqa: S608 - names are quoted
        except duckdb.Error as error:
            msg = f"the Parquet file cannot be read: {str(error).splitlines()[0]}"
            raise UnreadableFileError(msg, "write it again") from error
    columns = tuple(_filled(found[f"c{i}"]) for i in range(len(names)))
    count = len(columns[0]) if columns else 0
    return TextTable(
        tuple(n.strip() for n in names), columns, np.arange(2, count + 2, dtype=np.int64)
    )


def _as_text(name: str, kind: str) -> str:
    """Return the expression that makes text of a column; whole doubles lose their point."""
    quoted = '"' + name.replace('"', '""') + '"'
    text = f"CAST({quoted} AS VARCHAR)"
    if kind not in ("DOUBLE", "FLOAT"):
        return text
    whole = f"isfinite({quoted}) AND {quoted} = trunc({quoted}) AND abs({quoted}) < {SAFE_NUMBER}"
    number = f"CAST(CAST({quoted} AS BIGINT) AS VARCHAR)"
    return f"CASE WHEN isnan({quoted}) THEN NULL WHEN {whole} THEN {number} ELSE {text} END"


def _filled(values: npt.NDArray[np.object_]) -> Texts:
    """Return texts with an empty one where a value is missing."""
    if isinstance(values, np.ma.MaskedArray):
        return np.asarray(values.filled(""), dtype=object)
    return np.asarray(values, dtype=object)
