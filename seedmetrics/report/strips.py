"""Small plots among words: rank strips and indicator bars as inline SVG. Numbers in, markup out; no words."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from seedmetrics.report.numbers import missing

EDGE = 10.0
BAR_WIDTH, BAR_EDGE = 240.0, 6.0
LABEL_GAP = 17.0


def _svg(width: float, height: float, parts: Iterable[str]) -> Markup:
    """Wrap the parts of a strip; it is decoration beside a text that says the same."""
    inside = "".join(parts)
    return Markup(  # noqa: S704 (numbers and tokens only)
        f'<svg viewBox="0 0 {width:g} {height:g}" aria-hidden="true" focusable="false">{inside}</svg>'
    )


def _place(rank: float, of: int, width: float) -> float:
    """Return where a rank stands on a strip."""
    return EDGE + (rank - 1) * (width - 2 * EDGE) / max(of - 1, 1)


def _text(
    x: float, y: float, text: str, *, fill: str, bold: bool = False, anchor: str = "middle"
) -> str:
    weight = ' font-weight="700"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:g}" font-size="12.5" text-anchor="{anchor}"{weight} '
        f'fill="var(--{fill})">{text}</text>'
    )


def rank_strip(
    low: float,
    rank: float,
    high: float,
    of: int,
    *,
    accent: bool = True,
    axis: bool = False,
    before: float = float("nan"),
    width: float = 230.0,
) -> Markup:
    """
    Draw a rank as a dot on a bar from the best to the worst place, on a scale from 1 to `of`.

    Parameters
    ----------
    low, rank, high : float
        Best place, place, worst place; without a rank only the scale is drawn.
    of : int
        Units ranked; fewer than two have no scale, and the strip is empty.
    accent : bool, default True
        Whether this is the unit of the page.
    axis : bool, default False
        Whether the places are written below; a place too close to a more important one is not.
    before : float, optional
        An earlier place, drawn as a hollow dot.
    width : float, default 230
        CSS pixels at full size.
    """
    if of < 2:
        return Markup()
    dot, bar = ("accent", "accent") if accent else ("ink2", "dot")
    parts = [
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="6" y2="12" stroke="var(--rule)"/>'
        for x in (_place(k, of, width) for k in range(1, of + 1))
    ]
    if axis:
        parts += _axis_labels([rank, 1, of, low, high], of, width, rank)
    if not missing(low) and not missing(high):
        parts.append(
            f'<line x1="{_place(low, of, width):.1f}" x2="{_place(high, of, width):.1f}" y1="9" y2="9" '
            f'stroke="var(--{bar})" stroke-width="4" stroke-linecap="round"/>'
        )
    if not missing(before) and before != rank:
        parts.append(
            f'<circle cx="{_place(before, of, width):.1f}" cy="9" r="4.5" fill="var(--paper)" '
            f'stroke="var(--{dot})" stroke-width="1.5"/>'
        )
    if not missing(rank):
        parts.append(
            f'<circle cx="{_place(rank, of, width):.1f}" cy="9" r="6" fill="var(--{dot})" '
            f'stroke="var(--paper)" stroke-width="1.5"/>'
        )
    return _svg(width, 34 if axis else 18, parts)


def _axis_labels(wanted: list[float], of: int, width: float, rank: float) -> list[str]:
    """Write the places below a strip, the most important first, none on top of another."""
    taken: list[float] = []
    parts = []
    for place in wanted:
        if missing(place):
            continue
        x = _place(place, of, width)
        if all(abs(x - other) >= LABEL_GAP for other in taken):
            taken.append(x)
            mine = place == rank
            parts.append(_text(x, 31, f"{place:g}", fill="accent" if mine else "ink3", bold=mine))
    return parts


def rank_scale(of: int, *, width: float = 230.0) -> Markup:
    """Draw the scale of a column of rank strips: 1 and `of` always, between them as many as fit."""
    if of < 2:
        return Markup()
    step = next(
        s for s in (1, 2, 5, 10, 20, 50, 100, 1000) if s * (width - 2 * EDGE) / (of - 1) >= 22
    )
    inner = range(1, of, step) if step <= 2 else (1, *range(step, of, step))
    end = _place(of, of, width)
    ticks = [k for k in inner if end - _place(k, of, width) >= LABEL_GAP] + [of]
    return _svg(width, 16, (_text(_place(k, of, width), 12, str(k), fill="ink2") for k in ticks))


def _x(value: float, start: float, end: float = 1.0) -> float:
    """Return where a share stands on an indicator bar from `start` to `end`; outside it, at the end."""
    inside = min(max(value, start), end)
    return BAR_EDGE + (inside - start) / (end - start) * (BAR_WIDTH - 2 * BAR_EDGE)


def bar(
    value: float,
    low: float,
    high: float,
    *,
    start: float,
    target: float | None = None,
    floor: float | None = None,
    median: float = float("nan"),
    lower_is_better: bool = False,
) -> Markup:
    """
    Draw one share: interval, value, target, the zone beyond the floor, the group's median.

    Parameters
    ----------
    value, low, high : float
        Shares; without an interval the dot stands alone.
    start : float
        Where the scale begins; an interval that leaves it ends in an arrow.
    target, floor : float, optional
        Of the plan.
    median : float, optional
        Of the group.
    lower_is_better : bool, default False
        The zone beyond the floor then lies to its right, and the scale runs from 0 to ``1 - start``: the same length a
        percentage point as in the rows above.
    """
    parts = []
    end = 1.0
    if lower_is_better:
        start, end = 0.0, 1 - start
    if floor is not None and not missing(floor):
        at = _x(floor, start, end)
        left, right = (at, BAR_WIDTH - BAR_EDGE) if lower_is_better else (BAR_EDGE, at)
        if right - left > 0.5:
            parts.append(
                f'<rect x="{left:.1f}" y="2" width="{right - left:.1f}" height="20" fill="var(--band2)"/>'
            )
    parts.append(
        f'<line x1="{BAR_EDGE:g}" x2="{BAR_WIDTH - BAR_EDGE:g}" y1="12" y2="12" stroke="var(--grid)"/>'
    )
    if not missing(low) and not missing(high):
        parts.append(
            f'<line x1="{_x(low, start, end):.1f}" x2="{_x(high, start, end):.1f}" y1="12" y2="12" '
            f'stroke="var(--accent)" stroke-width="3" stroke-linecap="round"/>'
        )
        if low < start - 1e-9:
            parts.append('<path d="M1 12l7-5v10z" fill="var(--accent)"/>')
        if high > end + 1e-9:
            parts.append('<path d="M239 12l-7-5v10z" fill="var(--accent)"/>')
    if not missing(median):
        parts.append(
            f'<circle cx="{_x(median, start, end):.1f}" cy="12" r="3.5" fill="var(--paper)" '
            f'stroke="var(--dot)" stroke-width="1.5"/>'
        )
    parts.append(
        f'<circle cx="{_x(value, start, end):.1f}" cy="12" r="4.5" fill="var(--accent)" '
        f'stroke="var(--paper)" stroke-width="1"/>'
    )
    if target is not None and not missing(target):
        x = _x(target, start, end)
        parts.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="2" y2="22" stroke="var(--ink)" stroke-width="1.5"/>'
        )
    return _svg(BAR_WIDTH, 24, parts)


def bar_scale(start: float) -> Markup:
    """Draw the scale above a column of indicator bars, in per cent."""
    first = round(100 * start)
    step = 20 if first >= 20 else 25
    ticks = range(first, 101, step if (100 - first) % step == 0 else 20)
    parts = []
    for tick in ticks:
        anchor = "start" if tick == first else "end" if tick == 100 else "middle"
        parts.append(
            _text(
                _x(tick / 100, start),
                12,
                f"{tick}%" if tick == 100 else str(tick),
                fill="ink2",
                anchor=anchor,
            )
        )
    return _svg(BAR_WIDTH, 16, parts)


def bar_start(values: Iterable[float]) -> float:
    """Return where a column of bars begins: the 20% step below the smallest value, at most 80%."""
    present = [v for v in values if not missing(v)]
    return min(int(min(present) * 5 + 1e-9), 4) / 5 if present else 0.0
