"""Mechanism 4: the "411" record of village cadres (four areas of work, one best job, one weakness); by unit only."""

from __future__ import annotations

import pandas as pd

from seedmetrics.indicators.counting import (
    Window,
    full,
    kept,
    nothing_recorded,
    share,
    span_of,
)
from seedmetrics.indicators.registry import indicator
from seedmetrics.records import District, Period

LEVEL = "township"
AREAS = ("daily_management", "main_duties", "core_task", "urgent_tasks")
PARTS = (*AREAS, "best_job", "weakness")


def _records(district: District, period: Period, window: Window) -> pd.DataFrame | None:
    """Return the parts of records whose own period ended in the window; None before any had ended."""
    span = span_of(period, window)

    def make() -> pd.DataFrame | None:
        records = district.table("cadre_records")
        times = {text: Period.parse(text) for text in records["period"].unique()}
        if not any(time.end <= period.end for time in times.values()):
            return None
        inside = {
            text: span.start < time.end <= span.end and time.over(district.as_of)
            for text, time in times.items()
        }
        return records[records["period"].map(inside).astype(bool)]

    return kept(district, ("cadre_record", span), make)


def _units(district: District) -> list[str]:
    """Return the units from which any record was received."""
    return list(district.table("cadre_records")["unit"].unique())


def _persons(records: pd.DataFrame) -> pd.Series:
    """Count the different persons by unit."""
    return records.drop_duplicates(["unit", "person"]).groupby("unit").size()


@indicator(
    "cadre_record.complete_records",
    tables=["cadre_records"],
    unit=LEVEL,
    share=True,
    persons=True,
    attendance=True,
)
def complete_records(
    district: District, period: Period, *, window: Window = "period"
) -> pd.DataFrame:
    """
    Give the records in which all of 4 + 1 + 1 is there, of the records of periods that ended.

    A record is all that one cadre wrote for one period. An area is there with at least one piece of evidence, the best
    job and the weakness once they are written.
    """
    records = _records(district, period, window)
    if records is None:
        return nothing_recorded()
    there = ~records["part"].isin(AREAS) | (records["evidence"] > 0)
    parts = there.groupby([records["unit"], records["person"], records["period"]]).sum()
    complete = (parts == len(PARTS)).groupby(level="unit")
    units = _units(district)
    result = share(complete.sum(), complete.size()).reindex(units, fill_value=0)
    return result.assign(persons=_persons(records).reindex(units, fill_value=0))


def _area(name: str) -> None:
    """Register the evidence of one area of work."""

    # An entry is a trace of work, not what came of it.
    @indicator(
        f"cadre_record.{name}",
        tables=["cadre_records"],
        unit=LEVEL,
        exact=True,
        persons=True,
        attendance=True,
    )
    def area(district: District, period: Period, *, window: Window = "period") -> pd.DataFrame:
        """
        Pieces of evidence in one area of work, for each cadre with a record.

        A cadre who wrote nothing in the area has none; one who wrote in it without a count is left out.
        """
        records = _records(district, period, window)
        if records is None:
            return nothing_recorded()
        within = records[records["part"] == name]
        evidence = within.groupby(["unit", "person"])["evidence"].sum(min_count=1)
        uncounted = evidence.isna().groupby(level="unit").sum()
        units = _units(district)
        uncounted = uncounted.reindex(units, fill_value=0)
        cadres = _persons(records).reindex(units, fill_value=0) - uncounted
        return full(evidence.groupby(level="unit").sum(), cadres).assign(excluded=uncounted)


for _name in AREAS:
    _area(_name)


def weaknesses(district: District, period: Period, window: Window = "period") -> pd.DataFrame:
    """
    Count the cadres of each unit who named each category of weakness.

    Parameters
    ----------
    district : District
        The records; the table ``cadre_records`` is read.
    period : Period
        The period.
    window : {"period", "year_to_date"}
        Records whose own period ended in it count.

    Returns
    -------
    DataFrame
        Columns unit, category, cadres (different persons), by unit from the commonest down. The counts are true ones:
        who shows them withholds the small.
    """
    records = _records(district, period, window)
    if records is None:
        return pd.DataFrame({"unit": [], "category": [], "cadres": []}).astype({"cadres": int})
    named = records[(records["part"] == "weakness") & records["category"].notna()]
    once = named.drop_duplicates(["unit", "category", "person"])
    counts = once.groupby(["unit", "category"]).size().rename("cadres").reset_index()
    return counts.sort_values(
        ["unit", "cadres", "category"], ascending=[True, False, True], ignore_index=True
    )


@indicator(
    "cadre_record.commonest_weakness",
    tables=["cadre_records"],
    unit=LEVEL,
    share=True,
    persons=True,
)
def commonest_weakness(
    district: District, period: Period, *, window: Window = "period"
) -> pd.DataFrame:
    """Cadres who named the unit's commonest weakness, of the cadres who named one; those without a category are out."""
    records = _records(district, period, window)
    if records is None:
        return nothing_recorded()
    units = _units(district)
    written = records[records["part"] == "weakness"]
    naming = _persons(written[written["category"].notna()]).reindex(units, fill_value=0)
    commonest = weaknesses(district, period, window).groupby("unit")["cadres"].max()
    unnamed = _persons(written).reindex(units, fill_value=0) - naming
    return share(commonest.reindex(units, fill_value=0), naming, unnamed)
