"""The public face: what a researcher types. Everything is loaded when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seedmetrics import showing
from seedmetrics.loading import on_demand

if TYPE_CHECKING:
    from seedmetrics import formulas
    from seedmetrics.errors import DistrictError, NotebookError, PlanError, SeedmetricsError
    from seedmetrics.evaluation import (
        CaseSlices,
        Comparison,
        Evaluation,
        Plan,
        compare,
        evaluate,
        indicator_budget,
        published_figures,
        read_plan,
        reweigh,
        robustness,
        slice_cases,
        vary,
    )
    from seedmetrics.indicators import indicator, indicator_names, measure, share_of
    from seedmetrics.records import District, Period, declare, open_district
    from seedmetrics.report import (
        closure_report,
        league_report,
        programme_report,
        robustness_report,
        show,
        unit_report,
        weigh,
    )

# Loading on demand keeps `import seedmetrics.formulas` free of pandas and matplotlib.
_WHERE = {
    "CaseSlices": "evaluation",
    "Comparison": "evaluation",
    "District": "records",
    "DistrictError": "errors",
    "Evaluation": "evaluation",
    "NotebookError": "errors",
    "Period": "records",
    "Plan": "evaluation",
    "PlanError": "errors",
    "SeedmetricsError": "errors",
    "closure_report": "report",
    "compare": "evaluation",
    "declare": "records",
    "evaluate": "evaluation",
    "formulas": "",
    "indicator": "indicators",
    "indicator_budget": "evaluation",
    "indicator_names": "indicators",
    "league_report": "report",
    "measure": "indicators",
    "open_district": "records",
    "programme_report": "report",
    "published_figures": "evaluation",
    "read_plan": "evaluation",
    "reweigh": "evaluation",
    "robustness": "evaluation",
    "robustness_report": "report",
    "share_of": "indicators",
    "show": "report",
    "slice_cases": "evaluation",
    "unit_report": "report",
    "vary": "evaluation",
    "weigh": "report",
}

__all__ = [
    "CaseSlices",
    "Comparison",
    "District",
    "DistrictError",
    "Evaluation",
    "NotebookError",
    "Period",
    "Plan",
    "PlanError",
    "SeedmetricsError",
    "closure_report",
    "compare",
    "declare",
    "evaluate",
    "formulas",
    "indicator",
    "indicator_budget",
    "indicator_names",
    "league_report",
    "measure",
    "open_district",
    "programme_report",
    "published_figures",
    "read_plan",
    "reweigh",
    "robustness",
    "robustness_report",
    "share_of",
    "show",
    "slice_cases",
    "unit_report",
    "vary",
    "weigh",
]


__getattr__, __dir__ = on_demand(__name__, _WHERE)


def _in_words(result: Any) -> str:
    """Show a result in the words of the report floor, loaded when a first result is shown."""
    from seedmetrics.report.showing import markup

    return markup(result)


showing.show_by(_in_words)
