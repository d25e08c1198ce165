"""One file → one table: columns found, values typed, rules applied, every dropped row named."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from seedmetrics.records import rules
from seedmetrics.records.catalog.columns import Column, Table
from seedmetrics.records.finding import find_columns
from seedmetrics.records.log import Cells, Log
from seedmetrics.records.manifest import TableSource
from seedmetrics.records.mending import Reading, Typed, mend, strings
from seedmetrics.records.personal import about_persons, header_fault
from seedmetrics.records.problems import ProblemList
from seedmetrics.records.reading import TextTable, UnreadableFileError, read_text
from seedmetrics.records.setting import Setting


@dataclass(frozen=True, slots=True, eq=False)
class TableRead:
    """
    What came of a file.

    Attributes
    ----------
    frame : DataFrame or None
        The rows kept, indexed by their row in the file; None when the file cannot be used.
    rows, refused, mended : int
        Rows read, dropped, and kept with a changed value.
    """

    frame: pd.DataFrame | None
    rows: int = 0
    refused: int = 0
    mended: int = 0


def read_table(
    table: Table,
    source: TableSource,
    path: Path,
    *,
    setting: Setting,
    problems: ProblemList,
) -> TableRead:
    """
    Read a table from its file.

    Parameters
    ----------
    table : Table
        What it should hold.
    source : TableSource
        What `district.toml` says of it.
    path : Path
        Its file.
    setting : Setting
        What is the same for every table of the district.
    problems : ProblemList
        Where problems are added.

    Returns
    -------
    TableRead
        The table; every column of `table` is in it, those the file lacks with nothing but missing
        values. Rows read are rows kept and rows refused.
    """
    no_rows = np.zeros(0, dtype=np.int64)
    log = Log(problems, table.name, source.file, no_rows, no_rows == 1, no_rows == 1)
    try:
        text = read_text(path, encoding=source.encoding, sheet=source.sheet)
    except UnreadableFileError as error:
        log.whole("refused", error.problem, error.remedy, value=error.value or source.file)
        return TableRead(None)
    log.rows = text.rows
    log.refused = np.zeros(len(text.rows), dtype=bool)
    log.mended = log.refused.copy()
    for problem, remedy in text.notes:
        log.whole("noted", problem, remedy)
    cells = find_columns(table, source, text, log)
    total = len(text.rows) + len(text.ragged)
    if cells is None:
        return TableRead(None, total, total)
    _add_ragged(table, text, log)
    if not total:
        log.whole("noted", "the file has a header and no rows", "nothing, if none are expected")
    reading = Reading(setting.time_zone, source.date_format, setting.spellings.match)
    typed = {name: mend(c.texts, table.columns[name], reading) for name, c in cells.items()}
    values = {name: typed[name].data.take(cells[name].codes) for name in cells}
    _refuse_unreadable(table, cells, typed, log)
    rules.apply(table, cells, typed, values, setting, log)
    kept = ~log.refused
    frame = _frame(table, values, text.rows, kept)
    refused = int(log.refused.sum()) + len(text.ragged)
    return TableRead(frame, total, refused, int((log.mended & kept).sum()))


def _add_ragged(table: Table, text: TextTable, log: Log) -> None:
    """Refuse records that do not fit the header; where they may name a person, without their text."""
    if not text.ragged:
        return
    private = about_persons(table) or any(header_fault(name, table)[0] for name in text.header)
    log.problems.add(
        "refused",
        table=log.table,
        file=log.file,
        rows=[item.row for item in text.ragged],
        values=["" if private else item.text for item in text.ragged],
        problem=np.array([item.problem for item in text.ragged], dtype=object),
        remedy=np.array([item.remedy for item in text.ragged], dtype=object),
    )


def _refuse_unreadable(
    table: Table, cells: Mapping[str, Cells], typed: Mapping[str, Typed], log: Log
) -> None:
    """Refuse rows with a value that cannot be read, or without one that is required."""
    for name, found in cells.items():
        column, result = table.columns[name], typed[name]
        bad = (result.problem != "")[found.codes]
        at = found.codes[bad]
        log.at("refused", bad, found, result.problem[at], result.remedy[at])
        if column.required:
            what = "no unit" if column.kind == "unit" else f"no {name}"
            remedy = "enter it, or leave the row out of the file"
            log.at("refused", result.missing[found.codes], found, what, remedy)


def _frame(
    table: Table,
    values: Mapping[str, pd.api.extensions.ExtensionArray | npt.NDArray[np.generic]],
    rows: npt.NDArray[np.int64],
    kept: npt.NDArray[np.bool_],
) -> pd.DataFrame:
    """Return the rows kept, with every column of the table in its order."""
    count = int(kept.sum())
    frame = pd.DataFrame(
        {
            name: values[name][kept] if name in values else _nothing(column, count)
            for name, column in table.columns.items()
        },
        index=pd.Index(rows[kept], name="row"),
    )
    defaults = {n: c.default for n, c in table.columns.items() if c.default is not None}
    return frame.fillna(defaults) if defaults else frame


def _nothing(
    column: Column, count: int
) -> pd.api.extensions.ExtensionArray | npt.NDArray[np.generic]:
    match column.kind:
        case "date":
            return np.full(count, np.datetime64("NaT"), dtype="datetime64[us]")
        case "yesno":
            return pd.arrays.BooleanArray(np.zeros(count, dtype=bool), np.ones(count, dtype=bool))
        case "number" | "percent" | "count":
            return np.full(count, np.nan)
        case _:
            return strings(np.full(count, None, dtype=object))
