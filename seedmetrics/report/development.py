"""Member development: how far those in the process have come, and the checks of its rules; no person is named."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from seedmetrics.evaluation import UnitEvaluation
from seedmetrics.indicators.counting import kept, last_moment
from seedmetrics.indicators.member_development import rule_outcomes, steps_reached
from seedmetrics.report.blocks import Figure, Gap, Grid, source_line
from seedmetrics.report.few_persons import Range, range_text, rounded, told_counts
from seedmetrics.report.figures.steps import Stage, Step, steps_figure
from seedmetrics.report.html import Html, render
from seedmetrics.report.numbers import missing
from seedmetrics.report.section_rows import keeps, none_section, planned
from seedmetrics.report.values import (
    FEW,
    IndicatorRow,
    count_class,
    is_class,
    most_persons,
    value_of,
)
from seedmetrics.report.view import View

MODULE = "member_development"
CONFORMANCE, COVERAGE = f"{MODULE}.conformance", f"{MODULE}.coverage"
HARD = "hard"


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule: title, where it stands, checks that could be made, breached, not to be made, severity."""

    title: str
    hint: str
    made: str
    breached: str
    unknown: str
    severity: str
    hard: bool


def has_development(view: View) -> bool:
    """Return whether a page has this section: the plan checks the steps and their coverage, and they are kept."""
    wanted = {CONFORMANCE, COVERAGE}
    return wanted <= set(planned(view, MODULE)) and keeps(view, ["development_steps"])


def development_section(view: View, unit: UnitEvaluation) -> Html:
    """Return the section; a sentence where the plan checks no steps or the district keeps none."""
    words = view.words
    if not has_development(view):
        return none_section(
            view, "development", title=words("development.heading"), text=words("development.none")
        )
    figure = steps_gap_or_figure(view, unit)
    title = development_title(view, unit)
    rows, not_due = rule_rows(view, unit) if rules_told(unit) else ([], 0)
    most = view.plan.minimum_persons - 1
    notes = [
        words("development.not_due", count=not_due) if not_due else "",
        ""
        if view.plan.small_counts == "show"
        else words("development.protected", most=words.spelled(most)),
    ]
    return render(
        "development",
        view.language,
        title,
        w=words,
        figure=figure,
        title=title,
        subtitle=words("development.table_sub", span=span_text(view)),
        rows=rows,
        note=words.sentences(notes) if rows else "",
    )


# what the plan says --------------------------------------------------------------------------------------
def options_of(view: View) -> dict[str, Any]:
    """Return the options of the checks: rules, holidays, window."""
    return view.plan.options_of(CONFORMANCE)


def span_text(view: View) -> str:
    """Return the time whose checks count, in words."""
    to_date = options_of(view).get("window") == "year_to_date"
    return view.words("table.year_to_date") if to_date else view.span


def pack_of(view: View) -> Mapping[str, Any]:
    """Return the pack of rules in force at the end of the period, with its titles; the first there is before."""
    given = options_of(view)["rules"]
    packs = [given] if isinstance(given, Mapping) else list(given)
    packs.sort(key=lambda pack: pd.Timestamp(pack["from"]))
    moment = last_moment(view.evaluation.district, view.evaluation.period)
    begun = [pack for pack in packs if pd.Timestamp(pack["from"]) <= moment]
    found: Mapping[str, Any] = (begun or packs[:1])[-1]
    return found


def titled(view: View, entry: Mapping[str, Any], fallback: str) -> str:
    """Return the title of a step, a stage or a rule."""
    return view.words.pick(entry.get("title"), fallback)


# the steps -----------------------------------------------------------------------------------------------
def reached_of(view: View, code: str) -> pd.Series:
    """Return the true number of persons who have reached each step, by its number."""
    options = {k: v for k, v in options_of(view).items() if k != "holidays"}
    district, period = view.evaluation.district, view.evaluation.period
    said = json.dumps(options, sort_keys=True, default=str)
    table = kept(
        district,
        ("report.development", str(period), said),
        lambda: steps_reached(district, period, **options),
    )
    mine = table[table["unit"] == code]
    return mine.set_index("step")["persons"].astype(int)


def few_persons(view: View, count: float) -> bool:
    """Return whether so few persons are too few to tell anything of."""
    return view.plan.small_counts != "show" and 0 < count < view.plan.minimum_persons


