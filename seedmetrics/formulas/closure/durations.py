"""How long matters stay open, those still open counted too; days in, shares and days out."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from seedmetrics.formulas._checks import (
    BoolArray,
    FloatArray,
    confidence,
    finite,
    offenders,
    same_shape,
)
from seedmetrics.formulas.closure.rates import RateInterval

# A share counts as reached when it falls short by no more than this. Products of fractions carry
# rounding near 1e-15, and 1 - (9/10)(8/9)...(5/6) must reach one half; real steps are far larger.
_ROUNDING = 1e-12
# Whole days are counted in one place each while there are at most so many places for a matter.
_PLACES = 4
_ONE = np.uint64(1)

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Quantile:
    """
    The day by which a share of the matters is closed, and its interval.

    Attributes
    ----------
    value, low, high : ndarray of float64, shape (...)
        Days; NaN where the share, or that end's band, is not reached. NumPy scalars for a
        single share.
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class RestrictedMean:
    """
    Mean days a matter stays open, counted up to a limit, with its standard error.

    Attributes
    ----------
    value : ndarray of float64, shape (...)
        Days, between 0 and the limit. A NumPy scalar for a single limit.
    standard_error : ndarray of float64, shape (...)
        Days.
    """

    value: FloatArray
    standard_error: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class ClosureCurve:
    """
    Share of matters closed by each day, from `time_to_closure`.

    Attributes
    ----------
    time : ndarray of float64, shape (m,)
        The different days seen, rising: days of closing and days at which open matters were
        last seen open.
    share_closed : ndarray of float64, shape (m,)
        Share closed by the end of each day, in [0, 1]; it never falls.
    low, high : ndarray of float64, shape (m,)
        Pointwise interval of the share closed.
    at_risk : ndarray of int64, shape (m,)
        Matters still open and in view just before the day.
    events : ndarray of int64, shape (m,)
        Matters closed on the day.
    confidence_level : float
        Two-sided coverage the intervals aim at.
    """

    time: FloatArray
    share_closed: FloatArray
    low: FloatArray
    high: FloatArray
    at_risk: IntArray
    events: IntArray
    confidence_level: float

    def share_closed_by(self, days: npt.ArrayLike) -> RateInterval:
        """
        Share of the matters closed within so many days.

        Parameters
        ----------
        days : array_like of float, shape (...)
            Days since opening, at least 0. Closing on the day itself counts.

        Returns
        -------
        RateInterval
            Shares of the shape of `days`: 0 to 0 before the first closing, level after the last
            day seen, NaN where the curve is empty.

        Raises
        ------
        ValueError
            If a day is negative, infinite or missing.
        """
        place = np.searchsorted(self.time, _days(days, "days"), side="right")
        start = 0.0 if self.time.size else np.nan
        share, low, high = (
            np.concatenate(([start], band))[place]
            for band in (self.share_closed, self.low, self.high)
        )
        return RateInterval(share, low, high, self.confidence_level)

    def median(self) -> Quantile:
        """
        Day by which half of the matters are closed.

        Returns
        -------
        Quantile
            As ``quantile(0.5)``.
        """
        return self.quantile(0.5)

    def quantile(self, q: npt.ArrayLike) -> Quantile:
        """
        First day by which a share `q` of the matters is closed.

        Parameters
        ----------
        q : array_like of float, shape (...)
            Shares, above 0 and up to 1.

        Returns
        -------
        Quantile
            Days of the shape of `q`. `low` is the first day on which the upper band of the
            share reaches `q`, `high` the first on which the lower band does; what is not
            reached is NaN.

        Raises
        ------
        ValueError
            If a share is outside (0, 1] or missing.

        Notes
        -----
        A share counts as reached when it falls short by 1e-12 or less, so that rounding does
        not move an exact half to the next day.
        """
        shares = finite(q, "q")
        outside = (shares <= 0) | (shares > 1)
        if outside.any():
            msg = (
                f"`q` must lie above 0 and be at most 1; {offenders(outside, shares)}. "
                "It is a share: use 0.5, not 50."
            )
            raise ValueError(msg)
        return Quantile(
            _first_reached(self.time, self.share_closed, shares),
            _first_reached(self.time, self.high, shares),
            _first_reached(self.time, self.low, shares),
        )

    def restricted_mean(self, days: npt.ArrayLike) -> RestrictedMean:
        r"""
        Mean days a matter stays open, when longer ones count as `days`.

        Parameters
        ----------
        days : array_like of float, shape (...)
            The limit, at least 0.

        Returns
        -------
        RestrictedMean
            Days of the shape of `days`; NaN where the curve is empty.

        Raises
        ------
        ValueError
            If a limit is negative, infinite or missing.

        Notes
        -----
        With :math:`S` the share still open and :math:`\tau` the limit, the mean is the area
        :math:`\int_0^\tau S(t)\,dt`, and its squared standard error, after Greenwood, is

        .. math::

            \sum_{t_i \le \tau} \left(\int_{t_i}^{\tau} S(t)\,dt\right)^2
            \frac{d_i}{n_i (n_i - d_i)}

        for :math:`d_i` closed of :math:`n_i` at risk; a day that closes all at risk adds
        nothing, as no area is left after it. This is the standard error of R's survfit. Past
        the last day seen :math:`S` stays level: the mean is then a guess, and its standard
        error too small, unless all were closed. A limit of 0 gives 0 and 0.
        """
        limits = _days(days, "days")
        if self.time.size == 0:
            missing = np.full(limits.shape, np.nan)
            return RestrictedMean(missing[()], missing[()])
        knots = np.concatenate(([0.0], self.time))
        still_open = np.concatenate(([1.0], 1 - self.share_closed))
        area = np.concatenate(([0.0], np.cumsum(still_open[:-1] * np.diff(knots))))
        place = np.searchsorted(knots, limits, side="right") - 1
        value = area[place] + still_open[place] * (limits - knots[place])
        # Days past the limit have more area before them than the limit has, hence the 0.
        rest = np.maximum(value[..., np.newaxis] - area[1:], 0)
        error = np.sqrt((rest**2 * _greenwood_terms(self.events, self.at_risk)).sum(axis=-1))
        return RestrictedMean(value[()], error[()])


