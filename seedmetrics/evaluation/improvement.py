"""What one more step would change: the score and rank a unit would have if one indicator reached its target."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from seedmetrics.evaluation.plan import Plan
from seedmetrics.evaluation.scoring import TOTAL, score_indicators
from seedmetrics.formulas.closure import closure_rate
from seedmetrics.formulas.ranking import rank, rank_sets
from seedmetrics.indicators import find_indicator

MOST_STEPS = 3
# A step of more than a quarter of what is counted is no next step.
LARGEST_STEP = 0.25
STEP_COLUMNS = [
    "indicator",
    "step",
    "value_from",
    "value_to",
    "score",
    "rank",
    "rank_low",
    "rank_high",
]


def next_steps(plan: Plan, measured: pd.DataFrame, group: Sequence[str], unit: str) -> pd.DataFrame:
    """
    Try, one at a time, the few cases or items that would bring an indicator of one unit to its target.

    Parameters
    ----------
    plan : Plan
        Targets and weights.
    measured : DataFrame
        The measured indicators of the period, all units.
    group : sequence of str
        Codes of the units that are ranked with this one.
    unit : str
        The unit.

    Returns
    -------
    DataFrame
        indicator, step (how many more of those that did not count would have to), value_from, value_to, score, rank,
        rank_low, rank_high; at most three, the largest gain first. Only shares of counts below their target are
        tried, and only where no more than a quarter of the count would have to change; all else stays as it is.
    """
    measured = measured[measured["unit"].isin(group)].reset_index(drop=True)
    now = score_indicators(plan, measured.drop(columns=["score", "weight"])).nodes
    mine_now = now.loc[(now["node"] == TOTAL) & (now["unit"] == unit), "score"].iloc[0]
    mine = measured[measured["unit"] == unit].set_index("indicator")
    rows = []
    for entry in plan.indicators:
        before = mine.loc[entry.name].to_dict()
        found = find_indicator(entry.name)
        # Only a share of counts can be moved item by item: neither a mean nor days in post can.
        if not (found.sampled and before["weight"] > 0):
            continue
        step = _items_to_target(before, entry.target, entry.direction)
        if step is None or step > before["denominator"] * LARGEST_STEP:
            continue
        after = _changed(plan, measured, unit, entry.name, step * entry.direction)
        rows.append({"indicator": entry.name, "step": step, "value_from": before["value"], **after})
    table = pd.DataFrame(rows, columns=STEP_COLUMNS)
    # A unit without a score gains none, and one held down by a cap may gain nothing.
    gains = pd.DataFrame(table[table["score"] > mine_now])
    order = gains.sort_values(["score", "indicator"], ascending=[False, True], ignore_index=True)
    return order.head(MOST_STEPS)


def _items_to_target(row: dict[Hashable, Any], target: float | None, direction: int) -> int | None:
    """Return how many items more (or fewer, where less is better) meet the target; None where none need to."""
    numerator, denominator = row["numerator"], row["denominator"]
    # A count told as a class is not known, so neither is how many more it needs.
    if target is None or np.isnan(numerator):
        return None
    needed = target * denominator
    items = (
        np.ceil(needed - 1e-9) - numerator if direction > 0 else numerator - np.floor(needed + 1e-9)
    )
    return int(items) if items > 0 else None


def _changed(
    plan: Plan, measured: pd.DataFrame, unit: str, name: str, step: int
) -> dict[str, float]:
    """Score the group again with one numerator moved by `step`."""
    changed = measured.drop(columns=["score", "weight"]).copy()
    here = (changed["unit"] == unit) & (changed["indicator"] == name)
    numerator = changed.loc[here, "numerator"] + step
    interval = closure_rate(
        numerator.to_numpy(),
        changed.loc[here, "denominator"].to_numpy(),
        confidence_level=plan.confidence_level,
    )
    had_interval = changed.loc[here, "low"].notna().to_numpy()
    changed.loc[here, "numerator"] = numerator
    changed.loc[here, "value"] = interval.rate
    changed.loc[here, "low"] = np.where(had_interval, interval.low, np.nan)
    changed.loc[here, "high"] = np.where(had_interval, interval.high, np.nan)
    nodes = score_indicators(plan, changed).nodes
    total = nodes[(nodes["node"] == TOTAL) & nodes["score"].notna()].set_index("unit").sort_index()
    result = {
        "value_to": float(interval.rate[0]),
        "score": np.nan,
        "rank": np.nan,
        "rank_low": np.nan,
        "rank_high": np.nan,
    }
    if unit in total.index:
        place = total.index.get_loc(unit)
        sets = rank_sets(
            total["score"].to_numpy(),
            np.maximum(total["standard_error"].to_numpy(), 1e-9),
            confidence_level=plan.confidence_level,
        )
        result |= {
            "score": float(total["score"].to_numpy()[place]),
            "rank": float(rank(total["score"].to_numpy())[place]),
            "rank_low": float(sets.low[place]),
            "rank_high": float(sets.high[place]),
        }
    return result
