"""Names of units, groups, plans, tiers, files, and what an error says, are text on every page, whatever they say."""

import html.parser
import json
import re

import pytest

from seedmetrics.site.finding import script_json
from tests.site.evil import EVIL, evil_reports, spoiled
from tests.site.small_site import site_facts

OWN = {
    "html", "head", "meta", "title", "link", "body", "a", "div", "header", "nav", "ul", "ol", "li", "main", "h1", "h2",
    "h3", "p", "b", "small", "dl", "dt", "dd", "section", "table", "caption", "thead", "tbody", "tr", "th", "td", "i",
    "span", "svg", "defs", "path", "use", "text", "circle", "footer", "label", "input", "select", "option", "details",
    "summary", "code", "pre", "br", "script",
}  # fmt: skip


class Tags(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found, self.data = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.data.append(data)


@pytest.fixture(scope="module")
def evil_site(tmp_path_factory):
    return evil_reports(tmp_path_factory.mktemp("evil") / "reports")


def test_no_text_becomes_an_element_an_attribute_or_a_link(evil_site):
    pages = sorted(evil_site.rglob("*.html"))
    names = {page.name.split(".")[0] for page in pages}
    assert {"index", "methods", "data-quality", "failures", "T01"} <= names
    for page in pages:
        tags = Tags(page.read_text(encoding="utf-8")).found
        assert {tag for tag, _ in tags} <= OWN, page
        for tag, attrs in tags:
            assert not [name for name in attrs if name.startswith("on") or name == "style"], page
            if attrs.get("rel") != "icon":
                assert not re.match(r"\s*(javascript|data|https?):", attrs.get("href") or ""), page
            if tag == "script":
                assert set(attrs) <= {"type", "id"}
        scripts = sum(tag == "script" and "type" not in attrs for tag, attrs in tags)
        assert scripts == (page.name.startswith("index")), page
        assert sum(tag == "title" for tag, _ in tags) == 1
        assert sum(tag == "h1" for tag, _ in tags) == 1


def test_every_name_is_read_as_it_was_written(evil_site):
    facts = spoiled(site_facts())
    text = "".join(Tags((evil_site / "index.html").read_text(encoding="utf-8")).data)
    for plan in facts["plans"]:
        for unit in plan["units"]:
            assert " ".join(unit["name_en"].split()) in " ".join(text.split())


def test_what_is_searched_is_read_back_as_it_was(evil_site):
    text = (evil_site / "index.html").read_text(encoding="utf-8")
    data = re.search(r'<script type="application/json" id="units">(.*?)</script>', text, re.DOTALL)
    index = json.loads(data[1])
    facts = spoiled(site_facts())
    names = [unit["name_en"] for plan in facts["plans"] for unit in plan["units"]]
    assert [unit[0] for unit in index["units"]] == names
    for unit in index["units"]:
        assert not re.search(r"[<>\u2028]", script_json(unit))


@pytest.mark.parametrize("text", EVIL)
def test_json_in_a_script_cannot_end_it(text):
    written = str(script_json({text: [text]}))
    assert not set(written) & set("<>&\u2028\u2029")
    assert json.loads(written) == {text: [text]}
