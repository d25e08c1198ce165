"""The front page says what the league says, leads everywhere, and works without a script or a network."""

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
from seedmetrics.site.index import command_again
from seedmetrics.site.words import catalogue
from tests.site.small_site import STREETS, TOWNS, Site

POLICY = (
    "default-src 'none'; style-src 'self' file: 'unsafe-inline'; "
    "img-src 'self' data: file:; font-src 'self' data: file:"
)


class Reader(html.parser.HTMLParser):
    """Reads links, tags and text of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words))

    def links(self) -> list[str]:
        return [str(attrs["href"]) for _, attrs in self.tags if "href" in attrs]


@pytest.fixture
def copy(site: Site, tmp_path: Path) -> Path:
    """Return a copy of the site that a test may change."""
    return Path(shutil.copytree(site.reports, tmp_path / "reports"))


def change_league(reports: Path, change) -> None:
    table = pd.read_csv(reports / "tables" / "league.csv", dtype={"unit": str})
    write_tables(reports / "tables", {"league": change(table)})


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
        towns = table["group"] == "towns"
        table = table[~(table["plan"] == "township") | towns]
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
    assert "Not ranked: the reason is on its page" in reader.text
    headings = [attrs["id"] for tag, attrs in reader.tags if tag == "h2"]
    assert headings == ["h-table-1", "h-table-2", "h-table-3", "h-cannot", "h-about"]
    assert reader.text.count("Tangli Street") == 1, "only the latest period is shown"


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
    assert "4 of 5at least half of the towns and townships" in text
    assert "96.0% 558 of 581" in text
    assert "17 units together; the year up to the third quarter of 2025" in text
    assert "41,206 rows read; 38 problems refused a row or a column, 112 values were mended" in text


@pytest.mark.parametrize(
    "name", ["index.html", "index.zh.html", "failures.html", "2025Q3/township/T05.zh.html"]
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


def test_no_page_runs_or_loads_anything_from_elsewhere(site):
    pages = sorted(site.reports.rglob("*.html"))
    assert len(pages) > 20
    for path in pages:
        text = path.read_text(encoding="utf-8")
        reader = Reader(path)
        assert f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">' in text
        assert not {tag for tag, _ in reader.tags} & {
            "script",
            "iframe",
            "object",
            "embed",
            "form",
            "base",
        }
        assert not re.findall(r"https?://", text)
        assert not [name for _, attrs in reader.tags for name in attrs if name.startswith("on")]
        assert str(site.reports) not in text
        assert (
            sum(tag == "main" for tag, _ in reader.tags)
            == sum(tag == "h1" for tag, _ in reader.tags)
            == 1
        )
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
    build_site(copy)
    page = Reader(copy / "index.html").text
    assert "No unit has been evaluated yet" in page
    assert "CSV" not in page


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
                found[f"{section}.{name}"] = set(re.findall(r"\{(\w+)\}", text))
        return found

    english, chinese = keys("en"), keys("zh")
    assert english.keys() == chinese.keys()
    assert {name for name in english if english[name] != chinese[name]} == set()
