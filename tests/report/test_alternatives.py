"""Who does not see a figure is told what it shows: its finding, in the words of its title, and more than that."""

import html
import re

import pytest

from tests.report.fake import Fake, evaluation
from tests.report.pages import (
    closure_sections,
    joined,
    league_sections,
    robustness_sections,
    unit_sections,
)

CORNERS = {
    "two groups": Fake(groups={"towns": 5, "zones": 3}, quarters=("2025Q2", "2025Q3", "2025Q4")),
    "evil": Fake(names={"T01": 'O\'Neil "<b>" & Town'}),
    "few cases": Fake(few={"T02": 3}),
}


def figures(markup: str) -> list[tuple[str, str]]:
    """Return title and alternative text of every figure."""
    found = []
    for figure in re.findall(r"<figure\b.*?</figure>", markup, re.DOTALL):
        titles = re.findall(r"<h3\b[^>]*>(.*?)</h3>", figure, re.DOTALL)
        labels = re.findall(r'<svg role="img" aria-label="([^"]*)"', figure)
        assert len(titles) == len(labels) == 1, figure[:300]
        title = html.unescape(re.sub(r"<[^>]+>", "", titles[0])).strip()
        found.append((title, html.unescape(labels[0])))
    return found


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("corner", CORNERS)
def test_every_figure_says_its_finding_and_more(tmp_path, corner, language):
    whole = evaluation(tmp_path / "d", CORNERS[corner])
    pages = {
        "unit": unit_sections(whole, "T01", language),
        "closure": closure_sections(whole, language),
        "league": league_sections(whole, language),
        "robustness": robustness_sections(whole, language),
    }
    count = 0
    for page, sections in pages.items():
        for title, text in figures(joined(sections)):
            assert title, page
            assert title in text, f"{page}: {title!r} is not in {text!r}"
            assert len(text) > len(title) + 5, "the kind of figure, and the numbers it shows"
            count += 1
    assert count >= 5


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_two_figures_of_a_page_are_told_alike(tmp_path, language):
    whole = evaluation(tmp_path / "d", CORNERS["two groups"])
    for sections in (closure_sections(whole, language), unit_sections(whole, "T01", language)):
        texts = [text for _, text in figures(joined(sections))]
        assert len(texts) == len(set(texts)) > 1


def test_a_drawing_without_a_text_of_its_own_is_hidden_and_stands_beside_words(tmp_path):
    whole = evaluation(tmp_path / "d", CORNERS["two groups"])
    markup = joined(unit_sections(whole, "T01", "en") + closure_sections(whole, "en"))
    for tag in re.findall(r"<svg\b[^>]*>", markup):
        assert ('aria-hidden="true"' in tag) != ('role="img"' in tag), tag
