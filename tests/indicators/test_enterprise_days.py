"""Weekends with enterprises: who was reached, and how often groups went out."""

import pytest

from seedmetrics.indicators import measure
from tests.indicators.written import Q3, TABLES, counts, opened


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    return opened(tmp_path_factory.mktemp("district"))


def test_an_enterprise_visited_twice_is_reached_once(district):
    assert counts(district, "enterprise_days.reach") == (1, 3)
    assert counts(district, "enterprise_days.reach", window="year_to_date") == (2, 3)


def test_a_visit_of_last_year_does_not_count_this_year(district):
    assert counts(district, "enterprise_days.reach", unit="T2", window="year_to_date") == (0, 1)


def test_visits_are_shared_among_the_groups_of_the_unit(district):
    row = measure(district, "enterprise_days.visits_per_group", Q3, level="township").loc["T1"]
    assert (row["value"], row["numerator"], row["denominator"]) == (1.0, 2, 2)


CASES = """\
case_id,unit,channel,opened,due,closed,excluded
a,T1,enterprise_day,2025-02-01,2025-02-15,2025-02-05,
b,T1,enterprise_day,2025-07-01,2025-07-15,2025-07-20,
c,T1,enterprise_day,2025-07-02,2025-07-16,,
d,T1,enterprise_day,2025-07-03,2025-07-17,2025-07-04,duplicate
e,T1,one_stop,2025-07-03,2025-07-17,2025-07-04,
"""


@pytest.fixture(scope="module")
def with_cases(tmp_path_factory):
    return opened(tmp_path_factory.mktemp("cases"), TABLES | {"cases": CASES})


def test_problems_closed_and_on_time_in_the_quarter_and_in_the_year_up_to_it(with_cases):
    assert counts(with_cases, "enterprise_days.closure_rate") == (1, 2)
    assert counts(with_cases, "enterprise_days.on_time_rate") == (0, 2)
    year = {"window": "year_to_date"}
    assert counts(with_cases, "enterprise_days.closure_rate", **year) == (2, 3)
    assert counts(with_cases, "enterprise_days.on_time_rate", **year) == (1, 3)


def test_half_of_the_problems_are_closed_within_the_median(with_cases):
    # b after 19 days, c open; with a after 4 days
    table = measure(with_cases, "enterprise_days.median_days", Q3, level="township")
    assert tuple(table.loc["T1", ["value", "numerator", "denominator"]]) == (19, 1, 2)
    year = {"window": "year_to_date"}
    table = measure(with_cases, "enterprise_days.median_days", Q3, level="township", options=year)
    assert tuple(table.loc["T1", ["value", "numerator", "denominator"]]) == (19, 2, 3)


def test_a_quarter_in_which_no_problem_came_in_has_nothing_to_watch(with_cases):
    table = measure(with_cases, "enterprise_days.median_days", "2025Q2", level="township")
    assert tuple(table.loc["T1", ["numerator", "denominator"]]) == (0, 0)
    assert table.loc["T2"].isna().all()
