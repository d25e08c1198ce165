"""Ranks of scores, 1 being the best; how sure a rank is stands elsewhere."""

from typing import Literal, cast

import numpy as np
import numpy.typing as npt
from scipy import stats

from seedmetrics.formulas._checks import FloatArray, finite, one_of

Ties = Literal["min", "max", "average", "dense", "ordinal"]
TIES: tuple[Ties, ...] = ("min", "max", "average", "dense", "ordinal")


def rank(scores: npt.ArrayLike, *, ties: str = "min", higher_is_better: bool = True) -> FloatArray:
    r"""
    Rank of each unit, 1 being the best.

    Parameters
    ----------
    scores : array_like of float, shape (..., units)
        One score a unit. A unit without a score (NaN) gets no rank and does
        not count in the ranks of the others.
    ties : str, default "min"
        What equal scores share: ``"min"`` the best of their places, ``"max"``
        the worst, ``"average"`` the mean; ``"dense"`` is ``"min"`` without gaps
        after a tie; ``"ordinal"`` breaks ties by the order of the units.
    higher_is_better : bool, default True
        False gives rank 1 to the smallest.

    Returns
    -------
    ndarray of float64, shape (..., units)
        Ranks from 1; NaN where there is no score.

    Raises
    ------
    ValueError
        If `ties` is unknown, or a score is infinite.

    See Also
    --------
    scipy.stats.rankdata : Does the work; its rank 1 is the smallest.
    seedmetrics.formulas.ranking.rank_sets : How far each rank is known.

    Notes
    -----
    The rank of unit :math:`j` is :math:`1 + \#\{k : x_k > x_j\}` for
    ``"min"``. Scores tie when they are equal to the last bit: round them first
    where smaller differences mean nothing.

    Decided cases. Without any score there are no ranks, all NaN. ``"ordinal"``
    alone depends on the order of the units, and should not be published.

    Examples
    --------
    >>> rank([81.0, 95.0, float("nan"), 81.0, 60.0])
    array([ 2.,  1., nan,  2.,  4.])
    >>> rank([81.0, 95.0, 81.0], ties="average")
    array([2.5, 1. , 2.5])
    """
    shared = cast("Ties", one_of(ties, "ties", TIES))
    x = finite(scores, "scores", allow_nan=True)
    if not x.ndim:
        msg = f"`scores` must be (..., units), got one number: {x.item()!r}"
        raise ValueError(msg)
    placed = -x if higher_is_better else x
    ranks = stats.rankdata(placed, method=shared, axis=-1, nan_policy="omit")
    return ranks.astype(np.float64)
