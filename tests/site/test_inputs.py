"""A page's digest changes with every record that it rests on, and stays when only others change."""

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import seedmetrics as sm
from seedmetrics.batch.keys import fingerprint
from seedmetrics.evaluation import Evaluation, evaluate
from seedmetrics.records import District, open_district
from seedmetrics.site.inputs import frame_text, inputs_digest, programme_digest
from seedmetrics.site.publish import notebook_file
from tests.conftest import ROOT
from tests.districts import write_district
from tests.evaluation.test_evaluate import PLAN, cases

PLANS = ("township", "alliance", "department")
COMMON = ("league", "closure", "robustness")


# the sample district -----------------------------------------------------------------------------------------
def fingerprints(folder: Path) -> dict[tuple[str, str], str]:
    """Return the fingerprint of every page of the sample in one language, by plan and page."""
    district = open_district(folder)
    found = {}
    for plan in PLANS:
        evaluation = evaluate(district, plan=plan)
        for code in evaluation.units.index:
            inputs = inputs_digest(evaluation, code)
            found[plan, code] = key(plan, inputs, unit=code)
        for page in COMMON:
            found[plan, page] = key(page, inputs_digest(evaluation))
    found["township", "programme"] = key("programme", programme_digest(district))
    return found


def key(notebook: str, inputs: str, **parameters: str) -> str:
    return fingerprint(notebook_file(notebook), parameters, inputs=inputs, render="frame")


def reopen_case(folder: Path, unit: str) -> None:
    """Take the day of closing from the last closed case of a unit."""
    file = folder / "cases.csv"
    with file.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    [*_, last] = [row for row in rows if row["unit"] == unit and row["closed"]]
    last["closed"] = ""
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.slow
def test_a_record_of_one_township_changes_the_pages_of_its_group_and_of_all_units_and_no_other(
    tmp_path,
):
    data = tmp_path / "data"
    shutil.copytree(ROOT / "data", data, ignore=shutil.ignore_patterns("make*", "examples"))
    sample = data / "sample"
    before = fingerprints(sample)
    assert fingerprints(sample) == before
    reopen_case(sample, "T01")
    after = fingerprints(sample)
    assert after.keys() == before.keys()
    changed = {page for page in before if after[page] != before[page]}
    group = open_district(sample).units.query("group == 'towns'").index
    expected = {("township", code) for code in group}
    expected |= {("township", page) for page in (*COMMON, "programme")}
    assert changed == expected
    assert len(before) == 47  # of which 33 stand as they are
    assert len(changed) == 15


def shown(evaluation: Evaluation, code: str) -> list[str]:
    """Return all that a unit's page shows, but for how it was made."""
    page = sm.unit_report(evaluation, unit=code, language="en")
    sections = (
        "heading", "standing", "village", "chain", "boards", "indicator_table", "development", "life", "grids",
        "closure", "certainty", "left_out",
    )  # fmt: skip
    return [getattr(page, section)().markup for section in sections]


