"""Standard errors or a covariance of estimates: checked here, and made ready to draw from."""

import numpy as np
import numpy.typing as npt

from seedmetrics.formulas._checks import FloatArray, finite, offenders
from seedmetrics.formulas.ranking.pairs import IntArray, Units


def errors_of(
    standard_error: npt.ArrayLike,
    units: int,
    present: IntArray,
    *,
    matrix: bool = True,
    name: str = "standard_error",
) -> FloatArray:
    """Return the standard errors or, where `matrix` is allowed, the covariance of those present."""
    given = finite(standard_error, name, allow_nan=True)
    asked = np.zeros(units, dtype=np.bool_)
    asked[present] = True
    if given.shape == (units,):
        bad = asked & ~(given >= 0)
    elif matrix and given.shape == (units, units):
        bad = np.isnan(given) & asked & asked[:, np.newaxis]
        np.fill_diagonal(bad, asked & ~(np.diagonal(given) >= 0))
    else:
        or_matrix = f", or a covariance matrix of shape ({units}, {units})" if matrix else ""
        msg = (
            f"`{name}` has shape {given.shape} but `estimate` has {units} unit(s). "
            f"Give one error each{or_matrix}."
        )
        raise ValueError(msg)
    if bad.any():
        msg = (
            f"`{name}` must be at least 0 where there is an estimate; "
            f"{offenders(bad, given)}. Set the estimate to NaN where nothing is known of it."
        )
        raise ValueError(msg)
    if given.ndim == 1:
        return given[present]
    return given if len(present) == units else given[np.ix_(present, present)]


def units_of(theta: FloatArray, errors: FloatArray, falling: IntArray, order: IntArray) -> Units:
    """Return the units in falling order, refusing a pair whose difference has no error."""
    if errors.ndim == 1:
        refuse_certain(errors[falling], order)
        return Units(theta, errors[falling] ** 2)
    return dependent_units(theta, errors[np.ix_(falling, falling)], order)


def refuse_certain(errors: FloatArray, order: IntArray) -> None:
    """Refuse more than one unit without error: any difference of theirs would be certain."""
    sure = np.flatnonzero(errors == 0)
    if len(sure) > 1:
        first = sorted(order[sure].tolist())[:2]
        msg = (
            f"`standard_error` is 0 for {len(sure)} units, first at index {first[0]} and "
            f"{first[1]}: their order cannot be tested. For shares of 0% or 100% use "
            "`rank_sets_from_counts`, or an Agresti-Coull error."
        )
        raise ValueError(msg)


def dependent_units(theta: FloatArray, covariance: FloatArray, order: IntArray) -> Units:
    """Return the same of a covariance in falling order, which is overwritten."""
    variance, root = np.diagonal(covariance).copy(), _root(covariance)
    # The table of weights takes the place of the covariance, which is not needed any more.
    weights, rows = covariance, np.arange(len(theta))
    for j, row in enumerate(weights):
        both = variance[j] + variance
        square = both - 2 * row
        fixed = (square <= 1e-12 * both) & (rows != j)
        if fixed.any():
            pair = sorted((int(order[j]), int(order[np.argmax(fixed)])))
            msg = (
                f"`standard_error` gives the difference of units {pair[0]} and {pair[1]} no error: "
                "their order cannot be tested. Leave one of them out."
            )
            raise ValueError(msg)
        square[j] = 1.0
        row[:] = np.sign(rows - j) / np.sqrt(square)
    return Units(theta, variance, weights, root)


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
