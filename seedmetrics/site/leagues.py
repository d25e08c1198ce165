"""League tables as written: one a group, with intervals drawn and units that cannot be told apart joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pandas as pd
from markupsafe import Markup

from seedmetrics.batch import LedgerRow
from seedmetrics.report.numbers import DASH, Numbers, period_parts
from seedmetrics.report.words import Words
from seedmetrics.site.drawing import Lane, adjoining, lanes, scale, strip
from seedmetrics.site.editions import League
from seedmetrics.site.facts import PlanFacts
from seedmetrics.site.shell import COMMON, named
from seedmetrics.site.words import SiteWords

ALMOST = 99.5


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """One group of a plan in a period: its league, ranked units first."""

    league: League
    key: str
    rows: pd.DataFrame

    @property
    def plan(self) -> PlanFacts:
        """The plan."""
        return self.league.edition.plan

    @property
    def period(self) -> str:
        """The period."""
        return self.league.period

    @property
    def ranked(self) -> pd.DataFrame:
        """The units with a rank."""
        return self.rows[self.rows["rank"].notna()]

    @property
    def possible_firsts(self) -> pd.DataFrame:
        """The units that could be first: no rank above the best the data allow."""
        return self.ranked[self.ranked["rank_low"] <= 1]

    @property
    def pairs(self) -> tuple[int, int]:
        """Pairs that can be told apart, and all pairs."""
        table = self.ranked
        total = len(table) * (len(table) - 1) // 2
        # As many places as a unit may take beyond one, so many others it cannot be told from.
        unsure = float((table["rank_high"] - table["rank_low"]).sum()) / 2
        return total - round(unsure), total


@dataclass(frozen=True, slots=True)
class Row:
    """A unit in a league table, as written."""

    name: str
    code: str
    href: str
    foreign: bool
    failed: bool
    rank: str = ""
    score: str = ""
    between: str = ""
    joined: str = ""
    lanes: list[Lane] = field(default_factory=list)
    previous: str = ""
    tier: str = ""
    place: str = ""
    firm: str = ""
    closed: str = ""
    closed_of: str = ""
    cut: bool = False
    strip: Markup = field(default_factory=Markup)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One group's league table, as written; `anchor` where the list above the tables links to it."""

    id: str
    anchor: str
    heading: str
    plan: str
    sub: str
    drawn: str
    links: list[tuple[str, str]]
    previous: str
    closed: str
    tiers: bool
    scale: Markup
    lanes: int
    rows: list[Row]


def groups_of(league: League) -> list[Group]:
    """Return the groups of a league, in the plan's order, ranked units first.

    Parameters
    ----------
    league : League
        Of one plan and period.

    Returns
    -------
    list of Group
        Groups without a unit are left out; groups the plan does not name come last.
    """
    table = league.edition.league(league.period)
    if table.empty:
        return []
    parts = {str(key): rows for key, rows in table.groupby("group", sort=True)}
    named_first = [key for key in league.edition.plan.groups if key in parts]
    order = [*named_first, *(key for key in parts if key not in league.edition.plan.groups)]
    return [Group(league, key, parts[key]) for key in order]


