"""What the ranking owes to a single indicator or pillar: it is left out, one at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seedmetrics.formulas._checks import FloatArray, one_of
from seedmetrics.formulas.robustness.distribution import rank_rows
from seedmetrics.formulas.robustness.weightings import (
    MISSING,
    TreeLike,
    as_tree,
    checked_methods,
    checked_scores,
    leaf_shares,
    tree_scores,
)


@dataclass(frozen=True, slots=True, eq=False)
class LeaveOneOut:
    """
    Ranks without each indicator, and without each pillar.

    Attributes
    ----------
    rank : ndarray of float64, shape (units,)
        Ranks with everything in.
    ranks : ndarray of float64, shape (nodes, units)
        Ranks without each node of the tree: indicators in the order of their columns, then what
        lies above them, the root last or wherever the tree has it. NaN rows for the root, and for
        a node without which no indicator has a weight.
    shift : ndarray of float64, shape (nodes, units)
        ``rank - ranks``: places that the unit climbs when the node is left out, negative where it
        falls.
    mean_shift : ndarray of float64, shape (nodes,)
        Mean of the absolute shifts over the units that have both ranks.
    """

    rank: FloatArray
    ranks: FloatArray
    shift: FloatArray
    mean_shift: FloatArray


def leave_one_out(
    normalized: npt.ArrayLike,
    tree_weights: TreeLike,
    *,
    method: str | Sequence[str] = "arithmetic",
    missing: str = "reweight",
) -> LeaveOneOut:
    """
    Shift of each unit's rank when one indicator, or one pillar, is left out.

    Parameters
    ----------
    normalized : array_like of float, shape (units, indicators)
        Scores on one scale, higher being better; NaN where missing.
    tree_weights : Tree, tuple of two arrays, or array_like of float, shape (indicators,)
        As for `weight_uncertainty`.
    method : str or sequence of str, default "arithmetic"
        ``"arithmetic"``, ``"geometric"`` or ``"harmonic"``; or one for each level, from the one
        right above the indicators up.
    missing : str, default "reweight"
        ``"reweight"``, ``"nan"`` or ``"error"``, for scores that are missing in `normalized`.

    Returns
    -------
    LeaveOneOut
        A row for each node of the tree.

    Raises
    ------
    TypeError
        If an argument does not hold numbers.
    ValueError
        If shapes do not fit, a name is unknown, or a score is missing under ``"error"`` or not
        above 0 for a geometric or harmonic mean.

    See Also
    --------
    weight_uncertainty : Moves every weight a little instead of one to nothing.

    Notes
    -----
    The weight of the node becomes 0 and that of its siblings grows in proportion; where it was
    the only child its parent goes with it. The scores are not normalized anew, which changes
    nothing where each indicator is normalized by itself.

    Examples
    --------
    >>> found = leave_one_out([[90.0, 20.0], [50.0, 50.0], [10.0, 60.0]], [2, 1])
    >>> found.rank
    array([1., 2., 3.])
    >>> found.shift
    array([[-2.,  0.,  2.],
           [ 0.,  0.,  0.],
           [nan, nan, nan]])
    >>> found.mean_shift.round(2)
    array([1.33, 0.  ,  nan])
    """
    missing = one_of(missing, "missing", MISSING)
    x = checked_scores(normalized, "normalized", missing)
    leaves = x.shape[1]
    tree = as_tree(tree_weights, leaves)
    checked_scores(x, "normalized", missing, tree)
    own = tree.weights
    weights = np.vstack([own, np.where(np.eye(own.size, dtype=np.bool_), 0.0, own)])
    rows = np.arange(len(weights))
    left = (leaf_shares(tree, weights, leaves) > 0).any(axis=1) & (rows != 1 + tree.root)
    ranks = np.full((len(weights), len(x)), np.nan)
    scores = tree_scores(x, tree, weights[left], checked_methods(method, tree), missing)
    ranks[left] = rank_rows(scores)
    shift = ranks[0] - ranks[1:]
    both = ~np.isnan(shift)
    sums = np.where(both, np.abs(shift), 0.0).sum(axis=1)
    mean = np.where(both.any(axis=1), sums / np.maximum(both.sum(axis=1), 1), np.nan)
    return LeaveOneOut(ranks[0], ranks[1:], shift, mean)
