"""Mechanism 9: the three meetings and one lesson, theme day, the first agenda item, the monthly checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from seedmetrics.errors import PlanError, did_you_mean
from seedmetrics.indicators.counting import (
    Grouping,
    Mask,
    begun,
    counts_by_unit,
    kept,
    nothing_recorded,
    share,
)
from seedmetrics.indicators.options import known_keys, table_option
from seedmetrics.indicators.registry import indicator
from seedmetrics.indicators.slots import slots
from seedmetrics.records import District, Period

KINDS = ("member_meeting", "committee_meeting", "group_meeting", "party_lesson", "theme_day")
STRETCHES = ("month", "quarter", "half", "year")
EXAMPLE = '{ member_meeting = "quarter", theme_day = "month" }'
# A branch without a committee, or without groups, owes no such meeting.
OWED_BY = {"committee_meeting": "has_committee", "group_meeting": "has_groups"}
Frequencies = Mapping[str, str]


def _checked(frequencies: Frequencies) -> Frequencies:
    """Refuse kinds of meeting and stretches of time that there are not."""
    table = table_option(frequencies, "frequencies", EXAMPLE)
    known_keys(table, "frequencies", KINDS)
    for kind, stretch in table.items():
        if stretch not in STRETCHES:
            hint = did_you_mean(str(stretch), STRETCHES, f"write {', '.join(STRETCHES)}")
            msg = (
                f"`frequencies.{kind}` is no stretch of time that there is, got {stretch!r}: {hint}"
            )
            raise PlanError(msg)
    return table


def _held_of_due(
    district: District, period: Period, kind: str, frequencies: Frequencies
) -> pd.DataFrame:
    """Count, by unit, the meetings of one kind due and those of them held; surplus ones earn nothing."""
    if kind not in _checked(frequencies):
        msg = (
            f"the plan's `frequencies` do not say how often {kind!r} is due: "
            f'add {kind} = "month" (or quarter, half, year)'
        )
        raise PlanError(msg)
    stretch = frequencies[kind]
    key = ("organisation_life", period, kind, stretch)
    return kept(district, key, lambda: _counted(district, period, kind, stretch))


def _counted(district: District, period: Period, kind: str, stretch: str) -> pd.DataFrame:
    """Count, as `_held_of_due` says."""
    if not begun(_meetings(district)["date"], period):
        return pd.DataFrame({"due": [], "held": []})
    branches = kept(district, "organisation_life.branches", lambda: _Branches.of(district))
    months, places = kept(
        district, ("organisation_life.held", kind), lambda: _held(_meetings(district), kind)
    )
    owing = branches.owing.get(kind)
    due = held = np.zeros(len(branches.founded), dtype=np.int64)
    # A half-yearly meeting is due in the quarter in which its half year ends.
    for slot in slots(period, stretch, district.as_of):
        start, end = slot.start.to_datetime64(), slot.end.to_datetime64()
        # A branch owes the meetings of every slot through the whole of which it existed.
        owed = ~(branches.founded > start) & ~(branches.dissolved < end)
        owed = owed if owing is None else owed & owing
        first = _month_number(slot)
        inside = slice(*np.searchsorted(months, [first, first + slot.length]))
        met = np.zeros(len(owed), dtype=bool)
        met[places[inside]] = True
        due, held = due + owed, held + (owed & met)
    units = branches.units
    return pd.DataFrame({"due": units.sum(due), "held": units.sum(held)}, index=units.units)


@dataclass(frozen=True, slots=True, eq=False)
class _Branches:
    """The branches as arrays: their units, their days, and which owe the kinds that not all owe."""

    units: Grouping
    founded: npt.NDArray[np.datetime64]
    dissolved: npt.NDArray[np.datetime64]
    owing: dict[str, Mask]

    @classmethod
    def of(cls, district: District) -> _Branches:
        """Take the table of branches apart."""
        table = district.table("branches")
        owing = {
            kind: table[column].eq(other=True).to_numpy(dtype=bool, na_value=False)
            for kind, column in OWED_BY.items()
        }
        founded, dissolved = table["founded"].to_numpy(), table["dissolved"].to_numpy()
        return cls(Grouping.of(table["unit"]), founded, dissolved, owing)


def _held(meetings: pd.DataFrame, kind: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return months and branches of the meetings held of one kind, by month."""
    of_kind = meetings[meetings["kind"] == kind].sort_values("month_number")
    return of_kind["month_number"].to_numpy(), of_kind["place"].to_numpy()


