"""How far each rank is known: sets that hold the true ranks; intervals of scores stay elsewhere."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seedmetrics.formulas._checks import BoolArray, FloatArray, confidence, finite, whole_number
from seedmetrics.formulas.ranking.errors import errors_of, units_of
from seedmetrics.formulas.ranking.maxima import Maxima, over_all_at_once, over_own_pairs
from seedmetrics.formulas.ranking.pairs import Draws, IntArray, Units, told_apart
from seedmetrics.formulas.ranking.ranks import rank

# Maxima held at a time where each unit has its own: 16 megabytes.
_MAXIMA = 2**21


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
    The procedure is that of [mogstad2024inference]_. With :math:`s_{jk}^2 =
    S_{jj} + S_{kk} - 2 S_{jk}`, a pair is told apart when

    .. math:: T_{jk} = (\hat\theta_j - \hat\theta_k) / s_{jk} > c,

    where :math:`c` is the quantile at `confidence_level`, over draws :math:`Z
    \sim N(0, S)`, of the largest :math:`(Z_j - Z_k) / s_{jk}` among ordered
    pairs not yet told apart. With `stepwise` this is repeated, on the same
    draws, until no more are. If :math:`N^-_j` units are found better than
    :math:`j`, and :math:`N^+_j` worse, of :math:`p`, its set is :math:`\{N^-_j
    + 1, \dots, p - N^+_j\}`. For a single unit only its own pairs are looked
    at, in both directions.

    For all at once a draw is searched by its few units of extreme error, with
    the same result as all pairs: where no difference has a smaller variance
    than :math:`u_j + u_k`, its statistic is at most the root of :math:`Z_j^2 /
    u_j + Z_k^2 / u_k`. With independent errors :math:`u` are their variances,
    and the time grows hardly faster than the number of units: tens of
    thousands can be ranked. A covariance, and ``simultaneous=False``, take
    time with the square of it.

    Decided cases. A set is on a knife edge where it changes when every
    :math:`c` is moved up and down by three of its Monte Carlo standard errors:
    to the drawn maxima that stand :math:`3 \sqrt{R \alpha (1 - \alpha)}` places
    beyond the quantile in their order, with :math:`R` draws. Of hundreds of
    units most are on some edge, and an end would move by a place or two; with
    few draws all are. :math:`c` is never below 0: a unit is not found better
    than one with a larger estimate. One unit alone has the set {1}. One unit
    may have the error 0, two may not: their order would be certain however it
    came about. That is for what is
    known without error: the Wald error of a share of 0% or 100% is 0 too, and
    such shares belong to `rank_sets_from_counts`. The order of the units does not matter, and of independent
    units those with the same estimate and error get the same set.

    References
    ----------
    .. [mogstad2024inference] M. Mogstad, J. P. Romano, A. M. Shaikh and D.
       Wilhelm (2024), "Inference for ranks with applications to mobility across
       neighbourhoods and academic achievement across countries", Rev. Econ.
       Stud. 91, 476-518.

    Examples
    --------
    >>> result = rank_sets([0.92, 0.85, 0.60, 0.40], [0.03, 0.05, 0.03, 0.08])
    >>> result.rank
    array([1., 2., 3., 4.])
    >>> result.low, result.high
    (array([1., 1., 3., 3.]), array([2., 2., 4., 4.]))
    """
    level = confidence(confidence_level)
    theta = finite(estimate, "estimate", allow_nan=True)
    if theta.ndim != 1:
        msg = f"`estimate` must have the shape (units,), got shape {theta.shape}"
        raise ValueError(msg)
    present = np.flatnonzero(~np.isnan(theta))
    errors = errors_of(standard_error, len(theta), present)
    variance = np.diagonal(errors) if errors.ndim == 2 else errors**2
    # Draws belong to units in this order, so that the order given does not matter.
    falling = np.lexsort((variance, -theta[present]))
    order, p = present[falling], len(present)
    asked = _checked_draws(draws, seed, p, level)
    low, high = np.full((2, len(theta)), np.nan)
    edge = np.zeros(len(theta), dtype=np.bool_)
    if p == 1:
        low[order] = high[order] = 1.0
    elif p > 1:
        units = units_of(theta[order], errors, falling, order)
        look = _all_at_once if simultaneous else _each_apart
        (better, worse), edge[order] = look(units, asked, level, stepwise)
        low[order], high[order] = better + 1, p - worse
    return RankSets(rank(theta), low, high, edge)


