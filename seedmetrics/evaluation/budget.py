"""The indicator budget of a plan: how much it measures, what it asks of a unit, how much of that is mere attendance."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from seedmetrics.evaluation.plan import Plan
from seedmetrics.indicators import find_indicator
from seedmetrics.records import District, Period
from seedmetrics.records.catalog.columns import Table
from seedmetrics.records.schemas import TABLES
from seedmetrics.showing import Shown


@dataclass(frozen=True, slots=True)
class IndicatorBudget(Shown):
    """
    What a plan measures, and what it asks for.

    Attributes
    ----------
    indicators : int
        Indicators in the plan.
    counted : int
        Those of them that make up a part of the score; the others are shown beside them.
    attendance : int
        Those that count that something took place, and not what came of it.
    attendance_weight : float
        Share of the score that they make up, in [0, 1].
    tables : int
        Tables of records that the plan reads.
    items : int
        Data items that it asks for: columns of these tables, codes and all.
    records : float
        Rows that the middle unit hands over for the year up to the end of the period; NaN where none can be told by
        unit.
    """

    indicators: int
    counted: int
    attendance: int
    attendance_weight: float
    tables: int
    items: int
    records: float


def indicator_budget(plan: Plan, district: District, period: Period | str) -> IndicatorBudget:
    """
    Count what a plan measures and what it asks of a unit.

    Parameters
    ----------
    plan : Plan
        The plan.
    district : District
        The records: whose rows are counted.
    period : Period or str
        The year up to its end is counted. Rows without a date (a roster, a list of enterprises) are counted as they
        stand.

    Returns
    -------
    IndicatorBudget

    Notes
    -----
    The rules against formalism ask that the number of indicators, the number of forms, and indicators of mere
    traces be kept down [1]_. A budget does not say how many are too many: it says how many there are.

    References
    ----------
    .. [1] General Office of the CPC Central Committee and General Office of the State Council (2024), "Several
       Provisions on Rectifying Formalism to Reduce Burdens at the Grassroots" 整治形式主义为基层减负若干规定.
    """
    period = period if isinstance(period, Period) else Period.parse(period)
    weights = plan.plan_weights()
    attending = [name for name in weights if find_indicator(name).attendance]
    tables = [TABLES[name] for name in plan.tables]
    rows = pd.DataFrame(
        {
            table.name: _rows_by_unit(district, table, plan.level, period.year_to_date())
            for table in tables
            if table.name in district.tables
        },
        index=district.units_at(plan.level).index,
    )
    handed = rows.sum(axis=1) if not rows.empty else pd.Series(dtype=float)
    return IndicatorBudget(
        indicators=len(weights),
        counted=len(plan.counted),
        attendance=len(attending),
        attendance_weight=math.fsum(weights[name] for name in attending),
        tables=len(tables),
        items=sum(len(table.columns) for table in tables),
        records=float(handed.median()) if len(handed) else math.nan,
    )


def _rows_by_unit(district: District, table: Table, level: str, span: Period) -> pd.Series:
    """Count the rows of a table that units of a level hand over for a span of time."""
    frame = district.table(table.name)
    units = _unit_of(district, table)
    if level == "township":
        parents = units.map(district.units["parent"]).replace("", np.nan)
        units = parents.fillna(units)
    return units[_within(frame, table, span)].value_counts()


def _within(frame: pd.DataFrame, table: Table, span: Period) -> pd.Series:
    """Say which rows belong to a span: by their first date of what happened, else month or period; else all."""
    for name, column in table.columns.items():
        if column.kind == "date" and column.past and column.required:
            return pd.Series(span.contains(frame[name]), index=frame.index)
        if column.kind in ("month", "period"):
            starts = {text: Period.parse(text).start for text in frame[name].dropna().unique()}
            return pd.Series(span.contains(frame[name].map(starts)), index=frame.index)
    return pd.Series(data=True, index=frame.index)


def _unit_of(district: District, table: Table) -> pd.Series:
    """Return the unit of each row: its own column, or that of the table it refers to."""
    frame = district.table(table.name)
    for name, column in table.columns.items():
        if column.kind == "unit" and column.required:
            return frame[name]
    for name, column in table.columns.items():
        if column.refers_to and column.refers_to in district.tables:
            above = _unit_of(district, TABLES[column.refers_to])
            keys = district.table(column.refers_to)[name]
            return frame[name].map(dict(zip(keys, above, strict=True)))
    return pd.Series(np.nan, index=frame.index, dtype=object)
