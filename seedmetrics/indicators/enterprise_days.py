"""Mechanism 10: the weekend with enterprises (visits by groups, urgent problems and their closing)."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from seedmetrics.indicators.cases import Basis, median_days_open, share_of_due
from seedmetrics.indicators.counting import (
    Window,
    begun,
    counts_by_unit,
    full,
    kept,
    nothing_recorded,
    share,
    span_of,
)
from seedmetrics.indicators.registry import indicator
from seedmetrics.records import District, Period

CHANNELS = ("enterprise_day",)


def _visits(district: District, period: Period, window: Window) -> pd.DataFrame:
    """Return the visits of the period, or of its year up to its end, with the unit of the enterprise."""
    visits = kept(district, "enterprise_days.visits", lambda: _with_unit(district))
    return visits[span_of(period, window).contains(visits["date"])]


def _with_unit(district: District) -> pd.DataFrame:
    """Return all visits up to `as_of`, with the unit of the enterprise."""
    visits = district.table("visits")
    visits = visits[visits["date"] <= district.as_of]
    enterprises = district.table("enterprises").set_index("enterprise")
    return visits.assign(unit=visits["enterprise"].map(enterprises["unit"]))


# Both count that visits took place. What came of them are the problems closed, below.
@indicator(
    "enterprise_days.reach",
    tables=["enterprises", "visits"],
    unit="township",
    share=True,
    attendance=True,
)
def reach(district: District, period: Period, *, window: Window = "period") -> pd.DataFrame:
    """Enterprises visited at least once, of all enterprises linked to the unit."""
    enterprises = district.table("enterprises")
    if not begun(district.table("visits")["date"], period):
        return nothing_recorded()
    visited = enterprises["enterprise"].isin(_visits(district, period, window)["enterprise"])
    counts = counts_by_unit(enterprises["unit"], linked=visited | True, visited=visited)
    return share(counts["visited"], counts["linked"])


@indicator(
    "enterprise_days.visits_per_group",
    tables=["enterprises", "visits"],
    unit="township",
    exact=True,
    attendance=True,
)
def visits_per_group(
    district: District, period: Period, *, window: Window = "period"
) -> pd.DataFrame:
    """Visits to the unit's enterprises, for each weekend group that is assigned any of them."""
    enterprises = district.table("enterprises")
    if not begun(district.table("visits")["date"], period):
        return nothing_recorded()
    groups = enterprises.groupby("unit")["group"].nunique()
    visits = _visits(district, period, window).groupby("unit").size()
    return full(visits, groups)


@indicator(
    "enterprise_days.closure_rate",
    tables=["cases"],
    unit="township",
    share=True,
    same_cases="counted",
)
def closure_rate(
    district: District,
    period: Period,
    *,
    basis: Basis = "due",
    channels: Sequence[str] = CHANNELS,
    window: Window = "period",
) -> pd.DataFrame:
    """Urgent problems of enterprises closed, of those that the plan's basis counts in the period."""
    span = span_of(period, window)
    return share_of_due(district, span, "closed", channels=channels, basis=basis)


@indicator(
    "enterprise_days.on_time_rate",
    tables=["cases"],
    unit="township",
    share=True,
    same_cases="counted",
)
def on_time_rate(
    district: District,
    period: Period,
    *,
    basis: Basis = "due",
    channels: Sequence[str] = CHANNELS,
    window: Window = "period",
) -> pd.DataFrame:
    """Urgent problems closed not after their due date, of those that the plan's basis counts."""
    span = span_of(period, window)
    return share_of_due(district, span, "on_time", channels=channels, basis=basis)


@indicator("enterprise_days.median_days", tables=["cases"], unit="township")
def median_days(
    district: District,
    period: Period,
    *,
    channels: Sequence[str] = CHANNELS,
    window: Window = "period",
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """
    Days until half of the problems opened in the window are closed; open ones are censored.

    Where fewer than half are closed there is no median, and where the upper end of its interval is not reached it is
    not scored. A plan that spreads the weight of what is missing would thereby spare the slowest: weigh a rate instead.
    """
    span = span_of(period, window)
    return median_days_open(district, span, channels=channels, confidence_level=confidence_level)
