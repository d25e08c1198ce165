"""What the front page says: its finding, its facts, the league tables by group; from tables, not from formulas."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd
from markupsafe import Markup

from seedmetrics.batch import LedgerRow
from seedmetrics.report.numbers import DASH, Numbers, period_parts
from seedmetrics.report.strips import rank_scale, rank_strip
from seedmetrics.report.words import Words
from seedmetrics.site.facts import PlanFacts, SiteFacts
from seedmetrics.site.shell import COMMON, as_of, named
from seedmetrics.site.words import SiteWords

STRIP = 250.0
# Counts that add up over units: what is closed of what was to be.
POOLED = ("hotline.closure_rate", "enterprise_days.closure_rate")
FILES = (("get_league", "league"), ("get_indicators", "indicators"), ("get_problems", "problems"))


@dataclass(frozen=True, slots=True)
class Row:
    """A unit in a league table, as written."""

    name: str
    href: str
    foreign: bool
    failed: bool
    rank: str = ""
    score: str = ""
    between: str = ""
    previous: str = ""
    tier: str = ""
    cut: bool = False
    strip: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One group's league table, as written; `anchor` where the masthead links to it."""

    id: str
    anchor: str
    heading: str
    sub: str
    links: list[tuple[str, str]]
    previous: str
    scale: Markup
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Fact:
    """One of the facts below the headline."""

    label: str
    big: str
    small: str
    note: str


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """One group of a plan in its latest period: its league, ranked units first."""

    plan: PlanFacts
    key: str
    league: pd.DataFrame

    @property
    def ranked(self) -> pd.DataFrame:
        """The units with a rank."""
        return self.league[self.league["rank"].notna()]

    @property
    def possible_firsts(self) -> pd.DataFrame:
        """The units that could be first: no rank above the best the data allow."""
        return self.ranked[self.ranked["rank_low"] <= 1]


