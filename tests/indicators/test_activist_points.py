"""Plus and minus points: balances by hand, caps, red lines, and who counts."""

import numpy as np
import pytest

from seedmetrics.errors import PlanError
from seedmetrics.indicators import find_indicator, indicator_names, measure
from seedmetrics.records import open_district
from tests.districts import write_district

RULES = {
    "items": {"study": 2, "key_task": 5, "absence": -3, "breach": -40},
    "caps": {"study": 12},
    "base": 60,
    "low": 0,
    "high": 80,
}
TABLES = {
    "activists": """\
person,unit,status,from,to,exempt
P-A,T1,activist,2024-01-01,,no
P-B,T1,target,2024-01-01,,
P-C,T1,probationary,2024-01-01,,yes
P-D,T1,activist,2024-01-01,2025-06-30,no
P-E,T1,activist,2025-10-01,,no
P-F,T1,activist,2024-01-01,2025-08-31,no
P-F,T2,target,2025-09-01,,no
P-G,A1,activist,2024-01-01,,no
P-H,T3,activist,2025-10-01,,no
""",
    # A studied 4 + 4 times (16 points, 12 count) and did two key tasks; B is absent once and in breach once
    "points": """\
person,unit,date,item,times
P-A,T1,2025-02-01,study,4
P-A,T1,2025-08-01,study,4
P-A,T1,2025-08-02,key_task,
P-A,T1,2025-08-03,key_task,1
P-A,T1,2024-12-31,key_task,1
P-A,T1,2025-10-01,key_task,1
P-A,T1,2025-08-04,singing,1
P-B,T1,2025-03-01,absence,1
P-B,T1,2025-08-05,breach,1
P-C,T1,2025-08-05,breach,1
P-C,T1,2025-08-05,singing,1
P-F,T1,2025-03-01,study,2
P-Z,T1,2025-08-05,study,1
""",
}


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    found = open_district(write_district(tmp_path_factory.mktemp("d"), TABLES, as_of="2026-01-15"))
    assert found.problems[found.problems["severity"] == "refused"].empty
    return found


def row_of(district, name, period="2025Q3", unit="T1", **options):
    rules = RULES | options
    if name in ("capped_share", "red_line_rate"):
        rules = {key: rules[key] for key in rules if key not in ("base", "low", "high")}
    if name == "red_line_rate":
        del rules["caps"]
    return measure(
        district, f"activist_points.{name}", period, level="township", options=rules
    ).loc[unit]


def counts(*args, **options):
    return tuple(row_of(*args, **options)[["numerator", "denominator"]])


def test_the_balance_is_base_and_capped_plus_and_minus_within_its_bounds(district):
    # A: 60 + 12 + 10 = 82, at most 80; B: 60 - 3 - 40 = 17
    row = row_of(district, "mean_balance")
    assert tuple(row[["value", "numerator", "denominator", "persons"]]) == (48.5, 97, 2, 2)
    # without the upper bound A keeps 82
    options = {**RULES, "high": 100}
    assert counts(district, "mean_balance", **options) == (99, 2)


def test_each_year_starts_anew_and_ends_with_the_period(district):
    # to the end of the first quarter: A 60 + 8, B 60 - 3, D and F still there with 60 and 64
    assert counts(district, "mean_balance", "2025Q1") == (68 + 57 + 60 + 64, 4)
    # the quarter alone: A 8 + 10 above the base, B 40 below
    assert counts(district, "mean_balance", window="period") == (78 + 20, 2)


def test_exempt_persons_and_those_who_left_are_not_in_the_denominator(district):
    # C is exempt, D left in June, E came in October, F moved to T2 and took the points along
    assert counts(district, "mean_balance", unit="T2") == (64, 1)
    assert counts(district, "pass_rate", pass_mark=60) == (1, 2)
    assert counts(district, "pass_rate", "2025Q4", pass_mark=60) == (2, 3)


def test_the_pass_mark_itself_is_enough(district):
    assert counts(district, "pass_rate", pass_mark=80) == (1, 2)
    assert counts(district, "pass_rate", pass_mark=80.5, high=90) == (1, 2)
    assert counts(district, "pass_rate", pass_mark=82.5, high=90) == (0, 2)


def test_points_lost_to_caps_are_of_the_plus_points_earned(district):
    # A earned 16 + 10 and lost 4; minus points are neither
    row = row_of(district, "capped_share")
    assert tuple(row[["numerator", "denominator", "persons"]]) == (4, 26, 2)
    # F earned 4 and lost none
    assert counts(district, "capped_share", unit="T2") == (0, 4)
    assert counts(district, "capped_share", caps={}) == (0, 26)


