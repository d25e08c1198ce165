"""Mechanism 7: plus and minus points of activists, targets and probationary members; each year starts anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from seedmetrics.errors import PlanError, did_you_mean
from seedmetrics.formulas.scoring import points_balance
from seedmetrics.indicators.counting import (
    Window,
    begun,
    counts_by_unit,
    kept,
    last_moment,
    mean_by_unit,
    nothing_recorded,
    running,
    share,
    span_of,
)
from seedmetrics.indicators.options import list_option, number_option, table_option
from seedmetrics.indicators.registry import indicator
from seedmetrics.records import District, Period

LEVEL = "township"
TABLES = ["activists", "points"]
Numbers = Mapping[str, float]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class _Counted:
    """Unit of each member, how often each item stands for whom, and the rows of points left out, by unit."""

    unit: pd.Series
    times: pd.DataFrame
    left_out: pd.Series


def _valued(items: Numbers) -> dict[str, float]:
    """Check what items are worth."""
    table = table_option(items, "items", "{ study = 2, absence = -3 }")
    if not table:
        msg = (
            "`items` must say what at least one item is worth, such as { study = 2, absence = -3 }"
        )
        raise PlanError(msg)
    return {item: number_option(value, f"items.{item}") for item, value in table.items()}


def _capped(caps: Numbers | None, items: Numbers) -> list[float]:
    """Check what items can give at most; NaN for those without a cap."""
    table = table_option({} if caps is None else caps, "caps", "{ study = 12 }")
    most = {item: number_option(cap, f"caps.{item}", least=0) for item, cap in table.items()}
    _refuse_unvalued(most, items, "caps")
    return [most.get(item, np.nan) for item in items]


def _refuse_unvalued(named: Iterable[str], items: Numbers, option: str) -> None:
    """Refuse a cap or red line on an item that has no value."""
    for item in named:
        if item not in items:
            hint = did_you_mean(item, items, f"items are {', '.join(items)}")
            msg = f"`{option}` names {item!r}, which `items` give no value (0 is one): {hint}"
            raise PlanError(msg)


def _members(district: District, period: Period) -> pd.Series | None:
    """Return the unit of each person who has points when the period ends, by person; None before any had."""
    rows = district.table("activists")
    if not begun(rows["from"], period) or not begun(district.table("points")["date"], period):
        return None
    here = rows[running(rows["from"], rows["to"], last_moment(district, period))]
    # Who went from one list to another belongs to the later.
    here = here.sort_values("from", kind="stable").drop_duplicates("person", keep="last")
    exempt = here["exempt"].fillna(value=False).astype(bool)
    return here[~exempt].set_index("person")["unit"]


def _counted(
    district: District, period: Period, window: Window, items: Iterable[str]
) -> _Counted | None:
    """Count how often each item stands for each member in the window; None before records began."""
    span, names = span_of(period, window), list(items)

    def make() -> _Counted | None:
        unit = _members(district, period)
        if unit is None:
            return None
        points = district.table("points")
        points = points[span.contains(points["date"]) & (points["date"] <= district.as_of)]
        # Without a number of times an item counts once.
        points = points.assign(times=points["times"].fillna(1), owner=points["person"].map(unit))
        valued = points["item"].isin(names)
        counted = points[valued & points["owner"].notna()]
        times = counted.groupby(["person", "item"])["times"].sum().unstack(fill_value=0)
        # Left out is, of members, what no item values and, of persons whom no list names, everything.
        listed = points["person"].isin(district.table("activists")["person"])
        left_out = points["owner"].where(~valued).where(listed, points["unit"]).value_counts()
        times = times.reindex(index=unit.index, columns=names, fill_value=0)
        return _Counted(unit, times.astype("float64"), left_out)

    return kept(district, ("activist_points", span, tuple(names)), make)


def _finished(district: District, result: pd.DataFrame, left_out: pd.Series) -> pd.DataFrame:
    """Give a result the units of which activists are on record but none counts, and the rows left out."""
    units = list(district.table("activists")["unit"].unique())
    counts = [c for c in ("numerator", "denominator", "persons") if c in result]
    result = result.reindex(units)
    result[counts] = result[counts].fillna(0)
    return result.assign(excluded=left_out.reindex(units, fill_value=0))


def _persons_with(district: District, counted: _Counted, having: BoolArray) -> pd.DataFrame:
    """Return the members who have something, of the members."""
    counts = counts_by_unit(counted.unit, members=having | True, having=having)
    return _finished(district, share(counts["having"], counts["members"]), counted.left_out)


@indicator("activist_points.mean_balance", tables=TABLES, unit=LEVEL, persons=True)
def mean_balance(
    district: District,
    period: Period,
    *,
    items: Numbers,
    caps: Numbers | None = None,
    base: float = 0,
    low: float | None = None,
    high: float | None = None,
    window: Window = "year_to_date",
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """
    Mean balance of plus and minus points, with Student's interval.

    It is the mean over those who are on the list, and not exempt, on the period's last day. ``excluded`` are rows of
    points, not persons: those of an item that the plan does not value, and those of a person whom no list names.
    """
    values = _valued(items)
    rules = {"caps": _capped(caps, values), **_bounds(base, low, high)}
    counted = _counted(district, period, window, values)
    if counted is None:
        return nothing_recorded()
    balance = points_balance(counted.times.to_numpy(), list(values.values()), **rules)
    means = mean_by_unit(
        counted.unit,
        pd.Series(balance.total),
        confidence_level=confidence_level,
        low=-np.inf if low is None else low,
        high=np.inf if high is None else high,
    )
    return _finished(district, means, counted.left_out)


def _bounds(base: float, low: float | None, high: float | None) -> dict[str, Any]:
    """Check where a balance begins and between what it stays."""
    ends = {"low": low, "high": high}
    checked = {n: None if end is None else number_option(end, n) for n, end in ends.items()}
    return {"base": number_option(base, "base"), **checked}


@indicator("activist_points.pass_rate", tables=TABLES, unit=LEVEL, share=True, persons=True)
def pass_rate(
    district: District,
    period: Period,
    *,
    items: Numbers,
    pass_mark: float,
    caps: Numbers | None = None,
    base: float = 0,
    low: float | None = None,
    high: float | None = None,
    window: Window = "year_to_date",
) -> pd.DataFrame:
    """Persons with a balance at or above the pass mark, of those on the list; a red line is counted apart."""
    least = number_option(pass_mark, "pass_mark")
    values = _valued(items)
    rules = {"caps": _capped(caps, values), **_bounds(base, low, high)}
    counted = _counted(district, period, window, values)
    if counted is None:
        return nothing_recorded()
    balance = points_balance(counted.times.to_numpy(), list(values.values()), **rules)
    return _persons_with(district, counted, np.asarray(balance.total >= least))


@indicator(
    "activist_points.capped_share", tables=TABLES, unit=LEVEL, share=True, exact=True, persons=True
)
def capped_share(
    district: District,
    period: Period,
    *,
    items: Numbers,
    caps: Numbers | None = None,
    window: Window = "year_to_date",
) -> pd.DataFrame:
    """Plus points lost to the caps of their items, of the plus points earned."""
    values = _valued(items)
    most = _capped(caps, values)
    counted = _counted(district, period, window, values)
    if counted is None:
        return nothing_recorded()
    plus = np.maximum(list(values.values()), 0)
    balance = points_balance(counted.times.to_numpy(), plus, caps=most)
    points = pd.DataFrame({"lost": balance.lost, "earned": balance.total + balance.lost})
    groups = points.groupby(counted.unit.to_numpy())
    sums = groups.sum()
    result = share(sums["lost"], sums["earned"]).assign(persons=groups.size())
    return _finished(district, result, counted.left_out)


@indicator("activist_points.red_line_rate", tables=TABLES, unit=LEVEL, share=True, persons=True)
def red_line_rate(
    district: District,
    period: Period,
    *,
    items: Numbers,
    red_lines: Sequence[str],
    window: Window = "year_to_date",
) -> pd.DataFrame:
    """
    Count the persons with an item that the plan calls a red line, of those on the list.

    A red line is a flag beside the balance. Its points are what the plan's items say, and may be 0.
    """
    values = _valued(items)
    lines = [str(item) for item in list_option(red_lines, "red_lines", '["discipline_breach"]')]
    _refuse_unvalued(lines, values, "red_lines")
    counted = _counted(district, period, window, values)
    if counted is None:
        return nothing_recorded()
    crossed = (counted.times[lines] > 0).any(axis=1)
    return _persons_with(district, counted, crossed.to_numpy())
