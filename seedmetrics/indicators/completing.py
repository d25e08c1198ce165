"""What an indicator's function counted, made whole: every unit, every column, the values and intervals of shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from seedmetrics.errors import PlanError
from seedmetrics.formulas.closure import closure_rate as wilson_rate

if TYPE_CHECKING:
    from seedmetrics.indicators.registry import Indicator

Table = npt.NDArray[np.float64]

MEASURED = ["value", "numerator", "denominator", "low", "high", "excluded", "persons"]
VALUE, NUMERATOR, DENOMINATOR, LOW, HIGH, _, PERSONS = range(len(MEASURED))


def completed(
    found: Indicator, result: pd.DataFrame, units: pd.Index, confidence_level: float
) -> pd.DataFrame:
    """Give what a function counted every unit and every column, and a share its value and interval."""
    table = aligned(found, result, units)
    rows = np.full(len(units), found.share)
    fill_shares(table, rows, rows & found.exact, confidence_level)
    return pd.DataFrame(table, index=units.rename("unit"), columns=MEASURED)


def aligned(found: Indicator, result: pd.DataFrame, units: pd.Index) -> Table:
    """Return what a function counted with every unit a row and every column of `MEASURED`; NaN where it has none."""
    at = result.index.get_indexer(units)
    table = np.full((len(units), len(MEASURED)), np.nan)
    for k, column in enumerate(MEASURED):
        if column in result:
            values = result[column].to_numpy(dtype="float64", na_value=np.nan)
            table[at >= 0, k] = values[at[at >= 0]]
    if found.persons and "persons" not in result:
        table[:, PERSONS] = table[:, DENOMINATOR]
    if found.share:
        _refuse_no_share(found, table, units)
    return table


def _refuse_no_share(found: Indicator, table: Table, units: pd.Index) -> None:
    """Refuse a share of more than all, or of less than none."""
    numerator, denominator = table[:, NUMERATOR], table[:, DENOMINATOR]
    wrong = (numerator > denominator) | (numerator < 0)
    if wrong.any():
        k = int(np.argmax(wrong))
        msg = (
            f"the indicator {found.name!r} gives {numerator[k]:g} of {denominator[k]:g} for "
            f"unit {units[k]!r}, which is no share: mend the function that counts it"
        )
        raise PlanError(msg)


def fill_shares(
    table: Table,
    shares: npt.NDArray[np.bool_],
    exact: npt.NDArray[np.bool_],
    confidence_level: float,
) -> None:
    """Make values from the counts of rows that are shares, and intervals of all but the exact, in place."""
    counted = ~np.isnan(table[:, DENOMINATOR])
    numerator = np.nan_to_num(table[:, NUMERATOR])
    denominator = np.nan_to_num(table[:, DENOMINATOR])
    with np.errstate(invalid="ignore"):
        value = numerator[exact] / denominator[exact]
    table[exact, VALUE] = np.where(counted[exact], value, np.nan)
    rest = shares & ~exact
    interval = wilson_rate(numerator[rest], denominator[rest], confidence_level=confidence_level)
    table[rest, VALUE] = np.where(counted[rest], interval.rate, np.nan)
    table[rest, LOW], table[rest, HIGH] = interval.low, interval.high
