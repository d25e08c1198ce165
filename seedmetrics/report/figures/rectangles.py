"""Many rectangles as one path: a drawing of fifty tiles stays as light as one of five."""

from __future__ import annotations

from collections.abc import Iterable

from seedmetrics.report.figures.canvas import TOKENS, Canvas

Box = tuple[float, float, float, float]  # left, right, top, bottom, as the axes count


def rectangles(
    canvas: Canvas, boxes: Iterable[Box], *, face: str = "", edge: str = "", alpha: float = 1.0
) -> None:
    """
    Draw rectangles of one look.

    Parameters
    ----------
    canvas : Canvas
        What is drawn on.
    boxes : iterable of (left, right, top, bottom)
        In the units of the axes; none draws nothing.
    face, edge : str
        Tokens of the fill and of the outline; empty for none.
    alpha : float, default 1
        Opacity of the fill.
    """
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    parts = [
        Path([(left, top), (right, top), (right, bottom), (left, bottom), (left, top)], closed=True)
        for left, right, top, bottom in boxes
    ]
    if not parts:
        return
    canvas.ax.add_artist(
        PathPatch(
            Path.make_compound_path(*parts), facecolor=TOKENS[face] if face else "none",
            edgecolor=TOKENS[edge] if edge else "none", lw=1 if edge else 0, alpha=alpha if face else None,
            zorder=2 if edge else 1, clip_on=False,
        )
    )  # fmt: skip
