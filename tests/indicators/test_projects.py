"""Projects: a branch on each, on or ahead of plan, days ahead with open ones censored, delayed ones closed out."""

import numpy as np
import pytest

from seedmetrics.errors import PlanError
from seedmetrics.indicators import measure
from seedmetrics.records import open_district
from tests.districts import UNITS, write_district

TABLES = {
    "projects": """\
project,unit,kind,started,planned,actual,branch_founded
P1,T1,key_project,2024-05-01,2025-08-31,2025-08-21,2024-06-01
P2,T1,key_project,2024-05-01,2025-08-31,,
P3,T1,clearance,2025-01-01,2025-12-31,2025-09-10,2025-02-01
P4,T1,clearance,2025-09-15,2025-11-30,,
P5,T1,key_project,2024-01-01,2025-03-31,2025-09-30,2025-10-05
P6,T1,delayed,2020-01-01,2025-09-30,2025-09-28,
P7,T1,key_project,2023-01-01,2025-05-31,2025-05-31,2023-02-01
P8,T2,key_project,2025-10-10,2026-06-30,,
P9,T3,key_project,2025-01-01,2025-07-31,2025-08-20,
P10,T3,key_project,2025-01-01,2025-08-31,,
P11,T4,clearance,2025-01-01,2025-07-31,,
"""
}
MORE = "T4,丁镇,Ding Town,township,town,towns,,\nT5,戊镇,Wu Town,township,town,towns,,\n"


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    folder = write_district(tmp_path_factory.mktemp("projects"), TABLES, units=UNITS + MORE)
    found = open_district(folder)
    assert found.problems[found.problems["severity"] == "refused"].empty
    return found


def row(district, name, period="2025Q3", unit="T1", **options):
    table = measure(district, f"projects.{name}", period, level="township", options=options)
    return table.loc[unit]


def counts(*args, **options):
    return tuple(row(*args, **options)[["numerator", "denominator"]])


def test_a_branch_counts_on_projects_under_way_and_once_it_is_founded(district):
    # P1 to P5; P7 was finished before the quarter, P5 has its branch only after it, P6 is of another kind
    assert counts(district, "with_branch") == (2, 5)
    # in October P1, P3 and P5 are finished
    assert counts(district, "with_branch", "2025Q4") == (0, 2)


def test_a_project_begun_after_the_period_is_not_known_in_it(district):
    assert counts(district, "with_branch", unit="T2") == (0, 0)
    assert counts(district, "with_branch", "2025Q4", unit="T2") == (0, 1)


def test_open_past_the_planned_day_is_behind_and_the_planned_day_itself_is_on_time(district):
    # P1, P3 and P6 of P1, P2 (open), P3, P5 (late) and P6
    assert counts(district, "on_or_ahead") == (3, 5)
    assert counts(district, "on_or_ahead", "2025Q2") == (1, 1)


def test_what_is_planned_for_the_rest_of_the_window_waits_and_is_excluded(district):
    # P3 was finished long before its day of December; P4 of November is still open
    found = row(district, "on_or_ahead", "2025Q4")
    assert tuple(found[["numerator", "denominator", "excluded"]]) == (1, 1, 1)


def test_the_year_up_to_the_period_counts_each_project_once(district):
    # P5 was planned and finished within the year
    assert counts(district, "on_or_ahead", window="year_to_date") == (4, 6)


def test_days_ahead_are_the_median_with_open_projects_censored(district):
    # early 112, 10 and 2 days, late 183, and one open 30 days past its day: the third of five is the median
    found = row(district, "days_ahead")
    assert (found["value"], found["numerator"], found["denominator"]) == (2, 4, 5)
    assert found["low"] <= found["value"] <= found["high"] or np.isnan(found["low"])


def test_behind_is_negative_and_an_open_project_does_not_look_early(district):
    # one 20 days late, one open 30 days past its day
    found = row(district, "days_ahead", unit="T3")
    assert (found["value"], found["numerator"], found["denominator"]) == (-20, 1, 2)


def test_where_nothing_is_finished_there_is_no_median_but_the_counts_are_told(district):
    found = row(district, "days_ahead", unit="T4")
    assert np.isnan(found["value"])
    assert (found["numerator"], found["denominator"]) == (0, 1)


def test_nothing_planned_or_finished_gives_nothing_of_nothing(district):
    assert counts(district, "on_or_ahead", "2025Q1", unit="T4") == (0, 0)
    assert counts(district, "days_ahead", "2025Q1", unit="T4") == (0, 0)


def test_delayed_projects_are_closed_out_by_the_end_of_the_period(district):
    assert counts(district, "delayed_closed_out", "2025Q2") == (0, 1)
    assert counts(district, "delayed_closed_out") == (1, 1)


def test_a_unit_without_delayed_projects_has_nothing_of_nothing(district):
    for unit in ("T2", "T5"):
        assert counts(district, "delayed_closed_out", unit=unit) == (0, 0)


def test_a_unit_without_any_project_on_record_is_missing(district):
    for name in ("with_branch", "on_or_ahead", "days_ahead"):
        assert row(district, name, unit="T5").isna().all()


def test_before_the_first_project_everything_is_missing(district):
    for name in ("with_branch", "on_or_ahead", "days_ahead", "delayed_closed_out"):
        assert row(district, name, "2019").isna().all()


def test_a_wrong_window_is_refused(district):
    with pytest.raises(PlanError, match=r"`window`.*'month'"):
        row(district, "days_ahead", window="month")
