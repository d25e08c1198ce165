"""Whether units can be ranked at all: true variance against chance; no ranks are made here."""

import numpy as np
import numpy.typing as npt
from scipy import optimize

from seedmetrics.formulas._checks import FloatArray, finite
from seedmetrics.formulas.ranking.errors import errors_of

# Points between which the slope of the likelihood is searched for changes of sign.
_POINTS = 96


def rankability(estimate: npt.ArrayLike, standard_error: npt.ArrayLike) -> float:
    r"""
    Share of the variance between units that is no chance: whether a ranking means anything.

    Parameters
    ----------
    estimate : array_like of float, shape (units,)
        Independent estimates, on a scale on which errors are near normal, such
        as logits of shares. A unit without one (NaN) is left out.
    standard_error : array_like of float, shape (units,)
        Their standard errors.

    Returns
    -------
    float
        From 0, where all differences may be chance, to 1, where none is. Under
        0.5 is poor: these units cannot be ranked. From 0.5 to 0.75 is
        moderate, above is good.

    Raises
    ------
    ValueError
        If the shapes differ, a standard error is negative or missing, or units
        with the error 0 have the same estimate while others have errors.

    See Also
    --------
    seedmetrics.formulas.ranking.between_variance : The variance used.
    seedmetrics.formulas.ranking.rank_sets : What can be said of each rank.

    Notes
    -----
    With the variance :math:`\tau^2` of the true values, by restricted maximum
    likelihood [vandishoeck2011random]_,

    .. math:: \frac{\tau^2}{\tau^2 + \mathrm{median}\, s_j^2}.

    It speaks of the typical unit: a few large ones may be told apart where the
    rest may not. An error of 0 is taken at its word, though a Wald error of 0
    for a share of 0% or 100% is none: give an Agresti-Coull error for those.

    Decided cases. Equal estimates with errors give 0. Without errors it is 1,
    and NaN where the estimates are equal too. Fewer than two units give NaN.

    References
    ----------
    .. [vandishoeck2011random] A. M. van Dishoeck, H. F. Lingsma, J. P.
       Mackenbach and E. W. Steyerberg (2011), "Random variation and
       rankability of hospitals using outcome indicators", BMJ Qual. Saf. 20,
       869-874.

    Examples
    --------
    >>> round(rankability([0.9, 0.8, 0.5, 0.7], [0.05, 0.05, 0.05, 0.05]), 3)
    0.914
    >>> rankability([0.9, 0.8, 0.7], [0.3, 0.3, 0.3])
    0.0
    """
    theta, error = _present(estimate, standard_error)
    if len(theta) < 2:
        return float("nan")
    typical = float(np.median(error**2))
    between = _between(theta, error)
    return between / (between + typical) if between + typical > 0 else float("nan")


def between_variance(estimate: npt.ArrayLike, standard_error: npt.ArrayLike) -> float:
    r"""
    Variance of the true values of units, free of the errors of their estimates.

    Parameters
    ----------
    estimate : array_like of float, shape (units,)
        Independent estimates. A unit without one (NaN) is left out.
    standard_error : array_like of float, shape (units,)
        Their standard errors.

    Returns
    -------
    float
        The variance, at least 0, in the squared unit of the estimates.

    Raises
    ------
    ValueError
        If the shapes differ, a standard error is negative or missing, or units
        with the error 0 have the same estimate while others have errors.

    See Also
    --------
    seedmetrics.formulas.ranking.rankability : Sets it against the errors.

    Notes
    -----
    With :math:`\hat\theta_j \sim N(\mu, s_j^2 + \tau^2)`, restricted maximum
    likelihood [viechtbauer2005bias]_ maximizes

    .. math:: -\tfrac12 \sum_j \ln(s_j^2 + \tau^2) - \tfrac12 \ln \sum_j w_j
        - \tfrac12 \sum_j w_j (\hat\theta_j - \hat\mu)^2, \quad
        w_j = \frac{1}{s_j^2 + \tau^2}, \quad
        \hat\mu = \frac{\sum_j w_j \hat\theta_j}{\sum_j w_j}.

    This may have more than one maximum. Its slope is looked at from 0 to a
    bound beyond which it falls, every change of sign is followed to the root,
    and the highest maximum is the answer.

    Decided cases. Differences no larger than the errors explain give 0, and so
    do equal estimates. Fewer than two units have no variance: NaN. Where no
    unit has an error it is the variance of the estimates, with n - 1.

    References
    ----------
    .. [viechtbauer2005bias] W. Viechtbauer (2005), "Bias and efficiency of
       meta-analytic variance estimators in the random-effects model", J. Educ.
       Behav. Stat. 30, 261-293.

    Examples
    --------
    >>> round(between_variance([0.9, 0.8, 0.5, 0.7], [0.05, 0.05, 0.05, 0.05]), 6)
    0.026667
    >>> between_variance([0.9, 0.8, 0.7], [0.3, 0.3, 0.3])
    0.0
    """
    theta, error = _present(estimate, standard_error)
    return _between(theta, error)


