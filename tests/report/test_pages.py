"""Pages are whole, escaped, alike each time and light, and bear every corner case in both languages."""

import re

import pytest

from seedmetrics.errors import SeedmetricsError
from seedmetrics.report import Html, __all__, unit_report
from seedmetrics.report.html import NOTEBOOK_STYLESHEET, STYLESHEET, notebook_style
from tests.report.fake import Fake, evaluation
from tests.report.pages import (
    closure_sections,
    joined,
    league_sections,
    outline,
    robustness_sections,
    seen,
    unit_sections,
)

LANGUAGES = ("en", "zh")
EVIL = '<script>alert("x")</script> & Town'

CORNERS = {
    "two groups of five and one": (Fake(groups={"towns": 5, "zones": 1}), "T03"),
    "alone in its group": (Fake(groups={"towns": 5, "zones": 1}), "Z01"),
    "two units": (Fake(groups={"towns": 2}), "T01"),
    "twenty-two units": (Fake(groups={"wards": 22}, cases=25), "W11"),
    "too few cases": (Fake(few={"T02": 3}), "T02"),
    "no case at all": (Fake(few={"T02": 0}), "T02"),
    "no closure, no tiers, no targets": (Fake(closure=False, tiers=False, targets=False), "T01"),
    "one period": (Fake(quarters=("2025Q4",)), "T01"),
    "one indicator": (Fake(second=False), "T05"),
    "nothing this quarter": (Fake(quarters=("2025Q3",)), "T01"),
}


