"""Plus and minus points: published schemes worked by hand, caps, ends, and an account that always balances."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from seedmetrics.formulas import points_balance

# A branch's scheme: 60 to begin with; study 2 (at most 12), notes 1, meetings 3 (at most 12), theme day 2 (at most 8).
VALUES, CAPS = [2, 1, 3, 2], [12, np.nan, 12, 8]
values = st.lists(st.integers(-50, 50), min_size=3, max_size=3)
counts = st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=1, max_size=6)
caps = st.lists(st.integers(0, 100), min_size=3, max_size=3)
ends = st.tuples(st.integers(-200, 200), st.integers(-200, 200)).map(sorted)


def test_dongyang_takes_forty_points_for_unlawful_building():
    # Base 100, 40 for unlawful building, 10 for a key campaign; under 60 means training in arrears.
    found = points_balance([[0, 1], [1, 0], [1, 1]], [-40, 10], base=100)
    assert_array_equal(found.total, [110, 60, 70])
    assert_array_equal(found.lost, [0, 0, 0])
    assert not found.capped.any()


def test_base_sixty_with_caps_gives_no_more_for_more_attendance():
    found = points_balance([[6, 5, 4, 4], [20, 5, 12, 12]], VALUES, base=60, caps=CAPS)
    assert_array_equal(found.total, [97, 97])
    assert_array_equal(found.lost, [0, 28 + 24 + 16])
    assert_array_equal(found.capped, [[False] * 4, [True, False, True, True]])


def test_a_cap_on_a_deduction_gives_points_back():
    found = points_balance([5], [-10], base=100, caps=[30])
    assert (found.total, found.lost) == (70, -20)
    assert found.capped.tolist() == [True]


def test_ends_cut_the_balance_after_the_caps():
    # 70 + 12 - 100 ends at 0, 70 + 12 + 30 at 100; the study of both is capped at 12.
    found = points_balance(
        [[10, 1, 0], [10, 0, 3]], [2, -100, 10], base=70, caps=[12, np.nan, np.nan], low=0, high=100
    )
    assert_array_equal(found.total, [0, 100])
    assert_array_equal(found.lost, [8 - 18, 8 + 12])


def test_a_total_at_its_cap_is_not_capped():
    assert not points_balance([6], [2], caps=[12]).capped.any()


def test_last_years_balance_carries_over_by_person():
    # A scheme of 20 to begin with, or a fifth of the last balance: the better one was, the more one starts with.
    found = points_balance([[1], [1]], [70], base=np.array([100, 60]) * 0.2, high=[100, 80])
    assert_array_equal(found.total, [90, 80])
    assert_array_equal(found.lost, [0, 2])


def test_nothing_done_leaves_the_base_cut_to_the_ends():
    assert points_balance([0, 0], [1, -1], base=60).total == 60
    assert points_balance([0, 0], [1, -1], base=60, high=50).total == 50
    assert points_balance(np.zeros((2, 0)), [], base=60).total.tolist() == [60, 60]


@given(counts, values, caps, ends, st.integers(-100, 100))
def test_nothing_of_the_account_is_lost(counts, values, caps, ends, base):
    found = points_balance(counts, values, base=base, caps=caps, low=ends[0], high=ends[1])
    assert_allclose(found.total + found.lost, base + np.array(counts) @ values)
    assert ((found.total >= ends[0]) & (found.total <= ends[1])).all()


@given(counts, values, caps)
def test_a_cap_is_never_exceeded_and_touches_only_what_it_bounds(counts, values, caps):
    found = points_balance(counts, values, caps=caps)
    raw = np.array(counts) * values
    held = np.where(found.capped, np.sign(raw) * caps, raw)
    assert (np.abs(held) <= caps).all()
    assert_allclose(found.total, held.sum(axis=1))


@given(counts, values, st.integers(0, 100))
def test_more_of_a_plus_item_never_takes_points(counts, values, cap):
    values = np.abs(values)
    less = points_balance(counts, values, caps=cap, high=120).total
    more = points_balance(np.array(counts) + 1, values, caps=cap, high=120).total
    assert (more >= less).all()


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"counts": [[-1]], "values": [2]}, "`counts` must be at least 0"),
        ({"counts": [[1, 2]], "values": [2]}, "Give one value an item"),
        ({"counts": [[1]], "values": [2], "caps": [-3]}, "`caps` must be at least 0"),
        ({"counts": [[1]], "values": [2], "caps": [1, 2]}, "`caps` has shape"),
        ({"counts": [[1]], "values": [2], "low": 5, "high": 4}, "`low` must not exceed `high`"),
        ({"counts": [[1]], "values": [2], "base": [1, 2, 3]}, "one for each person"),
        ({"counts": [[np.nan]], "values": [2]}, "`counts` must be finite"),
    ],
)
def test_what_makes_no_account_is_refused(arguments, match):
    with pytest.raises(ValueError, match=match):
        points_balance(**arguments)
