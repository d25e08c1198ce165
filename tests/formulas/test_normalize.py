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

EVERY = ("minmax", "zscore", "rank", "percentile", "goalposts", "target")
NEEDS = {"goalposts": {"low": -1000, "high": 1000}, "target": {"target": 3.0}}
NAN = float("nan")


@pytest.fixture(scope="module")
def asem(reference: Path) -> tuple[pd.DataFrame, pd.Series, Path]:
    folder = reference / "asem"
    meta = pd.read_csv(folder / "raw_iMeta.csv")
    directions = meta[meta["Type"] == "Indicator"].set_index("iCode")["Direction"].astype(int)
    raw = pd.read_csv(folder / "raw_iData.csv", index_col="uCode")[directions.index]
    return raw, directions, folder


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("minmax_0_100", {"method": "minmax"}),
        ("minmax_1_100", {"method": "minmax", "output": (1, 100)}),
        ("zscore", {"method": "zscore"}),
        ("rank", {"method": "rank"}),
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
            r"`method` must be one of 'minmax', .*'target'; got 'minimax'.*'minmax'",
        ),
        ({"method": "borda"}, "`method` must be one of"),
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
    method=st.sampled_from(("minmax", "zscore", "rank", "percentile")),
    by=st.integers(1, 40),
    up=NUMBERS,
)
def test_other_units_of_measurement_change_nothing(values, method, by, up):
    assert_allclose(
        normalize(values * by + up, method=method), normalize(values, method=method), atol=1e-9
    )


@given(
    values=TABLES,
    method=st.sampled_from(("minmax", "zscore", "rank", "percentile", "goalposts")),
    direction=st.sampled_from((1, -1)),
)
def test_higher_is_always_better_afterwards(values, method, direction):
    points = normalize(values, method=method, direction=direction, **NEEDS.get(method, {}))
    for raw, scored in zip(values.T, points.T):
        better = direction * raw[:, None] > direction * raw
        assert (scored[:, None] > scored)[better].all()


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
