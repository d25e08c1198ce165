"""Rule packs of member development and the table of holidays, from the options of a plan; no indicator here."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

import pandas as pd

from seedmetrics.errors import PlanError
from seedmetrics.formulas.conformance import StepRule
from seedmetrics.indicators.options import known_keys, list_option, number_option, table_option

PACK_EXAMPLE: Final = '[{ rules = "member_development_2014" }]'
HOLIDAYS_EXAMPLE: Final = '{ rules = "holidays" }'
# What readers are told of a rule, a step or a pack; nothing is worked out from it.
_SAID: Final = ("title", "note", "article", "confirmed", "source")
_PACK: Final = ("name", "version", "from", "until", "stages", "steps", "rules", *_SAID)
_STAGE: Final = ("id", "number", "since", "until", *_SAID)
_STEP: Final = ("number", "stage", "repeats", *_SAID)
_YEAR: Final = ("year", "off", "worked_instead", *_SAID)
_OWN: Final = tuple(f.name for f in fields(StepRule) if not f.name.startswith("in_force"))
_RULE: Final = (*_OWN, *_SAID)
_STEP_FIELDS: Final = ("step", "since", "observed")


@dataclass(frozen=True, slots=True)
class Stage:
    """
    One stage.

    Attributes
    ----------
    id : str
        Its name in rule files.
    first : int
        The step at which days in it begin: its first, or what the file says.
    end : int
        The step at which days in it end: the first of the next stage, or what the file says.
    """

    id: str
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Pack:
    """
    One version of the steps and their rules.

    Attributes
    ----------
    version : str
        Its name.
    begins, until : date
        First day on which it holds, and first day on which it does no more.
    steps : tuple of int
        The prescribed steps in order.
    stages : tuple of Stage
        The stages in order.
    rules : tuple of StepRule
        The rules, in force from `begins` until `until`.
    """

    version: str
    begins: dt.date
    until: dt.date | None
    steps: tuple[int, ...]
    stages: tuple[Stage, ...]
    rules: tuple[StepRule, ...]


@dataclass(frozen=True, slots=True)
class Holidays:
    """
    The table of working days.

    Attributes
    ----------
    days_off, worked_instead : tuple of date
        Public holidays, and days worked instead.
    years : tuple of int
        Years that it covers whole.
    """

    days_off: tuple[dt.date, ...]
    worked_instead: tuple[dt.date, ...]
    years: tuple[int, ...]


def option_key(*options: Any) -> str:
    """Return a text that is the same for the same options, to keep by it what was worked out from them."""
    return json.dumps(options, sort_keys=True, default=str, ensure_ascii=False)


def read_packs(option: Any) -> tuple[Pack, ...]:
    """
    Read the option ``rules``: the packs, each in force until the next begins.

    Parameters
    ----------
    option : list of mapping, or mapping
        Contents of rule files; see ``data/rules/member_development_2014.toml``.

    Returns
    -------
    tuple of Pack
        By the day on which they begin.

    Raises
    ------
    PlanError
        If a pack lacks what it needs, has a key that means nothing, names a step that it does not have, or a
        rule asks what its kind cannot.
    """
    given = [option] if isinstance(option, Mapping) else list_option(option, "rules", PACK_EXAMPLE)
    if not given:
        msg = f"`rules` is empty: name at least one pack, such as {PACK_EXAMPLE}"
        raise PlanError(msg)
    packs = sorted(
        (_pack(pack, f"rules[{k}]") for k, pack in enumerate(given)), key=lambda pack: pack.begins
    )
    ended = []
    for k, pack in enumerate(packs):
        following = packs[k + 1].begins if k + 1 < len(packs) else None
        if following == pack.begins:
            msg = f"`rules`: the packs {pack.version!r} and {packs[k + 1].version!r} begin on the same day"
            raise PlanError(msg)
        until = min((day for day in (pack.until, following) if day), default=None)
        rules = tuple(
            replace(rule, in_force_from=pack.begins, in_force_until=until) for rule in pack.rules
        )
        ended.append(replace(pack, until=until, rules=rules))
    return tuple(ended)


def pack_at(packs: Sequence[Pack], moment: pd.Timestamp) -> Pack:
    """Return the pack in force at a moment: the last one begun by then, or the first there is."""
    begun = [pack for pack in packs if pd.Timestamp(pack.begins) <= moment]
    return begun[-1] if begun else packs[0]


def read_holidays(option: Any) -> Holidays:
    """
    Read the option ``holidays``: days off and days worked instead, by year.

    Parameters
    ----------
    option : mapping
        Content of a rule file; see ``data/rules/holidays.toml``.

    Returns
    -------
    Holidays
        The table.

    Raises
    ------
    PlanError
        If a key means nothing, or a day is none or off and worked at once.
    """
    table = table_option(option, "holidays", HOLIDAYS_EXAMPLE)
    known_keys(table, "holidays", ("years", *_SAID))
    years, off, worked = [], set[dt.date](), set[dt.date]()
    for k, year in enumerate(list_option(table.get("years"), "holidays.years", HOLIDAYS_EXAMPLE)):
        where = f"holidays.years[{k}]"
        known_keys(table_option(year, where, HOLIDAYS_EXAMPLE), where, _YEAR)
        years.append(_whole(year.get("year"), f"{where}.year"))
        off |= _days_off(year.get("off"), f"{where}.off")
        instead = f"{where}.worked_instead"
        days = list_option(year.get("worked_instead", []), instead, "[2026-01-04]")
        worked |= {_date(day, instead) for day in days}
    if both := sorted(off & worked):
        msg = f"`holidays`: {both[0]} is off and worked at once: strike it from one of the lists"
        raise PlanError(msg)
    return Holidays(tuple(sorted(off)), tuple(sorted(worked)), tuple(years))


def _days_off(option: Any, where: str) -> set[dt.date]:
    """Return the days of spans such as ``{ from = 2026-02-15, to = 2026-02-23 }``."""
    days: set[dt.date] = set()
    for k, span in enumerate(list_option(option, where, "[{ from = 2026-01-01 }]")):
        here = f"{where}[{k}]"
        known_keys(table_option(span, here, "{ from = 2026-01-01 }"), here, ("from", "to", *_SAID))
        first = _date(span.get("from"), f"{here}.from")
        last = _date(span.get("to", first), f"{here}.to")
        if last < first:
            msg = f"`{here}.to` lies before its `from`: {last} and {first}"
            raise PlanError(msg)
        days |= {first + dt.timedelta(days=n) for n in range((last - first).days + 1)}
    return days


def _pack(option: Any, where: str) -> Pack:
    """Read one pack, without the day on which it ends for the next."""
    pack = table_option(option, where, PACK_EXAMPLE)
    known_keys(pack, where, _PACK)
    version = str(pack.get("version", where))
    begins = _date(pack.get("from"), f"{where}.from")
    until = _date(pack["until"], f"{where}.until") if "until" in pack else None
    stage_of: dict[int, int] = {}
    for k, step in enumerate(
        list_option(pack.get("steps"), f"{where}.steps", "[{ number = 1, stage = 1 }]")
    ):
        here = f"{where}.steps[{k}]"
        known_keys(table_option(step, here, "{ number = 1, stage = 1 }"), here, _STEP)
        number = _whole(step.get("number"), f"{here}.number")
        if number in stage_of:
            msg = f"`{here}.number`: step {number} is there twice"
            raise PlanError(msg)
        stage_of[number] = _whole(step.get("stage"), f"{here}.stage")
    steps = tuple(sorted(stage_of))
    rules: dict[str, StepRule] = {}
    for k, rule in enumerate(list_option(pack.get("rules"), f"{where}.rules", '[{ id = "T2" }]')):
        read = _rule(rule, f"{where}.rules[{k}]", steps)
        if read.id in rules:
            msg = f"`{where}.rules[{k}]`: the rule {read.id!r} is there twice in pack {version!r}"
            raise PlanError(msg)
        rules[read.id] = read
    if not steps or not rules:
        msg = f"`{where}`: pack {version!r} has no {'rules' if steps else 'steps'}: add some"
        raise PlanError(msg)
    return Pack(
        version, begins, until, steps, _stages(pack, where, stage_of), tuple(rules.values())
    )


def _stages(pack: Mapping[str, Any], where: str, stage_of: Mapping[int, int]) -> tuple[Stage, ...]:
    """Read the stages of a pack; each begins with its first step and ends with that of the next, unless it says so."""
    given = list_option(
        pack.get("stages"), f"{where}.stages", '[{ id = "application", number = 1 }]'
    )
    read: list[Stage] = []
    for k, stage in enumerate(given):
        here = f"{where}.stages[{k}]"
        known_keys(table_option(stage, here, '{ id = "application", number = 1 }'), here, _STAGE)
        number = _whole(stage.get("number"), f"{here}.number")
        own = sorted(step for step, of in stage_of.items() if of == number)
        if not own or "id" not in stage:
            msg = f"`{here}`: a stage needs an id and at least one step, got {dict(stage)!r}"
            raise PlanError(msg)
        after = [step for step in sorted(stage_of) if step > own[-1]]
        end = _known_step(stage.get("until", (after or own[-1:])[0]), f"{here}.until", stage_of)
        first = _known_step(stage.get("since", own[0]), f"{here}.since", stage_of)
        read.append(Stage(str(stage["id"]), first, end))
    return tuple(read)


def _rule(option: Any, where: str, steps: Sequence[int]) -> StepRule:
    """Read one rule; an order without steps is that of all steps."""
    rule = dict(table_option(option, where, '{ id = "T2", kind = "at_least" }'))
    known_keys(rule, where, _RULE)
    for needed in ("id", "kind"):
        if not isinstance(rule.get(needed), str):
            msg = f"`{where}` needs {needed!r}, a text, got {rule.get(needed)!r}"
            raise PlanError(msg)
    asked = {key: value for key, value in rule.items() if key in _OWN}
    if asked["kind"] == "order":
        asked.setdefault("steps", list(steps))
    for key in _STEP_FIELDS:
        if key in asked:
            asked[key] = _known_step(asked[key], f"{where}.{key}", steps)
    for key in ("before", "steps"):
        if key in asked:
            listed = list_option(asked[key], f"{where}.{key}", "[12, 15]")
            asked[key] = tuple(_known_step(step, f"{where}.{key}", steps) for step in listed)
    if "parallel" in asked:
        groups = list_option(asked["parallel"], f"{where}.parallel", "[[5, 6]]")
        asked["parallel"] = tuple(
            tuple(
                _known_step(step, f"{where}.parallel", steps)
                for step in list_option(group, f"{where}.parallel", "[[5, 6]]")
            )
            for group in groups
        )
    try:
        return StepRule(**asked)
    except (TypeError, ValueError) as error:
        msg = f"`{where}`, rule {rule['id']!r}: {error}"
        raise PlanError(msg) from error


def _whole(value: Any, where: str) -> int:
    """Return a whole number of at least 1."""
    return int(number_option(value, where, least=1, whole=True))


def _known_step(value: Any, where: str, steps: Sequence[int] | Mapping[int, int]) -> int:
    """Return the number of a step that the pack has."""
    step = _whole(value, where)
    if step not in steps:
        msg = f"`{where}` names step {step}, which the pack does not have: its steps are {min(steps)} to {max(steps)}"
        raise PlanError(msg)
    return step


def _date(value: Any, where: str) -> dt.date:
    """Return a date that a plan gives, as a date or as text."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        msg = f"`{where}` must be a date such as 2026-05-18, got {value!r}"
        raise PlanError(msg) from None