def time_to_closure(
    days: npt.ArrayLike, closed: npt.ArrayLike, *, confidence_level: float = 0.95
) -> ClosureCurve:
    r"""
    Share of matters closed by each day since opening, by Kaplan and Meier's estimate.

    Parameters
    ----------
    days : array_like of float, shape (n,)
        Days from opening to closing or, for a matter still open, to the day it was last seen.
        At least 0; fractions of a day pass.
    closed : array_like of bool, shape (n,)
        Whether the matter was closed; one that is not was still open after its `days`.
    confidence_level : float, default 0.95
        Two-sided coverage of the pointwise intervals, strictly between 0 and 1.

    Returns
    -------
    ClosureCurve
        One element for each different day; it answers for any day, share or limit.

    Raises
    ------
    TypeError
        If `days` or `closed` holds neither numbers nor yes and no.
    ValueError
        If a day is negative, infinite or missing, if `closed` holds anything but true and
        false (or 1 and 0), if the two differ in length or are not one-dimensional, or if
        `confidence_level` is outside (0, 1).

    See Also
    --------
    scipy.stats.ecdf : The same curve and interval from a ``CensoredData``, a few times slower.

    Notes
    -----
    A matter opened yesterday is not a failure: it counts among those at risk up to the day it
    was last seen, that day included, and then leaves. With :math:`d_i` closed of :math:`n_i` at
    risk on day :math:`t_i`, the share closed is :math:`1 - S(t)`,

    .. math::

        S(t) = \prod_{t_i \le t} \left(1 - \frac{d_i}{n_i}\right), \qquad
        s^2 = \frac{1}{(\log S)^2} \sum_{t_i \le t} \frac{d_i}{n_i (n_i - d_i)},

    and the interval is :math:`1 - S^{\exp(\pm z s)}`: the estimate of [kaplan1958nonparametric]_
    with the interval of the log-log kind [kalbfleisch2002statistical]_. It stays inside [0, 1];
    the plain and the log kind differ from it. At levels far above 0.99 its upper end can fall
    again after the first closing; it is given as the formula has it.

    Whole days are counted in place and others sorted, so that a plain loop over hundreds of
    groups is quick; the answer is the same for both.

    Decided cases. Until the first closing, and on the day on which the last of all is closed,
    the formula has no spread: the interval is 0 to 0, and 1 to 1. That is want of a formula,
    not certainty. Closed at once (0 days) gives a share above 0 on day 0. No matters give an
    empty curve, whose answers are all NaN.

    References
    ----------
    .. [kaplan1958nonparametric] E. L. Kaplan, P. Meier (1958), "Nonparametric estimation from
       incomplete observations", Journal of the American Statistical Association 53, 457-481.
    .. [kalbfleisch2002statistical] J. D. Kalbfleisch, R. L. Prentice (2002), "The Statistical
       Analysis of Failure Time Data", 2nd edition, Wiley.

    Examples
    --------
    >>> curve = time_to_closure([2, 5, 5, 9, 12, 12], [True, True, True, False, True, False])
    >>> curve.share_closed.round(3)
    array([0.167, 0.5  , 0.5  , 0.75 ])
    >>> print(curve.median().value, curve.share_closed_by(7).rate)
    5.0 0.5
    """
    level = confidence(confidence_level)
    length, is_closed = _days(days, "days"), _flags(closed, "closed")
    same_shape(length, is_closed, ("days", "closed"))
    if length.ndim != 1:
        msg = f"`days` must be one-dimensional, got shape {length.shape}. Call once for each group."
        raise ValueError(msg)

    time, at_risk, events = _tally(length, is_closed)
    share = 1 - np.multiply.accumulate((at_risk - events) / at_risk)
    low, high = _log_log_band(events, at_risk, level)
    return ClosureCurve(time, share, low, high, at_risk, events, level)


