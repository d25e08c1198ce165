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
from seedmetrics.indicators import Indicator, find_indicator

Array = npt.NDArray[np.float64]
TOTAL = "total"
COLUMNS = ("value", "low", "high", "numerator", "denominator")


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
class Laid:
    """
    Measured values as arrays (units, indicators); NaN where a unit has no row of an indicator.

    Attributes
    ----------
    units : Index of str
        Rows, sorted.
    places : tuple of ndarray of int
        Row and column of each measured row; the column is -1 where the plan has no such indicator.
    columns : dict of str to ndarray
        By name: value, low, high, numerator, denominator, where no others are asked for.
    """

    units: pd.Index
    places: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]
    columns: dict[str, Array]

    @classmethod
    def of(
        cls, names: Sequence[str], measured: pd.DataFrame, columns: Sequence[str] = COLUMNS
    ) -> Laid:
        """Lay out some columns of a long table; what is in a row stands in the order of `names`."""
        row, units = pd.factorize(measured["unit"], sort=True)
        column = pd.Index(names).get_indexer(pd.Index(measured["indicator"]))
        known = column >= 0
        missing = np.ones(len(names), dtype=bool)
        missing[column[known]] = False
        if missing.any():
            msg = f"no row of the indicator {names[int(np.argmax(missing))]!r} was measured"
            raise SeedmetricsError(msg)
        if len(np.unique(row * (len(names) + 1) + column)) < known.sum():
            msg = "a unit has two rows of one indicator"
            raise SeedmetricsError(msg)
        tables = {}
        for name in columns:
            # Indicator by indicator in memory: sums over a row are then added in the plan's order.
            table = np.full((len(names), len(units)), np.nan)
            table[column[known], row[known]] = measured[name].to_numpy(float)[known]
            tables[name] = table.T
        return cls(pd.Index(units, name="unit"), (row, column), tables)


