"""Checks of steps a second time: one person after the other, in plain loops, against the vectorized ones."""

import calendar
import datetime as dt
from itertools import pairwise

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from seedmetrics.formulas import StepRule, check_steps

FAR = dt.date(9999, 12, 31)
OFF = [dt.date(2025, 1, 1), dt.date(2025, 1, 28), dt.date(2025, 1, 29)]
INSTEAD = [dt.date(2025, 1, 26), dt.date(2025, 2, 8)]
BEGAN = dt.date(2025, 1, 15)
NUMBERS = ("votes_due", "present", "yes", "days", "hours")
DATES = ("publicity_from", "publicity_to", "extended_to")


def later(day, months, days=None):
    if days is not None:
        return day + dt.timedelta(days)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


class Person:
    """The rows of one person: (index, step, date, columns)."""

    def __init__(self, rows):
        self.rows = rows
        self.highest = max(row["step"] for row in rows)

    def of(self, step):
        return [row for row in self.rows if row["step"] == step]

    def dated(self, step=None):
        rows = self.rows if step is None else self.of(step)
        return sorted((r for r in rows if r["date"]), key=lambda r: (r["date"], r["index"]))

    def last(self, step=None):
        return (self.dated(step) or [None])[-1]

    def first(self, step):
        return (self.dated(step) or [None])[0]

    def beyond(self, step):
        return next((row for row in self.dated() if row["step"] > step), None) if step else None


def judge(person, rule, as_of):
    """Return outcome, days, hard, day judged, row judged by; the row is None where the last known one stands."""
    return globals()[f"judge_{rule.kind}"](person, rule, as_of)


def judge_within(person, rule, as_of):
    start = person.last(rule.since)
    after = [r for r in person.dated(rule.step) if start and r["date"] >= start["date"]]
    end = after[0] if after else person.last(rule.step)
    if start and end:
        limit = later(start["date"], rule.months, rule.days)
        days = (end["date"] - start["date"]).days
        if start["date"] <= end["date"] <= limit:
            return "passed", days, False, None, end
        hard = rule.hard_months and end["date"] > later(start["date"], rule.hard_months)
        return "breached", days, bool(hard), None, end
    if person.highest >= rule.step:
        return "unknown", None, False, None, end
    if start and as_of:
        limit = later(start["date"], rule.months, rule.days)
        if as_of > limit:
            hard = rule.hard_months and as_of > later(start["date"], rule.hard_months)
            days = (as_of - start["date"]).days
            return "breached", days, bool(hard), limit + dt.timedelta(1), None
    return "not_applicable", None, False, None, None


def judge_at_least(person, rule, as_of):
    start, end = person.last(rule.since), person.last(rule.step)
    if start and end:
        enough = end["date"] >= later(start["date"], rule.months, rule.days)
        days = (end["date"] - start["date"]).days
        return "passed" if enough else "breached", days, False, None, end
    unsure = "unknown" if person.highest >= rule.step else "not_applicable"
    return unsure, None, False, None, end


def judge_every(person, rule, as_of):
    start, end = person.last(rule.since), person.last(rule.step)
    closed = person.highest >= rule.step
    stop = (end["date"] if end else None) if closed else as_of
    if not start or not stop or start["date"] > stop:
        return "unknown" if closed else "not_applicable", None, False, None, end
    seen = [r["date"] for r in person.dated(rule.observed) if start["date"] <= r["date"] <= stop]
    days = [start["date"], *seen, stop]
    gaps = [(b - a).days for a, b in pairwise(days)]
    late = any(b > later(a, rule.months, rule.days) for a, b in pairwise(days))
    judged = None
    if not closed:
        missed = later(days[-2], rule.months, rule.days) + dt.timedelta(1)
        judged = missed if missed <= as_of else days[-2]
    if stop <= later(start["date"], rule.months, rule.days):
        return "not_applicable", None, False, judged, end
    rows = person.of(rule.observed)
    unsure = any(r["date"] is None for r in rows) or (closed and not rows)
    outcome = "passed" if not late else "unknown" if unsure else "breached"
    return outcome, max(gaps), False, judged, end


def judge_amount(person, rule, as_of):
    rows = person.of(rule.step)
    measures = [(m, getattr(rule, m)) for m in ("days", "hours") if getattr(rule, m)]
    sums = {
        m: sum(r[m] for r in rows if r["date"] and r[m] is not None)
        if any(r["date"] and r[m] is not None for r in rows)
        else None
        for m, _ in measures
    }
    days = sums.get("days")
    if any(sums[m] is not None and sums[m] >= least for m, least in measures):
        outcome = "passed"
    elif rows and all(r["date"] and any(r[m] is not None for m, _ in measures) for r in rows):
        outcome = "breached"
    else:
        outcome = "unknown" if person.highest >= rule.step else "not_applicable"
    return outcome, days, False, None, person.last(rule.step)


