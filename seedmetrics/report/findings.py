"""Sentences made from numbers: headlines and figure titles. That an interval holds the group's value is a finding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from seedmetrics.evaluation import UnitEvaluation
from seedmetrics.formulas.closure import (
    ClosureCurve,
    Overdispersion,
    funnel_limits,
    overdispersion,
    shrunken_rate,
)
from seedmetrics.formulas.closure.funnel import beyond_limits
from seedmetrics.report.numbers import missing
from seedmetrics.report.view import View

FUNNEL_LEVELS = (0.95, 0.998)
LEAST_SPREAD = 8  # units of which a spread beyond chance is spoken of
FIRM, FAIRLY_FIRM = 0.95, 0.8


def against(value: float, low: float, high: float, reference: float) -> str:
    """
    Say how a value stands to a reference: above, below, or not to be told from it.

    Parameters
    ----------
    value, low, high : float
        A value and its interval; without an interval it is taken as exact.
    reference : float
        What it is compared with.

    Returns
    -------
    {"above", "below", "same", "unknown"}

    Examples
    --------
    >>> against(88.0, 84.3, 91.7, 75.5), against(70.2, 65.1, 75.3, 74.0)
    ('above', 'same')
    """
    if missing(value) or missing(reference):
        return "unknown"
    low, high = (value if missing(end) else end for end in (low, high))
    return "above" if low > reference else "below" if high < reference else "same"


def clauses(text: str) -> list[str]:
    """Part a headline at its bars; each part is kept together where the line has room."""
    return [part for part in text.split("|") if part]


def plain(view: View, text: str) -> str:
    """Return a headline as one line."""
    return view.words("list.clause").join(clauses(text))


def reason(view: View, code: object) -> str:
    """Return in words why a unit has no rank; a reason that is not known is shown as it is."""
    text = "" if missing(code) else str(code)
    if text.startswith("veto:"):
        return view.words("reason.veto", indicator=view.indicator(text.removeprefix("veto:")).label)
    key = f"reason.{text or 'no_score'}"
    return view.words(key) if view.words.has(key) else text


def ordinal_of(view: View, standing: pd.Series) -> str:
    """Return a unit's place, "joint" where another unit of its group has the same."""
    place = view.numbers.ordinal(standing["rank"])
    peers = view.standings(group=standing["group"])
    shared = (peers["rank"] == standing["rank"]).sum() > 1
    return view.words("headline.joint", rank=place) if shared else place


def headline(view: View, unit: UnitEvaluation) -> str:
    """Return the title of a unit's page, its clauses parted by bars."""
    row = unit.standing
    words, numbers = view.words, view.numbers
    common = {"name": view.name(unit.code), "span": view.span, "noun": view.noun(row["group"])}
    if missing(row["rank"]):
        return words("headline.unranked", reason=reason(view, row["reason"]), **common)
    place = {"rank": ordinal_of(view, row), "of": numbers.count(row["of"])}
    if row["of"] == 1:
        return words("headline.alone", **common)
    low, high = row["rank_low"], row["rank_high"]
    if missing(low) or missing(high):
        return words("headline.unsure", **place, **common)
    if low == high:
        return words("headline.certain", **place, **common)
    key = "headline.any" if (low, high) == (1, row["of"]) else "headline.between"
    ends = {"low": numbers.place(low), "high": numbers.ordinal(high)}
    return words(key, **place, **ends, **common)


def tier_phrase(view: View, tier: object) -> str:
    """Return a tier for use in a sentence: "second tier", "第二档"."""
    name = view.tier(tier)
    if view.language == "zh" or "tier" in name.lower():
        return view.words.inside(name)
    return view.words("tier.phrase", name=view.words.inside(name))


