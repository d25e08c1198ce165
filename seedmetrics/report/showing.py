"""What a notebook shows of a result: a district, a plan, an evaluation, a unit, slices, a comparison."""

from __future__ import annotations

import dataclasses
from functools import singledispatch
from typing import Any

import pandas as pd
from markupsafe import Markup

from seedmetrics.errors import SeedmetricsError
from seedmetrics.evaluation import Closure, Evaluation, IndicatorBudget, Plan, UnitEvaluation
from seedmetrics.evaluation.comparing import Comparison
from seedmetrics.evaluation.robustness import GroupRobustness
from seedmetrics.evaluation.slicing import CaseSlices
from seedmetrics.records import District
from seedmetrics.report.comparison_section import comparison_section
from seedmetrics.report.heading import unit_heading
from seedmetrics.report.html import Html, notebook_style
from seedmetrics.report.league_page import LeaguePage
from seedmetrics.report.overviews import district_overview, plan_overview
from seedmetrics.report.slices_section import slices_section
from seedmetrics.report.view import View


def show(result: object, *, language: str = "") -> Html:
    """
    Return a result as a notebook shows it, in one language.

    Parameters
    ----------
    result : District, Plan, Evaluation, UnitEvaluation, CaseSlices, Comparison, GroupRobustness …
        What is to be shown.
    language : {"en", "zh"}, default ""
        Language of words and names; empty for the district's own (of a plan: English).

    Returns
    -------
    Html
        What stands at the end of a cell is shown so by itself, in the district's own language.

    Raises
    ------
    SeedmetricsError
        When the language is not known, or this is no such result.
    """
    return _shown(result, language)


def markup(result: object) -> str:
    """Return the markup of a result in the district's own language; see `seedmetrics.showing`."""
    return show(result).markup


@singledispatch
def _shown(result: object, language: str) -> Html:  # noqa: ARG001  # as its other forms have it
    msg = (
        f"a {type(result).__name__} is shown by no page: give what open_district, evaluate … return"
    )
    raise SeedmetricsError(msg)


@_shown.register
def _(result: District, language: str) -> Html:
    return district_overview(result, language or result.language)


@_shown.register
def _(result: Plan, language: str) -> Html:
    return plan_overview(result, language or "en")


@_shown.register
def _(result: Evaluation, language: str) -> Html:
    return _styled(LeaguePage(View.of(result, language)).tables())


@_shown.register
def _(result: UnitEvaluation, language: str) -> Html:
    return unit_heading(View.of(result.evaluation, language), result, [])


@_shown.register
def _(result: CaseSlices, language: str) -> Html:
    return slices_section(View.of(result.evaluation, language), result)


@_shown.register
def _(result: Comparison, language: str) -> Html:
    return comparison_section(View.of(result.after, language), result)


@_shown.register
def _(result: GroupRobustness, language: str) -> Html:  # noqa: ARG001  # its tables are without words
    tables: dict[str, Any] = {
        name: getattr(result, name) for name in ("ranks", "shares", "left_out", "agreement")
    }
    parts = [f"<p><b>{Markup.escape(repr(result))}</b></p>"]
    parts += [f"<p><code>.{name}</code></p>{_plain(table)}" for name, table in tables.items()]
    return Html("".join(parts), repr(result))


@_shown.register(Closure)
@_shown.register(IndicatorBudget)
def _(result: Closure | IndicatorBudget, language: str) -> Html:  # noqa: ARG001  # names of fields, no words
    fields = {f.name: getattr(result, f.name) for f in dataclasses.fields(result)}
    told = {
        name: " × ".join(map(str, value.shape)) if isinstance(value, pd.DataFrame) else str(value)
        for name, value in fields.items()
    }
    name = type(result).__name__
    return Html(f"<p><b>{name}</b></p>{_plain(pd.Series(told).to_frame(''))}", name)


def _plain(table: pd.DataFrame) -> str:
    """Return a table as pandas shows it, its numbers shortened."""
    return str(table.to_html(float_format="{:.3g}".format, border=0, escape=True))


def _styled(section: Html) -> Html:
    """Return a section that brings its style sheet with it."""
    head, _, rest = section.markup.partition("\n")
    return Html(f"{head}\n{notebook_style()}\n{rest}", section.finding)
