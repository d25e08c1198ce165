"""Text → typed values, kind by kind; what cannot be read is named, never set missing."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from seedmetrics.errors import SeedmetricsError
from seedmetrics.records import dates
from seedmetrics.records.catalog.columns import Column
from seedmetrics.records.periods import Period
from seedmetrics.records.problems import Texts, nearest

Mask: TypeAlias = npt.NDArray[np.bool_]

_MISSING: Final = frozenset(("", "-", "—", "--", "——", "/", "无", "n/a", "na", "null", "#n/a"))
_LONGEST_MISSING: Final = max(map(len, _MISSING))
_NO: Final = frozenset(("no", "n", "false", "f", "0", "否", "无", "×", "✗", "✘", "x"))
_YES: Final = frozenset(("yes", "y", "true", "t", "1", "是", "有", "√", "✓", "✔"))
_INVISIBLE: Final = re.compile("[\u200b\u200c\u200d\u2060\ufeff]")
_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:[eE][+-]?\d+)?")
_UNIT_AFTER: Final = re.compile(r"\s*[个件户人家名次分条项]$")
_NFKC_MINUS: Final = str.maketrans({"−": "-", "﹣": "-"})
# Kinds in which ９６ is 96; names and reasons keep the characters they are written with.
_FOLDED: Final = frozenset(
    (
        "code",
        "person",
        "unit",
        "choice",
        "date",
        "month",
        "period",
        "yesno",
        "number",
        "percent",
        "count",
    )
)


@dataclass(frozen=True, slots=True, eq=False)
class Typed:
    """
    Values read from texts, one for each text.

    Attributes
    ----------
    data : array, shape (n,)
        str, boolean, float64 or datetime64[us]; missing where the text is, or cannot be read.
    missing : ndarray of bool, shape (n,)
        True where the text stands for nothing.
    problem, remedy : ndarray of str, shape (n,)
        Why a text cannot be read and what to do; empty where it can.
    day_only : ndarray of bool, shape (n,)
        True where a date has no time.
    """

    data: pd.api.extensions.ExtensionArray | npt.NDArray[np.generic]
    missing: Mask
    problem: Texts
    remedy: Texts
    day_only: Mask


@dataclass(frozen=True, slots=True)
class Reading:
    """
    What the reading of one table's values depends on.

    Attributes
    ----------
    time_zone : str
        Zone to which a moment with an offset is converted.
    date_format : str or None
        Form of the dates to try first.
    unit : callable
        Texts → (unit codes, problem, remedy); see `seedmetrics.records.units`.
    """

    time_zone: str
    date_format: str | None = None
    unit: Callable[[Texts], tuple[Texts, Texts, Texts]] = field(
        default=lambda texts: (texts, _blank(texts), _blank(texts))
    )


def clean(text: str, *, fold: bool = True) -> str:
    """
    Return `text` without blanks at its ends and characters that cannot be seen.

    Parameters
    ----------
    text : str
        As it stands in the file.
    fold : bool, default True
        Also turn full-width letters, digits and marks into plain ones (NFKC).

    Returns
    -------
    str
        The text.

    Examples
    --------
    >>> clean("\u3000９６．０％\u200b")
    '96.0%'
    """
    if text.isascii():
        return text.strip()
    text = _INVISIBLE.sub("", text)
    if fold:
        text = unicodedata.normalize("NFKC", text).translate(_NFKC_MINUS)
    return text.strip()


def mend(texts: Texts, column: Column, reading: Reading) -> Typed:
    """
    Read texts as the values of a column.

    Parameters
    ----------
    texts : ndarray of str, shape (n,)
        As they stand in the file. Give each text once: reading takes time for each.
    column : Column
        What the texts should be.
    reading : Reading
        Time zone, date format and units.

    Returns
    -------
    Typed
        The values. A text that stands for nothing is missing, not a problem, whether or not the
        column requires a value.

    Notes
    -----
    Missing are an empty text, ``-``, ``—``, ``/``, ``无``, ``N/A``, ``NA``, ``null`` and
    ``#N/A``; in a yes/no column ``无`` means no.

    Examples
    --------
    >>> import numpy as np
    >>> typed = mend(np.array(["96%", "101", "无"], dtype=object), Column("percent"), Reading("UTC"))
    >>> typed.data
    array([96., nan, nan])
    >>> list(typed.problem)
    ['', 'is not between 0 and 100', '']
    """
    cleaned = _cleaned(texts, fold=column.kind in _FOLDED)
    missing = _missing(cleaned, yesno=column.kind == "yesno")
    cleaned[missing] = ""
    day_only = np.zeros(len(cleaned), dtype=bool)
    values: pd.api.extensions.ExtensionArray | npt.NDArray[np.generic]
    match column.kind:
        case "date":
            values, day_only, problem, remedy = dates.dates(
                cleaned, pattern=reading.date_format, zone=reading.time_zone
            )
            if column.end_of_day:
                values = np.where(day_only, values + _LAST_MOMENT, values)
        case "yesno":
            values, problem, remedy = _yesno(cleaned)
        case "number" | "percent" | "count":
            values, problem, remedy = _numbers(cleaned, column.kind)
        case _:
            words, problem, remedy = _words(cleaned, column, reading)
            words[(problem != "") | missing] = None
            values = strings(words)
    return Typed(values, missing, problem, remedy, day_only)


_LAST_MOMENT: Final = np.timedelta64(24 * 60 * 60 * 1_000_000 - 1, "us")


def strings(words: Texts) -> pd.api.extensions.ExtensionArray:
    """Return texts as the str type of pandas; None is missing."""
    return pd.array(words, dtype="str")  # type: ignore[call-overload,no-any-return,unused-ignore]


def _cleaned(texts: Texts, *, fold: bool) -> Texts:
    together = "".join(texts)
    if together.isascii():
        # Without a blank or another sign that cannot be seen there is nothing to take off.
        if together.isprintable() and " " not in together:
            return _objects(list(texts))
        return _objects([text.strip() for text in texts])
    return _objects([clean(text, fold=fold) for text in texts])


def _missing(texts: Texts, *, yesno: bool) -> Mask:
    """Tell which texts stand for nothing; `无` is a word in a yes/no column."""
    missing = np.zeros(len(texts), dtype=bool)
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    for i in np.flatnonzero(lengths <= _LONGEST_MISSING):
        missing[i] = texts[i].lower() in _MISSING and not (yesno and texts[i] == "无")
    return missing


def _objects(texts: list[str]) -> Texts:
    made = np.empty(len(texts), dtype=object)
    made[:] = texts
    return made


def _blank(texts: Texts) -> Texts:
    return np.full(len(texts), "", dtype=object)


def _words(texts: Texts, column: Column, reading: Reading) -> tuple[Texts, Texts, Texts]:
    match column.kind:
        case "unit":
            return reading.unit(texts)
        case "choice":
            return _choices(texts, column.choices)
        case "month":
            return dates.months(texts)
        case "period":
            return _periods(texts)
        case _:
            return texts.copy(), _blank(texts), _blank(texts)


def _choices(texts: Texts, choices: tuple[str, ...]) -> tuple[Texts, Texts, Texts]:
    words, problem, remedy = (
        _objects([text.lower() for text in texts]),
        _blank(texts),
        _blank(texts),
    )
    for i in np.flatnonzero(~np.isin(words, ("", *choices))):
        problem[i] = "is not among the words of this column"
        remedy[i] = f"{nearest(words[i], choices)} Translate others with `values` in district.toml."
    return words, problem, remedy


def _periods(texts: Texts) -> tuple[Texts, Texts, Texts]:
    words, problem, remedy = _blank(texts), _blank(texts), _blank(texts)
    for i in np.flatnonzero(texts != ""):
        try:
            words[i] = str(Period.parse(texts[i]))
        except SeedmetricsError:
            problem[i], remedy[i] = "is no period", "write 2025Q3, 2025H1, 2025 or 2025-09"
    return words, problem, remedy


def _yesno(texts: Texts) -> tuple[pd.api.extensions.ExtensionArray, Texts, Texts]:
    problem, remedy = _blank(texts), _blank(texts)
    lowered = _objects([text.lower() for text in texts])
    yes, no = np.isin(lowered, list(_YES)), np.isin(lowered, list(_NO))
    unknown = ~(yes | no) & (texts != "")
    problem[unknown] = "is neither yes nor no"
    remedy[unknown] = (
        "write yes/no, 是/否, 1/0 or √/×, or translate it with `values` in district.toml"
    )
    return pd.arrays.BooleanArray(yes, ~(yes | no)), problem, remedy


def _numbers(texts: Texts, kind: str) -> tuple[npt.NDArray[np.float64], Texts, Texts]:
    problem, remedy = _blank(texts), _blank(texts)
    values = np.full(len(texts), np.nan)
    for i in np.flatnonzero(texts != ""):
        bare = _UNIT_AFTER.sub("", texts[i])
        if kind == "percent":
            bare = bare.removesuffix("%").rstrip()
        if bare and any(map(str.isdigit, bare)) and _NUMBER.fullmatch(bare):
            values[i] = float(bare.replace(",", ""))
        else:
            problem[i], remedy[i] = "is no number", "write one plain number, such as 96.5"
    infinite = np.isinf(values)
    problem[infinite], remedy[infinite] = "is too large", "write one plain number, such as 96.5"
    values[infinite] = np.nan
    outside = np.zeros(len(texts), dtype=bool)
    if kind == "percent":
        outside = (values < 0) | (values > 100)
        problem[outside], remedy[outside] = (
            "is not between 0 and 100",
            "give a percentage or mark from 0 to 100",
        )
    elif kind == "count":
        outside = (values < 0) | (values % 1 != 0) & ~np.isnan(values)
        problem[outside], remedy[outside] = "is no count", "give a whole number of at least 0"
    values[outside] = np.nan
    return values, problem, remedy
