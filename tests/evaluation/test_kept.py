"""An evaluation is kept only where that was asked for, and found by district, plan and period."""

import pytest

from seedmetrics.evaluation import evaluate, find_plan, kept
from seedmetrics.records import kept as kept_districts
from seedmetrics.records import open_district
from tests.report.fake import Fake, write


@pytest.fixture(autouse=True)
def nothing_kept():
    yield
    kept.forget()
    kept_districts.forget()


@pytest.fixture
def folder(tmp_path):
    return write(tmp_path / "d", Fake())


def test_nothing_is_kept_unasked(folder):
    district = open_district(folder)
    assert evaluate(district) is not evaluate(district)


def test_a_notebook_s_two_calls_find_what_was_kept(folder):
    kept.keep_evaluations(str(folder), ["trial"], "2025Q4")
    district = open_district(folder)
    first = evaluate(district, plan="trial", period="2025Q4")
    assert evaluate(district, plan="trial", period="2025Q4") is first
    assert evaluate(open_district(folder), period="2025Q4") is first


def test_another_period_another_plan_and_another_district_are_made_anew(folder, tmp_path):
    kept.keep_evaluations(str(folder), ["trial"], "2025Q4")
    district = open_district(folder)
    first = evaluate(district, period="2025Q4")
    assert evaluate(district, period="2025Q3") is not first
    changed = find_plan(district, "trial").model_copy(update={"confidence_level": 0.9})
    other = evaluate(district, plan=changed, period="2025Q4")
    assert other is not first
    assert other.plan.confidence_level == 0.9
    twin = open_district(write(tmp_path / "e", Fake()))
    assert evaluate(twin, period="2025Q4") is not first


def test_a_plan_written_anew_is_not_the_one_kept(folder):
    kept.keep_evaluations(str(folder), ["trial"], "2025Q4")
    first = evaluate(open_district(folder), period="2025Q4")
    file = folder / "trial.toml"
    file.write_text(file.read_text("utf-8").replace("low = 0.5", "low = 0.4"), encoding="utf-8")
    again = evaluate(open_district(folder), period="2025Q4")
    assert again is not first
    assert (again.scores["score"].dropna() != first.scores["score"].dropna()).any()


def test_plans_of_another_cadence_are_passed_over(folder):
    kept.keep_evaluations(str(folder), ["trial"], "2025")
    district = open_district(folder)
    assert evaluate(district) is not evaluate(district)


def test_what_is_kept_equals_what_is_made(folder):
    made = evaluate(open_district(folder), period="2025Q4")
    kept.keep_evaluations(str(folder), ["trial"], "2025Q4")
    found = evaluate(open_district(folder), period="2025Q4")
    assert found.indicators.equals(made.indicators)
    assert found.standings.equals(made.standings)
