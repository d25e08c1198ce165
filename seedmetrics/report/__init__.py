"""The only place that rounds or speaks: an evaluation as sections of a page, in English or Chinese."""

from typing import TYPE_CHECKING

from seedmetrics.loading import on_demand

if TYPE_CHECKING:
    from seedmetrics.report.closure_page import ClosurePage
    from seedmetrics.report.exploring import WeightBoard, weigh
    from seedmetrics.report.html import Html
    from seedmetrics.report.league_page import LeaguePage
    from seedmetrics.report.programme_page import ProgrammePage
    from seedmetrics.report.reports import (
        closure_report,
        league_report,
        programme_report,
        robustness_report,
        unit_report,
    )
    from seedmetrics.report.robustness_page import RobustnessPage
    from seedmetrics.report.showing import show
    from seedmetrics.report.unit_page import UnitPage

# Loading on demand: who only puts pages together needs words and templates, neither pandas nor matplotlib.
_WHERE = {
    "ClosurePage": "closure_page",
    "Html": "html",
    "LeaguePage": "league_page",
    "ProgrammePage": "programme_page",
    "RobustnessPage": "robustness_page",
    "UnitPage": "unit_page",
    "WeightBoard": "exploring",
    "closure_report": "reports",
    "league_report": "reports",
    "programme_report": "reports",
    "robustness_report": "reports",
    "show": "showing",
    "unit_report": "reports",
    "weigh": "exploring",
}

__all__ = [
    "ClosurePage",
    "Html",
    "LeaguePage",
    "ProgrammePage",
    "RobustnessPage",
    "UnitPage",
    "WeightBoard",
    "closure_report",
    "league_report",
    "programme_report",
    "robustness_report",
    "show",
    "unit_report",
    "weigh",
]

__getattr__, __dir__ = on_demand(__name__, _WHERE)
