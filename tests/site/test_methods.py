"""The methods page says everything that a plan decides, and the data quality page everything that was found."""

import json
import shutil

import pytest

from seedmetrics.evaluation import evaluate
from seedmetrics.records import open_district
from seedmetrics.report.words import Words
from seedmetrics.site import build_site, write_tables
from seedmetrics.site.editions import read_editions
from seedmetrics.site.facts import read_facts
from seedmetrics.site.publish import _facts
from seedmetrics.site.recording import write_edition
from tests.conftest import ROOT
from tests.site.test_index import Reader


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """Return the sample district's plans as a run records them, and the pages made of that."""
    reports = tmp_path_factory.mktemp("sample")
    district = open_district(ROOT / "data" / "sample")
    evaluations = [evaluate(district, plan=name) for name in district.plans]
    facts = _facts(district, evaluations, ("en", "zh"))
    (reports / "site.json").write_text(json.dumps(facts), encoding="utf-8")
    for evaluation, plan in zip(evaluations, facts["plans"], strict=True):
        write_edition(reports, evaluation, plan)
    write_tables(reports / "tables", {"problems": district.problems, "sources": district.sources})
    build_site(reports)
    return reports, evaluations


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_indicator_has_definition_weight_source_target_and_floor(sample, language):
    reports, evaluations = sample
    words = Words(language)
    for evaluation in evaluations:
        plan = evaluation.plan
        page = reports / str(evaluation.period) / plan.name / f"methods.{language}.html"
        text = Reader(page).text
        weights = plan.plan_weights()
        for entry in plan.indicators:
            named = words.indicator(entry.name, entry.title)
            row = text[text.index(f" {entry.name} ") :]
            assert named.label in text
            assert named.definition in row
            if weights[entry.name] > 0:
                assert f"{100 * weights[entry.name]:.1f}".removesuffix(".0") in row[:900]
            for value in (entry.target, entry.floor):
                if value is not None and named.kind == "share":
                    assert f"{100 * value:g}%" in row[:900]
        for pillar in plan.pillars:
            assert pillar.title[language] in text
        for source in evaluation.sources["sha256"]:
            assert source in text
        assert page.stat().st_size < 120_000


def test_rules_of_the_plan_are_said(sample):
    reports, _ = sample
    text = Reader(reports / "2025Q4" / "township" / "methods.en.html").text
    assert "The score is at most 85 while cases closed is below 70%." in text
    assert "The tier is no better than second while cases closed is below 50%." in text
    assert "By quota within each group: 20% first, 60% second and 20% third." in text
    assert "80 points for what the records of the year up to the period give as a whole." in text
    assert "Cases whose due date falls in the period and has passed" in text
    assert "A share of fewer than 5 is not scored." in text
    assert "within_hours = 24" in text
    assert "village_ratings" in text
    chinese = Reader(reports / "2025Q4" / "township" / "methods.zh.html").text
    assert "诉求办结低于70%时，总分不超过85分。" in chinese
    assert "20%" in chinese


def test_what_a_run_records_is_read_back(sample):
    reports, evaluations = sample
    editions = read_editions(reports, read_facts(reports))
    assert [edition.plan.name for edition in editions] == [e.plan.name for e in evaluations]
    township, evaluation = editions[0], evaluations[0]
    assert township.periods == tuple(str(period) for period in evaluation.periods)
    league = township.league("2025Q4")
    known = evaluation.league.dropna(subset="rank").set_index("unit")
    assert league.dropna(subset="rank").set_index("unit")["score"].round(9).to_dict() == (
        known["score"].round(9).to_dict()
    )
    assert set(township.standings["period"]) == set(township.periods)


def test_small_counts_of_cases_stay_withheld_in_the_league(sample):
    reports, evaluations = sample
    evaluation = evaluations[0]
    standings = read_editions(reports, read_facts(reports))[0].standings
    due = standings["due"].dropna()
    assert (due >= evaluation.plan.minimum_denominator).all() or (due == 0).any()
    assert ((due == 0) | (due >= evaluation.plan.minimum_denominator)).all()


def test_problems_are_grouped_by_kind_the_most_serious_first(site):
    reader = Reader(site.reports / "data-quality.html")
    text = reader.text
    assert "38 problems kept rows or columns out; 112 values were mended" in text
    order = ["=1+1", "Closed before it was opened", "A unit spelled another way"]
    places = [text.index(part) for part in order]
    assert places == sorted(places)
    assert "cases.csv, row 9 and cases.csv, row 12" in text
    assert "ab" * 32 in text
    assert "tables/problems.csv" in reader.links()
    chinese = Reader(site.reports / "data-quality.zh.html").text
    assert "办结早于受理" in chinese
    assert "cases.csv第9行" in chinese


def test_records_without_a_problem_are_said_to_be_that(site, tmp_path):
    copy = shutil.copytree(site.reports, tmp_path / "reports")
    facts = json.loads((copy / "site.json").read_text(encoding="utf-8"))
    facts["problems"] |= {"refused": 0, "mended": 0, "noted": 0}
    (copy / "site.json").write_text(json.dumps(facts), encoding="utf-8")
    (copy / "tables" / "problems.csv").unlink()
    build_site(copy)
    text = Reader(copy / "data-quality.html").text
    assert "Nothing had to be refused or mended" in text
    assert "Nothing was refused, mended or noted while reading." in text
