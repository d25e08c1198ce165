"""An evaluation is kept only where that was asked for, and found by district, plan and period."""

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from seedmetrics.evaluation import evaluate, find_plan, kept
from seedmetrics.indicators import find_indicator, registry
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


def test_a_plan_of_another_file_is_not_the_one_kept_though_it_says_the_same(folder):
    kept.keep_evaluations(str(folder), ["trial"], "2025Q4")
    (folder / "copy.toml").write_bytes((folder / "trial.toml").read_bytes())
    made = evaluate(open_district(folder), plan="copy", period="2025Q4")
    assert "copy.toml" in set(made.sources["file"])


def test_an_indicator_defined_anew_is_counted_anew(folder, monkeypatch):
    kept.keep_evaluations(str(folder), ["trial"], "2025Q4")
    district = open_district(folder)
    first = evaluate(district, period="2025Q4")
    known = find_indicator("hotline.closure_rate")

    def half(district, period, *, basis="due", channels=(), window="period"):
        units = district.units_at("township").index
        return pd.DataFrame({"numerator": 20.0, "denominator": 40.0}, index=units)

    monkeypatch.setitem(registry._REGISTER, known.name, dataclasses.replace(known, function=half))
    again = evaluate(district, period="2025Q4")
    assert again is not first
    assert (again.to_frame()[known.name] == 0.5).all()


def test_what_is_prepared_is_what_is_worked_out_when_asked_for(folder):
    made, prepared = (evaluate(open_district(folder), period="2025Q4") for _ in range(2))
    kept.prepare(prepared)
    assert prepared.group_rows("towns") is prepared.group_rows("towns")
    assert made.group_rows("towns") is not made.group_rows("towns")
    assert prepared.rankability == made.rankability
    for code in made.units.index:
        one, other = made.unit(code), prepared.unit(code)
        pd.testing.assert_frame_equal(one.indicators, other.indicators, check_exact=True)
        pd.testing.assert_frame_equal(one.pillars, other.pillars, check_exact=True)
        pd.testing.assert_frame_equal(one.next_steps, other.next_steps, check_exact=True)
        assert (one.peers, one.strengths, one.weaknesses) == (
            other.peers,
            other.strengths,
            other.weaknesses,
        )


def test_a_copy_of_what_is_prepared_with_other_rows_is_compared_by_its_own(folder):
    prepared = evaluate(open_district(folder), period="2025Q4")
    kept.prepare(prepared)
    rows = prepared.indicators.assign(value=prepared.indicators["value"] / 2)
    halved = dataclasses.replace(prepared, indicators=rows)
    before, after = (e.unit("T01").indicators["group_median"] for e in (prepared, halved))
    assert (after == before / 2).all()


COUNT = """\
import os, sys
from seedmetrics.evaluation.kept import keep_evaluations
[made] = keep_evaluations(sys.argv[1], ["trial"], "2025Q4")
print(len(made.league), len(os.listdir("/proc/self/task")))
"""


@pytest.mark.skipif(
    not Path("/proc/self/task").is_dir(), reason="threads are counted on Linux only"
)
def test_a_process_that_keeps_holds_one_thread_so_that_it_may_fork(folder):
    alone = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    ran = subprocess.run(
        [sys.executable, "-c", COUNT, str(folder)],
        env=os.environ | alone,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.split() == ["5", "1"]


def test_a_plan_is_read_once_and_anew_when_it_or_its_rules_are_written(folder, monkeypatch):
    kept.keep_evaluations(str(folder), ["trial"], "2025Q4")
    reads = []
    real = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda self: (reads.append(self.name), real(self))[1])
    district = open_district(folder)
    first = find_plan(district, "trial")
    assert find_plan(district, "trial") is first
    assert "trial.toml" not in reads
    file = folder / "trial.toml"
    file.write_text(file.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    again = find_plan(district, "trial")
    assert again.sha256 != first.sha256
    kept.forget()
    reads.clear()
    find_plan(district, "trial")
    assert "trial.toml" in reads


def test_nothing_of_a_plan_is_kept_unasked(folder):
    district = open_district(folder)
    assert find_plan(district, "trial") is not find_plan(district, "trial")
