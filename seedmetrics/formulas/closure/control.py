"""Control charts: whether a rate moves from month to month by more than it always does."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seedmetrics.formulas._checks import (
    BoolArray,
    FloatArray,
    closed_of_due,
    finite,
    one_of,
    whole_number,
)

KINDS = ("p", "p-prime", "xmr")
RULES = ("nhs",)

# Mean moving range of two draws over their standard deviation; three of the latter over the mean
# moving range, to the digits in use; and the moving range that three of its own allow.
_RANGE_OF_TWO = 1.128
_LIMIT = 2.66
_RANGE_LIMIT = 3.267
_RUN = 7
# Rounding of a mean is no distance from it: shares of the largest value under which two are one.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class ChartSignals:
    """
    Points of a control chart that a rule marks, one array a rule.

    Attributes
    ----------
    outside : ndarray of bool, shape (months,)
        Outside the limits.
    shift : ndarray of bool, shape (months,)
        In a run of seven or more on one side of the centre; every point of the run.
    trend : ndarray of bool, shape (months,)
        In a run of seven or more that each rise, or each fall; the point it begins from too.
    two_of_three : ndarray of bool, shape (months,)
        One of two, among three in a row, that lie on one side beyond two thirds of the way to
        the limit.
    """

    outside: BoolArray
    shift: BoolArray
    trend: BoolArray
    two_of_three: BoolArray

    @property
    def any(self) -> BoolArray:
        """
        Points that one rule or more marks.

        Returns
        -------
        ndarray of bool, shape (months,)
            True where any of the four is.
        """
        marked: BoolArray = self.outside | self.shift | self.trend | self.two_of_three
        return marked


@dataclass(frozen=True, slots=True, eq=False)
class ControlChart:
    """
    A control chart: values in order of time, centre, limits, and what stands out.

    Attributes
    ----------
    value : ndarray of float64, shape (months,)
        Rates in [0, 1], or the measurements given; NaN where nothing was due.
    centre, lower, upper : ndarray of float64, shape (months,)
        The line the values vary about, and the limits of three standard deviations.
    signals : ChartSignals
        Boolean arrays, one a rule; ``signals.any`` holds them together.
    """

    value: FloatArray
    centre: FloatArray
    lower: FloatArray
    upper: FloatArray
    signals: ChartSignals


def control_chart(
    closed: npt.ArrayLike,
    due: npt.ArrayLike | None,
    *,
    kind: str = "p",
    baseline: int | None = None,
    rules: str = "nhs",
) -> ControlChart:
    r"""
    Control chart of one unit's closure rate over time: limits, and points that are not by chance.

    Parameters
    ----------
    closed : array_like of int, shape (months,)
        Matters closed, of those due in each month or other period, in order of time.
    due : array_like of int, shape (months,), or None
        Matters due in each period. Broadcast against `closed`. None, for the kind "xmr" alone:
        `closed` then holds measurements of any sort, such as days, and NaN where there is none.
    kind : {"p", "p-prime", "xmr"}, default "p"
        Limits from the binomial distribution; the same, stretched to the spread between
        periods that is always there; or limits from that spread alone.
    baseline : int, optional
        Number of leading periods that set centre and limits for all; at least 1. All, if
        left out.
    rules : {"nhs"}, default "nhs"
        Which points are marked; see Notes.

    Returns
    -------
    ControlChart
        Values, centre, limits and signals, one element a period.

    Raises
    ------
    TypeError
        If `closed` or `due` does not hold numbers.
    ValueError
        If a count is not a whole number of at least 0, if `closed` exceeds `due`, if the two
        do not broadcast to one dimension, if `kind` or `rules` is unknown, if `due` is None
        for another kind than "xmr", or if `baseline` is no whole number from 1 to the number of
        periods.

    See Also
    --------
    funnel_limits : Many units at one time.

    Notes
    -----
    With :math:`y_i` closed of :math:`n_i` due, the centre of "p" [shewhart1931economic]_ and
    "p-prime" [laney2002improved]_ is :math:`\bar p = \sum y_i/\sum n_i`, and the limits are

    .. math::

        \bar p \pm 3\sigma_i, \quad \bar p \pm 3\sigma_i \frac{\overline{|u_i - u_{i-1}|}}{1.128},
        \qquad \sigma_i = \sqrt{\bar p(1 - \bar p)/n_i}, \quad u_i = (y_i/n_i - \bar p)/\sigma_i,

    cut at 0 and 1. Of many matters a month, "p" marks nearly every point, as nothing varies by
    the binomial alone; "p-prime" is for them. "xmr" [wheeler1992understanding]_ takes every
    period alike: the mean of the values :math:`\pm 2.66\,\overline{mR}`, with the moving ranges
    :math:`mR_i = |x_i - x_{i-1}|`. Moving ranges of 3.267 times their mean or more are left out
    once, and the mean taken again [nelson1982control]_; the centre keeps every point. These
    limits are not cut: one outside [0, 1] says that the kind does not suit the rate.

    The rules "nhs" are those of the English health service [smith2025nhsrplotthedots]_. A point
    is marked that is outside a limit; that is one of seven or more in a row on one side of the
    centre; that is one of seven or more in a row of which each is above the one before, or each
    below; or that is one of two in three in a row, on one side, and beyond two thirds of the way
    from the centre to the limit (two standard deviations, limits not cut). Here the third may
    lie anywhere, and one outside the limits counts among the two; the package named asks that
    all three be on that side, and leaves those outside to the first rule.

    Decided cases. A period with nothing due has no point: its value is NaN, as are the limits of
    "p" and "p-prime" there, and nothing is marked. It breaks no run and no moving range: the
    points on either side of it are neighbours. A point on the centre is on neither side and
    breaks a run; equal neighbours break a trend. Without a spread, as when all is always
    closed, both limits are the centre, and any point away from it is outside. One point alone
    has no moving range: the limits of "p-prime" and "xmr" are NaN. Without a point in the
    baseline, the centre is NaN too. Differences under 1e-12 of the largest value are rounding.

    References
    ----------
    .. [shewhart1931economic] W. A. Shewhart (1931), "Economic Control of Quality of
       Manufactured Product", Van Nostrand.
    .. [laney2002improved] D. B. Laney (2002), "Improved control charts for attributes",
       Quality Engineering 14, 531-537.
    .. [wheeler1992understanding] D. J. Wheeler, D. S. Chambers (1992), "Understanding
       Statistical Process Control", 2nd edition, SPC Press.
    .. [nelson1982control] L. S. Nelson (1982), "Control charts for individual measurements",
       Journal of Quality Technology 14, 172-173.
    .. [smith2025nhsrplotthedots] T. Smith and others (2025), "NHSRplotthedots: Draw XmR Charts
       for NHS 'Making Data Count' Programme", R package, version 0.2.2.

    Examples
    --------
    >>> chart = control_chart([41, 52, 0, 47, 20, 50], [50, 60, 0, 55, 48, 57], baseline=4)
    >>> chart.centre[0].round(3), chart.lower.round(3)
    (np.float64(0.848), array([0.696, 0.71 ,   nan, 0.703, 0.693, 0.706]))
    >>> chart.signals.outside
    array([False, False, False, False,  True, False])
    """
    kind = one_of(kind, "kind", KINDS)
    one_of(rules, "rules", RULES)
    value, n = _points(closed, due, kind)
    leading = slice(_leading(baseline, value.size))
    has_point = ~np.isnan(value)
    if kind == "xmr":
        centre, spread = _from_moving_ranges(value[leading][has_point[leading]])
        deviation = np.full(value.shape, spread)
        floor, ceiling = -np.inf, np.inf
    else:
        centre, deviation = _from_binomial(value, n, leading, stretched=kind == "p-prime")
        floor, ceiling = 0.0, 1.0
    lower = np.maximum(centre - 3 * deviation, floor)
    upper = np.minimum(centre + 3 * deviation, ceiling)
    marks = np.zeros((4, value.size), dtype=np.bool_)
    marks[:, has_point] = _nhs(
        value[has_point], centre, deviation[has_point], lower[has_point], upper[has_point]
    )
    return ControlChart(value, np.full(value.shape, centre), lower, upper, ChartSignals(*marks))


def _points(
    closed: npt.ArrayLike, due: npt.ArrayLike | None, kind: str
) -> tuple[FloatArray, FloatArray]:
    """Return the values, NaN where there is none, and the numbers due, NaN where 0."""
    if due is None:
        if kind != "xmr":
            msg = f"`due` must not be None for kind {kind!r}. Give the numbers due, or use 'xmr'."
            raise ValueError(msg)
        value = finite(closed, "closed", allow_nan=True).copy()
        n = np.full(value.shape, np.nan)
    else:
        y, counted = closed_of_due(closed, due)
        n = np.where(counted > 0, counted, np.nan)
        value = y / n
    if value.ndim != 1:
        msg = (
            f"`closed` and `due` must have the shape (months,), got shape {value.shape}. "
            "Call once for each unit."
        )
        raise ValueError(msg)
    return value, n


def _leading(baseline: int | None, size: int) -> int:
    """Return the number of leading periods that set centre and limits."""
    if baseline is None:
        return size
    number = whole_number(baseline, "baseline", least=1)
    if number > size:
        msg = (
            f"`baseline` must not exceed the number of periods, {size}; got {number}. "
            "It is a count of leading periods."
        )
        raise ValueError(msg)
    return number


def _from_binomial(
    value: FloatArray, n: FloatArray, leading: slice, *, stretched: bool
) -> tuple[float, FloatArray]:
    """Return centre and standard deviations of the kinds "p" and "p-prime"."""
    has_point = ~np.isnan(value[leading])
    size, share = n[leading][has_point], value[leading][has_point]
    if size.size == 0:
        return np.nan, n * np.nan
    centre = float((share * size).sum() / size.sum())
    deviation = np.sqrt(max(centre * (1 - centre), 0.0) / n)
    if stretched:
        # Without a spread there is nothing to stretch, and any factor does.
        unit = np.where(deviation > 0, deviation, 1.0)[leading][has_point]
        ranges = np.abs(np.diff((share - centre) / unit))
        deviation = deviation * (ranges.mean() / _RANGE_OF_TWO if ranges.size else np.nan)
    return centre, deviation


def _from_moving_ranges(points: FloatArray) -> tuple[float, float]:
    """Return centre and standard deviation of the kind "xmr"."""
    if points.size == 0:
        return np.nan, np.nan
    ranges = np.abs(np.diff(points))
    if ranges.size == 0:
        return float(points.mean()), np.nan
    kept = ranges[ranges < _RANGE_LIMIT * ranges.mean()]
    # None is kept only where all are 0.
    spread = kept.mean() if kept.size else 0.0
    return float(points.mean()), float(_LIMIT / 3 * spread)


def _nhs(
    value: FloatArray, centre: float, deviation: FloatArray, lower: FloatArray, upper: FloatArray
) -> BoolArray:
    """Return the marks of the four rules, shape (4, points)."""
    hair = _ROUNDING * np.abs(value).max(initial=0.0)
    away = value - centre
    side = np.where(np.abs(away) > hair, np.sign(away), 0)
    step = np.where(np.abs(np.diff(value)) > hair, np.sign(np.diff(value)), 0)
    far = side * (np.abs(away) > 2 * deviation + hair)
    marks = np.zeros((4, value.size), dtype=np.bool_)
    marks[0] = (value < lower - hair) | (value > upper + hair)
    for sign in (-1, 1):
        marks[1] |= _spread(_within(side == sign, _RUN) == _RUN, _RUN, value.size)
        marks[2] |= _spread(_within(step == sign, _RUN - 1) == _RUN - 1, _RUN, value.size)
        marks[3] |= _spread(_within(far == sign, 3) >= 2, 3, value.size) & (far == sign)
    return marks


def _within(holds: BoolArray, size: int) -> npt.NDArray[np.int64]:
    """Return how many hold within each `size` in a row."""
    so_far = np.concatenate(([0], np.cumsum(holds)))
    counted: npt.NDArray[np.int64] = so_far[size:] - so_far[:-size]
    return counted


def _spread(fires: BoolArray, size: int, points: int) -> BoolArray:
    """Return the points that lie in a window of `size` that fires."""
    marked = np.zeros(points, dtype=np.bool_)
    for place in np.flatnonzero(fires):
        marked[place : place + size] = True
    return marked
