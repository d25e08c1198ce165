"""Calendar months and working days: ends of months, days off, Saturdays and Sundays worked instead."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from seedmetrics.formulas import add_months, working_days

# The public calendar around National Day 2025 and the New Year 2026.
OFF = [f"2025-10-0{day}" for day in range(1, 9)] + ["2025-01-01", "2026-01-01", "2026-01-02"]
INSTEAD = ["2025-09-28", "2025-10-11", "2026-01-04"]
TABLE = {"days_off": OFF, "worked_instead": INSTEAD}
dates = st.dates(dt.date(2024, 1, 1), dt.date(2026, 12, 31))


def test_a_month_after_the_end_of_january_is_the_end_of_february():
    assert add_months(["2025-01-31", "2024-01-31", "2025-01-28"], 1).astype(str).tolist() == [
        "2025-02-28",
        "2024-02-29",
        "2025-02-28",
    ]


def test_a_year_after_the_29th_of_february_is_the_28th():
    assert add_months("2024-02-29", 12) == np.datetime64("2025-02-28")


def test_a_missing_date_stays_missing_and_a_time_of_day_is_dropped():
    assert np.isnat(add_months("NaT", 3))
    assert add_months("2025-01-31T23:59:59", 1) == np.datetime64("2025-02-28")


@given(dates, st.integers(-40, 40))
def test_months_keep_the_day_or_take_the_last_of_the_month(day, months):
    later = add_months(day, months).item()
    assert (later.year - day.year) * 12 + later.month - day.month == months
    last_of_its_month = (later + dt.timedelta(1)).day == 1
    assert later.day == day.day or (last_of_its_month and later.day < day.day)


def test_days_worked_instead_count_as_working_days():
    # Sunday 28 September is worked, 1 to 8 October are off.
    found = working_days("2025-09-28", "2025-10-09", **TABLE)
    assert found.days == 4
    assert not found.provisional


def test_both_ends_count_and_a_reversed_span_has_no_days():
    found = working_days(["2025-09-29", "2025-09-30"], ["2025-09-29", "2025-09-29"], **TABLE)
    assert_array_equal(found.days, [1, 0])


def test_a_day_off_on_a_sunday_and_a_weekday_worked_instead_change_nothing():
    plain = working_days("2025-03-03", "2025-03-09")
    odd = working_days(
        "2025-03-03", "2025-03-09", days_off=["2025-03-09"], worked_instead=["2025-03-05"]
    )
    assert plain.days == odd.days == 5


def test_years_without_a_table_are_provisional():
    spans = ["2025-12-29", "2026-12-28", "2024-12-30"], ["2026-01-05", "2027-01-05", "2025-01-02"]
    assert_array_equal(working_days(*spans, **TABLE).provisional, [False, True, True])
    assert_array_equal(working_days(*spans, **TABLE, years=[2024, 2025]).provisional, [1, 1, 0])
    assert working_days("2025-03-03", "2025-03-07").provisional


def test_a_year_missing_between_two_covered_ones_is_provisional():
    found = working_days("2024-12-01", "2026-01-10", **TABLE, years=[2024, 2026])
    assert found.provisional


def test_a_missing_date_gives_nan_not_zero():
    found = working_days(["2025-03-03", "NaT"], ["NaT", "2025-03-03"], **TABLE)
    assert np.isnan(found.days).all()
    assert not found.provisional.any()


@given(dates, dates)
def test_working_days_equal_a_walk_through_the_calendar(start, end):
    day, count = start, 0
    while day <= end:
        text = day.isoformat()
        count += text in INSTEAD or (day.weekday() < 5 and text not in OFF)
        day += dt.timedelta(1)
    assert working_days(start, end, **TABLE).days == count


@given(dates, dates, dates)
def test_two_spans_that_meet_add_up(first, second, third):
    first, second, third = sorted([first, second, third])
    whole = working_days(first, third, **TABLE).days
    left = working_days(first, second, **TABLE).days
    right = working_days(second + dt.timedelta(1), third, **TABLE).days
    assert whole == left + right


def test_a_day_off_and_worked_at_once_is_refused():
    with pytest.raises(ValueError, match="2025-10-11 is in both `days_off` and `worked_instead`"):
        working_days("2025-10-01", "2025-10-12", days_off=["2025-10-11"], worked_instead=INSTEAD)


def test_numbers_are_no_dates():
    with pytest.raises(TypeError, match="`start` must hold dates such as 2025-01-31"):
        add_months([20250131], 1)
    with pytest.raises(TypeError, match="`end` must hold dates"):
        working_days("2025-01-31", ["soon"])


def test_spans_that_do_not_pair_are_refused():
    with pytest.raises(ValueError, match="do not broadcast"):
        working_days(["2025-01-31"] * 2, ["2025-01-31"] * 3)
