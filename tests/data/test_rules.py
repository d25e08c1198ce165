"""Rules as data: how often meetings are due, how large grids are, which grades there are and how many of each."""

import tomllib

import numpy as np
import pytest

from seedmetrics.evaluation.plan import Grades
from seedmetrics.formulas import tiers
from seedmetrics.indicators import grids, measure, organisation_life
from seedmetrics.records import open_district
from tests.conftest import ROOT
from tests.districts import write_district

SCALES = ("civil_servants", "civil_servants_approved", "leading_teams", "debriefing")


def rules(name):
    return tomllib.loads((ROOT / "data" / "rules" / f"{name}.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def scales():
    return rules("grade_scales")


def test_every_kind_of_meeting_has_a_frequency_with_where_it_comes_from():
    life = rules("organisation_life")
    assert set(life["frequencies"]) == set(organisation_life.KINDS)
    assert [origin["kind"] for origin in life["origins"]] == list(life["frequencies"])
    for duty in [*life["origins"], *life["yearly"]]:
        assert duty["scope"] in {"national", "local"}
        assert duty["article"]
        assert {"en", "zh"} == set(duty["title"])
        assert isinstance(duty["confirmed"], bool)


def test_the_quarterly_lesson_is_marked_as_local_and_no_other():
    origins = rules("organisation_life")["origins"]
    assert [o["kind"] for o in origins if o["scope"] == "local"] == ["party_lesson"]


def test_the_frequencies_are_an_option_as_they_stand(tmp_path):
    tables = {
        "branches": "branch,unit,has_committee,has_groups,founded,dissolved\nB1,T1,yes,yes,,\n",
        "meetings": "branch,kind,month,date,first_item\nB1,theme_day,2025-07,2025-07-05,yes\n",
    }
    district = open_district(write_district(tmp_path, tables))
    options = {"frequencies": rules("organisation_life")["frequencies"]}
    row = measure(
        district,
        "organisation_life.meeting_compliance",
        "2025Q3",
        level="township",
        options=options,
    ).loc["T1"]
    # one of two quarterly meetings and three times three monthly ones
    assert tuple(row[["numerator", "denominator"]]) == (1, 11)


def test_the_sizes_of_grids_are_those_of_the_programme_and_an_option_as_they_stand(tmp_path):
    sizes = rules("grid_sizes")["sizes"]
    assert set(sizes) <= set(grids.KINDS)
    assert sizes["urban"] == {"low": 300, "high": 500}
    assert sizes["cell"] == {"low": 10, "high": 15}
    assert sizes["rural"]["low"] < 50 < sizes["rural"]["high"]
    records = (
        "grid,unit,kind,households,has_group,linked,founded,dissolved\nG1,T1,rural,50,yes,9,,\n"
    )
    district = open_district(write_district(tmp_path, {"grids": records}))
    table = measure(
        district, "grids.size_fit", "2025Q3", level="township", options={"sizes": sizes}
    )
    assert tuple(table.loc["T1", ["numerator", "denominator"]]) == (1, 1)


def test_the_rural_size_is_marked_as_a_local_choice():
    origins = {origin["kind"]: origin for origin in rules("grid_sizes")["origins"]}
    assert set(origins) == set(rules("grid_sizes")["sizes"])
    assert (origins["rural"]["scope"], origins["rural"]["confirmed"]) == ("local", False)
    assert "300" in origins["rural"]["elsewhere"]


@pytest.mark.parametrize("key", SCALES)
def test_each_scale_of_grades_is_whole_and_says_where_it_comes_from(scales, key):
    grades = Grades(**scales[key])
    assert grades.count == len(grades.names["en"]) == len(grades.names["zh"]) == 4
    assert grades.source
    assert grades.note
    assert grades.title is not None
    assert grades.title["zh"]


def test_no_two_scales_of_different_rules_share_their_names(scales):
    names = {tuple(scales[key]["names"]["zh"]) for key in SCALES}
    # the two of civil servants are one scale at two shares
    assert len(names) == 3


def test_what_was_not_read_in_a_rule_says_so(scales):
    assert {key: scales[key]["confirmed"] for key in SCALES} == {
        "civil_servants": True,
        "civil_servants_approved": True,
        "leading_teams": False,
        "debriefing": False,
    }


@pytest.mark.parametrize(
    ("rounding", "excellent"),
    [("half-up", 3), ("floor", 3), ("ceil", 4), ("largest-remainder", 3)],
)
def test_a_fifth_of_17_is_three_or_four_by_the_rule_of_rounding(scales, rounding, excellent):
    scale = scales["civil_servants"]
    scores = np.arange(17.0)
    grade = tiers(scores, quotas=scale["quotas"], rounding=rounding, at_ties=scale["at_ties"]).tier
    assert [int((grade == k).sum()) for k in (1, 2, 3, 4)] == [excellent, 17 - excellent, 0, 0]


def test_another_rule_of_rounding_touches_the_fourth_of_17_and_nobody_at_the_bottom(scales):
    scale = scales["civil_servants"]
    found = tiers(np.arange(17.0, 0, -1), quotas=scale["quotas"], rounding=scale["rounding"])
    assert np.flatnonzero(found.would_differ).tolist() == [3]


@pytest.mark.parametrize("key", SCALES)
@pytest.mark.parametrize("units", [1, 2, 6, 11, 17, 40])
def test_nobody_comes_into_the_two_lower_grades_by_quota(scales, key, units):
    scale = scales[key]
    for rounding in ("half-up", "floor", "ceil", "largest-remainder"):
        grade = tiers(
            np.arange(float(units)),
            quotas=scale["quotas"],
            rounding=rounding,
            at_ties=scale["at_ties"],
        ).tier
        assert grade.max() <= 2


@pytest.mark.parametrize("key", SCALES)
def test_a_tie_at_the_limit_does_not_widen_the_best_grade(scales, key):
    scale = scales[key]
    most = round(20 * scale["quotas"][0])
    scores = np.concatenate([np.full(most + 1, 90.0), np.arange(20.0 - most - 1)])
    grade = tiers(
        scores, quotas=scale["quotas"], rounding=scale["rounding"], at_ties=scale["at_ties"]
    ).tier
    assert (grade == 1).sum() == 0
