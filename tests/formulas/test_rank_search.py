"""What the search for the largest difference promises: that of all pairs, whatever the errors share."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from seedmetrics.formulas.ranking import RankSets, rank_sets
from seedmetrics.formulas.ranking.errors import dependent_units
from seedmetrics.formulas.ranking.maxima import ExtremeUnits
from seedmetrics.formulas.ranking.pairs import Draws, Units, told_apart


def ends(sets: RankSets) -> list[list[float]]:
    """Return the two ends of each set."""
    return np.stack([sets.low, sets.high]).tolist()


def correlation(kind: str, n: int) -> np.ndarray:
    """Return correlations of a kind that is met in practice, or that is hard to search."""
    rng = np.random.default_rng(8)
    place = np.arange(n)
    same = np.subtract.outer(place % 4, place % 4) == 0
    few = rng.normal(size=(n, 7))
    few /= np.linalg.norm(few, axis=1, keepdims=True)
    return {
        "common": np.full((n, n), 0.8) + 0.2 * np.eye(n),
        "neighbors": 0.95 ** np.abs(np.subtract.outer(place, place)),
        "clusters": np.where(same, 0.97, 0.0) + 0.03 * np.eye(n),
        "few factors": few @ few.T,
        "negative": 1.01 * np.eye(n) - 1 / n,
    }[kind]


CORRELATIONS = ("common", "neighbors", "clusters", "few factors", "negative")


def largest_of_all(theta, z, covariance, bound):
    """Return the largest statistic of each draw over the pairs not found above the bound."""
    variance = np.diag(covariance)
    scale = variance[:, None] + variance - 2 * covariance
    np.fill_diagonal(scale, 1.0)
    scale = np.sqrt(scale)
    open_ = ((theta[:, None] - theta) / scale <= bound) & ~np.eye(len(theta), dtype=bool)
    return np.array([((row[:, None] - row) / scale)[open_].max() for row in z])


@pytest.mark.parametrize("spread", [0.0, 1.0, 4.0])
@pytest.mark.parametrize("kind", [None, *CORRELATIONS])
def test_a_few_extreme_units_give_the_largest_of_all_pairs(spread, kind):
    rng = np.random.default_rng(5)
    n, wanted, draws = 90, 270, Draws(3, 300, 90)
    theta = np.sort(rng.normal(size=n))[::-1]
    error = np.exp(rng.normal(scale=spread, size=n))
    covariance = (np.eye(n) if kind is None else correlation(kind, n)) * error[:, None] * error
    units = (
        dependent_units(theta, covariance.copy(), np.arange(n)) if kind else Units(theta, error**2)
    )
    maxima = ExtremeUnits(units, draws).maxima(wanted)
    z = np.concatenate([units.noise(block) for _, block in draws.blocks()])
    for bound in (np.inf, 3.0, 0.5, 0.0):
        fast = maxima.largest(np.arange(1), np.array([bound]))[0]
        slow = largest_of_all(theta, z, covariance, bound)
        np.testing.assert_allclose(np.sort(fast)[wanted:], np.sort(slow)[wanted:], rtol=1e-6)
        assert (fast <= slow * (1 + 1e-6)).all()


@pytest.mark.parametrize("n", [3, 40, 700])
@pytest.mark.parametrize("ties", [True, False])
@pytest.mark.parametrize("level", [0.0, 1.0, 4.0])
def test_classes_of_like_errors_tell_apart_whom_all_pairs_do(n, ties, level):
    rng = np.random.default_rng(n)
    theta = np.sort(rng.normal(size=n).round(1 if ties else 12))[::-1] + 1000.0
    variance = np.exp(rng.normal(size=n).round(0 if ties else 12))
    critical = level * rng.uniform(0.9, 1.1, n)
    t = (theta[:, None] - theta) / np.sqrt(variance[:, None] + variance)
    better, worse = told_apart(Units(theta, variance), np.arange(n), critical)
    assert_array_equal(better, (-t > critical[:, None]).sum(axis=1))
    assert_array_equal(worse, (t > critical[:, None]).sum(axis=1))


@pytest.mark.parametrize("n", [6, 80])
@pytest.mark.parametrize("kind", CORRELATIONS)
def test_permuting_units_of_a_covariance_permutes_sets(n, kind):
    rng = np.random.default_rng(n)
    theta, error = rng.normal(size=n), rng.uniform(0.05, 0.6, n)
    covariance = correlation(kind, n) * error[:, None] * error
    order = rng.permutation(n)
    sets = rank_sets(theta, covariance, draws=400)
    moved = rank_sets(theta[order], covariance[np.ix_(order, order)], draws=400)
    for name in ("rank", "low", "high", "knife_edge"):
        assert_array_equal(getattr(moved, name), getattr(sets, name)[order])
    again = rank_sets(theta * 8 + 40, covariance * 64, draws=400)
    firm = ~sets.knife_edge
    assert_array_equal(np.array(ends(again))[:, firm], np.array(ends(sets))[:, firm])


@pytest.mark.parametrize("stepwise", [True, False])
@pytest.mark.parametrize("kind", CORRELATIONS)
def test_sets_of_dependent_errors_are_those_of_all_pairs_by_the_definition(kind, stepwise):
    rng = np.random.default_rng(21)
    n, level, draws = 70, 0.9, Draws(4, 400, 70)
    theta = np.sort(rng.normal(size=n))[::-1]
    error = rng.uniform(0.05, 0.6, n)
    covariance = correlation(kind, n) * error[:, None] * error
    sets = rank_sets(
        theta, covariance, confidence_level=level, stepwise=stepwise, draws=400, seed=4
    )
    root = dependent_units(theta, covariance.copy(), np.arange(n)).root
    z = np.concatenate([block @ root.T for _, block in draws.blocks()])
    variance = np.diag(covariance)
    scale = variance[:, None] + variance - 2 * covariance
    np.fill_diagonal(scale, 1.0)
    t = (theta[:, None] - theta) / np.sqrt(scale)
    bound, found = np.inf, None
    while found is None or (stepwise and (found != (t > bound)).any()):
        found = t > bound
        bound = np.quantile(largest_of_all(theta, z, covariance, bound), level)
    found = t > bound
    assert_array_equal(sets.low, 1 + found.sum(axis=0))
    assert_array_equal(sets.high, n - found.sum(axis=1))


def test_a_covariance_given_is_not_written_to():
    covariance = correlation("common", 80)
    kept = covariance.copy()
    rank_sets(np.arange(80.0), covariance, draws=200)
    assert_array_equal(covariance, kept)
