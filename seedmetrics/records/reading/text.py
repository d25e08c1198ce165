"""A file's records as text, whatever kind of file it was: header, columns, rows, and what does not fit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from seedmetrics.records.problems import Texts

Rows = npt.NDArray[np.int64]

# A double holds 15 decimal digits for certain; Excel shows zeros in place of those after them.
SAFE_NUMBER: Final = 10**15


class UnreadableFileError(Exception):
    """The whole file cannot be read; caught where the table is made, never seen by a user."""

    def __init__(self, problem: str, remedy: str, value: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy
        self.value = value


@dataclass(frozen=True, slots=True, eq=False)
class Ragged:
    """
    A record that does not fit the header.

    Attributes
    ----------
    row : int
        Its row.
    text : str
        What it holds.
    problem, remedy : str
        What is wrong and what to do.
    """

    row: int
    text: str
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True, eq=False)
class TextTable:
    """
    A file's records as text.

    Attributes
    ----------
    header : tuple of str
        The columns' names as the file has them.
    columns : tuple of ndarray of str, shape (n,)
        One for each name; an empty text where the file has nothing.
    rows : ndarray of int, shape (n,)
        Rows as a spreadsheet numbers them, the header being 1; a quoted cell of several lines
        is one row, and an empty row counts. The first record of a Parquet file is 2.
    ragged : tuple of Ragged
        Records that are not in `columns`.
    notes : tuple of (str, str)
        Problem and remedy of what was found out about the file.
    """

    header: tuple[str, ...]
    columns: tuple[Texts, ...]
    rows: Rows
    ragged: tuple[Ragged, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()


def table_of(
    records: Sequence[list[str]],
    broken: dict[int, str],
    notes: tuple[tuple[str, str], ...],
) -> TextTable:
    """
    Part records into the header, those that fit it and those that do not.

    Parameters
    ----------
    records : sequence of list of str
        Every row of the file; at least one holds something.
    broken : dict of int to str
        By index, the lines whose quotes do not close.
    notes : tuple of (str, str)
        What was found out so far.

    Returns
    -------
    TextTable
        The records; the header is the first row that is not empty.

    Raises
    ------
    UnreadableFileError
        If a quote in the header is opened and not closed.
    """
    top = next(i for i, record in enumerate(records) if any(map(str.strip, record)))
    if top in broken:
        msg = "a quote in the header row is opened and not closed"
        raise UnreadableFileError(msg, "correct the header row", broken[top])
    header = [name.strip() for name in records[top]]
    while header and not header[-1]:
        header.pop()
    width, body = len(header), records[top + 1 :]
    # Rows count from 1, the header's is top + 1.
    rows = np.arange(top + 2, len(records) + 1, dtype=np.int64)
    lengths = np.fromiter(map(len, body), dtype=np.int64, count=len(body))
    filled = np.fromiter(map(any, body), dtype=bool, count=len(body))
    unclosed = [i - top - 1 for i in broken]
    fits = filled & (lengths == width)
    fits[unclosed] = False
    overlong = False
    ragged: list[Ragged] = []
    for i in np.flatnonzero(filled & ~fits).tolist():
        row = int(rows[i])
        if row - 1 in broken:
            ragged.append(_unclosed(row, broken[row - 1]))
        elif lengths[i] > width and not any(body[i][width:]):
            fits[i] = overlong = True
        else:
            ragged.append(_misfit(row, body[i], width))
    fitting = body if fits.all() else [body[i] for i in np.flatnonzero(fits).tolist()]
    empty = int((~filled).sum())
    if empty:
        notes += ((f"{empty} empty rows were passed over", "nothing, or delete them"),)
    grid = np.empty((0, width), dtype=object)
    if fitting:
        grid = np.array(
            [record[:width] for record in fitting] if overlong else fitting, dtype=object
        )
    columns = tuple(np.ascontiguousarray(grid[:, i]) for i in range(width))
    return TextTable(tuple(header), columns, rows[fits], tuple(ragged), notes)


def _unclosed(row: int, line: str) -> Ragged:
    remedy = 'close the quote, or write a quote inside a cell twice ("")'
    return Ragged(row, line, "a quote is opened and not closed on the same line", remedy)


def _misfit(row: int, record: list[str], width: int) -> Ragged:
    remedy = 'put a cell that holds the separator into quotes ("…"); give each row every cell'
    if len(record) < width:
        remedy = "give the row every cell, empty ones too"
    problem = f"the row has {len(record)} cells, the header {width}"
    return Ragged(row, " | ".join(record), problem, remedy)
