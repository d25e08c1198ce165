"""The way from records and a plan to an Evaluation."""

from __future__ import annotations

import importlib.metadata
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import special

from seedmetrics.errors import PlanError, SeedmetricsError
from seedmetrics.evaluation import kept
from seedmetrics.evaluation.boards import derived_rows
from seedmetrics.evaluation.closure import case_closure
from seedmetrics.evaluation.measuring import measured, measuring, only
from seedmetrics.evaluation.plan import Plan
from seedmetrics.evaluation.plan_files import find_plan
from seedmetrics.evaluation.result import INDICATOR_COLUMNS, Evaluation
from seedmetrics.evaluation.scoring import TOTAL, Scored, score_indicators
from seedmetrics.evaluation.standing import standings
from seedmetrics.records import District, Period


def evaluate(
    district: District, *, plan: Plan | str | Path = "", period: Period | str = ""
) -> Evaluation:
    """
    Evaluate every unit of a plan's level over one period, and over those before it.

    Parameters
    ----------
    district : District
        The records, from `open_district`.
    plan : Plan, str or Path, default ""
        A plan, its name beside the district, or its path; empty means the district's first plan.
    period : Period or str, default ""
        Such as ``"2025Q3"``; empty means the latest that was over by the district's ``as_of``.

    Returns
    -------
    Evaluation

    Raises
    ------
    PlanError
        When there is no such plan, or the records do not have what it needs.
    SeedmetricsError
        When the period is none, begins after ``as_of``, or no unit has the plan's level.

    Notes
    -----
    Earlier periods are counted from the same records and with the same ``as_of``: they say what is now known of them,
    which may differ from what was printed then. They reach back as far as the plan's ``history``; a period in which no
    unit has enough on record for a score is left out.

    Examples
    --------
    >>> import seedmetrics as sm
    >>> district = sm.open_district("data/sample")
    >>> evaluation = sm.evaluate(district, plan="township", period="2025Q3")
    >>> len(evaluation.league)
    17
    """
    if not isinstance(district, District):
        msg = f"`district` must be opened first: evaluate(open_district({district!r}), …)"  # type: ignore[unreachable]
        raise SeedmetricsError(msg)
    chosen = plan if isinstance(plan, Plan) else find_plan(district, plan)
    units = district.units_at(chosen.level)
    if units.empty:
        msg = f"{district.folder}: no unit of level {chosen.level!r}, which the plan {chosen.name!r} evaluates"
        raise SeedmetricsError(msg)
    current = _period(district, chosen, period)
    found = kept.find(district, chosen, current)
    if found is not None:
        return found

    scored = _scored(district, chosen, current, units)
    periods = list(scored)
    ranked = pd.concat(
        [
            standings(chosen, str(name), units, result, district.language)
            for name, result in scored.items()
        ],
        ignore_index=True,
    )
    indicators = pd.concat(
        [
            result.indicators.assign(plan=chosen.name, period=str(name))
            for name, result in scored.items()
        ],
        ignore_index=True,
    )[[*INDICATOR_COLUMNS, "count_class"]].sort_values(
        ["period", "unit", "indicator"], ignore_index=True
    )
    scores = pd.concat(
        [result.nodes.assign(period=str(name)) for name, result in scored.items()],
        ignore_index=True,
    )
    return Evaluation(
        district=district,
        plan=chosen,
        period=current,
        periods=tuple(periods),
        indicators=indicators,
        scores=scores,
        standings=_with_previous(ranked, periods, special.ndtri(0.5 + chosen.confidence_level / 2)),
        closure=case_closure(district, chosen, tuple(periods)),
        version=importlib.metadata.version("seedmetrics"),
    )


def _period(district: District, plan: Plan, period: Period | str) -> Period:
    """Return the period asked for, or the latest that is over; refuse one that has not begun."""
    if not period:
        return Period.latest_complete(district.as_of, plan.cadence)
    chosen = period if isinstance(period, Period) else Period.parse(period)
    if chosen.kind != plan.cadence:
        example = Period.latest_complete(district.as_of, plan.cadence)
        msg = f"the plan {plan.name!r} evaluates by {plan.cadence}, but {chosen} is a {chosen.kind}: try {example}"
        raise SeedmetricsError(msg)
    if chosen.start > district.as_of:
        msg = f"{chosen} had not begun when the records were taken ({district.as_of.date()})"
        raise SeedmetricsError(msg)
    return chosen


def _scored(
    district: District, plan: Plan, current: Period, units: pd.DataFrame
) -> dict[Period, Scored]:
    """Measure and score the period and those before it in which any unit has a score."""
    found = {current: score_indicators(measuring(plan), measured(district, plan, current))}
    # Of the past only what makes up the score is counted. What this period has an earlier one may lack (a component of
    # the contest, an indicator): that shows less of the past, and is no reason to show nothing of the present.
    lenient = only(plan, plan.heeded)
    lenient = (
        lenient.model_copy(update={"missing": "reweight"}) if plan.missing == "error" else lenient
    )
    period = current
    # One period before is always scored, for the change since then.
    for _ in range(max(plan.history, 2) - 1):
        period = period.previous()
        try:
            result = score_indicators(lenient, measured(district, lenient, period))
        except PlanError:
            continue
        if result.nodes.loc[result.nodes["node"] == TOTAL, "score"].notna().any():
            found[period] = result
    now, before = found[current], found.get(current.previous())
    rows = [now.indicators, derived_rows(plan, now, before, units)]
    found[current] = replace(now, indicators=pd.concat(rows, ignore_index=True))
    return dict(sorted(found.items()))


def _with_previous(ranked: pd.DataFrame, periods: list[Period], z: float) -> pd.DataFrame:
    """
    Add each unit's rank one period before, and the change of its score since, with an interval.

    The two scores are taken as independent. Where both count the year up to their period they share cases, and the
    interval is then wider than it need be.
    """
    before = {str(period): str(period.previous()) for period in periods}
    earlier = ranked.set_index(["period", "unit"])[["rank", "score", "standard_error"]]
    previous = [before.get(period, "") for period in ranked["period"]]
    keys = pd.MultiIndex.from_arrays([previous, ranked["unit"]])
    before_now = earlier.reindex(keys).reset_index(drop=True)
    change = ranked["score"] - before_now["score"]
    half = z * np.hypot(ranked["standard_error"], before_now["standard_error"])
    return ranked.assign(
        previous_rank=before_now["rank"],
        change=change,
        change_low=change - half,
        change_high=change + half,
    )
