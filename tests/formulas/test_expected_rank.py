"""What `expected_rank` and `rankability` promise: chance allowed for, and units that cannot be ranked said to be so."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import optimize, stats

from seedmetrics.formulas.ranking import between_variance, expected_rank, rank, rankability

NAN = float("nan")
DATASETS = ("nc_sids", "cbpp", "synthetic")
UNITS = st.lists(
    st.tuples(st.integers(0, 20).map(float), st.integers(0, 30).map(float)), min_size=1, max_size=9
)


@pytest.mark.shared
@pytest.mark.source("lingsma2009incorporating")
@pytest.mark.parametrize("dataset", DATASETS)
def test_expected_ranks_match_those_of_other_tools(reference, dataset):
    table = pd.read_csv(reference / "rates" / "eb_units.csv")
    rows = table[table["dataset"] == dataset]
    assert len(rows) >= 15
    result = expected_rank(rows["normal_eb_logit_reml"], rows["normal_eb_var"])
    assert_allclose(result.expected, rows["expected_rank_desc"], rtol=1e-9)
    assert_allclose(result.percentile, rows["pcer_desc"], rtol=1e-9)


@pytest.mark.shared
@pytest.mark.source("viechtbauer2005bias")
@pytest.mark.source("vandishoeck2011random")
@pytest.mark.parametrize("dataset", DATASETS)
def test_rankability_and_its_variance_match_those_of_other_tools(reference, dataset):
    units = pd.read_csv(reference / "rates" / "eb_units.csv")
    expected = pd.read_csv(reference / "rates" / "eb_parameters.csv").set_index("dataset")
    rows = units[units["dataset"] == dataset]
    given = rows["logit"], np.sqrt(rows["v_logit"])
    # Theirs steps until a step is small, and stops a little before the maximum.
    assert_allclose(between_variance(*given), expected.loc[dataset, "reml_tau2"], rtol=1e-5)
    assert_allclose(rankability(*given), expected.loc[dataset, "rankability_reml"], rtol=1e-5)


def by_definition(mean, variance):
    """Return the expected ranks pair by pair."""
    expected = []
    for j, (m, v) in enumerate(zip(mean, variance, strict=True)):
        better = 0.0
        for k, (other, u) in enumerate(zip(mean, variance, strict=True)):
            if k == j:
                continue
            if v + u > 0:
                better += stats.norm.cdf((other - m) / np.sqrt(v + u))
            else:
                better += 0.5 * (other == m) + (other > m)
        expected.append(1 + better)
    return expected


@given(units=UNITS)
def test_expected_ranks_are_those_of_every_pair(units):
    mean, variance = (np.array(x) for x in zip(*units, strict=True))
    result = expected_rank(mean, variance)
    assert_allclose(result.expected, by_definition(mean, variance), rtol=1e-12)
    assert_allclose(result.percentile, 100 * (result.expected - 0.5) / len(mean), rtol=1e-12)


def test_expected_ranks_are_the_means_of_drawn_ranks():
    mean, variance = np.array([0.9, 0.8, 0.8, 0.4]), np.array([0.04, 0.01, 0.09, 0.0])
    rng = np.random.default_rng(4)
    drawn = rank(rng.normal(mean, np.sqrt(variance), (40_000, 4)))
    # A rank of four has a standard deviation of at most 1.5: four of its Monte Carlo errors.
    assert_allclose(
        expected_rank(mean, variance).expected, drawn.mean(axis=0), atol=4 * 1.5 / np.sqrt(40_000)
    )


@given(units=UNITS)
def test_expected_ranks_add_up_and_stay_within_the_ranks(units):
    mean, variance = (np.array(x) for x in zip(*units, strict=True))
    n, result = len(mean), expected_rank(mean, variance)
    assert_allclose(result.expected.sum(), n * (n + 1) / 2, rtol=1e-12)
    assert (result.expected >= 1 - 1e-9).all()
    assert (result.expected <= n + 1e-9).all()
    assert (result.percentile >= 50 / n - 1e-9).all()
    assert (result.percentile <= 100 - 50 / n + 1e-9).all()


@given(units=UNITS, data=st.data())
def test_permuting_units_permutes_expected_ranks(units, data):
    mean, variance = (np.array(x) for x in zip(*units, strict=True))
    order = data.draw(st.permutations(range(len(mean))))
    moved = expected_rank(mean[order], variance[order])
    result = expected_rank(mean, variance)
    assert_allclose(moved.expected, result.expected[order], rtol=1e-12)
    assert_allclose(moved.percentile, result.percentile[order], rtol=1e-12)


@given(units=UNITS, by=st.sampled_from((0.001, 3.0, 1000.0)), up=st.integers(-50, 50))
def test_a_positive_affine_change_of_scale_changes_no_expected_rank(units, by, up):
    mean, variance = (np.array(x) for x in zip(*units, strict=True))
    moved = expected_rank(mean * by + up * by, variance * by**2)
    assert_allclose(moved.expected, expected_rank(mean, variance).expected, rtol=1e-9)


@given(units=UNITS)
def test_turning_the_sign_mirrors_expected_ranks(units):
    mean, variance = (np.array(x) for x in zip(*units, strict=True))
    both = expected_rank(mean, variance).expected + expected_rank(-mean, variance).expected
    assert_allclose(both, len(mean) + 1, rtol=1e-12)


@given(scores=st.lists(st.integers(0, 5).map(float), min_size=1, max_size=9))
def test_without_variance_it_is_the_rank_with_ties_averaged(scores):
    result = expected_rank(scores, np.zeros(len(scores)))
    assert_array_equal(result.expected, rank(scores, ties="average"))


def test_little_known_is_drawn_to_the_middle():
    mean = np.array([2.0, 1.0, 0.0])
    expected = [expected_rank(mean, np.full(3, v)).expected[0] for v in (0.0, 0.1, 1.0, 1e6)]
    assert expected == sorted(expected)
    assert expected[0] == 1
    assert_allclose(expected[-1], 2, atol=0.01)


def test_a_unit_without_a_mean_has_no_rank_and_does_not_count():
    result = expected_rank([1.0, NAN, 0.0], [0.1, NAN, 0.1])
    assert_array_equal(result.expected[[0, 2]], expected_rank([1.0, 0.0], [0.1, 0.1]).expected)
    assert np.isnan(result.expected[1])
    assert np.isnan(result.percentile[1])
    assert np.isnan(expected_rank([NAN], [1.0]).expected).all()
    assert expected_rank([], []).expected.shape == (0,)
    alone = expected_rank([3.0], [1.0])
    assert (alone.expected[0], alone.percentile[0]) == (1, 50)


def test_thousands_of_units_are_never_a_table_of_all_pairs():
    rng = np.random.default_rng(0)
    mean, variance = rng.normal(size=4000), rng.uniform(0, 1, 4000)
    tracemalloc.start()
    result = expected_rank(mean, variance)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # The table of all pairs would be 128 megabytes.
    assert peak < 20e6
    assert_allclose(result.expected.sum(), 4000 * 4001 / 2, rtol=1e-12)
    some = [0, 1234, 3999]
    scale = np.sqrt(variance[some, None] + variance)
    chance = stats.norm.cdf((mean - mean[some, None]) / scale).sum(axis=1)
    assert_allclose(result.expected[some], 0.5 + chance, rtol=1e-10)


@pytest.mark.parametrize(
    ("mean", "variance", "message"),
    [
        (
            [1, 2],
            [1],
            r"`mean` and `variance` must have the same shape \(units,\), got \(2,\) and \(1,\)",
        ),
        ([[1, 2]], [[1, 1]], r"must have the same shape \(units,\)"),
        ([1, 2], [1, -1], "`variance` must be at least 0.*first at index 1: -1"),
        ([1, 2], [1, NAN], "`variance` must be at least 0 where there is a mean"),
        ([1, float("inf")], [1, 1], "`mean` must be finite"),
    ],
)
def test_means_and_variances_that_are_none_are_refused(mean, variance, message):
    with pytest.raises(ValueError, match=message):
        expected_rank(mean, variance)


def restricted(variance, theta, square):
    """Return minus the restricted likelihood, from the residuals' own distribution."""
    n = len(theta)
    contrasts = np.eye(n)[1:] - 1 / n
    covariance = contrasts @ np.diag(square + variance) @ contrasts.T
    return -stats.multivariate_normal(cov=covariance).logpdf(contrasts @ theta)


