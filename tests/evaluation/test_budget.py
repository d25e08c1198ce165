"""The indicator budget: what a plan measures, what it asks of a unit, how much of that is mere attendance."""

import math

import pytest

from seedmetrics.evaluation import indicator_budget, read_plan
from seedmetrics.records import open_district
from tests.districts import write_district

PLAN = """\
name = "small"
title = { en = "Small", zh = "小" }
level = "township"
cadence = "quarter"
pillars = [{ name = "all", title = { en = "All", zh = "全" }, weight = 1 }]
indicators = [
    { name = "hotline.closure_rate", pillar = "all", weight = 3 },
    { name = "hotline.on_time_rate", pillar = "all", weight = 0 },
    { name = "organisation_life.theme_day_compliance", pillar = "all", weight = 1 },
]
[options.organisation_life]
frequencies = { theme_day = "month" }
"""
TABLES = {
    "cases": "case_id,unit,channel,opened,due,closed\n"
    "1,T1,one_stop,2025-02-01,2025-02-15,\n"
    "2,T1,one_stop,2025-08-01,2025-08-15,\n"
    "3,T1,one_stop,2024-08-01,2024-08-15,\n"
    "4,T2,one_stop,2025-08-01,2025-08-15,\n",
    "branches": "branch,unit,has_committee,has_groups\nB1,T1,no,no\nB2,T2,no,no\n",
    "meetings": "branch,kind,month,date\nB1,theme_day,2025-08,2025-08-03\nB1,theme_day,2024-08,2024-08-03\n",
}


@pytest.fixture
def budget(tmp_path):
    (tmp_path / "small.toml").write_text(PLAN, encoding="utf-8")
    district = open_district(write_district(tmp_path / "district", TABLES))
    return indicator_budget(read_plan(tmp_path / "small.toml"), district, "2025Q3")


def test_indicators_are_counted_and_those_that_make_up_the_score(budget):
    assert (budget.indicators, budget.counted) == (3, 2)


def test_what_is_asked_for_are_the_columns_of_the_tables_read(budget):
    # cases 14, branches 6, meetings 5
    assert (budget.tables, budget.items) == (3, 25)


def test_meetings_count_that_they_took_place(budget):
    assert budget.attendance == 1
    assert budget.attendance_weight == pytest.approx(0.25)


def test_rows_are_those_of_the_year_also_through_the_table_they_refer_to(budget):
    # T1: two cases of 2025, a branch, a meeting; T2: a case and a branch; T3: none
    assert budget.records == 2


def test_a_district_without_such_units_has_no_middle_one(tmp_path):
    (tmp_path / "small.toml").write_text(PLAN, encoding="utf-8")
    units = "code,name_zh,name_en,level\nD1,甲局,Jia Bureau,department\n"
    district = open_district(write_district(tmp_path / "district", {}, units=units))
    assert math.isnan(
        indicator_budget(read_plan(tmp_path / "small.toml"), district, "2025Q3").records
    )
