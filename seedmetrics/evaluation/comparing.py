"""Two evaluations of the same units side by side: who moves, and whether by more than was left open before."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from seedmetrics.errors import SeedmetricsError
from seedmetrics.evaluation.result import Evaluation
from seedmetrics.formulas.ranking import agreement
from seedmetrics.showing import Shown


@dataclass(frozen=True, slots=True, eq=False)
class Comparison(Shown):
    """
    What becomes of the ranks when something of a plan, or the period, is another.

    Attributes
    ----------
    before, after : Evaluation
        The two.
    ranks : DataFrame
        Indexed by unit, in the order of `after`: group, name, rank_before, low_before, high_before, score_before, rank,
        rank_low, rank_high, score, places (moved; climbing is positive) and beyond (whether the new rank lies outside
        the ranks that were left open before).
    agreement : Series
        Kendall's tau-b of the two rankings, by group; NaN for fewer than two units.
    """

    before: Evaluation
    after: Evaluation
    ranks: pd.DataFrame
    agreement: pd.Series

    def __repr__(self) -> str:
        """Say how many move, in one line."""
        moved = int((self.ranks["places"].fillna(0) != 0).sum())
        return f"<Comparison {self.before.plan.name} {self.before.period}: {moved} of {len(self.ranks)} units move>"

    def save(self, folder: str | Path) -> None:
        """Write ``comparison.csv`` in full precision."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self.ranks.to_csv(folder / "comparison.csv", lineterminator="\n")


def compare(before: Evaluation, after: Evaluation) -> Comparison:
    """
    Put two evaluations of the same units side by side.

    Parameters
    ----------
    before, after : Evaluation
        By two plans, or over two periods; groups are those of `after`.

    Returns
    -------
    Comparison

    Raises
    ------
    SeedmetricsError
        When they do not evaluate the same units.

    Examples
    --------
    >>> import seedmetrics as sm
    >>> evaluation = sm.evaluate(sm.open_district("data/sample"), plan="township", period="2025Q3")
    >>> sm.compare(evaluation, evaluation)
    <Comparison township 2025Q3: 0 of 17 units move>
    """
    old, new = (_standings(evaluation) for evaluation in (before, after))
    if set(old.index) != set(new.index):
        msg = (
            f"the two evaluate different units ({before.plan.level} and {after.plan.level}): "
            "compare evaluations of one district by plans of one level"
        )
        raise SeedmetricsError(msg)
    old = old.reindex(new.index)
    ranks = new[["group", "name"]].assign(
        rank_before=old["rank"],
        low_before=old["rank_low"],
        high_before=old["rank_high"],
        score_before=old["score"],
        rank=new["rank"],
        rank_low=new["rank_low"],
        rank_high=new["rank_high"],
        score=new["score"],
        places=old["rank"] - new["rank"],
        beyond=(new["rank"] < old["rank_low"]) | (new["rank"] > old["rank_high"]),
    )
    kendall = {
        str(group): agreement(rows["rank_before"], rows["rank"]).kendall
        for group, rows in ranks.groupby("group", sort=True)
    }
    return Comparison(before, after, ranks, pd.Series(kendall, name="kendall", dtype=np.float64))


def _standings(evaluation: Evaluation) -> pd.DataFrame:
    """Return the standings of the period, by unit."""
    table = evaluation.standings
    return table[table["period"] == str(evaluation.period)].set_index("unit")
