"""Funnel limits: how far a unit's rate may lie from a target by chance, for each number due."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import special

from seedmetrics.formulas._checks import (
    FloatArray,
    broadcast,
    confidence,
    finite,
    one_of,
    shares,
    whole_counts,
)

METHODS = ("exact", "score", "arcsine")

# Beyond this, the binomial's quantile is lost to rounding.
_SMALLEST_TAIL = 4e-13


def funnel_limits(
    due: npt.ArrayLike,
    target: npt.ArrayLike,
    *,
    levels: Sequence[float] | float = (0.95, 0.998),
    method: str = "exact",
    tau2: float | None = None,
) -> FloatArray:
    r"""
    Funnel limits: the rates between which chance alone leaves a unit that meets the target.

    Parameters
    ----------
    due : array_like of int, shape (...)
        Matters due, one count for each unit or for each point of a funnel's curve.
    target : array_like of float, shape (...)
        The rate the units are measured against, a share in [0, 1]. Broadcast against `due`.
    levels : sequence of float or float, default (0.95, 0.998)
        Shares of units that lie inside the limits by chance, each strictly between 0 and 1.
    method : {"exact", "score", "arcsine"}, default "exact"
        Exact binomial limits, interpolated; normal limits with the target's own spread; or
        normal limits on the variance-stabilizing scale.
    tau2 : float, optional
        Variance between units that all meet the target, in squared radians, as
        `overdispersion` finds it; at least 0, and for the method "arcsine" alone. The limits
        then leave room for it beside chance.

    Returns
    -------
    ndarray of float64, shape (..., 2 * len(levels))
        Low and high of the first level, low and high of the second, and so on, as shares. The
        leading shape is the broadcast shape of `due` and `target`.

    Raises
    ------
    TypeError
        If an argument does not hold numbers.
    ValueError
        If a count is not a whole number of at least 0, if a target is outside [0, 1], if the
        two do not broadcast, if a level is outside (0, 1), within 1e-12 of 1 for "exact", or
        none is given, if `method` is unknown, or if `tau2` is negative, missing, or given for
        another method than "arcsine".

    See Also
    --------
    overdispersion : How far the units spread beyond chance.

    Notes
    -----
    For tail probability :math:`p`, target :math:`p_0`, :math:`n` due, and :math:`F, f` the
    distribution and mass function of the binomial, the exact limit [spiegelhalter2005funnel]_ is

    .. math::

        \frac{1}{n}\left(r - \frac{F(r) - p}{f(r)}\right), \qquad r = \min\{k : F(k) \ge p\},

    that is :math:`F` joined by straight lines and read backwards, which keeps the funnel
    smooth. The upper tail is worked with :math:`1 - F`, so that no digits are lost. With
    :math:`z` the normal quantile of :math:`p`, "score" is
    :math:`p_0 + z\sqrt{p_0(1 - p_0)/n}`, and "arcsine" is
    :math:`\sin^2(\arcsin\sqrt{p_0} + z/(2\sqrt n))`, the angle cut at 0 and :math:`\pi/2`.
    With `tau2` the last becomes
    :math:`\sin^2(\arcsin\sqrt{p_0} + z\sqrt{1/(4n) + \tau^2})`. Units of thousands of matters
    differ by more than chance for many reasons, and without this step nearly all of them lie
    outside. Exact limits are cut at 0 and 1. Score limits are not: one outside [0, 1] says that
    there are too few matters for the method, and that "exact" is the one to use.

    Decided cases. Nothing due: NaN, as there is no rate to judge. A target of 0 or 1 leaves
    chance no room: both limits equal the target, by every method and with any `tau2`. The
    straight lines run up to one matter below the binomial's own quantile, so that the exact
    limits of very few matters, with a target near 0 or 1, may both lie below the target. A
    `tau2` of 0 leaves the limits as they are without it.

    References
    ----------
    .. [spiegelhalter2005funnel] D. J. Spiegelhalter (2005), "Funnel plots for comparing
       institutional performance", Statistics in Medicine 24, 1185-1202.

    Examples
    --------
    >>> funnel_limits([20, 200, 0], 0.9).round(3)
    array([[0.722, 0.99 , 0.615, 1.   ],
           [0.854, 0.937, 0.826, 0.957],
           [  nan,   nan,   nan,   nan]])
    """
    name = one_of(method, "method", METHODS)
    between = _between(tau2, name)
    tails = _tails(levels, name)
    n, p0 = broadcast(whole_counts(due, "due"), shares(target, "target"), ("due", "target"))
    certain = (p0 == 0) | (p0 == 1)
    n = np.where(n > 0, n, np.nan)
    # A stand-in target where the answer is the target itself keeps the formulas free of 0/0.
    inner = np.where(certain, 0.5, p0)
    limits = np.empty((*n.shape, 2 * len(tails)))
    for place, tail in enumerate(tails):
        low, high = _limits(n, inner, tail, name, between)
        limits[..., 2 * place] = low
        limits[..., 2 * place + 1] = high
    sure = np.where(np.isnan(n), np.nan, p0)[..., np.newaxis]
    return np.where(certain[..., np.newaxis], sure, limits)


def beyond_limits(
    closed: npt.ArrayLike, due: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike
) -> npt.NDArray[np.str_]:
    """
    Say which counts lie beyond exact limits: "above", "below" or "".

    Notes
    -----
    The exact limits are interpolated between two counts, so near a rate of 1 the upper one lies a hair under it, and
    nothing left open would count as a signal. A count is above only when it is more than half a case beyond the
    limit, which is the mid-p rule.
    """
    k, n, lower, upper = (
        np.atleast_1d(np.asarray(v, dtype=float)) for v in (closed, due, low, high)
    )
    sides = np.where(k - upper * n > 0.5, "above", np.where(k < lower * n, "below", ""))
    return np.asarray(sides, dtype=np.str_)


def _tails(levels: Sequence[float] | float, method: str) -> list[float]:
    """Return the probability beyond either limit, for each level in turn."""
    given = np.atleast_1d(finite(levels, "levels"))
    if given.ndim != 1 or given.size == 0:
        msg = f"`levels` must be a row of one or more levels, got shape {given.shape}."
        raise ValueError(msg)
    tails = [(1 - confidence(float(level), "levels")) / 2 for level in given]
    if method == "exact" and min(tails) < _SMALLEST_TAIL:
        msg = (
            f"`levels` must not lie within 1e-12 of 1 for exact limits, got {levels!r}. "
            "Use a lower level, or method='arcsine'."
        )
        raise ValueError(msg)
    return tails


def _between(tau2: float | None, method: str) -> float:
    """Return the variance between units, refusing it where the method has no place for it."""
    if tau2 is None:
        return 0.0
    if method != "arcsine":
        msg = (
            f"`tau2` is a variance on the scale of the method 'arcsine', got method {method!r}. "
            "Use method='arcsine', or leave `tau2` out."
        )
        raise ValueError(msg)
    between = finite(tau2, "tau2")
    if between.ndim or between < 0:
        msg = f"`tau2` must be one number of at least 0, got {tau2!r}."
        raise ValueError(msg)
    return float(between)


def _limits(
    n: FloatArray, p0: FloatArray, tail: float, method: str, between: float
) -> tuple[FloatArray, FloatArray]:
    """Return the low and high limit with `tail` beyond either one."""
    if method == "exact":
        return _exact_limits(n, p0, tail)
    z = -special.ndtri(tail)
    if method == "score":
        half = z * np.sqrt(p0 * (1 - p0) / n)
        return p0 - half, p0 + half
    angle, half = np.arcsin(np.sqrt(p0)), z * np.sqrt(1 / (4 * n) + between)
    return (
        np.sin(np.maximum(angle - half, 0)) ** 2,
        np.sin(np.minimum(angle + half, np.pi / 2)) ** 2,
    )


def _exact_limits(n: FloatArray, p0: FloatArray, tail: float) -> tuple[FloatArray, FloatArray]:
    """Return the interpolated binomial limits; the upper one from the upper tail."""
    from scipy.stats import binom  # heavy, and needed here alone

    r = binom.ppf(tail, n, p0)
    low = (r - (binom.cdf(r, n, p0) - tail) / binom.pmf(r, n, p0)) / n
    r = binom.isf(tail, n, p0)
    high = (r - (tail - binom.sf(r, n, p0)) / binom.pmf(r, n, p0)) / n
    return np.clip(low, 0, 1), np.clip(high, 0, 1)
