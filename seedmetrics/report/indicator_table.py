"""Every indicator of a unit: value with its counts, interval as a bar, target, reading, points of weight."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from markupsafe import Markup

from seedmetrics.evaluation import UnitEvaluation
from seedmetrics.evaluation.plan import Pillar
from seedmetrics.report import findings
from seedmetrics.report.boards import kind_of, plain_value
from seedmetrics.report.heading import few_counted
from seedmetrics.report.html import Html, render
from seedmetrics.report.numbers import missing
from seedmetrics.report.strips import bar, bar_scale, bar_start
from seedmetrics.report.view import View

ABSENT = ("not_scored", "nothing_due", "missing")


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator; `absent` says in words why it has no value to show."""

    name: str
    label: str
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


@dataclass(frozen=True, slots=True)
class Part:
    """The indicators of one pillar, with its points."""

    title: str
    points: str
    lines: list[Line]


def indicator_section(view: View, unit: UnitEvaluation) -> Html:
    """Return the table of all indicators, and what each one counts."""
    table = unit.indicators.assign(ranked=not missing(unit.standing["score"]))
    title = findings.readings_finding(view, list(table["reading"]))
    drawn = table["value"].notna() & ~table["denominator"].map(view.few).astype(bool)
    shares = table[table["share"].astype(bool) & drawn]
    more = shares[shares["direction"] > 0]
    start = bar_start([*more["value"], *more["target"], *more["group_median"]])
    has_targets = bool(table["target"].notna().any())
    parts = [_part(view, table, pillar, start) for pillar in view.plan.pillars]
    definitions = [
        (w.label, w.definition) for w in map(view.indicator, table.index) if w.definition
    ]
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
        parts=[part for part in parts if part.lines],
        scale=bar_scale(start),
        has_bars=bool(len(shares)),
        has_targets=has_targets,
        has_floor=bool(shares["floor"].notna().any()),
        definitions=definitions,
        basis=basis_note(view),
    )


def basis_note(view: View) -> str:
    """Return what a case rate counts, as the plan decided; empty where it counts no cases."""
    counts_cases = view.closure is not None or any(
        e.name.startswith(
            ("hotline.", "enterprise_days.c", "enterprise_days.o", "chain_organisation.problem")
        )
        for e in view.plan.indicators
    )
    if not counts_cases:
        return ""
    date = view.numbers.date(view.evaluation.district.as_of)
    return view.words(f"basis.{view.plan.basis}", period=view.span, date=date)


def _part(view: View, table: pd.DataFrame, pillar: Pillar, start: float) -> Part:
    """Return the lines of one pillar."""
    rows = table[table["pillar"] == pillar.name]
    weight = rows["weight"].sum()
    points = view.words(
        "table.of_points",
        points=view.numbers.points(rows["points"].sum()),
        weight=view.numbers.weight(weight),
    )
    lines = [_line(view, name, row, start) for name, row in rows.iterrows()]
    return Part(
        view.pillar(pillar.name), points if weight > 0 else view.words("table.pillar_none"), lines
    )


def _line(view: View, name: Any, row: pd.Series, start: float) -> Line:
    """Return one indicator."""
    label = view.indicator(name).label
    shown = row["reading"] == "not_scored" and not (row["share"] and view.few(row["denominator"]))
    if row["reading"] in ABSENT and not shown:
        return Line(str(name), label, absent=absent_text(view, row))
    kind = kind_of(view, name, row)
    numbers, words = view.numbers, view.words
    share = kind == "share"
    strip = Markup()
    interval = "" if missing(row["low"]) else numbers.range_of(row["low"], row["high"], kind)
    median = (
        ""
        if missing(row["group_median"]) or row["peers"] < 2
        else numbers.quantity(row["group_median"], kind)
    )
    if share:
        strip = bar(
            row["value"], row["low"], row["high"], start=start, target=row["target"], floor=row["floor"],
            median=row["group_median"] if row["peers"] > 1 else float("nan"), lower_is_better=row["direction"] < 0,
        )  # fmt: skip
    beside = [words("table.interval", interval=interval)] if interval and not share else []
    if median and not share:
        beside.append(words("boards.median", median=median))
    filled = 0 if missing(row["score"]) else round(float(row["score"]))
    counts = numbers.of(row["numerator"], row["denominator"])
    if not share:
        counts = _counts(view, row)
    return Line(
        name=str(name),
        label=label,
        hint=_hint(view, row, kind, start),
        value=numbers.quantity(row["value"], kind),
        counts=counts,
        strip=strip,
        interval=interval or words("table.no_interval"),
        beside=words("list.semicolon").join(beside) or words("table.no_interval"),
        target=plain_value(view, row["target"], kind) if not missing(row["target"]) else "",
        reading=words(f"reading.{row['reading']}"),
        low=row["reading"] == "below_floor",
        points=numbers.points(row["points"]) if row["weight"] > 0 else "",
        weight=numbers.weight(row["weight"])
        if row["weight"] > 0
        else words("table.unweighted" if not row["plan_weight"] > 0 else "table.unscored"),
        weight_width=round(100 * float(row["weight"]) * 4) if row["weight"] > 0 else 0,
        filled=max(0, min(filled, 100)),
    )


def _counts(view: View, row: pd.Series) -> str:
    """Return what a value that is no share rests on: numerator and denominator, or so many, or nothing."""
    if missing(row["denominator"]):
        return ""
    if missing(row["numerator"]):
        return view.words("table.rests_on", number=view.numbers.count(row["denominator"]))
    return view.words(
        "table.per",
        numerator=view.numbers.count(row["numerator"]),
        denominator=view.numbers.count(row["denominator"]),
    )


def _hint(view: View, row: pd.Series, kind: str, start: float) -> str:
    """Return what must be said of a value: the floor it is under; that less is better, and its bar begins at 0."""
    parts = []
    if view.plan.options_of(str(row.name)).get("window") == "year_to_date":
        parts.append(view.words("table.year_to_date"))
    if row["reading"] == "below_floor":
        floor = plain_value(view, row["floor"], kind)
        holds = not missing(row["low"]) and row["low"] <= row["floor"] <= row["high"]
        parts.append(view.words("table.floor_held" if holds else "table.floor", floor=floor))
    if row["direction"] < 0:
        parts.append(view.words("table.lower_is_better"))
        if kind == "share" and start > 0:
            parts.append(
                view.words("table.own_scale", end=view.numbers.percent(round(1 - start, 6)))
            )
    return view.words("list.semicolon").join(parts)


def absent_text(view: View, row: pd.Series) -> str:
    """Return why an indicator has no value: withheld, nothing due, missing. Never empty, never 0."""
    words = view.words
    kept = (
        words("absent.weight", weight=view.numbers.weight(row["plan_weight"]))
        if row["plan_weight"] > 0 and row["ranked"]
        else ""
    )
    if row["reading"] == "not_scored":
        return words.sentences([words("absent.withheld", fewer=few_counted(view)), kept])
    return words.sentences([words(f"absent.{row['reading']}"), kept])
