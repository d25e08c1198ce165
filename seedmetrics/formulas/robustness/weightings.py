"""Scores of the same normalized values under many weightings of a tree at once; no weight is drawn here."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from seedmetrics.formulas._checks import BoolArray, FloatArray, finite, offenders, one_of
from seedmetrics.formulas.scoring.trees import Tree

METHODS = ("arithmetic", "geometric", "harmonic")
MISSING = ("error", "reweight", "nan")

# A tree, its two arrays, or the weights of indicators that hang on one root.
TreeLike = Tree | tuple[npt.ArrayLike, npt.ArrayLike] | npt.ArrayLike


def as_tree(tree_weights: TreeLike, indicators: int) -> Tree:
    """Return the tree that was given in one of three ways, refusing one of other indicators."""
    if isinstance(tree_weights, Tree):
        tree = tree_weights
    elif isinstance(tree_weights, tuple):
        if len(tree_weights) != 2:
            msg = (
                "`tree_weights` as a tuple must be the parent of each node and its weight among "
                f"siblings, got {len(tree_weights)} parts"
            )
            raise ValueError(msg)
        tree = Tree(*tree_weights)
    else:
        flat = finite(tree_weights, "tree_weights")
        if flat.ndim != 1:
            msg = (
                f"`tree_weights` must be a Tree or one weight an indicator, got shape {flat.shape}"
            )
            raise ValueError(msg)
        tree = Tree([*[flat.size] * flat.size, -1], [*flat, 1.0])
    if tree.leaves != indicators or tree.weights.ndim > 1:
        msg = (
            f"`tree_weights` has {tree.leaves} leaves and weights of shape {tree.weights.shape}, "
            f"but there are {indicators} indicators. Give one set of weights with a leaf for each "
            "indicator, in the order of the columns."
        )
        raise ValueError(msg)
    return tree


def children(tree: Tree) -> list[tuple[int, npt.NDArray[np.int64]]]:
    """Return each inner node with its children, a node after all below it; the root is last."""
    order = np.argsort(tree.levels, kind="stable")[tree.leaves :]
    return [(int(node), tree.children(int(node))) for node in order]


def checked_methods(method: str | Sequence[str], tree: Tree) -> dict[int, str]:
    """Return the mean of each inner node, given once or level by level from the indicators up."""
    parts = children(tree)
    if isinstance(method, str):
        name = one_of(method, "method", METHODS)
        return {node: name for node, _ in parts}
    names = [one_of(m, "method", METHODS) for m in method]
    levels = tree.levels
    if len(names) != levels.max():
        msg = (
            f"`method` names {len(names)} level(s) but the tree has {levels.max()} above its "
            "indicators. Name one mean for all, or one a level from the lowest up."
        )
        raise ValueError(msg)
    return {node: names[levels[node] - 1] for node, _ in parts}


def checked_scores(
    normalized: npt.ArrayLike, name: str, missing: str, tree: Tree | None = None
) -> FloatArray:
    """Return a table of scores, refusing missing ones that count where that is an error."""
    x = finite(normalized, name, allow_nan=True)
    if x.ndim != 2 or not x.size:
        msg = f"`{name}` must have the shape (units, indicators), got shape {x.shape}"
        raise ValueError(msg)
    absent = np.isnan(x)
    if missing == "error" and tree is not None:
        absent &= tree.weights[: x.shape[1]] > 0
        if absent.any():
            msg = (
                f"`{name}` must not be missing; {offenders(absent, x)}. "
                "Fill them in first, or choose missing='reweight' or 'nan'."
            )
            raise ValueError(msg)
    return x


def tree_scores(
    x: FloatArray, tree: Tree, weights: FloatArray, methods: dict[int, str], missing: str
) -> FloatArray:
    """
    Scores of the root under each of many weightings.

    Parameters
    ----------
    x : ndarray of float64, shape (units, indicators)
        Normalized values; NaN where missing.
    tree : Tree
        Gives the parents; its own weights are not used.
    weights : ndarray of float64, shape (draws, nodes)
        Weights among siblings, at least 0, in any unit.
    methods : dict
        The mean of each inner node.
    missing : {"error", "reweight", "nan"}
        "error" was refused before; a node of which nothing is left is then missing, as under
        "reweight".

    Returns
    -------
    ndarray of float64, shape (draws, units)
        As `aggregate_tree` for each weighting, NaN where a unit has no score.
    """
    leaves = x.shape[1]
    present = ~np.isnan(x)
    found: dict[int, FloatArray] = {}
    for node, below in children(tree):
        method = methods[node]
        own, inner = below[below < leaves], below[below >= leaves]
        total = np.zeros((len(weights), len(x)))
        weighed = np.zeros_like(total)
        lost = np.zeros(total.shape, dtype=np.bool_)
        if len(own):
            w = weights[:, own]
            filled = _turned(np.where(present[:, own], x[:, own], 1.0), method, "normalized")
            some: BoolArray = present[:, own]
            total += w @ np.where(some, filled, 0.0).T
            weighed += w.sum(axis=1, keepdims=True) if some.all() else w @ some.T.astype(np.float64)
            if missing == "nan" and not some.all():
                lost |= (w > 0).astype(np.float64) @ (~some).T.astype(np.float64) > 0
        for child in inner:
            w, score = weights[:, child, np.newaxis], found.pop(int(child))
            gone = np.isnan(score)
            total += w * np.where(
                gone, 0.0, _turned(np.where(gone, 1.0, score), method, "a pillar")
            )
            weighed += np.where(gone, 0.0, w)
            if missing == "nan":
                lost |= gone & (w > 0)
        lost |= weighed <= 0
        mean = total / np.where(lost, 1.0, weighed)
        found[node] = np.where(lost, np.nan, _back(np.where(lost, 1.0, mean), method))
    return found.popitem()[1]


def _turned(x: FloatArray, method: str, what: str) -> FloatArray:
    """Return values on the scale on which the mean is a plain weighted sum."""
    if method == "arithmetic":
        return x
    if (bad := x <= 0).any():
        msg = (
            f"`normalized` must be above 0 for a {method} mean; {what} has {offenders(bad, x)}. "
            "Normalize to an `output` that begins above 0, such as (1, 100)."
        )
        raise ValueError(msg)
    return np.log(x) if method == "geometric" else 1 / x


def _back(mean: FloatArray, method: str) -> FloatArray:
    """Return a mean from the scale on which it was taken."""
    if method == "arithmetic":
        return mean
    return np.exp(mean) if method == "geometric" else 1 / mean


def leaf_shares(tree: Tree, weights: FloatArray, leaves: int) -> FloatArray:
    """Return what each indicator makes up of the whole under each weighting, shape (draws, leaves)."""
    parts = children(tree)
    w = weights.copy()
    for node, below in parts:
        # A node whose children all weigh nothing leaves its weight to its siblings.
        w[:, node] *= (w[:, below] > 0).any(axis=1)
    shares = np.ones_like(w)
    for node, below in reversed(parts):
        sums = w[:, below].sum(axis=1, keepdims=True)
        shares[:, below] = shares[:, [node]] * w[:, below] / np.where(sums > 0, sums, 1.0)
    return shares[:, :leaves]
