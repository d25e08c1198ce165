"""Counts of few persons: what may be told of them, and what must be withheld so that it cannot be worked out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from seedmetrics.evaluation.plan import Plan
from seedmetrics.formulas.closure import closure_rate
from seedmetrics.indicators import find_indicator

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]
COUNTS = ("value", "numerator", "denominator", "low", "high", "excluded")
# How a row is told: a few have it, a few have it not, too few to tell, withheld for the sake of another row, told
# with its counts rounded.
FEW, ALL_BUT_FEW, WITHHELD, BESIDE, ROUNDED = (
    "few",
    "all_but_few",
    "withheld",
    "beside",
    "rounded",
)


def protect(plan: Plan, measured: pd.DataFrame) -> pd.DataFrame:
    """
    Replace counts of few persons by what may be told of them.

    Parameters
    ----------
    plan : Plan
        Its ``minimum_persons`` is m below; ``small_counts = "show"`` leaves everything as it is.
    measured : DataFrame
        unit, indicator, value, numerator, denominator, low, high, excluded, persons.

    Returns
    -------
    DataFrame
        The same rows with the column ``count_class``, and without ``persons``:

        - "withheld": fewer than m persons stand behind the value. Value and numerator are gone, the denominator is
          their number, which pages and tables withhold in turn.
        - "few": 1 to m - 1 have it. Told is only that; the value is that of the middle of the class, m/2, and the
          interval reaches from the lower end for 1 to the upper end for m - 1. Of 2 (m - 1) persons and fewer the class
          is "some, not all": 1 to all but one.
        - "all_but_few": 1 to m - 1 have it not; the same from the other side.
        - "beside": one of several parts of a whole, withheld because another part is, and the whole is known.
        - "rounded": a median of days of persons, with those through and those watched to the nearest multiple of m.
        - "": told as it is.

    Notes
    -----
    All that follows (scores, ranks, pages, tables) sees only what this returns, so that no score lets a count be
    worked back. A class of counts is what statistical offices print as "fewer than 5"; none and all are told as they
    are [1]_. Where a whole is parted (the backgrounds of a pool of persons) and the sum would tell a part that
    is hidden, the smallest others are withheld too, until it does not. An ``excluded`` of 1 to m - 1 is left out.

    References
    ----------
    .. [1] A. Hundepool et al. (2012), "Statistical Disclosure Control", Wiley: chapter 4 on frequency tables,
       with primary and secondary suppression.
    """
    table = measured.reset_index(drop=True)
    if plan.small_counts == "show":
        return table.assign(count_class="").drop(columns="persons")
    rows = _Rows.of(table)
    place, names = pd.factorize(table["indicator"])
    found = [find_indicator(name) for name in names]
    about = np.array([one.persons for one in found], dtype=bool)[place]
    counted = np.array([one.sampled and one.few == "class" for one in found], dtype=bool)[place]
    rough = np.array([one.few == "rounded" for one in found], dtype=bool)[place]
    m, persons = plan.minimum_persons, table["persons"].to_numpy(float)
    withheld = about & _few(persons, m)
    rows.withhold(withheld, WITHHELD)
    rows.denominator[withheld] = persons[withheld]
    left = about & counted & ~withheld
    true = rows.numerator.copy()
    few = left & _few(true, m)
    all_but = left & ~few & _few(rows.denominator - true, m)
    # Of so few that the two classes meet only "some, not all" is told: else one class would hold a single count.
    short = rows.denominator <= 2 * (m - 1)
    few, all_but = few | (all_but & short), all_but & ~short
    _told_as_class(plan, rows, few, FEW)
    _told_as_class(plan, rows, all_but, ALL_BUT_FEW)
    rough = rough & (rows.told == "") & (rows.denominator > 0)
    for counts in (rows.numerator, rows.denominator):
        counts[rough] = m * np.floor(counts[rough] / m + 0.5)
    rows.told[rough] = ROUNDED
    rows.excluded[about & _few(rows.excluded, m)] = np.nan
    wholes = [
        f"{n.partition('.')[0]}.{one.parts}" if one.parts else "" for n, one in zip(names, found)
    ]
    _protect_parts(rows, table["unit"].to_numpy(), np.array(wholes, dtype=object)[place], true, m)
    columns = {name: getattr(rows, name) for name in COUNTS}
    return table.assign(**columns, count_class=rows.told.tolist()).drop(columns="persons")


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """The columns of measured rows that protection changes, and how each row is told."""

    value: Array
    numerator: Array
    denominator: Array
    low: Array
    high: Array
    excluded: Array
    told: Texts

    @classmethod
    def of(cls, table: pd.DataFrame) -> _Rows:
        """Copy the columns out of a table; every row is told as it is."""
        columns = {name: table[name].to_numpy(float, copy=True) for name in COUNTS}
        return cls(**columns, told=np.full(len(table), "", dtype=object))

    def withhold(self, rows: Mask, word: str) -> None:
        """Take value and numerator out of rows."""
        for column in (self.value, self.numerator, self.low, self.high, self.excluded):
            column[rows] = np.nan
        self.told[rows] = word


def _few(counts: Array, minimum: int) -> Mask:
    """Say which counts are above none and below the minimum."""
    return np.asarray((counts > 0) & (counts < minimum), dtype=bool)


def _told_as_class(plan: Plan, rows: _Rows, those: Mask, word: str) -> None:
    """Give rows the value and interval of a whole class of counts, in place."""
    if not those.any():
        return
    most = plan.minimum_persons - 1
    n = rows.denominator[those]
    ends = np.where(n <= 2 * most, n - 1, most)
    least = closure_rate(np.ones_like(n), n, confidence_level=plan.confidence_level)
    largest = closure_rate(ends, n, confidence_level=plan.confidence_level)
    value, low, high = (1 + ends) / 2 / n, least.low, largest.high
    if word == ALL_BUT_FEW:
        value, low, high = 1 - value, 1 - high, 1 - low
    rows.value[those], rows.low[those], rows.high[those] = value, low, high
    rows.numerator[those] = rows.excluded[those] = np.nan
    rows.told[those] = word


def _protect_parts(rows: _Rows, units: Texts, wholes: Texts, true: Array, minimum: int) -> None:
    """Where some parts of a whole are hidden, withhold as many others as keep the sum from telling them, in place."""
    parts: dict[tuple[str, str], list[int]] = {}
    for k in np.flatnonzero(wholes != "").tolist():
        parts.setdefault((units[k], wholes[k]), []).append(k)
    for own in parts.values():
        counts = {k: float(true[k]) for k in own if true[k] >= 0}
        hidden = [k for k in counts if rows.told[k] in (FEW, ALL_BUT_FEW)]
        if not hidden:
            continue
        total = sum(counts.values())
        spare = sorted((n, k) for k, n in counts.items() if k not in hidden and n > 0)
        beside: list[int] = []
        while spare and (
            len(hidden) + len(beside) < 2
            or gives_away(_ranges(rows, counts, beside, spare, minimum), total)
        ):
            beside.append(spare.pop(0)[1])
        if gives_away(_ranges(rows, counts, beside, spare, minimum), total):
            beside = list(counts)
        chosen = np.zeros(len(units), dtype=bool)
        chosen[beside] = True
        rows.withhold(chosen, BESIDE)


def _ranges(
    rows: _Rows,
    counts: dict[int, float],
    beside: list[int],
    spare: list[tuple[float, int]],
    minimum: int,
) -> list[tuple[float, float]]:
    """Return what is known of each part: a class, at most the smallest that is told, or the count itself."""
    smallest = spare[0][0] if spare else math.inf
    told = []
    for k, count in counts.items():
        n = float(rows.denominator[k])
        short = n <= 2 * (minimum - 1)
        if k in beside:
            told.append((float(minimum), smallest))
        elif rows.told[k] == FEW:
            told.append((1.0, n - 1 if short else minimum - 1.0))
        elif rows.told[k] == ALL_BUT_FEW:
            told.append((n - minimum + 1, n - 1))
        else:
            told.append((count, count))
    return told


def gives_away(told: Sequence[tuple[float, float]], total: float) -> bool:
    """
    Return whether one of several ranges with a known sum can hold only one number.

    Examples
    --------
    >>> gives_away([(1, 4), (12, 12)], 15), gives_away([(1, 4), (1, 4)], 5), gives_away([(1, 4), (1, 4)], 8)
    (True, False, True)
    """
    for k, (low, high) in enumerate(told):
        others = [ends for j, ends in enumerate(told) if j != k]
        least = max(low, total - sum(high for _, high in others))
        most = min(high, total - sum(low for low, _ in others))
        if low < high and least >= most:
            return True
    return False
