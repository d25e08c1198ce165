"""A district and a plan at a glance, as a notebook shows them: what was handed over, what is measured and weighed."""

from __future__ import annotations

import pandas as pd

from seedmetrics.evaluation import Plan
from seedmetrics.evaluation.plan import PlanIndicator
from seedmetrics.indicators import find_indicator
from seedmetrics.records import District
from seedmetrics.report.html import Html, notebook_style, render
from seedmetrics.report.numbers import DASH, Numbers
from seedmetrics.report.problems import in_words
from seedmetrics.report.words import Words

MOST = 6  # kinds of problem that are shown
SEVERITIES = ("refused", "mended", "noted")


def district_overview(district: District, language: str) -> Html:
    """Return a district's size, its commonest problems, and its tables."""
    words, numbers = Words(language), Numbers(language)
    rows = sum(len(table) for table in district.tables.values())
    title = words(
        "explore.district",
        district=words.pick(district.name),
        tables=len(district.tables),
        rows=numbers.count(rows),
        date=numbers.date(district.as_of),
    )
    counts = district.problems["severity"].value_counts()
    found = [words(f"out.{s}", count=int(counts[s])) for s in SEVERITIES if counts.get(s, 0)]
    name = " ".join(dict.fromkeys(district.name.values()))
    return render(
        "district",
        words.language,
        title,
        style=notebook_style(),
        w=words,
        name=name,
        sample=district.sample,
        title=title,
        sub=words.sentence_case(words("list.semicolon").join(found)) or words("out.no_problems"),
        problems=_problems(district.problems, words, numbers),
        sources=[
            [
                str(row["table"]),
                str(row["file"]),
                *(numbers.count(row[key]) for key in ("rows", "refused", "mended")),
            ]
            for _, row in district.sources.iterrows()
        ],
    )


def _problems(problems: pd.DataFrame, words: Words, numbers: Numbers) -> list[list[str]]:
    """Return the commonest kinds of problem, the refused first: problem, table and column, rows, what was done."""
    if problems.empty:
        return []
    said = problems["problem"].map(lambda text: in_words(str(text), words.language)[0])
    kinds = ["severity", "table", "column", "problem"]
    told = (
        problems.assign(problem=said).groupby(kinds, sort=False).size().rename("rows").reset_index()
    )
    told["order"] = told["severity"].map(SEVERITIES.index)
    told = told.sort_values(["order", "rows"], ascending=[True, False], kind="stable").head(MOST)
    return [
        [
            words.sentence_case(str(row["problem"])),
            words("list.dot").join(str(row[key]) for key in ("table", "column") if row[key]),
            numbers.count(row["rows"]),
            words(f"out.as_{row['severity']}"),
        ]
        for _, row in told.iterrows()
    ]


def plan_overview(plan: Plan, language: str) -> Html:
    """Return a plan's pillars and indicators with their weights, targets and floors."""
    words, numbers = Words(language), Numbers(language)
    weights = plan.plan_weights()
    title = words(
        "explore.plan",
        plan=words.pick(plan.title),
        count=len(plan.indicators),
        counted=len(plan.counted),
    )
    whole = sum(pillar.weight for pillar in plan.pillars)
    parts = []
    for pillar in plan.pillars:
        entries = [e for e in plan.indicators if e.pillar == pillar.name and weights[e.name] > 0]
        rows = [_entry(plan, entry, weights[entry.name], words, numbers) for entry in entries]
        share = numbers.weight(pillar.weight / whole)
        parts.append((words.pick(pillar.title), pillar.name, share, rows))
    rest = [e for e in plan.indicators if weights[e.name] == 0]
    return render(
        "plan",
        words.language,
        title,
        style=notebook_style(),
        w=words,
        title=title,
        sub=words("explore.plan_changed") if plan.changed else "",
        parts=parts,
        rest=[(_label(entry, words), entry.name) for entry in rest],
        rest_title=words("explore.unweighted", count=len(rest)),
    )


def _label(entry: PlanIndicator, words: Words) -> str:
    """Return an indicator's name on the page."""
    return words.indicator(entry.name, entry.title).label


def _entry(
    plan: Plan, entry: PlanIndicator, weight: float, words: Words, numbers: Numbers
) -> list[str]:
    """Return an indicator's name, its name in code, weight of 100, goalposts, target and floor."""
    share = find_indicator(entry.name).share
    kind = "share" if share else words.indicator(entry.name).kind

    def written(value: float | None) -> str:
        if value is None:
            return DASH
        return numbers.percent(value) if share else numbers.quantity(value, kind)

    low, high = plan.goalposts(entry.name)
    worst, best = (low, high) if entry.direction > 0 else (high, low)
    posts = words("explore.posts", worst=written(worst), best=written(best))
    return [
        _label(entry, words),
        entry.name,
        numbers.weight(weight),
        posts,
        written(entry.target),
        written(entry.floor),
    ]
