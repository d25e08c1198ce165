"""How far the ranks of shares of counts are known, however few the counts; nothing is drawn."""

import numpy as np
import numpy.typing as npt
from scipy import stats

from seedmetrics.formulas._checks import FloatArray, confidence, offenders, same_shape, whole_counts
from seedmetrics.formulas.ranking.rank_sets import RankSets
from seedmetrics.formulas.ranking.ranks import rank


def rank_sets_from_counts(
    closed: npt.ArrayLike, due: npt.ArrayLike, *, confidence_level: float = 0.95
) -> RankSets:
    r"""
    Confidence sets for the ranks of shares, all at once and valid for any counts.

    Parameters
    ----------
    closed : array_like of int, shape (units,)
        Matters closed, among those counted in `due`. More is better.
    due : array_like of int, shape (units,)
        Matters that fell due. A unit with none has no share and no set, and is
        left out of the others' sets.
    confidence_level : float, default 0.95
        Probability with which all true ranks lie in their sets at once, at the
        least.

    Returns
    -------
    RankSets
        Rank of the share, and the two ends of its set. Nothing is drawn, so no
        set is on a knife edge.

    Raises
    ------
    ValueError
        If a count is not a whole number of at least 0, `closed` exceeds `due`,
        or the shapes differ.

    See Also
    --------
    seedmetrics.formulas.ranking.rank_sets : For estimates with errors.
    scipy.stats.fisher_exact : The test of one pair.

    Notes
    -----
    A share of 0% or 100% has a Wald standard error of 0, from which any
    procedure for estimates with errors would be certain of its rank, be it 3
    of 3. Here unit :math:`j` is found better than :math:`k` by Fisher's exact
    test [fisher1935logic]_, one-sided: given the :math:`x_j + x_k` closed of
    both,

    .. math:: p_{jk} = P(X \ge x_j), \quad
        X \sim \mathrm{Hypergeometric}(n_j + n_k,\; x_j + x_k,\; n_j),

    which is at most the probability of such a difference wherever unit
    :math:`j` is truly no better than :math:`k`. Holm's step-down procedure
    [holm1979simple]_ over all :math:`m = p(p - 1)` ordered pairs keeps the
    probability of any false finding at :math:`\alpha`: in the order of their
    p-values, pairs are found while :math:`p_{(i)} \le \alpha / (m - i + 1)`.
    From the pairs found the sets follow as in `rank_sets`
    [mogstad2024inference]_. One-sided tests of ordered pairs, instead of
    two-sided tests of the pairs, hold the level for the direction as well.

    The price is width. The test is exact given the total, and for few matters
    its true size is well under the level; Holm's bound supposes the worst
    dependence. Where every unit has many matters and no share is near 0 or 1,
    `rank_sets` gives narrower sets.

    Decided cases. One unit alone has the set {1}; without any matter due there
    is none, all NaN.

    References
    ----------
    .. [fisher1935logic] R. A. Fisher (1935), "The logic of inductive
       inference", J. R. Stat. Soc. 98, 39-82.
    .. [holm1979simple] S. Holm (1979), "A simple sequentially rejective
       multiple test procedure", Scand. J. Stat. 6, 65-70.
    .. [mogstad2024inference] M. Mogstad, J. P. Romano, A. M. Shaikh and D.
       Wilhelm (2024), "Inference for ranks with applications to mobility across
       neighbourhoods and academic achievement across countries", Rev. Econ.
       Stud. 91, 476-518.

    Examples
    --------
    The best share here is 3 of 3, and nothing can be said of its rank:

    >>> result = rank_sets_from_counts([3, 190, 60, 0], [3, 200, 120, 0])
    >>> result.rank
    array([ 1.,  2.,  3., nan])
    >>> result.low, result.high
    (array([ 1.,  1.,  2., nan]), array([ 3.,  2.,  3., nan]))
    """
    level = confidence(confidence_level)
    x, n = whole_counts(closed, "closed"), whole_counts(due, "due")
    same_shape(x, n, ("closed", "due"))
    if x.ndim != 1:
        msg = f"`closed` must have the shape (units,), got shape {x.shape}"
        raise ValueError(msg)
    above = x > n
    if above.any():
        msg = f"`closed` must not exceed `due`; {offenders(above, x)}. Count both alike."
        raise ValueError(msg)
    share = np.full(len(x), np.nan)
    np.divide(x, n, out=share, where=n > 0)
    order = np.argsort(-share, kind="stable")[: int((n > 0).sum())]
    p = len(order)
    first, second = np.triu_indices(p, 1)
    found = _holm(_one_sided(x[order], n[order], first, second), p * (p - 1), 1 - level)
    low, high = np.full((2, len(x)), np.nan)
    low[order] = 1 + np.bincount(second[found], minlength=p)
    high[order] = p - np.bincount(first[found], minlength=p)
    return RankSets(rank(share), low, high, np.zeros(len(x), dtype=np.bool_))


def _one_sided(
    x: FloatArray, n: FloatArray, first: npt.NDArray[np.intp], second: npt.NDArray[np.intp]
) -> FloatArray:
    """Return the p-values of the first unit of each pair being no better than the second."""
    total, closed = n[first] + n[second], x[first] + x[second]
    return np.asarray(stats.hypergeom.sf(x[first] - 1, total, closed, n[first]))


def _holm(p_values: FloatArray, tests: int, alpha: float) -> npt.NDArray[np.intp]:
    """
    Return the places of the pairs found.

    Of each pair only the better share is tested for being the better. The other
    direction has a p-value over one half, and counts among the tests alone.
    """
    rising = np.argsort(p_values, kind="stable")
    passed = p_values[rising] <= alpha / (tests - np.arange(len(rising)))
    return rising[: len(rising) if passed.all() else int(np.argmin(passed))]
