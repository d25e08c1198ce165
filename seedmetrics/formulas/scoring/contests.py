"""Scores of units against each other: Copeland's pairwise contests, TOPSIS's distances to the best and the worst."""

import numpy as np

from seedmetrics.formulas._checks import BoolArray, FloatArray

# Weights are read to this share of their sum: sums of such whole numbers have no rounding.
_GRAINS = 2.0**40

# Pairs compared at once: three tables of this size stay in a core's cache.
_PAIRS = 1 << 16


def copeland(x: FloatArray, counted: BoolArray, w: FloatArray) -> FloatArray:
    """Return contests won less contests lost; what does not count takes part in none."""
    grains = np.rint(w / w.sum() * _GRAINS)
    # Each weight is off by half a grain at most.
    tie = w.size / 2
    columns = [(np.where(c, v, np.nan), g) for c, v, g in zip(counted.T, x.T, grains) if g > 0]
    units = len(x)
    score = np.zeros(units)
    start = 0
    while start < units:
        end = min(units, start + max(1, _PAIRS // (units - start)))
        margin = _margins(columns, start, end)
        won = (margin > tie).view(np.int8) - (margin < -tie).view(np.int8)
        score[start:end] += won.sum(axis=1)
        # Units before `end` have met each other in full; those behind it are met here only.
        score[end:] -= won[:, end - start :].sum(axis=0)
        start = end
    return score


def _margins(columns: list[tuple[FloatArray, float]], start: int, end: int) -> FloatArray:
    """Return the weight for less the weight against, of units `start` to `end` with all from `start`."""
    shape = (end - start, columns[0][0].size - start)
    margin, part = np.zeros(shape), np.empty(shape)
    above, below = np.empty(shape, np.bool_), np.empty(shape, np.bool_)
    for values, grains in columns:
        own, other = values[start:end, np.newaxis], values[start:]
        np.greater(own, other, out=above)
        np.less(own, other, out=below)
        np.multiply(above.view(np.int8) - below.view(np.int8), grains, out=part)
        margin += part
    return margin


def topsis(x: FloatArray, counted: BoolArray, w: FloatArray) -> FloatArray:
    """Return how near each unit is to the best of each indicator rather than to the worst."""
    used = counted.any(axis=0)
    x, counted, w = x[:, used], counted[:, used], w[used]
    best = np.where(counted, x, -np.inf).max(axis=0, initial=-np.inf)
    worst = np.where(counted, x, np.inf).min(axis=0, initial=np.inf)
    # In parts of the widest stretch, so that no square is lost or overflows.
    widest = (w * (best - worst)).max(initial=0.0)
    share = w / (widest if widest > 0 else 1.0)
    to_best, to_worst = (
        np.sqrt((np.where(counted, share * (x - end), 0.0) ** 2).sum(axis=-1))
        for end in (best, worst)
    )
    both = to_best + to_worst
    return np.asarray(np.where(both > 0, to_worst / np.where(both > 0, both, 1.0), 0.5))
