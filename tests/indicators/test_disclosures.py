"""Reports of personal matters: on time, late, not yet due, and files of secretaries, on records counted by hand."""

import numpy as np
import pytest

from seedmetrics.errors import PlanError
from seedmetrics.indicators import find_indicator, indicator_names, measure
from seedmetrics.records import open_district
from tests.districts import write_district

TABLES = {
    # T1, annual: A on the day, B a day late, C never, D due later; E of the year before
    # T1, event (30 days): A on the last day, B a day late, C not yet due, D by its own later day; E undated
    # T1, advance (5 days before): A in time, B four days before, C never
    "disclosures": """\
person,unit,kind,event,due,filed
P-A,T1,annual,,2025-01-31,2025-01-31
P-B,T1,annual,,2025-01-31,2025-02-01
P-C,T1,annual,,2025-01-31,
P-D,T1,annual,,2026-01-31,
P-E,T1,annual,,2024-01-31,2024-01-20
P-A,T1,event,2025-03-01,,2025-03-31
P-B,T1,event,2025-03-01,,2025-04-01
P-C,T1,event,2026-01-10,,
P-D,T1,event,2025-03-01,2025-05-01,2025-04-20
P-A,T1,event,2025-04-01,,2025-04-10
P-E,T1,event,,,2025-04-15
P-A,T1,advance,2025-06-20,,2025-06-15
P-B,T1,advance,2025-06-20,,2025-06-16
P-C,T1,advance,2025-06-20,,
P-F,T2,annual,,2026-01-31,
""",
    "secretary_files": """\
person,unit,village,opened,complete,completed
P-A,T1,,2024-01-10,yes,2024-06-30
P-B,T1,,2024-01-10,yes,2025-05-01
P-C,T1,,,no,
P-D,T1,,2025-08-01,yes,2025-08-02
P-F,T2,,2025-08-01,no,
""",
}


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    found = open_district(write_district(tmp_path_factory.mktemp("d"), TABLES, as_of="2026-01-15"))
    assert found.problems[found.problems["severity"] == "refused"].empty
    return found


def row_of(district, name, period, unit="T1", **options):
    return measure(district, f"disclosures.{name}", period, level="township", options=options).loc[
        unit
    ]


def counts(district, name, period, unit="T1", **options):
    row = row_of(district, name, period, unit, **options)
    return tuple(row[["numerator", "denominator", "excluded", "persons"]])


def test_an_annual_report_is_on_time_until_the_end_of_31_january(district):
    # B is a day late; C filed nothing, which is late and not left out
    assert counts(district, "annual_on_time", "2025Q1") == (1, 3, 0, 3)


def test_a_report_not_yet_due_is_not_late(district):
    # D's is due after the records were taken
    assert counts(district, "annual_on_time", "2026Q1") == (0, 0, 0, 0)
    assert counts(district, "event_on_time", "2026Q1", event_days=30) == (0, 0, 0, 0)


def test_an_event_is_reported_within_its_days_and_its_own_due_date_wins(district):
    # due 31 March: A in time, B late. The second quarter: A's of April, and D's by the day it was given
    assert counts(district, "event_on_time", "2025Q1", event_days=30)[:2] == (1, 2)
    assert counts(district, "event_on_time", "2025Q2", event_days=30) == (2, 2, 1, 2)
    # with 51 days none is late, but those of March are due in April
    assert counts(district, "event_on_time", "2025Q2", event_days=51)[:2] == (4, 4)


def test_a_report_due_on_no_day_is_left_out_where_it_was_filed(district):
    assert row_of(district, "event_on_time", "2025Q1", event_days=30)["excluded"] == 0
    assert row_of(district, "event_on_time", "2025Q2", event_days=30)["excluded"] == 1


def test_a_report_in_advance_is_filed_its_days_before_the_event(district):
    # until 15 June; B filed on the 16th, C not at all
    assert counts(district, "advance_on_time", "2025Q2", advance_days=5) == (1, 3, 0, 3)
    assert counts(district, "advance_on_time", "2025Q2", advance_days=4)[:2] == (2, 3)


def test_reports_are_counted_and_persons_once(district):
    # the year to date: A reported two events
    found = counts(district, "event_on_time", "2025Q2", event_days=30, window="year_to_date")
    assert found == (3, 4, 1, 3)


