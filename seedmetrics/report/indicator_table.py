"""Every indicator of a unit, by pillar and mechanism: value with its counts, interval, target, reading, points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from markupsafe import Markup

from seedmetrics.evaluation import UnitEvaluation
from seedmetrics.evaluation.plan import Pillar
from seedmetrics.indicators import find_indicator
from seedmetrics.report import findings
from seedmetrics.report.heading import few_counted
from seedmetrics.report.html import Html, render
from seedmetrics.report.numbers import missing
from seedmetrics.report.strips import bar, bar_scale, bar_start
from seedmetrics.report.values import (
    IndicatorRow,
    count_class,
    counts_of,
    is_class,
    kind_of,
    median_of,
    most_persons,
    options_of,
    plain_value,
    value_of,
)
from seedmetrics.report.view import View

ABSENT = ("withheld", "not_reached", "nothing_due", "missing")
BESIDE = "beside"
WIDEST = 64  # the largest weight as a bar, in CSS pixels


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator; `absent` says in words why it has no value to show, `quiet` that it carries no weight."""

    name: str
    label: str
    quiet: bool = False
    attendance: bool = False
    hint: str = ""
    value: str = ""
    counts: str = ""
    strip: Markup = field(default_factory=Markup)
    interval: str = ""
    beside: str = ""
    target: str = ""
    reading: str = ""
    low: bool = False
    points: str = ""
    weight: str = ""
    weight_width: int = 0
    filled: int = 0
    absent: str = ""

    @property
    def bare(self) -> bool:
        """Whether nothing but its value is to be said, so that what stands beside it has room."""
        return self.quiet and not (self.target or self.reading)


@dataclass(frozen=True, slots=True)
class Mechanism:
    """The indicators of one mechanism: those that carry weight, then the others; and what each counts."""

    title: str
    note: str
    points: str
    lines: list[Line]
    about: str
    definitions: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Part:
    """The mechanisms of one pillar, with its points."""

    title: str
    points: str
    mechanisms: list[Mechanism]


def indicator_section(view: View, unit: UnitEvaluation) -> Html:
    """Return the table of all indicators, and what each one counts."""
    ranked = not missing(unit.standing["score"])
    largest = max(row["weight"] for row in unit.rows.values())
    table = [row | {"ranked": ranked, "largest": largest} for row in unit.rows.values()]
    title = findings.readings_finding(view, [row["reading"] for row in table])
    weighted = [bool(row["plan_weight"] > 0) for row in table]
    shares = [
        row
        for row, weighs in zip(table, weighted)
        if weighs and row["share"] and not missing(row["value"]) and not _too_few(view, row)
    ]
    more = [row for row in shares if row["direction"] > 0]
    start = bar_start(row[key] for key in ("value", "target", "group_median") for row in more)
    has_targets = any(not missing(row["target"]) for row in table)
    return render(
        "indicators",
        view.language,
        title,
        w=view.words,
        title=title,
        subtitle=view.words(
            "table.subtitle" if has_targets else "table.subtitle_plain",
            period=view.words.sentence_case(view.numbers.period(view.period)),
            level=view.level,
        ),
        level=view.level,
        parts=[
            _part(view, table, pillar, start)
            for pillar in view.plan.pillars
            if any(row["pillar"] == pillar.name for row in table)
        ],
        scale=bar_scale(start),
        has_bars=bool(shares),
        has_targets=any(not missing(row["target"]) for row in shares),
        has_floor=any(not missing(row["floor"]) for row in shares),
        has_quiet=any(weighted) and not all(weighted),
        has_attendance=any(find_indicator(name).attendance for name in unit.rows),
        classes=view.words("table.key_class", most=view.words.spelled(most_persons(view)))
        if any(map(is_class, table))
        else "",
        basis=basis_note(view),
    )


