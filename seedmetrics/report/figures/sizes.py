"""Sizes against the band that is allowed: every grid a dot, those outside ringed and counted, a panel a kind."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from seedmetrics.report.figures.canvas import SIZE, SMALL, TOKENS, Canvas, drawing
from seedmetrics.report.figures.labels import text_width

DOT = 8.0  # room of one dot
LEVELS = 14  # dots above one another; more stand closer
HEADER, FOOT, GAP, EDGE = 52.0, 24.0, 26.0, 12.0


@dataclass(frozen=True, slots=True)
class Panel:
    """
    The grids of one kind.

    Attributes
    ----------
    label : str
        Kind and number of grids.
    sizes : tuple of float
        Households of each grid.
    low, high : float
        Smallest and largest size allowed, both included; NaN where the plan sets none.
    band, under, over : str
        The band's name, and what is said of the grids below and above it; empty where there are none.
    """

    label: str
    sizes: tuple[float, ...]
    low: float
    high: float
    band: str
    under: str = ""
    over: str = ""


def sizes_figure(panels: Sequence[Panel], axis: str, *, prefix: str, alt: str) -> Markup:
    """
    Draw the panels below one another, each on a scale of its own.

    Parameters
    ----------
    panels : sequence of Panel
        Each with at least one grid and a band.
    axis : str
        What the scales measure.
    prefix, alt : str
        For ids, and the finding in words.
    """
    inner = 440 - 2 * EDGE
    scales = [Scale.of(panel, inner) for panel in panels]
    stacks = [
        stacked([scale.x(size) for size in panel.sizes]) for panel, scale in zip(panels, scales)
    ]
    heights = [HEADER + DOT * min(max(_tallest(s), 3), LEVELS) + 8 + FOOT for s in stacks]
    total = sum(heights) + GAP * (len(panels) - 1)
    with drawing(total + 28, left=EDGE, right=EDGE, top=4, bottom=24) as canvas:
        canvas.ax.set(xlim=(0, inner), ylim=(total, 0))
        top = 0.0
        for panel, scale, stack, height in zip(panels, scales, stacks, heights):
            _panel(canvas, panel, scale, stack, top, top + height - FOOT)
            top += height + GAP
        canvas.note(0, total, axis, va="top", dy=-4)
        return canvas.svg(prefix, alt)


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale of households: its ends, its ticks, its width in pixels."""

    low: float
    high: float
    width: float
    ticks: tuple[float, ...]

    @classmethod
    def of(cls, panel: Panel, width: float) -> Scale:
        """Return a scale that holds all sizes and leaves room beside the band."""
        room = 0.5 * max(panel.high - panel.low, 0.2 * panel.high, 2)
        least = max(min(*panel.sizes, panel.low - room), 0)
        most = max(*panel.sizes, panel.high + room)
        step = round_step((most - least) / 4)
        low, high = math.floor(least / step) * step, math.ceil(most / step) * step
        ticks = tuple(low + k * step for k in range(round((high - low) / step) + 1))
        return cls(low, high, width, ticks)

    def x(self, size: float) -> float:
        """Return the pixel of a size."""
        return (size - self.low) / (self.high - self.low) * self.width


def round_step(raw: float) -> float:
    """
    Return the round step at or above `raw`.

    Examples
    --------
    >>> round_step(12), round_step(130), round_step(0.4)
    (20.0, 200.0, 1.0)
    """
    power = 10 ** math.floor(math.log10(max(raw, 1)))
    return float(max(next(m * power for m in (1, 2, 5, 10) if m * power >= raw), 1))


def stacked(pixels: Sequence[float], room: float = DOT) -> list[int]:
    """
    Return the level on which each dot stands so that none covers another.

    Examples
    --------
    >>> stacked([10, 12, 40, 11])
    [0, 2, 0, 1]
    """
    levels = [0] * len(pixels)
    ends: list[float] = []
    for k in sorted(range(len(pixels)), key=lambda k: (pixels[k], k)):
        level = next((n for n, end in enumerate(ends) if end + room <= pixels[k]), len(ends))
        ends[level : level + 1] = [pixels[k]]
        levels[k] = level
    return levels


def _tallest(levels: Sequence[int]) -> int:
    """Return how many dots stand above one another at most."""
    return max(levels, default=0) + 1


def _panel(
    canvas: Canvas, panel: Panel, scale: Scale, levels: Sequence[int], top: float, base: float
) -> None:
    """Draw one panel: band, axis, dots, and the words above."""
    start, stop = scale.x(panel.low), scale.x(panel.high)
    begin = top + HEADER - 10
    canvas.ax.fill_between([start, stop], begin, base, color=TOKENS["band"], lw=0, zorder=0)
    canvas.lines([((x, begin), (x, base)) for x in (start, stop)], "accent", order=1)
    ticks = [scale.x(tick) for tick in scale.ticks]
    along = ((0.0, base), (scale.width, base))
    canvas.lines([along, *(((x, base), (x, base + 4)) for x in ticks)], "dot", order=2)
    for tick, x in zip(scale.ticks, ticks, strict=True):
        canvas.note(x, base + 4, f"{tick:,.0f}", va="top", ha="center", dy=-3)
    step = min(DOT, (base - top - HEADER - 4) / max(_tallest(levels), 1))
    points = [(scale.x(size), base - 6 - step * level) for size, level in zip(panel.sizes, levels)]
    within = [panel.low <= size <= panel.high for size in panel.sizes]
    inside = [point for point, held in zip(points, within) if held]
    canvas.dots(inside, "accent", size=36, width=0.75, order=3, clip=False)
    beside = [point for point, held in zip(points, within) if not held]
    canvas.dots(beside, "accent", edge="ink", size=40, width=1.5, order=4, clip=False)
    canvas.note(0, top + 8, panel.label, "ink", size=SIZE)
    _name_parts(canvas, panel, start, stop, top + HEADER - 19)


def _name_parts(canvas: Canvas, panel: Panel, start: float, stop: float, y: float) -> None:
    """Name the band and what lies beside it, in one line, none on top of another."""
    gap = 10.0
    under, band, over = (text_width(t, 14) for t in (panel.under, panel.band, panel.over))
    left = max(start - gap - under, 0.0) if under else 0.0
    middle = max((start + stop - band) / 2, left + under + gap if under else 0.0)
    middle = min(middle, canvas.inner_width - band - (over + gap if over else 0))
    right = max(middle + band + gap, stop + gap)
    right = min(right, canvas.inner_width - over)
    canvas.note(middle, y, panel.band, "accent", size=SMALL)
    for x, text in ((left, panel.under), (right, panel.over)):
        if text:
            canvas.note(x, y, text, "ink", size=SMALL)
