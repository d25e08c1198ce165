"""Rules and columns that make no sense are refused, each with its name, its value and a way out."""

import datetime as dt

import pytest

from seedmetrics.formulas import StepRule, check_steps

T1 = StepRule(id="T1", kind="within", since=1, step=2, months=1, severity="late")


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({"kind": "with in"}, "`kind` must be one of .* Did you mean 'within'"),
        ({"severity": "grave"}, "`severity` must be one of"),
        ({"months": None}, "needs 'days' or 'months'"),
        ({"days": 30}, "takes `months` or `days`, not both"),
        ({"since": None}, "needs 'since'"),
        ({"share": 0.5}, "has no use for 'share'"),
        ({"months": 1.5}, "`months` must be a whole number of at least 1, got 1.5"),
        ({"months": None, "days": 30.5}, "`days` must be a whole number of at least 1, got 30.5"),
        ({"months": 0}, "`months` must be a whole number"),
        (
            {"kind": "quorum", "since": None, "months": None, "share": 50},
            "`share` must lie below 1",
        ),
        (
            {"in_force_from": dt.date(2026, 1, 1), "in_force_until": dt.date(2026, 1, 1)},
            "`in_force_until` must be after",
        ),
        (
            {"kind": "done_before", "since": None, "months": None, "before": (3,), "absent": "bad"},
            "`absent` must be one of",
        ),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(fields, match):
    with pytest.raises(ValueError, match=match):
        StepRule(**({"id": "T", "kind": "within", "since": 1, "step": 2, "months": 1} | fields))


def test_two_versions_in_force_at_once_are_refused():
    with pytest.raises(ValueError, match="two versions of the rule 'T1' are in force at once"):
        check_steps(["p"], [1], ["2025-01-01"], rules=[T1, T1])


@pytest.mark.parametrize(
    ("change", "error", "match"),
    [
        ({"rules": []}, ValueError, "`rules` is empty"),
        ({"step": [1]}, ValueError, "`step` has shape"),
        ({"step": [1.5, 2]}, ValueError, "`step` must hold whole numbers"),
        ({"date": [20250101, 20250102]}, TypeError, "`date` must hold dates"),
        ({"yes": [-1, 2]}, ValueError, "`yes` must be at least 0"),
        ({"days": [1]}, ValueError, "`days` has shape"),
        ({"extended_to": ["2025-01-01"]}, ValueError, "`extended_to` has shape"),
        ({"as_of": ["2025-01-01"] * 2}, ValueError, "`as_of` must be one date"),
    ],
)
def test_columns_that_do_not_fit_are_refused(change, error, match):
    call = {"person": [1, 1], "step": [1, 2], "date": ["2025-01-01"] * 2, "rules": [T1]} | change
    with pytest.raises(error, match=match):
        check_steps(**call)


def test_a_breach_past_a_hard_limit_can_be_hard_whatever_the_severity():
    assert StepRule(id="T2", kind="at_least", since=3, step=7, months=12).may_be_hard
    assert not T1.may_be_hard
    later = {"id": "T8", "kind": "within", "since": 15, "step": 17, "months": 3, "severity": "warn"}
    assert StepRule(**later, hard_months=6).may_be_hard
    assert StepRule(**later, hard_days=180).may_be_hard


def test_a_rule_names_every_step_it_looks_at():
    observed = StepRule(id="T3", kind="every", since=3, observed=6, step=7, months=6)
    assert sorted(observed.named_steps) == [3, 6, 7]
    assert StepRule(id="T15", kind="order", steps=(1, 2)).named_steps == (1, 2)