def basis_note(view: View) -> str:
    """Return what a case rate counts, as the plan decided; empty where it counts no cases."""
    counts_cases = view.closure is not None or any(
        "basis" in find_indicator(e.name).options for e in view.plan.indicators
    )
    if not counts_cases:
        return ""
    date = view.numbers.date(view.evaluation.district.as_of)
    return view.words(f"basis.{view.plan.basis}", period=view.span, date=date)


def _part(view: View, table: Sequence[IndicatorRow], pillar: Pillar, start: float) -> Part:
    """Return one pillar: its mechanisms in the order in which the plan first names them."""
    rows = [row for row in table if row["pillar"] == pillar.name]
    modules: dict[str, list[IndicatorRow]] = {}
    for row in rows:
        modules.setdefault(row["indicator"].partition(".")[0], []).append(row)
    mechanisms = [_mechanism(view, module, own, start) for module, own in modules.items()]
    points = _points(view, rows) or view.words("table.pillar_none")
    return Part(view.pillar(pillar.name), points, mechanisms)


def _points(view: View, rows: Sequence[IndicatorRow]) -> str:
    """Return the points of several indicators, of the weight that they carry; empty where they carry none."""
    weight = np.sum([row["weight"] for row in rows])
    if not weight > 0:
        return ""
    points = view.numbers.points(np.sum([row["points"] for row in rows]))
    return view.words("table.of_points", points=points, weight=view.numbers.weight(weight))


def _mechanism(view: View, module: str, rows: Sequence[IndicatorRow], start: float) -> Mechanism:
    """Return the lines of one mechanism, those that carry weight first."""
    words = view.words
    own = words.mechanism(module)
    weighted = [row for row in rows if row["plan_weight"] > 0]
    scored = len(weighted)
    notes = [
        words("table.weighted", count=scored, of=len(rows))
        if scored
        else words("table.weighted_none", count=len(rows))
    ]
    together = all(_year_to_date(view, row["indicator"]) for row in rows)
    if together:
        notes.append(words("table.year_to_date"))
    ordered = [*weighted, *(row for row in rows if not row["plan_weight"] > 0)]
    lines = [_line(view, row, start, dated=not together) for row in ordered]
    found = [view.indicator(row["indicator"]) for row in ordered]
    return Mechanism(
        title=own.title,
        note=words("list.semicolon").join(notes),
        points=_points(view, rows),
        lines=lines,
        about=own.about,
        definitions=[(w.label, w.definition) for w in found if w.definition],
    )


def _year_to_date(view: View, name: str) -> bool:
    """Return whether an indicator counts the year up to the period's end."""
    return options_of(view, name).get("window") == "year_to_date"


def _line(view: View, row: IndicatorRow, start: float, *, dated: bool) -> Line:
    """Return one indicator; `dated` says whether its line must say since when it counts."""
    name = row["indicator"]
    label = view.indicator(name).label
    quiet = not row["plan_weight"] > 0
    attendance = find_indicator(name).attendance
    if row["reading"] in ABSENT or _too_few(view, row):
        return Line(name, label, quiet, attendance, absent=absent_text(view, row))
    kind = kind_of(view, name, row)
    numbers, words = view.numbers, view.words
    interval = "" if missing(row["low"]) else numbers.range_of(row["low"], row["high"], kind)
    hints = _hints(view, row, kind, 0.0 if quiet else start, dated=dated)
    drawn = kind == "share" and not quiet
    beside = [] if drawn else _beside(view, name, row, kind, interval)
    scored = row["weight"] > 0
    filled = 0 if missing(row["score"]) else round(float(row["score"]))
    return Line(
        name=name,
        label=label,
        quiet=quiet,
        attendance=attendance,
        hint="" if quiet else words("list.semicolon").join(hints),
        value=value_of(view, name, row, kind),
        counts=counts_of(view, name, row, kind),
        strip=_strip(row, start) if drawn else Markup(),
        interval=interval or words("table.no_interval"),
        beside=words("list.semicolon").join([*beside, *hints] if quiet else beside),
        target=plain_value(view, row["target"], kind) if not missing(row["target"]) else "",
        reading=""
        if quiet and row["reading"] in ("not_scored", "no_target")
        else words(f"reading.{row['reading']}"),
        low=row["reading"] == "below_floor",
        points=numbers.points(row["points"]) if scored else "",
        weight=numbers.weight(row["weight"])
        if scored
        else words("table.unweighted" if quiet else "table.unscored"),
        weight_width=round(WIDEST * row["weight"] / row["largest"]) if scored else 0,
        filled=max(0, min(filled, 100)),
    )


