"""What `joint_rank_intervals`, `top_set` and `bottom_set` promise: published sets, no certainty from nothing."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from scipy import special, stats

from seedmetrics.formulas.ranking import (
    RankSets,
    bottom_set,
    joint_rank_intervals,
    rank,
    rank_sets,
    rank_sets_from_counts,
    top_set,
)

NAN = float("nan")
UNITS = st.lists(
    st.tuples(st.integers(0, 20).map(float), st.integers(1, 30).map(float)), min_size=1, max_size=9
)


def ends(sets: RankSets) -> list[list[float]]:
    """Return the two ends of each set."""
    return np.stack([sets.low, sets.high]).tolist()


@pytest.mark.shared
@pytest.mark.source("klein2020joint")
def test_sets_are_those_published_for_travel_time_to_work(reference):
    table = pd.read_csv(reference / "ranks" / "kww_joint_ranks_traveltime2011.csv")
    levels = table[table["method"] == "independence"].groupby("joint_conf")
    assert levels.ngroups == 2
    for level, rows in levels:
        assert len(rows) == 51
        # There rank 1 is the shortest.
        sets = joint_rank_intervals(-rows["estimate"], rows["se"], confidence_level=level)
        assert_array_equal(sets.low, rows["rank_lower"])
        assert_array_equal(sets.high, rows["rank_upper"])
        assert_array_equal(sets.rank, rows["rank"])


@pytest.mark.shared
@pytest.mark.source("klein2020joint")
def test_the_quantile_is_that_of_independent_intervals_not_of_bonferroni(reference):
    table = pd.read_csv(reference / "ranks" / "kww_joint_ranks_traveltime2011.csv")
    z = table[table["joint_conf"] == 0.9].groupby("method")["z"].first()
    assert z["independence"] < z["bonferroni"]
    # Two of 51 units, apart by twice this quantile: a hair decides whether they overlap.
    theta = np.concatenate([[2 * z["independence"], 0.0], -10 - 1000.0 * np.arange(49)])
    for error, best_of_second in ((1 - 1e-9, 2), (1 + 1e-9, 1)):
        sets = joint_rank_intervals(theta, np.full(51, error), confidence_level=0.9)
        assert sets.low[1] == best_of_second


def by_definition(theta, error, level):
    """Return the ends by comparing every two intervals."""
    k = len(theta)
    z = stats.norm.isf((1 - level ** (1 / k)) / 2)
    low = [
        1 + sum(o - z * e > t + z * s for o, e in zip(theta, error)) for t, s in zip(theta, error)
    ]
    high = [
        k - sum(o + z * e < t - z * s for o, e in zip(theta, error)) for t, s in zip(theta, error)
    ]
    return [low, high]


@given(units=UNITS, level=st.sampled_from((0.5, 0.9, 0.99)))
def test_sets_are_those_of_every_two_intervals(units, level):
    theta, error = (np.array(x) for x in zip(*units, strict=True))
    error = error / 7 + 1e-3
    sets = joint_rank_intervals(theta, error, confidence_level=level)
    assert ends(sets) == by_definition(theta, error, level)


@given(units=UNITS, data=st.data())
def test_permuting_units_permutes_sets(units, data):
    theta, error = (np.array(x) for x in zip(*units, strict=True))
    order = data.draw(st.permutations(range(len(theta))))
    sets, moved = (
        joint_rank_intervals(theta, error),
        joint_rank_intervals(theta[order], error[order]),
    )
    assert_array_equal(np.array(ends(moved)), np.array(ends(sets))[:, order])
    assert_array_equal(moved.rank, sets.rank[order])


@given(units=UNITS, by=st.sampled_from((0.5, 4.0, 1024.0)), up=st.integers(-50, 50))
def test_a_positive_affine_change_of_scale_changes_no_set(units, by, up):
    # Powers of two and whole numbers, so that no rounding makes or breaks a touch.
    theta, error = (np.array(x) for x in zip(*units, strict=True))
    moved = joint_rank_intervals(theta * by + up * by, error * by)
    assert ends(moved) == ends(joint_rank_intervals(theta, error))


@given(units=UNITS, share=st.floats(0.1, 1.0))
def test_smaller_errors_of_all_never_widen_a_set(units, share):
    theta, error = (np.array(x) for x in zip(*units, strict=True))
    wide, narrow = joint_rank_intervals(theta, error), joint_rank_intervals(theta, error * share)
    assert (narrow.low >= wide.low).all()
    assert (narrow.high <= wide.high).all()


@given(units=UNITS)
def test_turning_the_sign_mirrors_the_sets_and_they_hold_the_rank(units):
    theta, error = (np.array(x) for x in zip(*units, strict=True))
    sets, turned = joint_rank_intervals(theta, error), joint_rank_intervals(-theta, error)
    assert_array_equal(turned.low, len(theta) + 1 - sets.high)
    for ties in ("min", "average", "max"):
        assert (sets.low <= rank(theta, ties=ties)).all()
        assert (rank(theta, ties=ties) <= sets.high).all()


def test_sets_by_draws_are_no_wider_for_units_of_like_error():
    theta = np.linspace(0, 12, 13)
    joint, drawn = (
        joint_rank_intervals(theta, np.ones(13)),
        rank_sets(theta, np.ones(13), draws=4000),
    )
    assert (joint.low <= drawn.low).all()
    assert (joint.high >= drawn.high).all()
    assert (drawn.high - drawn.low).sum() < (joint.high - joint.low).sum()


def test_intervals_that_touch_overlap():
    # Of two units at the level 1/4 each interval is to hold with 1/2.
    z, level = -special.ndtri(0.25), 0.25
    touch = joint_rank_intervals([2 * z, 0.0], [1.0, 1.0], confidence_level=level)
    assert ends(touch) == [[1, 1], [2, 2]]
    apart = joint_rank_intervals([2 * z + 1e-9, 0.0], [1.0, 1.0], confidence_level=level)
    assert ends(apart) == [[1, 2], [1, 2]]


def test_forty_thousand_units_keep_the_digits_of_the_level():
    n = 40_000
    z = stats.norm.isf(-np.expm1(np.log(0.95) / n) / 2)
    theta = np.concatenate([[2 * z * 1.000001, 0.0], -10.0 * np.arange(2, n)])
    sets = joint_rank_intervals(theta, np.ones(n))
    assert ends(sets)[0][:2] == [1, 2]
    theta[0] = 2 * z * 0.999999
    assert ends(joint_rank_intervals(theta, np.ones(n)))[0][:2] == [1, 1]


def test_a_unit_without_an_estimate_is_left_out_and_does_not_count():
    sets = joint_rank_intervals([3.0, NAN, 2.0], [0.1, NAN, 0.1])
    assert_array_equal(sets.low, [1, NAN, 2])
    assert_array_equal(sets.high, [1, NAN, 2])
    assert_array_equal(sets.rank, [1, NAN, 2])
    assert not sets.knife_edge.any()
    assert np.isnan(ends(joint_rank_intervals([NAN, NAN], [1, 1]))).all()
    assert joint_rank_intervals([], []).low.shape == (0,)
    assert ends(joint_rank_intervals([5.0], [0.0])) == [[1], [1]]


def test_three_of_three_with_a_wald_error_of_nought_are_not_certified_first():
    closed, due = np.array([3, 0, 45]), np.array([3, 3, 50])
    share = closed / due
    wald = np.sqrt(share * (1 - share) / due)
    for way in (joint_rank_intervals, rank_sets):
        with pytest.raises(ValueError, match=r"is 0 for 2 units.*rank_sets_from_counts"):
            way(share, wald)
    sets = rank_sets_from_counts(closed, due)
    assert (sets.low[0], sets.high[0]) == (1, 3)


@pytest.mark.parametrize(
    ("estimate", "error", "options", "message"),
    [
        (
            [1, 2],
            [0.1],
            {},
            r"`standard_error` has shape \(1,\) but `estimate` has 2.*one error each\.",
        ),
        ([1, 2], np.eye(2), {}, r"`standard_error` has shape \(2, 2\)"),
        ([1, 2], [0.1, -0.1], {}, "`standard_error` must be at least 0.*first at index 1"),
        (
            [NAN, 2, 3],
            [1, 1, NAN],
            {},
            "where there is an estimate; 1 of 3 refused, first at index 2",
        ),
        ([[1, 2]], [[1, 1]], {}, r"`estimate` must have the shape \(units,\)"),
        ([1, 2], [1, 1], {"confidence_level": 95}, "`confidence_level` must lie strictly between"),
        ([1, float("inf")], [1, 1], {}, "`estimate` must be finite"),
    ],
)
def test_what_cannot_be_meant_is_refused(estimate, error, options, message):
    with pytest.raises(ValueError, match=message):
        joint_rank_intervals(estimate, error, **options)


SETS = joint_rank_intervals([9.0, 8.0, 5.0, NAN, 1.0], [0.4, 0.4, 0.4, NAN, 3.0])


def test_who_may_be_at_the_top_or_the_bottom():
    assert ends(SETS)[0] == pytest.approx([1, 1, 3, NAN, 1], nan_ok=True)
    assert ends(SETS)[1] == pytest.approx([3, 3, 4, NAN, 4], nan_ok=True)
    assert_array_equal(top_set(SETS, 1), [True, True, False, False, True])
    assert_array_equal(top_set(SETS, 3), [True, True, True, False, True])
    assert_array_equal(bottom_set(SETS, 1), [False, False, True, False, True])
    assert_array_equal(bottom_set(SETS, 2), [True, True, True, False, True])


@given(units=UNITS, data=st.data())
def test_top_and_bottom_hold_as_many_as_asked_grow_and_mirror(units, data):
    theta, error = (np.array(x) for x in zip(*units, strict=True))
    k = data.draw(st.integers(1, len(theta)))
    sets = joint_rank_intervals(theta, error)
    top = top_set(sets, k)
    assert top.sum() >= k
    assert top[rank(theta) <= k].all()
    assert_array_equal(bottom_set(joint_rank_intervals(-theta, error), k), top)
    if k < len(theta):
        assert (top <= top_set(sets, k + 1)).all()
    else:
        assert top.all()


@pytest.mark.parametrize("which", [top_set, bottom_set])
@pytest.mark.parametrize(
    ("k", "message"),
    [
        (0, "`k` must be a whole number of at least 1, got 0"),
        (-1, "`k` must be a whole number of at least 1"),
        (5, "`k` must be at most 4, the number of units with a set; got 5"),
        (0.5, "`k` must be a whole number of at least 1, got 0.5"),
        (True, "`k` must be a whole number"),
        (NAN, "`k` must be a whole number"),
    ],
)
def test_places_that_there_are_not_are_refused(which, k, message):
    with pytest.raises(ValueError, match=message):
        which(SETS, k)
