"""Claims about `time_to_closure`: printed tables, scipy and plain loops, laws, refusals."""

import warnings
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import CensoredData, ecdf

from seedmetrics.formulas.closure import ClosureCurve, time_to_closure

matters = st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=60)
levels = st.floats(0.5, 0.999)


def curve_of(rows: list[tuple[int, bool]], level: float = 0.95) -> ClosureCurve:
    return time_to_closure(*zip(*rows, strict=True), confidence_level=level)


def exact_open(rows: list[tuple[int, bool]], day: float) -> Fraction:
    """Share still open after `day`, in whole-number fractions."""
    share = Fraction(1)
    for t in sorted({d for d, closed in rows if closed and d <= day}):
        at_risk = sum(d >= t for d, _ in rows)
        share *= 1 - Fraction(sum(d == t and closed for d, closed in rows), at_risk)
    return share


# Reference values made by other tools


def waltons(reference: Path, group: str, alpha: float) -> ClosureCurve:
    rows = pd.read_csv(reference / "durations/km_input_waltons.csv")
    if group != "all":
        rows = rows[rows.group == group]
    return time_to_closure(rows.time, rows.event, confidence_level=1 - alpha)


@pytest.mark.shared
@pytest.mark.source("davidsonpilon2019lifelines")
def test_share_closed_by_a_day_meets_lifelines_and_r_survival(reference: Path) -> None:
    table = pd.read_csv(reference / "durations/km_survival.csv")
    assert len(table) == 54
    for (group, alpha), rows in table.groupby(["group", "alpha"]):
        curve = waltons(reference, group, alpha)
        result = curve.share_closed_by(rows.t)
        assert_allclose(result.rate, 1 - rows.S, rtol=0, atol=1e-12)
        assert_allclose(result.low, 1 - rows.upper_loglog, rtol=0, atol=1e-12)
        assert_allclose(result.high, 1 - rows.lower_loglog, rtol=0, atol=1e-12)
        # Counted in the table at any day; our curve holds the days seen.
        until = np.searchsorted(curve.time, rows.t, side="right")
        assert_array_equal(np.append(0, np.cumsum(curve.events))[until], rows.events_to_t)
        since = np.searchsorted(curve.time, rows.t, side="left")
        assert_array_equal(np.append(curve.at_risk, 0)[since], rows.at_risk)


@pytest.mark.shared
@pytest.mark.source("davidsonpilon2019lifelines")
def test_quantiles_and_restricted_mean_meet_lifelines(reference: Path) -> None:
    table = pd.read_csv(reference / "durations/km_medians.csv")
    assert len(table) == 6
    for row in table.itertuples():
        curve = waltons(reference, row.group, row.alpha)
        assert curve.at_risk[0] == row.n
        assert curve.events.sum() == row.events
        median = curve.median()
        assert (median.value, median.low, median.high) == (
            row.median,
            row.median_lower,
            row.median_upper,
        )
        quartiles = curve.quantile([0.25, 0.75]).value
        assert_array_equal(quartiles, [row.t_S_le_0_75, row.t_S_le_0_25])
        assert_allclose(curve.restricted_mean(row.rmst_tau).value, row.rmst, rtol=1e-12)


def test_curve_and_mean_meet_values_worked_by_hand() -> None:
    # Closed on days 1 and 3, seen open on day 2: S = 2/3, then 0; area to 3 = 1 + 2·2/3.
    curve = time_to_closure([1, 2, 3], [True, False, True])
    assert_allclose(curve.share_closed, [1 / 3, 1 / 3, 1], rtol=1e-15)
    assert_array_equal(curve.at_risk, [3, 2, 1])
    assert_array_equal(curve.events, [1, 0, 1])
    mean = curve.restricted_mean(3)
    assert_allclose(mean.value, 7 / 3, rtol=1e-15)
    assert_allclose(mean.standard_error, np.sqrt((4 / 3) ** 2 * 1 / (3 * 2)), rtol=1e-15)


# Second implementations


@pytest.mark.source("virtanen2020scipy")
@given(matters, levels)
def test_curve_and_interval_meet_scipy_ecdf(rows: list[tuple[int, bool]], level: float) -> None:
    curve = curve_of(rows, level)
    days, closed = (np.array(column) for column in zip(*rows, strict=True))
    expected = ecdf(CensoredData.right_censored(days.astype(float), ~closed))
    assert_array_equal(curve.time, expected.cdf.quantiles)
    assert_allclose(curve.share_closed, expected.cdf.probabilities, rtol=0, atol=1e-12)
    with warnings.catch_warnings(action="ignore"):
        interval = expected.sf.confidence_interval(level, method="log-log")
    # scipy leaves NaN where the formula has no spread.
    spread = (curve.share_closed > 0) & (curve.share_closed < 1)
    assert_allclose(curve.low[spread], 1 - interval.high.probabilities[spread], atol=1e-10)
    assert_allclose(curve.high[spread], 1 - interval.low.probabilities[spread], atol=1e-10)


