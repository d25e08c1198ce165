"""A page in one file holds what it needs, asks for nothing, leads nowhere else, and is small enough to be sent."""

import base64
import hashlib
import html
import io
import re
from functools import cache
from html.parser import HTMLParser

import pytest
from fontTools.ttLib import TTFont

from seedmetrics.errors import SeedmetricsError
from seedmetrics.site.fonts import cut, drawable
from seedmetrics.site.sending import font_for, one_file
from tests.site.evil import EVIL, evil_reports

PAGES = [f"2025Q3/township/{n}.{lang}.html" for n in ("T01", "methods") for lang in ("en", "zh")]


class Page(HTMLParser):
    """What a page has in it."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


@cache
def font(reports):
    return font_for([reports / page for page in PAGES if (reports / page).is_file()])


@cache
def sent(reports, name):
    sheet = (reports / "assets" / "style.css").read_text(encoding="utf-8")
    text = (reports / name).read_text(encoding="utf-8")
    return one_file(text, sheet=sheet, font=font(reports), place=name)


def letters(text):
    data = re.search(r"font/woff2;base64,([A-Za-z0-9+/=]+)", text)
    return base64.b64decode(data[1])


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_loaded_and_no_link_leads_to_another_file(site, name):
    page = Page(sent(site.reports, name))
    for tag, attrs in page.tags:
        assert tag not in {"script", "iframe", "object", "embed", "base"}
        for attribute in ("src", "href", "data", "poster", "srcset"):
            way = attrs.get(attribute) or ""
            assert not way or way.startswith(("#", "data:")), (tag, way)
    assert not re.search(r"@import|url\((?!\"data:font/woff2;)", page.text)
    assert sum(tag == "style" for tag, _ in page.tags) == 1
    assert "nav" not in [tag for tag, attrs in page.tags if attrs.get("class") != "toc"]


@pytest.mark.parametrize("name", PAGES)
def test_links_within_the_page_stay_and_lead_somewhere(site, name):
    page = Page(sent(site.reports, name))
    ids = {attrs.get("id") for _, attrs in page.tags}
    ways = [attrs["href"] for tag, attrs in page.tags if tag == "a"]
    assert "#main" in ways
    assert {way[1:] for way in ways} <= ids


@pytest.mark.parametrize("name", PAGES)
def test_what_is_read_is_what_the_page_says(site, name):
    """Not one word is lost but the ways to other pages."""

    def words(text):
        inside = re.search(r"<main\b.*?</main>", text, re.DOTALL)[0]
        return html.unescape(re.sub(r"<[^>]+>", "", inside))

    before = (site.reports / name).read_text(encoding="utf-8")
    after = sent(site.reports, name)
    assert words(after) == words(before)
    assert after.count("<svg") == before.count("<svg")


def test_it_says_where_it_was_taken_from_in_its_language(site):
    for language, words in (("en", "a copy in one file"), ("zh", "单文件副本")):
        text = sent(site.reports, f"2025Q3/township/T01.{language}.html")
        footer = re.search(r'<footer class="foot">.*?</footer>', text, re.DOTALL)[0]
        assert words in footer
        assert f"2025Q3/township/T01.{language}.html" in footer
        assert ".ipynb" not in text


@pytest.mark.parametrize("name", PAGES)
def test_the_policy_allows_the_sheet_by_its_digest_and_nothing_else(site, name):
    text = sent(site.reports, name)
    policies = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert len(policies) == 1
    rules = dict(part.strip().split(" ", 1) for part in html.unescape(policies[0]).split(";"))
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert rules["default-src"] == "'none'"
    assert rules["style-src-elem"] == f"'sha256-{digest}'"
    assert rules["img-src"] == rules["font-src"] == "data:"
    assert "script-src" not in rules
    assert "file:" not in policies[0]
    # The policy stands before anything that it must hold for.
    assert text.index("Content-Security-Policy") < min(
        text.index(tag) for tag in ("<title", "<style", "<body")
    )


@pytest.mark.parametrize("name", PAGES)
def test_the_font_has_the_letters_of_the_page_and_no_others(site, name):
    text = sent(site.reports, name)
    with TTFont(io.BytesIO(letters(text))) as made:
        known = set(made.getBestCmap())
    said = {ord(c) for c in drawable(Page(text).text) if ord(c) > 127}
    assert said - known == set()
    page = html.unescape((site.reports / name).read_text(encoding="utf-8"))
    assert known <= {ord(c) for c in page} | {ord(c) for c in text}
    assert len(letters(text)) < len(font(site.reports))


def test_letters_cut_from_the_font_of_several_pages_are_those_cut_from_the_whole_one(site):
    wanted = set("松岭镇96.0%“”，（）Town")
    assert cut(wanted, source=font(site.reports)) == cut(wanted)


def test_a_letter_that_the_font_of_several_pages_lacks_is_cut_from_the_whole_one():
    page = '<html lang="zh"><head></head><body>龘</body></html>'
    with TTFont(io.BytesIO(letters(one_file(page, sheet="", font=cut("禾").woff2)))) as made:
        assert ord("龘") in made.getBestCmap()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_sent_by_mail(site, name):
    text = sent(site.reports, name)
    size = len(letters(text))
    assert len(text.encode()) < 500_000
    assert size < 3_000 + 140 * len(drawable(text)), "about 130 bytes for each Chinese letter"
    if ".en." in name:
        assert size < 20_000


def test_the_same_page_gives_the_same_bytes(site):
    assert sent.__wrapped__(site.reports, PAGES[0]) == sent(site.reports, PAGES[0])


def test_names_that_would_run_stay_text(tmp_path):
    reports = evil_reports(tmp_path / "reports")
    text = sent(reports, "2025Q3/township/methods.en.html")
    page = Page(text)
    assert not [a for _, attrs in page.tags for a in attrs if a.startswith("on")]
    assert "script" not in {tag for tag, _ in page.tags}
    assert EVIL[0] in page.text
    assert "javascript:" not in "".join(attrs.get("href") or "" for _, attrs in page.tags)


def test_a_tag_in_an_attribute_is_not_taken_for_one():
    page = (
        '<html lang="en"><head><meta http-equiv="Content-Security-Policy" content="x"></head><body>'
        "<p title='<a href=\"b.html\">' data-x=\"</a><a href='c.html'>\">"
        '<a class="k" href="d.html?a>b" lang="zh">d</a> <A HREF=e.html>e</A> <a href="#f">f</a></p></body></html>'
    )
    made = one_file(page, sheet="")
    assert "<p title='<a href=\"b.html\">' data-x=\"</a><a href='c.html'>\">" in made
    assert '<span class="k" lang="zh">d</span> <span>e</span> <a href="#f">f</a>' in made


@pytest.mark.parametrize(
    ("page", "sheet", "said"),
    [
        ("<head></head><script>1</script>", "", "cannot be sent as one file"),
        ("<p>no head</p>", "", "cannot be sent as one file"),
        ("<head></head>", "a{}</style><script>", "style sheet holds"),
    ],
)
def test_what_cannot_be_one_file_is_refused(page, sheet, said):
    with pytest.raises(SeedmetricsError, match=said):
        one_file(page, sheet=sheet)
