"""What a ranking depends on, group by group: weights, method, a single indicator, chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from seedmetrics.evaluation.result import Evaluation
from seedmetrics.evaluation.scoring import TOTAL, plan_tree
from seedmetrics.evaluation.standing import EXACT
from seedmetrics.formulas.ranking import agreement, rank, rank_sets, rankability
from seedmetrics.formulas.robustness import (
    Assumptions,
    assumption_model,
    assumption_uncertainty,
    leave_one_out,
    sobol_shares,
    weight_uncertainty,
)
from seedmetrics.formulas.scoring.trees import Tree, aggregate_tree
from seedmetrics.showing import Shown

Array = npt.NDArray[np.float64]

# The middle share of draws whose ranks are shown, as both ends of a range.
MIDDLE = 0.9
# Points of a Sobol' sequence; each is asked once more for every choice.
SAMPLES = 256
MEANS = ("arithmetic", "geometric", "harmonic")
SCALES = ("goalposts", "minmax", "percentile")


@dataclass(frozen=True, slots=True, eq=False)
class GroupRobustness(Shown):
    """
    What the ranking of one group depends on.

    Attributes
    ----------
    group : str
        The group.
    ranks : DataFrame
        Indexed by unit, best first: ``rank``, and the best and worst rank that each cause leaves open: ``weights_low``,
        ``weights_high`` (the middle 90% of re-weightings), ``choices_…`` (of all choices drawn together), ``one_out_…``
        (any one indicator left out), ``chance_…`` (the rank set of the scores); ``first`` (share of the draws of all
        choices in which the unit is first) and ``capped`` (whether a cap holds its score down in the league; here it
        does not).
    shares : DataFrame
        Indexed by choice (weights, normalization, aggregation, left_out): ``first`` and ``total``, its shares of the
        variance of the ranks, over all units.
    left_out : DataFrame
        Indexed by node: ``pillar`` (whether it is one), ``mean_shift`` (places that ranks move on average),
        ``most_shift`` and ``unit`` (by how many places who moves furthest does, a fall being negative; and who).
    agreement : DataFrame
        Indexed by alternative (a mean, a scale): ``kendall``, its agreement with the ranking as made.
    rankability : float
        Share of the variance of the scores that is not chance; NaN for fewer than two units.
    """

    group: str
    ranks: pd.DataFrame
    shares: pd.DataFrame
    left_out: pd.DataFrame
    agreement: pd.DataFrame
    rankability: float

    def __repr__(self) -> str:
        """Say which group, in one line."""
        return f"<GroupRobustness {self.group!r}: {len(self.ranks)} units, rankability {self.rankability:.2f}>"


def robustness(
    evaluation: Evaluation, *, spread: float = 0.25, draws: int = 1000, seed: int = 0
) -> tuple[GroupRobustness, ...]:
    """
    Vary what the ranking of each group depends on, one cause at a time and all choices together.

    Parameters
    ----------
    evaluation : Evaluation
        From `seedmetrics.evaluate`.
    spread : float, default 0.25
        Largest relative change of a weight.
    draws : int, default 1000
        How many weightings, and how many combinations of choices, are drawn.
    seed : int, default 0
        Start of the draws.

    Returns
    -------
    tuple of GroupRobustness
        One for each group in which two units or more have a rank.

    Raises
    ------
    ValueError
        When `spread`, `draws` or `seed` cannot be used.

    Notes
    -----
    The units of a group are scored anew under other weights (each moved by up to `spread` of itself), other means of
    the indicators (arithmetic, geometric, harmonic), other scales (the plan's goalposts, the least and the greatest
    value of the group, percentiles) and without each indicator in turn. What the plan leaves no room for stays: which
    records count, directions, groups. Caps are rules laid over the scores, and are left off here.

    Examples
    --------
    >>> import seedmetrics as sm
    >>> evaluation = sm.evaluate(sm.open_district("data/sample"), plan="township", period="2025Q3")
    >>> [group.group for group in sm.robustness(evaluation, draws=50)]
    ['streets_zones_offices', 'towns']
    """
    now = evaluation.standings[evaluation.standings["period"] == str(evaluation.period)]
    ranked = now[now["rank"].notna()].set_index("unit")
    found = []
    for group, rows in ranked.groupby("group", sort=True):
        if len(rows) > 1:
            made = _Made.of(evaluation, rows)
            found.append(_group(str(group), made, spread=spread, draws=draws, seed=seed))
    return tuple(found)


@dataclass(frozen=True, slots=True, eq=False)
class _Made:
    """A group's index as it was made: scores of its indicators, the tree, errors of the totals."""

    units: list[str]
    names: list[str]
    normalized: Array
    tree: Tree
    method: str
    error: Array
    score: Array
    capped: npt.NDArray[np.bool_]
    level: float

    @classmethod
    def of(cls, evaluation: Evaluation, rows: pd.DataFrame) -> _Made:
        """Take the parts of an evaluation that concern the ranked units of a group."""
        plan, period = evaluation.plan, str(evaluation.period)
        units = sorted(map(str, rows.index))
        table = evaluation.indicators
        table = table[(table["period"] == period) & table["unit"].isin(units)]
        wide = table.pivot(index="unit", columns="indicator", values="score").loc[units]
        # What nobody of the group has a score for weighs nothing here, as in the league.
        counted = [name for name in plan.counted if wide[name].notna().any()]
        tree, names = plan_tree(plan, counted)
        normalized = wide[counted].to_numpy(float)
        missing = "nan" if plan.missing == "nan" else "reweight"
        total = aggregate_tree(normalized, tree, method=plan.aggregation, missing=missing).total
        nodes = evaluation.scores
        nodes = nodes[(nodes["period"] == period) & (nodes["node"] == TOTAL)].set_index("unit")
        error = nodes["standard_error"].reindex(units).to_numpy(float)
        score = np.round(total, 9)
        shown = rows["score"].reindex(units).to_numpy(float)
        return cls(
            units,
            names,
            normalized,
            tree,
            plan.aggregation,
            np.maximum(error, EXACT),
            score,
            shown < score - 1e-6,
            plan.confidence_level,
        )


