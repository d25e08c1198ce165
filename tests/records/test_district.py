"""A district that is as it should be: found, read, typed, named, and the same each time."""

import gzip
import hashlib
import pickle
from collections.abc import Callable
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import pytest

from seedmetrics import records
from seedmetrics.records import District, DistrictError, check_frame, open_district, schema
from seedmetrics.records.problems import ProblemList, nearest, shown
from seedmetrics.records.schemas import TABLES

CASES = """case_id,unit,channel,opened,due,closed
C1,T01,hotline,2025-07-01 09:00:00,2025-07-06,2025-07-03 10:00:00
C2,T02,hotline,2025-07-02 09:00:00,2025-07-07,
"""
BRANCHES = "branch,unit,has_committee,has_groups\nB1,T01,是,否\n"
MEETINGS = "branch,kind,month,date,first_item\nB1,theme_day,2025-07,2025-07-05,√\n"


def test_all_is_sorted_and_true() -> None:
    # Constants stand first.
    assert records.__all__ == sorted(records.__all__, key=lambda name: (not name.isupper(), name))
    assert all(hasattr(records, name) for name in records.__all__)


def test_a_table_is_typed_and_indexed_by_its_rows(make_district: Callable[..., District]) -> None:
    cases = make_district(cases=CASES).table("cases")
    assert list(cases.columns) == list(TABLES["cases"].columns)
    assert cases.index.tolist() == [2, 3]
    assert cases.index.name == "row"
    assert cases.loc[2, "due"] == pd.Timestamp("2025-07-06 23:59:59.999999")
    assert cases["closed"].isna().tolist() == [False, True]
    assert cases["excluded"].tolist() == ["", ""]
    assert cases["satisfied"].dtype == "boolean"
    assert cases["satisfied"].isna().all()


def test_the_district_says_what_its_manifest_says(make_district: Callable[..., District]) -> None:
    district = make_district(cases=CASES)
    assert district.name == {"zh": "示例区", "en": "Example District"}
    assert district.as_of == pd.Timestamp("2025-12-31 23:59:59.999999")
    assert (district.sample, district.language, district.plans) == (False, "en", ())
    assert "cases 2" in repr(district)
    assert "示例区 Example District" in district._repr_html_()
    again = pickle.loads(pickle.dumps(district))
    pd.testing.assert_frame_equal(again.table("cases"), district.table("cases"))


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2016-01-12T22:53:53", "2016-01-12 22:53:53"),
        ("2016-01-12T14:53:53Z", "2016-01-12 22:53:53"),
        ("2016-01-12", "2016-01-12 23:59:59.999999"),
        ('"2016-01-12"', "2016-01-12 23:59:59.999999"),
    ],
)
def test_as_of_is_local_wall_clock(
    make_folder: Callable[..., Path], as_of: str, expected: str
) -> None:
    top = f'name = "区"\nas_of = {as_of}\ntime_zone = "Asia/Shanghai"\n'
    district = open_district(make_folder(top))
    assert district.as_of == pd.Timestamp(expected)
    assert district.name == {"zh": "区", "en": "区"}


