"""The figures of closing cases: the funnel and the closure curve; for one unit or a whole group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from seedmetrics.formulas.closure import ClosureCurve, time_to_closure
from seedmetrics.report import findings
from seedmetrics.report.blocks import Figure, Gap, Grid, source_line
from seedmetrics.report.figures.curve import HORIZONS, TICKS, CurveWords, closure_curve, horizon
from seedmetrics.report.figures.funnel import FunnelPoint, FunnelWords, funnel_plot
from seedmetrics.report.heading import few, interval_of
from seedmetrics.report.view import View, cell

NAMED_OUTSIDE = 8  # units outside the limits that are named in words


def unit_counts(view: View, code: str) -> pd.Series | None:
    """Return a unit's case counts of the period; None where it has no cases."""
    counts = view.counts([code])
    return counts.iloc[0] if len(counts) else None


def funnel_figure(view: View, code: str, group: str) -> Figure | Gap:
    """Return the funnel of a group with one unit of it in the accent; none is marked where `code` is empty."""
    words, numbers = view.words, view.numbers
    units = list(view.standings(group=group).index)
    counts = view.shown_counts(units)
    closed, due = findings.group_rate(view, units)
    found = findings.funnel_finding(view, code, group) if code else funnel_group_title(view, units)
    title = view.title_of(found, code=code, group=group)
    if len(counts) < 2:
        return Gap(title, words("funnel.why", fewer=few(view)))
    target = closed / due
    out = findings.outside(view, units, target)
    limits = findings.funnel_rule(view, units, target)
    points = [
        FunnelPoint(
            words(
                "funnel.label",
                name=view.name(str(u)),
                rate=numbers.share(row["closed"] / row["due"]),
            ),
            float(row["closed"]),
            float(row["due"]),
            u == code,
            str(u) in out,
        )
        for u, row in counts.iterrows()
    ]
    drawn = funnel_plot(
        points,
        target,
        FunnelWords(
            words(f"funnel.y_{view.cases.basis}"),
            words(f"funnel.x_{view.cases.basis}", span=view.span),
            words("funnel.limits", level=numbers.percent(findings.FUNNEL_LEVELS[0])),
            words("funnel.limits_outer", level=numbers.percent(findings.FUNNEL_LEVELS[1])),
            words("funnel.group", rate=numbers.share(target)),
        ),
        prefix="funnel" if code else f"funnel-{view.groups().index(group)}",
        alt=funnel_alt(view, title, code, target, out, (closed, due)),
        levels=findings.FUNNEL_LEVELS,
        rule=limits,
    )
    return Figure(
        title,
        words.sentences([words("funnel.subtitle"), findings.spread_text(view, units, target)]),
        drawn,
        funnel_table(view, units),
        source_line(view),
    )


def funnel_group_title(view: View, units: Sequence[str]) -> str:
    """Return the title of a group's funnel: how many lie outside the limits."""
    closed, due = findings.group_rate(view, units)
    shown = view.shown_counts(units)
    if len(shown) < 2:
        return view.words("funnel.too_few")
    out = findings.outside(view, units, closed / due)
    numbers = {
        "count": len(out),
        "number": view.words.spelled(len(out)),
        "of": view.words.spelled(len(shown)),
    }
    text = view.words("funnel.group_none" if not out else "funnel.group_some", **numbers)
    return view.words.sentence_case(text)


def funnel_alt(
    view: View,
    title: str,
    code: str,
    target: float,
    out: dict[str, str],
    total: tuple[float, float],
) -> str:
    """Return the funnel in words."""
    words = view.words
    sentences = [
        words(
            "funnel.alt", title=title, rate=view.numbers.share(target), of=view.numbers.of(*total)
        )
    ]
    counts = unit_counts(view, code) if code else None
    if counts is not None and counts["due"] > 0 and not view.few(counts["due"]):
        rate = interval_of(view, counts["closed"], counts["due"])
        text = view.numbers.rate(rate[0], counts["closed"], counts["due"], *rate[1:])
        sentences.append(words("funnel.alt_mine", name=view.name(code), rate=text))
    for side in ("above", "below"):
        names = [view.name(u) for u, where in out.items() if where == side and u != code]
        if names:
            sentences.append(
                words(f"funnel.alt_{side}", names=words.join(names, most=NAMED_OUTSIDE))
            )
    return words.sentences(sentences)


