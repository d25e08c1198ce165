"""Indicators of one mechanism as the rows of a small table beside its figure: value, counts, or why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from seedmetrics.evaluation import UnitEvaluation
from seedmetrics.indicators import find_indicator
from seedmetrics.report.blocks import Row
from seedmetrics.report.html import Html, render
from seedmetrics.report.indicator_table import ABSENT, absent_text
from seedmetrics.report.values import counts_of, kind_of, value_of
from seedmetrics.report.view import View


def planned(view: View, module: str) -> list[str]:
    """Return the plan's indicators of one module, in its order."""
    return [e.name for e in view.plan.indicators if e.name.partition(".")[0] == module]


def keeps(view: View, tables: Iterable[str]) -> bool:
    """Return whether the district keeps every one of these tables."""
    return set(tables) <= set(view.evaluation.district.tables)


def indicator_rows(view: View, unit: UnitEvaluation, names: Sequence[str]) -> list[Row]:
    """
    Return those of `names` that the plan has, as rows of a value and its counts.

    What has no value to show has no cells, and says why in its hint: withheld, nothing due, missing.
    """
    table = unit.rows
    rows = []
    for name in names:
        if name not in table:
            continue
        row, label = table[name] | {"ranked": False}, view.indicator(name).label
        few = find_indicator(name).sampled and view.few(row["denominator"])
        if row["reading"] in ABSENT or few:
            rows.append(Row(label, [], hint=absent_text(view, row)))
            continue
        kind = kind_of(view, name, row)
        cells = [value_of(view, name, row, kind), counts_of(view, name, row, kind)]
        rows.append(Row(label, cells))
    return rows


def none_section(view: View, key: str, *, title: str, text: str) -> Html:
    """Return the sentence that stands where a unit's page has no such section."""
    return render("sentence", view.language, text, w=view.words, key=key, title=title, text=text)
