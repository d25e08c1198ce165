"""Which columns of a file may not be read, since they hold names or numbers of persons, or contents."""

import re
from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from seedmetrics.records.catalog.columns import Column, Table
from seedmetrics.records.log import Cells
from seedmetrics.records.mending import clean
from seedmetrics.records.personal.names import holding_names
from seedmetrics.records.personal.numbers import (
    holding_identity,
    is_personal,
    is_telephone,
    names_a_number,
)

NO_NUMBERS: Final = "take the numbers out of the file; use a pseudonymous code instead"
NO_NAMES: Final = (
    "give each person a pseudonymous code with a digit in it, such as P0468, and keep the list of "
    "who is who elsewhere"
)
NO_CONTENTS: Final = "take the column out of the file: only who, of what kind and when is needed"
CONTENTS: Final = "contents of disclosures do not belong in this folder at all"
# Most columns are told from a part of their texts.
LOOKED_AT: Final = 500

_NUMBER_HEADER: Final = re.compile(
    r"身份证|公民身份|证件号|手机号|联系电话|联系方式|电话号码|(?:手机|电话|座机|固话)(?:号码?)?$"
    r"|national[ _-]?id|\bid[ _-]?card|\bidentity[ _-]?(?:card|no|num)|contact[ _-]?(?:no|num)"
    r"|^(?:mobile|(?:mobile[ _-]?|tele|cell)?phone)s?(?:[ _-]?(?:no\.?|numbers?))?$",
    re.IGNORECASE,
)
_NAME_HEADER: Final = re.compile(
    r"姓名|曾用名|(?<![位村镇乡道社区目业司部织构格链组楼店])名字"
    r"|(?<![a-z])(?:full|person(?:al)?|first|last|family|given)[ _-]?names?(?![a-z])|\bsurnames?\b"
    r"|^(?:cadre|secretary|leader|member|judge|instructor|official|employee|staff)(?:'?s)?[ _-]?names?$",
    re.IGNORECASE,
)
_CONTENT_HEADER: Final = re.compile(
    r"内容|详情|明细|事项|情况|说明|金额|数额|价格|content|detail|amount|matter|description|\bsum\b",
    re.IGNORECASE,
)
_DAY_HEADER: Final = re.compile(r"时间|日期|日$|date", re.IGNORECASE)
# A question about a number, such as 是否留有电话, is no column of numbers.
_QUESTION: Final = re.compile(r"是否|有无")
# Kinds whose values are dates, words from a list, yes or no: whatever else stands there is refused row
# by row, its numbers masked.
_CLOSED_KINDS: Final = ("date", "month", "period", "yesno", "choice")


def about_persons(table: Table) -> bool:
    """
    Tell whether the rows of a table are about persons.

    Parameters
    ----------
    table : Table
        Its declaration.

    Returns
    -------
    bool
        True where a column holds codes of persons.
    """
    return any(column.kind == "person" for column in table.columns.values())


def header_fault(name: str, table: Table) -> tuple[str, str]:
    """
    Say why a column may not be read, by its name alone.

    Parameters
    ----------
    name : str
        The column as the file names it.
    table : Table
        The table it is read for.

    Returns
    -------
    problem, remedy : str
        Both empty where the name says nothing of the kind.

    Examples
    --------
    >>> from seedmetrics.records.schemas import TABLES
    >>> header_fault("书记姓名", TABLES["secretary_files"])[0]
    'by its name it holds names of persons; it was not read'
    """
    plain = clean(name)
    forms = (plain, "".join(plain.split()))
    if not _QUESTION.search(forms[1]):
        if any(map(_NUMBER_HEADER.search, forms)):
            return "by its name it holds identity or telephone numbers; it was not read", NO_NUMBERS
        if any(map(_NAME_HEADER.search, forms)):
            return "by its name it holds names of persons; it was not read", NO_NAMES
    if (
        table.name == "disclosures"
        and _CONTENT_HEADER.search(forms[1])
        and not _DAY_HEADER.search(forms[1])
    ):
        return f"by its name it holds what was disclosed; it was not read: {CONTENTS}", NO_CONTENTS
    return "", ""


