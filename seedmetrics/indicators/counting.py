"""Counting rows by unit: the steps that several indicators share. No indicator is defined here."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Literal, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from seedmetrics.errors import PlanError
from seedmetrics.records import District, Period

Mask = npt.NDArray[np.bool_]
Window = Literal["period", "year_to_date"]
Made = TypeVar("Made")

_KEPT: WeakKeyDictionary[District, dict[Hashable, object]] = WeakKeyDictionary()


def kept(district: District, key: Hashable, make: Callable[[], Made]) -> Made:
    """
    Return what `make` returns, made once for a district and `key`.

    What several indicators, or several periods, need of the same records is worked out once. `key` names the
    question with everything the answer depends on; the answer must not be changed in place.
    """
    answers = _KEPT.setdefault(district, {})
    if key not in answers:
        answers[key] = make()
    return answers[key]  # type: ignore[return-value]


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """
    The units of the rows of a table as numbers, so that counting again need not read their codes again.

    Attributes
    ----------
    place : ndarray of int, shape (rows,)
        Place of each row's unit in `units`; -1 where the row has none.
    units : Index of str
        The units that have any row, sorted.
    """

    place: npt.NDArray[np.intp]
    units: pd.Index

    @classmethod
    def of(cls, units: pd.Series) -> Grouping:
        """Give every unit of the rows its number."""
        place, found = pd.factorize(units, sort=True)
        return cls(place, pd.Index(found, name="unit"))

    def counts(self, **masks: Mask | pd.Series) -> pd.DataFrame:
        """Count as `counts_by_unit` does."""
        columns = {name: self.count(_truth(mask)) for name, mask in masks.items()}
        return pd.DataFrame(columns, index=self.units)

    def count(self, mask: Mask) -> npt.NDArray[np.int64]:
        """Count, for each unit, the rows on which the mask is true."""
        # One place more takes the rows without a unit.
        size = len(self.units) + 1
        return np.bincount(self.place[mask] + 1, minlength=size)[1:]

    def sum(self, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Sum whole numbers of the rows, for each unit."""
        total = np.zeros(len(self.units) + 1, dtype=np.int64)
        np.add.at(total, self.place + 1, numbers)
        return total[1:]


def _truth(mask: Mask | pd.Series) -> Mask:
    """Return a mask without missing values: what is not known is not true."""
    if isinstance(mask, pd.Series) and isinstance(mask.dtype, pd.BooleanDtype):
        return mask.to_numpy(dtype=bool, na_value=False)
    values = np.asarray(mask)
    return values if values.dtype == bool else pd.Series(values).eq(other=True).to_numpy(bool)


def span_of(period: Period, window: Window) -> Period:
    """Return the period itself, or its year up to its end."""
    if window not in ("period", "year_to_date"):
        msg = f"`window` must be 'period' or 'year_to_date', got {window!r}"
        raise PlanError(msg)
    return period.year_to_date() if window == "year_to_date" else period


def running(start: pd.Series, end: pd.Series, moment: pd.Timestamp) -> pd.Series:
    """Say which spans are running on the day of `moment`: begun (or without a beginning) and not ended before."""
    at, day = moment.to_datetime64(), moment.normalize().to_datetime64()
    here = ~(start.to_numpy() > at) & ~(end.to_numpy() < day)
    return pd.Series(here, index=start.index)


def last_moment(district: District, period: Period) -> pd.Timestamp:
    """Return the last moment of a period, or `as_of` where that is sooner: the moment at which a state is counted."""
    return end_of(district, period) - pd.Timedelta(microseconds=1)


def parent_of(district: District, units: pd.Series) -> pd.Series:
    """Translate codes of villages to those of the townships they belong to."""
    return units.map(kept(district, "parent_of", lambda: district.units["parent"]))


def full(numerator: pd.Series, denominator: pd.Series, *, per: float = 1.0) -> pd.DataFrame:
    """Put a quotient that is no share into the form an indicator returns: `per` times numerator over denominator."""
    numerator, denominator = numerator.astype("float64"), denominator.astype("float64")
    numerator = numerator.reindex(denominator.index, fill_value=0.0)
    value = per * numerator / denominator.where(denominator > 0)
    return pd.DataFrame({"value": value, "numerator": numerator, "denominator": denominator})


def mean_by_unit(
    units: pd.Series,
    values: pd.Series,
    *,
    confidence_level: float,
    low: float = -np.inf,
    high: float = np.inf,
) -> pd.DataFrame:
    """
    Return the mean of each unit's values with Student's interval, cut to [`low`, `high`].

    With fewer than three values there is no interval; where all are the same it has no width. ``numerator`` is
    their sum and ``denominator`` their number; missing values are left out and counted as ``excluded``.
    """
    groups = pd.DataFrame({"value": values.to_numpy(float)}).groupby(units.to_numpy())["value"]
    count, mean = groups.count(), groups.mean()
    n = count.to_numpy(float)
    quantile = stats.t.ppf(0.5 + confidence_level / 2, np.maximum(n - 1, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        half = np.where(n > 2, quantile * groups.std(ddof=1).to_numpy(float) / np.sqrt(n), np.nan)
    return pd.DataFrame(
        {
            "value": mean,
            "numerator": groups.sum().where(count > 0),
            "denominator": count,
            "low": (mean - half).clip(lower=low),
            "high": (mean + half).clip(upper=high),
            "excluded": groups.size() - count,
        }
    ).rename_axis("unit")


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
    return Grouping.of(units).counts(**masks)


def begun(dates: pd.Series, period: Period) -> bool:
    """
    Say whether a kind of record had begun to be kept by the end of a period.

    Before the first record of visits there are no visits on record, which is not the same as no visits.
    """
    return bool((dates.to_numpy() < period.end.to_datetime64()).any())


def nothing_recorded() -> pd.DataFrame:
    """Return what an indicator gives where its records had not begun: no unit has a value."""
    columns = ["value", "numerator", "denominator", "low", "high", "excluded"]
    return pd.DataFrame(columns=columns, dtype="float64")


def share(
    numerator: pd.Series, denominator: pd.Series, excluded: pd.Series | None = None
) -> pd.DataFrame:
    """Put two counts (and what was left out) into the form that a share indicator returns."""
    given = [numerator, denominator] + ([] if excluded is None else [excluded])
    index = numerator.index
    if all(counts.index is index and isinstance(counts.dtype, np.dtype) for counts in given):
        # Counts of one table need not be matched unit by unit.
        left_out = np.zeros(len(index), dtype=np.int64) if excluded is None else excluded.to_numpy()
        columns = {"numerator": numerator.to_numpy(), "denominator": denominator.to_numpy()}
        return pd.DataFrame(columns | {"excluded": left_out}, index=index)
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
