"""What counts as due, closed and on time, case by case."""

import pandas as pd
import pytest

from seedmetrics.errors import PlanError
from seedmetrics.indicators import measure
from seedmetrics.indicators.cases import case_counts, case_exclusions, median_by_unit
from seedmetrics.records import Period, open_district
from tests.districts import write_district

CASES = """\
case_id,unit,channel,opened,dispatched,due,closed,excluded,called_back,resolved,satisfied,reopened
a,T1,one_stop,2025-06-20 09:00,2025-06-20 10:00,2025-07-04,2025-07-04 23:00,,yes,yes,no,no
b,T1,one_stop,2025-07-01 09:00,2025-07-03 10:00,2025-07-15,2025-07-20 10:00,,yes,yes,yes,yes
c,T1,one_stop,2025-07-02 09:00,,2025-07-16,,,,,,
d,T1,one_stop,2025-07-03 09:00,,2025-07-17,2025-07-10,outside_powers,,,,
e,T1,one_stop,2025-07-04 09:00,,,2025-07-06,,,,,
f,T1,one_stop,2025-09-20 09:00,,2025-10-20,2025-09-25,,,,,
g,T1,chain_meeting,2025-07-01 09:00,,2025-07-15,2025-07-14,,,,,
h,T2,one_stop,2025-09-28 09:00,,2025-10-10,,,,,,
i,T1,one_stop,2025-10-14 09:00,,2025-10-30,,,,,,
j,T2,one_stop,2025-09-29 09:00,,2025-09-30,2025-09-30 23:30,,no,,,
"""
CHANNELS = ["one_stop"]


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    folder = write_district(tmp_path_factory.mktemp("cases"), {"cases": CASES})
    return open_district(folder)


def test_basis_due_counts_a_case_in_the_quarter_of_its_due_date(district):
    counts = case_counts(district, Period.parse("2025Q3"), channels=CHANNELS, basis="due")
    one = counts.loc["T1"]
    assert (one["due"], one["closed"], one["on_time"]) == (3, 2, 1)  # a, b, c


def test_basis_received_counts_a_case_in_the_quarter_it_was_opened(district):
    counts = case_counts(district, Period.parse("2025Q3"), channels=CHANNELS, basis="received")
    one = counts.loc["T1"]
    assert (one["due"], one["closed"], one["on_time"]) == (
        4,
        3,
        1,
    )  # b, c, e, f: f early, e without a due date


def test_a_case_without_a_due_date_is_counted_apart_and_never_on_time(district):
    due = case_counts(district, Period.parse("2025Q3"), channels=CHANNELS, basis="due").loc["T1"]
    assert due["no_due_date"] == 1


def test_a_case_due_after_the_records_were_taken_is_not_counted(district):
    quarter = case_counts(district, Period.parse("2025Q4"), channels=CHANNELS, basis="due")
    assert quarter.loc["T1", "due"] == 0
    assert quarter.loc["T1", "not_yet_due"] == 2  # f, though closed early, and i
    assert quarter.loc["T2", "due"] == 1


def test_a_due_date_without_a_time_lasts_to_the_end_of_that_day(district):
    counts = case_counts(district, Period.parse("2025Q3"), channels=CHANNELS, basis="due")
    assert counts.loc["T2", "on_time"] == 1  # j, closed at half past eleven at night


def test_excluded_cases_leave_the_rate_and_stand_beside_it_with_their_reason(district):
    period = Period.parse("2025Q3")
    table = case_exclusions(district, period, channels=CHANNELS, basis="due")
    found = {(r.unit, r.reason): r.count for r in table.itertuples(index=False)}
    assert found == {("T1", "outside_powers"): 1, ("T1", "no_due_date"): 1}
    counts = case_counts(district, period, channels=CHANNELS, basis="due").loc["T1"]
    assert (counts["closed_with_excluded"], counts["due_with_excluded"]) == (3, 4)


def test_every_case_opened_or_due_in_the_period_is_in_the_rate_or_in_the_list_of_what_was_left_out(
    district,
):
    period = Period.parse("2025Q3")
    counts = case_counts(district, period, channels=CHANNELS, basis="due")["due"].sum()
    left_out = case_exclusions(district, period, channels=CHANNELS, basis="due")["count"].sum()
    cases = district.table("cases")
    cases = cases[cases["channel"] == "one_stop"]
    here = period.contains(cases["due"]) | (cases["due"].isna() & period.contains(cases["opened"]))
    assert counts + left_out == here.sum()


def test_a_unit_without_any_case_is_missing_not_zero(district):
    table = measure(district, "hotline.closure_rate", Period.parse("2025Q3"), level="township")
    assert table.loc["T3"].isna().all()


