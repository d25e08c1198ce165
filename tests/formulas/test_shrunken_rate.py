"""Claims about `shrunken_rate`: other tools, plain second implementations, laws, refusals."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import minimize
from scipy.stats import beta, betabinom

from seedmetrics.formulas.closure import closure_rate, shrunken_rate
from seedmetrics.formulas.closure.shrinkage import METHODS, _rise

method = pytest.mark.parametrize("method", METHODS)
DATASETS = ("nc_sids", "cbpp", "synthetic")
groups = st.lists(
    st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=2,
    max_size=25,
)


def columns(rows: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    y, n = np.array(rows, dtype=float).T
    return y, n


def drawn(seed: int, units: int = 40, a: float = 8.0, b: float = 2.0) -> tuple[np.ndarray, ...]:
    """Closed and due of units whose rates follow a beta distribution."""
    rng = np.random.default_rng(seed)
    n = rng.integers(1, 120, units)
    p = rng.beta(a, b, units)
    return rng.binomial(n, p), n, p


# Reference values made by other tools


@pytest.mark.shared
@pytest.mark.source("yee2015vector")
@pytest.mark.parametrize("dataset", DATASETS)
def test_largest_likelihood_meets_vgam(reference: Path, dataset: str) -> None:
    table = pd.read_csv(reference / "rates/eb_parameters.csv").set_index("dataset").loc[dataset]
    rows = pd.read_csv(reference / "rates/eb_units.csv").query("dataset == @dataset")
    result = shrunken_rate(rows.y, rows.n)
    assert_allclose([result.alpha, result.beta], [table.bb_alpha, table.bb_beta], rtol=1e-4)
    assert_allclose(result.rate, rows.bb_ml_eb, rtol=1e-4)
    assert_allclose(result.low, rows.bb_post_q025, rtol=1e-4)
    assert_allclose(result.high, rows.bb_post_q975, rtol=1e-4)
    # And its height is no lower than theirs.
    ours = betabinom.logpmf(rows.y, rows.n, result.alpha, result.beta).sum()
    theirs = betabinom.logpmf(rows.y, rows.n, table.bb_alpha, table.bb_beta).sum()
    assert ours >= theirs - 1e-8


@pytest.mark.shared
@pytest.mark.source("bivand2018comparing")
@pytest.mark.parametrize("dataset", DATASETS)
def test_marshall_meets_spdep(reference: Path, dataset: str) -> None:
    table = pd.read_csv(reference / "rates/eb_parameters.csv").set_index("dataset").loc[dataset]
    rows = pd.read_csv(reference / "rates/eb_units.csv").query("dataset == @dataset")
    result = shrunken_rate(rows.y, rows.n, method="marshall")
    assert_allclose(result.rate, rows.marshall_binomial_eb, rtol=1e-9)
    mean = result.alpha / (result.alpha + result.beta)
    assert_allclose(mean, table.marshall_binomial_b, rtol=1e-9)
    # Their other parameter is the spread of the rates, from which the correlation follows.
    size, noise = rows.n.mean(), mean * (1 - mean)
    correlation = (size * table.marshall_binomial_a - noise) / ((size - 1) * noise)
    assert_allclose(1 / (result.alpha + result.beta + 1), correlation, rtol=1e-9)


# Second implementations


@pytest.mark.source("griffiths1973maximum")
@pytest.mark.parametrize("seed", range(8))
def test_largest_likelihood_meets_a_plain_search_with_scipy(seed: int) -> None:
    y, n, _ = drawn(seed)

    def loss(at: np.ndarray) -> float:
        return -betabinom.logpmf(y, n, *np.exp(at)).sum()

    options = {"xatol": 1e-7, "fatol": 1e-11, "maxiter": 4000}
    found = minimize(loss, (1.0, 1.0), method="Nelder-Mead", options=options)
    result = shrunken_rate(y, n)
    assert_allclose([result.alpha, result.beta], np.exp(found.x), rtol=1e-5)


@pytest.mark.source("kleinman1973proportions")
@given(groups)
def test_kleinman_meets_turns_taken_in_plain_loops_where_these_settle(
    rows: list[tuple[int, int]],
) -> None:
    correlation, before = 0.0, np.nan
    some = 0 < sum(y for y, _ in rows) < sum(n for _, n in rows)
    if not some or all(n == 1 for _, n in rows) or all(y in (0, n) for y, n in rows):
        return
    for _ in range(2000):
        weights = [n / (1 + correlation * (n - 1)) for _, n in rows]
        total = sum(weights)
        p = sum(w * y / n for w, (y, n) in zip(weights, rows, strict=True)) / total
        s = sum(w * (y / n - p) ** 2 for w, (y, n) in zip(weights, rows, strict=True))
        u = [w * (1 - w / total) for w in weights]
        u_over_n = sum(a / n for a, (_, n) in zip(u, rows, strict=True))
        q, before = p * (1 - p), correlation
        correlation = (s - q * u_over_n) / (q * (sum(u) - u_over_n))
        correlation = min(max(correlation, 0.0), 1.0)
    if abs(correlation - before) > 1e-12:
        return
    result = shrunken_rate(*columns(rows), method="kleinman")
    assert_allclose(1 / (result.alpha + result.beta + 1), correlation, rtol=1e-6, atol=1e-11)
    if 0 < result.alpha < np.inf:
        assert_allclose(result.alpha / (result.alpha + result.beta), p, rtol=1e-6)


def test_kleinman_settles_where_turns_jump_to_and_fro_for_ever() -> None:
    # Plain turns swing between 0 and 0.0298 here, and neither reproduces itself.
    y, n = np.array([1, 19, 50, 6]), np.array([1, 24, 53, 7])
    result = shrunken_rate(y, n, method="kleinman")
    rho = 1 / (result.alpha + result.beta + 1)
    w = n / (1 + rho * (n - 1))
    p = (w * y / n).sum() / w.sum()
    u = w * (1 - w / w.sum())
    again = (w * (y / n - p) ** 2).sum() - p * (1 - p) * (u / n).sum()
    again /= p * (1 - p) * (u.sum() - (u / n).sum())
    assert 0 < rho < 0.0298
    assert_allclose(again, rho, rtol=1e-9)


@given(st.integers(0, 40), st.integers(1, 40), st.floats(0.5, 0.99))
def test_rate_and_interval_are_mean_and_quantiles_of_the_posterior(
    y: int, more: int, level: float
) -> None:
    closed, due = [y, 30, 52, 11], [y + more, 40, 60, 45]
    result = shrunken_rate(closed, due, confidence_level=level)
    posterior = beta(y + result.alpha, more + result.beta)
    assert_allclose(result.rate[0], posterior.mean(), rtol=1e-12)
    tail = (1 - level) / 2
    assert_allclose(result.low[0], posterior.ppf(tail), rtol=1e-8)
    assert_allclose(result.high[0], posterior.isf(tail), rtol=1e-8)
    assert result.confidence_level == level


@given(st.floats(1e-6, 1e6), st.integers(1, 300))
def test_likelihood_keeps_its_digits_at_any_precision(first: float, count: int) -> None:
    # The plain sum, where the difference of two log-gammas would cancel.
    k = np.arange(count)
    up, slope = _rise(first, np.array([count], dtype=float), np.array([2.0]))
    assert_allclose(up, 2 * np.log1p(k / first).sum(), rtol=1e-9, atol=1e-11 * count)
    assert_allclose(slope, -2 * (k / (first + k)).sum(), rtol=1e-9, atol=1e-11 * count)


# Laws


@method
@given(rows=groups)
def test_rate_lies_between_the_units_own_and_the_groups(
    method: str, rows: list[tuple[int, int]]
) -> None:
    y, n = columns(rows)
    result = shrunken_rate(y, n, method=method)
    known = 0 < result.alpha < np.inf
    mean = result.alpha / (result.alpha + result.beta) if known else y.sum() / n.sum()
    near, far = np.minimum(y / n, mean), np.maximum(y / n, mean)
    assert (near - 1e-12 <= result.rate).all()
    assert (result.rate <= far + 1e-12).all()
    assert (result.low < result.high).all() or min(result.alpha, result.beta) < 0.1


@method
def test_of_units_with_one_rate_the_larger_stays_nearer_to_it(method: str) -> None:
    result = shrunken_rate([3, 30, 300, 90, 55, 700], [3, 30, 300, 160, 60, 900], method=method)
    assert (np.diff(result.rate[:3]) > 0).all()
    assert (np.diff(result.high[:3] - result.low[:3]) < 0).all()


@method
@given(rows=groups)
def test_exchanging_closed_and_open_mirrors_the_answer(
    method: str, rows: list[tuple[int, int]]
) -> None:
    y, n = columns(rows)
    one, other = shrunken_rate(y, n, method=method), shrunken_rate(n - y, n, method=method)
    assert_allclose(other.rate, 1 - one.rate, rtol=0, atol=1e-5)
    assert_allclose(other.low, 1 - one.high, rtol=0, atol=1e-5)


@method
@given(rows=groups, random=st.randoms(use_true_random=False))
def test_order_of_the_units_and_units_with_nothing_due_change_nothing(
    method: str, rows: list[tuple[int, int]], random: object
) -> None:
    mixed = [*rows, (0, 0), (0, 0)]
    random.shuffle(mixed)  # type: ignore[attr-defined]
    one, other = (shrunken_rate(*columns(some), method=method) for some in (rows, mixed))
    keep = columns(mixed)[1] > 0
    assert np.isnan([other.rate[~keep], other.low[~keep], other.high[~keep]]).all()
    assert_allclose(np.sort(other.rate[keep]), np.sort(one.rate), rtol=0, atol=1e-6)


@method
def test_parameters_come_near_the_truth_of_simulated_units(method: str) -> None:
    # 5,000 units of Beta(8, 2): the correlation is 1/11, and its error here near 0.002.
    y, n, _ = drawn(3, units=5000)
    result = shrunken_rate(y, n, method=method)
    assert_allclose(1 / (result.alpha + result.beta + 1), 1 / 11, rtol=0, atol=0.006)
    assert_allclose(result.alpha / (result.alpha + result.beta), 0.8, rtol=0, atol=0.01)


@method
def test_interval_covers_the_true_rates_nearly_as_often_as_it_says(method: str) -> None:
    # 300 groups of 60 units: Monte Carlo error near 0.002; a little under the level, as the
    # parameters are taken as known.
    inside = []
    for seed in range(300):
        y, n, p = drawn(seed, units=60)
        result = shrunken_rate(y, n, method=method)
        inside.append(((result.low <= p) & (p <= result.high)).mean())
    assert 0.93 <= np.mean(inside) <= 0.955


def test_shrunken_rates_lie_nearer_the_truth_than_raw_ones() -> None:
    y, n, p = drawn(11, units=2000)
    result = shrunken_rate(y, n)
    assert ((result.rate - p) ** 2).mean() < 0.6 * ((y / n - p) ** 2).mean()


# Decided cases


@method
@pytest.mark.parametrize(
    ("closed", "due"),
    [
        ([50, 49, 51, 50], [100, 100, 100, 100]),
        ([7], [9]),
        ([0, 1, 1], [1, 1, 1]),
        ([3, 5, 1], [3, 5, 1]),
        ([0, 0], [4, 9]),
    ],
    ids=["as chance", "one unit", "one matter each", "all closed", "none closed"],
)
def test_units_no_further_apart_than_chance_get_the_groups_rate_and_interval(
    method: str, closed: list[int], due: list[int]
) -> None:
    result = shrunken_rate(closed, due, method=method)
    group = closure_rate(sum(closed), sum(due))
    assert np.isinf([result.alpha, result.beta]).all()
    assert_array_equal(result.rate, group.rate)
    assert_array_equal(result.low, group.low)
    assert_array_equal(result.high, group.high)
    # Never the formula's interval without width, as if the group's rate were known.
    assert (result.low < result.high).all()


@method
def test_units_wholly_closed_or_wholly_open_keep_their_own(method: str) -> None:
    result = shrunken_rate([3, 0, 12, 0, 1], [3, 5, 12, 0, 1], method=method)
    own = closure_rate([3, 0, 12, 0, 1], [3, 5, 12, 0, 1])
    assert (result.alpha, result.beta) == (0, 0)
    for part in ("rate", "low", "high"):
        assert_array_equal(getattr(result, part), getattr(own, part))


@method
def test_three_of_three_closed_leaves_doubt(method: str) -> None:
    result = shrunken_rate([3, 160, 75, 110, 50], [3, 200, 100, 200, 60], method=method)
    assert result.rate[0] < 0.9
    assert result.high[0] - result.low[0] > 0.2


@pytest.mark.source("bivand2018comparing")
def test_units_more_alike_than_chance_are_not_pushed_apart() -> None:
    # spdep does not floor the correlation: its rates then fall on the far side of the group's.
    y, n = np.array([50, 49, 51, 50]), np.array([100, 100, 100, 100])
    p, size = y.sum() / n.sum(), n.mean()
    spread = (n * (y / n - p) ** 2).sum() / n.sum()
    assert size * spread < p * (1 - p)
    assert_array_equal(shrunken_rate(y, n, method="marshall").rate, 0.5)


def test_largest_likelihood_is_found_behind_a_dip() -> None:
    # From units all alike the likelihood falls at first as they may differ, then rises above.
    y, n = np.array([2, 20, 3]), np.array([2, 40, 3])
    p = y.sum() / n.sum()
    first = y * (y - 1) / p + (n - y) * (n - y - 1) / (1 - p) - n * (n - 1)
    assert first.sum() < 0
    result = shrunken_rate(y, n)
    a, b = np.meshgrid(np.geomspace(0.05, 500, 300), np.geomspace(0.05, 500, 300))
    heights = betabinom.logpmf(y[:, None, None], n[:, None, None], a, b).sum(axis=0)
    height = betabinom.logpmf(y, n, result.alpha, result.beta).sum()
    assert heights.max() <= height <= heights.max() + 1e-3


@pytest.mark.parametrize("size", [10**6, 10**9])
def test_a_billion_due_is_no_trouble(size: int) -> None:
    result = shrunken_rate([size // 2, size // 4 * 3, size // 10 * 9], size)
    assert_allclose(result.rate, [0.5, 0.75, 0.9], rtol=1e-5)
    assert (result.low < result.rate).all()
    assert (result.rate < result.high).all()


@method
def test_nothing_due_anywhere_gives_nan(method: str) -> None:
    for closed, due in (([0, 0], [0, 0]), ([], [])):
        result = shrunken_rate(closed, due, method=method)
        assert result.rate.shape == (len(due),)
        assert np.isnan([result.rate, result.low, result.high]).all()
        assert np.isnan([result.alpha, result.beta]).all()


def test_same_input_gives_the_same_bits_and_is_left_as_it_was() -> None:
    y, n, _ = drawn(4)
    before = y.copy()
    one, other = shrunken_rate(y, n), shrunken_rate(y, n)
    assert (one.alpha, one.beta) == (other.alpha, other.beta)
    assert_array_equal(y, before)


# Refusals


@pytest.mark.parametrize(
    ("closed", "due", "message"),
    [
        ([1, -1], 5, r"`closed` must hold whole numbers.*index 1: -1\.0"),
        ([1, 6], 5, r"`closed` must not exceed `due`; 1 of 2.*6\.0 of 5\.0 due"),
        ([1, np.nan], 5, r"`closed` must be finite.*index 1: nan"),
        (1, 5, r"must have the shape \(units,\), got shape \(\)"),
        ([[1, 2]], 5, r"must have the shape \(units,\), got shape \(1, 2\)\. Call once for each"),
    ],
)
def test_impossible_counts_are_refused(closed: object, due: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        shrunken_rate(closed, due)  # type: ignore[arg-type]


def test_unknown_method_and_level_in_per_cent_are_refused() -> None:
    with pytest.raises(ValueError, match=r"`method` must be one of .*Did you mean 'kleinman'\?"):
        shrunken_rate([1], [2], method="Kleinmann")
    with pytest.raises(ValueError, match=r"`confidence_level`.*use 0\.95, not 95"):
        shrunken_rate([1], [2], confidence_level=95)
