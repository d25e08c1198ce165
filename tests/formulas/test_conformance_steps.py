"""Steps against rules: the worked cases of the domain, one kind of rule after the other."""

import datetime as dt

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from seedmetrics.formulas import StepRule, check_steps, conformance_rate

T1 = StepRule(id="T1", kind="within", since=1, step=2, months=1, severity="late")
T2 = StepRule(id="T2", kind="at_least", since=3, step=7, months=12)
T3 = StepRule(id="T3", kind="every", since=3, observed=6, step=7, months=6, severity="late")
T4 = StepRule(id="T4", kind="amount", step=11, days=3, hours=24)
T5 = StepRule(id="T5", kind="done_before", step=10, before=(12, 15))
T6 = StepRule(id="T6", kind="publicity", step=7, days=5, in_force_from=dt.date(2026, 5, 18))
T8 = StepRule(id="T8", kind="within", since=15, step=17, months=3, hard_months=6, severity="warn")
T10 = StepRule(id="T10", kind="at_least", since=15, step=23, months=12)
T11 = StepRule(
    id="T11", kind="extension", since=15, months=12, low_months=6, high_months=12, times=1
)
T13 = StepRule(id="T13", kind="quorum", step=15, share=0.5)
T15 = StepRule(id="T15", kind="order", steps=tuple(range(1, 26)), parallel=((5, 6),))


def one(rule, rows, **more):
    """Check one person: `rows` are step and date; return outcome, days and severity."""
    steps, days = zip(*rows)
    checks = check_steps(["p"] * len(rows), steps, list(days), rules=[rule], **more)
    return checks.outcome[0], checks.days[0], checks.severity[0]


def outcome(rule, rows, **more):
    return one(rule, rows, **more)[0]


def chaozhou():
    """
    Return the recruits of the Chaozhou Fengxi case: what is published of them, with dates made up to fit.

    Of 19, 15 were activists for under a year, 18 had their political review after the branch meeting, and one batch
    (taken as 6 here) was never approved by the higher committee.
    """
    rows = []
    for k in range(19):
        listed = "2013-11-01" if k < 15 else "2014-04-01"
        meeting, review = "2014-06-10", "2014-07-01" if k < 18 else "2014-05-20"
        rows += [(k, 3, "2013-03-01"), (k, 7, listed), (k, 10, review), (k, 12, "2014-06-01")]
        rows += [(k, 15, meeting)] + [(k, 17, "2014-08-01")] * (k >= 6)
    return zip(*rows)


def test_chaozhou_fengxi_is_found_as_it_was_reported():
    person, step, date = map(list, chaozhou())
    checks = check_steps(person, step, date, rules=[T2, T5, T8], as_of="2015-01-31")
    found = {
        rule: (checks.outcome[checks.rule == rule] == "breached").sum()
        for rule in ("T2", "T5", "T8")
    }
    assert found == {"T2": 15, "T5": 18, "T8": 6}
    assert round(100 * found["T2"] / 19, 1) == 78.9
    # Never approved, and more than six months gone: a hard breach, and not a step still to come.
    assert_array_equal(checks.severity[(checks.rule == "T8") & (checks.person < 6)], "hard")
    rate = conformance_rate(checks)
    assert rate.hard_breaches == {"T2": 15, "T5": 18, "T8": 6}
    assert (rate.passed, rate.checkable, rate.due, rate.coverage) == (18, 57, 57, 1.0)


def test_probation_runs_from_the_branch_meeting_and_not_from_approval():
    steps = [(15, "2024-06-10"), (17, "2024-08-20"), (23, "2025-06-10")]
    assert one(T10, steps) == ("passed", 365, "")
    early = [(15, "2024-06-10"), (17, "2024-05-01"), (23, "2025-06-09")]
    assert one(T10, early) == ("breached", 364, "hard")


