"""What `composite_rank_sets` promises: errors of rates carried into ranks, at the level it names."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from seedmetrics.formulas.closure import closure_rate
from seedmetrics.formulas.ranking import rank, rank_sets
from seedmetrics.formulas.robustness import composite_rank_sets
from seedmetrics.formulas.robustness.slopes import carried_error, tree_slopes
from seedmetrics.formulas.scoring.trees import Tree, aggregate_tree

NAN, INF = float("nan"), float("inf")
FEW = {"draws": 2000}


def counts(seed, units=8, indicators=3, least=20, most=200):
    rng = np.random.default_rng(seed)
    n = rng.integers(least, most, (units, indicators))
    return rng.binomial(n, rng.uniform(0.5, 0.98, n.shape)) / n, n


def test_one_indicator_alone_is_its_own_rank_set():
    rates, n = counts(0, indicators=1)
    ours = composite_rank_sets(rates, n, [1], **FEW)
    own = closure_rate((rates * n).round()[:, 0], n[:, 0])
    error = (own.high - own.low) / (2 * stats.norm.ppf(0.975))
    assert_allclose(ours.standard_error, 100 * error, rtol=1e-9)
    plain = rank_sets(rates[:, 0], error, **FEW)
    assert_array_equal(ours.low, plain.low)
    assert_array_equal(ours.high, plain.high)


def test_errors_of_an_arithmetic_composite_add_in_squares():
    rates, n = counts(1)
    weights = np.array([3.0, 2, 1]) / 6
    ours = composite_rank_sets(rates, n, weights, **FEW)
    alone = [composite_rank_sets(rates[:, [i]], n[:, [i]], [1], **FEW) for i in range(3)]
    assert_allclose(ours.score, sum(w * a.score for w, a in zip(weights, alone, strict=True)))
    squares = sum((w * a.standard_error) ** 2 for w, a in zip(weights, alone, strict=True))
    assert_allclose(ours.standard_error, np.sqrt(squares), rtol=1e-12)


def test_three_of_three_closed_everywhere_is_not_certain_of_its_rank():
    sets = composite_rank_sets(
        [[1.0, 1.0], [0.9, 0.9], [0.8, 0.85]], [[3, 3], [90, 90], [90, 90]], [1, 1]
    )
    assert sets.standard_error[0] > 5
    assert sets.low[0] == 1
    assert sets.high[0] == 3


@pytest.mark.parametrize(
    "method", ["arithmetic", "geometric", "harmonic", ["harmonic", "geometric", "arithmetic"]]
)
@pytest.mark.parametrize("missing", ["reweight", "nan"])
def test_slopes_are_those_of_finite_differences(method, missing):
    rng = np.random.default_rng(2)
    y = rng.uniform(20, 100, (7, 5))
    y[rng.random(y.shape) < 0.15] = NAN
    tree = Tree([5, 5, 6, 6, 7, 8, 7, 8, -1], [2, 1, 1, 3, 0, 2, 2, 5, 1])
    slopes = tree_slopes(y, tree, method, missing)
    for i in range(5):
        step = np.zeros(5)
        step[i] = 1e-5
        up, down = (
            aggregate_tree(y + sign * step, tree, method=method, missing=missing).total
            for sign in (1, -1)
        )
        expected = np.where(np.isnan(y[:, i]), 0, np.nan_to_num((up - down) / 2e-5))
        assert_allclose(slopes[:, i], expected, atol=1e-7)


def test_correlated_errors_of_shares_of_the_same_cases_widen_the_error():
    rates, n = counts(3, indicators=2)
    apart = composite_rank_sets(rates, n, [1, 1], **FEW).standard_error
    together = composite_rank_sets(rates, n, [1, 1], correlation=[[1, 0.9], [0.9, 1]], **FEW)
    against = composite_rank_sets(
        rates, n, [1, 1], direction=[1, -1], correlation=[[1, 0.9], [0.9, 1]], **FEW
    )
    assert (together.standard_error > apart).all()
    assert (against.standard_error < apart).all()


def test_carried_errors_are_those_of_the_full_covariance():
    rng = np.random.default_rng(4)
    parts = rng.normal(size=(6, 4))
    factor = rng.normal(size=(4, 4))
    square = factor @ factor.T
    scale = np.sqrt(np.diagonal(square))
    square = square / scale / scale[:, None]
    expected = [np.sqrt(row @ square @ row) for row in parts]
    assert_allclose(carried_error(parts, square), expected, rtol=1e-12)
    assert_allclose(carried_error(parts, np.tile(square, (6, 1, 1))), expected, rtol=1e-12)
    assert_allclose(carried_error(parts), np.sqrt((parts**2).sum(axis=1)), rtol=1e-12)


def test_what_is_counted_in_full_has_no_error():
    sets = composite_rank_sets([[0.9, 0.5], [0.8, 0.5]], [[INF, INF], [INF, INF]], [1, 1], **FEW)
    assert (sets.standard_error <= 1e-9).all()
    assert_array_equal(sets.low, [1, 2])
    assert_array_equal(sets.high, [1, 2])


def test_what_lies_wholly_beyond_a_post_is_not_open():
    rates, n = [[0.99], [0.98], [0.6]], [[2000], [2000], [200]]
    sets = composite_rank_sets(rates, n, [1], low=0.5, high=0.9, **FEW)
    assert_array_equal(sets.score[:2], 100)
    assert (sets.standard_error[:2] <= 1e-9).all()
    assert_array_equal(sets.high, [2, 2, 3])


def test_a_unit_without_a_score_is_left_out_of_the_sets():
    rates, n = counts(5)
    rates[2] = NAN
    sets = composite_rank_sets(rates, n, [1, 1, 1], missing="reweight", **FEW)
    assert np.isnan([sets.score[2], sets.rank[2], sets.low[2], sets.standard_error[2]]).all()
    assert np.nanmax(sets.high) == 7


@pytest.mark.parametrize("normalization", ["minmax", "zscore"])
def test_a_scale_made_by_the_units_is_never_surer_than_a_fixed_one(normalization):
    for seed in range(10):
        rates, n = counts(seed, units=6, indicators=2)
        own = composite_rank_sets(rates, n, [1, 2], normalization=normalization, **FEW)
        q = rates
        low, scale = (
            (q.min(axis=0), np.ptp(q, axis=0))
            if normalization == "minmax"
            else (q.mean(axis=0), q.std(axis=0, ddof=1))
        )
        fixed = composite_rank_sets(
            rates, n, np.array([1, 2]), low=low - 10 * scale, high=low + 10 * scale, **FEW
        )
        assert_array_equal(own.rank, fixed.rank)
        assert (own.low <= fixed.low).all()
        assert (own.high >= fixed.high).all()


def test_the_best_and_worst_of_one_minmax_indicator_are_not_certain_by_construction():
    # They score 100 and 0 whatever the counts are: the delta method alone would tell them apart.
    sets = composite_rank_sets([[0.9], [0.85]], [[20], [20]], [1], normalization="minmax", **FEW)
    assert_array_equal(sets.score, [100, 0])
    assert_array_equal(sets.low, [1, 1])
    assert_array_equal(sets.high, [2, 2])


def coverage(normalization, *, runs, units, indicators, direction=1, ties=False, seed=0):
    """Return the share of runs in which all true ranks lie in their sets at once."""
    rng = np.random.default_rng(seed)
    weights = np.arange(1.0, indicators + 1)
    inside = 0
    for _ in range(runs):
        true = rng.uniform(0.6, 0.95, (units, indicators))
        if ties:
            true[:] = true[0]
        n = rng.integers(30, 300, true.shape)
        seen = rng.binomial(n, true) / n
        sets = composite_rank_sets(
            seen, n, weights, normalization=normalization, direction=direction, draws=1000
        )
        exact = (
            composite_rank_sets(
                true,
                np.full(true.shape, INF),
                weights,
                normalization=normalization,
                draws=20,
                direction=direction,
            )
            if not (ties and normalization != "goalposts")
            else None
        )
        score = exact.score.round(9) if exact else np.zeros(units)
        best, worst = rank(score, ties="min"), rank(score, ties="max")
        inside += bool((sets.low <= best).all() and (sets.high >= worst).all())
    return inside / runs


@pytest.mark.source("mogstad2024inference")
@pytest.mark.parametrize("normalization", ["goalposts", "minmax", "zscore"])
@pytest.mark.parametrize("ties", [False, True])
def test_all_true_ranks_lie_in_their_sets_with_the_probability_named(normalization, ties):
    runs = 400
    share = coverage(normalization, runs=runs, units=8, indicators=3, ties=ties)
    # Three Monte Carlo standard errors of a share of 95% in 400 runs: 0.033.
    assert share >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / runs)


@given(st.integers(0, 1000), st.sampled_from(["goalposts", "minmax", "zscore"]))
def test_permuting_units_permutes_the_sets(seed, normalization):
    rates, n = counts(seed, units=6)
    order = np.random.default_rng(seed).permutation(6)
    options = {"normalization": normalization, "draws": 300}
    whole = composite_rank_sets(rates, n, [1, 2, 3], **options)
    turned = composite_rank_sets(rates[order], n[order], [1, 2, 3], **options)
    assert_allclose(turned.score, whole.score[order], rtol=1e-12)
    assert_allclose(turned.standard_error, whole.standard_error[order], rtol=1e-9)
    if normalization == "goalposts":  # a covariance is drawn from in the order of the scores too
        assert_array_equal(turned.low, whole.low[order])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rates": [[1.2, 0.5]] * 2}, "`rates` must lie in"),
        ({"rates": [0.5, 0.6]}, "`rates` must have the shape"),
        ({"denominators": [[0, 5]] * 2}, "`denominators` must be above 0 wherever"),
        ({"denominators": [[NAN, 5]] * 2}, "`denominators` must be above 0 wherever"),
        ({"denominators": [[1, 2, 3]]}, "`denominators` has shape"),
        ({"rates": [[NAN, 0.5], [0.2, 0.4]]}, "`rates` must not be missing"),
        ({"normalization": "rank"}, "`normalization` must be one of"),
        ({"normalization": "minmax", "low": 0.5}, "`low` is not used by normalization"),
        ({"normalization": "zscore", "method": "geometric"}, "'zscore' gives scores below 0"),
        ({"low": 0.9, "high": 0.5}, "`low` must be below `high`"),
        ({"direction": 0}, "`direction` must be 1"),
        ({"correlation": [[1.0]]}, "`correlation` has shape"),
        ({"correlation": [[1, 0.5], [0.4, 1]]}, "`correlation` must be symmetric"),
        ({"correlation": [[1, 2], [2, 1]]}, "least eigenvalue"),
        ({"confidence_level": 95}, "`confidence_level` must lie strictly between"),
        ({"weights": [1]}, "has 1 leaves"),
    ],
)
def test_what_cannot_be_answered_is_refused(change, message):
    arguments = {"rates": [[0.9, 0.5], [0.8, 0.7]], "denominators": [[9, 9]] * 2, "weights": [1, 1]}
    arguments |= change
    with pytest.raises(ValueError, match=message):
        composite_rank_sets(
            arguments.pop("rates"),
            arguments.pop("denominators"),
            arguments.pop("weights"),
            **arguments,
        )
