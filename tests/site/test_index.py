"""The front page says what the league says, leads everywhere, and works without a script or a network."""

import base64
import hashlib
import html.parser
import json
import re
import shutil
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pytest

from seedmetrics.batch import Job, JobResult, LedgerRow, append_result
from seedmetrics.errors import SeedmetricsError
from seedmetrics.site import build_site, write_tables
from seedmetrics.site.index import command_again, site_size
from seedmetrics.site.words import catalogue
from tests.site.small_site import STREETS, TOWNS, Site, write_editions

REST = "base-uri 'none'; form-action 'none'"
POLICY = (
    "default-src 'none'; style-src 'self' file: 'unsafe-inline'; "
    f"img-src 'self' data: file:; font-src 'self' data: file:; {REST}"
)
OWN = (
    "default-src 'none'; style-src 'self' file:; img-src 'self' data: file:; "
    f"font-src 'self' data: file:; {REST}"
)
NO_ICON = "data:,"  # so that no browser asks a server for one
SCRIPTED = {"index.html", "index.zh.html"}


class Reader(html.parser.HTMLParser):
    """Reads links, tags and text of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.scripts: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        (self.scripts if self.tags and self.tags[-1][0] == "script" else self.words).append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words))

    def links(self) -> list[str]:
        found = [str(attrs["href"]) for _, attrs in self.tags if "href" in attrs]
        return [link for link in found if link != NO_ICON]


@pytest.fixture
def copy(site: Site, tmp_path: Path) -> Path:
    """Return a copy of the site that a test may change."""
    return Path(shutil.copytree(site.reports, tmp_path / "reports"))


def change_league(reports: Path, change) -> None:
    folder = reports / "2025Q3" / "township"
    table = pd.read_csv(folder / "standings.csv", dtype={"unit": str})
    write_tables(folder, {"standings": change(table)})


def test_the_headline_is_how_many_could_be_first(site):
    page = Reader(site.reports / "index.html").text
    assert "Three of five towns and townships could be first in the third quarter of 2025" in page
    assert (
        "Songling Town scores highest (84.6); Bailu Town and Yunqiao Town could be first as well."
        in page
    )
    page = Reader(site.reports / "index.zh.html").text
    assert "2025年第三季度，5个镇与乡中有3个都可能居首" in page
    assert "松岭镇得分最高（84.6分），白芦镇、云桥镇也可能居首。" in page


@pytest.mark.parametrize(
    ("low", "kept", "headline", "deck"),
    [
        (
            [1, 2, 2, 2, 2],
            5,
            "Of five towns and townships, only Songling Town could be first",
            "no other to be first",
        ),
        (
            [1, 1, 1, 1, 1],
            5,
            "Any of five towns and townships could be first",
            "Bailu Town, Yunqiao Town",
        ),
        ([1], 1, "Songling Town is the only one of the towns and townships with a rank", ""),
        ([], 0, "No rank could be given to towns and townships", ""),
    ],
)
def test_the_headline_follows_the_ranks(copy, low, kept, headline, deck):
    def change(table):
        table = table[table["group"] == "towns"]
        towns = table.index[table["group"] == "towns"]
        table.loc[towns[kept:], ["score", "rank", "rank_low", "rank_high", "tier"]] = None
        table.loc[towns[:kept], "rank_low"] = low
        return table

    change_league(copy, change)
    build_site(copy)
    page = Reader(copy / "index.html").text
    assert headline in page
    assert deck in page


def test_every_unit_is_in_its_groups_table_with_its_score_and_link(site):
    reader = Reader(site.reports / "index.html")
    for code, name, *_ in [*TOWNS, *STREETS]:
        assert f"2025Q3/township/{code}.en.html" in reader.links()
        assert name in reader.text
    assert "84.6" in reader.text
    assert "Not ranked: too little was recorded to score it" in reader.text
    assert "first, 81 in 100" in reader.text
    assert "96.0% of 100" in reader.text
    headings = [attrs["id"] for tag, attrs in reader.tags if tag == "h2"]
    assert headings == ["h-table-1", "h-table-2", "h-table-3", "h-cannot", "h-about"]
    assert reader.text.count("Tangli Street") == 1, "only the latest period is shown"
    before = Reader(site.reports / "2025Q2" / "index.html")
    assert "second quarter of 2025" in before.text
    assert "../2025Q3/township/S01.en.html" in before.links(), "no page of that time: the latest"
    assert "Yunqiao Town" not in before.text


def test_a_name_is_text_and_never_markup(site):
    assert "Qinghe &lt;Town&gt;" in (site.reports / "index.html").read_text(encoding="utf-8")
    assert "Qinghe <Town>" in Reader(site.reports / "index.html").text


def test_tiers_are_named_and_their_edges_ruled(site):
    page = (site.reports / "index.html").read_text(encoding="utf-8")
    assert page.count('class="cut"') == 4
    assert "it is the plan’s quota" in page
    assert "第一档" in Reader(site.reports / "index.zh.html").text


def test_facts_show_the_sums_over_all_units(site):
    text = Reader(site.reports / "index.html").text
    assert "96.5% 792 of 821" in text
    assert "2 units together; third quarter of 2025" in text
    assert "Pairs told apart, towns and townships4 of 10the rest is too close to call" in text
    assert "96.0% 558 of 581" in text
    assert "17 units together; the year up to the third quarter of 2025" in text
    assert "41,206 rows read; 38 problems refused a row or a column, 112 values were mended" in text


@pytest.mark.parametrize(
    "name",
    [
        "index.html",
        "index.zh.html",
        "failures.html",
        "data-quality.zh.html",
        "2025Q2/index.html",
        "2025Q3/index.zh.html",
        "2025/alliance/methods.en.html",
        "2025Q3/township/T05.zh.html",
    ],
)
def test_every_link_leads_to_a_file_or_a_part_of_the_page(site, name):
    path = site.reports / name
    reader = Reader(path)
    ids = {attrs["id"] for _, attrs in reader.tags if "id" in attrs}
    for link in reader.links():
        place, _, part = link.partition("#")
        if place:
            assert (path.parent / unquote(place)).is_file(), link
        else:
            assert part in ids, link
    assert len(ids) == sum("id" in attrs for _, attrs in reader.tags)


def own_page(path: Path) -> bool:
    """Whether a page is made by the site itself, not from a notebook."""
    return path.stem.split(".")[0] in {"index", "failures", "data-quality", "methods"}


def test_no_page_runs_or_loads_anything_from_elsewhere(site):
    pages = sorted(site.reports.rglob("*.html"))
    assert len(pages) > 20
    for path in pages:
        text = path.read_text(encoding="utf-8")
        reader = Reader(path)
        tags = {tag for tag, _ in reader.tags}
        policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)[1]
        if path.name in SCRIPTED:
            run = re.search(r"<script>(.*?)</script>", text, re.DOTALL)[1]
            digest = base64.b64encode(hashlib.sha256(run.encode()).digest()).decode()
            assert policy == f"{OWN}; script-src 'sha256-{digest}'"
            kinds = [attrs.get("type") for tag, attrs in reader.tags if tag == "script"]
            assert kinds.count(None) == 1, "one script, and data"
        else:
            assert policy == (OWN if own_page(path) or "T05.zh" in path.name else POLICY)
            assert "script" not in tags
        assert not tags & {"iframe", "object", "embed", "form", "base"}
        assert not re.findall(r"https?://", text)
        assert not [name for _, attrs in reader.tags for name in attrs if name.startswith("on")]
        if own_page(path):
            assert not [attrs for _, attrs in reader.tags if "style" in attrs]
        assert str(site.reports) not in text
        assert sum(tag == "main" for tag, _ in reader.tags) == 1
        assert sum(tag == "h1" for tag, _ in reader.tags) == 1
    for sheet in (site.reports / "assets").glob("*.css"):
        assert not re.findall(r"url\((?!\"data:)", sheet.read_text(encoding="utf-8")), sheet
        assert "@import" not in sheet.read_text(encoding="utf-8")


def test_chinese_headings_fall_back_on_the_font_that_comes_with_the_pages(site):
    sheet = (site.reports / "assets" / "style.css").read_text(encoding="utf-8")
    chinese = sheet[sheet.index(":lang(zh)") :]
    serif = re.search(r"--serif:([^;]+);", chinese)
    assert serif
    assert '"Noto Sans SC"' in serif[1]


def test_what_failed_is_told_with_the_command_to_run_it_again(site):
    reader = Reader(site.reports / "failures.html")
    assert "One page could not be made" in reader.text
    assert "township 2025Q3 T05 zh" in reader.text
    assert "cell 4" in reader.text
    assert "ValueError: <坏>" in reader.text
    command = (
        "seedmetrics evaluate data/sample --plan township --period 2025Q3 --unit T05 --language zh"
    )
    assert command in reader.text
    assert "23 of 24 pages were made" in Reader(site.reports / "index.html").text
    assert "页面生成失败" in Reader(site.reports / "index.zh.html").text
    assert "本页未能生成" in Reader(site.reports / "2025Q3/township/T05.zh.html").text


def test_a_page_that_was_made_after_all_is_no_failure(copy):
    html = copy / "2025Q3/township/T05.zh.html"
    shutil.copy(copy / "2025Q3/township/T05.en.html", html)
    job = Job(Path("t.ipynb"), html.with_suffix(".ipynb"), {}, key="again", label="again")
    append_result(copy / "ledger.jsonl", JobResult(job, True, 1.0, html=html, sha256="a"))
    build_site(copy)
    assert not (copy / "failures.html").exists()
    assert not (copy / "failures.zh.html").exists()
    assert "24 of 24 pages were made" in Reader(copy / "index.html").text


def test_one_language_links_to_the_pages_there_are(copy):
    for path in copy.rglob("*.en.html"):
        path.unlink()
    build_site(copy)
    reader = Reader(copy / "index.html")
    assert "2025Q3/township/T01.zh.html" in reader.links()
    assert 'hreflang="zh-Hans">Songling Town</a>' in (copy / "index.html").read_text(
        encoding="utf-8"
    )


def test_the_same_folder_gives_the_same_bytes(copy):
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    build_site(copy)
    assert {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()} == before


def test_a_site_without_tables_or_ledger_still_has_a_front_page(copy):
    shutil.rmtree(copy / "tables")
    (copy / "ledger.jsonl").unlink()
    for file in copy.rglob("standings.csv"):
        file.unlink()
    build_site(copy)
    page = Reader(copy / "index.html").text
    assert "No unit has been evaluated yet" in page
    assert "CSV" not in page


def test_a_folder_of_an_earlier_version_says_what_to_do(copy):
    (copy / "2025Q3" / "township" / "edition.json").unlink()
    with pytest.raises(SeedmetricsError, match=r"edition\.json is not there; run `seedmetrics ev"):
        build_site(copy)


def test_a_period_that_is_gone_takes_its_pages_with_it(copy):
    assert (copy / "2025Q2" / "index.zh.html").is_file()
    file = copy / "2025Q3" / "township" / "edition.json"
    edition = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(edition | {"periods": ["2025Q3"]}), encoding="utf-8")
    build_site(copy)
    assert not (copy / "2025Q2" / "index.zh.html").exists()
    assert "2025Q2/index.html" not in Reader(copy / "index.html").links()


def test_an_earlier_run_keeps_its_own_league_and_methods(copy):
    """A run for the quarter before leaves the latest on the front page, and tells of its own period itself."""
    facts = json.loads((copy / "site.json").read_text(encoding="utf-8"))
    earlier = facts["plans"][0] | {"period": "2025Q2", "title": {"en": "As it was", "zh": "原方案"}}
    write_editions(copy, {"plans": [earlier]})
    facts["plans"][0] = earlier
    (copy / "site.json").write_text(json.dumps(facts), encoding="utf-8")
    build_site(copy)
    assert "third quarter of 2025" in Reader(copy / "index.html").text
    before = Reader(copy / "2025Q2" / "index.html").text
    assert "Worked out again" not in before
    assert (
        "As it was: how every number is made"
        in Reader(copy / "2025Q2" / "township" / "methods.en.html").text
    )


def test_the_size_of_a_site_is_that_of_its_folder(site):
    size = site_size(site.reports)
    files = [file for file in site.reports.rglob("*") if file.is_file()]
    assert size.pages == sum(file.suffix == ".html" for file in files)
    assert size.bytes == sum(file.stat().st_size for file in files)
    assert 0 < size.largest < 120_000


def test_a_copy_to_be_sent_has_a_size_and_is_no_page(copy):
    before = site_size(copy)
    (copy / "send").mkdir()
    (copy / "send" / "2025Q3-township-T01.en.html").write_text("x" * 200_000, encoding="utf-8")
    after = site_size(copy)
    assert (after.pages, after.largest) == (before.pages, before.largest)
    assert after.bytes == before.bytes + 200_000


def test_a_folder_that_is_no_site_is_refused(tmp_path):
    with pytest.raises(
        SeedmetricsError, match=r"site\.json is not there; run `seedmetrics evaluate`"
    ):
        build_site(tmp_path)


def test_a_site_file_that_lacks_something_is_refused(tmp_path):
    (tmp_path / "site.json").write_text(json.dumps({"district": {}}), encoding="utf-8")
    with pytest.raises(SeedmetricsError, match=r"site\.json cannot be used \(KeyError: 'sample'\)"):
        build_site(tmp_path)


def test_a_command_is_safe_to_paste():
    values = dict.fromkeys(LedgerRow.__dataclass_fields__, "")
    row = LedgerRow(
        **values | {"parameters": {"district": "my data; rm -rf", "period": "", "unit": "T01"}}
    )
    assert command_again(row) == "seedmetrics evaluate 'my data; rm -rf' --unit T01"
    assert command_again(LedgerRow(**values | {"parameters": {}})) == ""


def test_both_catalogues_say_the_same_things():
    def keys(language: str) -> dict[str, set[str]]:
        found = {}
        for section, entries in catalogue(language).items():
            for name, text in entries.items():
                found[f"{section}.{name}"] = set(re.findall(r"\{(\w+)[:}]", text))
        return found

    english, chinese = keys("en"), keys("zh")
    assert english.keys() == chinese.keys()
    assert {name for name in english if english[name] != chinese[name]} == set()
