"""The page on what a ranking depends on says which cause leaves most open, in both languages."""

from dataclasses import replace

import pytest

from seedmetrics.report import findings, robustness_report
from seedmetrics.report.robustness_page import open_places, robust_headline
from seedmetrics.report.view import View
from tests.report.fake import Fake, evaluation
from tests.report.pages import joined, outline, robustness_sections, seen

LANGUAGES = ("en", "zh")


@pytest.fixture(scope="module")
def page(township):
    return robustness_report(township, language="en")


def test_the_headline_names_the_larger_of_chance_and_choices(page):
    view, groups = page.view, page.groups
    largest = max(groups, key=lambda g: len(g.ranks))
    chance, choices = (open_places(largest, cause) for cause in ("chance", "choices"))
    text = page.heading().finding
    assert text.startswith("Chance alone leaves" if chance >= choices else "Other choices")
    for value in (chance, choices):
        assert view.numbers.points(value) in text


def test_if_chance_left_less_open_the_choices_come_first(page):
    group = page.groups[0]
    sure = group.ranks.assign(chance_low=group.ranks["rank"], chance_high=group.ranks["rank"])
    wide = sure.assign(choices_low=1, choices_high=len(sure))
    text = robust_headline(page.view, [replace(group, ranks=wide)])
    assert text.startswith("Other choices in the plan would leave")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_ranked_unit_has_a_row_with_four_strips(township, language):
    view = View.of(township, language)
    found = outline(robustness_report(township, language=language).places().markup)
    strips = [a for tag, a in found.attributes if tag == "td" and a.get("class") == "strip"]
    ranked = view.standings()["rank"].notna().sum()
    assert len(strips) == 4 * ranked
    assert all(strip["data-label"] for strip in strips)


@pytest.mark.parametrize(
    ("value", "degree", "words"),
    [
        (0.31, "poor", "cannot be ranked"),
        (0.5, "moderate", "ranks tell something, but not much"),
        (0.75, "moderate", "ranks tell something, but not much"),
        (0.9, "good", "single places are less sure"),
    ],
)
def test_that_units_cannot_be_ranked_is_an_answer(page, value, degree, words):
    assert findings.rankability_degree(value) == degree
    assert words in findings.rankability_text(page.view, page.groups[0].group, value)


def test_a_league_that_cannot_be_ranked_says_so_at_its_top(tmp_path, monkeypatch):
    made = evaluation(tmp_path, Fake())
    monkeypatch.setitem(made.rankability, "towns", 0.2)
    view = View.of(made, "en")
    assert "cannot be ranked" in findings.unrankable(view, "towns")
    from seedmetrics.report import league_report

    assert "cannot be ranked" in seen(league_report(made, language="en").heading().markup)
    monkeypatch.setitem(made.rankability, "towns", 0.8)
    assert findings.unrankable(view, "towns") == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_ranking_the_page_says_so_and_shows_how_it_was_made(tmp_path, language):
    made = evaluation(tmp_path, Fake(groups={"zones": 1}))
    page = robustness_report(made, language=language)
    assert page.sections == ("made",)
    expected = "no ranking that could depend" if language == "en" else "谈不上名次取决于什么"
    assert expected in seen(page.places().markup)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_page_has_the_same_bytes(five, language):
    assert joined(robustness_sections(five, language)) == joined(
        robustness_sections(five, language)
    )
