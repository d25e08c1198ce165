"""The way from records and a plan to an Evaluation."""

from __future__ import annotations

import importlib.metadata
import itertools
from pathlib import Path

import pandas as pd

from seedmetrics.errors import SeedmetricsError
from seedmetrics.evaluation.closure import case_closure
from seedmetrics.evaluation.plan import Plan, find_plan
from seedmetrics.evaluation.result import INDICATOR_COLUMNS, Evaluation
from seedmetrics.evaluation.scoring import TOTAL, Scored, score_indicators
from seedmetrics.evaluation.standing import standings
from seedmetrics.indicators import measure
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
    which may differ from what was printed then. They reach back as far as the plan's ``history``, and as there are
    values.

    Examples
    --------
    >>> import seedmetrics as sm
    >>> district = sm.open_district("data/sample")
    >>> evaluation = sm.evaluate(district, plan="township", period="2025Q3")
    >>> len(evaluation.league)
    17
    """
    chosen = plan if isinstance(plan, Plan) else find_plan(district, plan)
    units = district.units_at(chosen.level)
    if units.empty:
        msg = f"{district.folder}: no unit of level {chosen.level!r}, which the plan {chosen.name!r} evaluates"
        raise SeedmetricsError(msg)
    current = _period(district, chosen, period)

    scored = _scored(district, chosen, current)
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
    )[INDICATOR_COLUMNS].sort_values(["period", "unit", "indicator"], ignore_index=True)
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
        standings=_with_previous(ranked, periods),
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


def _scored(district: District, plan: Plan, current: Period) -> dict[Period, Scored]:
    """Measure and score the period and those before it, as far back as any unit has a score."""
    found: dict[Period, Scored] = {}
    period = current
    for _ in range(plan.history):
        tables = [
            measure(
                district,
                entry.name,
                period,
                level=plan.level,
                options=plan.options_of(entry.name),
                confidence_level=plan.confidence_level,
            )
            .reset_index()
            .assign(indicator=entry.name)
            for entry in plan.indicators
        ]
        table = pd.concat(tables, ignore_index=True)
        result = score_indicators(plan, table)
        totals = result.nodes[result.nodes["node"] == TOTAL]
        # Where no unit has enough on record for a score, the records had not begun.
        if period != current and totals["score"].isna().all():
            break
        found[period] = result
        period = period.previous()
    return dict(sorted(found.items()))


def _with_previous(ranked: pd.DataFrame, periods: list[Period]) -> pd.DataFrame:
    """Add the rank that each unit had one period before."""
    before = {str(b): str(a) for a, b in itertools.pairwise(periods)}
    earlier = ranked.set_index(["period", "unit"])["rank"]
    previous = [before.get(period, "") for period in ranked["period"]]
    keys = pd.MultiIndex.from_arrays([previous, ranked["unit"]])
    return ranked.assign(previous_rank=earlier.reindex(keys).to_numpy())
