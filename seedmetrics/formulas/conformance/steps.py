"""Steps of persons held against rules: what could be checked, what passed, what was breached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from seedmetrics.formulas._checks import FloatArray
from seedmetrics.formulas.conformance.dates import Days
from seedmetrics.formulas.conformance.kinds import JUDGES, DaysOff
from seedmetrics.formulas.conformance.rows import Indices, StepRows, arrange
from seedmetrics.formulas.conformance.rules import StepRule

Words = npt.NDArray[np.object_]

OUTCOMES = ("not_applicable", "unknown", "breached", "passed")
_FAR = np.datetime64("9999-12-31", "D")


@dataclass(frozen=True, slots=True, eq=False)
class StepChecks:
    """
    One row for each person and rule, from `check_steps`; persons sorted, rules as they were given.

    Attributes
    ----------
    person : ndarray, shape (n,)
        Person of each row.
    rule : ndarray of str, shape (n,)
        Rule of each row.
    outcome : ndarray of str, shape (n,)
        "passed", "breached", "unknown" (due, but the record does not allow the check) or
        "not_applicable" (not due: the step is not reached, nothing fell due, or no version was in force).
    days : ndarray of float64, shape (n,)
        What was measured, NaN where nothing was: days between the two steps (negative where they are
        reversed), the longest gap, days of training, working days of publicity, days of the extension, or
        days by which the order was reversed (negative).
    severity : ndarray of str, shape (n,)
        Severity of a breach, "hard" past a hard limit; "" where there is none.
    version : ndarray of int64, shape (n,)
        Place in `rules` of the version applied; -1 where none was in force.
    judged : ndarray of datetime64[D], shape (n,)
        Day to which the check belongs: that of the step judged; where it is missing, the first known day of a
        later step, or else the person's last; for a term that lapsed, the first day after it. NaT for a person
        without any date.
    row : ndarray of int64, shape (n,)
        Row of the input by which the check was judged; -1 for a person without any date.
    """

    person: npt.NDArray[np.generic]
    rule: Words
    outcome: Words
    days: FloatArray
    severity: Words
    version: Indices
    judged: Days
    row: Indices


def check_steps(
    person: npt.ArrayLike,
    step: npt.ArrayLike,
    date: npt.ArrayLike,
    *,
    rules: Sequence[StepRule],
    votes_due: npt.ArrayLike | None = None,
    present: npt.ArrayLike | None = None,
    yes: npt.ArrayLike | None = None,
    days: npt.ArrayLike | None = None,
    hours: npt.ArrayLike | None = None,
    publicity_from: npt.ArrayLike | None = None,
    publicity_to: npt.ArrayLike | None = None,
    extended_to: npt.ArrayLike | None = None,
    as_of: npt.ArrayLike | None = None,
    days_off: npt.ArrayLike = (),
    worked_instead: npt.ArrayLike = (),
    years: Sequence[int] | None = None,
) -> StepChecks:
    """
    Hold the steps of persons against rules on their dates, votes and order.

    Parameters
    ----------
    person : array_like, shape (n,)
        Who took the step: codes, or whole numbers, which are fastest. Rows may come in any order.
    step : array_like of int, shape (n,)
        Step of each row. A larger number is a later step; a step may come more than once.
    date : array_like of datetime64, shape (n,)
        Day of each row; NaT where it is missing. The time of day does not matter.
    rules : sequence of StepRule
        The rules; several versions of one share its id and follow each other in force.
    votes_due, present, yes : array_like of float, shape (n,), optional
        Voting members due at a meeting, those present, and those in favor; NaN where missing.
    days, hours : array_like of float, shape (n,), optional
        Length of a training.
    publicity_from, publicity_to : array_like of datetime64, shape (n,), optional
        First and last day on which a step was made public.
    extended_to : array_like of datetime64, shape (n,), optional
        Day to which a term was extended, on whatever row.
    as_of : datetime64, optional
        The day up to which records are known. Later rows are left out; a step that was due by then and not
        taken is a breach. Left out: such a term is not judged.
    days_off, worked_instead, years : optional
        The table of working days, as `working_days` takes it.

    Returns
    -------
    StepChecks
        One row for each person and rule.

    Raises
    ------
    TypeError
        If a column holds no dates or no numbers.
    ValueError
        If columns differ in length, a number is negative or a step no whole one, there are no rules, or two
        versions of a rule are in force at once.

    See Also
    --------
    conformance_rate : The share of checks passed, beside that of checks that could be made.

    Notes
    -----
    *Missing is never a pass.* A step is reached when there is a row of it or of a later one. A step that is
    reached but has no date (or votes, or days) gives "unknown"; one not reached gives "not_applicable". A
    breach that is certain from what is known is a breach, whatever else is missing.

    *Versions.* A version is chosen by the day of the step judged: `step`; the earliest of `before`; the
    last row that carries an extension. Where that is missing, it is the first known day of a later step,
    by which the step was taken; where there is none, and for kinds that judge the whole record (order, and
    terms that lapsed or still run), the person's last known day; for a person without any date `as_of`, or
    the last version there is.

    *Steps taken again.* The last dated row counts, as an act that is repeated takes the place of the one before:
    so for the start of a term, a vote, a publicity. The end of a "within" is the first row on or after its start.
    For "order" the first row counts, and for "done_before" the first of `step`; "every" looks at all rows,
    "amount" adds them up.

    *Lapse.* Under "within", a step that is not reached by the last day of its term is breached the day after,
    and so is "every" under way. Nothing is known here of persons who have left: take their rows out, or
    give no `as_of`.

    *Kinds in detail.* "within": a step before its start is a breach. "every": rows of `observed` before the
    start and after the end do not count; no row of it at all, once the end is passed, is unknown, as is a gap
    that a row without a date might fill; a span no longer than the limit owes nothing. "amount": one measure is
    enough, and one that no row gives is not asked for. "quorum": with nobody due no vote is valid, hence a
    breach; one count known to fall short is enough for a breach. "publicity": a span that the table of
    working days does not cover is unknown. "extension": one day of extension on several rows is one
    extension; nobody extended, not applicable. "order": any step without a date up to the furthest leaves
    the order unknown, unless what is known is reversed already; a single step has no order.

    Examples
    --------
    >>> rules = [StepRule(id="T2", kind="at_least", since=3, step=7, months=12)]
    >>> checks = check_steps(["a", "a", "b", "b", "c"], [3, 7, 3, 7, 3],
    ...     ["2024-03-01", "2025-03-01", "2024-03-01", "", "2024-03-01"], rules=rules)
    >>> checks.outcome.tolist(), checks.days.tolist()
    (['passed', 'unknown', 'not_applicable'], [365.0, nan, nan])
    """
    versions = _versions(rules)
    columns = {
        "votes_due": votes_due,
        "present": present,
        "yes": yes,
        "days": days,
        "hours": hours,
        "publicity_from": publicity_from,
        "publicity_to": publicity_to,
        "extended_to": extended_to,
    }
    named = {step for rule in rules for step in rule.named_steps}
    rows, kept = arrange(person, step, date, columns, steps=named, as_of=as_of)
    calendar = DaysOff(days_off, worked_instead, None if years is None else tuple(years))
    checked = [_judged(rows, rules, versions[name], calendar) for name in versions]
    size = rows.people.size
    codes, measured, hard, version, judged, row = (
        np.stack(part, axis=1).ravel() for part in zip(*checked)
    )
    grave = np.array([*(rule.severity for rule in rules), ""], dtype=object)[version]
    grave = np.where(hard, "hard", grave)
    words = np.array(OUTCOMES, dtype=object)[codes]
    return StepChecks(
        np.repeat(rows.people, len(versions)),
        np.tile(np.array(list(versions), dtype=object), size),
        words,
        measured,
        np.where(words == "breached", grave, ""),
        version,
        judged,
        np.where(row >= 0, np.append(kept, -1)[row], -1),
    )


def _judged(
    rows: StepRows, rules: Sequence[StepRule], versions: Sequence[int], calendar: DaysOff
) -> tuple[npt.NDArray[np.generic], ...]:
    """Judge all persons by one rule, each by the version in force on the day of the step judged."""
    size = rows.people.size
    fallback = _FAR if np.isnat(rows.as_of) else rows.as_of
    outcome, hard = np.zeros(size, dtype=np.int8), np.zeros(size, dtype=bool)
    days, version = np.full(size, np.nan), np.full(size, -1, dtype=np.int64)
    row = rows.known_row.copy()
    judged = rows.at(rows.date, row)
    for k in versions:
        found = JUDGES[rules[k].kind](rows, rules[k], calendar)
        day = rows.at(rows.date, found.row)
        day = np.where(np.isnat(day), fallback, day)
        here = np.ones(size, dtype=bool)
        if (first := rules[k].in_force_from) is not None:
            here &= day >= np.datetime64(first, "D")
        if (stop := rules[k].in_force_until) is not None:
            here &= day < np.datetime64(stop, "D")
        version[here] = k
        for all_of_it, part in (
            (outcome, found.outcome),
            (days, found.days),
            (hard, found.hard),
            (judged, found.judged),
            (row, found.row),
        ):
            all_of_it[here] = part[here]
    return outcome, days, hard, version, judged, row


def _versions(rules: Sequence[StepRule]) -> dict[str, list[int]]:
    """Return the places of each rule's versions, in the order they came into force."""
    if not rules:
        msg = "`rules` is empty: give at least one StepRule"
        raise ValueError(msg)
    versions: dict[str, list[int]] = {}
    for k, rule in enumerate(rules):
        versions.setdefault(rule.id, []).append(k)
    for name, places in versions.items():
        places.sort(key=lambda k: str(rules[k].in_force_from or ""))
        for one, following in pairwise(places):
            stop, start = rules[one].in_force_until, rules[following].in_force_from
            if stop is None or start is None or start < stop:
                msg = (
                    f"two versions of the rule {name!r} are in force at once: let one have an "
                    "`in_force_until` not after the `in_force_from` of the next"
                )
                raise ValueError(msg)
    return versions