def _tally(length: FloatArray, is_closed: BoolArray) -> tuple[FloatArray, IntArray, IntArray]:
    """Return the different days, and of each day the matters at risk and those closed."""
    if length.size and length.max() < _PLACES * length.size:
        whole = length.astype(np.int64)
        if (whole == length).all():
            return _tally_whole_days(whole, is_closed)
    # A day of at least 0 sorts by its bits, and leaves the sign bit free to carry `closed` along,
    # so that the values themselves are sorted, which is sooner than their places.
    keys = ((length + 0.0).view(np.uint64) << _ONE) | is_closed
    keys.sort()
    ordered = (keys >> _ONE).view(np.float64)
    is_new = np.ones(ordered.size, dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=is_new[1:])
    first = np.flatnonzero(is_new)
    so_far = np.concatenate(([0], np.cumsum((keys & _ONE).view(np.int64))))
    events = np.diff(so_far[first], append=so_far[-1])
    return ordered[first], ordered.size - first, events


def _tally_whole_days(
    days: IntArray, is_closed: BoolArray
) -> tuple[FloatArray, IntArray, IntArray]:
    """Return what `_tally` does, counted in one place a day and not sorted."""
    counts = np.bincount(2 * days + is_closed, minlength=2 * (int(days.max()) + 1))
    closed = counts[1::2]
    both = counts[::2] + closed
    seen = np.flatnonzero(both)
    both = both[seen]
    return seen.astype(np.float64), days.size - np.cumsum(both) + both, closed[seen]


def _log_log_band(
    events: IntArray, at_risk: IntArray, level: float
) -> tuple[FloatArray, FloatArray]:
    """Return the band of the share closed; without width where all are open or all closed."""
    low, high = np.ones(events.size), np.ones(events.size)
    # All at risk are closed on the last day alone, if on any, as none is left after it.
    some_left = slice(events.size - int((events[-1:] == at_risk[-1:]).sum()))
    d, n = events[some_left], at_risk[some_left]
    hazard = np.cumsum(-np.log1p(-d / n))  # -log S
    spread = np.sqrt(np.cumsum(d / (n * (n - d).astype(np.float64))))
    z = -special.ndtri((1 - level) / 2)
    factor = np.exp(z * spread / np.where(hazard > 0, hazard, 1.0))
    low[some_left], high[some_left] = -np.expm1(-hazard / factor), -np.expm1(-hazard * factor)
    return low, high


def _greenwood_terms(events: IntArray, at_risk: IntArray) -> FloatArray:
    """Return d / (n (n - d)) of each day; 0 where all at risk were closed."""
    left = at_risk - events
    return np.where(left > 0, events / (at_risk * np.maximum(left, 1.0)), 0.0)


def _first_reached(time: FloatArray, share: FloatArray, q: FloatArray) -> FloatArray:
    """Return the first day on which `share` reaches each of `q`; NaN where it never does."""
    # At high levels a band can fall again; its running maximum reaches a share on the same day.
    reached = np.searchsorted(np.maximum.accumulate(share), q - _ROUNDING)
    first: FloatArray = np.append(time, np.nan)[reached]
    return first


def _days(values: npt.ArrayLike, name: str) -> FloatArray:
    """Return days as floats, refusing negative and missing ones."""
    days = finite(values, name)
    negative = days < 0
    if negative.any():
        msg = (
            f"`{name}` must be at least 0; {offenders(negative, days)}. "
            "A matter is not closed before it is opened: mend or leave out the record."
        )
        raise ValueError(msg)
    return days


def _flags(values: npt.ArrayLike, name: str) -> BoolArray:
    """Return truth values, refusing all but true and false, 1 and 0."""
    if isinstance(values, np.ndarray) and values.dtype == np.bool_:
        return values
    flags = finite(values, name)
    bad = (flags != 0) & (flags != 1)
    if bad.any():
        msg = (
            f"`{name}` must hold true or false; {offenders(bad, flags)}. "
            "Say for each matter whether it was closed."
        )
        raise ValueError(msg)
    closed: BoolArray = flags == 1
    return closed
