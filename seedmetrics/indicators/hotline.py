"""Mechanism 11: the business-environment line, the one-stop platform and the service room (cases by channel)."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from seedmetrics.indicators.cases import Basis, case_counts, open_overdue_days, select_cases
from seedmetrics.indicators.counting import begun, counts_by_unit, nothing_recorded, share
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
    cases = select_cases(district, channels)
    limit = cases["opened"] + pd.Timedelta(hours=within_hours)
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
    counts = case_counts(district, period, channels=channels, basis=basis)
    return share(counts["closed"], counts["due"], counts["excluded"] + counts["no_due_date"])


@indicator("hotline.on_time_rate", tables=["cases"], unit=LEVELS, share=True, same_cases="counted")
def on_time_rate(
    district: District, period: Period, *, basis: Basis = "due", channels: Sequence[str] = CHANNELS
) -> pd.DataFrame:
    """Cases closed not after their due date, of those that the plan's basis counts in the period."""
    counts = case_counts(district, period, channels=channels, basis=basis)
    return share(counts["on_time"], counts["due"], counts["excluded"] + counts["no_due_date"])


@indicator(
    "hotline.resolution_rate", tables=["cases"], unit=LEVELS, share=True, same_cases="called back"
)
def resolution_rate(
    district: District, period: Period, *, basis: Basis = "due", channels: Sequence[str] = CHANNELS
) -> pd.DataFrame:
    """Cases that the caller says are resolved, of the closed cases called back with an answer."""
    counts = case_counts(district, period, channels=channels, basis=basis)
    known = counts["resolve_known"]
    return share(counts["resolved"], known, counts["closed"] - known)


@indicator(
    "hotline.satisfaction_rate", tables=["cases"], unit=LEVELS, share=True, same_cases="called back"
)
def satisfaction_rate(
    district: District, period: Period, *, basis: Basis = "due", channels: Sequence[str] = CHANNELS
) -> pd.DataFrame:
    """Cases with whose handling the caller is satisfied, of the closed cases called back with an answer."""
    counts = case_counts(district, period, channels=channels, basis=basis)
    known = counts["satisfy_known"]
    return share(counts["satisfied"], known, counts["closed"] - known)


@indicator("hotline.exclusion_rate", tables=["cases"], unit=LEVELS, share=True)
def exclusion_rate(
    district: District, period: Period, *, channels: Sequence[str] = CHANNELS
) -> pd.DataFrame:
    """Cases excluded on application, of all cases opened in the period."""
    counts = case_counts(district, period, channels=channels, basis="received")
    return share(counts["excluded_received"], counts["received"])


@indicator("hotline.reopening_rate", tables=["cases"], unit=LEVELS, share=True)
def reopening_rate(
    district: District, period: Period, *, basis: Basis = "due", channels: Sequence[str] = CHANNELS
) -> pd.DataFrame:
    """Cases opened again after they had been closed, of the closed cases of which that is recorded."""
    counts = case_counts(district, period, channels=channels, basis=basis)
    known = counts["reopen_known"]
    return share(counts["reopened"], known, counts["closed"] - known)


@indicator("hotline.backlog", tables=["cases"], unit=LEVELS, exact=True)
def backlog(
    district: District, period: Period, *, channels: Sequence[str] = CHANNELS
) -> pd.DataFrame:
    """Cases past their due date and still open when the period ends (a count)."""
    if not begun(select_cases(district, channels)["opened"], period):
        return nothing_recorded()
    counts = case_counts(district, period, channels=channels, basis="due")
    return pd.DataFrame({"value": counts["open_overdue"], "numerator": counts["open_overdue"]})


@indicator("hotline.backlog_age", tables=["cases"], unit=LEVELS, exact=True)
def backlog_age(
    district: District, period: Period, *, channels: Sequence[str] = CHANNELS
) -> pd.DataFrame:
    """Median days past the due date of the backlog; no value where there is none."""
    late = open_overdue_days(district, period, channels=channels)
    grouped = late.groupby("unit")["days"]
    return pd.DataFrame({"value": grouped.median(), "denominator": grouped.size()})
