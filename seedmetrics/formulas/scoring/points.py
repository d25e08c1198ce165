"""Plus and minus points: what items give, what caps and the two ends of the scale take away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seedmetrics.formulas._checks import BoolArray, FloatArray, finite, offenders


@dataclass(frozen=True, slots=True, eq=False)
class PointsBalance:
    """
    Points after caps and ends, from `points_balance`.

    Attributes
    ----------
    total : ndarray of float64, shape (...)
        The balance.
    capped : ndarray of bool, shape (..., items)
        Items whose cap took something away.
    lost : ndarray of float64, shape (...)
        What caps and the two ends took away: the balance without them, minus `total`. Negative where they
        took away deductions and so gave points.
    """

    total: FloatArray
    capped: BoolArray
    lost: FloatArray


def points_balance(
    counts: npt.ArrayLike,
    values: npt.ArrayLike,
    *,
    base: npt.ArrayLike = 0,
    caps: npt.ArrayLike | None = None,
    low: npt.ArrayLike | None = None,
    high: npt.ArrayLike | None = None,
) -> PointsBalance:
    r"""
    Balance of plus and minus points.

    Parameters
    ----------
    counts : array_like of float, shape (..., items)
        How often each item came up, at least 0; hours pass where an item is paid by the hour.
    values : array_like of float, shape (items,)
        Points an item gives each time; negative ones are deductions.
    base : array_like of float, shape (...), default 0
        Points at the start; one for each person where last year's balance carries over.
    caps : array_like of float, shape (items,), optional
        Most that an item can give or take in all, at least 0; NaN where no cap applies. Left out: no caps.
    low, high : array_like of float, shape (...), optional
        Ends of the scale; NaN or left out where there is none.

    Returns
    -------
    PointsBalance
        Arrays of the shape of `counts` without its last axis; NumPy scalars for one person.

    Raises
    ------
    TypeError
        If an element is no number.
    ValueError
        If a count or a cap is negative, a number infinite or missing where it must be known, `low` lies above
        `high`, or the shapes do not fit.

    Notes
    -----
    .. math::

        P = \operatorname{clip}\Bigl(b + \sum_i s_i \min(c_i,\; n_i |v_i|),\; l,\; h\Bigr), \qquad
        s_i = \operatorname{sign} v_i.

    A cap bounds an item's absolute total, a plus or a minus. Caps come before the ends. `lost` keeps the
    account whole: ``total + lost == base + counts @ values``. A red line is no deduction; let a
    status say it. Nothing done leaves the base, cut to the ends; no items at all do the same.

    An example of each kind, all local rules: Dongyang City (Zhejiang, 2014) starts at 100, takes 40 for
    unlawful building and gives 5 to 10 for a part in a key campaign; a branch elsewhere starts at 60 with 2
    a study and 3 a meeting, each capped at 12, and 2 a theme day, capped at 8.

    Examples
    --------
    >>> found = points_balance([[8, 3, 4], [2, 1, 0]], [2, 3, 2], base=60, caps=[12, 12, 8])
    >>> found.total, found.lost
    (array([89., 67.]), array([4., 0.]))
    >>> found.capped.tolist()
    [[True, False, False], [False, False, False]]
    >>> print(points_balance([1, 1], [-40, 10], base=100).total)
    70.0
    """
    times, worth = finite(counts, "counts"), finite(values, "values")
    if (negative := times < 0).any():
        msg = f"`counts` must be at least 0; {offenders(negative, times)}. Let `values` carry the sign."
        raise ValueError(msg)
    if worth.ndim != 1 or times.ndim == 0 or times.shape[-1] != worth.size:
        msg = (
            f"`counts` has shape {times.shape} and `values` shape {worth.shape}. Give one value an "
            "item, and one count an item along the last axis."
        )
        raise ValueError(msg)
    raw = times * worth
    bounds = _caps(caps, worth.size)
    held = np.clip(raw, -bounds, bounds)
    start = finite(base, "base")
    least, most = _end(low, "low", -np.inf), _end(high, "high", np.inf)
    if (crossed := np.atleast_1d(least > most)).any():
        msg = f"`low` must not exceed `high` ({int(crossed.sum())} of {crossed.size} do): swap them"
        raise ValueError(msg)
    try:
        total = np.clip(start + held.sum(axis=-1), least, most)
        total = np.broadcast_to(total, times.shape[:-1])
    except ValueError as error:
        msg = (
            f"`base`, `low` and `high` must be one number, or one for each person: the shape "
            f"{times.shape[:-1]} of the persons does not fit"
        )
        raise ValueError(msg) from error
    lost = start + raw.sum(axis=-1) - total
    return PointsBalance(total.copy()[()], np.abs(raw) > bounds, np.asarray(lost)[()])


def _caps(caps: npt.ArrayLike | None, items: int) -> FloatArray:
    """Return one cap an item, infinite where there is none."""
    bounds = finite(np.full(items, np.nan) if caps is None else caps, "caps", allow_nan=True)
    if (negative := bounds < 0).any():
        msg = f"`caps` must be at least 0; {offenders(negative, bounds)}. A cap bounds an absolute total."
        raise ValueError(msg)
    if bounds.shape not in ((), (items,)):
        msg = f"`caps` has shape {bounds.shape}: give one for each of {items} items, or one for all"
        raise ValueError(msg)
    return np.broadcast_to(np.where(np.isnan(bounds), np.inf, bounds), (items,))


def _end(end: npt.ArrayLike | None, name: str, none: float) -> FloatArray:
    """Return an end of the scale, infinite where there is none."""
    found = finite(np.nan if end is None else end, name, allow_nan=True)
    return np.where(np.isnan(found), none, found)