def steps_gap_or_figure(view: View, unit: UnitEvaluation) -> Figure | Gap:
    """Return the steps as a figure; why there is none where nobody, or too few, are in the process."""
    words = view.words
    reached = reached_of(view, unit.code)
    if not len(reached):
        return Gap(words("development.missing"), words("development.missing_why"))
    count, name = int(reached.max()), view.name(unit.code)
    if not count:
        return Gap(words("development.nobody", name=name), "")
    if few_persons(view, count):
        number = words.spelled(view.plan.minimum_persons)
        return Gap(words("development.few", number=number, name=name), words("development.few_why"))
    return steps_drawn(view, unit, reached)


def steps_drawn(view: View, unit: UnitEvaluation, reached: pd.Series) -> Figure:
    """Return the figure of the steps, stage by stage."""
    words, pack = view.words, pack_of(view)
    stages = []
    rows = []
    for stage in pack["stages"]:
        own = [step for step in pack["steps"] if step["stage"] == stage["number"]]
        title = titled(view, stage, str(stage["number"]))
        steps = tuple(step_of(view, step, int(reached.get(step["number"], 0))) for step in own)
        stages.append(Stage(title, days_note(view, unit, str(stage["id"])), steps))
        rows += [[step.label, title, step.shown] for step in steps]
    spoken = [
        words("development.spoken", stage=stage.title, persons=stage.steps[0].shown)
        for stage in stages
        if stage.steps
    ]
    title = steps_title(view, reached, int(pack["stages"][-1]["number"]))
    drawn = steps_figure(
        stages,
        words("development.axis"),
        prefix="steps",
        alt=words.sentences(
            [words("development.alt", title=title), words("list.semicolon").join(spoken)]
        ),
    )
    subtitle = [words("development.steps_subtitle")]
    if view.plan.small_counts != "show":
        number = words.spelled(view.plan.minimum_persons)
        subtitle.append(words("development.steps_rounded", number=number))
    head = [words(f"development.head_{key}") for key in ("step", "stage", "persons")]
    table = Grid(words("development.caption"), head, rows)
    return Figure(title, words.sentences(subtitle), drawn, table, source_line(view))


def step_of(view: View, step: Mapping[str, Any], persons: int) -> Step:
    """Return one step with its persons as they are told: rounded, or fewer than the plan's minimum."""
    number = int(step["number"])
    title = titled(view, step, "")
    label = view.words("development.step", number=number, title=title)
    base = view.plan.minimum_persons
    if view.plan.small_counts == "show" or not persons:
        return Step(label, persons, view.numbers.count(persons))
    if persons < base:
        return Step(label, base / 2, range_text(view, (0, base - 1)), few=True)
    told = rounded(persons, base)
    return Step(label, told, view.numbers.count(told))


def days_note(view: View, unit: UnitEvaluation, stage: str) -> str:
    """Return the median days in a stage; empty where the plan does not ask or too few are behind it."""
    name = f"{MODULE}.days_{stage}"
    if name not in unit.indicators.index:
        return ""
    row = indicator_row(unit, name)
    if not missing(row["value"]):
        return view.words(
            "development.median", days=view.numbers.quantity(float(row["value"]), "days")
        )
    enough = row["denominator"] > 0 and not few_persons(view, row["denominator"])
    return view.words("development.open_median") if enough else ""


def steps_title(view: View, reached: pd.Series, last_stage: int) -> str:
    """Return how many are in the process and how many of them have come to its last stage."""
    words, numbers = view.words, view.numbers
    first = min(s["number"] for s in pack_of(view)["steps"] if s["stage"] == last_stage)
    count, last = int(reached.max()), int(reached.get(first, 0))
    base = view.plan.minimum_persons
    if view.plan.small_counts == "show":
        return words(
            "development.steps_title_exact", all=numbers.count(count), last=numbers.count(last)
        )
    told = numbers.count(rounded(count, base))
    key = "steps_title" if last >= base else "steps_title_few" if last else "steps_title_none"
    return words(
        f"development.{key}", all=told, last=numbers.count(rounded(last, base)), number=words.spelled(base),
    )  # fmt: skip


# the rules -----------------------------------------------------------------------------------------------
def indicator_row(unit: UnitEvaluation, name: str) -> IndicatorRow:
    """Return one indicator of the unit."""
    return unit.rows[name]


def rules_told(unit: UnitEvaluation) -> bool:
    """Return whether enough persons stand behind the checks for them to be told rule by rule."""
    rows = [indicator_row(unit, name) for name in (CONFORMANCE, COVERAGE)]
    hidden = any(row["reading"] == "withheld" for row in rows)
    return not hidden and bool(rows[1]["denominator"] > 0)