class Scorer:
    """
    What a plan says of scores, worked out once for all that is scored by it.

    Attributes
    ----------
    plan : Plan
        The plan.
    names : list of str
        Its indicators; columns of all arrays.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.entries = plan.indicators
        self.names = [entry.name for entry in self.entries]
        self._weights = np.array([entry.weight for entry in self.entries])
        weights = plan.plan_weights()
        self.planned = np.array([weights[name] for name in self.names])
        found = [find_indicator(name) for name in self.names]
        goalposts = [plan.goalposts(name) for name in self.names]
        self._low, self._high = np.array(goalposts, dtype=float).T
        self._direction = np.array([entry.direction for entry in self.entries])
        # Posts and quarters are counted in full: four of four quarters is no small sample. Of anything else, a value
        # of too few, or one that came without an interval, says nothing sure enough for a score.
        self._exact = np.array([indicator.exact for indicator in found])
        self.at = [k for k, entry in enumerate(self.entries) if entry.weight > 0]
        self.tree, self.nodes = plan_tree(plan, [self.names[k] for k in self.at])
        self.missing = "reweight" if plan.missing == "error" else plan.missing
        cases = [_cases_of(indicator) for indicator in found]
        # Places in `at` of two shares of the same cases.
        self._twins = [
            (a, b)
            for a, b in itertools.combinations(range(len(self.at)), 2)
            if cases[self.at[a]] is not None and cases[self.at[a]] == cases[self.at[b]]
        ]

    def normalized(self, laid: Laid) -> tuple[Array, Array, Array]:
        """Return normalized values (NaN where one does not count), their errors, and shares pulled off 0 and 1."""
        wide, plan = laid.columns, self.plan
        few = wide["denominator"] < plan.minimum_denominator
        ends = np.stack([self._between_posts(wide[end]) for end in ("low", "high")])
        unknown = np.isnan(ends).any(axis=0)
        counted = ~np.isnan(wide["value"]) & (self._exact | ~(few | unknown))
        z = special.ndtri(0.5 + plan.confidence_level / 2)
        error = np.where(unknown, 0.0, np.abs(ends[1] - ends[0]) / (2 * z))
        # Agresti and Coull's share: never 0 or 1, so that odds exist.
        with np.errstate(invalid="ignore"):
            shares = (wide["numerator"] + 2) / (wide["denominator"] + 4)
        normalized = np.where(counted, self._between_posts(wide["value"]), np.nan)
        return np.where(self._enough(normalized), normalized, np.nan), error, shares

    def _between_posts(self, values: Array) -> Array:
        """Return values between the goalposts, 0 to 100."""
        # Means that need positive scores get them: the worst goalpost then scores 1, not 0.
        output = (0.0, 100.0) if self.plan.aggregation == "arithmetic" else (1.0, 100.0)
        return np.asarray(
            normalize(
                values, method="goalposts", direction=self._direction, low=self._low, high=self._high,
                output=output,
            )
        )  # fmt: skip

    def _enough(self, normalized: Array) -> npt.NDArray[np.bool_]:
        """Say which values stand in a pillar of which enough is on record for a score of that pillar."""
        result = np.ones(normalized.shape, dtype=bool)
        for pillar in self.plan.pillars:
            inside = np.array([entry.pillar == pillar.name for entry in self.entries])
            weight = self._weights * inside
            if weight.sum() > 0:
                recorded = (~np.isnan(normalized) * weight).sum(axis=1) / weight.sum()
                result[:, inside] = (recorded >= self.plan.minimum_weight - 1e-12)[:, None]
        return result

    def caps(self, laid: Laid, normalized: Array) -> Array:
        """Return the lowest cap that applies to each unit; NaN where none does."""
        values = pd.DataFrame(
            np.where(np.isnan(normalized), np.nan, laid.columns["value"]), columns=self.names
        )
        return _caps(self.plan, values)

    def recorded(self, normalized: Array) -> Array:
        """Return the share of the plan's weight that could be scored."""
        return np.asarray((~np.isnan(normalized) * self.planned).sum(axis=1))

    def total(self, normalized: Array, found: Array, caps: Array) -> Array:
        """Return the whole score: capped, and none where too little is on record."""
        enough = self.recorded(normalized) >= self.plan.minimum_weight - 1e-12
        # Equal sums must be equal scores, whatever the order of adding left in the last bits.
        return np.round(apply_caps(np.where(enough, found, np.nan), caps), 9)

    def carried(
        self, normalized: Array, error: Array, shares: Array, nodes: Sequence[int]
    ) -> list[Array]:
        """Carry the errors of the indicators through the tree to some of its nodes."""
        normalized, error = normalized[:, self.at], error[:, self.at]
        together = self._together(shares)
        result = []
        for node in nodes:
            slopes = tree_slopes(
                normalized, self.tree, self.plan.aggregation, self.missing, node=node
            )
            # A unit without a score has no slopes; an error of 0 would be one.
            some = (slopes > 0).any(axis=1)
            result.append(np.where(some, carried_error(slopes * error, together), np.nan))
        return result

    def _together(self, shares: Array) -> Array:
        """Return the correlations of the indicators' errors, unit by unit: those of the same cases err together."""
        together = np.tile(np.eye(len(self.at)), (len(shares), 1, 1))
        for a, b in self._twins:
            one, other = self.at[a], self.at[b]
            sign = self._direction[one] * self._direction[other]
            correlation = sign * _largest_correlation(shares[:, one], shares[:, other])
            together[:, a, b] = together[:, b, a] = correlation
        return together

    def totals(self, laid: Laid) -> tuple[Array, Array]:
        """Return the whole score of each unit and its standard error, and nothing else."""
        normalized, error, shares = self.normalized(laid)
        found = aggregate_tree(
            normalized[:, self.at], self.tree, method=self.plan.aggregation, missing=self.missing
        ).total
        total = self.total(normalized, found, self.caps(laid, normalized))
        spread = self.carried(normalized, error, shares, [self.tree.parents.size - 1])[0]
        return total, np.where(np.isnan(total), np.nan, spread)


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
    scorer = Scorer(plan)
    laid = Laid.of(scorer.names, measured)
    units, at, tree = laid.units, scorer.at, scorer.tree
    normalized, error, errors_shares = scorer.normalized(laid)
    gaps = np.isnan(normalized) & (scorer.planned > 0)
    if plan.missing == "error" and gaps.any():
        row, column = np.argwhere(gaps)[0]
        msg = (
            f"unit {units[row]!r} has no value that counts for {scorer.names[column]!r}, and the plan says "
            'missing = "error": mend the records, or use "reweight"'
        )
        raise SeedmetricsError(msg)

    scored = aggregate_tree(
        normalized[:, at], tree, method=plan.aggregation, missing=scorer.missing
    )
    caps = scorer.caps(laid, normalized)
    total = scorer.total(normalized, scored.total, caps)
    shares = np.zeros_like(normalized)
    shares[:, at] = tree_slopes(normalized[:, at], tree, "arithmetic", "reweight")
    shares[np.isnan(total)] = 0.0

    inner = range(tree.leaves, tree.parents.size)
    carried = scorer.carried(normalized, error, errors_shares, inner)
    spread = np.where(np.isnan(total), np.nan, carried[-1])
    rows = [_Node(TOTAL, total, spread, 1.0, caps)]
    whole = sum(pillar.weight for pillar in plan.pillars)
    for pillar in plan.pillars:
        place = scorer.nodes.index(pillar.name) if pillar.name in scorer.nodes else None
        score = np.full(len(units), np.nan) if place is None else scored.nodes[:, place]
        spread = score if place is None else carried[place - len(at)]
        rows.append(_Node(pillar.name, score, spread, pillar.weight / whole))

    row, column = laid.places
    known = column >= 0
    table = measured.reset_index(drop=True).assign(
        score=np.where(known, normalized[row, column], np.nan),
        weight=np.where(known, shares[row, column], np.nan),
    )
    recorded = pd.Series(scorer.recorded(normalized), index=units)
    return Scored(table, _node_table(plan, units, rows), recorded)


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


def _cases_of(indicator: Indicator) -> tuple[str, str] | None:
    """Return which cases a share is of: its module and its word for them; None where it says none."""
    if not indicator.same_cases:
        return None
    return indicator.name.partition(".")[0], indicator.same_cases


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


@dataclass(frozen=True, slots=True, eq=False)
class _Node:
    """The scores of one node of the tree, one a unit."""

    name: str
    score: Array
    error: Array
    weight: float
    cap: Array | float = np.nan


def _node_table(plan: Plan, units: pd.Index, nodes: Sequence[_Node]) -> pd.DataFrame:
    """Return the rows of all nodes, one node after the other."""
    z = special.ndtri(0.5 + plan.confidence_level / 2)
    low = [np.clip(node.score - z * node.error, 0.0, 100.0) for node in nodes]
    high = [np.fmin(np.clip(n.score + z * n.error, 0.0, 100.0), n.cap) for n in nodes]
    return pd.DataFrame(
        {
            "unit": units.take(np.tile(np.arange(len(units)), len(nodes))),
            "node": np.repeat([node.name for node in nodes], len(units)),
            "score": np.concatenate([node.score for node in nodes]),
            "low": np.concatenate(low),
            "high": np.concatenate(high),
            "standard_error": np.concatenate([node.error for node in nodes]),
            "weight": np.repeat([node.weight for node in nodes], len(units)),
        }
    )
