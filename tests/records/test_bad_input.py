"""Bad input: each fault is named with place and remedy, and no other row suffers."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from seedmetrics.records import District, DistrictError, open_district

HEADER = "case_id,unit,channel,opened,due,closed\n"
GOOD = "C1,T01,hotline,2025-07-01 09:00:00,2025-07-06,2025-07-03 10:00:00\n"
TOP = 'name = "区"\nas_of = 2025-12-31\ntime_zone = "Asia/Shanghai"\n'

Make = Callable[..., District]
MakeFolder = Callable[..., Path]
Refused = Callable[[District], pd.DataFrame]


def the_fault(district: District, refused: Refused) -> pd.Series:
    """Return the only refused problem, which must name the second row, the first being kept."""
    found = refused(district)
    assert len(found) == 1, found.to_string()
    return found.iloc[0]


@pytest.mark.parametrize(
    ("row", "column", "value", "problem", "remedy"),
    [
        ("C2,T1O,hotline,2025-07-01,,", "unit", "T1O", "is no unit", "Did you mean `T01`"),
        ("C2,双何镇,hotline,2025-07-01,,", "unit", "双何镇", "is no unit", "`双河镇` (code T01)"),
        ("C2,,hotline,2025-07-01,,", "unit", "", "no unit", "enter it"),
        (",T01,hotline,2025-07-01,,", "case_id", "", "no case_id", "enter it"),
        ("C2,T01,hotline,2024.2.30,,", "opened", "2024.2.30", "no such day", "2025-07-03"),
        ("C2,T01,hotline,next week,,", "opened", "next week", "is no date", "date_format"),
        ("C2,T01,hotline,,,", "opened", "", "no opened", "enter it"),
        ("C2,T01,hotline,2025-07-01,soon,", "due", "soon", "is no date", "2025-07-03"),
        ("C2,T01,hotlin,2025-07-01,,", "channel", "hotlin", "not among", "`hotline`"),
        (
            "C2,T01,hotline,2025-07-02,,2025-07-01",
            "closed",
            "2025-07-01",
            "before it was opened",
            "closed_at_once",
        ),
        ("C1,T01,hotline,2025-07-01,,", "case_id", "C1", "row 2 has the same case_id", "keep one"),
        (
            "C2,T01,hotline,2025-07-01,,,x",
            "",
            "C2 | T01 | hotline | 2025-07-01 |  |  | x",
            "7 cells, the header 6",
            "quotes",
        ),
        (
            "C2,T01,hotline,2025-07-01",
            "",
            "C2 | T01 | hotline | 2025-07-01",
            "4 cells, the header 6",
            "every cell",
        ),
        (
            'C2,T01,"hotline,2025-07-01,,',
            "",
            'C2,T01,"hotline,2025-07-01,,',
            "not closed",
            "close the quote",
        ),
    ],
)
def test_a_bad_row_is_refused_and_the_others_kept(
    make_district: Make,
    refused: Refused,
    row: str,
    column: str,
    value: str,
    problem: str,
    remedy: str,
) -> None:
    district = make_district(cases=HEADER + GOOD + row + "\n" + GOOD.replace("C1", "C3"))
    found = the_fault(district, refused)
    assert (found["table"], found["file"], found["row"]) == ("cases", "cases.csv", 3)
    assert (found["column"], found["value"]) == (column, value)
    assert problem in found["problem"]
    assert remedy in found["remedy"]
    assert district.table("cases")["case_id"].tolist() == ["C1", "C3"]


def test_a_row_with_two_faults_is_one_row_refused(make_district: Make, refused: Refused) -> None:
    district = make_district(cases=HEADER + GOOD + "C2,T99,hotline,never,,\n")
    assert refused(district)["column"].tolist() == ["unit", "opened"]
    assert district.sources.set_index("table").loc["cases", "refused"] == 1


def test_closed_at_once_keeps_the_case_and_says_so(make_folder: MakeFolder) -> None:
    top = TOP + 'closed_before_opened = "closed_at_once"\n'
    cases = HEADER + GOOD + "C2,T01,hotline,2025-07-02 10:00:00,,2025-07-02 09:59:59\n"
    district = open_district(make_folder(top, cases=cases))
    case = district.table("cases").loc[3]
    assert case["closed"] == case["opened"] == pd.Timestamp("2025-07-02 10:00:00")
    assert district.problems["severity"].tolist() == ["mended"]
    assert district.sources["mended"].tolist() == [0, 0, 1]


def test_closed_on_the_day_it_was_opened_is_not_before(make_district: Make) -> None:
    cases = HEADER + "C1,T01,hotline,2025-07-02 10:00:00,,2025-07-02\n"
    district = make_district(cases=cases)
    assert district.problems.empty
    case = district.table("cases").loc[2]
    assert case["closed"] == case["opened"]


def test_the_first_row_that_is_kept_has_the_key(make_district: Make, refused: Refused) -> None:
    cases = HEADER + "C1,T99,hotline,2025-07-01,,\n" + GOOD + GOOD
    district = make_district(cases=cases)
    assert district.table("cases").index.tolist() == [3]
    assert refused(district)["row"].tolist() == [2, 4]
    assert "row 3 has the same" in refused(district)["problem"].tolist()[1]


def test_due_before_opened_is_noted_and_kept(make_district: Make) -> None:
    district = make_district(cases=HEADER + "C1,T01,hotline,2025-07-02 10:00:00,2025-07-01,\n")
    found = district.problems.iloc[0]
    assert (found["severity"], found["row"], found["column"]) == ("noted", 2, "due")
    assert len(district.table("cases")) == 1


def test_a_date_after_as_of_is_noted_once(make_district: Make) -> None:
    rows = "".join(f"C{i},T01,hotline,2026-02-0{i + 1},,\n" for i in range(3))
    district = make_district(cases=HEADER + rows)
    assert district.problems["problem"].tolist() == ["3 dates lie after as_of, first in row 2"]


MARKS = "round,unit,component,judge,judge_group,mark\n"


def test_a_mark_over_100_is_refused(make_district: Make, refused: Refused) -> None:
    rounds = "round,level,period,date\nR1,township,2025Q3,2025-10-05\n"
    marks = (
        MARKS
        + "R1,T01,site,J1,leaders,100.5\nR1,T01,site,J2,leaders,100\n"
        + "R1,T01,site,J2,leaders,90\nR2,T01,site,J2,leaders,90\n"
    )
    district = make_district(rounds=rounds, marks=marks)
    found = refused(district)
    assert found["row"].tolist() == [2, 4, 5]
    assert found["column"].tolist() == ["mark", "round", "round"]
    assert found["problem"].tolist() == [
        "is not between 0 and 100",
        "row 3 has the same round + unit + component + judge",
        "is not among the rounds kept",
    ]
    assert district.table("rounds")["period"].tolist() == ["2025Q3"]


def test_marks_that_look_like_shares_are_noted(make_district: Make) -> None:
    district = make_district(marks=MARKS + "R1,T01,site,J1,leaders,0.96\n")
    assert district.problems["problem"].str.contains("no mark is above 1").any()


def test_a_month_that_a_spreadsheet_took_for_a_number_is_refused(
    make_district: Make, refused: Refused
) -> None:
    marks = "unit,kind,month,mark\nA01,routine,2024.1,90\nA01,routine,2024-10,90\n"
    found = the_fault(make_district(chain_marks=marks), refused)
    assert (found["row"], found["column"], found["value"]) == (2, "month", "2024.1")
    assert "January and October" in found["problem"]


def test_yes_and_no_in_chinese(make_district: Make, refused: Refused) -> None:
    branches = "branch,unit,has_committee,has_groups\nB1,T01,是,否\nB2,T01,有,无\nB3,T01,√,×\nB4,T01,也许,无\n"
    district = make_district(branches=branches)
    table = district.table("branches")
    assert table["has_committee"].tolist() == [True] * 3
    assert table["has_groups"].tolist() == [False] * 3
    assert the_fault(district, refused)["value"] == "也许"


def test_a_span_that_ends_before_it_begins_is_refused(
    make_district: Make, refused: Refused
) -> None:
    chains = "chain,unit\nL1,A01\n"
    rows = (
        "chain,person,from,to\nL1,P1,2025-05-01,2025-04-01\nL1,P2,2025-05-01,\nL9,P3,2025-05-01,\n"
    )
    found = refused(make_district(chains=chains, instructors=rows))
    assert found["problem"].tolist() == ["`to` comes before `from`", "is not among the chains kept"]


def test_codes_keep_leading_zeros(make_district: Make) -> None:
    district = make_district(cases=HEADER + "010201,010201,hotline,2025-07-01,,\n")
    assert district.table("cases")[["case_id", "unit"]].to_numpy().tolist() == [
        ["010201", "010201"]
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "empty (0 bytes)"),
        (b"\n\n", "nothing but empty lines"),
        (b"\xff\xff\xff,\xff\n", "neither UTF-8 nor GB18030"),
    ],
)
def test_an_unusable_file_is_one_problem_and_no_table(
    make_district: Make, refused: Refused, content: bytes, problem: str
) -> None:
    district = make_district(cases=content)
    found = the_fault(district, refused)
    assert (found["row"], found["file"]) == (0, "cases.csv")
    assert problem in found["problem"]
    assert "cases" not in district.tables
    with pytest.raises(DistrictError, match=r"'cases' could not be read: cases\.csv: .* To do: "):
        district.table("cases")


def test_a_file_that_does_not_exist_is_a_problem(make_folder: MakeFolder, refused: Refused) -> None:
    folder = make_folder(cases=HEADER + GOOD)
    (folder / "cases.csv").rename(folder / "case.csv")
    district = open_district(folder)
    found = the_fault(district, refused)
    assert (found["row"], found["problem"]) == (0, "the file does not exist")
    assert "`case.csv`" in found["remedy"]
    assert district.sources["table"].tolist() == ["district", "units"]
    with pytest.raises(DistrictError, match="the file does not exist"):
        district.table("cases")


def test_a_header_without_rows_is_an_empty_table_with_a_note(make_district: Make) -> None:
    district = make_district(cases=HEADER)
    assert len(district.table("cases")) == 0
    assert district.problems[["severity", "row"]].to_numpy().tolist() == [["noted", 0]]


def test_a_missing_required_column_refuses_the_table_with_all_such_columns(
    make_district: Make, refused: Refused
) -> None:
    district = make_district(cases="caseid,unit,opend\nC1,T01,2025-07-01\n")
    found = refused(district)
    assert found["column"].tolist() == ["case_id", "channel", "opened"]
    assert "`caseid`" in found["remedy"].tolist()[0]
    assert "cases" not in district.tables
    assert district.sources.set_index("table").loc["cases", ["rows", "refused"]].tolist() == [1, 1]


def test_a_mapped_column_that_is_not_there_is_left_out_and_named(
    make_district: Make, refused: Refused
) -> None:
    sections = (
        '[tables.cases]\nfile = "cases.csv"\n[tables.cases.columns]\ncategory = "kind of case"\n'
    )
    district = make_district(sections=sections, cases=HEADER + GOOD)
    found = the_fault(district, refused)
    assert (found["row"], found["column"]) == (0, "kind of case")
    assert len(district.table("cases")) == 1


def test_two_columns_of_one_name_are_refused(make_district: Make, refused: Refused) -> None:
    district = make_district(cases=HEADER.strip() + ",unit\n" + GOOD.strip() + ",T02\n")
    assert the_fault(district, refused)["problem"] == "the file has 2 columns of this name"
    assert "cases" not in district.tables


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16"])
def test_any_encoding_a_spreadsheet_writes_is_read(make_district: Make, encoding: str) -> None:
    text = "case_id,unit,channel,opened\nC1,双河镇,hotline,2025年7月1日\n"
    district = make_district(cases=text.encode(encoding))
    assert district.table("cases")["unit"].tolist() == ["T01"]
    gb = district.problems["problem"].str.contains("GB18030")
    assert gb.any() == (encoding == "gb18030")


@pytest.mark.parametrize("mark", [";", "\t"])
def test_another_separator_is_found(make_district: Make, mark: str) -> None:
    district = make_district(cases=(HEADER + GOOD).replace(",", mark))
    assert len(district.table("cases")) == 1
    assert "not commas" in district.problems["problem"].item()


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("身份证号", ["1", "2", "3"]),
        ("category", ["11010519491231002X", "13912345678", "other"]),
    ],
)
def test_numbers_of_persons_are_not_read(
    make_district: Make, refused: Refused, header: str, values: list[str]
) -> None:
    sections = (
        f'[tables.cases]\nfile = "cases.csv"\n[tables.cases.columns]\ncategory = "{header}"\n'
    )
    rows = "".join(f"C{i},T01,hotline,2025-07-01,{v}\n" for i, v in enumerate(values))
    district = make_district(
        sections=sections, cases=f"case_id,unit,channel,opened,{header}\n" + rows
    )
    found = the_fault(district, refused)
    assert (found["row"], found["column"], found["value"]) == (0, header, "")
    assert "not read" in found["problem"]
    assert district.table("cases")["category"].isna().all()


def test_numbers_of_persons_in_a_required_column_refuse_the_table(
    make_district: Make, refused: Refused
) -> None:
    district = make_district(instructors="chain,person,from\nL1,11010519491231002X,2025-01-01\n")
    assert the_fault(district, refused)["column"] == "person"
    assert "instructors" not in district.tables
    assert not district.problems.to_csv().count("19491231")


def test_numbers_of_persons_in_a_column_nobody_maps_are_noted(
    make_district: Make, refused: Refused
) -> None:
    district = make_district(cases=HEADER.strip() + ",手机号\n" + GOOD.strip() + ",13912345678\n")
    assert refused(district).empty
    assert "手机号" in district.problems["column"].tolist()
    assert "13912345678" not in district.problems.to_csv()


def test_a_damaged_workbook_is_a_problem(make_folder: MakeFolder, refused: Refused) -> None:
    folder = make_folder(sections='[tables.cases]\nfile = "cases.xlsx"\n')
    (folder / "cases.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    found = the_fault(open_district(folder), refused)
    assert "workbook cannot be read" in found["problem"]
    assert "save it as .xlsx" in found["remedy"]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('name = "区"\nas_of = 2025-12-31\ntime_zone "x"\n', 3, "not TOML"),
        ('name = "区\n', 1, "not TOML"),
        (TOP + 'zone = "x"\n', 4, "unknown key"),
        (TOP + '[tables.cases]\nfile = "c.csv"\nencodng = "utf-8"\n', 6, "Did you mean `encoding`"),
        (
            TOP + '[tables.cases]\nfile = "c.csv"\n[tables.cases.columns]\nopend = "x"\n',
            7,
            "Did you mean `opened`",
        ),
        (TOP + '[tables.case]\nfile = "c.csv"\n', 4, "Did you mean `cases`"),
        (TOP + '[tables.units]\nfile = "c.csv"\n', 4, "units are named at the top"),
        (TOP + '[tables.cases]\nfile = "c.csv"\ndate_format = "%Q"\n', 6, "does not give a day"),
        (TOP + '[tables.cases]\nfile = "c.csv"\nencoding = "utf-9"\n', 6, "no encoding"),
        (TOP + "[tables.cases]\n", 4, "needed and not there"),
        (
            TOP + '[tables.cases]\nfile = "c.csv"\ncolumns.unit = { column = "a", value = "b" }\n',
            6,
            "either a column",
        ),
        (
            TOP
            + '[tables.cases]\nfile = "c.csv"\ncolumns.unit = { value = "b", otherwise = "c" }\n',
            6,
            "constant is not translated",
        ),
        (
            TOP + '[tables.cases]\nfile = "c.csv"\ncolumns.unit = { colum = "b" }\n',
            6,
            "Did you mean `column`",
        ),
        (TOP.replace("2025-12-31", '"soon"'), 2, "as_of"),
        (TOP.replace("2025-12-31", "2025"), 2, "give a date"),
        (TOP.replace("Asia/Shanghai", "Asia/Chenghe"), 3, "no time zone"),
        (TOP.replace('"区"', '{ zh = "区", fr = "x" }'), 1, "unknown key"),
        (TOP.replace('"区"', "{}"), 1, "give a name"),
        (TOP + 'closed_before_opened = "drop"\n', 4, "closed_at_once"),
        (TOP + 'tables = "all"\n', 4, "tables"),
    ],
)
def test_a_wrong_manifest_says_file_line_and_remedy(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    (tmp_path / "district.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DistrictError) as caught:
        open_district(tmp_path)
    message = str(caught.value)
    assert "district.toml" in message
    assert f"line {line}" in message
    assert words in message


def test_all_faults_of_a_manifest_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "district.toml").write_text('zone = "x"\nlanguage = "fr"\n', encoding="utf-8")
    with pytest.raises(
        DistrictError, match=r"(?s)`name`.*`as_of`.*`time_zone`.*`language`.*`zone`"
    ):
        open_district(tmp_path)


def test_a_manifest_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "district.toml").write_bytes('name = "澄禾区"\n'.encode("gb18030"))
    with pytest.raises(DistrictError, match=r"district\.toml cannot be read.*UTF-8"):
        open_district(tmp_path)


def test_a_manifest_with_windows_line_ends_and_mark_is_read(make_folder: MakeFolder) -> None:
    folder = make_folder(cases=HEADER + GOOD)
    path = folder / "district.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert len(open_district(folder).table("cases")) == 1


@pytest.mark.parametrize(
    ("units", "words"),
    [
        ("", "empty"),
        ("code,level\n", "no unit can be read"),
        ("code,name_zh\nT01,镇\n", "column `level`"),
        ("code,level,name_zh\nT01,townshp,镇\n", "row 2, column `level`.*`township`"),
    ],
)
def test_a_district_without_units_cannot_be_opened(
    make_folder: MakeFolder, units: str, words: str
) -> None:
    with pytest.raises(DistrictError, match=words):
        open_district(make_folder(units=units))


def test_a_missing_file_of_units_cannot_be_opened(make_folder: MakeFolder) -> None:
    folder = make_folder()
    (folder / "units.csv").unlink()
    with pytest.raises(DistrictError, match=r"units\.csv: no unit can be read.*does not exist"):
        open_district(folder)


def test_a_unit_listed_twice_is_refused_the_second_time(
    make_district: Make, refused: Refused
) -> None:
    units = "code,name_zh,level\nT01,甲镇,township\nT01,乙镇,township\n"
    district = make_district(units=units)
    assert the_fault(district, refused)["problem"] == "row 2 has the same code"
    assert district.unit_name("T01", "zh") == "甲镇"


def test_ten_thousand_rows_with_two_problems_each_are_all_named(make_folder: MakeFolder) -> None:
    rows = "".join(f"C{i},X{i},hotline,never {i},,\n" for i in range(10_000))
    folder = make_folder(cases=HEADER + rows)
    district = open_district(folder)
    assert (district.problems["severity"] == "refused").sum() == 20_000
    assert len(district.table("cases")) == 0
