"""Rules laid over a score after it is made: caps on the score, and vetoes that hold a tier down."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from seedmetrics.formulas._checks import finite

Array = npt.NDArray[np.float64]


def apply_caps(score: npt.ArrayLike, caps: npt.ArrayLike) -> Array:
    """
    Scores held down to their caps.

    Parameters
    ----------
    score : array_like of float, shape (...)
        Scores; NaN stays NaN.
    caps : array_like of float, shape (...)
        Highest score allowed, NaN where no cap applies. Broadcast against `score`.

    Returns
    -------
    ndarray of float64, shape (...)
        The smaller of score and cap.

    Raises
    ------
    ValueError
        If a score or a cap is infinite.

    Notes
    -----
    A cap is a bound, not a deduction: a score below it does not move, and two caps act as the lower one.

    Examples
    --------
    >>> apply_caps([92.0, 55.0, 71.0], [60.0, 60.0, float("nan")])
    array([60., 55., 71.])
    """
    scores = finite(score, "score", allow_nan=True)
    bounds = finite(caps, "caps", allow_nan=True)
    return np.where(np.isnan(scores), np.nan, np.fmin(scores, bounds))


def veto(tier: npt.ArrayLike, vetoed: npt.ArrayLike, *, best_tier: int) -> Array:
    """
    Tiers after a veto, which lets the units it hits stand no higher than one tier.

    Parameters
    ----------
    tier : array_like of float, shape (...)
        Tiers, 1 the best; NaN for a unit without one.
    vetoed : array_like of bool, shape (...)
        Units that the veto hits. Broadcast against `tier`.
    best_tier : int
        The best tier that such a unit may have.

    Returns
    -------
    ndarray of float64, shape (...)
        Tiers; a unit that stands lower already, or has no tier, does not move.

    Raises
    ------
    ValueError
        If `best_tier` is below 1 or not a whole number.

    Examples
    --------
    >>> veto([1, 2, 3], [True, False, True], best_tier=2)
    array([2., 2., 3.])
    """
    if int(best_tier) != best_tier or best_tier < 1:
        msg = f"`best_tier` must be a whole number of at least 1, got {best_tier!r}"
        raise ValueError(msg)
    tiers = finite(tier, "tier", allow_nan=True)
    held = np.asarray(vetoed, dtype=bool)
    # `maximum`, unlike `fmax`, keeps the NaN of a unit without a tier.
    return np.where(held, np.maximum(tiers, best_tier), tiers).astype(np.float64)
