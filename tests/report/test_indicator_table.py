"""The table of indicators: under their mechanisms, with their counts; those of few persons only as a class."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
import pytest

from seedmetrics.evaluation import Evaluation, evaluate
from seedmetrics.indicators import registry
from seedmetrics.indicators.registry import Indicator
from seedmetrics.records import open_district
from seedmetrics.report import unit_report
from seedmetrics.report.values import counts_of, value_of
from seedmetrics.report.view import View
from tests.report.fake import Fake, codes, write
from tests.report.pages import outline, seen

NAN = float("nan")
UNITS = [unit for unit, _ in codes(Fake())]
PLAN = """
name = "trial"
title = { en = "Trial evaluation", zh = "试评" }
level = "township"
cadence = "quarter"
groups = { towns = { en = "towns", zh = "镇" } }
[[pillars]]
name = "select"
title = { en = "Select", zh = "甄选" }
weight = 60
"""
SOW = """
[[pillars]]
name = "sow"
title = { en = "Sow", zh = "播散" }
weight = 40
"""
# Of T01; every other unit has 80 of 100.
Counts = tuple[float, float] | tuple[float, float, float]
Trial = Callable[..., Evaluation]


@pytest.fixture
def trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trial:
    """Return a function that evaluates an invented plan, given name, counts (or value and counts) and settings."""

    def make(*entries: tuple[str, Counts, Mapping[str, object]], plan: str = PLAN) -> Evaluation:
        lines = [plan]
        for name, counts, settings in entries:
            monkeypatch.setitem(registry._REGISTER, name, measured(name, counts, settings))
            lines += ["[[indicators]]", f'name = "{name}"']
            lines += [
                f"{key} = {value}"
                for key, value in ({"pillar": '"select"', "weight": 1} | dict(settings)).items()
                if key not in FLAGS
            ]
        folder = write(tmp_path / "district", Fake())
        (folder / "trial.toml").write_text("\n".join(lines), encoding="utf-8")
        return evaluate(open_district(folder), period="2025Q4")

    return make


FLAGS = ("share", "exact", "persons", "parts", "attendance")


def measured(name: str, counts: Counts, settings: Mapping[str, object]) -> Indicator:
    """Return an indicator that gives T01 these counts."""
    flags = {"share": len(counts) == 2} | {k: v for k, v in settings.items() if k in FLAGS}

    def function(
        district: object, period: object, *, window: str = "period", model: object = None
    ) -> pd.DataFrame:
        *value, numerator, denominator = counts
        rows = pd.DataFrame({"numerator": 80.0, "denominator": 100.0}, index=UNITS)
        if value:
            rows["value"] = 0.8
            rows.loc["T01", "value"] = value[0]
        rows.loc["T01", ["numerator", "denominator"]] = [numerator, denominator]
        return rows

    return Indicator(name, function, (), (), **flags)


def text_of(made: Evaluation, language: str = "en") -> str:
    """Return what the table of T01 says."""
    return seen(unit_report(made, unit="T01", language=language).indicator_table().markup)


def row_of(made: Evaluation, name: str, language: str = "en") -> str:
    """Return the markup of one indicator's row."""
    markup = unit_report(made, unit="T01", language=language).indicator_table().markup
    found = re.search(rf'<tr [^>]*data-indicator="{re.escape(name)}">.*?</tr>', markup, re.DOTALL)
    assert found is not None
    return found[0]


def said(made: Evaluation, name: str, language: str = "en") -> str:
    """Return what one indicator's row says."""
    return re.sub(r"\s+", " ", seen(f"<table>{row_of(made, name, language)}</table>"))


def test_indicators_stand_under_their_mechanism_those_with_weight_first(trial):
    made = trial(
        ("grids.oversized", (8, 100), {"weight": 0}),
        ("village_stars.listed_share", (8, 100), {}),
        ("grids.size_fit", (80, 100), {}),
    )
    text = text_of(made)
    places = [
        text.index(words)
        for words in (
            "Grids 1 of 2 weighted",
            "Grids of fitting size",
            "Grids too large",
            "Star rating of villages 1 of 1 weighted",
            "Villages listed as weak",
        )
    ]
    assert places == sorted(places)


def test_a_mechanism_without_weight_says_so_and_has_no_points(trial):
    made = trial(
        ("grids.size_fit", (80, 100), {"weight": 0}),
        ("grids.oversized", (8, 100), {"weight": 0}),
        ("village_stars.listed_share", (8, 100), {}),
    )
    markup = unit_report(made, unit="T01", language="en").indicator_table().markup
    heading = re.search(r'<tr class="mech"[^>]*>.*?</tr>', markup, re.DOTALL)
    assert heading is not None
    assert "none of 2 weighted" in heading[0]
    assert heading[0].rstrip().endswith('<td class="r c-val" role="cell"></td></tr>')


