"""What the shipped rules and plans say, held against the sources: a number changed by mistake is seen."""

import datetime as dt
import tomllib

import numpy as np
import pytest

from seedmetrics.evaluation import read_plan
from seedmetrics.formulas.conformance import check_steps
from seedmetrics.indicators.development_rules import read_holidays, read_packs
from tests.conftest import ROOT

RULES, PLANS = ROOT / "data" / "rules", ROOT / "data" / "plans"

# Each rule as the domain's sources give it: kind, steps, limits, severity. T5 to T7, T9 and T14 differ by version.
BOTH = {
    "T1": {"kind": "within", "since": 1, "step": 2, "months": 1, "severity": "late"},
    "T2": {"kind": "at_least", "since": 3, "step": 7, "months": 12, "severity": "hard"},
    "T3": {"kind": "every", "since": 3, "observed": 6, "step": 7, "months": 6, "severity": "late"},
    "T4": {"kind": "amount", "step": 11, "days": 3, "hours": 24, "severity": "hard"},
    "T5": {"kind": "done_before", "step": 10, "before": [12, 15], "severity": "hard"},
    "T8": {
        "kind": "within",
        "since": 15,
        "step": 17,
        "months": 3,
        "hard_months": 6,
        "severity": "warn",
    },
    "T10": {"kind": "at_least", "since": 15, "step": 23, "months": 12, "severity": "hard"},
    "T11": {"kind": "extension", "severity": "hard"},
    "T12": {"kind": "within", "since": 23, "step": 24, "months": 3, "severity": "late"},
    "T13a": {"kind": "quorum", "step": 15, "share": 0.5, "severity": "hard"},
    "T13b": {"kind": "quorum", "step": 23, "share": 0.5, "severity": "hard"},
    "T15": {"kind": "order", "severity": "hard"},
}
ONLY_2026 = {
    "T6": {"kind": "publicity", "step": 7, "days": 5, "severity": "hard"},
    "T7": {"kind": "within", "since": 13, "step": 15, "months": 1, "severity": "late"},
    "T9": {"kind": "within", "since": 17, "step": 20, "months": 1, "severity": "warn"},
}


