"""Where labels go so that none lies on another. Pure geometry in pixels; knows no figure."""

from __future__ import annotations

import itertools
import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

# Widths in em, on the broad side: the reader's font is not known.
APART = 5.0  # between two labels on one line
WIDE, CAPITAL, NARROW, SMALL = 1.0, 0.68, 0.3, 0.56
THIN = frozenset("ijltfrI.,:;'|!()[] ’")


def text_width(text: str, size: float) -> float:
    """
    Return how wide a text will be at most, in pixels, in the fonts a reader may have.

    Examples
    --------
    >>> text_width("清禾镇", 13)
    39.0
    """
    em = 0.0
    for letter in text:
        if unicodedata.east_asian_width(letter) in "WF":
            em += WIDE
        elif letter in THIN:
            em += NARROW
        else:
            em += CAPITAL if letter.isupper() else SMALL
    return round(em * size, 1)


def fit(text: str, size: float, width: float) -> str:
    """
    Return a text that is no wider than `width`, its end cut and marked where it is too long.

    Examples
    --------
    >>> fit("稻米加工产业链党建联盟", 13, 80)
    '稻米加工产…'
    """
    if text_width(text, size) <= width:
        return text
    kept = text
    while kept and text_width(kept + "…", size) > width:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def spread(
    positions: Sequence[float], gap: float, *, low: float = -1e9, high: float = 1e9
) -> list[float]:
    """
    Move positions as little as possible so that neighbors are at least `gap` apart.

    Parameters
    ----------
    positions : sequence of float
        Where the labels would stand; order is kept.
    gap : float
        Least distance between two labels; shrunk where they cannot all fit between the ends.
    low, high : float
        Ends that no label leaves.

    Returns
    -------
    list of float
        In the order of `positions`.

    Notes
    -----
    Least squares under order constraints: subtracting ``k * gap`` from the k-th smallest turns it into
    isotonic regression, solved by pooling neighbors that violate the order.

    Examples
    --------
    >>> spread([10, 12, 40], 8)
    [7.0, 15.0, 40.0]
    """
    n = len(positions)
    if n == 0:
        return []
    gap = min(gap, (high - low) / max(n - 1, 1))
    order = sorted(range(n), key=lambda k: (positions[k], k))
    pools: list[list[float]] = []  # each: mean, members
    for k, index in enumerate(order):
        pools.append([float(positions[index]) - k * gap, 1.0])
        while len(pools) > 1 and pools[-2][0] >= pools[-1][0]:
            mean, members = pools.pop()
            total = pools[-1][1] + members
            pools[-1] = [(pools[-1][0] * pools[-1][1] + mean * members) / total, total]
    flat = [mean for mean, members in pools for _ in range(int(members))]
    result = [0.0] * n
    for k, (index, mean) in enumerate(zip(order, flat)):
        result[index] = min(max(mean, low), high - (n - 1) * gap) + k * gap
    return result


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: left, bottom, right, top, in pixels."""

    left: float
    bottom: float
    right: float
    top: float

    def overlap(self, other: Box) -> float:
        """Return the area that two boxes share."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.top, other.top) - max(self.bottom, other.bottom)
        return max(width, 0.0) * max(height, 0.0)

    def covers(self, other: Box) -> bool:
        """Return whether two boxes share any area."""
        return min(self.right, other.right) > max(self.left, other.left) and min(
            self.top, other.top
        ) > max(self.bottom, other.bottom)


@dataclass(frozen=True, slots=True)
class Placed:
    """A label beside its point: its offset, how it is aligned, and the room it takes."""

    dx: float
    dy: float
    ha: str
    box: Box


SIDES = ("right", "left", "above", "below", "right up", "right down", "left up", "left down")


def beside(x: float, y: float, width: float, height: float, side: str, radius: float) -> Placed:
    """Return a label of a size at one side of a point."""
    gap = radius + 4
    up = {"up": 0.9, "down": -0.9}.get(side.rpartition(" ")[2], 0.0)
    if side in ("above", "below"):
        dy = (gap + height / 2 - 2) * (1 if side == "above" else -1)
        box = Box(x - width / 2, y + dy - height / 2, x + width / 2, y + dy + height / 2)
        return Placed(0.0, dy, "center", box)
    dy = up * height
    right = side.startswith("right")
    left = x + gap if right else x - gap - width
    return Placed(
        gap if right else -gap,
        dy,
        "left" if right else "right",
        Box(left, y + dy - height / 2, left + width, y + dy + height / 2),
    )


def place(
    points: Sequence[tuple[float, float]],
    widths: Sequence[float],
    *,
    frame: Box,
    obstacles: Sequence[Box] = (),
    lines: Sequence[Box] = (),
    height: float = 15.0,
    radius: float = 4.0,
) -> list[Placed | None]:
    """
    Put a label beside each point, in turn, where it covers no other label, no obstacle and nothing outside.

    Parameters
    ----------
    points : sequence of (float, float)
        In pixels, the most important first.
    widths : sequence of float
        Width of each label.
    frame : Box
        Where labels may be.
    obstacles : sequence of Box
        What they may not cover, such as other points.
    lines : sequence of Box
        What they had better not cover, such as a curve; covered only where there is no other place.
    height, radius : float
        Of a label's line, and of a point.

    Returns
    -------
    list of Placed or None
        None where there is no free place: a label left out is better than two that cannot be read.
    """
    taken = list(obstacles)
    result: list[Placed | None] = []
    for (x, y), width in zip(points, widths):
        options = [beside(x, y, width, height, side, radius) for side in SIDES]
        free = [
            option
            for option in options
            if _inside(option.box, frame) and not any(map(option.box.covers, taken))
        ]
        found = min(free, key=lambda option: sum(map(option.box.covers, lines)), default=None)
        if found is not None:
            box = found.box
            taken.append(Box(box.left - APART, box.bottom, box.right + APART, box.top))
        result.append(found)
    return result


def _inside(box: Box, frame: Box) -> bool:
    """Return whether a box lies within a frame."""
    return (
        box.left >= frame.left
        and box.right <= frame.right
        and box.bottom >= frame.bottom
        and box.top <= frame.top
    )


def along(pixels: Sequence[tuple[float, float]]) -> list[Box]:
    """Return small boxes along a line through points, for labels to keep clear of; gaps (NaN) part it."""
    boxes = []
    for (x0, y0), (x1, y1) in itertools.pairwise(pixels):
        if math.isfinite(y0) and math.isfinite(y1):
            for k in range(1, 8):
                x, y = x0 + k / 8 * (x1 - x0), y0 + k / 8 * (y1 - y0)
                boxes.append(Box(x - 1, y - 1, x + 1, y + 1))
    return boxes
