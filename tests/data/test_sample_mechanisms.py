"""The sample district's records of the mechanisms: whole, in keeping with each other, with their stories in them."""

from pathlib import Path

import pandas as pd
import pytest

from seedmetrics.records.catalog.columns import Table
from seedmetrics.records.schemas import TABLES

AS_OF = "2026-01-15"
TOWNSHIPS = [*(f"T{n:02d}" for n in range(1, 12)), "S01", "S02", "S03", "Z01", "Z02", "O01"]
DEPARTMENTS = [f"D{n:02d}" for n in range(1, 13)]
# Tables that only alliances, or only some units, have anything in.
OF_ALL_TOWNSHIPS = [
    "population", "disclosures", "secretary_files", "task_items", "test_marks", "ledger_checks",
    "cadre_records", "talent_branches", "talents", "activists", "points", "development_steps",
    "leaders", "grids", "service_points", "service_events", "household_visits",
]  # fmt: skip


@pytest.fixture(scope="module")
def tables(root: Path) -> dict[str, pd.DataFrame]:
    return {
        path.stem: pd.read_csv(path, dtype=str, keep_default_na=False)
        for path in (root / "data" / "sample").glob("*.csv")
    }


@pytest.fixture(scope="module")
def levels(tables: dict[str, pd.DataFrame]) -> pd.Series:
    return tables["units"].set_index("code")["level"]


def day(texts: pd.Series) -> pd.Series:
    return pd.to_datetime(texts.replace("", None))


# Every table of the catalog


@pytest.fixture(params=TABLES.values(), ids=TABLES)
def declared(request: pytest.FixtureRequest) -> Table:
    return request.param


def test_every_table_of_the_catalog_is_kept_with_columns_it_knows(
    tables: dict[str, pd.DataFrame], declared: Table
) -> None:
    table = tables[declared.name]
    assert len(table)
    assert set(table.columns) <= set(declared.columns)
    required = {name for name, column in declared.columns.items() if column.required}
    assert not (table[sorted(required)] == "").any(axis=None)


def test_no_key_is_used_twice(tables: dict[str, pd.DataFrame], declared: Table) -> None:
    if declared.key:
        assert not tables[declared.name].duplicated(list(declared.key)).any()
    else:
        assert not tables[declared.name].duplicated().all()


def test_references_and_villages_lead_to_a_row(
    tables: dict[str, pd.DataFrame], levels: pd.Series, declared: Table
) -> None:
    table = tables[declared.name]
    for name, column in declared.columns.items():
        if column.refers_to:
            assert set(table[name]) - {""} <= set(tables[column.refers_to][name])
        if column.level:
            assert set(table.loc[table[name] != "", name].map(levels)) == {column.level}


def test_nothing_has_happened_after_as_of(tables: dict[str, pd.DataFrame], declared: Table) -> None:
    for name, column in declared.columns.items():
        if column.past and name in tables[declared.name]:
            assert tables[declared.name][name].str[:10].max() <= AS_OF


def test_words_and_parts_are_in_order(tables: dict[str, pd.DataFrame], declared: Table) -> None:
    table = tables[declared.name]
    for name, column in declared.columns.items():
        if column.choices:
            assert set(table[name]) - {""} <= set(column.choices)
    for part in declared.parts:
        both = table[(table[part.part] != "") & (table[part.whole] != "")]
        assert (both[part.part].astype(int) <= both[part.whole].astype(int)).all()


@pytest.mark.parametrize("name", OF_ALL_TOWNSHIPS)
def test_each_of_the_17_has_rows_of_its_own(tables: dict[str, pd.DataFrame], name: str) -> None:
    assert set(TOWNSHIPS) <= set(tables[name]["unit"])


@pytest.mark.parametrize("name", ["task_items", "ledger_checks", "leaders", "marks"])
def test_each_of_the_12_departments_has_rows_of_its_own(
    tables: dict[str, pd.DataFrame], name: str
) -> None:
    assert set(DEPARTMENTS) <= set(tables[name]["unit"])


def test_persons_have_codes_of_no_meaning_that_no_two_groups_share(
    tables: dict[str, pd.DataFrame],
) -> None:
    groups = [
        set(tables["cadre_records"]["person"]) | set(tables["disclosures"]["person"]),
        set(tables["activists"]["person"]) | set(tables["development_steps"]["person"]),
        set(tables["leaders"]["leader"]),
        set(tables["talents"]["person"]),
        set(tables["grid_cells"]["member"]) - {""},
        set(tables["village_posts"]["person"]) - {""},
    ]
    together = pd.Series(sorted(set.union(*groups)))
    assert len(together) == sum(map(len, groups))
    assert together.str.fullmatch(r"P-[2-9][2-9b-z]{4}").all()


def test_one_person_belongs_to_one_unit(tables: dict[str, pd.DataFrame]) -> None:
    for names in (
        ["disclosures", "secretary_files", "test_marks", "cadre_records"],
        ["activists", "points", "development_steps"],
    ):
        rows = pd.concat([tables[name][["person", "unit"]] for name in names])
        assert rows.drop_duplicates()["person"].is_unique


