"""Mechanism 6: the record of member development, held against the rules on its dates, votes and order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from seedmetrics.errors import PlanError, did_you_mean
from seedmetrics.formulas.conformance import check_steps
from seedmetrics.indicators.cases import median_by_unit
from seedmetrics.indicators.counting import (
    Window,
    begun,
    counts_by_unit,
    kept,
    last_moment,
    nothing_recorded,
    share,
    span_of,
)
from seedmetrics.indicators.development_rules import (
    Pack,
    Stage,
    option_key,
    pack_at,
    read_holidays,
    read_packs,
)
from seedmetrics.indicators.development_spells import stage_spells
from seedmetrics.indicators.registry import indicator
from seedmetrics.records import District, Period

LEVEL = "township"
TABLES = ["development_steps"]
STAGES = ("application", "activist", "target", "admission", "probation")
Rules = Sequence[Mapping[str, Any]]
Holidays = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class _Checked:
    """
    What became of every check that is due, and the rows that none could use.

    `checks` has unit, person, rule, passed, breached, hard (breached), may_be_hard and judged; `left_out` has unit
    and date of rows of steps that no pack has, and of persons of whom no date is known.
    """

    checks: pd.DataFrame
    left_out: pd.DataFrame
    rules: tuple[str, ...]


def _packs(district: District, rules: Rules) -> tuple[Pack, ...]:
    """Return the packs, read once."""
    key = ("member_development.packs", option_key(rules))
    return kept(district, key, lambda: read_packs(rules))


def _checked(district: District, rules: Rules, holidays: Holidays) -> _Checked:
    """Return every check, made once for a district, its rules and holidays."""
    key = ("member_development.checks", option_key(rules, holidays))
    return kept(district, key, lambda: _check(district, rules, holidays))


def _check(district: District, rules: Rules, holidays: Holidays) -> _Checked:
    """Make every check."""
    packs, table = _packs(district, rules), read_holidays(holidays)
    versions = [rule for pack in packs for rule in pack.rules]
    steps = district.table("development_steps")
    known = steps["step"].isin({step for pack in packs for step in pack.steps})
    rows = steps[known]
    persons, names = pd.factorize(rows["person"])
    columns = {
        name: rows[name].to_numpy() for name in rows.columns.drop(["person", "unit", "step"])
    }
    found = check_steps(
        persons,
        rows["step"].to_numpy(),
        columns.pop("date"),
        rules=versions,
        **columns,
        as_of=district.as_of.to_datetime64(),
        days_off=np.array(table.days_off, dtype="datetime64[D]"),
        worked_instead=np.array(table.worked_instead, dtype="datetime64[D]"),
        years=table.years,
    )
    due = (found.outcome != "not_applicable") & (found.row >= 0)
    may_be_hard = np.array([*(rule.may_be_hard for rule in versions), False])
    checks = pd.DataFrame(
        {
            "unit": rows["unit"].to_numpy()[found.row[due]],
            "person": names[found.person[due]],
            "rule": found.rule[due],
            "passed": found.outcome[due] == "passed",
            "breached": found.outcome[due] == "breached",
            "hard": found.severity[due] == "hard",
            "may_be_hard": may_be_hard[found.version[due]],
            "judged": found.judged[due].astype("datetime64[us]"),
        }
    )
    dated = rows["date"].notna().groupby(persons).transform("any")
    left_out = pd.concat([steps[~known], rows[~dated]])[["unit", "date"]]
    return _Checked(checks, left_out, tuple(dict.fromkeys(rule.id for rule in versions)))


def _units(district: District) -> pd.Index:
    """Return the units that have sent any row."""
    units: pd.Index = pd.Index(district.table("development_steps")["unit"].unique(), name="unit")
    return units


def _judged_in(
    district: District, period: Period, rules: Rules, holidays: Holidays, window: Window
) -> tuple[pd.DataFrame, pd.Series] | None:
    """Return the checks that belong to a window, and the rows left out by unit; None before records began."""
    checked, span = _checked(district, rules, holidays), span_of(period, window)
    if not begun(district.table("development_steps")["date"], period):
        return None
    checks = checked.checks[span.contains(checked.checks["judged"])]
    lost = checked.left_out
    # A row without a date lies in no window: each counts it, so that it is not lost.
    inside = lost["date"].isna() | (span.contains(lost["date"]) & (lost["date"] <= district.as_of))
    return checks, lost.loc[inside, "unit"].value_counts()


def _share_of_checks(
    district: District, numerator: pd.Series, whole: pd.DataFrame, left_out: pd.Series
) -> pd.DataFrame:
    """Return the checks marked, of checks, with the persons behind them and the rows left out."""
    units = _units(district)
    counts = counts_by_unit(whole["unit"], whole=whole["passed"] | True, part=numerator)
    counts = counts.reindex(units, fill_value=0)
    persons = whole.groupby("unit")["person"].nunique().reindex(units, fill_value=0)
    result = share(counts["part"], counts["whole"], left_out.reindex(units, fill_value=0))
    return result.assign(persons=persons)


@indicator(
    "member_development.conformance",
    tables=TABLES,
    unit=LEVEL,
    share=True,
    persons=True,
    beside="member_development.coverage",
)
def conformance(
    district: District,
    period: Period,
    *,
    rules: Rules,
    holidays: Holidays,
    window: Window = "period",
) -> pd.DataFrame:
    """
    Count the checks passed, of those that the record allows to be made; never to be read without `coverage`.

    A check belongs to the window in which the step judged was taken; where its date is missing, to that of the first
    known date of a later step, or else of the person's last; where a term lapsed, to that of the day after it.
    ``excluded`` counts rows: of steps that no pack has, and of persons of whom no date is known.
    The interval takes checks as independent; those of one person are not quite, and it is somewhat too narrow for that.
    """
    found = _judged_in(district, period, rules, holidays, window)
    if found is None:
        return nothing_recorded()
    checks, left_out = found
    made = checks[checks["passed"] | checks["breached"]]
    return _share_of_checks(district, made["passed"], made, left_out)


@indicator(
    "member_development.coverage", tables=TABLES, unit=LEVEL, share=True, persons=True, few="plain"
)
def coverage(
    district: District,
    period: Period,
    *,
    rules: Rules,
    holidays: Holidays,
    window: Window = "period",
) -> pd.DataFrame:
    """Count the checks that the record allows to be made, of those due; the rest is as in `conformance`."""
    found = _judged_in(district, period, rules, holidays, window)
    if found is None:
        return nothing_recorded()
    checks, left_out = found
    return _share_of_checks(district, checks["passed"] | checks["breached"], checks, left_out)


@indicator(
    "member_development.hard_breach_rate",
    tables=TABLES,
    unit=LEVEL,
    share=True,
    persons=True,
    beside="member_development.coverage",
)
def hard_breach_rate(
    district: District,
    period: Period,
    *,
    rules: Rules,
    holidays: Holidays,
    window: Window = "period",
) -> pd.DataFrame:
    """
    Persons with a hard breach, of those of whom it can be told.

    Told is a breach, or that every hard check due was made and passed: of a person with a check that could not be made
    nobody knows, and ``excluded`` counts them.
    """
    found = _judged_in(district, period, rules, holidays, window)
    if found is None:
        return nothing_recorded()
    checks = found[0][found[0]["may_be_hard"]]
    people = checks.assign(made=checks["passed"] | checks["breached"]).groupby(["unit", "person"])
    hard, clear = people["hard"].any(), people["made"].all()
    told = hard | clear
    unit = hard.index.get_level_values("unit").to_series()
    counts = counts_by_unit(unit, told=told, hard=hard, untold=~told)
    counts = counts.reindex(_units(district), fill_value=0)
    return share(counts["hard"], counts["told"], counts["untold"])


def _stage_of(district: District, period: Period, rules: Rules, name: str) -> Stage:
    """Return a stage as the pack in force at a period's end has it."""
    pack = pack_at(_packs(district, rules), last_moment(district, period))
    for stage in pack.stages:
        if stage.id == name:
            return stage
    known = [stage.id for stage in pack.stages]
    hint = did_you_mean(name, known, f"it has {', '.join(known) or 'none'}")
    msg = f"`rules`: the pack {pack.version!r} has no stage with the id {name!r}: {hint}"
    raise PlanError(msg)


