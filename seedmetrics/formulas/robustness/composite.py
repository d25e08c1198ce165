"""How far the ranks of a composite are known, given how few cases its rates rest on."""

import itertools
from collections.abc import Sequence
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
    one_of,
)
from seedmetrics.formulas.ranking import rank_sets
from seedmetrics.formulas.robustness.slopes import carried_error, tree_slopes
from seedmetrics.formulas.robustness.weightings import (
    MISSING,
    TreeLike,
    as_tree,
    checked_methods,
    checked_scores,
)
from seedmetrics.formulas.scoring import normalize
from seedmetrics.formulas.scoring.trees import aggregate_tree

NORMALIZATIONS = ("goalposts", "minmax", "zscore")

# Below this a standard error is rounding: two exact scores are told apart by any difference.
_LEAST = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class CompositeRankSets:
    """
    Scores of a composite, their errors, and the ranks that chance leaves open.

    Attributes
    ----------
    score : ndarray of float64, shape (units,)
        The composite; NaN for a unit without one.
    standard_error : ndarray of float64, shape (units,)
        Standard error of the score from the counts behind its rates.
    rank : ndarray of float64, shape (units,)
        Rank of the score, 1 being the best.
    low, high : ndarray of float64, shape (units,)
        Best and worst rank of the set.
    knife_edge : ndarray of bool, shape (units,)
        True where another seed might move an end of the set.
    """

    score: FloatArray
    standard_error: FloatArray
    rank: FloatArray
    low: FloatArray
    high: FloatArray
    knife_edge: BoolArray


