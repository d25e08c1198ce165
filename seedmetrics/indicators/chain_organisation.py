"""Mechanism 14: the industry-chain alliance (organisations, instructor, joint meetings, problems closed)."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from seedmetrics.indicators.cases import Basis, case_counts
from seedmetrics.indicators.counting import (
    begun,
    counts_by_unit,
    days_covered,
    end_of,
    nothing_recorded,
    share,
)
from seedmetrics.indicators.registry import indicator
from seedmetrics.records import District, Period

CHANNELS = ("chain_meeting",)
LEVEL = "alliance"


def _members(district: District, period: Period) -> pd.DataFrame:
    """Return the enterprises in each chain on the last day of the period, with the alliance's code."""
    last = end_of(district, period) - pd.Timedelta(microseconds=1)
    rows = district.table("chain_enterprises")
    rows = rows[(rows["entered"] <= last) & ~(rows["left"] <= last)]
    return rows.assign(unit=_alliance_of(district, rows["chain"]))


def _alliance_of(district: District, chain: pd.Series) -> pd.Series:
    """Translate chain codes to the codes of the alliances they belong to."""
    return chain.map(district.table("chains").set_index("chain")["unit"])


def _quarters(district: District, period: Period) -> list[Period]:
    """Return the quarters of the period that are over."""
    quarters = sorted({Period.containing(month.start, "quarter") for month in period.months()})
    return [q for q in quarters if q.end <= period.end and q.over(district.as_of)]


def _members_with(district: District, period: Period, forms: Sequence[str]) -> pd.DataFrame:
    """Count the members of each alliance, and those organised in one of `forms`."""
    members = _members(district, period)
    having = members["form"].isin(list(forms))
    counts = counts_by_unit(members["unit"], members=having | True, having=having)
    return share(counts["having"], counts["members"])


@indicator(
    "chain_organisation.organisation_coverage",
    tables=["chains", "chain_enterprises"],
    unit=LEVEL,
    share=True,
)
def organisation_coverage(district: District, period: Period) -> pd.DataFrame:
    """Member enterprises with a Party organisation, single or joint, of those in the chain at the period's end."""
    return _members_with(district, period, ("single", "joint"))


@indicator(
    "chain_organisation.single_share",
    tables=["chains", "chain_enterprises"],
    unit=LEVEL,
    share=True,
)
def single_share(district: District, period: Period) -> pd.DataFrame:
    """Member enterprises with an organisation of their own, of those in the chain at the period's end."""
    return _members_with(district, period, ("single",))


@indicator(
    "chain_organisation.joint_share",
    tables=["chains", "chain_enterprises"],
    unit=LEVEL,
    share=True,
)
def joint_share(district: District, period: Period) -> pd.DataFrame:
    """Member enterprises in a joint organisation, of those in the chain at the period's end."""
    return _members_with(district, period, ("joint",))


def _by_alliance(district: District, counted: pd.Series, most: float) -> pd.DataFrame:
    """Sum what was counted for each chain, of `most` a chain, over the chains of each alliance."""
    chains = district.table("chains").set_index("chain")["unit"]
    counts = pd.DataFrame(
        {"unit": chains, "counted": counted.reindex(chains.index, fill_value=0.0), "most": most}
    )
    sums = counts.groupby("unit")[["counted", "most"]].sum()
    return share(sums["counted"], sums["most"])


def _days_in_post(
    district: District, period: Period, chain: pd.Series, start: pd.Series, end: pd.Series
) -> pd.DataFrame:
    """Count the days on which a post was filled, of the days of the period up to `as_of`."""
    if not begun(start, period):
        return nothing_recorded()
    stop = end_of(district, period)
    filled = days_covered(chain, start, end, first=period.start, stop=stop)
    days = len(pd.date_range(period.start, stop, inclusive="left", freq="D"))
    return _by_alliance(district, filled, float(days))


@indicator(
    "chain_organisation.secretary_in_post",
    tables=["chains"],
    unit=LEVEL,
    share=True,
    exact=True,
)
def secretary_in_post(district: District, period: Period) -> pd.DataFrame:
    """Days on which the leading enterprise's Party secretary was in post, of the days of the period."""
    chains = district.table("chains")
    return _days_in_post(
        district, period, chains["chain"], chains["secretary_from"], chains["secretary_to"]
    )


@indicator(
    "chain_organisation.instructor_days",
    tables=["chains", "instructors"],
    unit=LEVEL,
    share=True,
    exact=True,
)
def instructor_days(district: District, period: Period) -> pd.DataFrame:
    """Days on which the chain had its full-time instructor, of the days of the period."""
    posts = district.table("instructors")
    return _days_in_post(district, period, posts["chain"], posts["from"], posts["to"])


def chain_events(district: District, period: Period) -> pd.DataFrame:
    """Return the meetings, trainings and activities of the period, with the alliance's code as ``unit``."""
    meetings = district.table("chain_meetings")
    held = period.contains(meetings["date"]) & (meetings["date"] <= district.as_of)
    meetings = meetings[held]
    return meetings.assign(unit=_alliance_of(district, meetings["chain"]))


@indicator(
    "chain_organisation.meeting_quarters",
    tables=["chains", "chain_meetings"],
    unit=LEVEL,
    share=True,
    exact=True,
)
def meeting_quarters(district: District, period: Period) -> pd.DataFrame:
    """Quarters with at least one minuted joint meeting, of the quarters of the period that are over."""
    if not begun(district.table("chain_meetings")["date"], period):
        return nothing_recorded()
    quarters = _quarters(district, period)
    held = []
    for quarter in quarters:
        events = chain_events(district, quarter)
        minuted = events["minuted"].fillna(value=False).astype(bool)
        held += sorted(set(events.loc[(events["kind"] == "joint_meeting") & minuted, "chain"]))
    met = pd.Series(held, dtype="str").value_counts().astype("float64")
    return _by_alliance(district, met, float(len(quarters)))


@indicator("chain_organisation.problem_closure_rate", tables=["cases"], unit=LEVEL, share=True)
def problem_closure_rate(
    district: District, period: Period, *, basis: Basis = "due", channels: Sequence[str] = CHANNELS
) -> pd.DataFrame:
    """Problems raised at the alliance's meetings and closed, of those that the plan's basis counts."""
    counts = case_counts(district, period, channels=channels, basis=basis)
    return share(counts["closed"], counts["due"], counts["excluded"] + counts["no_due_date"])


@indicator(
    "chain_organisation.activities_per_quarter",
    tables=["chains", "chain_meetings"],
    unit=LEVEL,
    exact=True,
)
def activities_per_quarter(district: District, period: Period) -> pd.DataFrame:
    """Joint trainings and shared activities, for each quarter of the period that is over."""
    if not begun(district.table("chain_meetings")["date"], period):
        return nothing_recorded()
    quarters = _quarters(district, period)
    kinds = [chain_events(district, quarter) for quarter in quarters]
    held = [event.loc[event["kind"].isin(["training", "activity"]), "chain"] for event in kinds]
    counts = (
        pd.concat(held).value_counts().astype("float64") if held else pd.Series(dtype="float64")
    )
    result = _by_alliance(district, counts, float(len(quarters)))
    value = result["numerator"] / result["denominator"].where(result["denominator"] > 0)
    return result.assign(value=value)
