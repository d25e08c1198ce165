"""What the ranking owes to the weights: they are moved within bounds, or others are replayed."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from seedmetrics.formulas._checks import FloatArray, finite, offenders, one_of, whole_number
from seedmetrics.formulas.robustness.distribution import RankDistribution, rank_rows
from seedmetrics.formulas.robustness.weightings import (
    MISSING,
    TreeLike,
    as_tree,
    checked_methods,
    checked_scores,
    children,
    tree_scores,
)
from seedmetrics.formulas.scoring.trees import Tree


def weight_uncertainty(
    normalized: npt.ArrayLike,
    tree_weights: TreeLike,
    *,
    spread: npt.ArrayLike = 0.25,
    draws: int = 1000,
    seed: int = 0,
    method: str | Sequence[str] = "arithmetic",
    missing: str = "reweight",
    weight_sets: npt.ArrayLike | None = None,
) -> RankDistribution:
    r"""
    Ranks of the units when the weights are moved, every one within a share of itself.

    Parameters
    ----------
    normalized : array_like of float, shape (units, indicators)
        Scores on one scale, higher being better; NaN where missing.
    tree_weights : Tree, tuple of two arrays, or array_like of float, shape (indicators,)
        The tree; or the parent and the weight of each of its nodes; or the weights of indicators
        that have one root above them and nothing between.
    spread : array_like of float, scalar or shape (nodes,), default 0.25
        Largest relative change of a weight, in [0, 1]: 0.25 lets a weight of 20 lie between 15
        and 25. One for each node where they differ, in the order of the tree; 0 holds a weight.
    draws : int, default 1000
        How many weightings are drawn.
    seed : int, default 0
        Start of the draws. The same seed gives the same bits.
    method : str or sequence of str, default "arithmetic"
        ``"arithmetic"``, ``"geometric"`` or ``"harmonic"``; or one for each level, from the one
        right above the indicators up.
    missing : str, default "reweight"
        ``"reweight"`` lets the weights of siblings that are present grow in proportion, ``"nan"``
        gives the unit no score, ``"error"`` refuses.
    weight_sets : array_like of float, shape (sets, nodes) or (sets, indicators), optional
        Weights among siblings to replay instead of drawing any, at least 0 and in any unit, a
        row for each draw: those of another tool, or drawn from a distribution of your own. The
        shape (sets, indicators) replaces the weights of the indicators alone.

    Returns
    -------
    RankDistribution
        Ranks of each draw, and those of the weights as given.

    Raises
    ------
    TypeError
        If an argument does not hold numbers.
    ValueError
        If shapes do not fit, a weight is negative or all of a unit's are 0, `spread` is outside
        [0, 1], `draws` or `seed` is no usable whole number, options of drawing are given beside
        `weight_sets`, a name is unknown, or a score is missing under ``"error"`` or not above 0
        for a geometric or harmonic mean.

    See Also
    --------
    assumption_uncertainty : Moves other choices too.
    seedmetrics.formulas.ranking.rank_sets : What chance in the data leaves open, not the weights.

    Notes
    -----
    In each draw the weight of node :math:`i` among its siblings is

    .. math:: w_i' = w_i\,(1 + s_i u_i), \qquad u_i \sim U(-1, 1),

    rescaled so that siblings add up to one, and the tree is aggregated anew. This moves each
    choice of weight a little and says nothing of how likely another choice is: the spread is a
    convention to print beside the result [saisana2005uncertainty]_. For weights about which
    nothing is agreed, replay ``numpy.random.default_rng(0).dirichlet(np.ones(n), 1000)``.

    All draws are worked out at once by matrix products over the lowest level and sums over the
    levels above it.

    Decided cases. Scores of a draw that differ by less than 1e-12 of the largest tie. A node
    without siblings has weight one whatever is drawn. With ``spread=0`` every draw repeats the
    weights given.

    References
    ----------
    .. [saisana2005uncertainty] M. Saisana, A. Saltelli and S. Tarantola (2005), "Uncertainty and
       sensitivity analysis techniques as tools for the quality assessment of composite
       indicators", Journal of the Royal Statistical Society A 168, 307-323.

    Examples
    --------
    Two units that trade places when the weights move, and one that never does:

    >>> scores = [[90.0, 50.0], [55.0, 84.0], [20.0, 10.0]]
    >>> drawn = weight_uncertainty(scores, [1, 1], spread=0.5, draws=2000)
    >>> drawn.rank
    array([1., 2., 3.])
    >>> drawn.share_in_top(1).round(1)
    array([0.5, 0.5, 0. ])
    """
    missing = one_of(missing, "missing", MISSING)
    x = checked_scores(normalized, "normalized", missing)
    tree = as_tree(tree_weights, x.shape[1])
    checked_scores(x, "normalized", missing, tree)
    methods = checked_methods(method, tree)
    own = tree.weights
    if weight_sets is None:
        moved = drawn_weights(tree, spread=spread, draws=draws, seed=seed)
    else:
        _refuse_drawing(spread, draws, seed)
        moved = _replayed(weight_sets, tree, x.shape[1])
    scores = tree_scores(x, tree, np.vstack([own, moved]), methods, missing)
    ranks = rank_rows(scores)
    return RankDistribution(ranks[1:], ranks[0])


def drawn_weights(tree: Tree, *, spread: npt.ArrayLike, draws: int, seed: int) -> FloatArray:
    """
    Weights among siblings, each moved by up to a share of itself.

    Parameters
    ----------
    tree : Tree
        The weights to move.
    spread : array_like of float, scalar or shape (nodes,)
        Largest relative change, in [0, 1].
    draws, seed : int
        How many, and where they start.

    Returns
    -------
    ndarray of float64, shape (draws, nodes)
        Not rescaled: only proportions among siblings count.
    """
    own = tree.weights
    share = finite(spread, "spread")
    if (bad := (share < 0) | (share > 1)).any():
        msg = f"`spread` must lie in [0, 1]; {offenders(bad, share)}. It is a share: 0.25, not 25."
        raise ValueError(msg)
    if share.shape not in ((), (1,), own.shape):
        msg = f"`spread` has shape {share.shape}: give one number, or one for each of {own.size} nodes"
        raise ValueError(msg)
    count, start = whole_number(draws, "draws", least=1), whole_number(seed, "seed")
    noise = np.random.default_rng(start).uniform(-1, 1, (count, own.size))
    moved: FloatArray = own * (1 + share * noise)
    if (share == 1).any():
        # A draw of exactly -1 could leave siblings without any weight.
        moved = np.maximum(moved, own * 1e-12)
    return moved


def _refuse_drawing(spread: npt.ArrayLike, draws: int, seed: int) -> None:
    """Refuse options of drawing beside weights to replay."""
    for value, usual, name in ((spread, 0.25, "spread"), (draws, 1000, "draws"), (seed, 0, "seed")):
        if not np.array_equal(value, usual):
            msg = f"`{name}` is not used where `weight_sets` are replayed: leave it out"
            raise ValueError(msg)


def _replayed(weight_sets: npt.ArrayLike, tree: Tree, indicators: int) -> FloatArray:
    """Return weights to replay, a row for each draw and a column for each node."""
    own = tree.weights
    given = finite(weight_sets, "weight_sets")
    if given.ndim != 2 or given.shape[1] not in (own.size, indicators) or not len(given):
        msg = (
            f"`weight_sets` must have the shape (sets, {own.size}), a column for each node, or "
            f"(sets, {indicators}), one for each indicator; got shape {given.shape}"
        )
        raise ValueError(msg)
    if (bad := given < 0).any():
        msg = f"`weight_sets` must be at least 0; {offenders(bad, given)}"
        raise ValueError(msg)
    if given.shape[1] < own.size:
        given = np.hstack(
            [given, np.broadcast_to(own[indicators:], (len(given), own.size - indicators))]
        )
    for node, below in children(tree):
        asked = (given[:, node] > 0) | (node == tree.root)
        empty = asked & (given[:, below].sum(axis=1) <= 0)
        if empty.any():
            msg = (
                f"`weight_sets` gives the children of node {node} no weight in {int(empty.sum())} "
                f"set(s), first set {int(np.argmax(empty))}. To leave the node out, give it the "
                "weight 0 itself."
            )
            raise ValueError(msg)
    return given
