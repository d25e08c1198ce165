"""Closure rates and their intervals, from counts of matters; nothing about dates or tables here."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from seedmetrics.formulas._checks import (
    FloatArray,
    broadcast,
    closed_of_due,
    confidence,
    offenders,
    one_of,
    whole_counts,
)

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
    rate_difference : How far two rates lie apart.
    shrunken_rate : Rates of many units, each helped by the others.
    scipy.stats.binomtest : The Wilson and Clopper-Pearson interval of one pair of counts.

    Notes
    -----
    With :math:`x` closed of :math:`n` due, and :math:`z` the normal quantile of the level,
    Wilson's interval [wilson1927probable]_ is

    .. math::

        \frac{2x + z^2 \mp z\sqrt{z^2 + 4x(1 - x/n)}}{2(n + z^2)} .

    It stays inside [0, 1] and has width when none or all were closed, which small townships
    reach often, and its coverage is near the level on average [brown2001interval]_. With
    :math:`\alpha` one minus the level, and :math:`B(q; a, b)` the quantile of the beta
    distribution, the others are

    - "clopper-pearson" [clopper1934use]_: :math:`B(\alpha/2; x, n - x + 1)` to
      :math:`B(1 - \alpha/2; x + 1, n - x)`; never covers less than the level, and is wide.
    - "jeffreys" [brown2001interval]_: :math:`B(\alpha/2; x + ½, n - x + ½)` to
      :math:`B(1 - \alpha/2; x + ½, n - x + ½)`. It holds equal tails of a posterior, so that at
      very low levels it can miss the rate itself.
    - "agresti-coull" [agresti1998approximate]_:
      :math:`\tilde p \mp z\sqrt{\tilde p(1 - \tilde p)/\tilde n}` with
      :math:`\tilde n = n + z^2`, :math:`\tilde p = (x + z^2/2)/\tilde n`, cut at 0 and 1.

    Decided cases. Nothing due: no rate exists, and all three are NaN, never 0 or 1. None
    closed: `low` is exactly 0 by every method; all closed: `high` is exactly 1. For "jeffreys"
    this is the rule of [brown2001interval]_; some programs leave the posterior quantile there
    instead. Exchanging closed and open mirrors every interval.

    References
    ----------
    .. [wilson1927probable] E. B. Wilson (1927), "Probable inference, the law of succession, and
       statistical inference", Journal of the American Statistical Association 22, 209-212.
    .. [brown2001interval] L. D. Brown, T. T. Cai, A. DasGupta (2001), "Interval estimation for a
       binomial proportion", Statistical Science 16, 101-133.
    .. [clopper1934use] C. J. Clopper, E. S. Pearson (1934), "The use of confidence or fiducial
       limits illustrated in the case of the binomial", Biometrika 26, 404-413.
    .. [agresti1998approximate] A. Agresti, B. A. Coull (1998), "Approximate is better than
       'exact' for interval estimation of binomial proportions", The American Statistician 52,
       119-126.

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


def rate_difference(
    closed_a: npt.ArrayLike,
    due_a: npt.ArrayLike,
    closed_b: npt.ArrayLike,
    due_b: npt.ArrayLike,
    *,
    confidence_level: float = 0.95,
) -> RateInterval:
    r"""
    Closure rate of one group less that of another, with Newcombe's score interval.

    Parameters
    ----------
    closed_a, closed_b : array_like of int, shape (...)
        Matters closed in either group, among those counted as due there.
    due_a, due_b : array_like of int, shape (...)
        Matters due in either group. No matter may be in both. All four broadcast together.
    confidence_level : float, default 0.95
        Two-sided coverage of the interval, strictly between 0 and 1.

    Returns
    -------
    RateInterval
        Arrays of the common shape: the rate of `a` less the rate of `b`, in [-1, 1], not in
        percentage points. Above 0, more is closed in `a`.

    Raises
    ------
    TypeError
        If an argument does not hold numbers.
    ValueError
        If a count is not a whole number of at least 0, if more are closed than due, if the
        four do not broadcast, or if `confidence_level` is outside (0, 1).

    See Also
    --------
    closure_rate : The rate of one group, and the intervals this one is made of.

    Notes
    -----
    With :math:`l_a, u_a` and :math:`l_b, u_b` the ends of the two Wilson intervals, the
    interval, which is method 10 of [newcombe1998interval]_, is

    .. math::

        p_a - p_b - \sqrt{(p_a - l_a)^2 + (u_b - p_b)^2} \quad\text{to}\quad
        p_a - p_b + \sqrt{(u_a - p_a)^2 + (p_b - l_b)^2} .

    It stays inside [-1, 1] and has width where both rates are 0, or both 1, where the usual
    interval has none. Two intervals of single rates that overlap do not show that the rates
    may be equal; this interval, when it leaves out 0, shows that they differ. It is for two
    groups of different matters, not for the same matters looked at twice.

    Decided cases. Nothing due in either group: no difference exists, and all three are NaN.
    All closed in one and none in the other: the outer end is exactly 1 or -1. Exchanging the
    groups, or closed and open in both, turns the sign and the interval with it.

    References
    ----------
    .. [newcombe1998interval] R. G. Newcombe (1998), "Interval estimation for the difference
       between independent proportions: comparison of eleven methods", Statistics in Medicine
       17, 873-890.

    Examples
    --------
    >>> result = rate_difference([56, 9, 0], [70, 10, 0], [48, 3, 5], [80, 10, 9])
    >>> result.rate.round(4)
    array([0.2, 0.6, nan])
    >>> result.low.round(4), result.high.round(4)
    (array([0.0524, 0.1705,    nan]), array([0.3339, 0.809 ,    nan]))
    """
    level = confidence(confidence_level)
    a = closure_rate(*_part(closed_a, due_a, ("closed_a", "due_a")), confidence_level=level)
    b = closure_rate(*_part(closed_b, due_b, ("closed_b", "due_b")), confidence_level=level)
    broadcast(np.asarray(a.rate), np.asarray(b.rate), ("closed_a", "closed_b"))
    gap = a.rate - b.rate
    low = gap - np.hypot(a.rate - a.low, b.high - b.rate)
    high = gap + np.hypot(a.high - a.rate, b.rate - b.low)
    # Rounding may stand a last digit outside.
    return RateInterval(gap, np.clip(low, -1, 1), np.clip(high, -1, 1), level)


def _part(
    closed: npt.ArrayLike, due: npt.ArrayLike, names: tuple[str, str]
) -> tuple[FloatArray, FloatArray]:
    """Return the counts of one of two groups, refusing more closed than due by the group's name."""
    x, n = broadcast(whole_counts(closed, names[0]), whole_counts(due, names[1]), names)
    above = x > n
    if above.any():
        msg = (
            f"`{names[0]}` must not exceed `{names[1]}`; {offenders(above, x)} of "
            f"{n[above][0]} due. Count as closed only matters that are counted as due."
        )
        raise ValueError(msg)
    return x, n


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
