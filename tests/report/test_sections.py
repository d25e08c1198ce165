"""Sections of single mechanisms: grids, organisation life, a village's file; also where there is nothing to show."""

import re

import pytest

from seedmetrics.evaluation import evaluate
from seedmetrics.indicators import grids, village_stars  # noqa: F401  (registers their indicators)
from seedmetrics.records import open_district
from seedmetrics.report import unit_report
from seedmetrics.report.grids import grids_now, panel_of, size_of
from seedmetrics.report.life import Slot, life_slots, tile_text, worst_slot
from seedmetrics.report.village import domain_rows, star_years
from tests.districts import write_district
from tests.report.pages import outline, seen

LANGUAGES = ("en", "zh")
UNITS = """\
code,name_zh,name_en,level,kind,group,parent,aliases
T1,甲镇,Jia Town,township,town,towns,,
T2,乙镇,Yi Town,township,town,towns,,
T3,丙镇,Bing Town,township,town,towns,,
V1,甲村,Jia Village,village,village,villages,T1,
V2,乙村,Yi Village,village,village,villages,T1,
V3,丙村,Bing Village,village,village,villages,T2,
"""
PLAN = """\
name = "trial"
title = {{ en = "Trial", zh = "试评" }}
level = "{level}"
cadence = "{cadence}"
history = 2
pillars = [{{ name = "all", title = {{ en = "All", zh = "全部" }}, weight = 1 }}]
indicators = [
{indicators}
]
[groups]
towns = {{ en = "towns", zh = "镇" }}
villages = {{ en = "villages", zh = "村" }}
{options}
"""


def planned(*names: str, level="township", cadence="quarter", options="") -> str:
    lines = [
        f'  {{ name = "{n}", pillar = "all", weight = 1, low = 0, high = 100 }},' for n in names
    ]
    return PLAN.format(
        level=level, cadence=cadence, indicators="\n".join(lines), options=options
    ).replace("low = 0, high = 100", "low = 0.0, high = 1.0")


def page(folder, tables, plan, *, unit="T1", period="2025Q3", language="en", as_of="2025-10-15"):
    written = write_district(
        folder, tables, as_of=as_of, units=UNITS, more='sample = true\nplans = ["trial"]'
    )
    (written / "trial.toml").write_text(plan, encoding="utf-8")
    made = evaluate(open_district(written), period=period)
    return unit_report(made, unit=unit, language=language)


def sound(markup: str) -> str:
    """Check markup and return its text."""
    found = outline(markup)
    assert found.wrong == []
    assert found.stack == []
    assert len(found.ids) == len(set(found.ids))
    text = seen(markup)
    assert not re.search(r"\bnan\b|NaN|None|NaT|\{\w+\}", text), text
    for tag, attributes in found.attributes:
        if tag == "svg":
            assert attributes.get("aria-hidden") or attributes.get("aria-label")
        if tag == "th":
            assert attributes.get("scope") in {"col", "row", "rowgroup"}
    return text


# --- grids

GRID_NAMES = (
    "grids.size_fit",
    "grids.oversized",
    "grids.undersized",
    "grids.organisation_coverage",
    "grids.linked_households",
)
GRID_OPTIONS = """
[options.grids]
sizes = { urban = { low = 300, high = 500 }, rural = { low = 40, high = 60 }, cell = { low = 10, high = 15 } }
"""
GRIDS = """\
grid,unit,kind,households,has_group,linked,founded,dissolved
G1,T1,urban,300,yes,150,,
G2,T1,urban,500,no,100,,
G3,T1,urban,299,yes,0,,
G4,T1,urban,650,,,,
G5,T1,dedicated,20,yes,5,,
G6,T1,rural,60,yes,60,2024-01-01,2025-08-31
G7,T1,rural,41,yes,39,2024-01-01,
G8,T1,rural,70,yes,39,2024-01-01,
G9,T2,rural,50,yes,39,2024-01-01,
"""