def tier_sentence(view: View, unit: UnitEvaluation) -> str:
    """Return where the tier is and whether it moved; empty where there is none."""
    now = unit.standing["tier"]
    if missing(now):
        return ""
    history = unit.history
    before = history["tier"].iloc[-2] if len(history) > 1 else float("nan")
    move = (
        "is" if missing(before) else "stays" if before == now else "up" if now < before else "down"
    )
    sentence = view.words(f"deck.tier_{move}", tier=tier_phrase(view, now))
    if str(unit.standing["reason"]).startswith("veto:"):
        sentence = view.words.sentences([sentence, reason(view, unit.standing["reason"])])
    return sentence


def pillar_readings(view: View, unit: UnitEvaluation) -> dict[str, list[str]]:
    """Return the titles of the pillars above, below and not to be told from the group's median."""
    found: dict[str, list[str]] = {"above": [], "below": [], "same": [], "unknown": []}
    for _, row in unit.pillars.iterrows():
        found[against(row["score"], row["low"], row["high"], row["group_median"])].append(
            view.words.quoted(view.pillar(row["node"]))
        )
    return found


def pillars_finding(view: View, unit: UnitEvaluation) -> str:
    """Return the title of the dot plot."""
    row, words = unit.standing, view.words
    peers = view.standings(group=row["group"])
    if missing(row["score"]):
        return words("dots.no_score", name=view.name(unit.code))
    if peers["score"].notna().sum() < 2:
        return words("dots.alone", name=view.name(unit.code))
    if len(unit.pillars) < 2:
        reading = against(row["score"], row["low"], row["high"], peers["score"].median())
        return words(f"dots.score_{reading}", name=view.name(unit.code))
    found = pillar_readings(view, unit)
    parts = [
        words(f"dots.{key}", count=len(found[key]), names=words.join(found[key]))
        for key in ("above", "below", "same")
        if found[key]
    ]
    if found["same"] and len(parts) == 1 and len(found["same"]) > 1:
        return words("dots.none")
    return words.sentence_case(words("list.semicolon").join(parts)) if parts else words("dots.none")


def deck(view: View, unit: UnitEvaluation) -> str:
    """Return the paragraph below the headline."""
    words = view.words
    inner = []
    found = pillar_readings(view, unit)
    several = len(unit.pillars) > 1 and view.standings(group=unit.group)["score"].notna().sum() > 1
    if several and not missing(unit.standing["score"]):
        inner += [
            words(f"deck.pillars_{key}", count=len(found[key]), names=words.join(found[key]))
            for key in ("above", "below")
            if found[key]
        ]
        if not found["above"] and not found["below"] and found["same"]:
            inner.append(words("deck.pillars_none"))
    if view.closure is not None:
        reading = funnel_reading(view, unit.code, unit.group)[0]
        if reading in ("inside", "above", "below"):
            inner.append(words(f"deck.closure_{reading}"))
    floors = [words.inside(view.indicator(name).label) for name in unit.below_floor]
    sentences = [tier_sentence(view, unit), words.sentence_case(words.clauses(inner))]
    if floors:
        sentences.append(words("deck.floor", names=words.join(floors, most=4)))
    return words.sentences(sentences)


def firmness(view: View, share: float) -> str:
    """Return how firm a tier is, in words: of so many re-draws, so many keep it."""
    if missing(share):
        return view.words("tier.firm_unknown")
    degree = "firm" if share >= FIRM else "fairly" if share >= FAIRLY_FIRM else "not"
    return view.words(f"tier.{degree}", share=hundred(view, share))


def hundred(view: View, share: float) -> str:
    """Return a share as so many of 100; never all, never none, unless it is."""
    whole = round(100 * share)
    if whole == 100 and share < 1:
        return view.words("tier.over")
    if whole == 0 and share > 0:
        return view.words("tier.under")
    return str(whole)


