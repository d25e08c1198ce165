"""Where a unit stands: score and pillars against the group, ranks over the periods."""

from __future__ import annotations

import numpy as np
import pandas as pd

from seedmetrics.evaluation import UnitEvaluation
from seedmetrics.report import findings
from seedmetrics.report.blocks import Figure, Gap, Grid, source_line, years_below
from seedmetrics.report.figures.bump import BumpLine, BumpWords, bump_chart
from seedmetrics.report.figures.dots import DotRow, DotWords, dot_plot
from seedmetrics.report.html import Html, render
from seedmetrics.report.numbers import DASH, missing
from seedmetrics.report.view import TOTAL, View


def standing_section(view: View, unit: UnitEvaluation) -> Html:
    """Return the section with the dot plot and the bump chart."""
    first = findings.pillars_finding(view, unit)
    return render(
        "standing",
        view.language,
        first,
        w=view.words,
        left=pillars_figure(view, unit),
        right=ranks_figure(view, unit),
    )


def _dot_row(
    view: View, unit: UnitEvaluation, node: str, values: pd.Series, label: str, note: str
) -> DotRow:
    """Return one row of the dot plot: the unit's values, and the scores of the others in that node."""
    scores = view.scores(node, unit.group)
    others = scores.drop(unit.code, errors="ignore").dropna()
    numbers = view.numbers
    shown = numbers.points(values["score"])
    if missing(values["score"]):
        shown = view.words("dots.row_no_score")
    interval = ""
    if not missing(values["low"]) and not missing(values["score"]):
        interval = view.words(
            "number.in_brackets", inside=numbers.points_interval(values["low"], values["high"])
        )
    return DotRow(
        label=label,
        note=note,
        value=float(values["score"]),
        low=float(values["low"]),
        high=float(values["high"]),
        others=tuple(float(v) for v in others),
        median=float(scores.median()) if len(others) else float("nan"),
        shown=shown,
        shown_interval=interval,
    )


def pillars_figure(view: View, unit: UnitEvaluation) -> Figure | Gap:
    """Return the dot plot, or why there is none."""
    words, numbers = view.words, view.numbers
    title = findings.pillars_finding(view, unit)
    rows = [_dot_row(view, unit, TOTAL, unit.standing, words("dots.total"), "")]
    if len(unit.pillars) > 1:
        rows += [
            _dot_row(
                view,
                unit,
                row["node"],
                row,
                view.pillar(row["node"]),
                words("dots.weight", weight=numbers.weight(row["weight"])),
            )
            for _, row in unit.pillars.iterrows()
        ]
    if all(missing(row.value) and not row.others for row in rows):
        return Gap(title, words("dots.nothing"))
    table = Grid(
        words("dots.caption", name=view.name(unit.code), period=numbers.period(view.period)),
        [words(f"dots.head_{key}") for key in ("row", "score", "interval", "median", "others")],
        [
            [
                row.label,
                row.shown,
                numbers.points_interval(row.low, row.high),
                numbers.points(row.median),
                _range(view, row),
            ]
            for row in rows
        ],
    )
    alt = words.sentences([words("dots.alt", title=title)] + [_spoken(view, row) for row in rows])
    name = view.name(unit.code)
    drawn = dot_plot(
        rows,
        DotWords(
            name,
            words("dots.interval", level=view.level),
            words("dots.median"),
            words("dots.other"),
            words("dots.axis"),
        ),
        prefix="dots",
        alt=alt,
    )
    subtitle = words("dots.subtitle" if len(rows) > 1 else "dots.subtitle_total", level=view.level)
    return Figure(title, subtitle, drawn, table, source_line(view))


def _range(view: View, row: DotRow) -> str:
    """Return the span of the others' scores."""
    return view.numbers.points_interval(min(row.others), max(row.others)) if row.others else DASH


def _spoken(view: View, row: DotRow) -> str:
    """Return one row of the dot plot in words, for those who hear it."""
    if missing(row.value):
        return view.words("dots.spoken_none", label=row.label)
    value = view.numbers.points_with(row.value, row.low, row.high)
    if missing(row.median):
        return view.words("dots.spoken_alone", label=row.label, value=value)
    return view.words(
        "dots.spoken", label=row.label, value=value, median=view.numbers.points(row.median)
    )


def ranks_figure(view: View, unit: UnitEvaluation) -> Figure | Gap:
    """Return the bump chart, or why there is none: nothing to compare, or no period before this one."""
    words, numbers = view.words, view.numbers
    history = unit.history.reindex(view.periods)
    ranked = history["rank"].notna()
    if unit.standing["of"] == 1 or not ranked.any():
        key = "bump.alone" if unit.standing["of"] == 1 else "bump.never"
        return Gap(words(key, name=view.name(unit.code)), words("bump.why"))
    if len(view.periods) < 2:
        first = words("bump.first", period=numbers.the_period(view.period))
        return Gap(words.sentence_case(first), words("bump.first_why"))
    title = findings.bump_finding(view, unit)
    name = view.name(unit.code)
    now = history["rank"].iloc[-1]
    place = "" if missing(now) else numbers.place(now)
    mine = BumpLine(name, tuple(history["rank"].astype(float)), place)
    others = _others(view, unit)
    drawn = bump_chart(
        mine,
        history["rank_low"].astype(float).tolist(),
        history["rank_high"].astype(float).tolist(),
        others,
        BumpWords(
            words("bump.axis", noun=view.noun(unit.group)),
            words("bump.band"),
            tuple(numbers.period_short(p) for p in view.periods),
            years_below(view.periods),
        ),
        prefix="bump",
        alt=words(
            "bump.alt",
            title=title,
            name=name,
            steps=words("list.semicolon").join(_steps(view, history)),
        ),
    )
    table = Grid(
        words("bump.caption", name=name),
        [words(f"bump.head_{key}") for key in ("period", "rank", "interval", "of", "score")],
        [
            [
                numbers.period(period),
                numbers.ordinal(row["rank"]),
                numbers.places(row["rank_low"], row["rank_high"]),
                numbers.count(row["of"]),
                numbers.points_with(row["score"], row["low"], row["high"]),
            ]
            for period, row in history.iterrows()
        ],
    )
    return Figure(title, words("bump.subtitle", level=view.level), drawn, table, source_line(view))


def _steps(view: View, history: pd.DataFrame) -> list[str]:
    """Return the first and the last rank with their intervals, in words."""
    ranked = history[history["rank"].notna()]
    return [
        view.words(
            "bump.step",
            period=view.numbers.the_period(ranked.index[k]),
            rank=view.numbers.ordinal(ranked["rank"].iloc[k]),
            places=view.numbers.places(ranked["rank_low"].iloc[k], ranked["rank_high"].iloc[k]),
        )
        for k in sorted({0, len(ranked) - 1})
    ]


def _others(view: View, unit: UnitEvaluation) -> list[BumpLine]:
    """Return the ranks of the other units of the group, by period."""
    table = view.evaluation.standings
    table = table[(table["group"] == unit.group) & (table["unit"] != unit.code)]
    wide = table.pivot(index="unit", columns="period", values="rank")
    wide = wide.rename(columns=str).reindex(columns=view.periods).sort_index()
    return [
        BumpLine(view.name(str(code)), tuple(ranks))
        for code, ranks in zip(wide.index, wide.to_numpy(float))
        if np.isfinite(ranks).any()
    ]
