"""Rank sets from intervals, without draws, and who may be among the best or the worst."""

import numpy as np
import numpy.typing as npt
from scipy import special

from seedmetrics.formulas._checks import BoolArray, confidence, finite, whole_number
from seedmetrics.formulas.ranking.errors import errors_of, refuse_certain
from seedmetrics.formulas.ranking.rank_sets import RankSets
from seedmetrics.formulas.ranking.ranks import rank


def joint_rank_intervals(
    estimate: npt.ArrayLike, standard_error: npt.ArrayLike, *, confidence_level: float = 0.95
) -> RankSets:
    r"""
    Confidence sets for all ranks at once, from intervals that do not overlap.

    Parameters
    ----------
    estimate : array_like of float, shape (units,)
        Independent estimates, larger being better; turn the sign where less is
        better. A unit without an estimate (NaN) gets no set and is left out of
        the others' sets.
    standard_error : array_like of float, shape (units,)
        Their standard errors.
    confidence_level : float, default 0.95
        Probability with which all true ranks lie in their sets at once.

    Returns
    -------
    RankSets
        Rank of the estimate, and the two ends of its set. Nothing is drawn, so
        no set is on a knife edge.

    Raises
    ------
    ValueError
        If the shapes differ, a standard error is negative or missing, or that
        of more than one unit is 0.

    See Also
    --------
    seedmetrics.formulas.ranking.rank_sets : Narrower sets, from draws.
    seedmetrics.formulas.ranking.rank_sets_from_counts : For shares of few.

    Notes
    -----
    The procedure of [klein2020joint]_. With :math:`K` units, each gets the
    interval

    .. math:: \hat\theta_j \pm z\, s_j, \quad
        2\Phi(z) - 1 = (1 - \alpha)^{1/K},

    which all hold their true values at once with probability :math:`1 -
    \alpha`. A unit whose interval lies wholly above another's is then better,
    so the set is :math:`\{1 + B_j, \dots, K - W_j\}`, with :math:`B_j` units
    wholly better than :math:`j` and :math:`W_j` wholly worse. It takes a sort,
    and one sentence to explain; two intervals that do not overlap are further
    apart than a test of their difference asks, so that `rank_sets` is
    narrower.

    Decided cases. Intervals that touch overlap. True values that tie may take
    any of their places, and the sets hold them all. One unit may have the
    error 0, two may not: their order would be certain however it came about. That is
    for what is known without error: the Wald error of a share of 0% or 100% is 0 too,
    and such shares belong to `rank_sets_from_counts`.
    One unit alone has the set {1}.

    References
    ----------
    .. [klein2020joint] M. Klein, T. Wright and J. Wieczorek (2020), "A joint
       confidence region for an overall ranking of populations", J. R. Stat.
       Soc. C 69, 589-606.

    Examples
    --------
    >>> result = joint_rank_intervals([0.92, 0.85, 0.60, 0.40], [0.03, 0.05, 0.03, 0.08])
    >>> result.low, result.high
    (array([1., 1., 3., 3.]), array([2., 2., 4., 4.]))
    """
    level = confidence(confidence_level)
    theta = finite(estimate, "estimate", allow_nan=True)
    if theta.ndim != 1:
        msg = f"`estimate` must have the shape (units,), got shape {theta.shape}"
        raise ValueError(msg)
    present = np.flatnonzero(~np.isnan(theta))
    errors = errors_of(standard_error, len(theta), present, matrix=False)
    refuse_certain(errors, present)
    k = len(present)
    low, high = np.full((2, len(theta)), np.nan)
    if k:
        # One minus the root of the level, without the digits that subtracting from 1 would lose.
        z = -special.ndtri(-np.expm1(np.log(level) / k) / 2)
        bottom, top = theta[present] - z * errors, theta[present] + z * errors
        low[present] = 1 + k - np.searchsorted(np.sort(bottom), top, side="right")
        high[present] = k - np.searchsorted(np.sort(top), bottom, side="left")
    return RankSets(rank(theta), low, high, np.zeros(len(theta), dtype=np.bool_))


def top_set(rank_sets: RankSets, k: int) -> BoolArray:
    r"""
    Units that may be among the best.

    Parameters
    ----------
    rank_sets : RankSets
        Sets of ranks, simultaneous ones for a statement about all units.
    k : int
        How many are the best, from 1 to the number of units with a set.

    Returns
    -------
    ndarray of bool, shape (units,)
        True where the set of a unit holds a rank of `k` or better; False for a
        unit without a set.

    Raises
    ------
    ValueError
        If `k` is no whole number from 1 to the number of units with a set.

    See Also
    --------
    seedmetrics.formulas.ranking.bottom_set : The other end.

    Notes
    -----
    .. math:: \{j : L_j \le k\}

    for sets :math:`\{L_j, \dots, U_j\}`. With simultaneous sets this holds the
    whole of the true best :math:`k` with the confidence of the sets
    [mogstad2024inference]_: who is not in it is not among them. It is at least
    as large as `k`, and how much larger says how little the data decide.

    References
    ----------
    .. [mogstad2024inference] M. Mogstad, J. P. Romano, A. M. Shaikh and D.
       Wilhelm (2024), "Inference for ranks with applications to mobility across
       neighbourhoods and academic achievement across countries", Rev. Econ.
       Stud. 91, 476-518.

    Examples
    --------
    >>> sets = joint_rank_intervals([0.92, 0.85, 0.60, 0.40], [0.03, 0.05, 0.03, 0.08])
    >>> top_set(sets, 1)
    array([ True,  True, False, False])
    """
    _check_places(rank_sets, k)
    return np.asarray(rank_sets.low <= k)


def bottom_set(rank_sets: RankSets, k: int) -> BoolArray:
    r"""
    Units that may be among the worst.

    Parameters
    ----------
    rank_sets : RankSets
        Sets of ranks, simultaneous ones for a statement about all units.
    k : int
        How many are the worst, from 1 to the number of units with a set.

    Returns
    -------
    ndarray of bool, shape (units,)
        True where the set of a unit holds one of the last `k` ranks; False for
        a unit without a set.

    Raises
    ------
    ValueError
        If `k` is no whole number from 1 to the number of units with a set.

    See Also
    --------
    seedmetrics.formulas.ranking.top_set : The other end, with its meaning.

    Notes
    -----
    .. math:: \{j : U_j > n - k\}

    for sets :math:`\{L_j, \dots, U_j\}` of :math:`n` units.

    Examples
    --------
    >>> sets = joint_rank_intervals([0.92, 0.85, 0.60, 0.40], [0.03, 0.05, 0.03, 0.08])
    >>> bottom_set(sets, 1)
    array([False, False,  True,  True])
    """
    return np.asarray(rank_sets.high > _check_places(rank_sets, k) - k)


def _check_places(rank_sets: RankSets, k: int) -> int:
    """Return the number of units with a set, refusing a number of places that there is not."""
    units = int((~np.isnan(rank_sets.low)).sum())
    if whole_number(k, "k", least=1) > units:
        msg = f"`k` must be at most {units}, the number of units with a set; got {k!r}"
        raise ValueError(msg)
    return units
