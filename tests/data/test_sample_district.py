"""The sample district: what its script makes, the published figures in it, the life it claims."""

import subprocess
import sys
import tomllib
import unicodedata
from pathlib import Path

import pandas as pd
import pytest

from seedmetrics.records import open_district

HOTLINE = ["business_110", "one_stop", "smart_room"]
AS_OF = pd.Timestamp("2026-01-15 23:59:59.999999")
QUARTERS_2025 = ["2025Q1", "2025Q2", "2025Q3", "2025Q4"]


@pytest.fixture(scope="module")
def sample(root: Path) -> Path:
    return root / "data" / "sample"


def read(sample: Path, table: str) -> pd.DataFrame:
    return pd.read_csv(sample / f"{table}.csv", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def units(sample: Path) -> pd.DataFrame:
    return read(sample, "units")


@pytest.fixture(scope="module")
def spellings(units: pd.DataFrame) -> dict[str, str]:
    return {
        name: row.code
        for row in units.itertuples()
        for name in [row.code, row.name_zh, row.name_en, *row.aliases.split("|")]
        if name
    }


@pytest.fixture(scope="module")
def cases(sample: Path, spellings: dict[str, str]) -> pd.DataFrame:
    table = read(sample, "cases")
    table["written"] = table["unit"]
    table["unit"] = [spellings[unicodedata.normalize("NFKC", unit)] for unit in table["unit"]]
    for column in ["opened", "dispatched", "due", "closed"]:
        table[column] = pd.to_datetime(table[column].replace("", None), format="ISO8601")
    table["due_end"] = table["due"] + pd.Timedelta(days=1, microseconds=-1)
    table["is_closed"] = table["closed"] <= AS_OF
    table["on_time"] = table["closed"] <= table["due_end"]
    table["quarter"] = table["due"].dt.to_period("Q").astype(str)
    return table


@pytest.fixture(scope="module")
def hotline(cases: pd.DataFrame) -> pd.DataFrame:
    return cases[cases["channel"].isin(HOTLINE)]


@pytest.fixture(scope="module")
def due(hotline: pd.DataFrame) -> pd.DataFrame:
    return hotline[(hotline["excluded"] == "") & (hotline["due_end"] <= AS_OF)]


@pytest.fixture(scope="module")
def closure(due: pd.DataFrame) -> pd.DataFrame:
    return due.pivot_table(index="unit", columns="quarter", values="is_closed")


# Made by the script


def test_the_script_writes_the_committed_files_byte_for_byte(sample: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-B", str(sample / "make_sample.py"), "--out", str(tmp_path)]
    subprocess.run(command, check=True, timeout=120)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    kept = {
        path.name: path.read_bytes()
        for path in sample.iterdir()
        if path.suffix in {".csv", ".toml"}
    }
    assert sorted(made) == sorted(kept)
    assert [name for name in made if made[name] != kept[name]] == []


def test_the_folder_stays_under_six_megabytes_and_has_no_carriage_returns(sample: Path) -> None:
    kept = [path for path in sample.rglob("*.*") if path.is_file() and path.suffix != ".pyc"]
    assert sum(path.stat().st_size for path in kept) < 6_000_000
    files = [path.read_bytes() for path in sample.glob("*.csv")]
    assert not any(b"\r" in data or data.startswith(b"\xef\xbb\xbf") for data in files)
    assert all(data.endswith(b"\n") for data in files)


def test_district_toml_names_every_table_that_is_there(sample: Path) -> None:
    district = tomllib.loads((sample / "district.toml").read_text(encoding="utf-8"))
    assert district["sample"] is True
    assert str(district["as_of"]) == "2026-01-15"
    named = {table["file"] for table in district["tables"].values()} | {district["units"]}
    assert named == {path.name for path in sample.glob("*.csv")}


# Published figures, straight from the CSV


def published(root: Path) -> dict[str, str]:
    table = pd.read_csv(root / "data" / "published_figures.csv", dtype=str)
    assert not table[["key", "figure", "value", "words", "what_is_counted"]].isna().any(axis=None)
    return dict(zip(table["key"], table["value"], strict=True))


def test_published_counts_of_units_groups_and_enterprises_come_out(
    root: Path, sample: Path, units: pd.DataFrame
) -> None:
    figures = published(root)
    levels = units["level"].value_counts()
    assert int(figures["secretary_files"]) == levels["village"]
    assert int(figures["talent_branches"]) == levels["township"]
    assert int(figures["key_villages"]) == (units["kind"] == "key_village").sum()
    enterprises, visits = read(sample, "enterprises"), read(sample, "visits")
    linked = enterprises["enterprise"].nunique()
    assert int(figures["enterprises"]) == linked == len(enterprises)
    groups = int(figures["weekend_groups"])
    assert groups == enterprises["group"].nunique() == visits["group"].nunique()


def test_558_of_581_urgent_problems_are_closed_and_print_as_the_published_rate(
    root: Path, cases: pd.DataFrame
) -> None:
    figures = published(root)
    problems = cases[cases["channel"] == "enterprise_day"]
    assert (problems["due"].dt.year == 2025).all()
    assert (problems["excluded"] == "").all()
    assert len(problems) == 581
    assert problems["is_closed"].sum() == int(figures["problems_closed"]) == 558
    assert f"{problems['is_closed'].mean():.0%}" == figures["closure_rate"]


def test_the_words_of_each_published_figure_stand_in_the_speech(root: Path, shared: Path) -> None:
    speech = (shared / "seed.zh.txt").read_text(encoding="utf-8")
    table = pd.read_csv(root / "data" / "published_figures.csv", dtype=str)
    assert [words for words in table["words"] if words not in speech] == []


# Units and keys


def test_units_are_17_in_two_groups_8_alliances_200_villages_and_12_departments(
    units: pd.DataFrame,
) -> None:
    townships = units[units["level"] == "township"]
    assert townships["group"].value_counts().to_dict() == {"towns": 11, "streets_zones_offices": 6}
    assert (units["level"] == "alliance").sum() == 8
    villages = units[units["level"] == "village"]
    assert set(villages["parent"]) == set(townships["code"])
    departments = units[units["level"] == "department"]
    assert departments["code"].tolist() == [f"D{number:02d}" for number in range(1, 13)]
    assert set(departments["kind"]) == {"bureau"}
    assert set(departments["group"]) == {"bureaus"}


def test_no_spelling_means_two_units_and_every_name_is_in_gb_2312(units: pd.DataFrame) -> None:
    aliases = units["aliases"].str.split("|").explode()
    names = pd.concat([units["code"], units["name_zh"], units["name_en"], aliases[aliases != ""]])
    assert names[names.duplicated()].tolist() == []
    "".join(names).encode("gb2312")


def test_no_event_is_later_than_as_of(sample: Path, cases: pd.DataFrame) -> None:
    assert cases[["opened", "dispatched", "closed"]].max().max() <= AS_OF
    for table, column in [("meetings", "date"), ("visits", "date"), ("life_checks", "done"),
                          ("rounds", "date"), ("chain_meetings", "date")]:  # fmt: skip
        assert read(sample, table)[column].max() <= "2026-01-15"


# Blemishes: all of them can be mended


def test_a_handful_of_cases_closed_minutes_before_they_were_opened(hotline: pd.DataFrame) -> None:
    early = hotline["opened"] - hotline["closed"]
    early = early[early > pd.Timedelta(0)]
    assert 6 <= len(early) <= 10
    assert early.max() < pd.Timedelta(hours=1)


def test_some_cases_bear_another_spelling_or_the_old_name(hotline: pd.DataFrame) -> None:
    other = hotline[hotline["written"] != hotline["unit"]]
    assert 40 <= len(other) <= 90
    old = other[other["written"] == "石槐乡"]
    assert set(old["unit"]) == {"T09"}
    assert old["opened"].max() < pd.Timestamp("2025-03-01")


def test_about_one_case_in_a_hundred_has_no_due_date(hotline: pd.DataFrame) -> None:
    assert 0.005 < hotline["due"].isna().mean() < 0.015


def test_some_cases_are_not_yet_due(hotline: pd.DataFrame) -> None:
    late = hotline[hotline["due_end"] > AS_OF]
    assert len(late) > 100
    assert late["opened"].max() > pd.Timestamp("2026-01-14")


def test_the_reader_refuses_no_row_and_mends_only_early_closures(sample: Path) -> None:
    district = open_district(sample)
    severity = district.problems["severity"].value_counts().to_dict()
    assert "refused" not in severity
    assert district.sources["refused"].sum() == 0
    mended = district.problems[district.problems["severity"] == "mended"]
    assert set(mended["column"]) == {"closed"}
    assert 6 <= len(mended) <= 10
    noted = district.problems[district.problems["severity"] == "noted"]
    assert set(noted["column"]) == {"unit"}


# Life


def test_each_full_quarter_has_2200_to_2600_hotline_cases_due_unevenly(due: pd.DataFrame) -> None:
    sizes = due["quarter"].value_counts()
    assert sizes[["2024Q4", *QUARTERS_2025]].between(2200, 2600).all()
    by_unit = due[due["quarter"] == "2025Q4"]["unit"].value_counts()
    assert by_unit.index[0] == "S01"
    assert by_unit.index[-1] == "O01"
    assert by_unit.max() > 300


def test_the_office_has_fewer_than_five_due_in_some_quarters(due: pd.DataFrame) -> None:
    sizes = due[due["unit"] == "O01"]["quarter"].value_counts()
    assert sizes["2025Q4"] < 5
    assert sizes.max() >= 8


def test_closure_is_near_the_ceiling_and_on_time_is_lower(
    due: pd.DataFrame, closure: pd.DataFrame
) -> None:
    assert closure["2025Q4"].between(0.93, 0.985).sum() >= 11
    on_time = due.pivot_table(index="unit", columns="quarter", values="on_time")
    assert (on_time[QUARTERS_2025] <= closure[QUARTERS_2025]).all(axis=None)
    assert 0.82 < due["on_time"].mean() < 0.93


def test_fengya_is_slow_in_every_quarter_and_has_a_long_tail(due: pd.DataFrame) -> None:
    on_time = due[due["unit"] != "O01"].pivot_table(
        index="unit", columns="quarter", values="on_time"
    )
    assert (on_time[QUARTERS_2025].idxmin() == "T07").all()
    days = (due["closed"] - due["opened"]).dt.days
    assert days[due["unit"] == "T07"].quantile(0.9) > 1.5 * days[due["unit"] != "T07"].quantile(0.9)


def test_days_to_closure_have_a_median_of_about_six_and_a_tail_past_sixty(
    due: pd.DataFrame,
) -> None:
    days = (due["closed"] - due["opened"]).dt.total_seconds() / 86400
    assert 5 < days.median() < 7.5
    assert 0.005 < (days > 60).mean() < 0.05


def test_lutang_mends_through_2025(due: pd.DataFrame, closure: pd.DataFrame) -> None:
    assert closure.loc["T06", "2025Q4"] > closure.loc["T06", "2025Q1"] + 0.04
    halves = due[(due["unit"] == "T06") & (due["due"].dt.year == 2025)]
    by_half = halves.groupby(halves["due"].dt.month > 6)["on_time"].mean()
    assert by_half[True] > by_half[False] + 0.05


def test_shihuai_has_one_bad_month_in_a_bad_quarter(
    due: pd.DataFrame, closure: pd.DataFrame
) -> None:
    months = due[due["unit"] == "T09"]
    by_month = months.groupby(months["due"].dt.strftime("%Y-%m"))["is_closed"].mean()
    assert by_month.idxmin() == "2025-08"
    assert by_month.min() < 0.85 < by_month.drop("2025-08").min()
    assert closure.loc["T09", QUARTERS_2025].idxmin() == "2025Q3"


def test_yunqiao_excludes_suspiciously_much_and_gains_by_it(hotline: pd.DataFrame) -> None:
    excluded = (hotline["excluded"] != "").groupby(hotline["unit"]).mean()
    assert excluded["T08"] > 0.12
    assert excluded.drop("T08").between(0.025, 0.08).all()
    own = hotline[(hotline["unit"] == "T08") & (hotline["due_end"] <= AS_OF)]
    without = own[own["excluded"] == ""]["is_closed"].mean()
    assert without > own["is_closed"].mean() + 0.04


def test_reopened_called_back_and_satisfied_are_in_their_ranges(hotline: pd.DataFrame) -> None:
    closed = hotline[hotline["is_closed"] & (hotline["excluded"] == "")]
    assert 0.02 < (closed["reopened"] == "yes").mean() < 0.05
    assert 0.70 < (closed["called_back"] == "yes").mean() < 0.80
    called = closed[closed["called_back"] == "yes"]
    assert 0.92 < (called["resolved"] == "yes").mean() < 0.97
    satisfied = (called["satisfied"] == "yes").groupby(called["unit"]).mean()
    assert satisfied.idxmin() == "S03"
    assert satisfied["S03"] < 0.90
    not_called = hotline[hotline["called_back"] != "yes"]
    assert (not_called[["resolved", "satisfied"]] == "").all(axis=None)


def test_closures_bunch_on_the_last_day(due: pd.DataFrame) -> None:
    gap = (due["closed"].dt.normalize() - due["due"]).dt.days.value_counts()
    assert gap[0] > gap[-1]
    assert gap[0] > 3 * gap[1]


def test_visits_are_on_weekends_and_reach_30_to_80_percent_of_a_unit(sample: Path) -> None:
    visits, enterprises = read(sample, "visits"), read(sample, "enterprises")
    days = pd.to_datetime(visits["date"])
    assert (days.dt.day_of_week >= 5).all()
    assert (days.dt.year == 2025).all()
    reached = enterprises["enterprise"].isin(visits["enterprise"])
    assert reached.groupby(enterprises["unit"]).mean().between(0.30, 0.80).all()
    by_group = visits["group"].value_counts()
    assert by_group.max() > 3 * by_group.min()


def test_each_problem_of_a_weekend_was_noted_on_a_visit(sample: Path, cases: pd.DataFrame) -> None:
    visits = read(sample, "visits")
    noted = cases[cases["channel"] == "enterprise_day"]
    seen = set(zip(visits["enterprise"], visits["date"], strict=True))
    assert (
        set(zip(noted["enterprise"], noted["opened"].dt.strftime("%Y-%m-%d"), strict=True)) <= seen
    )


def test_marks_are_inflated_and_one_judge_is_four_points_lower(sample: Path) -> None:
    rounds = read(sample, "rounds").set_index("round")["level"]
    marks = read(sample, "marks")
    marks = marks[marks["round"].map(rounds) == "township"]
    marks["mark"] = marks["mark"].astype(float)
    assert marks["mark"].between(75, 100).all()
    assert marks["mark"].median() > 90
    by_judge = marks.groupby("judge")["mark"].mean()
    assert by_judge.idxmin() == "J05"
    assert 3 < by_judge.drop("J05").median() - by_judge["J05"] < 5.5
    assert len(marks) < 6 * 17 * 3 * 9


def test_branches_number_430_and_the_marks_of_their_kind(sample: Path) -> None:
    branches = read(sample, "branches")
    assert len(branches) == 430
    assert 0.55 < (branches["has_committee"] == "yes").mean() < 0.65
    assert 0.40 < (branches["has_groups"] == "yes").mean() < 0.50
    kinds = read(sample, "meetings").merge(branches, on="branch")
    assert (kinds[kinds["kind"] == "committee_meeting"]["has_committee"] == "yes").all()
    assert (kinds[kinds["kind"] == "group_meeting"]["has_groups"] == "yes").all()
    assert 0.93 < (kinds["first_item"] == "yes").mean() < 0.99
    assert 0.93 < (kinds["date"].str[:7] == kinds["month"]).mean() < 0.99


def test_chains_have_9_to_90_members_and_coverage_of_55_to_95_percent(sample: Path) -> None:
    members = read(sample, "chain_enterprises")
    sizes = members["chain"].value_counts()
    assert (sizes.min(), sizes.max()) == (9, 90)
    now = members[members["left"] == ""]
    covered = (now["form"] != "none").groupby(now["chain"]).mean()
    assert covered.between(0.55, 0.95).all()


def test_two_chains_were_without_instructor_and_one_has_no_secretary(sample: Path) -> None:
    terms = read(sample, "instructors").sort_values(["chain", "from"])
    before = terms.groupby("chain")["to"].shift()
    gaps = (pd.to_datetime(terms["from"]) - pd.to_datetime(before.replace("", None))).dt.days > 1
    assert sorted(terms[gaps]["chain"]) == ["CH04", "CH08"]
    chains = read(sample, "chains").set_index("chain")
    assert chains.index[chains["secretary_to"] != ""].tolist() == ["CH06"]


def test_problems_raised_at_joint_meetings_are_the_cases_of_the_alliance(
    sample: Path, cases: pd.DataFrame
) -> None:
    raised = read(sample, "chain_meetings").merge(read(sample, "chains"), on="chain")
    raised = raised[raised["kind"] == "joint_meeting"]
    counts = raised["problems_raised"].astype(int).groupby([raised["unit"], raised["date"].str[:4]])
    filed = cases[cases["channel"] == "chain_meeting"]
    by_year = filed.groupby(["unit", filed["opened"].dt.strftime("%Y")]).size()
    assert counts.sum().to_dict() == by_year.to_dict()
    assert by_year.between(25, 60).all()


def test_each_alliance_has_its_marks_of_both_years(sample: Path) -> None:
    marks = read(sample, "chain_marks")
    counts = marks.groupby(["kind", "unit", marks["month"].str[:4]]).size()
    assert counts.groupby("kind").agg(set).to_dict() == {
        "routine": {12},
        "field_study": {2},
        "report": {1},
    }
    assert counts.groupby("kind").size().eq(8 * 2).all()
    reports = marks[marks["kind"] == "report"]
    assert set(reports["given"]) == {"yes", "no"}
    assert set(marks[marks["kind"] != "report"]["given"]) == {""}


def test_no_value_looks_like_an_identity_or_mobile_number(sample: Path) -> None:
    for path in sample.glob("*.csv"):
        text = path.read_text(encoding="utf-8")
        assert not pd.Series([text]).str.contains(r"\b(?:\d{17}[\dX]|1[3-9]\d{9})\b").any(), (
            path.name
        )