@pytest.mark.parametrize(
    ("table", "column", "of", "key"),
    [
        ("meetings", "branch", "branches", "branch"),
        ("visits", "enterprise", "enterprises", "enterprise"),
        ("marks", "round", "rounds", "round"),
        ("marks", "unit", "units", "code"),
        ("branches", "unit", "units", "code"),
        ("life_checks", "unit", "units", "code"),
        ("enterprises", "unit", "units", "code"),
        ("chains", "unit", "units", "code"),
        ("chains", "leading_enterprise", "chain_enterprises", "enterprise"),
        ("chain_enterprises", "enterprise", "enterprises", "enterprise"),
        ("chain_enterprises", "chain", "chains", "chain"),
        ("chain_meetings", "chain", "chains", "chain"),
        ("instructors", "chain", "chains", "chain"),
        ("chain_marks", "unit", "units", "code"),
        ("units", "parent", "units", "code"),
    ],
)
def test_every_reference_leads_to_a_row(
    tables: dict[str, pd.DataFrame], table: str, column: str, of: str, key: str
) -> None:
    assert set(tables[table][column]) - {""} <= set(tables[of][key])


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("cases", ["case_id"]),
        ("branches", ["branch"]),
        ("enterprises", ["enterprise"]),
        ("rounds", ["round"]),
        ("chains", ["chain"]),
        ("chain_enterprises", ["enterprise"]),
        ("visits", ["enterprise", "date"]),
        ("marks", ["round", "unit", "component", "judge"]),
        ("life_checks", ["unit", "kind", "due"]),
        ("chain_marks", ["unit", "kind", "month"]),
    ],
)
def test_no_event_or_mark_is_recorded_twice(
    tables: dict[str, pd.DataFrame], table: str, key: list[str]
) -> None:
    assert not tables[table].duplicated(key).any()


# Published figures, straight from the CSV


def figures(root: Path) -> pd.Series:
    return pd.read_csv(root / "data" / "published_figures.csv", dtype=str).set_index("key")["value"]


def test_200_secretaries_have_a_complete_file_one_for_each_village(
    root: Path, tables: dict[str, pd.DataFrame], levels: pd.Series
) -> None:
    files = tables["secretary_files"]
    assert len(files) == int(figures(root)["secretary_files"]) == 200
    assert set(files["complete"]) == {"yes"}
    assert sorted(files["village"]) == sorted(levels.index[levels == "village"])
    parents = tables["units"].set_index("code")["parent"]
    assert (files["village"].map(parents) == files["unit"]).all()


def test_all_17_units_have_a_branch_of_young_talent(
    root: Path, tables: dict[str, pd.DataFrame]
) -> None:
    branches = tables["talent_branches"]
    assert sorted(branches["unit"]) == sorted(TOWNSHIPS)
    assert len(branches) == int(figures(root)["talent_branches"])
    assert set(branches["dissolved"]) == {""}
    assert (branches["founded"] <= AS_OF).all()


def test_three_delayed_projects_were_closed_out_in_2025_ahead_of_their_planned_day(
    root: Path, tables: dict[str, pd.DataFrame]
) -> None:
    projects = tables["projects"]
    delayed = projects[projects["kind"] == "delayed"]
    assert len(delayed) == int(figures(root)["delayed_projects"]) == 3
    assert (delayed["actual"].str[:4] == "2025").all()
    assert (delayed["actual"] < delayed["planned"]).all()


def test_16_key_villages_have_a_first_secretary_and_two_of_a_team(
    root: Path, tables: dict[str, pd.DataFrame]
) -> None:
    units, posts = tables["units"], tables["village_posts"]
    key = units.loc[units["kind"] == "key_village", "code"]
    assert len(key) == int(figures(root)["key_villages"]) == 16
    assert sorted(posts["village"].unique()) == sorted(key)
    roles = posts.drop_duplicates(["village", "post"]).groupby("village")["role"].value_counts()
    assert set(roles.xs("first_secretary", level="role")) == {1}
    assert set(roles.xs("team_member", level="role")) == {2}


def test_more_than_3300_difficulties_of_households_due_in_2025_are_solved(
    root: Path, tables: dict[str, pd.DataFrame]
) -> None:
    cases = tables["cases"]
    due = cases[(cases["channel"] == "door_knock") & (cases["due"].str[:4] == "2025")]
    assert len(due) == 3420
    assert set(due["excluded"]) == {""}
    assert (
        (due["closed"] != "").sum() == 3312 > int(figures(root)["difficulties_solved"].rstrip("+"))
    )
    assert due["opened"].str[5:7].isin(["01", "02", "12"]).mean() > 0.8


# Records that speak of the same things agree


def test_cells_add_up_to_their_grid(tables: dict[str, pd.DataFrame]) -> None:
    cells = tables["grid_cells"].astype({"households": int, "linked": int})
    sums = cells.groupby("grid")[["households", "linked"]].sum()
    grids = tables["grids"].set_index("grid")[["households", "linked"]].astype(int)
    pd.testing.assert_frame_equal(sums, grids.loc[sums.index])
    kinds = tables["grids"].set_index("grid")["kind"]
    assert set(kinds[~kinds.index.isin(sums.index)]) == {"urban"}


