"""What league tables draw: ranks as dots on bars over one scale a table, lines that join units. No words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

WIDTH, EDGE = 236.0, 10.0
# More places than this have ticks at round numbers only.
MOST_TICKS = 40
STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
LABEL = 24.0
STAIR, MOST_LANES = 6, 8


def _at(place: float, of: int) -> float:
    """Return where a place stands."""
    return EDGE + (place - 1) * (WIDTH - 2 * EDGE) / max(of - 1, 1)


def _svg(height: int, inside: str) -> Markup:
    """Wrap a drawing; beside it stands a text that says the same."""
    return Markup(  # noqa: S704  # numbers and tokens only
        f'<svg viewBox="0 0 {WIDTH:g} {height}" aria-hidden="true" focusable="false">{inside}</svg>'
    )


def ticks_of(of: int) -> list[int]:
    """Return the places that have a number above the strips: the first, the last, and round ones between."""
    if of < 2:
        return []
    step = next((s for s in STEPS if s * (WIDTH - 2 * EDGE) / (of - 1) >= LABEL), of)
    inner = range(1, of, step) if step <= 2 else (1, *range(step, of, step))
    end = _at(of, of)
    return [k for k in inner if end - _at(k, of) >= LABEL * 0.75 or k == 1] + [of]


def scale(of: int, name: str) -> Markup:
    """
    Draw the scale above a column of strips, and the ticks that every strip of the table repeats.

    Parameters
    ----------
    of : int
        Places; fewer than two have no scale.
    name : str
        Of the ticks, for `strip`; once on a page.
    """
    if of < 2:
        return Markup()
    labels = "".join(
        f'<text x="{_at(k, of):.1f}" y="12" font-size="12.5" text-anchor="middle" fill="var(--ink2)">{k}</text>'
        for k in ticks_of(of)
    )
    marked = range(1, of + 1) if of <= MOST_TICKS else ticks_of(of)
    path = "".join(f"M{_at(k, of):.1f} 6v6" for k in marked)
    return _svg(16, f'<defs><path id="{name}" d="{path}" stroke="var(--rule)"/></defs>{labels}')


def strip(low: float, rank: float, high: float, of: int, name: str) -> Markup:
    """Draw a rank as a dot on a bar from the best to the worst place, over the ticks called `name`."""
    if of < 2:
        return Markup()
    bar = ""
    if not math.isnan(low) and not math.isnan(high) and low != high:
        start, end = _at(low, of), _at(high, of)
        bar = f'<path d="M{start:.1f} 9H{end:.1f}" stroke="var(--dot)" stroke-width="4" stroke-linecap="round"/>'
    dot = f'<circle cx="{_at(rank, of):.1f}" cy="9" r="6" fill="var(--ink2)" stroke="var(--paper)" stroke-width="1.5"/>'
    return _svg(18, f'<use href="#{name}"/>{bar}{dot}')


@dataclass(frozen=True, slots=True)
class Lane:
    """A part of a line beside one row: its column, and whether the line begins or ends there."""

    column: int
    starts: bool
    ends: bool


def lanes(runs: list[list[int]], rows: int) -> tuple[list[list[Lane]], int]:
    """
    Lay the lines that join units into columns.

    Parameters
    ----------
    runs : list of (int, int)
        First and last row of each line, from 0, in order.
    rows : int
        Rows of the table.

    Returns
    -------
    (list of list of Lane, int)
        What stands beside each row, and the number of columns. A few lines step down like a stair; of more, one that
        has ended gives its column to another. Too many to be followed are none.

    Examples
    --------
    >>> lanes([[0, 1], [1, 2]], 3)[1]
    2
    """
    columns: list[int] = []
    free: list[int] = []
    for place, (first, last) in enumerate(runs):
        column = place
        if len(runs) > STAIR:
            column = next((k for k, end in enumerate(free) if end + 1 < first), len(free))
        if column == len(free):
            free.append(last)
        free[column] = last
        columns.append(column)
    if len(free) > MOST_LANES:
        return [[] for _ in range(rows)], 0
    beside = [
        [
            Lane(column, row == first, row == last)
            for column, (first, last) in zip(columns, runs, strict=True)
            if first <= row <= last
        ]
        for row in range(rows)
    ]
    return beside, len(free)


def adjoining(tiers: list[float]) -> list[bool]:
    """Return for each row whether another tier begins after it."""
    return [not math.isnan(a) and not math.isnan(b) and a != b for a, b in pairwise(tiers)] + [
        False
    ] * bool(tiers)
