"""A unit is found by its code, by either name, by an alias, by pinyin and by initials, however they are typed."""

import json
import re

import pytest

from seedmetrics.site.editions import latest_of, read_editions
from seedmetrics.site.facts import Unit, read_facts
from seedmetrics.site.finding import folded, keys_of, readings, search_index

SONGLING = Unit("T05", {"en": "Songling Town", "zh": "松岭镇"}, "towns")


@pytest.mark.parametrize(
    "typed", ["T05", "songling", "Songling town", "松岭", "songlingzhen", "Sōng Líng", "slz", "SLZ"]
)
def test_a_unit_is_found_however_it_is_typed(typed):
    assert any(folded(typed) in key for key in keys_of(SONGLING))


def test_other_names_of_a_unit_find_it_too():
    keys = keys_of(SONGLING, "松岭人民政府|Pine Ridge")
    assert {"松岭人民政府", "songlingrenminzhengfu", "slrmzf", "pineridge"} <= set(keys)


@pytest.mark.parametrize(
    ("name", "reading"),
    [
        ("长乐乡", "changlexiang"),
        ("重庆路街道", "chongqinglujiedao"),
        ("绿河镇", "luhezhen"),
        ("绿河镇", "lvhezhen"),
        ("六安镇", "luanzhen"),
        ("单县", "shanxian"),
        ("单县", "danxian"),
        ("A区", "aqu"),
    ],
)
def test_characters_with_several_readings_are_found_by_each(name, reading):
    assert reading in readings(name)


def test_a_long_name_has_few_readings():
    assert len(readings("重庆长乐会计行会调查单位还都行")) <= 8


def test_no_key_holds_what_parts_keys():
    assert all("|" not in key for key in keys_of(Unit("a|b", {"en": "c|d", "zh": ""}, "g"), "|"))


def test_the_index_tells_which_languages_a_unit_has_pages_in(site):
    editions = latest_of(read_editions(site.reports, read_facts(site.reports)))
    index = search_index(site.reports, editions)
    pages = {unit[4]: unit[5] for unit in index["units"]}
    assert pages["T01"] == 3
    assert [place["way"] for place in index["places"]] == [
        "2025Q3/township",
        "2025Q3/township",
        "2025/alliance",
    ]
    assert index["places"][0]["en"] == ["towns and townships", "third quarter of 2025"]


def test_a_long_index_is_a_file_that_the_policy_names(site, tmp_path, monkeypatch):
    import shutil

    from seedmetrics.site import build_site, building

    copy = shutil.copytree(site.reports, tmp_path / "reports")
    monkeypatch.setattr(building, "MOST_INSIDE", 100)
    build_site(copy)
    program = (copy / "assets" / "units.js").read_text(encoding="utf-8")
    index = json.loads(re.fullmatch(r"self\.seedmetricsUnits=(.*);\n", program)[1])
    assert len(index["units"]) == 10
    page = (copy / "index.html").read_text(encoding="utf-8")
    assert 'id="units"' not in page
    told = json.loads(re.search(r'id="words">(.*?)</script>', page)[1])
    assert told["file"] == {"src": "assets/units.js", "integrity": building.digest_of(program)}
    assert f"'{told['file']['integrity']}' file:" in page
    # Back to few units: the file goes.
    monkeypatch.setattr(building, "MOST_INSIDE", 40_000)
    build_site(copy)
    assert not (copy / "assets" / "units.js").exists()
