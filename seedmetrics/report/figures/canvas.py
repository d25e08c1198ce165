"""The drawing board: tokens, a figure measured in CSS pixels, and its way into the page as inline SVG."""

from __future__ import annotations

import html
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from seedmetrics.report.figures.letters import FALLBACK, family
from seedmetrics.report.figures.notes import Note, svg_of, with_notes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.path import Path
    from matplotlib.transforms import Transform

WIDTH = 440  # shown between 0.8 and 1.1 of this
SIZE, SMALL = 13, 12
MARK, LABEL = 4.0, 4.0  # how long the marks of an axis are, and how far below them its labels stand
Point = tuple[float, float]

# The light values are the fallback where no sheet is loaded; a test holds them to style.css.
TOKENS = {
    "paper": "#fdfcfa", "ink": "#16191d", "ink2": "#4b5158", "ink3": "#676d74", "rule": "#cfccc5",
    "grid": "#e8e5df", "dot": "#757b82", "peer": "#8d9399", "accent": "#0f5f8c", "band": "#cfe1ec",
    "band2": "#f1eee8",
}  # fmt: skip


def _style() -> dict[str, Any]:
    """Return matplotlib's settings for our figures."""
    t = TOKENS
    return {
        "font.family": [family(), FALLBACK], "font.size": SIZE, "figure.dpi": 72, "savefig.dpi": 72,
        "svg.fonttype": "none", "svg.hashsalt": "seedmetrics", "axes.unicode_minus": False,
        "axes.xmargin": 0, "axes.ymargin": 0,
        "text.color": t["ink"], "lines.solid_capstyle": "round", "path.simplify": False,
    }  # fmt: skip


class Canvas:
    """A figure with one pair of axes, measured in pixels; of a scale only what is asked for is drawn."""

    def __init__(
        self, height: float, *, left: float, right: float, top: float, bottom: float
    ) -> None:
        from matplotlib.figure import Figure

        self.height, self.left, self.right = height, left, right
        self.top, self.bottom = top, bottom
        self.figure: Figure = Figure(figsize=(WIDTH / 72, height / 72), frameon=False)
        self._notes: list[Note] = []
        self.ax: Axes = self.figure.add_axes(
            (left / WIDTH, bottom / height, self.inner_width / WIDTH, self.inner_height / height)
        )
        # Matplotlib makes eight objects of each tick, and its axes anew for each figure: most of the time of a drawing.
        self.ax.set_axis_off()

    @property
    def inner_width(self) -> float:
        """Width of the axes."""
        return WIDTH - self.left - self.right

    @property
    def inner_height(self) -> float:
        """Height of the axes."""
        return self.height - self.top - self.bottom

    def note(
        self,
        x: float,
        y: float,
        text: str,
        color: str = "ink2",
        *,
        size: float = SMALL,
        ha: str = "left",
        va: str = "center",
        dx: float = 0,
        dy: float = 0,
        patch: bool = False,
        at: Any = "data",
    ) -> None:
        """
        Write one line of text, `dx`, `dy` pixels from a point; `patch` lays paper below it.

        Notes lie above all else. `at` says what the point counts in: "data", "axes fraction" or a transform.
        """
        self._notes.append(
            Note(
                text,
                (x, y),
                (dx, dy),
                at,
                TOKENS[color],
                size,
                ha,
                va,
                TOKENS["paper"] if patch else "",
            )
        )

    def x_axis(
        self,
        at: Sequence[float],
        labels: Sequence[str],
        *,
        line: bool = True,
        marks: bool = True,
    ) -> None:
        """Write `labels` below the points `at`; with a line along the bottom and a mark at each, unless told not to."""
        below = self.ax.get_xaxis_transform()
        if line:
            self.lines([((0, 0), (1, 0))], "dot", order=2.5, at=self.ax.transAxes)
        if marks:
            ends = [((x, 0), (x, -MARK / self.inner_height)) for x in at]
            self.lines(ends, "dot", width=0.8, order=2, at=below)
        for x, text in zip(at, labels, strict=True):
            self.note(
                x, 0, text, ha="center", va="top", dy=-LABEL - (MARK if marks else 0), at=below
            )

    def y_axis(self, at: Sequence[float], labels: Sequence[str], *, grid: bool = True) -> None:
        """Write `labels` left of the points `at`; with a line across at each, unless told not to."""
        beside = self.ax.get_yaxis_transform()
        if grid:
            self.lines([((0, y), (1, y)) for y in at], "grid", order=0.5, at=beside)
        for y, text in zip(at, labels, strict=True):
            self.note(0, y, text, ha="right", dx=-6, at=beside)

    def lines(
        self,
        ends: Sequence[tuple[Point, Point]],
        color: str,
        *,
        width: float = 1,
        order: float,
        cap: Literal["butt", "round"] = "butt",
        at: Transform | None = None,
    ) -> None:
        """Draw straight lines of one look as one path; `at` is what their ends count in, the data where left out."""
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        if not ends:
            return
        path = Path(
            np.array(ends, dtype=float).reshape(-1, 2), [Path.MOVETO, Path.LINETO] * len(ends)
        )
        drawn = PathPatch(
            path, facecolor="none", edgecolor=TOKENS[color], lw=width, capstyle=cap, zorder=order,
            clip_on=False,
        )  # fmt: skip
        drawn.set_transform(at or self.ax.transData)
        self.ax.add_artist(drawn)

    def dots(
        self,
        points: Sequence[Point],
        face: str,
        *,
        size: float,
        edge: str = "paper",
        width: float = 0,
        order: float,
        clip: bool = True,
    ) -> None:
        """Draw round marks of one look, `size` square pixels large; an empty `face` leaves them open."""
        from matplotlib.collections import PathCollection
        from matplotlib.transforms import IdentityTransform

        if not points:
            return
        drawn = PathCollection(
            [_circle()], sizes=[size], offsets=np.array(points, dtype=float), offset_transform=self.ax.transData,
            facecolors=TOKENS[face] if face else "none", edgecolors=TOKENS[edge], linewidths=width, zorder=order,
            clip_on=clip,
        )  # fmt: skip
        drawn.set_transform(IdentityTransform())
        self.ax.add_artist(drawn)

    def y_unit(self, text: str) -> None:
        """Write the unit of the y axis: horizontal, above the axis."""
        self.note(0, 1, text, va="bottom", dx=-self.left, dy=10, at="axes fraction")

    def x_unit(self, text: str) -> None:
        """Write the unit of the x axis below it, at the left."""
        self.note(0, 0, text, va="top", dy=-26, at="axes fraction")

    @property
    def x_step(self) -> float:
        """Pixels of one unit of x."""
        low, high = self.ax.get_xlim()
        return self.inner_width / (high - low)

    @property
    def y_step(self) -> float:
        """Pixels of one unit of y, whichever way the axis runs."""
        low, high = self.ax.get_ylim()
        return self.inner_height / abs(high - low)

    def x_of(self, value: float) -> float:
        """Return the pixel of an x value, from the left of the axes."""
        low, high = self.ax.get_xlim()
        return (value - low) / (high - low) * self.inner_width

    def y_of(self, value: float) -> float:
        """Return the pixel of a y value, from the bottom of the axes."""
        low, high = self.ax.get_ylim()
        return (value - low) / (high - low) * self.inner_height

    def pixels(
        self, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]
    ) -> list[tuple[float, float]]:
        """Return points as pixels, from the left and the bottom of the axes."""
        (left, right), (bottom, top) = self.ax.get_xlim(), self.ax.get_ylim()
        across = (x - left) / (right - left) * self.inner_width
        up = (y - bottom) / (top - bottom) * self.inner_height
        return list(zip(across.tolist(), up.tolist(), strict=True))

    def svg(self, prefix: str, alt: str) -> Markup:
        """Return the drawing as inline SVG with its alternative text."""
        with warnings.catch_warnings():
            # Text stays text: a letter that our font lacks is drawn by the reader's own.
            warnings.filterwarnings("ignore", message="Glyph .* missing")
            drawn = with_notes(svg_of(self.figure), self._notes, self.ax, self.height)
        label = html.escape(alt, quote=True)
        opened = f'<svg role="img" aria-label="{label}"'
        return Markup(inline(drawn, prefix).replace("<svg", opened, 1))  # noqa: S704


