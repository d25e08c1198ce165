"""Mechanism 15: the assessment of alliances, routine and annual, and the secretary's report in person."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy import stats

from seedmetrics.indicators.counting import counts_by_unit, nothing_recorded, share
from seedmetrics.indicators.registry import indicator
from seedmetrics.records import District, Period

LEVEL = "alliance"


def _marks(district: District, period: Period, kind: str) -> pd.DataFrame:
    """Return the marks of one kind given for the months of a period that have begun by `as_of`."""
    marks = district.table("chain_marks")
    months = {str(month) for month in period.months() if month.start <= district.as_of}
    return marks[(marks["kind"] == kind) & marks["month"].isin(months)]


@indicator("chain_assessment.routine_score", tables=["chain_marks"], unit=LEVEL)
def routine_score(
    district: District, period: Period, *, confidence_level: float = 0.95
) -> pd.DataFrame:
    """
    Mean of the monthly routine marks, of 100.

    The interval is Student's, for the mean of the months seen. With fewer than three months there is none; where all
    months have the same mark it has no width.
    """
    rows = {}
    for unit, given in _marks(district, period, "routine").groupby("unit"):
        marks = given["mark"].dropna().to_numpy()
        low = high = np.nan
        if len(marks) > 2 and np.ptp(marks) == 0:
            low = high = float(marks[0])
        elif len(marks) > 2:
            interval = stats.ttest_1samp(marks, popmean=0).confidence_interval(confidence_level)
            low, high = max(float(interval.low), 0.0), min(float(interval.high), 100.0)
        rows[unit] = {
            "value": marks.mean() if len(marks) else np.nan,
            "low": low,
            "high": high,
            "denominator": len(marks),
        }
    return pd.DataFrame.from_dict(
        rows, orient="index", columns=["value", "low", "high", "denominator"]
    )


@indicator("chain_assessment.annual_score", tables=["chain_marks"], unit=LEVEL, exact=True)
def annual_score(
    district: District, period: Period, *, weights: Mapping[str, float]
) -> pd.DataFrame:
    """Field study and report, each the mean of its marks, weighted as the plan says; both must be there."""
    total = sum(weights.values())
    parts = [
        _marks(district, period, kind).groupby("unit")["mark"].mean() * weight / total
        for kind, weight in weights.items()
    ]
    return pd.DataFrame({"value": pd.concat(parts, axis=1).sum(axis=1, min_count=len(parts))})


@indicator(
    "chain_assessment.report_given", tables=["chain_marks"], unit=LEVEL, share=True, exact=True
)
def report_given(district: District, period: Period) -> pd.DataFrame:
    """
    Give the reports made in person by the chain's secretary, of the reports due.

    Once any alliance's report of the period is on record, one is due of every alliance: no record of it is no report.
    """
    reports = _marks(district, period, "report")
    if reports.empty:
        return nothing_recorded()
    counts = counts_by_unit(
        reports["unit"], due=reports["kind"] == "report", given=reports["given"]
    )
    alliances = district.units_at(LEVEL).index
    due = counts["due"].reindex(alliances, fill_value=1)
    return share(counts["given"].reindex(alliances, fill_value=0), due)
