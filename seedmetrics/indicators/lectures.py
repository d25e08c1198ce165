"""Mechanism 8: leaders teach: each of them gives a lesson at least once a year."""

from __future__ import annotations

import pandas as pd

from seedmetrics.indicators.counting import (
    Window,
    begun,
    counts_by_unit,
    full,
    kept,
    last_moment,
    nothing_recorded,
    running,
    share,
    span_of,
)
from seedmetrics.indicators.options import number_option
from seedmetrics.indicators.registry import indicator
from seedmetrics.records import District, Period

TABLES = ("leaders", "lectures")
LEVELS = ("township", "department")


def _teaching(district: District, period: Period, window: Window) -> pd.DataFrame | None:
    """
    Return the leaders with their lessons; None where no lesson had been given by the end of the period.

    Columns unit, in_post (on the last day), left (in post in the window, and no more on the last day), lessons
    (given in the window while in post), elsewhere (given in the window before or after).
    """
    lectures = district.table("lectures")
    if not begun(lectures["date"], period):
        return None
    span = span_of(period, window)
    return kept(district, ("lectures", span), lambda: _counted(district, span))


def _counted(district: District, span: Period) -> pd.DataFrame:
    """Count the lessons of each leader in a span of time."""
    leaders = district.table("leaders").set_index("leader")
    lectures = district.table("lectures")
    given = lectures[span.contains(lectures["date"]) & (lectures["date"] <= district.as_of)]
    start, end = given["leader"].map(leaders["from"]), given["leader"].map(leaders["to"])
    serving = ~(given["date"] < start) & ~(given["date"].dt.normalize() > end)
    last = last_moment(district, span)
    in_post = running(leaders["from"], leaders["to"], last)
    served = ~(leaders["from"] > last) & ~(leaders["to"] < span.start)
    return pd.DataFrame(
        {
            "unit": leaders["unit"],
            "in_post": in_post,
            "left": served & ~in_post,
            "lessons": given.loc[serving, "leader"].value_counts(),
            "elsewhere": given.loc[~serving, "leader"].value_counts(),
        },
        index=leaders.index,
    ).fillna({"lessons": 0, "elsewhere": 0})


@indicator(
    "lectures.leaders_who_taught",
    tables=TABLES,
    unit=LEVELS,
    share=True,
    persons=True,
    attendance=True,
)
def leaders_who_taught(
    district: District, period: Period, *, lessons: int = 1, window: Window = "period"
) -> pd.DataFrame:
    """
    Leaders in post on the last day who gave at least `lessons` lessons, of all leaders in post on that day.

    A lesson counts that was given while in post. A leader who has left is not counted, with or without lessons, and
    stands beside the share as excluded.
    """
    least = number_option(lessons, "lessons", least=1, whole=True)
    leaders = _teaching(district, period, window)
    if leaders is None:
        return nothing_recorded()
    counts = counts_by_unit(
        leaders["unit"],
        in_post=leaders["in_post"],
        taught=leaders["in_post"] & (leaders["lessons"] >= least),
        left=leaders["left"],
    )
    return share(counts["taught"], counts["in_post"], counts["left"])


@indicator(
    "lectures.lectures_per_leader",
    tables=TABLES,
    unit=LEVELS,
    exact=True,
    persons=True,
    attendance=True,
)
def lectures_per_leader(
    district: District, period: Period, *, window: Window = "period"
) -> pd.DataFrame:
    """
    Lessons given by the leaders in post on the last day, for each of them.

    Excluded are lessons of the window by leaders who have left, and those given before or after the time in post.
    """
    leaders = _teaching(district, period, window)
    if leaders is None:
        return nothing_recorded()
    sums = pd.DataFrame(
        {
            "lessons": leaders["lessons"].where(leaders["in_post"], 0),
            "in_post": leaders["in_post"],
            "left_out": leaders["lessons"].where(~leaders["in_post"], 0) + leaders["elsewhere"],
        }
    )
    sums = sums.groupby(leaders["unit"]).sum()
    return full(sums["lessons"], sums["in_post"]).assign(excluded=sums["left_out"])