def judge_done_before(person, rule, as_of):
    done = person.first(rule.step)
    reached = [step for step in rule.before if person.highest >= step]
    moments = [person.last(step) for step in reached]
    known = [m for m in moments if m]
    moment = min(known, key=lambda m: m["date"]) if known else None
    days = (moment["date"] - done["date"]).days if moment and done else None
    if (done and moment and done["date"] > moment["date"]) or (
        rule.absent == "breached" and moment and not person.of(rule.step)
    ):
        outcome = "breached"
    elif done and reached and len(known) == len(reached):
        outcome = "passed"
    else:
        outcome = "unknown" if reached else "not_applicable"
    return outcome, days, False, None, moment


def judge_publicity(person, rule, as_of):
    row = person.last(rule.step)
    unsure = "unknown" if person.highest >= rule.step else "not_applicable"
    if not row or not row["publicity_from"] or not row["publicity_to"]:
        return unsure, None, False, None, row
    day, stop = row["publicity_from"], min(row["publicity_to"], row["date"] - dt.timedelta(1))
    years = {day.year, stop.year} if day <= stop else set()
    count = 0
    while day <= stop:
        count += day in INSTEAD or (day.weekday() < 5 and day not in OFF)
        day += dt.timedelta(1)
    if years - {2025}:
        return unsure, count, False, None, row
    return "passed" if count >= rule.days else "breached", count, False, None, row


def judge_quorum(person, rule, as_of):
    row = person.last(rule.step)
    unsure = "unknown" if person.highest >= rule.step else "not_applicable"
    if not row or row["votes_due"] is None:
        return unsure, None, False, None, row
    needed = rule.share * row["votes_due"]
    votes = [row["present"], row["yes"]]
    if any(v is not None and v <= needed for v in votes):
        return "breached", None, False, None, row
    return "passed" if None not in votes else unsure, None, False, None, row


def judge_extension(person, rule, as_of):
    carrying = [r for r in person.rows if r["extended_to"]]
    if not carrying:
        return "not_applicable", None, False, None, None
    days = sorted({r["extended_to"] for r in carrying})
    dated = sorted((r for r in carrying if r["date"]), key=lambda r: (r["date"], r["index"]))
    row, start = (dated or [None])[-1], person.last(rule.since)
    length = (days[-1] - later(start["date"], rule.months)).days if start else None
    if len(days) > rule.times:
        return "breached", length, False, None, row
    if not start or any(not r["date"] for r in carrying):
        return "unknown", length, False, None, row
    low = later(start["date"], rule.months + rule.low_months)
    high = later(start["date"], rule.months + rule.high_months)
    return "passed" if low <= days[-1] <= high else "breached", length, False, None, row


def judge_order(person, rule, as_of):
    present = [k for k, step in enumerate(rule.steps) if person.of(step)]
    if not present or max(present) == 0:
        return "not_applicable", None, False, None, None
    firsts = [person.first(step) for step in rule.steps]
    together = [set(group) for group in rule.parallel or ()]
    gaps = [
        (firsts[j]["date"] - firsts[i]["date"]).days
        for j in range(len(firsts))
        for i in range(j)
        if firsts[i]
        and firsts[j]
        and not any({rule.steps[i], rule.steps[j]} <= group for group in together)
    ]
    if any(gap < 0 for gap in gaps):
        return "breached", min(gaps), False, None, None
    whole = all(firsts[: max(present) + 1])
    return "passed" if whole else "unknown", None, False, None, None


def naive(rows, rules, as_of):
    """Check every person by every rule."""
    rows = [r for r in rows if not (as_of and r["date"] and r["date"] > as_of)]
    found = []
    for name in sorted({r["person"] for r in rows}):
        person = Person([r for r in rows if r["person"] == name])
        for rule_id in dict.fromkeys(rule.id for rule in rules):
            result = [name, rule_id, "not_applicable", None, "", -1]
            for k, rule in enumerate(rules):
                if rule.id != rule_id:
                    continue
                outcome, days, hard, judged, row = judge(person, rule, as_of)
                named = min(rule.before) if rule.before else rule.step
                row = row or person.beyond(named) or person.last()
                day = row["date"] if row else as_of or FAR
                begun = rule.in_force_from is None or rule.in_force_from <= day
                over = rule.in_force_until is not None and rule.in_force_until <= day
                if not begun or over:
                    continue
                severity = ("hard" if hard else rule.severity) if outcome == "breached" else ""
                judged = judged or (row["date"] if row else None)
                result = [name, rule_id, outcome, days, severity, k]
                result += [judged, row["index"] if row else -1]
            if result[5] < 0:
                row = person.last()
                result += [row["date"] if row else None, row["index"] if row else -1]
            found.append(tuple(result))
    return found


