"""From measured indicators to scores: normalized, weighed along the plan's tree, with their standard errors."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from seedmetrics.errors import SeedmetricsError
from seedmetrics.evaluation.plan import Plan
from seedmetrics.formulas.robustness.slopes import carried_error, tree_slopes
from seedmetrics.formulas.scoring import apply_caps, normalize
from seedmetrics.formulas.scoring.trees import Tree, aggregate_tree
from seedmetrics.indicators import find_indicator

Array = npt.NDArray[np.float64]
TOTAL = "total"


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """
    The scores of one period.

    Attributes
    ----------
    indicators : DataFrame
        The measured rows (unit, indicator, value …) with ``score`` (0 to 100, higher is better, NaN where not
        scored) and ``weight`` (share of the unit's whole score that this indicator makes up; 0 where not scored).
    nodes : DataFrame
        unit, node ("total" or a pillar), score, low, high, standard_error, weight (share in the plan).
    recorded : Series
        Share of the plan's weight that could be scored, by unit.
    """

    indicators: pd.DataFrame
    nodes: pd.DataFrame
    recorded: pd.Series


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """The indicators of a plan as arrays (units, indicators)."""

    names: list[str]
    normalized: Array
    error: Array
    shares: Array


def score_indicators(plan: Plan, measured: pd.DataFrame) -> Scored:
    """
    Score every unit over one period.

    Parameters
    ----------
    plan : Plan
        Goalposts, directions, weights, and what happens to a missing value.
    measured : DataFrame
        unit, indicator, value, numerator, denominator, low, high, excluded; every unit has every indicator.

    Returns
    -------
    Scored

    Notes
    -----
    A share of fewer than the plan's ``minimum_denominator`` is not scored, nor is a missing value; under "reweight"
    its weight is spread over the rest of its pillar. A pillar of which less than ``minimum_weight`` is on record has
    no score, nor has a unit of which less than that is on record in all: what is left would look surer than it is.

    The standard error of a score carries the indicators' own intervals through the normalization: half the
    normalized interval, over the normal quantile. Two shares of the same cases (closed, and on time, of those due)
    are given the largest correlation that they can have; all other errors are taken as independent. What is counted in
    full (days in post, visits made) is exact. Any other value without an interval is not scored.
    """
    names = [entry.name for entry in plan.indicators]
    wide = {
        column: measured.pivot(index="unit", columns="indicator", values=column)[names]
        for column in ("value", "low", "high", "numerator", "denominator")
    }
    units = wide["value"].index
    normalized, error, shares = _normalized(plan, names, wide)
    planned = np.array([plan.plan_weights()[name] for name in names])
    normalized = np.where(_enough(plan, names, normalized), normalized, np.nan)
    parts = _Parts(names, normalized, error, shares)
    gaps = np.isnan(normalized) & (planned > 0)
    if plan.missing == "error" and gaps.any():
        row, column = np.argwhere(gaps)[0]
        msg = (
            f"unit {units[row]!r} has no value that counts for {names[column]!r}, and the plan says "
            'missing = "error": mend the records, or use "reweight"'
        )
        raise SeedmetricsError(msg)

    counted = [name for name in names if plan.entry(name).weight > 0]
    at = [names.index(name) for name in counted]
    tree, nodes = plan_tree(plan, counted)
    missing = "reweight" if plan.missing == "error" else plan.missing
    scored = aggregate_tree(normalized[:, at], tree, method=plan.aggregation, missing=missing)
    recorded = (~np.isnan(normalized) * planned).sum(axis=1)
    enough = recorded >= plan.minimum_weight - 1e-12
    caps = _caps(plan, wide["value"].where(~np.isnan(normalized)))
    # Equal sums must be equal scores, whatever the order of adding left in the last bits.
    total = np.round(apply_caps(np.where(enough, scored.total, np.nan), caps), 9)
    shares = np.zeros_like(normalized)
    shares[:, at] = tree_slopes(normalized[:, at], tree, "arithmetic", "reweight")
    shares[np.isnan(total)] = 0.0

    carried = _errors(plan, parts, at, tree, missing)
    spread = np.where(np.isnan(total), np.nan, carried[:, -1])
    rows = [_node(plan, units, TOTAL, total, spread, 1.0, caps)]
    whole = sum(pillar.weight for pillar in plan.pillars)
    for pillar in plan.pillars:
        place = nodes.index(pillar.name) if pillar.name in nodes else None
        score = np.full(len(units), np.nan) if place is None else scored.nodes[:, place]
        spread = score if place is None else carried[:, place - len(at)]
        rows.append(_node(plan, units, pillar.name, score, spread, pillar.weight / whole))

    keys = pd.MultiIndex.from_product([units, names], names=["unit", "indicator"])
    extra = pd.DataFrame({"score": normalized.ravel(), "weight": shares.ravel()}, index=keys)
    table = measured.merge(
        extra.reset_index(), on=["unit", "indicator"], how="left", validate="one_to_one"
    )
    return Scored(table, pd.concat(rows, ignore_index=True), pd.Series(recorded, index=units))


def plan_tree(plan: Plan, counted: Sequence[str]) -> tuple[Tree, list[str]]:
    """
    Return a plan's tree over some of its indicators, and the names of its nodes.

    Parameters
    ----------
    plan : Plan
        Pillars and weights.
    counted : sequence of str
        Indicators with a weight.

    Returns
    -------
    tuple of Tree and list of str
        The indicators as given, then the pillars that have any of them, then the total.
    """
    pillars = [
        p for p in plan.pillars if any(plan.entry(name).pillar == p.name for name in counted)
    ]
    place = {p.name: len(counted) + k for k, p in enumerate(pillars)}
    root = len(counted) + len(pillars)
    parents = [place[plan.entry(name).pillar] for name in counted] + [root] * len(pillars) + [-1]
    weights = [plan.entry(name).weight for name in counted] + [p.weight for p in pillars] + [1.0]
    return Tree(parents, weights), [*counted, *place, TOTAL]


def _enough(plan: Plan, names: list[str], normalized: Array) -> npt.NDArray[np.bool_]:
    """Say which values stand in a pillar of which enough is on record for a score of that pillar."""
    result = np.ones(normalized.shape, dtype=bool)
    for pillar in plan.pillars:
        inside = np.array([plan.entry(name).pillar == pillar.name for name in names])
        weight = np.array([plan.entry(name).weight for name in names]) * inside
        if weight.sum() > 0:
            recorded = (~np.isnan(normalized) * weight).sum(axis=1) / weight.sum()
            result[:, inside] = (recorded >= plan.minimum_weight - 1e-12)[:, None]
    return result


def _normalized(
    plan: Plan, names: list[str], wide: dict[str, pd.DataFrame]
) -> tuple[Array, Array, Array]:
    """Return normalized values (NaN where one does not count), their errors, and shares pulled off 0 and 1."""
    low, high = np.array([plan.goalposts(name) for name in names], dtype=float).T
    direction = np.array([plan.entry(name).direction for name in names])
    # Means that need positive scores get them: the worst goalpost then scores 1, not 0.
    output = (0.0, 100.0) if plan.aggregation == "arithmetic" else (1.0, 100.0)

    def goalposts(values: pd.DataFrame) -> Array:
        return np.asarray(
            normalize(
                values.to_numpy(float),
                method="goalposts",
                direction=direction,
                low=low,
                high=high,
                output=output,
            )
        )

    found = [find_indicator(name) for name in names]
    denominator = wide["denominator"].to_numpy(float)
    few = denominator < plan.minimum_denominator
    ends = np.stack([goalposts(wide["low"]), goalposts(wide["high"])])
    unknown = np.isnan(ends).any(axis=0)
    # Posts and quarters are counted in full: four of four quarters is no small sample. Of anything else, a value
    # of too few, or one that came without an interval, says nothing sure enough for a score.
    exact = np.array([indicator.exact for indicator in found])
    counted = wide["value"].notna().to_numpy() & (exact | ~(few | unknown))
    z = special.ndtri(0.5 + plan.confidence_level / 2)
    error = np.where(unknown, 0.0, np.abs(ends[1] - ends[0]) / (2 * z))
    # Agresti and Coull's share: never 0 or 1, so that odds exist.
    with np.errstate(invalid="ignore"):
        shares = (wide["numerator"].to_numpy(float) + 2) / (denominator + 4)
    return np.where(counted, goalposts(wide["value"]), np.nan), error, shares


def _errors(plan: Plan, parts: _Parts, at: list[int], tree: Tree, missing: str) -> Array:
    """Carry the errors of the indicators through the tree: one column a pillar, then the total."""
    normalized, error = parts.normalized[:, at], parts.error[:, at]
    together = _together(plan, parts, at)
    columns = []
    for node in range(tree.leaves, tree.parents.size):
        slopes = tree_slopes(normalized, tree, plan.aggregation, missing, node=node)
        # A unit without a score has no slopes; an error of 0 would be one.
        some = (slopes > 0).any(axis=1)
        columns.append(np.where(some, carried_error(slopes * error, together), np.nan))
    return np.stack(columns, axis=1)


def _together(plan: Plan, parts: _Parts, at: list[int]) -> Array:
    """Return the correlations of the indicators' errors, unit by unit: those of the same cases err together."""
    names = [parts.names[k] for k in at]
    together = np.tile(np.eye(len(at)), (len(parts.normalized), 1, 1))
    for a, b in itertools.combinations(range(len(at)), 2):
        if _same_cases(names[a], names[b]):
            sign = plan.entry(names[a]).direction * plan.entry(names[b]).direction
            shares = parts.shares[:, at[a]], parts.shares[:, at[b]]
            together[:, a, b] = together[:, b, a] = sign * _largest_correlation(*shares)
    return together


def _same_cases(a: str, b: str) -> bool:
    """Say whether two shares are of the same cases."""
    one, other = find_indicator(a), find_indicator(b)
    same_module = a.partition(".")[0] == b.partition(".")[0]
    return bool(one.same_cases) and same_module and one.same_cases == other.same_cases


def _largest_correlation(a: Array, b: Array) -> Array:
    """
    Return the largest correlation that two shares of the same cases can have.

    It is the root of the ratio of their odds, the smaller over the larger, and is reached where one kind of case is
    part of the other, as those closed on time are of those closed.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (a / (1 - a)) / (b / (1 - b))
        return np.asarray(np.nan_to_num(np.sqrt(np.minimum(ratio, 1 / ratio))))


def _caps(plan: Plan, values: pd.DataFrame) -> Array:
    """Return the lowest cap that applies to each unit; NaN where none does."""
    result = np.full(len(values), np.nan)
    for cap in plan.caps:
        hit = breached(values[cap.indicator], below=cap.below, above=cap.above)
        result = np.fmin(result, np.where(hit, cap.score, np.nan))
    return result


def breached(
    values: pd.Series, *, below: float | None, above: float | None
) -> npt.NDArray[np.bool_]:
    """Say where a value is beyond the bound that a cap or veto sets; a missing value is not."""
    hit = values < below if below is not None else values > above
    return np.asarray(hit, dtype=bool)


def _node(
    plan: Plan,
    units: pd.Index,
    name: str,
    score: Array,
    error: Array,
    weight: float,
    cap: Array | float = np.nan,
) -> pd.DataFrame:
    """Return the rows of one node of the tree."""
    half = special.ndtri(0.5 + plan.confidence_level / 2) * error
    return pd.DataFrame(
        {
            "unit": units,
            "node": name,
            "score": score,
            "low": np.clip(score - half, 0.0, 100.0),
            "high": np.fmin(np.clip(score + half, 0.0, 100.0), cap),
            "standard_error": error,
            "weight": weight,
        }
    )
