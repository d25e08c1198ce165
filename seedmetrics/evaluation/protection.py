"""Counts of few persons: what may be told of them, and what must be withheld so that it cannot be worked out."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from seedmetrics.evaluation.plan import Plan
from seedmetrics.formulas.closure import closure_rate
from seedmetrics.indicators import find_indicator

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
    table = measured.reset_index(drop=True).assign(count_class="")
    if plan.small_counts == "show":
        return table.drop(columns="persons")
    found = {name: find_indicator(name) for name in table["indicator"].unique()}
    about = table["indicator"].map(lambda name: found[name].persons).to_numpy(bool)
    classed = {name: one.sampled and one.few == "class" for name, one in found.items()}
    counted = table["indicator"].map(classed).to_numpy(bool)
    m = plan.minimum_persons
    _withhold(table, about & _few(table["persons"], m), WITHHELD)
    table["denominator"] = table["denominator"].where(
        table["count_class"] != WITHHELD, table["persons"]
    )
    left = about & counted & (table["count_class"] == "").to_numpy()
    true = table["numerator"].copy()
    few = left & _few(true, m)
    all_but = left & ~few & _few(table["denominator"] - true, m)
    # Of so few that the two classes meet only "some, not all" is told: else one class would hold a single count.
    short = (table["denominator"] <= 2 * (m - 1)).to_numpy()
    few, all_but = few | (all_but & short), all_but & ~short
    _told_as_class(plan, table, few, FEW)
    _told_as_class(plan, table, all_but, ALL_BUT_FEW)
    rough = table["indicator"].map(lambda name: found[name].few == "rounded").to_numpy(bool)
    rough = rough & (table["count_class"] == "").to_numpy() & (table["denominator"] > 0).to_numpy()
    counts = table.loc[rough, ["numerator", "denominator"]]
    table.loc[rough, ["numerator", "denominator"]] = m * np.floor(counts / m + 0.5)
    table.loc[rough, "count_class"] = ROUNDED
    table.loc[about & _few(table["excluded"], m), "excluded"] = np.nan
    parts = {
        name: f"{name.partition('.')[0]}.{found[name].parts}" if found[name].parts else ""
        for name in found
    }
    _protect_parts(table, table["indicator"].map(parts), true, m)
    return table.drop(columns="persons")


def _few(counts: pd.Series, minimum: int) -> npt.NDArray[np.bool_]:
    """Say which counts are above none and below the minimum."""
    return np.asarray((counts > 0) & (counts < minimum), dtype=bool)


def _withhold(table: pd.DataFrame, rows: npt.NDArray[np.bool_], word: str) -> None:
    """Take value and numerator out of rows, in place."""
    table.loc[rows, ["value", "numerator", "low", "high", "excluded"]] = np.nan
    table.loc[rows, "count_class"] = word


def _told_as_class(plan: Plan, table: pd.DataFrame, rows: npt.NDArray[np.bool_], word: str) -> None:
    """Give rows the value and interval of a whole class of counts, in place."""
    if not rows.any():
        return
    most = plan.minimum_persons - 1
    n = table.loc[rows, "denominator"].to_numpy(float)
    ends = np.where(n <= 2 * most, n - 1, most)
    least = closure_rate(np.ones_like(n), n, confidence_level=plan.confidence_level)
    largest = closure_rate(ends, n, confidence_level=plan.confidence_level)
    value, low, high = (1 + ends) / 2 / n, least.low, largest.high
    if word == ALL_BUT_FEW:
        value, low, high = 1 - value, 1 - high, 1 - low
    table.loc[rows, "value"], table.loc[rows, "low"], table.loc[rows, "high"] = value, low, high
    table.loc[rows, ["numerator", "excluded"]] = np.nan
    table.loc[rows, "count_class"] = word


def _protect_parts(table: pd.DataFrame, whole: pd.Series, true: pd.Series, minimum: int) -> None:
    """Where some parts of a whole are hidden, withhold as many others as keep the sum from telling them, in place."""
    parted = table[whole.to_numpy() != ""]
    for _, rows in parted.groupby(["unit", whole.loc[parted.index]]):
        counts = {k: float(true[k]) for k in rows.index if true[k] >= 0}
        hidden = [k for k in counts if rows["count_class"][k] in (FEW, ALL_BUT_FEW)]
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
        _withhold(table, table.index.isin(beside), BESIDE)


def _ranges(
    rows: pd.DataFrame,
    counts: dict[int, float],
    beside: list[int],
    spare: list[tuple[float, int]],
    minimum: int,
) -> list[tuple[float, float]]:
    """Return what is known of each part: a class, at most the smallest that is told, or the count itself."""
    smallest = spare[0][0] if spare else math.inf
    told = []
    for k, count in counts.items():
        n = float(rows["denominator"][k])
        short = n <= 2 * (minimum - 1)
        if k in beside:
            told.append((float(minimum), smallest))
        elif rows["count_class"][k] == FEW:
            told.append((1.0, n - 1 if short else minimum - 1.0))
        elif rows["count_class"][k] == ALL_BUT_FEW:
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