def test_days_late_run_to_the_filing_or_to_the_end_of_the_period(district):
    rules = {"event_days": 30, "advance_days": 5}
    # first quarter: annual B 1, C from 31 January to 31 March 59; event B not filed until 1 April, so 0 to the 31st
    row = row_of(district, "days_late", "2025Q1", **rules)
    assert tuple(row[["numerator", "denominator", "persons"]]) == (60, 5, 3)
    assert row["value"] == 12
    # second quarter: advance B 1, C from 15 to 30 June 15; events on time
    row = row_of(district, "days_late", "2025Q2", **rules)
    assert tuple(row[["numerator", "denominator", "excluded"]]) == (16, 5, 1)
    # the year: C's annual report is 334 days late on 31 December, the one in advance 199; B's three by one day each
    row = row_of(district, "days_late", "2025", **rules)
    assert tuple(row[["numerator", "denominator"]]) == (334 + 199 + 3, 10)


def test_after_as_of_no_day_is_counted(tmp_path):
    table = "person,unit,kind,event,due,filed\nP-A,T1,annual,,2025-01-10,\n"
    found = open_district(
        write_district(tmp_path / "d", {"disclosures": table}, as_of="2025-01-15")
    )
    row = row_of(found, "days_late", "2025Q1", event_days=30, advance_days=5)
    assert tuple(row[["numerator", "denominator"]]) == (5, 1)


def test_a_file_is_complete_from_the_day_of_its_completion(district):
    # A and C opened, A complete; B's was completed in May; D's was opened in August
    assert counts(district, "files_complete", "2025Q1")[:2] == (1, 3)
    assert counts(district, "files_complete", "2025Q2")[:2] == (2, 3)
    assert counts(district, "files_complete", "2025Q3") == (3, 4, 0, 4)
    assert counts(district, "files_complete", "2025Q2", unit="T2")[:2] == (0, 0)


def test_nothing_due_gives_0_of_0_and_a_unit_without_records_is_missing(district):
    assert counts(district, "annual_on_time", "2025Q3") == (0, 0, 0, 0)
    assert counts(district, "annual_on_time", "2025Q3", unit="T2") == (0, 0, 0, 0)
    assert row_of(district, "annual_on_time", "2025Q3", unit="T3").isna().all()
    late = row_of(district, "days_late", "2025Q3", event_days=30, advance_days=5)
    assert tuple(late[["numerator", "denominator"]]) == (0, 0)
    assert np.isnan(late["value"])


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("annual_on_time", {}),
        ("event_on_time", {"event_days": 30}),
        ("advance_on_time", {"advance_days": 5}),
        ("days_late", {"event_days": 30, "advance_days": 5}),
    ],
)
def test_before_records_began_everything_is_missing(district, name, options):
    found = measure(district, f"disclosures.{name}", "2023", level="township", options=options)
    assert found[["value", "numerator", "denominator"]].isna().all(axis=None)


def test_files_that_all_say_when_they_were_opened_begin_with_the_first(tmp_path):
    table = "person,unit,opened,complete\nP-A,T1,2025-03-01,no\n"
    found = open_district(write_district(tmp_path / "d", {"secretary_files": table}))
    assert row_of(found, "files_complete", "2024").isna().all()
    assert counts(found, "files_complete", "2025Q1")[:2] == (0, 1)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("event_on_time", {"event_days": -1}, "`event_days` must be a whole number from 0 up"),
        ("event_on_time", {"event_days": "30"}, "`event_days` must be a whole number .* got '30'"),
        ("advance_on_time", {"advance_days": 2.5}, "`advance_days` must be a whole number"),
        ("event_on_time", {}, "needs the option 'event_days'"),
        ("annual_on_time", {"window": "month"}, "`window` must be"),
    ],
)
def test_options_that_cannot_be_are_refused(district, name, options, message):
    with pytest.raises(PlanError, match=message):
        row_of(district, name, "2025Q1", **options)


def test_counts_of_persons_are_declared_so_that_few_can_be_withheld():
    names = [name for name in indicator_names() if name.startswith("disclosures.")]
    about = {name.partition(".")[2] for name in names if find_indicator(name).persons}
    assert about == {
        "annual_on_time",
        "event_on_time",
        "advance_on_time",
        "days_late",
        "files_complete",
    }