def composite_rank_sets(
    rates: npt.ArrayLike,
    denominators: npt.ArrayLike,
    weights: TreeLike,
    *,
    normalization: str = "goalposts",
    low: npt.ArrayLike | None = None,
    high: npt.ArrayLike | None = None,
    direction: npt.ArrayLike = 1,
    method: str | Sequence[str] = "arithmetic",
    missing: str = "error",
    correlation: npt.ArrayLike | None = None,
    confidence_level: float = 0.95,
    simultaneous: bool = True,
    stepwise: bool = True,
    draws: int = 50_000,
    seed: int = 0,
) -> CompositeRankSets:
    r"""
    Confidence sets for the ranks of a composite, from the counts behind its rates.

    Parameters
    ----------
    rates : array_like of float, shape (units, indicators)
        Shares in [0, 1]; NaN where there is none.
    denominators : array_like of float, shape (units, indicators)
        Of how many each rate is a share, above 0 wherever there is a rate. Infinite for what is
        counted in full and has no sampling error.
    weights : Tree, tuple of two arrays, or array_like of float, shape (indicators,)
        As `tree_weights` of `weight_uncertainty`.
    normalization : str, default "goalposts"
        ``"goalposts"``, where each unit is scored by itself; ``"minmax"`` or ``"zscore"``, where
        the ends, or the mean and the spread, come from the units measured and share their errors.
    low, high : array_like of float, scalar or shape (indicators,), optional
        The goalposts; 0 and 1 where left out. Refused by the other two.
    direction : array_like of int, scalar or shape (indicators,), default 1
        1 where more is better, -1 where less is better.
    method : str or sequence of str, default "arithmetic"
        ``"arithmetic"``, ``"geometric"`` or ``"harmonic"``, for all levels or one each from the
        lowest up. The last two score from 1 to 100 instead of 0 to 100, and not with ``"zscore"``.
    missing : str, default "error"
        ``"error"``, ``"reweight"`` or ``"nan"``.
    correlation : array_like of float, shape (indicators, indicators), optional
        Correlation of the errors of a unit's rates, as where two are of the same cases. Without
        it they are independent.
    confidence_level, simultaneous, stepwise, draws, seed
        As for `rank_sets`.

    Returns
    -------
    CompositeRankSets
        Scores on 0 to 100 (standard deviations for ``"zscore"``), errors, ranks and their sets.

    Raises
    ------
    TypeError
        If an argument does not hold numbers.
    ValueError
        If shapes do not fit, a rate is outside [0, 1] or has no denominator, `correlation` is no
        correlation matrix, an argument is given that the normalization does not use, a name is
        unknown, or what `normalize` and `rank_sets` refuse.

    See Also
    --------
    seedmetrics.formulas.ranking.rank_sets : Makes the sets.
    weight_uncertainty : What the weights, not chance, leave open.

    Notes
    -----
    The standard error of a normalized rate is half the width of Wilson's interval
    [wilson1927probable]_ on the scale, over the normal quantile: above 0 also for 3 of 3. With
    slopes :math:`g_{ui}` of unit :math:`u`'s score in its normalized rates, errors
    :math:`\sigma_{ui}` and their correlation :math:`\rho_{ij}`, the score has the variance

    .. math:: \sum_{ij} g_{ui}\, g_{uj}\, \sigma_{ui}\, \sigma_{uj}\, \rho_{ij}

    (delta method), and the sets follow as in [mogstad2024inference]_. For an arithmetic mean
    :math:`g_{ui}` is the weight that the indicator has in the whole of the unit.

    Min-max ends and z-score moments are made of the same rates. Their errors move the scores of
    all units together, and a covariance of all scores carries that. Products of a unit's own error
    and that of the scale are left out: only units at the ends have large ones, which would make
    the best and the worst of one indicator certain of their ranks, as by definition they score 100
    and 0.

    Decided cases. A unit without a score has no set and is left out of the others' sets. Scores
    without any error are given one of 1e-9, so that ties stay open and any difference counts. A
    rate wholly beyond a goalpost has no error on the scale. Units that tie for an end of the
    min-max scale share it. The sets suppose that scores are nearly normal: with several
    indicators of tens of cases each, they are.

    References
    ----------
    .. [wilson1927probable] E. B. Wilson (1927), "Probable inference, the law of succession, and
       statistical inference", Journal of the American Statistical Association 22, 209-212.
    .. [mogstad2024inference] M. Mogstad, J. P. Romano, A. M. Shaikh and D. Wilhelm (2024),
       "Inference for ranks with applications to mobility across neighbourhoods and academic
       achievement across countries", Review of Economic Studies 91, 476-518.

    Examples
    --------
    Three units with the same rates; only those of many cases are told apart:

    >>> rates = [[0.95, 0.90], [0.80, 0.85], [0.60, 0.70]]
    >>> few = composite_rank_sets(rates, [[20, 10]] * 3, [2, 1])
    >>> many = composite_rank_sets(rates, [[2000, 1000]] * 3, [2, 1])
    >>> few.score.round(2)
    array([93.33, 81.67, 63.33])
    >>> few.low, few.high
    (array([1., 1., 2.]), array([2., 3., 3.]))
    >>> many.low, many.high
    (array([1., 2., 3.]), array([1., 2., 3.]))
    """
    name = one_of(normalization, "normalization", NORMALIZATIONS)
    missing = one_of(missing, "missing", MISSING)
    level = confidence(confidence_level)
    p, n = _rates(rates, denominators)
    tree = as_tree(weights, p.shape[1])
    checked_scores(p, "rates", missing, tree)
    means = set(checked_methods(method, tree).values())
    output = (0.0, 100.0) if means == {"arithmetic"} else (1.0, 100.0)
    posts = _posts(name, low, high)
    if name == "zscore" and means != {"arithmetic"}:
        msg = "`normalization` 'zscore' gives scores below 0, of which there is no such mean: use 'minmax'"
        raise ValueError(msg)

    def scored(values: FloatArray) -> FloatArray:
        return normalize(
            values, method=name, direction=direction, output=output, low=posts[0], high=posts[1]
        )

    y = scored(p)
    score = aggregate_tree(y, tree, method=method, missing=missing).total
    slope = tree_slopes(y, tree, method, missing)
    z = -special.ndtri((1 - level) / 2)
    below, above = wilson_ends(p, n, z)
    together = _correlation(correlation, p.shape, direction)
    if name == "goalposts":
        # Half of the interval on the scale itself: what lies beyond a post is not open.
        width = np.abs(scored(above) - scored(below))
    else:
        slope = slope * (output[1] - output[0] if name == "minmax" else 1.0) / _spreads(p, name)
        width = above - below
    parts = np.where(slope > 0, slope * width / (2 * z), 0.0)
    errors = np.maximum(carried_error(parts, together), _LEAST)
    if name != "goalposts":
        turned = p * np.asarray(direction, dtype=np.float64)
        shared = _scale_error(turned, slope, (above - below) / (2 * z), name, together)
        errors = np.diag(errors**2) + shared
    known = errors if errors.ndim == 1 else np.sqrt(np.diagonal(errors))
    sets = rank_sets(
        score,
        errors,
        confidence_level=level,
        simultaneous=simultaneous,
        stepwise=stepwise,
        draws=draws,
        seed=seed,
    )
    known = np.where(np.isnan(score), np.nan, known)
    return CompositeRankSets(score, known, sets.rank, sets.low, sets.high, sets.knife_edge)


def wilson_ends(p: FloatArray, n: FloatArray, z: float) -> tuple[FloatArray, FloatArray]:
    """Return Wilson's interval of shares that need not be of whole counts; of infinitely many, none."""
    size = np.where(np.isinf(n), 1.0, n)
    x = size * p
    half = z * np.sqrt(z**2 + 4 * x * (1 - p))
    low, high = ((2 * x + z**2 + sign * half) / (2 * (size + z**2)) for sign in (-1, 1))
    exact = np.isinf(n)
    return np.where(exact, p, np.clip(low, 0, 1)), np.where(exact, p, np.clip(high, 0, 1))


