"""Benefit of the doubt for 1,000 units on 20 indicators, against one linear program a unit by HiGHS."""

import numpy as np
from scipy.optimize import linprog

from benchmarks._timing import Row, best_of, peak_memory
from seedmetrics.formulas.scoring import benefit_of_the_doubt

UNITS, INDICATORS = 1000, 20
LIMIT = 1.0
# HiGHS solves so many units only; each takes about as long as another.
SOLVED = 50


def run() -> list[Row]:
    """Return the rows: evenly drawn scores, of which most units are on the frontier, are the hard case."""
    rng = np.random.default_rng(0)
    scores = rng.uniform(0.1, 1, (UNITS, INDICATORS))
    return [row(scores, None), row(scores, (0.01, 0.2))]


def row(scores: np.ndarray, shares: tuple[float, float] | None) -> Row:
    """Return the row without or with bounds on the shares of weights."""

    def ours() -> object:
        return benefit_of_the_doubt(scores, weight_shares=shares)

    # Before anything large has been held and let go, which would hide what is held now.
    memory = peak_memory(ours)
    result = benefit_of_the_doubt(scores, weight_shares=shares)
    some = range(0, UNITS, UNITS // SOLVED)
    expected = [by_highs(scores, unit, shares) for unit in some]
    off = float(np.abs(result.score[list(some)] / expected - 1).max())
    if off > 1e-9:
        msg = f"scores differ from those of HiGHS by {off:.2g}"
        raise AssertionError(msg)

    def theirs() -> object:
        return [by_highs(scores, unit, shares) for unit in some]

    seconds = best_of(theirs, repeats=1)
    bounds = "" if shares is None else f", shares {shares[0]:g} to {shares[1]:g}"
    return Row(
        f"benefit of the doubt, {UNITS:,} × {INDICATORS}{bounds}",
        best_of(ours),
        LIMIT,
        "scipy.optimize.linprog (HiGHS), one program a unit",
        seconds * UNITS / SOLVED,
        memory,
        note=f"HiGHS ran for {SOLVED} units, {seconds:.2f} s, and is told times {UNITS // SOLVED}; "
        f"scores differ by {off:.0e} at most",
    )


def by_highs(scores: np.ndarray, unit: int, shares: tuple[float, float] | None) -> float:
    """Return the score of one unit."""
    n, m = scores.shape
    rows, limits = scores, np.ones(n)
    if shares is not None:
        each, low, high = np.eye(m), shares[0], shares[1]
        rows = np.vstack([rows, low - each, each - high])
        limits = np.concatenate([limits, np.zeros(2 * m)])
    return -float(linprog(-scores[unit], A_ub=rows, b_ub=limits, method="highs").fun)
