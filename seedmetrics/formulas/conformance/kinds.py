"""How each kind of rule is judged: one function a kind, for all persons at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from seedmetrics.formulas._checks import BoolArray, FloatArray
from seedmetrics.formulas.conformance.dates import DAY, Days, add_months, working_days
from seedmetrics.formulas.conformance.rows import NO_DAY, Indices, StepRows
from seedmetrics.formulas.conformance.rules import StepRule

NOT_APPLICABLE, UNKNOWN, BREACHED, PASSED = range(4)
Outcomes = npt.NDArray[np.int8]
Field = TypeVar("Field")


@dataclass(frozen=True, slots=True, eq=False)
class DaysOff:
    """The table of working days: days off, days worked instead, and the years it covers."""

    days_off: npt.ArrayLike = ()
    worked_instead: npt.ArrayLike = ()
    years: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What one version of a rule says of each person: outcome, days, whether hard, the day judged, its row."""

    outcome: Outcomes
    days: FloatArray
    hard: BoolArray
    judged: Days
    row: Indices


def _the(field: Field | None) -> Field:
    """Return a field that a rule of its kind is known to have."""
    if field is None:
        msg = "the rule lacks a field that its kind needs"
        raise ValueError(msg)
    return field


def _known(*days: Days) -> BoolArray:
    """Say where all of these dates are known."""
    known: BoolArray = np.logical_and.reduce([~np.isnat(day) for day in days])
    return known


def _later(start: Days, months: int | None, days: float | None) -> Days:
    """Return the day so many months, or days, after another; missing where there is no limit."""
    if months is not None:
        return add_months(start, months)
    if days is not None:
        return start + np.timedelta64(int(days), "D")
    return np.full(start.shape, NO_DAY)


def _between(start: Days, end: Days) -> FloatArray:
    """Return the days from one date to another; NaN where one is missing."""
    days = (end - start).astype("timedelta64[D]").astype(np.float64)
    return np.where(_known(start, end), days, np.nan)


def _outcome(passed: BoolArray, breached: BoolArray, unknown: BoolArray) -> Outcomes:
    """Return outcomes, the first mark that fits being kept; not applicable where none does."""
    return np.select([passed, breached, unknown], [PASSED, BREACHED, UNKNOWN], NOT_APPLICABLE).astype(
        np.int8
    )  # fmt: skip


def _verdict(
    rows: StepRows,
    rule: StepRule,
    outcome: Outcomes,
    days: FloatArray,
    *,
    row: Indices | None = None,
    hard: BoolArray | None = None,
    judged: Days | None = None,
) -> Verdict:
    """
    Put a verdict together.

    Where the step judged has no dated row, the first dated row of a later step stands for it: it was taken by then.
    Without one the person's last dated row does.
    """
    row = np.full(rows.people.size, -1, dtype=np.int64) if row is None else row
    step = min(rule.before) if rule.before else rule.step
    if step is not None and (row < 0).any():
        row = np.where(row >= 0, row, rows.first_beyond(step))
    row = np.where(row >= 0, row, rows.known_row)
    day = rows.at(rows.date, row)
    if judged is not None:
        day = np.where(np.isnat(judged), day, judged)
    grave = np.full(rows.people.size, rule.severity == "hard")
    grave = grave if hard is None else grave | hard
    return Verdict(outcome, days, grave & (outcome == BREACHED), day, row)


def _within(rows: StepRows, rule: StepRule, _calendar: DaysOff) -> Verdict:
    """Judge a step that must follow another soon; one not taken at all lapses when its last day has passed."""
    start = rows.last(_the(rule.since))
    row = rows.first_not_before(_the(rule.step), start)
    end = rows.at(rows.date, row)
    limit = _later(start, rule.months, rule.days)
    reached = rows.reached(_the(rule.step))
    both = _known(start, end)
    lapsed = ~reached & (limit < rows.as_of)
    end = np.where(lapsed, rows.as_of, end)
    passed = both & (start <= end) & (end <= limit)
    hard = end > _later(start, rule.hard_months, rule.hard_days)
    return _verdict(
        rows,
        rule,
        _outcome(passed, both | lapsed, reached),
        _between(start, end),
        row=row,
        hard=hard,
        judged=np.where(lapsed, limit + DAY, NO_DAY),
    )


def _at_least(rows: StepRows, rule: StepRule, _calendar: DaysOff) -> Verdict:
    """Judge a step that may not follow another too soon."""
    start, end = rows.last(_the(rule.since)), rows.last(_the(rule.step))
    both = _known(start, end)
    passed = both & (end >= _later(start, rule.months, rule.days))
    outcome = _outcome(passed, both, rows.reached(_the(rule.step)))
    days = _between(start, end)
    return _verdict(rows, rule, outcome, days, row=rows.last_row[rows.place[_the(rule.step)]])


