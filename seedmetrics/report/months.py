"""Closing cases month by month: the control chart of a unit or of a whole group, and what it finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from seedmetrics.formulas.closure import control_chart, funnel_limits
from seedmetrics.formulas.closure.funnel import beyond_limits
from seedmetrics.report.blocks import Figure, Gap, Grid, source_line, years_below
from seedmetrics.report.figures.control import ControlWords, control_plot
from seedmetrics.report.heading import few
from seedmetrics.report.numbers import period_parts
from seedmetrics.report.view import View

MOST_MONTHS = 24
THREE_SIGMA = 0.9973002039367398  # two-sided normal probability of three standard errors

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Months:
    """
    Closure by month, with what stands out.

    Attributes
    ----------
    table : DataFrame
        Indexed by month: closed, due, rate, lower, upper; NaN where nothing is shown.
    mean : float
        The centre.
    outside : list of int
        Positions of the months beyond a limit.
    runs : list of tuple of str, int and int
        What runs there are ("shift_above", "shift_below", "trend_up", "trend_down"), first and last position.
    """

    table: pd.DataFrame
    mean: float
    outside: list[int]
    runs: list[tuple[str, int, int]]


def month_rows(view: View, units: Sequence[str]) -> pd.DataFrame:
    """Return closed and due by month of some units together, up to 24 months with something due at both ends."""
    table: pd.DataFrame = view.cases.months
    table = table[table["unit"].isin(list(units))].assign(month=lambda t: t["month"].astype(str))
    table = table.groupby("month")[["closed", "due"]].sum()
    months = sorted(view.cases.months["month"].astype(str).unique())[-MOST_MONTHS:]
    table = table.reindex(months, fill_value=0)
    used = np.flatnonzero(table["due"].to_numpy() > 0)
    return table.iloc[used[0] : used[-1] + 1] if used.size else table.iloc[:0]


def charted(view: View, table: pd.DataFrame, *, whole: bool) -> Months:
    """
    Return the months with limits and signals.

    Notes
    -----
    A unit has few cases a month, so its limits are the exact ones of a funnel around its own mean: a p chart is a
    funnel unrolled over time. A whole group has thousands, of which nearly every month is beyond chance: its limits
    are stretched to the spread between months that is always there (p′ chart). Runs are those of the chart's rules.
    """
    shown = (table["due"] > 0) & (table["due"] >= view.plan.minimum_denominator)
    closed = table["closed"].where(shown, 0).to_numpy(float)
    due = table["due"].where(shown, 0).to_numpy(float)
    chart = control_chart(closed, due, kind="p-prime" if whole else "p")
    mean = float(chart.centre[0])
    if whole:
        lower, upper = chart.lower, chart.upper
        outside = chart.signals.outside
    else:
        lower, upper = funnel_limits(due, mean, levels=THREE_SIGMA).T
        outside = beyond_limits(closed, due, lower, upper) != ""
        outside &= shown.to_numpy()
    limits = {"rate": chart.value, "lower": lower, "upper": upper}
    # A month without a point breaks no run: the months on either side of it are neighbors.
    at = np.flatnonzero(~np.isnan(chart.value))
    value = chart.value[at]
    runs = _runs(chart.signals.shift[at], value > mean, at, "shift_above", "shift_below")
    # A run begins with the point it rises or falls from, so its direction is that of the step after it.
    rises = np.append(np.diff(value) > 0, [False])
    runs += _runs(chart.signals.trend[at], rises, at, "trend_up", "trend_down")
    return Months(table.assign(**limits), mean, np.flatnonzero(outside).tolist(), runs)


def _runs(
    marked: Bools, first_kind: Bools, at: npt.NDArray[np.intp], yes: str, no: str
) -> list[tuple[str, int, int]]:
    """Return the stretches of marked months: what each is, by its first month, and the positions of its ends."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], marked, [False])).astype(int)))
    return [
        (yes if first_kind[start] else no, int(at[start]), int(at[stop - 1]))
        for start, stop in edges.reshape(-1, 2)
    ]