def _group(group: str, made: _Made, *, spread: float, draws: int, seed: int) -> GroupRobustness:
    """Vary one group's index in every way."""
    moved = weight_uncertainty(
        made.normalized, made.tree, spread=spread, draws=draws, seed=seed, method=made.method
    )
    options = _options(made, spread)
    chosen = assumption_uncertainty(made.normalized, options, draws=draws, seed=seed)
    out = leave_one_out(made.normalized, made.tree, method=made.method)
    # The rank as made is among them: where no other indicator is left there is nothing else.
    one_out = np.vstack([out.rank, out.ranks[: made.tree.leaves]])
    sets = rank_sets(made.score, made.error, confidence_level=made.level)
    ends = {
        "weights": _middle(moved.ranks),
        "choices": _middle(chosen.ranks),
        "one_out": (np.fmin.reduce(one_out), np.fmax.reduce(one_out)),
        "chance": (sets.low, sets.high),
    }
    ranks = pd.DataFrame({"rank": rank(made.score)}, index=pd.Index(made.units, name="unit"))
    for cause, (low, high) in ends.items():
        ranks[f"{cause}_low"], ranks[f"{cause}_high"] = low, high
    ranks["first"] = chosen.share_in_top(1)
    ranks["capped"] = made.capped
    return GroupRobustness(
        group=group,
        ranks=ranks.sort_values(["rank", "unit"]),
        shares=_shares(made, options, seed),
        left_out=_left_out(made, out.shift, out.mean_shift),
        agreement=_agreement(made, options),
        rankability=rankability(made.score, made.error),
    )


def _middle(ranks: Array) -> tuple[Array, Array]:
    """Return the ranks between which the middle share of draws lies, as whole places."""
    drawn = np.sort(ranks, axis=0)
    cut = int((1 - MIDDLE) / 2 * len(drawn))
    return drawn[cut], drawn[len(drawn) - 1 - cut]


