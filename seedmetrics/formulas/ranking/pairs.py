"""Largest standardized difference between units, draw by draw; ranks are made in rank_sets."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seedmetrics.formulas._checks import FloatArray

IntArray = npt.NDArray[np.intp]
# Pairs to look at: a unit, and others of which it is the one or the other side.
Look = list[tuple[int, slice | IntArray]]

# Normals held at a time: two megabytes, which stay in a processor's cache.
_BLOCK = 2**18
# Below this many units every pair is tried; above it a few extreme units decide.
_ALL_PAIRS = 64
# Extreme units of each draw that are tried first, and where those do not decide.
_FIRST, _SECOND = 8, 32


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """
    Units from the best estimate down, with the errors of their estimates.

    Attributes
    ----------
    estimate : ndarray of float64, shape (n,)
        Falling.
    variance : ndarray of float64, shape (n,)
        Squared standard errors.
    covariance, root : ndarray of float64, shape (n, n), or None
        Where errors depend on each other; ``root @ root.T`` is `covariance`.
    """

    estimate: FloatArray
    variance: FloatArray
    covariance: FloatArray | None = None
    root: FloatArray | None = None

    def scale(self, row: int | IntArray, columns: slice | IntArray) -> FloatArray:
        """Return the standard errors of the differences, NaN between a unit and itself."""
        own = np.arange(len(self.variance))
        mine = row if isinstance(row, int) else row[:, np.newaxis]
        square = self.variance[mine] + self.variance[columns]
        if self.covariance is not None:
            square -= 2 * self.covariance[row][..., columns]
        square[mine == own[columns]] = np.nan
        return np.asarray(np.sqrt(np.maximum(square, 0.0, out=square), out=square))

    def statistic(self, row: int | IntArray, columns: slice | IntArray) -> FloatArray:
        """Return the standardized differences of rows to columns, NaN of a unit to itself."""
        mine = row if isinstance(row, int) else row[:, np.newaxis]
        return np.asarray((self.estimate[mine] - self.estimate[columns]) / self.scale(row, columns))

    def noise(self, normals: FloatArray) -> FloatArray:
        """Return errors drawn from the units' distribution, shape (n, draws)."""
        if self.root is not None:
            return np.asarray(self.root @ normals.T)
        return np.ascontiguousarray(normals.T) * np.sqrt(self.variance)[:, np.newaxis]


