"""The opening of a unit's page: the headline, the paragraph below it, four facts."""

from __future__ import annotations

from typing import Any

from seedmetrics.evaluation import UnitEvaluation
from seedmetrics.formulas.closure import closure_rate
from seedmetrics.report import findings
from seedmetrics.report.blocks import Fact
from seedmetrics.report.html import Html, notebook_style, render
from seedmetrics.report.numbers import missing
from seedmetrics.report.strips import rank_strip
from seedmetrics.report.view import View


def eyebrow(view: View) -> str:
    """Return the line above the headline: which plan, which period, as of when, and whether it is over."""
    district = view.evaluation.district
    parts = [
        view.words.pick(view.plan.title),
        view.numbers.period(view.period),
        view.words("eyebrow.as_of", date=view.numbers.date(district.as_of)),
    ]
    if not view.evaluation.complete:
        parts.append(view.words("eyebrow.unfinished"))
    return view.words("list.dot").join(parts)


def opening(
    view: View, *, title: str, deck: str, facts: list[Fact], contents: list[str], name: str
) -> Html:
    """Return the heading of any page: `title` with its clauses parted by bars, `contents` as section keys."""
    return render(
        "heading",
        view.language,
        findings.plain(view, title),
        style=notebook_style(),
        sample=view.evaluation.district.sample,
        eyebrow=eyebrow(view),
        clauses=findings.clauses(title),
        gap=view.words("list.clause"),
        deck=deck,
        facts=facts,
        contents=[(key, view.words(f"contents.{key.replace('-', '_')}")) for key in contents],
        name=name,
        w=view.words,
    )


def unit_heading(view: View, unit: UnitEvaluation, contents: list[str]) -> Html:
    """Return the heading of a unit's page."""
    facts = [score_fact(view, unit), rank_fact(view, unit)]
    if view.tier_count:
        facts.append(tier_fact(view, unit))
    facts.append(closure_fact(view, unit) if view.closure is not None else scored_fact(view, unit))
    return opening(
        view,
        title=findings.headline(view, unit),
        deck=findings.deck(view, unit),
        facts=facts,
        contents=contents,
        name=view.name(unit.code),
    )


def score_fact(view: View, unit: UnitEvaluation) -> Fact:
    """Return the score, its interval, and how it moved."""
    row = unit.standing
    interval = "" if missing(row["low"]) else view.numbers.points_interval(row["low"], row["high"])
    return Fact(
        view.words("fact.score"),
        view.numbers.points(row["score"])
        if not missing(row["score"])
        else view.words("fact.no_score"),
        interval,
        findings.score_change(view, unit),
    )


def rank_fact(view: View, unit: UnitEvaluation) -> Fact:
    """Return the rank, its interval as a strip and in words."""
    row, numbers = unit.standing, view.numbers
    alone = missing(row["rank"]) or row["of"] == 1
    label = view.words(
        "fact.rank_alone" if alone else "fact.rank",
        of=numbers.count(row["of"]),
        noun=view.noun(row["group"]),
    )
    if missing(row["rank"]):
        return Fact(label, view.words("fact.no_rank"), "", findings.reason(view, row["reason"]))
    if row["of"] == 1:
        return Fact(label, numbers.ordinal(row["rank"]), "", view.words("fact.alone"))
    low, high = row["rank_low"], row["rank_high"]
    strip = rank_strip(low, row["rank"], high, int(row["of"]), axis=True)
    small = "" if missing(low) else numbers.places(low, high)
    if not missing(low) and low == high:
        small = view.words("fact.no_other_place")
    return Fact(label, findings.ordinal_of(view, row), small, "", strip)


def tier_fact(view: View, unit: UnitEvaluation) -> Fact:
    """Return the tier and how firm it is."""
    row, words = unit.standing, view.words
    label = words("fact.tier")
    if missing(row["tier"]):
        return Fact(label, words("fact.no_tier"), "", findings.reason(view, row["reason"]))
    note = findings.firmness(view, row["tier_share"])
    if str(row["reason"]).startswith("veto:"):
        note = findings.reason(view, row["reason"])
    name = words.sentence_case(view.tier(row["tier"]))
    return Fact(label, name, words("fact.of_tiers", number=words.spelled(view.tier_count)), note)


def closure_fact(view: View, unit: UnitEvaluation) -> Fact:
    """Return the closure rate beside that of the group."""
    words, numbers = view.words, view.numbers
    label = words(f"fact.closure_{view.cases.basis}")
    counts = view.counts([unit.code])
    closed, due = findings.group_rate(view, list(view.standings(group=unit.group).index))
    group = (
        words("fact.group_closes", rate=numbers.share(closed / due), of=numbers.of(closed, due))
        if due and len(view.standings(group=unit.group)) > 1
        else ""
    )
    if not len(counts) or counts["due"].iloc[0] == 0:
        return Fact(label, words("fact.nothing_due"), "", group)
    row = counts.iloc[0]
    if view.few(row["due"]):
        return Fact(
            label,
            words("fact.withheld"),
            "",
            words.sentences([words.sentence_case(few(view)), group]),
        )
    rate = interval_of(view, row["closed"], row["due"])
    note = words("list.stop_gap").join(x for x in (numbers.interval(*rate[1:]), group) if x)
    return Fact(label, numbers.share(rate[0]), numbers.of(row["closed"], row["due"]), note)


def scored_fact(view: View, unit: UnitEvaluation) -> Fact:
    """Return how many indicators count and how many targets are met, where a plan has no cases."""
    table, words = unit.indicators, view.words
    scored = int((table["weight"] > 0).sum())
    met = int((table["reading"] == "met").sum())
    targets = int(table["target"].notna().sum())
    note = (
        words("fact.targets_met", met=met, targets=targets) if targets else words("fact.no_targets")
    )
    return Fact(words("fact.scored"), str(scored), words("fact.of_indicators", of=len(table)), note)


def few(view: View) -> str:
    """Return that there were fewer cases than the plan's minimum."""
    return view.words("few.cases", number=view.words.spelled(view.plan.minimum_denominator))


def few_counted(view: View) -> str:
    """Return that the denominator, of whatever kind, was under the plan's minimum."""
    return view.words("few.any", number=view.words.spelled(view.plan.minimum_denominator))


def interval_of(view: View, numerator: Any, denominator: Any) -> tuple[float, float, float]:
    """Return a rate with its Wilson interval at the plan's level."""
    found = closure_rate(numerator, denominator, confidence_level=view.plan.confidence_level)
    return float(found.rate), float(found.low), float(found.high)
