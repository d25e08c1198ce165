"""The drawing board: tokens, a figure measured in CSS pixels, and its way into the page as inline SVG."""

from __future__ import annotations

import html
import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 440  # shown between 0.8 and 1.1 of this
SIZE, SMALL = 13, 12

# The light values are the fallback where no sheet is loaded; a test holds them to style.css.
TOKENS = {
    "paper": "#fdfcfa", "ink": "#16191d", "ink2": "#4b5158", "ink3": "#676d74", "rule": "#cfccc5",
    "grid": "#e8e5df", "dot": "#868c93", "peer": "#b3b7bb", "accent": "#0f5f8c", "band": "#cfe1ec",
    "band2": "#f1eee8",
}  # fmt: skip


@cache
def _font() -> str:
    """Make the Chinese font known to matplotlib; its file is used, its package is not imported."""
    from matplotlib import font_manager

    found = find_spec("zhplot")
    if found is None or not found.submodule_search_locations:
        return "DejaVu Sans"
    file = Path(found.submodule_search_locations[0]) / "fonts" / "NotoSansSC-Regular.ttf"
    font_manager.fontManager.addfont(str(file))
    return "Noto Sans SC"


def _style() -> dict[str, Any]:
    """Return matplotlib's settings for our figures."""
    t = TOKENS
    return {
        "font.family": [_font(), "DejaVu Sans"], "font.size": SIZE, "figure.dpi": 72, "savefig.dpi": 72,
        "svg.fonttype": "none", "svg.hashsalt": "seedmetrics", "axes.unicode_minus": False,
        "axes.spines.top": False, "axes.spines.right": False, "axes.spines.left": False,
        "axes.edgecolor": t["dot"], "axes.linewidth": 1, "axes.facecolor": "none", "figure.facecolor": "none",
        "axes.grid": True, "axes.grid.axis": "y", "grid.color": t["grid"], "grid.linewidth": 1,
        "axes.axisbelow": True, "axes.xmargin": 0, "axes.ymargin": 0,
        "xtick.color": t["dot"], "ytick.color": t["dot"], "xtick.labelcolor": t["ink2"],
        "ytick.labelcolor": t["ink2"], "xtick.labelsize": SMALL, "ytick.labelsize": SMALL,
        "xtick.major.size": 4, "ytick.major.size": 0, "xtick.major.pad": 4, "ytick.major.pad": 6,
        "text.color": t["ink"], "lines.solid_capstyle": "round", "path.simplify": False,
    }  # fmt: skip


class Canvas:
    """A figure with one pair of axes, measured in pixels."""

    def __init__(
        self, height: float, *, left: float, right: float, top: float, bottom: float
    ) -> None:
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure

        self.height, self.left, self.right = height, left, right
        self.top, self.bottom = top, bottom
        self.figure: Figure = Figure(figsize=(WIDTH / 72, height / 72))
        FigureCanvasSVG(self.figure)
        self.ax: Axes = self.figure.add_axes(
            (left / WIDTH, bottom / height, self.inner_width / WIDTH, self.inner_height / height)
        )

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
        """Write one line of text, `dx`, `dy` pixels from a point; `patch` lays paper below it."""
        box = {"facecolor": TOKENS["paper"], "edgecolor": "none", "pad": 1.5} if patch else None
        self.ax.annotate(
            text.replace("$", r"\$"), (x, y), xytext=(dx, dy), textcoords="offset points", xycoords=at,
            color=TOKENS[color], size=size, ha=ha, va=va, annotation_clip=False, zorder=6, bbox=box,
        )  # fmt: skip

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

    def svg(self, prefix: str, alt: str) -> Markup:
        """Return the drawing as inline SVG with its alternative text."""
        out = io.StringIO()
        with warnings.catch_warnings():
            # Text stays text: a letter that our font lacks is drawn by the reader's own.
            warnings.filterwarnings("ignore", message="Glyph .* missing")
            self.figure.savefig(
                out,
                format="svg",
                transparent=True,
                metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
            )
        label = html.escape(alt, quote=True)
        opened = f'<svg role="img" aria-label="{label}"'
        return Markup(inline(out.getvalue(), prefix).replace("<svg", opened, 1))  # noqa: S704


@contextmanager
def drawing(
    height: float, *, left: float, right: float, top: float = 26, bottom: float = 44
) -> Iterator[Canvas]:
    """Open a canvas in the house style; nothing of the user's own matplotlib settings changes."""
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_style())  # type: ignore[arg-type]
        yield Canvas(height, left=left, right=right, top=top, bottom=bottom)


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


def _shorten(tag: str) -> str:
    """Shorten the numbers of one tag and name its colors; text between tags is never touched."""
    tag = re.sub(r"-?\d+\.\d+", lambda m: f"{float(m[0]) + 0:.2f}".rstrip("0").rstrip("."), tag)
    for key, color in TOKENS.items():
        tag = tag.replace(color, f"var(--{key}, {color})")
    return tag
