"""Min-max and a weighted mean of 5,000 units on 20 indicators, against pandas and pymcdm."""

import importlib
import importlib.metadata

import numpy as np
import pandas as pd

from benchmarks._timing import Row, best_of, peer
from seedmetrics.formulas.scoring import aggregate, normalize

UNITS, INDICATORS = 5000, 20
LIMIT = 0.006


def run() -> list[Row]:
    """Return the rows; each way makes the same scores, or says that it does not."""
    rng = np.random.default_rng(0)
    values = rng.normal(50, 10, (UNITS, INDICATORS))
    directions = rng.choice([1, -1], INDICATORS)
    weights = rng.uniform(1, 3, INDICATORS)
    work = f"normalize and aggregate, {UNITS:,} × {INDICATORS}"

    def ours() -> np.ndarray:
        return aggregate(normalize(values, direction=directions), weights)

    seconds = best_of(ours, repeats=30)
    frame = pd.DataFrame(values)
    _same(by_pandas(frame, directions, weights), ours())
    theirs = best_of(lambda: by_pandas(frame, directions, weights), repeats=9)
    rows = [Row(work, seconds, LIMIT, "pandas, whole columns", theirs)]
    pymcdm = peer("pymcdm.methods")
    if pymcdm is None:
        return [*rows, Row(work, seconds, LIMIT, "pymcdm is not installed")]
    minmax = importlib.import_module("pymcdm.normalizations").minmax_normalization
    method = pymcdm.WSM(minmax)
    shares = weights / weights.sum()
    _same(100 * method(values, shares, directions), ours())
    return [
        *rows,
        Row(
            work,
            seconds,
            LIMIT,
            f"pymcdm {importlib.metadata.version('pymcdm')} WSM with min-max",
            best_of(lambda: method(values, shares, directions), repeats=9),
            note="which takes no missing values",
        ),
    ]


def by_pandas(values: pd.DataFrame, directions: np.ndarray, weights: np.ndarray) -> pd.Series:
    """Return the scores as a user of pandas writes them, missing values left out of the mean."""
    turned = values * directions
    scores = 100 * (turned - turned.min()) / (turned.max() - turned.min())
    return (scores * weights).sum(axis=1) / (scores.notna() * weights).sum(axis=1)


def _same(theirs: np.ndarray | pd.Series, ours: np.ndarray) -> None:
    """Refuse to compare what is not the same work."""
    if not np.allclose(theirs, ours, rtol=1e-9):
        msg = "the two ways give different scores"
        raise AssertionError(msg)