def _days_in(name: str) -> None:
    """Register the days in one stage."""

    @indicator(
        f"member_development.days_{name}",
        tables=TABLES,
        unit=LEVEL,
        persons=True,
        few="rounded",
    )
    def days(
        district: District,
        period: Period,
        *,
        rules: Rules,
        window: Window = "period",
        confidence_level: float = 0.95,
    ) -> pd.DataFrame:
        span, stage = span_of(period, window), _stage_of(district, period, rules, name)
        if not begun(district.table("development_steps")["date"], period):
            return nothing_recorded()
        spells, moment = stage_spells(district, stage), last_moment(district, span)
        lost = spells[~spells["measured"]]
        lost = lost[~((lost["first_known"] > moment) | (lost["last_known"] < span.start))]
        spells = spells[spells["measured"] & (spells["start"] <= moment)]
        spells = spells[~(spells["end"] < span.start)]
        over = spells["end"] <= moment
        until = spells["end"].where(over, moment).dt.normalize()
        medians = median_by_unit(
            spells["unit"],
            (until - spells["start"].dt.normalize()).dt.days,
            over,
            confidence_level=confidence_level,
        ).reindex(_units(district))
        counts = medians[["numerator", "denominator"]].fillna(0)
        excluded = lost["unit"].value_counts().reindex(medians.index, fill_value=0)
        return medians.assign(**counts, excluded=excluded)

    days.__doc__ = f"""
    Median days in the stage "{name}", from its first step to the first of the next; who is still in it is censored.

    Counted is everyone whose time in the stage touches the window, up to its end; long times touch more windows and
    so weigh more. Fewer than half finished: no median. ``excluded`` counts persons whose dates do not tell.
    """


