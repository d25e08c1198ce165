"""Mechanism 16: temporary branches on key projects, cleared land handed over, long-delayed projects closed out."""

from __future__ import annotations

import pandas as pd

from seedmetrics.indicators.cases import median_by_unit
from seedmetrics.indicators.counting import (
    Window,
    begun,
    counts_by_unit,
    kept,
    last_moment,
    nothing_recorded,
    share,
    span_of,
)
from seedmetrics.indicators.registry import indicator
from seedmetrics.records import District, Period

LEVEL = "township"
WITH_BRANCH = ("key_project", "clearance")


def _projects(district: District, period: Period) -> pd.DataFrame | None:
    """Return the projects begun by the end of a period (or without a date of it); None where there was none yet."""
    projects = district.table("projects")
    if not (begun(projects["started"], period) or projects["started"].isna().any()):
        return None
    return projects.assign(known=~(projects["started"] > last_moment(district, period)))


def _judged(district: District, period: Period, window: Window) -> pd.DataFrame | None:
    """
    Say of each project how it stands to its planned day; None where there was none yet.

    Columns unit, counted (planned for the window and decided, or finished in it), finished, on_time, waiting (planned
    for a day of the window that is still to come, and open), days (late, from the planned day to that of finishing or
    to the last day known; below 0 where early).
    """
    span = span_of(period, window)
    projects = _projects(district, span)
    if projects is None:
        return None
    return kept(district, ("projects", span), lambda: _flags(district, span, projects))


def _flags(district: District, span: Period, projects: pd.DataFrame) -> pd.DataFrame:
    """Judge, as `_judged` says."""
    last = last_moment(district, span)
    planned, actual = projects["planned"], projects["actual"]
    finished = actual <= last
    here = span.contains(planned)
    counted = (here & ((planned <= last) | finished)) | (finished & span.contains(actual))
    until = actual.where(finished, last).dt.normalize()
    return pd.DataFrame(
        {
            "unit": projects["unit"],
            "counted": counted,
            "finished": finished,
            "on_time": counted & finished & (actual <= planned),
            "waiting": here & ~counted,
            "days": (until - planned.dt.normalize()).dt.days,
        }
    )


@indicator("projects.with_branch", tables=["projects"], unit=LEVEL, share=True, exact=True)
def with_branch(district: District, period: Period) -> pd.DataFrame:
    """Key projects and clearances with a branch by the period's end, of those under way at any time in the period."""
    projects = _projects(district, period)
    if projects is None:
        return nothing_recorded()
    meant = projects["kind"].isin(WITH_BRANCH) & projects["known"]
    meant &= ~(projects["actual"] < period.start)
    founded = projects["branch_founded"] <= last_moment(district, period)
    counts = counts_by_unit(projects["unit"], meant=meant, having=meant & founded)
    return share(counts["having"], counts["meant"])


@indicator("projects.on_or_ahead", tables=["projects"], unit=LEVEL, share=True, exact=True)
def on_or_ahead(district: District, period: Period, *, window: Window = "period") -> pd.DataFrame:
    """
    Projects finished on or before their planned day, of those planned for the window or finished in it.

    One that is open past its planned day is not on time. One that was late counts in the window it was planned for and
    again in that in which it was finished. What is planned for later and still open is excluded.
    """
    projects = _judged(district, period, window)
    if projects is None:
        return nothing_recorded()
    counts = counts_by_unit(
        projects["unit"],
        counted=projects["counted"],
        on_time=projects["on_time"],
        waiting=projects["waiting"],
    )
    return share(counts["on_time"], counts["counted"], counts["waiting"])


@indicator("projects.days_ahead", tables=["projects"], unit=LEVEL)
def days_ahead(
    district: District,
    period: Period,
    *,
    window: Window = "period",
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """
    Median days from finishing to the planned day: above 0 ahead of plan, below 0 behind; open projects are censored.

    The projects are those of `on_or_ahead`. One that is open past its planned day is known to be at least so many days
    behind. There is no median where fewer than half are finished.
    """
    projects = _judged(district, period, window)
    if projects is None:
        return nothing_recorded()
    rows = projects[projects["counted"]]
    # The curve needs days from 0 up, and moves with them: those of the earliest project are taken as 0.
    earliest = rows["days"].min() if len(rows) else 0
    late = median_by_unit(
        rows["unit"],
        rows["days"] - earliest,
        rows["finished"],
        confidence_level=confidence_level,
    )
    late = late.reindex(projects["unit"].unique())
    counts = late[["numerator", "denominator"]].fillna(0)
    ahead = {
        "value": 0.0 - (late["value"] + earliest),
        "low": 0.0 - (late["high"] + earliest),
        "high": 0.0 - (late["low"] + earliest),
    }
    return counts.assign(**ahead)


@indicator("projects.delayed_closed_out", tables=["projects"], unit=LEVEL, share=True, exact=True)
def delayed_closed_out(district: District, period: Period) -> pd.DataFrame:
    """Long-delayed projects closed out by the period's end, of all of them; a unit without any has 0 of 0."""
    projects = _projects(district, period)
    if projects is None:
        return nothing_recorded()
    delayed = (projects["kind"] == "delayed") & projects["known"]
    done = projects["actual"] <= last_moment(district, period)
    counts = counts_by_unit(projects["unit"], delayed=delayed, done=delayed & done)
    counts = counts.reindex(district.units_at(LEVEL).index, fill_value=0)
    return share(counts["done"], counts["delayed"])
