"""Caps and vetoes, and the scatter of judges around the additive model."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from seedmetrics.formulas import apply_caps, judge_agreement, veto


def test_a_cap_lowers_what_is_above_it_and_nothing_else():
    assert_array_equal(apply_caps([90, 40, np.nan], [60, 60, 60]), [60, 40, np.nan])


def test_no_cap_changes_nothing():
    assert_array_equal(apply_caps([90, 40], np.nan), [90, 40])


@given(st.lists(st.floats(0, 100), min_size=1), st.floats(0, 100), st.floats(0, 100))
def test_two_caps_act_as_the_lower(scores, a, b):
    assert_array_equal(apply_caps(apply_caps(scores, a), b), apply_caps(scores, min(a, b)))


def test_an_infinite_cap_is_refused():
    with pytest.raises(ValueError, match="`caps`"):
        apply_caps([1.0], [np.inf])


def test_a_veto_never_raises_a_tier():
    assert_array_equal(veto([1, 3, np.nan], [True, True, True], best_tier=2), [2, 3, np.nan])


def test_a_veto_leaves_those_it_does_not_hit():
    assert_array_equal(veto([1, 1], [False, True], best_tier=4), [1, 4])


@pytest.mark.parametrize("best_tier", [0, 1.5])
def test_a_tier_that_is_none_is_refused(best_tier):
    with pytest.raises(ValueError, match="`best_tier`"):
        veto([1], [True], best_tier=best_tier)


@pytest.mark.source("shrout1979intraclass")
def test_residual_equals_the_mean_square_of_the_two_way_analysis_of_variance():
    # Shrout and Fleiss (1979), table 2: six targets, four judges; their table 3 prints EMS = 1.02.
    marks = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    assert_allclose(judge_agreement(marks).residual ** 2, 1.02, atol=0.005)


def test_residual_is_zero_where_contestant_and_judge_explain_every_mark():
    assert_allclose(
        judge_agreement([[90, 80, 85], [70, 60, np.nan], [95, 85, 90]]).residual, 0, atol=1e-9
    )


def test_residual_needs_a_degree_of_freedom():
    assert np.isnan(judge_agreement([[90, 80]]).residual)


@given(st.integers(0, 2**32 - 1))
def test_residual_equals_least_squares_with_absent_judges(seed):
    generator = np.random.default_rng(seed)
    marks = generator.normal(80, 5, (5, 4))
    marks[0, 1] = marks[3, 2] = np.nan
    rows, columns = np.nonzero(~np.isnan(marks))
    design = np.zeros((len(rows), 9))
    design[np.arange(len(rows)), rows] = 1
    design[np.arange(len(rows)), 5 + columns] = 1
    y = marks[rows, columns]
    fitted = design @ np.linalg.lstsq(design, y, rcond=None)[0]
    expected = np.sqrt(((y - fitted) ** 2).sum() / (len(rows) - 5 - 4 + 1))
    assert_allclose(judge_agreement(marks).residual, expected, rtol=1e-8)
