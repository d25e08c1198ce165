"""What a page asks of an evaluation, in one language: rows, names and nouns. Only counts are summed here."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pandas as pd

from seedmetrics.errors import SeedmetricsError
from seedmetrics.evaluation import Closure, Evaluation, Plan, UnitEvaluation
from seedmetrics.report.numbers import Numbers, missing, period_parts
from seedmetrics.report.words import IndicatorWords, Words

TOTAL = "total"
Made = TypeVar("Made")


def cell(table: pd.DataFrame, row: object, column: str) -> Any:
    """Return one cell of a table, untyped: what it holds is the records' business."""
    return table[column].loc[row]  # type: ignore[call-overload]


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """
    An evaluation as one language sees it.

    Attributes
    ----------
    evaluation : Evaluation
        What is shown.
    language : {"en", "zh"}
        Language of words and names.

    Notes
    -----
    A view is of one page. What it has looked up once it keeps, so an evaluation changed in place wants a new view.
    """

    evaluation: Evaluation
    language: str
    _kept: dict[Hashable, Any] = field(init=False, repr=False, default_factory=dict)

    @classmethod
    def of(cls, evaluation: Evaluation, language: str) -> View:
        """Return a view in `language`; empty means the district's own."""
        chosen = language or evaluation.district.language
        return cls(evaluation, Words(chosen).language)

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return what `make` returns, made once for this page; it must not be changed in place."""
        if key not in self._kept:
            self._kept[key] = make()
        found: Made = self._kept[key]
        return found

    @property
    def words(self) -> Words:
        """The catalogue of the language."""
        return Words(self.language)

    @property
    def numbers(self) -> Numbers:
        """How the language writes numbers."""
        return Numbers(self.language)

    @property
    def plan(self) -> Plan:
        """The plan."""
        return self.evaluation.plan

    @property
    def period(self) -> str:
        """The current period, as tables write it."""
        return self.once("period", lambda: str(self.evaluation.period))

    @property
    def periods(self) -> list[str]:
        """All periods, oldest first."""
        return [str(period) for period in self.evaluation.periods]

    @property
    def level(self) -> str:
        """The intervals' level in words: "95%"."""
        return self.numbers.percent(self.plan.confidence_level)

    @property
    def span(self) -> str:
        """What the period is called on its page: "quarter", "季度"."""
        return self.words(f"span.{period_parts(self.period)[2]}")

    # names ----------------------------------------------------------------------------------------------
    def name(self, unit: str) -> str:
        """Return a unit's name; its code where it has none."""
        return self.once(("name", unit), lambda: self._name(unit))

    def _name(self, unit: str) -> str:
        """Look up what `name` returns."""
        units = self.evaluation.district.units
        if unit not in units.index:
            return unit
        for column in (f"name_{self.language}", "name_zh", "name_en"):
            name = cell(units, unit, column) if column in units else None
            if not missing(name) and name:
                return str(name)
        return unit

    def group_title(self, group: str) -> str:
        """Return a group's title as a heading has it."""
        return self.words.sentence_case(self.noun(group))

    def title_of(self, text: str, *, code: str, group: str) -> str:
        """Return a figure's title: a group's name before it where it shows no unit, and there are several groups."""
        if code or len(self.groups()) < 2:
            return text
        named, inside = self.group_title(group), self.words.inside(text)
        return self.words("closure_page.group_title", group=named, title=inside)

    def noun(self, group: str) -> str:
        """Return a group's title as a sentence has it after a number: as the plan writes it."""
        title = self.words.pick(self.plan.groups.get(group)) if self.plan.groups else ""
        return title or self.words(f"level.{self.plan.level}")

    def pillar(self, name: str) -> str:
        """Return a pillar's title."""
        found = next((p for p in self.plan.pillars if p.name == name), None)
        return self.words.pick(found.title) if found else name

    def indicator(self, name: str) -> IndicatorWords:
        """Return an indicator's words; the plan's own title goes first."""

        def look_up() -> IndicatorWords:
            found = next((e for e in self.plan.indicators if e.name == name), None)
            return self.words.indicator(name, found.title if found else None)

        return self.once(("indicator", name), look_up)

    def tier(self, tier: object) -> str:
        """Return the name of a tier."""
        if missing(tier):
            return ""
        place = round(float(tier))  # type: ignore[arg-type]
        rule = self.plan.tiers
        named = {str(key): words for key, words in rule.names.items()} if rule else {}
        names = named.get(self.language, [])
        if 0 < place <= len(names):
            return str(names[place - 1])
        return self.words("tier.numbered", rank=self.numbers.place(place))

    @property
    def tier_count(self) -> int:
        """Number of tiers, 0 where the plan has none."""
        return self.plan.tiers.count if self.plan.tiers else 0

    # rows -----------------------------------------------------------------------------------------------
    def standings(self, period: str = "", group: str | None = None) -> pd.DataFrame:
        """Return standings indexed by unit, of one period (the current one) and one group (all)."""
        period = period or self.period

        def select() -> pd.DataFrame:
            if group is not None:
                table = self.standings(period)
                return table[table["group"] == group]
            table = self.evaluation.standings
            return table[table["period"].astype(str) == period].set_index("unit")

        return self.once(("standings", period, group), select)

    def groups(self) -> list[str]:
        """Return the groups that have units: the plan's order, then any others by code."""
        present = set(self.standings()["group"])
        planned = [group for group in (self.plan.groups or {}) if group in present]
        return planned + sorted(present - set(planned))

    def scores(self, node: str, group: str) -> pd.Series:
        """Return the scores of one node (the total, or a pillar) in one group this period, by unit."""

        def now() -> dict[str, pd.Series]:
            table: pd.DataFrame = self.evaluation.scores
            table = table[table["period"].astype(str) == self.period].set_index("unit")
            return {str(name): rows["score"] for name, rows in table.groupby("node")}

        found = self.once("scores", now).get(node, pd.Series(dtype="float64", name="score"))
        return found.reindex(self.standings(group=group).index)

    @property
    def closure(self) -> Closure | None:
        """The closure records of the evaluation, None without."""
        return self.evaluation.closure

    @property
    def cases(self) -> Closure:
        """The closure records, where the plan asks for them."""
        if self.evaluation.closure is None:
            msg = f"the plan {self.plan.name!r} has no [closure], so it counts no cases"
            raise SeedmetricsError(msg)
        return self.evaluation.closure

    def counts(self, units: Sequence[str] | None = None, period: str = "") -> pd.DataFrame:
        """Return the case counts of one period (the current one), indexed by unit."""
        period = period or self.period

        def select() -> pd.DataFrame:
            table: pd.DataFrame = self.cases.counts
            return table[table["period"].astype(str) == period].set_index("unit")

        table = self.once(("counts", period), select)
        if units is None:
            return table
        wanted = tuple(units)
        return self.once(
            ("counts", period, wanted),
            lambda: table.reindex([u for u in wanted if u in table.index]),
        )

    def few(self, denominator: object) -> bool:
        """Return whether a denominator is too small to be shown: above 0, below the plan's minimum."""
        if self.plan.small_counts == "show":
            return False
        return not missing(denominator) and 0 < float(denominator) < self.plan.minimum_denominator  # type: ignore[arg-type]

    def shown_counts(self, units: Sequence[str]) -> pd.DataFrame:
        """Return the counts of the units with enough due to be shown."""

        def select() -> pd.DataFrame:
            table = self.counts(units)
            return table[(table["due"] > 0) & ~table["due"].map(self.few).astype(bool)]

        return self.once(("shown_counts", tuple(units)), select)

    def unit(self, code: str) -> UnitEvaluation:
        """Return one unit's evaluation, the same each time."""
        return self.once(("unit", code), lambda: self._unit(code))

    def _unit(self, code: str) -> UnitEvaluation:
        """Look up what `unit` returns."""
        known = list(self.standings().index)
        if code not in known:
            msg = (
                f"no unit {code!r} in the plan {self.plan.name!r} for {self.period}: "
                f"units are {', '.join(map(str, known)) or 'none'}"
            )
            raise SeedmetricsError(msg)
        return self.evaluation.unit(code)
