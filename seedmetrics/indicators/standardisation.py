"""Mechanism 3: standardised training (one task list, one test, one spot check of the working ledger)."""

from __future__ import annotations

import pandas as pd

from seedmetrics.indicators.counting import (
    Window,
    begun,
    counts_by_unit,
    mean_by_unit,
    nothing_recorded,
    share,
    span_of,
)
from seedmetrics.indicators.options import number_option
from seedmetrics.indicators.registry import indicator
from seedmetrics.records import District, Period

LEVELS = ("township", "department")
MOST_MARK = 100.0


@indicator("standardisation.task_completion", tables=["task_items"], unit=LEVELS, share=True)
def task_completion(
    district: District, period: Period, *, window: Window = "period"
) -> pd.DataFrame:
    """Items of the task list done, of those that fell due."""
    items = district.table("task_items")
    if not begun(items["due"], period):
        return nothing_recorded()
    due = span_of(period, window).contains(items["due"]) & (items["due"] <= district.as_of)
    counts = counts_by_unit(items["unit"], due=due, done=due & items["done"])
    return share(counts["done"], counts["due"])


def _tests(district: District, period: Period, window: Window) -> pd.DataFrame | None:
    """Return the latest mark of each person tested in the window; None before any test."""
    tests = district.table("test_marks")
    if not begun(tests["date"], period):
        return None
    inside = span_of(period, window).contains(tests["date"]) & (tests["date"] <= district.as_of)
    return tests[inside].sort_values("date", kind="stable").drop_duplicates("person", keep="last")


def _units(district: District) -> list[str]:
    """Return the units from which the mark of any test was received."""
    return list(district.table("test_marks")["unit"].unique())


@indicator(
    "standardisation.pass_rate", tables=["test_marks"], unit=LEVELS, share=True, persons=True
)
def pass_rate(
    district: District, period: Period, *, pass_mark: float, window: Window = "period"
) -> pd.DataFrame:
    """Persons whose latest mark is at or above the pass mark, of the persons tested."""
    least = number_option(pass_mark, "pass_mark", least=0, most=MOST_MARK)
    tests = _tests(district, period, window)
    if tests is None:
        return nothing_recorded()
    passed = tests["mark"] >= least
    counts = counts_by_unit(tests["unit"], tested=passed | True, passed=passed)
    return share(counts["passed"], counts["tested"]).reindex(_units(district), fill_value=0)


@indicator("standardisation.mean_mark", tables=["test_marks"], unit=LEVELS, persons=True)
def mean_mark(
    district: District,
    period: Period,
    *,
    window: Window = "period",
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Mean of the latest mark of each person tested, of 100, with Student's interval."""
    tests = _tests(district, period, window)
    if tests is None:
        return nothing_recorded()
    means = mean_by_unit(
        tests["unit"], tests["mark"], confidence_level=confidence_level, low=0, high=MOST_MARK
    ).reindex(_units(district))
    none_tested = {"numerator": 0, "denominator": 0, "excluded": 0}
    return means.fillna(none_tested)


@indicator("standardisation.ledger_fault_rate", tables=["ledger_checks"], unit=LEVELS, share=True)
def ledger_fault_rate(
    district: District, period: Period, *, window: Window = "period"
) -> pd.DataFrame:
    """Entries of the working ledger found faulty, of the entries sampled."""
    checks = district.table("ledger_checks")
    if not begun(checks["date"], period):
        return nothing_recorded()
    inside = span_of(period, window).contains(checks["date"]) & (checks["date"] <= district.as_of)
    counts = checks[["sampled", "faulty"]].where(inside, 0).groupby(checks["unit"].to_numpy()).sum()
    return share(counts["faulty"], counts["sampled"])