@given(
    st.lists(st.tuples(st.floats(0, 30), st.booleans()), min_size=1, max_size=60),
    st.sampled_from([0, 1, 3, 6]),
)
def test_counts_of_every_day_meet_a_plain_count(
    rows: list[tuple[float, bool]], digits: int
) -> None:
    # Whole days are counted in place and others sorted, ties and -0.0 among them.
    days = np.array([round(day, digits) for day, _ in rows])
    days = np.where(days == 0, -0.0, days)
    closed = np.array([is_closed for _, is_closed in rows])
    curve = time_to_closure(days, closed)
    assert_array_equal(curve.time, sorted(set(days.tolist())))
    assert_array_equal(curve.at_risk, [(days >= t).sum() for t in curve.time])
    assert_array_equal(curve.events, [(closed & (days == t)).sum() for t in curve.time])
    assert curve.at_risk.dtype == curve.events.dtype == np.int64
    assert not np.signbit(curve.time).any()


def test_days_far_beyond_the_number_of_matters_are_not_given_a_place_each() -> None:
    curve = time_to_closure([1e15, 3, 1e15], [True, False, True])
    assert_array_equal(curve.time, [3, 1e15])
    assert_array_equal(curve.at_risk, [3, 2])
    assert_array_equal(curve.events, [0, 2])


@pytest.mark.source("kaplan1958nonparametric")
@given(matters, st.integers(0, 40))
def test_share_closed_is_exact_to_rounding(rows: list[tuple[int, bool]], day: int) -> None:
    share = curve_of(rows).share_closed_by(day).rate
    assert_allclose(share, float(1 - exact_open(rows, day)), rtol=0, atol=1e-14)


@given(matters, st.fractions(Fraction(1, 60), 1, max_denominator=60))
def test_quantile_is_the_first_day_reached_in_exact_fractions(
    rows: list[tuple[int, bool]], q: Fraction
) -> None:
    reached = [day for day in range(31) if 1 - exact_open(rows, day) >= q]
    expected = min(reached) if reached else np.nan
    assert_array_equal(curve_of(rows).quantile(float(q)).value, expected)


@given(matters, st.floats(0, 40))
def test_restricted_mean_meets_a_plain_sum(rows: list[tuple[int, bool]], limit: float) -> None:
    steps = [0.0, *sorted({d for d, _ in rows if 0 < d < limit}), limit]

    def area(since: float) -> float:
        kept = [since, *(t for t in steps if t > since)]
        return sum((b - a) * float(exact_open(rows, a)) for a, b in pairwise(kept))

    squared = 0.0
    for t in {d for d, closed in rows if closed and d <= limit}:
        n = sum(d >= t for d, _ in rows)
        d = sum(day == t and closed for day, closed in rows)
        squared += area(t) ** 2 * d / (n * (n - d)) if n > d else 0.0
    result = curve_of(rows).restricted_mean(limit)
    assert_allclose(result.value, area(0.0), rtol=1e-12, atol=1e-12)
    assert_allclose(result.standard_error, np.sqrt(squared), rtol=1e-9, atol=1e-12)


# Laws


@given(matters)
def test_without_open_matters_the_curve_is_the_plain_share(rows: list[tuple[int, bool]]) -> None:
    days = np.array([d for d, _ in rows])
    curve = time_to_closure(days, np.ones(days.size, dtype=bool))
    by = np.arange(32)
    assert_allclose(
        curve.share_closed_by(by).rate, (days <= by[:, None]).mean(axis=1), rtol=0, atol=1e-14
    )
    assert_allclose(curve.restricted_mean(100).value, days.mean(), rtol=1e-12, atol=1e-12)
    # Greenwood's variance is then the plain one, with n below the line.
    assert_allclose(
        curve.restricted_mean(100).standard_error, days.std() / np.sqrt(days.size), atol=1e-7
    )


@given(matters, st.randoms(use_true_random=False))
def test_order_of_the_rows_changes_nothing(rows: list[tuple[int, bool]], random: object) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = curve_of(rows), curve_of(shuffled)
    for name in ("time", "share_closed", "low", "high", "at_risk", "events"):
        assert_array_equal(getattr(one, name), getattr(other, name))


@given(matters, levels)
def test_interval_holds_the_share_and_stays_inside_0_and_1(
    rows: list[tuple[int, bool]], level: float
) -> None:
    curve = curve_of(rows, level)
    assert (curve.low >= 0).all()
    assert (curve.low <= curve.share_closed + 1e-15).all()
    assert (curve.share_closed <= curve.high + 1e-15).all()
    assert (curve.high <= 1).all()
    assert (np.diff(curve.share_closed) >= 0).all()


