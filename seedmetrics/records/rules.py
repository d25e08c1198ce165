"""Rules over several values: spellings and levels of units, references, order of dates, parts, keys."""

from collections.abc import Mapping, MutableMapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from seedmetrics.records.catalog.columns import Part, Table
from seedmetrics.records.log import Cells, Log
from seedmetrics.records.mending import Typed
from seedmetrics.records.setting import Setting

Values: TypeAlias = pd.api.extensions.ExtensionArray | npt.NDArray[np.generic]
Columns: TypeAlias = MutableMapping[str, Values]


def apply(
    table: Table,
    cells: Mapping[str, Cells],
    typed: Mapping[str, Typed],
    values: Columns,
    setting: Setting,
    log: Log,
) -> None:
    """
    Apply every rule to a table, adding its problems to `log`.

    Parameters
    ----------
    table : Table
        What the table should hold.
    cells, typed : mapping of str to Cells, Typed
        Texts of each column and what was read from them.
    values : mutable mapping of str to array, shape (n,)
        Typed values by row; ``closed`` is changed where the district says so.
    setting : Setting
        The district.
    log : Log
        Where problems are added and refused rows are marked.
    """
    _note_spellings(table, cells, typed, log)
    _check_levels(table, cells, values, setting, log)
    _check_references(table, cells, values, setting, log)
    for order in table.orders:
        _check_order(order.first, order.then, order.severity, cells, values, log)
    for part in table.parts:
        _check_part(part, cells, values, log)
    if table.name == "cases":
        _check_closed(cells, typed, values, setting, log)
    _note_future(table, cells, values, setting, log)
    if table.name == "marks" and "mark" in values:
        _note_shares(cells["mark"], np.asarray(values["mark"], dtype=np.float64), log)
    _refuse_repeated(table, cells, values, log)


def _note_spellings(
    table: Table, cells: Mapping[str, Cells], typed: Mapping[str, Typed], log: Log
) -> None:
    """Note each spelling of a unit that is not its code, once, with its count."""
    for name, found in cells.items():
        if table.columns[name].kind != "unit":
            continue
        counts = np.bincount(found.codes, minlength=len(found.texts))
        read = np.asarray(typed[name].data, dtype=object)
        usable = (typed[name].problem == "") & ~typed[name].missing
        for i in np.flatnonzero(usable & (found.texts != read)):
            log.whole(
                "noted",
                f"{counts[i]} rows spell the unit {read[i]} this way",
                "nothing; or write the code",
                column=found.name,
                value=found.texts[i],
            )


def _check_levels(
    table: Table, cells: Mapping[str, Cells], values: Columns, setting: Setting, log: Log
) -> None:
    """Refuse units of another level than the column wants, such as the township of a village."""
    for name, found in cells.items():
        wanted = table.columns[name].level
        if not wanted:
            continue
        level = pd.Series(values[name]).map(setting.levels)
        other = (level.notna() & (level != wanted)).to_numpy()
        problem = np.array(
            [f"is {_one(of)}, not {_one(wanted)}" for of in level[other]], dtype=object
        )
        remedy = f"name the {wanted} itself, or correct its `level` in the file of units"
        log.at("refused", other, found, problem, remedy)


def _one(level: str) -> str:
    return f"an {level}" if level[0] in "aeiou" else f"a {level}"


def _check_references(
    table: Table, cells: Mapping[str, Cells], values: Columns, setting: Setting, log: Log
) -> None:
    for name, column in table.columns.items():
        target = column.refers_to
        if not target or name not in cells:
            continue
        known = setting.keys.get(target)
        if known is None:
            what = f"`{name}` cannot be checked: the table {target} is not kept or cannot be read"
            log.whole("noted", what, f"hand over {target}", column=cells[name].name)
            continue
        codes = pd.Series(values[name])
        lost = (codes.notna() & ~codes.isin(known)).to_numpy()
        what = f"is not among the {target} kept"
        log.at("refused", lost, cells[name], what, f"correct it, or add it to {target}")


def _check_order(
    first: str,
    then: str,
    severity: str,
    cells: Mapping[str, Cells],
    values: Columns,
    log: Log,
) -> None:
    if first not in values or then not in values:
        return
    before = _moments(values[then]) < _moments(values[first])
    problem = f"`{then}` comes before `{first}`"
    if severity == "refused":
        log.at("refused", before, cells[then], problem, "correct one of the two dates")
    else:
        log.at("noted", before, cells[then], problem, "check both dates; the row is kept as it is")


