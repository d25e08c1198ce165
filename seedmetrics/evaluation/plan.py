"""A plan: what is measured, how it is weighed and compared. Read from TOML, checked before anything is counted."""

from __future__ import annotations

import difflib
import hashlib
import inspect
import math
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from seedmetrics.errors import PlanError
from seedmetrics.indicators import Indicator, find_indicator
from seedmetrics.records import District

Share = Annotated[float, Field(ge=0, le=1)]
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
    low: float | None = None
    high: float | None = None
    target: float | None = None
    floor: float | None = None
    options: dict[str, Any] = {}
    title: Title | None = None

    @model_validator(mode="after")
    def _goalposts_in_order(self) -> Self:
        low, high = self.low, self.high
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
        if self.quotas is not None and math.fsum(self.quotas) > 1 + 1e-9:
            msg = f"`quotas` sum to {math.fsum(self.quotas):g}, which is more than 1"
            raise ValueError(msg)
        return self


class Cap(_Part):
    """The score is at most ``score`` while an indicator is below (or above) a value."""

    indicator: str
    below: float | None = None
    above: float | None = None
    score: Annotated[float, Field(ge=0, le=100)]

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        if (self.below is None) == (self.above is None):
            msg = "give either `below` or `above`"
            raise ValueError(msg)
        return self


class Veto(_Part):
    """The tier is no better than ``tier`` while an indicator is below (or above) a value."""

    indicator: str
    below: float | None = None
    above: float | None = None
    tier: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        if (self.below is None) == (self.above is None):
            msg = "give either `below` or `above`"
            raise ValueError(msg)
        return self


class CaseRule(_Part):
    """Which cases the closure section of a page shows; no channels means all."""

    channels: list[str] = []


class Plan(_Part):
    """A plan, checked. Its numbers are the user's: none of them stands in code."""

    name: str
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
    minimum_weight: Share = 0.5
    groups: dict[str, Title] = {}
    tiers: Tiers | None = None
    caps: list[Cap] = []
    vetoes: list[Veto] = []
    closure: CaseRule | None = None
    options: dict[str, dict[str, Any]] = {}
    pillars: Annotated[list[Pillar], Field(min_length=1)]
    indicators: Annotated[list[PlanIndicator], Field(min_length=1)]
    file: str = ""
    sha256: str = ""

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
        for pillar in self.pillars:
            total = math.fsum(e.weight for e in self.indicators if e.pillar == pillar.name)
            if pillar.weight > 0 and total <= 0:
                msg = (
                    f"the weights of the indicators of pillar {pillar.name!r} sum to zero: "
                    "give at least one a weight above 0, or the pillar the weight 0"
                )
                raise ValueError(msg)
        for named in [
            *(cap.indicator for cap in self.caps),
            *(veto.indicator for veto in self.vetoes),
        ]:
            if named not in seen:
                msg = f"a cap or veto names {named!r}, which is not among the plan's indicators"
                raise ValueError(msg)
        return self

    def entry(self, name: str) -> PlanIndicator:
        """Return the plan's entry for an indicator."""
        return next(entry for entry in self.indicators if entry.name == name)

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


def read_plan(file: str | Path) -> Plan:
    """
    Read a plan and check it.

    Parameters
    ----------
    file : str or Path
        A TOML file.

    Returns
    -------
    Plan

    Raises
    ------
    PlanError
        When the file is not TOML, a key is unknown, a number cannot be, or an indicator does not exist. The
        message names the file, the key, the value and the remedy.
    """
    file = Path(file)
    try:
        content = file.read_bytes()
    except OSError as error:
        msg = f"{file}: the plan cannot be read ({error.strerror})"
        raise PlanError(msg) from error
    try:
        raw = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        msg = f"{file}: this is not TOML in UTF-8 ({error})"
        raise PlanError(msg) from error
    for key in ("file", "sha256"):
        raw.pop(key, None)
    try:
        plan = Plan(**raw, file=file.name, sha256=hashlib.sha256(content).hexdigest())
    except ValidationError as error:
        raise PlanError(_in_words(file, error)) from error
    for entry in plan.indicators:
        _check_indicator(file, plan, entry, find_indicator_in(file, entry.name))
    return plan


def find_indicator_in(file: Path, name: str) -> Indicator:
    """Find an indicator that a plan names, or say which file names what does not exist."""
    try:
        return find_indicator(name)
    except PlanError as error:
        msg = f"{file}: {error}"
        raise PlanError(msg) from error


