"""Largest standardized difference of each draw as pairs are told apart; no ranks are made here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from seedmetrics.formulas._checks import BoolArray, FloatArray
from seedmetrics.formulas.ranking.pairs import BLOCK, Draws, IntArray, Units

# Pairs to look at: a unit, and others of which it is the one or the other side.
Look = list[tuple[int, slice]]

# Below this many units every pair is tried; above it a few extreme units decide.
_ALL_PAIRS = 64
# Extreme units of each draw that are tried first, and where those do not decide.
_FIRST, _SECOND = 8, 32
# Statistics of one draw that are looked at together: half a megabyte.
_TABLE = BLOCK // 4
# Noise that is held for the second look at it, in numbers: sixteen megabytes. More is drawn again.
_HELD = 2**21


@dataclass(frozen=True, slots=True, eq=False)
class Maxima:
    """
    The largest of each draw over sets of pairs, from which pairs told apart leave.

    Only a better unit over a worse can be told apart. The worse over the better always counts,
    so the largest of those bounds what is needed of the others: few, which are kept.

    Attributes
    ----------
    behind : ndarray of float64, shape (sets, draws)
        The largest of the worse units over the better.
    place : ndarray of int, shape (kept,)
        Set and draw of each statistic kept, as a place in `behind` laid flat.
    ahead, drawn : ndarray of float64, shape (kept,)
        How far apart the estimates of its pair are, and what was drawn for it.
    """

    behind: FloatArray
    place: IntArray
    ahead: FloatArray
    drawn: FloatArray

    def largest(self, which: IntArray, bounds: FloatArray) -> FloatArray:
        """
        Return the largest of each draw, over the pairs of each set not found above its bound.

        Exact at and above the wanted place of the ordered draws; below it may be
        too small.
        """
        limits = np.full(len(self.behind), -np.inf)
        limits[which] = bounds
        counts = self.ahead <= limits[self.place // self.behind.shape[1]]
        best = self.behind.flatten()
        np.maximum.at(best, self.place[counts], self.drawn[counts])
        return np.asarray(best.reshape(self.behind.shape)[which])


class _Kept:
    """Statistics of the better over the worse that may decide a draw."""

    def __init__(self) -> None:
        self._parts: list[tuple[IntArray, FloatArray, FloatArray]] = []
        self._pending = 0

    def add(self, place: IntArray, ahead: FloatArray, drawn: FloatArray) -> None:
        """Keep some more."""
        self._parts.append((place, ahead, drawn))
        self._pending += len(place)
        if self._pending > BLOCK:
            self._thin()

    def maxima(self, behind: FloatArray) -> Maxima:
        """Return them with the largest of the worse over the better."""
        self._thin()
        return Maxima(behind, *self._parts[0])

    def _thin(self) -> None:
        """Drop those no larger than another of the same draw that is told apart no sooner."""
        none = (np.zeros(0, dtype=np.intp), np.zeros(0), np.zeros(0))
        columns = zip(none, *self._parts, strict=True)
        place, ahead, drawn = (np.concatenate(column) for column in columns)
        order = np.lexsort((ahead, place))
        # Each draw is lifted above the one before it, to go through all of them in one run.
        lift = 1.0 + np.ptp(drawn) if len(drawn) else 1.0
        height = drawn[order] + lift * np.cumsum(np.diff(place[order], prepend=-1) > 0)
        # A few too many, where this blurs their order, do no harm.
        kept = order[height >= np.maximum.accumulate(height) - 1e-6]
        self._parts = [(place[kept], ahead[kept], drawn[kept])]
        self._pending = 0


def over_all_at_once(units: Units, draws: Draws, wanted: int) -> Maxima:
    """Return the maxima over all pairs as one set, exact from the wanted place of the draws on."""
    if draws.units > _ALL_PAIRS:
        return ExtremeUnits(units, draws).maxima(wanted)
    return _over_every_pair(units, draws, wanted, [_everyone(draws.units)])


def _everyone(units: int) -> Look:
    """Return all pairs of so many units."""
    return [(j, slice(j + 1, None)) for j in range(units - 1)]


def over_own_pairs(units: Units, draws: Draws, wanted: int, members: IntArray) -> Maxima:
    """Return the maxima over each member's own pairs as a set of its own."""
    looks = [
        [(j, part) for part in (slice(0, j), slice(j + 1, None)) if len(range(draws.units)[part])]
        for j in members.tolist()
    ]
    return _over_every_pair(units, draws, wanted, looks)


