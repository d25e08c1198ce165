"""Mechanism 15: the assessment of alliances, routine and annual, and the secretary's report in person."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from seedmetrics.errors import PlanError
from seedmetrics.indicators.counting import (
    counts_by_unit,
    mean_by_unit,
    nothing_recorded,
    share,
)
from seedmetrics.indicators.options import known_keys, number_option, table_option
from seedmetrics.indicators.registry import indicator
from seedmetrics.records import District, Period

LEVEL = "alliance"
KINDS = ("routine", "field_study", "report")
MOST = 100


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
    months have the same mark it has no width. The numerator is the sum of the marks, the denominator their number.
    """
    given = _marks(district, period, "routine")
    return mean_by_unit(
        given["unit"], given["mark"], confidence_level=confidence_level, low=0, high=MOST
    )


@indicator("chain_assessment.annual_score", tables=["chain_marks"], unit=LEVEL, exact=True)
def annual_score(
    district: District, period: Period, *, weights: Mapping[str, float]
) -> pd.DataFrame:
    """
    Field study and report, each the mean of its marks, weighted as the plan says; all that it weighs must be there.

    The numerator is the points reached, the denominator the most there are. An alliance that lacks a part has neither.
    """
    table = table_option(weights, "weights", "{ field_study = 0.7, report = 0.3 }")
    known_keys(table, "weights", KINDS)
    shares = {kind: number_option(w, f"weights.{kind}", least=0) for kind, w in table.items()}
    total = sum(shares.values())
    if total <= 0:
        msg = f"`weights` must not all be 0, got {dict(table)}"
        raise PlanError(msg)
    parts = [
        _marks(district, period, kind).groupby("unit")["mark"].mean() * weight / total
        for kind, weight in shares.items()
        if weight > 0
    ]
    points = pd.concat(parts, axis=1).sum(axis=1, min_count=len(parts)).dropna()
    return pd.DataFrame({"value": points, "numerator": points, "denominator": float(MOST)})


@indicator(
    "chain_assessment.report_given",
    tables=["chain_marks"],
    unit=LEVEL,
    share=True,
    exact=True,
    attendance=True,
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