@pytest.mark.parametrize("seed", range(8))
def test_the_variance_maximizes_the_likelihood_of_contrasts(seed):
    rng = np.random.default_rng(seed)
    n = 3 + seed
    theta, error = rng.normal(scale=1.5, size=n), rng.uniform(0.2, 2.0, n)
    grid = np.linspace(0, 20, 4001)
    values = [restricted(v, theta, error**2) for v in grid]
    best = grid[np.argmin(values)]
    if best > 0:
        best = optimize.minimize_scalar(
            restricted,
            bounds=(max(0.0, best - 0.01), best + 0.01),
            args=(theta, error**2),
            method="bounded",
            options={"xatol": 1e-10},
        ).x
    assert_allclose(between_variance(theta, error), best, atol=1e-5)


@pytest.mark.parametrize(
    ("theta", "error"),
    [
        ([-6.8, -0.9, -1.4], [1.82, 0.73, 0.12]),
        ([-3.1, -1.9, 1.6, -8.7], [0.06, 1.38, 14.31, 2.58]),
        ([-1.3, 2.8, 1.0, 2.9, -3.8], [5.48, 0.56, 3.77, 0.22, 2.44]),
        ([3.6, -0.3, -0.2, 0.9, 3.7], [0.03, 1.81, 2.24, 2.67, 0.38]),
    ],
)
def test_of_two_maxima_the_higher_is_taken(theta, error):
    square = np.square(error)
    grid = np.concatenate([[0.0], np.geomspace(1e-6, 100, 2000)])
    height = -np.array([restricted(v, theta, square) for v in grid])
    rises = np.diff(height) > 0
    # Highest at 0 among its neighbors, and once more further on.
    assert not rises[0]
    assert (rises[:-1] & ~rises[1:]).sum() == 1
    ours = between_variance(theta, error)
    assert -restricted(ours, theta, square) >= height.max() - 1e-12
    assert_allclose(ours, grid[np.argmax(height)], rtol=0.01)


