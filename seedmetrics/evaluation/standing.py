"""Where each unit stands in its group: rank with its interval, tier and how firm it is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from seedmetrics.evaluation.plan import Plan, Tiers
from seedmetrics.evaluation.scoring import TOTAL, Scored, breached
from seedmetrics.formulas.ranking import rank, rank_sets, tiers
from seedmetrics.formulas.scoring import veto

Array = npt.NDArray[np.float64]
REDRAWS = 2_000
# Below this a standard error is rounding: two exact scores are then told apart by any difference.
EXACT = 1e-9

COLUMNS = [
    "plan", "period", "group", "unit", "name", "score", "low", "high", "standard_error", "rank", "rank_low",
    "rank_high", "of", "tier", "tier_share", "boundary_tie", "would_differ", "reason",
]  # fmt: skip


def standings(
    plan: Plan, period: str, units: pd.DataFrame, scored: Scored, language: str
) -> pd.DataFrame:
    """
    Rank the units of one period, each within its group.

    Parameters
    ----------
    plan : Plan
        Tiers, vetoes, confidence level.
    period : str
        The period, as written in tables.
    units : DataFrame
        The district's units of the plan's level.
    scored : Scored
        Their scores.
    language : {"zh", "en"}
        Language of the column ``name``.

    Returns
    -------
    DataFrame
        One row a unit, sorted by group, then rank, then code. ``rank_low`` and ``rank_high`` are the best and worst
        rank that the data allow (simultaneous over all pairs of the group); ``tier_share`` is the share of re-draws
        of all scores within their errors in which the unit falls into the same tier. A unit without a score has
        no rank and a ``reason``.
    """
    total = scored.nodes[scored.nodes["node"] == TOTAL].set_index("unit")
    table = total[["score", "low", "high", "standard_error"]].copy()
    table["group"] = units["group"].reindex(table.index).fillna("")
    table["name"] = units[f"name_{language}"].reindex(table.index)
    table["reason"] = np.where(table["score"].isna(), "too_little_recorded", "")
    parts = [_within_group(plan, group) for _, group in table.groupby("group", sort=True)]
    result = pd.concat(parts)
    result = _vetoed(plan, scored, result)
    result = result.assign(plan=plan.name, period=period).rename_axis("unit").reset_index()
    return result[COLUMNS].sort_values(["group", "rank", "unit"], ignore_index=True)


def _within_group(plan: Plan, group: pd.DataFrame) -> pd.DataFrame:
    """Rank one group."""
    group = group.sort_index()
    score = group["score"].to_numpy(float)
    error = np.maximum(group["standard_error"].to_numpy(float), EXACT)
    ranked = ~np.isnan(score)
    result = group.assign(
        rank=rank(score), rank_low=np.nan, rank_high=np.nan, of=int(ranked.sum()), tier=np.nan,
        tier_share=np.nan, boundary_tie=False, would_differ=False,
    )  # fmt: skip
    if not ranked.any():
        return result
    sets = rank_sets(score[ranked], error[ranked], confidence_level=plan.confidence_level)
    result.loc[ranked, "rank_low"] = sets.low
    result.loc[ranked, "rank_high"] = sets.high
    if plan.tiers is None:
        return result
    rule = plan.tiers
    parted = tiers(
        score[ranked],
        quotas=rule.quotas,
        cuts=rule.cuts,
        rounding=rule.rounding,
        at_ties=rule.at_ties,
    )
    result.loc[ranked, "tier"] = parted.tier
    result.loc[ranked, "boundary_tie"] = parted.boundary_ties
    result.loc[ranked, "would_differ"] = parted.would_differ
    result.loc[ranked, "tier_share"] = firmness(rule, score[ranked], error[ranked], parted.tier)
    return result


def firmness(rule: Tiers, score: Array, error: Array, tier: Array) -> Array:
    """
    Return the share of re-draws, scores normal around what was seen, in which each unit keeps its tier.

    Parameters
    ----------
    rule : Tiers
        Quotas or cuts.
    score, error : ndarray of float, shape (units,)
        Scores and their standard errors, none missing.
    tier : ndarray of float, shape (units,)
        Tiers of the scores as seen.

    Returns
    -------
    ndarray of float, shape (units,)
        In [0, 1]. The draws are the same each time.
    """
    generator = np.random.default_rng(0)
    drawn = score + error * generator.standard_normal((REDRAWS, len(score)))
    if rule.cuts is not None:
        again = 1 + (drawn[..., None] < np.asarray(rule.cuts)).sum(axis=-1)
    else:
        # No two draws tie, so a unit's tier follows from its place and the size of the tiers.
        ends = np.cumsum([(tier <= k).sum() - (tier < k).sum() for k in np.unique(tier)])
        place = (-drawn).argsort(axis=1).argsort(axis=1)
        again = np.unique(tier)[np.searchsorted(ends, place, side="right")]
    return np.asarray((again == tier).mean(axis=0))


def _vetoed(plan: Plan, scored: Scored, table: pd.DataFrame) -> pd.DataFrame:
    """Lower the tier of units that a veto holds down; their score and rank stay as they are."""
    if plan.tiers is None:
        return table
    for rule in plan.vetoes:
        values = scored.indicators[scored.indicators["indicator"] == rule.indicator]
        hit = pd.Series(
            breached(
                values["value"].where(values["score"].notna()), below=rule.below, above=rule.above
            ),
            index=values["unit"],
        )
        held = hit.reindex(table.index).to_numpy()
        lowered = veto(table["tier"].to_numpy(float), held, best_tier=rule.tier)
        changed = held & (lowered != table["tier"].to_numpy()) & table["tier"].notna().to_numpy()
        table = table.assign(
            tier=lowered,
            # A veto is a rule about what was recorded: no re-draw changes it.
            tier_share=table["tier_share"].where(~changed, 1.0),
            reason=table["reason"].where(~changed, f"veto:{rule.indicator}"),
        )
    return table
