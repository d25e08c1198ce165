"""Seeded draws and the working-day calendar: what every part of the sample district is made from.

Only `Generator.random` is asked of numpy. Its stream for PCG64 is fixed by a shift and a product,
so the files do not change when numpy improves another method.
"""

import math
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from statistics import NormalDist
from typing import TypeVar

import numpy as np

Item = TypeVar("Item")

SEED = 20260115
FIRST_DAY = date(2024, 7, 1)
LAST_DAY = date(2026, 1, 15)
# The export was drawn at the end of the working day. All times are wall-clock times, as in records.
LAST_MOMENT = datetime.fromisoformat("2026-01-15 17:30")

# The public calendar of the years used: days off on weekdays, and weekend days worked instead.
_DAYS_OFF = [
    ("2024-01-01", 1), ("2024-02-10", 8), ("2024-04-04", 3), ("2024-05-01", 5), ("2024-06-10", 1),
    ("2024-09-15", 3), ("2024-10-01", 7), ("2025-01-01", 1), ("2025-01-28", 8), ("2025-04-04", 3),
    ("2025-05-01", 5), ("2025-05-31", 3), ("2025-10-01", 8), ("2026-01-01", 3),
]  # fmt: skip
_WORKED_INSTEAD = [
    "2024-02-04", "2024-02-18", "2024-04-07", "2024-04-28", "2024-05-11", "2024-09-14",
    "2024-09-29", "2024-10-12", "2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28",
    "2025-10-11", "2026-01-04",
]  # fmt: skip
DAYS_OFF = {date.fromisoformat(first) + timedelta(i) for first, n in _DAYS_OFF for i in range(n)}
WORKED_INSTEAD = {date.fromisoformat(day) for day in _WORKED_INSTEAD}


class Draws:
    """Independent stream of draws for one table, so that changing one table leaves the others."""

    def __init__(self, table: int) -> None:
        self._generator = np.random.Generator(np.random.PCG64([SEED, table]))

    def share(self) -> float:
        """Return a number in [0, 1)."""
        return float(self._generator.random())

    def chance(self, probability: float) -> bool:
        """Return true with this probability."""
        return self.share() < probability

    def between(self, low: int, high: int) -> int:
        """Return a whole number from low to high, both possible."""
        return low + int(self.share() * (high - low + 1))

    def normal(self, mean: float = 0.0, spread: float = 1.0) -> float:
        """Return a normal draw."""
        return mean + spread * NormalDist().inv_cdf(max(self.share(), 1e-16))

    def lognormal(self, median: float, sigma: float) -> float:
        """Return a lognormal draw with this median."""
        return median * math.exp(self.normal(0.0, sigma))

    def whole(self, expected: float) -> int:
        """Return the whole number below or above, so that the mean is the expected number."""
        return int(expected) + self.chance(expected - int(expected))

    def pick(self, items: Sequence[Item], weights: Sequence[float] | None = None) -> Item:
        """Return one item, by weight when weights are given."""
        if weights is None:
            return items[int(self.share() * len(items))]
        mark = self.share() * sum(weights)
        for item, weight in zip(items, weights):
            mark -= weight
            if mark < 0:
                return item
        return items[-1]

    def sample(
        self, items: Sequence[Item], size: int, weights: Sequence[float] | None = None
    ) -> list[Item]:
        """Return `size` different items in the order drawn (weighted draws without replacement)."""
        weights = [1.0] * len(items) if weights is None else weights
        waits = [-math.log(1 - self.share()) / weight for weight in weights]
        order = sorted(range(len(items)), key=lambda i: (waits[i], i))
        return [items[i] for i in order[:size]]


def is_workday(day: date) -> bool:
    """Tell whether offices work on this day."""
    return day in WORKED_INSTEAD or (day.weekday() < 5 and day not in DAYS_OFF)


def after_workdays(day: date, count: int) -> date:
    """Return the day on which `count` working days after `day` have passed."""
    while count:
        day += timedelta(1)
        count -= is_workday(day)
    return day


def next_workday(day: date) -> date:
    """Return this day, or the first working day after it."""
    while not is_workday(day):
        day += timedelta(1)
    return day


def months(first: str, last: str) -> list[str]:
    """Return the months from first to last ("2025-09"), both included."""
    start, end = (int(text[:4]) * 12 + int(text[5:]) - 1 for text in (first, last))
    return [f"{n // 12}-{n % 12 + 1:02d}" for n in range(start, end + 1)]


def month_days(month: str) -> list[date]:
    """Return the days of a month."""
    first = date.fromisoformat(f"{month}-01")
    return [d for d in (first + timedelta(i) for i in range(31)) if d.month == first.month]


def quarter_of(day: date) -> str:
    """Return the quarter of a day ("2025Q3")."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def at(day: date, minutes: int) -> datetime:
    """Return the moment so many minutes after midnight."""
    return datetime.combine(day, time.min) + timedelta(minutes=minutes)


def stamp(moment: datetime | None) -> str:
    """Write a moment to the minute, or nothing."""
    return "" if moment is None else moment.strftime("%Y-%m-%d %H:%M")


def yes_no(value: bool | None) -> str:
    """Write yes, no or nothing."""
    return "" if value is None else ("yes" if value else "no")
