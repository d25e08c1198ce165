"""Plans as files: found beside a district, read from TOML, checked before anything is counted."""

from __future__ import annotations

import hashlib
import inspect
import math
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from seedmetrics.errors import PlanError, did_you_mean
from seedmetrics.evaluation import kept
from seedmetrics.evaluation.plan import (
    Annual,
    Cap,
    CaseRule,
    Grades,
    GradeVeto,
    Pillar,
    Plan,
    PlanIndicator,
    Tiers,
    Veto,
)
from seedmetrics.evaluation.rule_files import RuleFiles
from seedmetrics.indicators import Indicator, find_indicator
from seedmetrics.records import District, schema_choices

# Written by the reader, not by who writes a plan.
_OURS = ("file", "sha256", "rule_files")


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
    if (found := kept.find_read(file)) is not None:
        return found
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
    for key in _OURS:
        raw.pop(key, None)
    rules = RuleFiles(file)
    raw = rules.filled(raw)
    digest = hashlib.sha256(content).hexdigest()
    try:
        plan = Plan(**raw, file=file.name, sha256=digest, rule_files=rules.used)
    except ValidationError as error:
        raise PlanError(_in_words(file, error)) from error
    _check_all(file, plan)
    return plan


def revised(plan: Plan, changes: Mapping[str, Any]) -> Plan:
    """
    Return a plan with some keys changed, checked as one that is read.

    Parameters
    ----------
    plan : Plan
        Stays as it is.
    changes : mapping
        New values, by key, as a plan file has them.

    Returns
    -------
    Plan
        One that knows that it was changed in Python; see `Plan.changed`.

    Raises
    ------
    PlanError
        As `read_plan` does.
    """
    where = Path(f"{changes.get('name', plan.name)} (changed in Python)")
    said = plan.model_dump(exclude=set(_OURS))
    for key in changes:
        if key not in said:
            hint = did_you_mean(key, said, f"known are {', '.join(said)}")
            msg = f"{where}: {key}: unknown key; {hint}"
            raise PlanError(msg)
    try:
        checked = Plan.model_validate(said | dict(changes))
    except ValidationError as error:
        raise PlanError(_in_words(where, error)) from error
    _check_all(where, checked)
    return plan.model_copy(update={key: getattr(checked, key) for key in said})


def _check_all(file: Path, plan: Plan) -> None:
    """Refuse what pydantic cannot see: indicators and options that do not fit."""
    for entry in plan.indicators:
        _check_indicator(file, plan, entry, find_indicator_in(file, entry.name))
    _check_module_options(file, plan)


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
    if found.beside and found.beside not in {other.name for other in plan.indicators}:
        msg = f"{where} misleads without {found.beside!r}: add that indicator, with the weight 0 if it is not to count"
        raise PlanError(msg)
    if found.derived and entry.weight > 0:
        msg = f"{where} is worked out from the scores of the others: give it the weight 0"
        raise PlanError(msg)
    if found.share:
        for key in ("low", "high", "target", "floor"):
            number = getattr(entry, key)
            if number is not None and not 0 <= number <= 1:
                msg = f"{where}: `{key}` = {number:g} is no share; give it between 0 and 1 (0.95, not 95)"
                raise PlanError(msg)
    _check_options(where, plan, entry, found)


def _check_options(where: str, plan: Plan, entry: PlanIndicator, found: Indicator) -> None:
    """Refuse options that an indicator does not have, or misses."""
    accepted = found.options
    for key in entry.options:
        if key not in accepted:
            hint = did_you_mean(key, accepted, f"it takes {', '.join(accepted) or 'none'}")
            msg = f"{where} has no option {key!r}: {hint}"
            raise PlanError(msg)
    for key, default in accepted.items():
        if default is inspect.Parameter.empty and key not in plan.options_of(entry.name):
            module = entry.name.partition(".")[0]
            msg = f"{where} needs the option {key!r}: set it under [options.{module}] or in its `options`"
            raise PlanError(msg)
    _check_channels(where, plan.options_of(entry.name).get("channels"))


def _check_module_options(file: Path, plan: Plan) -> None:
    """Refuse options of a module that the plan does not use, or that none of its indicators takes."""
    for module, options in plan.options.items():
        names = [e.name for e in plan.indicators if e.name.partition(".")[0] == module]
        if not names:
            modules = sorted({e.name.partition(".")[0] for e in plan.indicators})
            hint = did_you_mean(module, modules, f"it uses {', '.join(modules)}")
            msg = f"{file}: [options.{module}] is of a module that the plan does not use: {hint}"
            raise PlanError(msg)
        accepted = {key for name in names for key in find_indicator(name).options}
        for key in options:
            if key not in accepted:
                hint = did_you_mean(key, accepted, f"they take {', '.join(sorted(accepted))}")
                msg = f"{file}: [options.{module}] has {key!r}, which no indicator of it takes: {hint}"
                raise PlanError(msg)
    if plan.closure is not None:
        _check_channels(f"{file}: [closure]", plan.closure.channels)


def _check_channels(where: str, channels: object) -> None:
    """Refuse a channel that no case can have."""
    if channels is None:
        return
    known = schema_choices("cases", "channel")
    if not isinstance(channels, list | tuple):
        msg = f"{where}: `channels` must be a list, such as [{channels!r}]"
        raise PlanError(msg)
    for channel in channels:
        if channel not in known:
            hint = did_you_mean(str(channel), known, f"channels are {', '.join(known)}")
            msg = f"{where}: `channels` names {channel!r}: {hint}"
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
            hint = did_you_mean(str(found["loc"][-1]), known, f"known are {', '.join(known)}")
            text = f"unknown key; {hint}"
            shown = ""
        lines.append(f"{file}: {key + shown + ': ' if key else ''}{text}")
    return "\n".join(lines)


_PARTS: dict[str, type[BaseModel]] = {
    "pillars": Pillar,
    "indicators": PlanIndicator,
    "tiers": Tiers,
    "caps": Cap,
    "vetoes": Veto,
    "closure": CaseRule,
    "annual": Annual,
}
_DEEPER: dict[str, type[BaseModel]] = {"grades": Grades, "vetoes": GradeVeto}


def _keys_beside(location: tuple[int | str, ...]) -> list[str]:
    """Return the keys that are known where an unknown one stands."""
    part: type[BaseModel] = _PARTS.get(str(location[0]), Plan) if len(location) > 1 else Plan
    if part is Annual and len(location) > 2:
        part = _DEEPER.get(str(location[1]), Annual)
    return [key for key in part.model_fields if key not in _OURS]


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
    file = plan_file(district, name)
    plan = read_plan(file)
    check_tables(file, plan, district)
    return plan


def plan_file(district: District, name: str | Path = "") -> Path:
    """Return the file of a plan; see `find_plan`, which also checks that the district keeps what it needs."""
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
        hint = did_you_mean(wanted, known, f"plans here: {', '.join(known) or 'none'}")
        msg = f"no plan {wanted!r}: looked for {', '.join(map(str, places))}; {hint}"
        raise PlanError(msg)
    return file


def check_tables(file: Path, plan: Plan, district: District) -> None:
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
