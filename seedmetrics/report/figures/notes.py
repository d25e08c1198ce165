"""Texts of a drawing, written straight into its SVG: matplotlib would lay each out anew, letter by letter."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from seedmetrics.report.figures.letters import SCALE, line_reach, measured, reach

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backends.backend_svg import RendererSVG
    from matplotlib.figure import Figure

ANCHORS = {"left": "start", "center": "middle", "right": "end"}
PAD = 1.5  # of the paper below a text, in pixels
# The end of the axes and of the figure in what matplotlib writes; axes with nothing in them have no end.
END = "\n  </g>\n </g>\n"
EMPTY, OPENED = '<g id="axes_1"/>', '<g id="axes_1">\n  </g>'


@dataclass(frozen=True, slots=True)
class Note:
    """One line of text, `offset` pixels from a point; `patch` is the color of what lies below it, if anything does."""

    text: str
    point: tuple[float, float]
    offset: tuple[float, float]
    at: Any
    color: str
    size: float
    ha: str
    va: str
    patch: str


def with_notes(svg: str, notes: Sequence[Note], ax: Axes, height: float) -> str:
    """
    Return a figure's SVG with its notes above all else.

    Parameters
    ----------
    svg : str
        From `svg_of`.
    notes : sequence of Note
        In the order in which they are drawn.
    ax : Axes
        What their points count in.
    height : float
        Of the figure, in pixels.
    """
    above, _, below = svg.replace(EMPTY, OPENED, 1).rpartition(END)
    return "\n".join([above, *(_drawn(note, ax, height) for note in notes)]) + END + below


def _drawn(note: Note, ax: Axes, height: float) -> str:
    """Return one note as SVG; nothing where it has no text or no place."""
    places = {"data": ax.transData, "axes fraction": ax.transAxes}
    at = places[note.at] if isinstance(note.at, str) else note.at
    x, y = (float(v) + d for v, d in zip(at.transform(note.point), note.offset, strict=True))
    if not note.text or not (math.isfinite(x) and math.isfinite(y)):
        return ""
    up, down = line_reach(note.text, note.size)
    middle = {"top": 0.0, "center": (-up - down) / 2, "bottom": -up - down}[note.va]
    line = height - (y + (-up - middle))
    base = height - y
    line = base + (line - base)
    where = f'x="{_short(x)}" y="{_short(line)}" transform="rotate(-0 {_short(x)} {_short(line)})"'
    style = f"font-size: {_short(note.size)}px; text-anchor: {ANCHORS[note.ha]}; fill: {note.color}"
    written = f'<text style="{style}" {where}>{escape(note.text)}</text>'
    if note.patch:
        bottom = y + (-up - down - middle)
        written = f"{_paper(note, x, bottom, up + down, height)}\n{written}"
    return f"<g>\n{written}\n</g>"


def _paper(note: Note, x: float, bottom: float, tall: float, height: float) -> str:
    """Return the rectangle below a note."""
    wide = measured(note.text)[0] * (note.size / SCALE)
    left = x - {"left": 0.0, "center": wide / 2, "right": wide}[note.ha]
    # As matplotlib has it: a padding of so many hundredths of the size of the text.
    pad = note.size * round(PAD / note.size, 2)
    x0, x1 = left - pad, left + wide + pad
    y0, y1 = height - (bottom - pad), height - (bottom + tall + pad)
    corners = " \nL ".join(
        f"{_short(a)} {_short(b)}" for a, b in ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    )
    return f'<g>\n<path d="M {corners} \nz\n" style="fill: {note.patch}"/>\n</g>'


def _short(number: float) -> str:
    """Return a number with six decimals at most, as matplotlib writes it."""
    return f"{number:f}".rstrip("0").rstrip(".")


def svg_of(figure: Figure) -> str:
    """Return a figure as the SVG that matplotlib saves."""
    out = io.StringIO()
    width, height = (72 * inches for inches in figure.get_size_inches())
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    renderer = _renderer()(width, height, out, metadata=nothing)
    figure.draw(renderer)
    renderer.finalize()  # type: ignore[no-untyped-call]
    return out.getvalue()


@cache
def _renderer() -> type[RendererSVG]:
    """Return matplotlib's renderer with letters that are measured once; it is loaded with the first drawing."""
    from matplotlib.backends.backend_svg import RendererSVG

    class Renderer(RendererSVG):
        """Renders SVG; texts stay texts, so that of their measures only the heights count."""

        def get_text_width_height_descent(
            self, s: str, prop: Any, ismath: Any
        ) -> tuple[float, float, float]:
            """Return no width, and the height and descent of a text."""
            if ismath:
                found: tuple[float, float, float]
                found = super().get_text_width_height_descent(s, prop, ismath)  # type: ignore[no-untyped-call]
                return found
            (up, down), scale = reach(s), prop.get_size_in_points() / SCALE
            return 0.0, (up + down) * scale, down * scale

    return Renderer