RULES = [
    StepRule(id="within", kind="within", since=1, step=3, months=1, hard_months=2, severity="warn"),
    StepRule(id="days", kind="within", since=1, step=2, days=20, severity="late"),
    StepRule(id="least", kind="at_least", since=2, step=4, months=2),
    StepRule(id="every", kind="every", since=1, observed=3, step=4, months=1, severity="late"),
    StepRule(id="amount", kind="amount", step=2, days=3, hours=24),
    StepRule(id="hours", kind="amount", step=4, hours=24, in_force_from=BEGAN),
    StepRule(id="before", kind="done_before", step=2, before=(3, 4)),
    StepRule(id="absent", kind="done_before", step=2, before=(4,), absent="breached"),
    StepRule(id="quorum", kind="quorum", step=3, share=0.5),
    StepRule(id="order", kind="order", steps=(1, 2, 3, 4), parallel=((2, 3), (3, 4))),
    StepRule(
        id="extension", kind="extension", since=1, months=1, low_months=1, high_months=3, times=1
    ),
    # A rule that the second version makes stricter, and one that it brings.
    StepRule(id="two", kind="at_least", since=1, step=3, months=1, in_force_until=BEGAN),
    StepRule(id="two", kind="at_least", since=1, step=3, months=2, in_force_from=BEGAN),
    StepRule(id="new", kind="publicity", step=3, days=5, in_force_from=BEGAN),
]
day = st.dates(dt.date(2024, 11, 20), dt.date(2025, 4, 10))
count = st.none() | st.integers(0, 12)
row = st.fixed_dictionaries(
    {
        "person": st.sampled_from("ab"),
        "step": st.integers(1, 4),
        "date": st.none() | day | day,
        "votes_due": count,
        "present": count,
        "yes": count,
        "days": st.none() | st.integers(0, 3),
        "hours": st.none() | st.integers(0, 24),
        "publicity_from": st.none() | day,
        "publicity_to": st.none() | day,
        "extended_to": st.none() | st.none() | day,
    }
)


@given(st.lists(row, max_size=12), st.none() | day)
@example([], None)
def test_loops_over_persons_find_the_same(rows, as_of):
    rows = [{**r, "index": k} for k, r in enumerate(rows)]
    column = {name: [r[name] for r in rows] for name in ("person", "step", *NUMBERS)}
    checks = check_steps(
        column.pop("person"),
        column.pop("step"),
        np.array([r["date"] for r in rows], dtype="datetime64[D]"),
        rules=RULES,
        **{name: np.array(values, dtype=float) for name, values in column.items()},
        **{name: np.array([r[name] for r in rows], dtype="datetime64[D]") for name in DATES},
        as_of=as_of,
        days_off=OFF,
        worked_instead=INSTEAD,
        years=[2025],
    )
    found = zip(
        checks.person.tolist(),
        checks.rule.tolist(),
        checks.outcome.tolist(),
        [None if np.isnan(d) else d for d in checks.days],
        checks.severity.tolist(),
        checks.version.tolist(),
        checks.judged.tolist(),
        checks.row.tolist(),
        strict=True,
    )
    assert list(found) == naive(rows, RULES, as_of)


@given(st.lists(row, min_size=1, max_size=12), st.randoms())
def test_the_order_of_rows_says_nothing_where_no_day_repeats(rows, random):
    days = [dt.date(2025, 1, 1) + dt.timedelta(7 * k) for k in range(len(rows))]
    rows = [{**r, "date": r["date"] and d} for r, d in zip(rows, days)]
    mixed = random.sample(rows, len(rows))
    one, other = (
        check_steps(
            [r["person"] for r in order],
            [r["step"] for r in order],
            np.array([r["date"] for r in order], dtype="datetime64[D]"),
            rules=RULES,
            votes_due=np.array([r["votes_due"] for r in order], dtype=float),
            present=np.array([r["present"] for r in order], dtype=float),
            yes=np.array([r["yes"] for r in order], dtype=float),
        )
        for order in (rows, mixed)
    )
    assert one.outcome.tolist() == other.outcome.tolist()
    assert one.judged.tolist() == other.judged.tolist()
