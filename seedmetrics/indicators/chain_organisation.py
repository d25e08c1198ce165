"""Mechanism 14: the industry-chain alliance (organisations, instructor, joint meetings, problems closed)."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from seedmetrics.indicators.cases import Basis, share_of_due
from seedmetrics.indicators.counting import (
    begun,
    counts_by_unit,
    days_covered,
    end_of,
    full,
    last_moment,
    nothing_recorded,
    share,
)
from seedmetrics.indicators.registry import indicator
from seedmetrics.indicators.slots import slots
from seedmetrics.records import District, Period

CHANNELS = ("chain_meeting",)
LEVEL = "alliance"


def _alliance_of(district: District, chain: pd.Series) -> pd.Series:
    """Translate chain codes to the codes of the alliances they belong to."""
    return chain.map(district.table("chains").set_index("chain")["unit"])


def _members_with(district: District, period: Period, forms: Sequence[str]) -> pd.DataFrame:
    """Count the enterprises in the chains of each alliance on the last day, and those organised in one of `forms`."""
    rows = district.table("chain_enterprises")
    if not begun(rows["entered"], period):
        return nothing_recorded()
    last = last_moment(district, period)
    members = (rows["entered"] <= last) & ~(rows["left"] <= last)
    counts = counts_by_unit(
        _alliance_of(district, rows["chain"]),
        members=members,
        having=members & rows["form"].isin(list(forms)),
    )
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
    attendance=True,
)
def meeting_quarters(district: District, period: Period) -> pd.DataFrame:
    """Quarters with at least one minuted joint meeting, of the quarters of the period that are over."""
    if not begun(district.table("chain_meetings")["date"], period):
        return nothing_recorded()
    quarters = slots(period, "quarter", district.as_of)
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
    return share_of_due(district, period, "closed", channels=channels, basis=basis)


@indicator(
    "chain_organisation.activities_per_quarter",
    tables=["chains", "chain_meetings"],
    unit=LEVEL,
    exact=True,
    attendance=True,
)
def activities_per_quarter(district: District, period: Period) -> pd.DataFrame:
    """Joint trainings and shared activities, for each quarter of the period that is over."""
    if not begun(district.table("chain_meetings")["date"], period):
        return nothing_recorded()
    quarters = slots(period, "quarter", district.as_of)
    held: list[str] = []
    for quarter in quarters:
        events = chain_events(district, quarter)
        held += list(events.loc[events["kind"].isin(["training", "activity"]), "chain"])
    number = pd.Series(held, dtype="str").value_counts().astype("float64")
    result = _by_alliance(district, number, float(len(quarters)))
    return full(result["numerator"], result["denominator"])
