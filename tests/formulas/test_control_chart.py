"""Claims about `control_chart`: other tools, plain second implementations, laws, refusals."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from seedmetrics.formulas.closure import ControlChart, control_chart
from seedmetrics.formulas.closure.control import KINDS

RULES = ("outside", "shift", "trend", "two_of_three")
kind = pytest.mark.parametrize("kind", KINDS)
months = st.lists(
    st.integers(0, 80).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=1,
    max_size=40,
)
measures = st.lists(st.integers(0, 12), min_size=1, max_size=40)


def marked(values: list[float], rule: str, **options: object) -> list[int]:
    """Places that a rule marks among plain values."""
    chart = control_chart(values, None, kind="xmr", **options)  # type: ignore[arg-type]
    return np.flatnonzero(getattr(chart.signals, rule)).tolist()


# Reference values made by other tools


def assert_lines(chart: ControlChart, rows: pd.DataFrame, names: list[str]) -> None:
    for part, name in zip(("value", "centre", "lower", "upper"), names, strict=True):
        assert_allclose(getattr(chart, part), rows[name], rtol=1e-9)


@pytest.mark.shared
@pytest.mark.source("anhoj2018qicharts")
def test_p_and_p_prime_meet_qicharts2(reference: Path) -> None:
    seen = 0
    for name in ("spc_pchart_nhs_accidents", "spc_pchart_synthetic_monthly"):
        table = pd.read_csv(reference / f"charts/{name}.csv")
        table["freeze"] = table.get("freeze", pd.Series(np.nan, table.index))
        for (short, freeze), rows in table.groupby(["chart", "freeze"], dropna=False):
            chart = control_chart(
                rows.r,
                rows.n,
                kind={"p": "p", "pp": "p-prime"}[short],
                baseline=None if np.isnan(freeze) else int(freeze),
            )
            assert_lines(chart, rows, ["y", "cl", "lcl", "ucl"])
            assert_array_equal(chart.signals.outside, rows.sigma_signal)
            # Theirs tells the longest run on one side; ours marks those of seven and more.
            assert chart.signals.shift.any() == (rows.longest_run.iloc[0] >= 7)
            seen += 1
    assert seen == 6


@pytest.mark.shared
@pytest.mark.source("smith2025nhsrplotthedots")
def test_xmr_meets_nhsrplotthedots(reference: Path) -> None:
    counts = pd.read_csv(reference / "charts/nhs_accidents_input.csv")
    rows = pd.read_csv(reference / "charts/spc_xmr_nhs_accidents.csv")
    for chart in (
        control_chart(counts.r, counts.n, kind="xmr"),
        control_chart(rows.y, None, kind="xmr"),
    ):
        assert_lines(chart, rows, ["y", "mean", "lpl", "upl"])
        assert_array_equal(chart.signals.any, rows.special_cause != "Common Cause")


@pytest.mark.shared
@pytest.mark.source("laney2002improved")
def test_of_many_matters_a_month_p_marks_nearly_all_and_p_prime_none(reference: Path) -> None:
    counts = pd.read_csv(reference / "charts/nhs_accidents_input.csv")
    assert len(counts) == 20
    assert control_chart(counts.r, counts.n).signals.outside.sum() == 16
    assert control_chart(counts.r, counts.n, kind="p-prime").signals.outside.sum() == 0


# Second implementations


@kind
@given(rows=months, data=st.data())
def test_lines_meet_plain_loops(
    kind: str, rows: list[tuple[int, int]], data: st.DataObject
) -> None:
    baseline = data.draw(st.integers(1, len(rows)))
    used = [(y, n) for y, n in rows[:baseline] if n]
    chart = control_chart(*np.array(rows).T, kind=kind, baseline=baseline)
    if not used:
        assert np.isnan([chart.centre, chart.lower, chart.upper]).all()
        assert not chart.signals.any.any()
        return
    shares = [y / n for y, n in used]
    if kind == "xmr":
        centre = sum(shares) / len(shares)
        ranges = [abs(b - a) for a, b in pairwise(shares)]
        mean = sum(ranges) / len(ranges) if ranges else np.nan
        kept = [r for r in ranges if r < 3.267 * mean]
        half = [2.66 * (sum(kept) / len(kept) if kept else mean)] * len(rows)
    else:
        centre = sum(y for y, _ in used) / sum(n for _, n in used)
        half = [3 * (centre * (1 - centre) / n) ** 0.5 if n else np.nan for _, n in rows]
    if kind == "p-prime":
        sigma = [(centre * (1 - centre) / n) ** 0.5 for _, n in used]
        u = [(x - centre) / s if s else 0.0 for x, s in zip(shares, sigma, strict=True)]
        steps = [abs(b - a) for a, b in pairwise(u)]
        stretch = sum(steps) / len(steps) / 1.128 if steps else np.nan
        half = [h * stretch for h in half]
    lower, upper = centre - np.array(half), centre + np.array(half)
    if kind != "xmr":
        lower, upper = np.maximum(lower, 0), np.minimum(upper, 1)
    assert_allclose(chart.centre, centre, rtol=1e-12)
    assert_allclose(chart.lower, lower, rtol=0, atol=1e-9)
    assert_allclose(chart.upper, upper, rtol=0, atol=1e-9)
    assert_allclose(chart.value, [y / n if n else np.nan for y, n in rows], rtol=1e-15)


@given(measures)
def test_marks_meet_the_rules_read_out_point_by_point(values: list[int]) -> None:
    chart = control_chart(values, None, kind="xmr")
    n, centre = len(values), chart.centre[0]
    side = [0 if abs(v - centre) < 1e-9 else int(np.sign(v - centre)) for v in values]
    two = 2 / 3 * (chart.upper[0] - centre)
    expected = {rule: [False] * n for rule in RULES}
    for i in range(n):
        expected["outside"][i] = bool(
            values[i] < chart.lower[0] - 1e-9 or values[i] > chart.upper[0] + 1e-9
        )
        for start in range(max(0, i - 6), min(i, n - 7) + 1):
            seven = range(start, start + 7)
            if side[i] and all(side[k] == side[i] for k in seven):
                expected["shift"][i] = True
            rises = [np.sign(values[k + 1] - values[k]) for k in seven[:-1]]
            if abs(sum(rises)) == 6:
                expected["trend"][i] = True
        far = [s if abs(v - centre) > two + 1e-9 else 0 for s, v in zip(side, values, strict=True)]
        for start in range(max(0, i - 2), min(i, n - 3) + 1):
            if far[i] and sum(far[k] == far[i] for k in range(start, start + 3)) >= 2:
                expected["two_of_three"][i] = True
    for rule in RULES:
        assert getattr(chart.signals, rule).tolist() == expected[rule], rule


# Each rule, by hand


def test_outside_is_beyond_the_limit_and_not_on_it() -> None:
    # Nine of mean 44/9 and ranges of 2: the limit is 44/9 + 2.66 * 2 = 10.2.
    values = [4, 6, 4, 6, 4, 6, 4, 6, 4, 10]
    chart = control_chart(values, None, kind="xmr", baseline=9)
    assert_allclose([chart.centre[0], chart.upper[0]], [44 / 9, 44 / 9 + 5.32])
    assert marked(values, "outside", baseline=9) == []
    assert marked([*values[:9], 11], "outside", baseline=9) == [9]
    # Without a spread, a point on both limits is not outside them.
    assert marked([3, 3, 3, 3], "outside") == []


@pytest.mark.source("smith2025nhsrplotthedots")
def test_shift_marks_every_point_of_seven_on_one_side_and_six_are_none() -> None:
    base = [10, 0] * 5
    assert marked([*base, 6, 7, 6, 7, 6, 7, 0], "shift", baseline=10) == []
    assert marked([*base, 6, 7, 6, 7, 6, 7, 6, 0], "shift", baseline=10) == list(range(10, 17))
    # On the centre is on neither side.
    assert marked([*base, 6, 7, 6, 5, 6, 7, 6, 7], "shift", baseline=10) == []


@pytest.mark.source("smith2025nhsrplotthedots")
def test_trend_marks_seven_points_that_rise_or_fall_and_the_one_it_begins_from() -> None:
    assert marked([5, 1, 2, 3, 4, 5, 6, 3], "trend") == []
    assert marked([5, 1, 2, 3, 4, 5, 6, 7, 3], "trend") == list(range(1, 8))
    assert marked([5, 8, 7, 6, 5, 4, 3, 2, 1, 9], "trend") == list(range(1, 9))
    assert marked([1, 2, 3, 3, 4, 5, 6, 7, 8], "trend") == []


def test_two_of_three_marks_the_far_ones_on_one_side_alone() -> None:
    # Centre 5, limits 5 ± 5.32, two thirds of the way at 5 ± 3.547.
    base = [4, 6] * 5
    assert marked([*base, 9, 5, 9, 5], "two_of_three", baseline=10) == [10, 12]
    assert marked([*base, 9, 9, 4], "two_of_three", baseline=10) == [10, 11]
    assert marked([*base, 9, 1, 5, 5], "two_of_three", baseline=10) == []
    assert marked([*base, 9, 5, 5, 9], "two_of_three", baseline=10) == []
    # One outside the limits counts among the two.
    assert marked([*base, 12, 5, 9], "two_of_three", baseline=10) == [10, 12]


def test_moving_ranges_too_large_are_left_out_once_and_the_centre_keeps_every_point() -> None:
    values = [5, 6, 5, 6, 5, 6, 5, 6, 5, 40]
    chart = control_chart(values, None, kind="xmr")
    assert_allclose(chart.centre, np.mean(values))
    assert_allclose(chart.upper, np.mean(values) + 2.66)


# Laws


@kind
@given(rows=months)
def test_exchanging_closed_and_open_mirrors_the_chart(
    kind: str, rows: list[tuple[int, int]]
) -> None:
    y, n = np.array(rows).T
    one, other = control_chart(y, n, kind=kind), control_chart(n - y, n, kind=kind)
    assert_allclose(other.lower, 1 - one.upper, rtol=0, atol=1e-9)
    assert_allclose(other.upper, 1 - one.lower, rtol=0, atol=1e-9)
    for rule in ("shift", "trend"):
        assert_array_equal(getattr(one.signals, rule), getattr(other.signals, rule))


@given(measures, st.sampled_from([0.25, 2, 1024]), st.sampled_from([-8, 0, 64]))
def test_another_unit_of_measurement_marks_the_same_points(
    values: list[int], scale: float, shift: float
) -> None:
    one = control_chart(values, None, kind="xmr")
    other = control_chart(np.array(values) * scale + shift, None, kind="xmr")
    assert_allclose(other.upper, one.upper * scale + shift, rtol=1e-9)
    for rule in RULES:
        assert_array_equal(getattr(one.signals, rule), getattr(other.signals, rule))


@kind
@given(rows=months, data=st.data())
def test_months_with_nothing_due_break_no_run_and_move_no_limit(
    kind: str, rows: list[tuple[int, int]], data: st.DataObject
) -> None:
    full = [row for row in rows if row[1]]
    gaps = data.draw(st.lists(st.integers(0, len(full)), max_size=5))
    holed = list(full)
    for place in sorted(gaps, reverse=True):
        holed.insert(place, (0, 0))
    one = control_chart(*np.array(full).reshape(-1, 2).T, kind=kind)
    other = control_chart(*np.array(holed).reshape(-1, 2).T, kind=kind)
    here = ~np.isnan(other.value)
    assert here.sum() == len(full)
    for part in ("value", "centre", "lower", "upper"):
        assert_array_equal(getattr(other, part)[here], getattr(one, part))
    for rule in RULES:
        assert_array_equal(getattr(other.signals, rule)[here], getattr(one.signals, rule))
        assert not getattr(other.signals, rule)[~here].any()


def test_under_chance_alone_about_three_points_in_a_thousand_are_outside() -> None:
    # 200,000 points: the Monte Carlo error of a share near 0.0027 is 0.00012; the binomial's
    # own lopsidedness adds as much again.
    rng = np.random.default_rng(2)
    chart = control_chart(rng.binomial(2000, 0.5, 200_000), 2000)
    assert_allclose(chart.signals.outside.mean(), 0.0027, rtol=0, atol=0.0006)


# Decided cases


@kind
def test_nothing_due_has_no_point_and_is_not_marked(kind: str) -> None:
    chart = control_chart([0, 3, 0, 1], [0, 4, 0, 5], kind=kind)
    assert_array_equal(np.isnan(chart.value), [True, False, True, False])
    assert np.isfinite(chart.centre).all()
    if kind == "xmr":
        assert np.isfinite([chart.lower, chart.upper]).all()
    else:
        assert_array_equal(np.isnan(chart.lower), np.isnan(chart.value))
    assert not chart.signals.any[[0, 2]].any()


@kind
def test_all_always_closed_leaves_no_room_and_one_slip_stands_out(kind: str) -> None:
    chart = control_chart([5, 9, 4, 7], [5, 9, 4, 8], kind=kind, baseline=3)
    assert_array_equal([chart.centre, chart.lower, chart.upper], 1.0)
    assert_array_equal(chart.signals.outside, [False, False, False, True])


@pytest.mark.parametrize("value", [0.1, 1 / 3, 0.7, 30.3])
def test_rounding_of_the_mean_is_no_signal(value: float) -> None:
    chart = control_chart([value] * 30, None, kind="xmr")
    assert not chart.signals.any.any()
    assert_allclose([chart.lower, chart.upper], value)


@pytest.mark.parametrize("kind", ["p-prime", "xmr"])
def test_one_point_alone_has_no_moving_range(kind: str) -> None:
    chart = control_chart([3], [4], kind=kind)
    assert_array_equal(chart.centre, 0.75)
    assert np.isnan([chart.lower, chart.upper]).all()
    assert not chart.signals.any.any()


@kind
def test_no_point_in_the_baseline_leaves_lines_unknown(kind: str) -> None:
    for chart in (
        control_chart([0, 0, 3], [0, 0, 4], kind=kind, baseline=2),
        control_chart([0, 0], [0, 0], kind=kind),
        control_chart([], [], kind=kind),
    ):
        assert np.isnan([chart.centre, chart.lower, chart.upper]).all()
        assert not chart.signals.any.any()


def test_xmr_limits_are_not_cut_and_those_of_p_are() -> None:
    y, n = [9, 10, 8, 10], 10
    assert control_chart(y, n, kind="xmr").upper[0] > 1
    assert control_chart(y, n).upper[0] == 1
    assert control_chart(y, n, kind="p-prime").upper[0] == 1


def test_inputs_are_left_as_they_were_and_not_shared() -> None:
    days = np.array([3.0, np.nan, 5.0])
    chart = control_chart(days, None, kind="xmr")
    assert not np.shares_memory(chart.value, days)
    assert_array_equal(days, [3, np.nan, 5])


# Refusals


@pytest.mark.parametrize(
    ("closed", "due", "options", "message"),
    [
        ([1, -1], 5, {}, r"`closed` must hold whole numbers.*index 1: -1\.0"),
        ([1, np.nan], 5, {}, r"`closed` must be finite.*index 1: nan"),
        ([1, 6], 5, {}, r"`closed` must not exceed `due`"),
        (1, 5, {}, r"must have the shape \(months,\), got shape \(\)\. Call once for each unit"),
        ([1, 2], None, {}, r"`due` must not be None for kind 'p'\..*use 'xmr'"),
        ([1, np.inf], None, {"kind": "xmr"}, r"`closed` must be finite.*Replace infinite"),
        ([1, 2], 5, {"kind": "pprime"}, r"`kind` must be one of .*Did you mean 'p-prime'\?"),
        ([1, 2], 5, {"rules": "nelson"}, r"`rules` must be one of 'nhs'; got 'nelson'"),
        ([1, 2], 5, {"baseline": 3}, r"`baseline` must not exceed the number.*, 2; got 3\. It is"),
        ([1, 2], 5, {"baseline": 0}, r"`baseline` must be a whole number of at least 1, got 0"),
        ([1, 2], 5, {"baseline": 1.5}, r"`baseline` must be a whole number.*got 1\.5"),
    ],
)
def test_what_cannot_be_charted_is_refused(
    closed: object, due: object, options: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        control_chart(closed, due, **options)  # type: ignore[arg-type]
