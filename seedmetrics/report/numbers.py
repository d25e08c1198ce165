"""The last step: numbers to text. Rounding happens here, from full precision, and nowhere else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import pandas as pd

from seedmetrics.report.words import Words

DASH = "–"
MINUS = "−"
PERIOD = re.compile(r"(\d{4})(?:Q([1-4])|H([12])|-(\d{2}))?$")


def missing(value: object) -> bool:
    """Return whether a value does not exist (None, NaN, NaT, NA)."""
    return value is None or bool(pd.isna(value))  # type: ignore[call-overload]


@dataclass(frozen=True, slots=True)
class Numbers:
    """
    Numbers as one language writes them; what does not exist is an en dash.

    Examples
    --------
    >>> Numbers("en").rate(558 / 581, 558, 581, 0.9412, 0.9733)
    '96.0% (558 of 581; 94.1–97.3%)'
    >>> Numbers("zh").rate(558 / 581, 558, 581, 0.9412, 0.9733)
    '96.0%（558/581；94.1–97.3%）'
    >>> Numbers("en").ordinal(22), Numbers("zh").ordinal(22)
    ('22nd', '第22名')
    """

    language: str

    @property
    def words(self) -> Words:
        """The catalogue of the same language."""
        return Words(self.language)

    def share(self, value: object) -> str:
        """Return a share in per cent, one decimal; "100.0%" only for all of them, "0.0%" only for none."""
        if missing(value):
            return DASH
        number = float(value)  # type: ignore[arg-type]
        text = f"{100 * number:.1f}"
        if text == "100.0" and number < 1:
            return ">99.9%"
        if text == "0.0" and number > 0:
            return "<0.1%"
        return f"{text}%"

    def percent(self, value: float) -> str:
        """Return a share that is a round number by decision, such as a target: "90%", "99.8%"."""
        return f"{100 * value:.6g}%"

    def interval(self, low: object, high: object) -> str:
        """Return the ends of a share's interval, in per cent."""
        if missing(low) or missing(high):
            return DASH
        ends = [f"{min(100 * float(v), 99.9 if float(v) < 1 else 100):.1f}" for v in (low, high)]  # type: ignore[arg-type]
        return f"{ends[0]}{DASH}{ends[1]}%"

    def about(self, value: object) -> str:
        """Return a share that is known only roughly, in whole per cent: "about 96%", "under 1%"."""
        if missing(value):
            return DASH
        whole = round(100 * float(value))  # type: ignore[arg-type]
        if whole in (0, 100):
            return self.words(
                "number.over" if whole else "number.under", value=f"{99 if whole else 1}%"
            )
        return self.words("number.about", value=f"{whole}%")

    def count(self, value: object) -> str:
        """Return a whole number with commas at the thousands."""
        return DASH if missing(value) else f"{round(float(value)):,}"  # type: ignore[arg-type]

    def amount(self, value: object) -> str:
        """Return a number of things, or a sum of marks: whole where it is whole, else one decimal; commas."""
        return DASH if missing(value) else f"{float(value):,.1f}".removesuffix(".0")  # type: ignore[arg-type]

    def of(self, numerator: object, denominator: object) -> str:
        """Return numerator and denominator: "558 of 581"."""
        if missing(numerator) or missing(denominator):
            return DASH
        return self.words(
            "number.of", numerator=self.count(numerator), denominator=self.count(denominator)
        )

    def of_class(self, least: object, most: object, denominator: object) -> str:
        """Return a count that is told only as a class: "1–4 of 59"."""
        if missing(denominator):
            return DASH
        numerator = self.count(least)
        if least != most:
            numerator = self.between(numerator, self.count(most))
        return self.words("number.of", numerator=numerator, denominator=self.count(denominator))

    def between(self, low: str, high: str) -> str:
        """Return a range from its ends: with an en dash, in words where it begins below 0."""
        if low.startswith(MINUS):
            return self.words("number.to", low=low, high=high)
        return f"{low}{DASH}{high}"

    def rate(
        self, value: object, numerator: object, denominator: object, low: object, high: object
    ) -> str:
        """Return a rate with its counts and interval, as far as they exist."""
        if missing(value):
            return DASH
        inside = [] if missing(denominator) else [self.of(numerator, denominator)]
        if not missing(low) and not missing(high):
            inside.append(self.interval(low, high))
        return self.bracketed(self.share(value), inside)

    def bracketed(self, text: str, inside: list[str]) -> str:
        """Return a text with its particulars in brackets."""
        if not inside:
            return text
        particulars = self.words("list.semicolon").join(inside)
        return self.words("number.bracketed", text=text, inside=particulars)

    def points(self, value: object) -> str:
        """Return a score or a mark: one decimal, never "-0.0"."""
        if missing(value):
            return DASH
        text = f"{float(value):,.1f}"  # type: ignore[arg-type]
        return "0.0" if text == "-0.0" else text.replace("-", MINUS)

    def plain(self, value: object) -> str:
        """Return a number with one decimal, or none where it is whole."""
        return self.points(value).removesuffix(".0")

    def weight(self, value: object) -> str:
        """Return a weight in points of 100: whole where it is whole, else one decimal."""
        return DASH if missing(value) else f"{100 * float(value):.1f}".removesuffix(".0")  # type: ignore[arg-type]

    def points_interval(self, low: object, high: object) -> str:
        """Return the ends of a score's interval."""
        if missing(low) or missing(high):
            return DASH
        return self.between(self.points(low), self.points(high))

    def points_with(self, value: object, low: object, high: object) -> str:
        """Return a score with its interval: "78.4 (75.9–80.9)"."""
        inside = [] if missing(low) or missing(high) else [self.points_interval(low, high)]
        return self.bracketed(self.points(value), inside)

    def quantity(self, value: object, kind: str, *, most: object = None) -> str:
        """
        Return an indicator's value as its kind is written.

        Parameters
        ----------
        value : float or None
            The value.
        kind : str
            One of `seedmetrics.report.words.KINDS`; any other is written as a number with one decimal.
        most : float, optional
            Of stars, how many there can be: "3.4 of 5".
        """
        if missing(value):
            return DASH
        if kind == "share":
            return self.share(value)
        if kind == "count":
            return self.count(value)
        if kind == "days":
            number = self.plain(value)
            return self.words("number.days", count=float(value), number=number)  # type: ignore[arg-type]
        if kind == "stars":
            number, key = self.plain(value), "number.stars" if missing(most) else "number.stars_of"
            return self.words(key, count=float(value), number=number, most=self.plain(most))  # type: ignore[arg-type]
        if kind == "per_1000":
            return self.words("number.per_1000", number=self.points(value))
        return self.points(value)

    def range_of(self, low: object, high: object, kind: str) -> str:
        """Return an interval of an indicator's value."""
        if missing(low) or missing(high):
            return DASH
        if kind == "share":
            return self.interval(low, high)
        if low == high:
            return self.quantity(low, kind)
        if kind == "days":
            number = self.between(self.plain(low), self.plain(high))
            return self.words("number.days", count=2, number=number)
        return self.points_interval(low, high)

    def ordinal(self, value: object) -> str:
        """Return a place: "4th", "第4名"."""
        if missing(value):
            return DASH
        place = round(float(value))  # type: ignore[arg-type]
        if self.language == "zh":
            return f"第{place}名"
        last = {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
        return f"{place}{'th' if 10 <= place % 100 <= 20 else last}"

    def place(self, value: object) -> str:
        """Return a place without its measure word, for use before another: "2nd", "第2"."""
        return self.ordinal(value).removesuffix("名")

    def places(self, low: object, high: object) -> str:
        """Return a range of places in words: "2nd to 7th", "第2至第7名"; one place when both are the same."""
        if missing(low) or missing(high):
            return DASH
        if low == high:
            return self.ordinal(low)
        return self.words(
            "number.places",
            low=self.place(low),
            high=self.ordinal(high),
        )

    def rank(self, rank: object, of: object, low: object, high: object, noun: str) -> str:
        """Return a rank with how sure it is: "4th of 11 towns, between 2nd and 7th"."""
        if missing(rank):
            return DASH
        key = (
            "number.rank" if missing(low) or missing(high) or low == high else "number.rank_between"
        )
        return self.words(
            key,
            rank=self.ordinal(rank),
            of=self.count(of),
            noun=noun,
            low=self.place(low),
            high=self.ordinal(high),
        )

    def date(self, when: date | pd.Timestamp) -> str:
        """Return a date: "15 October 2025", "2025年10月15日"."""
        return self.words(
            "number.date", day=when.day, month=self.month_name(when.month), year=when.year
        )

    def month_name(self, month: int, *, short: bool = False) -> str:
        """Return the name of a month, 1 to 12."""
        return self.words("number.months_short" if short else "number.months").split()[month - 1]

    def period(self, text: object) -> str:
        """Return a period in words: "third quarter of 2025", "2025年第三季度"."""
        year, part, kind = period_parts(text)
        if kind == "month":
            return self.words("number.month", month=self.month_name(part), year=year)
        if kind == "year":
            return self.words("number.year", year=year)
        names = self.words(f"number.{kind}s").split(";")
        return self.words("number.part_of_year", part=names[part - 1], year=year)

    def the_period(self, text: object) -> str:
        """Return a period inside a sentence: "the third quarter of 2025", but "2025"."""
        named = self.period(text)
        return (
            self.words("number.the", period=named)
            if period_parts(text)[2] in ("quarter", "half")
            else named
        )

    def period_short(self, text: object) -> str:
        """Return a period for an axis, without its year: "Q3", "三季"."""
        year, part, kind = period_parts(text)
        if kind == "month":
            return self.month_name(part, short=True)
        if kind == "year":
            return str(year)
        return self.words(f"number.{kind}s_short").split(";")[part - 1]


def period_parts(text: object) -> tuple[int, int, str]:
    """
    Return year, part of the year and kind of a period's text.

    Examples
    --------
    >>> period_parts("2025Q3"), period_parts("2025")
    ((2025, 3, 'quarter'), (2025, 0, 'year'))
    """
    found = PERIOD.match(str(text))
    if not found:
        msg = f"{text!s} is no period: expected such as 2025Q3, 2025H1, 2025 or 2025-09"
        raise ValueError(msg)
    year, *parts = found.groups()
    for kind, part in zip(("quarter", "half", "month"), parts, strict=True):
        if part:
            return int(year), int(part), kind
    return int(year), 0, "year"