def test_the_points_of_the_mechanisms_make_up_those_of_the_pillar(trial):
    made = trial(
        ("grids.size_fit", (100, 100), {}),
        ("village_stars.listed_share", (50, 100), {"weight": 2}),
        ("winter_visits.solved_rate", (50, 100), {"pillar": '"sow"'}),
        plan=PLAN + SOW,
    )
    text = text_of(made)
    assert "Select 40.0 of 60" in text
    assert "Grids 1 of 1 weighted 20.0 of 20" in text
    assert "Star rating of villages 1 of 1 weighted 20.0 of 40" in text


def test_a_line_without_weight_is_quiet_has_no_bar_and_keeps_its_reading(trial):
    made = trial(
        ("grids.size_fit", (80, 100), {}),
        ("grids.cell_fit", (90, 100), {"weight": 0, "target": 0.95}),
    )
    loud, quiet = row_of(made, "grids.size_fit"), row_of(made, "grids.cell_fit")
    assert "<svg" in loud
    assert 'class="also"' not in loud
    assert "<svg" not in quiet
    assert 'class="also"' in quiet
    assert "group median 80.0% 95% short no weight" in said(made, "grids.cell_fit")
    assert "small lines are shown, but carry no weight" in text_of(made)


def test_without_quiet_lines_none_are_explained(trial):
    assert "small lines" not in text_of(trial(("grids.size_fit", (80, 100), {})))


def test_a_module_from_outside_is_headed_by_its_name(trial):
    made = trial(("street_lamps.lit", (80, 100), {}), ("grids.size_fit", (80, 100), {}))
    text = text_of(made)
    assert "Street lamps 1 of 1 weighted" in text
    assert " Lit 80.0% 80 of 100 " in text


def test_of_fewer_than_five_persons_nothing_is_told(trial):
    made = trial(("standardisation.pass_rate", (2, 3), {"persons": True}))
    row = said(made, "standardisation.pass_rate")
    assert "Withheld: fewer than five persons. Not shown and not scored." in row
    assert not re.search(r"\b[23]\b|66", row)
    assert "不予显示：不足5人。" in said(made, "standardisation.pass_rate", "zh")


def test_a_few_who_have_it_are_told_as_a_class(trial):
    made = trial(("member_development.hard_breach_rate", (2, 59), {"persons": True}))
    row = said(made, "member_development.hard_breach_rate")
    assert "about 4% 1–4 of 59" in row
    assert "2 of 59" not in row
    assert "约4% 1–4/59" in said(made, "member_development.hard_breach_rate", "zh")


def test_a_few_who_have_it_not_are_told_as_a_class(trial):
    made = trial(("disclosures.annual_on_time", (57, 59), {"persons": True}))
    row = said(made, "disclosures.annual_on_time")
    assert "about 96% 55–58 of 59" in row
    assert "57 of 59" not in row
    assert "“about”: counts of one to four persons are told no closer" in text_of(made)


def test_none_and_all_are_told_as_they_are(trial):
    made = trial(
        ("disclosures.annual_on_time", (59, 59), {"persons": True}),
        ("activist_points.red_line_rate", (0, 59), {"persons": True}),
    )
    assert "100.0% 59 of 59" in said(made, "disclosures.annual_on_time")
    assert "0.0% 0 of 59" in said(made, "activist_points.red_line_rate")
    assert "about" not in text_of(made)


def test_a_part_withheld_for_the_sake_of_another_says_why(trial):
    made = trial(
        ("talent_branches.returnee_share", (2, 40), {"persons": True, "parts": '"of"'}),
        ("talent_branches.graduate_share", (12, 40), {"persons": True, "parts": '"of"'}),
        ("talent_branches.local_expert_share", (26, 40), {"persons": True, "parts": '"of"'}),
    )
    row = said(made, "talent_branches.graduate_share")
    assert "Withheld: with it, another part of the whole could be worked out" in row
    assert "12" not in row
    assert "26 of 40" in said(made, "talent_branches.local_expert_share")


def test_a_plan_that_shows_small_counts_shows_them(trial):
    shown = PLAN.replace('level = "township"', 'level = "township"\nsmall_counts = "show"')
    made = trial(("disclosures.annual_on_time", (2, 3), {"persons": True}), plan=shown)
    assert "66.7% 2 of 3" in said(made, "disclosures.annual_on_time")


def test_a_table_without_the_column_of_classes_is_written_as_it_is(trial):
    made = trial(("disclosures.annual_on_time", (50, 59), {"persons": True}))
    view = View.of(made, "en")
    row = view.unit("T01").indicators.loc["disclosures.annual_on_time"].drop("count_class")
    assert value_of(view, "disclosures.annual_on_time", row, "share") == "84.7%"
    assert counts_of(view, "disclosures.annual_on_time", row, "share") == "50 of 59"


def test_attendance_is_marked_and_explained_only_where_there_is_any(trial):
    made = trial(("lectures.leaders_who_taught", (50, 60), {"attendance": True}))
    row = said(made, "lectures.leaders_who_taught")
    assert row.strip().startswith("Leaders who taught † counts that it took place")
    assert "† counts that it took place, not what came of it" in text_of(made)
    assert "†" not in text_of(trial(("grids.size_fit", (80, 100), {})))


def test_one_of_one_counted_in_full_is_shown(trial):
    made = trial(("talent_branches.has_branch", (1, 1), {"exact": True}))
    assert "100.0% 1 of 1" in said(made, "talent_branches.has_branch")


