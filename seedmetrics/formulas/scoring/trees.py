"""Trees of indicators: what each node weighs, and the scores of all nodes; the means themselves are made elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from seedmetrics.formulas._checks import FloatArray, finite, offenders
from seedmetrics.formulas.scoring.aggregation import aggregate

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """
    Indicators in pillars, pillars in a total: the parent and the weight of each node.

    Parameters
    ----------
    parents : array_like of int, shape (nodes,)
        Index of each node's parent; -1 for the root, of which there is one.
        The indicators come first, in the order of the columns of their scores:
        node 0 is the first column. All other nodes follow, in any order.
    weights : array_like of float, shape (nodes,) or (..., nodes), optional
        Weight of each node among its siblings, at least 0 and in any unit.
        Without them siblings weigh the same. More axes give more sets of
        weights, which broadcast against the units.

    Attributes
    ----------
    parents : ndarray of int64, shape (nodes,)
        As given.
    weights : ndarray of float64, shape (nodes,) or (..., nodes)
        Shares among siblings, adding up to 1 under each parent; 1 for the root.
    leaves, root : int
        Number of indicators, which are nodes 0 to ``leaves - 1``; index of the root.
    levels : ndarray of int64, shape (nodes,)
        0 for indicators, 1 above its highest child for every other node.

    Raises
    ------
    TypeError
        If an element is no number.
    ValueError
        If `parents` is no tree of this form, a weight is negative, missing or
        infinite, or the weights under a parent add up to 0.

    See Also
    --------
    aggregate_tree : Scores of every node.
    effective_weights : Weight of every node in the total.

    Notes
    -----
    Decided cases. A node without children is an indicator; one that stands
    behind a node with children is refused, for no column would belong to it.
    One node alone is an indicator and the root. Nodes may lie at different
    depths. The root's weight has no siblings to be compared with, and must be
    above 0 like any other sum.

    Examples
    --------
    Three indicators, the first two in one pillar (node 3) and the third in
    another (node 4), under a total (node 5):

    >>> tree = Tree([3, 3, 4, 5, 5, -1], [2, 1, 1, 30, 70, 1])
    >>> tree.weights.round(3)
    array([0.667, 0.333, 1.   , 0.3  , 0.7  , 1.   ])
    >>> tree.leaves, tree.root
    (3, 5)
    >>> tree.levels
    array([0, 0, 0, 1, 1, 2])
    """

    parents: IntArray
    weights: FloatArray

    def __init__(self, parents: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> None:
        above = _parents(parents)
        inner = np.isin(np.arange(above.size), above)
        if not inner.all() and inner.any():
            late = int(above.size - 1 - np.argmin(inner[::-1]))
            if (first := int(np.argmax(inner))) < late:
                msg = (
                    f"`parents` must list the indicators first: node {late} has no children but "
                    f"stands behind node {first}, which has. Move it to the front, or give it "
                    "children."
                )
                raise ValueError(msg)
        object.__setattr__(self, "parents", above)
        object.__setattr__(self, "weights", _shares(weights, above))

    @property
    def leaves(self) -> int:
        """Number of indicators: nodes 0 to ``leaves - 1``."""
        return max(1, int((~np.isin(np.arange(self.parents.size), self.parents)).sum()))

    @property
    def root(self) -> int:
        """Index of the node that has no parent."""
        return int(np.argmin(self.parents))

    @property
    def levels(self) -> IntArray:
        """Level of each node, shape (nodes,): 0 for indicators, else 1 above its highest child."""
        level = np.zeros(self.parents.size, dtype=np.int64)
        # From the bottom up: children are deeper than their parents.
        for generation in reversed(_generations(self.parents)[1:]):
            np.maximum.at(level, self.parents[generation], level[generation] + 1)
        return level

    def children(self, node: int) -> IntArray:
        """
        Return the nodes directly below a node.

        Parameters
        ----------
        node : int
            Index of the node.

        Returns
        -------
        ndarray of int64, shape (children,)
            In rising order; empty for an indicator.

        Examples
        --------
        >>> Tree([2, 2, -1]).children(2)
        array([0, 1])
        """
        return np.flatnonzero(self.parents == node)


@dataclass(frozen=True, slots=True, eq=False)
class TreeScores:
    """
    Scores of all nodes of a tree, from `aggregate_tree`.

    Attributes
    ----------
    nodes : ndarray of float64, shape (..., nodes)
        A column for each node, the indicators' own scores first; NaN where a
        node has no score.
    total : ndarray of float64, shape (...)
        The root's column.
    """

    nodes: FloatArray
    total: FloatArray


def effective_weights(weights: npt.ArrayLike | None, parents: npt.ArrayLike) -> FloatArray:
    r"""
    Weight of each node of a tree in the total.

    Parameters
    ----------
    weights : array_like of float, shape (nodes,) or (..., nodes), or None
        Weight of each node among its siblings, at least 0 and in any unit.
        None lets siblings weigh the same.
    parents : array_like of int, shape (nodes,)
        Index of each node's parent; -1 for the root. The nodes may stand in
        any order.

    Returns
    -------
    ndarray of float64, shape (nodes,) or (..., nodes)
        Shares of the total. Those of the nodes without children add up to 1;
        the root's is 1.

    Raises
    ------
    TypeError
        If an element is no number.
    ValueError
        If `parents` is no tree with one root, a weight is negative, missing or
        infinite, or the weights under a parent add up to 0.

    See Also
    --------
    Tree : A tree whose indicators are the columns of an array.

    Notes
    -----
    With :math:`p(i)` the parent of node :math:`i`,

    .. math::

        e_i = e_{p(i)}\, \frac{w_i}{\sum_{k:\, p(k) = p(i)} w_k},
        \qquad e_{\text{root}} = 1.

    This is an indicator's coefficient in the total where every level is an
    arithmetic mean and nothing is missing, not its influence: that depends on
    how indicators vary together.

    Decided cases. A node of weight 0 weighs nothing in the total, nor does
    what lies below it; the weights below it must still not all be 0.

    Examples
    --------
    >>> effective_weights([2, 1, 1, 30, 70, 1], [3, 3, 4, 5, 5, -1]).round(2)
    array([0.2, 0.1, 0.7, 0.3, 0.7, 1. ])
    """
    above = _parents(parents)
    total = _shares(weights, above).copy()
    for generation in _generations(above)[1:]:
        total[..., generation] *= total[..., above[generation]]
    return total


def aggregate_tree(
    scores: npt.ArrayLike,
    tree: Tree,
    *,
    method: str | Sequence[str] = "arithmetic",
    missing: str = "error",
    power: float | None = None,
    penalty: str | None = None,
    orness: float | None = None,
) -> TreeScores:
    """
    Scores of every node of a tree, from its indicators up.

    Parameters
    ----------
    scores : array_like of float, shape (..., indicators)
        Scores of the indicators on one scale, higher being better, in the
        order of the first nodes of `tree`. NaN is a missing score.
    tree : Tree
        Parents and weights.
    method : str or sequence of str, default "arithmetic"
        A method of `aggregate` for every level, or one for each, the lowest
        level first.
    missing : str, default "error"
        What a missing score does at every level, as in `aggregate`.
    power, penalty, orness : optional
        Options of the methods, as in `aggregate`; each serves every level of
        its method, and is refused where no level has it.

    Returns
    -------
    TreeScores
        Scores of all nodes, and the total.

    Raises
    ------
    ValueError
        If `scores` has not one column for each indicator of `tree`, there is
        not one method for each level, or `aggregate` refuses the scores of a
        node, which the message names.

    See Also
    --------
    aggregate : The methods.
    effective_weights : What a node weighs in an arithmetic total.

    Notes
    -----
    A node's level is 1 above its highest child, the indicators' being 0; where
    branches differ in depth, a node may thus have children of several levels.
    Compensation is often wanted within a pillar and not between pillars
    [oecd2008handbook]_: hence a method for each level.

    Decided cases. Under ``"reweight"`` a pillar of which nothing is present is
    itself missing, and the weights of its siblings grow at the next level: the
    total is not the mean over the indicators present. ``"owa"`` needs `orness`
    here, since the weights of a tree belong to nodes and not to positions.

    References
    ----------
    .. [oecd2008handbook] OECD and European Commission JRC (2008), "Handbook on
       Constructing Composite Indicators", OECD Publishing, step 6.

    Examples
    --------
    >>> tree = Tree([3, 3, 4, 5, 5, -1], [1, 1, 1, 30, 70, 1])
    >>> result = aggregate_tree([[80, 60, 50], [90, float("nan"), 40]], tree, missing="reweight")
    >>> result.total
    array([56., 55.])
    >>> result.nodes[0]
    array([80., 60., 50., 70., 50., 56.])
    """
    x = finite(scores, "scores", allow_nan=True)
    if not x.ndim or x.shape[-1] != tree.leaves:
        msg = (
            f"`scores` has shape {x.shape} but `tree` has {tree.leaves} indicator(s). "
            "Give one column for each, in the order of the tree's first nodes."
        )
        raise ValueError(msg)
    levels = tree.levels
    methods = _methods(method, int(levels.max()))
    options: dict[str, Any] = {"power": power, "penalty": penalty, "orness": orness}
    _refuse_idle(methods, options)
    leading = np.broadcast_shapes(x.shape[:-1], tree.weights.shape[:-1])
    nodes = np.full((*leading, levels.size), np.nan)
    nodes[..., : tree.leaves] = x
    for node in np.argsort(levels, kind="stable")[tree.leaves if levels.any() else 1 :]:
        own = tree.children(int(node))
        chosen = methods[levels[node] - 1]
        fit = {name: options[name] for name in _OPTIONS.get(chosen, ())}
        try:
            nodes[..., node] = aggregate(
                nodes[..., own], tree.weights[..., own], method=chosen, missing=missing, **fit
            )
        except ValueError as error:
            msg = f"at node {node}: {error}"
            raise ValueError(msg) from error
    return TreeScores(nodes, nodes[..., tree.root])


# Which options a method takes; the others take none.
_OPTIONS = {"power": ("power",), "mazziotta-pareto": ("penalty",), "owa": ("orness",)}


def _methods(method: str | Sequence[str], levels: int) -> list[str]:
    """Return one method for each level above the indicators."""
    methods = [method] * levels if isinstance(method, str) else list(method)
    if len(methods) != levels:
        msg = (
            f"`method` names {len(methods)} method(s) but `tree` has {levels} level(s) above its "
            "indicators. Give one for each, the lowest first, or one for all."
        )
        raise ValueError(msg)
    return methods


def _refuse_idle(methods: Sequence[str], options: Mapping[str, object]) -> None:
    """Refuse an option that no level uses, and an ordered mean without its orness."""
    used = {name for method in methods for name in _OPTIONS.get(method, ())}
    for name, value in options.items():
        if value is not None and name not in used:
            owner = next(method for method, names in _OPTIONS.items() if name in names)
            msg = f"`{name}` is used by method {owner!r} only, and no level has it: leave it out"
            raise ValueError(msg)
    if "orness" in used and options["orness"] is None:
        msg = (
            "`orness` is needed by method 'owa' in a tree, whose weights belong to nodes: "
            "give a number between 0 (the worst score counts) and 1 (the best)"
        )
        raise ValueError(msg)


def _parents(parents: npt.ArrayLike) -> IntArray:
    """Return the parents as integers, refusing what is no tree with one root."""
    given = finite(parents, "parents")
    if given.ndim != 1 or not given.size:
        msg = f"`parents` must have the shape (nodes,), got shape {given.shape}"
        raise ValueError(msg)
    bad = (given != np.floor(given)) | (given < -1) | (given >= given.size)
    if bad.any():
        msg = (
            f"`parents` must hold indices from 0 to {given.size - 1}, or -1 for the root; "
            f"{offenders(bad, given)}"
        )
        raise ValueError(msg)
    above = given.astype(np.int64)
    roots = np.flatnonzero(above < 0)
    if roots.size != 1:
        msg = (
            f"`parents` must have one root (-1), got {roots.size}: nodes {roots[:5].tolist()}. "
            "Give every other node its parent."
        )
        raise ValueError(msg)
    reached = np.concatenate(_generations(above))
    if reached.size < above.size:
        lost = np.setdiff1d(np.arange(above.size), reached)
        msg = (
            f"`parents` goes round in a circle: {lost.size} node(s) never reach the root, first "
            f"node {lost[0]}"
        )
        raise ValueError(msg)
    return above


def _generations(parents: IntArray) -> list[IntArray]:
    """Return the nodes at each distance from the root, the root first."""
    found = [np.flatnonzero(parents < 0)]
    while found[-1].size:
        found.append(np.flatnonzero(np.isin(parents, found[-1])))
    return found[:-1]


def _shares(weights: npt.ArrayLike | None, parents: IntArray) -> FloatArray:
    """Return the weights as shares among siblings."""
    given = np.ones(parents.size) if weights is None else finite(weights, "weights")
    if not given.ndim or given.shape[-1] != parents.size:
        msg = (
            f"`weights` has shape {given.shape} but `parents` has {parents.size} node(s). "
            "Give one weight for each node, the root too."
        )
        raise ValueError(msg)
    if (bad := given < 0).any():
        msg = f"`weights` must be at least 0; {offenders(bad, given)}. Turn the indicator instead."
        raise ValueError(msg)
    # The root, whose parent is -1, takes the last place.
    family = np.where(parents < 0, parents.size, parents)
    member = family == np.arange(parents.size + 1)[:, np.newaxis]
    sums = given @ member.T
    below = sums[..., family]
    if (empty := below <= 0).any():
        node = int(np.argwhere(empty)[0][-1])
        msg = (
            f"`weights` under node {parents[node]} add up to 0, first at node {node}: at least one "
            "child must weigh more than 0"
        )
        raise ValueError(msg)
    return np.asarray(given / below)