def _over_every_pair(units: Units, draws: Draws, wanted: int, looks: Sequence[Look]) -> Maxima:
    """Return the maxima by trying every pair of each set, a unit at a time."""
    ahead, behind = (np.full((len(looks), draws.draws), -np.inf) for _ in range(2))
    work = np.empty((draws.units, draws.size))
    held = list(_noise(units, draws)) if draws.units * draws.draws <= _HELD else None
    for rows, z in held or _noise(units, draws):
        for i, look in enumerate(looks):
            for _, _, t in _drawn(units, z, look, work):
                np.maximum(ahead[i, rows], t.max(axis=0), out=ahead[i, rows])
                np.maximum(behind[i, rows], -t.min(axis=0), out=behind[i, rows])
    needed = _needed(behind, wanted)
    kept = _Kept()
    for rows, z in held or _noise(units, draws):
        for i, look in enumerate(looks):
            open_ = np.flatnonzero(ahead[i, rows] > needed[i, rows])
            floor = needed[i, rows][open_]
            for j, others, t in _drawn(units, z[:, open_], look, work):
                other, draw = np.nonzero(t > floor)
                if len(draw):
                    place = i * draws.draws + rows.start + open_[draw]
                    kept.add(place, units.ahead(j, others)[other], t[other, draw])
    return kept.maxima(behind)


def _noise(units: Units, draws: Draws) -> Iterator[tuple[slice, FloatArray]]:
    """Yield which draws, and the noise of each unit in them."""
    for rows, normals in draws.blocks():
        yield rows, units.noise_of_each(normals)


def _drawn(
    units: Units, z: FloatArray, look: Look, work: FloatArray
) -> Iterator[tuple[int, slice, FloatArray]]:
    """Yield the drawn statistics of pairs, of the better over the worse, in a used workspace."""
    for j, others in look:
        theirs = z[others]
        t: FloatArray = work[: len(theirs), : z.shape[1]]
        np.subtract(z[j], theirs, out=t)
        t *= units.weight(j, others)[:, np.newaxis]
        yield j, others, t


