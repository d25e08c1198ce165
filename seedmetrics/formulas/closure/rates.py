"""Closure rates and their intervals, from counts of matters; nothing about dates or tables here."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from seedmetrics.formulas._checks import FloatArray, closed_of_due, confidence, one_of

METHODS = ("wilson", "clopper-pearson", "jeffreys", "agresti-coull")


@dataclass(frozen=True, slots=True, eq=False)  # eq=False: arrays have no single truth value
class RateInterval:
    """
    A rate and its interval, element by element.

    Attributes
    ----------
    rate, low, high : ndarray of float64, shape (...)
        Shares in [0, 1] (a difference of two rates in [-1, 1]); all three NaN where the rate
        does not exist. NumPy scalars where all inputs were single numbers.
    confidence_level : float
        Two-sided coverage the interval aims at.
    """

    rate: FloatArray
    low: FloatArray
    high: FloatArray
    confidence_level: float


def closure_rate(
    closed: npt.ArrayLike,
    due: npt.ArrayLike,
    *,
    confidence_level: float = 0.95,
    method: str = "wilson",
) -> RateInterval:
    r"""
    Share of the matters that fell due which were closed, with its interval.

    Parameters
    ----------
    closed : array_like of int, shape (...)
        Matters closed, among those counted in `due`. Floats pass when they are whole.
    due : array_like of int, shape (...)
        Matters whose deadline fell in the period: not those received, not those without a
        deadline, not those whose deadline is still to come. Broadcast against `closed`.
    confidence_level : float, default 0.95
        Two-sided coverage of the interval, strictly between 0 and 1.
    method : {"wilson", "clopper-pearson", "jeffreys", "agresti-coull"}, default "wilson"
        How the interval is made; the rate is the same for all.

    Returns
    -------
    RateInterval
        Arrays of the broadcast shape. Units are shares, not percentages.

    Raises
    ------
    TypeError
        If an argument does not hold numbers.
    ValueError
        If a count is not a whole number of at least 0, if `closed` exceeds `due`, if the two
        do not broadcast, if `confidence_level` is outside (0, 1), or if `method` is unknown.

    See Also
    --------
    scipy.stats.binomtest : The Wilson and Clopper-Pearson interval of one pair of counts.

    Notes
    -----
    With :math:`x` closed of :math:`n` due, and :math:`z` the normal quantile of the level,
    Wilson's interval [1]_ is

    .. math::

        \frac{2x + z^2 \mp z\sqrt{z^2 + 4x(1 - x/n)}}{2(n + z^2)} .

    It stays inside [0, 1] and has width when none or all were closed, which small townships
    reach often, and its coverage is near the level on average [2]_. With :math:`\alpha` one
    minus the level, and :math:`B(q; a, b)` the quantile of the beta distribution, the others
    are

    - "clopper-pearson" [3]_: :math:`B(\alpha/2; x, n - x + 1)` to
      :math:`B(1 - \alpha/2; x + 1, n - x)`; never covers less than the level, and is wide.
    - "jeffreys" [2]_: :math:`B(\alpha/2; x + ½, n - x + ½)` to
      :math:`B(1 - \alpha/2; x + ½, n - x + ½)`. It holds equal tails of a posterior, so that at
      very low levels it can miss the rate itself.
    - "agresti-coull" [4]_: :math:`\tilde p \mp z\sqrt{\tilde p(1 - \tilde p)/\tilde n}` with
      :math:`\tilde n = n + z^2`, :math:`\tilde p = (x + z^2/2)/\tilde n`, cut at 0 and 1.

    Decided cases. Nothing due: no rate exists, and all three are NaN, never 0 or 1. None
    closed: `low` is exactly 0 by every method; all closed: `high` is exactly 1. For "jeffreys"
    this is the rule of [2]_; some programs leave the posterior quantile there instead.
    Exchanging closed and open mirrors every interval.

    References
    ----------
    .. [1] E. B. Wilson (1927), "Probable inference, the law of succession, and statistical
       inference", Journal of the American Statistical Association 22, 209-212.
    .. [2] L. D. Brown, T. T. Cai, A. DasGupta (2001), "Interval estimation for a binomial
       proportion", Statistical Science 16, 101-133.
    .. [3] C. J. Clopper, E. S. Pearson (1934), "The use of confidence or fiducial limits
       illustrated in the case of the binomial", Biometrika 26, 404-413.
    .. [4] A. Agresti, B. A. Coull (1998), "Approximate is better than 'exact' for interval
       estimation of binomial proportions", The American Statistician 52, 119-126.

    Examples
    --------
    >>> result = closure_rate([81, 0, 0], [263, 20, 0])
    >>> result.rate.round(4)
    array([0.308, 0.   ,   nan])
    >>> result.high.round(4)
    array([0.3662, 0.1611,    nan])
    """
    level = confidence(confidence_level)
    name = one_of(method, "method", METHODS)
    x, n = closed_of_due(closed, due)
    n = np.where(n > 0, n, np.nan)
    low, high = _interval(x, n, (1 - level) / 2, name)
    # At the ends rounding, or a posterior quantile, would stand beside 0 and 1.
    low = np.where(x == 0, n * 0, np.clip(low, 0, 1))
    high = np.where(x == n, 1, np.clip(high, 0, 1))
    return RateInterval((x / n)[()], low[()], high[()], level)


def _interval(
    x: FloatArray, n: FloatArray, tail: float, method: str
) -> tuple[FloatArray, FloatArray]:
    """Return the ends of the interval with `tail` on either side, not yet cut at 0 and 1."""
    z = -special.ndtri(tail)
    if method == "wilson":
        centre, half = 2 * x + z**2, z * np.sqrt(z**2 + 4 * x * (1 - x / n))
        return (centre - half) / (2 * (n + z**2)), (centre + half) / (2 * (n + z**2))
    if method == "agresti-coull":
        size = n + z**2
        share = (x + z**2 / 2) / size
        half = z * np.sqrt(share * (1 - share) / size)
        return share - half, share + half
    if method == "jeffreys":
        low_a, low_b = high_a, high_b = x + 0.5, n - x + 0.5
    else:
        # The caller sets the ends at x = 0 and x = n, where one parameter would be 0.
        low_a, low_b = np.maximum(x, 1), n - x + 1
        high_a, high_b = x + 1, np.maximum(n - x, 1)
    return (
        np.asarray(special.betaincinv(low_a, low_b, tail), dtype=np.float64),
        np.asarray(special.betainccinv(high_a, high_b, tail), dtype=np.float64),
    )
