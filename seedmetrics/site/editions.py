"""What earlier runs and this one have left in a folder: for each plan and period its league and its methods."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from seedmetrics.errors import SeedmetricsError
from seedmetrics.report.numbers import PERIOD, period_parts
from seedmetrics.site.facts import PlanFacts, SiteFacts, plan_facts
from seedmetrics.site.tables import read_table

FILE = "edition.json"
STANDINGS = "standings"
# Shares of cases whose counts stand beside a unit's score: the first that a plan has.
COUNTED = ("hotline.closure_rate", "enterprise_days.closure_rate")
NUMBERS = [
    "score", "low", "high", "rank", "rank_low", "rank_high", "of", "tier_share", "previous_rank", "closed", "due",
]  # fmt: skip
ENDS = {"quarter": 3, "half": 6, "month": 1}


@dataclass(frozen=True, eq=False)
class Edition:
    """
    A plan as a run applied it to a period, with the periods before it.

    Attributes
    ----------
    folder : Path
        ``<period>/<plan>`` in the reports folder.
    plan : PlanFacts
        Its titles, groups, tiers and units.
    as_of : str
        The day the records were taken.
    complete : bool
        Whether the period was over by then.
    periods : tuple of str
        The periods that its standings hold, oldest first.
    counted : str
        The share of cases whose counts its standings hold; empty for none.
    aliases : mapping of str to str
        Other names of units, by code, parted by ``|``.
    together : mapping
        By period and group, the runs of units that cannot be told apart.
    methods : mapping
        What the plan decides, see `recording.plan_methods`.
    """

    folder: Path
    plan: PlanFacts
    as_of: str
    complete: bool
    periods: tuple[str, ...]
    counted: str
    aliases: Mapping[str, str]
    together: Mapping[str, Mapping[str, list[list[int]]]]
    methods: Mapping[str, Any]

    @cached_property
    def standings(self) -> pd.DataFrame:
        """The leagues of all its periods, numbers as numbers."""
        table = read_table(self.folder / f"{STANDINGS}.csv")
        for name in NUMBERS:
            if name in table:
                table[name] = pd.to_numeric(table[name], errors="coerce").astype(float)
        return table

    def league(self, period: str) -> pd.DataFrame:
        """Return the league of one period, ranked units first."""
        table = self.standings
        if table.empty:
            return table
        now = table[table["period"] == period]
        return now.sort_values(["rank", "unit"], na_position="last", kind="stable")


@dataclass(frozen=True, slots=True, eq=False)
class League:
    """The league of one plan and period, by the edition that tells of it."""

    edition: Edition
    period: str

    @property
    def own(self) -> bool:
        """Whether a run was made for this very period."""
        return self.period == self.edition.plan.period


def read_editions(reports: Path, facts: SiteFacts) -> list[Edition]:
    """
    Read every edition in a reports folder.

    Parameters
    ----------
    reports : Path
        The folder.
    facts : SiteFacts
        Its ``site.json``: its plans come first, in its order.

    Returns
    -------
    list of Edition
        By plan, the latest period first.

    Raises
    ------
    SeedmetricsError
        When one cannot be used, or a plan of ``site.json`` has none.
    """
    found = [
        _read(file)
        for file in sorted(reports.glob(f"*/*/{FILE}"))
        if PERIOD.match(file.parent.parent.name)
    ]
    have = {(edition.plan.name, edition.plan.period) for edition in found}
    for plan in facts.plans:
        if (plan.name, plan.period) not in have:
            file = reports / plan.period / plan.name / FILE
            msg = f"{file} is not there; run `seedmetrics evaluate`, which writes it, with this folder"
            raise SeedmetricsError(msg)
    order = [plan.name for plan in facts.plans]
    rest = sorted({edition.plan.name for edition in found} - set(order))
    places = {name: place for place, name in enumerate([*order, *rest])}
    found.sort(key=lambda e: when(e.plan.period), reverse=True)
    return sorted(found, key=lambda e: places[e.plan.name])


def latest_of(editions: Iterable[Edition]) -> list[Edition]:
    """Return the latest edition of each plan."""
    latest: dict[str, Edition] = {}
    for edition in editions:
        latest.setdefault(edition.plan.name, edition)
    return list(latest.values())


def leagues_of(editions: Iterable[Edition]) -> dict[str, list[League]]:
    """
    Return the leagues of each period.

    Parameters
    ----------
    editions : iterable of Edition
        By plan, the latest first.

    Returns
    -------
    dict of str to list of League
        The latest period first; within one, plans in their order. A period is told of by the run that was made for it,
        else by the latest that looks back on it.
    """
    found: dict[tuple[str, str], League] = {}
    for edition in editions:
        for period in edition.periods:
            league = League(edition, period)
            if league.own or (edition.plan.name, period) not in found:
                found[edition.plan.name, period] = league
    by_period: dict[str, list[League]] = {}
    for league in found.values():
        by_period.setdefault(league.period, []).append(league)
    return {period: by_period[period] for period in sorted(by_period, key=when, reverse=True)}


def when(period: str) -> tuple[int, int, int]:
    """Return what periods are sorted by: where they end, the longer after the shorter."""
    year, part, kind = period_parts(period)
    months = ENDS.get(kind, 12)
    return year, (part or 1) * months, months


def _read(file: Path) -> Edition:
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        return Edition(
            folder=file.parent,
            plan=plan_facts(record["plan"]),
            as_of=str(record["as_of"]),
            complete=bool(record["complete"]),
            periods=tuple(record["periods"]),
            counted=record["counted"],
            aliases=record["aliases"],
            together=record["together"],
            methods=record["methods"],
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        msg = f"{file} cannot be used ({type(error).__name__}: {error}); run `seedmetrics evaluate` again"
        raise SeedmetricsError(msg) from error
