"""What one more step would change: the score and rank a unit would have if one indicator reached its target."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from seedmetrics.evaluation.group import GroupRows
from seedmetrics.evaluation.plan import Plan
from seedmetrics.evaluation.scoring import Laid, Scorer
from seedmetrics.evaluation.standing import EXACT
from seedmetrics.formulas.closure import closure_rate
from seedmetrics.formulas.ranking import rank_sets
from seedmetrics.indicators import find_indicator

Array = npt.NDArray[np.float64]
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


def next_steps(plan: Plan, group: GroupRows, unit: str) -> pd.DataFrame:
    """
    Try, one at a time, the few cases or items that would bring an indicator of one unit to its target.

    Parameters
    ----------
    plan : Plan
        Targets and weights.
    group : GroupRows
        The units that are ranked with this one, and what was measured of them.
    unit : str
        The unit.

    Returns
    -------
    DataFrame
        indicator, step (how many more of those that did not count would have to), value_from, value_to, score, rank,
        rank_low, rank_high; at most three, the largest gain first. Only shares of counts below their target are
        tried, and only where no more than a quarter of the count would have to change; all else stays as it is.
    """
    now, scorer = group.laid, Scorer(plan)
    place = now.units.tolist().index(unit)
    steps = _steps(plan, now, place)
    if not steps:
        return pd.DataFrame(columns=STEP_COLUMNS)
    total, error = scorer.totals(now)
    changed = _changed(plan, now, place, steps)
    # The other units stay as they are, so only this one is scored again, once for each step.
    scores, errors = scorer.totals(changed)
    names = list(steps)
    # A unit without a score gains none, and one held down by a cap may gain nothing.
    gains = [k for k in range(len(names)) if scores[k] > total[place]]
    gains.sort(key=lambda k: (-scores[k], names[k]))
    rows = []
    # The sets of ranks are the dear part: only of what is told.
    for k in gains[:MOST_STEPS]:
        column = scorer.names.index(names[k])
        total[place], error[place] = scores[k], errors[k]
        rows.append(
            {
                "indicator": names[k],
                "step": steps[names[k]],
                "value_from": now.columns["value"][place, column],
                "value_to": changed.columns["value"][k, column],
                **_standing(plan, total, error, place),
            }
        )
    return pd.DataFrame(rows, columns=STEP_COLUMNS)


def _steps(plan: Plan, now: Laid, place: int) -> dict[str, int]:
    """Return how many items each indicator of a unit that can be moved lacks to its target."""
    mine = {name: table[place].tolist() for name, table in now.columns.items()}
    found = {}
    for k, entry in enumerate(plan.indicators):
        # Only a share of counts can be moved item by item: neither a mean nor days in post can.
        if not (find_indicator(entry.name).sampled and mine["weight"][k] > 0):
            continue
        numerator, denominator = mine["numerator"][k], mine["denominator"][k]
        step = _items_to_target(numerator, denominator, entry.target, entry.direction)
        if step is not None and step <= denominator * LARGEST_STEP:
            found[entry.name] = step
    return found


def _items_to_target(
    numerator: float, denominator: float, target: float | None, direction: int
) -> int | None:
    """Return how many items more (or fewer, where less is better) meet the target; None where none need to."""
    # A count told as a class is not known, so neither is how many more it needs.
    if target is None or np.isnan(numerator):
        return None
    needed = target * denominator
    items = (
        np.ceil(needed - 1e-9) - numerator if direction > 0 else numerator - np.floor(needed + 1e-9)
    )
    return int(items) if items > 0 else None


def _changed(plan: Plan, now: Laid, place: int, steps: Mapping[str, int]) -> Laid:
    """Return a unit's values, a row for each step with its one numerator moved; of one step two rows."""
    names = [entry.name for entry in plan.indicators]
    columns = np.array([names.index(name) for name in steps])
    signs = np.array([plan.indicators[k].direction for k in columns])
    # Sums over one row alone would be added in another order than over the rows of a group.
    count = max(len(steps), 2)
    tables = {name: np.tile(table[place][:, None], count).T for name, table in now.columns.items()}
    here = np.arange(len(columns)), columns
    numerator = tables["numerator"][here] + signs * np.array(list(steps.values()))
    interval = closure_rate(
        numerator, tables["denominator"][here], confidence_level=plan.confidence_level
    )
    had_interval = ~np.isnan(tables["low"][here])
    tables["numerator"][here], tables["value"][here] = numerator, interval.rate
    tables["low"][here] = np.where(had_interval, interval.low, np.nan)
    tables["high"][here] = np.where(had_interval, interval.high, np.nan)
    return Laid(now.units[np.full(count, place)], now.places, tables)


def _standing(plan: Plan, total: Array, error: Array, place: int) -> dict[str, float]:
    """Return score, rank and the ends of its interval of one unit among those that have a score."""
    scored = ~np.isnan(total)
    at = int(scored[:place].sum())
    sets = rank_sets(
        total[scored], np.maximum(error[scored], EXACT), confidence_level=plan.confidence_level
    )
    return {
        "score": float(total[place]),
        "rank": float(sets.rank[at]),
        "rank_low": float(sets.low[at]),
        "rank_high": float(sets.high[at]),
    }
