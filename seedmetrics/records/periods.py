"""Periods of evaluation: a month, quarter, half year or year, and the year up to one of them."""

import calendar
import re
from dataclasses import dataclass
from typing import Final, Literal, Self, TypeAlias

import pandas as pd
from pandas.api.typing import NaTType

from seedmetrics.errors import SeedmetricsError

Kind: TypeAlias = Literal["month", "quarter", "half", "year", "span"]

_KINDS: Final[dict[int, Kind]] = {1: "month", 3: "quarter", 6: "half", 12: "year"}
_LENGTHS: Final[dict[str, int]] = {kind: length for length, kind in _KINDS.items()}
_TEXT = re.compile(
    r"(?P<year>[12]\d{3})"
    r"(?:Q(?P<quarter>[1-4])|H(?P<half>[12])|-(?P<month>0[1-9]|1[0-2]))?",
    re.IGNORECASE,
)
_SPAN = re.compile(r"([12]\d{3})-01/\1-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, order=True, repr=False)
class Period:
    """
    A stretch of whole calendar months: a month, quarter, half year, year or year to date.

    Periods are ordered by their start, then by their length.

    Attributes
    ----------
    year : int
        Calendar year.
    month : int
        First month, 1 to 12.
    length : int
        Number of months. A length of 1, 3, 6 or 12 starts where such a stretch of the
        calendar starts; any other length starts in January (see `year_to_date`).

    Examples
    --------
    >>> period = Period.parse("2025Q3")
    >>> period.start, period.end
    (Timestamp('2025-07-01 00:00:00'), Timestamp('2025-10-01 00:00:00'))
    >>> str(period.previous()), [str(month) for month in period.months()]
    ('2025Q2', ['2025-07', '2025-08', '2025-09'])
    """

    year: int
    month: int
    length: int

    def __post_init__(self) -> None:
        """Refuse a stretch that no part of the calendar is called by."""
        aligned = self.length in _KINDS and (self.month - 1) % self.length == 0
        to_date = self.month == 1 and 1 <= self.length <= 12
        if not (1 <= self.month <= 12 and 1 <= self.year <= 9998 and (aligned or to_date)):
            msg = (
                f"no period has year {self.year}, first month {self.month} and {self.length} "
                "months. Use Period.parse with a text such as '2025Q3'."
            )
            raise SeedmetricsError(msg)

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Return the period that `text` names.

        Parameters
        ----------
        text : str
            Such as ``2025Q3``, ``2025H1``, ``2025``, ``2025-09``, or, for a year to date,
            ``2025-01/2025-09``. Letters may be small; blanks at the ends do not matter.

        Returns
        -------
        Period
            The period.

        Raises
        ------
        SeedmetricsError
            If `text` names none.
        """
        given = str(text).strip()
        if found := _SPAN.fullmatch(given):
            return cls(int(found[1]), 1, int(found[2]))
        found = _TEXT.fullmatch(given)
        if found is None:
            msg = (
                f"`period` {text!r} is none. Write a quarter as '2025Q3', a half year as '2025H1', "
                "a year as '2025' or a month as '2025-09'."
            )
            raise SeedmetricsError(msg)
        year = int(found["year"])
        if found["quarter"]:
            return cls(year, 3 * int(found["quarter"]) - 2, 3)
        if found["half"]:
            return cls(year, 6 * int(found["half"]) - 5, 6)
        if found["month"]:
            return cls(year, int(found["month"]), 1)
        return cls(year, 1, 12)

    @classmethod
    def containing(cls, timestamp: pd.Timestamp | NaTType, kind: str) -> Self:
        """
        Return the period of `kind` in which `timestamp` lies.

        Parameters
        ----------
        timestamp : Timestamp
            A moment, local time.
        kind : {"month", "quarter", "half", "year"}
            What to return.

        Returns
        -------
        Period
            The period.

        Raises
        ------
        SeedmetricsError
            If `kind` is none of these, or `timestamp` is missing.
        """
        length = _length(kind)
        if pd.isna(timestamp):
            msg = "`timestamp` is missing, so it lies in no period. Leave missing dates out first."
            raise SeedmetricsError(msg)
        moment = pd.Timestamp(timestamp)
        return cls(moment.year, (moment.month - 1) // length * length + 1, length)

    @classmethod
    def latest_complete(cls, as_of: pd.Timestamp, kind: str) -> Self:
        """
        Return the last period of `kind` that is over at `as_of`.

        Parameters
        ----------
        as_of : Timestamp
            The moment up to which records are kept.
        kind : {"month", "quarter", "half", "year"}
            What to return.

        Returns
        -------
        Period
            The period. One whose last microsecond is `as_of` is over: records kept to the end
            of 30 September are complete for the third quarter.

        Raises
        ------
        SeedmetricsError
            If `kind` is none of these, or `as_of` is missing.
        """
        current = cls.containing(as_of, kind)
        return current if current.over(pd.Timestamp(as_of)) else current.previous()

    @property
    def kind(self) -> Kind:
        """Return what the period is; ``span`` for a year to date of no such length."""
        return _KINDS.get(self.length, "span")

    @property
    def start(self) -> pd.Timestamp:
        """Return the first moment."""
        return pd.Timestamp(year=self.year, month=self.month, day=1)

    @property
    def end(self) -> pd.Timestamp:
        """Return the first moment after the period."""
        years, month = divmod(self.month - 1 + self.length, 12)
        return pd.Timestamp(year=self.year + years, month=month + 1, day=1)

    @property
    def days(self) -> int:
        """Return the number of days in the period."""
        return sum(calendar.monthrange(month.year, month.month)[1] for month in self.months())

    def over(self, as_of: pd.Timestamp) -> bool:
        """
        Tell whether the period had ended at `as_of`.

        Parameters
        ----------
        as_of : Timestamp
            The last moment known; the last moment of the period's last day is enough.

        Returns
        -------
        bool
            Whether nothing of the period was still to come.
        """
        return self.end - pd.Timedelta(microseconds=1) <= as_of

    def previous(self) -> Self:
        """Return the period before; of a year to date, the same months of the year before."""
        return self._shifted(-1)

    def next(self) -> Self:
        """Return the period after; of a year to date, the same months of the year after."""
        return self._shifted(1)

    def months(self) -> list[Self]:
        """Return the months of the period, in order."""
        first = self.month
        return [type(self)(self.year, month, 1) for month in range(first, first + self.length)]

    def year_to_date(self) -> Self:
        """Return the stretch from 1 January to the end of this period."""
        return type(self)(self.year, 1, self.month - 1 + self.length)

    def contains(self, moments: "pd.Series[pd.Timestamp]") -> "pd.Series[bool]":
        """
        Tell which moments lie in the period.

        Parameters
        ----------
        moments : Series of datetime64, shape (n,)
            Moments, local time.

        Returns
        -------
        Series of bool, shape (n,)
            True from `start` on and before `end`; False where the moment is missing.
        """
        when = moments.to_numpy()
        start, end = self.start.to_datetime64(), self.end.to_datetime64()
        return pd.Series((when >= start) & (when < end), index=moments.index, name=moments.name)

    def _shifted(self, steps: int) -> Self:
        if self.kind == "span":
            return type(self)(self.year + steps, self.month, self.length)
        years, month = divmod(self.month - 1 + steps * self.length, 12)
        return type(self)(self.year + years, month + 1, self.length)

    def __str__(self) -> str:
        """Return the text that `parse` reads."""
        if self.length == 12:
            return f"{self.year:04d}"
        if self.length == 6:
            return f"{self.year:04d}H{self.month // 6 + 1}"
        if self.length == 3:
            return f"{self.year:04d}Q{self.month // 3 + 1}"
        if self.length == 1:
            return f"{self.year:04d}-{self.month:02d}"
        return f"{self.year:04d}-01/{self.year:04d}-{self.length:02d}"

    def __repr__(self) -> str:
        """Return how to make it."""
        return f"Period.parse({str(self)!r})"


def _length(kind: str) -> int:
    if kind not in _LENGTHS:
        msg = f"`kind` must be one of {', '.join(map(repr, _LENGTHS))}; got {kind!r}."
        raise SeedmetricsError(msg)
    return _LENGTHS[kind]