class Front:
    """What a front page of one language says."""

    def __init__(
        self, reports: Path, words: SiteWords, *, facts: SiteFacts, rows: Sequence[LedgerRow]
    ) -> None:
        self.reports, self.words, self.facts, self.rows = reports, words, facts, rows
        self.numbers = Numbers(words.language)
        self.spoken = Words(words.language)
        self.failed = {str(Path(row.output).with_suffix("")) for row in rows if not row.ok}

    def group_title(self, group: Group) -> str:
        """Return the group's title, as a heading."""
        return self.spoken.sentence_case(self.noun(group))

    def noun(self, group: Group) -> str:
        """Return the group's title as a sentence has it: as the plan writes it."""
        return named(group.plan.groups.get(group.key, {}), self.words.language) or group.key

    def unit_name(self, group: Group, row: pd.Series) -> str:
        """Return the name of a unit of the league."""
        unit = group.plan.units.get(row["unit"])
        return named(unit.names, self.words.language) if unit else (row["name"] or row["unit"])

    def names(self, group: Group, league: pd.DataFrame, most: int = 4) -> str:
        """Return the names of units, in words."""
        found = [self.unit_name(group, row) for _, row in league.iterrows()]
        return self.spoken.join(found, most=most)

    def headline(self, group: Group | None) -> str:
        """Return the finding: how many units could be first."""
        if group is None:
            return self.words("front.empty")
        ranked, firsts = len(group.ranked), group.possible_firsts
        values = {
            "period": self.numbers.period(group.plan.period),
            "group": self.noun(group),
            "of": self.spoken.spelled(ranked),
            "first": self.spoken.spelled(len(firsts)),
            "name": self.names(group, firsts),
        }
        if ranked == 0:
            kind = "none"
        elif ranked == 1:
            kind = "single"
        elif len(firsts) == ranked:
            kind = "all"
        else:
            kind = "one" if len(firsts) == 1 else "some"
        return self.spoken.sentence_case(self.words(f"front.{kind}", **values))

    def deck(self, group: Group | None) -> str:
        """Return who scores highest, and who cannot be told from the first place."""
        if group is None or len(group.ranked) < 2:
            return ""
        top = group.ranked[group.ranked["rank"] == group.ranked["rank"].min()]
        others = group.possible_firsts[~group.possible_firsts["unit"].isin(top["unit"])]
        kind = "leads" if len(top) == 1 else "leads_tied"
        score = self.numbers.points(top["score"].iloc[0])
        text = self.words(f"front.{kind}", names=self.names(group, top), score=score)
        if len(others):
            text += self.words("front.others", names=self.names(group, others))
        elif len(top) == 1:
            text += self.words("front.alone")
        return self.spoken.sentences([text])

    def facts_of(self, group: Group | None) -> list[Fact]:
        """Return the facts below the headline, at most four."""
        found = []
        if group is not None and len(group.ranked) > 1:
            found += [self._first(group), self._width(group)]
        if self.facts.plans:
            found += self._pooled(self.facts.plans[0])
        found.append(self._records())
        return found[:4]

    def _first(self, group: Group) -> Fact:
        firsts = group.possible_firsts
        noun = self.noun(group)
        return Fact(
            label=self.words("front.fact_first", group=noun),
            big=self.words("front.fact_first_big", first=len(firsts)),
            small=self.words("front.fact_first_of", of=len(group.ranked)),
            note=self.names(group, firsts),
        )

    def _width(self, group: Group) -> Fact:
        """Count the places a unit may take: the widest count that at least half the units reach."""
        widths = (group.ranked["rank_high"] - group.ranked["rank_low"] + 1).dropna()
        widths = widths.sort_values(ascending=False)
        half = widths.iloc[(len(widths) + 1) // 2 - 1] if len(widths) else float("nan")
        noun = self.noun(group)
        return Fact(
            label=self.words("front.fact_width"),
            big=self.words("front.fact_width_big", places=self.numbers.count(half)),
            small=self.words("front.fact_width_of", of=len(group.ranked)),
            note=self.words("front.fact_width_note", group=noun),
        )

    def _pooled(self, plan: PlanFacts) -> list[Fact]:
        found = []
        for name in POOLED:
            total = plan.totals.get(name)
            if total is None or total.denominator <= 0:
                continue
            key = "front.fact_pooled_year" if total.year_to_date else "front.fact_pooled_note"
            period = self.numbers.period(plan.period)
            note = self.words(key, units=total.units, period=period)
            share = self.numbers.share(total.numerator / total.denominator)
            of = self.numbers.of(total.numerator, total.denominator)
            found.append(Fact(self.spoken.indicator(name).label, share, of, note))
        return found

    def _records(self) -> Fact:
        counts = {name: self.numbers.count(count) for name, count in self.facts.problems.items()}
        note = self.words("front.fact_records_note", **counts)
        return Fact(self.words("front.fact_records"), counts["rows"], "", note)

    def downloads(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Return the tables that are there, by name, each with its kinds of file."""
        found = []
        for words, name in FILES:
            kinds = [
                k for k in ("csv", "xlsx") if (self.reports / "tables" / f"{name}.{k}").is_file()
            ]
            files = [(kind.upper(), f"tables/{name}.{kind}") for kind in kinds]
            if files:
                found.append((self.words(f"front.{words}"), files))
        return found

    def link(self, plan: PlanFacts, stem: str) -> tuple[str, bool]:
        """Return the way to a page, and whether it is in the other language; empty when there is none."""
        for words in (self.words, self.words.other):
            way = f"{plan.period}/{plan.name}/{stem}.{words.language}.html"
            if (self.reports / way).is_file():
                return quote(way), words is not self.words
        return "", False

    def table(self, group: Group, number: int, *, first: bool, alone: bool) -> Table:
        """Return the league table of a group."""
        plan, ranked, firsts = group.plan, len(group.ranked), len(group.possible_firsts)
        kind = "none" if ranked == 0 else "all" if firsts == ranked else "some"
        sub = self.words(
            f"league.sub_{kind}",
            period=self.spoken.sentence_case(self.numbers.period(plan.period)),
            ranked=ranked,
            first=firsts,
        )
        rows = self._rows(group)
        if any(row.cut for row in rows):
            sub += self.words("site.gap") + self.words("league.cut")
        own = named(plan.title, self.words.language) if alone else self.group_title(group)
        pages = [
            (self.words("league.more" if stem == "league" else f"league.{stem}"), stem)
            for stem in COMMON
        ]
        links = [(text, self.link(plan, stem)[0]) for text, stem in pages] if first else []
        table_id = f"table-{number}"
        return Table(
            id=table_id,
            anchor=table_id if first or not alone else "",
            heading=own or plan.name,
            sub=sub,
            links=[(text, href) for text, href in links if href],
            previous=self.words(f"league.previous_{period_parts(plan.period)[2]}"),
            scale=rank_scale(ranked, width=STRIP),
            rows=rows,
        )

    def _rows(self, group: Group) -> list[Row]:
        ranked = len(group.ranked)
        tiers = list(group.ranked["tier"])
        rows = []
        for place, (_, unit) in enumerate(group.league.iterrows()):
            href, foreign = self.link(group.plan, unit["unit"])
            way = f"{group.plan.period}/{group.plan.name}/{unit['unit']}.{self.words.language}"
            name = self.unit_name(group, unit)
            if pd.isna(unit["rank"]):
                rows.append(Row(name, href, foreign, way in self.failed))
                continue
            low, rank, high = (unit[column] for column in ("rank_low", "rank", "rank_high"))
            rows.append(
                Row(
                    name,
                    href,
                    foreign,
                    way in self.failed,
                    rank=self.numbers.count(rank),
                    score=self.numbers.points(unit["score"]),
                    between=f"{self.numbers.count(low)}{DASH}{self.numbers.count(high)}",
                    previous=self.numbers.ordinal(unit["previous_rank"]),
                    tier=self._tier(group.plan, unit["tier"]),
                    cut=place + 1 < ranked
                    and bool(tiers[place])
                    and tiers[place] != tiers[place + 1],
                    strip=rank_strip(low, rank, high, ranked, accent=False, width=STRIP),
                )
            )
        return rows

    def _tier(self, plan: PlanFacts, tier: str) -> str:
        """Return a tier's name; a number in the table counts from the best, 1."""
        names = plan.tiers.get(self.words.language) or next(iter(plan.tiers.values()), [])
        try:
            place = round(float(tier))
        except ValueError:
            return tier or DASH
        return names[place - 1] if 1 <= place <= len(names) else str(place)


def front_context(
    reports: Path,
    words: SiteWords,
    *,
    facts: SiteFacts,
    rows: Sequence[LedgerRow],
    league: pd.DataFrame,
) -> dict[str, Any]:
    """Return what the front page's template names.

    Parameters
    ----------
    reports : Path
        The reports folder.
    words : SiteWords
        Of the page's language.
    facts : SiteFacts
        Of the site.
    rows : sequence of LedgerRow
        The last outcome of every page.
    league : DataFrame
        The table as read, all text; may be empty.

    Returns
    -------
    dict
        The finding is about the first plan's largest group.
    """
    front = Front(reports, words, facts=facts, rows=rows)
    groups = [groups_of(plan, league) for plan in facts.plans]
    main = max(groups[0], key=lambda g: len(g.ranked), default=None) if groups else None
    numbered = [
        (group, place == 0, len(of) == 1) for of in groups for place, group in enumerate(of)
    ]
    tables = [
        front.table(group, number, first=first, alone=alone)
        for number, (group, first, alone) in enumerate(numbered, start=1)
    ]
    made = sum(row.ok for row in rows)
    pages = words(
        "made.all_made" if made == len(rows) else "made.some_failed", made=made, count=len(rows)
    )
    counts = {name: front.numbers.count(count) for name, count in facts.problems.items()}
    period = front.numbers.period(main.plan.period) if main else ""
    eyebrow = words("front.eyebrow", period=period, date=as_of(words, facts)) if main else ""
    problems = "tables/problems.csv"
    return {
        "eyebrow": front.spoken.sentence_case(eyebrow),
        "headline": front.headline(main),
        "deck": front.deck(main),
        "cells": front.facts_of(main),
        "downloads": front.downloads(),
        "tables": tables,
        "records": words("made.rows", **counts),
        "problems": problems if (reports / problems).is_file() else "",
        "pages": pages,
        "failed": made < len(rows),
    }


def groups_of(plan: PlanFacts, league: pd.DataFrame) -> list[Group]:
    """Return the groups of a plan in its latest period, in the plan's order, ranked units first.

    Parameters
    ----------
    plan : PlanFacts
        Its period says which rows count.
    league : DataFrame
        ``tables/league.csv`` as read, all text.

    Returns
    -------
    list of Group
        Groups without a unit are left out; groups the plan does not name come last.
    """
    if league.empty:
        return []
    now = league[(league["plan"] == plan.name) & (league["period"] == plan.period)].copy()
    for column in ("score", "rank", "rank_low", "rank_high", "previous_rank"):
        now[column] = as_numbers(now[column])
    now = now.sort_values(["rank", "unit"], na_position="last", kind="stable")
    order = [*plan.groups, *sorted(set(now["group"]) - set(plan.groups))]
    found = (Group(plan, key, now[now["group"] == key]) for key in order)
    return [group for group in found if len(group.league)]


def as_numbers(column: pd.Series) -> pd.Series:
    """Return a column of text as numbers.

    Parameters
    ----------
    column : Series
        As `read_table` gives it.

    Returns
    -------
    Series
        Floats; NaN where there is nothing.
    """
    return pd.to_numeric(column, errors="coerce").astype(float)
