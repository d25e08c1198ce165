"""Branches of young talent and their pool, on the last day of a period."""

import numpy as np
import pytest

from seedmetrics.indicators import find_indicator, indicator_names, measure
from seedmetrics.indicators.talent_branches import BACKGROUNDS
from seedmetrics.records import open_district
from tests.districts import write_district

TABLES = {
    "talent_branches": """\
branch,unit,founded,dissolved
B1,T1,2024-05-04,
B2,T1,2025-08-01,
B3,T2,2024-05-04,2025-09-29
""",
    "talents": """\
person,unit,background,entered,left,guided
P-A,T1,local_expert,2024-06-01,,yes
P-B,T1,returnee,2024-06-01,,no
P-C,T1,graduate,2024-06-01,,
P-D,T1,graduate,2025-09-30,,yes
P-E,T1,three_new,2024-06-01,2025-06-30,yes
P-F,T1,intellectual,2025-10-01,,yes
P-G,T2,intellectual,2025-10-01,,yes
P-H,A1,intellectual,2024-06-01,,yes
""",
    "population": """\
unit,year,residents,households
T1,2024,4000,1000
T1,2025,2000,1000
T1,2026,1000,1000
T2,2025,,500
T3,2025,9000,500
""",
}


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    found = open_district(write_district(tmp_path_factory.mktemp("d"), TABLES, as_of="2026-01-15"))
    assert found.problems[found.problems["severity"] == "refused"].empty
    return found


def row_of(district, name, period="2025Q3", unit="T1"):
    return measure(district, f"talent_branches.{name}", period, level="township").loc[unit]


def counts(*args, **options):
    return tuple(row_of(*args, **options)[["numerator", "denominator"]])


def test_a_unit_has_a_branch_once_however_many_there_are(district):
    assert counts(district, "has_branch") == (1, 1)
    assert counts(district, "has_branch", unit="T3") == (0, 1)
    # dissolved the day before the quarter's last
    assert counts(district, "has_branch", unit="T2") == (0, 1)
    assert counts(district, "has_branch", "2025Q2", unit="T2") == (1, 1)


def test_before_the_first_branch_no_unit_lacks_one(district):
    assert row_of(district, "has_branch", "2023").isna().all()


def test_the_pool_is_of_the_last_day_and_of_the_latest_count_of_residents(district):
    # A to D; E left, F came the day after
    row = row_of(district, "pool_per_1000")
    assert tuple(row[["value", "numerator", "denominator", "persons"]]) == (2, 4, 2000, 4)
    # the year before: A, B, C and E
    assert counts(district, "pool_per_1000", "2024") == (4, 4000)


def test_without_residents_there_is_no_pool_per_thousand(district):
    row = row_of(district, "pool_per_1000", "2025Q4", unit="T2")
    assert np.isnan(row["value"])
    # the one person of the pool is declared, so that few can be withheld
    assert tuple(row[["numerator", "persons"]]) == (1, 1)
    # residents alone are no record of a pool
    assert row_of(district, "pool_per_1000", unit="T3").isna().all()


def test_guidance_is_of_those_of_whom_it_is_recorded(district):
    row = row_of(district, "guided_share")
    assert tuple(row[["numerator", "denominator", "excluded", "persons"]]) == (2, 3, 1, 3)


def test_backgrounds_add_up_to_the_pool(district):
    found = {name: counts(district, f"{name}_share") for name in BACKGROUNDS}
    assert found == {
        "local_expert": (1, 4),
        "returnee": (1, 4),
        "graduate": (2, 4),
        "three_new": (0, 4),
        "intellectual": (0, 4),
    }


@pytest.mark.parametrize("name", ["guided_share", *(f"{b}_share" for b in BACKGROUNDS)])
def test_nobody_there_yet_is_0_of_0_none_on_record_is_missing(district, name):
    nobody = row_of(district, name, unit="T2")
    assert tuple(nobody[["numerator", "denominator"]]) == (0, 0)
    assert np.isnan(nobody["value"])
    assert row_of(district, name, unit="T3").isna().all()
    before = measure(district, f"talent_branches.{name}", "2023", level="township")
    assert before[["value", "numerator", "denominator"]].isna().all(axis=None)


def test_counts_of_persons_are_declared_so_that_few_can_be_withheld():
    names = [name for name in indicator_names() if name.startswith("talent_branches.")]
    about = {name.partition(".")[2] for name in names if find_indicator(name).persons}
    assert about == {"pool_per_1000", "guided_share", *(f"{b}_share" for b in BACKGROUNDS)}
    parts = {name for name in names if find_indicator(name).parts == "background"}
    assert parts == {f"talent_branches.{b}_share" for b in BACKGROUNDS}
