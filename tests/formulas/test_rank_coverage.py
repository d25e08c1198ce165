"""How often rank sets hold the true ranks, over repeated samples: at least as often as they say."""

import numpy as np
import pytest

from seedmetrics.formulas.ranking import (
    RankSets,
    bottom_set,
    joint_rank_intervals,
    rank,
    rank_sets,
    rank_sets_from_counts,
    top_set,
)

# The hardest truths: all equal, equal at the ends, and close enough to be confused.
TRUTHS = {
    "all equal": np.zeros(8),
    "ties at both ends": np.array([2.0, 2.0, 2.0, 1.0, 1.0, 0.5, 0.0, 0.0]),
    "close": np.linspace(0, 1, 8),
}


def held(sets: RankSets, truth: np.ndarray) -> np.ndarray:
    """Return which sets hold every rank that the true value may take: of a tie all its places."""
    return (sets.low <= rank(truth, ties="min")) & (rank(truth, ties="max") <= sets.high)


def least(level: float, trials: int) -> float:
    """Return the least share that a true level gives, but for three Monte Carlo standard errors."""
    return level - 3 * np.sqrt(level * (1 - level) / trials)


def dependent(n: int, rng: np.random.Generator) -> np.ndarray:
    """Return a covariance with errors in common, in neighbors, and in opposition."""
    factors = rng.normal(size=(n, 3))
    return factors @ factors.T * 0.2 + np.diag(rng.uniform(0.1, 0.6, n))


@pytest.mark.source("mogstad2024inference")
@pytest.mark.parametrize("stepwise", [True, False])
@pytest.mark.parametrize("truth", TRUTHS.values(), ids=TRUTHS)
def test_simultaneous_sets_hold_all_ranks_at_once(truth, stepwise):
    rng = np.random.default_rng(10)
    trials, level, all_held = 400, 0.8, 0
    for i in range(trials):
        error = rng.uniform(0.1, 0.8, len(truth))
        sets = rank_sets(
            rng.normal(truth, error),
            error,
            confidence_level=level,
            draws=300,
            stepwise=stepwise,
            seed=i,
        )
        all_held += held(sets, truth).all()
    assert all_held / trials >= least(level, trials)


@pytest.mark.source("mogstad2024inference")
@pytest.mark.parametrize("truth", TRUTHS.values(), ids=TRUTHS)
def test_simultaneous_sets_of_dependent_errors_hold_all_ranks_at_once(truth):
    rng = np.random.default_rng(11)
    trials, level, all_held = 400, 0.8, 0
    for i in range(trials):
        covariance = dependent(len(truth), rng)
        seen = rng.multivariate_normal(truth, covariance)
        sets = rank_sets(seen, covariance, confidence_level=level, draws=300, seed=i)
        all_held += held(sets, truth).all()
    assert all_held / trials >= least(level, trials)


@pytest.mark.source("mogstad2024inference")
@pytest.mark.parametrize("covariance", [False, True])
def test_a_hundred_units_searched_by_their_extremes_are_held_too(covariance):
    rng = np.random.default_rng(12)
    truth = np.repeat(np.arange(20.0), 5)
    trials, level, all_held = 150, 0.8, 0
    for i in range(trials):
        matrix = dependent(100, rng) if covariance else np.diag(rng.uniform(0.1, 0.6, 100))
        seen = rng.multivariate_normal(truth, matrix, method="cholesky")
        given = matrix if covariance else np.sqrt(np.diag(matrix))
        sets = rank_sets(seen, given, confidence_level=level, draws=300, seed=i)
        all_held += held(sets, truth).all()
    assert all_held / trials >= least(level, trials)


