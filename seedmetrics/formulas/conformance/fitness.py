"""How well a sequence of steps follows the prescribed one: skips, repeats, reversals."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seedmetrics.formulas._checks import FloatArray, finite, offenders, whole_counts

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class StepFitness:
    """
    How sequences follow the prescribed one, from `step_fitness`.

    Attributes
    ----------
    fitness : ndarray of float64, shape (...)
        In [0, 1]; 1 is the prescribed sequence itself, NaN where there is nothing to compare.
    skips : ndarray of int64, shape (...)
        Prescribed steps passed over.
    repeats : ndarray of int64, shape (...)
        Steps taken again, each further time counted.
    reversals : ndarray of int64, shape (...)
        Fewest steps that must be moved for the rest to stand in order.
    foreign : ndarray of int64, shape (...)
        Entries that are no prescribed step.
    """

    fitness: FloatArray
    skips: Counts
    repeats: Counts
    reversals: Counts
    foreign: Counts


def step_fitness(
    sequence: npt.ArrayLike,
    prescribed: npt.ArrayLike,
    *,
    repeatable: npt.ArrayLike = (),
    finished: bool = False,
) -> StepFitness:
    r"""
    How far sequences of steps keep to the prescribed sequence.

    Parameters
    ----------
    sequence : array_like of int, shape (..., length)
        Steps in the order they were taken, one sequence along the last axis; NaN fills up shorter ones.
    prescribed : array_like of int, shape (m,)
        The steps in their order, each once.
    repeatable : array_like of int, default ()
        Steps that may be taken again, which is then no repeat.
    finished : bool, default False
        Count prescribed steps after the furthest one taken as skips. By default a sequence is still under way and
        owes only what lies before it.

    Returns
    -------
    StepFitness
        Arrays of shape (...); NumPy scalars for a single sequence.

    Raises
    ------
    TypeError
        If an element is no number.
    ValueError
        If a step is no whole number, or `prescribed` is empty or has a step twice.

    Notes
    -----
    The sequence is aligned with the prescribed one, as conformance checking does
    [adriansyah2011conformance]_: a move in one of them alone costs 1, a move in both costs nothing, and
    fitness is one minus the least cost over the cost of no common move at all. With lengths n and m and
    the longest common subsequence l,

    .. math::

        \text{fitness} = 1 - \frac{n + m - 2l}{n + m}, \qquad
        n + m - 2l = \text{skips} + \text{repeats} + \text{foreign} + 2\,\text{reversals}.

    Since each prescribed step stands once, l is the longest rising run of places, and is exact. m ends with
    the furthest step taken, unless `finished`. Further times of a `repeatable` step are left out of n.

    Steps of the same day have no order of their own: sort by day, then by step, and they are not reversed.
    An empty sequence has nothing to compare and is NaN, or 0 when `finished`; one of foreign entries alone
    is 0.

    References
    ----------
    .. [adriansyah2011conformance] A. Adriansyah, B. F. van Dongen, W. M. P. van der Aalst (2011),
       "Conformance checking using cost-based fitness analysis", 15th IEEE International EDOC Conference, 55-64.

    Examples
    --------
    >>> found = step_fitness([[1, 2, 3, 4], [1, 3, 2, 4], [1, 4, 4, np.nan]], [1, 2, 3, 4, 5])
    >>> found.fitness.round(3), found.skips, found.repeats, found.reversals
    (array([1.   , 0.75 , 0.571]), array([0, 0, 2]), array([0, 0, 1]), array([0, 1, 0]))
    """
    model = whole_counts(prescribed, "prescribed")
    if model.ndim != 1 or model.size == 0 or np.unique(model).size != model.size:
        msg = "`prescribed` must be one sequence of at least one step, each step once"
        raise ValueError(msg)
    steps = np.atleast_1d(finite(sequence, "sequence", allow_nan=True))
    odd = ~np.isnan(steps) & (steps != np.floor(steps))
    if odd.any():
        msg = f"`sequence` must hold whole numbers; {offenders(odd, steps)}. Give steps by number."
        raise ValueError(msg)
    shape = steps.shape[:-1]
    steps = steps.reshape(math.prod(shape), steps.shape[-1])
    order = np.argsort(model)
    near = np.minimum(np.searchsorted(model, steps, sorter=order), model.size - 1)
    place = np.where(model[order][near] == steps, order[near], -1)
    foreign = (~np.isnan(steps) & (place < 0)).sum(axis=1)
    times = np.zeros((place.shape[0], model.size + 1), dtype=np.int64)
    np.add.at(times, (np.arange(place.shape[0])[:, np.newaxis], place), 1)
    times = times[:, :-1]  # the last column took the entries without a place
    taken = times > 0
    again = np.where(np.isin(model, whole_counts(repeatable, "repeatable")), 0, times - 1)
    repeats = (again * taken).sum(axis=1)
    distinct = taken.sum(axis=1)
    owed = np.full(place.shape[0], model.size) if finished else place.max(axis=1, initial=-1) + 1
    skips, reversals = owed - distinct, distinct - _longest_rise(place, model.size)
    cost = skips + repeats + foreign + 2 * reversals
    whole = distinct + repeats + foreign + owed
    fitness = np.where(whole > 0, 1 - cost / np.maximum(whole, 1), np.nan)
    return StepFitness(
        *(part.reshape(shape)[()] for part in (fitness, skips, repeats, reversals, foreign))
    )


def _longest_rise(place: npt.NDArray[np.int64], size: int) -> Counts:
    """Return the length of the longest strictly rising run of places in each row; -1 is passed over."""
    # Column k holds the longest run so far whose places all lie below k.
    longest = np.zeros((place.shape[0], size + 1), dtype=np.int64)
    columns = np.arange(size + 1)
    for here in place.T:
        run = np.where(here < 0, 0, longest[np.arange(here.size), np.maximum(here, 0)] + 1)
        reached = np.where(columns > here[:, np.newaxis], run[:, np.newaxis], 0)
        longest = np.maximum(longest, reached)
    return longest[:, -1]
