"""Slices of cases as a section: each part's rate with its counts and interval, and the funnel of the parts."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd

from seedmetrics.evaluation.slicing import CaseSlices
from seedmetrics.report.blocks import Figure, Grid, Row, source_line
from seedmetrics.report.figures.funnel import FunnelPoint, FunnelWords, funnel_plot
from seedmetrics.report.findings import FUNNEL_LEVELS
from seedmetrics.report.heading import few
from seedmetrics.report.html import Html, notebook_style, render
from seedmetrics.report.numbers import missing
from seedmetrics.report.strips import bar, bar_scale, bar_start
from seedmetrics.report.view import View

MOST = 40  # parts that are shown; the rest is in the table
ORDERED = {"month", "weekday", "hour"}  # parts that stand in the order of time, not of their rates


def slices_section(view: View, slices: CaseSlices) -> Html:
    """Return the section: what the parts tell, the table, and the funnel where there are three parts or more."""
    words = view.words
    shown = _shown(view, slices)
    title = slices_title(view, slices, shown)
    kept = _in_order(slices, shown).head(MOST)
    start = bar_start([*kept["low"].tolist(), slices.whole["rate"]])
    rest = len(slices.table) - len(kept)
    few_rows = [
        Row(_name(view, slices, key), [], hint=words("absent.withheld_short", fewer=few(view)))
        if row["due"] > 0
        else Row(_name(view, slices, key), [], hint=words("closure.nothing_due"))
        for key, row in slices.table.iterrows()
        if key not in shown.index
    ]
    return render(
        "slices",
        view.language,
        title,
        style=notebook_style(),
        w=words,
        title=title,
        sub=_subtitle(view, slices),
        head=words("list.dot").join(words.sentence_case(_by(view, name)) for name in slices.by),
        level=view.level,
        scale=bar_scale(start),
        rows=[*(_row(view, slices, key, row, start) for key, row in kept.iterrows()), *few_rows],
        more=words("explore.more", count=rest - len(few_rows)) if rest > len(few_rows) else "",
        figure=_figure(view, slices, shown) if len(shown) > 2 else None,
        note=words.sentences([words("explore.looks")]),
        other=words(f"explore.head_{'on_time' if slices.what == 'closed' else 'closed'}"),
    )


def slices_title(view: View, slices: CaseSlices, shown: pd.DataFrame) -> str:
    """Return what is counted, by what, and what the parts tell."""
    words, numbers = view.words, view.numbers
    by = words.join([_by(view, name) for name in slices.by])
    out = int((shown["place"] != "").sum())
    if slices.difference is not None and len(shown) == 2:
        value, low, high = slices.difference
        names = [_name(view, slices, key) for key in shown.index]
        if value < 0:
            names, value, low, high = names[::-1], -value, -high, -low
        finding = words(
            "explore.finding_two",
            a=names[0],
            b=names[1],
            points=numbers.points(100 * value),
            interval=numbers.points_interval(100 * low, 100 * high),
            reading=words("explore.real" if low > 0 else "explore.chance"),
        )
    elif len(shown) < 2:
        finding = words("explore.finding_one")
    else:
        key = "explore.finding_some" if out else "explore.finding_none"
        finding = words(key, count=out, number=words.spelled(out), of=words.spelled(len(shown)))
    return words(f"explore.lead_{slices.what}", by=by, finding=finding)


def _subtitle(view: View, slices: CaseSlices) -> str:
    """Return the period, the rate of all, and which cases."""
    words, numbers, whole = view.words, view.numbers, slices.whole
    rate = numbers.rate(
        whole["rate"], whole[slices.what], whole["due"], whole["low"], whole["high"]
    )
    return words.sentences(
        [
            words(
                "explore.all", period=words.sentence_case(numbers.period(slices.period)), rate=rate
            ),
            words("explore.where", where=slices.where) if slices.where else "",
        ]
    )


def _shown(view: View, slices: CaseSlices) -> pd.DataFrame:
    """Return the parts with enough cases due to be shown."""
    due = slices.table["due"]
    return slices.table[(due > 0) & ~due.map(view.few).astype(bool)]


def _in_order(slices: CaseSlices, table: pd.DataFrame) -> pd.DataFrame:
    """Return the parts by time where they are cut by time, else the highest rate first."""
    if set(slices.by) <= ORDERED:
        return table
    return table.sort_values("rate", ascending=False, kind="stable")


def _row(view: View, slices: CaseSlices, key: Hashable, row: Any, start: float) -> Row:
    """Return one part."""
    words, numbers = view.words, view.numbers
    other = "on_time" if slices.what == "closed" else "closed"
    return Row(
        _name(view, slices, key),
        [
            numbers.share(row["rate"]),
            numbers.of(row[slices.what], row["due"]),
            numbers.share(row[other] / row["due"]),
        ],
        bar(row["rate"], row["low"], row["high"], start=start, median=slices.whole["rate"]),
        numbers.interval(row["low"], row["high"]),
        # Two parts are told apart by their difference; the whole is little else than the two.
        words(f"explore.hint_{row['place']}") if row["place"] and slices.difference is None else "",
    )


def _by(view: View, name: str) -> str:
    """Return what the cases were cut by, in words where there are any."""
    words = view.words
    return words(f"explore.by_{name}") if words.has(f"explore.by_{name}") else name


def _name(view: View, slices: CaseSlices, key: Hashable) -> str:
    """Return the name of a part."""
    values = key if isinstance(key, tuple) else (key,)
    found = [_value(view, name, value) for name, value in zip(slices.by, values, strict=True)]
    return view.words("list.dot").join(found)


def _value(view: View, name: str, value: object) -> str:
    """Return one value of what cases were cut by, as a page writes it."""
    words, text = view.words, str(value)
    if missing(value) or text == "":
        return words("closure.not_recorded")
    if isinstance(value, bool):
        return words("explore.yes" if value else "explore.no")
    if name in ("unit", "parent"):
        return view.name(text)
    if name == "group":
        return view.group_title(text)
    if name == "channel" and words.has(f"channel.{text}"):
        return words(f"channel.{text}")
    if name == "kind" and words.has(f"explore.kind_{text}"):
        return words(f"explore.kind_{text}")
    if name == "weekday":
        return words("explore.weekdays").split()[int(text) - 1]
    if name == "month":
        return words.sentence_case(view.numbers.period(text))
    if name == "hour":
        return f"{int(text):02d}:00"
    return text.replace("_", " ")


def _figure(view: View, slices: CaseSlices, shown: pd.DataFrame) -> Figure:
    """Return the funnel of the parts around the rate of all."""
    words, numbers = view.words, view.numbers
    target = float(slices.whole["rate"])
    points = [
        FunnelPoint(
            words("funnel.label", name=_name(view, slices, key), rate=numbers.share(row["rate"])),
            float(row[slices.what]),
            float(row["due"]),
            mine=False,
            outside=row["place"] != "",
        )
        for key, row in shown.iterrows()
    ]
    out = shown["place"] != ""
    count = int(out.sum())
    numbered = {"count": count, "number": words.spelled(count), "of": words.spelled(len(shown))}
    title = words.sentence_case(
        words("explore.finding_some" if count else "explore.finding_none", **numbered)
    )
    alt = [title]
    for side in ("above", "below"):
        names = [_name(view, slices, key) for key in shown.index[shown["place"] == side]]
        if names:
            alt.append(words(f"funnel.alt_{side}", names=words.join(names, most=8)))
    drawn = funnel_plot(
        points,
        target,
        FunnelWords(
            words(f"explore.y_{slices.what}"),
            words("explore.x"),
            words("funnel.limits", level=numbers.percent(FUNNEL_LEVELS[0])),
            words("funnel.limits_outer", level=numbers.percent(FUNNEL_LEVELS[1])),
            words("explore.whole", rate=numbers.share(target)),
        ),
        prefix=f"slices-{'-'.join(slices.by)}",
        alt=words.sentences(alt),
        levels=FUNNEL_LEVELS,
        rule=slices.rule,
    )
    rows = [
        [
            _name(view, slices, key),
            numbers.share(row["rate"]),
            numbers.of(row[slices.what], row["due"]),
            numbers.interval(row["low"], row["high"]),
        ]
        for key, row in shown.iterrows()
    ]
    head = [words("explore.part"), words("funnel.head_share"), words("funnel.head_count")]
    head.append(words("funnel.head_interval", level=view.level))
    caption = words("explore.caption")
    return Figure(
        title, words("explore.funnel_sub"), drawn, Grid(caption, head, rows), source_line(view)
    )