def _every(rows: StepRows, rule: StepRule, _calendar: DaysOff) -> Verdict:
    """Judge a step that must come again and again from one step to another, or to `as_of`."""
    start, end = rows.last(_the(rule.since)), rows.last(_the(rule.step))
    reached, mine = rows.reached(_the(rule.step)), rows.step == rule.observed
    end = np.where(~reached, rows.as_of, end)
    spanned = _known(start, end) & (start <= end)
    seen = np.flatnonzero(mine & (start[rows.who] <= rows.date) & (rows.date <= end[rows.who]))
    who = np.concatenate([np.flatnonzero(spanned), rows.who[seen]])
    day = np.concatenate([start[spanned], rows.date[seen]])
    order = np.lexsort((day, who))
    who, day = who[order], day[order]
    final = np.append(who[1:] != who[:-1], True)[: who.size]
    following = np.where(final, end[who], np.append(day[1:], NO_DAY)[: who.size])
    due = _later(day, rule.months, rule.days)
    gap, late = np.full(rows.people.size, np.nan), np.zeros(rows.people.size, dtype=bool)
    np.fmax.at(gap, who, _between(day, following))
    late[who[following > due]] = True
    owed = spanned & (end > _later(start, rule.months, rule.days))
    # An observation without a date, or none on record of a step that was passed, may lie in the gap.
    unsure = rows.any_row(mine & np.isnat(rows.date)) | (reached & ~rows.any_row(mine))
    outcome = _outcome(owed & ~late, owed & late & ~unsure, owed | (reached & ~spanned))
    # A span still open is judged by the last observation, or by the day on which the next was missed.
    latest, missed = np.full(rows.people.size, NO_DAY), np.full(rows.people.size, NO_DAY)
    latest[who[final]], missed[who[final]] = day[final], due[final] + DAY
    open_judged = np.where(missed <= rows.as_of, missed, latest)
    row = np.where(reached, rows.last_row[rows.place[_the(rule.step)]], -1)
    judged = np.where(reached, NO_DAY, open_judged)
    return _verdict(rows, rule, outcome, np.where(owed, gap, np.nan), row=row, judged=judged)


def _amount(rows: StepRows, rule: StepRule, _calendar: DaysOff) -> Verdict:
    """Judge whether the days, or the hours, of a step add up."""
    mine, dated = rows.step == rule.step, _known(rows.date)
    enough, measured = np.zeros(rows.people.size, dtype=bool), np.zeros(mine.size, dtype=bool)
    days = np.full(rows.people.size, np.nan)
    for name, least in (("days", rule.days), ("hours", rule.hours)):
        if least is None:
            continue
        given = ~np.isnan(rows.numbers[name])
        counted = mine & dated & given
        total = np.bincount(rows.who[counted], rows.numbers[name][counted], rows.people.size)
        enough, measured = enough | (total >= least), measured | given
        if name == "days":
            days = np.where(rows.any_row(counted), total, np.nan)
    whole = rows.any_row(mine) & ~rows.any_row(mine & ~(dated & measured))
    outcome = _outcome(enough, whole, rows.reached(_the(rule.step)))
    return _verdict(rows, rule, outcome, days, row=rows.last_row[rows.place[_the(rule.step)]])


def _done_before(rows: StepRows, rule: StepRule, _calendar: DaysOff) -> Verdict:
    """Judge a step that must be done by the time others are."""
    done, before = rows.first(_the(rule.step)), _the(rule.before)
    moments = np.stack([rows.last(step) for step in before])
    reached = np.stack([rows.reached(step) for step in before])
    moment = np.fmin.reduce(moments, axis=0)
    all_known = ~(reached & np.isnat(moments)).any(axis=0)
    absent = np.zeros(rows.people.size, dtype=bool)
    if rule.absent == "breached":
        absent = _known(moment) & ~rows.any_row(rows.step == rule.step)
    breached = (done > moment) | absent
    passed = _known(done, moment) & all_known & ~breached
    outcome = _outcome(passed, breached, np.logical_or.reduce(reached))
    row = np.full(rows.people.size, -1, dtype=np.int64)
    for step, day in zip(before[::-1], moments[::-1]):
        row = np.where(day == moment, rows.last_row[rows.place[step]], row)
    return _verdict(rows, rule, outcome, _between(done, moment), row=row)