for _stage in STAGES:
    _days_in(_stage)


def rule_outcomes(
    district: District,
    period: Period,
    *,
    rules: Rules,
    holidays: Holidays,
    window: Window = "period",
) -> pd.DataFrame:
    """
    Count what became of each rule in a window.

    Parameters
    ----------
    district : District
        The records.
    period : Period
        The period.
    rules : sequence of mapping
        The packs; see `seedmetrics.indicators.development_rules`.
    holidays : mapping
        The table of holidays.
    window : {"period", "year_to_date"}, default "period"
        Which checks count; see `conformance`.

    Returns
    -------
    DataFrame
        unit, rule, due, passed, breached, hard (breaches that are), unknown: one row for each unit that has sent any
        row and each rule, in the order of the packs; no rows before records began. True counts: a page withholds
        those of few persons.
    """
    found, known = (
        _judged_in(district, period, rules, holidays, window),
        _checked(district, rules, holidays).rules,
    )
    columns = ["due", "passed", "breached", "hard", "unknown"]
    if found is None:
        return pd.DataFrame(columns=["unit", "rule", *columns])
    checks = found[0]
    checks = checks.assign(due=True, unknown=~(checks["passed"] | checks["breached"]))
    each = pd.MultiIndex.from_product([sorted(_units(district)), known], names=["unit", "rule"])
    counts = checks.groupby(["unit", "rule"])[columns].sum().reindex(each, fill_value=0)
    return counts.astype("int64").reset_index()


def steps_reached(
    district: District, period: Period, *, rules: Rules, window: Window = "period"
) -> pd.DataFrame:
    """
    Count the persons under way in a window by the step they have reached.

    Parameters
    ----------
    district : District
        The records.
    period : Period
        The period.
    rules : sequence of mapping
        The packs; the steps are those of the pack in force at the period's end.
    window : {"period", "year_to_date"}, default "period"
        Who counts: everyone with a dated step by its end who had not finished the last stage before it began.

    Returns
    -------
    DataFrame
        unit, step, persons (who have reached it by the period's end: that step or a later one is dated), standing
        (who have reached no later one), one row for each unit that has sent any row and each step; no rows
        before records began. Persons count in the unit of their last step. True counts: a page withholds those of
        few persons.
    """
    pack, span = (
        pack_at(_packs(district, rules), last_moment(district, period)),
        span_of(period, window),
    )
    rows = district.table("development_steps")
    if not begun(rows["date"], period):
        return pd.DataFrame(columns=["unit", "step", "persons", "standing"])
    rows = rows[(rows["date"] <= last_moment(district, period)) & rows["step"].isin(pack.steps)]
    final = pack.stages[-1].end if pack.stages else pack.steps[-1]
    gone = rows.loc[(rows["step"] >= final) & (rows["date"] < span.start), "person"]
    rows = rows[~rows["person"].isin(gone)].sort_values("date", kind="stable")
    people = rows.groupby("person").agg(unit=("unit", "last"), furthest=("step", "max"))
    standing = people.groupby(["unit", "furthest"]).size().unstack(fill_value=0)
    standing = standing.reindex(
        index=sorted(_units(district)), columns=list(pack.steps), fill_value=0
    )
    reached = standing.loc[:, ::-1].cumsum(axis=1).loc[:, ::-1]
    result = pd.DataFrame({"persons": reached.stack(), "standing": standing.stack()})
    return result.rename_axis(["unit", "step"]).astype("int64").reset_index()