@pytest.mark.parametrize(
    ("due", "present", "yes", "expected"),
    [
        (20, 12, 11, "passed"),
        # 10 of 12 present is a majority of those there, and no majority of those due.
        (20, 12, 10, "breached"),
        (20, 10, 10, "breached"),
        (21, 11, 11, "passed"),
        (0, 0, 0, "breached"),
        (np.nan, 12, 11, "unknown"),
        (20, 12, np.nan, "unknown"),
        (20, np.nan, 11, "unknown"),
        (20, np.nan, 9, "breached"),
    ],
)
def test_votes_are_counted_of_those_due(due, present, yes, expected):
    found = one(T13, [(15, "2025-01-10")], votes_due=[due], present=[present], yes=[yes])
    assert found[0] == expected


def test_a_vote_taken_again_takes_the_place_of_the_one_before():
    votes = {"votes_due": [20, 20], "present": [20, 20], "yes": [8, 15]}
    assert outcome(T13, [(15, "2025-01-10"), (15, "2025-03-10")], **votes) == "passed"
    assert outcome(T13, [(15, "2025-03-10"), (15, "2025-01-10")], **votes) == "breached"


@pytest.mark.parametrize(
    ("talk", "expected"),
    [
        ("2025-01-31", ("passed", 0)),
        ("2025-02-28", ("passed", 28)),
        ("2025-03-01", ("breached", 29)),
        ("2025-01-30", ("breached", -1)),
    ],
)
def test_a_month_after_the_31st_of_january_ends_on_the_28th_of_february(talk, expected):
    assert one(T1, [(1, "2025-01-31"), (2, talk)])[:2] == expected


def test_a_missing_date_is_never_a_pass():
    assert outcome(T1, [(1, "2025-01-31"), (2, "")]) == "unknown"
    assert outcome(T1, [(1, ""), (2, "2025-01-31")]) == "unknown"
    # Step 2 is reached, as a later one is on record, and its date is not.
    assert outcome(T1, [(1, "2025-01-31"), (3, "2025-02-10")], as_of="2025-12-31") == "unknown"
    assert outcome(T2, [(3, "2024-01-31"), (8, "2025-02-10")]) == "unknown"
    assert outcome(T4, [(11, "")], days=[5]) == "unknown"
    assert outcome(T5, [(10, ""), (12, "2025-01-01"), (15, "2025-01-02")]) == "unknown"
    assert outcome(T13, [(15, "")], votes_due=[9], present=[9], yes=[9]) == "unknown"
    assert outcome(T15, [(1, "2025-01-01"), (2, ""), (3, "2025-01-03")]) == "unknown"


def test_what_is_not_reached_is_not_due():
    assert outcome(T1, [(1, "2025-01-31")]) == "not_applicable"
    assert outcome(T2, [(3, "2025-01-31")], as_of="2029-12-31") == "not_applicable"
    assert outcome(T5, [(10, "2025-01-31")]) == "not_applicable"
    assert outcome(T15, [(1, "2025-01-31")]) == "not_applicable"
    assert outcome(T15, [(1, ""), (1, "")]) == "not_applicable"


def test_conformance_stands_beside_coverage():
    rows = [("a", 3, "2024-01-01"), ("a", 7, "2025-02-01"), ("b", 3, ""), ("b", 7, "2025-02-01")]
    rows += [("c", 3, "2024-01-01")]
    person, step, date = map(list, zip(*rows))
    found = conformance_rate(check_steps(person, step, date, rules=[T2]))
    assert (found.rate, found.coverage) == (1.0, 0.5)
    assert (found.passed, found.checkable, found.due) == (1, 1, 2)
    none = conformance_rate(check_steps(["c"], [3], ["2024-01-01"], rules=[T2]))
    assert np.isnan(none.rate)
    assert np.isnan(none.coverage)


def test_weights_move_the_rate_and_not_the_coverage():
    rows = [(1, "2025-01-01"), (2, "2025-04-01"), (3, "2025-05-01"), (7, "2026-05-01")]
    checks = check_steps(["p"] * 4, *map(list, zip(*rows)), rules=[T1, T2])
    assert conformance_rate(checks).rate == 0.5
    assert conformance_rate(checks, weights={"T2": 3}).rate == 0.75
    assert conformance_rate(checks, weights={"T2": 3}).coverage == 1
    assert np.isnan(conformance_rate(checks, weights={"T1": 0, "T2": 0}).rate)
    with pytest.raises(ValueError, match="`weights` names 'T9'"):
        conformance_rate(checks, weights={"T9": 1})
    with pytest.raises(ValueError, match="`weights` must be at least 0, got -1 for 'T2'"):
        conformance_rate(checks, weights={"T2": -1})


