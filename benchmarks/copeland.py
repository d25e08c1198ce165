"""Copeland's contests of 1,000 units on 20 indicators, against a loop over pairs and all pairs at once."""

import numpy as np

from benchmarks._timing import Row, best_of, peak_memory
from seedmetrics.formulas.scoring import aggregate

UNITS, INDICATORS = 1000, 20
LIMIT = 0.2
# The loop runs over so many units only; the number of pairs grows with the square.
LOOPED = 200


def run() -> list[Row]:
    """Return the rows: the loop is quadratic, so that a part of it tells the whole."""
    rng = np.random.default_rng(0)
    scores = rng.integers(0, 30, (UNITS, INDICATORS)).astype(float)
    weights = rng.integers(1, 6, INDICATORS).astype(float)
    work = f"exact Copeland, {UNITS:,} × {INDICATORS}"

    def ours() -> np.ndarray:
        return aggregate(scores, weights, method="copeland")

    # Before anything large has been held and let go, which would hide what is held now.
    memory = peak_memory(ours)
    if not np.array_equal(all_at_once(scores, weights), ours()):
        msg = "the two ways give different scores"
        raise AssertionError(msg)
    seconds = best_of(ours, repeats=9)
    looped = best_of(lambda: loop(scores[:LOOPED], weights), repeats=2)
    times = UNITS * (UNITS - 1) / (LOOPED * (LOOPED - 1))
    return [
        Row(
            work,
            seconds,
            LIMIT,
            "a loop over pairs of rows in numpy; pymcdm has no Copeland",
            looped * times,
            memory,
            note=f"the loop ran on {LOOPED} units, {looped:.2f} s, and is told times {times:.1f}",
        ),
        Row(
            work,
            seconds,
            LIMIT,
            "numpy, all pairs at once",
            best_of(lambda: all_at_once(scores, weights), repeats=3),
            memory,
            note=f"which holds {UNITS**2 * INDICATORS * 8 // 2**20} MB twice",
        ),
    ]


def loop(scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return contests won less contests lost, pair by pair."""
    result = np.zeros(len(scores))
    for i in range(len(scores)):
        for k in range(i + 1, len(scores)):
            margin = weights @ np.sign(scores[i] - scores[k])
            result[i] += np.sign(margin)
            result[k] -= np.sign(margin)
    return result


def all_at_once(scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the same from one table of all pairs."""
    return np.sign(np.sign(scores[:, None] - scores) @ weights).sum(axis=1)