def test_a_red_line_is_a_flag_and_not_minus_infinity(district):
    # B's balance is a number still; C is exempt
    assert counts(district, "red_line_rate", red_lines=["breach"]) == (1, 2)
    assert row_of(district, "mean_balance")["value"] == 48.5
    flag_only = RULES["items"] | {"breach": 0}
    assert counts(district, "red_line_rate", items=flag_only, red_lines=["breach"]) == (1, 2)
    assert counts(district, "mean_balance", items=flag_only) == (80 + 57, 2)
    assert counts(district, "red_line_rate", red_lines=[]) == (0, 2)


def test_rows_that_count_for_nothing_are_counted_as_left_out(district):
    # A's singing has no value, Z is on no list; C's singing is no loss, for C is exempt
    for name in ("mean_balance", "capped_share"):
        assert row_of(district, name)["excluded"] == 2
        assert row_of(district, name, unit="T2")["excluded"] == 0
    assert row_of(district, "pass_rate", pass_mark=60)["excluded"] == 2
    assert row_of(district, "red_line_rate", red_lines=["breach"])["excluded"] == 2


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("mean_balance", {}),
        ("pass_rate", {"pass_mark": 60}),
        ("capped_share", {}),
        ("red_line_rate", {"red_lines": ["breach"]}),
    ],
)
def test_nobody_on_the_list_is_0_of_0_before_the_records_is_missing(district, name, options):
    nobody = row_of(district, name, unit="T3", **options)
    assert tuple(nobody[["numerator", "denominator", "persons"]]) == (0, 0, 0)
    assert np.isnan(nobody["value"])
    before = row_of(district, name, "2023", **options)
    assert before[["value", "numerator", "denominator"]].isna().all()


def test_where_all_are_exempt_there_is_0_of_0(tmp_path):
    exempt = "person,unit,status,from,to,exempt\nP-A,T1,activist,2024-01-01,,yes\n"
    found = open_district(write_district(tmp_path / "d", TABLES | {"activists": exempt}))
    assert counts(found, "mean_balance") == (0, 0)
    assert counts(found, "capped_share") == (0, 0)
    assert counts(found, "red_line_rate", red_lines=["breach"]) == (0, 0)


def test_a_capped_deduction_is_no_point_lost(district):
    # what the cap spares B is not counted against the plus points of A
    capped = RULES["caps"] | {"breach": 10}
    assert counts(district, "capped_share", caps=capped) == (4, 26)
    assert counts(district, "mean_balance", caps=capped) == (80 + 60 - 3 - 10, 2)


def test_a_unit_that_keeps_no_list_is_missing(tmp_path):
    tables = TABLES | {"activists": TABLES["activists"].replace("P-H,T3", "P-H,A1")}
    found = open_district(write_district(tmp_path / "d", tables, as_of="2026-01-15"))
    assert row_of(found, "mean_balance", unit="T3").isna()[["value", "denominator"]].all()


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("mean_balance", {"items": {}}, "`items` must say what at least one item is worth"),
        ("mean_balance", {"items": ["study"]}, "`items` must be a table such as"),
        ("mean_balance", {"items": {"study": "2"}}, "`items.study` must be a number, got '2'"),
        ("mean_balance", {"caps": {"studdy": 12}}, "'studdy', .*: did you mean 'study'?"),
        ("mean_balance", {"caps": {"study": -1}}, "`caps.study` must be a number from 0 up"),
        ("mean_balance", {"base": "60"}, "`base` must be a number, got '60'"),
        ("mean_balance", {"low": 90}, "low"),
        ("pass_rate", {"pass_mark": "x"}, "`pass_mark` must be a number, got 'x'"),
        ("red_line_rate", {"red_lines": ["braech"]}, "`red_lines` names 'braech'.*'breach'"),
        ("red_line_rate", {"red_lines": "breach"}, "`red_lines` must be a list such as"),
        ("mean_balance", {"window": "year"}, "`window` must be"),
    ],
)
def test_options_that_cannot_be_are_refused(district, name, options, message):
    with pytest.raises(PlanError, match=message):
        row_of(district, name, **options)


def test_counts_of_persons_are_declared_so_that_few_can_be_withheld():
    names = [name for name in indicator_names() if name.startswith("activist_points.")]
    about = {name.partition(".")[2] for name in names if find_indicator(name).persons}
    assert about == {"mean_balance", "pass_rate", "capped_share", "red_line_rate"}
