"""Rows of steps arranged by person, so that a rule is judged for all persons at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seedmetrics.formulas._checks import BoolArray, FloatArray, finite, offenders, whole_counts
from seedmetrics.formulas.conformance.dates import Days, as_days

Indices = npt.NDArray[np.int64]

NO_DAY = np.datetime64("NaT", "D")
NUMBERS = ("votes_due", "present", "yes", "days", "hours")
DATES = ("publicity_from", "publicity_to", "extended_to")


@dataclass(frozen=True, slots=True, eq=False)
class StepRows:
    """
    Rows of steps, and for each person and step the first and the last that is dated.

    Attributes
    ----------
    people : ndarray, shape (p,)
        The different persons, sorted.
    who : ndarray of int64, shape (n,)
        Person of each row, as a place in `people`.
    step : ndarray of int64, shape (n,)
        Step of each row.
    date : ndarray of datetime64[D], shape (n,)
        Day of each row; NaT where missing.
    numbers : mapping of str to ndarray of float64, shape (n,)
        The columns `NUMBERS`, NaN where missing.
    dates : mapping of str to ndarray of datetime64[D], shape (n,)
        The columns `DATES`.
    as_of : datetime64[D]
        What happened later is not known; NaT where not given.
    place : mapping of int to int
        Line of `first_row` and `last_row` of each step that a rule names.
    first_row, last_row : ndarray of int64, shape (steps, p)
        The first and last dated row of a step; -1 where there is none.
    known_row : ndarray of int64, shape (p,)
        The person's last dated row of any step; -1 where there is none.
    highest : ndarray of int64, shape (p,)
        Highest step of which there is a row, dated or not.
    """

    people: npt.NDArray[np.generic]
    who: Indices
    step: Indices
    date: Days
    numbers: Mapping[str, FloatArray]
    dates: Mapping[str, Days]
    as_of: np.datetime64
    place: Mapping[int, int]
    first_row: Indices
    last_row: Indices
    known_row: Indices
    highest: Indices

    def first(self, step: int) -> Days:
        """Return the day of each person's first dated row of a step."""
        return self.at(self.date, self.first_row[self.place[step]])

    def last(self, step: int) -> Days:
        """Return the day of each person's last dated row of a step."""
        return self.at(self.date, self.last_row[self.place[step]])

    def first_not_before(self, step: int, start: Days) -> Indices:
        """Return each person's first row of a step not before a day; the last dated one where there is none."""
        rows = np.flatnonzero((self.step == step) & (self.date >= start[self.who]))
        rows = rows[np.argsort(self.date[rows], kind="stable")][::-1]
        found: Indices = self.last_row[self.place[step]].copy()
        # Of places given twice the last is kept: the earliest row.
        found[self.who[rows]] = rows
        return found

    def first_beyond(self, step: int) -> Indices:
        """Return each person's first dated row of any later step; -1 where there is none."""
        rows = np.flatnonzero((self.step > step) & ~np.isnat(self.date))
        rows = rows[np.argsort(self.date[rows], kind="stable")][::-1]
        found = np.full(self.people.size, -1, dtype=np.int64)
        # Of places given twice the last is kept: the earliest row.
        found[self.who[rows]] = rows
        return found

    def reached(self, step: int) -> BoolArray:
        """Say who has reached a step: there is a row of it or of a later one."""
        return self.highest >= step

    def any_row(self, mask: BoolArray) -> BoolArray:
        """Say for whom at least one row is marked."""
        found = np.zeros(self.people.size, dtype=bool)
        found[self.who[mask]] = True
        return found

    def at(self, values: Days, rows: Indices) -> Days:
        """Return a column of dates at one row for each person; NaT for row -1."""
        return np.where(rows >= 0, values[rows], NO_DAY)

    def number(self, name: str, rows: Indices) -> FloatArray:
        """Return a column of numbers at one row for each person; NaN for row -1."""
        return np.where(rows >= 0, self.numbers[name][rows], np.nan)


