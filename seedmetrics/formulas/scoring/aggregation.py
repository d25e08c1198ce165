"""One score from several, by weight; the scores are already on one scale when they come here."""

import numpy as np
import numpy.typing as npt

from seedmetrics.formulas._checks import BoolArray, FloatArray, finite, offenders, one_of

METHODS = ("arithmetic", "geometric", "harmonic")
MISSING = ("error", "reweight", "nan")


def aggregate(
    scores: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    *,
    method: str = "arithmetic",
    missing: str = "error",
) -> FloatArray:
    r"""
    Weighted mean of the scores of each unit.

    Parameters
    ----------
    scores : array_like of float, shape (..., indicators)
        Scores on one scale, higher being better. NaN is a missing score.
    weights : array_like of float, shape (indicators,) or (..., indicators), optional
        Weights of at least 0, in any unit: only their proportions count.
        Without them every indicator weighs the same. Broadcast against
        `scores`.
    method : str, default "arithmetic"
        ``"arithmetic"``, where a high score makes up for a low one;
        ``"geometric"`` or ``"harmonic"``, where it does so ever less.
    missing : str, default "error"
        What a missing score does: ``"error"`` refuses, ``"reweight"`` leaves
        the indicator out of that unit's mean and lets the weights of the
        others grow in proportion, ``"nan"`` gives the unit no score.

    Returns
    -------
    ndarray of float64, shape (...)
        One score a unit, on the scale of `scores`.

    Raises
    ------
    ValueError
        If `method` or `missing` is unknown; if a weight is negative, missing
        or infinite, or all weights of a unit are 0; if a score is missing
        under ``"error"``; or if a geometric or harmonic mean meets a score of
        0 or less.

    See Also
    --------
    seedmetrics.formulas.scoring.normalize : Brings indicators onto one scale.

    Notes
    -----
    With weights :math:`w_i` over the scores that are present,
    :math:`W = \sum w_i`,

    .. math::

        \text{arithmetic} = \sum w_i x_i / W, \quad
        \text{geometric} = \exp\left(\sum w_i \ln x_i / W\right), \quad
        \text{harmonic} = W / \sum (w_i / x_i).

    The three never rise in this order. Deeper trees are built by calling once
    a level, with a method and weights of the level's own.

    Decided cases. An indicator of weight 0 is left out: its score is neither
    missing nor refused, whatever it is. A unit of which every weighed score is
    missing has no score (NaN) under ``"reweight"``. Reweighting supposes that
    the missing score would have been like the others: it is a choice to print.

    References
    ----------
    .. [1] OECD and European Commission JRC (2008), "Handbook on Constructing
       Composite Indicators", OECD Publishing, step 6.

    Examples
    --------
    >>> scores = [[80.0, 60.0, 40.0], [90.0, float("nan"), 50.0]]
    >>> aggregate(scores, [2, 1, 1], missing="reweight").round(2)
    array([65.  , 76.67])
    >>> aggregate([[80.0, 20.0]], method="geometric").round(2)
    array([40.])
    """
    method = one_of(method, "method", METHODS)
    missing = one_of(missing, "missing", MISSING)
    x = finite(scores, "scores", allow_nan=True)
    if not x.ndim or not x.shape[-1]:
        msg = f"`scores` needs at least one indicator on its last axis, got shape {x.shape}"
        raise ValueError(msg)
    w = _weights(weights, x)
    absent: BoolArray = np.isnan(x) & (w > 0)
    if missing == "error" and absent.any():
        msg = (
            f"`scores` must not be missing; {offenders(absent, x)}. "
            "Fill them in first, or choose missing='reweight' or 'nan'."
        )
        raise ValueError(msg)
    counted = (w > 0) & ~absent
    if method != "arithmetic":
        _refuse_non_positive(x, counted, method)
    kept = np.where(counted, w, 0.0)
    total = kept.sum(axis=-1)
    lost = absent.any(axis=-1) if missing == "nan" else total == 0
    divisor = np.where(total > 0, total, 1.0)
    # What does not count becomes 1, which every method can work on, and weighs 0.
    mean = _mean(np.where(counted, x, 1.0), kept, divisor, method)
    return np.where(lost, np.nan, mean)


def _mean(x: FloatArray, w: FloatArray, total: FloatArray, method: str) -> FloatArray:
    """Return the weighted mean over the last axis; the weights add up to `total`."""
    if method == "arithmetic":
        return np.asarray((w * x).sum(axis=-1) / total)
    if method == "geometric":
        return np.asarray(np.exp((w * np.log(x)).sum(axis=-1) / total))
    parts = (w / x).sum(axis=-1)
    return np.asarray(total / np.where(parts > 0, parts, 1.0))


def _weights(weights: npt.ArrayLike | None, x: FloatArray) -> FloatArray:
    """Return weights of the shape of the scores, none negative and some of each unit positive."""
    if weights is None:
        return np.ones(x.shape)
    given = finite(weights, "weights")
    if (bad := given < 0).any():
        msg = (
            f"`weights` must be at least 0; {offenders(bad, given)}. "
            "An indicator that counts against a unit is turned by `direction` when normalized."
        )
        raise ValueError(msg)
    fits = given.ndim > 0 and given.shape[-1] == x.shape[-1] and given.ndim <= x.ndim
    try:
        w = np.broadcast_to(given, x.shape) if fits else None
    except ValueError:
        w = None
    if w is None:
        msg = (
            f"`weights` has shape {given.shape} but `scores` has shape {x.shape}. "
            "Give one weight for each indicator."
        )
        raise ValueError(msg)
    if not (given.sum(axis=-1) > 0).all():
        msg = "`weights` add up to 0: at least one indicator must weigh more than 0"
        raise ValueError(msg)
    return w


def _refuse_non_positive(x: FloatArray, counted: BoolArray, method: str) -> None:
    """Refuse what has no logarithm or no reciprocal of use."""
    bad: BoolArray = counted & (np.where(counted, x, 1.0) <= 0)
    if bad.any():
        msg = (
            f"`scores` must be above 0 for a {method} mean; {offenders(bad, x)}. "
            "Normalize to an `output` that begins above 0, such as (1, 100)."
        )
        raise ValueError(msg)
