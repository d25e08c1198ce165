"""Tables about persons: whatever names or numbers one is refused as a column, and never shown."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from seedmetrics.records import District, DistrictError, check_frame, open_district
from tests.records.conftest import assert_accounted

Make = Callable[..., District]
MakeFolder = Callable[..., Path]
Refused = Callable[[District], pd.DataFrame]

HEADER = "person,unit,date,mark\n"
NAMES = ["张三", "李四", "王五"]


def marks_of(*persons: str) -> str:
    return HEADER + "".join(f"{p},T01,2025-07-{i:02d},80\n" for i, p in enumerate(persons, start=1))


def only(district: District, refused: Refused) -> pd.Series:
    """Return the only refused problem, which must be of the whole column and show no cell."""
    found = refused(district)
    assert len(found) == 1, found.to_string()
    assert (found["row"].item(), found["value"].item()) == (0, "")
    return found.iloc[0]


@pytest.mark.parametrize(
    ("persons", "what", "remedy"),
    [
        (
            ["P1", "P2", "11010519491231002X"],
            "numbers of persons (identity, mobile or telephone) in row 4",
            "code",
        ),
        (["P1", "13912345678", "P-13912345678"], "in 2 rows, first in row 3", "code"),
        (["P1", "010-62345678"], "numbers of persons", "code"),
        (NAMES, "what looks like names of persons in 3 rows, first in row 2", "P0468"),
        (["P1", "P2", "张　三"], "names of persons in row 4", "P0468"),
        (["Jane Roe", "John Doe"], "names of persons in 2 rows", "P0468"),
    ],
)
def test_a_column_that_names_persons_makes_its_table_unusable(
    make_district: Make, refused: Refused, persons: list[str], what: str, remedy: str
) -> None:
    district = make_district(test_marks=marks_of(*persons))
    found = only(district, refused)
    assert (found["table"], found["file"], found["column"]) == (
        "test_marks",
        "test_marks.csv",
        "person",
    )
    assert what in found["problem"]
    assert found["problem"].endswith("it was not read")
    assert remedy in found["remedy"]
    with pytest.raises(DistrictError, match=r"'test_marks' could not be read.*not read.*To do"):
        district.table("test_marks")
    assert district.sources.set_index("table").loc["test_marks", "refused"] == len(persons)
    written = district.problems.to_csv()
    assert not any(person in written for person in persons if person not in ("P1", "P2"))


@pytest.mark.parametrize("person", ["P0468", "a1f3-22", "种子-017", "甲01", "0468"])
def test_codes_of_persons_are_kept(make_district: Make, person: str) -> None:
    district = make_district(test_marks=marks_of(person, person))
    assert district.table("test_marks")["person"].tolist() == [person] * 2
    assert district.problems.empty


HEADERS = [
    ("姓名", "names"),
    ("书记 姓名", "names"),
    ("名字", "names"),
    ("full name", "names"),
    ("Person_Name", "names"),
    ("身份证号", "numbers"),
    ("手 机", "numbers"),
    ("联系\u3000电话", "numbers"),
    ("identity no.", "numbers"),
    ("mobile", "numbers"),
]


@pytest.mark.parametrize(("header", "what"), HEADERS)
def test_a_column_is_refused_by_its_name_when_it_is_mapped(
    make_district: Make, refused: Refused, header: str, what: str
) -> None:
    sections = f'[tables.test_marks]\nfile = "test_marks.csv"\n[tables.test_marks.columns]\nperson = "{header}"\n'
    district = make_district(sections=sections, test_marks=marks_of("P1").replace("person", header))
    found = only(district, refused)
    assert found["problem"].startswith("by its name it holds ")
    assert what in found["problem"]
    assert found["column"] == header
    assert "test_marks" not in district.tables


@pytest.mark.parametrize(
    "header",
    ["单位名字", "企业名称", "干部编号", "是否留有电话", "电话回访结果", "nickname", "phoned"],
)
def test_a_column_that_only_sounds_like_one_is_read(make_district: Make, header: str) -> None:
    sections = (
        f'[tables.cases]\nfile = "cases.csv"\n[tables.cases.columns]\ncategory = "{header}"\n'
    )
    cases = f"case_id,unit,channel,opened,{header}\nC1,T01,hotline,2025-07-01,是\n"
    assert make_district(sections=sections, cases=cases).table("cases")["category"].tolist() == [
        "是"
    ]


def test_a_column_of_names_that_nothing_maps_is_noted_and_not_read(
    make_district: Make, refused: Refused
) -> None:
    marks = marks_of("P1").replace("mark\n", "mark,姓名\n").replace(",80\n", ",80,张三\n")
    district = make_district(test_marks=marks)
    assert refused(district).empty
    noted = district.problems.set_index("column")
    assert "names of persons" in noted.loc["姓名", "problem"]
    assert len(district.table("test_marks")) == 1
    assert "张三" not in district.problems.to_csv()


def test_a_column_that_need_not_be_there_is_left_out_and_the_table_kept(
    make_district: Make, refused: Refused
) -> None:
    posts = "village,post,role,person,from\n010201,S1,first_secretary,张三,2024-01-01\n"
    district = make_district(village_posts=posts)
    assert only(district, refused)["column"] == "person"
    assert district.table("village_posts")["person"].isna().tolist() == [True]


def test_lectures_of_leaders_that_were_refused_cannot_be_checked(make_district: Make) -> None:
    leaders = "leader,unit,post\n张三,T01,township_head\n"
    district = make_district(leaders=leaders, lectures="leader,date\nL1,2025-07-01\n")
    assert "leaders" not in district.tables
    assert len(district.table("lectures")) == 1
    assert district.problems["problem"].str.contains("the table leaders is not kept").any()


def test_what_is_translated_is_looked_at_in_its_translation(
    make_district: Make, refused: Refused
) -> None:
    columns = '[tables.test_marks.columns.person]\ncolumn = "姓名"\nvalues = { "张三" = "P1" }\n'
    sections = '[tables.test_marks]\nfile = "test_marks.csv"\n' + columns
    text = marks_of("张三").replace("person", "姓名")
    assert (
        make_district(sections=sections, test_marks=text).table("test_marks")["person"].item()
        == "P1"
    )
    text = marks_of("张三", "李四").replace("person", "姓名")
    found = only(make_district(sections=sections, test_marks=text), refused)
    assert "row 3" in found["problem"]


def test_a_constant_is_looked_at_too(make_district: Make, refused: Refused) -> None:
    sections = '[tables.test_marks]\nfile = "test_marks.csv"\n[tables.test_marks.columns]\n'
    sections += 'person = { value = "13912345678" }\n'
    district = make_district(sections=sections, test_marks="unit,date,mark\nT01,2025-07-01,80\n")
    assert "numbers of persons" in only(district, refused)["problem"]


def test_one_identity_number_in_any_other_column_refuses_it(
    make_district: Make, refused: Refused
) -> None:
    rows = "".join(f"C{i},T01,hotline,2025-07-01,lamp\n" for i in range(200))
    cases = "case_id,unit,channel,opened,category\n" + rows
    cases += "C900,T01,hotline,2025-07-01,pays for 11010519491231002X\n"
    district = make_district(cases=cases)
    found = only(district, refused)
    assert found["column"] == "category"
    assert found["problem"] == "holds national identity numbers in row 202; it was not read"
    assert len(district.table("cases")) == 201
    assert "19491231" not in district.problems.to_csv()


def test_case_numbers_made_of_region_day_and_serial_are_read(make_district: Make) -> None:
    rows = "".join(f"42062120250703{i:04d},T01,hotline,2025-07-03\n" for i in range(500))
    district = make_district(cases="case_id,unit,channel,opened\n" + rows)
    assert len(district.table("cases")) == 500


def test_a_long_column_that_nothing_maps_is_counted_whole_once_a_part_of_it_warns(
    make_district: Make,
) -> None:
    header = "case_id,unit,channel,opened,note\n"
    rows = "".join(
        f"C{i},T01,hotline,2025-07-01,{'11010519491231002X' if i % 4 == 0 else 'x'}\n"
        for i in range(2000)
    )
    problems = make_district(cases=header + rows).problems.set_index("column")["problem"]
    assert problems["note"] == (
        "holds national identity numbers in 500 rows, first in row 2; it was not read"
    )


def test_telephone_numbers_are_looked_for_only_where_rows_are_about_persons(
    make_district: Make, refused: Refused
) -> None:
    records = "person,unit,period,part,category\nP1,T01,2025H1,weakness,010-62345678\n"
    cases = "case_id,unit,channel,opened,category\nC1,T01,hotline,2025-07-01,010-62345678\n"
    district = make_district(cadre_records=records, cases=cases)
    found = only(district, refused)
    assert (found["table"], found["column"]) == ("cadre_records", "category")
    assert "identity, mobile or telephone" in found["problem"]


DISCLOSURES = "person,unit,kind,filed"


def test_contents_of_disclosures_are_passed_over_and_named_as_out_of_place(
    make_district: Make,
) -> None:
    text = (
        DISCLOSURES
        + ",事项内容,amount,事项发生时间,备注\nP1,T01,event,2025-07-01,购房,90,2025-06-01,\n"
    )
    district = make_district(disclosures=text)
    problems = district.problems
    assert (problems["severity"] == "noted").all()
    passed = problems[problems["column"] == ""]
    assert "`事项内容`, `amount`" in passed["problem"].item()
    assert "do not belong in this folder at all" in passed["remedy"].item()
    assert set(problems["column"]) == {"", "事项内容", "amount"}
    assert "购房" not in problems.to_csv()
    assert len(district.table("disclosures")) == 1


def test_contents_of_disclosures_cannot_be_mapped(make_district: Make, refused: Refused) -> None:
    sections = '[tables.disclosures]\nfile = "disclosures.csv"\n[tables.disclosures.columns]\nkind = "事项内容"\n'
    text = "person,unit,事项内容,filed\nP1,T01,购房,2025-07-01\n"
    district = make_district(sections=sections, disclosures=text)
    assert "what was disclosed" in only(district, refused)["problem"]
    assert "购房" not in district.problems.to_csv()


def test_a_row_that_does_not_fit_is_not_shown_where_it_may_name_a_person(
    make_district: Make,
) -> None:
    marks = marks_of("P1") + "张三,T01,2025-07-03\n"
    cases = "case_id,unit,channel,opened,姓名\nC1,T01,hotline,2025-07-01,李四\nC2,T01,hotline\n"
    district = make_district(test_marks=marks, cases=cases)
    ragged = district.problems[district.problems["problem"].str.contains("cells, the header")]
    assert ragged["row"].tolist() == [3, 3]
    assert ragged["value"].tolist() == ["", ""]


def test_numbers_of_a_workbook_are_found_as_they_are_stored(
    make_folder: MakeFolder, refused: Refused
) -> None:
    folder = make_folder(sections='[tables.test_marks]\nfile = "marks.xlsx"\n')
    book = openpyxl.Workbook()
    book.active.append(["person", "unit", "date", "mark"])
    book.active.append([13912345678, "T01", "2025-07-01", 80])
    # Excel keeps fifteen digits of eighteen, so no check digit is right any more.
    book.active.append([110105194912310000, "T01", "2025-07-01", 80])
    book.save(folder / "marks.xlsx")
    district = open_district(folder)
    assert_accounted(district)
    assert "in 2 rows, first in row 2" in only(district, refused)["problem"]


def test_a_frame_of_ones_own_may_not_name_persons() -> None:
    frame = pd.DataFrame(
        {
            "person": ["P1", "13912345678"],
            "unit": "T01",
            "date": pd.to_datetime(["2025-07-01"] * 2).astype("datetime64[us]"),
            "mark": 80.0,
        }
    )
    found = check_frame(frame, "test_marks")
    assert found[["row", "column", "value"]].to_numpy().tolist() == [[-1, "person", ""]]
    assert (
        found["problem"].item()
        == "holds numbers of persons (identity, mobile or telephone) in row 1"
    )
    assert check_frame(frame.assign(person=["P1", "P2"]), "test_marks").empty
    named = check_frame(frame.assign(person=["张三", "李四"]), "test_marks")
    assert "names of persons in 2 rows" in named["problem"].item()