def _check_part(part: Part, cells: Mapping[str, Cells], values: Columns, log: Log) -> None:
    """Refuse rows in which a part is larger than its whole; a missing count contradicts nothing."""
    if part.part not in values or part.whole not in values:
        return
    whole = np.asarray(values[part.whole], dtype=np.float64)
    larger = np.asarray(values[part.part], dtype=np.float64) > whole
    remedy = np.array(
        [f"`{part.whole}` is {of:.0f} here; correct one of the two" for of in whole[larger]],
        dtype=object,
    )
    problem = f"is more than `{part.whole}`, of which it is a part"
    log.at("refused", larger, cells[part.part], problem, remedy)


def _check_closed(
    cells: Mapping[str, Cells],
    typed: Mapping[str, Typed],
    values: Columns,
    setting: Setting,
    log: Log,
) -> None:
    """Refuse or mend cases closed before they were opened."""
    if "closed" not in values:
        return
    opened = _moments(values["opened"])
    closed = _moments(values["closed"]).copy()
    day_only = typed["closed"].day_only[cells["closed"].codes]
    # A closing day without a time says no more than that the case was closed on that day.
    same_day = day_only & (closed < opened) & (closed == opened.astype("datetime64[D]"))
    closed[same_day] = opened[same_day]
    before = closed < opened
    problem = "the case was closed before it was opened"
    if setting.closed_before_opened == "refuse":
        remedy = (
            'correct the dates, or write closed_before_opened = "closed_at_once" in district.toml'
        )
        log.at("refused", before, cells["closed"], problem, remedy)
    else:
        remedy = "set to the moment it was opened, as district.toml says; correct it at the source"
        log.at("mended", before, cells["closed"], problem, remedy)
        closed[before] = opened[before]
    values["closed"] = closed


def _moments(values: Values) -> npt.NDArray[np.datetime64]:
    return np.asarray(values, dtype="datetime64[us]")


def _note_future(
    table: Table,
    cells: Mapping[str, Cells],
    values: Columns,
    setting: Setting,
    log: Log,
) -> None:
    """Note, once for a column, dates of what has happened that lie after `as_of`."""
    for name, found in cells.items():
        if not table.columns[name].past:
            continue
        late = (_moments(values[name]) > np.datetime64(setting.as_of)) & ~log.refused
        if late.any():
            first = int(np.flatnonzero(late)[0])
            log.whole(
                "noted",
                f"{int(late.sum())} dates lie after as_of, first in row {log.rows[first]}",
                "correct them, or set `as_of` in district.toml to when the records were taken",
                column=found.name,
                value=found.texts[found.codes[first]],
            )


def _note_shares(cells: Cells, marks: npt.NDArray[np.float64], log: Log) -> None:
    """Note marks that are all at most 1, as shares would be."""
    known = marks[~np.isnan(marks)]
    if len(known) and known.max() <= 1 and known.max() > 0:
        log.whole(
            "noted",
            "no mark is above 1, as if they were shares",
            "write marks from 0 to 100",
            column=cells.name,
        )


def _refuse_repeated(table: Table, cells: Mapping[str, Cells], values: Columns, log: Log) -> None:
    """Refuse rows whose key an earlier row that is kept has."""
    if not table.key:
        return
    kept = np.flatnonzero(~log.refused)
    keys = pd.DataFrame({name: values[name][kept] for name in table.key})
    repeated = keys.duplicated(keep="first").to_numpy()
    if not repeated.any():
        return
    group = keys.groupby(list(table.key), sort=False).ngroup().to_numpy()
    first_of_group = kept[np.flatnonzero(~repeated)]
    where = np.zeros(len(log.rows), dtype=bool)
    where[kept[repeated]] = True
    first_rows = log.rows[first_of_group[group[repeated]]]
    name = " + ".join(table.key)
    problem = np.array([f"row {row} has the same {name}" for row in first_rows], dtype=object)
    log.at(
        "refused",
        where,
        cells[table.key[-1] if len(table.key) == 1 else table.key[0]],
        problem,
        "keep one of the rows, or give them different codes",
    )
