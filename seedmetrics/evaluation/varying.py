"""A plan changed in Python, checked as one that is read; and an evaluation scored anew without counting again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from seedmetrics.errors import PlanError, did_you_mean
from seedmetrics.evaluation.boards import derived_rows
from seedmetrics.evaluation.measuring import measuring
from seedmetrics.evaluation.plan import Plan
from seedmetrics.evaluation.plan_files import revised
from seedmetrics.evaluation.result import INDICATOR_COLUMNS, Evaluation
from seedmetrics.evaluation.scoring import score_indicators
from seedmetrics.evaluation.standing import standings

# What changes how values are scored, and not what is measured.
SCORING = ("aggregation", "missing", "minimum_denominator", "minimum_weight", "tiers")
MEASURED = ("unit", "indicator", "value", "numerator", "denominator", "low", "high", "excluded")


def vary(
    plan: Plan,
    *,
    name: str = "",
    weights: Mapping[str, float] | None = None,
    add: Sequence[Mapping[str, Any]] = (),
    **settings: Any,
) -> Plan:
    """
    Return a plan with some of it changed.

    Parameters
    ----------
    plan : Plan
        Stays as it is.
    name : str, default ""
        Name of the new plan; empty keeps the old one.
    weights : mapping of str to float, optional
        New weights, by the name of a pillar or of an indicator. An indicator is weighed within its pillar, a pillar
        among pillars.
    add : sequence of mapping
        Indicators more, each as a plan file writes it: ``name``, ``pillar`` and ``weight``, and what else it needs.
    **settings
        Any other key of a plan, such as ``aggregation="geometric"``.

    Returns
    -------
    Plan
        Its pages say that it was changed in Python.

    Raises
    ------
    PlanError
        When a name is not in the plan, or the plan could not be one.

    Examples
    --------
    >>> import seedmetrics as sm
    >>> plan = sm.read_plan("data/plans/township.toml")
    >>> other = sm.vary(plan, weights={"select": 50}, aggregation="geometric")
    >>> [pillar.weight for pillar in other.pillars], other.changed
    ([50.0, 40.0, 30.0], True)
    """
    known = [*(p.name for p in plan.pillars), *(e.name for e in plan.indicators)]
    new = dict(weights or {})
    for key in new:
        if key not in known:
            pillars = ", ".join(p.name for p in plan.pillars)
            hint = did_you_mean(key, known, f"pillars are {pillars}")
            msg = f"`weights` names {key!r}, which is neither a pillar nor an indicator of the plan: {hint}"
            raise PlanError(msg)
    parts = {
        "pillars": [_weighed(p.model_dump(), new) for p in plan.pillars],
        "indicators": [_weighed(e.model_dump(), new) for e in plan.indicators]
        + [dict(entry) for entry in add],
    }
    named = {"name": name} if name else {}
    return revised(plan, parts | settings | named)


def _weighed(part: dict[str, Any], weights: Mapping[str, float]) -> dict[str, Any]:
    """Return a pillar or an indicator with its new weight, where it has one."""
    return part | {"weight": weights.get(part["name"], part["weight"])}


def reweigh(evaluation: Evaluation, weights: Mapping[str, float], **settings: Any) -> Evaluation:
    """
    Score the period anew with other weights; nothing is counted again.

    Parameters
    ----------
    evaluation : Evaluation
        From `seedmetrics.evaluate`.
    weights : mapping of str to float
        As for `vary`.
    **settings
        Other keys of the plan that concern scores alone: aggregation, missing, minimum_denominator, minimum_weight,
        tiers.

    Returns
    -------
    Evaluation
        Of this period alone, without those before it: a few hundredths of a second where `evaluate` takes seconds.

    Raises
    ------
    PlanError
        As `vary`; also where a key asks for other counts.

    Examples
    --------
    >>> import seedmetrics as sm
    >>> evaluation = sm.evaluate(sm.open_district("data/sample"), plan="township", period="2025Q3")
    >>> other = sm.reweigh(evaluation, {"select": 0})
    >>> len(other.league) == len(evaluation.league)
    True
    """
    for key in settings:
        if key not in SCORING:
            msg = (
                f"`{key}` is not about scores alone ({', '.join(SCORING)}): use "
                "evaluate(district, plan=vary(plan, …)), which counts again"
            )
            raise PlanError(msg)
    plan = vary(evaluation.plan, weights=weights, **settings)
    period, scored = str(evaluation.period), measuring(plan)
    rows = evaluation.indicators
    rows = rows[
        (rows["period"] == period) & rows["indicator"].isin([e.name for e in scored.indicators])
    ]
    found = score_indicators(scored, rows[[*MEASURED, "count_class"]].reset_index(drop=True))
    derived = derived_rows(plan, found, None, evaluation.units)
    found = replace(found, indicators=pd.concat([found.indicators, derived], ignore_index=True))
    ranked = standings(plan, period, evaluation.units, found, evaluation.district.language)
    columns = [*INDICATOR_COLUMNS, "count_class"]
    indicators = found.indicators.assign(plan=plan.name, period=period)[columns]
    return Evaluation(
        district=evaluation.district,
        plan=plan,
        period=evaluation.period,
        periods=(evaluation.period,),
        indicators=indicators.sort_values(["period", "unit", "indicator"], ignore_index=True),
        scores=found.nodes.assign(period=period),
        standings=ranked.assign(
            previous_rank=np.nan, change=np.nan, change_low=np.nan, change_high=np.nan
        ),
        closure=evaluation.closure,
        version=evaluation.version,
    )