def values_fault(
    cells: Cells, rows: npt.NDArray[np.int64], column: Column, *, persons: bool
) -> tuple[str, str]:
    """
    Say why a column may not be read, by its values.

    Parameters
    ----------
    cells : Cells
        Its different texts and where they stand.
    rows : ndarray of int, shape (n,)
        Rows as a spreadsheet numbers them.
    column : Column
        What it is read as.
    persons : bool
        Whether the table is about persons.

    Returns
    -------
    problem, remedy : str
        Both empty where the column may be read. A problem tells how many rows and the first of them,
        and never what stands there.

    Notes
    -----
    In a column of codes of persons one number of a person is too many, and so are names; see
    `names_a_number` and `holding_names`. Any other column is refused for a national id that is no
    code (`holding_identity`), or where more than half of its values that are not empty are national
    ids or mobile numbers, or, in a table about persons, any telephone numbers.
    """
    if column.kind == "person":
        numbers = np.array([i for i, t in enumerate(cells.texts) if names_a_number(t)], dtype=int)
        if len(numbers):
            what = "numbers of persons (identity, mobile or telephone)"
            return _told(what, numbers, cells, rows), NO_NUMBERS
        names = holding_names(cells.texts)
        if len(names):
            return _told("what looks like names of persons", names, cells, rows), NO_NAMES
        return "", ""
    if column.kind not in _CLOSED_KINDS:
        found = holding_identity(cells.texts)
        if len(found):
            return _told("national identity numbers", found, cells, rows), NO_NUMBERS
    if _mostly_numbers(cells, persons=persons):
        also = ", mobile or telephone" if persons else " or mobile"
        return (
            f"more than half its values look like identity{also} numbers; it was not read",
            NO_NUMBERS,
        )
    return "", ""


def series_fault(values: "pd.Series[str]") -> tuple[str, str]:
    """
    Say why a column of a frame holds no codes of persons.

    Parameters
    ----------
    values : Series of str, shape (n,)
        What should be pseudonymous codes; its index, where whole numbers, gives the rows.

    Returns
    -------
    problem, remedy : str
        Both empty where nothing speaks against them.

    Examples
    --------
    >>> import pandas as pd
    >>> series_fault(pd.Series(["P0468", "13912345678"]))[0]
    'holds numbers of persons (identity, mobile or telephone) in row 1; it was not read'
    """
    codes, texts = pd.factorize(values.fillna("").astype(str))
    integers = pd.api.types.is_integer_dtype(values.index.dtype)
    rows = values.index.to_numpy() if integers else np.arange(len(values))
    cells = Cells(str(values.name), np.asarray(texts, dtype=object), codes)
    return values_fault(cells, rows, Column("person"), persons=True)


def _told(what: str, found: npt.NDArray[np.intp], cells: Cells, rows: npt.NDArray[np.int64]) -> str:
    """Say in how many rows a column holds what it may not, and in which first."""
    where = np.isin(cells.codes, found)
    count = int(where.sum())
    place = f"{count} rows, first in row" if count > 1 else "row"
    return f"holds {what} in {place} {rows[where][0]}; it was not read"


def _mostly_numbers(cells: Cells, *, persons: bool) -> bool:
    """Tell whether more than half of the values that are not empty are numbers of persons."""
    texts = cells.texts
    counts = np.bincount(cells.codes, minlength=len(texts))
    filled = counts[texts != ""].sum()
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    likely = np.flatnonzero((lengths >= 10) & (lengths <= 24))
    if counts[likely].sum() * 2 <= filled:
        return False
    tells: Callable[[str], bool] = _is_any_number if persons else is_personal
    # Only a column that may be personal by a part of its texts is read whole.
    some = likely[:: max(1, len(likely) // LOOKED_AT)]
    if sum(tells(text) for text in texts[some]) * 4 <= len(some):
        return False
    personal = [i for i in likely if tells(texts[i])]
    return bool(counts[personal].sum() * 2 > filled)


def _is_any_number(text: str) -> bool:
    return is_personal(text) or is_telephone(text)
