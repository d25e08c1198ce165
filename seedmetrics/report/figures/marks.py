"""Marks month by month as one line: the highest, the lowest and the last are written."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from seedmetrics.report.figures.canvas import SIZE, TOKENS, drawing
from seedmetrics.report.figures.labels import Box, along, place, text_width


def mark_axis(low: float, high: float) -> tuple[float, float, list[float]]:
    """
    Return ends and ticks of a scale of marks, fives or tens.

    Examples
    --------
    >>> mark_axis(93.2, 96.5)
    (85.0, 100.0, [85.0, 90.0, 95.0, 100.0])
    """
    step = 5.0 if high - low <= 15 else 10.0
    bottom = max(math.floor((low - step) / step) * step, 0.0)
    top = min(math.ceil((high + 0.5) / step) * step, 100.0)
    return bottom, top, [bottom + k * step for k in range(int((top - bottom) / step + 1e-9) + 1)]


def mark_line(
    marks: Sequence[float],
    months: Sequence[str],
    texts: Sequence[str],
    axis: str,
    *,
    prefix: str,
    alt: str,
) -> Markup:
    """
    Draw the marks.

    Parameters
    ----------
    marks : sequence of float
        One a month, NaN where there is none; at least one is there.
    months, texts : sequence of str
        Each month at the axis, each mark as it is written.
    axis : str
        What the y axis measures.
    prefix, alt : str
        For ids, and the finding in words.
    """
    values = np.asarray(marks, dtype=float)
    low, high, ticks = mark_axis(float(np.nanmin(values)), float(np.nanmax(values)))
    with drawing(230, left=38, right=44) as canvas:
        ax = canvas.ax
        x = np.arange(len(values))
        ax.set(xlim=(-0.4, len(values) - 0.6), ylim=(low, high))
        canvas.y_axis(ticks, [f"{t:g}" for t in ticks])
        shown = [k for k in range(len(months)) if len(months) <= 6 or k % 3 == 0]
        canvas.x_axis(shown, [months[k] for k in shown])
        ax.plot(
            x,
            values,
            color=TOKENS["accent"],
            lw=2,
            marker="o",
            ms=6,
            mec=TOKENS["paper"],
            mew=1,
            zorder=4,
        )
        present = np.flatnonzero(np.isfinite(values))
        named = list(
            dict.fromkeys([int(present[-1]), int(np.nanargmin(values)), int(np.nanargmax(values))])
        )
        pixels = [(canvas.x_of(k), canvas.y_of(v)) for k, v in enumerate(values)]
        placed = place(
            [pixels[k] for k in named],
            [text_width(texts[k], SIZE) for k in named],
            frame=Box(0, 2, canvas.inner_width + 42, canvas.inner_height + 12),
            obstacles=[
                Box(px - 4, py - 4, px + 4, py + 4) for px, py in pixels if math.isfinite(py)
            ],
            lines=along(pixels),
        )
        for k, label in zip(named, placed):
            if label is not None:
                canvas.note(
                    k,
                    values[k],
                    texts[k],
                    "accent",
                    size=SIZE,
                    ha=label.ha,
                    dx=label.dx,
                    dy=label.dy,
                )
        canvas.y_unit(axis)
        return canvas.svg(prefix, alt)