_Ends = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class _Procedure:
    """The steps from draws to pairs told apart, for all sets at once or for each of some apart."""

    units: Units
    members: IntArray
    maxima: Maxima
    level: float
    stepwise: bool

    def ends(self) -> tuple[_Ends, BoolArray]:
        """Return the units found better and worse than each member, and the knife edges."""
        low, high = self._found(-3), self._found(3)
        edge = (low[0] != high[0]) | (low[1] != high[1])
        # Between the two lies the answer, so where they agree it is known.
        return (self._found(0) if edge.any() else low), edge

    def _found(self, errors: int) -> _Ends:
        """Return the units found, with each critical value moved by Monte Carlo errors."""
        critical = self._critical(errors)
        return told_apart(self.units, self.members, np.broadcast_to(critical, self.members.shape))

    def _critical(self, errors: int) -> FloatArray:
        """Return the last critical value of each set of pairs."""
        bounds = np.full(len(self.maxima.behind), np.inf)
        which = np.arange(len(bounds))
        while len(which):
            maxima = self.maxima.largest(which, bounds[which])
            lower = np.clip(_quantile(maxima, self.level, errors), 0.0, bounds[which])
            # Where the value stays, no pair has left: nothing new was found.
            which, lower = which[lower < bounds[which]], lower[lower < bounds[which]]
            bounds[which] = lower
            if not self.stepwise:
                break
        return bounds


def _all_at_once(
    units: Units, draws: Draws, level: float, stepwise: bool
) -> tuple[_Ends, BoolArray]:
    """Return the units found better and worse than each, and knife edges, for all at once."""
    maxima = over_all_at_once(units, draws, _place(draws.draws, level, -3))
    return _Procedure(units, np.arange(draws.units), maxima, level, stepwise).ends()


def _each_apart(
    units: Units, draws: Draws, level: float, stepwise: bool
) -> tuple[_Ends, BoolArray]:
    """Return the same for each unit alone, from its own pairs; some units at a time."""
    alike = np.zeros(draws.units, dtype=np.bool_)
    if units.weights is None:
        # Twins in estimate and error have one answer, whatever was drawn for each.
        alike[1:] = (np.diff(units.estimate) == 0) & (np.diff(units.variance) == 0)
    first = np.flatnonzero(~alike)
    ends = np.zeros((2, len(first)), dtype=np.int64)
    edge = np.zeros(len(first), dtype=np.bool_)
    step = max(1, _MAXIMA // draws.draws)
    for start in range(0, len(first), step):
        part = slice(start, start + step)
        maxima = over_own_pairs(units, draws, _place(draws.draws, level, -3), first[part])
        ends[:, part], edge[part] = _Procedure(units, first[part], maxima, level, stepwise).ends()
    twin = np.cumsum(~alike) - 1
    return (ends[0, twin], ends[1, twin]), edge[twin]


def _quantile(maxima: FloatArray, level: float, errors: int) -> FloatArray:
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


def _checked_draws(draws: int, seed: int, units: int, level: float) -> Draws:
    """Return the draws, refusing what cannot be drawn or is too little to reach the quantile."""
    asked = Draws(whole_number(seed, "seed"), whole_number(draws, "draws"), units)
    if asked.draws * (1 - level) < 1 - 1e-9:
        msg = (
            f"`draws` must be at least {int(np.ceil(1 / (1 - level)))} to reach the "
            f"level {level}, got {draws}. The default, 50_000, makes sets firm."
        )
        raise ValueError(msg)
    return asked
