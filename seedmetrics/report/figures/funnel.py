"""The funnel: rate against cases due, with the limits within which chance alone would keep the units."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from seedmetrics.formulas.closure import funnel_limits
from seedmetrics.report.figures.canvas import SIZE, SMALL, TOKENS, Canvas, drawing
from seedmetrics.report.figures.labels import Box, place, spread, text_width

POINTS = 140  # of each limit's line
Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FunnelPoint:
    """One unit: counts, its label (shown for the page's unit and for units outside the limits)."""

    label: str
    closed: float
    due: float
    mine: bool
    outside: bool


@dataclass(frozen=True, slots=True)
class FunnelWords:
    """Words of a funnel: both axes, the names of the two limits, the group's rate."""

    y_axis: str
    x_axis: str
    inner: str
    outer: str
    target: str


def sizes(largest: float) -> Array:
    """Return whole numbers from 1 to a little above the largest unit, dense where the limits bend."""
    top = max(math.ceil(1.06 * largest), 10)
    return np.unique(np.round(np.geomspace(1, top, POINTS)))


def funnel_plot(
    points: Sequence[FunnelPoint],
    target: float,
    words: FunnelWords,
    *,
    prefix: str,
    alt: str,
    levels: tuple[float, float] = (0.95, 0.998),
    rule: Mapping[str, Any] | None = None,
) -> Markup:
    """
    Draw the funnel.

    Parameters
    ----------
    points : sequence of FunnelPoint
        Units with something due.
    target : float
        The group's rate, a share.
    words : FunnelWords
        Labels.
    prefix, alt : str
        For ids, and the finding in words.
    levels : (float, float)
        Inner and outer limits.
    rule : mapping, optional
        Arguments of `funnel_limits` that say which limits; exact ones where left out.
    """
    due = sizes(max(p.due for p in points))
    limits = 100 * funnel_limits(due, target, levels=levels, **(rule or {}))
    rates = np.array([100 * p.closed / p.due for p in points])
    low, high, ticks = rate_axis(rates, limits, np.array([p.due for p in points]), due)
    right = 14 + max(text_width(t, SMALL) for t in (words.inner, words.outer, words.target))
    with drawing(350, left=38, right=right) as canvas:
        ax = canvas.ax
        ax.set(xlim=(0, due[-1]), ylim=(low, high))
        canvas.y_axis(ticks, [f"{t:g}" for t in ticks])
        counts = count_ticks(due[-1])
        canvas.x_axis(counts, [f"{t:,.0f}" for t in counts])
        ax.fill_between(due, limits[:, 0], limits[:, 1], color=TOKENS["band2"], lw=0, zorder=0)
        for k, (color, dashes) in enumerate(
            (("dot", ()), ("dot", ()), ("peer", (4, 3)), ("peer", (4, 3)))
        ):
            ax.plot(
                due,
                limits[:, k],
                color=TOKENS[color],
                lw=1,
                dashes=dashes or (None, None),
                zorder=1,
            )
        ax.axhline(100 * target, color=TOKENS["ink2"], lw=1, zorder=1)
        _points(canvas, points, rates, _along_lines(canvas, due, limits, 100 * target))
        _limit_names(canvas, limits[-1], 100 * target, words)
        canvas.y_unit(words.y_axis)
        canvas.x_unit(words.x_axis)
        return canvas.svg(prefix, alt)


def rate_axis(
    rates: Array, limits: Array, unit_due: Array, due: Array
) -> tuple[float, float, list[float]]:
    """Return ends and ticks of a scale of rates: every unit is on it, the funnel's mouth need not be."""
    middle = np.searchsorted(due, np.quantile(unit_due, 0.25))
    at = min(int(middle), len(due) - 1)
    lowest = min(float(rates.min()), float(limits[at, 2]))
    highest = max(float(rates.max()), float(limits[at, 3]))
    step = next(s for s in (1, 2, 5, 10, 20, 25) if (highest - lowest) / s <= 5)
    low = max(math.floor((lowest - 0.1 * step) / step) * step, 0)
    high = min(math.ceil((highest + 0.1 * step) / step) * step, 100)
    ticks = [float(low + k * step) for k in range(round((high - low) / step) + 1)]
    ticks = [t for t in ticks if t <= 100]
    return low - 0.01 * (high - low), high + 0.02 * (high - low), ticks


def count_ticks(largest: float) -> list[float]:
    """
    Return three to six round counts from 0.

    Examples
    --------
    >>> count_ticks(720)
    [0, 200, 400, 600]
    """
    raw = largest / 4
    base = 10 ** math.floor(math.log10(raw))
    step = next(m * base for m in (1, 2, 5, 10) if m * base >= raw)
    step = max(step, 1)
    return [k * step for k in range(int(largest / step) + 1)]


def _along_lines(canvas: Canvas, due: Array, limits: Array, target: float) -> list[Box]:
    """Return small boxes along the limits and the group's rate, which labels had better not cover."""
    grid = np.arange(0, due[-1], due[-1] / 60)
    boxes = []
    for line in (*limits.T, np.full(len(due), target)):
        for x, y in canvas.pixels(grid, np.interp(grid, due, line)):
            boxes.append(Box(x - 2, y - 1, x + 2, y + 1))
    return boxes


def _points(
    canvas: Canvas, points: Sequence[FunnelPoint], rates: Array, lines: Sequence[Box]
) -> None:
    """Draw the units, and name those that matter where there is room."""
    for mine in (False, True):
        alike = [(p, (p.due, r)) for p, r in zip(points, rates.tolist()) if p.mine == mine]
        color, size, width, order = ("accent", 100, 1.5, 5) if mine else ("dot", 42, 0.75, 4)
        canvas.dots([at for _, at in alike], color, size=size, width=width, order=order)
        outside = [at for point, at in alike if point.outside]
        canvas.dots(outside, "", edge="ink", size=size + 70, width=1.25, order=5)
    pixels = canvas.pixels(np.array([point.due for point in points]), rates)
    named = [k for k, p in enumerate(points) if p.mine or p.outside]
    target = float(np.median(rates))
    named.sort(key=lambda k: (not points[k].mine, -abs(rates[k] - target), k))
    widths = [text_width(points[k].label, SIZE if points[k].mine else SMALL) for k in named]
    frame = Box(-2, 4, canvas.inner_width + 6, canvas.inner_height + 8)
    obstacles = [Box(x - 5, y - 5, x + 5, y + 5) for x, y in pixels]
    found = place(
        [pixels[k] for k in named], widths, frame=frame, obstacles=obstacles, lines=lines, radius=6
    )
    for k, label in zip(named, found):
        if label is None:
            continue
        mine = points[k].mine
        canvas.note(
            points[k].due, rates[k], points[k].label, "accent" if mine else "ink2",
            size=SIZE if mine else SMALL, ha=label.ha, dx=label.dx, dy=label.dy,
        )  # fmt: skip


def _limit_names(canvas: Canvas, limits: Array, target: float, words: FunnelWords) -> None:
    """Name the upper limits and the group's rate at their right ends, spread apart."""
    low, high = canvas.ax.get_ylim()
    wanted = [
        (limits[3], words.outer, "ink3"), (limits[1], words.inner, "ink3"), (target, words.target, "ink2"),
    ]  # fmt: skip
    heights = [min(max(value, low), high) for value, _, _ in wanted]
    pixels = [canvas.y_of(value) for value in heights]
    # Earlier names stand higher where two ends are the same.
    placed = spread(
        [p - 0.01 * k for k, p in enumerate(pixels)], SMALL + 3, low=2, high=canvas.inner_height + 4
    )
    for (_, text, color), value, pixel, moved in zip(wanted, heights, pixels, placed):
        canvas.note(canvas.ax.get_xlim()[1], value, text, color, dx=6, dy=moved - pixel)
