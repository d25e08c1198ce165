"""Member development as steps: how many persons have reached each, in bands of stages with their days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from seedmetrics.report.figures.canvas import SIZE, TOKENS, WIDTH, Canvas, drawing
from seedmetrics.report.figures.labels import fit, text_width

ROW, HEAD, GAP, BAR, INSET = 25.0, 26.0, 14.0, 4.0, 8.0
PHONE = 14  # the sheet lifts text to this on phones


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name, the length of its bar, the number as it is written; `few` leaves the bar faint."""

    label: str
    persons: float
    shown: str
    few: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: its title, what stands at the right end (its days), its steps in order."""

    title: str
    note: str
    steps: tuple[Step, ...]


def steps_figure(stages: Sequence[Stage], axis: str, *, prefix: str, alt: str) -> Markup:
    """
    Draw the stages from the top: a band with the title, and one bar a step below its name.

    Parameters
    ----------
    stages : sequence of Stage
        With at least one step in all.
    axis : str
        What the bars measure; written above.
    prefix, alt : str
        For ids, and the finding in words.

    Notes
    -----
    Bars begin at zero and share one scale. Names stand above the bars, so that long ones need not be cut.
    """
    steps = [step for stage in stages for step in stage.steps]
    inner = sum(HEAD + 4 + ROW * len(stage.steps) for stage in stages) + GAP * (len(stages) - 1)
    with drawing(inner + 30, left=INSET, right=INSET, top=28, bottom=2) as canvas:
        ax = canvas.ax
        ax.grid(visible=False)
        ax.spines["bottom"].set_visible(False)
        longest = max([step.persons for step in steps] + [1.0])
        ax.set(xlim=(0, longest), ylim=(inner, 0), xticks=[], yticks=[])
        top = 0.0
        for stage in stages:
            top = _stage(canvas, stage, top) + GAP
        canvas.note(longest, 0, axis, ha="right", va="bottom", dy=10)
        return canvas.svg(prefix, alt)


def _stage(canvas: Canvas, stage: Stage, top: float) -> float:
    """Draw one stage from `top` on; return where it ends."""
    start, end = canvas.ax.get_xlim()
    left, right = (-canvas.left / canvas.x_step, end + canvas.right / canvas.x_step)
    _block(canvas, left, right, top, HEAD, face="band2")
    room = WIDTH - 2 * INSET - text_width(stage.note, PHONE) - 12
    middle = top + HEAD / 2
    canvas.note(0, middle, fit(stage.title, PHONE, room), "ink", size=SIZE)
    canvas.note(end, middle, stage.note, "ink2", ha="right")
    for k, step in enumerate(stage.steps):
        y = top + HEAD + 4 + ROW * k
        label = fit(step.label, PHONE, canvas.inner_width - text_width(step.shown, PHONE) - 8)
        canvas.note(0, y + 10, label, "ink")
        canvas.note(end, y + 10, step.shown, "accent", ha="right", size=SIZE)
        _block(canvas, start, end, y + 20, BAR, face="grid")
        if step.persons > 0:
            face = "dot" if step.few else "accent"
            _block(canvas, start, step.persons, y + 20, BAR, face=face)
    return top + HEAD + 4 + ROW * len(stage.steps)


def _block(
    canvas: Canvas, left: float, right: float, top: float, height: float, *, face: str
) -> None:
    """Draw a filled rectangle."""
    from matplotlib.patches import Rectangle

    canvas.ax.add_patch(
        Rectangle(
            (left, top), right - left, height, facecolor=TOKENS[face], lw=0, zorder=1, clip_on=False
        )
    )
