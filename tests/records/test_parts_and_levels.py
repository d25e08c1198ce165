"""A part is never larger than its whole, and a village is no township."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seedmetrics.records import District, check_frame
from seedmetrics.records.catalog.columns import Part
from seedmetrics.records.log import Cells, Log
from seedmetrics.records.problems import ProblemList
from seedmetrics.records.rules import _check_part

Make = Callable[..., District]
Refused = Callable[[District], pd.DataFrame]


def test_a_part_larger_than_its_whole_is_refused_with_both_values(
    make_district: Make, refused: Refused
) -> None:
    checks = (
        "unit,date,sampled,faulty\nT01,2025-07-01,20,3\nT01,2025-07-02,20,21\nT01,2025-07-03,5,5\n"
    )
    district = make_district(ledger_checks=checks)
    found = refused(district).iloc[0]
    assert (found["file"], found["row"], found["column"]) == ("ledger_checks.csv", 3, "faulty")
    assert found["value"] == "21"
    assert found["problem"] == "is more than `sampled`, of which it is a part"
    assert found["remedy"] == "`sampled` is 20 here; correct one of the two"
    assert district.table("ledger_checks")["faulty"].tolist() == [3, 5]


def test_a_missing_count_contradicts_nothing(make_district: Make) -> None:
    steps = (
        "person,unit,step,votes_due,present,yes\nP1,T01,15,12,,12\nP2,T01,15,,,9\nP3,T01,16,,3,\n"
    )
    assert len(make_district(development_steps=steps).table("development_steps")) == 3


def test_each_count_of_votes_is_held_to_those_due_and_written_votes_may_exceed_those_present(
    make_district: Make, refused: Refused
) -> None:
    steps = "person,unit,step,votes_due,present,yes\nP1,T01,15,12,13,10\nP2,T01,15,12,9,10\nP3,T01,15,12,,13\n"
    found = refused(make_district(development_steps=steps))
    assert found[["row", "column", "value"]].to_numpy().tolist() == [
        [2, "present", "13"],
        [4, "yes", "13"],
    ]


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=20))
def test_rows_are_refused_just_where_the_part_is_larger(counts: list[tuple[int, int]]) -> None:
    parts, wholes = (np.array(column, dtype=np.float64) for column in zip(*counts))
    none = np.zeros(len(counts), dtype=bool)
    log = Log(ProblemList(), "grids", "grids.csv", np.arange(len(counts)) + 2, none, none.copy())
    cells = {"linked": Cells("linked", parts.astype(str).astype(object), np.arange(len(counts)))}
    _check_part(Part("linked", "households"), cells, {"linked": parts, "households": wholes}, log)
    assert log.refused.tolist() == [part > whole for part, whole in counts]
    assert len(log.problems.frame()) == log.refused.sum()


def test_a_frame_of_ones_own_is_held_to_its_parts_whatever_else_is_missing() -> None:
    frame = pd.DataFrame(
        {
            "cell": ["a", "b"],
            "grid": "G",
            "households": [5.0, 12.0],
            "linked": [6.0, 12.0],
            "member": None,
        }
    ).astype({"member": "str"})
    found = check_frame(frame, "grid_cells")
    assert found[["row", "column", "value"]].to_numpy().tolist() == [[0, "linked", "6.0"]]
    assert "part" in found["problem"].item()


@pytest.mark.parametrize(
    ("unit", "level"), [("T01", "a township"), ("双河", "a township"), ("A01", "an alliance")]
)
def test_a_unit_of_another_level_is_refused_with_its_level(
    make_district: Make, refused: Refused, unit: str, level: str
) -> None:
    ratings = f"village,year,criterion,mark\n010201,2025,order,90\n{unit},2025,order,80\n"
    district = make_district(village_ratings=ratings)
    found = refused(district).iloc[0]
    assert (found["file"], found["row"], found["column"]) == ("village_ratings.csv", 3, "village")
    assert (found["value"], found["problem"]) == (unit, f"is {level}, not a village")
    assert "name the village itself" in found["remedy"]
    assert district.table("village_ratings")["village"].tolist() == ["010201"]


def test_a_unit_of_no_wanted_level_may_be_any(make_district: Make) -> None:
    visits = "unit,date,households\nT01,2025-01-02,20\n大湾村,2025-01-02,10\nA01,2025-01-02,0\n"
    district = make_district(household_visits=visits)
    assert district.table("household_visits")["unit"].tolist() == ["T01", "010201", "A01"]


def test_an_empty_village_is_none_of_another_level(make_district: Make) -> None:
    files = "person,unit,village,complete\nP1,T01,,yes\nP2,T01,大湾村,no\n"
    district = make_district(secretary_files=files)
    assert district.table("secretary_files")["village"].fillna("").tolist() == ["", "010201"]
    assert (district.problems["severity"] == "noted").all()