@cache
def _circle() -> Path:
    """Return a circle of diameter one."""
    from matplotlib.path import Path

    return Path.circle(radius=0.5)


@contextmanager
def drawing(
    height: float, *, left: float, right: float, top: float = 26, bottom: float = 44
) -> Iterator[Canvas]:
    """Open a canvas in the house style; nothing of the user's own matplotlib settings changes."""
    import matplotlib as mpl

    with mpl.rc_context():
        # Checked once, and then taken over as they are: checking takes longer than drawing.
        dict.update(cast("dict[str, Any]", mpl.rcParams), _checked_style())
        yield Canvas(height, left=left, right=right, top=top, bottom=bottom)


@cache
def _checked_style() -> dict[str, Any]:
    """Return every setting of matplotlib that a drawing may depend on: its defaults, with ours."""
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_style())  # type: ignore[arg-type]
        settings: dict[str, Any] = dict(cast("dict[str, Any]", mpl.rcParams.copy()))
    # Where matplotlib draws is the user's affair, and looking would load what draws on screens.
    del settings["backend"]
    return settings


def inline(svg: str, prefix: str) -> str:
    """
    Turn matplotlib's file into what stands in a page.

    Notes
    -----
    Colors become custom properties with the light value as fallback, text takes the page's font, ids carry
    `prefix` (and those that nothing refers to go), numbers keep two decimals.
    """
    svg = svg[svg.index("<svg") :].rstrip()
    svg = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->|<style.*?</style>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<defs>\s*</defs>", "", svg)
    svg = re.sub(r' (?:width|height)="[\d.]+pt"', "", svg, count=2)
    svg = re.sub(r' (?:xmlns(?::xlink)?|version)="[^"]*"', "", svg)
    svg = svg.replace("xlink:href", "href")
    used = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', svg))
    svg = re.sub(r' id="([^"]+)"', lambda m: f' id="{prefix}-{m[1]}"' if m[1] in used else "", svg)
    svg = re.sub(r'(url\(#|href="#)', rf"\g<1>{prefix}-", svg)
    svg = re.sub(r"font: ([\d.]+)px [^;\"]*;?", r"font-size: \1px;", svg)
    svg = re.sub(r"font-family: [^;\"]*;? ?", "", svg)
    svg = re.sub(r"<[^>]+>", lambda tag: _shorten(tag[0]), svg)
    svg = re.sub(r"<g>\s*</g>", "", svg)
    return re.sub(r"\s*\n\s*", "\n", svg)


_NUMBER = re.compile(r"-?\d+\.\d+")
_COLOR = re.compile("|".join(TOKENS.values()))
_NAMED = {color: f"var(--{key}, {color})" for key, color in TOKENS.items()}


def _shorten(tag: str) -> str:
    """Shorten the numbers of one tag and name its colors; text between tags is never touched."""
    if "." in tag:
        tag = _NUMBER.sub(lambda m: f"{float(m[0]) + 0:.2f}".rstrip("0").rstrip("."), tag)
    return _COLOR.sub(lambda m: _NAMED[m[0]], tag) if "#" in tag else tag