def score_change(view: View, unit: UnitEvaluation) -> str:
    """Return how the score moved since the period before, with its margin."""
    row, words, numbers = unit.standing, view.words, view.numbers
    if missing(row["score"]):
        return reason(view, row["reason"])
    if missing(row["change"]):
        return words("change.first")
    change = row["change"]
    margin = (row["change_high"] - row["change_low"]) / 2
    values = {
        "change": numbers.points(abs(change)),
        "before": words_of_before(view),
        "margin": numbers.points(margin),
    }
    if numbers.points(abs(change)) == "0.0":
        return words("change.same", **values)
    kind = "chance" if abs(change) <= margin else "real"
    return words(f"change.{'up' if change > 0 else 'down'}_{kind}", **values)


def words_of_before(view: View) -> str:
    """Return what the period before is called."""
    return view.numbers.the_period(view.periods[-2]) if len(view.periods) > 1 else ""


def bump_finding(view: View, unit: UnitEvaluation) -> str:
    """Return the title of the bump chart: from where to where, and whether the rank intervals part."""
    ranked = unit.history[unit.history["rank"].notna()]
    words, numbers = view.words, view.numbers
    first, last = ranked.iloc[0], ranked.iloc[-1]
    since = numbers.the_period(ranked.index[0])
    apart = first["rank_low"] > last["rank_high"] or first["rank_high"] < last["rank_low"]
    if len(ranked) < 2:
        return words(
            "bump.once",
            rank=numbers.ordinal(last["rank"]),
            period=numbers.the_period(ranked.index[-1]),
        )
    move = (
        "same"
        if first["rank"] == last["rank"]
        else "up"
        if last["rank"] < first["rank"]
        else "down"
    )
    return words(
        f"bump.{move}{'_apart' if apart and move != 'same' else ''}",
        before=numbers.ordinal(first["rank"]),
        after=numbers.ordinal(last["rank"]),
        since=since,
    )


def rankability_degree(value: float) -> str:
    """Return the degree of a rankability: poor under .5, moderate to .75, good above."""
    return "poor" if value < 0.5 else "moderate" if value <= 0.75 else "good"


def rankability_text(view: View, group: str, value: float) -> str:
    """Return what a group's rankability says, in a sentence; nothing where it cannot be said."""
    if missing(value):
        return ""
    return view.words(
        f"robust.rankability_{rankability_degree(value)}",
        noun=view.group_title(group),
        share=view.numbers.percent(round(value, 2)),
    )


def unrankable(view: View, group: str) -> str:
    """Return that a group cannot be ranked, where chance makes more of its spread than anything else."""
    value = view.evaluation.rankability.get(group, float("nan"))
    return rankability_text(view, group, value) if value < 0.5 else ""


def group_rate(view: View, units: Sequence[str]) -> tuple[float, float]:
    """Return closed and due of the units that are shown, summed."""
    counts = view.shown_counts(units)
    return float(counts["closed"].sum()), float(counts["due"].sum())


def funnel_reading(view: View, code: str, group: str) -> tuple[str, float]:
    """
    Say where a unit lies in the funnel of its group.

    Returns
    -------
    (str, float)
        "inside", "above", "below" (the 95% limits), "few" or "nothing" due, "alone"; and the group's rate.
    """
    units = list(view.standings(group=group).index)
    closed, due = group_rate(view, units)
    target = closed / due if due else float("nan")
    counts = view.counts([code])
    mine = float(counts["due"].iloc[0]) if len(counts) else 0.0
    if mine == 0:
        return "nothing", target
    if view.few(mine):
        return "few", target
    if len(view.shown_counts(units)) < 2:
        return "alone", target
    return outside(view, units, target).get(code, "inside"), target


def curve_finding(view: View, curve: ClosureCurve) -> str:
    """Return the title of the closure curve: by when half and nine in ten are closed."""
    words = view.words
    half, most = (float(np.asarray(curve.quantile(q).value)) for q in (0.5, 0.9))
    if missing(half):
        return words("curve.never_half")
    if missing(most):
        return words("curve.never_most", half=_days(view, half))
    return words("curve.both", half=_days(view, half), most=_days(view, most))


