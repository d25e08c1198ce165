"""Units whose estimates have errors, two at a time: errors drawn, and who is told apart."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seedmetrics.formulas._checks import BoolArray, FloatArray

IntArray = npt.NDArray[np.intp]

# Normals held at a time: two megabytes, which stay in a processor's cache.
BLOCK = 2**18
# Classes of units with nearly the same error, each told apart from a unit by one place in it.
_CLASSES = 64


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
    weights, root : ndarray of float64, shape (n, n), or None
        Where errors depend on each other: what `weight` returns for all pairs, and a root of the
        covariance, ``root @ root.T``.
    """

    estimate: FloatArray
    variance: FloatArray
    weights: FloatArray | None = None
    root: FloatArray | None = None

    def weight(self, one: int | IntArray, other: slice | IntArray) -> FloatArray:
        """
        Return one over the standard error of a difference, negative where `one` is the worse.

        A difference times its weight is that of the better unit less the worse in standard
        errors, whichever of the two comes first. Between a unit and itself the weight is 0.
        With a slice for `other` each of `one` is a row.
        """
        if self.weights is not None:
            return np.asarray(self.weights[one, other])
        if isinstance(other, slice):
            one, other = np.expand_dims(one, -1), np.arange(len(self.variance))[other]
        weight: FloatArray = np.sign(other - one).astype(np.float64)
        scale = np.sqrt(self.variance[one] + self.variance[other])
        np.divide(weight, scale, out=weight, where=weight != 0)
        return weight

    def lead(self, values: FloatArray, one: int | IntArray, other: slice | IntArray) -> FloatArray:
        """Return the value of the better of two units less the worse's, in standard errors."""
        mine = values[one]
        mine = np.expand_dims(mine, -1) if isinstance(other, slice) else mine
        return np.asarray((mine - values[other]) * self.weight(one, other))

    def ahead(self, one: int | IntArray, other: slice | IntArray) -> FloatArray:
        """Return how far the better of two units is ahead of the worse, in standard errors."""
        return self.lead(self.estimate, one, other)

    def noise(self, normals: FloatArray) -> FloatArray:
        """Return errors drawn from the units' distribution, shape (draws, n)."""
        if self.root is not None:
            return np.asarray(normals @ self.root.T)
        return normals * np.sqrt(self.variance)

    def noise_of_each(self, normals: FloatArray) -> FloatArray:
        """Return the same with a row for each unit, shape (n, draws)."""
        if self.root is not None:
            return np.ascontiguousarray(self.noise(normals).T)
        return np.multiply(normals.T, np.sqrt(self.variance)[:, np.newaxis], order="C")


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
        return max(1, BLOCK // self.units)

    def blocks(self, asked: BoolArray | None = None) -> Iterator[tuple[slice, FloatArray]]:
        """Yield each block with the place of its rows, or those with a row that is asked for."""
        for start in range(0, self.draws, self.size):
            rows = slice(start, min(start + self.size, self.draws))
            if asked is not None and not asked[rows].any():
                continue
            # Each block has a stream of its own.
            stream = np.random.SeedSequence(self.seed, spawn_key=(start // self.size,))
            shape = (rows.stop - rows.start, self.units)
            yield rows, np.random.default_rng(stream).standard_normal(shape)


def told_apart(
    units: Units, members: IntArray, critical: FloatArray
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return how many units are found better, and worse, than each member by its own value."""
    if units.weights is None:
        return _by_classes(units, members, critical)
    better, worse = np.zeros((2, len(members)), dtype=np.int64)
    columns = np.arange(len(units.estimate))
    step = max(1, BLOCK // len(columns))
    for start in range(0, len(members), step):
        part = slice(start, start + step)
        found = units.ahead(members[part], slice(None)) > critical[part, np.newaxis]
        worse[part] = (found & (columns > members[part, np.newaxis])).sum(axis=1)
        better[part] = found.sum(axis=1) - worse[part]
    return better, worse


def _by_classes(
    units: Units, members: IntArray, critical: FloatArray
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """
    Return the same for independent errors, without looking at every pair.

    In a class of units with errors between two values, those further off than the larger error
    allows are found, those nearer than the smaller are not; the few between are looked at.
    """
    better, worse = np.zeros((2, len(members)), dtype=np.int64)
    theta, variance = units.estimate[members], units.variance[members]
    # A hair on both sides leaves what rounding might decide to be looked at.
    hair = max(1e-15 * float(np.abs(units.estimate).max()), 1e-300)
    by_error = np.argsort(units.variance, kind="stable")
    for alike in np.array_split(by_error, min(_CLASSES, 1 + len(by_error) // 32)):
        least, most = units.variance[alike[[0, -1]]]
        near = np.maximum(critical * np.sqrt(variance + least) * (1 - 1e-9) - hair, 0.0)
        far = critical * np.sqrt(variance + most) * (1 + 1e-9) + hair
        alike.sort()
        falling = -units.estimate[alike]
        for side, found in ((-1.0, better), (1.0, worse)):
            nearest = np.searchsorted(falling, side * near - theta)
            farthest = np.searchsorted(falling, side * far - theta)
            start, stop = np.minimum(nearest, farthest), np.maximum(nearest, farthest)
            member, place = spread(start, stop - start)
            apart = units.ahead(members[member], alike[place]) > critical[member]
            looked_at = np.bincount(member[apart], minlength=len(members))
            found[:] += looked_at + (farthest if side < 0 else len(alike) - farthest)
    return better, worse


def spread(starts: IntArray, counts: IntArray) -> tuple[IntArray, IntArray]:
    """Return the numbers of runs one after another, and before them the run of each."""
    run = np.repeat(np.arange(len(counts)), counts)
    before = np.cumsum(counts) - counts
    return run, np.arange(len(run)) + (starts - before)[run]
