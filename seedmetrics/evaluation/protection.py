"""Counts of few persons: what may be told of them, and what must be withheld so that it cannot be worked out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from seedmetrics.evaluation.plan import Plan
from seedmetrics.formulas.closure import closure_rate
from seedmetrics.indicators import find_indicator

# How a row is told: a few have it, a few have it not, too few to tell, withheld for the sake of another row, told
# without saying how many of the persons are through.
FEW, ALL_BUT_FEW, WITHHELD, BESIDE, UNCOUNTED = (
    "few",
    "all_but_few",
    "withheld",
    "beside",
    "uncounted",
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
          interval reaches from the lower end for 1 to the upper end for m - 1.
        - "all_but_few": 1 to m - 1 have it not; the same from the other side.
        - "beside": one of several parts of a whole, withheld because another part is, and the whole is known.
        - "uncounted": a median of days of persons, of whom 1 to m - 1 are through, or not: told without that number.
        - "": told as it is.

    Notes
    -----
    All that follows (scores, ranks, pages, tables) sees only what this returns, so that no score lets a count be
    worked back. A class of counts is what statistical offices print as "fewer than 5"; none and all are told as they
    are [1]_. Where a whole is parted (the backgrounds of a pool of persons) and one part alone is hidden, the
    smallest other part is withheld too: the sum would give the first away.

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
    few = left & _few(table["numerator"], m)
    all_but = left & ~few & _few(table["denominator"] - table["numerator"], m)
    _told_as_class(plan, table, few, FEW)
    _told_as_class(plan, table, all_but, ALL_BUT_FEW)
    through = table["indicator"].map(lambda name: found[name].few == "uncounted").to_numpy(bool)
    part = _few(table["numerator"], m) | _few(table["denominator"] - table["numerator"], m)
    through = through & (table["count_class"] == "").to_numpy() & part
    table.loc[through, ["numerator", "excluded"]] = np.nan
    table.loc[through, "count_class"] = UNCOUNTED
    parts = {
        name: f"{name.partition('.')[0]}.{found[name].parts}" if found[name].parts else ""
        for name in found
    }
    _protect_parts(table, table["indicator"].map(parts))
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
    # A class never reaches past the whole: of five persons, one to four may be it.
    ends = np.minimum(most, n)
    least = closure_rate(np.ones_like(n), n, confidence_level=plan.confidence_level)
    largest = closure_rate(ends, n, confidence_level=plan.confidence_level)
    value, low, high = (1 + ends) / 2 / n, least.low, largest.high
    if word == ALL_BUT_FEW:
        value, low, high = 1 - value, 1 - high, 1 - low
    table.loc[rows, "value"], table.loc[rows, "low"], table.loc[rows, "high"] = value, low, high
    table.loc[rows, ["numerator", "excluded"]] = np.nan
    table.loc[rows, "count_class"] = word


def _protect_parts(table: pd.DataFrame, whole: pd.Series) -> None:
    """Where one part of a whole is hidden and the others are not, withhold the smallest other one too, in place."""
    parted = table[whole.to_numpy() != ""]
    for _, rows in parted.groupby(["unit", whole.loc[parted.index]]):
        hidden = rows["count_class"] != ""
        open_rows = rows[~hidden & (rows["numerator"] > 0)]
        if hidden.sum() == 1 and len(open_rows):
            smallest = open_rows["numerator"].idxmin()
            _withhold(table, table.index.to_numpy() == smallest, BESIDE)
