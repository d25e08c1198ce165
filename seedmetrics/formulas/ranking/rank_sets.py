"""How far each rank is known: sets that hold the true ranks; intervals of scores stay elsewhere."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seedmetrics.formulas._checks import BoolArray, FloatArray, confidence, finite, offenders
from seedmetrics.formulas.ranking.pairs import (
    AllPairs,
    Draws,
    FewPairs,
    IntArray,
    Units,
    search,
    search_own,
    told_apart,
)
from seedmetrics.formulas.ranking.ranks import rank

# Maxima held at a time where each unit has its own: 8 megabytes.
_MAXIMA = 2**20


@dataclass(frozen=True, slots=True, eq=False)
class RankSets:
    """
    Ranks, and the sets of ranks that the data allow.

    Attributes
    ----------
    rank : ndarray of float64, shape (units,)
        Rank of the estimate, 1 being the largest; ties share the best place.
    low, high : ndarray of float64, shape (units,)
        Best and worst rank of the set, ``1 <= low <= rank <= high``.
    knife_edge : ndarray of bool, shape (units,)
        True where another seed might move an end of the set.

    Notes
    -----
    A unit without an estimate has NaN in the first three, and False.
    """

    rank: FloatArray
    low: FloatArray
    high: FloatArray
    knife_edge: BoolArray


def rank_sets(
    estimate: npt.ArrayLike,
    standard_error: npt.ArrayLike,
    *,
    confidence_level: float = 0.95,
    simultaneous: bool = True,
    stepwise: bool = True,
    draws: int = 50_000,
    seed: int = 0,
) -> RankSets:
    r"""
    Confidence sets for ranks, from estimates and their standard errors.

    Parameters
    ----------
    estimate : array_like of float, shape (units,)
        Estimates, larger being better; turn the sign where less is better. A
        unit without an estimate (NaN) gets no set and is left out of the
        others' sets: they are ranks among the units estimated.
    standard_error : array_like of float, shape (units,) or (units, units)
        Standard errors of independent estimates, or the covariance matrix.
    confidence_level : float, default 0.95
        Probability aimed at, strictly between 0 and 1.
    simultaneous : bool, default True
        True: all true ranks lie in their sets at once with that probability,
        as a league table needs. False: the true rank of one unit chosen
        beforehand does.
    stepwise : bool, default True
        Look again without the pairs already told apart; never wider.
    draws : int, default 50_000
        Draws of the errors.
    seed : int, default 0
        Start of the draws. The same seed gives the same bits.

    Returns
    -------
    RankSets
        Rank, the two ends of its set, and whether the set is on a knife edge.

    Raises
    ------
    ValueError
        If shapes do not fit, a standard error is negative or missing, the
        matrix is no covariance, the difference of two units has no error, or
        `draws` or `seed` is no usable whole number.

    See Also
    --------
    seedmetrics.formulas.ranking.rank_sets_from_counts : For shares of few.

    Notes
    -----
    The procedure is that of [1]_. With :math:`s_{jk}^2 = S_{jj} + S_{kk} - 2
    S_{jk}`, a pair is told apart when

    .. math:: T_{jk} = (\hat\theta_j - \hat\theta_k) / s_{jk} > c,

    where :math:`c` is the quantile at `confidence_level`, over draws :math:`Z
    \sim N(0, S)`, of the largest :math:`(Z_j - Z_k) / s_{jk}` among ordered
    pairs not yet told apart. With `stepwise` this is repeated, on the same
    draws, until no more are. If :math:`N^-_j` units are found better than
    :math:`j`, and :math:`N^+_j` worse, of :math:`p`, its set is :math:`\{N^-_j
    + 1, \dots, p - N^+_j\}`. For a single unit only its own pairs are looked
    at, in both directions.

    Independent errors are searched by the few units of extreme error in each
    draw, with the same result as all pairs. Time for a covariance, and for
    ``simultaneous=False``, grows with the square of the number of units.

    Decided cases. A set is on a knife edge where it changes when every
    :math:`c` is moved up and down by three of its Monte Carlo standard errors:
    to the drawn maxima that stand :math:`3 \sqrt{R \alpha (1 - \alpha)}` places
    beyond the quantile in their order, with :math:`R` draws. Of hundreds of
    units most are on some edge, and an end would move by a place or two; with
    few draws all are. :math:`c` is never below 0: a unit is not found better
    than one with a larger estimate. One unit alone has the set {1}. One unit
    may have the error 0, two may not: their order would be certain however it
    came about. The order of the units does not matter, and of independent
    units those with the same estimate and error get the same set.

    References
    ----------
    .. [1] M. Mogstad, J. P. Romano, A. M. Shaikh and D. Wilhelm (2024),
       "Inference for ranks with applications to mobility across neighbourhoods
       and academic achievement across countries", Rev. Econ. Stud. 91, 476-518.

    Examples
    --------
    >>> result = rank_sets([0.92, 0.85, 0.60, 0.40], [0.03, 0.05, 0.03, 0.08])
    >>> result.rank
    array([1., 2., 3., 4.])
    >>> result.low, result.high
    (array([1., 1., 3., 3.]), array([2., 2., 4., 4.]))
    """
    level = confidence(confidence_level)
    _check_draws(draws, seed, level)
    theta = finite(estimate, "estimate", allow_nan=True)
    if theta.ndim != 1:
        msg = f"`estimate` must have the shape (units,), got shape {theta.shape}"
        raise ValueError(msg)
    present = np.flatnonzero(~np.isnan(theta))
    errors = _errors(standard_error, len(theta), present)
    variance = np.diagonal(errors) if errors.ndim == 2 else errors**2
    # Draws belong to units in this order, so that the order given does not matter.
    falling = np.lexsort((variance, -theta[present]))
    order, p = present[falling], len(present)
    low, high = np.full((2, len(theta)), np.nan)
    edge = np.zeros(len(theta), dtype=np.bool_)
    if p == 1:
        low[order] = high[order] = 1.0
    elif p > 1:
        units = _units(theta[order], errors, falling, order)
        look = _all_at_once if simultaneous else _each_apart
        (better, worse), edge[order] = look(units, Draws(int(seed), int(draws), p), level, stepwise)
        low[order], high[order] = better + 1, p - worse
    return RankSets(rank(theta), low, high, edge)


_Ends = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class _Procedure:
    """The steps from draws to pairs told apart, for all sets at once or for each of some apart."""

    units: Units
    members: IntArray
    pairs: AllPairs | FewPairs
    together: bool
    level: float
    stepwise: bool

    def ends(self) -> tuple[_Ends, BoolArray]:
        """Return the units found better and worse than each member, and the knife edges."""
        low, high = self._steps(-3), self._steps(3)
        edge = (low[0] != high[0]) | (low[1] != high[1])
        # Between the two lies the answer, so where they agree it is known.
        return (self._steps(0) if edge.any() else low), edge

    def _steps(self, errors: int) -> _Ends:
        """Return the units found, with each critical value moved by Monte Carlo errors."""
        better, worse = np.zeros((2, len(self.members)), dtype=np.int64)
        bounds = np.full(1 if self.together else len(self.members), np.inf)
        which = np.arange(len(bounds))
        while len(which):
            maxima = self.pairs.largest(which, bounds[which])
            bounds[which] = np.clip(_critical(maxima, self.level, errors), 0.0, bounds[which])
            seen = np.arange(len(self.members)) if self.together else which
            found = np.broadcast_to(bounds, better.shape)[seen]
            more, less = told_apart(self.units, self.members[seen], found)
            newly = (more != better[seen]) | (less != worse[seen])
            better[seen], worse[seen] = more, less
            if not self.stepwise:
                break
            which = which[[newly.any()] if self.together else newly]
        return better, worse


def _all_at_once(
    units: Units, draws: Draws, level: float, stepwise: bool
) -> tuple[_Ends, BoolArray]:
    """Return the units found better and worse than each, and knife edges, for all at once."""
    pairs = search(units, draws, _place(draws.draws, level, -3))
    return _Procedure(units, np.arange(draws.units), pairs, True, level, stepwise).ends()


def _each_apart(
    units: Units, draws: Draws, level: float, stepwise: bool
) -> tuple[_Ends, BoolArray]:
    """Return the same for each unit alone, from its own pairs; some units at a time."""
    alike = np.zeros(draws.units, dtype=np.bool_)
    if units.covariance is None:
        # Twins in estimate and error have one answer, whatever was drawn for each.
        alike[1:] = (np.diff(units.estimate) == 0) & (np.diff(units.variance) == 0)
    first = np.flatnonzero(~alike)
    ends = np.zeros((2, len(first)), dtype=np.int64)
    edge = np.zeros(len(first), dtype=np.bool_)
    step = max(1, _MAXIMA // draws.draws)
    for start in range(0, len(first), step):
        part = slice(start, start + step)
        pairs = search_own(units, draws, _place(draws.draws, level, -3), first[part])
        procedure = _Procedure(units, first[part], pairs, False, level, stepwise)
        ends[:, part], edge[part] = procedure.ends()
    twin = np.cumsum(~alike) - 1
    return (ends[0, twin], ends[1, twin]), edge[twin]


def _critical(maxima: FloatArray, level: float, errors: int) -> FloatArray:
    """Return the quantile over the last axis, or a value some Monte Carlo errors from it."""
    if not errors:
        return np.asarray(np.quantile(maxima, level, axis=-1))
    place = _place(maxima.shape[-1], level, errors)
    return np.asarray(np.partition(maxima, place, axis=-1)[..., place])


def _place(draws: int, level: float, errors: int) -> int:
    """Return the place among ordered draws so many binomial errors from the quantile."""
    place = (draws - 1) * level + errors * np.sqrt(draws * level * (1 - level))
    outward = np.floor(place) if errors < 0 else np.ceil(place)
    return int(np.clip(outward, 0, draws - 1))


def _units(
    theta: FloatArray,
    errors: FloatArray,
    falling: npt.NDArray[np.intp],
    order: npt.NDArray[np.intp],
) -> Units:
    """Return the units in falling order, refusing a pair whose difference has no error."""
    if errors.ndim == 1:
        sure = np.flatnonzero(errors[falling] == 0)
        if len(sure) > 1:
            first = sorted(order[sure].tolist())[:2]
            msg = (
                f"`standard_error` is 0 for {len(sure)} units, first at index {first[0]} and "
                f"{first[1]}: their order cannot be tested. For shares of 0% or 100% use "
                "`rank_sets_from_counts`, or an Agresti-Coull error."
            )
            raise ValueError(msg)
        return Units(theta, errors[falling] ** 2)
    covariance = errors[np.ix_(falling, falling)]
    variance = np.diagonal(covariance).copy()
    for j in range(len(theta) - 1):
        both = variance[j] + variance[j + 1 :]
        fixed = both - 2 * covariance[j, j + 1 :] <= 1e-12 * both
        if fixed.any():
            pair = sorted((int(order[j]), int(order[j + 1 + np.argmax(fixed)])))
            msg = (
                f"`standard_error` gives the difference of units {pair[0]} and {pair[1]} no error: "
                "their order cannot be tested. Leave one of them out."
            )
            raise ValueError(msg)
    return Units(theta, variance, covariance, _root(covariance))


def _errors(standard_error: npt.ArrayLike, units: int, present: npt.NDArray[np.intp]) -> FloatArray:
    """Return the standard errors or the covariance matrix of the units that have an estimate."""
    given = finite(standard_error, "standard_error", allow_nan=True)
    if given.shape == (units,):
        errors = given[present]
        bad = ~(errors >= 0)
    elif given.shape == (units, units):
        errors = given if len(present) == units else given[np.ix_(present, present)]
        bad = np.isnan(errors)
        np.fill_diagonal(bad, ~(np.diagonal(errors) >= 0))
    else:
        msg = (
            f"`standard_error` has shape {given.shape} but `estimate` has {units} unit(s). "
            f"Give one error each, or a covariance matrix of shape ({units}, {units})."
        )
        raise ValueError(msg)
    if bad.any():
        msg = (
            f"`standard_error` must be at least 0 where there is an estimate; "
            f"{offenders(bad, errors)}. Set the estimate to NaN where nothing is known of it."
        )
        raise ValueError(msg)
    return errors


def _root(covariance: FloatArray) -> FloatArray:
    """Return a root of the covariance, refusing a matrix that is none."""
    spread = float(np.abs(np.diagonal(covariance)).max())
    for j, row in enumerate(covariance):
        if (np.abs(row - covariance[:, j]) > 1e-9 * spread).any():
            msg = "`standard_error` is a matrix but not symmetric: give the covariance matrix"
            raise ValueError(msg)
    try:
        return np.asarray(np.linalg.cholesky(covariance), dtype=np.float64)
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(covariance)
    if values[0] < -1e-9 * values[-1]:
        msg = (
            "`standard_error` is a matrix but no covariance: its least eigenvalue is "
            f"{float(values[0])}. Give covariances, not correlations of other estimates."
        )
        raise ValueError(msg)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))


def _check_draws(draws: int, seed: int, level: float) -> None:
    """Refuse what cannot be drawn, or is too little to reach the quantile."""
    for value, name in ((draws, "draws"), (seed, "seed")):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 0:
            msg = f"`{name}` must be a whole number of at least 0, got {value!r}"
            raise ValueError(msg)
    if draws * (1 - level) < 1 - 1e-9:
        msg = (
            f"`draws` must be at least {int(np.ceil(1 / (1 - level)))} to reach the "
            f"level {level}, got {draws}. The default, 50_000, makes sets firm."
        )
        raise ValueError(msg)
