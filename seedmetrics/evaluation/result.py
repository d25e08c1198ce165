"""What an evaluation holds: the whole of it, and the part that concerns one unit."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from seedmetrics.errors import SeedmetricsError
from seedmetrics.evaluation.annual import annual_scores
from seedmetrics.evaluation.budget import IndicatorBudget, indicator_budget
from seedmetrics.evaluation.closure import Closure
from seedmetrics.evaluation.group import GroupRows
from seedmetrics.evaluation.improvement import next_steps
from seedmetrics.evaluation.measuring import year_scored
from seedmetrics.evaluation.plan import Plan
from seedmetrics.evaluation.protection import WITHHELD
from seedmetrics.evaluation.standing import EXACT
from seedmetrics.formulas.ranking import rankability
from seedmetrics.indicators import find_indicator
from seedmetrics.records import District, Period
from seedmetrics.showing import Shown

INDICATOR_COLUMNS = [
    "plan", "period", "unit", "indicator", "value", "numerator", "denominator", "low", "high", "excluded", "score",
    "weight",
]  # fmt: skip
LEAGUE_COLUMNS = [
    "plan", "period", "group", "unit", "name", "score", "rank", "rank_low", "rank_high", "tier", "previous_rank",
]  # fmt: skip
# Whole numbers, missing where a unit has no rank.
PLACES = ["rank", "rank_low", "rank_high", "tier", "previous_rank"]


@dataclass(frozen=True, eq=False)
class Evaluation(Shown):
    """
    A plan applied to a district's records over one period, with the periods before it.

    Attributes
    ----------
    district : District
        The records it was made from.
    plan : Plan
        The plan.
    period : Period
        The period evaluated.
    periods : tuple of Period
        It and the earlier ones of which there are records, oldest first.
    indicators : DataFrame
        plan, period, unit, indicator, value, numerator, denominator, low, high, excluded, score, weight, and
        count_class (how a count of few persons is told, see `protection.protect`). Earlier periods have the
        indicators that make up the score.
    scores : DataFrame
        period, unit, node, score, low, high, standard_error, weight; all periods.
    standings : DataFrame
        The league of every period with what lies behind it: intervals, size of the group, firmness of the tier,
        reason where a unit has no rank.
    closure : Closure or None
        Case records, counted; None where the plan asks for none.
    version : str
        Version of the package that made it.
    """

    district: District
    plan: Plan
    period: Period
    periods: tuple[Period, ...]
    indicators: pd.DataFrame
    scores: pd.DataFrame
    standings: pd.DataFrame
    closure: Closure | None
    version: str
    _prepared: dict[str, GroupRows] = field(init=False, repr=False, default_factory=dict)

    def __repr__(self) -> str:
        """Say what was evaluated, in one line."""
        ranked = int(self.league["rank"].notna().sum())
        return f"<Evaluation {self.plan.name} {self.period}: {ranked} of {len(self.league)} units ranked>"

    def __getitem__(self, code: str) -> UnitEvaluation:
        """Return what concerns one unit; see `unit`."""
        return self.unit(code)

    def _ipython_key_completions_(self) -> list[str]:
        """Offer the codes of the units to the tab key, after ``evaluation["``."""
        return list(map(str, self.units.index))

    @property
    def league(self) -> pd.DataFrame:
        """The league table of the period: one row a unit, by group and rank."""
        now = self.standings["period"] == str(self.period)
        table = self.standings.loc[now, LEAGUE_COLUMNS].reset_index(drop=True)
        return table.astype(dict.fromkeys(PLACES, "Int64"))

    @cached_property
    def annual(self) -> pd.DataFrame:
        """
        The year's score and grade of each unit so far, see `annual.annual_scores`; empty without ``[annual]``.

        It is worked out when it is first asked for: the page of one unit does not show it.
        """
        year = year_scored(self.district, self.plan, self.period)
        return annual_scores(self.plan, year, self.units)

    @cached_property
    def budget(self) -> IndicatorBudget:
        """How much the plan measures and what it asks of a unit, see `indicator_budget`."""
        return indicator_budget(self.plan, self.district, self.period)

    @cached_property
    def rankability(self) -> dict[str, float]:
        """Share of the variance of the scores of each group that is not chance, from their standard errors."""
        now = self.standings[self.standings["period"] == str(self.period)]
        found = {}
        for group, rows in now[now["score"].notna()].groupby("group", sort=True):
            error = np.maximum(rows["standard_error"].to_numpy(float), EXACT)
            found[str(group)] = rankability(rows["score"].to_numpy(float), error)
        return found

    def group_rows(self, group: str) -> GroupRows:
        """Return what the units of one group are compared by; worked out anew unless `kept.prepare` has done so."""
        return self._prepared.get(group) or self._group_rows(group)

    def compare_groups(self) -> None:
        """Work out now what `group_rows` returns of every group; see `kept.prepare`."""
        now = self.standings[self.standings["period"] == str(self.period)]
        for group in map(str, now["group"].unique()):
            rows = self._prepared[group] = self._group_rows(group)
            _ = rows.of_entries, rows.medians, rows.standing_out

    def _group_rows(self, group: str) -> GroupRows:
        """Work out what `group_rows` returns."""
        period = str(self.period)
        now = self.standings["period"] == period
        codes = self.standings.loc[now & (self.standings["group"] == group), "unit"]
        peers = sorted(map(str, codes))
        rows, nodes = (
            table[(table["period"] == period).to_numpy() & table["unit"].isin(peers).to_numpy()]
            for table in (self.indicators, self.scores)
        )
        return GroupRows(self.plan, peers, rows.reset_index(drop=True), nodes)

    @property
    def complete(self) -> bool:
        """Whether the period was over when the records were taken."""
        return self.period.over(self.district.as_of)

    @property
    def units(self) -> pd.DataFrame:
        """The units evaluated, by code."""
        return self.district.units_at(self.plan.level)

    @property
    def sources(self) -> pd.DataFrame:
        """Files read, with SHA-256 and rows; the plan and the rules it names are among them."""
        file, digest = self.plan.file, self.plan.sha256
        if self.plan.changed or not file:
            file, digest = f"{file or self.plan.name} (changed in Python)", self.plan.fingerprint
        read = [{"table": "plan", "file": file, "sha256": digest}]
        read += [
            {"table": "rules", "file": f, "sha256": d} for f, d in self.plan.rule_files.items()
        ]
        return pd.concat([self.district.sources, pd.DataFrame(read)], ignore_index=True)

    @property
    def problems(self) -> pd.DataFrame:
        """Every problem met while reading: severity, file, row, column, value, what, remedy."""
        return self.district.problems

    def shared_indicators(self) -> pd.DataFrame:
        """
        Return `indicators` as it may leave the office.

        Under the plan's ``small_counts = "withhold"`` a share of fewer than ``minimum_denominator``, or what rests on
        fewer than ``minimum_persons``, keeps its row, but neither value nor counts; so does what is about persons in
        earlier periods. Everything that is written to be shared goes through here.
        """
        table = self.indicators[INDICATOR_COLUMNS].copy()
        columns = ["value", "numerator", "denominator", "low", "high", "excluded"]
        hidden = self._withheld(table) | (self.indicators["count_class"] == WITHHELD)
        # Counts of persons that grow through a year would tell by their differences what each of them hides.
        persons = [n for n in table["indicator"].unique() if find_indicator(n).persons]
        earlier = table["period"] != str(self.period)
        if self.plan.small_counts != "show":
            hidden |= earlier & table["indicator"].isin(persons)
        table.loc[hidden, columns] = np.nan
        return table

    def _withheld(self, table: pd.DataFrame) -> pd.Series:
        """Say which rows hold counts too small to be shared."""
        if self.plan.small_counts == "show":
            return pd.Series(data=False, index=table.index)
        sampled = [name for name in table["indicator"].unique() if find_indicator(name).sampled]
        small = (table["denominator"] > 0) & (table["denominator"] < self.plan.minimum_denominator)
        return small & table["indicator"].isin(sampled)

    def shared_totals(self) -> pd.DataFrame:
        """
        Sum the shares of the period over all units, as the sums may leave the office.

        Where the counts of a single unit are withheld, the sum leaves them out: it would give them away. Those of two
        units and more are in it.

        Returns
        -------
        DataFrame
            Indexed by indicator, shares of counts only: numerator, denominator, units (in the sums).
        """
        now = self.indicators[self.indicators["period"] == str(self.period)]
        now = now[now["indicator"].map(lambda name: find_indicator(name).sampled).astype(bool)]
        withheld = self._withheld(now)
        alone = withheld.groupby(now["indicator"]).transform("sum") == 1
        # A count told as a class has no numerator, and is in no sum.
        kept = now[~(withheld & alone) & (now["denominator"] > 0) & now["numerator"].notna()]
        sums = kept.groupby("indicator")[["numerator", "denominator"]].sum()
        return sums.assign(units=kept.groupby("indicator").size())

    def to_frame(self) -> pd.DataFrame:
        """Return the indicators of the period, one row a unit and one column an indicator's value."""
        now = self.indicators[self.indicators["period"] == str(self.period)]
        return now.pivot(index="unit", columns="indicator", values="value")

    def save(self, folder: str | Path) -> None:
        """Write ``indicators.csv`` and ``league.csv`` in full precision, small counts withheld as the plan says."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self.shared_indicators().to_csv(folder / "indicators.csv", index=False, lineterminator="\n")
        self.league.to_csv(folder / "league.csv", index=False, lineterminator="\n")

    def unit(self, code: str) -> UnitEvaluation:
        """
        Return what concerns one unit.

        Parameters
        ----------
        code : str
            The unit's code.

        Returns
        -------
        UnitEvaluation

        Raises
        ------
        SeedmetricsError
            When the plan evaluates no such unit; the message offers the nearest code.
        """
        if code not in self.units.index:
            every = self.district.units
            named = every.index[(every["name_zh"] == code) | (every["name_en"] == code)]
            near = difflib.get_close_matches(code, self.units.index, n=1, cutoff=0.3)
            if len(named):
                hint = f"give its code, {named[0]!r}"
            elif code in every.index:
                level = str(every["level"][code])
                hint = f"that is a unit of level {level}, the plan's are {self.plan.level}"
            elif near:
                hint = f"did you mean {near[0]!r}?"
            else:
                hint = f"units are {', '.join(self.units.index)}"
            msg = f"the plan {self.plan.name!r} evaluates no unit {code!r}: {hint}"
            raise SeedmetricsError(msg)
        return UnitEvaluation(self, code)


@dataclass(frozen=True, eq=False)
class UnitEvaluation(Shown):
    """
    The part of an evaluation that concerns one unit.

    Attributes
    ----------
    evaluation : Evaluation
        The whole.
    code : str
        The unit's code.
    """

    evaluation: Evaluation
    code: str

    def __repr__(self) -> str:
        """Say which unit, in one line."""
        return f"<UnitEvaluation {self.code} {self.evaluation.plan.name} {self.evaluation.period}>"

    def name(self, language: str) -> str:
        """Return the unit's name in one language."""
        return self.evaluation.district.unit_name(self.code, language)

    @property
    def group(self) -> str:
        """The group in which the unit is ranked."""
        return str(self.standing["group"])

    @cached_property
    def standing(self) -> pd.Series:
        """The unit's row of the standings of the period."""
        return self.history.iloc[-1]

    @cached_property
    def history(self) -> pd.DataFrame:
        """The unit's standings by period, oldest first."""
        rows = self.evaluation.standings
        periods = [str(period) for period in self.evaluation.periods]
        return rows[rows["unit"] == self.code].set_index("period").loc[periods]

    @cached_property
    def _group(self) -> GroupRows:
        """What the units of the group are compared by."""
        return self.evaluation.group_rows(self.group)

    @property
    def peers(self) -> list[str]:
        """Codes of the units of the group, this one included."""
        return self._group.peers

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """
        The unit's indicators in the order of the plan, indexed by name.

        Columns: value, numerator, denominator, low, high, excluded, score, weight, count_class, points (score ×
        weight), plan_weight, pillar, share, target, floor, direction, group_median, peers (units of the group with a
        value), reading.
        """
        return self._group.table_of(self.code)

    @cached_property
    def rows(self) -> dict[str, dict[str, Any]]:
        """`indicators` row by row, by name; each row has its name under ``indicator``."""
        table = self.indicators.reset_index()
        columns = {str(name): table[name].tolist() for name in table.columns}
        rows = (dict(zip(columns, row)) for row in zip(*columns.values()))
        return {row["indicator"]: row for row in rows}

    @cached_property
    def pillars(self) -> pd.DataFrame:
        """The unit's pillars: node, score, low, high, weight, group_median."""
        rows = self._group.nodes
        nodes = [pillar.name for pillar in self.evaluation.plan.pillars]
        mine = rows[rows["unit"] == self.code].set_index("node").loc[nodes]
        mine = mine[["score", "low", "high", "weight"]].assign(group_median=self._group.medians)
        return mine.rename_axis("node").reset_index()

    @cached_property
    def _boards(self) -> tuple[list[str], list[str], list[str]]:
        """Strong, weak and below-the-floor indicators, against the group."""
        names = list(self.indicators.index)
        found, place = self._group.standing_out, self._group.place_of(self.code)
        scored = self.indicators["weight"].to_numpy() > 0
        strong = [n for n, yes in zip(names, found.strong[place] & scored, strict=True) if yes]
        weak = [n for n, yes in zip(names, found.weak[place] & scored, strict=True) if yes]
        below = self.indicators["reading"].to_numpy() == "below_floor"
        return strong, weak, [n for n, yes in zip(names, below, strict=True) if yes]

    @property
    def strengths(self) -> list[str]:
        """Indicators clearly above the middle of the group (robust deviations of the scores)."""
        return self._boards[0]

    @property
    def weaknesses(self) -> list[str]:
        """Indicators clearly below the middle of the group."""
        return self._boards[1]

    @property
    def below_floor(self) -> list[str]:
        """Indicators under the floor that the plan sets."""
        return self._boards[2]

    @cached_property
    def next_steps(self) -> pd.DataFrame:
        """What bringing one indicator to its target would change; see `improvement.next_steps`."""
        return next_steps(self.evaluation.plan, self._group, self.code)
