"""Knocking on doors: households visited, never more than there are, and difficulties solved."""

import numpy as np
import pytest

from seedmetrics.errors import PlanError
from seedmetrics.indicators import measure
from seedmetrics.records import open_district
from tests.districts import write_district

TABLES = {
    "population": "unit,year,residents,households\nT1,2025,300,100\nT2,2025,300,100\n",
    "household_visits": """\
unit,date,households
T1,2025-01-10,40
T1,2025-02-10,80
T2,2025-01-15,30
T3,2025-01-20,5
""",
    "cases": """\
case_id,unit,channel,opened,due,closed,excluded
a,T1,door_knock,2025-01-10,2025-01-20,2025-01-15,
b,T1,door_knock,2025-01-11,2025-01-21,2025-02-20,
c,T1,door_knock,2025-01-12,2025-01-22,,
d,T1,one_stop,2025-01-12,2025-01-22,2025-01-13,
e,T1,door_knock,2025-01-13,2025-01-23,,outside_powers
f,T1,door_knock,2025-01-14,,2025-01-17,
g,T2,door_knock,2025-01-14,2025-02-01,2025-01-20,
""",
}


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    found = open_district(write_district(tmp_path_factory.mktemp("winter"), TABLES))
    assert found.problems[found.problems["severity"] == "refused"].empty
    return found


def row(district, name, period="2025Q1", unit="T1", **options):
    table = measure(district, f"winter_visits.{name}", period, level="township", options=options)
    return table.loc[unit]


def counts(*args, **options):
    return tuple(row(*args, **options)[["numerator", "denominator", "excluded"]])


def test_no_more_than_all_households_are_visited_and_the_surplus_is_excluded(district):
    assert counts(district, "households_visited") == (100, 100, 20)
    assert counts(district, "households_visited", unit="T2") == (30, 100, 0)


def test_visits_of_the_winter_are_kept_through_the_year_where_the_plan_says_so(district):
    assert counts(district, "households_visited", "2025Q3") == (0, 100, 0)
    assert counts(district, "households_visited", "2025Q3", window="year_to_date") == (100, 100, 20)


def test_a_unit_without_a_count_of_households_is_missing(district):
    assert row(district, "households_visited", unit="T3").isna().all()


def test_before_the_first_visit_everything_is_missing(district):
    assert row(district, "households_visited", "2024Q4").isna().all()
    assert row(district, "solved_rate", "2024Q4").isna().all()
    assert row(district, "median_days", "2024Q4").isna().all()


def test_solved_late_is_solved_and_what_is_left_out_stands_beside_it(district):
    # a, b of a, b, c; e was excluded, f has no due date
    assert counts(district, "solved_rate") == (2, 3, 2)
    assert counts(district, "solved_rate", basis="received") == (3, 4, 1)


def test_nothing_due_gives_nothing_of_nothing(district):
    assert counts(district, "solved_rate", "2025Q3") == (0, 0, 0)
    found = row(district, "median_days", "2025Q3")
    assert (found["numerator"], found["denominator"]) == (0, 0)
    assert np.isnan(found["value"])


def test_half_are_solved_within_the_median_and_open_ones_are_watched(district):
    # after 3, 5 and 40 days, and one open to this day
    found = row(district, "median_days")
    assert tuple(found[["value", "numerator", "denominator"]]) == (5, 3, 4)
    again = row(district, "median_days", "2025Q3", window="year_to_date")
    assert tuple(again[["value", "numerator", "denominator"]]) == (5, 3, 4)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("solved_rate", {"basis": "recieved"}, "`basis`.*'recieved'.*did you mean 'received'"),
        ("solved_rate", {"window": "winter"}, "`window`.*'winter'"),
        ("median_days", {"chanels": []}, "did you mean 'channels'"),
    ],
)
def test_a_wrong_option_is_refused(district, name, options, message):
    with pytest.raises(PlanError, match=message):
        row(district, name, **options)
