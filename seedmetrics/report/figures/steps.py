"""Member development as steps: how many persons have reached each, in bands of stages with their days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from seedmetrics.report.figures.canvas import SIZE, WIDTH, Canvas, drawing
from seedmetrics.report.figures.labels import fit, text_width
from seedmetrics.report.figures.rectangles import rectangles

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
        longest = max([step.persons for step in steps] + [1.0])
        canvas.ax.set(xlim=(0, longest), ylim=(inner, 0))
        tops = [0.0]
        for stage in stages:
            tops.append(_stage(canvas, stage, tops[-1]) + GAP)
        _bars(canvas, stages, tops[:-1])
        canvas.note(longest, 0, axis, ha="right", va="bottom", dy=10)
        return canvas.svg(prefix, alt)


def _stage(canvas: Canvas, stage: Stage, top: float) -> float:
    """Write one stage from `top` on; return where its steps end."""
    end = canvas.ax.get_xlim()[1]
    room = WIDTH - 2 * INSET - text_width(stage.note, PHONE) - 12
    middle = top + HEAD / 2
    canvas.note(0, middle, fit(stage.title, PHONE, room), "ink", size=SIZE)
    canvas.note(end, middle, stage.note, "ink2", ha="right")
    for k, step in enumerate(stage.steps):
        y = step_top(top, k)
        room = canvas.inner_width - text_width(step.shown, PHONE) - 8
        canvas.note(0, y + 10, fit(step.label, PHONE, room), "ink")
        canvas.note(end, y + 10, step.shown, "accent", ha="right", size=SIZE)
    return step_top(top, len(stage.steps))


def step_top(top: float, place: int) -> float:
    """Return where a step of the stage that begins at `top` begins, counted from 0."""
    return top + HEAD + 4 + ROW * place


def _bars(canvas: Canvas, stages: Sequence[Stage], tops: Sequence[float]) -> None:
    """Draw the bands of the stages, the tracks of the steps and their bars."""
    start, end = canvas.ax.get_xlim()
    left, right = -canvas.left / canvas.x_step, end + canvas.right / canvas.x_step
    rectangles(canvas, [(left, right, top, top + HEAD) for top in tops], face="band2")
    places = [
        (step, step_top(top, k) + 20)
        for stage, top in zip(stages, tops)
        for k, step in enumerate(stage.steps)
    ]
    for face, few in (("grid", None), ("accent", False), ("dot", True)):
        bars = [
            (start, end if few is None else step.persons, y, y + BAR)
            for step, y in places
            if few is None or (step.few == few and step.persons > 0)
        ]
        rectangles(canvas, bars, face=face)