class ExtremeUnits:
    """
    The maxima over all pairs, from the units of extreme error in each draw.

    Where u are such that no difference has a smaller variance than u + u of its two units, the
    statistic of a pair is at most the root of e² + e², with errors e in units of the root of u.
    For independent errors u are their variances. Once a pair reaches b, others matter only where
    that bound exceeds b. The answer is that of all pairs.
    """

    def __init__(self, units: Units, draws: Draws) -> None:
        self._units, self._draws = units, draws
        self._own = units.variance if units.weights is None else _own_variance(units.weights)
        keep = min(_SECOND + 1, draws.units)
        self._index = np.empty((draws.draws, keep), dtype=np.int32)
        self._error, self._size = (np.empty((draws.draws, keep)) for _ in range(2))
        for rows, normals in draws.blocks():
            error, size = self._sized(normals)
            top = np.argpartition(size, -keep, axis=1)[:, -keep:]
            order = np.argsort(-np.take_along_axis(size, top, axis=1), axis=1)
            top = np.take_along_axis(top, order, axis=1)
            self._index[rows] = top
            self._error[rows] = np.take_along_axis(error, top, axis=1)
            self._size[rows] = np.take_along_axis(size, top, axis=1)

    def maxima(self, wanted: int) -> Maxima:
        """Return the maxima over all pairs as one set, exact from the wanted place on."""
        behind = np.full(self._draws.draws, -np.inf)
        beyond = np.ones(self._draws.draws, dtype=np.bool_)
        for keep in (_FIRST, _SECOND):
            for part, t, _, _ in self._among(np.flatnonzero(beyond), keep):
                behind[part] = -t.min(axis=1)
            # No pair with a unit outside those tried can be larger than this.
            beyond &= self._reach(keep) > _needed(behind, wanted)
        kept = _Kept()
        self._search(beyond, behind, _needed(behind, wanted), kept)
        needed = _needed(behind, wanted)
        tried = ~beyond & (self._reach(1) > needed)
        for part, t, one, other in self._among(np.flatnonzero(tried), _SECOND):
            draw, pair = np.nonzero(t > needed[part, np.newaxis])
            ahead = self._units.ahead(one[draw, pair], other[draw, pair])
            kept.add(part[draw], ahead, t[draw, pair])
        return kept.maxima(behind[np.newaxis])

    def _sized(self, normals: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return errors drawn, and their size in units of their own error."""
        if self._units.weights is None:
            return self._units.noise(normals), np.abs(normals)
        error = self._units.noise(normals)
        # What all units share is in no difference.
        share = 1 / self._own
        error -= (error @ (share / share.sum()))[:, np.newaxis]
        return error, np.abs(error) * np.sqrt(share)

    def _reach(self, keep: int) -> FloatArray:
        """Return the bound of each draw's pairs of the most extreme unit with that after `keep`."""
        return np.asarray(np.hypot(self._size[:, 0], self._size[:, keep]) * (1 + 1e-9))

    def _among(
        self, draws: IntArray, keep: int
    ) -> Iterator[tuple[IntArray, FloatArray, IntArray, IntArray]]:
        """Yield some draws with the statistics and units of the pairs of `keep` extreme units."""
        first, second = np.triu_indices(keep, 1)
        step = max(1, BLOCK // len(first))
        for start in range(0, len(draws), step):
            part = draws[start : start + step]
            units = self._index[part].astype(np.intp)
            one, other = units[:, first], units[:, second]
            t = self._error[part][:, first] - self._error[part][:, second]
            yield part, t * self._units.weight(one, other), one, other

    def _search(
        self, asked: BoolArray, behind: FloatArray, needed: FloatArray, kept: _Kept
    ) -> None:
        """Add what is needed of the draws asked for, over every pair that could reach it."""
        for rows, normals in self._draws.blocks(asked):
            draws = rows.start + np.flatnonzero(asked[rows])
            errors, sizes = self._sized(normals[asked[rows]])
            # Errors of this size reach what is needed with one of their own size.
            square, reach = sizes**2 * (1 + 1e-9), np.maximum(needed[draws], 0.0) ** 2
            extreme = 2 * square >= reach[:, np.newaxis]
            least = reach - square.max(axis=1)
            for i, draw in enumerate(draws.tolist()):
                one = np.flatnonzero(extreme[i])
                other: slice | IntArray = slice(None)
                if self._units.weights is None:
                    one, other = one[:, np.newaxis], np.flatnonzero(square[i] >= least[i])
                for part, t in self._table(errors[i], one, other):
                    behind[draw] = max(behind[draw], -t.min())
                    needed[draw] = max(needed[draw], behind[draw])
                    if t.max() > needed[draw]:
                        row, column = np.nonzero(t > needed[draw])
                        ahead = self._units.ahead(part, other)[row, column]
                        kept.add(np.full(len(row), draw), ahead, t[row, column])

    def _table(
        self, error: FloatArray, one: IntArray, other: slice | IntArray
    ) -> Iterator[tuple[IntArray, FloatArray]]:
        """Yield some rows of the table of pairs of one draw, with their statistics."""
        columns = len(error) if isinstance(other, slice) else len(other)
        step = max(1, _TABLE // columns)
        for start in range(0, len(one), step):
            part = one[start : start + step]
            yield part, self._units.lead(error, part, other)


def _needed(behind: FloatArray, wanted: int) -> FloatArray:
    """
    Return what a statistic must exceed to decide its draw.

    Nothing below the value at the wanted place of the ordered draws is asked for.
    """
    floor: FloatArray = np.partition(behind, wanted, axis=-1)[..., wanted, np.newaxis]
    return np.maximum(behind, floor)


def _own_variance(weights: FloatArray) -> FloatArray:
    """Return the largest share of each unit in the variance of every difference it is in."""
    n = len(weights)
    mean, least = np.empty(n), np.empty(n)
    for j, row in enumerate(weights):
        square = 1 / row[np.arange(n) != j] ** 2
        mean[j] = square.mean()
    # What a unit adds to its differences, were that the same in all of them.
    own = np.maximum(mean - mean.mean() / 2, 1e-3 * mean)
    for j, row in enumerate(weights):
        others = np.arange(n) != j
        least[j] = (1 / row[others] ** 2 / (own[j] + own[others])).min()
    return np.asarray(own * least)
