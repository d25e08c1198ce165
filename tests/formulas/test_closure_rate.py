"""Claims about `closure_rate`: printed tables, scipy, laws, refusals."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import binom, binomtest

from seedmetrics.formulas.closure import closure_rate
from seedmetrics.formulas.closure.rates import METHODS

method = pytest.mark.parametrize("method", METHODS)
counts = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
levels = st.floats(0.5, 0.999)


# Reference values made by other tools


@pytest.mark.shared
@pytest.mark.source("anderson2024pheindicatormethods")
def test_wilson_meets_phe_indicator_methods_grid(reference: Path) -> None:
    table = pd.read_csv(reference / "rates/wilson_grid.csv")
    assert len(table) > 200
    for level, rows in table.groupby("confidence"):
        result = closure_rate(rows.x, rows.n, confidence_level=float(level))
        assert_allclose(result.rate, rows.value, rtol=0, atol=1e-12)
        assert_allclose(result.low, rows.lower, rtol=1e-9, atol=1e-15)
        assert_allclose(result.high, rows.upper, rtol=1e-9, atol=1e-15)


@pytest.mark.shared
@pytest.mark.source("anderson2024pheindicatormethods")
@pytest.mark.parametrize(("column", "level"), [("95_0cl", 0.95), ("99_8cl", 0.998)])
def test_wilson_meets_phe_indicator_methods_published_rows(
    reference: Path, column: str, level: float
) -> None:
    rows = pd.read_csv(reference / "rates/phe_proportion_tests_rows.csv").dropna()
    assert len(rows) == 16
    result = closure_rate(rows.Numerator, rows.Denominator, confidence_level=level)
    assert_allclose(result.rate * rows.multiplier, rows.value, rtol=1e-9)
    assert_allclose(result.low * rows.multiplier, rows[f"lower{column}"], rtol=1e-9)
    assert_allclose(result.high * rows.multiplier, rows[f"upper{column}"], rtol=1e-9)


@pytest.mark.shared
@pytest.mark.source("anderson2024pheindicatormethods")
def test_wilson_meets_phe_byars_wilson_table_where_counts_are_whole(reference: Path) -> None:
    rows = pd.read_csv(reference / "rates/phe_byars_wilson_tests.csv").query("method == 'Wilson'")
    whole = rows[rows.x == rows.x.round()]
    assert len(whole) == 4
    for row in whole.itertuples():
        level = float(row.confidence.rstrip("%")) / 100
        result = closure_rate(row.x, row.n, confidence_level=level)
        assert_allclose([result.low, result.high], [row.lowercl, row.uppercl], rtol=1e-9)
    # The rows left are a share of one matter, which is no count.
    with pytest.raises(ValueError, match="whole numbers"):
        closure_rate(rows.x, rows.n)


@pytest.mark.shared
@pytest.mark.source("seabold2010statsmodels")
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("wilson", "wilson"),
        ("clopper-pearson", "beta"),
        ("jeffreys", "jeffreys"),
        ("agresti-coull", "agresti_coull"),
    ],
)
def test_every_method_meets_statsmodels(reference: Path, ours: str, theirs: str) -> None:
    table = pd.read_csv(reference / "rates/binomial_ci_statsmodels.csv")
    table = table[table.method == theirs]
    assert len(table) == 135
    for level, rows in table.groupby("confidence"):
        result = closure_rate(rows.x, rows.n, confidence_level=float(level), method=ours)
        # For "jeffreys" statsmodels keeps the posterior quantile at x = 0 and x = n; we do not.
        low = rows.lower.where((rows.x > 0) | (ours != "jeffreys"), 0)
        high = rows.upper.where((rows.x < rows.n) | (ours != "jeffreys"), 1)
        assert_allclose(result.low, low, rtol=1e-9, atol=1e-12)
        assert_allclose(result.high, high, rtol=1e-9, atol=1e-12)


@pytest.mark.source("wilson1927probable")
def test_wilson_meets_the_closed_form_by_hand() -> None:
    # 0 of 20 with z² = 3.8414588206941236: high = z² / (20 + z²)
    assert_allclose(closure_rate(0, 20).high, 3.8414588206941236 / 23.8414588206941236, rtol=1e-13)


# A second implementation


@pytest.mark.source("virtanen2020scipy")
@given(counts, levels)
def test_wilson_and_clopper_pearson_meet_scipy_binomtest(
    pair: tuple[int, int], level: float
) -> None:
    for ours, theirs in (("wilson", "wilson"), ("clopper-pearson", "exact")):
        result = closure_rate(*pair, confidence_level=level, method=ours)
        expected = binomtest(*pair).proportion_ci(level, method=theirs)
        assert_allclose([result.low, result.high], expected, rtol=1e-8, atol=1e-12)


# Laws


@method
@given(pair=counts, level=levels)
def test_exchanging_closed_and_open_mirrors_the_interval(
    method: str, pair: tuple[int, int], level: float
) -> None:
    x, n = pair
    one = closure_rate(x, n, confidence_level=level, method=method)
    other = closure_rate(n - x, n, confidence_level=level, method=method)
    assert_allclose([one.low, one.high], [1 - other.high, 1 - other.low], rtol=0, atol=1e-11)


@method
@given(pair=counts, level=levels)
def test_interval_holds_the_rate_and_stays_inside_0_and_1(
    method: str, pair: tuple[int, int], level: float
) -> None:
    result = closure_rate(*pair, confidence_level=level, method=method)
    assert 0 <= result.low <= result.rate <= result.high <= 1
    assert result.low < result.high


@method
@given(pair=counts, level=levels)
def test_more_confidence_never_narrows_the_interval(
    method: str, pair: tuple[int, int], level: float
) -> None:
    narrow = closure_rate(*pair, confidence_level=level, method=method)
    wide = closure_rate(*pair, confidence_level=(1 + level) / 2, method=method)
    assert wide.low <= narrow.low + 1e-12
    assert narrow.high <= wide.high + 1e-12


@method
@given(pair=counts)
def test_one_more_closed_raises_the_rate_and_lowers_neither_end(
    method: str, pair: tuple[int, int]
) -> None:
    x, n = pair
    before, after = closure_rate(x, n + 1, method=method), closure_rate(x + 1, n + 1, method=method)
    assert after.rate > before.rate
    assert after.low >= before.low
    assert after.high >= before.high
    assert after.low + after.high > before.low + before.high


@pytest.mark.source("brown2001interval")
@given(counts, levels)
def test_agresti_coull_contains_wilson(pair: tuple[int, int], level: float) -> None:
    inner = closure_rate(*pair, confidence_level=level)
    outer = closure_rate(*pair, confidence_level=level, method="agresti-coull")
    assert outer.low <= inner.low + 1e-12
    assert inner.high <= outer.high + 1e-12


@pytest.mark.source("brown2001interval")
@given(counts, levels)
def test_jeffreys_lies_inside_clopper_pearson(pair: tuple[int, int], level: float) -> None:
    inner = closure_rate(*pair, confidence_level=level, method="jeffreys")
    outer = closure_rate(*pair, confidence_level=level, method="clopper-pearson")
    assert outer.low <= inner.low + 1e-12
    assert inner.high <= outer.high + 1e-12


@pytest.mark.source("clopper1934use")
def test_clopper_pearson_never_covers_less_than_its_level() -> None:
    x, share = np.arange(31), np.linspace(0.01, 0.99, 99)
    result = closure_rate(x, 30, method="clopper-pearson")
    inside = (result.low <= share[:, None]) & (share[:, None] <= result.high)
    assert (inside * binom.pmf(x, 30, share[:, None])).sum(axis=1).min() >= 0.95


@pytest.mark.source("brown2001interval")
@method
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_on_average_over_the_rates_every_method_covers_what_it_says(
    method: str, level: float
) -> None:
    # 200,000 rates and sizes: the Monte Carlo error of a coverage is under 0.0009. Jeffreys'
    # interval has the level exactly here, the others more.
    rng = np.random.default_rng(7)
    share, n = rng.random(200_000), rng.integers(5, 101, 200_000)
    result = closure_rate(rng.binomial(n, share), n, confidence_level=level, method=method)
    covered = ((result.low <= share) & (share <= result.high)).mean()
    assert level - 3 * 0.0009 <= covered <= level + (1 - level) * 0.6


@pytest.mark.source("clopper1934use")
@pytest.mark.parametrize("share", [0.01, 0.3, 0.5, 0.9, 0.999])
def test_at_every_rate_clopper_pearson_covers_at_least_what_it_says(share: float) -> None:
    # 50,000 draws: the Monte Carlo error of a coverage near 0.95 is 0.001.
    rng = np.random.default_rng(8)
    x = rng.binomial(40, share, 50_000)
    result = closure_rate(x, 40, method="clopper-pearson")
    assert ((result.low <= share) & (share <= result.high)).mean() >= 0.95 - 3 * 0.001


# A defect of peers


@method
def test_three_of_three_closed_leaves_doubt(method: str) -> None:
    # The usual interval, rate and normal error, has no width here and calls it certain.
    result = closure_rate([3, 0], 3, method=method)
    assert_array_equal(result.rate, [1, 0])
    assert result.low[0] < 0.6
    assert result.high[1] > 0.4


# Decided cases


@method
def test_nothing_due_gives_nan_not_zero(method: str) -> None:
    result = closure_rate([0, 1], [0, 2], method=method)
    for part in (result.rate, result.low, result.high):
        assert_array_equal(np.isnan(part), [True, False])


@method
def test_none_closed_begins_at_exactly_0_and_all_closed_ends_at_exactly_1(method: str) -> None:
    n = np.array([1, 2, 3, 7, 10, 49, 999, 10**6, 10**9])
    none, every = closure_rate(0 * n, n, method=method), closure_rate(n, n, method=method)
    assert_array_equal(none.low, 0.0)
    assert_array_equal(every.high, 1.0)
    assert (none.high > 0).all()
    assert (every.low < 1).all()


@method
def test_a_billion_due_keeps_its_digits(method: str) -> None:
    # For so many the interval is the normal one to nine digits.
    x, n, z = 400_000_000, 1_000_000_000, 1.959963984540054
    result = closure_rate(x, n, method=method)
    half = z * np.sqrt(0.4 * 0.6 / n)
    assert_allclose([result.low - 0.4, result.high - 0.4], [-half, half], rtol=0, atol=2e-9)


def test_counts_broadcast_and_whole_floats_pass() -> None:
    result = closure_rate([[1.0], [2.0]], [4, 8, 16])
    assert result.rate.shape == result.low.shape == result.high.shape == (2, 3)
    assert_array_equal(result.rate, [[0.25, 0.125, 0.0625], [0.5, 0.25, 0.125]])
    assert closure_rate(1, 4).rate.shape == ()


def test_no_units_give_empty_answers() -> None:
    result = closure_rate([], [])
    assert result.rate.shape == result.low.shape == result.high.shape == (0,)


def test_inputs_are_left_as_they_were_and_the_level_is_kept() -> None:
    x, n = np.array([0.0, 3.0]), np.array([0.0, 4.0])
    assert closure_rate(x, n, confidence_level=0.9).confidence_level == 0.9
    assert_array_equal(x, [0, 3])
    assert_array_equal(n, [0, 4])


# Refusals


@pytest.mark.parametrize(
    ("closed", "due", "message"),
    [
        ([1, -1, 2], 5, r"`closed` must hold whole numbers.*1 of 3 refused.*index 1: -1\.0"),
        (1, [2, 2.5], r"`due` must hold whole numbers.*index 1: 2\.5.*not shares"),
        ([1, np.nan], 5, r"`closed` must be finite.*index 1: nan"),
        (1, np.inf, r"`due` must be finite; got inf"),
        ([1, None], 5, r"`closed` must be finite.*index 1: nan"),
        (np.ma.array([1, 2], mask=[False, True]), 5, r"`closed` must be finite.*index 1: nan"),
        (
            [[1, 6], [7, 2]],
            5,
            r"`closed` must not exceed `due`; 2 of 4.*\(0, 1\): 6\.0 of 5\.0 due",
        ),
        ([1, 2], [3, 3, 3], r"`closed` has shape \(2,\) and `due` has shape \(3,\)"),
    ],
)
def test_impossible_counts_are_refused(closed: object, due: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        closure_rate(closed, due)  # type: ignore[arg-type]


@pytest.mark.parametrize("closed", [["3"], [1 + 0j], [np.timedelta64(1, "D")], [[1], [2, 3]]])
def test_what_is_no_number_is_refused(closed: object) -> None:
    with pytest.raises(TypeError, match="`closed` must hold numbers"):
        closure_rate(closed, 5)  # type: ignore[arg-type]


@pytest.mark.parametrize("level", [0, 1, -0.1, 95, np.nan])
def test_level_outside_0_and_1_is_refused(level: float) -> None:
    with pytest.raises(
        ValueError, match=r"`confidence_level` must lie strictly.*use 0\.95, not 95"
    ):
        closure_rate(1, 2, confidence_level=level)


def test_two_levels_at_once_are_refused() -> None:
    with pytest.raises(TypeError, match=r"`confidence_level` must be one number"):
        closure_rate(1, 2, confidence_level=[0.9, 0.95])  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "hint"), [("Wilson", "wilson"), ("clopper", "clopper-pearson")])
def test_unknown_method_is_refused_with_the_nearest_name(name: str, hint: str) -> None:
    with pytest.raises(ValueError, match=f"`method` must be one of .*; got {name!r}.*{hint!r}\\?"):
        closure_rate(1, 2, method=name)
