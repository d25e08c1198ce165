"""The control chart: monthly closure with the limits that the unit's own mean allows; signals are named."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from seedmetrics.report.figures.canvas import SIZE, SMALL, TOKENS, Canvas, drawing
from seedmetrics.report.figures.labels import Box, along, place, spread, text_width

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ControlWords:
    """Words of a control chart: y axis, limits, mean, months, years below the first of each, two lines a signal."""

    axis: str
    upper: str
    lower: str
    mean: str
    months: tuple[str, ...]
    years: tuple[str, ...]
    signals: dict[int, tuple[str, str]]


def control_plot(
    rate: Sequence[float],
    lower: Sequence[float],
    upper: Sequence[float],
    mean: float,
    words: ControlWords,
    *,
    runs: Sequence[int] = (),
    prefix: str,
    alt: str,
) -> Markup:
    """
    Draw the control chart.

    Parameters
    ----------
    rate, lower, upper : sequence of float
        Shares, one a month; NaN where nothing was due.
    mean : float
        The centre line.
    words : ControlWords
        Labels; ``signals`` by position of the month.
    runs : sequence of int
        Positions of months that belong to a run; their dots are hollow.
    prefix, alt : str
        For ids, and the finding in words.
    """
    p, lo, hi = (100 * np.asarray(v, dtype=float) for v in (rate, lower, upper))
    low, high, ticks = control_axis(p, lo, hi)
    right = 18 + max(text_width(t, SMALL) for t in (words.upper, words.lower, words.mean))
    x = np.arange(len(p))
    with drawing(350, left=38, right=right, bottom=52) as canvas:
        ax = canvas.ax
        ax.set(xlim=(-0.5, len(p) - 0.5), ylim=(low, high))
        canvas.y_axis(ticks, [f"{t:g}" for t in ticks])
        named = [(k, text) for k, text in enumerate(words.months) if text]
        canvas.x_axis([k for k, _ in named], [text for _, text in named])
        for k, year in enumerate(words.years):
            if year:
                canvas.note(
                    k, 0, year, "ink3", ha="center", va="top", dy=-24, at=ax.get_xaxis_transform()
                )
        ax.fill_between(x, lo, hi, step="mid", color=TOKENS["band2"], lw=0, zorder=0)
        for limit in (lo, hi):
            ax.step(x, limit, where="mid", color=TOKENS["dot"], lw=1, zorder=1)
        ax.axhline(100 * mean, color=TOKENS["ink2"], lw=1, zorder=1)
        ax.plot(
            x,
            p,
            color=TOKENS["accent"],
            lw=2,
            marker="o",
            ms=5,
            mec=TOKENS["paper"],
            mew=1,
            zorder=4,
        )
        hollow = [(float(k), float(p[k])) for k in runs]
        canvas.dots(hollow, "paper", edge="accent", size=26, width=1.5, order=5)
        _signals(canvas, p, words)
        _ends(canvas, lo, hi, 100 * mean, words)
        canvas.y_unit(words.axis)
        return canvas.svg(prefix, alt)


def control_axis(p: Array, lo: Array, hi: Array) -> tuple[float, float, list[float]]:
    """Return ends and ticks of the scale: all months and the usual limits are on it, 100 at most."""
    lowest = min(float(np.nanmin(p)), float(np.nanquantile(lo, 0.25)))
    highest = max(float(np.nanmax(p)), float(np.nanquantile(hi, 0.75)))
    step = next(s for s in (1, 2, 5, 10, 20, 25) if (highest - lowest) / s <= 5)
    bottom = max(math.floor((lowest - 0.15 * step) / step) * step, 0)
    top = min(math.ceil(highest / step) * step, 100)
    ticks = [float(bottom + k * step) for k in range(int((top - bottom) / step + 1e-9) + 1)]
    return bottom - 0.01 * (top - bottom), top + 0.02 * (top - bottom), ticks


def _signals(canvas: Canvas, p: Array, words: ControlWords) -> None:
    """Ring each signal in ink, and name it with its count where there is room."""
    pixels = canvas.pixels(np.arange(len(p), dtype=float), p)
    obstacles = [Box(x - 4, y - 4, x + 4, y + 4) for x, y in pixels if math.isfinite(y)]
    obstacles += along(pixels)
    frame = Box(-canvas.left, 2, canvas.inner_width + 8, canvas.inner_height + 6)
    rings = [(float(k), float(p[k])) for k in words.signals]
    canvas.dots(rings, "", edge="ink", size=110, width=1.5, order=5)
    for k, (first, second) in words.signals.items():
        width = max(text_width(first, SIZE), text_width(second, SMALL))
        found = place([pixels[k]], [width], frame=frame, obstacles=obstacles, height=34, radius=8)[
            0
        ]
        if found is None:
            continue
        obstacles.append(found.box)
        canvas.note(
            k, p[k], first, "ink", size=SIZE, ha=found.ha, dx=found.dx, dy=found.dy + 8, patch=True
        )
        canvas.note(k, p[k], second, "ink2", ha=found.ha, dx=found.dx, dy=found.dy - 8, patch=True)


def _ends(canvas: Canvas, lo: Array, hi: Array, mean: float, words: ControlWords) -> None:
    """Name the limits and the mean at their right ends, spread apart."""
    bottom, top = canvas.ax.get_ylim()
    last_lo, last_hi = (float(v[np.isfinite(v)][-1]) for v in (lo, hi))
    wanted = [
        (last_hi, words.upper, "ink3"),
        (mean, words.mean, "ink2"),
        (last_lo, words.lower, "ink3"),
    ]
    heights = [min(max(value, bottom), top) for value, _, _ in wanted]
    pixels = [canvas.y_of(value) for value in heights]
    placed = spread(
        [p - 0.01 * k for k, p in enumerate(pixels)], SMALL + 3, low=4, high=canvas.inner_height
    )
    for (_, text, color), value, pixel, moved in zip(wanted, heights, pixels, placed):
        canvas.note(len(hi) - 1, value, text, color, dx=14, dy=moved - pixel)