def _options(made: _Made, spread: float) -> Assumptions:
    """Return the choices that the index could have been made with, the plan's own first."""
    x = made.normalized
    least, greatest = np.nanmin(x, axis=0), np.nanmax(x, axis=0)
    # Where all units score the same their own ends are none: the plan's goalposts stay.
    level = least == greatest
    whole = {"method": "goalposts", "output": (1, 100)}
    first = 0.0 if made.method == "arithmetic" else 1.0  # where the plan's own scale begins
    scales: list[dict[str, Any]] = [
        whole | {"low": first, "high": 100.0},
        whole | {"low": np.where(level, first, least), "high": np.where(level, 100.0, greatest)},
    ]
    if ((~np.isnan(x)).sum(axis=0) > 1).all():
        scales.append({"method": "percentile", "output": (1, 100)})
    return Assumptions(
        tree_weights=made.tree,
        spread=spread,
        normalizations=scales,
        aggregations=[made.method, *(mean for mean in MEANS if mean != made.method)],
        left_out=[(), *((i,) for i in range(made.tree.leaves) if _can_go(made.tree, i))],
        missing="reweight",
    )


def _can_go(tree: Tree, leaf: int) -> bool:
    """Say whether others are left where an indicator is left out."""
    others = np.delete(np.arange(tree.leaves), leaf)
    return bool((tree.weights[others] > 0).any())


def _shares(made: _Made, options: Assumptions, seed: int) -> pd.DataFrame:
    """Return each choice's shares of the variance of the ranks, over all units."""
    model = assumption_model(made.normalized, options, seed=seed)
    # A unit that a choice leaves without a score has no rank in that draw: it takes the last place.
    found = sobol_shares(
        lambda points: np.nan_to_num(model(points), nan=len(made.units)),
        options.factors,
        samples=SAMPLES,
        seed=seed,
    )
    weight = found.variance / found.variance.sum() if found.variance.any() else found.variance
    over_units = {
        "first": (np.nan_to_num(found.first) * weight).sum(axis=1),
        "total": (np.nan_to_num(found.total) * weight).sum(axis=1),
    }
    return pd.DataFrame(over_units, index=pd.Index(found.factors, name="choice"))


def _left_out(made: _Made, shift: Array, mean_shift: Array) -> pd.DataFrame:
    """Return for each indicator and pillar how far ranks move without it."""
    rows = []
    for node, name in enumerate(made.names[:-1]):
        if np.isnan(mean_shift[node]):
            continue
        furthest = int(np.nanargmax(np.abs(shift[node])))
        rows.append(
            {
                "node": name,
                "pillar": node >= made.tree.leaves,
                "mean_shift": mean_shift[node],
                "most_shift": shift[node, furthest],
                "unit": made.units[furthest],
            }
        )
    columns = ["node", "pillar", "mean_shift", "most_shift", "unit"]
    table = pd.DataFrame(rows, columns=columns).astype({"pillar": bool}).set_index("node")
    return table.sort_values(["pillar", "mean_shift", "node"], ascending=[True, False, True])


def _agreement(made: _Made, options: Assumptions) -> pd.DataFrame:
    """Return how far each single alternative agrees with the ranking as made."""
    own = rank(made.score)
    names = [*options.aggregations[1:], *SCALES[1 : len(options.normalizations)]]
    found = []
    for name in names:
        scale = SCALES.index(name) if name in SCALES else 0
        single = Assumptions(
            tree_weights=made.tree,
            normalizations=options.normalizations[scale : scale + 1],
            aggregations=[name if name in MEANS else made.method],
            missing="reweight",
        )
        # One draw of an index that has no choice left.
        other = assumption_model(made.normalized, single)(np.empty((1, 0)))[0]
        found.append(agreement(own, other).kendall)
    return pd.DataFrame({"kendall": found}, index=pd.Index(names, name="alternative"))