def test_a_unit_has_no_fewer_households_than_its_grids(tables: dict[str, pd.DataFrame]) -> None:
    grids = tables["grids"]
    living = grids[(grids["kind"] != "dedicated") & (grids["dissolved"] == "")]
    inside = living["households"].astype(int).groupby(living["unit"]).sum()
    counted = (
        tables["population"].query("year == '2025'").set_index("unit").astype(int, errors="ignore")
    )
    share = inside / counted["households"].astype(int)
    assert share.between(0.94, 1).all()
    people = counted["residents"].astype(int) / counted["households"].astype(int)
    assert people.between(2.3, 3.4).all()


def test_urban_grids_have_300_to_500_households_rural_about_50(
    tables: dict[str, pd.DataFrame],
) -> None:
    grids = tables["grids"].astype({"households": int})
    counts = grids["kind"].value_counts()
    assert counts["urban"] == 60
    assert 680 <= counts["rural"] <= 720
    sizes = grids.groupby("kind")["households"]
    assert 300 <= sizes.median()["urban"] <= 500
    assert 48 <= sizes.median()["rural"] <= 52
    cells = tables["grid_cells"]["households"].astype(int)
    assert cells.between(10, 15).mean() > 0.85


def test_a_linking_member_has_one_cell_or_two_and_none_means_no_household_is_linked(
    tables: dict[str, pd.DataFrame],
) -> None:
    cells = tables["grid_cells"]
    assert set(cells.loc[cells["member"] != "", "member"].value_counts()) == {1, 2}
    assert set(cells.loc[cells["member"] == "", "linked"]) == {"0"}


def test_cases_of_departments_come_by_the_hotline_and_are_25_to_95_due_a_half_year(
    tables: dict[str, pd.DataFrame],
) -> None:
    cases = tables["cases"]
    own = cases[cases["unit"].isin(DEPARTMENTS)]
    assert set(own["channel"]) == {"hotline"}
    assert set(cases.loc[cases["channel"] == "hotline", "unit"]) == set(DEPARTMENTS)
    due = own[(own["excluded"] == "") & (own["due"] > "2024-12-31") & (own["due"] < "2026-01-01")]
    half = due["due"].str[5:7] > "06"
    assert due.groupby(["unit", half]).size().between(25, 95).all()


def test_new_cases_stand_below_the_old_and_keep_to_the_pattern_of_their_numbers(
    tables: dict[str, pd.DataFrame],
) -> None:
    cases = tables["cases"]
    later = cases["channel"].isin(["hotline", "door_knock"])
    assert later.is_monotonic_increasing
    letters = cases["case_id"].str[0].groupby(cases["channel"]).agg(set)
    assert letters["hotline"] == {"H"}
    assert letters["door_knock"] == {"D"}
    assert cases["case_id"].str.fullmatch(r"[A-Z]202[3-6]-\d{6}").all()


def test_departments_have_a_contest_each_half_year_with_the_words_of_the_townships(
    tables: dict[str, pd.DataFrame],
) -> None:
    rounds, marks = tables["rounds"].set_index("round"), tables["marks"]
    of = rounds["level"]
    assert of.index[of == "department"].tolist() == ["2024H2", "2025H1", "2025H2"]
    own, others = marks[marks["unit"].isin(DEPARTMENTS)], marks[~marks["unit"].isin(DEPARTMENTS)]
    assert set(own["round"].map(of)) == {"department"}
    assert set(own["component"]) == set(others["component"])
    assert set(own["judge_group"]) == set(others["judge_group"])
    assert not set(own["judge"]) & set(others["judge"])


def test_listings_go_back_to_poor_marks_of_the_year_before(tables: dict[str, pd.DataFrame]) -> None:
    ratings = (
        tables["village_ratings"].set_index(["village", "year", "criterion"])["mark"].astype(float)
    )
    listings = tables["village_listings"]
    below = listings[listings["reason"] == "satisfaction_below_60"]
    rated = below[below["listed"].str[:4] > "2023"]
    assert len(rated) >= 4
    for row in rated.itertuples():
        assert ratings[row.village, str(int(row.listed[:4]) - 1), "satisfaction"] < 60


def test_26_in_100_villages_have_five_stars_by_the_band_model(
    tables: dict[str, pd.DataFrame],
) -> None:
    rows = tables["village_ratings"].astype({"mark": float}).query("year == '2025'")
    marks = rows.pivot(index="village", columns="criterion", values="mark")
    assert len(marks) == 200
    assert marks.shape[1] == 6
    score = 0.14 * marks.drop(columns="satisfaction").sum(axis=1) + 0.30 * marks["satisfaction"]
    assert 0.25 <= (score >= 90).mean() <= 0.30
    assert 0.10 <= (score < 80).mean() <= 0.25