def _month_number(period: Period) -> int:
    """Return the number of a period's first month, counted without a break from year to year."""
    return 12 * period.year + period.month


def _meetings(district: District) -> pd.DataFrame:
    """
    Return all meetings held up to `as_of`.

    Columns added: unit, place (the row of the branch in its table, from 0), month_number, own (held in its month).
    """
    return kept(district, "organisation_life.meetings", lambda: _placed(district))


def _placed(district: District) -> pd.DataFrame:
    """Return the meetings, as `_meetings` says."""
    meetings, branches = district.table("meetings"), district.table("branches")
    meetings = meetings[meetings["date"] <= district.as_of]
    place = pd.Index(branches["branch"]).get_indexer(meetings["branch"])
    numbers = {text: _month_number(Period.parse(text)) for text in meetings["month"].unique()}
    number = meetings["month"].map(numbers)
    return meetings.assign(
        unit=branches["unit"].to_numpy()[place],
        place=place,
        month_number=number,
        own=12 * meetings["date"].dt.year + meetings["date"].dt.month == number,
    )


def _inside(meetings: pd.DataFrame, period: Period) -> pd.Series:
    """Say which meetings were held for the months of a period."""
    first = _month_number(period)
    return meetings["month_number"].between(first, first + period.length - 1)


@indicator(
    "organisation_life.meeting_compliance",
    tables=["branches", "meetings"],
    unit="township",
    share=True,
    attendance=True,
)
def meeting_compliance(
    district: District, period: Period, *, frequencies: Frequencies
) -> pd.DataFrame:
    """Meetings, lessons and theme days held, of those due: the sum of min(held, due) over the sum of due."""
    parts = [_held_of_due(district, period, kind, frequencies) for kind in _checked(frequencies)]
    if not parts:
        msg = f"`frequencies` names no kind of meeting: write {EXAMPLE}"
        raise PlanError(msg)
    total = pd.concat(parts).groupby(level=0).sum()
    return share(total["held"], total["due"])


def _compliance_of(kind: str) -> None:
    """Register the compliance of one kind of meeting."""

    @indicator(
        f"organisation_life.{kind}_compliance",
        tables=["branches", "meetings"],
        unit="township",
        share=True,
        attendance=True,
    )
    def compliance(district: District, period: Period, *, frequencies: Frequencies) -> pd.DataFrame:
        """Meetings of one kind held, of those due; a branch owes those of every stretch it existed through."""
        counts = _held_of_due(district, period, kind, frequencies)
        return share(counts["held"], counts["due"])


for _kind in KINDS:
    _compliance_of(_kind)


@indicator(
    "organisation_life.first_item_rate",
    tables=["branches", "meetings"],
    unit="township",
    share=True,
    attendance=True,
)
def first_item_rate(district: District, period: Period) -> pd.DataFrame:
    """Meetings that minuted the first agenda item, of the meetings held of which that is recorded."""
    meetings = _meetings(district)
    if not begun(meetings["date"], period):
        return nothing_recorded()
    inside = _inside(meetings, period)
    known = inside & meetings["first_item"].notna()
    counts = counts_by_unit(
        meetings["unit"],
        known=known,
        kept=known & meetings["first_item"].eq(other=True),
        unknown=inside & ~known,
    )
    return share(counts["kept"], counts["known"], counts["unknown"])


@indicator(
    "organisation_life.own_month_rate",
    tables=["branches", "meetings"],
    unit="township",
    share=True,
    attendance=True,
)
def own_month_rate(district: District, period: Period) -> pd.DataFrame:
    """Meetings held in the month they were due for, of the meetings held."""
    meetings = _meetings(district)
    if not begun(meetings["date"], period):
        return nothing_recorded()
    inside = _inside(meetings, period)
    counts = counts_by_unit(meetings["unit"], held=inside, own=inside & meetings["own"])
    return share(counts["own"], counts["held"])


@indicator(
    "organisation_life.checks_done",
    tables=["life_checks"],
    unit="township",
    share=True,
    attendance=True,
)
def checks_done(district: District, period: Period) -> pd.DataFrame:
    """Monthly checks, quarterly reviews and regular tests done, of those due."""
    checks = district.table("life_checks")
    if not begun(checks["due"], period):
        return nothing_recorded()
    due = period.contains(checks["due"]) & (checks["due"] <= district.as_of)
    counts = counts_by_unit(checks["unit"], due=due, done=due & (checks["done"] <= district.as_of))
    return share(counts["done"], counts["due"])
