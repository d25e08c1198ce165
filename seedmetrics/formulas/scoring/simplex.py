"""Many linear programs over one set of constraints, solved side by side; what they mean is said elsewhere."""

import numpy as np
import numpy.typing as npt
from scipy import optimize

from seedmetrics.formulas._checks import FloatArray

IntArray = npt.NDArray[np.int64]

# A constraint counts as broken, and a step as possible, beyond this.
_ROUNDING = 1e-11
_SMALLEST_PIVOT = 1e-9
# Objectives are shifted by at most this share, so that no two steps are equally long.
_SHIFT = 1e-9
# How far the bounds above and below a solution may lie apart, as a share of it.
_CERTAIN = 1e-10
# About six steps a variable are needed; a program that takes so many more goes the slow way.
_STEPS, _STEPS_A_VARIABLE = 300, 20
# Programs solved together: their prices then stay in a core's cache.
_TOGETHER = 512
# Rows of one product: too few for BLAS to share it out among threads, which costs more than it
# gains here, and a hundred times more where other programs keep the cores busy.
_STRIP = 8


def maximize(objectives: FloatArray, rows: FloatArray, limits: FloatArray) -> FloatArray:
    """
    Return, for each objective, where it is greatest within the constraints.

    By the dual simplex method, one step of all programs at a time: each takes in the constraint
    that its point breaks most, and lets one go so that the objective stays an upper bound. The
    constraints being the same for all, their prices are one matrix product a step. A solution is
    kept where bounds from above and below meet; the others are solved one by one by HiGHS.

    Parameters
    ----------
    objectives : ndarray of float64, shape (programs, variables)
        Not negative, each with a greatest coefficient of 1.
    rows : ndarray of float64, shape (constraints, variables)
        Left sides of ``rows @ w <= limits``; ``w >= 0`` holds besides.
    limits : ndarray of float64, shape (constraints,)
        Right sides, 0 or 1. Each variable reaches 1 at most within them.

    Returns
    -------
    ndarray of float64, shape (programs, variables)
        The points, not negative.
    """
    m = rows.shape[1]
    # As no variable passes 1, all together do not pass m: a first constraint that none can break.
    a = np.vstack([rows, np.full(m, 1 / m), -np.eye(m)])
    b = np.concatenate([limits, [1.0], np.zeros(m)])
    length = np.linalg.norm(a, axis=1)
    a, b = a / length[:, np.newaxis], b / length
    points = np.empty(objectives.shape)
    sure = np.empty(len(objectives), dtype=np.bool_)
    for start in range(0, len(objectives), _TOGETHER):
        block = slice(start, start + _TOGETHER)
        # What rounding blows up is not sure, and solved again below.
        with np.errstate(over="ignore", invalid="ignore"):
            points[block], sure[block] = _side_by_side(objectives[block], a, b)
    for i in np.flatnonzero(~sure):
        points[i] = _one_by_one(objectives[i], rows, limits)
    return points


def _side_by_side(
    c: FloatArray, a: FloatArray, b: FloatArray
) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Return the points of all objectives, and which of them are surely greatest."""
    programs, m = c.shape
    points, sure = np.zeros(c.shape), np.zeros(programs, dtype=np.bool_)
    # The golden ratio's multiples lie evenly and are never equal.
    shifted = c * (1 - _SHIFT * (np.arange(1, m + 1) * 0.6180339887498949 % 1))
    basis, inverse = _start(shifted, a)
    prices = np.einsum("ij,ijk->ik", shifted, inverse)
    w = np.einsum("ijk,ik->ij", inverse, b[basis])
    left = np.arange(programs)
    columns = np.ascontiguousarray(a.T)
    for _ in range(_STEPS + _STEPS_A_VARIABLE * m):
        over = _product(w, columns)
        over -= b
        enters = over.argmax(axis=1)
        by = over[np.arange(left.size), enters]
        done = by <= _ROUNDING
        if done.any():
            at = left[done]
            points[at], sure[at] = _certified(c[at], w[done], a, b, basis[done], inverse[done])
            going = ~done
            left, w, prices = left[going], w[going], prices[going]
            basis, inverse, enters, by = basis[going], inverse[going], enters[going], by[going]
            if not left.size:
                break
        _step(basis, inverse, prices, w, a[enters], enters, by)
    return points, sure


def _start(c: FloatArray, a: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return constraints whose corner is an upper bound for each objective, and their inverse."""
    m = c.shape[1]
    zero = np.arange(len(a) - m, len(a))
    corners = np.tile(-np.eye(m), (m, 1, 1))
    corners[np.arange(m), np.arange(m)] = a[zero[0] - 1]
    greatest = c.argmax(axis=1)
    basis = np.tile(zero, (len(c), 1))
    basis[np.arange(len(c)), greatest] = zero[0] - 1
    return basis, np.linalg.inv(corners)[greatest]