@pytest.mark.parametrize(
    ("approved", "as_of", "expected"),
    [
        ("2025-04-10", None, ("passed", "")),
        ("2025-04-11", None, ("breached", "warn")),
        ("2025-07-10", None, ("breached", "warn")),
        ("2025-07-11", None, ("breached", "hard")),
        (None, "2025-04-10", ("not_applicable", "")),
        (None, "2025-04-11", ("breached", "warn")),
        (None, "2025-07-11", ("breached", "hard")),
        (None, None, ("not_applicable", "")),
    ],
)
def test_approval_is_late_after_three_months_and_hard_after_six(approved, as_of, expected):
    rows = [(15, "2025-01-10")] + ([(17, approved)] if approved else [])
    found = one(T8, rows, as_of=as_of)
    assert (found[0], found[2]) == expected


def test_a_lapse_belongs_to_the_day_after_the_term():
    checks = check_steps(["p"], [15], ["2025-01-10"], rules=[T8], as_of="2025-12-31")
    assert checks.judged[0] == np.datetime64("2025-04-11")
    assert checks.days[0] == (dt.date(2025, 12, 31) - dt.date(2025, 1, 10)).days


OBSERVED = [(3, "2024-01-10"), (6, "2024-06-01"), (6, "2024-12-01"), (7, "2025-03-01")]


def test_observation_at_least_every_six_months():
    assert one(T3, OBSERVED) == ("passed", 183, "")
    assert one(T3, OBSERVED[:2] + OBSERVED[3:]) == ("breached", 273, "late")
    # None on record of a step that is passed cannot be told from none made; one without a date may fill the gap.
    assert outcome(T3, [OBSERVED[0], OBSERVED[3]]) == "unknown"
    assert outcome(T3, [*OBSERVED[:2], (6, ""), OBSERVED[3]]) == "unknown"
    # An observation before the start fills no gap, and a short time owes none.
    assert outcome(T3, [(6, "2023-12-31"), OBSERVED[0], OBSERVED[3]]) == "breached"
    assert outcome(T3, [OBSERVED[0], (7, "2024-07-10")]) == "not_applicable"


def test_observation_of_an_activist_who_still_is_one_runs_to_the_last_day_known():
    rows = OBSERVED[:3]
    assert outcome(T3, rows) == "not_applicable"
    assert outcome(T3, rows, as_of="2025-06-01") == "passed"
    checks = check_steps(["p"] * 3, *map(list, zip(*rows)), rules=[T3], as_of="2025-06-02")
    assert (checks.outcome[0], str(checks.judged[0])) == ("breached", "2025-06-02")


@pytest.mark.parametrize(
    ("days", "hours", "expected"),
    [
        ([3], [np.nan], "passed"),
        ([np.nan], [24], "passed"),
        ([2], [24], "passed"),
        ([2], [np.nan], "breached"),
        ([2], [23.5], "breached"),
        ([np.nan], [np.nan], "unknown"),
        ([2, 1], [np.nan, np.nan], "passed"),
        ([2, np.nan], [np.nan, np.nan], "unknown"),
    ],
)
def test_training_is_three_days_or_twenty_four_hours(days, hours, expected):
    rows = [(11, "2025-01-10"), (11, "2025-02-10")][: len(days)]
    assert outcome(T4, rows, days=days, hours=hours) == expected


