"""The three boards (lengthen, mend, hold) and what one more step would change."""

from __future__ import annotations

from typing import Any

import pandas as pd

from seedmetrics.evaluation import UnitEvaluation
from seedmetrics.report.blocks import Item, Row
from seedmetrics.report.html import Html, render
from seedmetrics.report.numbers import missing
from seedmetrics.report.strips import rank_scale, rank_strip
from seedmetrics.report.view import View, cell

MOST = 5  # lines on a board; the table below has all


def boards_section(view: View, unit: UnitEvaluation) -> Html:
    """Return the boards and the steps."""
    words = view.words
    table: pd.DataFrame = unit.indicators
    strong = list(unit.strengths)
    floor = list(unit.below_floor)
    short = [name for name in table.index if cell(table, name, "reading") == "short"]
    weak = [name for name in dict.fromkeys([*unit.weaknesses, *short]) if name not in floor]
    boards = [
        (words("boards.strong"), words("boards.strong_sub"), *_items(view, unit, strong, "strong")),
        (words("boards.weak"), words("boards.weak_sub"), *_items(view, unit, weak, "weak")),
        (words("boards.floor"), words("boards.floor_sub"), *_items(view, unit, floor, "floor")),
    ]
    return render(
        "boards",
        view.language,
        words("boards.finding", strong=len(strong), weak=len(weak), floor=len(floor)),
        w=words,
        boards=boards,
        steps=step_rows(view, unit),
        scale=rank_scale(int(unit.standing["of"])),
    )


def _items(
    view: View, unit: UnitEvaluation, names: list[str], board: str
) -> tuple[list[Item], str]:
    """Return the lines of one board, and what stands there when it is empty or has more."""
    items = [
        Item(view.indicator(name).label, _lines(view, unit, name, board)) for name in names[:MOST]
    ]
    if not names:
        has_floor = unit.indicators["floor"].notna().any()
        key = f"boards.no_{board}" if board != "floor" or has_floor else "boards.no_floors"
        return items, view.words(key)
    rest = len(names) - MOST
    return items, view.words("boards.rest", count=rest) if rest > 0 else ""


def value_text(view: View, name: str, row: pd.Series) -> str:
    """Return an indicator's value as it is written in a sentence: a share with its counts, others with theirs."""
    kind = kind_of(view, name, row)
    if kind == "share":
        return view.numbers.rate(
            row["value"], row["numerator"], row["denominator"], row["low"], row["high"]
        )
    interval = [] if missing(row["low"]) else [view.numbers.range_of(row["low"], row["high"], kind)]
    return view.numbers.bracketed(view.numbers.quantity(row["value"], kind), interval)


def kind_of(view: View, name: str, row: pd.Series) -> str:
    """Return how an indicator's value is written."""
    if bool(row["share"]):
        return "share"
    kind = view.indicator(name).kind
    return kind if kind and kind != "share" else "ratio"


def plain_value(view: View, value: float, kind: str) -> str:
    """Return a target, floor or median: a round share without needless decimals."""
    if kind == "share":
        exact = abs(round(1000 * value) - 1000 * value) < 1e-6
        return view.numbers.percent(round(value, 6)) if exact else view.numbers.share(value)
    if kind == "points" or kind == "ratio":
        return f"{value:.1f}".removesuffix(".0")
    return view.numbers.quantity(value, kind)


def _lines(view: View, unit: UnitEvaluation, name: str, board: str) -> list[str]:
    """Return what a board says of one indicator."""
    row: pd.Series = unit.indicators.T[name]
    kind = kind_of(view, name, row)
    lines = [value_text(view, name, row)]
    parts = []
    if board == "floor":
        parts.append(view.words("boards.at_floor", floor=plain_value(view, row["floor"], kind)))
        if _holds(row, row["floor"]):
            parts.append(view.words("boards.holds_floor"))
    else:
        if not missing(row["group_median"]) and row["peers"] > 1:
            parts.append(
                view.words("boards.median", median=view.numbers.quantity(row["group_median"], kind))
            )
        if board == "weak" and not missing(row["target"]) and row["reading"] != "met":
            parts.append(_target_line(view, unit, name, row, kind))
    lines.append(view.words("list.semicolon").join(parts))
    return [line for line in lines if line]


def _target_line(view: View, unit: UnitEvaluation, name: str, row: pd.Series, kind: str) -> str:
    """Return the target, and how many more would reach it where they can be counted."""
    steps = unit.next_steps
    found = steps[steps["indicator"] == name]
    target = plain_value(view, row["target"], kind)
    if len(found) and int(found["step"].iloc[0]) > 0:
        return view.words(
            "boards.target_step",
            target=target,
            step=step_text(view, name, int(found["step"].iloc[0])),
        )
    return view.words("boards.target", target=target)


def _holds(row: pd.Series, value: float) -> bool:
    """Return whether an indicator's interval holds a value."""
    return not missing(row["low"]) and row["low"] <= value <= row["high"]


def step_text(view: View, name: str, count: int) -> str:
    """Return so many steps of an indicator in words."""
    words = view.indicator(name)
    text = words.step_one if count == 1 else words.step
    if text:
        return text.format(count=f"{count:,}")
    return view.words("steps.generic", count=count, indicator=view.words.inside(words.label))


def step_rows(view: View, unit: UnitEvaluation) -> list[Row]:
    """Return the table of what one more step would change, the present state first; empty without steps."""
    steps, now, numbers = unit.next_steps, unit.standing, view.numbers
    if not len(steps) or missing(now["score"]) or missing(now["rank"]):
        return []
    of = int(now["of"])

    def row(label: str, change: str, values: Any, before: float, *, accent: bool) -> Row:
        low, high = values.get("rank_low"), values.get("rank_high")
        strip = rank_strip(
            float("nan") if missing(low) else low, values["rank"], float("nan") if missing(high) else high,
            of, accent=accent, before=before,
        )  # fmt: skip
        return Row(
            label,
            [change, numbers.points(values["score"]), numbers.count(values["rank"])],
            strip,
            numbers.places(low, high),
        )

    rows = [row(view.words("steps.nothing"), "", now, float("nan"), accent=False)]
    for _, step in steps.iterrows():
        name = step["indicator"]
        kind = kind_of(view, name, unit.indicators.loc[name])
        change = view.words(
            "steps.from_to",
            before=numbers.quantity(step["value_from"], kind),
            after=numbers.quantity(step["value_to"], kind),
        )
        rows.append(
            row(step_text(view, name, int(step["step"])), change, step, now["rank"], accent=True)
        )
    return rows
