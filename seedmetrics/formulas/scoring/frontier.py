"""Scores by the weights that suit each unit best; how its linear programs are solved is not told here."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seedmetrics.formulas._checks import FloatArray, finite, offenders
from seedmetrics.formulas.scoring.simplex import maximize

# Scores this near to 1 are on the frontier; closer than any two ways of solving agree.
_ON_THE_FRONTIER = 1e-10
# Indicators whose greatest scores differ by more are not on one scale; nor could a float tell.
_ONE_SCALE = 1e6
# Shares of weights that add up to 1 but for this leave nothing to choose.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class BenefitOfTheDoubt:
    """
    Scores under the weights that suit each unit best, from `benefit_of_the_doubt`.

    Attributes
    ----------
    score : ndarray of float64, shape (units,)
        In [0, 1]; 1 for a unit that no other beats under its own best weights.
    weights : ndarray of float64, shape (units, indicators)
        Weights that give each unit its score, in points of the score for one
        point of the indicator: ``(weights * scores).sum(axis=1)`` is `score`.
    """

    score: FloatArray
    weights: FloatArray


def benefit_of_the_doubt(
    scores: npt.ArrayLike, *, weight_shares: Sequence[npt.ArrayLike] | None = None
) -> BenefitOfTheDoubt:
    r"""
    Score of each unit under the weights that suit it best.

    Parameters
    ----------
    scores : array_like of float, shape (units, indicators)
        Scores of at least 0, higher being better, none missing.
    weight_shares : tuple of array_like of float, optional
        Least and greatest share of an indicator's weight in the sum of a unit's
        weights, each one number in [0, 1] or one for every indicator. Without
        it a unit may lay all its weight on one indicator.

    Returns
    -------
    BenefitOfTheDoubt
        Scores, and weights that give them.

    Raises
    ------
    TypeError
        If an element is no number.
    ValueError
        If a score is missing, infinite or negative, an indicator is 0 for every
        unit, `scores` has not two dimensions, no weights have the shares asked
        for, or `weight_shares` are given for indicators whose greatest scores
        differ by a factor of more than a million.

    See Also
    --------
    seedmetrics.formulas.scoring.aggregate : The same weights for all units.
    scipy.optimize.linprog : One such program.

    Notes
    -----
    For each unit :math:`u` [melyn1991towards]_ [cherchye2007introduction]_

    .. math::

        \max_w \; w \cdot x_u \quad \text{with} \quad w \cdot x_k \le 1
        \text{ for every unit } k, \quad w \ge 0, \quad
        l \sum_j w_j \le w_i \le h \sum_j w_j.

    This is data envelopment analysis with one input of 1 for everybody. The
    shares bound weights, and so depend on the indicators' units: bring them
    onto one scale first. Without them the score does not change when an
    indicator is multiplied by a positive number.

    With many indicators and few units nearly all are on the frontier (of 1,000
    units with 20 unrelated indicators, about 850): the score then says little,
    and `weight_shares` are what makes it speak.

    Decided cases. Scores are exact to 1e-9 of themselves, each held between
    bounds from above and below; one within 1e-10 of 1 is 1. Weights are often
    not unique, above all on the frontier: which are given depends on the units
    there are, not on their order, and equal units have equal weights. A unit
    of which all scores are 0, or all that may weigh, has the score 0 under any
    weights; those given keep to the bounds and mean nothing else. A unit alone has the score 1. An
    indicator that is the same for all units lets each reach 1 unless
    `weight_shares` hold it down. A unit that another one equals or beats on
    every indicator never has the higher score.

    References
    ----------
    .. [cherchye2007introduction] L. Cherchye, W. Moesen, N. Rogge and T. Van
       Puyenbroeck (2007), "An introduction to 'benefit of the doubt' composite
       indicators", Soc. Indic. Res. 82, 111-145.
    .. [melyn1991towards] W. Melyn and W. Moesen (1991), "Towards a synthetic
       indicator of macroeconomic performance: unequal weighting when limited
       information is available", Public Economics Research Paper 17, KU Leuven.

    Examples
    --------
    >>> scores = [[90.0, 30.0], [60.0, 60.0], [30.0, 45.0]]
    >>> result = benefit_of_the_doubt(scores)
    >>> result.score.round(3)
    array([1.  , 1.  , 0.75])
    >>> benefit_of_the_doubt(scores, weight_shares=(0.4, 0.6)).score.round(3)
    array([1.  , 1.  , 0.65])
    """
    x = finite(scores, "scores")
    if x.ndim != 2 or not x.size:
        msg = f"`scores` must have the shape (units, indicators), got shape {x.shape}"
        raise ValueError(msg)
    if (bad := x < 0).any():
        msg = (
            f"`scores` must be at least 0; {offenders(bad, x)}. "
            "Normalize to an `output` that begins at 0 or above."
        )
        raise ValueError(msg)
    if (empty := ~x.any(axis=0)).any():
        msg = (
            f"`scores` are 0 for every unit on {int(empty.sum())} indicator(s), first column "
            f"{int(np.argmax(empty))}: no weight can be found for it. Leave the indicator out."
        )
        raise ValueError(msg)
    low, high = _bounds(weight_shares, x.shape[1])
    if ((low > 0) | (high < 1)).any():
        _refuse_other_units(x)
    # Equal units are one: their order then decides nothing, and they get the same weights.
    distinct, back = np.unique(x, axis=0, return_inverse=True)
    weights = _best_weights(distinct, low, high)[back.reshape(-1)]
    score = (weights * x).sum(axis=1)
    return BenefitOfTheDoubt(np.where(score > 1 - _ON_THE_FRONTIER, 1.0, score), weights)


def _best_weights(x: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Return the best weights of units that all differ."""
    free = 1 - low.sum()
    if free <= _ROUNDING or high.sum() - 1 <= _ROUNDING:
        only = low if free <= _ROUNDING else high
        return np.broadcast_to(only / (x @ only).max(), x.shape)
    # Weights are the least shares of their sum and what is free above them: w = v + low·Σv/free.
    # In v the least shares are v >= 0, and an indicator whose share is fixed has no part.
    share = (high - low) / free
    chosen = share > 0
    y = (x + (x @ low)[:, np.newaxis] / free)[:, chosen]
    scale = y.max(axis=0)
    y /= scale
    held = share[chosen] < 1
    at_most = (np.eye(scale.size) - share[chosen][:, np.newaxis])[held] / scale
    at_most /= np.abs(at_most).max(axis=1, keepdims=True)
    top = y.max(axis=1, keepdims=True)
    objectives = np.where(top > 0, y / np.where(top > 0, top, 1.0), 1.0)
    frontier = _undominated(np.unique(y, axis=0))
    rows = np.vstack([frontier, at_most])
    limits = np.concatenate([np.ones(len(frontier)), np.zeros(len(at_most))])
    v = np.zeros(x.shape)
    v[:, chosen] = maximize(objectives, rows, limits) / scale
    return np.asarray(v + low * v.sum(axis=1, keepdims=True) / free)


