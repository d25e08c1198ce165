"""Indicators measured by something named: a reference value or unit, or bands; `normalize` is their door."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from seedmetrics.formulas._checks import FloatArray, finite, offenders

Bands = tuple[Sequence[float], Sequence[float]]


def ratio(
    x: FloatArray, turn: FloatArray, reference: npt.ArrayLike | None, unit: int | None
) -> FloatArray:
    """Return each value over its column's reference, the other way round where less is better."""
    by = _reference(x, reference, unit)
    inverted = turn < 0
    if (bad := inverted & (x <= 0)).any():
        msg = (
            f"`values` must be above 0 where direction is -1 and method 'reference'; "
            f"{offenders(bad, x)}. Use another method for this indicator."
        )
        raise ValueError(msg)
    return np.where(inverted, by, x) / np.where(inverted, x, by)


def banded(x: FloatArray, turn: FloatArray, bands: Bands | Sequence[Bands] | None) -> FloatArray:
    """Return the points of the band that each value lies in; on a cut, of the better."""
    points = np.full(x.shape, np.nan)
    for j, (cuts, worth) in enumerate(_bands(bands, turn)):
        present = ~np.isnan(x[:, j])
        band = np.searchsorted(cuts, x[present, j], side="right" if turn[j] > 0 else "left")
        points[present, j] = worth[band]
    return points


def per_column(value: npt.ArrayLike | None, name: str, indicators: int) -> FloatArray:
    """Return one finite number a column."""
    if value is None:
        msg = f"`{name}` is needed by this method: give one number, or one for each indicator"
        raise ValueError(msg)
    numbers = finite(value, name)
    if numbers.shape not in ((), (1,), (indicators,)):
        msg = (
            f"`{name}` has shape {numbers.shape} but `values` has {indicators} indicator(s). "
            "Give one number, or one for each indicator."
        )
        raise ValueError(msg)
    return np.broadcast_to(numbers, (indicators,))


def _reference(x: FloatArray, reference: npt.ArrayLike | None, unit: int | None) -> FloatArray:
    """Return the value to divide each column by."""
    if (reference is None) == (unit is None):
        got = "neither" if unit is None else "both"
        msg = f"method 'reference' needs `reference` or `reference_unit`, got {got}"
        raise ValueError(msg)
    name = "reference" if unit is None else "reference_unit"
    values = per_column(reference if unit is None else _row(x, unit), name, x.shape[1])
    if (bad := values <= 0).any():
        msg = (
            f"`{name}` must be above 0 to divide by; {offenders(bad, values)}. "
            "Use another method for this indicator."
        )
        raise ValueError(msg)
    return values


def _row(x: FloatArray, unit: int) -> FloatArray:
    """Return the values of one unit, which must be complete."""
    if isinstance(unit, bool) or not isinstance(unit, int | np.integer):
        msg = f"`reference_unit` must be a whole number, the row of a unit; got {unit!r}"
        raise TypeError(msg)
    if not 0 <= unit < len(x):
        msg = f"`reference_unit` must be a row from 0 to {len(x) - 1}, got {unit}"
        raise ValueError(msg)
    values: FloatArray = x[unit]
    if (gone := np.isnan(values)).any():
        msg = (
            f"`reference_unit` {unit} has no value on {int(gone.sum())} indicator(s), first "
            f"column {int(np.argmax(gone))}. Choose another unit, or give `reference`."
        )
        raise ValueError(msg)
    return values


def _bands(
    bands: Bands | Sequence[Bands] | None, turn: FloatArray
) -> list[tuple[FloatArray, FloatArray]]:
    """Return cuts and points for each column."""
    if bands is None:
        msg = "`bands` is needed by this method: give (cuts, points), or one such pair an indicator"
        raise ValueError(msg)
    pairs: list[Any] = [bands] * turn.size if _is_pair(bands) else list(bands)
    if len(pairs) != turn.size or not all(map(_is_pair, pairs)):
        msg = (
            f"`bands` must be (cuts, points), or one such pair for each of {turn.size} "
            f"indicator(s); got {bands!r}"
        )
        raise ValueError(msg)
    return [_one_pair(pair, j, int(turn[j])) for j, pair in enumerate(pairs)]


def _is_pair(given: Any) -> bool:
    """Return whether something is two flat lists of numbers."""
    if not hasattr(given, "__len__") or len(given) != 2:
        return False
    return all(hasattr(part, "__len__") and all(np.isscalar(v) for v in part) for part in given)


def _one_pair(pair: Bands, column: int, turn: int) -> tuple[FloatArray, FloatArray]:
    """Return the cuts and points of one column, refusing what would turn its direction."""
    cuts, worth = finite(pair[0], "bands"), finite(pair[1], "bands")
    if not cuts.size or (np.diff(cuts) <= 0).any():
        msg = f"`bands` must have rising cuts such as [60, 90]; column {column} has {pair[0]!r}"
        raise ValueError(msg)
    if worth.size != cuts.size + 1 or (np.diff(worth) * turn < 0).any():
        msg = (
            f"`bands` must have one point value more than cuts, and they must "
            f"{'rise' if turn > 0 else 'fall'} with the values where direction is {turn}; "
            f"column {column} has {pair[1]!r} for {cuts.size} cut(s)"
        )
        raise ValueError(msg)
    return cuts, worth