def test_one_of_one_that_is_a_sample_is_withheld(trial):
    made = trial(("hotline.closure_rate", (1, 1), {}))
    assert "Withheld: fewer than five counted" in said(made, "hotline.closure_rate")


def test_a_mean_says_what_it_rests_on(trial):
    made = trial(
        ("village_stars.mean_stars", (3.4, 34, 10), {"exact": True, "low": 1, "high": 5}),
        ("lectures.lectures_per_leader", (1.0, 1, 1), {"exact": True, "low": 0, "high": 5}),
        ("our_own.ratio", (3.25, 1300, 400), {"exact": True, "low": 0, "high": 5}),
    )
    assert "3.4 stars 34 stars, 10 villages" in said(made, "village_stars.mean_stars")
    assert "3.4星 34星、10个村" in said(made, "village_stars.mean_stars", "zh")
    assert "1.0 1 lesson, 1 leader" in said(made, "lectures.lectures_per_leader")
    assert "3.2 1,300 / 400" in said(made, "our_own.ratio")


@pytest.mark.parametrize(
    "model", ['{ kind = "band", stars = 5 }', '{ kind = "badge", domains = [1, 2, 3, 4, 5] }']
)
def test_stars_are_of_the_most_that_the_model_gives(trial, model):
    settings = {"exact": True, "low": 1, "high": 5, "options": f"{{ model = {model} }}"}
    made = trial(("village_stars.mean_stars", (3.4, 34, 10), settings))
    assert "3.4 of 5 34 stars, 10 villages" in said(made, "village_stars.mean_stars")


def test_a_median_that_is_not_reached_is_not_called_missing(trial):
    made = trial(("winter_visits.median_days", (NAN, 12, 30), {"low": 0, "high": 60}))
    row = said(made, "winter_visits.median_days")
    assert "No median yet: 12 of 30 solved" in row
    assert "Missing" not in row


def test_nothing_due_and_missing_stay_words(trial):
    made = trial(
        ("projects.delayed_closed_out", (0, 0), {"exact": True}),
        ("grids.size_fit", (NAN, NAN), {"exact": True}),
        ("grids.cell_fit", (80, 100), {"exact": True}),
    )
    assert "Nothing due in the period." in said(made, "projects.delayed_closed_out")
    assert "Missing: no records received." in said(made, "grids.size_fit")


def test_the_year_is_said_once_where_a_whole_mechanism_counts_it(trial):
    year = {"options": '{ window = "year_to_date" }'}
    both = trial(("grids.size_fit", (80, 100), year), ("grids.cell_fit", (80, 100), year))
    assert text_of(both).count("since 1 January") == 1
    assert "Grids 2 of 2 weighted; since 1 January" in text_of(both)
    one = trial(("grids.size_fit", (80, 100), year), ("grids.cell_fit", (80, 100), {}))
    assert "since 1 January" in said(one, "grids.size_fit")
    assert "since 1 January" not in said(one, "grids.cell_fit")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_table_is_sound_markup_and_every_cell_has_a_row_header(trial, language):
    made = trial(
        ("grids.size_fit", (80, 100), {"target": 0.9, "floor": 0.5}),
        ("grids.load_max", (12.0, 340, 40), {"exact": True, "low": 0, "high": 60, "weight": 0}),
        ("disclosures.annual_on_time", (57, 59), {"persons": True}),
        ("winter_visits.solved_rate", (0, 0), {"pillar": '"sow"'}),
        plan=PLAN + SOW,
    )
    markup = unit_report(made, unit="T01", language=language).indicator_table().markup
    found = outline(markup)
    assert found.wrong == found.stack == []
    assert not re.search(r"\bnan\b|None", seen(markup))
    for row in re.findall(r"<tr .*?</tr>", markup, re.DOTALL):
        columns = [int(n) for n in re.findall(r'colspan="(\d)"', row)]
        cells = len(re.findall(r"<t[hd]\b", row))
        assert cells + sum(columns) - len(columns) == 7
        assert '<th scope="' in row


def test_what_each_indicator_counts_stands_under_what_its_mechanism_is(trial):
    made = trial(("grids.size_fit", (80, 100), {}), ("street_lamps.lit", (80, 100), {}))
    text = text_of(made)
    assert "What each indicator counts Grids Households are parted into grids and cells" in text
    assert "Grids of fitting size Grids with as many households as the plan asks" in text


def test_on_a_board_what_costs_most_points_comes_first(trial):
    bar = {"low": 0, "high": 1, "target": 0.95}
    made = trial(
        ("grids.size_fit", (70, 100), bar),
        ("winter_visits.solved_rate", (50, 100), bar | {"weight": 5}),
        ("hotline.closure_rate", (60, 100), bar | {"weight": 0}),
    )
    markup = unit_report(made, unit="T01", language="en").boards().markup
    names = ("Difficulties settled", "Grids of fitting size", "Cases closed")
    places = [markup.index(f"<b>{name}</b>") for name in names]
    assert places == sorted(places)