def _step(
    basis: IntArray,
    inverse: FloatArray,
    prices: FloatArray,
    w: FloatArray,
    row: FloatArray,
    enters: IntArray,
    by: FloatArray,
) -> None:
    """Exchange one constraint of each program, in place."""
    each = np.arange(len(basis))
    pull = np.matmul(row[:, np.newaxis, :], inverse)[:, 0, :]
    able = pull > _SMALLEST_PIVOT
    reach = np.where(able, np.maximum(prices, 0.0) / np.where(able, pull, 1.0), np.inf)
    leaves = reach.argmin(axis=1)
    pivot = pull[each, leaves]
    # Where nothing can leave, rounding has gone too far: such a program stays where it is.
    pivot[~able.any(axis=1)] = np.inf
    price = np.maximum(prices[each, leaves], 0.0) / pivot
    prices -= price[:, np.newaxis] * pull
    prices[each, leaves] = price
    direction = inverse[each, :, leaves] / pivot[:, np.newaxis]
    w -= direction * by[:, np.newaxis]
    pull[each, leaves] -= 1
    inverse -= direction[:, :, np.newaxis] * pull[:, np.newaxis, :]
    basis[each, leaves] = enters


def _certified(
    c: FloatArray, w: FloatArray, a: FloatArray, b: FloatArray, basis: IntArray, inverse: FloatArray
) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Return points drawn back within the constraints, and whether no other can be greater."""
    tight, limits = a[basis], b[basis]
    missed = limits - np.einsum("ikj,ij->ik", tight, w)
    w = np.maximum(w + np.einsum("ijk,ik->ij", inverse, missed), 0.0)
    prices = np.maximum(np.einsum("ij,ijk->ik", c, inverse), 0.0)
    unpaid = c - np.einsum("ik,ikj->ij", prices, tight)
    above = (prices * limits).sum(axis=1) + np.maximum(unpaid, 0.0).sum(axis=1)
    sides = _product(w, a.T)
    bounded = b > 0
    w /= np.maximum((sides[:, bounded] / b[bounded]).max(axis=1), 1.0)[:, np.newaxis]
    kept = sides[:, ~bounded].max(axis=1) <= _CERTAIN
    below = (c * w).sum(axis=1)
    return w, kept & (above - below <= _CERTAIN * below)


def _product(w: FloatArray, columns: FloatArray) -> FloatArray:
    """Return the matrix product, a strip of rows at a time."""
    even = len(w) - len(w) % _STRIP
    product = np.empty((len(w), columns.shape[1]))
    strips = product[:even].reshape(-1, _STRIP, columns.shape[1])
    np.matmul(w[:even].reshape(-1, _STRIP, w.shape[1]), columns, out=strips)
    np.matmul(w[even:], columns, out=product[even:])
    return product


def _one_by_one(c: FloatArray, rows: FloatArray, limits: FloatArray) -> FloatArray:
    """Return the point of one objective by HiGHS."""
    found = optimize.linprog(
        -c,
        A_ub=rows,
        b_ub=limits,
        method="highs",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    if found.x is None:
        # At its finest tolerances HiGHS gives up now and then where it would succeed at its own.
        found = optimize.linprog(-c, A_ub=rows, b_ub=limits, method="highs")
    if found.x is None:
        msg = f"HiGHS could not solve a linear program: {found.message}"
        raise RuntimeError(msg)
    w = np.maximum(found.x, 0.0)
    bounded = limits > 0
    return np.asarray(w / np.maximum((rows[bounded] @ w).max(), 1.0))
