"""What the closure section of a page shows: counts, months, waiting times, and what was left out."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from seedmetrics.evaluation.plan import Plan
from seedmetrics.indicators.cases import (
    case_counts,
    case_durations,
    case_exclusions,
    open_overdue_days,
)
from seedmetrics.records import District, Period
from seedmetrics.showing import Shown


@dataclass(frozen=True, slots=True, eq=False)
class Closure(Shown):
    """
    Case records of all units, counted as the plan says.

    Attributes
    ----------
    basis : {"due", "received"}
        Which cases belong to a period.
    channels : tuple of str
        Channels that count; empty means all.
    funnel : {"chance", "spread"}
        What the limits of a funnel allow for.
    counts : DataFrame
        period, unit and the counts of `seedmetrics.indicators.cases.case_counts`.
    months : DataFrame
        month, unit, closed, due: the months of the history, up to the last that is over.
    durations : DataFrame
        unit, days, closed: cases opened in the year that ends with the period.
    watched_from, watched_to : Timestamp
        First moment, and the moment after the last, of that year.
    exclusions : DataFrame
        unit, reason, count, for the current period.
    backlog : DataFrame
        unit, days: how long each open case has been past its due date.
    """

    basis: str
    channels: tuple[str, ...]
    funnel: str
    counts: pd.DataFrame
    months: pd.DataFrame
    durations: pd.DataFrame
    watched_from: pd.Timestamp
    watched_to: pd.Timestamp
    exclusions: pd.DataFrame
    backlog: pd.DataFrame


def case_closure(district: District, plan: Plan, periods: tuple[Period, ...]) -> Closure | None:
    """Count the cases of every unit over the periods of an evaluation; None where the plan asks for none."""
    if plan.closure is None:
        return None
    units = district.units_at(plan.level).index
    rule = {"channels": plan.closure.channels, "basis": plan.basis}

    def of_level(table: pd.DataFrame) -> pd.DataFrame:
        return table[table["unit"].isin(units)].reset_index(drop=True)

    def counted(span: Period) -> pd.DataFrame:
        return case_counts(district, span, **rule).reset_index()  # type: ignore[arg-type]

    months = [
        month
        for month in dict.fromkeys(month for period in periods for month in period.months())
        if month.over(district.as_of)
    ]
    by_month = [counted(month).assign(month=str(month)) for month in months]
    current = periods[-1]
    # The day of `as_of` counts whole, so that the year watched begins with a day.
    stop = min(current.end, (district.as_of + pd.Timedelta(microseconds=1)).ceil("D"))
    first = stop - pd.DateOffset(years=1)
    return Closure(
        basis=plan.basis,
        channels=tuple(plan.closure.channels),
        funnel=plan.closure.funnel,
        counts=of_level(pd.concat([counted(p).assign(period=str(p)) for p in periods])),
        months=of_level(
            pd.concat(by_month)[["month", "unit", "closed", "due"]]
            if by_month
            else pd.DataFrame(columns=["month", "unit", "closed", "due"])
        ),
        durations=of_level(case_durations(district, first, stop, channels=plan.closure.channels)),
        watched_from=first,
        watched_to=stop,
        exclusions=of_level(case_exclusions(district, current, **rule)),  # type: ignore[arg-type]
        backlog=of_level(open_overdue_days(district, current, channels=plan.closure.channels)),
    )
