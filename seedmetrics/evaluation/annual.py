"""The year's score and grade: the scores of its periods, and what the contest feeds into them."""

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
from seedmetrics.records import Period

Array = npt.NDArray[np.float64]
COLUMNS = [
    "group", "unit", "periods", "mean_score", "points", "score", "low", "high", "standard_error", "rank", "grade",
    "grade_share", "boundary_tie", "would_differ", "vetoed",
]  # fmt: skip


def annual_scores(
    plan: Plan, scored: dict[Period, Scored], current: Period, units: pd.DataFrame
) -> pd.DataFrame:
    r"""
    Sum up the year to which a period belongs, as far as it has gone.

    Parameters
    ----------
    plan : Plan
        Its ``[annual]`` says how much the mean of the scores counts and which indicators feed points into the year.
    scored : dict of Period to Scored
        The periods scored, this one among them.
    current : Period
        The last period that counts.
    units : DataFrame
        The units, with their ``group``.

    Returns
    -------
    DataFrame
        One row a unit, sorted by group, rank and code. ``periods`` is how many of the year's periods so far have a
        score; ``mean_score`` their mean, of 100; ``points`` what is fed in; ``score`` the year's, with its interval.
        ``grade`` is 1 for the best, by quota within the group; ``grade_share`` how often it stays the same when all
        scores are drawn again within their errors; ``would_differ`` whether another rounding rule would give another
        grade; ``vetoed`` whether a veto holds the grade down. A unit without a score in one of the periods, or
        without a value that is fed in, has no score of the year and no grade: two good quarters are no good year.

    Notes
    -----
    .. math:: S = \frac{w}{100}\,\bar s + \sum_k p_k

    with the mean :math:`\bar s` over the periods of the year in which any unit has a score (records may have begun
    within the year). Periods are taken as independent, and so are they and the points: where several of them count
    the year up to their end they share records, and the true error is larger.
    """
    annual = plan.annual
    if annual is None:
        return pd.DataFrame(columns=COLUMNS)
    year = current.year_to_date()
    inside = [
        found for period, found in scored.items() if year.start <= period.start <= current.start
    ]
    totals = [found.nodes[found.nodes["node"] == TOTAL].set_index("unit") for found in inside]
    scores = pd.concat([total["score"] for total in totals], axis=1).reindex(units.index)
    errors = pd.concat([total["standard_error"] for total in totals], axis=1).reindex(units.index)
    count = scores.notna().sum(axis=1)
    weight = annual.scores / 100
    variance = (weight / count.where(count > 0)) ** 2 * (errors**2).sum(axis=1)
    points = pd.Series(0.0, index=units.index)
    z = special.ndtri(0.5 + plan.confidence_level / 2)
    for name in annual.points:
        rows = scored[current].indicators
        fed = rows[rows["indicator"] == name].set_index("unit").reindex(units.index)
        points = points + fed["value"]
        # A value without an interval is counted in full.
        variance = variance + ((fed["high"] - fed["low"]) / (2 * z)).fillna(0.0) ** 2
    mean = scores.mean(axis=1).where(count == len(totals))
    # Equal sums must be equal scores, whatever the order of adding left in the last bits.
    score = (weight * mean + points).round(9)
    error = pd.Series(np.sqrt(variance), index=units.index).where(score.notna())
    table = pd.DataFrame(
        {
            "group": units["group"],
            "periods": count,
            "mean_score": mean,
            "points": points,
            "score": score,
            "low": score - z * error,
            "high": score + z * error,
            "standard_error": error,
            "vetoed": _vetoed(annual, scored[current], units.index),
        }
    ).rename_axis("unit")
    parts = [_graded(annual, part) for _, part in table.groupby("group", sort=True)]
    result = pd.concat(parts).reset_index()[COLUMNS]
    return result.sort_values(["group", "rank", "unit"], ignore_index=True)


def _vetoed(annual: Annual, now: Scored, units: pd.Index) -> Array:
    """Return the best grade that the vetoes leave each unit; NaN where none hits it."""
    best = np.full(len(units), np.nan)
    for rule in annual.vetoes:
        rows = now.indicators[now.indicators["indicator"] == rule.indicator].set_index("unit")
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
