"""The three boards (lengthen, mend, hold) and what one more step would change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from seedmetrics.evaluation import UnitEvaluation
from seedmetrics.report.blocks import Item, Row
from seedmetrics.report.html import Html, render
from seedmetrics.report.numbers import missing
from seedmetrics.report.strips import rank_scale, rank_strip
from seedmetrics.report.values import (
    IndicatorRow,
    kind_of,
    median_of,
    plain_value,
    step_text,
    value_text,
)
from seedmetrics.report.view import View

MOST = 5  # lines on a board; the table below has all


def boards_section(view: View, unit: UnitEvaluation) -> Html:
    """Return the boards and the steps; on each board what weighs most in points comes first."""
    words = view.words
    table: pd.DataFrame = unit.indicators
    lost = 100 * table["weight"] - table["points"]
    strong = _most_first(unit.strengths, table["points"])
    floor = _most_first(unit.below_floor, lost)
    short = _most_first(table.index[table["reading"] == "short"], lost)
    behind = [*_most_first(unit.weaknesses, lost), *short]
    weak = [name for name in dict.fromkeys(behind) if name not in floor]
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


def _most_first(names: Iterable[str], points: pd.Series) -> list[str]:
    """Return names in falling order of their points; of equal points in the order of the plan."""
    return list(points[list(names)].sort_values(ascending=False, kind="stable").index)


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


def _lines(view: View, unit: UnitEvaluation, name: str, board: str) -> list[str]:
    """Return what a board says of one indicator."""
    row = unit.rows[name]
    kind = kind_of(view, name, row)
    lines = [value_text(view, name, row)]
    parts = []
    if board == "floor":
        parts.append(view.words("boards.at_floor", floor=plain_value(view, row["floor"], kind)))
        if _holds(row, row["floor"]):
            parts.append(view.words("boards.holds_floor"))
    else:
        median = median_of(view, name, row, kind)
        if median:
            parts.append(view.words("boards.median", median=median))
        if board == "weak" and not missing(row["target"]) and row["reading"] != "met":
            parts.append(_target_line(view, unit, name, row, kind))
    lines.append(view.words("list.semicolon").join(parts))
    return [line for line in lines if line]


def _target_line(view: View, unit: UnitEvaluation, name: str, row: IndicatorRow, kind: str) -> str:
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


def _holds(row: IndicatorRow, value: float) -> bool:
    """Return whether an indicator's interval holds a value."""
    return not missing(row["low"]) and row["low"] <= value <= row["high"]


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
        kind = kind_of(view, name, unit.rows[name])
        change = view.words(
            "steps.from_to",
            before=numbers.quantity(step["value_from"], kind),
            after=numbers.quantity(step["value_to"], kind),
        )
        rows.append(
            row(step_text(view, name, int(step["step"])), change, step, now["rank"], accent=True)
        )
    return rows