def _strip(row: IndicatorRow, start: float) -> Markup:
    """Return a share as a bar."""
    return bar(
        row["value"], row["low"], row["high"], start=start, target=row["target"], floor=row["floor"],
        median=row["group_median"] if row["peers"] > 1 else float("nan"), lower_is_better=row["direction"] < 0,
    )  # fmt: skip


def _beside(view: View, name: str, row: IndicatorRow, kind: str, interval: str) -> list[str]:
    """Return what stands in the place of a bar: the interval and the median of the group."""
    words = view.words
    median = median_of(view, name, row, kind)
    parts = [words("boards.median", median=median)] if median else []
    if interval:
        return [words("table.interval", interval=interval), *parts]
    if find_indicator(name).exact:
        return parts or [words("table.counted_in_full")]
    return [words("table.no_interval"), *parts]


def _hints(view: View, row: IndicatorRow, kind: str, start: float, *, dated: bool) -> list[str]:
    """Return what must be said of a value: since when it counts, the floor it is under, that less is better."""
    name, words = row["indicator"], view.words
    parts = []
    if dated and _year_to_date(view, name):
        parts.append(words("table.year_to_date"))
    if row["reading"] == "below_floor":
        floor = plain_value(view, row["floor"], kind)
        holds = not missing(row["low"]) and row["low"] <= row["floor"] <= row["high"]
        parts.append(words("table.floor_held" if holds else "table.floor", floor=floor))
    if row["direction"] < 0:
        parts.append(words("table.lower_is_better"))
        if kind == "share" and start > 0:
            end = view.numbers.percent(round(1 - start, 6))
            parts.append(words("table.own_scale", end=end))
    return parts


def _too_few(view: View, row: IndicatorRow) -> bool:
    """Return whether a share of counts is of too few to be shown; what is counted in full never is."""
    return find_indicator(row["indicator"]).sampled and view.few(row["denominator"])


def absent_text(view: View, row: IndicatorRow) -> str:
    """Return why an indicator has no value: withheld, nothing due, missing. Never empty, never 0."""
    words = view.words
    kept = (
        words("absent.weight", weight=view.numbers.weight(row["plan_weight"]))
        if row["plan_weight"] > 0 and row["ranked"]
        else ""
    )
    return words.sentences([_why_absent(view, row), kept])


def _why_absent(view: View, row: IndicatorRow) -> str:
    """Return the reason alone: of few persons, too few counted, a median not reached, nothing due, missing."""
    name, words = row["indicator"], view.words
    if count_class(row) == BESIDE:
        return words("absent.withheld_beside")
    if row["reading"] == "withheld" or (missing(row["value"]) and _few_persons(view, row)):
        number = words.spelled(view.plan.minimum_persons)
        return words("absent.withheld_persons", number=number)
    if _too_few(view, row):
        return words("absent.withheld", fewer=few_counted(view))
    kind = kind_of(view, name, row)
    if row["reading"] == "not_reached":
        return words("absent.not_reached", counts=counts_of(view, name, row, kind))
    return words(f"absent.{row['reading']}")


def _few_persons(view: View, row: IndicatorRow) -> bool:
    """Return whether an indicator of persons stands on too few of them to be told."""
    if not find_indicator(row["indicator"]).persons or view.plan.small_counts == "show":
        return False
    return bool(0 < row["denominator"] < view.plan.minimum_persons)