def _undominated(x: FloatArray) -> FloatArray:
    """Return the units that no other equals or beats on every indicator; all differ."""
    # A unit is beaten only by one with a higher sum, so the beaten can be dropped on the way.
    x = x[np.argsort(-x.sum(axis=1), kind="stable")]
    kept = x[:0]
    for start in range(0, len(x), 128):
        block = x[start : start + 128]
        rivals = np.vstack([kept, block])
        beaten = np.ones((len(block), len(rivals)), dtype=np.bool_)
        for own, other in zip(block.T, rivals.T):
            beaten &= other >= own[:, np.newaxis]
        each = np.arange(len(block))
        beaten[each, len(kept) + each] = False
        kept = np.vstack([kept, block[~beaten.any(axis=1)]])
    return kept


def _refuse_other_units(x: FloatArray) -> None:
    """Refuse indicators so far from one scale that shares of their weights mean nothing."""
    top = x.max(axis=0)
    if top.max() > _ONE_SCALE * top.min():
        most, least = int(top.argmax()), int(top.argmin())
        msg = (
            f"`scores` reach {top[most]:g} in column {most} but only {top[least]:g} in column "
            f"{least}: `weight_shares` compare the weights of indicators on one scale. "
            "Normalize them first."
        )
        raise ValueError(msg)


def _bounds(
    weight_shares: Sequence[npt.ArrayLike] | None, indicators: int
) -> tuple[FloatArray, FloatArray]:
    """Return the least and the greatest share of each indicator."""
    given = (0.0, 1.0) if weight_shares is None else weight_shares
    if len(given) != 2:
        msg = f"`weight_shares` must be a pair (low, high) such as (0.05, 0.4), got {given!r}"
        raise ValueError(msg)
    ends = []
    for end, name in zip(given, ("low", "high")):
        share = finite(end, "weight_shares")
        if share.shape not in ((), (indicators,)) or ((share < 0) | (share > 1)).any():
            msg = (
                f"`weight_shares` must hold shares in [0, 1], one for all or one for each of "
                f"{indicators} indicators; {name} is {end!r}"
            )
            raise ValueError(msg)
        ends.append(np.broadcast_to(share, (indicators,)))
    low, high = ends
    if (crossed := low > high).any():
        j = int(np.argmax(crossed))
        msg = f"`weight_shares` must have low <= high; indicator {j} has {low[j]} and {high[j]}"
        raise ValueError(msg)
    for total, name, off, remedy in (
        (low.sum(), "low", low.sum() > 1 + _ROUNDING, "Lower"),
        (high.sum(), "high", high.sum() < 1 - _ROUNDING, "Raise"),
    ):
        if off:
            msg = (
                f"`weight_shares` leave no weights: the {name} ends of {indicators} indicators "
                f"add up to {total:g}, and shares must add up to 1. {remedy} them."
            )
            raise ValueError(msg)
    return low, high