DISTANCES = st.tuples(
    st.integers(0, 20), st.integers(0, 20), st.integers(1, 20), st.integers(0, 20)
)


@given(units=DISTANCES)
def test_of_two_units_it_is_half_the_squared_distance_less_their_errors(units):
    a, b, s, u = (float(x) for x in units)
    expected = max(0.0, ((a - b) ** 2 - s**2 - u**2) / 2)
    assert_allclose(between_variance([a, b], [s, u]), expected, rtol=1e-7, atol=1e-9)


@given(
    theta=st.lists(st.integers(0, 20).map(float), min_size=2, max_size=9),
    error=st.integers(0, 12).map(float),
)
def test_with_equal_errors_it_is_the_variance_less_theirs(theta, error):
    expected = max(0.0, np.var(theta, ddof=1) - error**2)
    ours = between_variance(theta, [error] * len(theta))
    assert_allclose(ours, expected, rtol=1e-7, atol=1e-9)
    if expected or error:
        assert_allclose(
            rankability(theta, [error] * len(theta)), expected / (expected + error**2), atol=1e-7
        )


ESTIMATES = st.lists(
    st.tuples(st.integers(0, 20).map(float), st.integers(1, 30).map(float)), min_size=2, max_size=9
)


@given(units=ESTIMATES, data=st.data())
def test_permuting_units_does_not_change_rankability(units, data):
    theta, error = (np.array(x) for x in zip(*units, strict=True))
    order = data.draw(st.permutations(range(len(theta))))
    assert_allclose(rankability(theta[order], error[order]), rankability(theta, error), atol=1e-9)


@given(units=ESTIMATES, by=st.sampled_from((1e-6, 3.0, 1e6)), up=st.integers(-50, 50))
def test_a_positive_affine_change_of_scale_does_not_change_rankability(units, by, up):
    theta, error = (np.array(x) for x in zip(*units, strict=True))
    assert_allclose(
        rankability(theta * by + up * by, error * by), rankability(theta, error), atol=1e-8
    )


@given(units=ESTIMATES)
def test_rankability_is_a_share_and_no_unit_missing_counts(units):
    theta, error = (list(x) for x in zip(*units, strict=True))
    share = rankability(theta, error)
    assert 0 <= share < 1
    assert rankability([NAN, *theta, NAN], [NAN, *error, 1.0]) == share


def test_chance_alone_cannot_be_ranked_and_large_differences_can():
    rng = np.random.default_rng(3)
    error = rng.uniform(0.8, 1.2, 200)
    assert rankability(rng.normal(0, error), error) < 0.25
    assert rankability(rng.normal(0, np.hypot(error, 5)), error) > 0.9


def test_degenerate_units_are_decided():
    assert rankability([3.0, 3.0, 3.0], [0.1, 0.2, 0.3]) == 0
    assert between_variance([3.0, 3.0], [0.1, 0.2]) == 0
    assert rankability([1.0, 2.0, 4.0], [0.0, 0.0, 0.0]) == 1
    assert_allclose(between_variance([1.0, 2.0, 4.0], [0.0, 0.0, 0.0]), 7 / 3)
    for theta in ([3.0, 3.0], [3.0], [NAN, 3.0], []):
        assert np.isnan(rankability(theta, np.zeros(len(theta))))
    assert np.isnan(rankability([3.0], [0.4]))
    assert np.isnan(between_variance([], []))
    assert isinstance(rankability([1.0, 2.0], [0.1, 0.1]), float)


@settings(max_examples=100)
@given(
    theta=st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=6),
    errors=st.lists(st.floats(1e-9, 1e9), min_size=6, max_size=6),
)
def test_no_scale_of_errors_gives_a_warning_or_nothing(theta, errors):
    share = rankability(theta, errors[: len(theta)])
    assert 0 <= share <= 1


@pytest.mark.parametrize("which", [rankability, between_variance])
@pytest.mark.parametrize(
    ("estimate", "error", "message"),
    [
        ([1, 2], [1], r"`standard_error` has shape \(1,\)"),
        ([1, 2], [[1, 0], [0, 1]], r"`standard_error` has shape \(2, 2\)"),
        ([1, 2], [1, -1], "`standard_error` must be at least 0"),
        ([[1, 2]], [1, 1], r"`estimate` must have the shape \(units,\)"),
        ([1, 1, 0.8], [0, 0, 0.1], "0 for units with the same estimate.*Agresti-Coull"),
    ],
)
def test_errors_that_are_none_are_refused(which, estimate, error, message):
    with pytest.raises(ValueError, match=message):
        which(estimate, error)