def without_half(district: District, units: list[str], *tables: str) -> District:
    """Return a district without every second row of some units in some tables."""
    changed = dict(district.tables)
    for name in tables:
        table = changed[name]
        mine = np.flatnonzero(table.filter(["unit", "village"]).isin(units).any(axis=1))
        changed[name] = table.drop(index=table.index[mine[::2]])
    return replace(district, tables=changed)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("plan", "changed", "tables"),
    [
        ("department", ["D12"], ["marks"]),
        ("alliance", ["C08"], ["chains", "chain_marks"]),
        ("village", ["O01-V01"], ["village_ratings", "village_remedies"]),
        ("township", ["O01"], ["development_steps", "branches", "grids", "cases", "marks"]),
    ],
)
def test_no_page_changes_while_its_digest_stays(plan, changed, tables):
    before = open_district(ROOT / "data" / "sample")
    after = without_half(before, changed, *tables)
    one, other = evaluate(before, plan=plan), evaluate(after, plan=plan)
    units = list(one.units.index)
    for code in {units[0], units[len(units) // 2], units[-1], *changed} & set(units):
        if inputs_digest(one, code) == inputs_digest(other, code):
            assert shown(one, code) == shown(other, code), code
        elif code in changed:
            assert shown(one, code) != shown(other, code)


# a small district --------------------------------------------------------------------------------------------
UNITS = """\
code,name_zh,name_en,level,kind,group,parent,aliases
T1,甲镇,Jia Town,township,town,towns,,
T2,乙镇,Yi Town,township,town,towns,,
S1,丙街道,Bing Street,township,street,streets,,
S2,丁街道,Ding Street,township,street,streets,,
T1-V1,子村,Zi Village,village,village,villages,T1,
S1-V1,丑村,Chou Village,village,village,villages,S1,
A1,甲链联盟,Jia Alliance,alliance,alliance,alliances,,
"""
TABLES = {
    "cases": "\n".join(
        [
            "case_id,unit,channel,opened,due,closed",
            *(row for unit in ("T1", "T2", "S1", "S2") for row in cases(unit, 20, 18, 10)),
        ]
    ),
    "village_remedies": """\
village,problem,opened,due,closed
T1-V1,road,2025-05-01,2025-08-01,
S1-V1,water,2025-05-02,2025-08-01,2025-07-01""",
    "grids": """\
grid,unit,kind,households,founded
T1-G1,T1,rural,50,2024-01-01
S1-G1,S1,urban,300,2024-01-02""",
    "grid_cells": """\
cell,grid,households
T1-C1,T1-G1,10
S1-C1,S1-G1,40""",
    "rounds": """\
round,level,period,date
R1,township,2025Q3,2025-09-20
R2,township,2025Q3,2025-09-21""",
    "marks": """\
round,unit,component,judge,judge_group,mark
R1,T1,defense,P-aa01,leaders,80
R1,T2,defense,P-aa01,leaders,70
R2,S1,defense,P-aa01,leaders,90""",
    "development_steps": """\
person,unit,step,date
P-bb01,T1,1,2025-01-10
P-bb01,S1,2,2025-03-10
P-bb02,S2,1,2025-02-10""",
    "chains": """\
chain,unit,lead_department
K1,A1,Bureau""",
}
PLANNED = PLAN.replace("[tiers]", "history = 2\n\n[tiers]")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    tables = {name: text + "\n" for name, text in TABLES.items()}
    made = write_district(
        tmp_path_factory.mktemp("inputs") / "small", tables, units=UNITS, more='plans = ["small"]'
    )
    (made / "small.toml").write_text(PLANNED, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def district(folder) -> District:
    found = open_district(folder)
    assert found.problems.empty, found.problems.to_string()
    assert set(found.tables) == set(TABLES)
    return found


def pages(district: District) -> dict[str, str]:
    """Return the digests of the pages of both groups, and of all units."""
    evaluation = evaluate(district, period="2025Q3")
    found = {code: inputs_digest(evaluation, code) for code in ("T1", "T2", "S1", "S2")}
    return found | {"all": inputs_digest(evaluation)}


def changed_by(district: District, other: District) -> set[str]:
    """Return which pages have another digest in another district."""
    before, after = pages(district), pages(other)
    return {page for page in before if before[page] != after[page]}


def with_cell(district: District, table: str, row: int, column: str, value: object) -> District:
    """Return a district with one cell of one table changed."""
    changed = district.tables[table].copy()
    changed.iloc[row, changed.columns.get_loc(column)] = value
    return replace(district, tables=district.tables | {table: changed})


TOWNS, STREETS, EVERY = {"T1", "T2", "all"}, {"S1", "S2", "all"}, {"T1", "T2", "S1", "S2", "all"}
DAY = pd.Timestamp("2025-08-02")


@pytest.mark.parametrize(
    ("table", "row", "column", "value", "expected"),
    [
        pytest.param("cases", 3, "category", "roads", TOWNS, id="a unit's own row"),
        pytest.param("cases", -1, "category", "roads", STREETS, id="a row of the other group"),
        pytest.param("village_remedies", 0, "problem", "bridge", TOWNS, id="a village's row"),
        pytest.param("grid_cells", 1, "households", 41.0, STREETS, id="a row of a unit's grid"),
        pytest.param("grids", 0, "households", 51.0, TOWNS, id="a row that another refers to"),
        pytest.param("grids", 0, "grid", "T1-G9", EVERY, id="a row that refers to none any more"),
        pytest.param("marks", 1, "mark", 71.0, TOWNS, id="marks of the towns' round"),
        pytest.param("marks", 1, "round", "R2", EVERY, id="marks of a round of both groups"),
        pytest.param("rounds", 0, "date", DAY, EVERY, id="a row that names no unit"),
        pytest.param("development_steps", 1, "step", 3.0, EVERY, id="one person in two groups"),
        pytest.param("development_steps", 2, "step", 3.0, STREETS, id="one person in one group"),
        pytest.param("chains", 0, "lead_department", "Office", set(), id="a row of another plan"),
        pytest.param("cases", 0, "opened", pd.Timestamp("2024-01-01"), EVERY, id="the first day"),
        pytest.param("cases", 5, "category", "nan", TOWNS, id="a word for what is missing"),
    ],
)
def test_a_changed_cell_changes_the_pages_that_rest_on_it(
    district, table, row, column, value, expected
):
    assert changed_by(district, with_cell(district, table, row, column, value)) == expected


def test_all_units_of_a_group_rest_on_the_same(district):
    found = pages(district)
    assert found["T1"] == found["T2"]
    assert found["S1"] == found["S2"]
    assert len(set(found.values())) == 3


def test_the_same_records_opened_again_rest_on_the_same(district, folder):
    assert changed_by(district, open_district(folder)) == set()


def test_where_a_row_stands_in_its_file_does_not_count_but_the_order_of_rows_does(district):
    table = district.tables["cases"]
    moved = table.set_axis(table.index + 7)
    turned = table.iloc[[1, 0, *range(2, len(table))]]
    for other, expected in ((moved, set()), (turned, TOWNS)):
        tables = district.tables | {"cases": other}
        assert changed_by(district, replace(district, tables=tables)) == expected


def test_a_row_less_changes_the_pages_of_its_group(district):
    tables = district.tables | {"cases": district.tables["cases"].iloc[:-1]}
    assert changed_by(district, replace(district, tables=tables)) == STREETS


def test_a_table_more_changes_every_page_since_sections_come_with_tables(district):
    tables = {name: table for name, table in district.tables.items() if name != "chains"}
    assert changed_by(district, replace(district, tables=tables)) == EVERY


def test_the_provenance_of_files_changes_no_page(district):
    sources = district.sources.assign(sha256="0" * 64, rows=99)
    assert changed_by(district, replace(district, sources=sources)) == set()


def test_what_was_found_wrong_changes_every_page_but_not_in_which_row_it_was(district):
    found = {
        "severity": "mended",
        "table": "cases",
        "file": "cases.csv",
        "row": 3,
        "column": "unit",
        "value": "x",
        "problem": "y",
        "remedy": "z",
    }
    one = replace(district, problems=pd.DataFrame([found]))
    assert changed_by(district, one) == EVERY
    assert changed_by(one, replace(one, problems=pd.DataFrame([found | {"row": 4}]))) == set()
    twice = replace(one, problems=pd.DataFrame([found, found | {"row": 4}]))
    assert changed_by(one, twice) == EVERY


@pytest.mark.parametrize(
    "change",
    [
        {"as_of": pd.Timestamp("2025-10-16")},
        {"name": {"zh": "他区", "en": "Another"}},
        {"time_zone": "Asia/Urumqi"},
        {"sample": True},
        {"language": "zh"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_a_district_says_of_itself_changes_every_page(district, change):
    assert changed_by(district, replace(district, **change)) == EVERY


def test_a_name_changes_the_pages_of_its_group_and_a_move_those_of_all(district):
    units = district.units.copy()
    units.loc["S2", "name_zh"] = "戊街道"
    assert changed_by(district, replace(district, units=units)) == STREETS
    units.loc["S2", "group"] = "towns"
    assert changed_by(district, replace(district, units=units)) == EVERY


def test_a_plan_changes_every_page_by_what_it_says_and_by_its_file(district, folder, tmp_path):
    told = []
    for text in (PLANNED, PLANNED.replace("0.9", "0.8"), PLANNED + "# a word more\n"):
        file = tmp_path / "small.toml"
        file.write_text(text, encoding="utf-8")
        evaluation = evaluate(district, plan=file, period="2025Q3")
        told += [inputs_digest(evaluation, "T1"), inputs_digest(evaluation)]
    earlier = evaluate(district, period="2025Q2")
    told += [inputs_digest(earlier, "T1"), inputs_digest(earlier)]
    assert len(set(told)) == 8


def test_a_unit_that_the_plan_does_not_evaluate_is_refused(district):
    with pytest.raises(sm.SeedmetricsError, match="evaluates no unit 'T9'"):
        inputs_digest(evaluate(district, period="2025Q3"), "T9")


def test_the_page_of_published_figures_rests_on_every_row_on_its_plan_and_on_the_figures(folder):
    (folder / "plans").mkdir(exist_ok=True)
    plan, figures = folder / "plans" / "township.toml", folder.parent / "published_figures.csv"
    plan.write_text(PLAN, encoding="utf-8")
    figures.write_text("key,kind\n", encoding="utf-8")
    district = open_district(folder)
    told = [programme_digest(district)]
    assert programme_digest(open_district(folder)) == told[0]
    told.append(programme_digest(with_cell(district, "chains", 0, "lead_department", "Office")))
    figures.write_text("key,kind,words\n", encoding="utf-8")
    told.append(programme_digest(district))
    plan.write_text(PLAN.replace("0.9", "0.8"), encoding="utf-8")
    told.append(programme_digest(district))
    assert len(set(told)) == 4


def test_the_frame_has_names_and_languages_and_no_counts():
    facts = {
        "district": {"en": "Chenghe", "zh": "澄禾区"},
        "sample": True,
        "as_of": "2026-01-15",
        "language": "zh",
        "languages": ["en", "zh"],
        "version": "0.1.0",
        "plans": [{"totals": 1}],
        "problems": {"refused": 3},
    }
    text = frame_text(facts)
    assert json.loads(text) == {k: v for k, v in facts.items() if k not in ("plans", "problems")}
    assert frame_text(facts | {"problems": {}, "plans": []}) == text
    assert frame_text(facts | {"languages": ["en"]}) != text
