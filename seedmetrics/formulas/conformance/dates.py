"""Days for rules: calendar months added to a date, and working days between two dates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seedmetrics.formulas._checks import BoolArray, FloatArray

Days = npt.NDArray[np.datetime64]

DAY = np.timedelta64(1, "D")


@dataclass(frozen=True, slots=True, eq=False)
class WorkingDays:
    """
    Working days of spans, from `working_days`.

    Attributes
    ----------
    days : ndarray of float64, shape (...)
        Working days; NaN where a date is missing.
    provisional : ndarray of bool, shape (...)
        Where the table does not cover every year of the span, so that days off and days worked
        instead may be missing from the count. False where a date is missing.
    """

    days: FloatArray
    provisional: BoolArray


def as_days(values: npt.ArrayLike, name: str) -> Days:
    """
    Return dates as whole days, the time of day dropped.

    Parameters
    ----------
    values : array_like of datetime64, date or ISO text, shape (...)
        Dates; NaT, None and "" are missing.
    name : str
        The argument's name, for the message.

    Returns
    -------
    ndarray of datetime64[D], shape (...)
        The days.

    Raises
    ------
    TypeError
        If an element is no date. Numbers are none: a day of 20250131 or 45688 could mean anything.
    """
    try:
        given = np.asarray(values)
        if given.dtype.kind in "MUO" or given.size == 0:
            return given.astype("datetime64[D]")
    except (TypeError, ValueError) as error:
        msg = f"`{name}` must hold dates such as 2025-01-31: {error}"
        raise TypeError(msg) from error
    msg = f"`{name}` must hold dates such as 2025-01-31, got elements of type {given.dtype}"
    raise TypeError(msg)


def add_months(start: npt.ArrayLike, months: int) -> Days:
    """
    Return the same day of the month, so many calendar months later.

    Parameters
    ----------
    start : array_like of datetime64, shape (...)
        Dates; NaT stays NaT.
    months : int
        Calendar months; negative ones go back.

    Returns
    -------
    ndarray of datetime64[D], shape (...)
        The days. Where the later month is shorter, its last day: a month after 31 January is 28 or
        29 February, and a year after 29 February is 28 February.

    Notes
    -----
    Limits in rules are calendar months ("within one month"), not 30 days. Cutting to the end of the
    month is what the civil law of most countries does with a term whose last month lacks the day; in
    China article 202 of the Civil Code of 2020.

    Examples
    --------
    >>> add_months(["2025-01-31", "2024-01-31", "2025-03-15"], 1)
    array(['2025-02-28', '2024-02-29', '2025-04-15'], dtype='datetime64[D]')
    """
    days = as_days(start, "start")
    month = days.astype("datetime64[M]")
    target = month + np.timedelta64(months, "M")
    first, after = target.astype("datetime64[D]"), (target + 1).astype("datetime64[D]")
    later: Days = np.minimum(first + (days - month.astype("datetime64[D]")), after - DAY)
    return later


def working_days(
    start: npt.ArrayLike,
    end: npt.ArrayLike,
    *,
    days_off: npt.ArrayLike = (),
    worked_instead: npt.ArrayLike = (),
    years: Iterable[int] | None = None,
) -> WorkingDays:
    """
    Working days from one date to another, both counted.

    Parameters
    ----------
    start, end : array_like of datetime64, shape (...)
        First and last day; broadcast against each other.
    days_off : array_like of datetime64, default ()
        Public holidays. Those on a Saturday or Sunday change nothing.
    worked_instead : array_like of datetime64, default ()
        Saturdays and Sundays on which offices work to make up for days off. Those on a weekday
        change nothing.
    years : iterable of int, optional
        Years for which the two lists are complete. Left out: the years in which one of the days
        off lies.

    Returns
    -------
    WorkingDays
        Days of the broadcast shape, and where they are only provisional.

    Raises
    ------
    TypeError
        If an element is no date.
    ValueError
        If a day is off and worked at once, or the shapes do not broadcast.

    See Also
    --------
    numpy.busday_count : What counts the days; it knows no Saturdays that are worked.

    Notes
    -----
    Counted are Mondays to Fridays that are not off, and the days worked instead. A span whose end
    lies before its start has 0 days. A span that touches a year which the table does not cover is
    counted by what is known and marked `provisional`: the public calendar of a year is made known
    only late in the year before, and moves up to seven weekdays at once.

    Examples
    --------
    >>> found = working_days("2025-09-29", "2025-10-11", days_off=np.arange("2025-10-01", "2025-10-09",
    ...     dtype="datetime64[D]"), worked_instead=["2025-09-28", "2025-10-11"])
    >>> print(found.days, found.provisional)
    5.0 False
    """
    off, worked = _listed(days_off, "days_off"), _listed(worked_instead, "worked_instead")
    both = np.intersect1d(off, worked)
    if both.size:
        msg = f"{both[0]} is in both `days_off` and `worked_instead`: strike it from one of them"
        raise ValueError(msg)
    first, last = _pair(as_days(start, "start"), as_days(end, "end"))
    worked = worked[~np.is_busday(worked)]
    known = ~(np.isnat(first) | np.isnat(last))
    spans = known & (first <= last)
    begin = np.where(spans, first, np.datetime64("1970-01-01"))
    stop = np.where(spans, last + DAY, np.datetime64("1970-01-01"))
    count = np.busday_count(begin, stop, holidays=off)
    count = count + np.searchsorted(worked, stop) - np.searchsorted(worked, begin)
    covered = np.unique(_years(off) if years is None else np.fromiter(years, dtype=np.int64))
    first_year, last_year = _years(begin), _years(np.where(spans, last, begin))
    before, up_to = np.searchsorted(covered, first_year), np.searchsorted(covered, last_year + 1)
    provisional = spans & (up_to - before < last_year - first_year + 1)
    return WorkingDays(np.where(known, count, np.nan)[()], provisional[()])


def _pair(first: Days, last: Days) -> tuple[Days, Days]:
    """Return two arrays of dates in their common shape."""
    try:
        a, b = np.broadcast_arrays(first, last)
    except ValueError as error:
        msg = (
            f"`start` has shape {first.shape} and `end` has shape {last.shape}, which do not "
            "broadcast. Give one of each for every span, or a single one for all."
        )
        raise ValueError(msg) from error
    return a, b


def _listed(values: npt.ArrayLike, name: str) -> Days:
    """Return the different dates of a list, sorted."""
    days = np.unique(as_days(values, name))
    return days[~np.isnat(days)]


def _years(days: Days) -> npt.NDArray[np.int64]:
    """Return the calendar year of each date."""
    years: npt.NDArray[np.int64] = days.astype("datetime64[Y]").astype(np.int64) + 1970
    return years