def test_nothing_due_gives_zero_of_zero_and_no_value(district):
    table = measure(district, "hotline.closure_rate", Period.parse("2025Q2"), level="township")
    assert table.loc["T2", "denominator"] == 0
    assert pd.isna(table.loc["T2", "value"])


def test_rates_of_called_back_cases_rest_on_answers_only(district):
    period = Period.parse("2025Q3")
    resolved = measure(district, "hotline.resolution_rate", period, level="township").loc["T1"]
    satisfied = measure(district, "hotline.satisfaction_rate", period, level="township").loc["T1"]
    reopened = measure(district, "hotline.reopening_rate", period, level="township").loc["T1"]
    assert (resolved["numerator"], resolved["denominator"]) == (2, 2)
    assert (satisfied["numerator"], satisfied["denominator"]) == (1, 2)
    assert (reopened["numerator"], reopened["denominator"]) == (1, 2)


def test_response_counts_only_cases_whose_hours_have_run_out(district):
    table = measure(
        district,
        "hotline.response_rate",
        Period.parse("2025Q3"),
        level="township",
        options={"within_hours": 24},
    )
    # b, c, e, f; d is excluded; only a (another quarter) and b were passed on, b after two days
    assert (table.loc["T1", "numerator"], table.loc["T1", "denominator"]) == (0, 4)
    assert table.loc["T1", "excluded"] == 1


def test_exclusion_rate_is_of_all_cases_opened(district):
    table = measure(district, "hotline.exclusion_rate", Period.parse("2025Q3"), level="township")
    assert (table.loc["T1", "numerator"], table.loc["T1", "denominator"]) == (1, 5)


def test_backlog_is_what_is_late_and_open_when_the_period_ends(district):
    period = Period.parse("2025Q3")
    assert measure(district, "hotline.backlog", period, level="township").loc["T1", "value"] == 1
    age = measure(district, "hotline.backlog_age", period, level="township")
    assert age.loc["T1", "value"] == pytest.approx(
        76.0, abs=0.001
    )  # from the end of 16 July to 1 October
    assert pd.isna(age.loc["T2", "value"])


def test_the_backlog_stands_beside_all_cases_then_open(district):
    # of c and f, open at the end of September, c is past its due date
    row = measure(district, "hotline.backlog", "2025Q3", level="township").loc["T1"]
    assert tuple(row[["value", "numerator", "denominator"]]) == (1, 1, 1)
    row = measure(district, "hotline.backlog", "2025Q3", level="township").loc["T2"]
    assert tuple(row[["value", "numerator", "denominator"]]) == (0, 0, 1)


def test_the_age_of_the_backlog_stands_beside_its_days_and_cases(district):
    table = measure(district, "hotline.backlog_age", "2025Q3", level="township")
    assert tuple(table.loc["T1", ["numerator", "denominator"]]) == (pytest.approx(76, abs=0.001), 1)
    # without a backlog there is nothing, which is not the same as no records
    assert tuple(table.loc["T2", ["numerator", "denominator"]]) == (0, 0)
    assert table.loc["T3"].isna().all()


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("closure_rate", {}),
        ("response_rate", {"within_hours": 24}),
        ("backlog", {}),
        ("backlog_age", {}),
    ],
)
def test_before_the_first_case_everything_is_missing(district, name, options):
    table = measure(district, f"hotline.{name}", "2025Q1", level="township", options=options)
    assert table.isna().all(axis=None)


def test_a_basis_that_there_is_not_is_answered_with_the_nearest(district):
    with pytest.raises(PlanError, match="did you mean 'received'"):
        case_counts(district, Period.parse("2025Q3"), channels=CHANNELS, basis="recieved")


@pytest.mark.parametrize(
    ("channels", "message"),
    [(["one_step"], "did you mean 'one_stop'"), ("one_stop", "`channels` must be a list")],
)
def test_channels_that_there_are_not_are_refused(district, channels, message):
    with pytest.raises(PlanError, match=message):
        case_counts(district, Period.parse("2025Q3"), channels=channels, basis="due")


def test_medians_are_told_with_the_closed_and_the_watched():
    units = pd.Series(["a", "a", "a", "b", "b"], index=[5, 6, 7, 8, 9])
    days = pd.Series([2.0, 4.0, 9.0, 3.0, 5.0], index=units.index)
    closed = pd.Series([True, True, False, False, False], index=units.index)
    table = median_by_unit(units, days, closed, confidence_level=0.95)
    assert tuple(table.loc["a", ["value", "numerator", "denominator"]]) == (4, 2, 3)
    assert tuple(table.loc["b", ["numerator", "denominator"]]) == (0, 2)
    assert pd.isna(table.loc["b", "value"])