@pytest.mark.source("mogstad2024inference")
@pytest.mark.parametrize("covariance", [False, True])
def test_marginal_sets_hold_the_rank_of_each_unit_chosen_beforehand(covariance):
    rng = np.random.default_rng(13)
    truth = TRUTHS["ties at both ends"]
    trials, level = 400, 0.8
    each = np.zeros(len(truth))
    for i in range(trials):
        matrix = dependent(8, rng) if covariance else np.diag(rng.uniform(0.1, 0.6, 8))
        seen = rng.multivariate_normal(truth, matrix)
        given = matrix if covariance else np.sqrt(np.diag(matrix))
        sets = rank_sets(seen, given, confidence_level=level, draws=300, simultaneous=False, seed=i)
        each += held(sets, truth)
    assert (each / trials >= least(level, trials)).all()


def test_marginal_sets_are_too_narrow_for_all_at_once():
    # Why a league table needs simultaneous ones: so that the tests above can fail.
    rng = np.random.default_rng(14)
    truth, trials, all_held = np.zeros(8), 200, 0
    for i in range(trials):
        seen = rng.normal(truth, 0.5)
        sets = rank_sets(
            seen, np.full(8, 0.5), confidence_level=0.8, draws=300, simultaneous=False, seed=i
        )
        all_held += held(sets, truth).all()
    assert all_held / trials < 0.8 - 3 * np.sqrt(0.8 * 0.2 / trials)


@pytest.mark.source("klein2020joint")
@pytest.mark.parametrize("truth", TRUTHS.values(), ids=TRUTHS)
def test_joint_intervals_hold_all_ranks_at_once(truth):
    rng = np.random.default_rng(15)
    trials, level, all_held = 4000, 0.8, 0
    for _ in range(trials):
        error = rng.uniform(0.1, 0.8, len(truth))
        sets = joint_rank_intervals(rng.normal(truth, error), error, confidence_level=level)
        all_held += held(sets, truth).all()
    assert all_held / trials >= least(level, trials)


SHARES = {
    "all closed": np.ones(6),
    "none closed": np.zeros(6),
    "nearly all": np.full(6, 0.97),
    "half": np.full(6, 0.5),
    "mixed": np.array([1.0, 0.9, 0.9, 0.5, 0.5, 0.0]),
}


@pytest.mark.source("fisher1935logic")
@pytest.mark.source("holm1979simple")
@pytest.mark.parametrize("most", [3, 12, 120])
@pytest.mark.parametrize("share", SHARES.values(), ids=SHARES)
def test_sets_from_counts_hold_all_ranks_however_few_were_due(share, most):
    rng = np.random.default_rng(16)
    trials, level, all_held = 300, 0.8, 0
    for _ in range(trials):
        due = rng.integers(1, most + 1, len(share))
        sets = rank_sets_from_counts(rng.binomial(due, share), due, confidence_level=level)
        all_held += held(sets, share).all()
    assert all_held / trials >= least(level, trials)


def test_wald_errors_of_tiny_counts_do_not_keep_the_level():
    # The defect that sets from counts are for: one unit at 100% by chance has no error at all.
    rng = np.random.default_rng(17)
    truth, due = np.full(6, 0.9), np.full(6, 5)
    held_by_counts, held_by_wald, trials = 0, 0, 0
    while trials < 200:
        closed = rng.binomial(due, truth)
        share = closed / due
        wald = np.sqrt(share * (1 - share) / due)
        if (wald == 0).sum() > 1:
            continue
        trials += 1
        held_by_wald += held(joint_rank_intervals(share, wald, confidence_level=0.8), truth).all()
        held_by_counts += held(
            rank_sets_from_counts(closed, due, confidence_level=0.8), truth
        ).all()
    assert held_by_counts / trials >= least(0.8, trials)
    assert held_by_counts > held_by_wald


def test_the_true_best_and_worst_are_in_the_top_and_bottom_set():
    rng = np.random.default_rng(18)
    truth = np.array([3.0, 2.5, 2.4, 1.0, 0.9, 0.0])
    trials, level, found = 300, 0.8, 0
    for i in range(trials):
        error = rng.uniform(0.2, 0.8, 6)
        sets = rank_sets(rng.normal(truth, error), error, confidence_level=level, draws=300, seed=i)
        found += top_set(sets, 2)[:2].all() & bottom_set(sets, 2)[4:].all()
    assert found / trials >= least(level, trials)
