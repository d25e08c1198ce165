"""Rules as data: where a plan names a rule file, its content is put in its place."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from seedmetrics.errors import PlanError, did_you_mean

NAME, KEY = "rules", "key"


def rule_folders(plan: Path) -> list[Path]:
    """Return the folders that the rule files of a plan are looked for in, the first first."""
    folder = plan.resolve().parent
    return [folder / "rules", folder.parent / "rules", folder]


def rule_file(plan: Path, name: str) -> Path:
    """Return where the rule file of a plan lies: the first of the places it is looked for at where it is."""
    places = [folder / name for folder in rule_folders(plan)]
    return next((place for place in places if place.is_file()), places[0])


class RuleFiles:
    """
    The rule files that a plan may name, and those that it did.

    Parameters
    ----------
    plan : Path
        The plan's file. Rules are looked for in ``rules/`` beside it, in ``rules/`` beside its folder, and in its
        folder.

    Attributes
    ----------
    used : dict of str to str
        SHA-256 of each file read so far, by its name.
    """

    def __init__(self, plan: Path) -> None:
        self._plan = plan
        self._folders = rule_folders(plan)
        self._read: dict[str, dict[str, Any]] = {}
        self.used: dict[str, str] = {}

    def filled(self, value: Any, where: str = "") -> Any:
        """
        Return a part of a plan with every ``{ rules = "…", key = "…" }`` in it replaced by what it names.

        Raises
        ------
        PlanError
            When there is no such file or no such key in it, with the nearest there is.
        """
        if isinstance(value, Mapping):
            if NAME in value and set(value) <= {NAME, KEY}:
                return self._named(value, where)
            return {k: self.filled(v, f"{where}.{k}".lstrip(".")) for k, v in value.items()}
        if isinstance(value, list):
            return [self.filled(v, f"{where}[{k}]") for k, v in enumerate(value)]
        return value

    def _named(self, value: Mapping[str, Any], where: str) -> Any:
        """Return what one reference names."""
        name, path = value[NAME], value.get(KEY, "")
        found: Any = self._content(str(name), where)
        for part in str(path).split(".") if path else []:
            if not isinstance(found, Mapping) or part not in found:
                known = list(found) if isinstance(found, Mapping) else []
                hint = did_you_mean(part, known, f"it has {', '.join(known) or 'none'}")
                msg = f"{self._plan}: {where}: {name}.toml has no {part!r}: {hint}"
                raise PlanError(msg)
            found = found[part]
        return found

    def _content(self, name: str, where: str) -> dict[str, Any]:
        """Return the content of a rule file, read once."""
        if name in self._read:
            return self._read[name]
        file = rule_file(self._plan, f"{name}.toml")
        if not file.is_file():
            known = sorted({f.stem for folder in self._folders[:2] for f in folder.glob("*.toml")})
            hint = did_you_mean(name, known, f"rules here: {', '.join(known) or 'none'}")
            msg = f"{self._plan}: {where}: no rules {name!r} in {self._folders[0]} or {self._folders[1]}: {hint}"
            raise PlanError(msg)
        content = file.read_bytes()
        try:
            self._read[name] = tomllib.loads(content.decode("utf-8-sig"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            msg = f"{file}: this is not TOML in UTF-8 ({error})"
            raise PlanError(msg) from error
        self.used[file.name] = hashlib.sha256(content).hexdigest()
        return self._read[name]
