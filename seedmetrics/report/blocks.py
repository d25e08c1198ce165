"""What templates are given: small frozen records of text, tables and figures. No markup but the drawings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from seedmetrics.report.view import View


@dataclass(frozen=True, slots=True)
class Grid:
    """The figures behind a chart: a caption, headers, and rows whose first cell is the row's header."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure on a page: its finding as title, the definition as subtitle, drawing, table and source."""

    title: str
    subtitle: str
    drawing: Markup
    table: Grid
    source: str


@dataclass(frozen=True, slots=True)
class Gap:
    """What stands where a figure cannot: a title and why."""

    title: str
    subtitle: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One of the facts under the headline."""

    label: str
    big: str
    small: str = ""
    note: str = ""
    plot: Markup = field(default_factory=Markup)


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a board: a name and what is said of it."""

    name: str
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: header, cells, and an optional strip with its words for those who hear the page."""

    name: str
    cells: Sequence[str]
    strip: Markup = field(default_factory=Markup)
    spoken: str = ""
    hint: str = ""
    mine: bool = False


def source_line(view: View) -> str:
    """Return the last line of a figure: whose records, as of when, and whether they are sample data."""
    district = view.evaluation.district
    line = view.words(
        "source.line",
        district=view.words.pick(district.name),
        date=view.numbers.date(district.as_of),
    )
    if district.sample:
        return view.words.sentences([view.words("source.sample"), line])
    return view.words.sentences([line])


def years_below(periods: Sequence[str]) -> tuple[str, ...]:
    """Return for an axis the year below the first period of each year, else an empty text."""
    years = [period[:4] for period in periods]
    return tuple(
        year if len(period) > len(year) and (k == 0 or years[k - 1] != year) else ""
        for k, (period, year) in enumerate(zip(periods, years))
    )
