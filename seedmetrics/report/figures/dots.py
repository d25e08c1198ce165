"""The dot plot: score and pillars of one unit, with their intervals, against the others of its group."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from seedmetrics.report.figures.canvas import SIZE, SMALL, WIDTH, Canvas, drawing
from seedmetrics.report.figures.labels import fit, text_width
from seedmetrics.report.numbers import missing

ROW = 60.0


@dataclass(frozen=True, slots=True)
class DotRow:
    """
    One row of a dot plot.

    Attributes
    ----------
    label, note : str
        Name, and what stands below it (the weight).
    value, low, high : float
        Of the unit; NaN where there is no score.
    others : tuple of float
        Scores of the other units of the group that have one.
    median : float
        Of the group.
    shown, shown_interval : str
        Value and interval as text.
    """

    label: str
    note: str
    value: float
    low: float
    high: float
    others: tuple[float, ...]
    median: float
    shown: str
    shown_interval: str


@dataclass(frozen=True, slots=True)
class DotWords:
    """Words of a dot plot: the unit and its interval (two lines), the median, one of the others, the x axis."""

    unit: str
    interval: str
    median: str
    other: str
    axis: str


def score_axis(values: Sequence[float]) -> tuple[float, float, list[float]]:
    """
    Return ends and ticks of a scale of scores: tens around the values, three to six ticks.

    Examples
    --------
    >>> score_axis([63.2, 91.7])
    (60.0, 100.0, [60.0, 70.0, 80.0, 90.0, 100.0])
    """
    present = [v for v in values if not missing(v)] or [0.0, 100.0]
    low = max(math.floor(min(present) / 10) * 10.0, 0.0)
    high = min(math.ceil(max(present) / 10) * 10.0, 100.0)
    while high - low < 20:
        low, high = (low - 10, high) if low >= 10 else (low, high + 10)
    step = 10.0 if high - low <= 50 else 20.0
    low = math.floor(low / step) * step
    ticks = [low + k * step for k in range(int((high - low) / step + 1e-9) + 1)]
    return low, high, ticks


def dot_plot(rows: Sequence[DotRow], words: DotWords, *, prefix: str, alt: str) -> Markup:
    """
    Draw the dot plot.

    Parameters
    ----------
    rows : sequence of DotRow
        The total first, then the pillars.
    words : DotWords
        Labels.
    prefix, alt : str
        For ids, and the finding in words.
    """
    left = min(max([70.0, *(text_width(row.label, SIZE) + 12 for row in rows)]), 170.0)
    right = (
        max(text_width(row.shown, SIZE) + text_width(row.shown_interval, SMALL) for row in rows)
        + 30
    )
    height = 56 + 44 + ROW * len(rows) + (12 if len(rows) > 1 else 0)
    values = [v for row in rows for v in (row.value, row.low, row.high, row.median, *row.others)]
    low, high, ticks = score_axis(values)
    with drawing(height, left=left, right=min(right, 140.0), top=56) as canvas:
        places = [-k - (0.2 if k else 0) for k in range(len(rows))]
        canvas.ax.set(xlim=(low, high), ylim=(places[-1] - 0.5, 0.5))
        canvas.x_axis(ticks, [f"{t:g}" for t in ticks])
        canvas.lines([((low, y), (high, y)) for y in places], "grid", order=0)
        if len(rows) > 1:
            canvas.lines([((low, -0.6), (high, -0.6))], "rule", order=0)
        _marks(canvas, list(zip(rows, places, strict=True)))
        for row, y in zip(rows, places, strict=True):
            _numbers(canvas, row, y, low, high)
        _name_marks(canvas, rows[0], words, low, high)
        canvas.x_unit(words.axis)
        return canvas.svg(prefix, alt)


def _marks(canvas: Canvas, rows: Sequence[tuple[DotRow, float]]) -> None:
    """Draw in each row, at its height, the others, the median, and this unit with its interval."""
    others = [(value, y) for row, y in rows for value in row.others]
    canvas.dots(others, "dot", size=40, width=0.75, order=2)
    medians = [
        ((row.median, y - 0.2), (row.median, y + 0.2)) for row, y in rows if not missing(row.median)
    ]
    canvas.lines(medians, "ink", width=1.5, order=3)
    intervals = [
        ((row.low, y), (row.high, y))
        for row, y in rows
        if not missing(row.low) and not missing(row.high)
    ]
    canvas.lines(intervals, "accent", width=3, order=4, cap="round")
    mine = [(row.value, y) for row, y in rows if not missing(row.value)]
    canvas.dots(mine, "accent", size=90, width=1.5, order=5)


def _numbers(canvas: Canvas, row: DotRow, y: float, low: float, high: float) -> None:
    """Write a row's name and its numbers."""
    has_note = bool(row.note)
    canvas.note(
        low,
        y,
        fit(row.label, SIZE, canvas.left - 4),
        "ink",
        size=SIZE,
        dx=-canvas.left,
        dy=9 if has_note else 0,
    )
    if has_note:
        canvas.note(low, y, row.note, "ink3", dx=-canvas.left, dy=-9)
    canvas.note(
        high, y, row.shown, "accent" if not missing(row.value) else "ink3", size=SIZE, dx=12
    )
    if row.shown_interval:
        canvas.note(high, y, row.shown_interval, "ink3", dx=18 + text_width(row.shown, SIZE))


def _name_marks(canvas: Canvas, row: DotRow, words: DotWords, low: float, high: float) -> None:
    """Name what the marks are, once, at the first row: the unit on its side of the median."""
    reading_right = missing(row.median) or missing(row.value) or row.value >= row.median
    if not missing(row.value):
        widest = max(text_width(words.unit, SMALL), text_width(words.interval, SMALL))
        x, ha, dx = _kept_inside(canvas, row.value, widest, right=reading_right)
        canvas.note(x, 0, words.unit, "accent", ha=ha, dx=dx, dy=36)
        canvas.note(x, 0, words.interval, "accent", ha=ha, dx=dx, dy=21)
    if not missing(row.median) and row.others:
        x, ha, dx = _kept_inside(
            canvas, row.median, text_width(words.median, SMALL), right=not reading_right
        )
        canvas.note(x, 0, words.median, "ink", ha=ha, dx=dx, dy=21)
    clear = [v for v in row.others if low <= v <= high]
    if clear:
        anchors = [v for v in (row.value, row.median) if not missing(v)]
        far = max(clear, key=lambda v: (min((abs(v - a) for a in anchors), default=0.0), v))
        half = text_width(words.other, SMALL) / 2
        x_pixel = canvas.x_of(far)
        shift = max(0.0, half - canvas.left - x_pixel) - max(
            0.0, x_pixel + half - canvas.inner_width - canvas.right
        )
        canvas.note(far, 0, words.other, "ink3", ha="center", dx=shift, dy=-21)


def _kept_inside(
    canvas: Canvas, value: float, width: float, *, right: bool
) -> tuple[float, str, float]:
    """Return anchor, alignment and offset of a label to one side of a value, moved in where it would leave."""
    pixel = canvas.x_of(value)
    if right:
        return value, "left", min(4.0, WIDTH - canvas.left - pixel - width - 4)
    return value, "right", max(-4.0, width - canvas.left - pixel + 4)