@pytest.fixture
def grid_page(tmp_path):
    plan = planned(*GRID_NAMES, options=GRID_OPTIONS)
    return lambda unit="T1", language="en": page(
        tmp_path, {"grids": GRIDS}, plan, unit=unit, language=language
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_grids_outside_the_band_are_counted_at_their_side_and_in_the_title(grid_page, language):
    made = grid_page(language=language)
    text = sound(made.grids().markup)
    if language == "en":
        assert "3 of 6 grids are outside the size allowed: 2 too large and 1 too small" in text
        assert "Urban: 4 grids" in text
        assert "1 below" in text
        assert "1 grid is of a kind without a size and is not drawn" in text
        assert "50.0% 3 of 6" in text
    else:
        assert "6个网格中3个规模超出规定范围：2个偏大、1个偏小" in text
        assert "300–500户" in text


def test_panels_count_what_the_indicators_count(grid_page):
    made = grid_page()
    found = grids_now(made.view, "T1")
    panels = [
        panel_of(made.view, kind, found.loc[found["kind"] == kind, "households"], size)
        for kind, size in size_of(made.view).items()
    ]
    outside = sum(not p.low <= s <= p.high for p in panels for s in p.sizes)
    row = made.unit.indicators.loc["grids.size_fit"]
    assert sum(len(p.sizes) for p in panels) == row["denominator"]
    assert outside == row["denominator"] - row["numerator"]


def test_a_township_all_of_whose_grids_fit_is_told_so(grid_page):
    text = sound(grid_page("T2").grids().markup)
    assert "The one grid is within the size allowed" in text
    assert "above" not in text.partition("Figures behind")[0]


def test_a_township_without_grids_has_a_sentence_and_no_drawing(grid_page):
    section = grid_page("T3").grids()
    assert "<svg" not in section.markup
    assert "Bing Town has no grid of a kind that has a size" in sound(section.markup)


def test_a_plan_without_grids_has_no_such_section(five):
    made = unit_report(five, unit="T01", language="en")
    assert not {"grids", "life", "development", "village"} & set(made.sections)
    for section in (made.grids(), made.life(), made.development(), made.village()):
        assert "<svg" not in section.markup
        assert "records" in sound(section.markup) or "received" in sound(section.markup)


# --- organisation life

LIFE_NAMES = ("organisation_life.meeting_compliance", "organisation_life.theme_day_compliance")
LIFE_OPTIONS = """
[options.organisation_life]
frequencies = { party_lesson = "quarter", theme_day = "month" }
"""
BRANCHES = "branch,unit,has_committee,has_groups,founded,dissolved\n" + "".join(
    f"B{k},{'T1' if k < 6 else 'T2'},yes,no,2020-01-01,\n" for k in range(8)
)


def meetings(missed: set[tuple[int, int]]) -> str:
    rows = ["branch,kind,month,date,first_item"]
    for k in range(8):
        held = [m for m in range(1, 10) if (k, m) not in missed]
        rows += [f"B{k},theme_day,2025-{m:02d},2025-{m:02d}-05,yes" for m in held]
        rows += [f"B{k},party_lesson,2025-{m:02d},2025-{m:02d}-09,yes" for m in (2, 5, 9)]
    return "\n".join(rows) + "\n"


@pytest.fixture
def life_page(tmp_path):
    plan = planned(*LIFE_NAMES, options=LIFE_OPTIONS)

    def made(missed, unit="T1", language="en", period="2025Q3"):
        tables = {"branches": BRANCHES, "meetings": meetings(missed)}
        return page(tmp_path, tables, plan, unit=unit, language=language, period=period)

    return made


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_month_and_kind_furthest_short_are_the_headline(life_page, language):
    made = life_page({(0, 8), (1, 8), (2, 4)}, language=language)
    text = sound(made.life().markup)
    if language == "en":
        assert "Theme days fell furthest short in August 2025: 4 of 6 held (66.7%)" in text
        assert "Aug: 4 of 6" in text
    else:
        assert "2025年8月主题党日应开6次，实开4次（66.7%）" in text


def test_a_year_in_which_all_was_held_says_so(life_page):
    text = sound(life_page(set()).life().markup)
    assert "Every meeting due was held from January to September 2025" in text
    assert "nowhere" in text


def test_the_calendar_ends_with_the_period(life_page):
    made = life_page({(0, 8)}, period="2025Q1")
    text = sound(made.life().markup)
    assert "Every meeting due was held from January to March 2025" in text
    assert "August" not in text


def test_the_slots_of_a_period_sum_to_its_indicator(life_page):
    made = life_page({(0, 8), (1, 7), (2, 2)})
    slots = [s for s in life_slots(made.view, "T1") if str(s.period)[:4] == "2025"]
    own = [s for s in slots if s.period.month >= 7 and s.kind == "theme_day"]
    row = made.unit.indicators.loc["organisation_life.theme_day_compliance"]
    assert (sum(s.held for s in own), sum(s.due for s in own)) == (
        row["numerator"],
        row["denominator"],
    )


def test_where_too_few_branches_owe_a_meeting_nothing_is_drawn(life_page):
    section = life_page({(6, 8)}, unit="T2").life()
    text = sound(section.markup)
    assert "<svg" not in section.markup
    assert "Too little was due in any month to be shown" in text
    assert "1 of 2" not in text


def test_a_unit_without_branches_is_missing_and_not_zero(life_page):
    text = sound(life_page(set(), unit="T3").life().markup)
    assert "Missing: no records of meetings received" in text
    assert "0.0%" not in text
    assert "0 of 0" not in text


def test_the_worst_slot_is_the_lowest_share_then_the_most_missing():
    from seedmetrics.records import Period

    may, june = Period.parse("2025-05"), Period.parse("2025-06")
    found = [Slot("a", may, 8, 10), Slot("b", may, 16, 20), Slot("a", june, 5, 5)]
    worst = worst_slot(found)
    assert worst is not None
    assert worst.kind == "b"
    assert worst_slot([Slot("a", june, 5, 5), Slot("a", may, float("nan"), float("nan"))]) is None


def test_a_tile_writes_100_only_for_all_and_0_only_for_none(life_page):
    view = life_page(set()).view
    assert [tile_text(view, s) for s in (1.0, 0.999, 0.004, 0.0)] == ["100", "99", "1", "0"]
    assert tile_text(view, float("nan")) == "–"


# --- a village's file

VILLAGE_NAMES = ("village_stars.badges", "village_stars.stars")
VILLAGE_OPTIONS = """
[options.village_stars.model]
kind = "band"
stars = 5
cuts = [90, 80, 70, 60]
criteria = [{ name = "work", weight = 50 }, { name = "clean", weight = 50 }]
[options.village_stars.badge_model]
kind = "badge"
pass_mark = 80
domains = [
  { name = "work", title = { en = "Work", zh = "工作" } },
  { name = "clean", title = { en = "Clean village", zh = "整洁" } },
]
"""
VILLAGE = {
    "village_ratings": """\
village,year,criterion,mark
V1,2023,work,95
V1,2023,clean,95
V1,2024,work,90
V1,2024,clean,72
V2,2024,work,85
""",
    "village_vetoes": "village,year,kind\nV3,2024,serious_accident\n",
    "village_listings": """\
village,listed,reason,due,closed_out
V1,2023-03-01,班子不力,2023-09-01,2023-08-15
V1,2024-05-01,,2024-12-01,
""",
    "village_remedies": """\
village,problem,opened,due,closed
V1,道路失修,2024-01-10,2024-06-30,2024-07-02
V1,unpaid accounts,2024-02-01,2024-08-01,
V1,water,2024-03-01,2024-08-01,2024-04-01
""",
}


@pytest.fixture
def village_page(tmp_path):
    plan = planned(*VILLAGE_NAMES, level="village", cadence="year", options=VILLAGE_OPTIONS)
    return lambda unit="V1", language="en": page(
        tmp_path, VILLAGE, plan, unit=unit, language=language, period="2024", as_of="2025-03-01"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_village_s_file_has_its_domains_stars_and_remedies(village_page, language):
    made = village_page(language=language)
    text = sound(made.village().markup)
    assert "village" in made.sections
    if language == "en":
        assert "Of two domains one earns its star; short of 80: clean village" in text
        assert "4 stars of 5 in 2024, after 5 stars of 5 in the rating before" in text
        assert "Remedy plan: 2 of 3 problems closed" in text
        assert "closed on 2 July 2024, after its due day" in text
        assert "open, past its due day" in text
        assert "still listed, to be closed out by 1 December 2024" in text
    else:
        assert "2个领域中1个得星；未达80分：整洁" in text
        assert "2024年为4星（共5星），上次为5星（共5星）" in text
        assert "原因： 班子不力" in text


def test_words_of_the_records_carry_their_language(village_page):
    markup = village_page().village().markup
    assert 'lang="zh-Hans">道路失修' in markup
    assert 'lang="zh-Hans">班子不力' in markup
    assert 'lang="zh-Hans">unpaid' not in markup


def test_open_problems_come_first(village_page):
    text = sound(village_page().village().markup)
    assert text.index("unpaid accounts") < text.index("道路失修")


def test_a_domain_without_a_mark_is_missing_and_not_failed(village_page):
    made = village_page("V2")
    rows, mark = domain_rows(made.view, "V2")
    assert mark == 80
    assert [r.short for r in rows] == [False, False]
    text = sound(made.village().markup)
    assert "Missing: nobody marked this domain" in text
    assert "The one domain earns its star" in text
    assert star_years(made.view, "V2")[0].signs == ""
    assert "not fully rated, so no stars" in text


def test_a_village_without_any_mark_says_so(village_page):
    text = sound(village_page("V3").village().markup)
    assert "No marks of the village are on record" in text
    assert "Never listed as weak, as far as the records reach" in text
    assert "No problem stands in the village’s remedy plan" in text


def test_usual_words_of_the_records_are_put_into_the_page_s_language(village_page):
    for language, word in (("en", "Water supply"), ("zh", "饮水供水")):
        assert word in sound(village_page(language=language).village().markup)