def _scale_error(
    turned: FloatArray, slope: FloatArray, error: FloatArray, name: str, together: FloatArray | None
) -> FloatArray:
    """
    Covariance that scores owe to the errors of the scales they share.

    Parameters
    ----------
    turned : ndarray of float64, shape (units, indicators)
        Rates times direction.
    slope : ndarray of float64, shape (units, indicators)
        Slope of the score in the turned rate, on the scale as it is.
    error : ndarray of float64, shape (units, indicators)
        Standard errors of the rates.
    name : {"minmax", "zscore"}
        The normalization.
    together : ndarray of float64, optional
        Correlation of the errors of a unit's turned rates.

    Returns
    -------
    ndarray of float64, shape (units, units)
        Of low rank: two columns of it an indicator.
    """
    units, indicators = turned.shape
    error = np.where(np.isnan(turned), 0.0, error)
    reach, ends = np.zeros((2, units, indicators, 2))
    spreads = _spreads(turned, name)
    for i in range(indicators):
        q, present = turned[:, i], ~np.isnan(turned[:, i])
        if name == "minmax":
            least, greatest = q[present].min(), q[present].max()
            share = np.where(present, (q - least) / spreads[i], 0.0)
            reach[:, i] = np.stack([1 - share, share], axis=1)
            # Units that tie for an end share it, so that their order does not matter.
            at = np.stack([q == least, q == greatest], axis=1)
            ends[:, i] = at / at.sum(axis=0)
        else:
            away = np.where(present, (q - q[present].mean()) / spreads[i], 0.0)
            reach[:, i] = np.stack([np.ones(units), away], axis=1)
            m = present.sum()
            ends[:, i] = np.stack([present / m, away / (m - 1)], axis=1)
    reach *= slope[:, :, np.newaxis]
    covariance = np.zeros((units, units))
    for i, j in itertools.product(range(indicators), repeat=2):
        corr = np.float64(i == j) if together is None else together[..., i, j]
        if np.any(corr):
            both = corr * error[:, i] * error[:, j]
            covariance += reach[:, i] @ ((ends[:, i].T * both) @ ends[:, j]) @ reach[:, j].T
    return covariance


def _spreads(values: FloatArray, name: str) -> FloatArray:
    """Return the range, or the standard deviation, of what is present of each indicator."""
    if name == "minmax":
        return np.asarray(np.nanmax(values, axis=0) - np.nanmin(values, axis=0))
    return np.asarray(np.nanstd(values, axis=0, ddof=1))


def _rates(rates: npt.ArrayLike, denominators: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return rates and what they are shares of, refusing a rate of nothing."""
    p = finite(rates, "rates", allow_nan=True)
    if p.ndim != 2 or not p.size:
        msg = f"`rates` must have the shape (units, indicators), got shape {p.shape}"
        raise ValueError(msg)
    if (bad := (p < 0) | (p > 1)).any():
        msg = f"`rates` must lie in [0, 1]; {offenders(bad, p)}. It is a share: use 0.9, not 90."
        raise ValueError(msg)
    given = np.asarray(denominators, dtype=np.float64)
    n = finite(np.where(np.isposinf(given), 0.0, given), "denominators", allow_nan=True)
    try:
        n = np.broadcast_to(np.where(np.isposinf(given), np.inf, n), p.shape)
    except ValueError as error:
        msg = f"`denominators` has shape {given.shape} but `rates` has shape {p.shape}"
        raise ValueError(msg) from error
    if (bad := ~np.isnan(p) & ~(n > 0)).any():
        msg = (
            f"`denominators` must be above 0 wherever there is a rate; {offenders(bad, n)}. "
            "Set the rate to NaN where nothing was due, or the denominator to infinity for what "
            "is counted in full."
        )
        raise ValueError(msg)
    return p, np.where(np.isnan(p), 1.0, n)


def _posts(
    name: str, low: npt.ArrayLike | None, high: npt.ArrayLike | None
) -> tuple[npt.ArrayLike | None, npt.ArrayLike | None]:
    """Return the goalposts, refusing them where the units themselves make the scale."""
    if name == "goalposts":
        return 0.0 if low is None else low, 1.0 if high is None else high
    for value, argument in ((low, "low"), (high, "high")):
        if value is not None:
            msg = f"`{argument}` is not used by normalization {name!r}: use 'goalposts', or leave it out"
            raise ValueError(msg)
    return None, None


def _correlation(
    correlation: npt.ArrayLike | None, shape: tuple[int, ...], direction: npt.ArrayLike
) -> FloatArray | None:
    """Return the correlation of a unit's turned rates, refusing what is none."""
    if correlation is None:
        return None
    r = finite(correlation, "correlation")
    units, m = shape
    if r.shape not in ((m, m), (units, m, m)):
        msg = (
            f"`correlation` has shape {r.shape}: give one matrix of shape ({m}, {m}) for all "
            "units, or one for each"
        )
        raise ValueError(msg)
    off = np.abs(r - r.swapaxes(-1, -2)).max() > 1e-9
    if off or np.abs(np.diagonal(r, axis1=-2, axis2=-1) - 1).max() > 1e-9:
        msg = "`correlation` must be symmetric with ones on its diagonal: give correlations, not covariances"
        raise ValueError(msg)
    if (least := float(np.linalg.eigvalsh(r).min())) < -1e-9:
        msg = f"`correlation` is none that three or more errors can have: its least eigenvalue is {least}"
        raise ValueError(msg)
    turn = np.broadcast_to(np.asarray(direction, dtype=np.float64), (m,))
    return np.asarray(r * turn * turn[:, np.newaxis])
