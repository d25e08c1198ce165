"""Task list, test and ledger check, on records counted by hand."""

import numpy as np
import pytest
from scipy import stats

from seedmetrics.errors import PlanError
from seedmetrics.indicators import find_indicator, indicator_names, measure
from seedmetrics.records import open_district
from tests.districts import UNITS, write_district

TABLES = {
    "task_items": """\
unit,item,due,done
T1,I1,2025-07-31,yes
T1,I2,2025-09-30,no
T1,I3,2025-03-31,yes
T1,I4,2026-03-31,no
T2,I1,2026-03-31,yes
D1,I1,2025-08-31,yes
""",
    "test_marks": """\
person,unit,date,mark
P-A,T1,2025-07-01,50
P-A,T1,2025-09-01,80
P-B,T1,2025-07-01,60
P-C,T1,2025-07-01,40
P-D,T1,2025-02-01,90
P-E,T2,2025-02-01,90
P-F,D1,2025-07-01,59.9
""",
    "ledger_checks": """\
unit,date,sampled,faulty
T1,2025-07-10,10,2
T1,2025-08-10,5,0
T1,2025-03-10,20,5
T2,2025-03-10,20,0
""",
}


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    units = UNITS + "D1,局,Bureau,department,bureau,bureaus,,\n"
    found = open_district(
        write_district(tmp_path_factory.mktemp("d"), TABLES, as_of="2026-01-15", units=units)
    )
    assert found.problems[found.problems["severity"] == "refused"].empty
    return found


def row_of(district, name, period="2025Q3", unit="T1", level="township", **options):
    return measure(district, f"standardisation.{name}", period, level=level, options=options).loc[
        unit
    ]


def counts(*args, **options):
    return tuple(row_of(*args, **options)[["numerator", "denominator"]])


def test_items_of_the_task_list_count_once_they_are_due(district):
    assert counts(district, "task_completion") == (1, 2)
    assert counts(district, "task_completion", window="year_to_date") == (2, 3)
    assert counts(district, "task_completion", "2026Q1") == (0, 0)
    assert counts(district, "task_completion", unit="D1", level="department") == (1, 1)


def test_each_person_counts_once_with_the_latest_mark(district):
    # A failed and passed later, B is on the pass mark, C failed; D was tested in winter
    row = row_of(district, "pass_rate", pass_mark=60)
    assert tuple(row[["numerator", "denominator", "persons"]]) == (2, 3, 3)
    assert counts(district, "pass_rate", pass_mark=60, window="year_to_date") == (3, 4)
    assert counts(district, "pass_rate", unit="D1", level="department", pass_mark=60) == (0, 1)


def test_the_mean_mark_has_students_interval(district):
    row = row_of(district, "mean_mark")
    assert tuple(row[["value", "numerator", "denominator", "persons"]]) == (60, 180, 3, 3)
    expected = stats.ttest_1samp([80, 60, 40], 0).confidence_interval(0.95)
    assert row["low"] == pytest.approx(expected.low)
    # a mark is at most 100
    assert row["high"] == 100


def test_faulty_entries_are_of_all_entries_sampled_and_few_say_little(district):
    row = row_of(district, "ledger_fault_rate")
    assert tuple(row[["numerator", "denominator"]]) == (2, 15)
    # Wilson for 2 of 15
    expected = stats.binomtest(2, 15).proportion_ci(method="wilson")
    assert tuple(row[["low", "high"]]) == pytest.approx((expected.low, expected.high))
    assert counts(district, "ledger_fault_rate", window="year_to_date") == (7, 35)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("task_completion", {}),
        ("pass_rate", {"pass_mark": 60}),
        ("mean_mark", {}),
        ("ledger_fault_rate", {}),
    ],
)
def test_nothing_in_the_period_is_0_of_0_no_record_is_missing(district, name, options):
    nothing = row_of(district, name, "2025Q4", **options)
    assert tuple(nothing[["numerator", "denominator"]]) == (0, 0)
    assert nothing[["value", "low", "high"]].isna().all()
    assert row_of(district, name, unit="T2", **options)["denominator"] == 0
    assert row_of(district, name, unit="T3", **options).isna().all()
    before = measure(district, f"standardisation.{name}", "2023", level="township", options=options)
    assert before[["value", "numerator", "denominator"]].isna().all(axis=None)


@pytest.mark.parametrize("pass_mark", [-1, 101, "60", True, np.nan])
def test_a_pass_mark_that_cannot_be_is_refused(district, pass_mark):
    with pytest.raises(PlanError, match="`pass_mark` must be a number from 0 to 100, got"):
        row_of(district, "pass_rate", pass_mark=pass_mark)


def test_counts_of_persons_are_declared_so_that_few_can_be_withheld():
    names = [name for name in indicator_names() if name.startswith("standardisation.")]
    about = {name.partition(".")[2] for name in names if find_indicator(name).persons}
    assert about == {"pass_rate", "mean_mark"}
