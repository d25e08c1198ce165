"""Mechanism 11: the business-environment line, the one-stop platform and the service room (cases by channel)."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from seedmetrics.indicators.cases import (
    Basis,
    open_overdue_days,
    recorded_counts,
    select_cases,
    share_of_due,
)
from seedmetrics.indicators.counting import begun, counts_by_unit, nothing_recorded, share
from seedmetrics.indicators.options import number_option
from seedmetrics.indicators.registry import indicator
from seedmetrics.records import District, Period

CHANNELS = ("business_110", "one_stop", "smart_room", "hotline")
LEVELS = ("township", "department")


@indicator("hotline.response_rate", tables=["cases"], unit=LEVELS, share=True)
def response_rate(
    district: District,
    period: Period,
    *,
    within_hours: float,
    channels: Sequence[str] = CHANNELS,
) -> pd.DataFrame:
    """Cases passed on within `within_hours` of being opened, of those opened whose hours have run out."""
    hours = number_option(within_hours, "within_hours", least=0)
    cases = select_cases(district, channels)
    if not begun(cases["opened"], period):
        return nothing_recorded()
    limit = cases["opened"] + pd.Timedelta(hours=hours)
    opened = period.contains(cases["opened"]) & (limit <= district.as_of)
    kept = cases["excluded"] == ""
    counts = counts_by_unit(
        cases["unit"],
        counted=opened & kept,
        in_time=opened & kept & (cases["dispatched"] <= limit),
        excluded=opened & ~kept,
    )
    return share(counts["in_time"], counts["counted"], counts["excluded"])


@indicator("hotline.closure_rate", tables=["cases"], unit=LEVELS, share=True, same_cases="counted")
def closure_rate(
    district: District, period: Period, *, basis: Basis = "due", channels: Sequence[str] = CHANNELS
) -> pd.DataFrame:
    """Cases closed, of those that the plan's basis counts in the period."""
    return share_of_due(district, period, "closed", channels=channels, basis=basis)


@indicator("hotline.on_time_rate", tables=["cases"], unit=LEVELS, share=True, same_cases="counted")
def on_time_rate(
    district: District, period: Period, *, basis: Basis = "due", channels: Sequence[str] = CHANNELS
) -> pd.DataFrame:
    """Cases closed not after their due date, of those that the plan's basis counts in the period."""
    return share_of_due(district, period, "on_time", channels=channels, basis=basis)


@indicator(
    "hotline.resolution_rate", tables=["cases"], unit=LEVELS, share=True, same_cases="called back"
)
def resolution_rate(
    district: District, period: Period, *, basis: Basis = "due", channels: Sequence[str] = CHANNELS
) -> pd.DataFrame:
    """Cases that the caller says are resolved, of the closed cases called back with an answer."""
    counts = recorded_counts(district, period, channels=channels, basis=basis)
    known = counts["resolve_known"]
    return share(counts["resolved"], known, counts["closed"] - known)


@indicator(
    "hotline.satisfaction_rate", tables=["cases"], unit=LEVELS, share=True, same_cases="called back"
)
def satisfaction_rate(
    district: District, period: Period, *, basis: Basis = "due", channels: Sequence[str] = CHANNELS
) -> pd.DataFrame:
    """Cases with whose handling the caller is satisfied, of the closed cases called back with an answer."""
    counts = recorded_counts(district, period, channels=channels, basis=basis)
    known = counts["satisfy_known"]
    return share(counts["satisfied"], known, counts["closed"] - known)


@indicator("hotline.exclusion_rate", tables=["cases"], unit=LEVELS, share=True)
def exclusion_rate(
    district: District, period: Period, *, channels: Sequence[str] = CHANNELS
) -> pd.DataFrame:
    """Cases excluded on application, of all cases opened in the period."""
    counts = recorded_counts(district, period, channels=channels, basis="received")
    return share(counts["excluded_received"], counts["received"])


@indicator("hotline.reopening_rate", tables=["cases"], unit=LEVELS, share=True)
def reopening_rate(
    district: District, period: Period, *, basis: Basis = "due", channels: Sequence[str] = CHANNELS
) -> pd.DataFrame:
    """Cases opened again after they had been closed, of the closed cases of which that is recorded."""
    counts = recorded_counts(district, period, channels=channels, basis=basis)
    known = counts["reopen_known"]
    return share(counts["reopened"], known, counts["closed"] - known)


@indicator("hotline.backlog", tables=["cases"], unit=LEVELS, exact=True)
def backlog(
    district: District, period: Period, *, channels: Sequence[str] = CHANNELS
) -> pd.DataFrame:
    """Cases past their due date and still open when the period ends (a count), of all cases then open."""
    counts = recorded_counts(district, period, channels=channels, basis="due")
    late = counts["open_overdue"]
    return pd.DataFrame({"value": late, "numerator": late, "denominator": counts["open"]})


@indicator("hotline.backlog_age", tables=["cases"], unit=LEVELS, exact=True)
def backlog_age(
    district: District, period: Period, *, channels: Sequence[str] = CHANNELS
) -> pd.DataFrame:
    """
    Median days past the due date of the backlog; no value where there is none.

    The numerator is the days of all its cases together, the denominator their number.
    """
    late = open_overdue_days(district, period, channels=channels)
    units = recorded_counts(district, period, channels=channels, basis="due").index
    days = late.groupby("unit")["days"]
    result = pd.DataFrame(
        {"value": days.median(), "numerator": days.sum(), "denominator": days.size()}
    )
    return result.reindex(units).fillna({"numerator": 0, "denominator": 0})