class Leagues:
    """Writes league tables for pages of one language, at one depth of the folder."""

    def __init__(
        self, reports: Path, words: SiteWords, *, rows: Sequence[LedgerRow], root: str = ""
    ) -> None:
        self.reports, self.words, self.root = reports, words, root
        self.numbers, self.spoken = Numbers(words.language), Words(words.language)
        self.failed = {str(Path(row.output).with_suffix("")) for row in rows if not row.ok}

    def noun(self, group: Group) -> str:
        """Return the group's title as a sentence has it: as the plan writes it."""
        return named(group.plan.groups.get(group.key, {}), self.words.language) or group.key

    def title(self, group: Group) -> str:
        """Return the group's title, as a heading."""
        return self.spoken.sentence_case(self.noun(group))

    def unit_name(self, group: Group, row: pd.Series) -> str:
        """Return the name of a unit of the league."""
        unit = group.plan.units.get(row["unit"])
        return named(unit.names, self.words.language) if unit else (row["name"] or row["unit"])

    def names(self, group: Group, league: pd.DataFrame, most: int = 4) -> str:
        """Return the names of units, in words."""
        found = [self.unit_name(group, row) for _, row in league.head(most + 1).iterrows()]
        found += [""] * max(len(league) - len(found), 0)
        return self.spoken.join(found, most=most)

    def link(self, plan: str, period: str, stem: str) -> tuple[str, bool]:
        """Return the way to a page, and whether it is in the other language; empty when there is none."""
        for words in (self.words, self.words.other):
            way = f"{period}/{plan}/{stem}.{words.language}.html"
            if (self.reports / way).is_file():
                return self.root + quote(way), words is not self.words
        return "", False

    def link_to_unit(self, group: Group, code: str) -> tuple[str, bool]:
        """Return the way to a unit's page of the period, or else to that of the run that tells of it."""
        found = self.link(group.plan.name, group.period, code)
        return found if found[0] else self.link(group.plan.name, group.plan.period, code)

    def table(
        self, group: Group, number: int, *, first: bool, alone: bool, part: slice | None = None
    ) -> Table:
        """Return the league table of a group, or some of its rows.

        Parameters
        ----------
        group : Group
            The group.
        number : int
            Of the table, on its page.
        first : bool
            Whether it is the first of its plan: the plan's other pages are linked from there.
        alone : bool
            Whether the plan has one group only: the table then has the plan's title.
        part : slice, optional
            Rows to show; all without it.
        """
        ranked = len(group.ranked)
        name = f"table-{number}"
        rows, columns = self._rows(group, f"k{number}", part or slice(None))
        own = named(group.plan.title, self.words.language)
        counted = group.league.edition.counted
        return Table(
            id=name,
            anchor=name if first or not alone else "",
            heading=(own if alone else self.title(group)) or group.plan.name,
            plan="" if alone else own,
            sub=self._sub(group, part),
            drawn=self._drawn(columns=columns, cut=any(row.cut for row in rows)),
            links=self._links(group) if first else [],
            previous=self.words(f"league.previous_{period_parts(group.period)[2]}"),
            closed=self.spoken.indicator(counted).label if counted else "",
            tiers=bool(group.plan.tiers),
            scale=scale(ranked, f"k{number}"),
            lanes=columns,
            rows=rows,
        )

    def _links(self, group: Group) -> list[tuple[str, str]]:
        """Return the pages about all units of the plan, those of the period before those of the run."""
        found = []
        for stem in (*COMMON, "methods"):
            href, _ = self.link(group.plan.name, group.period, stem)
            if href:
                found.append((self.words(f"league.{stem}"), href))
        return found

    def _sub(self, group: Group, part: slice | None) -> str:
        """Return what is said below a table's heading."""
        words = self.words
        ranked, firsts = len(group.ranked), len(group.possible_firsts)
        kind = (
            "none"
            if ranked == 0
            else "single"
            if ranked == 1
            else "all"
            if firsts == ranked
            else "some"
        )
        period = self.spoken.sentence_case(self.numbers.period(group.period))
        texts = [words(f"league.sub_{kind}", period=period, ranked=ranked, first=firsts)]
        if part is not None:
            last = min(part.stop, len(group.rows))
            texts.append(words("league.part", first=part.start + 1, last=last, of=len(group.rows)))
        return words("site.gap").join(texts)

    def _drawn(self, *, columns: int, cut: bool) -> str:
        """Return what lines and dashed rules mean, where a table has any."""
        keys = [*(["lines"] if columns else []), *(["cut"] if cut else [])]
        return self.words("site.gap").join(self.words(f"league.{key}") for key in keys)

    def _rows(self, group: Group, ticks: str, part: slice) -> tuple[list[Row], int]:
        """Return the rows of a table, and how many columns the lines between them take."""
        count = len(group.rows)
        runs = group.league.edition.together.get(group.period, {}).get(group.key, [])
        beside, columns = lanes(runs, count)
        places = pd.to_numeric(group.rows["tier"], errors="coerce").astype(float)
        edges = adjoining(places[group.rows["rank"].notna()].tolist()) + [False] * count
        rows = [
            self._row(group, unit, ticks, beside[place], edges[place])
            for place, (_, unit) in list(enumerate(group.rows.iterrows()))[part]
        ]
        return rows, columns

    def _row(self, group: Group, unit: pd.Series, ticks: str, beside: list[Lane], cut: bool) -> Row:
        numbers = self.numbers
        href, foreign = self.link_to_unit(group, unit["unit"])
        way = f"{group.period}/{group.plan.name}/{unit['unit']}.{self.words.language}"
        name, failed = self.unit_name(group, unit), way in self.failed
        if pd.isna(unit["rank"]):
            reason = self._reason(unit["reason"])
            return Row(name, unit["unit"], href, foreign, failed, reason=reason)
        low, rank, high = (unit[column] for column in ("rank_low", "rank", "rank_high"))
        tier, firm = self._tier(group.plan, unit)
        closed, closed_of = self._closed(group, unit)
        open_with = 0 if pd.isna(high) else round(high - low)
        return Row(
            name,
            unit["unit"],
            href,
            foreign,
            failed,
            rank=numbers.count(rank),
            score=numbers.points(unit["score"]),
            between=f"{numbers.count(low)}{DASH}{numbers.count(high)}",
            joined=self.words("league.joined", count=open_with),
            lanes=beside,
            previous=DASH
            if pd.isna(unit["previous_rank"])
            else numbers.ordinal(unit["previous_rank"]),
            tier=tier,
            place=unit["tier"],
            firm=firm,
            closed=closed,
            closed_of=closed_of,
            cut=cut,
            strip=strip(low, rank, high, len(group.ranked), ticks),
        )

    def _reason(self, code: str) -> str:
        """Return in words why a unit has no rank; a reason that is not known is shown as it is."""
        key = f"reason.{code or 'no_score'}"
        reason = self.spoken(key) if self.spoken.has(key) else code
        return self.words("league.unranked", reason=reason)

    def _tier(self, plan: PlanFacts, unit: pd.Series) -> tuple[str, str]:
        """Return a tier's name and how firm it is; a number in the table counts from the best, 1."""
        names = plan.tiers.get(self.words.language) or next(iter(plan.tiers.values()), [])
        try:
            place = round(float(unit["tier"]))
        except ValueError:
            return unit["tier"] or DASH, ""
        name = names[place - 1] if 1 <= place <= len(names) else str(place)
        if str(unit["reason"]).startswith("veto:"):
            return name, self.words("league.vetoed")
        if pd.isna(unit["tier_share"]):
            return name, ""
        share = 100 * unit["tier_share"]
        hundred = str(round(share))
        if ALMOST <= share < 100:
            hundred = self.spoken("tier.over")
        elif 0 < share < 100 - ALMOST:
            hundred = self.spoken("tier.under")
        return name, self.spoken("league.firm", share=hundred)

    def _closed(self, group: Group, unit: pd.Series) -> tuple[str, str]:
        """Return the share of cases that a unit has closed and the cases due; a dash where none are told."""
        if not group.league.edition.counted:
            return "", ""
        if pd.isna(unit["closed"]) or pd.isna(unit["due"]) or unit["due"] <= 0:
            return DASH, ""
        due = self.words("league.of_due", count=self.numbers.count(unit["due"]))
        return self.numbers.share(unit["closed"] / unit["due"]), due
