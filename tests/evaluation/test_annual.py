"""The year's score and grade: what its records give, what the contest feeds in, quotas, rounding, vetoes."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from seedmetrics.errors import PlanError
from seedmetrics.evaluation import evaluate, read_plan
from seedmetrics.records import open_district
from tests.districts import write_district
from tests.evaluation.test_evaluate import PLAN as QUARTERLY
from tests.evaluation.test_evaluate import cases

ANNUAL = (
    QUARTERLY
    + """
[[indicators]]
name = "arena.annual_points"
pillar = "speed"
weight = 0
low = 0
high = 20

[options.arena]
components = { site_tour = 1.0 }
judge_groups = { leaders = 1.0 }
points = 20
trim = 0

[annual]
scores = 80
points = ["arena.annual_points"]

[annual.grades]
quotas = [0.34, 0.33]
rounding = "half-up"
at_ties = "up"
names = { en = ["excellent", "good", "fair"], zh = ["优秀", "良好", "一般"] }
"""
)
MARKS = {"T1": 90, "T2": 80, "T3": 70}


def opened(folder, plan=ANNUAL, *, marks=MARKS, as_of="2025-10-15"):
    rows = [
        *cases("T1", 100, 90, 50, "05"), *cases("T1", 100, 80, 50), *cases("T2", 100, 95, 90, "05"),
        *cases("T2", 100, 95, 90), *cases("T3", 100, 70, 10, "05"), *cases("T3", 100, 60, 10),
    ]  # fmt: skip
    tables = {
        "cases": "\n".join(["case_id,unit,channel,opened,due,closed", *rows]) + "\n",
        "rounds": "round,level,period,date\nQ,township,2025Q3,2025-10-01\n",
        "marks": "round,unit,component,judge,judge_group,mark\n"
        + "".join(
            f"Q,{u},site_tour,J{j},leaders,{m + j}\n" for u, m in marks.items() for j in (-1, 0, 1)
        ),
    }
    folder = write_district(folder, tables, more='plans = ["small"]', as_of=as_of)
    (folder / "small.toml").write_text(plan, encoding="utf-8")
    return open_district(folder)


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    evaluation = evaluate(opened(tmp_path_factory.mktemp("year")), period="2025Q3")
    return evaluation, evaluation.annual.set_index("unit")


def test_the_year_is_what_its_records_give_as_a_whole_and_the_points_fed_in(year):
    _, table = year
    # T1 closed 90 of 100 in spring and 80 of 100 in summer, half of them on time: 170 and 100 of 200
    closed, on_time = 170 / 200, 100 / 200
    score = (3 * 100 * (closed - 0.5) / 0.5 + 1 * 100 * on_time) / 4
    assert table.loc["T1", "year_score"] == pytest.approx(score)
    assert table.loc["T1", "points"] == pytest.approx(90 * 20 / 100)
    assert table.loc["T1", "score"] == pytest.approx(0.8 * score + 18)


def test_how_many_periods_are_shown_changes_no_grade(tmp_path, year):
    few = ANNUAL.replace('cadence = "quarter"', 'cadence = "quarter"\nhistory = 1')
    found = evaluate(opened(tmp_path, few), period="2025Q3").annual
    pd.testing.assert_frame_equal(found, year[0].annual)


def test_a_unit_of_which_too_little_is_on_record_has_no_year(tmp_path):
    found = opened(tmp_path)
    rows = found.table("cases")
    without = dataclasses.replace(
        found, tables={**found.tables, "cases": rows[rows["unit"] != "T2"]}
    )
    table = evaluate(without, period="2025Q3").annual.set_index("unit")
    assert np.isnan(table.loc["T2", "score"])
    assert np.isnan(table.loc["T2", "grade"])
    assert table.loc[["T1", "T3"], "grade"].tolist() == [1, 2]


def test_grades_are_given_within_each_group(tmp_path):
    found = opened(tmp_path)
    units = found.units.assign(group=["towns", "towns", "streets", *found.units["group"].iloc[3:]])
    parted = evaluate(dataclasses.replace(found, units=units), period="2025Q3").annual
    grades = parted.set_index("unit")["grade"]
    # of two towns 34% is one place, and of one street none: 0.34 rounds down
    assert grades[["T1", "T2"]].tolist() in ([1, 2], [2, 1])
    assert grades["T3"] > 1


def test_grades_go_by_quota_and_rank_by_score(year):
    _, table = year
    best = table.sort_values("rank")
    assert best["grade"].tolist() == [1, 2, 3]
    assert best["score"].is_monotonic_decreasing


def test_the_interval_holds_the_score_and_widens_with_the_judges(year):
    _, table = year
    assert (table["low"] < table["score"]).all()
    assert (table["score"] < table["high"]).all()


def test_a_unit_that_was_not_judged_has_no_year_and_no_grade(tmp_path):
    found = evaluate(opened(tmp_path, marks={"T1": 90, "T2": 80}), period="2025Q3").annual
    table = found.set_index("unit")
    assert np.isnan(table.loc["T3", "score"])
    assert np.isnan(table.loc["T3", "grade"])
    assert table.loc[["T1", "T2"], "grade"].notna().all()


def test_a_veto_holds_the_grade_and_not_the_score(tmp_path, year):
    veto = '\n[[annual.vetoes]]\nindicator = "hotline.closure_rate"\nbelow = 0.96\ngrade = 2\n'
    table = evaluate(opened(tmp_path, ANNUAL + veto), period="2025Q3").annual.set_index("unit")
    assert table["grade"].min() == 2
    assert table["vetoed"].sum() == 1
    pd.testing.assert_series_equal(table["score"], year[1]["score"])


def test_a_plan_without_a_year_has_none(tmp_path):
    assert evaluate(opened(tmp_path, QUARTERLY), period="2025Q3").annual.empty


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('points = ["arena.annual_points"]', 'points = ["arena.points"]'), "not among the plan"),
        (('cadence = "quarter"', 'cadence = "year"'), "the cadence of this plan is the year"),
        (("scores = 80", "score = 80"), "did you mean 'scores'"),
        (
            ("[annual.grades]\nquotas = [0.34, 0.33]", "[annual.grades]\nquota = [0.34]"),
            "did you mean 'quotas'",
        ),
    ],
)
def test_a_year_that_cannot_be_meant_is_refused(tmp_path, change, says):
    (tmp_path / "small.toml").write_text(ANNUAL.replace(*change), encoding="utf-8")
    with pytest.raises(PlanError, match=says):
        read_plan(tmp_path / "small.toml")
