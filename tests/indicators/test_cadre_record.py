"""The 411 record, by unit: complete records, evidence by area, the commonest weakness."""

import numpy as np
import pytest

from seedmetrics.errors import PlanError
from seedmetrics.indicators import find_indicator, indicator_names, measure
from seedmetrics.indicators.cadre_record import AREAS, weaknesses
from seedmetrics.records import Period, open_district
from tests.districts import write_district

PARTS = (*AREAS, "best_job", "weakness")


def record(person, period, evidence=(1, 1, 1, 1), category="publicity", unit="T1", parts=PARTS):
    """Write the rows of one cadre's record of one period."""
    counted = dict(zip(AREAS, evidence)) | {"best_job": "", "weakness": ""}
    return "".join(
        f"{person},{unit},{period},{part},{counted[part]},{category if part == 'weakness' else ''}\n"
        for part in parts
    )


ROWS = [
    # complete in both quarters
    record("P-A", "2025Q2", (2, 3, 4, 5)),
    record("P-A", "2025Q3", (1, 1, 1, 1)),
    # an area without evidence; another weakness
    record("P-B", "2025Q3", (4, 0, 1, 1), "digital skills"),
    # no best job
    record("P-C", "2025Q3", (2, 1, 1, 1), parts=(*AREAS, "weakness")),
    # evidence of an area not counted; the weakness without a category
    record("P-D", "2025Q3", ("", 1, 1, 1), ""),
    # nothing written in daily management
    record("P-E", "2025Q3", parts=PARTS[1:], category="digital skills"),
    # a quarter that is not over; a unit of another time
    record("P-A", "2026Q1", (9, 9, 9, 9)),
    record("P-F", "2025Q2", unit="T2"),
]
TABLES = {"cadre_records": "person,unit,period,part,evidence,category\n" + "".join(ROWS)}


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    found = open_district(write_district(tmp_path_factory.mktemp("d"), TABLES, as_of="2026-01-15"))
    assert found.problems[found.problems["severity"] == "refused"].empty
    return found


def row_of(district, name, period="2025Q3", unit="T1", **options):
    return measure(district, f"cadre_record.{name}", period, level="township", options=options).loc[
        unit
    ]


def counts(*args, **options):
    return tuple(row_of(*args, **options)[["numerator", "denominator", "persons"]])


def test_a_record_is_complete_with_four_areas_one_best_job_and_one_weakness(district):
    # A's alone: B lacks evidence, C the best job, D a count, E an area
    assert counts(district, "complete_records") == (1, 5, 5)


def test_records_are_counted_and_their_cadres_once(district):
    assert counts(district, "complete_records", window="year_to_date") == (2, 6, 5)


def test_a_record_belongs_to_the_window_in_which_its_own_period_ends(district):
    # the second quarter's record is in the first half and in the year, not in the third quarter
    assert counts(district, "complete_records", "2025H1") == (1, 1, 1)
    assert counts(district, "complete_records", "2025") == (2, 6, 5)
    # a quarter that is not over is not yet due
    assert counts(district, "complete_records", "2026Q1") == (0, 0, 0)


def test_evidence_is_for_each_cadre_with_a_record(district):
    # daily management: A 1, B 4, C 2, E wrote nothing, which is none; D did not count, which is not none
    row = row_of(district, "daily_management")
    assert tuple(row[["numerator", "denominator", "excluded", "persons"]]) == (7, 4, 1, 4)
    assert row["value"] == 7 / 4
    # main duties: A 1, B 0, C 1, D 1, E 1
    assert counts(district, "main_duties") == (4, 5, 5)
    # the year: A's core task has 1 and 4 pieces
    assert counts(district, "core_task", window="year_to_date") == (9, 5, 5)
    assert counts(district, "urgent_tasks") == (5, 5, 5)


def test_the_commonest_weakness_is_of_the_cadres_who_name_one(district):
    # publicity: A, C; digital skills: B, E; D names none
    row = row_of(district, "commonest_weakness")
    assert tuple(row[["numerator", "denominator", "excluded"]]) == (2, 4, 1)


def test_weaknesses_are_listed_by_unit_from_the_commonest_down(district):
    found = weaknesses(district, Period.parse("2025Q3"), "year_to_date")
    assert found.to_numpy().tolist() == [
        ["T1", "digital skills", 2],
        ["T1", "publicity", 2],
        ["T2", "publicity", 1],
    ]
    assert weaknesses(district, Period.parse("2024")).empty


@pytest.mark.parametrize("name", ["complete_records", *AREAS, "commonest_weakness"])
def test_no_record_in_the_period_is_0_of_0_none_at_all_is_missing(district, name):
    nothing = row_of(district, name, unit="T2")
    assert tuple(nothing[["numerator", "denominator", "persons"]]) == (0, 0, 0)
    assert np.isnan(nothing["value"])
    assert row_of(district, name, unit="T3").isna().all()
    before = measure(district, f"cadre_record.{name}", "2025Q1", level="township")
    assert before[["value", "numerator", "denominator"]].isna().all(axis=None)


def test_a_window_that_is_none_is_refused(district):
    with pytest.raises(PlanError, match="`window` must be"):
        row_of(district, "complete_records", window="year")


def test_counts_of_persons_are_declared_so_that_few_can_be_withheld():
    names = [name for name in indicator_names() if name.startswith("cadre_record.")]
    about = {name.partition(".")[2] for name in names if find_indicator(name).persons}
    assert about == {"complete_records", *AREAS, "commonest_weakness"}
