"""From measured indicators to scores: normalized, weighed along the plan's tree, with their standard errors."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from seedmetrics.errors import SeedmetricsError
from seedmetrics.evaluation.plan import Plan
from seedmetrics.formulas.scoring import aggregate, apply_caps, normalize
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

    weights = _weights(plan, names, normalized)
    pillars = _pillar_scores(plan, names, normalized)
    total = aggregate(
        pillars,
        np.array([pillar.weight for pillar in plan.pillars]),
        method=plan.aggregation,
        missing="reweight" if plan.missing == "error" else plan.missing,
    )
    recorded = (~np.isnan(normalized) * planned).sum(axis=1)
    total = np.where(recorded >= plan.minimum_weight - 1e-12, total, np.nan)
    caps = _caps(plan, wide["value"].where(~np.isnan(normalized)))
    # Equal sums must be equal scores, whatever the order of adding left in the last bits.
    total = np.round(apply_caps(total, caps), 9)
    weights = np.where(np.isnan(total)[:, None], 0.0, weights)

    spread = _error_of(plan, parts, weights, total)
    nodes = [_node(plan, units, TOTAL, total, spread, 1.0, caps)]
    whole = sum(pillar.weight for pillar in plan.pillars)
    for k, pillar in enumerate(plan.pillars):
        inside = np.array([plan.entry(name).pillar == pillar.name for name in names])
        given = np.array([plan.entry(name).weight for name in names]) * inside
        within = np.where(np.isnan(normalized), 0.0, given)
        sums = within.sum(axis=1, keepdims=True)
        within = np.divide(within, sums, out=np.zeros_like(within), where=sums > 0)
        spread = _error_of(plan, parts, within, pillars[:, k])
        nodes.append(_node(plan, units, pillar.name, pillars[:, k], spread, pillar.weight / whole))

    keys = pd.MultiIndex.from_product([units, names], names=["unit", "indicator"])
    extra = pd.DataFrame({"score": normalized.ravel(), "weight": weights.ravel()}, index=keys)
    rows = measured.merge(
        extra.reset_index(), on=["unit", "indicator"], how="left", validate="one_to_one"
    )
    return Scored(rows, pd.concat(nodes, ignore_index=True), pd.Series(recorded, index=units))


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


def _weights(plan: Plan, names: list[str], normalized: Array) -> Array:
    """Return the share of each unit's score that each indicator makes up, after reweighting."""
    present = ~np.isnan(normalized)
    result = np.zeros_like(normalized)
    pillar_present = np.zeros((len(normalized), len(plan.pillars)))
    for k, pillar in enumerate(plan.pillars):
        inside = np.array(
            [plan.entry(n).weight * (plan.entry(n).pillar == pillar.name) for n in names]
        )
        here = present * inside
        sums = here.sum(axis=1, keepdims=True)
        share = np.divide(here, sums, out=np.zeros_like(here), where=sums > 0)
        pillar_present[:, k] = np.where(sums[:, 0] > 0, pillar.weight, 0.0)
        result += share * pillar.weight
    whole = pillar_present.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(result, whole, out=np.zeros_like(result), where=whole > 0))


def _pillar_scores(plan: Plan, names: list[str], normalized: Array) -> Array:
    """Return the score of each pillar: the weighted mean of what is present in it."""
    missing = "reweight" if plan.missing == "error" else plan.missing
    columns = []
    for pillar in plan.pillars:
        inside = [k for k, name in enumerate(names) if plan.entry(name).pillar == pillar.name]
        weights = np.array([plan.entry(names[k]).weight for k in inside])
        if weights.sum() <= 0:
            columns.append(np.full(len(normalized), np.nan))
            continue
        columns.append(
            np.asarray(
                aggregate(normalized[:, inside], weights, method=plan.aggregation, missing=missing)
            )
        )
    return np.stack(columns, axis=1)


def _error_of(plan: Plan, parts: _Parts, weights: Array, total: Array) -> Array:
    """Carry the errors of the indicators through a weighted mean (delta method)."""
    names, normalized = parts.names, parts.normalized
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = {
            "arithmetic": weights,
            "geometric": weights * total[:, None] / normalized,
            "harmonic": weights * (total[:, None] / normalized) ** 2,
        }[plan.aggregation]
    part = np.where(np.isnan(normalized), 0.0, slope * parts.error)
    squares = (part**2).sum(axis=1)
    for a, b in itertools.combinations(range(len(names)), 2):
        if _same_cases(names[a], names[b]):
            sign = plan.entry(names[a]).direction * plan.entry(names[b]).direction
            together = _largest_correlation(parts.shares[:, a], parts.shares[:, b])
            squares += sign * 2 * together * part[:, a] * part[:, b]
    return np.where(np.isnan(total), np.nan, np.sqrt(squares))


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
