"""The public face: what a researcher types. Everything is loaded when it is first asked for."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seedmetrics import formulas
    from seedmetrics.errors import DistrictError, NotebookError, PlanError, SeedmetricsError
    from seedmetrics.evaluation import (
        Evaluation,
        Plan,
        evaluate,
        indicator_budget,
        published_figures,
        read_plan,
        robustness,
    )
    from seedmetrics.indicators import indicator, indicator_names, measure
    from seedmetrics.records import District, Period, declare, open_district
    from seedmetrics.report import (
        closure_report,
        league_report,
        programme_report,
        robustness_report,
        unit_report,
    )

# Loading on demand keeps `import seedmetrics.formulas` free of pandas and matplotlib.
_WHERE = {
    "District": "records",
    "DistrictError": "errors",
    "Evaluation": "evaluation",
    "NotebookError": "errors",
    "Period": "records",
    "Plan": "evaluation",
    "PlanError": "errors",
    "SeedmetricsError": "errors",
    "closure_report": "report",
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
    "robustness": "evaluation",
    "robustness_report": "report",
    "unit_report": "report",
}

__all__ = [
    "District",
    "DistrictError",
    "Evaluation",
    "NotebookError",
    "Period",
    "Plan",
    "PlanError",
    "SeedmetricsError",
    "closure_report",
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
    "robustness",
    "robustness_report",
    "unit_report",
]


def __getattr__(name: str) -> Any:
    """Load a public name from the floor it lives on."""
    if name not in _WHERE:
        msg = f"module 'seedmetrics' has no attribute {name!r}"
        raise AttributeError(msg)
    floor = _WHERE[name]
    module = importlib.import_module(f"seedmetrics.{floor or name}")
    value = getattr(module, name) if floor else module
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Offer the public names to the tab key."""
    return sorted(__all__)
