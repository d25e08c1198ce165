"""A page for each kind of result: one function each, whose sections notebooks show."""

from __future__ import annotations

from seedmetrics.evaluation import Evaluation, programme
from seedmetrics.records import District
from seedmetrics.report.closure_page import ClosurePage
from seedmetrics.report.league_page import LeaguePage
from seedmetrics.report.programme_page import ProgrammePage
from seedmetrics.report.robustness_page import RobustnessPage
from seedmetrics.report.unit_page import UnitPage
from seedmetrics.report.view import View
from seedmetrics.report.words import Words


def unit_report(evaluation: Evaluation, *, unit: str, language: str = "") -> UnitPage:
    """
    Return the page of one unit.

    Parameters
    ----------
    evaluation : Evaluation
        From `seedmetrics.evaluate`.
    unit : str
        Code of the unit.
    language : {"en", "zh"}, default ""
        Language of words and names; empty for the district's own.

    Returns
    -------
    UnitPage
        Each method of it is one section.

    Raises
    ------
    SeedmetricsError
        When the plan evaluates no such unit, or the language is not known.
    """
    view = View.of(evaluation, language)
    return UnitPage(view, unit, view.unit(unit))


def league_report(evaluation: Evaluation, *, language: str = "") -> LeaguePage:
    """
    Return the page of all units of a plan, each group by itself.

    Parameters
    ----------
    evaluation : Evaluation
        From `seedmetrics.evaluate`.
    language : {"en", "zh"}, default ""
        Language of words and names; empty for the district's own.

    Returns
    -------
    LeaguePage
        Each method of it is one section.

    Raises
    ------
    SeedmetricsError
        When the language is not known.
    """
    return LeaguePage(View.of(evaluation, language))


def closure_report(evaluation: Evaluation, *, language: str = "") -> ClosurePage:
    """
    Return the page on closing cases, all units together.

    Parameters
    ----------
    evaluation : Evaluation
        From `seedmetrics.evaluate`.
    language : {"en", "zh"}, default ""
        Language of words and names; empty for the district's own.

    Returns
    -------
    ClosurePage
        Each method of it is one section.

    Raises
    ------
    SeedmetricsError
        When the language is not known.
    """
    return ClosurePage(View.of(evaluation, language))


def robustness_report(evaluation: Evaluation, *, language: str = "") -> RobustnessPage:
    """
    Return the page on what the ranking of each group depends on.

    Parameters
    ----------
    evaluation : Evaluation
        From `seedmetrics.evaluate`.
    language : {"en", "zh"}, default ""
        Language of words and names; empty for the district's own.

    Returns
    -------
    RobustnessPage
        Each method of it is one section.

    Raises
    ------
    SeedmetricsError
        When the language is not known.
    """
    return RobustnessPage(View.of(evaluation, language))


def programme_report(district: District, *, language: str = "") -> ProgrammePage:
    """
    Return the page of the figures that the programme publishes.

    Parameters
    ----------
    district : District
        From `seedmetrics.open_district`.
    language : {"en", "zh"}, default ""
        Language of words and names; empty for the district's own.

    Returns
    -------
    ProgrammePage
        Each method of it is one section.

    Raises
    ------
    SeedmetricsError
        When there is no table of published figures beside the district, or the language is not known.
    """
    chosen = Words(language or district.language).language
    return ProgrammePage(district, chosen, programme.published_figures(district))
