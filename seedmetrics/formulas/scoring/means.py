"""Means of one unit's scores, weighted or by position; what is missing is settled before it comes here."""

import numpy as np

from seedmetrics.formulas._checks import BoolArray, FloatArray


def weighted_mean(x: FloatArray, w: FloatArray, total: FloatArray, method: str) -> FloatArray:
    """Return the mean over the last axis; the weights `w` add up to `total`."""
    if method == "arithmetic":
        return np.asarray((w * x).sum(axis=-1) / total)
    if method == "geometric":
        return np.asarray(np.exp((w * np.log(x)).sum(axis=-1) / total))
    parts = (w / x).sum(axis=-1)
    return np.asarray(total / np.where(parts > 0, parts, 1.0))


def power_mean(x: FloatArray, w: FloatArray, total: FloatArray, power: float) -> FloatArray:
    """Return the generalized mean over the last axis, of scores of at least 0."""
    if power == 0:
        return weighted_mean(x, w, total, "geometric")
    weighed = w > 0
    # Against the score that weighs most in the mean, so that no power overflows.
    if power > 0:
        base = np.where(weighed, x, 0.0).max(axis=-1, keepdims=True)
    else:
        base = np.where(weighed, x, np.inf).min(axis=-1, keepdims=True)
    # Nothing is weighed, or all scores are 0: any base but 0 gives the same.
    base = np.where(np.isfinite(base) & (base > 0), base, 1.0)
    ratio = np.where(weighed, x, base) / base
    logs = np.log(np.where(ratio > 0, ratio, 1.0))
    # Small powers differ from 1 in digits that a plain power would lose.
    away = np.where(ratio > 0, np.expm1(power * logs), -1.0)
    share = (w * away).sum(axis=-1) / total
    none = share <= -1
    mean = base[..., 0] * np.exp(np.log1p(np.where(none, 0.0, share)) / power)
    return np.asarray(np.where(none, 0.0, mean))


def mazziotta_pareto(
    x: FloatArray, w: FloatArray, total: FloatArray, sign: int
) -> tuple[FloatArray, FloatArray]:
    """Return the arithmetic mean, and with it the mean less (or more) its variance over it."""
    mean = weighted_mean(x, w, total, "arithmetic")
    squares = (w * (x - mean[..., np.newaxis]) ** 2).sum(axis=-1)
    freedom = total - (w**2).sum(axis=-1) / total
    # One score alone has no spread; rounding leaves a little more or less than 0.
    spread = freedom > 1e-12 * total
    variance = np.where(spread, squares / np.where(spread, freedom, 1.0), 0.0)
    return mean, np.asarray(mean + sign * variance / np.where(mean > 0, mean, 1.0))


def ordered_mean(
    x: FloatArray, w: FloatArray, counted: BoolArray, orness: float | None
) -> FloatArray:
    """Return the mean of what counts, weighed by position from the best down."""
    order = np.argsort(np.where(counted, -x, np.inf), axis=-1, kind="stable")
    falling = np.take_along_axis(np.where(counted, x, 0.0), order, axis=-1)
    if orness is None:
        reached = _position_shares(np.broadcast_to(w, x.shape), counted.sum(axis=-1))
    else:
        sums = np.take_along_axis(np.where(counted, w, 0.0), order, axis=-1).cumsum(axis=-1)
        whole = sums[..., -1:]
        share = sums / np.where(whole > 0, whole, 1.0)
        exponent = np.inf if orness == 0 else (1 - orness) / orness
        reached = np.where(share > 0, share**exponent, 0.0)
    return np.asarray((np.diff(reached, axis=-1, prepend=0.0) * falling).sum(axis=-1))


def _position_shares(w: FloatArray, present: FloatArray) -> FloatArray:
    """Return the weight of the first 1, 2, … of the positions, drawn out over those present."""
    m = w.shape[-1]
    sums = np.concatenate([np.zeros((*w.shape[:-1], 1)), w.cumsum(axis=-1)], axis=-1)
    sums /= sums[..., -1:]
    k = np.maximum(present, 1)[..., np.newaxis]
    # Position j of k lies at j·m/k of the m positions; in whole numbers, so that k = m is exact.
    at = np.minimum(np.arange(1, m + 1), k) * m
    whole, rest = at // k, at % k
    low = np.take_along_axis(sums, whole, axis=-1)
    high = np.take_along_axis(sums, np.minimum(whole + 1, m), axis=-1)
    return np.asarray(low + (high - low) * rest / k)
