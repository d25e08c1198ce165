"""Claims about `rate_difference`: printed cases, a plain second implementation, laws, refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import binomtest

from seedmetrics.formulas.closure import closure_rate, rate_difference

counts = st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
levels = st.floats(0.5, 0.999)

# Closed and due in either group, and the interval of method 10, of the examples (a) to (h).
PRINTED = [
    ((56, 70, 48, 80), (0.0524, 0.3339)),
    ((9, 10, 3, 10), (0.1705, 0.8090)),
    ((6, 7, 2, 7), (0.0582, 0.8062)),
    ((5, 56, 0, 29), (-0.0381, 0.1926)),
    ((0, 10, 0, 20), (-0.1611, 0.2775)),
    ((0, 10, 0, 10), (-0.2775, 0.2775)),
    ((10, 10, 0, 20), (0.6791, 1.0000)),
    ((10, 10, 0, 10), (0.6075, 1.0000)),
]


# Printed tables


@pytest.mark.source("newcombe1998interval")
@pytest.mark.parametrize(("four", "printed"), PRINTED)
def test_interval_meets_the_eight_examples_in_print(
    four: tuple[int, ...], printed: tuple[float, float]
) -> None:
    result = rate_difference(*four)
    assert_allclose(result.rate, four[0] / four[1] - four[2] / four[3], rtol=1e-15)
    assert_allclose([result.low, result.high], printed, rtol=0, atol=5e-5)


# A second implementation


@pytest.mark.source("virtanen2020scipy")
@given(counts, counts, levels)
def test_interval_is_that_of_two_wilson_intervals_of_scipy(
    a: tuple[int, int], b: tuple[int, int], level: float
) -> None:
    of_a, of_b = (binomtest(*pair).proportion_ci(level, method="wilson") for pair in (a, b))
    p, q = a[0] / a[1], b[0] / b[1]
    low = p - q - ((p - of_a.low) ** 2 + (of_b.high - q) ** 2) ** 0.5
    high = p - q + ((of_a.high - p) ** 2 + (q - of_b.low) ** 2) ** 0.5
    result = rate_difference(*a, *b, confidence_level=level)
    assert_allclose([result.low, result.high], [low, high], rtol=0, atol=1e-9)
    assert result.confidence_level == level


# Laws


@given(counts, counts, levels)
def test_exchanging_the_groups_turns_the_sign(
    a: tuple[int, int], b: tuple[int, int], level: float
) -> None:
    one = rate_difference(*a, *b, confidence_level=level)
    other = rate_difference(*b, *a, confidence_level=level)
    assert (other.rate, other.low, other.high) == (-one.rate, -one.high, -one.low)


@given(counts, counts)
def test_exchanging_closed_and_open_in_both_turns_the_sign(
    a: tuple[int, int], b: tuple[int, int]
) -> None:
    one = rate_difference(*a, *b)
    other = rate_difference(a[1] - a[0], a[1], b[1] - b[0], b[1])
    assert_allclose([other.low, other.high], [-one.high, -one.low], rtol=0, atol=1e-12)


@given(counts, counts, levels)
def test_interval_holds_the_difference_has_width_and_stays_inside_minus_1_and_1(
    a: tuple[int, int], b: tuple[int, int], level: float
) -> None:
    result = rate_difference(*a, *b, confidence_level=level)
    assert -1 <= result.low <= result.rate <= result.high <= 1
    assert result.low < result.high


@given(counts, counts, levels)
def test_single_intervals_that_do_not_overlap_show_a_difference(
    a: tuple[int, int], b: tuple[int, int], level: float
) -> None:
    of_a, of_b = (closure_rate(*pair, confidence_level=level) for pair in (a, b))
    if of_a.low > of_b.high:
        assert rate_difference(*a, *b, confidence_level=level).low > 0


@given(counts)
def test_a_group_against_one_of_a_billion_has_its_own_interval(a: tuple[int, int]) -> None:
    half = rate_difference(*a, 500_000_000, 1_000_000_000)
    own = closure_rate(*a)
    assert_allclose([half.low + 0.5, half.high + 0.5], [own.low, own.high], rtol=0, atol=1e-4)


def test_interval_covers_the_truth_as_often_as_it_says_on_average() -> None:
    # 200,000 pairs of rates and sizes: the Monte Carlo error of a coverage near 0.95 is 0.0005.
    rng = np.random.default_rng(1)
    p, q = rng.random((2, 200_000))
    n, m = rng.integers(5, 101, (2, 200_000))
    result = rate_difference(rng.binomial(n, p), n, rng.binomial(m, q), m)
    covered = ((result.low <= p - q) & (p - q <= result.high)).mean()
    assert 0.95 - 3 * 0.0005 <= covered <= 0.97


# Decided cases


def test_nothing_due_in_either_group_gives_nan() -> None:
    result = rate_difference([0, 1, 0, 1], [0, 2, 0, 2], [1, 0, 0, 1], [2, 0, 0, 2])
    for part in (result.rate, result.low, result.high):
        assert_array_equal(np.isnan(part), [True, True, True, False])


def test_three_of_three_against_none_of_three_leaves_doubt() -> None:
    # Where the usual interval has no width: 1 to 1, and 0 to 0.
    result = rate_difference([3, 3, 0], 3, [0, 3, 0], 3)
    assert_array_equal(result.high[0], 1.0)
    assert result.low[0] < 0.5
    assert (result.high[1:] - result.low[1:] > 1).all()


def test_four_counts_broadcast_and_single_ones_give_single_answers() -> None:
    result = rate_difference([[1], [2]], [4, 8, 16], 3, [[5]])
    assert result.rate.shape == result.low.shape == result.high.shape == (2, 3)
    assert_allclose(result.rate[1], np.array([0.5, 0.25, 0.125]) - 0.6)
    assert rate_difference(1, 2, 1, 3).rate.shape == ()
    assert rate_difference([], [], 1, 3).high.shape == (0,)


# Refusals


@pytest.mark.parametrize(
    ("four", "message"),
    [
        ((-1, 2, 1, 2), r"`closed_a` must hold whole numbers.*got -1\.0"),
        ((1, 2.5, 1, 2), r"`due_a` must hold whole numbers.*got 2\.5"),
        ((1, 2, np.nan, 2), r"`closed_b` must be finite; got nan"),
        ((1, 2, 1, [2, np.inf]), r"`due_b` must be finite.*index 1: inf"),
        ((3, 2, 1, 2), r"`closed_a` must not exceed `due_a`; got 3\.0 of 2\.0 due\. Count"),
        ((1, 2, [1, 5], 4), r"`closed_b` must not exceed `due_b`; 1 of 2.*index 1: 5\.0 of 4\.0"),
        (([1, 2], [3, 3, 3], 1, 2), r"`closed_a` has shape \(2,\) and `due_a` has shape \(3,\)"),
        (([1, 2], 3, [1, 1, 1], 2), r"`closed_a` has shape \(2,\) and `closed_b` has shape \(3,\)"),
    ],
)
def test_impossible_counts_are_refused_by_name(four: tuple[object, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        rate_difference(*four)  # type: ignore[arg-type]


def test_what_is_no_number_and_a_level_in_per_cent_are_refused() -> None:
    with pytest.raises(TypeError, match="`closed_b` must hold numbers"):
        rate_difference(1, 2, "1", 2)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"`confidence_level`.*use 0\.95, not 95"):
        rate_difference(1, 2, 1, 2, confidence_level=95)