@given(matters, st.floats(0.01, 1))
def test_quantile_lies_within_its_interval(rows: list[tuple[int, bool]], q: float) -> None:
    quantile = curve_of(rows).quantile(q)
    assert not quantile.low > quantile.value
    assert not quantile.value > quantile.high


@given(matters, st.floats(0.5, 20))
def test_days_counted_in_another_unit_scale_the_answers(
    rows: list[tuple[int, bool]], unit: float
) -> None:
    days, closed = zip(*rows, strict=True)
    one, other = curve_of(rows), time_to_closure(np.array(days) * unit, closed)
    assert_array_equal(other.share_closed, one.share_closed)
    assert_allclose(other.median().value, one.median().value * unit)
    mean, scaled = one.restricted_mean(20), other.restricted_mean(20 * unit)
    assert_allclose(scaled.value, mean.value * unit, rtol=1e-9)
    assert_allclose(scaled.standard_error, mean.standard_error * unit, rtol=1e-9, atol=1e-12)


@given(matters, st.integers(0, 40))
def test_a_matter_opened_today_is_no_failure(rows: list[tuple[int, bool]], day: int) -> None:
    # On day 0 itself it is at risk, so the others begin on day 1.
    later = [(d + 1, closed) for d, closed in rows]
    before, after = curve_of(later), curve_of([*later, (0, False)])
    assert after.share_closed_by(day).rate == before.share_closed_by(day).rate


def test_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(1)
    inside = 0
    for _ in range(1000):
        open_for, seen_for = rng.exponential(10, 150), rng.uniform(0, 30, 150)
        curve = time_to_closure(np.minimum(open_for, seen_for), open_for <= seen_for)
        band = curve.share_closed_by(7)
        inside += band.low <= 1 - np.exp(-0.7) <= band.high
    assert 0.93 <= inside / 1000 <= 0.97


# Decided cases


@pytest.mark.parametrize("n", [2, 6, 10, 14, 22, 30, 46, 98, 1000])
def test_exactly_half_closed_is_the_median_in_spite_of_rounding(n: int) -> None:
    curve = time_to_closure(np.arange(n), np.ones(n, dtype=bool))
    assert curve.median().value == n / 2 - 1
    tenths = curve.quantile(np.arange(1, n + 1) / n).value
    assert_array_equal(tenths, np.arange(n))


def test_quantile_takes_the_first_day_where_a_band_falls_again() -> None:
    # At such a level the first closing has a wider band than the ones after it.
    curve = time_to_closure(np.arange(60), np.ones(60, dtype=bool), confidence_level=0.99999)
    assert curve.high[0] - curve.high[1] > 0.2
    shares = np.linspace(0.05, 1, 20)
    first = [np.flatnonzero(curve.high >= q)[0] for q in shares]
    assert_array_equal(curve.quantile(shares).low, first)


def test_a_share_not_reached_has_no_day() -> None:
    curve = time_to_closure([3, 5, 8, 8], [True, False, False, False])
    quantile = curve.quantile([0.25, 0.26, 1.0])
    assert_array_equal(quantile.value, [3, np.nan, np.nan])
    assert_array_equal(quantile.low, [3, 3, np.nan])
    assert_array_equal(quantile.high, [np.nan, np.nan, np.nan])


def test_curve_is_0_before_the_first_closing_and_level_after_the_last_day() -> None:
    curve = time_to_closure([2, 4, 6], [False, True, False])
    result = curve.share_closed_by([0, 2, 3.999, 4, 6, 1000])
    assert_allclose(result.rate, [0, 0, 0, 0.5, 0.5, 0.5])
    assert_array_equal(result.low[:3], 0.0)
    assert_array_equal(result.high[:3], 0.0)
    assert_array_equal(result.low[3:], curve.low[1])
    assert_array_equal(result.high[3:], curve.high[1])
    assert result.confidence_level == curve.confidence_level == 0.95
    # The area under the level part goes on growing.
    assert_allclose(curve.restricted_mean([4, 6, 10]).value, [4, 5, 7])


def test_closed_at_once_counts_on_day_0() -> None:
    curve = time_to_closure([0, 0, 0, 5], [True, True, False, True])
    assert_array_equal(curve.time, [0, 5])
    assert curve.share_closed_by(0).rate == 0.5
    assert curve.median().value == 0
    assert_allclose(curve.restricted_mean(5).value, 2.5)


def test_all_open_and_all_closed_have_bands_without_width() -> None:
    still_open = time_to_closure([1, 2], [False, False])
    assert_array_equal([still_open.low, still_open.high, still_open.share_closed], 0.0)
    assert np.isnan(still_open.median().value)
    assert still_open.restricted_mean(2).standard_error == 0
    every = time_to_closure([4, 4], [True, True])
    assert_array_equal([every.low, every.high, every.share_closed], 1.0)
    assert (every.restricted_mean(9).value, every.restricted_mean(9).standard_error) == (4, 0)


