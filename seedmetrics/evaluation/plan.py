"""A plan: what is measured, how it is weighed and compared. Its numbers are the user's, none of them stands in code."""

from __future__ import annotations

import hashlib
import itertools
import math
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_validator

from seedmetrics.indicators import find_indicator
from seedmetrics.showing import Shown

Share = Annotated[float, Field(ge=0, le=1)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Part(BaseModel):
    """Any table of a plan: unknown keys are refused, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Title(_Part):
    """A name in English and Chinese."""

    en: str
    zh: str

    def __getitem__(self, language: str) -> str:
        """Return the name in one language."""
        return str(getattr(self, language))


class Pillar(_Part):
    """A branch of the plan's tree: indicators are weighed within it, it is weighed among pillars."""

    name: str
    title: Title
    weight: Weight


class PlanIndicator(_Part):
    """
    One indicator as the plan uses it.

    ``low`` and ``high`` are the goalposts: the values that score 0 and 100 (with ``direction`` -1, 100 and 0).
    """

    name: str
    pillar: str
    weight: Weight
    direction: Literal[1, -1] = 1
    low: Number | None = None
    high: Number | None = None
    target: Number | None = None
    floor: Number | None = None
    options: dict[str, Any] = {}
    title: Title | None = None

    @model_validator(mode="after")
    def _goalposts_in_order(self) -> Self:
        low, high = self.low, self.high
        if self.target is not None and self.floor is not None:
            gap = (self.target - self.floor) * self.direction
            if gap < 0:
                msg = (
                    f"`floor` ({self.floor}) is better than `target` ({self.target}) with direction "
                    f"{self.direction}: have they changed places?"
                )
                raise ValueError(msg)
        if low is not None and high is not None and not low < high:
            msg = f"`low` ({low}) must be below `high` ({high}); for less-is-better use direction = -1"
            raise ValueError(msg)
        return self


class Tiers(_Part):
    """How the ranked units of a group are parted into tiers."""

    quotas: list[Share] | None = None
    cuts: list[float] | None = None
    rounding: Literal["half-up", "floor", "ceil", "largest-remainder"] = "half-up"
    at_ties: Literal["up", "down"] = "up"
    names: dict[Literal["en", "zh"], list[str]] = {}

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        if (self.quotas is None) == (self.cuts is None):
            msg = "give either `quotas` or `cuts`"
            raise ValueError(msg)
        if self.cuts is not None and any(b >= a for a, b in itertools.pairwise(self.cuts)):
            msg = f"`cuts` must fall, from the best tier's down, got {self.cuts}"
            raise ValueError(msg)
        if self.quotas is not None and math.fsum(self.quotas) > 1 + 1e-9:
            msg = f"`quotas` sum to {math.fsum(self.quotas):g}, which is more than 1"
            raise ValueError(msg)
        for language, names in self.names.items():
            if len(names) != self.count:
                msg = f"there are {self.count} tiers, but {len(names)} names in {language!r}"
                raise ValueError(msg)
        return self

    @property
    def count(self) -> int:
        """Number of tiers."""
        if self.cuts is not None:
            return len(self.cuts) + 1
        quotas = self.quotas or []
        return len(quotas) + (math.fsum(quotas) < 1 - 1e-9)


class _Bound(_Part):
    """A rule that holds while an indicator that counts is below (or above) a value."""

    indicator: str
    below: float | None = None
    above: float | None = None

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        if (self.below is None) == (self.above is None):
            msg = "give either `below` or `above`"
            raise ValueError(msg)
        return self


class Cap(_Bound):
    """The score is at most ``score`` while an indicator that counts is below (or above) a value."""

    score: Annotated[float, Field(ge=0, le=100)]


class Veto(_Bound):
    """The tier is no better than ``tier`` while an indicator that counts is below (or above) a value."""

    tier: Annotated[int, Field(ge=1)]


class Grades(Tiers):
    """A scale of grades: tiers with their names, and where the scale comes from."""

    title: Title | None = None
    source: str = ""
    confirmed: bool = True
    note: str = ""


class GradeVeto(_Bound):
    """The year's grade is no better than ``grade`` while an indicator that counts is below (or above) a value."""

    grade: Annotated[int, Field(ge=1)]


class Annual(_Part):
    """
    How the year's records and what is fed into it make the year's score and grade.

    The score is ``scores`` hundredths of the score over the year up to the period, and the values of the indicators in
    ``points`` as they are: the plan's options say how many points each can give.
    """

    scores: Annotated[float, Field(gt=0, le=100)]
    points: list[str] = []
    grades: Grades
    vetoes: list[GradeVeto] = []

    @model_validator(mode="after")
    def _grades_exist(self) -> Self:
        for veto in self.vetoes:
            if veto.grade > self.grades.count:
                msg = f"the veto on {veto.indicator!r} names grade {veto.grade}; there are {self.grades.count}"
                raise ValueError(msg)
        return self


class CaseRule(_Part):
    """
    Which cases the closure section of a page shows; no channels means all.

    ``funnel`` says what a unit must lie beyond to differ from its group: what "chance" alone explains, or chance and
    the "spread" that units of the group have anyway. Of thousands of cases a unit nearly every one is beyond chance.
    """

    channels: list[str] = []
    funnel: Literal["chance", "spread"] = "chance"


class Plan(Shown, _Part):
    """A plan, checked. Its numbers are the user's: none of them stands in code."""

    name: Annotated[str, Field(pattern=r"^\w[\w-]*$")]
    version: str = "1"
    title: Title
    level: Literal["township", "alliance", "department", "village"]
    cadence: Literal["month", "quarter", "half", "year"]
    history: Annotated[int, Field(ge=1, le=40)] = 8
    basis: Literal["due", "received"] = "due"
    confidence_level: Annotated[float, Field(gt=0, lt=1)] = 0.95
    aggregation: Literal["arithmetic", "geometric", "harmonic"] = "arithmetic"
    missing: Literal["reweight", "nan", "error"] = "reweight"
    minimum_denominator: Annotated[int, Field(ge=0)] = 5
    small_counts: Literal["withhold", "show"] = "withhold"
    minimum_persons: Annotated[int, Field(ge=1)] = 5
    minimum_weight: Share = 0.5
    groups: dict[str, Title] = {}
    tiers: Tiers | None = None
    caps: list[Cap] = []
    vetoes: list[Veto] = []
    closure: CaseRule | None = None
    annual: Annual | None = None
    options: dict[str, dict[str, Any]] = {}
    pillars: Annotated[list[Pillar], Field(min_length=1)]
    indicators: Annotated[list[PlanIndicator], Field(min_length=1)]
    file: str = ""
    sha256: str = ""
    rule_files: dict[str, str] = {}
    _as_read: str = PrivateAttr(default="")

    def __repr__(self) -> str:
        """Say which plan, in one line."""
        return f"<Plan {self.name}, version {self.version}: {len(self.indicators)} indicators>"

    def __str__(self) -> str:
        """Say which plan, in one line."""
        return repr(self)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what the plan says, whatever file it came from."""
        said = self.model_dump_json(exclude={"file", "sha256", "rule_files"})
        return hashlib.sha256(said.encode()).hexdigest()

    def model_post_init(self, context: Any, /) -> None:  # noqa: ARG002  (pydantic gives it)
        """Remember what was read, so that a plan changed in Python does not pass for its file."""
        self._as_read = self.fingerprint

    @property
    def changed(self) -> bool:
        """Whether the plan was changed in Python after it was read."""
        return self.fingerprint != self._as_read

    @model_validator(mode="after")
    def _tree_holds(self) -> Self:
        names = [pillar.name for pillar in self.pillars]
        if len(set(names)) < len(names):
            msg = "two pillars have the same name"
            raise ValueError(msg)
        if math.fsum(pillar.weight for pillar in self.pillars) <= 0:
            msg = "the weights of the pillars sum to zero: give at least one a weight above 0"
            raise ValueError(msg)
        seen: set[str] = set()
        for entry in self.indicators:
            if entry.pillar not in names:
                msg = f"indicator {entry.name!r} names the pillar {entry.pillar!r}; pillars are {', '.join(names)}"
                raise ValueError(msg)
            if entry.name in seen:
                msg = f"the indicator {entry.name!r} is listed twice"
                raise ValueError(msg)
            seen.add(entry.name)
        return self

    @model_validator(mode="after")
    def _pillars_have_weight(self) -> Self:
        for pillar in self.pillars:
            total = math.fsum(e.weight for e in self.indicators if e.pillar == pillar.name)
            if pillar.weight > 0 and total <= 0:
                msg = (
                    f"the weights of the indicators of pillar {pillar.name!r} sum to zero: "
                    "give at least one a weight above 0, or the pillar the weight 0"
                )
                raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _rules_apply(self) -> Self:
        measured = {entry.name for entry in self.indicators}
        annual = self.annual
        rules: list[_Bound] = [*self.caps, *self.vetoes]
        rules += annual.vetoes if annual else []
        named = [rule.indicator for rule in rules] + (annual.points if annual else [])
        for name in named:
            if name not in measured:
                msg = f"a cap, a veto or [annual] names {name!r}, which is not among the plan's indicators"
                raise ValueError(msg)
        if annual and self.cadence == "year":
            msg = (
                "[annual] grades the year up to a period, but the cadence of this plan is the year"
            )
            raise ValueError(msg)
        have = self.tiers.count if self.tiers else 0
        for veto in self.vetoes:
            if veto.tier > have:
                msg = f"the veto on {veto.indicator!r} names tier {veto.tier}, but the plan has {have} tiers"
                raise ValueError(msg)
        return self

    @property
    def counted(self) -> list[str]:
        """Names of the indicators that make up the score."""
        return [name for name, weight in self.plan_weights().items() if weight > 0]

    @property
    def heeded(self) -> list[str]:
        """Names of the indicators that a score needs: those that make it up, and those that caps and vetoes look at."""
        rules: list[_Bound] = [*self.caps, *self.vetoes]
        needed = {*self.counted, *(rule.indicator for rule in rules)}
        return [entry.name for entry in self.indicators if entry.name in needed]

    def entry(self, name: str) -> PlanIndicator:
        """Return the plan's entry for an indicator."""
        return next(entry for entry in self.indicators if entry.name == name)

    def __getitem__(self, name: str) -> PlanIndicator:
        """Return the plan's entry for an indicator; see `entry`."""
        if name not in self._ipython_key_completions_():
            raise KeyError(name)
        return self.entry(name)

    def _ipython_key_completions_(self) -> list[str]:
        """Offer the names of the indicators to the tab key, after ``plan["``."""
        return [entry.name for entry in self.indicators]

    def plan_weights(self) -> dict[str, float]:
        """Return each indicator's share of the whole plan; they sum to 1."""
        pillars = {pillar.name: pillar.weight for pillar in self.pillars}
        whole = math.fsum(pillars.values())
        within = {
            name: math.fsum(e.weight for e in self.indicators if e.pillar == name)
            for name in pillars
        }
        return {
            e.name: (pillars[e.pillar] / whole * e.weight / within[e.pillar])
            if within[e.pillar]
            else 0.0
            for e in self.indicators
        }

    def goalposts(self, name: str) -> tuple[float, float]:
        """Return the values that score 0 and 100 (100 and 0 with direction -1); a share has 0 and 1."""
        entry = self.entry(name)
        low, high = (0.0, 1.0) if find_indicator(name).share else (math.nan, math.nan)
        return (low if entry.low is None else entry.low, high if entry.high is None else entry.high)

    def options_of(self, name: str) -> dict[str, Any]:
        """
        Return the options with which an indicator is called.

        The plan's ``basis``, then ``[options.MODULE]`` (of which an indicator takes what it knows), then the
        indicator's own ``options``.
        """
        accepted = find_indicator(name).options
        module = self.options.get(name.partition(".")[0], {})
        options = {"basis": self.basis} if "basis" in accepted else {}
        options |= {key: value for key, value in module.items() if key in accepted}
        return options | self.entry(name).options

    @property
    def tables(self) -> tuple[str, ...]:
        """Record tables that the plan's indicators and its closure section read."""
        needed = {table for e in self.indicators for table in find_indicator(e.name).tables}
        return tuple(sorted(needed | ({"cases"} if self.closure else set())))
