"""Mechanism 19: elders' and ceremony councils, the square fair, service points and the services given."""

from __future__ import annotations

import pandas as pd

from seedmetrics.indicators.counting import (
    Window,
    begun,
    counts_by_unit,
    full,
    last_moment,
    nothing_recorded,
    running,
    share,
    span_of,
)
from seedmetrics.indicators.places import population, with_townships
from seedmetrics.indicators.registry import indicator
from seedmetrics.indicators.slots import slots
from seedmetrics.records import District, Period

LEVEL = "township"
PER = 1000


def _villages_with(district: District, period: Period, kind: str) -> pd.DataFrame:
    """Count the villages that have a council of one kind at the end of the period, of all villages."""
    bodies = district.table("community_bodies")
    bodies = bodies[bodies["kind"] == kind]
    if not begun(bodies["founded"], period):
        return nothing_recorded()
    alive = running(bodies["founded"], bodies["dissolved"], last_moment(district, period))
    villages = district.units_at("village").index
    having = villages.isin(bodies.loc[alive, "village"]).astype("float64")
    counts = with_townships(
        district, pd.DataFrame({"having": having, "villages": 1.0}, index=villages)
    )
    return share(counts["having"], counts["villages"])


@indicator(
    "community_life.elders_councils",
    tables=["community_bodies"],
    unit=("township", "village"),
    share=True,
    exact=True,
)
def elders_councils(district: District, period: Period) -> pd.DataFrame:
    """Villages with an elders' council at the period's end, of all villages of the unit."""
    return _villages_with(district, period, "elders_council")


@indicator(
    "community_life.ceremony_councils",
    tables=["community_bodies"],
    unit=("township", "village"),
    share=True,
    exact=True,
)
def ceremony_councils(district: District, period: Period) -> pd.DataFrame:
    """Villages with a council for weddings and funerals at the period's end, of all villages of the unit."""
    return _villages_with(district, period, "ceremony_council")


@indicator(
    "community_life.events_per_quarter",
    tables=["service_events"],
    unit=LEVEL,
    exact=True,
    attendance=True,
)
def events_per_quarter(
    district: District, period: Period, *, window: Window = "period"
) -> pd.DataFrame:
    """Square fairs and other service events, for each quarter of the window that is over."""
    events = district.table("service_events")
    if not begun(events["date"], period):
        return nothing_recorded()
    quarters = slots(span_of(period, window), "quarter", district.as_of)
    counts = counts_by_unit(
        events["unit"],
        **{str(quarter): quarter.contains(events["date"]) for quarter in quarters},
        any=events["date"].notna(),
    )
    held = counts.drop(columns="any").sum(axis=1)
    return full(held, pd.Series(len(quarters), index=counts.index))


@indicator(
    "community_life.services_per_1000",
    tables=["service_events", "population"],
    unit=LEVEL,
    exact=True,
)
def services_per_1000(
    district: District, period: Period, *, window: Window = "period"
) -> pd.DataFrame:
    """
    Services given at events of the window, for each thousand households.

    An event of which the services were not counted is excluded; where none were counted there is no value.
    """
    events = district.table("service_events")
    if not begun(events["date"], period):
        return nothing_recorded()
    inside = span_of(period, window).contains(events["date"]) & (events["date"] <= district.as_of)
    known = inside & events["services"].notna()
    counts = counts_by_unit(events["unit"], known=known, unknown=inside & ~known)
    given = events["services"].where(known, 0).astype("float64").groupby(events["unit"]).sum()
    given = given.where((counts["known"] > 0) | (counts["unknown"] == 0))
    result = full(
        given, population(district, period, "households").reindex(counts.index).dropna(), per=PER
    )
    return result.assign(excluded=counts["unknown"])


@indicator(
    "community_life.service_points_per_1000",
    tables=["service_points", "population"],
    unit=LEVEL,
    exact=True,
)
def service_points_per_1000(district: District, period: Period) -> pd.DataFrame:
    """Service points open at the period's end, for each thousand households."""
    points = district.table("service_points")
    if not begun(points["opened"], period):
        return nothing_recorded()
    is_open = running(points["opened"], points["closed"], last_moment(district, period))
    counts = counts_by_unit(points["unit"], open=is_open)
    return full(
        counts["open"],
        population(district, period, "households").reindex(counts.index).dropna(),
        per=PER,
    )
