"""What a page of league tables says: its finding, its facts, its tables; from tables, not from formulas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from seedmetrics.batch import LedgerRow
from seedmetrics.report.numbers import period_parts
from seedmetrics.site.editions import COUNTED, Edition, League
from seedmetrics.site.facts import PlanFacts, SiteFacts
from seedmetrics.site.leagues import Group, Leagues, groups_of
from seedmetrics.site.sheets import contents_of, spread, tables_of
from seedmetrics.site.shell import day, named
from seedmetrics.site.words import SiteWords

FILES = ("league", "indicators", "problems")
# Groups in a list to choose from; of more the search is the way.
MOST_CHOICES = 40
# Tables that are listed above them.
MOST_ANCHORS = 12


@dataclass(frozen=True, slots=True)
class Fact:
    """One of the facts below the headline."""

    label: str
    big: str
    small: str
    note: str


@dataclass(frozen=True, slots=True)
class When:
    """A period to switch to: its name, the way there, whether it is shown."""

    label: str
    href: str
    here: bool


class Front:
    """What a page of league tables says in one language; the front page where `period` is empty."""

    def __init__(
        self,
        reports: Path,
        words: SiteWords,
        *,
        facts: SiteFacts,
        rows: Sequence[LedgerRow],
        leagues: Sequence[League],
        period: str = "",
    ) -> None:
        self.reports, self.words, self.facts, self.rows = reports, words, facts, rows
        self.leagues, self.period = leagues, period
        self.root = "../" if period else ""
        self.written = Leagues(reports, words, rows=rows, root=self.root)
        self.numbers, self.spoken = self.written.numbers, self.written.spoken

    def headline(self, group: Group | None) -> str:
        """Return the finding: how many units could be first, and how many pairs can be told apart."""
        if group is None:
            return self.words("front.empty")
        ranked, firsts = len(group.ranked), group.possible_firsts
        values = {
            "period": self.numbers.the_period(group.period),
            "group": self.written.noun(group),
            "of": self.spoken.spelled(ranked),
            "first": self.spoken.spelled(len(firsts)),
            "name": self.written.names(group, firsts),
        }
        if ranked == 0:
            kind = "none"
        elif ranked == 1:
            kind = "single"
        elif len(firsts) == ranked:
            kind = "all"
        else:
            kind = "one" if len(firsts) == 1 else "some"
        first = self.spoken.sentence_case(self.words(f"front.{kind}", **values))
        return first + (self._pairs_clause(group) if ranked > 1 else "")

    def _pairs_clause(self, group: Group) -> str:
        apart, total = group.pairs
        kind = (
            "all"
            if apart == total
            else "none"
            if not apart
            else "most"
            if 2 * apart >= total
            else "few"
        )
        return self.words(f"front.pairs_{kind}")

    def deck(self, group: Group | None) -> str:
        """Return who scores highest, and who cannot be told from the first place."""
        if group is None or len(group.ranked) < 2:
            return ""
        top = group.ranked[group.ranked["rank"] == group.ranked["rank"].min()]
        others = group.possible_firsts[~group.possible_firsts["unit"].isin(top["unit"])]
        kind = "leads" if len(top) == 1 else "leads_tied"
        score = self.numbers.points(top["score"].iloc[0])
        text = self.words(f"front.{kind}", names=self.written.names(group, top), score=score)
        if len(others):
            text += self.words("front.others", names=self.written.names(group, others))
        elif len(top) == 1:
            text += self.words("front.alone")
        return self.spoken.sentences([text])

    def facts_of(self, group: Group | None) -> list[Fact]:
        """Return the facts below the headline, at most four."""
        found = []
        if group is not None and len(group.ranked) > 1:
            found += [self._first(group), self._pairs(group)]
        if not self.period and self.leagues:
            found += self._pooled(self.leagues[0].edition.plan)
        return found[:4]

    def _first(self, group: Group) -> Fact:
        firsts = group.possible_firsts
        return Fact(
            label=self.words("front.fact_first", group=self.written.noun(group)),
            big=self.words("front.fact_first_big", first=self.numbers.count(len(firsts))),
            small=self.words("front.fact_first_of", of=self.numbers.count(len(group.ranked))),
            note=self.written.names(group, firsts),
        )

    def _pairs(self, group: Group) -> Fact:
        apart, total = group.pairs
        return Fact(
            label=self.words("front.fact_pairs", group=self.written.noun(group)),
            big=self.numbers.count(apart),
            small=self.words("front.fact_first_of", of=self.numbers.count(total)),
            note=self.words("front.fact_pairs_note"),
        )

    def _pooled(self, plan: PlanFacts) -> list[Fact]:
        found = []
        for name in COUNTED:
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

    def downloads(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Return the tables that are there, by name, each with its kinds of file."""
        wanted = [(self.words(f"front.get_{name}"), f"tables/{name}") for name in FILES]
        if self.period:
            wanted = [
                (
                    self._of_plan(league),
                    f"{league.edition.plan.period}/{league.edition.plan.name}/standings",
                )
                for league in self.leagues
            ]
        found = []
        for label, stem in wanted:
            files = kinds_of(self.reports, stem, self.root)
            if files:
                found.append((label, files))
        return found

    def _of_plan(self, league: League) -> str:
        title = named(league.edition.plan.title, self.words.language)
        return self.words("front.get_standings", plan=title or league.edition.plan.name)

    def switch(self, periods: Sequence[str]) -> list[tuple[str, list[When]]]:
        """Return the periods there are, by kind, the latest first."""
        kinds: dict[str, list[When]] = {}
        if self.period:
            latest = When(self.words("periods.latest"), self.root + self.words.index, here=False)
            kinds["latest"] = [latest]
        for period in periods:
            href = f"{self.root}{period}/{self.words.index}"
            when = When(self.numbers.period(period), href, here=period == self.period)
            kinds.setdefault(period_parts(period)[2], []).append(when)
        return [(self.words(f"periods.{kind}"), whens) for kind, whens in kinds.items()]

    def looking_back(self) -> str:
        """Return that a league was worked out after its time, where it was."""
        later = [league for league in self.leagues if not league.own]
        if not later:
            return ""
        dates = dict.fromkeys(day(self.words, league.edition.as_of) for league in later)
        return self.words("periods.back", date=self.spoken.join(list(dates)))

    def context(self, periods: Sequence[str], latest: Sequence[Edition]) -> dict[str, Any]:
        """
        Return what the page's template names.

        Parameters
        ----------
        periods : sequence of str
            Every period of the folder, the latest first.
        latest : sequence of Edition
            Of each plan; their methods are linked.
        """
        words = self.words
        main = main_group(self.leagues)
        inline, beyond = spread(self.leagues)
        tables = tables_of(self.written, inline)
        contents = [contents_of(self.written, league, k) for k, league in enumerate(beyond, 1)]
        groups = [
            (f"{p.group.plan.name}/{p.group.key}", t.heading)
            for p, t in zip(inline, tables, strict=True)
        ]
        when = self.numbers.period(main.period) if main else ""
        recorded = day(words, main.league.edition.as_of) if main else ""
        eyebrow = words("front.eyebrow", period=when, date=recorded) if main else ""
        anchors = [(table.heading, table.anchor) for table in tables if table.anchor]
        anchors += [(part.heading, part.id) for part in contents]
        made = sum(row.ok for row in self.rows)
        counts = {name: self.numbers.count(n) for name, n in self.facts.problems.items()}
        return {
            "eyebrow": self.spoken.sentence_case(eyebrow),
            "headline": self.headline(main),
            "deck": self.deck(main),
            "back": self.looking_back(),
            "cells": self.facts_of(main),
            "downloads": self.downloads(),
            "tables": [(table, key) for table, (key, _) in zip(tables, groups, strict=True)],
            "contents": contents,
            "choices": groups if 1 < len(groups) <= MOST_CHOICES and not beyond else [],
            "periods": self.switch(periods),
            "chosen": self.numbers.period(self.period) if self.period else words("periods.latest"),
            "anchors": anchors[:MOST_ANCHORS],
            "methods": [self._methods(edition) for edition in latest],
            "records": words("made.rows", **counts),
            "pages": words(
                "made.all_made" if made == len(self.rows) else "made.some_failed",
                made=self.numbers.count(made),
                count=self.numbers.count(len(self.rows)),
            ),
            "failed": made < len(self.rows),
        }

    def _methods(self, edition: Edition) -> tuple[str, str]:
        """Return a plan's title and the way to its methods."""
        plan = edition.plan
        way = f"{plan.period}/{plan.name}/methods.{self.words.language}.html"
        return named(plan.title, self.words.language) or plan.name, self.root + quote(way)


def kinds_of(reports: Path, stem: str, root: str = "") -> list[tuple[str, str]]:
    """Return the kinds of file of a table that are there, each with the way to it.

    Parameters
    ----------
    reports : Path
        The folder.
    stem : str
        The table's way in it, without an ending.
    root : str
        The way from the page to the folder.
    """
    kinds = [kind for kind in ("csv", "xlsx") if (reports / f"{stem}.{kind}").is_file()]
    return [(kind.upper(), root + quote(f"{stem}.{kind}")) for kind in kinds]


def main_group(leagues: Sequence[League]) -> Group | None:
    """Return the group that the headline is about: the largest of the first plan that has any."""
    for league in leagues:
        groups = groups_of(league)
        if groups:
            return max(groups, key=lambda group: len(group.ranked))
    return None