def test_a_folder_is_found_from_below_and_by_its_manifest(
    make_folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_folder(cases=CASES)
    below = folder / "notebooks" / "deep"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    relative = Path(folder.parent.name) / folder.name
    for given in (relative, str(relative), folder, folder / "district.toml"):
        assert open_district(given).folder == folder.resolve()


def test_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(DistrictError, match=r"'no/such/folder' is not there.*district\.toml"):
        open_district("no/such/folder")
    with pytest.raises(DistrictError, match=r"holds no district\.toml"):
        open_district(tmp_path)


def test_units_are_matched_by_code_name_and_alias(make_district: Callable[..., District]) -> None:
    spelled = ["T01", "双河镇", "Shuanghe Town", " 双河 ", "双河镇人民政府", "Ｔ01"]
    rows = "".join(f"C{i},{unit},hotline,2025-07-01\n" for i, unit in enumerate(spelled))
    district = make_district(cases="case_id,unit,channel,opened\n" + rows)
    assert district.table("cases")["unit"].tolist() == ["T01"] * 6
    noted = district.problems[district.problems["problem"].str.contains("spell")]
    assert sorted(noted["value"]) == sorted(set(spelled) - {"T01"})
    assert (noted["severity"] == "noted").all()


def test_a_code_goes_before_a_name_and_a_name_before_an_alias(
    make_folder: Callable[..., Path],
) -> None:
    units = "code,name_zh,level,aliases\nA,甲,township,B|乙|共\nB,乙,township,共\nC,A,township,\n"
    rows = "".join(f"C{i},{u},hotline,2025-07-01\n" for i, u in enumerate(["A", "B", "乙", "共"]))
    folder = make_folder(units=units, cases="case_id,unit,channel,opened\n" + rows)
    district = open_district(folder)
    assert district.table("cases")["unit"].tolist() == ["A", "B", "B"]
    problems = district.problems
    assert (
        problems.loc[problems["problem"] == "names 2 units", "remedy"].item()
        == "use the code: A or B"
    )
    assert problems["problem"].str.contains("2 units are spelled so").any()


def test_units_have_names_in_both_languages(make_folder: Callable[..., Path]) -> None:
    units = "code,name_zh,name_en,level,parent\nA,甲,,township,\nB,,Bee,village,A\nC,,,village,Z\n"
    district = open_district(make_folder(units=units))
    assert district.unit_name("A", "en") == "甲"
    assert district.unit_name("B", "zh") == "Bee"
    assert district.unit_name("C", "zh") == "C"
    assert district.units["parent"].tolist() == ["", "A", ""]
    assert district.units["group"].tolist() == ["", "", ""]
    assert list(district.units_at("village").index) == ["B", "C"]
    assert list(district.units_at("department").index) == []
    severity = district.problems.set_index("column")["severity"]
    assert severity.to_dict() == {"name_zh": "noted", "parent": "mended"}
    with pytest.raises(DistrictError, match="`code` 'AA' is no unit"):
        district.unit_name("AA", "en")
    with pytest.raises(DistrictError, match="`language` must be 'zh' or 'en', got 'fr'"):
        district.unit_name("A", "fr")
    with pytest.raises(DistrictError, match="Did you mean `township`"):
        district.units_at("townships")


SECTION = """
[tables.cases]
file = "cases.csv"
date_format = "%d.%m.%Y"
[tables.cases.columns]
case_id = "编号"
unit = "承办单位"
channel = { value = "hotline" }
opened = "受理 时间"
excluded = { column = "状态", values = { "重复" = "duplicate", "待核" = "" } }
satisfied = { column = "回访", values = { "满意" = true, "基本满意" = true }, otherwise = false }
"""
THEIRS = """编号,承办单位,受理\u3000时间,状态,回访,备注
1,T01,03.07.2025,重复,满意,x
2,T02,04.07.2025,,差,
3,T02,05.07.2025,退回,,
4,T02,06.07.2025,待核,基本满意,
"""


def test_columns_are_mapped_translated_and_given(make_district: Callable[..., District]) -> None:
    sections = SECTION
    district = make_district(sections=sections, cases=THEIRS)
    cases = district.table("cases")
    assert cases["opened"].tolist() == [pd.Timestamp(2025, 7, day) for day in (3, 4, 5, 6)]
    assert cases["channel"].tolist() == ["hotline"] * 4
    assert cases["excluded"].tolist() == ["duplicate", "", "退回", ""]
    # What is not there is not "otherwise": no answer is no "no".
    assert cases["satisfied"].tolist() == [True, False, pd.NA, True]
    noted = district.problems["problem"].tolist()
    assert noted == ["columns that nothing maps were passed over: `备注`"]


def test_references_and_asked_tables(make_folder: Callable[..., Path]) -> None:
    folder = make_folder(cases=CASES, branches=BRANCHES, meetings=MEETINGS)
    district = open_district(folder, tables=["meetings"])
    assert list(district.tables) == ["branches", "meetings"]
    assert district.table("meetings")["first_item"].tolist() == [True]
    with pytest.raises(DistrictError, match="does not keep the table 'cases'"):
        district.table("cases")
    assert list(open_district(folder, tables=[]).tables) == []
    assert list(open_district(folder, tables="cases").tables) == ["cases"]
    assert list(open_district(folder, tables=["visits"]).tables) == []
    with pytest.raises(DistrictError, match="Did you mean `meetings`"):
        open_district(folder, tables=["meeting"])
    with pytest.raises(DistrictError, match="Did you mean `meetings`"):
        open_district(folder).table("meeting")


def test_a_reference_that_cannot_be_checked_is_noted(
    make_district: Callable[..., District],
) -> None:
    district = make_district(meetings=MEETINGS)
    assert len(district.table("meetings")) == 1
    assert "the table branches is not kept" in district.problems["problem"].item()


def test_the_same_rows_come_from_every_kind_of_file(make_folder: Callable[..., Path]) -> None:
    folder = make_folder(cases=CASES)
    expected = open_district(folder).table("cases")
    rows = [line.split(",") for line in CASES.splitlines()]
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder / "cases.xlsx")
    (folder / "cases.csv.gz").write_bytes(gzip.compress(CASES.encode()))
    duckdb.read_csv(str(folder / "cases.csv")).write_parquet(str(folder / "cases.parquet"))
    manifest = (folder / "district.toml").read_text("utf-8")
    for name in ("cases.xlsx", "cases.csv.gz", "cases.parquet"):
        (folder / "district.toml").write_text(manifest.replace("cases.csv", name), "utf-8")
        pd.testing.assert_frame_equal(open_district(folder).table("cases"), expected)


