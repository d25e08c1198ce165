"""What `normalize` promises: COINr's values, one polarity, decided gaps and constants."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.testing import assert_allclose, assert_array_equal

from seedmetrics.formulas.scoring import normalize

EVERY = (
    "minmax",
    "zscore",
    "rank",
    "percentile",
    "goalposts",
    "target",
    "reference",
    "borda",
    "bands",
)
NEEDS = {
    "goalposts": {"low": -1000, "high": 1000},
    "target": {"target": 3.0},
    "reference": {"reference": 2.0},
    "bands": {"bands": ([2, 5], [0, 60, 100])},
}
NAN = float("nan")


@pytest.fixture(scope="module")
def asem(reference: Path) -> tuple[pd.DataFrame, pd.Series, Path]:
    folder = reference / "asem"
    meta = pd.read_csv(folder / "raw_iMeta.csv")
    directions = meta[meta["Type"] == "Indicator"].set_index("iCode")["Direction"].astype(int)
    raw = pd.read_csv(folder / "raw_iData.csv", index_col="uCode")[directions.index]
    return raw, directions, folder


@pytest.mark.shared
@pytest.mark.source("becker2022coinr")
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("minmax_0_100", {"method": "minmax"}),
        ("minmax_1_100", {"method": "minmax", "output": (1, 100)}),
        ("zscore", {"method": "zscore"}),
        ("rank", {"method": "rank"}),
        ("borda", {"method": "borda"}),
    ],
)
def test_normalized_asem_matches_coinr(asem, name, options):
    raw, directions, folder = asem
    expected = pd.read_csv(folder / f"norm_raw_{name}.csv", index_col="uCode")
    ours = normalize(raw.to_numpy(), direction=directions.to_numpy(), **options)
    ours = pd.DataFrame(ours, raw.index, raw.columns).loc[expected.index, expected.columns]
    assert expected.shape == (51, 49)
    assert_allclose(ours, expected, rtol=1e-9, atol=1e-9)


def test_goalposts_are_in_raw_units_and_cut_at_both_ends():
    days = [5.0, 10.0, 15.0, 30.0, 45.0]
    more = normalize(days, method="goalposts", low=10, high=30)
    less = normalize(days, method="goalposts", low=10, high=30, direction=-1)
    assert_allclose(more, [0, 0, 25, 100, 100])
    assert_allclose(less, [100, 100, 75, 0, 0])


def test_goalposts_may_differ_by_column():
    values = [[50.0, 2.0], [75.0, 8.0]]
    points = normalize(
        values, method="goalposts", direction=[1, -1], low=[50, 0], high=[100, 10], output=(0, 1)
    )
    assert_allclose(points, [[0, 0.8], [0.5, 0.2]])


def test_target_counts_the_distance_on_both_sides_whatever_the_direction():
    values = [0.0, 4.0, 6.0, 10.0]
    for direction in (1, -1):
        points = normalize(values, method="target", target=5, direction=direction)
        assert_allclose(points, [50, 90, 90, 50])


def test_target_outside_the_values_is_not_cut():
    assert_allclose(normalize([0.0, 10.0], method="target", target=20), [-100, 0])


def test_percentile_is_the_number_below_over_the_others():
    assert_allclose(
        normalize([1.0, 2.0, 2.0, NAN, 9.0], method="percentile"), [0, 100 / 3, 100 / 3, NAN, 100]
    )


def test_ties_take_the_lowest_rank_also_when_turned():
    values = [1.0, 2.0, 2.0, 9.0]
    assert_array_equal(normalize(values, method="rank"), [1, 2, 2, 4])
    assert_array_equal(normalize(values, method="rank", direction=-1), [4, 2, 2, 1])


def test_borda_is_the_rank_less_one_and_unlike_one_argsort_it_keeps_ties():
    # A single argsort gives [2, 0, 1, 3] here: two that tie differ, and the second is below the first.
    values = [2.0, 2.0, 1.0, 3.0]
    assert_array_equal(normalize(values, method="borda"), [1, 1, 0, 3])
    assert_array_equal(normalize(values, method="rank"), [2, 2, 1, 4])
    assert_array_equal(normalize(values, method="borda", direction=-1), [1, 1, 3, 0])


def test_a_reference_is_divided_by_and_inverted_where_less_is_better():
    days = [5.0, 10.0, 20.0, NAN]
    assert_allclose(normalize(days, method="reference", reference=10), [0.5, 1, 2, NAN])
    assert_allclose(
        normalize(days, method="reference", reference=10, direction=-1), [2, 1, 0.5, NAN]
    )


def test_a_reference_unit_has_one_everywhere():
    values = [[2.0, 30.0], [4.0, 10.0], [3.0, 20.0]]
    ratios = normalize(values, method="reference", reference_unit=2, direction=[1, -1])
    assert_allclose(ratios, [[2 / 3, 2 / 3], [4 / 3, 2], [1, 1]])
    assert_allclose(
        ratios, normalize(values, method="reference", reference=[3, 20], direction=[1, -1])
    )


def test_values_of_nought_or_less_may_be_divided_but_not_inverted():
    assert_allclose(normalize([0.0, -2.0], method="reference", reference=4), [0, -0.5])
    with pytest.raises(ValueError, match=r"`values` must be above 0 where direction is -1.*1 of 2"):
        normalize([0.0, 2.0], method="reference", reference=4, direction=-1)


def test_a_value_on_a_cut_takes_the_better_band_in_either_direction():
    rising = ([60, 90], [0, 50, 100])
    assert_array_equal(
        normalize([59, 60, 89, 90, NAN], method="bands", bands=rising), [0, 50, 50, 100, NAN]
    )
    falling = ([10, 30], [5, 3, 0])
    days = [9, 10, 11, 30, 31]
    assert_array_equal(
        normalize(days, method="bands", bands=falling, direction=-1), [5, 5, 3, 3, 0]
    )


def test_bands_may_differ_by_column():
    values = [[50.0, 5.0], [95.0, 40.0]]
    bands = [([60, 90], [0, 50, 100]), ([30], [8, 2])]
    points = normalize(values, method="bands", bands=bands, direction=[1, -1])
    assert_array_equal(points, [[0, 8], [100, 2]])


@pytest.mark.parametrize(
    ("bands", "direction", "message"),
    [
        (None, 1, "`bands` is needed by this method"),
        (([60, 60], [0, 1, 2]), 1, r"`bands` must have rising cuts.*column 0 has \[60, 60\]"),
        (([], [1]), 1, "`bands` must have rising cuts"),
        (([60], [0, 1, 2]), 1, "one point value more than cuts"),
        (([60], [5, 0]), 1, "they must rise with the values where direction is 1"),
        (([60], [0, 5]), -1, "they must fall with the values where direction is -1"),
        ([([60], [0, 1])], 1, "one such pair for each of 2 indicator"),
        ([([60], [0, 1]), [1, 2]], 1, "one such pair for each of 2 indicator"),
        (([60], [0, NAN]), 1, "`bands` must be finite"),
    ],
)
def test_bands_that_would_turn_a_direction_or_are_none_are_refused(bands, direction, message):
    with pytest.raises(ValueError, match=message):
        normalize([[1.0, 2.0], [3.0, 4.0]], method="bands", bands=bands, direction=direction)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "needs `reference` or `reference_unit`, got neither"),
        ({"reference": 1, "reference_unit": 0}, "got both"),
        ({"reference": 0}, r"`reference` must be above 0 to divide by; 2 of 2"),
        ({"reference": [1, -1]}, r"`reference` must be above 0.*first at index 1: -1"),
        ({"reference": [1, 2, 3]}, r"`reference` has shape \(3,\) but `values` has 2"),
        ({"reference_unit": 3}, "`reference_unit` must be a row from 0 to 2, got 3"),
        ({"reference_unit": -1}, "`reference_unit` must be a row from 0 to 2, got -1"),
        ({"reference_unit": 1}, r"`reference_unit` 1 has no value on 1 indicator.*column 1"),
        ({"reference_unit": 2}, "`reference_unit` must be above 0 to divide by"),
    ],
)
def test_a_reference_that_cannot_be_divided_by_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        normalize([[1.0, 2.0], [3.0, NAN], [0.0, 1.0]], method="reference", **options)


def test_a_reference_unit_is_a_row_and_no_name():
    with pytest.raises(TypeError, match="`reference_unit` must be a whole number"):
        normalize([1.0, 2.0], method="reference", reference_unit="best")


def test_missing_stays_missing_and_moves_nobody():
    gap = [[1.0, 5.0], [NAN, 7.0], [3.0, 6.0]]
    for method in EVERY:
        with_gap = normalize(gap, method=method, **NEEDS.get(method, {}))
        without = normalize([1.0, 3.0], method=method, **NEEDS.get(method, {}))
        assert np.isnan(with_gap).tolist() == [[False, False], [True, False], [False, False]]
        assert_allclose(with_gap[[0, 2], 0], without)


def test_an_indicator_with_nothing_present_stays_nan():
    values = [[NAN, 1.0], [NAN, 2.0]]
    for method in EVERY:
        assert np.isnan(normalize(values, method=method, **NEEDS.get(method, {}))[:, 0]).all()


def test_no_unit_gives_no_row():
    assert normalize(np.empty((0, 3))).shape == (0, 3)


@pytest.mark.parametrize("method", ["minmax", "zscore", "target"])
def test_a_constant_indicator_is_refused_by_column(method):
    values = [[1.0, 0.1, NAN], [2.0, 0.1, 3.0], [3.0, 0.1, 3.0]]
    with pytest.raises(
        ValueError, match=r"`values` has 2 constant indicator.*first column 1.*0\.1.*goalposts"
    ):
        normalize(values, method=method, **NEEDS.get(method, {}))


def test_ranks_of_a_constant_indicator_all_tie_at_the_lowest():
    assert_array_equal(normalize([4.0, 4.0, 4.0], method="rank"), [1, 1, 1])
    assert_array_equal(normalize([4.0, 4.0, 4.0], method="percentile"), [0, 0, 0])


def test_one_value_has_no_percentile():
    with pytest.raises(ValueError, match="first column 1: one value has no percentile"):
        normalize([[1.0, NAN], [2.0, 5.0]], method="percentile")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"method": "minimax"},
            r"`method` must be one of 'minmax', .*'bands'; got 'minimax'.*'minmax'",
        ),
        ({"method": "softmax"}, "`method` must be one of"),
        ({"direction": 0}, "`direction` must be 1"),
        ({"direction": [1, 1, 1]}, r"`direction` has shape \(3,\) but `values` has 2"),
        ({"method": "goalposts", "low": 0}, "`high` is needed"),
        (
            {"method": "goalposts", "low": 5, "high": 5},
            "`low` must be below `high`.*first column 0",
        ),
        (
            {"method": "goalposts", "low": [0, 9], "high": 5, "direction": -1},
            "first column 1: 9.0 and 5.0",
        ),
        ({"method": "target"}, "`target` is needed"),
        ({"low": 0, "high": 1}, "`low` is not used by method 'minmax': use 'goalposts'"),
        ({"target": 1}, "`target` is not used by method 'minmax': use 'target'"),
        ({"reference": 1}, "`reference` is not used by method 'minmax': use 'reference'"),
        ({"reference_unit": 0}, "`reference_unit` is not used by method 'minmax'"),
        ({"bands": ([1], [0, 1])}, "`bands` is not used by method 'minmax': use 'bands'"),
        ({"output": (100, 0)}, "`output` must be two rising numbers"),
    ],
)
def test_what_cannot_be_meant_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        normalize([[1.0, 2.0], [3.0, 4.0]], **options)


def test_infinite_values_and_other_shapes_are_refused():
    with pytest.raises(ValueError, match="`values` must be finite"):
        normalize([1.0, float("inf")])
    with pytest.raises(ValueError, match=r"`values` must be \(units,\) or \(units, indicators\)"):
        normalize(np.zeros((2, 2, 2)))


NUMBERS = st.integers(-1000, 1000).map(float)
TABLES = arrays.arrays(
    float,
    st.tuples(st.integers(2, 8), st.integers(1, 4)),
    elements=st.one_of(NUMBERS, st.just(NAN)),
).filter(lambda x: all(len(np.unique(c[~np.isnan(c)])) > 1 for c in x.T))


@given(values=TABLES, method=st.sampled_from(EVERY), data=st.data())
def test_permuting_units_permutes_scores(values, method, data):
    order = data.draw(st.permutations(range(len(values))))
    options = NEEDS.get(method, {})
    assert_allclose(
        normalize(values[order], method=method, **options),
        normalize(values, method=method, **options)[order],
        atol=1e-12,
    )


@given(
    values=TABLES,
    method=st.sampled_from(("minmax", "zscore", "rank", "percentile", "borda")),
    by=st.integers(1, 40),
    up=NUMBERS,
)
def test_other_units_of_measurement_change_nothing(values, method, by, up):
    assert_allclose(
        normalize(values * by + up, method=method), normalize(values, method=method), atol=1e-9
    )


ORDERING = ("minmax", "zscore", "rank", "percentile", "goalposts", "borda")


@given(values=TABLES, method=st.sampled_from(ORDERING), direction=st.sampled_from((1, -1)))
def test_higher_is_always_better_afterwards(values, method, direction):
    points = normalize(values, method=method, direction=direction, **NEEDS.get(method, {}))
    for raw, scored in zip(values.T, points.T):
        better = direction * raw[:, None] > direction * raw
        assert (scored[:, None] > scored)[better].all()


@given(values=TABLES, direction=st.sampled_from((1, -1)), by=st.integers(1, 90))
def test_higher_is_better_also_as_a_ratio_and_in_bands(values, direction, by):
    positive = values + 1001
    bands = ([-500, 0, by], [0, 1, 1, 4][::direction])
    for points in (
        normalize(positive, method="reference", reference=by, direction=direction),
        normalize(values, method="bands", bands=bands, direction=direction),
    ):
        for raw, scored in zip(values.T, points.T):
            better = direction * raw[:, None] > direction * raw
            assert (scored[:, None] >= scored)[better].all()


@given(values=TABLES, low=st.integers(-5, 5), wide=st.integers(1, 9))
def test_no_output_reverses_polarity_for_direction_minus_one(values, low, wide):
    # A peer's min-max to a scale of one's own turns an indicator twice: the least of what should be
    # little gets the least points.
    points = normalize(values, direction=-1, output=(low, low + wide))
    for raw, scored in zip(values.T, points.T):
        assert scored[np.nanargmin(raw)] == low + wide
        assert scored[np.nanargmax(raw)] == low


@given(
    values=TABLES,
    method=st.sampled_from(("minmax", "percentile", "goalposts")),
    ends=st.tuples(NUMBERS, st.integers(1, 99)),
)
def test_points_never_leave_the_output(values, method, ends):
    output = (ends[0] / 7, ends[0] / 7 + ends[1] / 3)
    points = normalize(values, method=method, output=output, **NEEDS.get(method, {}))
    assert np.nanmin(points) >= output[0]
    assert np.nanmax(points) <= output[1]
    if method != "goalposts":
        assert_allclose(np.nanmin(points, axis=0), output[0], atol=1e-9)


@given(values=TABLES)
def test_zscores_have_mean_nought_and_deviation_one(values):
    z = normalize(values, method="zscore")
    assert_allclose(np.nanmean(z, axis=0), 0, atol=1e-9)
    assert_allclose(np.nanstd(z, axis=0, ddof=1), 1, atol=1e-9)


def test_the_values_given_are_left_as_they_were():
    values = np.array([[1.0, 5.0], [2.0, 4.0]])
    normalize(values, direction=-1)
    assert_array_equal(values, [[1, 5], [2, 4]])