def test_political_review_comes_before_examination_and_vote():
    rows = [(12, "2025-03-01"), (15, "2025-03-10")]
    assert one(T5, [(10, "2025-03-01"), *rows]) == ("passed", 0, "")
    assert one(T5, [(10, "2025-03-05"), *rows]) == ("breached", -4, "hard")
    # No row at all is no record of it; a district that holds it for not done can say so.
    assert outcome(T5, rows) == "unknown"
    strict = StepRule(id="T5", kind="done_before", step=10, before=(12, 15), absent="breached")
    assert outcome(strict, rows) == "breached"
    assert outcome(strict, [(10, ""), *rows]) == "unknown"


OFF, INSTEAD = ["2026-06-19"], ["2026-06-20"]  # as if the Saturday after Dragon Boat were worked


@pytest.mark.parametrize(
    ("first", "last", "listed", "expected"),
    [
        ("2026-06-01", "2026-06-05", "2026-06-08", ("passed", 5)),
        ("2026-06-01", "2026-06-04", "2026-06-08", ("breached", 4)),
        # The day of the listing is no day before it.
        ("2026-06-01", "2026-06-05", "2026-06-05", ("breached", 4)),
        ("2026-06-01", "2026-06-08", "2026-06-08", ("passed", 5)),
        # 19 June is off, Saturday the 20th is worked.
        ("2026-06-15", "2026-06-19", "2026-06-22", ("breached", 4)),
        ("2026-06-15", "2026-06-20", "2026-06-22", ("passed", 5)),
        ("2026-06-22", "2026-06-26", "2026-06-18", ("breached", 0)),
    ],
)
def test_publicity_takes_five_working_days_before_the_listing(first, last, listed, expected):
    found = one(
        T6,
        [(7, listed)],
        publicity_from=[first],
        publicity_to=[last],
        days_off=OFF,
        worked_instead=INSTEAD,
    )
    assert found[:2] == expected


def test_publicity_is_asked_only_of_steps_after_the_rule_began():
    short = {"publicity_from": ["2026-05-14"], "publicity_to": ["2026-05-15"], "days_off": OFF}
    assert outcome(T6, [(7, "2026-05-17")], **short) == "not_applicable"
    assert outcome(T6, [(7, "2026-05-18")], **short) == "breached"
    assert outcome(T6, [(7, "2026-05-18")]) == "unknown"


def test_publicity_in_a_year_without_a_table_is_unknown():
    dates = {"publicity_from": ["2027-06-07"], "publicity_to": ["2027-06-18"], "days_off": OFF}
    assert outcome(T6, [(7, "2027-06-21")], **dates) == "unknown"
    assert outcome(T6, [(7, "2027-06-21")], **dates, years=[2027]) == "passed"


@pytest.mark.parametrize(
    ("extended", "expected"),
    [
        (["2026-01-10"], "passed"),
        (["2026-07-10"], "passed"),
        (["2026-01-09"], "breached"),
        (["2026-07-11"], "breached"),
        (["2026-01-10", "2026-07-10"], "breached"),
        (["2026-01-10", "2026-01-10"], "passed"),
        ([""], "not_applicable"),
    ],
)
def test_probation_is_extended_once_by_half_a_year_to_a_year(extended, expected):
    meetings = [(23, "2025-07-10"), (24, "2025-08-10")][: len(extended)]
    rows = [(15, "2024-07-10"), *meetings]
    assert outcome(T11, rows, extended_to=["", *extended]) == expected


def test_steps_reversed_are_a_breach_and_the_same_day_is_not():
    days = ["2025-01-01", "2025-01-05", "2025-01-05", "2025-01-05"]
    assert outcome(T15, list(zip([1, 2, 3, 4], days))) == "passed"
    assert one(T15, list(zip([1, 3, 2, 4], ["2025-01-01", "2025-01-05", "2025-01-09", "2025-01-09"]))) == (
        "breached", -4, "hard",
    )  # fmt: skip
    # Reversed is certain, whatever else is missing.
    assert outcome(T15, [(1, "2025-02-01"), (2, ""), (3, "2025-01-01")]) == "breached"