def _days(view: View, days: float) -> str:
    return view.numbers.quantity(max(days, 1.0), "days")


def readings_finding(view: View, readings: Sequence[str]) -> str:
    """Return the title of the indicator table: how many targets are met, near, short, below the floor."""
    words = view.words
    parts: list[str] = []
    for key in ("met", "near", "short", "below_floor"):
        count = list(readings).count(key)
        if count:
            name = f"table.count_{key}" if parts or key != "met" else "table.count_met_first"
            parts.append(words(name, count=count, number=words.spelled(count)))
    if not parts:
        return words("table.title_none")
    return words("table.title", counts=words("list.clauses").join(parts))


def funnel_finding(view: View, code: str, group: str) -> str:
    """Return the title of a unit's funnel."""
    kind, _ = funnel_reading(view, code, group)
    return view.words(f"funnel.{kind}", name=view.name(code))


def outside(view: View, units: Sequence[str], target: float) -> dict[str, str]:
    """Return the units outside the 95% limits of the funnel: above or below."""

    def find() -> dict[str, str]:
        counts = view.shown_counts(units)
        if counts.empty or missing(target):
            return {}
        rule = funnel_rule(view, units, target)
        return _beyond_limits(counts, target, rule)

    return view.once(("outside", tuple(units), target), find)


def _beyond_limits(counts: pd.DataFrame, target: float, rule: dict[str, Any]) -> dict[str, str]:
    """Return the units beyond the 95% limits of a rule."""
    limits = funnel_limits(counts["due"].to_numpy(float), target, levels=FUNNEL_LEVELS, **rule)
    sides = beyond_limits(counts["closed"], counts["due"], limits[:, 0], limits[:, 1])
    return {str(unit): side for unit, side in zip(counts.index, sides) if side}


def funnel_rule(view: View, units: Sequence[str], target: float) -> dict[str, Any]:
    """Return which limits the plan's funnel has, as arguments of `funnel_limits`."""
    if view.cases.funnel == "chance":
        return {}
    return {"method": "arcsine", "tau2": _spread_of(view, units, target).tau2_corrected}


def _spread_of(view: View, units: Sequence[str], target: float) -> Overdispersion:
    """Return how far the units of a group spread about its rate, against chance."""

    def find() -> Overdispersion:
        counts = view.shown_counts(units)
        return overdispersion(counts["closed"], counts["due"], target)

    return view.once(("spread", tuple(units), target), find)


def spread_text(view: View, units: Sequence[str], target: float) -> str:
    """Return how far the units spread beyond chance, and who would still be outside if that is allowed for."""
    counts = view.shown_counts(units)
    spread = _spread_of(view, units, target)
    if len(counts) < LEAST_SPREAD or missing(spread.phi_corrected):
        return ""
    # A mean square of deviations; how far they reach is its root.
    times = view.numbers.points(np.sqrt(spread.phi_corrected))
    if view.cases.funnel == "spread":
        return view.words("funnel.spread_in", times=times)
    if not spread.tau2_corrected:
        return view.words("funnel.spread_none")
    rule = {"method": "arcsine", "tau2": spread.tau2_corrected}
    left = len(_beyond_limits(counts, target, rule))
    return view.words(
        "funnel.spread",
        times=times,
        count=left,
        number=view.words.spelled(left),
    )


def drawn_rates(view: View, units: Sequence[str]) -> pd.DataFrame:
    """Return rate, low and high of each unit shown, drawn towards its group: few cases count for less."""

    def draw() -> pd.DataFrame:
        counts = view.shown_counts(units)
        found = shrunken_rate(
            counts["closed"], counts["due"], confidence_level=view.plan.confidence_level
        )
        columns = {"rate": found.rate, "low": found.low, "high": found.high}
        return pd.DataFrame(columns, index=counts.index.astype(str))

    return view.once(("drawn", tuple(units)), draw)