def arrange(
    person: npt.ArrayLike,
    step: npt.ArrayLike,
    date: npt.ArrayLike,
    columns: Mapping[str, npt.ArrayLike | None],
    *,
    steps: Iterable[int],
    as_of: npt.ArrayLike | None,
) -> tuple[StepRows, Indices]:
    """Check and arrange rows; return them with the place of each in what was given (later ones are left out)."""
    given = np.asarray(person)
    number = whole_counts(step, "step").astype(np.int64)
    day = as_days(date, "date")
    numbers = {name: _numbers(columns[name], name, given.shape) for name in NUMBERS}
    dates = {name: _dates(columns[name], name, given.shape) for name in DATES}
    _check_shapes(given, {"step": number, "date": day} | numbers | dates)
    limit = NO_DAY if as_of is None else _one_day(as_of)
    kept = np.flatnonzero(~(day > limit))
    people, who = np.unique(given[kept], return_inverse=True)
    number, day = number[kept], day[kept]
    wanted = np.unique(np.fromiter(steps, dtype=np.int64))
    order = np.flatnonzero(~np.isnat(day))
    order = order[np.argsort(day[order], kind="stable")]
    line = np.minimum(np.searchsorted(wanted, number), max(wanted.size - 1, 0))
    known = np.full(people.size, -1, dtype=np.int64)
    known[who[order]] = order
    highest = np.full(people.size, -1, dtype=np.int64)
    np.maximum.at(highest, who, number)
    if wanted.size:
        order = order[wanted[line[order]] == number[order]]
    shape = (max(wanted.size, 1), people.size)
    first, last = np.full(shape, -1, dtype=np.int64), np.full(shape, -1, dtype=np.int64)
    # Of places given twice, the last assigned is kept.
    last[line[order], who[order]] = order
    first[line[order[::-1]], who[order[::-1]]] = order[::-1]
    arranged = StepRows(
        people,
        who,
        number,
        day,
        {name: values[kept] for name, values in numbers.items()},
        {name: values[kept] for name, values in dates.items()},
        limit,
        {int(s): k for k, s in enumerate(wanted)},
        first,
        last,
        known,
        highest,
    )
    return arranged, kept


def _numbers(values: npt.ArrayLike | None, name: str, shape: tuple[int, ...]) -> FloatArray:
    """Return a column of numbers of at least 0, all missing where it was not given."""
    if values is None:
        return np.full(shape, np.nan)
    numbers = finite(values, name, allow_nan=True)
    if (negative := numbers < 0).any():
        msg = f"`{name}` must be at least 0; {offenders(negative, numbers)}. Mend the record."
        raise ValueError(msg)
    return numbers


def _dates(values: npt.ArrayLike | None, name: str, shape: tuple[int, ...]) -> Days:
    """Return a column of dates, all missing where it was not given."""
    return np.full(shape, NO_DAY) if values is None else as_days(values, name)


def _one_day(value: npt.ArrayLike) -> np.datetime64:
    """Return `as_of` as a day."""
    days = as_days(value, "as_of")
    if days.ndim:
        msg = f"`as_of` must be one date, got shape {days.shape}"
        raise ValueError(msg)
    return np.datetime64(days.item(), "D")


def _check_shapes(
    person: npt.NDArray[np.generic], others: Mapping[str, npt.NDArray[np.generic]]
) -> None:
    """Refuse columns that are not one-dimensional or not as long as `person`."""
    if person.ndim != 1:
        msg = f"`person` must be one-dimensional, got shape {person.shape}: give one for each row"
        raise ValueError(msg)
    for name, values in others.items():
        if values.shape != person.shape:
            msg = (
                f"`{name}` has shape {values.shape} but `person` has shape {person.shape}. "
                "Give one of each for every row."
            )
            raise ValueError(msg)
