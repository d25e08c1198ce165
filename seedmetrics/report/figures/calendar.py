"""A year as a calendar: kinds of meeting by months, each tile as dark as what it falls short of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from seedmetrics.report.figures.canvas import SIZE, SMALL, WIDTH, Canvas, drawing
from seedmetrics.report.figures.labels import fit, text_width
from seedmetrics.report.figures.rectangles import Box, rectangles
from seedmetrics.report.numbers import missing

NAME, TILE, GAP = 20.0, 30.0, 12.0
WIDEST = 56.0  # of a month, where there are few
PHONE = 14  # the sheet lifts text to this on phones
# A tile with all held is nearly paper; from this shortfall on it is solid, and its number is paper.
SOLID = 0.3
FAINT, STRONG = 0.05, 0.5


@dataclass(frozen=True, slots=True)
class Tile:
    """One slot: its first month and the one after its last (from 0), the share held (NaN: nothing due), its number."""

    start: int
    end: int
    share: float
    text: str


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """One kind: its name, what is said of it as a whole, and its tiles."""

    label: str
    total: str
    tiles: tuple[Tile, ...]


def calendar_figure(
    rows: Sequence[CalendarRow], months: Sequence[str], axis: str, *, prefix: str, alt: str
) -> Markup:
    """
    Draw the calendar.

    Parameters
    ----------
    rows : sequence of CalendarRow
        From the top.
    months : sequence of str
        Names of the months, in order.
    axis : str
        What the numbers are; written above.
    prefix, alt : str
        For ids, and the finding in words.
    """
    height = (NAME + TILE + GAP) * len(rows)
    right = max(0.0, WIDTH - WIDEST * len(months))
    with drawing(height + 50, left=0, right=right, top=28, bottom=22) as canvas:
        canvas.ax.set(xlim=(0, len(months)), ylim=(height, 0))
        for k, row in enumerate(rows):
            top = (NAME + TILE + GAP) * k
            total = text_width(row.total, PHONE)
            canvas.note(
                0, top + NAME / 2, fit(row.label, PHONE, WIDTH - total - 12), "ink", size=SIZE
            )
            canvas.note(len(months), top + NAME / 2, row.total, "ink2", ha="right", dx=right)
        _tiles(canvas, rows)
        for k, month in enumerate(month_names(months, canvas.x_step)):
            canvas.note(k + 0.5, height - GAP, month, ha="center", va="top", dy=-6)
        canvas.y_unit(axis)
        return canvas.svg(prefix, alt)


def month_names(months: Sequence[str], room: float) -> list[str]:
    """
    Return the names of months that fit side by side; where not all do, every second or third from the first.

    Examples
    --------
    >>> month_names(["Jan", "Feb", "Mar"], 22)
    ['Jan', '', 'Mar']
    """
    widest = max((text_width(month, PHONE) for month in months), default=0.0) + 3
    step = next((n for n in (1, 2, 3) if n * room >= widest), 3)
    return [month if k % step == 0 else "" for k, month in enumerate(months)]


def strength(share: float) -> float:
    """
    Return how opaque a tile is: faint where all was held, stronger in step with what is missing.

    Examples
    --------
    >>> strength(1.0), strength(0.8), strength(0.3)
    (0.05, 0.35, 0.95)
    """
    short = 1 - share
    return 0.95 if short >= SOLID else round(FAINT + (STRONG - FAINT) * short / SOLID, 3)


def _tiles(canvas: Canvas, rows: Sequence[CalendarRow]) -> None:
    """Draw the tiles: those of one strength together, then all outlines, then the numbers."""
    edge = 1.5 / canvas.x_step
    by_strength: dict[float, list[Box]] = {}
    outlines = []
    for k, row in enumerate(rows):
        top = (NAME + TILE + GAP) * k + NAME
        for tile in row.tiles:
            box = (tile.start + edge, tile.end - edge, top, top + TILE)
            outlines.append(box)
            if not missing(tile.share):
                by_strength.setdefault(strength(tile.share), []).append(box)
            middle = (tile.start + tile.end) / 2
            color = number_color(tile.share)
            canvas.note(middle, top + TILE / 2, tile.text, color, size=SMALL, ha="center")
    for alpha, boxes in sorted(by_strength.items()):
        rectangles(canvas, boxes, face="accent", alpha=alpha)
    rectangles(canvas, outlines, edge="rule")


def number_color(share: float) -> str:
    """Return the token in which a tile's number is written: quiet where nothing is missing, paper on a solid tile."""
    if missing(share) or share == 1:
        return "ink3"
    return "paper" if strength(share) > STRONG else "ink"
