"""Mechanism 20: knocking on doors in the cold weather, and the difficulties of households that are solved."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from seedmetrics.indicators.cases import Basis, median_days_open, share_of_due
from seedmetrics.indicators.counting import Window, begun, nothing_recorded, share, span_of
from seedmetrics.indicators.places import population
from seedmetrics.indicators.registry import indicator
from seedmetrics.records import District, Period

CHANNELS = ("door_knock",)
LEVEL = "township"


@indicator(
    "winter_visits.households_visited",
    tables=["household_visits", "population"],
    unit=LEVEL,
    share=True,
    exact=True,
    attendance=True,
)
def households_visited(
    district: District, period: Period, *, window: Window = "period"
) -> pd.DataFrame:
    """
    Households visited in the window, of all households of the unit.

    The records say how many were visited on a day, not which: no more than all households count, and what goes beyond
    is excluded.
    """
    visits = district.table("household_visits")
    if not begun(visits["date"], period):
        return nothing_recorded()
    inside = span_of(period, window).contains(visits["date"]) & (visits["date"] <= district.as_of)
    number = visits["households"].where(inside, 0).astype("float64").groupby(visits["unit"]).sum()
    all_of_them = population(district, period, "households").reindex(number.index).dropna()
    number = number.reindex(all_of_them.index)
    visited = number.clip(upper=all_of_them)
    return share(visited, all_of_them, number - visited)


@indicator("winter_visits.solved_rate", tables=["cases"], unit=LEVEL, share=True)
def solved_rate(
    district: District,
    period: Period,
    *,
    basis: Basis = "due",
    channels: Sequence[str] = CHANNELS,
    window: Window = "period",
) -> pd.DataFrame:
    """Difficulties of households that are closed, of those that the plan's basis counts in the window."""
    span = span_of(period, window)
    return share_of_due(district, span, "closed", channels=channels, basis=basis)


@indicator("winter_visits.median_days", tables=["cases"], unit=LEVEL)
def median_days(
    district: District,
    period: Period,
    *,
    channels: Sequence[str] = CHANNELS,
    window: Window = "period",
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Days until half of the difficulties opened in the window are closed; open ones are censored."""
    span = span_of(period, window)
    return median_days_open(district, span, channels=channels, confidence_level=confidence_level)
