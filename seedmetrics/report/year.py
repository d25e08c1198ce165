"""The year so far: the score that its records and the contest make up, and the grade by quota, with how firm it is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from seedmetrics.evaluation.plan import Annual
from seedmetrics.report import findings
from seedmetrics.report.html import Html, render
from seedmetrics.report.numbers import missing
from seedmetrics.report.view import View


@dataclass(frozen=True, slots=True)
class YearRow:
    """One unit's year."""

    name: str
    records: str = ""
    points: str = ""
    score: str = ""
    interval: str = ""
    grade: str = ""
    firm: str = ""
    reason: str = ""


def year_section(view: View) -> Html:
    """Return the year's scores and grades, a table for each group; nothing where the plan sums up no year."""
    words, annual = view.words, view.plan.annual
    table: pd.DataFrame = view.evaluation.annual
    if annual is None:
        return Html("", words("year.none"))
    if not table["score"].notna().any():
        return render(
            "sentence",
            view.language,
            words("year.none_yet"),
            w=words,
            key="year",
            title=words("year.heading"),
            text=words("year.none_yet"),
        )
    year = str(view.evaluation.period.start.year)
    key = "year.whole" if view.evaluation.period.end.year > int(year) else "year.so_far"
    title = words(key, year=view.numbers.period(year))
    groups = [
        (
            view.group_title(group),
            [_row(view, annual, row) for _, row in table[table["group"] == group].iterrows()],
        )
        for group in view.groups()
    ]
    return render(
        "year",
        view.language,
        title,
        w=words,
        title=title,
        made_of=words(
            "year.made_of",
            scores=f"{annual.scores:g}",
            points=view.numbers.points(100 - annual.scores),
        ),
        rule=rule_text(view, annual, table),
        groups=groups,
        level=view.level,
    )


def grade_name(view: View, annual: Annual, grade: object) -> str:
    """Return the name of a grade; its number where the scale has no names."""
    if missing(grade):
        return ""
    place = round(float(grade))  # type: ignore[arg-type]
    named = {str(language): names for language, names in annual.grades.names.items()}
    names = named.get(view.language, [])
    return names[place - 1] if 0 < place <= len(names) else view.numbers.place(place)


def rule_text(view: View, annual: Annual, table: pd.DataFrame) -> str:
    """Return how grades are given: quotas, rounding and ties, and how many units another rounding would move."""
    words, rule = view.words, annual.grades
    parts = []
    if rule.quotas:
        quotas = list(rule.quotas)
        if len(quotas) < rule.count:
            quotas.append(max(0.0, 1 - math.fsum(quotas)))
        # A grade without places is given to nobody by quota.
        shares = words("list.comma").join(
            words("year.quota", grade=grade_name(view, annual, k + 1), share=f"{100 * quota:.4g}")
            for k, quota in enumerate(quotas)
            if quota > 0
        )
        parts.append(
            words(
                "year.quotas",
                quotas=shares,
                rounding=words(f"year.rounding_{rule.rounding}"),
                ties=words(f"year.ties_{rule.at_ties}"),
            )
        )
        moved = [view.name(str(unit)) for unit in table.loc[table["would_differ"], "unit"]]
        key = "year.would_differ" if moved else "year.would_not"
        parts.append(words(key, count=len(moved), names=words.join(moved, most=4)))
        tied = [view.name(str(unit)) for unit in table.loc[table["boundary_tie"], "unit"]]
        if tied:
            parts.append(words("year.tied", names=words.join(tied, most=4)))
    elif rule.cuts:
        parts.append(words("year.cuts", cuts="/".join(f"{cut:g}" for cut in rule.cuts)))
    if not rule.confirmed:
        parts.append(words("year.unconfirmed"))
    return words.sentences(parts)


def _row(view: View, annual: Annual, row: Any) -> YearRow:
    """Return one unit."""
    numbers, words = view.numbers, view.words
    name = view.name(str(row["unit"]))
    if missing(row["score"]):
        return YearRow(name, reason=words("year.no_score"))
    firm = (
        words("year.vetoed")
        if row["vetoed"]
        else words("league.firm", share=findings.hundred(view, row["grade_share"]))
    )
    return YearRow(
        name=name,
        records=numbers.points(row["year_score"]),
        points=numbers.points(row["points"]),
        score=numbers.points(row["score"]),
        interval=numbers.points_interval(row["low"], row["high"]),
        grade=words.sentence_case(grade_name(view, annual, row["grade"])),
        firm=firm,
    )
