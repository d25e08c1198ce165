"""Labels never lie on one another, and move no further than they must."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedmetrics.report.figures.labels import Box, fit, place, spread, text_width

positions = st.lists(st.floats(0, 300), min_size=1, max_size=25)


@given(positions, st.floats(1, 20))
def test_spread_labels_are_a_gap_apart_and_keep_their_order(points, gap):
    moved = spread(points, gap)
    pairs = sorted(zip(points, moved), key=lambda pair: pair[1])
    for (a, x), (b, y) in itertools.pairwise(pairs):
        assert y - x >= gap - 1e-6
        assert a <= b


@given(positions)
def test_labels_that_are_apart_already_do_not_move(points):
    apart = [20.0 * k for k in range(len(points))]
    assert spread(apart, 15) == pytest.approx(apart)


@given(positions, st.floats(1, 20))
def test_spread_labels_stay_between_the_ends(points, gap):
    moved = spread(points, gap, low=0, high=300)
    assert min(moved) >= -1e-6
    assert max(moved) <= 300 + 1e-6


def test_ties_are_parted_evenly_around_their_place():
    assert spread([100.0, 100.0, 100.0], 10) == pytest.approx([90, 100, 110])


def test_nothing_to_spread():
    assert spread([], 10) == []


@given(st.lists(st.tuples(st.floats(20, 280), st.floats(20, 280)), min_size=1, max_size=22))
def test_placed_labels_cover_no_other_label_and_stay_inside(points):
    frame = Box(0, 0, 300, 300)
    found = [label.box for label in place(points, [60.0] * len(points), frame=frame) if label]
    assert found
    for a, b in itertools.combinations(found, 2):
        assert a.overlap(b) == 0
    for box in found:
        assert box.left >= 0
        assert box.right <= 300


def test_a_label_avoids_a_line_when_it_can():
    line = [Box(x, 99, x + 4, 101) for x in range(100, 200, 4)]
    label = place([(100.0, 100.0)], [50.0], frame=Box(0, 0, 300, 300), lines=line)[0]
    assert label is not None
    assert sum(label.box.overlap(box) for box in line) == 0


def test_a_label_without_a_place_is_left_out():
    assert place([(5.0, 5.0)], [500.0], frame=Box(0, 0, 100, 100)) == [None]


def test_names_are_cut_to_the_room_there_is():
    assert text_width(fit("稻米加工产业链党建联盟", 12, 90), 12) <= 90
    assert fit("清禾镇", 12, 90) == "清禾镇"