def funnel_table(view: View, units: Sequence[str]) -> Grid:
    """Return the figures behind a funnel."""
    words, counts = view.words, view.counts()
    drawn, rows = findings.drawn_rates(view, units), []
    for unit in units:
        name = view.name(str(unit))
        if unit not in counts.index or cell(counts, unit, "due") == 0:
            rows.append([name, words("absent.nothing_due").rstrip(words("list.stop")), "", "", ""])
        elif view.few(cell(counts, unit, "due")):
            rows.append([name, words("absent.withheld_short", fewer=few(view)), "", "", ""])
        else:
            row: Any = counts.loc[unit]
            rate, low, high = interval_of(view, row["closed"], row["due"])
            rows.append(
                [
                    name,
                    view.numbers.share(rate),
                    view.numbers.of(row["closed"], row["due"]),
                    view.numbers.interval(low, high),
                    view.numbers.share(cell(drawn, str(unit), "rate")),
                ]
            )
    head = [words(f"funnel.head_{key}") for key in ("unit", "share", "count")]
    head += [words("funnel.head_interval", level=view.level), words("funnel.head_drawn")]
    return Grid(words("funnel.caption"), head, rows)


def curve_of(view: View, units: Sequence[str]) -> ClosureCurve | None:
    """Return the closure curve of some units together; None without cases."""
    table = view.cases.durations
    table = table[table["unit"].isin(list(units))]
    if not len(table):
        return None
    return time_to_closure(
        table["days"].to_numpy(float),
        table["closed"].to_numpy(bool),
        confidence_level=view.plan.confidence_level,
    )


def curve_figure(view: View, code: str, group: str) -> Figure | Gap:
    """Return the closure curve of a unit beside that of its group; of the whole group where `code` is empty."""
    words = view.words
    members = list(view.standings(group=group).index)
    mine = curve_of(view, [code] if code else members)
    if mine is None:
        title = view.title_of(words("curve.none"), code=code, group=group)
        return Gap(title, words("curve.none_why"))
    if view.few(int(mine.at_risk.max(initial=0))):
        title = view.title_of(words("curve.few"), code=code, group=group)
        return Gap(title, words.sentences([words.sentence_case(few(view))]))
    whole = curve_of(view, members) if code and len(members) > 1 else None
    last = horizon(*(c for c in (mine, whole) if c is not None))
    named = HORIZONS[last]
    title = view.title_of(findings.curve_finding(view, mine), code=code, group=group)
    name = view.name(code) if code else view.group_title(group)
    group_name = words("curve.group")
    drawn = closure_curve(
        mine,
        whole,
        CurveWords(
            words("curve.y_axis"),
            words("curve.x_axis"),
            name,
            group_name,
            tuple(
                words("curve.by_day", share=whole_percent(view, mine, day), day=day)
                for day in named
            ),
        ),
        named=named,
        last=last,
        prefix="curve" if code else f"curve-{view.groups().index(group)}",
        alt=curve_alt(view, title, name, mine, whole, named),
        others=[]
        if code
        else [c for c in (curve_of(view, [str(u)]) for u in members) if c is not None],
    )
    subtitle = words(
        "curve.subtitle",
        level=view.level,
        first=view.numbers.date(view.cases.watched_from),
        last=view.numbers.date(view.cases.watched_to - pd.Timedelta(seconds=1)),
    )
    return Figure(
        title, subtitle, drawn, curve_table(view, name, mine, whole, last), source_line(view)
    )


def whole_percent(view: View, curve: ClosureCurve, day: int) -> str:
    """Return the share closed by a day in whole per cent: on the drawing a decimal would not be read."""
    share = float(np.asarray(curve.share_closed_by(day).rate))
    text = f"{100 * share:.0f}%"
    return view.numbers.share(share) if text in ("0%", "100%") else text


def curve_alt(
    view: View,
    title: str,
    name: str,
    mine: ClosureCurve,
    whole: ClosureCurve | None,
    named: Sequence[int],
) -> str:
    """Return the curve in words."""
    words = view.words

    def listed(curve: ClosureCurve) -> str:
        return words.join(
            [
                words(
                    "curve.by_day",
                    share=view.numbers.share(float(np.asarray(curve.share_closed_by(d).rate))),
                    day=d,
                )
                for d in named
            ]
        )

    parts = [words("curve.alt", title=title, name=name, shares=listed(mine))]
    if whole is not None:
        parts.append(words("curve.alt_group", shares=listed(whole)))
    return words.sentences(parts)


def curve_table(
    view: View, name: str, mine: ClosureCurve, whole: ClosureCurve | None, last: int
) -> Grid:
    """Return the figures behind a closure curve, at its ticks."""
    words, numbers = view.words, view.numbers
    head = [
        words("curve.head_day"),
        words("curve.head_share"),
        words("curve.head_interval", level=view.level),
    ]
    rows = []
    for day in TICKS[last][1:]:
        at = mine.share_closed_by(day)
        row = [
            numbers.quantity(day, "days"),
            numbers.share(float(at.rate)),
            numbers.interval(float(at.low), float(at.high)),
        ]
        if whole is not None:
            row.append(numbers.share(float(whole.share_closed_by(day).rate)))
        rows.append(row)
    if whole is not None:
        head.append(words("curve.head_group"))
    return Grid(words("curve.caption", name=name), head, rows)
