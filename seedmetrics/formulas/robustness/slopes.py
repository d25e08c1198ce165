"""How errors of indicators travel up a tree of means: slopes, and the error of the sum (delta method)."""

from collections.abc import Sequence

import numpy as np

from seedmetrics.formulas._checks import FloatArray
from seedmetrics.formulas.robustness.weightings import checked_methods, children
from seedmetrics.formulas.scoring.trees import Tree, aggregate_tree

# d mean / d x_i is the share of x_i times this power of mean / x_i.
_POWER = {"arithmetic": 0, "geometric": 1, "harmonic": 2}


def tree_slopes(
    scores: FloatArray,
    tree: Tree,
    method: str | Sequence[str],
    missing: str,
    *,
    node: int | None = None,
) -> FloatArray:
    """
    Slopes of a node's score in the scores of the indicators.

    Parameters
    ----------
    scores : ndarray of float64, shape (units, indicators)
        Normalized values; NaN where missing.
    tree : Tree
        The tree, with one set of weights.
    method : str or sequence of str
        "arithmetic", "geometric" or "harmonic", for all levels or one each from the lowest up.
    missing : {"error", "reweight", "nan"}
        As in `aggregate_tree`.
    node : int, optional
        The node; the root where left out.

    Returns
    -------
    ndarray of float64, shape (units, indicators)
        By how much the score rises for one point more of an indicator; 0 where the value or the
        score is missing. Of arithmetic means these are the indicators' shares of the whole.
    """
    methods = checked_methods(method, tree)
    values = aggregate_tree(scores, tree, method=method, missing=missing).nodes
    top = tree.root if node is None else node
    slopes = np.zeros_like(values)
    slopes[:, top] = ~np.isnan(values[:, top])
    for parent, below in reversed(children(tree)):
        present = ~np.isnan(values[:, below])
        share = np.where(present, tree.weights[below], 0.0)
        whole = share.sum(axis=1, keepdims=True)
        share = np.divide(share, whole, out=np.zeros_like(share), where=whole > 0)
        power = _POWER[methods[parent]]
        if power:
            mean = np.where(np.isnan(values[:, [parent]]), 0.0, values[:, [parent]])
            share *= (mean / np.where(share > 0, values[:, below], 1.0)) ** power
        slopes[:, below] += slopes[:, [parent]] * share
    return slopes[:, : tree.leaves]


def carried_error(parts: FloatArray, correlation: FloatArray | None = None) -> FloatArray:
    """
    Return the standard error of a sum of parts that have errors.

    Parameters
    ----------
    parts : ndarray of float64, shape (units, indicators)
        Slope times standard error of each part.
    correlation : ndarray of float64, shape (indicators, indicators) or (units, …, …), optional
        Correlation of the parts' errors; without it they are independent.

    Returns
    -------
    ndarray of float64, shape (units,)
        Root of the sum of all products of two parts and their correlation.
    """
    if correlation is None:
        return np.asarray(np.sqrt((parts**2).sum(axis=-1)))
    square = np.broadcast_to(correlation, (len(parts), *correlation.shape[-2:]))
    return np.asarray(np.sqrt(np.maximum(np.einsum("ui,uij,uj->u", parts, square, parts), 0.0)))
