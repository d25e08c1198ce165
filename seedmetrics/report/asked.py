"""The indicator budget in words: how much a plan measures, what it asks of a unit, how much of it is attendance."""

from __future__ import annotations

from seedmetrics.evaluation.budget import IndicatorBudget
from seedmetrics.report.html import Html, render
from seedmetrics.report.numbers import missing
from seedmetrics.report.view import View


def budget_section(view: View) -> Html:
    """Return the budget of the plan as a short list."""
    budget = view.evaluation.budget
    words = view.words
    title = words("asked.title", count=budget.indicators, counted=budget.counted)
    return render(
        "asked", view.language, title, w=words, title=title, rows=budget_rows(view, budget)
    )


def budget_rows(view: View, budget: IndicatorBudget) -> list[tuple[str, str]]:
    """Return what is said of a budget: label and text of each line."""
    words, numbers = view.words, view.numbers
    rows = [
        (
            words("asked.measured"),
            words("asked.measured_text", count=budget.indicators, counted=budget.counted),
        ),
        (words("asked.items"), words("asked.items_text", count=budget.items, tables=budget.tables)),
    ]
    if not missing(budget.records):
        rows.append(
            (
                words("asked.records"),
                words("asked.records_text", number=numbers.count(round(budget.records))),
            )
        )
    share = numbers.share(budget.attendance_weight)
    rows.append(
        (
            words("asked.attendance"),
            words("asked.attendance_text", count=budget.attendance, share=share),
        )
    )
    return rows
