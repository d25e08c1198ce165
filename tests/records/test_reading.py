"""Files as text: encodings, separators, quotes, workbooks, Parquet, and the rows values stand in."""

import datetime as dt
import gzip
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedmetrics.records.reading import TextTable, UnreadableFileError, read_text


def write(folder: Path, content: str | bytes, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def cells(table: TextTable) -> list[tuple[str, ...]]:
    return list(zip(*(column.tolist() for column in table.columns)))


def test_codes_keep_their_zeros_and_empty_stays_empty(tmp_path: Path) -> None:
    table = read_text(write(tmp_path, "code,n\n010201,\n007,NA\n"))
    assert cells(table) == [("010201", ""), ("007", "NA")]
    assert table.rows.tolist() == [2, 3]


def test_rows_count_as_a_spreadsheet_counts_them(tmp_path: Path) -> None:
    text = 'a,b\n1,"two\nlines"\n\n3,x\n,\n4,y\n'
    table = read_text(write(tmp_path, text))
    assert cells(table) == [("1", "two\nlines"), ("3", "x"), ("4", "y")]
    assert table.rows.tolist() == [2, 4, 6]
    assert table.notes == (("2 empty rows were passed over", "nothing, or delete them"),)


def test_empty_rows_above_the_header_count_too(tmp_path: Path) -> None:
    table = read_text(write(tmp_path, "\n\na,b\n1,2\n"))
    assert table.header == ("a", "b")
    assert table.rows.tolist() == [4]


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_any_end_of_line_is_read(tmp_path: Path, end: str) -> None:
    assert cells(read_text(write(tmp_path, end.join(["a,b", "1,2", "3,4"])))) == [
        ("1", "2"),
        ("3", "4"),
    ]


@pytest.mark.parametrize(
    ("encoding", "noted"),
    [("utf-8", 0), ("utf-8-sig", 0), ("gb18030", 1), ("utf-16", 0)],
)
def test_encodings_are_told_apart(tmp_path: Path, encoding: str, noted: int) -> None:
    table = read_text(write(tmp_path, "名称,编号\n双河镇,𠮷1\n".encode(encoding)))
    assert table.header == ("名称", "编号")
    assert cells(table) == [("双河镇", "𠮷1")]
    assert len(table.notes) == noted


def test_a_named_encoding_is_used_without_a_note(tmp_path: Path) -> None:
    table = read_text(write(tmp_path, "名\n双河\n".encode("gb18030")), encoding="gb18030")
    assert cells(table) == [("双河",)]
    assert table.notes == ()


def test_a_wrong_named_encoding_says_the_line(tmp_path: Path) -> None:
    path = write(tmp_path, b"a\nok\n\xff\xfe\xfd\n")
    with pytest.raises(UnreadableFileError, match="line 3 is not in the encoding 'utf-8'"):
        read_text(path, encoding="utf-8")


def test_what_is_in_no_encoding_says_the_line(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="line 2 is neither UTF-8 nor GB18030"):
        read_text(write(tmp_path, b"a,b\n\xff\xff\xff,1\n"))


@pytest.mark.parametrize(("mark", "name"), [(";", "semicolon"), ("\t", "tab"), ("|", "bar")])
def test_other_separators_are_found_and_noted(tmp_path: Path, mark: str, name: str) -> None:
    table = read_text(write(tmp_path, f"a{mark}b\n1,5{mark}2\n"))
    assert cells(table) == [("1,5", "2")]
    assert name in table.notes[0][0]


def test_a_comma_in_a_quoted_header_is_no_separator(tmp_path: Path) -> None:
    table = read_text(write(tmp_path, '"a,b,c";d\n1;2\n'))
    assert table.header == ("a,b,c", "d")


def test_ragged_rows_are_set_apart_and_the_others_kept(tmp_path: Path) -> None:
    table = read_text(write(tmp_path, "a,b\n1,2\n3,4,5\n6\n7,8,,\n9,10\n"))
    assert cells(table) == [("1", "2"), ("7", "8"), ("9", "10")]
    assert [(item.row, item.problem) for item in table.ragged] == [
        (3, "the row has 3 cells, the header 2"),
        (4, "the row has 1 cells, the header 2"),
    ]


def test_an_open_quote_does_not_swallow_the_rows_after_it(tmp_path: Path) -> None:
    table = read_text(write(tmp_path, 'a,b\n1,"open\n2,x\n3,y\n'))
    assert cells(table) == [("2", "x"), ("3", "y")]
    assert [(item.row, item.text) for item in table.ragged] == [(2, '1,"open')]


def test_two_open_quotes_do_not_join_into_one_cell(tmp_path: Path) -> None:
    # To a reader that is not strict the lines 2 to 4 are one record with as many cells as the header.
    table = read_text(write(tmp_path, 'a,b,c\n1,"x,p\n2,y,q\n3,"z,r\n4,w,s\n'))
    assert [row[0] for row in cells(table)] == ["2", "4"]
    assert [item.row for item in table.ragged] == [2, 4]


def test_a_stray_quote_inside_a_line_is_read_as_it_stands(tmp_path: Path) -> None:
    table = read_text(write(tmp_path, 'a,b\n"x"y,1\n5" pipe,2\n"p ""q""",3\n'))
    assert cells(table) == [("xy", "1"), ('5" pipe', "2"), ('p "q"', "3")]
    assert table.ragged == ()


def test_a_cell_longer_than_the_reader_takes_is_a_ragged_row(tmp_path: Path) -> None:
    table = read_text(write(tmp_path, "a,b\n" + "x" * 140_000 + ",1\n2,3\n"))
    assert cells(table) == [("2", "3")]
    assert [item.row for item in table.ragged] == [2]


def test_gzip_is_unpacked_and_a_damaged_one_refused(tmp_path: Path) -> None:
    packed = gzip.compress(b"a,b\n1,2\n")
    assert cells(read_text(write(tmp_path, packed, "t.csv.gz"))) == [("1", "2")]
    with pytest.raises(UnreadableFileError, match="damaged"):
        read_text(write(tmp_path, packed[:-9], "u.csv.gz"))
    with pytest.raises(UnreadableFileError, match=r"cannot be opened|damaged"):
        read_text(write(tmp_path, b"a,b\n1,2\n", "v.csv.gz"))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "empty"),
        (b"\n \n", "nothing but empty lines"),
        (b"\xef\xbb\xbf", "nothing but empty lines"),
        (b'a,"b\n1,2\n', "header row"),
    ],
)
def test_a_file_without_a_header_is_unreadable(tmp_path: Path, content: bytes, what: str) -> None:
    with pytest.raises(UnreadableFileError, match=what):
        read_text(write(tmp_path, content))