def development_title(view: View, unit: UnitEvaluation) -> str:
    """Return how many checks passed of those that could be made, never without how many could not be made."""
    words, numbers = view.words, view.numbers
    passed, made = indicator_row(unit, CONFORMANCE), indicator_row(unit, COVERAGE)
    if made["reading"] == "withheld":
        number = words.spelled(view.plan.minimum_persons)
        return words("development.few_checks", number=number, span=span_text(view))
    if not made["denominator"] > 0:
        return words("development.nothing", span=span_text(view))
    due = numbers.count(made["denominator"])
    if passed["reading"] == "withheld":
        return words("development.few_made", due=due)
    if not passed["denominator"] > 0:
        return words("development.not_made", due=due)
    return words(
        "development.headline",
        passed=range_text(view, told_part(view, passed)),
        made=numbers.count(passed["denominator"]),
        share=value_of(view, CONFORMANCE, passed, "share"),
        unknown=unknown_text(view, made),
    )


def told_part(view: View, row: IndicatorRow) -> Range:
    """Return the least and the most that are told of the numerator of a share."""
    if not is_class(row):
        return row["numerator"], row["numerator"]
    whole, most = row["denominator"], most_persons(view)
    if count_class(row) == FEW:
        return 1, min(most, whole)
    return max(whole - most, 0), whole - 1


def unknown_text(view: View, row: IndicatorRow) -> str:
    """Return how many checks could not be made, of those due; that every one could where none is left."""
    words, numbers = view.words, view.numbers
    low, high = told_part(view, row)
    due = row["denominator"]
    if low == due:
        return words("development.unknown_none")
    unknown, left = range_text(view, (due - high, due - low)), 1 - row["value"]
    if is_class(row):  # the number due would give the class away: the number made stands beside it
        return words("development.unknown_few", unknown=unknown, share=numbers.about(left))
    return words(
        "development.unknown",
        unknown=unknown,
        due=numbers.count(due),
        share=numbers.share(left),
    )


def rule_rows(view: View, unit: UnitEvaluation) -> tuple[list[RuleRow], int]:
    """Return the rules under which a check was due, the hard ones first, and the number of the others."""
    options = options_of(view)
    table = rule_outcomes(view.evaluation.district, view.evaluation.period, **options)
    mine = table[table["unit"] == unit.code].set_index("rule")
    rules = {str(rule["id"]): rule for rule in pack_of(view)["rules"]}
    due = mine[mine["due"] > 0]
    passed, made = indicator_row(unit, CONFORMANCE), indicator_row(unit, COVERAGE)
    told = {
        "made": _told(view, due["passed"] + due["breached"], sum_known=True),
        "breached": _told(view, due["breached"], sum_known=not is_class(passed)),
        # That dates are missing is said of records: as exact as the headline says it of all rules.
        "unknown": _told(view, due["unknown"], sum_known=False)
        if is_class(made)
        else {str(rule): view.numbers.count(n) for rule, n in due["unknown"].items()},
    }
    order = sorted(
        due.index,
        # Not by what was breached: the order would tell what the counts do not.
        key=lambda rule: (
            rules.get(rule, {}).get("severity") != HARD,
            list(due.index).index(rule),
        ),
    )
    rows = [
        RuleRow(
            title=titled(view, rules.get(rule, {}), rule),
            hint=rule_hint(view, rules.get(rule, {}), rule),
            **{key: texts[rule] for key, texts in told.items()},
            severity=severity_text(view, rules.get(rule, {})),
            hard=rules.get(rule, {}).get("severity") == HARD,
        )
        for rule in order
    ]
    return rows, len(rules.keys() - set(due.index))


def _told(view: View, counts: pd.Series, *, sum_known: bool) -> dict[str, str]:
    """Return counts as they are told, by rule."""
    texts = told_counts(view, [int(n) for n in counts], sum_known=sum_known)
    return dict(zip(map(str, counts.index), texts, strict=True))


def rule_hint(view: View, rule: Mapping[str, Any], name: str) -> str:
    """Return where a rule stands: its id, article, version, and whether its source was seen."""
    words = view.words
    parts = [name]
    if rule.get("article"):
        article = words("list.comma").join(str(rule["article"]).split(", "))
        parts.append(words("development.article", article=article))
    version = pack_of(view).get("version")
    if version:
        parts.append(words("development.version", version=version))
    if rule.get("confirmed") is False:
        parts.append(words("development.unconfirmed"))
    return words("list.dot").join(parts)


def severity_text(view: View, rule: Mapping[str, Any]) -> str:
    """Return how grave a breach is; where it grows with time, both."""
    words = view.words
    found = str(rule.get("severity", ""))
    own = words(f"development.severity_{found}") if found in ("hard", "late", "warn") else found
    if "hard_months" in rule and found != HARD:
        return words(
            "development.severity_then", first=own, then=words("development.severity_hard")
        )
    return own