def control_finding(view: View, found: Months) -> str:
    """Return the title of the control chart: which months stand out, else a run, else that it is steady."""
    words, numbers, months = view.words, view.numbers, list(map(str, found.table.index))
    span = words("control.span", count=len(months))
    if found.outside:
        names = [numbers.period(months[k]) for k in found.outside]
        if len(names) > 2:
            text = words(
                "control.many", number=words.spelled(len(names)), span=span, count=len(names)
            )
            return words.sentence_case(text)
        return words("control.few", span=span, names=words.join(names), count=len(names))
    if found.runs:
        kind, start, stop = found.runs[-1]
        first, last = (numbers.period(months[k]) for k in (start, stop))
        return words(f"control.{kind}", count=stop - start + 1, first=first, last=last)
    return words("control.steady", span=span)


def control_figure(view: View, code: str, group: str) -> Figure | Gap:
    """Return the months of a unit with their limits; of the whole group where `code` is empty."""
    words, numbers = view.words, view.numbers
    units = [code] if code else list(map(str, view.standings(group=group).index))
    table = month_rows(view, units)
    if len(table) < 3 or table["due"].sum() < view.plan.minimum_denominator * len(table):
        title = view.title_of(words("control.none"), code=code, group=group)
        return Gap(title, words("control.none_why"))
    found = charted(view, table, whole=not code)
    months = list(map(str, found.table.index))
    title = view.title_of(control_finding(view, found), code=code, group=group)
    drawn = control_plot(
        found.table["rate"].tolist(),
        found.table["lower"].tolist(),
        found.table["upper"].tolist(),
        found.mean,
        ControlWords(
            words(f"control.axis_{view.cases.basis}"),
            words("control.upper"),
            words("control.lower"),
            words("control.mean", rate=numbers.share(found.mean)),
            month_labels(view, months),
            years_below(months),
            _signal_texts(view, found, months),
        ),
        runs=[k for _, start, stop in found.runs for k in range(start, stop + 1)],
        prefix="control" if code else f"control-{view.groups().index(group)}",
        alt=words(
            "control.alt",
            title=title,
            mean=numbers.share(found.mean),
            inside=len(months) - len(found.outside),
            of=len(months),
        ),
    )
    grid = Grid(
        words("control.caption", name=view.name(code) if code else view.group_title(group)),
        [words(f"control.head_{key}") for key in ("month", "share", "count", "limits")],
        [_cells(view, month, found.table.iloc[k]) for k, month in enumerate(months)],
    )
    texts = [words("control.subtitle" if code else "control.subtitle_whole")]
    texts += [words("control.hollow")] if found.runs else []
    return Figure(title, words.sentences(texts), drawn, grid, source_line(view))


def _signal_texts(view: View, found: Months, months: Sequence[str]) -> dict[int, tuple[str, str]]:
    """Return two lines for each month beyond a limit: its rate, and by how many of how many."""
    texts = {}
    for k in found.outside:
        row = found.table.iloc[k]
        side = "below" if row["rate"] < row["lower"] else "above"
        of = view.numbers.of(row["closed"], row["due"])
        rate = view.numbers.share(row["rate"])
        texts[k] = (
            view.words("control.signal", month=view.numbers.period(months[k]), rate=rate),
            view.words(f"control.{side}", of=of),
        )
    return texts


def _cells(view: View, month: str, row: pd.Series) -> list[str]:
    """Return one month of the figures behind the chart; few cases are withheld here too."""
    numbers, words = view.numbers, view.words
    name = numbers.period(month)
    if row["due"] == 0:
        return [name, words("absent.nothing_due").rstrip(words("list.stop")), "", ""]
    if view.few(row["due"]):
        return [name, words("absent.withheld_short", fewer=few(view)), "", ""]
    return [
        name,
        numbers.share(row["rate"]),
        numbers.of(row["closed"], row["due"]),
        numbers.interval(row["lower"], row["upper"]),
    ]


def month_labels(view: View, months: Sequence[str]) -> tuple[str, ...]:
    """Return which months are written at the axis: the first of each quarter, all where there are few."""
    step = 1 if len(months) <= 6 else 3
    return tuple(
        view.numbers.period_short(m) if step == 1 or period_parts(m)[1] % 3 == 1 else ""
        for m in months
    )
