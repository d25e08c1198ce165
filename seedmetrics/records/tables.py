"""One file → one table: columns found, values typed, rules applied, every dropped row named."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from seedmetrics.records import rules
from seedmetrics.records.catalog.columns import Column, Table
from seedmetrics.records.log import Cells, Log
from seedmetrics.records.manifest import ColumnSource, TableSource
from seedmetrics.records.mending import Reading, Typed, clean, mend, strings
from seedmetrics.records.personal import LOOKED_AT, why_personal
from seedmetrics.records.problems import ProblemList, Texts, nearest
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
    cells = _cells(table, source, text, log)
    total = len(text.rows) + len(text.ragged)
    if cells is None:
        return TableRead(None, total, total)
    _add_ragged(text, log)
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


def _cells(table: Table, source: TableSource, text: TextTable, log: Log) -> dict[str, Cells] | None:
    """Return the cells of each of our columns that the file has; None where a required one is not."""
    cells: dict[str, Cells] = {}
    usable = True
    used: set[int] = set()
    for name, column in table.columns.items():
        given = source.columns.get(name, ColumnSource(column=name))
        if given.value is not None:
            texts = np.array([given.value], dtype=object)
            cells[name] = Cells(name, texts, np.zeros(len(text.rows), dtype=np.intp))
            continue
        theirs = given.column or name
        at = _position(text.header, theirs)
        problem, remedy = "", ""
        if at is None:
            problem, remedy = _absent(
                name, theirs, column, text.header, named=name in source.columns
            )
        elif text.header.count(text.header[at]) > 1:
            problem = f"the file has {text.header.count(text.header[at])} columns of this name"
            remedy = "rename all but one"
        else:
            used.add(at)
            found = _distinct(text.header[at], text.columns[at], given)
            problem = (
                why_personal(found.name, found.texts, found.codes) if not given.meanings else ""
            )
            remedy = "take the numbers out of the file; use a pseudonymous code instead"
            if not problem:
                cells[name] = found
        if problem:
            log.whole("refused", problem, remedy, column=theirs)
            usable &= not column.required
    _note_unused(text, used, log)
    return cells if usable else None


def _position(header: tuple[str, ...], theirs: str) -> int | None:
    """Return where a column stands, if need be without regard to blanks, breaks and width of letters."""
    if theirs in header:
        return header.index(theirs)
    plain = ["".join(clean(name).split()) for name in header]
    wanted = "".join(clean(theirs).split())
    return plain.index(wanted) if wanted in plain else None


def _absent(
    name: str, theirs: str, column: Column, header: tuple[str, ...], *, named: bool
) -> tuple[str, str]:
    """Return problem and remedy for a column that is not in the file; empty where it need not be."""
    if not (named or column.required):
        return "", ""
    needed = "a required column" if column.required else "a column that district.toml names"
    remedy = f'map it under [tables.…columns] in district.toml as {name} = "theirs". {nearest(theirs, header)}'
    return f"{needed} is not in the file", remedy


def _distinct(name: str, column: Texts, given: ColumnSource) -> Cells:
    codes, texts = pd.factorize(column)
    texts = np.asarray(texts, dtype=object)
    if given.meanings or given.otherwise is not None:
        plain = {clean(word): meaning for word, meaning in given.meanings.items()}
        texts = np.array(
            [_translated(word, plain, given.otherwise) for word in texts], dtype=object
        )
    return Cells(name, texts, codes)


def _translated(text: str, values: Mapping[str, str], otherwise: str | None) -> str:
    word = clean(text)
    if word in values:
        return values[word]
    # What is not there is not something else: an empty cell stays empty.
    return text if otherwise is None or not word else otherwise


def _note_unused(text: TextTable, used: set[int], log: Log) -> None:
    unused = [i for i in range(len(text.header)) if i not in used]
    names = ", ".join(f"`{text.header[i]}`" for i in unused if text.header[i])
    if names:
        log.whole(
            "noted", f"columns that nothing maps were passed over: {names}", "nothing, or map them"
        )
    nowhere = ColumnSource(value="")
    step = max(1, len(text.rows) // LOOKED_AT)
    for i in unused:
        # Nothing is read from these, so a part of the rows is enough to warn.
        cells = _distinct(text.header[i], text.columns[i][::step], nowhere)
        if problem := why_personal(cells.name, cells.texts, cells.codes):
            log.whole("noted", problem, "take the numbers out of the file", column=text.header[i])


def _add_ragged(text: TextTable, log: Log) -> None:
    if text.ragged:
        log.problems.add(
            "refused",
            table=log.table,
            file=log.file,
            rows=[item.row for item in text.ragged],
            values=[item.text for item in text.ragged],
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
