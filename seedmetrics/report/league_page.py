"""The league: one table a group, the judges' agreement, and what none of it can tell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from markupsafe import Markup

from seedmetrics.report import findings
from seedmetrics.report.asked import budget_section
from seedmetrics.report.blocks import Fact
from seedmetrics.report.certainty import made_section
from seedmetrics.report.heading import few, interval_of, opening
from seedmetrics.report.html import Html, render
from seedmetrics.report.judges import has_judges, judges_section
from seedmetrics.report.numbers import missing
from seedmetrics.report.strips import rank_scale, rank_strip
from seedmetrics.report.view import View, cell
from seedmetrics.report.year import year_section

LEADERS = 3  # candidates for the first place that are named


@dataclass(frozen=True, slots=True)
class LeagueRow:
    """One unit of a league table."""

    rank: str
    name: str
    code: str
    strip: Markup = field(default_factory=Markup)
    places: str = ""
    open_with: str = ""
    score: str = ""
    interval: str = ""
    previous: str = ""
    tier: str = ""
    firm: str = ""
    closed: str = ""
    closed_of: str = ""
    cut: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LeagueTable:
    """One group's table."""

    key: str
    title: str
    subtitle: str
    scale: Markup
    rows: list[LeagueRow]


@dataclass(frozen=True, slots=True, eq=False)
class LeaguePage:
    """
    The league of one period, from `seedmetrics.report` without a unit.

    Attributes
    ----------
    view : View
        The evaluation, in the page's language.
    """

    view: View

    def __repr__(self) -> str:
        """Say which league it is."""
        return f"<LeaguePage {self.view.plan.name} {self.view.period} {self.view.language}>"

    @property
    def sections(self) -> tuple[str, ...]:
        """Names of the sections, in order."""
        judges = ("judges",) if has_judges(self.view) else ()
        year = ("year",) if self.view.plan.annual is not None else ()
        return ("tables", *year, *judges, "cannot", "asked", "made")

    def heading(self) -> Html:
        """Return how many could be first, and how many pairs can be told apart."""
        view = self.view
        return opening(
            view,
            title=league_headline(view),
            deck=league_deck(view),
            facts=league_facts(view),
            contents=list(self.sections),
            name=view.words.pick(view.plan.title),
        )

    def tables(self) -> Html:
        """Return one table a group: rank with its interval, score, tier and how firm it is, closure."""
        view = self.view
        return render(
            "league",
            view.language,
            findings.plain(view, league_headline(view)),
            w=view.words,
            tables=[league_table(view, group) for group in view.groups()],
            has_tiers=view.tier_count > 0,
            has_closure=view.closure is not None,
            has_previous=len(view.periods) > 1,
            level=view.level,
        )

    def year(self) -> Html:
        """Return the year's scores and grades so far; nothing where the plan sums up no year."""
        return year_section(self.view)

    def judges(self) -> Html:
        """Return how far the judges of the contest agree; a sentence where there was none."""
        return judges_section(self.view)

    def cannot_tell(self) -> Html:
        """Return what these figures cannot tell."""
        words = self.view.words
        keys = [
            "order",
            "why",
            "served",
            "person",
            *(["groups"] if len(self.view.groups()) > 1 else []),
            "change",
        ]
        points = [(words(f"cannot.{key}"), words(f"cannot.{key}_why")) for key in keys]
        return render(
            "cannot",
            self.view.language,
            words("cannot.title"),
            w=words,
            left=points[: (len(points) + 1) // 2],
            right=points[(len(points) + 1) // 2 :],
        )

    def asked(self) -> Html:
        """Return the indicator budget: how much is measured, asked for, and mere attendance."""
        return budget_section(self.view)

    def made(self) -> Html:
        """Return plan, records, methods and the command that makes the page again."""
        return made_section(self.view)


def ranked(view: View, group: str) -> pd.DataFrame:
    """Return the ranked units of a group, best first."""
    table = view.standings(group=group)
    return table[table["rank"].notna()].sort_values(["rank", "name"], kind="stable")


def pairs(table: pd.DataFrame) -> tuple[int, int]:
    """Return how many pairs of a group can be told apart, and how many there are."""
    count = len(table)
    all_pairs = count * (count - 1) // 2
    # A unit's set of ranks is as wide as the number of units it cannot be told from; each open pair counts twice.
    open_pairs = (table["rank_high"] - table["rank_low"]).sum() / 2
    return all_pairs - round(float(open_pairs)), all_pairs


def league_headline(view: View) -> str:
    """Return how many of the largest group could be first, and how much can be told apart."""
    words = view.words
    group = max(view.groups(), key=lambda g: (len(ranked(view, g)), -view.groups().index(g)))
    table = ranked(view, group)
    if len(table) < 2:
        return words("league.too_few", span=view.span)
    first = table[table["rank_low"] == 1]
    common = {
        "span": view.span,
        "noun": view.noun(group),
        "of": words.spelled(len(table)),
        "names": _names(view, first),
    }
    apart, total = pairs(table)
    half = "all" if apart == total else "most" if apart * 2 >= total else "few"
    pairs_text = words(f"league.pairs_{half}", apart=apart, total=total)
    key = (
        "league.one_first"
        if len(first) == 1
        else "league.all_first"
        if len(first) == len(table)
        else "league.some_first"
    )
    number = words.sentence_case(words.spelled(len(first)))
    return words(key, number=number, pairs=pairs_text, **common)


def _names(view: View, table: pd.DataFrame) -> str:
    return view.words.join([view.name(str(unit)) for unit in table.index], most=LEADERS)


def league_deck(view: View) -> str:
    """Return for each group who stands first, and who cannot be told from it."""
    words, sentences = view.words, []
    for group in view.groups():
        table = ranked(view, group)
        if len(table) < 2:
            continue
        top = view.name(str(table.index[0]))
        rivals = [view.name(str(u)) for u in table.index[1:] if cell(table, u, "rank_low") == 1]
        key = "league.top_rivals" if rivals else "league.top_alone"
        sentences.append(
            words(
                key,
                noun=words.inside(view.group_title(group)),
                top=top,
                count=len(rivals),
                rivals=words.join(rivals, most=LEADERS),
            )
        )
        sentences.append(findings.unrankable(view, group))
    unranked = view.standings()
    unranked = unranked[unranked["rank"].isna()]
    if len(unranked):
        names = words.join([view.name(str(u)) for u in unranked.index], most=LEADERS)
        sentences.append(words("league.unranked", count=len(unranked), names=names))
    return words.sentences(sentences)


def league_facts(view: View) -> list[Fact]:
    """Return closure over all units, pairs told apart by group, and firm tiers."""
    words, numbers = view.words, view.numbers
    facts = []
    if view.closure is not None:
        closed, due = findings.group_rate(view, list(view.standings().index))
        if due:
            rate, low, high = interval_of(view, closed, due)
            note = words(
                "league.units_counted", count=len(view.shown_counts(list(view.standings().index)))
            )
            facts.append(
                Fact(
                    words(f"fact.closure_{view.cases.basis}"),
                    numbers.share(rate),
                    numbers.of(closed, due),
                    words("list.semicolon").join([numbers.interval(low, high), note]),
                )
            )
    for group in view.groups()[:2]:
        table = ranked(view, group)
        if len(table) > 1:
            apart, total = pairs(table)
            facts.append(
                Fact(
                    words("league.fact_pairs", noun=view.noun(group)),
                    str(apart),
                    words("fact.of_indicators", of=total),
                    words("league.fact_pairs_note"),
                )
            )
    tiers = view.standings()["tier_share"].dropna()
    if view.tier_count and len(tiers):
        firm = int((tiers >= findings.FIRM).sum())
        facts.append(
            Fact(
                words("league.fact_firm"),
                str(firm),
                words("fact.of_indicators", of=len(tiers)),
                words("league.fact_firm_note"),
            )
        )
    return facts[:4]


def league_table(view: View, group: str) -> LeagueTable:
    """Return one group's table."""
    words = view.words
    table = ranked(view, group)
    rows = [_row(view, str(unit), table, k) for k, unit in enumerate(table.index)]
    everyone = view.standings(group=group)
    for unit in sorted(everyone.index[everyone["rank"].isna()], key=str):
        why = findings.reason(view, cell(everyone, unit, "reason"))
        rows.append(
            LeagueRow(
                "–", view.name(str(unit)), str(unit), reason=words("league.not_ranked", reason=why)
            )
        )
    count = len(everyone)
    key = "league.subtitle" if len(table) == count else "league.subtitle_some"
    texts = [words(key, count=count, ranked=len(table)), rankability_note(view, group)]
    if view.tier_count and len(table) > 1:
        texts.append(words("league.cut_note"))
    return LeagueTable(
        key=f"group-{view.groups().index(group)}",
        title=view.group_title(group),
        subtitle=words.sentences(texts),
        scale=rank_scale(len(table), width=250),
        rows=rows,
    )


def rankability_note(view: View, group: str) -> str:
    """Return how much of a group's spread of scores is not chance; nothing where it cannot be said."""
    value = view.evaluation.rankability.get(group, float("nan"))
    if missing(value):
        return ""
    words = view.words
    degree = words(f"league.{findings.rankability_degree(value)}")
    return words("league.rankability", share=view.numbers.percent(round(value, 2)), degree=degree)


def _row(view: View, unit: str, table: pd.DataFrame, place: int) -> LeagueRow:
    """Return one ranked unit."""
    row: Any = table.loc[unit]
    words, numbers = view.words, view.numbers
    after = table["tier"].iloc[place + 1] if place + 1 < len(table) else float("nan")
    cut = not missing(row["tier"]) and not missing(after) and after != row["tier"]
    share = row["tier_share"]
    firm = "" if missing(share) else words("league.firm", share=findings.hundred(view, share))
    if str(row["reason"]).startswith("veto:"):
        firm = findings.reason(view, row["reason"])
    closed, of = _closed(view, unit)
    known = not missing(row["rank_low"])
    return LeagueRow(
        rank=numbers.count(row["rank"]),
        name=view.name(unit),
        code=unit,
        strip=rank_strip(
            row["rank_low"], row["rank"], row["rank_high"], len(table), accent=False, width=250
        ),
        places=numbers.places(row["rank_low"], row["rank_high"]),
        open_with=numbers.count(row["rank_high"] - row["rank_low"]) if known else "–",
        score=numbers.points(row["score"]),
        interval=numbers.points_interval(row["low"], row["high"]),
        previous="–" if missing(row["previous_rank"]) else numbers.ordinal(row["previous_rank"]),
        tier=words.sentence_case(view.tier(row["tier"])),
        firm=firm,
        closed=closed,
        closed_of=of,
        cut=cut,
    )


def _closed(view: View, unit: str) -> tuple[str, str]:
    """Return a unit's closure rate and its counts, or why there is none."""
    if view.closure is None:
        return "", ""
    counts = view.counts([unit])
    if not len(counts) or counts["due"].iloc[0] == 0:
        return view.words("absent.nothing_due").rstrip(view.words("list.stop")), ""
    closed, due = counts["closed"].iloc[0], counts["due"].iloc[0]
    if view.few(due):
        return view.words("fact.withheld"), few(view)
    return view.numbers.share(closed / due), view.numbers.of(closed, due)
