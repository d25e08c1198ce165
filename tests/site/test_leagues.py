"""League tables: intervals on one scale, lines that join, and pages that do not grow without bound."""

import json
import re
import shutil

import pandas as pd
import pytest

from seedmetrics.site import build_site, write_tables
from seedmetrics.site.building import Builder
from seedmetrics.site.drawing import MOST_LANES, adjoining, lanes, scale, strip, ticks_of
from seedmetrics.site.editions import latest_of, leagues_of, read_editions, when
from seedmetrics.site.facts import read_facts
from seedmetrics.site.finding import search_index
from seedmetrics.site.sheets import sheets_of, spread
from seedmetrics.site.words import SiteWords


def test_a_strip_reaches_from_the_best_to_the_worst_place():
    drawn = strip(1, 2, 5, 5, "k1")
    assert 'd="M10.0 9H226.0"' in drawn
    assert 'cx="64.0"' in drawn
    assert '<use href="#k1"/>' in drawn
    assert "stroke-linecap" not in strip(3, 3, 3, 5, "k1"), "a rank that is certain is a dot"
    assert strip(1, 1, 1, 1, "k1") == scale(1, "k1") == ""


@pytest.mark.parametrize("of", [2, 5, 11, 17, 41, 200, 1000])
def test_numbers_of_a_scale_do_not_touch(of):
    ticks = ticks_of(of)
    assert ticks[0] == 1
    assert ticks[-1] == of
    assert len(ticks) <= 11
    assert scale(of, "k").count("M") <= max(of if of <= 40 else 0, 11)


def test_few_lines_step_down_like_a_stair():
    beside, columns = lanes([[0, 2], [1, 3], [3, 4]], 5)
    assert columns == 3
    assert [[lane.column for lane in row] for row in beside] == [[0], [0, 1], [0, 1], [1, 2], [2]]
    assert beside[0][0].starts
    assert beside[2][0].ends
    assert not beside[1][0].starts


def test_many_lines_share_columns_and_too_many_are_none():
    _, columns = lanes([[k, k + 1] for k in range(20)], 21)
    assert 1 < columns <= 3
    beside, columns = lanes([[k, k + 12] for k in range(MOST_LANES + 2)], 30)
    assert columns == 0
    assert beside == [[]] * 30


def test_a_tier_ends_where_another_begins():
    nan = float("nan")
    assert adjoining([1, 1, 2, 3]) == [False, True, True, False]
    assert adjoining([nan, nan]) == [False, False]
    assert adjoining([]) == []


def test_units_that_cannot_be_told_apart_are_joined_and_said_so(site):
    page = (site.reports / "index.html").read_text(encoding="utf-8")
    towns = page[page.index('id="table-1"') : page.index('id="table-2"')]
    rows = re.findall(r'class="lanes">(.*?)</td>', towns)
    assert [len(re.findall(r"<i ", row)) for row in rows] == [1, 2, 2, 2, 1]
    assert "cannot be told from 2 others" in rows[0]
    assert "Units joined by a line cannot be told apart." in towns


def test_periods_are_sorted_by_their_ends():
    periods = ["2025", "2025Q4", "2024H2", "2025H2", "2025-11", "2024"]
    assert sorted(periods, key=when) == ["2024H2", "2024", "2025-11", "2025Q4", "2025H2", "2025"]


@pytest.fixture
def crowded(site, tmp_path):
    """Return the site with 250 units in one group of the townships' plan."""
    reports = shutil.copytree(site.reports, tmp_path / "reports")
    folder = reports / "2025Q3" / "township"
    table = pd.read_csv(folder / "standings.csv", dtype={"unit": str})
    row = table[table["period"] == "2025Q3"].iloc[[0]]
    many = pd.concat([row] * 250, ignore_index=True)
    many["unit"] = [f"U{k:03}" for k in range(250)]
    many["rank"] = many["rank_low"] = many["rank_high"] = range(1, 251)
    write_tables(folder, {"standings": pd.concat([many, table[table["group"] == "streets"]])})
    build_site(reports)
    return reports


def test_a_long_league_has_pages_of_its_own(crowded):
    editions = read_editions(crowded, read_facts(crowded))
    league = leagues_of(latest_of(editions))["2025Q3"][0]
    sheets = sheets_of(league)
    rows = [len(p.group.rows[p.part or slice(None)]) for s in sheets for p in s.pieces]
    assert sum(rows) == 253
    assert max(rows) == 100
    assert [league.edition.plan.name for league in spread([league])[1]] == ["township"]
    front = (crowded / "index.html").read_text(encoding="utf-8")
    assert front.count("2025Q3/township/units-") == len(sheets) == 4
    assert "U001" not in front
    assert 'id="table-1"' in front, "the alliances still stand there"
    for number in range(1, 5):
        for language in ("en", "zh"):
            page = crowded / "2025Q3" / "township" / f"units-{number}.{language}.html"
            assert page.stat().st_size < 120_000
    second = (crowded / "2025Q3" / "township" / "units-2.en.html").read_text(encoding="utf-8")
    assert "Rows 101 to 200 of 250." in second
    assert 'href="units-1.en.html"' in second
    assert 'href="units-3.en.html"' in second


def test_sheets_go_when_a_league_is_short_again(crowded, site):
    shutil.copy(site.reports / "2025Q3/township/standings.csv", crowded / "2025Q3/township")
    build_site(crowded)
    assert not list(crowded.rglob("units-*.html"))


def test_the_front_page_of_a_large_site_is_not_large(site, tmp_path, monkeypatch):
    """Forty thousand units in two thousand groups: the front page stays under 120 kB, and finds every unit."""
    monkeypatch.setattr(Builder, "_sheets", lambda _builder, _leagues: [])
    reports = shutil.copytree(site.reports, tmp_path / "reports")
    file = reports / "2025Q3" / "township" / "edition.json"
    edition = json.loads(file.read_text(encoding="utf-8"))
    codes = [f"U{k:05}" for k in range(40_000)]
    edition["plan"]["groups"] = {
        f"g{k}": {"en": f"county {k}", "zh": f"第{k}县"} for k in range(2000)
    }
    edition["plan"]["units"] = [
        {"code": c, "name_en": f"Town {c}", "name_zh": "清禾镇", "group": f"g{k // 20}"}
        for k, c in enumerate(codes)
    ]
    edition |= {"periods": ["2025Q3"], "together": {}}
    file.write_text(json.dumps(edition), encoding="utf-8")
    table = pd.DataFrame({"plan": "township", "period": "2025Q3", "unit": codes, "name": "x"})
    table["group"] = [f"g{k // 20}" for k in range(40_000)]
    table["rank"] = table["rank_low"] = table["rank_high"] = [k % 20 + 1 for k in range(40_000)]
    for column in ("score", "low", "high", "tier_share", "previous_rank", "closed", "due"):
        table[column] = 1.0
    table["tier"], table["reason"] = "1", ""
    table.to_csv(file.parent / "standings.csv", index=False)
    facts = read_facts(reports)
    editions = read_editions(reports, facts)
    builder = Builder(reports, SiteWords("en"), facts=facts, rows=[], editions=editions)
    page = reports / "index.html"
    assert page in builder.front(list(leagues_of(editions)), search_index(reports, editions[:1]))
    assert page.stat().st_size < 120_000
    index = (reports / "assets" / "units.js").read_text(encoding="utf-8")
    assert index.count("qinghezhen") == 40_000
    assert len(index) < 8_000_000
