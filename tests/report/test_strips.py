"""Strips say where a rank or a share stands; their labels do not touch; without a scale they are empty."""

import itertools
import re

import pytest

from seedmetrics.report.strips import bar, bar_scale, bar_start, rank_scale, rank_strip


def written(svg: str) -> list[tuple[float, str]]:
    return [
        (float(x), text) for x, text in re.findall(r'<text x="([\d.]+)".*?>([^<]+)</text>', svg)
    ]


@pytest.mark.parametrize("of", [2, 5, 11, 17, 22, 120])
@pytest.mark.parametrize("rank", [1, 2])
def test_places_below_a_strip_do_not_touch(of, rank):
    labels = written(rank_strip(1, rank, of, of, axis=True))
    assert str(rank) in {text for _, text in labels}
    for (a, _), (b, _) in itertools.combinations(labels, 2):
        assert abs(a - b) >= 17


@pytest.mark.parametrize("of", [2, 5, 11, 17, 22, 120])
def test_a_scale_has_both_ends(of):
    labels = written(rank_scale(of))
    assert labels[0][1] == "1"
    assert labels[-1][1] == str(of)
    for (a, _), (b, _) in itertools.pairwise(labels):
        assert b - a >= 17


def test_one_unit_has_no_scale():
    assert rank_strip(1, 1, 1, 1) == rank_scale(1) == rank_scale(0) == ""


def test_a_rank_that_does_not_exist_leaves_the_scale():
    strip = rank_strip(float("nan"), float("nan"), float("nan"), 5)
    assert "circle" not in strip
    assert strip.count("<line") == 5


def test_an_interval_that_leaves_the_scale_ends_in_an_arrow():
    assert "<path" in bar(0.9, 0.3, 1.0, start=0.4)
    assert "<path" not in bar(0.9, 0.5, 1.0, start=0.4)


def test_the_zone_beyond_the_floor_is_on_the_bad_side():
    more = re.search(r'<rect x="([\d.]+)"', bar(0.9, 0.8, 1.0, start=0.4, floor=0.6))
    less = re.search(
        r'<rect x="([\d.]+)"', bar(0.05, 0.0, 0.1, start=0.4, floor=0.12, lower_is_better=True)
    )
    assert more is not None
    assert less is not None
    assert float(more[1]) == 6
    assert float(less[1]) > 50


def test_a_scale_begins_below_the_smallest_value():
    assert bar_start([0.58, 0.96]) == 0.4
    assert bar_start([0.99]) == 0.8
    assert bar_start([0.0]) == 0.0
    assert bar_start([float("nan")]) == 0.0
    assert "80" in bar_scale(0.8)