def test_sources_name_each_file_with_its_digest(make_folder: Callable[..., Path]) -> None:
    folder = make_folder(cases=CASES)
    sources = open_district(folder).sources.set_index("table")
    assert sources["file"].tolist() == ["district.toml", "units.csv", "cases.csv"]
    assert sources["rows"].tolist() == [0, 4, 2]
    assert sources.loc["cases", "sha256"] == hashlib.sha256(CASES.encode()).hexdigest()


def test_opening_twice_gives_the_same(make_folder: Callable[..., Path]) -> None:
    folder = make_folder(cases=CASES + "C2,T09,hotline,x,,\n", branches=BRANCHES)
    first, second = open_district(folder), open_district(folder)
    pd.testing.assert_frame_equal(first.problems, second.problems)
    pd.testing.assert_frame_equal(first.sources, second.sources)


def test_every_table_satisfies_its_own_schema(make_folder: Callable[..., Path]) -> None:
    district = open_district(make_folder(cases=CASES, branches=BRANCHES, meetings=MEETINGS))
    for name, frame in district.tables.items():
        assert check_frame(frame, name).empty
        schema(name).validate(frame)
    assert check_frame(district.units.reset_index(), "units").empty


def test_an_empty_frame_of_every_table_satisfies_its_schema(
    make_folder: Callable[..., Path],
) -> None:
    headers = {name: ",".join(t.columns) + "\n" for name, t in TABLES.items() if name != "units"}
    district = open_district(make_folder(**headers))
    assert set(district.tables) == set(headers)
    for name, frame in district.tables.items():
        assert len(frame) == 0
        assert check_frame(frame, name).empty


def test_a_frame_of_ones_own_is_checked_in_words(make_folder: Callable[..., Path]) -> None:
    frame = open_district(make_folder(cases=CASES)).table("cases").copy()
    frame.loc[2, "channel"] = "pigeon"
    frame.loc[3, "case_id"] = "C1"
    frame.loc[3, "unit"] = None
    found = check_frame(frame.drop(columns="due"), "cases")
    lines = set(found[["row", "column", "problem"]].itertuples(index=False, name=None))
    assert {(-1, "due", "the column is not there"), (3, "unit", "is missing")} <= lines
    assert {(row, "case_id", "another row has the same case_id") for row in (2, 3)} <= lines
    assert any(
        row == 2 and column == "channel" and "hotline" in text for row, column, text in lines
    )
    assert len(lines) == 5
    with pytest.raises(DistrictError, match="Did you mean `cases`"):
        schema("case")


def test_schemas_hold_the_ranges_of_marks_and_counts() -> None:
    marks = pd.DataFrame(
        {
            "unit": "A",
            "kind": "routine",
            "month": ["2025-07", "2025-7"],
            "mark": [100.0, 101.0],
            "given": pd.array([None, True], "boolean"),
        },
        index=["a", "b"],
    )
    found = check_frame(marks, "chain_marks")
    assert found[["row", "column"]].to_numpy().tolist() == [[1, "month"], [1, "mark"]]


def test_numbers_of_persons_are_masked_and_long_values_cut() -> None:
    assert shown("id 11010519491231002X.") == "id 1*****************."
    assert len(shown("长" * 200)) == 80


def test_nearest_lists_what_there_is_when_nothing_is_near() -> None:
    assert nearest("x", []) == "There is none to choose from."
    assert nearest("zzz", [f"name{i}" for i in range(14)]).endswith("and 2 more.")


def test_problems_stand_in_order_of_table_and_row() -> None:
    found = ProblemList()
    for table, row in (("b", 3), ("a", 1), ("b", 2)):
        found.add("noted", table=table, file="f", rows=row, problem="p", remedy="r")
    found.add("noted", table="c", file="f", rows=[], problem="p", remedy="r")
    assert found.frame()[["table", "row"]].to_numpy().tolist() == [["b", 2], ["b", 3], ["a", 1]]
    assert ProblemList().frame().empty
