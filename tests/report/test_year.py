"""The year so far and the indicator budget, as the league's page says them."""

import dataclasses
import re

import pytest

from seedmetrics.evaluation import Evaluation, evaluate, indicator_budget
from seedmetrics.records import District
from seedmetrics.report import league_report
from tests.report.pages import Outline


def said(markup: str) -> str:
    outline = Outline()
    outline.feed(markup)
    return " ".join(" ".join(outline.text).split())


@pytest.mark.parametrize(("language", "words"), [("en", "The year so far"), ("zh", "年度累计")])
def test_the_year_is_in_the_contents_of_the_league(
    township: Evaluation, language: str, words: str
) -> None:
    page = league_report(township, language=language)
    assert "year" in page.sections
    assert words in said(page.heading().markup)


def test_every_unit_with_a_year_has_score_interval_and_grade(township: Evaluation) -> None:
    text = said(league_report(township, language="en").year().markup)
    for row in township.annual[township.annual["score"].notna()].itertuples():
        assert f"{row.score:.1f}" in text
        assert township.district.unit_name(row.unit, "en") in text
    assert "Excellent" in text


def test_a_unit_without_a_year_says_why_and_has_no_grade(township: Evaluation) -> None:
    lost = township.annual.copy()
    lost.loc[lost["unit"] == "T03", ["year_score", "score", "low", "high", "grade"]] = float("nan")
    changed = dataclasses.replace(township)
    vars(changed)["annual"] = lost
    page = league_report(changed, language="en")
    row = re.search(r'<tr><th scope="row">Nansang Town</th>(.*?)</tr>', page.year().markup)
    assert row is not None
    assert "No score: too little is on record" in row[1]


def test_the_rule_of_the_grades_is_said_with_what_rests_on_its_rounding(
    township: Evaluation,
) -> None:
    text = said(league_report(township, language="en").year().markup)
    assert "rounded half up" in text
    moved = int(township.annual["would_differ"].sum())
    assert ("Another rounding rule" in text) == (moved > 0)
    assert "the source did not confirm" in text


def test_grades_are_named_in_the_language_of_the_page(township: Evaluation) -> None:
    assert "优秀" in said(league_report(township, language="zh").year().markup)


def test_a_plan_that_sums_up_no_year_says_so(alliance: Evaluation) -> None:
    page = league_report(alliance, language="en")
    assert "year" not in page.sections
    assert page.year().markup == ""
    assert "sums up no year" in page.year().finding


def test_the_budget_says_what_is_measured_asked_for_and_mere_attendance(
    township: Evaluation,
) -> None:
    budget = indicator_budget(township.plan, township.district, township.period)
    text = said(league_report(township, language="en").asked().markup)
    assert f"{budget.indicators} indicators; {budget.counted} make up the score" in text
    assert f"{budget.items} data items in {budget.tables} tables" in text
    assert f"{budget.attendance} indicators count that something took place" in text


def test_a_budget_without_rows_by_unit_names_no_middle_unit(township: Evaluation) -> None:
    district = dataclasses.replace(township.district, tables={})
    without = dataclasses.replace(township, district=district)
    assert "middle unit" in said(league_report(township, language="en").asked().markup)
    assert "middle unit" not in said(league_report(without, language="en").asked().markup)


def test_each_plan_shows_the_judges_of_its_own_contest(
    township: Evaluation, district: District
) -> None:
    departments = evaluate(district, plan="department", period="2025H2")
    for evaluation, count in ((township, 17), (departments, 12)):
        rows = re.findall(
            r"<tr><th scope=\"row\">.*?</tr>",
            league_report(evaluation, language="en").judges().markup,
        )
        assert len(rows) == 3
        assert all(f'<td class="r">{count}</td>' in row for row in rows)
