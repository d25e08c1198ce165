"""The closure curve: share of cases closed by each day since they came in, open cases counted while watched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from seedmetrics.formulas.closure import ClosureCurve
from seedmetrics.report.figures.canvas import SIZE, SMALL, TOKENS, Canvas, drawing
from seedmetrics.report.figures.labels import Box, beside, text_width

Array = npt.NDArray[np.float64]
HORIZONS = {
    30: (3, 7, 15),
    60: (7, 15, 30),
    120: (15, 30, 60),
    240: (30, 60, 120),
    365: (30, 90, 180),
}
TICKS = {
    30: (0, 7, 15, 30), 60: (0, 7, 15, 30, 45, 60), 120: (0, 15, 30, 60, 90, 120), 240: (0, 30, 60, 120, 180, 240),
    365: (0, 30, 90, 180, 270, 365),
}  # fmt: skip
SHARES = (0, 25, 50, 75, 100)


@dataclass(frozen=True, slots=True)
class CurveWords:
    """Words of a closure curve: both axes, the unit, the group, and the labels at the named days."""

    y_axis: str
    x_axis: str
    mine: str
    group: str
    days: tuple[str, ...]


def horizon(*curves: ClosureCurve) -> int:
    """
    Return how many days to show: the fewest of 30, 60, 120, 240, 365 by which nine in ten are closed.

    Where that is never reached, the fewest that reach as far as cases were watched.
    """
    longest = 30
    for curve in curves:
        reached = curve.time[curve.share_closed >= 0.9]
        need = reached[0] if reached.size else curve.time.max(initial=0.0)
        longest = max(longest, int(need))
    return next((h for h in HORIZONS if h >= longest), 365)


def closure_curve(
    mine: ClosureCurve,
    group: ClosureCurve | None,
    words: CurveWords,
    *,
    named: Sequence[int],
    last: int,
    prefix: str,
    alt: str,
    others: Sequence[ClosureCurve] = (),
) -> Markup:
    """
    Draw the closure curve.

    Parameters
    ----------
    mine : ClosureCurve
        In the accent, with its band.
    group : ClosureCurve or None
        In grey; None where there is none to compare with.
    words : CurveWords
        Labels, one for each day of `named`.
    named : sequence of int
        Days whose share is written.
    last : int
        Last day shown.
    prefix, alt : str
        For ids, and the finding in words.
    others : sequence of ClosureCurve
        Thin context lines.
    """
    with drawing(340, left=38, right=24) as canvas:
        ax = canvas.ax
        ax.set(xlim=(0, last), ylim=(0, 103))
        canvas.y_axis(SHARES, [f"{t}" for t in SHARES])
        canvas.x_axis(TICKS[last], [f"{t}" for t in TICKS[last]])
        for other in others:
            day, share, _, _ = steps(other, last)
            ax.step(day, share, where="post", color=TOKENS["peer"], lw=1, zorder=1)
        if group is not None:
            day, share, _, _ = steps(group, last)
            ax.step(day, share, where="post", color=TOKENS["dot"], lw=1.5, zorder=2)
        day, share, low, high = steps(mine, last)
        ax.fill_between(day, low, high, step="post", color=TOKENS["band"], lw=0, zorder=0)
        ax.step(day, share, where="post", color=TOKENS["accent"], lw=2.5, zorder=3)
        taken = _named_days(canvas, mine, words, named)
        _line_names(canvas, mine, group, words, last, taken)
        canvas.y_unit(words.y_axis)
        canvas.x_unit(words.x_axis)
        return canvas.svg(prefix, alt)


def steps(curve: ClosureCurve, last: int) -> tuple[Array, Array, Array, Array]:
    """Return days and shares in per cent of a curve, from 0 to `last`, no denser than a drawing can show."""
    grid = (
        np.arange(last + 1, dtype=float) if last <= 240 else np.arange(0, last + 1, 2, dtype=float)
    )
    at = curve.share_closed_by(grid)
    share, low, high = (100 * np.asarray(v, dtype=float) for v in (at.rate, at.low, at.high))
    return grid, share, np.nan_to_num(low), np.nan_to_num(high)


def _named_days(
    canvas: Canvas, mine: ClosureCurve, words: CurveWords, named: Sequence[int]
) -> list[Box]:
    """Mark the days whose share is written, the label below right of its point."""
    taken, points = [], []
    bottom = 1e9
    for day, text in reversed(list(zip(named, words.days))):
        value = 100 * float(np.asarray(mine.share_closed_by(day).rate))
        canvas.ax.plot(
            [day, day], [0, value], color=TOKENS["accent"], lw=1, dashes=(1, 3), zorder=1
        )
        points.append((float(day), value))
        x, y = canvas.x_of(day), canvas.y_of(value)
        dy = min(-13.0, bottom - 18 - y)
        width = text_width(text, SIZE)
        dx = min(9.0, canvas.inner_width + canvas.right - x - width)
        canvas.note(day, value, text, "accent", size=SIZE, dx=dx, dy=dy, patch=True)
        taken.append(Box(x + dx, y + dy - 9, x + dx + width, y + dy + 9))
        bottom = y + dy
    canvas.dots(points, "accent", size=46, width=1.5, order=5)
    return taken


def _line_names(
    canvas: Canvas,
    mine: ClosureCurve,
    group: ClosureCurve | None,
    words: CurveWords,
    last: int,
    taken: list[Box],
) -> None:
    """Name the lines: the upper one above left of itself, the lower one below right, where nothing else stands."""
    lines = [(mine, words.mine, "accent", SIZE)]
    if group is not None:
        lines.append((group, words.group, "ink2", SMALL))
    middle = [float(np.asarray(line.share_closed_by(last / 4).rate)) for line, *_ in lines]
    for k, (line, text, color, size) in enumerate(lines):
        upper = len(lines) == 1 or middle[k] > middle[1 - k] or (middle[0] == middle[1] and k == 0)
        width = text_width(text, size)
        spot = _free_spot(canvas, line, width, last, taken, upper=upper)
        if spot is None:
            continue
        x, y, box, ha, dx, dy = spot
        taken.append(box)
        canvas.note(x, y, text, color, size=size, ha=ha, dx=dx, dy=dy, patch=not upper)


def _free_spot(
    canvas: Canvas,
    line: ClosureCurve,
    width: float,
    last: int,
    taken: Sequence[Box],
    *,
    upper: bool,
) -> tuple[float, float, Box, str, float, float] | None:
    """Find a place for a line's name: left above the upper line, right below the lower one."""
    days = np.linspace(0.04, 0.96, 47) * last
    shares = 100 * np.asarray(line.share_closed_by(days).rate, dtype=float)
    order = sorted(range(len(days)), key=lambda k: abs(shares[k] - (62 if upper else 40)))
    pixels = canvas.pixels(days, shares)
    for k in order:
        x, y = pixels[k]
        spot = beside(x, y, width, 16, "left up" if upper else "right down", 8)
        inside = (
            spot.box.left >= 2 and spot.box.right <= canvas.inner_width and spot.box.bottom >= 2
        )
        if inside and not any(map(spot.box.covers, taken)):
            return float(days[k]), float(shares[k]), spot.box, spot.ha, spot.dx, spot.dy
    return None
