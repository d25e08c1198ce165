"""Tables as files: full precision, the same bytes, nothing a spreadsheet would run."""

import math

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedmetrics.site import read_table, write_tables
from seedmetrics.site.tables import _csv

RISKY = ["=1+1", "+86", "-x", "@SUM(A1)", "\t=1", "\rx", "a\r\nb", "plain", "042062", "澄禾"]


def test_a_csv_is_utf8_with_full_precision_and_nothing_for_nothing(tmp_path):
    table = pd.DataFrame(
        {
            "unit": ["042062", "清禾"],
            "score": [0.1 + 0.2, np.nan],
            "rank": pd.array([1, None], "Int64"),
        }
    )
    write_tables(tmp_path, {"league": table})
    assert (
        tmp_path / "league.csv"
    ).read_bytes() == "unit,score,rank\n042062,0.30000000000000004,1\n清禾,,\n".encode()


def test_text_that_would_run_is_guarded_and_reads_back_and_numbers_are_not(tmp_path):
    table = pd.DataFrame({"name": RISKY, "change": [-1.5] * len(RISKY)})
    write_tables(tmp_path, {"t": table})
    written = (tmp_path / "t.csv").read_text(encoding="utf-8")
    assert "'=1+1,-1.5\n" in written
    assert "'+86,-1.5\n" in written
    back = read_table(tmp_path / "t.csv")
    assert list(back["name"]) == [text.replace("\r\n", "\n").replace("\r", "\n") for text in RISKY]
    assert set(back["change"]) == {"-1.5"}


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1), min_size=1))
def test_no_text_cell_begins_as_a_formula(texts):
    lines = _csv(pd.DataFrame({"name": pd.Series(texts, dtype=object)}))
    first = [line for line in lines.split("\n")[1:] if line]
    starts = tuple("=+-@\t\r")
    assert not lines.split("\n", 1)[1].lstrip('"').startswith(starts)
    assert first or not any(text.strip() for text in texts)


def test_a_workbook_holds_text_as_text_and_numbers_as_numbers(tmp_path):
    table = pd.DataFrame(
        {
            "unit": ["042062", "=1+1", "https://x.example"],
            "score": [0.1 + 0.2, np.nan, math.inf],
            "ok": pd.array([True, None, False], "boolean"),
            "n": np.array([1, 2, 3]),
        }
    )
    write_tables(tmp_path, {"league": table})
    sheet = openpyxl.load_workbook(tmp_path / "league.xlsx")["league"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows == [
        ["unit", "score", "ok", "n"],
        ["042062", pytest.approx(0.1 + 0.2, rel=1e-15), True, 1],
        ["=1+1", None, None, 2],
        ["https://x.example", "inf", False, 3],
    ]
    assert [sheet.cell(row, 1).data_type for row in (2, 3, 4)] == ["s", "s", "s"]
    assert sheet.cell(4, 1).hyperlink is None


def test_the_same_table_gives_the_same_bytes(tmp_path):
    table = pd.DataFrame({"unit": ["A", "B"], "score": [1.5, 2.5]})
    for name in ("one", "two"):
        write_tables(tmp_path / name, {"league": table})
    for kind in ("csv", "xlsx"):
        assert (tmp_path / "one" / f"league.{kind}").read_bytes() == (
            tmp_path / "two" / f"league.{kind}"
        ).read_bytes()


def test_rows_beyond_a_sheet_go_on_in_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr("seedmetrics.site.tables.MOST_ROWS", 2)
    write_tables(tmp_path, {"problems": pd.DataFrame({"row": [1, 2, 3]})})
    book = openpyxl.load_workbook(tmp_path / "problems.xlsx")
    assert book.sheetnames == ["problems", "problems 2"]
    assert book["problems 2"]["A2"].value == 3


def test_an_empty_table_has_its_header(tmp_path):
    write_tables(tmp_path, {"problems": pd.DataFrame({"row": [], "value": []})})
    assert (tmp_path / "problems.csv").read_text(encoding="utf-8") == "row,value\n"
    assert openpyxl.load_workbook(tmp_path / "problems.xlsx")["problems"]["B1"].value == "value"


def test_a_table_that_is_not_there_is_empty(tmp_path):
    assert read_table(tmp_path / "league.csv").empty


def test_a_cell_too_long_for_a_workbook_is_cut_and_not_lost(tmp_path):
    write_tables(tmp_path, {"t": pd.DataFrame({"value": ["a" * 40_000]})})
    assert openpyxl.load_workbook(tmp_path / "t.xlsx")["t"]["A2"].value == "a" * 32_767
    assert len(read_table(tmp_path / "t.csv")["value"].iloc[0]) == 40_000