@dataclass(frozen=True, slots=True)
class Draws:
    """
    Standard normals, drawn anew in the same blocks each time they are asked for.

    Attributes
    ----------
    seed : int
        Where they begin.
    draws : int
        Rows in all.
    units : int
        Columns.
    """

    seed: int
    draws: int
    units: int

    @property
    def size(self) -> int:
        """Return the rows of a block."""
        return max(1, _BLOCK // self.units)

    def block(self, number: int) -> FloatArray:
        """Return one block, shape (rows, units); each has a stream of its own."""
        rows = min(self.size, self.draws - number * self.size)
        stream = np.random.SeedSequence(self.seed, spawn_key=(number,))
        return np.random.default_rng(stream).standard_normal((rows, self.units))

    def blocks(self) -> Iterator[tuple[slice, FloatArray]]:
        """Yield each block with the place of its rows."""
        for number in range(-(-self.draws // self.size)):
            normals = self.block(number)
            start = number * self.size
            yield slice(start, start + len(normals)), normals


class AllPairs:
    """
    The largest over sets of pairs, a unit at a time; for a covariance, few units or own pairs.

    With units in falling order only a pair of a better unit with a worse can be
    found. The other direction always counts: it is worked out once, and kept.
    """

    def __init__(self, units: Units, draws: Draws, wanted: int, looks: Sequence[Look]) -> None:
        self._units, self._draws, self._wanted, self._looks = units, draws, wanted, looks
        self._work = np.empty((draws.units, draws.size))
        ahead, self._behind = (np.full((len(looks), draws.draws), -np.inf) for _ in range(2))
        for rows, normals in draws.blocks():
            z = units.noise(normals)
            for i, look in enumerate(looks):
                for j, others in look:
                    t = self._differences(z, j, others)
                    np.maximum(ahead[i, rows], t.max(axis=0), out=ahead[i, rows])
                    np.maximum(self._behind[i, rows], -t.min(axis=0), out=self._behind[i, rows])
        self._largest = np.maximum(ahead, self._behind)

    def largest(self, which: IntArray, bounds: FloatArray) -> FloatArray:
        """
        Return the largest of each draw, over the pairs of each set not found above its bound.

        Exact at and above the wanted place of the ordered draws; below it may be
        too small.
        """
        if np.isinf(bounds).all():
            return np.asarray(self._largest[which])
        best = self._behind[which]
        floor = np.partition(best, self._wanted, axis=1)[:, self._wanted]
        open_ = self._largest[which] > floor[:, np.newaxis]
        for rows, normals in self._draws.blocks():
            for i, bound in enumerate(bounds):
                draws = np.flatnonzero(open_[i, rows])
                if len(draws):
                    z = self._units.noise(normals[draws])
                    found = self._ahead(z, self._looks[which[i]], bound)
                    place = rows.start + draws
                    best[i, place] = np.maximum(best[i, place], found)
        return best

    def _ahead(self, z: FloatArray, look: Look, bound: float) -> FloatArray:
        """Return the largest of the better over the worse, over the pairs not found."""
        best = np.full(z.shape[1], -np.inf)
        for j, others in look:
            own = np.abs(self._units.statistic(j, others))
            open_ = np.arange(self._draws.units)[others][own <= bound]
            if len(open_):
                np.maximum(best, self._differences(z, j, open_).max(axis=0), out=best)
        return best

    def _differences(self, z: FloatArray, j: int, others: slice | IntArray) -> FloatArray:
        """Return the drawn statistics of the better to the worse, in a workspace used again."""
        theirs = z[others]
        t: FloatArray = self._work[: len(theirs), : z.shape[1]]
        np.subtract(z[j], theirs, out=t)
        turn = np.where(np.arange(self._draws.units)[others] > j, 1.0, -1.0)
        t *= (turn / self._units.scale(j, others))[:, np.newaxis]
        return t


class FewPairs:
    """
    The largest over all pairs of units with independent errors, from the extreme units.

    With errors s·e the statistic of a pair is at most the root of e² + e². Once a pair
    reaches b, others matter only where that bound exceeds b: few do. The answer is that
    of all pairs.
    """

    def __init__(self, units: Units, draws: Draws, wanted: int) -> None:
        self._units, self._draws, self._wanted = units, draws, wanted
        keep = min(_SECOND + 1, draws.units)
        self._index = np.empty((draws.draws, keep), dtype=np.int32)
        self._normal = np.empty((draws.draws, keep))
        for rows, normals in draws.blocks():
            size = np.abs(normals)
            top = np.argpartition(size, -keep, axis=1)[:, -keep:]
            order = np.argsort(-np.take_along_axis(size, top, axis=1), axis=1)
            top = np.take_along_axis(top, order, axis=1)
            self._index[rows] = top
            self._normal[rows] = np.take_along_axis(normals, top, axis=1)
        self._largest = self._search(np.inf)

    def largest(self, which: IntArray, bounds: FloatArray) -> FloatArray:  # noqa: ARG002  one set
        """Return the largest of each draw, as AllPairs does for the one set of all pairs."""
        bound = float(bounds[0])
        best = self._largest if np.isinf(bound) else self._search(bound)
        return best[np.newaxis]

    def _search(self, bound: float) -> FloatArray:
        """Return the largest of each draw, over the ordered pairs not found above `bound`."""
        best = np.full(self._draws.draws, -np.inf)
        open_ = np.arange(self._draws.draws)
        for keep in (_FIRST, _SECOND):
            best[open_] = self._among(open_, keep, bound)
            # No pair with a unit outside those tried can be larger than this.
            reach = np.hypot(self._normal[:, 0], self._normal[:, keep]) * (1 + 1e-12)
            floor = np.partition(best, self._wanted)[self._wanted]
            open_ = np.flatnonzero(reach > np.maximum(best, floor))
        for number in np.unique(open_ // self._draws.size):
            normals = self._draws.block(int(number))
            for draw in open_[open_ // self._draws.size == number]:
                row = normals[draw - number * self._draws.size]
                best[draw] = max(best[draw], self._beyond(row, best[draw], bound))
        return best

    def _among(self, draws: IntArray, keep: int, bound: float) -> FloatArray:
        """Return the largest over the pairs of each draw's `keep` most extreme units."""
        first, second = np.triu_indices(keep, 1)
        found = np.empty(len(draws))
        step = max(1, _BLOCK // len(first))
        for start in range(0, len(draws), step):
            part = draws[start : start + step]
            index = self._index[part, :keep]
            variance, estimate = self._units.variance[index], self._units.estimate[index]
            z = np.sqrt(variance) * self._normal[part, :keep]
            scale = np.sqrt(variance[:, first] + variance[:, second])
            t = (z[:, first] - z[:, second]) / scale
            own = (estimate[:, first] - estimate[:, second]) / scale
            found[start : start + step] = _largest_open(t, own, bound).max(axis=1)
        return found

    def _beyond(self, normals: FloatArray, best: float, bound: float) -> float:
        """Return the largest of one draw over every pair that could reach `best`."""
        square = normals**2
        needed = max(best, 0.0) ** 2 * (1 - 1e-12)
        one = np.flatnonzero(2 * square >= needed)
        other = np.flatnonzero(square >= needed - square.max())
        variance, estimate = self._units.variance, self._units.estimate
        z = np.sqrt(variance) * normals
        scale = np.sqrt(variance[one, np.newaxis] + variance[other])
        scale[one[:, np.newaxis] == other] = np.nan
        t = (z[one, np.newaxis] - z[other]) / scale
        own = (estimate[one, np.newaxis] - estimate[other]) / scale
        return float(_largest_open(t, own, bound).max())


def _largest_open(t: FloatArray, own: FloatArray, bound: float) -> FloatArray:
    """Return the larger direction of each pair, of those not found above `bound`."""
    if np.isinf(bound):
        return np.where(np.isnan(t), -np.inf, np.abs(t))
    ahead = np.where(own <= bound, t, -np.inf)
    return np.asarray(np.maximum(ahead, np.where(-own <= bound, -t, -np.inf)))


def search(units: Units, draws: Draws, wanted: int) -> AllPairs | FewPairs:
    """Return the quicker way to the largest over all pairs at once."""
    if units.covariance is None and draws.units > _ALL_PAIRS:
        return FewPairs(units, draws, wanted)
    everyone: Look = [(j, slice(j + 1, None)) for j in range(draws.units - 1)]
    return AllPairs(units, draws, wanted, [everyone])


def search_own(units: Units, draws: Draws, wanted: int, members: IntArray) -> AllPairs:
    """Return the way to the largest over each member's own pairs."""
    sides = [((j, slice(0, j)), (j, slice(j + 1, None))) for j in members.tolist()]
    looks: list[Look] = [
        [(j, part) for j, part in both if len(range(draws.units)[part])] for both in sides
    ]
    return AllPairs(units, draws, wanted, looks)


def told_apart(
    units: Units, members: IntArray, critical: FloatArray
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return how many units are found better, and worse, than each member by its own value."""
    better, worse = np.zeros((2, len(members)), dtype=np.int64)
    step = max(1, _BLOCK // len(units.estimate))
    for start in range(0, len(members), step):
        part = slice(start, start + step)
        t = units.statistic(members[part], slice(None))
        bound = critical[part, np.newaxis]
        better[part], worse[part] = (t < -bound).sum(axis=1), (t > bound).sum(axis=1)
    return better, worse