def _check_indicator(file: Path, plan: Plan, entry: PlanIndicator, found: Indicator) -> None:
    """Refuse an indicator whose level, goalposts or options do not fit."""
    where = f"{file}: indicator {entry.name!r}"
    if found.levels and plan.level not in found.levels:
        msg = f"{where} measures a {' or '.join(found.levels)}, but the plan is for a {plan.level}"
        raise PlanError(msg)
    if any(math.isnan(value) for value in plan.goalposts(entry.name)):
        msg = f"{where} is not a share: give `low` and `high`, the values that score 0 and 100"
        raise PlanError(msg)
    accepted = found.options
    for key in entry.options:
        if key not in accepted:
            near = difflib.get_close_matches(key, accepted, n=1)
            hint = (
                f"did you mean {near[0]!r}?"
                if near
                else f"it takes {', '.join(accepted) or 'none'}"
            )
            msg = f"{where} has no option {key!r}: {hint}"
            raise PlanError(msg)
    for key, default in accepted.items():
        if default is inspect.Parameter.empty and key not in plan.options_of(entry.name):
            module = entry.name.partition(".")[0]
            msg = f"{where} needs the option {key!r}: set it under [options.{module}] or in its `options`"
            raise PlanError(msg)


def _in_words(file: Path, error: ValidationError) -> str:
    """Turn what pydantic found into one line a problem, with the key and the value."""
    lines = []
    for found in error.errors():
        key = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in found["loc"]).lstrip(".")
        value = found.get("input")
        shown = (
            ""
            if isinstance(value, Mapping | list) or found["type"] == "missing"
            else f" = {value!r}"
        )
        text = found["msg"].removeprefix("Value error, ")
        if found["type"] == "extra_forbidden":
            known = _keys_beside(found["loc"])
            near = difflib.get_close_matches(str(found["loc"][-1]), known, n=1)
            text = (
                f"unknown key; did you mean {near[0]!r}?"
                if near
                else f"unknown key; known are {', '.join(known)}"
            )
            shown = ""
        lines.append(f"{file}: {key + shown + ': ' if key else ''}{text}")
    return "\n".join(lines)


_PARTS: dict[str, type[_Part]] = {
    "pillars": Pillar,
    "indicators": PlanIndicator,
    "tiers": Tiers,
    "caps": Cap,
    "vetoes": Veto,
    "closure": CaseRule,
}


def _keys_beside(location: tuple[int | str, ...]) -> list[str]:
    """Return the keys that are known where an unknown one stands."""
    part = _PARTS.get(str(location[0]), Plan) if len(location) > 1 else Plan
    return [key for key in part.model_fields if key not in ("file", "sha256")]


def find_plan(district: District, name: str | Path = "") -> Plan:
    """
    Find a plan by its path, or by its name beside the district.

    Parameters
    ----------
    district : District
        The district; a name is looked for in its folder, in ``plans/`` there and in ``plans/`` beside it.
    name : str or Path, default ""
        Path of a TOML file, or the name of one; empty means the district's first plan.

    Returns
    -------
    Plan

    Raises
    ------
    PlanError
        When no such plan is found, or it needs a table that the district does not keep.
    """
    if not name and not district.plans:
        msg = f'{district.folder}/district.toml names no plan: add plans = ["…"], or name one in the call'
        raise PlanError(msg)
    wanted = str(name or district.plans[0])
    folders = [district.folder, district.folder / "plans", district.folder.parent / "plans"]
    places = [Path(wanted), *(folder / f"{wanted}.toml" for folder in folders)]
    file = next((place for place in places if place.suffix == ".toml" and place.is_file()), None)
    if file is None:
        files = {file for folder in folders for file in folder.glob("*.toml")}
        known = sorted({file.stem for file in files} - {"district"})
        near = difflib.get_close_matches(wanted, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"plans here: {', '.join(known) or 'none'}"
        msg = f"no plan {wanted!r}: looked for {', '.join(map(str, places))}; {hint}"
        raise PlanError(msg)
    plan = read_plan(file)
    _check_tables(file, plan, district)
    return plan


def _check_tables(file: Path, plan: Plan, district: District) -> None:
    """Refuse a plan that needs a table the district does not keep."""
    for entry in plan.indicators:
        for table in find_indicator(entry.name).tables:
            if table not in district.tables:
                msg = (
                    f"{file}: indicator {entry.name!r} needs the table {table!r}, which {district.folder.name} "
                    f"does not keep (or could not read): add it to district.toml, or leave the indicator out"
                )
                raise PlanError(msg)
    if plan.closure is not None and "cases" not in district.tables:
        msg = (
            f"{file}: [closure] needs the table 'cases', which {district.folder.name} does not keep"
        )
        raise PlanError(msg)
