"""What the units of one group are compared by: their rows of the period, medians, and who stands out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from seedmetrics.evaluation.protection import BESIDE, WITHHELD
from seedmetrics.evaluation.scoring import Laid
from seedmetrics.formulas.ranking import strengths
from seedmetrics.indicators import find_indicator

if TYPE_CHECKING:
    from seedmetrics.evaluation.plan import Plan
    from seedmetrics.formulas.ranking.comparison import Strengths

Array = npt.NDArray[np.float64]
Texts = npt.NDArray[np.object_]
NUMBERS = ("value", "numerator", "denominator", "low", "high", "excluded", "score", "weight")


@dataclass(frozen=True, eq=False)
class GroupRows:
    """
    The indicators of the period of all units of one group; what follows is worked out when it is asked for.

    Attributes
    ----------
    plan : Plan
        Targets, floors, directions.
    peers : list of str
        Codes of the units, sorted.
    rows : DataFrame
        Their rows of `Evaluation.indicators`.
    nodes : DataFrame
        Their rows of `Evaluation.scores`, of the period.
    """

    plan: Plan
    peers: list[str]
    rows: pd.DataFrame
    nodes: pd.DataFrame

    @cached_property
    def names(self) -> list[str]:
        """The plan's indicators, in its order."""
        return [entry.name for entry in self.plan.indicators]

    @cached_property
    def laid(self) -> Laid:
        """The numbers of the rows as arrays, one row a unit and one column an indicator."""
        return Laid.of(self.names, self.rows, NUMBERS)

    @cached_property
    def _classes(self) -> Texts:
        """How each count is told, laid out in the same way."""
        found = np.full((len(self.laid.units), len(self.names)), "", dtype=object)
        row, column = self.laid.places
        found[row[column >= 0], column[column >= 0]] = self.rows["count_class"].to_numpy(object)[
            column >= 0
        ]
        return found

    @cached_property
    def of_entries(self) -> pd.DataFrame:
        """What the plan and the group say of each indicator, indexed by its name."""
        plan, values = self.plan, pd.DataFrame(self.laid.columns["value"])
        weights = plan.plan_weights()
        return pd.DataFrame(
            {
                "plan_weight": [weights[name] for name in self.names],
                "pillar": [entry.pillar for entry in plan.indicators],
                "share": [find_indicator(name).share for name in self.names],
                "target": [_or_nan(entry.target) for entry in plan.indicators],
                "floor": [_or_nan(entry.floor) for entry in plan.indicators],
                "direction": [entry.direction for entry in plan.indicators],
                "group_median": values.median().to_numpy(),
                "peers": values.notna().sum().to_numpy(),
            },
            index=pd.Index(self.names, name="indicator"),
        )

    @cached_property
    def medians(self) -> pd.Series:
        """Median score of each node of the tree."""
        return self.nodes.groupby("node")["score"].median()

    @cached_property
    def standing_out(self) -> Strengths:
        """Which scores stand out in the group: units of `laid` by indicators."""
        return strengths(self.laid.columns["score"])

    def place_of(self, code: str) -> int:
        """Return the place of a unit in `laid`."""
        return self.laid.units.tolist().index(code)

    def table_of(self, code: str) -> pd.DataFrame:
        """Return the indicators of one unit, see `UnitEvaluation.indicators`."""
        place = self.place_of(code)
        columns: dict[str, Array | list[str]] = {
            name: table[place] for name, table in self.laid.columns.items()
        }
        columns["count_class"] = self._classes[place].tolist()
        columns["points"] = np.nan_to_num(columns["score"]) * columns["weight"]
        mine = pd.DataFrame(columns, index=self.of_entries.index)
        table = pd.concat([mine, self.of_entries], axis=1)
        return table.assign(reading=_readings(table))


def _or_nan(value: float | None) -> float:
    """Return NaN for a number that the plan does not give."""
    return np.nan if value is None else value


def _readings(table: pd.DataFrame) -> list[str]:
    """
    Say how each value stands to its target and floor.

    met: the target is reached; near: it is not, but the interval holds it; short: the whole interval is on the
    wrong side; below_floor goes before these. A value that does not count is not_scored, withheld (few persons),
    nothing_due, not_reached (a median that fewer than half have reached) or missing.
    """
    value, score, denominator, sign, target, floor = (
        table[name].to_numpy(float)
        for name in ("value", "score", "denominator", "direction", "target", "floor")
    )
    end = np.where(sign > 0, table["high"].to_numpy(float), table["low"].to_numpy(float))
    absent = np.isnan(value)
    rules = {
        "withheld": absent & table["count_class"].isin([WITHHELD, BESIDE]).to_numpy(),
        "not_reached": absent & (denominator > 0) & ~table["share"].to_numpy(bool),
        "nothing_due": absent & (denominator == 0),
        "missing": absent,
        "not_scored": np.isnan(score),
        "below_floor": sign * value < sign * floor,
        "no_target": np.isnan(target),
        "met": sign * value >= sign * target,
        "near": sign * end >= sign * target,
    }
    found = np.select(list(rules.values()), list(rules), "short")
    return [str(text) for text in found]
