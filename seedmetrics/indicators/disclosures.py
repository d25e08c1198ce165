"""Mechanism 2: village cadres report personal matters (whether and when, never what); files of the secretaries."""

from __future__ import annotations

import pandas as pd

from seedmetrics.indicators.counting import (
    Window,
    begun,
    counts_by_unit,
    full,
    kept,
    last_moment,
    nothing_recorded,
    share,
    span_of,
)
from seedmetrics.indicators.options import number_option
from seedmetrics.indicators.registry import indicator
from seedmetrics.records import District, Period

LEVEL = "township"
_DAY, _LAST = pd.Timedelta(days=1), pd.Timedelta(microseconds=1)


def _filings(district: District, kind: str, days: float | None) -> pd.DataFrame:
    """
    Return the filings of a kind with the moment until which each was on time.

    Its own due date goes before the one reckoned: the end of the day `days` after the event (before it, where
    negative). Without either there is none.
    """

    def make() -> pd.DataFrame:
        filings = district.table("disclosures")
        filings = filings[filings["kind"] == kind]
        if days is None:
            return filings
        reckoned = filings["event"].dt.normalize() + (days + 1) * _DAY - _LAST
        return filings.assign(due=filings["due"].where(filings["due"].notna(), reckoned))

    return kept(district, ("disclosures", kind, days), make)


def _due_in(district: District, filings: pd.DataFrame, span: Period) -> pd.Series:
    """Say which filings fell due in a stretch of time."""
    return span.contains(filings["due"]) & (filings["due"] <= district.as_of)


def _undated(filings: pd.DataFrame, span: Period) -> pd.Series:
    """Say which filings were due on no day: they belong where they were filed, or else to every period."""
    return filings["due"].isna() & (span.contains(filings["filed"]) | filings["filed"].isna())


def _persons(filings: pd.DataFrame, units: pd.Index) -> pd.Series:
    """Count the different persons of each unit whose filings these are."""
    return filings.groupby("unit")["person"].nunique().reindex(units, fill_value=0)


def _on_time(
    district: District, period: Period, window: Window, kind: str, days: float | None
) -> pd.DataFrame:
    """Count, by unit, the filings of a kind that fell due and those that were on time."""
    span = span_of(period, window)
    filings = _filings(district, kind, days)
    if not begun(filings["due"], period):
        return nothing_recorded()
    due = _due_in(district, filings, span)
    counts = counts_by_unit(
        filings["unit"],
        due=due,
        on_time=due & (filings["filed"] <= filings["due"]),
        undated=_undated(filings, span),
    )
    result = share(counts["on_time"], counts["due"], counts["undated"])
    return result.assign(persons=_persons(filings[due], counts.index))


@indicator(
    "disclosures.annual_on_time", tables=["disclosures"], unit=LEVEL, share=True, persons=True
)
def annual_on_time(
    district: District, period: Period, *, window: Window = "period"
) -> pd.DataFrame:
    """Annual reports filed by their due date, of those that fell due; one not filed is late."""
    return _on_time(district, period, window, "annual", None)


@indicator(
    "disclosures.event_on_time", tables=["disclosures"], unit=LEVEL, share=True, persons=True
)
def event_on_time(
    district: District, period: Period, *, event_days: int, window: Window = "period"
) -> pd.DataFrame:
    """
    Give the reports of an event filed by their due date, of those that fell due.

    A report without a due date of its own is due `event_days` days after the event.
    """
    return _on_time(district, period, window, "event", _days(event_days, "event_days"))


@indicator(
    "disclosures.advance_on_time", tables=["disclosures"], unit=LEVEL, share=True, persons=True
)
def advance_on_time(
    district: District, period: Period, *, advance_days: int, window: Window = "period"
) -> pd.DataFrame:
    """
    Give the reports before an event filed by their due date, of those that fell due.

    A report without a due date of its own is due `advance_days` days before the event.
    """
    return _on_time(district, period, window, "advance", -_days(advance_days, "advance_days"))


def _days(value: int, option: str) -> float:
    """Return a number of days that a plan sets."""
    return number_option(value, option, least=0, whole=True)


@indicator("disclosures.days_late", tables=["disclosures"], unit=LEVEL, exact=True, persons=True)
def days_late(
    district: District,
    period: Period,
    *,
    event_days: int,
    advance_days: int,
    window: Window = "period",
) -> pd.DataFrame:
    """
    Days late, for each filing of any kind that fell due; those on time count 0.

    A filing is late from the day after its due date to the day it was filed, or to the period's end (or ``as_of``)
    where it was not filed by then.
    """
    span = span_of(period, window)
    days = {
        "annual": None,
        "event": _days(event_days, "event_days"),
        "advance": -_days(advance_days, "advance_days"),
    }
    filings = pd.concat([_filings(district, kind, after) for kind, after in days.items()])
    if not begun(filings["due"], period):
        return nothing_recorded()
    due = _due_in(district, filings, span)
    moment = last_moment(district, period)
    until = filings["filed"].where(filings["filed"] <= moment, moment)
    late = (until.dt.normalize() - filings["due"].dt.normalize()).dt.days.clip(lower=0)
    counts = pd.DataFrame(
        {"late": late.where(due, 0), "due": due, "undated": _undated(filings, span)}
    )
    counts = counts.groupby(filings["unit"].to_numpy()).sum()
    result = full(counts["late"], counts["due"]).assign(excluded=counts["undated"])
    return result.assign(persons=_persons(filings[due], counts.index))


@indicator(
    "disclosures.files_complete", tables=["secretary_files"], unit=LEVEL, share=True, persons=True
)
def files_complete(district: District, period: Period) -> pd.DataFrame:
    """
    Secretaries' files complete when the period ends, of the files opened by then.

    A file without the day it was opened has been there from the start, one without the day of its completion was
    complete from the start.
    """
    files = district.table("secretary_files")
    if files["opened"].notna().all() and not begun(files["opened"], period):
        return nothing_recorded()
    moment = last_moment(district, period)
    opened = ~(files["opened"] > moment)
    complete = opened & files["complete"] & ~(files["completed"] > moment)
    counts = counts_by_unit(files["unit"], opened=opened, complete=complete)
    return share(counts["complete"], counts["opened"])
