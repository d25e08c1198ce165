"""Mechanism 10: the weekend with enterprises (visits by groups, urgent problems and their closing)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from seedmetrics.errors import PlanError
from seedmetrics.formulas.closure import time_to_closure
from seedmetrics.indicators.cases import Basis, case_counts, case_durations
from seedmetrics.indicators.counting import begun, counts_by_unit, nothing_recorded, share
from seedmetrics.indicators.registry import indicator
from seedmetrics.records import District, Period

CHANNELS = ("enterprise_day",)
Window = Literal["period", "year_to_date"]


def _span(period: Period, window: Window) -> Period:
    """Return the period itself, or its year up to its end."""
    if window not in ("period", "year_to_date"):
        msg = f"`window` must be 'period' or 'year_to_date', got {window!r}"
        raise PlanError(msg)
    return period.year_to_date() if window == "year_to_date" else period


def _visits(district: District, period: Period, window: Window) -> pd.DataFrame:
    """Return the visits of the period, or of its year up to its end, with the unit of the enterprise."""
    visits = district.table("visits")
    span = _span(period, window)
    visits = visits[span.contains(visits["date"]) & (visits["date"] <= district.as_of)]
    enterprises = district.table("enterprises").set_index("enterprise")
    return visits.assign(unit=visits["enterprise"].map(enterprises["unit"]))


@indicator("enterprise_days.reach", tables=["enterprises", "visits"], unit="township", share=True)
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
    visits = visits.reindex(groups.index, fill_value=0)
    value = visits / groups.where(groups > 0)
    return pd.DataFrame({"value": value, "numerator": visits, "denominator": groups})


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
    counts = case_counts(district, _span(period, window), channels=channels, basis=basis)
    return share(counts["closed"], counts["due"], counts["excluded"] + counts["no_due_date"])


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
    counts = case_counts(district, _span(period, window), channels=channels, basis=basis)
    return share(counts["on_time"], counts["due"], counts["excluded"] + counts["no_due_date"])


@indicator("enterprise_days.median_days", tables=["cases"], unit="township")
def median_days(
    district: District,
    period: Period,
    *,
    channels: Sequence[str] = CHANNELS,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """
    Days until half of the problems opened in the period are closed; open ones are censored.

    Where fewer than half are closed there is no median, and where the upper end of its interval is not reached it is
    not scored. A plan that spreads the weight of what is missing would thereby spare the slowest: weigh a rate instead.
    """
    watched = case_durations(district, period.start, period.end, channels=channels)
    rows = {}
    for unit, cases in watched.groupby("unit"):
        curve = time_to_closure(
            cases["days"].to_numpy(),
            cases["closed"].to_numpy(),
            confidence_level=confidence_level,
        )
        median = curve.median()
        rows[unit] = {
            "value": median.value,
            "low": median.low,
            "high": median.high,
            "denominator": len(cases),
        }
    return pd.DataFrame.from_dict(
        rows, orient="index", columns=["value", "low", "high", "denominator"]
    )
