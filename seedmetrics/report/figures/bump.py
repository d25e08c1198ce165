"""The bump chart: the ranks of a group by period, one unit with every rank that the data allow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from seedmetrics.report.figures.canvas import SIZE, SMALL, TOKENS, Canvas, drawing
from seedmetrics.report.figures.labels import fit, spread, text_width
from seedmetrics.report.numbers import missing

STEP = 21.0  # least height between two names
MOST = 30  # of more units only that of the page is drawn: the lines of the others would be a tangle
WIDEST = 205.0


@dataclass(frozen=True, slots=True)
class BumpLine:
    """The ranks of one unit, one a period, NaN where it was not ranked; name and place stand at the right end."""

    name: str
    ranks: tuple[float, ...]
    place: str = ""

    def label(self, size: float) -> str:
        """Return name and place, shortened where they are wider than the margin may be."""
        after = f" {self.place}" if self.place else ""
        return fit(self.name, size, WIDEST - text_width(after, size)) + after


@dataclass(frozen=True, slots=True)
class BumpWords:
    """Words of a bump chart: the y axis, the band, the periods and, below the first of each, their years."""

    axis: str
    band: str
    periods: tuple[str, ...]
    years: tuple[str, ...]


def bump_chart(
    mine: BumpLine,
    low: Sequence[float],
    high: Sequence[float],
    others: Sequence[BumpLine],
    words: BumpWords,
    *,
    prefix: str,
    alt: str,
) -> Markup:
    """
    Draw the bump chart.

    Parameters
    ----------
    mine : BumpLine
        The unit of the page; its name carries its rank.
    low, high : sequence of float
        Its best and worst rank in each period.
    others : sequence of BumpLine
        The rest of its group.
    words : BumpWords
        Labels.
    prefix, alt : str
        For ids, and the finding in words.
    """
    ranks = np.array([line.ranks for line in (mine, *others)], dtype=float)
    worst = int(max(np.nanmax(ranks), np.nanmax(np.asarray(high, dtype=float), initial=1), 2))
    crowded = worst > MOST
    named = (mine,) if crowded else (mine, *others)
    right = max(text_width(line.label(s), s) for line, s in _sizes(named)) + 14
    height = 26 + 46 + max(250.0, STEP * min(worst, MOST / 1.5 if crowded else worst))
    with drawing(height, left=26, right=right, bottom=46) as canvas:
        ax = canvas.ax
        count = len(words.periods)
        ax.set(xlim=(-0.3, count - 1 + 0.05 * count), ylim=(worst + 0.6, 0.5))
        canvas.x_axis(range(count), words.periods, line=False, marks=False)
        canvas.y_axis(rank_ticks(worst), [f"{rank}" for rank in rank_ticks(worst)], grid=False)
        for k, year in enumerate(words.years):
            if year:
                canvas.note(
                    k, 0, year, "ink3", ha="center", va="top", dy=-21, at=ax.get_xaxis_transform()
                )
        if np.isfinite(np.asarray(low, dtype=float)).any():
            _band(canvas, low, high)
            _band_name(canvas, low, high, named, words.band)
        for line in named[1:]:
            ax.plot(range(count), line.ranks, color=TOKENS["peer"], lw=1.25, zorder=1)
        ends = [point for line in named[1:] for point in _ends(line.ranks)]
        canvas.dots(ends, "dot", size=18, order=3)
        ax.plot(range(count), mine.ranks, color=TOKENS["accent"], lw=3, zorder=4)
        canvas.dots(list(enumerate(mine.ranks)), "accent", size=38, width=1.5, order=5)
        _names(canvas, named, count)
        canvas.y_unit(words.axis)
        return canvas.svg(prefix, alt)


def rank_ticks(worst: int) -> list[int]:
    """
    Return the ranks written at the axis: every one up to 12, else the first, round ones and the last.

    Examples
    --------
    >>> rank_ticks(22), rank_ticks(200)
    ([1, 5, 10, 15, 20, 22], [1, 50, 100, 150, 200])
    """
    if worst <= 12:
        return list(range(1, worst + 1))
    step = next(s for s in (5, 10, 20, 50, 100, 1000) if worst <= 7 * s or s == 1000)
    inner = [k for k in range(step, worst + 1, step) if worst - k >= 0.4 * step or k == worst]
    return [1, *inner] + ([worst] if worst not in inner else [])


def _band(canvas: Canvas, low: Sequence[float], high: Sequence[float]) -> None:
    """Draw the band of every rank the data allow."""
    best, last = (np.asarray(v, dtype=float) for v in (low, high))
    x = np.arange(len(best), dtype=float)
    canvas.ax.fill_between(x, best - 0.28, last + 0.28, color=TOKENS["band"], lw=0, zorder=0)
    for k in np.flatnonzero(np.isfinite(best)):
        alone = not (k > 0 and np.isfinite(best[k - 1])) and not (
            k + 1 < len(best) and np.isfinite(best[k + 1])
        )
        if alone:  # a band needs two points; a single period gets a bar
            canvas.ax.fill_between(
                [k - 0.12, k + 0.12],
                best[k] - 0.28,
                last[k] + 0.28,
                color=TOKENS["band"],
                lw=0,
                zorder=0,
            )


def _band_name(
    canvas: Canvas,
    low: Sequence[float],
    high: Sequence[float],
    lines: Sequence[BumpLine],
    text: str,
) -> None:
    """Name the band where it is widest and no line runs; above it where there is no such place."""
    best, last = (np.asarray(v, dtype=float) for v in (low, high))
    half = text_width(text, SMALL) / 2
    x = np.arange(len(best), dtype=float)
    ranks = [np.asarray(line.ranks, dtype=float) for line in lines]
    x_step, y_step = canvas.x_step, canvas.y_step
    found, room = None, 7.0
    for at in np.linspace(0, len(best) - 1, 4 * len(best)):
        spots = np.linspace(at - half / x_step, at + half / x_step, 7)
        if spots[0] < 0 or spots[-1] > len(best) - 1:
            continue
        top, bottom = (np.interp(spots, x, edge) for edge in (best, last))
        if not (np.isfinite(top).all() and np.isfinite(bottom).all()):
            continue
        places = np.arange(top.max() + 0.1, bottom.min() - 0.1, 0.1)
        if not len(places):
            continue
        near = np.concatenate([np.interp(spots, x, line) for line in ranks])
        gaps = np.nanmin(np.abs(near - places[:, None]), axis=1) * y_step
        widest = int(np.argmax(gaps))
        if gaps[widest] > room:
            found, room = (float(at), float(places[widest])), float(gaps[widest])
    if found is None:
        k = int(np.nanargmax(last - best))
        if best[k] < 1.5:
            return  # above the first rank stands the axis's own title; the subtitle says what the band is
        found = (
            float(np.clip(k, half / canvas.x_step, max(len(best) - 1 - half / canvas.x_step, 0))),
            best[k] - 0.75,
        )
    canvas.note(*found, text, "accent", ha="center")


def _ends(ranks: Sequence[float]) -> Iterator[tuple[float, float]]:
    """Yield the last point of a line, and points that stand alone between periods without a rank."""
    present = [not missing(v) for v in ranks]
    for k, here in enumerate(present):
        alone = (
            here and not (k and present[k - 1]) and not (k + 1 < len(present) and present[k + 1])
        )
        if here and (alone or k == len(ranks) - 1):
            yield float(k), ranks[k]


def _sizes(lines: Sequence[BumpLine]) -> list[tuple[BumpLine, float]]:
    """Return each line with the size of its name: the unit of the page comes first and is larger."""
    return [(line, SMALL if k else SIZE) for k, line in enumerate(lines)]


def _names(canvas: Canvas, lines: Sequence[BumpLine], count: int) -> None:
    """Write the names at the right end, spread so that none lies on another (ties share a rank)."""
    shown = [line for line in lines if not missing(line.ranks[-1])]
    pixels = [canvas.y_of(line.ranks[-1]) for line in shown]
    placed = spread(pixels, SMALL + 3, low=4, high=canvas.inner_height - 2)
    for line, pixel, moved in zip(shown, pixels, placed):
        first = line is lines[0]
        size = SIZE if first else SMALL
        canvas.note(
            count - 1, line.ranks[-1], line.label(size), "accent" if first else "ink2",
            size=size, dx=10, dy=moved - pixel,
        )  # fmt: skip
