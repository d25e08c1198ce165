"""The drawing board: scales, lines and dots lie where their numbers say, and what looks alike is one element."""

import re

import pytest

from seedmetrics.report.figures.canvas import WIDTH, Canvas, drawing
from tests.report.test_figures import texts

LEFT, RIGHT, TOP, BOTTOM = 40, 100, 20, 50
ACROSS, UP = WIDTH - LEFT - RIGHT, 300 - TOP - BOTTOM


def drawn(fill) -> str:
    """Return a drawing of 10 by 100 units."""
    with drawing(300, left=LEFT, right=RIGHT, top=TOP, bottom=BOTTOM) as canvas:
        canvas.ax.set(xlim=(0, 10), ylim=(0, 100))
        fill(canvas)
        return str(canvas.svg("p", "what it shows"))


def strokes(svg: str) -> list[list[tuple[float, float]]]:
    """Return the points of each path that is no definition."""
    shown = re.sub(r"<defs>.*?</defs>", "", svg, flags=re.DOTALL)
    paths = re.findall(r'<path d="([^"]*)"', shown)
    return [
        [(float(x), float(y)) for x, y in re.findall(r"[ML] ([\d.-]+) ([\d.-]+)", path)]
        for path in paths
    ]


def test_nothing_of_a_scale_is_drawn_unasked():
    svg = drawn(lambda _: None)
    assert strokes(svg) == []
    assert texts(svg) == []


def test_labels_stand_at_their_points():
    def both(canvas: Canvas) -> None:
        canvas.x_axis([0, 5], ["none", "five"])
        canvas.y_axis([0, 100], ["0", "100"])

    found = {text: (x, y) for x, y, text in texts(drawn(both))}
    assert found["none"][0] == pytest.approx(LEFT)
    assert found["five"][0] == pytest.approx(LEFT + ACROSS / 2)
    assert 300 - BOTTOM + 8 < found["five"][1] < 300 - BOTTOM + 22
    assert found["0"][0] == found["100"][0] == pytest.approx(LEFT - 6)
    assert found["0"][1] - found["100"][1] == pytest.approx(UP)


def test_the_marks_of_an_axis_are_one_path_below_it_and_the_grid_another_across():
    def both(canvas: Canvas) -> None:
        canvas.x_axis([2, 5, 8], ["a", "b", "c"], line=False)
        canvas.y_axis([20, 40], ["20", "40"])

    grid, marks = strokes(drawn(both))
    assert [y for _, y in marks] == pytest.approx([300 - BOTTOM, 300 - BOTTOM + 4] * 3)
    assert [x for x, _ in marks[::2]] == pytest.approx([LEFT + ACROSS * k / 10 for k in (2, 5, 8)])
    assert [x for x, _ in grid] == pytest.approx([LEFT, WIDTH - RIGHT] * 2)
    assert [y for _, y in grid[::2]] == pytest.approx([TOP + UP * 0.8, TOP + UP * 0.6])


def test_an_axis_that_is_told_to_draws_labels_alone():
    def bare(canvas: Canvas) -> None:
        canvas.x_axis([5], ["b"], line=False, marks=False)
        canvas.y_axis([50], ["50"], grid=False)

    svg = drawn(bare)
    assert strokes(svg) == []
    assert [text for *_, text in texts(svg)] == ["b", "50"]


def test_dots_stand_at_their_points_and_one_without_a_place_is_left_out():
    points = [(0.0, 50.0), (float("nan"), 1.0), (10.0, 0.0)]
    svg = drawn(lambda canvas: canvas.dots(points, "accent", size=36, order=1))
    uses = [(float(x), float(y)) for x, y in re.findall(r'<use [^>]*x="([^"]+)" y="([^"]+)"', svg)]
    assert uses == [(LEFT, TOP + UP / 2), (WIDTH - RIGHT, TOP + UP)]


def test_no_lines_and_no_dots_draw_nothing():
    def nothing(canvas: Canvas) -> None:
        canvas.lines([], "grid", order=0)
        canvas.dots([], "dot", size=10, order=0)

    assert strokes(drawn(nothing)) == []


def test_labels_that_are_not_as_many_as_their_points_are_refused():
    with pytest.raises(ValueError, match="zip"):
        drawn(lambda canvas: canvas.x_axis([1, 2], ["one"]))
