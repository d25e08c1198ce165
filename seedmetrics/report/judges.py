"""The judges of a contest: how far they agree, by component. No judge is named or ranked."""

from __future__ import annotations

import numpy as np

from seedmetrics.indicators.arena import Panel, panels
from seedmetrics.report.html import Html, render
from seedmetrics.report.numbers import missing
from seedmetrics.report.view import View


def has_judges(view: View) -> bool:
    """Return whether the plan counts a contest."""
    return any(entry.name.startswith("arena.") for entry in view.plan.indicators)


def judges_section(view: View) -> Html:
    """Return the agreement of the judges by component."""
    words = view.words
    panels = _panels(view) if has_judges(view) else []
    if not panels:
        return render(
            "sentence",
            view.language,
            words("judges.none"),
            w=words,
            key="judges",
            title=words("judges.title"),
            text=words("judges.none"),
        )
    rows = []
    for panel in panels:
        w, icc = float(panel.agreement.kendall_w), float(panel.agreement.icc)
        severity = np.asarray(panel.agreement.severity, dtype=float)
        spread = (
            float(np.nanmax(severity) - np.nanmin(severity))
            if np.isfinite(severity).any()
            else float("nan")
        )
        key = f"judges.component_{panel.component}"
        rows.append(
            [
                words(key) if words.has(key) else panel.component,
                str(panel.marks.shape[1]),
                str(panel.marks.shape[0]),
                _two(w),
                _two(icc),
                view.numbers.points(spread),
                words(f"judges.{agreement_degree(w)}"),
            ]
        )
    worst = min((float(p.agreement.kendall_w) for p in panels), key=lambda v: (missing(v), v))
    title = words(f"judges.title_{agreement_degree(worst)}")
    return render("judges", view.language, title, w=words, title=title, rows=rows)


def agreement_degree(kendall_w: float) -> str:
    """Return how far judges agree in a word: strong from 0.7, fair from 0.5, else weak."""
    if missing(kendall_w):
        return "unknown"
    return "strong" if kendall_w >= 0.7 else "fair" if kendall_w >= 0.5 else "weak"


def _two(value: float) -> str:
    """Return a coefficient with two decimals."""
    return "–" if missing(value) else f"{value:.2f}"


def _panels(view: View) -> list[Panel]:
    """Return the panels of the contest of the period; none where the district keeps no marks."""
    district = view.evaluation.district
    if not {"marks", "rounds"} <= set(district.tables):
        return []
    # A half-year of departments holds two quarters of townships: each plan shows the judges of its own contest.
    level = district.units["level"]
    found = panels(district, view.evaluation.period)
    return [p for p in found if (level.reindex(p.marks.index) == view.plan.level).any()]
