"""Counting rows by unit: the steps that several indicators share. No indicator is defined here."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from seedmetrics.records import District, Period

Mask = npt.NDArray[np.bool_]


def end_of(district: District, period: Period) -> pd.Timestamp:
    """Return the moment up to which a period can be judged: its end, or `as_of` where that is sooner."""
    return min(period.end, district.as_of)


def counts_by_unit(units: pd.Series, **masks: Mask | pd.Series) -> pd.DataFrame:
    """
    Count, for each unit that has any row, the rows on which each mask is true.

    Parameters
    ----------
    units : Series of str
        Unit code of each row. A unit without rows does not appear: nothing was received from it.
    **masks : array_like of bool
        One column of the result each; a missing truth value counts as false.
    """
    columns = {name: pd.Series(np.asarray(mask)).eq(other=True) for name, mask in masks.items()}
    return pd.DataFrame(columns).groupby(units.to_numpy()).sum().rename_axis("unit")


def begun(dates: pd.Series, period: Period) -> bool:
    """
    Say whether a kind of record had begun to be kept by the end of a period.

    Before the first record of visits there are no visits on record, which is not the same as no visits.
    """
    return bool((dates < period.end).any())


def nothing_recorded() -> pd.DataFrame:
    """Return what an indicator gives where its records had not begun: no unit has a value."""
    columns = ["value", "numerator", "denominator", "low", "high", "excluded"]
    return pd.DataFrame(columns=columns, dtype="float64")


def share(
    numerator: pd.Series, denominator: pd.Series, excluded: pd.Series | None = None
) -> pd.DataFrame:
    """Put two counts (and what was left out) into the form that a share indicator returns."""
    result = pd.DataFrame({"numerator": numerator, "denominator": denominator})
    result["excluded"] = 0 if excluded is None else excluded
    return result


def days_covered(
    owner: pd.Series, start: pd.Series, end: pd.Series, *, first: pd.Timestamp, stop: pd.Timestamp
) -> pd.Series:
    """
    Count the days of [`first`, `stop`) on which at least one of an owner's spans is running.

    Parameters
    ----------
    owner : Series of str
        Whose span each row is.
    start, end : Series of datetime
        First and last day of the span, both counted; a missing end is still running, and a missing
        start is no span.
    first, stop : Timestamp
        The days looked at; `stop` itself is not counted.

    Returns
    -------
    Series of float
        Days by owner; overlapping spans count once.
    """
    days = pd.date_range(first.normalize(), stop, inclusive="left", freq="D").to_numpy()
    began = start.dt.normalize().to_numpy()[:, None]
    ended = end.dt.normalize().fillna(pd.Timestamp.max.normalize()).to_numpy()[:, None]
    running = ~np.isnat(began) & (began <= days) & (days <= ended)
    by_owner = pd.DataFrame(running).groupby(owner.to_numpy()).any()
    return by_owner.sum(axis=1).astype("float64")