def pack(version):
    text = (RULES / f"member_development_{version}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def rule_of(version, rule_id):
    return next(rule for rule in pack(version)["rules"] if rule["id"] == rule_id)


@pytest.mark.parametrize("version", ["2014", "2026"])
@pytest.mark.parametrize("rule_id", BOTH)
def test_a_rule_of_both_versions_says_what_the_source_says(version, rule_id):
    rule = rule_of(version, rule_id)
    assert {key: rule.get(key) for key in BOTH[rule_id]} == BOTH[rule_id]


@pytest.mark.parametrize("rule_id", ONLY_2026)
def test_a_rule_that_is_national_from_2026_is_unchecked_before(rule_id):
    rule = rule_of("2026", rule_id)
    assert {key: rule.get(key) for key in ONLY_2026[rule_id]} == ONLY_2026[rule_id]
    assert rule_of("2014", rule_id)["kind"] == "unchecked"


def test_a_pack_has_25_steps_in_stages_of_2_4_5_7_7_and_the_versions_follow_each_other():
    for version in ("2014", "2026"):
        stages = [step["stage"] for step in pack(version)["steps"]]
        assert [stages.count(k) for k in range(1, 6)] == [2, 4, 5, 7, 7]
    assert pack("2026")["from"] == dt.date(2026, 5, 18)
    assert pack("2014")["from"] < pack("2026")["from"]


def test_every_rule_says_whether_its_source_confirms_it():
    for version in ("2014", "2026"):
        for rule in pack(version)["rules"]:
            assert isinstance(rule["confirmed"], bool), rule["id"]
            assert rule["title"]["en"]
            assert rule["title"]["zh"]
    assert not rule_of("2014", "T12")["confirmed"]
    assert not rule_of("2026", "T14")["confirmed"]


def checked(rows, **columns):
    """Check steps by the shipped packs: rows of (person, step, date)."""
    packs = read_packs([pack("2014"), pack("2026")])
    holidays = read_holidays(tomllib.loads((RULES / "holidays.toml").read_text(encoding="utf-8")))
    person, step, date = zip(*rows, strict=True)
    found = check_steps(
        list(person), list(step), list(date),
        rules=[rule for one in packs for rule in one.rules],
        days_off=np.array(holidays.days_off, dtype="datetime64[D]"),
        worked_instead=np.array(holidays.worked_instead, dtype="datetime64[D]"),
        years=holidays.years, **columns,
    )  # fmt: skip
    return {
        (str(p), str(r)): str(o)
        for p, r, o in zip(found.person, found.rule, found.outcome, strict=True)
    }


def test_shipped_probation_counts_from_the_branch_meeting_and_not_from_approval():
    rows = [("a", 15, "2023-03-01"), ("a", 17, "2023-05-20"), ("a", 23, "2024-03-01"),
            ("b", 15, "2023-03-01"), ("b", 17, "2023-03-02"), ("b", 23, "2024-02-28")]  # fmt: skip
    found = checked(rows)
    assert found["a", "T10"] == "passed"
    assert found["b", "T10"] == "breached"


def test_shipped_cultivation_of_the_case_is_15_of_19_under_a_year_and_18_reviews_after_the_meeting():
    rows = []
    for k in range(19):
        target = "2019-02-01" if k < 15 else "2019-06-03"
        review = "2019-07-01" if k < 18 else "2019-05-01"
        rows += [(f"p{k:02}", 3, "2018-06-01"), (f"p{k:02}", 7, target),
                 (f"p{k:02}", 10, review), (f"p{k:02}", 12, "2019-06-20"), (f"p{k:02}", 15, "2019-06-25")]  # fmt: skip
    found = checked(rows)
    short = [found[f"p{k:02}", "T2"] for k in range(19)].count("breached")
    late = [found[f"p{k:02}", "T5"] for k in range(19)].count("breached")
    assert (short, late) == (15, 18)
    assert round(100 * short / 19, 1) == 78.9


def test_shipped_publicity_is_asked_only_of_targets_after_the_new_rules_began():
    columns = {
        "publicity_from": ["2026-05-11", "2026-06-01", "2026-06-01"],
        "publicity_to": ["2026-05-12", "2026-06-02", "2026-06-08"],
    }
    rows = [("old", 7, "2026-05-15"), ("short", 7, "2026-06-10"), ("long", 7, "2026-06-10")]
    found = checked(rows, **columns)
    assert found["old", "T6"] == "not_applicable"
    assert found["short", "T6"] == "breached"
    assert found["long", "T6"] == "passed"


@pytest.mark.parametrize(
    ("present", "yes", "outcome"), [(12, 10, "breached"), (12, 11, "passed"), (10, 10, "breached")]
)
def test_shipped_quorum_is_over_half_of_those_due(present, yes, outcome):
    for step, rule in ((15, "T13a"), (23, "T13b")):
        found = checked([("a", step, "2024-03-01")], votes_due=[20], present=[present], yes=[yes])
        assert found["a", rule] == outcome


LESS_IS_BETTER = {
    "village_stars.listed_share", "village_stars.relisting_rate", "disclosures.days_late",
    "standardisation.ledger_fault_rate", "cadre_record.commonest_weakness", "member_development.hard_breach_rate",
    "activist_points.capped_share", "activist_points.red_line_rate", "enterprise_days.median_days",
    "hotline.reopening_rate", "hotline.exclusion_rate", "hotline.backlog", "hotline.backlog_age",
    "longboards.short_share", "grids.oversized", "grids.undersized", "grids.load_median", "grids.load_p90",
    "grids.load_max", "winter_visits.median_days",
}  # fmt: skip


@pytest.mark.parametrize("name", ["township", "department", "village", "alliance"])
def test_plans_turn_the_indicators_of_which_less_is_better_and_no_other(name):
    plan = read_plan(PLANS / f"{name}.toml")
    turned = {entry.name for entry in plan.indicators if entry.direction < 0}
    assert turned == LESS_IS_BETTER & {entry.name for entry in plan.indicators}


def test_the_township_plan_feeds_the_contest_into_the_year_and_names_both_packs():
    plan = read_plan(PLANS / "township.toml")
    assert plan.annual.points == ["arena.annual_points"]
    assert plan.annual.scores + plan.options_of("arena.annual_points")["points"] == 100
    versions = [
        one["version"] for one in plan.options_of("member_development.conformance")["rules"]
    ]
    assert versions == ["2014", "2026"]
    assert [(cap.indicator, cap.below, cap.score) for cap in plan.caps] == [
        ("hotline.closure_rate", 0.70, 85)
    ]


def test_grid_sizes_are_those_of_the_speech():
    sizes = read_plan(PLANS / "township.toml").options_of("grids.size_fit")["sizes"]
    assert (sizes["urban"]["low"], sizes["urban"]["high"]) == (300, 500)
    assert (sizes["cell"]["low"], sizes["cell"]["high"]) == (10, 15)
    assert (sizes["rural"]["low"] + sizes["rural"]["high"]) / 2 == 50
