"""Ranks that allow for chance; whether units can be ranked at all is asked elsewhere."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from seedmetrics.formulas._checks import FloatArray, finite, offenders

# Pairs looked at together: two megabytes.
_PAIRS = 2**18


@dataclass(frozen=True, slots=True, eq=False)
class ExpectedRank:
    """
    Ranks to be expected.

    Attributes
    ----------
    expected : ndarray of float64, shape (units,)
        Expected rank, 1 being the best; no whole number, and drawn to the
        middle where little is known. NaN for a unit without a mean.
    percentile : ndarray of float64, shape (units,)
        The same from 0 to 100, 0 being the best, whatever the number of units.
    """

    expected: FloatArray
    percentile: FloatArray


def expected_rank(mean: npt.ArrayLike, variance: npt.ArrayLike) -> ExpectedRank:
    r"""
    Rank of each unit to be expected from the distributions of their true values.

    Parameters
    ----------
    mean : array_like of float, shape (units,)
        Posterior means, larger being better; turn the sign where less is
        better. A unit without one (NaN) has no rank and does not count in the
        ranks of the others.
    variance : array_like of float, shape (units,)
        Posterior variances; not standard deviations.

    Returns
    -------
    ExpectedRank
        Expected ranks and percentiles.

    Raises
    ------
    ValueError
        If the shapes differ, or a variance is negative, or missing where there
        is a mean.

    See Also
    --------
    seedmetrics.formulas.ranking.rankability : Whether to rank at all.
    seedmetrics.formulas.closure.shrunken_rate : Makes posterior distributions of shares.

    Notes
    -----
    The rank of unit :math:`j` is one more than the number of units that are
    better. Its expectation, for independent normal distributions
    [laird1989empirical]_ with means :math:`m` and variances :math:`v`, is

    .. math:: E_j = 1 + \sum_{k \ne j}
        \Phi\!\left(\frac{m_k - m_j}{\sqrt{v_k + v_j}}\right),

    and of :math:`K` units the percentile is :math:`100 (E_j - 1/2) / K`
    [lingsma2009incorporating]_: the share of units to be expected before this
    one, its own counted by half. Like the rank it is small for the best.
    Expected ranks add up to :math:`K(K + 1) / 2`, as ranks do. Give posterior
    means and variances: with raw estimates and squared standard errors, chance
    counts twice.

    Decided cases. Without any variance a pair counts as 0 or 1, and as 1/2
    where the means are equal: the expected rank is then the rank with ties
    averaged. One unit alone has the rank 1 and the percentile 50.

    References
    ----------
    .. [laird1989empirical] N. M. Laird and T. A. Louis (1989), "Empirical
       Bayes ranking methods", J. Educ. Stat. 14, 29-46.
    .. [lingsma2009incorporating] H. F. Lingsma, M. J. C. Eijkemans and E. W.
       Steyerberg (2009), "Incorporating natural variation into IVF clinic
       league tables: The Expected Rank", BMC Med. Res. Methodol. 9, 53.

    Examples
    --------
    >>> result = expected_rank([0.9, 0.8, 0.5], [0.01, 0.01, 0.0])
    >>> result.expected.round(3)
    array([1.24 , 1.762, 2.999])
    >>> result.percentile.round(1)
    array([24.7, 42.1, 83.3])
    """
    m, v = _mean_and_variance(mean, variance)
    expected = np.full(len(m), np.nan)
    present = ~np.isnan(m)
    expected[present] = 0.5 + _better(m[present], v[present])
    return ExpectedRank(expected, 100 * (expected - 0.5) / max(1, int(present.sum())))


def _better(m: FloatArray, v: FloatArray) -> FloatArray:
    """Return the expected number of units better than each, its own counted as a half."""
    n = len(m)
    better = np.zeros(n)
    step = max(1, _PAIRS // max(1, n))
    for start in range(0, n, step):
        part, rest = slice(start, start + step), slice(start, None)
        away = m[rest] - m[part, np.newaxis]
        scale = np.sqrt(v[rest] + v[part, np.newaxis])
        # Without any error the better is surely better, and equals are so by half.
        sure = np.where(away == 0, 0.0, np.copysign(np.inf, away))
        chance = special.ndtr(np.divide(away, scale, out=sure, where=scale > 0))
        better[part] += chance.sum(axis=1)
        # Each pair is looked at once: what is not for the one is for the other.
        better[start + step :] += (1 - chance[:, step:]).sum(axis=0)
    return better


def _mean_and_variance(
    mean: npt.ArrayLike, variance: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Return the two, refusing variances that are none."""
    m, v = finite(mean, "mean", allow_nan=True), finite(variance, "variance", allow_nan=True)
    if m.ndim != 1 or v.shape != m.shape:
        msg = (
            f"`mean` and `variance` must have the same shape (units,), got {m.shape} and "
            f"{v.shape}. Give one of each for every unit."
        )
        raise ValueError(msg)
    bad = ~(v >= 0) & ~np.isnan(m)
    if bad.any():
        msg = (
            f"`variance` must be at least 0 where there is a mean; {offenders(bad, v)}. "
            "Set the mean to NaN where nothing is known of it."
        )
        raise ValueError(msg)
    return m, v
