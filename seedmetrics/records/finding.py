"""Our columns in their file: found by name, translated, and refused where they hold what none may."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from seedmetrics.records.catalog.columns import Column, Table
from seedmetrics.records.log import Cells, Log
from seedmetrics.records.manifest import ColumnSource, TableSource
from seedmetrics.records.mending import clean
from seedmetrics.records.personal import (
    CONTENTS,
    LOOKED_AT,
    about_persons,
    header_fault,
    values_fault,
)
from seedmetrics.records.problems import Texts, nearest
from seedmetrics.records.reading import TextTable


def find_columns(
    table: Table, source: TableSource, text: TextTable, log: Log
) -> dict[str, Cells] | None:
    """
    Find each of our columns in a file.

    Parameters
    ----------
    table : Table
        The columns that are wanted.
    source : TableSource
        What `district.toml` says of the file.
    text : TextTable
        The file.
    log : Log
        Where columns that are refused or passed over are named.

    Returns
    -------
    dict of str to Cells, or None
        Those found; None where a required one is not, or may not be read.
    """
    cells: dict[str, Cells] = {}
    usable = True
    used: set[int] = set()
    for name, column in table.columns.items():
        given = source.columns.get(name, ColumnSource(column=name))
        theirs = given.column or name
        at = None if given.value is not None else _position(text.header, theirs)
        found: Cells | None = None
        fault = ("", "")
        if given.value is not None:
            texts = np.array([given.value], dtype=object)
            found = Cells(name, texts, np.zeros(len(text.rows), dtype=np.intp))
        elif at is None:
            named = name in source.columns
            fault = _absent(name, theirs, column, text.header, named=named)
        elif (same := text.header.count(text.header[at])) > 1:
            fault = f"the file has {same} columns of this name", "rename all but one"
        else:
            used.add(at)
            found = _distinct(text.header[at], text.columns[at], given)
            # What is translated is another word, whatever the column is called.
            fault = ("", "") if given.meanings else header_fault(found.name, table)
        if found is not None and not fault[0]:
            fault = values_fault(found, text.rows, column, persons=about_persons(table))
        if fault[0]:
            log.whole("refused", *fault, column=theirs)
            usable &= not column.required
        elif found is not None:
            cells[name] = found
    _note_unused(table, text, used, log)
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


def _note_unused(table: Table, text: TextTable, used: set[int], log: Log) -> None:
    """Note columns that nothing maps, and those among them that should not be in the file."""
    unused = [i for i in range(len(text.header)) if i not in used]
    names = ", ".join(f"`{text.header[i]}`" for i in unused if text.header[i])
    if names:
        remedy = "nothing, or map them"
        if table.name == "disclosures":
            remedy = f"take them out where they say what was disclosed: {CONTENTS}"
        log.whole("noted", f"columns that nothing maps were passed over: {names}", remedy)
    nowhere = ColumnSource(value="")
    step = max(1, len(text.rows) // LOOKED_AT)
    persons = about_persons(table)
    for i in unused:
        problem, remedy = header_fault(text.header[i], table)
        # Nothing is read from these, so a part of the rows tells whether to look at all of them.
        for part in () if problem else dict.fromkeys((step, 1)):
            cells = _distinct(text.header[i], text.columns[i][::part], nowhere)
            problem, remedy = values_fault(
                cells, text.rows[::part], Column("text"), persons=persons
            )
            if not problem:
                break
        if problem:
            log.whole("noted", problem, remedy, column=text.header[i])