def test_a_missing_file_names_the_nearest_beside_it(tmp_path: Path) -> None:
    write(tmp_path, "a\n1\n", "cases.csv")
    with pytest.raises(UnreadableFileError) as caught:
        read_text(tmp_path / "case.csv")
    assert "`cases.csv`" in caught.value.remedy
    with pytest.raises(UnreadableFileError, match="folder"):
        read_text(tmp_path)


def workbook(folder: Path, rows: list[list[object]], *, second: bool = False) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if second:
        book.create_sheet("other").append(["z"])
    book.save(folder / "t.xlsx")
    return folder / "t.xlsx"


def test_a_workbook_is_read_as_text(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["code", "count", "share", "day", "moment", "kept"],
        [
            "010201",
            12,
            0.25,
            dt.date(2025, 7, 3),
            pd.Timestamp("2025-07-03 10:20").to_pydatetime(),
            True,
        ],
        [],
        ["007", 2024.1, None, None, None, False],
    ]
    table = read_text(workbook(tmp_path, rows))
    assert cells(table) == [
        ("010201", "12", "0.25", "2025-07-03", "2025-07-03 10:20:00", "true"),
        ("007", "2024.1", "", "", "", "false"),
    ]
    assert table.rows.tolist() == [2, 4]


def test_a_sheet_is_chosen_by_name(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["a"], ["1"]], second=True)
    assert read_text(path, sheet="other").header == ("z",)
    assert "only the first sheet 'Sheet' was read" in read_text(path).notes[0][0]
    with pytest.raises(UnreadableFileError, match="no sheet 'othr'") as caught:
        read_text(path, sheet="othr")
    assert "`other`" in caught.value.remedy


def test_numbers_longer_than_excel_keeps_are_noted(tmp_path: Path) -> None:
    table = read_text(workbook(tmp_path, [["code"], [1234567890123456789]]))
    assert "16 or more digits" in table.notes[0][0]


@pytest.mark.parametrize("name", ["t.xlsx", "t.xls", "t.parquet"])
@pytest.mark.parametrize("content", [b"this is no such file", b""])
def test_a_damaged_binary_file_is_unreadable(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(UnreadableFileError) as caught:
        read_text(write(tmp_path, content, name))
    assert caught.value.remedy


def test_an_empty_sheet_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="sheet is empty"):
        read_text(workbook(tmp_path, []))


def test_parquet_is_read_as_text(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    duckdb.sql(
        "SELECT * FROM (VALUES ('010201', 12.0::DOUBLE, 0.5, DATE '2025-07-03', TIMESTAMP '2025-07-03 10:20:00',"
        " TRUE, 7), (NULL, NULL, 'nan'::DOUBLE, NULL, NULL, NULL, NULL))"
        ' AS t("co""de", whole, part, day, moment, kept, n)'
    ).write_parquet(str(path))
    table = read_text(path)
    assert table.header[0] == 'co"de'
    assert cells(table) == [
        ("010201", "12", "0.5", "2025-07-03", "2025-07-03 10:20:00", "true", "7"),
        ("", "", "", "", "", "", ""),
    ]
    assert table.rows.tolist() == [2, 3]


def test_a_parquet_moment_with_a_zone_keeps_its_offset(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    duckdb.sql("SELECT TIMESTAMPTZ '2025-07-03 10:00:00+08' AS moment").write_parquet(str(path))
    assert cells(read_text(path)) == [("2025-07-03 02:00:00+00",)]


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=5)


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=8))
def test_what_was_quoted_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("quoted")
    quoted = [
        "a,b",
        *(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows),
    ]
    table = read_text(write(folder, "\n".join(quoted)))
    assert cells(table) == rows
    assert table.ragged == ()