def _publicity(rows: StepRows, rule: StepRule, calendar: DaysOff) -> Verdict:
    """Judge whether a step was made public for so many working days before it was taken."""
    row = rows.last_row[rows.place[_the(rule.step)]]
    listed = rows.at(rows.date, row)
    first = rows.at(rows.dates["publicity_from"], row)
    last = rows.at(rows.dates["publicity_to"], row)
    counted = working_days(
        first,
        np.minimum(last, listed - DAY),
        days_off=calendar.days_off,
        worked_instead=calendar.worked_instead,
        years=calendar.years,
    )
    sure = _known(first, last, listed) & ~counted.provisional
    outcome = _outcome(
        sure & (counted.days >= _the(rule.days)), sure, rows.reached(_the(rule.step))
    )
    return _verdict(rows, rule, outcome, counted.days, row=row)


def _quorum(rows: StepRows, rule: StepRule, _calendar: DaysOff) -> Verdict:
    """Judge whether those present, and those in favor, are more than a share of those due."""
    row = rows.last_row[rows.place[_the(rule.step)]]
    needed = _the(rule.share) * rows.number("votes_due", row)
    present, yes = rows.number("present", row), rows.number("yes", row)
    outcome = _outcome(
        (present > needed) & (yes > needed),
        (present <= needed) | (yes <= needed),
        rows.reached(_the(rule.step)),
    )
    return _verdict(rows, rule, outcome, np.full(rows.people.size, np.nan), row=row)


def _extension(rows: StepRows, rule: StepRule, _calendar: DaysOff) -> Verdict:
    """Judge how often a term was extended, and by how much."""
    extended = rows.dates["extended_to"]
    carries = _known(extended)
    pairs = np.unique(
        np.stack([rows.who[carries], extended[carries].astype(np.int64)], axis=1), axis=0
    )
    times = np.bincount(pairs[:, 0], minlength=rows.people.size)
    until = np.full(rows.people.size, NO_DAY)
    until[pairs[:, 0]] = pairs[:, 1].astype("datetime64[D]")  # sorted, so that the latest is kept
    start = rows.last(_the(rule.since))
    term = add_months(start, _the(rule.months))
    low = add_months(start, _the(rule.months) + _the(rule.low_months))
    high = add_months(start, _the(rule.months) + _the(rule.high_months))
    sure = _known(until, term) & ~rows.any_row(carries & np.isnat(rows.date))
    fits = (low <= until) & (until <= high) & (times <= _the(rule.times))
    outcome = _outcome(sure & fits, (times > _the(rule.times)) | (sure & ~fits), times > 0)
    found = np.flatnonzero(carries & _known(rows.date))
    row = np.full(rows.people.size, -1, dtype=np.int64)
    found = found[np.argsort(rows.date[found], kind="stable")]
    row[rows.who[found]] = found
    return _verdict(rows, rule, outcome, _between(term, until), row=row)


def _order(rows: StepRows, rule: StepRule, _calendar: DaysOff) -> Verdict:
    """Judge whether steps were taken in their order, by the first dated row of each."""
    steps, groups = _the(rule.steps), rule.parallel or ()
    together = {s: {other for group in groups if s in group for other in group} for s in steps}
    firsts = np.stack([rows.first(step) for step in steps])
    running = np.full(rows.people.size, NO_DAY)
    back = np.full(rows.people.size, np.nan)
    for k, step in enumerate(steps):
        earlier = [j for j in range(k) if steps[j] in together[step]]
        if earlier:
            others = [firsts[j] for j in range(k) if j not in earlier]
            before = np.fmax.reduce(others) if others else np.full(rows.people.size, NO_DAY)
        else:
            before = running
        back = np.fmin(back, _between(before, firsts[k]))
        running = np.fmax(running, firsts[k])
    here = np.stack([rows.any_row(rows.step == step) for step in steps])
    # The furthest step of which there is a row; those up to it should be known.
    furthest = np.where(here.any(axis=0), len(steps) - 1 - here[::-1].argmax(axis=0), -1)
    up_to = np.arange(len(steps))[:, np.newaxis] <= furthest
    unsure = (up_to & np.isnat(firsts)).any(axis=0)
    due = furthest > 0
    outcome = _outcome(due & ~unsure & ~(back < 0), due & (back < 0), due)
    return _verdict(rows, rule, outcome, np.where(back < 0, back, np.nan))


def _unchecked(rows: StepRows, rule: StepRule, _calendar: DaysOff) -> Verdict:
    """Judge nothing."""
    nobody = np.zeros(rows.people.size, dtype=bool)
    row = None if rule.step is None else rows.last_row[rows.place[_the(rule.step)]]
    return _verdict(
        rows, rule, _outcome(nobody, nobody, nobody), np.full(rows.people.size, np.nan), row=row
    )


JUDGES: Final[Mapping[str, Callable[[StepRows, StepRule, DaysOff], Verdict]]] = {
    "within": _within,
    "at_least": _at_least,
    "every": _every,
    "amount": _amount,
    "done_before": _done_before,
    "publicity": _publicity,
    "quorum": _quorum,
    "extension": _extension,
    "order": _order,
    "unchecked": _unchecked,
}
