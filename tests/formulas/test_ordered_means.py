"""What ordered weighted averages promise: ends, middle, gaps drawn out over positions, orness."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.testing import assert_allclose

from seedmetrics.formulas.scoring import aggregate

NAN = float("nan")


def owa(scores, weights=None, **options):
    return aggregate(scores, weights, method="owa", **options)


SCORES = st.one_of(st.floats(-100, 100), st.just(NAN))
TABLES = arrays.arrays(float, st.tuples(st.integers(1, 6), st.integers(1, 5)), elements=SCORES)
FULL = arrays.arrays(
    float, st.tuples(st.integers(1, 6), st.integers(1, 5)), elements=st.floats(-100, 100)
)


@pytest.mark.source("yager1988ordered")
@given(scores=FULL)
def test_weights_belong_to_positions_from_the_best_down(scores):
    weights = np.arange(1.0, scores.shape[1] + 1)
    falling = -np.sort(-scores, axis=1)
    assert_allclose(owa(scores, weights), falling @ weights / weights.sum(), atol=1e-9)


@given(scores=FULL, data=st.data())
def test_it_does_not_matter_which_indicator_a_score_is_on(scores, data):
    order = data.draw(st.permutations(range(scores.shape[1])))
    weights = np.arange(1.0, scores.shape[1] + 1)
    assert_allclose(owa(scores[:, order], weights), owa(scores, weights), atol=1e-9)


@given(scores=TABLES)
def test_best_worst_and_mean_stay_so_whatever_is_missing(scores):
    m = scores.shape[1]
    some = scores[~np.isnan(scores).all(axis=1)]
    first, last = np.eye(m)[0], np.eye(m)[-1]
    assert_allclose(owa(some, first, missing="reweight"), np.nanmax(some, axis=1, initial=-999))
    assert_allclose(owa(some, last, missing="reweight"), np.nanmin(some, axis=1, initial=999))
    assert_allclose(owa(some, missing="reweight"), [np.nanmean(x) for x in some], atol=1e-9)


def test_position_weights_are_drawn_out_over_what_is_present():
    # Of five the middle one; of three too. Of four the two in the middle, half each.
    middle = [0, 0, 1, 0, 0]
    assert_allclose(owa([9, 7, 5, 3, 1], middle), 5)
    assert_allclose(owa([9, NAN, 5, NAN, 1], middle, missing="reweight"), 5)
    assert_allclose(owa([9, 7, NAN, 3, 1], middle, missing="reweight"), 5)


def test_a_position_of_weight_nought_leaves_no_indicator_out():
    with pytest.raises(ValueError, match="`scores` must not be missing"):
        owa([9.0, NAN], [1, 0])


@given(scores=FULL)
def test_orness_one_half_is_the_weighted_mean_and_its_ends_are_best_and_worst(scores):
    weights = np.arange(1.0, scores.shape[1] + 1)
    assert_allclose(owa(scores, weights, orness=0.5), aggregate(scores, weights), atol=1e-9)
    assert_allclose(owa(scores, weights, orness=1), scores.max(axis=1))
    assert_allclose(owa(scores, weights, orness=0), scores.min(axis=1))


@given(scores=TABLES, a=st.floats(0, 1), b=st.floats(0, 1))
def test_the_mean_rises_with_orness(scores, a, b):
    low, high = (owa(scores, orness=o, missing="reweight") for o in sorted((a, b)))
    assert ((low <= high + 1e-9) | np.isnan(low)).all()


@pytest.mark.source("yager1996quantifier")
@given(a=st.floats(0.05, 0.95))
def test_orness_is_that_of_the_weights_it_gives_to_many_scores(a):
    m = 4000
    # Scored by what a position counts in Yager's orness, the mean is the orness itself.
    assert_allclose(owa((m - np.arange(1.0, m + 1)) / (m - 1), orness=a), a, atol=2e-3)


def test_with_orness_an_indicator_of_weight_nought_is_left_out():
    assert_allclose(owa([9.0, NAN, 4.0], [1, 0, 1], orness=0), 4)
    assert_allclose(owa([9.0, NAN, 4.0], [1, 1, 1], orness=0, missing="reweight"), 4)
    assert_allclose(owa([99.0, 9.0, 4.0], [0, 1, 1], orness=1), 9)


@pytest.mark.parametrize("orness", [-0.1, 1.1, [0.2, 0.3]])
def test_an_orness_that_is_none_is_refused(orness):
    with pytest.raises(ValueError, match="`orness` must be one number in"):
        owa([1.0, 2.0], orness=orness)


def test_weights_may_differ_by_unit():
    assert_allclose(owa([[1.0, 2.0], [1.0, 2.0]], [[1, 0], [0, 1]]), [2, 1])