def _present(
    estimate: npt.ArrayLike, standard_error: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Return the estimates that are there, with their errors."""
    theta = finite(estimate, "estimate", allow_nan=True)
    if theta.ndim != 1:
        msg = f"`estimate` must have the shape (units,), got shape {theta.shape}"
        raise ValueError(msg)
    present = np.flatnonzero(~np.isnan(theta))
    return theta[present], errors_of(standard_error, len(theta), present, matrix=False)


def _between(theta: FloatArray, error: FloatArray) -> float:
    """Return the variance of the true values, from estimates and their errors."""
    if len(theta) < 2:
        return float("nan")
    sure = theta[error == 0]
    if len(np.unique(sure)) < len(sure) < len(theta):
        msg = (
            "`standard_error` is 0 for units with the same estimate, and the likelihood of the "
            "variance has no maximum. For shares of 0% or 100% give an Agresti-Coull error."
        )
        raise ValueError(msg)
    extent = float(np.ptp(theta))
    if extent == 0:
        return 0.0
    away = (theta - theta.mean()) / extent
    spread = float(np.std(away, ddof=1))
    # Free of the unit of measurement. Errors far beyond all differences weigh nothing anyway.
    square = np.minimum(error / (extent * spread), 1e9) ** 2
    share = _Likelihood(away / spread, square).highest() if square.any() else 1.0
    return share * (extent * spread) * (extent * spread)


class _Likelihood:
    """The restricted likelihood of a variance, for estimates whose own variance is 1."""

    def __init__(self, theta: FloatArray, square: FloatArray) -> None:
        self._theta, self._square = theta, square

    def highest(self) -> float:
        """Return where it is highest, at or above 0."""
        least = float(self._square[self._square > 0].min())
        # Above this its slope is negative: that of the smallest weights against the largest.
        beyond = (1 + np.sqrt(1 + 4 * self._square.max())) / 2
        points = np.geomspace(np.clip(least / 1000, 1e-12, 1e-3), 1.01 * beyond, _POINTS).tolist()
        slopes = [self._slope(point) for point in points]
        peaks = [points[0]] if slopes[0] <= 0 else []
        peaks += [
            optimize.brentq(self._slope, points[i], points[i + 1], xtol=1e-14)
            for i in range(len(points) - 1)
            if slopes[i] > 0 >= slopes[i + 1]
        ]
        best = max(peaks, key=self._height)
        return 0.0 if best == points[0] else best

    def _weights(self, variance: float) -> tuple[FloatArray, FloatArray]:
        """Return the weights of the units, and their estimates less the weighted mean."""
        weight = 1 / (self._square + variance)
        return weight, self._theta - np.average(self._theta, weights=weight)

    def _slope(self, variance: float) -> float:
        """Return twice the slope of the logarithm."""
        weight, away = self._weights(variance)
        squares = weight**2
        return float((squares * away**2).sum() - weight.sum() + squares.sum() / weight.sum())

    def _height(self, variance: float) -> float:
        """Return twice the logarithm, up to a constant."""
        weight, away = self._weights(variance)
        return float(np.log(weight).sum() - np.log(weight.sum()) - (weight * away**2).sum())
