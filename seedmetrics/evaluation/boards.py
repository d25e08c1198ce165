"""Long, short and bottom boards: which indicators of a unit stand out in its group, and what is derived from that."""

from __future__ import annotations

import numpy as np
import pandas as pd

from seedmetrics.evaluation.plan import Plan
from seedmetrics.evaluation.scoring import Scored
from seedmetrics.formulas.ranking import strengths
from seedmetrics.indicators import derive, find_indicator


def boards(plan: Plan, scored: Scored, before: Scored | None, units: pd.DataFrame) -> pd.DataFrame:
    """
    Say of each indicator that makes up a part of a unit's score whether it stands out.

    Parameters
    ----------
    plan : Plan
        Floors and directions.
    scored : Scored
        The period.
    before : Scored or None
        The period before it, where that was scored.
    units : DataFrame
        The units, with their ``group``.

    Returns
    -------
    DataFrame
        unit, indicator, strong, weak, floor, below_floor, weak_before: what the functions of
        `seedmetrics.indicators.longboards` take.
    """
    table = _standing_out(plan, scored, units)
    if before is None:
        return table.assign(weak_before=np.nan)
    earlier = _standing_out(plan, before, units).set_index(["unit", "indicator"])["weak"]
    keys = pd.MultiIndex.from_frame(table[["unit", "indicator"]])
    return table.assign(weak_before=earlier.astype(object).reindex(keys).to_numpy())


def _standing_out(plan: Plan, scored: Scored, units: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each unit and indicator with a weight in its score."""
    rows = scored.indicators[scored.indicators["weight"] > 0].reset_index(drop=True)
    if rows.empty:
        return rows.assign(strong=[], weak=[], floor=[], below_floor=[])[
            ["unit", "indicator", "strong", "weak", "floor", "below_floor"]
        ]
    wide = rows.pivot(index="unit", columns="indicator", values="score")
    groups = units["group"].reindex(wide.index).fillna("").to_numpy(str)
    found = strengths(wide.to_numpy(float), groups=groups)
    at = (
        wide.index.get_indexer(pd.Index(rows["unit"])),
        wide.columns.get_indexer(pd.Index(rows["indicator"])),
    )
    entries = {name: plan.entry(name) for name in wide.columns}
    floor = rows["indicator"].map({n: e.floor for n, e in entries.items()}).astype("float64")
    sign = rows["indicator"].map({n: e.direction for n, e in entries.items()})
    return pd.DataFrame(
        {
            "unit": rows["unit"],
            "indicator": rows["indicator"],
            "strong": found.strong[at],
            "weak": found.weak[at],
            "floor": floor.notna(),
            "below_floor": sign * rows["value"] < sign * floor,
        }
    )


def derived_rows(
    plan: Plan, scored: Scored, before: Scored | None, units: pd.DataFrame
) -> pd.DataFrame:
    """Return the rows of the plan's derived indicators: measured, never scored."""
    names = [e.name for e in plan.indicators if find_indicator(e.name).derived]
    if not names:
        return scored.indicators.iloc[:0]
    table = boards(plan, scored, before, units)
    found = [
        derive(name, table, units.index, confidence_level=plan.confidence_level)
        .reset_index()
        .assign(indicator=name, score=float("nan"), weight=0.0, count_class="")
        for name in names
    ]
    return pd.concat(found, ignore_index=True)[list(scored.indicators.columns)]
