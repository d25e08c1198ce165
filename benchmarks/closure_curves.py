"""Kaplan-Meier curves of 500 groups of 2,000 matters each, one call a group in a plain loop."""

import warnings
from collections.abc import Callable

import numpy as np
from scipy.stats import CensoredData, ecdf

from benchmarks._timing import Row, best_of, peer
from seedmetrics.formulas.closure import time_to_closure

GROUPS, MATTERS = 500, 2000
LIMIT = 0.15

Groups = list[tuple[np.ndarray, np.ndarray]]


def run() -> list[Row]:
    """Time our loop against the loops of lifelines and of scipy, on whole days and on fractions."""
    rows = []
    for name, groups in (("whole days", matters(whole=True)), ("days with fractions", matters())):
        work = f"Kaplan-Meier with intervals, {GROUPS} groups x {MATTERS:,}, {name}"
        ours = best_of(lambda groups=groups: loop(one_of_ours, groups), repeats=9)
        theirs = best_of(lambda groups=groups: loop(one_of_scipy, groups), repeats=2)
        rows.append(Row(work, ours, LIMIT, "scipy.stats.ecdf in a loop", theirs))
        rows.append(against_lifelines(work, ours, groups))
    return rows


def against_lifelines(work: str, ours: float, groups: Groups) -> Row:
    """Return the row against lifelines, or the words that it is not there."""
    lifelines = peer("lifelines")
    if lifelines is None:
        return Row(work, ours, LIMIT, "lifelines is not installed")
    fitter = lifelines.KaplanMeierFitter

    def one(days: np.ndarray, closed: np.ndarray) -> object:
        return fitter().fit(days, closed)

    theirs = best_of(lambda: loop(one, groups), repeats=1)
    return Row(
        work,
        ours,
        LIMIT,
        f"lifelines {lifelines.__version__} KaplanMeierFitter in a loop",
        theirs,
        note="run once",
    )


def matters(*, whole: bool = False) -> Groups:
    """Return the same groups every time: closed after some days, or still open when last seen."""
    rng = np.random.default_rng(0)
    groups = []
    for _ in range(GROUPS):
        open_for, seen_for = rng.exponential(30, MATTERS), rng.uniform(0, 120, MATTERS)
        days = np.minimum(open_for, seen_for)
        groups.append((np.floor(days) if whole else days, open_for <= seen_for))
    return groups


def loop(one: Callable[[np.ndarray, np.ndarray], object], groups: Groups) -> None:
    """Work out the curve of one group after the other."""
    for days, closed in groups:
        one(days, closed)


def one_of_ours(days: np.ndarray, closed: np.ndarray) -> object:
    """Return our curve of a group; its interval is in it."""
    return time_to_closure(days, closed)


def one_of_scipy(days: np.ndarray, closed: np.ndarray) -> object:
    """Return scipy's curve of a group with the interval of the same kind."""
    curve = ecdf(CensoredData.right_censored(days, ~closed))
    with warnings.catch_warnings(action="ignore"):
        return curve.sf.confidence_interval(method="log-log")