def check(markup: str, language: str) -> None:
    """Ask of a page what every page must be."""
    found = outline(markup)
    assert found.wrong == []
    assert found.stack == []
    assert found.tags.count("h1") == 1
    assert "script" not in found.tags
    assert len(found.ids) == len(set(found.ids))
    text = seen(markup)
    assert not re.search(r"\bnan\b|NaN|None|NaT|\{\w+\}", text), re.findall(
        r".{30}(?:nan|NaN|None|\{\w+\}).{20}", text
    )
    for tag, attributes in found.attributes:
        if tag == "svg":
            assert attributes.get("aria-hidden") or attributes.get("aria-label")
        if tag == "th":
            assert attributes.get("scope") in {"col", "row", "rowgroup"}
        if tag == "section":
            assert attributes["aria-labelledby"] in found.ids
        if tag == "div" and attributes.get("class") == "seedmetrics":
            assert attributes["lang"] == ("zh-Hans" if language == "zh" else "en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CORNERS)
def test_a_unit_s_page_bears(case, language, tmp_path):
    fake, unit = CORNERS[case]
    made = evaluation(tmp_path, fake)
    check(joined(unit_sections(made, unit, language)), language)
    check(joined(league_sections(made, language)), language)
    check(joined(closure_sections(made, language)), language)
    check(joined(robustness_sections(made, language)), language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("unit", ["T01", "T10", "O01", "Z02"])
def test_the_sample_s_units_have_sound_pages(township, unit, language):
    check(joined(unit_sections(township, unit, language)), language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("unit", ["C01", "C07"])
def test_the_sample_s_alliances_have_sound_pages(alliance, unit, language):
    check(joined(unit_sections(alliance, unit, language)), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sample_s_league_and_closure_have_sound_pages(township, language):
    check(joined(league_sections(township, language)), language)
    check(joined(closure_sections(township, language)), language)


def test_text_out_of_the_records_is_escaped(tmp_path):
    fake = Fake(
        names={"T01": EVIL, "T02": EVIL}, reason=EVIL.replace('"', "'"), title="<b>Plan</b>"
    )
    made = evaluation(tmp_path, fake)
    for language in LANGUAGES:
        for sections in (
            unit_sections(made, "T01", language),
            league_sections(made, language),
            closure_sections(made, language),
        ):
            markup = joined(sections)
            assert "<script" not in markup
            assert "<b>Plan" not in markup
            assert "&lt;script&gt;" in markup


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_input_gives_the_same_bytes(township, language):
    assert unit_sections(township, "T01", language) == unit_sections(township, "T01", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_unit_s_page_is_light(township, language):
    markup = joined(unit_sections(township, "T02", language))
    assert len(markup.encode()) < 300_000


def test_small_counts_are_withheld_and_said_to_be(tmp_path):
    made = evaluation(tmp_path, Fake(few={"T02": 4}))
    text = seen(joined(unit_sections(made, "T02", "en")))
    assert "Withheld: fewer than five" in text
    assert "is not ranked this quarter: too little was recorded" in text
    counts = made.closure.counts.set_index(["period", "unit"]).loc[("2025Q4", "T02")]
    assert f"{counts['closed']} of {counts['due']}" not in text


def test_nothing_due_and_missing_are_words_and_never_zero(tmp_path):
    made = evaluation(tmp_path, Fake(few={"T02": 0}))
    text = seen(unit_report(made, unit="T02", language="en").indicator_table().markup)
    assert (
        "Missing: no records received. Missing is not zero" in text
        or "Nothing due in the period" in text
    )
    assert "0.0%" not in text


def test_every_figure_has_its_numbers_in_a_table_and_says_its_finding(township):
    markup = joined(unit_sections(township, "T01", "en"))
    figures = re.findall(r"<figure>.*?</figure>", markup, flags=re.DOTALL)
    assert len(figures) == 8
    for figure in figures:
        title = re.search(r"<h3>(.*?)</h3>", figure)
        assert title is not None
        assert title[1] in figure.split("aria-label=")[1][:900]
        assert "Figures behind the chart" in figure
        assert '<th scope="row">' in figure
        assert re.search(r'aria-label="[^"]*\d', figure)


def test_names_are_in_the_language_of_the_page(township):
    english = seen(unit_report(township, unit="T01", language="en").standing().markup)
    chinese = seen(unit_report(township, unit="T01", language="zh").standing().markup)
    assert "Qinghe Town" in english
    assert not re.search("[一-鿿]", english)
    assert "清禾镇" in chinese
    assert "Town" not in chinese


def test_links_at_the_top_lead_to_sections_that_are_there(township, alliance):
    for made, unit in ((township, "T01"), (alliance, "C01")):
        page = unit_report(made, unit=unit, language="en")
        markup = joined(unit_sections(made, unit, "en"))
        for name in page.sections:
            assert f'id="{name}"' in markup


def test_no_file_of_the_machine_is_named(township):
    markup = joined(unit_sections(township, "T01", "en"))
    assert str(township.district.folder) not in markup
    assert "seedmetrics evaluate data/sample --plan township --period 2025Q4 --unit T01" in seen(
        markup
    )


def test_a_district_s_own_language_is_the_default(township):
    assert unit_report(township, unit="T01").view.language == "zh"


def test_a_unit_or_language_that_is_not_there_is_refused(five):
    with pytest.raises(SeedmetricsError, match=r"no unit 'X9' in the plan 'trial'.*T01"):
        unit_report(five, unit="X9")
    with pytest.raises(SeedmetricsError, match="'en' or 'zh'"):
        unit_report(five, unit="T01", language="de")


def test_what_is_shown_as_text_is_the_finding(five):
    section = unit_report(five, unit="T01", language="en").boards()
    assert isinstance(section, Html)
    assert repr(section).startswith("Html: ")
    assert section._repr_html_() == section.markup


def test_a_notebook_gets_the_sheet_for_our_sections_only():
    style = notebook_style()
    rules = re.sub(r"\s+", " ", style)
    assert rules.startswith("<style data-seedmetrics>.seedmetrics { --paper: #fdfcfa;")
    assert '[data-jp-theme-light="false"] .seedmetrics' in rules
    assert "prefers-color-scheme" not in rules
    assert "body {" not in rules
    assert ":root" not in rules
    assert rules.count("{") == rules.count("}")
    assert "</style>" not in rules[:-8]


def test_a_page_s_sheet_has_no_rule_of_the_notebook():
    sheet = STYLESHEET.read_text("utf-8")
    assert "&" not in sheet
    assert sheet.count("{") == sheet.count("}")
    assert NOTEBOOK_STYLESHEET.read_text("utf-8").count("{") > 5
    # The accent says which, never good or bad: neither red nor green is named.
    assert not re.search(r"\b(red|green|crimson|lime)\b", sheet)


def test_public_names_are_true_and_sorted():
    import seedmetrics.report as module

    assert list(__all__) == sorted(__all__)
    assert all(hasattr(module, name) for name in __all__)
