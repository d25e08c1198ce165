"""What `strengths` promises: robust, against the own group, nothing from rounding or gaps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.testing import assert_array_equal
from scipy import stats

from seedmetrics.formulas.ranking import strengths

NAN = float("nan")
TABLES = arrays.arrays(
    float,
    st.tuples(st.integers(1, 9), st.integers(1, 3)),
    elements=st.one_of(st.integers(0, 20).map(float), st.just(NAN)),
)


def column(*scores: float) -> np.ndarray:
    """Return one indicator."""
    return np.array(scores)[:, np.newaxis]


@given(scores=TABLES, z=st.sampled_from((0.5, 1.0, 2.0)))
def test_deviations_are_scipys(scores, z):
    result = strengths(scores, z=z)
    for j, x in enumerate(scores.T):
        present = x[~np.isnan(x)]
        if not len(present):
            assert not (result.strong | result.weak)[:, j].any()
            continue
        # 1.4826 is the rounded 1 / Phi^-1(3/4) of scipy's "normal".
        deviation = 1.4826 * stats.median_abs_deviation(present)
        middle = np.median(present)
        if deviation == 0:
            deviation = 1.2533 * np.mean(np.abs(present - middle))
        assert_array_equal(result.strong[:, j], x - middle > z * deviation)
        assert_array_equal(result.weak[:, j], middle - x > z * deviation)


def test_an_outlier_does_not_hide_behind_the_deviation_it_makes():
    scores = column(70, 71, 72, 73, 74, 1000)
    assert_array_equal(np.flatnonzero(strengths(scores, z=3).strong), [5])
    assert abs(scores[5] - scores.mean()) < 3 * scores.std(ddof=1)


def test_units_are_compared_within_their_group():
    scores = column(1, 2, 3, 4, 9, 91, 92, 93, 94, 99)
    result = strengths(scores, groups=["a"] * 5 + ["b"] * 5)
    assert_array_equal(np.flatnonzero(result.strong), [4, 9])
    assert not strengths(scores).strong[4]


def test_where_most_are_equal_the_mean_distance_decides():
    scores = column(100, 100, 100, 100, 100, 99.9, 60)
    assert_array_equal(np.flatnonzero(strengths(scores).weak), [6])


def test_nobody_stands_out_among_equals_or_last_bits():
    assert not strengths(column(0.3, 0.3, 0.3)).strong.any()
    assert not strengths(column(0.3, 0.3, 0.1 + 0.2)).strong.any()


@given(
    scores=arrays.arrays(
        float,
        st.integers(1, 2),
        elements=st.floats(-1e9, 1e9) | st.just(NAN) | st.integers(0, 3).map(float),
    ),
    gaps=st.integers(0, 3),
)
def test_in_a_group_of_one_or_two_nobody_can_stand_out(scores, gaps):
    result = strengths(column(*scores, *[NAN] * gaps))
    assert not (result.strong | result.weak).any()


def test_of_two_units_both_stand_out_where_less_than_their_deviation_is_asked():
    # Each is half their distance from the median, and the deviation is 1.4826 times that.
    result = strengths(column(10, 20), z=0.67)
    assert_array_equal(result.strong[:, 0], [False, True])
    assert_array_equal(result.weak[:, 0], [True, False])
    assert not strengths(column(10, 20), z=0.68).strong.any()


def test_of_three_units_one_can_stand_out():
    assert_array_equal(strengths(column(0, 1, 9)).strong[:, 0], [False, False, True])


def test_one_or_two_units_cannot_stand_out():
    result = strengths(column(10, 20, 30), groups=[1, 1, 2])
    assert not (result.strong | result.weak).any()


def test_a_score_on_the_floor_is_not_below_it():
    scores = [[59.9, 60.0], [60.0, NAN]]
    assert_array_equal(strengths(scores, floor=60).below_floor, [[True, False], [False, False]])
    assert_array_equal(
        strengths(scores, floor=[NAN, 61]).below_floor, [[False, True], [False, False]]
    )
    assert not strengths(scores).below_floor.any()


def test_a_missing_score_is_nothing_and_counts_nowhere():
    with_gap = strengths(column(1, 2, 3, NAN, 9))
    without = strengths(column(1, 2, 3, 9))
    assert_array_equal(with_gap.strong[[0, 1, 2, 4]], without.strong)
    assert not (with_gap.strong | with_gap.weak)[3].any()


@given(scores=TABLES, data=st.data())
def test_permuting_units_permutes_results_and_turning_swaps_them(scores, data):
    groups = np.array(
        data.draw(st.lists(st.sampled_from("ab"), min_size=len(scores), max_size=len(scores)))
    )
    order = data.draw(st.permutations(range(len(scores))))
    result = strengths(scores, groups=groups, floor=5)
    moved = strengths(scores[order], groups=groups[order], floor=5)
    for name in ("strong", "weak", "below_floor"):
        assert_array_equal(getattr(moved, name), getattr(result, name)[order])
    assert not (result.strong & result.weak).any()
    assert_array_equal(strengths(-scores, groups=groups).strong, result.weak)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"groups": ["a"]}, r"`groups` has shape \(1,\) but `scores` has 2 unit"),
        ({"groups": ["a", None]}, "`groups` must name a group for each unit; unit 1 has None"),
        ({"groups": [1.0, NAN]}, "`groups` must name a group for each unit; unit 1 has nan"),
        ({"floor": [1, 2]}, r"`floor` has shape \(2,\) but `scores` has 1 indicator"),
        ({"z": -1}, "`z` must be one number of at least 0"),
    ],
)
def test_what_cannot_be_meant_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        strengths(column(1, 2), **options)


def test_scores_must_be_a_table():
    with pytest.raises(ValueError, match=r"`scores` must have the shape \(units, indicators\)"):
        strengths([1.0, 2.0])
