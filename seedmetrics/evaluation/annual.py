"""The year's score and grade: what its records give as a whole, and what the contest feeds in."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from seedmetrics.evaluation.plan import Annual, Plan
from seedmetrics.evaluation.scoring import TOTAL, Scored, breached
from seedmetrics.evaluation.standing import firmness
from seedmetrics.formulas.ranking import rank, tiers
from seedmetrics.formulas.scoring import veto

Array = npt.NDArray[np.float64]
COLUMNS = [
    "group", "unit", "year_score", "points", "score", "low", "high", "standard_error", "rank", "grade", "grade_share",
    "boundary_tie", "would_differ", "vetoed",
]  # fmt: skip


def annual_names(plan: Plan) -> list[str]:
    """Return the indicators that a year is made of: those scored, those fed in, those of its vetoes."""
    annual = plan.annual
    if annual is None:
        return []
    named = {*plan.heeded, *annual.points, *(rule.indicator for rule in annual.vetoes)}
    return [entry.name for entry in plan.indicators if entry.name in named]


def annual_scores(plan: Plan, year: Scored | None, units: pd.DataFrame) -> pd.DataFrame:
    r"""
    Grade the units over the year up to a period.

    Parameters
    ----------
    plan : Plan
        Its ``[annual]`` says how much the score of the year counts and which indicators feed points into it.
    year : Scored or None
        The indicators of `annual_names`, measured and scored over the year up to the period; None where the plan sums
        up no year.
    units : DataFrame
        The units, with their ``group``.

    Returns
    -------
    DataFrame
        One row a unit, sorted by group, rank and code. ``year_score`` is the score that the records of the year give,
        of 100; ``points`` what is fed in; ``score`` the year's, with its interval. ``grade`` is 1 for the best, by
        quota within the group; ``grade_share`` how often it stays the same when all scores are drawn again within
        their errors; ``would_differ`` whether another rounding rule would give another grade; ``vetoed`` whether a veto
        holds the grade down. A unit of which too little is on record for a score, or without a value that is fed in,
        has no score of the year and no grade.

    Notes
    -----
    .. math:: S = \frac{w}{100}\,s + \sum_k p_k

    with the score :math:`s` over the whole year up to the period. It is not the mean of the periods' scores: what
    counts the year up to a period would enter that mean four times for January and once for December, and a duty of
    once a year would be held against a unit until it falls due.
    """
    annual = plan.annual
    if annual is None or year is None:
        return pd.DataFrame(columns=COLUMNS)
    total = year.nodes[year.nodes["node"] == TOTAL].set_index("unit").reindex(units.index)
    weight = annual.scores / 100
    variance = (weight * total["standard_error"]) ** 2
    points = pd.Series(0.0, index=units.index)
    z = special.ndtri(0.5 + plan.confidence_level / 2)
    for name in annual.points:
        rows = year.indicators[year.indicators["indicator"] == name]
        fed = rows.set_index("unit").reindex(units.index)
        points = points + fed["value"]
        # A value without an interval is counted in full.
        variance = variance + ((fed["high"] - fed["low"]) / (2 * z)).fillna(0.0) ** 2
    # Equal sums must be equal scores, whatever the order of adding left in the last bits.
    score = (weight * total["score"] + points).round(9)
    error = np.sqrt(variance).where(score.notna())
    table = pd.DataFrame(
        {
            "group": units["group"],
            "year_score": total["score"],
            "points": points,
            "score": score,
            "low": score - z * error,
            "high": score + z * error,
            "standard_error": error,
            "vetoed": _vetoed(annual, year, units.index),
        }
    ).rename_axis("unit")
    parts = [_graded(annual, part) for _, part in table.groupby("group", sort=True)]
    result = pd.concat(parts).reset_index()[COLUMNS]
    return result.sort_values(["group", "rank", "unit"], ignore_index=True)


def _vetoed(annual: Annual, year: Scored, units: pd.Index) -> Array:
    """Return the best grade that the vetoes leave each unit; NaN where none hits it."""
    best = np.full(len(units), np.nan)
    for rule in annual.vetoes:
        rows = year.indicators[year.indicators["indicator"] == rule.indicator].set_index("unit")
        values = rows["value"].where(rows["score"].notna()).reindex(units)
        hit = breached(values, below=rule.below, above=rule.above)
        best = np.fmax(best, np.where(hit, float(rule.grade), np.nan))
    return best


def _graded(annual: Annual, group: pd.DataFrame) -> pd.DataFrame:
    """Rank and grade one group."""
    group = group.sort_index()
    score = group["score"].to_numpy(float)
    known = ~np.isnan(score)
    rule = annual.grades
    parted = tiers(
        score, quotas=rule.quotas, cuts=rule.cuts, rounding=rule.rounding, at_ties=rule.at_ties
    )
    share = np.full(len(score), np.nan)
    if known.any():
        error = np.maximum(group["standard_error"].to_numpy(float)[known], 1e-9)
        share[known] = firmness(rule, score[known], error, parted.tier[known])
    best = group["vetoed"].to_numpy(float)
    grade = parted.tier
    for bound in np.unique(best[~np.isnan(best)]):
        grade = veto(grade, best == bound, best_tier=int(bound))
    held = known & (grade != parted.tier)
    return group.assign(
        rank=rank(score),
        grade=grade,
        # A veto is a rule about what was recorded: no re-draw changes it.
        grade_share=np.where(held, 1.0, share),
        boundary_tie=parted.boundary_ties,
        would_differ=parted.would_differ,
        vetoed=held,
    )