def test_no_matters_give_an_empty_curve_and_nan_answers() -> None:
    curve = time_to_closure([], [])
    assert curve.time.shape == curve.low.shape == curve.at_risk.shape == (0,)
    share, median, mean = curve.share_closed_by([0, 5]), curve.median(), curve.restricted_mean(5)
    assert np.isnan([share.rate, share.low, share.high]).all()
    assert np.isnan([median.value, median.low, median.high]).all()
    assert np.isnan([mean.value, mean.standard_error]).all()


def test_restricted_mean_up_to_day_0_is_0() -> None:
    mean = time_to_closure([1, 2], [True, True]).restricted_mean(0)
    assert (mean.value, mean.standard_error) == (0, 0)


def test_answers_have_the_shape_asked_for() -> None:
    curve = time_to_closure([1, 2, 3], [True, True, False])
    asked = np.array([[1, 2, 3], [4, 5, 6]])
    assert curve.share_closed_by(asked).low.shape == (2, 3)
    assert curve.quantile(asked / 10).high.shape == (2, 3)
    assert curve.restricted_mean(asked).standard_error.shape == (2, 3)
    assert curve.share_closed_by(2).rate.shape == curve.median().value.shape == ()


@pytest.mark.parametrize(
    "closed", [[1, 0, 1], [1.0, 0.0, 1.0], pd.array([True, False, True], dtype="boolean")]
)
def test_closed_may_be_ones_and_zeros(closed: object) -> None:
    expected = time_to_closure([1, 2, 3], [True, False, True])
    assert_array_equal(time_to_closure([1, 2, 3], closed).share_closed, expected.share_closed)  # type: ignore[arg-type]


def test_inputs_are_left_as_they_were() -> None:
    days, closed = np.array([5.0, 1.0, 3.0]), np.array([True, False, True])
    time_to_closure(days, closed)
    assert_array_equal(days, [5, 1, 3])
    assert_array_equal(closed, [True, False, True])


# Refusals


@pytest.mark.parametrize(
    ("days", "closed", "message"),
    [
        (
            [1, -2, -3],
            [1, 1, 1],
            r"`days` must be at least 0; 2 of 3 refused.*index 1: -2\.0.*mend",
        ),
        ([1, np.nan], [1, 1], r"`days` must be finite.*index 1: nan"),
        ([1, np.inf], [1, 0], r"`days` must be finite.*index 1: inf"),
        ([1, 2], [1], r"`days` has shape \(2,\) but `closed` has shape \(1,\)"),
        ([1, 2], True, r"`days` has shape \(2,\) but `closed` has shape \(\)"),
        ([1, 2], [0, 2], r"`closed` must hold true or false.*index 1: 2\.0"),
        ([1, 2], [0, np.nan], r"`closed` must be finite.*index 1: nan"),
        ([[1, 2]], [[0, 1]], r"`days` must be one-dimensional, got shape \(1, 2\)"),
        (1, True, r"`days` must be one-dimensional, got shape \(\)"),
    ],
)
def test_impossible_matters_are_refused(days: object, closed: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        time_to_closure(days, closed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("days", "closed", "name"),
    [
        (pd.to_timedelta([1, 2], unit="D"), [1, 1], "days"),
        ([1, 2], ["yes", "no"], "closed"),
        ([1, 2], pd.array([True, None], dtype="boolean"), "closed"),
    ],
)
def test_what_is_no_number_is_refused(days: object, closed: object, name: str) -> None:
    with pytest.raises(TypeError, match=f"`{name}` must hold numbers"):
        time_to_closure(days, closed)  # type: ignore[arg-type]


def test_level_in_per_cent_is_refused() -> None:
    with pytest.raises(ValueError, match=r"`confidence_level`.*use 0\.95, not 95"):
        time_to_closure([1], [True], confidence_level=95)


@pytest.mark.parametrize("q", [0, -0.1, 1.1, 50])
def test_quantile_outside_0_to_1_is_refused(q: float) -> None:
    with pytest.raises(ValueError, match=r"`q` must lie above 0 and be at most 1; got"):
        time_to_closure([1], [True]).quantile(q)


def test_negative_days_are_refused_by_the_answers_too() -> None:
    curve = time_to_closure([1], [True])
    with pytest.raises(ValueError, match=r"`days` must be at least 0; 1 of 2 refused"):
        curve.share_closed_by([1, -1])
    with pytest.raises(ValueError, match=r"`days` must be at least 0; got -1\.0"):
        curve.restricted_mean(-1)
    with pytest.raises(ValueError, match=r"`days` must be finite"):
        curve.share_closed_by(np.nan)
