"""Simultaneous rank sets by 1,000 draws, against all pairs tried in numpy and against a peer."""

from collections.abc import Iterator

import numpy as np

from benchmarks._timing import Row, best_of, peak_memory, peer
from seedmetrics.formulas.ranking import rank_sets

DRAWS = 1000
# Seconds that independent errors and a covariance matrix may take, by the number of units.
LIMITS = {500: (0.2, 1.0), 2000: (1.0, 35.0)}
MEGABYTES = 200
# Of 2,000 units all pairs are tried for so many draws only.
FEW = 20


def run() -> list[Row]:
    """Return the rows of the speed table, each against all pairs, and one of a whole country."""
    # The largest first: memory that the process holds already would not be counted.
    largest, rows = country(), []
    for units, limits in LIMITS.items():
        theta, error, covariance = estimates(units)
        dependent = (f"a covariance matrix, {units:,} units", limits[1], covariance)
        independent = (f"independent errors, {units:,} units", limits[0], error)
        for name, limit, given in (independent, dependent):
            rows += one(f"rank sets, {name} x 1,000 draws", limit, theta, given, covariance)
    return [*rows, largest]


def one(
    work: str, limit: float, theta: np.ndarray, given: np.ndarray, covariance: np.ndarray
) -> Iterator[Row]:
    """Yield the rows of one size and kind of errors."""
    units = len(theta)

    def ours() -> object:
        return rank_sets(theta, given, draws=DRAWS)

    memory = peak_memory(ours)
    seconds = best_of(ours, repeats=9 if units < 1000 else 4)
    matrix = covariance if given.ndim == 2 else np.diag(given**2)

    def row(alternative: str, theirs: float | None, note: str = "") -> Row:
        return Row(work, seconds, limit, alternative, theirs, memory, MEGABYTES, note)

    draws = DRAWS if units < 1000 else FEW
    theirs = best_of(lambda: all_pairs(theta, matrix, draws), repeats=1) * DRAWS / draws
    note = "run once" if draws == DRAWS else f"{draws} draws of it were run once, and scaled up"
    yield row("numpy over all pairs, a few draws at a time", theirs, note)
    if units < 1000:
        yield row(*multiple_inference(theta, matrix))


def multiple_inference(theta: np.ndarray, covariance: np.ndarray) -> tuple[str, float | None, str]:
    """Return the peer's name, its seconds, and what was run of it."""
    package = peer("multiple_inference.confidence_set")
    if package is None:
        return "multiple-inference is not installed, or does not import here", None, ""

    def sets() -> object:
        fitted = package.SimultaneousRanking(theta, covariance).fit(n_samples=DRAWS)
        return fitted.conf_int(alpha=0.05, fast=False)

    return (
        "multiple-inference SimultaneousRanking, stepwise",
        best_of(sets, repeats=1),
        "run once; of 2,000 units it holds tables of gigabytes, and was not run",
    )


def country() -> Row:
    """Return the row of 40,000 units, as many as a country has townships."""
    theta, error, _ = estimates(40_000, covariance=False)

    def ours() -> object:
        return rank_sets(theta, error, draws=DRAWS)

    memory = peak_memory(ours)
    return Row(
        "rank sets, independent errors, 40,000 units x 1,000 draws",
        best_of(ours, repeats=2),
        None,
        "nothing: one table of all pairs would be 12.8 gigabytes",
        memory=memory,
        memory_limit=MEGABYTES,
    )


def estimates(units: int, *, covariance: bool = True) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the same estimates every time, and errors that counties and all have in common."""
    rng = np.random.default_rng(0)
    theta, error = rng.normal(size=units), rng.uniform(0.05, 0.5, units)
    if not covariance:
        return theta, error, np.empty((0, 0))
    county = np.arange(units) // 20
    shared = 0.2 + 0.3 * (county[:, None] == county)
    np.fill_diagonal(shared, 1.0)
    return theta, error, shared * error[:, None] * error


def all_pairs(theta: np.ndarray, covariance: np.ndarray, draws: int) -> np.ndarray:
    """Return the ends of the sets as the procedure is written: all pairs of all draws, in steps."""
    units = len(theta)
    variance = np.diag(covariance)
    scale = np.sqrt(variance[:, None] + variance - 2 * covariance + np.eye(units))
    root = np.linalg.cholesky(covariance)
    t = (theta[:, None] - theta) / scale
    open_ = ~np.eye(units, dtype=bool)
    while True:
        rng = np.random.default_rng(0)
        largest = []
        for _ in range(0, draws, 4):
            z = rng.standard_normal((4, units)) @ root.T
            pairs = (z[:, :, None] - z[:, None, :]) / scale
            largest.append(pairs.max(axis=(1, 2), initial=-np.inf, where=open_))
        found = open_ & (t > np.quantile(np.concatenate(largest), 0.95))
        if not found.any():
            told = ~open_ & ~np.eye(units, dtype=bool)
            return np.stack([1 + told.sum(axis=0), units - told.sum(axis=1)])
        open_ &= ~found
