"""What every page of a site must know and no table holds: ``site.json``, read once and checked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from seedmetrics.errors import SeedmetricsError
from seedmetrics.records.kept import mark

FILE = "site.json"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of a plan, by its names and group."""

    code: str
    names: Mapping[str, str]
    group: str


@dataclass(frozen=True, slots=True)
class Total:
    """A share summed over the units of a plan, over the period or the year up to its end."""

    numerator: float
    denominator: float
    units: int
    year_to_date: bool


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """A plan as the front page needs it: titles by language, its period, groups, tiers, units, and sums over them."""

    name: str
    title: Mapping[str, str]
    level: str
    period: str
    groups: Mapping[str, Mapping[str, str]]
    tiers: Mapping[str, list[str]]
    units: Mapping[str, Unit]
    totals: Mapping[str, Total]


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """A district's site: names by language, the day the records were taken, plans, counts of problems."""

    district: Mapping[str, str]
    sample: bool
    as_of: str
    language: str
    languages: tuple[str, ...]
    plans: tuple[PlanFacts, ...]
    problems: Mapping[str, int]
    version: str

    def plan(self, name: str, period: str) -> PlanFacts | None:
        """Return the plan of a page, when it is one of this site's and of its period."""
        found = (plan for plan in self.plans if (plan.name, plan.period) == (name, period))
        return next(found, None)


def read_facts(reports: Path) -> SiteFacts:
    """Read ``site.json`` of a reports folder.

    Parameters
    ----------
    reports : Path
        The folder.

    Returns
    -------
    SiteFacts
        What it says.

    Raises
    ------
    SeedmetricsError
        When it is not there, or lacks something.
    """
    path = reports / FILE
    try:
        return _read(path, mark(path))
    except FileNotFoundError:
        msg = f"{path} is not there; run `seedmetrics evaluate`, which writes it, with this folder"
        raise SeedmetricsError(msg) from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        msg = f"{path} cannot be used ({type(error).__name__}: {error}); run `seedmetrics evaluate` again"
        raise SeedmetricsError(msg) from error


def reports_folder(page: Path) -> Path | None:
    """Return the reports folder a page lies in: the nearest above it with a ``site.json``.

    Parameters
    ----------
    page : Path
        Where a page is, or will be.

    Returns
    -------
    Path or None
        None when no folder above holds one.
    """
    return next((folder for folder in page.resolve().parents if (folder / FILE).is_file()), None)


@lru_cache(maxsize=2)
def _read(path: Path, _mark: object) -> SiteFacts:
    """Read the file once for all pages that a process makes; a file that was written again has another mark."""
    return _facts(json.loads(path.read_text(encoding="utf-8")))


def _facts(record: Mapping[str, Any]) -> SiteFacts:
    return SiteFacts(
        district=record["district"],
        sample=bool(record["sample"]),
        as_of=str(record["as_of"]),
        language=record["language"],
        languages=tuple(record["languages"]),
        plans=tuple(plan_facts(plan) for plan in record["plans"]),
        problems={name: int(count) for name, count in record["problems"].items()},
        version=str(record["version"]),
    )


def plan_facts(record: Mapping[str, Any]) -> PlanFacts:
    """Return a plan from what a file holds of it.

    Parameters
    ----------
    record : mapping
        As a run has written it.

    Returns
    -------
    PlanFacts
        Checked no further than that nothing is lacking.
    """
    units = (
        Unit(unit["code"], {"en": unit["name_en"], "zh": unit["name_zh"]}, unit["group"])
        for unit in record["units"]
    )
    return PlanFacts(
        name=record["name"],
        title=record["title"],
        level=record["level"],
        period=record["period"],
        groups=record["groups"],
        tiers=record["tiers"] or {},
        units={unit.code: unit for unit in units},
        totals={name: Total(**total) for name, total in record.get("totals", {}).items()},
    )
