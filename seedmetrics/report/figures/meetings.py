"""An alliance's year: meetings, trainings and activities as dots on a lane each, with the routine marks below."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from seedmetrics.report.figures.canvas import SIZE, SMALL, Canvas, drawing
from seedmetrics.report.figures.labels import text_width

LANE = 46.0
DOT = 9.0


@dataclass(frozen=True, slots=True)
class Lane:
    """One kind of event: name, text at the right end, and for each event its place (0 to 1) and whether it is full."""

    label: str
    total: str
    events: tuple[tuple[float, bool], ...]


@dataclass(frozen=True, slots=True)
class Span:
    """One part of the year: where it ends (0 to 1), its name, and whether it is over."""

    end: float
    label: str


def meetings_figure(
    lanes: Sequence[Lane], spans: Sequence[Span], hollow: str, *, prefix: str, alt: str
) -> Markup:
    """
    Draw the lanes.

    Parameters
    ----------
    lanes : sequence of Lane
        From the top.
    spans : sequence of Span
        Quarters or months, in order.
    hollow : str
        What a hollow dot means; written below the first lane that has one, empty where none does.
    prefix, alt : str
        For ids, and the finding in words.
    """
    left = min(max(text_width(lane.label, SIZE) for lane in lanes) + 14, 170)
    right = max(text_width(lane.total, SIZE) for lane in lanes) + 16
    height = LANE * len(lanes) + 26 + 30
    with drawing(height, left=left, right=right, top=14, bottom=34) as canvas:
        low, high = -len(lanes) + 0.5, 0.5
        canvas.ax.set(xlim=(0, 1), ylim=(low, high))
        starts = [0.0, *(span.end for span in spans)]
        middles = [(a + b) / 2 for a, b in itertools.pairwise(starts)]
        canvas.x_axis(middles, [span.label for span in spans], marks=False)
        canvas.lines([((end, low), (end, high)) for end in starts], "grid", order=0)
        canvas.lines([((0, -k), (1, -k)) for k in range(len(lanes))], "rule", order=0)
        points = [point for k, lane in enumerate(lanes) for point in _lane(canvas, lane, -k)]
        canvas.dots([at for at, full in points if full], "accent", size=64, width=1, order=4)
        open_ones = [at for at, full in points if not full]
        canvas.dots(open_ones, "paper", edge="accent", size=64, width=1.5, order=4)
        first = next(
            (k for k, lane in enumerate(lanes) if any(not full for _, full in lane.events)), None
        )
        if first is not None and hollow:
            at = next(x for x, full in lanes[first].events if not full)
            half = text_width(hollow, SMALL) / 2
            pixel = canvas.x_of(at)
            shift = max(0.0, half - pixel) - max(0.0, pixel + half - canvas.inner_width - right)
            canvas.note(at, -first, hollow, "ink3", ha="center", dx=shift, dy=-15)
        return canvas.svg(prefix, alt)


def _lane(canvas: Canvas, lane: Lane, y: float) -> Iterator[tuple[tuple[float, float], bool]]:
    """Name one lane; yield its dots, those of nearly the same day above one another, and whether each is full."""
    canvas.note(0, y, lane.label, "ink", size=SIZE, dx=-canvas.left)
    canvas.note(1, y, lane.total, "accent", size=SIZE, dx=12)
    last, level = -1e9, 0
    for x, full in sorted(lane.events):
        pixel = canvas.x_of(x)
        level = level + 1 if pixel - last < DOT else 0
        last = pixel if level == 0 else last
        yield (x, y + min(level, 2) * DOT / LANE), full