def test_parallel_steps_may_come_in_any_order_among_themselves_only():
    before = list(zip([1, 2, 3, 4], ["2025-01-01"] * 4))
    assert outcome(T15, [*before, (5, "2025-03-01"), (6, "2025-02-01")]) == "passed"
    assert outcome(T15, [*before, (5, "2025-03-01"), (6, "2024-12-01")]) == "breached"
    assert (
        outcome(T15, [*before, (5, "2025-03-01"), (6, "2025-02-01"), (7, "2025-02-15")])
        == "breached"
    )


def test_a_step_that_goes_on_is_ordered_by_its_first_day():
    rows = list(zip([1, 2, 3, 4, 5, 6, 7, 6], [f"2025-0{k}-01" for k in range(1, 9)]))
    assert outcome(T15, rows) == "passed"


def test_versions_follow_the_day_of_the_step_judged():
    old = StepRule(
        id="T", kind="within", since=1, step=2, months=3, in_force_until=dt.date(2026, 5, 18)
    )
    new = StepRule(
        id="T", kind="within", since=1, step=2, months=1, in_force_from=dt.date(2026, 5, 18)
    )
    rows = [("a", 1, "2026-04-01"), ("a", 2, "2026-05-17")]
    rows += [("b", 1, "2026-04-01"), ("b", 2, "2026-05-18"), ("c", 1, "2026-04-01"), ("c", 2, "")]
    rows += [("d", 2, ""), ("e", 1, "2026-05-20"), ("e", 2, "")]
    person, step, date = map(list, zip(*rows))
    checks = check_steps(person, step, date, rules=[old, new])
    assert checks.outcome.tolist() == ["passed", "breached", *["unknown"] * 3]
    # c by its last known day, d without any by the last version, or that of `as_of`.
    assert checks.version.tolist() == [0, 1, 0, 1, 1]
    assert checks.judged.astype(str).tolist()[2:4] == ["2026-04-01", "NaT"]
    assert checks.row.tolist() == [1, 3, 4, -1, 7]
    early = check_steps(person, step, date, rules=[old, new], as_of="2026-05-18")
    assert early.version[3] == 1
    assert check_steps(["d"], [2], [""], rules=[old, new], as_of="2026-05-17").version[0] == 0


def test_a_rule_not_in_force_is_not_due():
    rule = StepRule(
        id="T", kind="at_least", since=3, step=7, months=12, in_force_from=dt.date(2014, 5, 28)
    )
    checks = check_steps(["p"] * 2, [3, 7], ["2013-12-01", "2014-05-01"], rules=[rule])
    assert (checks.outcome[0], checks.version[0], str(checks.judged[0])) == (
        "not_applicable", -1, "2014-05-01",
    )  # fmt: skip


def test_rows_after_the_last_day_known_are_left_out():
    rows = [(1, "2025-01-01"), (2, "2025-03-01")]
    assert outcome(T1, rows, as_of="2025-01-20") == "not_applicable"
    assert outcome(T1, rows, as_of="2025-02-20") == "breached"
    checks = check_steps(
        ["a", "b"], [1, 1], ["2025-01-01", "2025-06-01"], rules=[T1], as_of="2025-02-01"
    )
    assert checks.person.tolist() == ["a"]


def test_no_rows_give_no_checks():
    checks = check_steps([], [], [], rules=[T1, T2])
    assert checks.outcome.size == checks.person.size == 0


def test_whole_numbers_stand_for_persons_as_well_as_codes():
    rows = [(1, "2025-01-01"), (2, "2025-01-02"), (1, "2025-01-01")]
    step, date = map(list, zip(*rows))
    by_code = check_steps(["x", "x", "a"], step, date, rules=[T1])
    by_number = check_steps([9, 9, 4], step, date, rules=[T1])
    assert by_code.outcome.tolist() == by_number.outcome.tolist() == ["not_applicable", "passed"]
    assert by_number.person.tolist() == [4, 9]


def test_a_rule_that_records_cannot_answer_is_never_due():
    rule = StepRule(id="T14", kind="unchecked", step=15, severity="warn")
    assert outcome(rule, [(15, "2025-01-01")]) == "not_applicable"
    assert outcome(StepRule(id="T14", kind="unchecked"), [(15, "")]) == "not_applicable"
