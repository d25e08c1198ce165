"""Mechanism 9: the three meetings and one lesson, theme day, the first agenda item, the monthly checks."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from seedmetrics.errors import PlanError, did_you_mean
from seedmetrics.indicators.counting import begun, counts_by_unit, share
from seedmetrics.indicators.registry import indicator
from seedmetrics.records import District, Period

KINDS = ("member_meeting", "committee_meeting", "group_meeting", "party_lesson", "theme_day")
# A branch without a committee, or without groups, owes no such meeting.
OWED_BY = {"committee_meeting": "has_committee", "group_meeting": "has_groups"}
Frequencies = Mapping[str, str]


def _slots(period: Period, frequency: str, as_of: pd.Timestamp) -> list[Period]:
    """Return the months, quarters, halves or years of `period` in which a meeting was due by `as_of`."""
    # A half-yearly meeting is due in the quarter in which its half year ends.
    slots = sorted({Period.containing(month.start, frequency) for month in period.months()})
    return [slot for slot in slots if slot.end <= period.end and slot.over(as_of)]


def _held_of_due(
    district: District, period: Period, kind: str, frequencies: Frequencies
) -> pd.DataFrame:
    """Count, by unit, the meetings of one kind due and those of them held; surplus ones earn nothing."""
    if kind not in KINDS:
        hint = did_you_mean(kind, KINDS, f"kinds of meeting are {', '.join(KINDS)}")
        msg = f"`frequencies` names {kind!r}: {hint}"
        raise PlanError(msg)
    if kind not in frequencies:
        msg = (
            f"the plan's `frequencies` do not say how often {kind!r} is due: "
            f'add {kind} = "month" (or quarter, half, year)'
        )
        raise PlanError(msg)
    branches = district.table("branches")
    meetings = district.table("meetings")
    meetings = meetings[(meetings["kind"] == kind) & (meetings["date"] <= district.as_of)]
    if not begun(district.table("meetings")["date"], period):
        return pd.DataFrame({"due": [], "held": []})
    owing = branches[OWED_BY[kind]].fillna(value=False).astype(bool) if kind in OWED_BY else True
    due = held = pd.Series(0, index=branches.index)
    for slot in _slots(period, frequencies[kind], district.as_of):
        # A branch owes the meetings of every slot through the whole of which it existed.
        existed = ~(branches["founded"] > slot.start) & ~(branches["dissolved"] < slot.end)
        months = {str(month) for month in slot.months()}
        here = branches["branch"].isin(meetings.loc[meetings["month"].isin(months), "branch"])
        due = due + (existed & owing)
        held = held + (existed & owing & here)
    counts = pd.DataFrame({"unit": branches["unit"], "due": due, "held": held})
    return counts.groupby("unit").sum()


@indicator(
    "organisation_life.meeting_compliance",
    tables=["branches", "meetings"],
    unit="township",
    share=True,
)
def meeting_compliance(
    district: District, period: Period, *, frequencies: Frequencies
) -> pd.DataFrame:
    """Meetings, lessons and theme days held, of those due: the sum of min(held, due) over the sum of due."""
    parts = [_held_of_due(district, period, kind, frequencies) for kind in frequencies]
    total = pd.concat(parts).groupby(level=0).sum()
    return share(total["held"], total["due"])


def _compliance_of(kind: str) -> None:
    """Register the compliance of one kind of meeting."""

    @indicator(
        f"organisation_life.{kind}_compliance",
        tables=["branches", "meetings"],
        unit="township",
        share=True,
    )
    def compliance(district: District, period: Period, *, frequencies: Frequencies) -> pd.DataFrame:
        counts = _held_of_due(district, period, kind, frequencies)
        return share(counts["held"], counts["due"])


for _kind in KINDS:
    _compliance_of(_kind)


def _meetings_for(district: District, period: Period) -> pd.DataFrame:
    """Return the meetings held for the months of a period, with their unit."""
    months = {str(month) for month in period.months()}
    meetings = district.table("meetings")
    meetings = meetings[meetings["month"].isin(months) & (meetings["date"] <= district.as_of)]
    branches = district.table("branches").set_index("branch")
    return meetings.assign(unit=meetings["branch"].map(branches["unit"]))


@indicator(
    "organisation_life.first_item_rate",
    tables=["branches", "meetings"],
    unit="township",
    share=True,
)
def first_item_rate(district: District, period: Period) -> pd.DataFrame:
    """Meetings that minuted the first agenda item, of the meetings held of which that is recorded."""
    meetings = _meetings_for(district, period)
    known = meetings["first_item"].notna()
    counts = counts_by_unit(
        meetings["unit"], known=known, kept=meetings["first_item"], unknown=~known
    )
    return share(counts["kept"], counts["known"], counts["unknown"])


@indicator(
    "organisation_life.own_month_rate", tables=["branches", "meetings"], unit="township", share=True
)
def own_month_rate(district: District, period: Period) -> pd.DataFrame:
    """Meetings held in the month they were due for, of the meetings held."""
    meetings = _meetings_for(district, period)
    own = meetings["date"].dt.strftime("%Y-%m") == meetings["month"]
    counts = counts_by_unit(meetings["unit"], held=own | True, own=own)
    return share(counts["own"], counts["held"])


@indicator("organisation_life.checks_done", tables=["life_checks"], unit="township", share=True)
def checks_done(district: District, period: Period) -> pd.DataFrame:
    """Monthly checks, quarterly reviews and regular tests done, of those due."""
    checks = district.table("life_checks")
    due = period.contains(checks["due"]) & (checks["due"] <= district.as_of)
    counts = counts_by_unit(checks["unit"], due=due, done=due & (checks["done"] <= district.as_of))
    return share(counts["done"], counts["due"])
