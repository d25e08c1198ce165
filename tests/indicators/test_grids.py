"""Grids: sizes with both ends included, what a dissolved grid takes with it, the load of linking members."""

import dataclasses

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedmetrics.errors import PlanError
from seedmetrics.indicators import measure
from seedmetrics.records import open_district
from tests.districts import write_district

TABLES = {
    "grids": """\
grid,unit,kind,households,has_group,linked,founded,dissolved
G1,T1,urban,300,yes,150,,
G2,T1,urban,500,no,100,,
G3,T1,urban,299,yes,0,,
G4,T1,urban,501,,,,
G5,T1,dedicated,20,yes,5,,
G6,T1,rural,60,yes,60,2024-01-01,2025-08-31
G7,T2,rural,39,yes,39,2025-09-01,
""",
    "grid_cells": """\
cell,grid,households,linked,member
c1,G7,10,10,M1
c2,G7,15,15,M1
c3,G7,9,5,M2
c4,G7,16,,M3
c5,G6,10,10,M1
c6,G7,12,4,
""",
}
SIZES = {
    "urban": {"low": 300, "high": 500},
    "rural": {"low": 40, "high": 60},
    "cell": {"low": 10, "high": 15},
}


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    found = open_district(write_district(tmp_path_factory.mktemp("grids"), TABLES))
    assert found.problems[found.problems["severity"] == "refused"].empty
    return found


def row(district, name, period="2025Q3", unit="T1", **options):
    table = measure(district, f"grids.{name}", period, level="township", options=options)
    return table.loc[unit]


def counts(*args, **options):
    return tuple(row(*args, **options)[["numerator", "denominator"]])


def test_both_ends_of_a_size_fit_and_one_household_beyond_does_not(district):
    # 300 and 500 fit, 299 and 501 do not
    assert counts(district, "size_fit", sizes=SIZES) == (2, 4)
    assert counts(district, "oversized", sizes=SIZES) == (1, 4)
    assert counts(district, "undersized", sizes=SIZES) == (1, 4)
    assert counts(district, "cell_fit", unit="T2", sizes=SIZES) == (3, 5)  # 10, 15 and 12


def test_a_kind_without_a_size_is_left_out_and_counted_as_excluded(district):
    for name in ("size_fit", "oversized", "undersized"):
        assert row(district, name, sizes=SIZES)["excluded"] == 1
    urban_only = {"urban": SIZES["urban"]}
    assert counts(district, "size_fit", unit="T2", sizes=urban_only) == (0, 0)
    assert row(district, "size_fit", unit="T2", sizes=urban_only)["excluded"] == 1


def test_a_grid_counts_from_its_founding_to_its_dissolution(district):
    assert counts(district, "size_fit", "2025Q2", sizes=SIZES) == (3, 5)
    assert counts(district, "size_fit", "2025Q2", unit="T2", sizes=SIZES) == (0, 0)


def test_a_cell_in_a_dissolved_grid_does_not_count(district):
    assert counts(district, "cell_fit", "2025Q2", sizes=SIZES) == (1, 1)
    assert counts(district, "cell_fit", "2025Q3", sizes=SIZES) == (0, 0)
    assert counts(district, "load_max", "2025Q2") == (10, 1)
    assert counts(district, "load_max", "2025Q3") == (0, 0)


def test_a_grid_of_which_the_group_is_not_recorded_is_excluded(district):
    found = row(district, "organisation_coverage")
    assert tuple(found[["numerator", "denominator", "excluded"]]) == (3, 4, 1)


def test_households_of_a_grid_without_a_number_linked_are_excluded(district):
    found = row(district, "linked_households")
    assert tuple(found[["numerator", "denominator", "excluded"]]) == (255, 1119, 501)


def test_a_member_who_links_two_cells_carries_both(district):
    # M1 has 10 and 15 households, M2 has 5; a cell lacks the member, another the number
    values = {name: row(district, f"load_{name}", unit="T2") for name in ("median", "p90", "max")}
    assert {name: found["value"] for name, found in values.items()} == {
        "median": 15,
        "p90": pytest.approx(23),
        "max": 25,
    }
    for found in values.values():
        assert tuple(found[["numerator", "denominator", "excluded", "persons"]]) == (30, 2, 2, 2)


def test_a_unit_without_grids_on_record_is_missing(district):
    for name in ("organisation_coverage", "linked_households", "load_median"):
        assert row(district, name, unit="T3").isna().all()


def test_before_the_first_grid_everything_is_missing(district):
    dated = district.table("grids").query("grid in ('G6', 'G7')")
    later = dataclasses.replace(district, tables={**district.tables, "grids": dated})
    for name in ("size_fit", "oversized", "undersized", "cell_fit"):
        assert row(later, name, "2023Q4", sizes=SIZES).isna().all()
    for name in (
        "organisation_coverage",
        "linked_households",
        "load_median",
        "load_p90",
        "load_max",
    ):
        assert row(later, name, "2023Q4").isna().all()


@given(
    households=st.lists(st.integers(0, 1000), min_size=1, max_size=6),
    low=st.integers(0, 600),
    width=st.integers(0, 400),
)
def test_a_grid_is_fit_over_or_under_and_never_two_of_them(district, households, low, width):
    table = pd.DataFrame(
        {
            "grid": [f"G{k}" for k in range(len(households))],
            "unit": "T1",
            "kind": "urban",
            "households": households,
            "has_group": True,
            "linked": 0,
            "founded": pd.NaT,
            "dissolved": pd.NaT,
        }
    )
    other = dataclasses.replace(district, tables={"grids": table})
    sizes = {"urban": {"low": low, "high": low + width}}
    parts = [
        counts(other, name, sizes=sizes)[0] for name in ("size_fit", "oversized", "undersized")
    ]
    assert sum(parts) == len(households)
    assert parts[0] == sum(low <= h <= low + width for h in households)


@pytest.mark.parametrize(
    ("name", "sizes", "message"),
    [
        ("size_fit", {"urbn": SIZES["urban"]}, "`sizes` has no 'urbn': did you mean 'urban'"),
        ("size_fit", {"urban": {"lo": 3, "high": 5}}, r"`sizes\.urban` has no 'lo': did you mean 'low'"),
        ("size_fit", {"urban": {"low": 300}}, r"`sizes\.urban\.high` must be a number.*None"),
        ("size_fit", {"urban": {"low": 500, "high": 300}}, r"`sizes\.urban`.*500.*300.*changed places"),
        ("size_fit", {"urban": 300}, r"`sizes\.urban` must be a table.*got 300"),
        ("oversized", 300, "`sizes` must be a table.*got 300"),
        ("cell_fit", {"urban": SIZES["urban"]}, "how large a cell is: add cell"),
    ],
)  # fmt: skip
def test_sizes_that_make_no_sense_are_refused(district, name, sizes, message):
    with pytest.raises(PlanError, match=message):
        row(district, name, sizes=sizes)
