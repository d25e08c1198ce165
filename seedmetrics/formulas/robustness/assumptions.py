"""What the ranking owes to the choices by which an index is made, all of them varied together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from seedmetrics.formulas._checks import FloatArray, offenders, one_of, whole_number
from seedmetrics.formulas.robustness.distribution import RankDistribution, rank_rows
from seedmetrics.formulas.robustness.weightings import (
    METHODS,
    TreeLike,
    as_tree,
    checked_methods,
    checked_scores,
    leaf_shares,
    tree_scores,
)
from seedmetrics.formulas.robustness.weights import drawn_weights
from seedmetrics.formulas.scoring import aggregate, normalize, treat_outliers
from seedmetrics.formulas.scoring.trees import Tree

IntArray = npt.NDArray[np.intp]

TREATMENTS = ("none", "winsorize")
# Means that are taken over the whole row at once, by each indicator's share of the whole.
FLAT = ("copeland", "topsis", "mazziotta-pareto")
MISSING = ("error", "reweight")

# Weightings among which the factor "weights" chooses: a uniform number must stand for a set.
_WEIGHTINGS = 1024


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Assumptions:
    """
    The choices that an index could have been made with; of each, the first is the one made.

    Attributes
    ----------
    tree_weights : Tree, tuple of two arrays, or array_like of float, shape (indicators,)
        As for `weight_uncertainty`.
    spread : array_like of float, scalar or shape (nodes,), default 0
        Largest relative change of a weight; 0 holds the weights.
    direction : array_like of int, scalar or shape (indicators,), default 1
        1 where more is better, -1 where less is. No choice: it is what the indicator means.
    treatments : sequence of str, default ("none",)
        ``"none"``, or ``"winsorize"`` for `treat_outliers` with its defaults.
    normalizations : sequence of str or mapping, default ("minmax",)
        Names of methods of `normalize`, which then score from 1 to 100, so that every mean can be
        taken; or mappings of its arguments, such as ``{"method": "goalposts", "low": 0, "high":
        1, "output": (1, 100)}``.
    aggregations : sequence of str, default ("arithmetic",)
        ``"arithmetic"``, ``"geometric"``, ``"harmonic"``, level by level; ``"copeland"``,
        ``"topsis"``, ``"mazziotta-pareto"``, over all indicators at once by their share of the
        whole.
    left_out : sequence of sequences of int, default ((),)
        Nodes of the tree to leave out: indicators by their column, or pillars with all that hangs
        on them. The empty one leaves out none.
    missing : str, default "error"
        ``"error"`` or ``"reweight"``.
    """

    tree_weights: TreeLike
    spread: npt.ArrayLike = 0.0
    direction: npt.ArrayLike = 1
    treatments: Sequence[str] = ("none",)
    normalizations: Sequence[str | Mapping[str, Any]] = ("minmax",)
    aggregations: Sequence[str] = ("arithmetic",)
    left_out: Sequence[Sequence[int]] = ((),)
    missing: str = "error"

    @property
    def factors(self) -> tuple[str, ...]:
        """Names of what varies, in the order of the numbers that `assumption_model` takes."""
        counts = {
            "weights": 2 if np.any(np.asarray(self.spread) != 0) else 1,
            "treatment": len(self.treatments),
            "normalization": len(self.normalizations),
            "aggregation": len(self.aggregations),
            "left_out": len(self.left_out),
        }
        return tuple(name for name, count in counts.items() if count > 1)


def assumption_uncertainty(
    values: npt.ArrayLike,
    options: Assumptions | Mapping[str, Any],
    *,
    draws: int = 1000,
    seed: int = 0,
) -> RankDistribution:
    r"""
    Ranks of the units when every choice of the index is varied at once.

    Parameters
    ----------
    values : array_like of float, shape (units, indicators)
        Indicators in their own units, as for `normalize`.
    options : Assumptions or mapping
        What could have been chosen; a mapping holds the fields of `Assumptions`.
    draws : int, default 1000
        How many combinations are drawn, every alternative as likely as its siblings.
    seed : int, default 0
        Start of the draws. The same seed gives the same bits.

    Returns
    -------
    RankDistribution
        Ranks of each draw, those of the first alternatives, and which alternatives were drawn.

    Raises
    ------
    TypeError
        If `options` has a field that there is not.
    ValueError
        If nothing varies, an alternative is unknown or cannot be applied to these values, or an
        argument of `normalize`, `treat_outliers` or `aggregate` is refused.

    See Also
    --------
    sobol_shares : Which of the choices moves the ranks.
    weight_uncertainty : The weights alone.

    Notes
    -----
    The analysis of [saisana2005uncertainty]_: treatment of outliers, normalization, weights,
    aggregation and the set of indicators are drawn independently, and the index is made anew. A
    wide range of ranks says that a unit's place is made by the choices and not by what was
    measured; a narrow one does not say that the place is sure, as chance in the data is not in
    it (`composite_rank_sets` has that).

    Decided cases. A choice with a single alternative does not vary and is no factor. Weights are
    drawn among 1,024 weightings, drawn once from `seed`. A unit that a combination gives no score
    has no rank in that draw.

    References
    ----------
    .. [saisana2005uncertainty] M. Saisana, A. Saltelli and S. Tarantola (2005), "Uncertainty and
       sensitivity analysis techniques as tools for the quality assessment of composite
       indicators", Journal of the Royal Statistical Society A 168, 307-323.

    Examples
    --------
    >>> values = [[0.9, 20.0, 7.0], [0.8, 35.0, 9.0], [0.5, 30.0, 4.0], [0.7, 10.0, 5.0]]
    >>> options = Assumptions(
    ...     tree_weights=[1, 1, 1],
    ...     spread=0.25,
    ...     normalizations=["minmax", "rank"],
    ...     aggregations=["arithmetic", "geometric"],
    ... )
    >>> drawn = assumption_uncertainty(values, options, draws=200)
    >>> drawn.rank
    array([2., 1., 3., 4.])
    >>> drawn.share_in_top(1)
    array([0., 1., 0., 0.])
    """
    chosen = options if isinstance(options, Assumptions) else Assumptions(**options)
    factors = chosen.factors
    if not factors:
        msg = "`options` gives one alternative of every choice: nothing varies. Name two of one."
        raise ValueError(msg)
    count, start = whole_number(draws, "draws", least=1), whole_number(seed, "seed")
    index = _Index(values, chosen, start)
    # Weights have a stream of their own, from `seed`; choices take the next.
    stream = np.random.default_rng([start, 1])
    picks = index.picks(stream.random((count, len(factors))))
    made = dict.fromkeys(picks, np.zeros(1, dtype=np.intp))
    return RankDistribution(
        index.ranks(picks), index.ranks(made)[0], {name: picks[name] for name in factors}
    )


def assumption_model(
    values: npt.ArrayLike, options: Assumptions | Mapping[str, Any], *, seed: int = 0
) -> Callable[[FloatArray], FloatArray]:
    """
    Return the index as a function of uniform numbers, one for each choice, for `sobol_shares`.

    Parameters
    ----------
    values : array_like of float, shape (units, indicators)
        As for `assumption_uncertainty`.
    options : Assumptions or mapping
        What could have been chosen.
    seed : int, default 0
        Start of the 1,024 weightings among which the factor "weights" chooses.

    Returns
    -------
    callable
        From numbers in [0, 1), shape (draws, factors) in the order of ``options.factors``, to
        ranks, shape (draws, units). The interval is parted evenly among the alternatives.

    Raises
    ------
    TypeError, ValueError
        As `assumption_uncertainty`.

    Examples
    --------
    >>> options = Assumptions(tree_weights=[1, 1], aggregations=["arithmetic", "harmonic"])
    >>> model = assumption_model([[100.0, 0.0], [40.0, 45.0], [0.0, 100.0]], options)
    >>> model(np.array([[0.0], [0.9]]))
    array([[1., 3., 1.],
           [2., 1., 2.]])
    """
    chosen = options if isinstance(options, Assumptions) else Assumptions(**options)
    index = _Index(values, chosen, whole_number(seed, "seed"))
    return lambda points: index.ranks(index.picks(points))


class _Index:
    """An index that can be made with any combination of the alternatives; parts are kept."""

    def __init__(self, values: npt.ArrayLike, options: Assumptions, seed: int) -> None:
        one_of(options.missing, "missing", MISSING)
        self._options = options
        self._values = checked_scores(values, "values", options.missing)
        self._leaves = self._values.shape[1]
        self._tree: Tree = as_tree(options.tree_weights, self._leaves)
        checked_scores(self._values, "values", options.missing, self._tree)
        for name in options.treatments:
            one_of(name, "treatments", TREATMENTS)
        for name in options.aggregations:
            one_of(name, "aggregations", (*METHODS, *FLAT))
        self._counts = {
            "weights": _WEIGHTINGS if "weights" in options.factors else 1,
            "treatment": len(options.treatments),
            "normalization": len(options.normalizations),
            "aggregation": len(options.aggregations),
            "left_out": len(options.left_out),
        }
        for name, count in self._counts.items():
            if not count:
                msg = f"`options` has no alternative of the choice {name!r}: give the one made"
                raise ValueError(msg)
        own = self._tree.weights
        drawn = drawn_weights(
            self._tree, spread=options.spread, draws=self._counts["weights"], seed=seed
        )
        # The first weighting is the one that was made.
        self._weights = np.vstack([own, drawn])[: self._counts["weights"]]
        self._kept = np.ones((len(options.left_out), own.size))
        for row, nodes in enumerate(options.left_out):
            self._kept[row, self._nodes(nodes)] = 0.0
        self._normalized: dict[tuple[int, int], FloatArray] = {}

    def picks(self, points: FloatArray) -> dict[str, IntArray]:
        """Return the alternative that each uniform number stands for, of every choice."""
        draws = len(points)
        result = {name: np.zeros(draws, dtype=np.intp) for name in self._counts}
        for column, name in enumerate(self._options.factors):
            result[name] = (points[:, column] * self._counts[name]).astype(np.intp)
        return result

    def ranks(self, picks: dict[str, IntArray]) -> FloatArray:
        """Return the ranks of the units under each combination."""
        made = np.stack([picks[n] for n in ("treatment", "normalization", "aggregation")], axis=1)
        combinations, place = np.unique(made, axis=0, return_inverse=True)
        ranks = np.empty((len(made), len(self._values)))
        for number in range(len(combinations)):
            treatment, normalization, aggregation = (int(k) for k in combinations[number])
            rows = np.flatnonzero(place == number)
            x = self._scores(treatment, normalization)
            weights = self._weights[picks["weights"][rows]] * self._kept[picks["left_out"][rows]]
            ranks[rows] = rank_rows(self._aggregated(x, weights, aggregation))
        return ranks

    def _scores(self, treatment: int, normalization: int) -> FloatArray:
        """Return the treated and normalized values of one pair of alternatives."""
        key = (treatment, normalization)
        if key not in self._normalized:
            values = self._values
            if self._options.treatments[treatment] == "winsorize":
                values = treat_outliers(values).values
            way = self._options.normalizations[normalization]
            arguments: dict[str, Any] = {"method": way} if isinstance(way, str) else dict(way)
            if isinstance(way, str) and way not in ("zscore", "rank", "borda", "reference"):
                arguments["output"] = (1, 100)
            self._normalized[key] = normalize(
                values, direction=self._options.direction, **arguments
            )
        return self._normalized[key]

    def _aggregated(self, x: FloatArray, weights: FloatArray, aggregation: int) -> FloatArray:
        """Return the scores of each weighting, shape (draws, units)."""
        name = self._options.aggregations[aggregation]
        missing = "reweight"  # "error" was refused at the start
        if name in METHODS:
            return tree_scores(x, self._tree, weights, checked_methods(name, self._tree), missing)
        shares = leaf_shares(self._tree, weights, self._leaves)
        different, place = np.unique(shares, axis=0, return_inverse=True)
        scores = np.stack(
            [aggregate(x, share, method=name, missing=missing) for share in different]
        )
        return np.asarray(scores[place])

    def _nodes(self, nodes: Sequence[int]) -> list[int]:
        """Return nodes to leave out, refusing those that are not in the tree, or are all of it."""
        root, count = self._tree.root, self._tree.parents.size
        given = np.asarray(list(nodes), dtype=np.float64)
        bad = (given < 0) | (given >= count) | (given % 1 != 0) | (given == root)
        if bad.any():
            msg = (
                f"`left_out` must name nodes below the root, 0 to {count - 1} without {root}; "
                f"{offenders(bad, given)}"
            )
            raise ValueError(msg)
        kept = self._tree.weights.copy()
        kept[given.astype(int)] = 0.0
        if not (leaf_shares(self._tree, kept[np.newaxis], self._leaves) > 0).any():
            msg = f"`left_out` leaves no indicator with a weight: {list(nodes)!r}"
            raise ValueError(msg)
        return [int(node) for node in given]
