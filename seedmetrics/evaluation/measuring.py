"""A plan's indicators measured over a period, persons protected; the year, measured and scored."""

from __future__ import annotations

import pandas as pd

from seedmetrics.evaluation.annual import annual_names
from seedmetrics.evaluation.plan import Plan
from seedmetrics.evaluation.protection import protect
from seedmetrics.evaluation.scoring import Scored, score_indicators
from seedmetrics.indicators import find_indicator, measure_all
from seedmetrics.records import District, Period


def year_scored(district: District, plan: Plan, current: Period) -> Scored | None:
    """Measure and score the year up to a period, where the plan grades it."""
    if plan.annual is None:
        return None
    lenient = only(plan, annual_names(plan)).model_copy(update={"missing": "reweight"})
    return score_indicators(lenient, measured(district, lenient, current.year_to_date()))


def only(plan: Plan, names: list[str]) -> Plan:
    """Return a plan of these indicators alone; their weights stay as they are."""
    return plan.model_copy(update={"indicators": [plan.entry(name) for name in names]})


def measuring(plan: Plan) -> Plan:
    """Return a plan of the indicators that are measured from records."""
    return only(plan, [e.name for e in plan.indicators if not find_indicator(e.name).derived])


def measured(district: District, plan: Plan, period: Period) -> pd.DataFrame:
    """Measure every indicator of the plan over one period, one row a unit and indicator, persons protected."""
    asked = {entry.name: plan.options_of(entry.name) for entry in measuring(plan).indicators}
    table = measure_all(
        district, asked, period, level=plan.level, confidence_level=plan.confidence_level
    )
    return protect(plan, table)
