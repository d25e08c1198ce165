"""Whatever the reading of records reports, the pages have words for it in both languages."""

import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from seedmetrics.records import open_district
from seedmetrics.report.problems import in_words, remedy_in_words

MakeFolder = Callable[..., Path]

TOP = 'name = "区"\nas_of = 2025-12-31\ntime_zone = "Asia/Shanghai"\nclosed_before_opened = "closed_at_once"\n'
UNITS = """code,name_zh,level,parent,aliases
T01,甲镇,township,,甲|同名
T02,乙镇,township,T99,同名
V1,丙村,village,T01,
V2,,village,T01,
"""
CASES = """case_id,unit,channel,opened,dispatched,due,closed,satisfied,手机,品名
C1,T01,hotline,2025-07-01,,,,,,
C1,甲镇,hotline,2025-07-01,2025-06-01,2025-06-01,2025-06-01,maybe,,
C2,T09,pigeon,never,,,,,,
C3,同名,hotline,2025-02-30,,,,,,

C4,,hotline,2027-01-01,,,,,,
C5,T01,hotline
C6,T01,"hotline,2025-07-01,,,,,,
"""
TABLES = {
    "cases": CASES,
    "population": "unit,year,residents,households\nT01,now,1.5,many\nT01,2025,1e999,\n",
    "chain_marks": "unit,kind,month,mark\nT01,routine,2024.1,101\n",
    "rounds": "round,level,period\nR1,township,2025Q3\n",
    "marks": "round,unit,component,judge,judge_group,mark\nR1,T01,site,J1,leaders,0.9\n",
    "meetings": "branch,kind,month,date\nB1,theme_day,2025-07,2025-07-05\n",
    "chains": "chain,unit,secretary_from,secretary_to\nL1,T01,2025-07-01,2025-06-01\n",
    "instructors": "chain,person,from\nL9,P1,2025-01-01\n",
    "ledger_checks": "unit,date,sampled,faulty\nT01,2025-07-01,5,6\n",
    "village_vetoes": "village,year,kind\nT01,2025,accident\n",
    "test_marks": "person,unit,date,mark\n13912345678,T01,2025-07-01,80\n",
    "talents": "person,unit,background,entered\n张三,T01,returnee,2025-07-01\n李四,T01,graduate,2025-07-01\n",
    "activists": "person;unit;status;from;姓名\nP1;T01;activist;2025-07-01;\n",
    "disclosures": "person,unit,kind,filed,amount\nP1,T01,annual,2025-01-20,9\n",
    "projects": "project,unit,kind,planned\n110105194912310021,T01,delayed,2025-07-01\n",
    "demonstrations": "project,village,kind,recognized\nD1,V1,11010519491231002X,2025-07-01\nD2,V1,x,2025-07-01\n",
    "service_events": "unit,date,kind,kind\nT01,2025-07-01,repair,repair\n",
    "grids": b"",
    "branches": b"\n\n",
    "visits": "group,enterprise,date\n",
    "enterprises": "企业,unit\nE1,T01\n".encode("gb18030"),
    "points": b"\xff\xff\xff,\xff\n",
    "leaders": b'leader,"unit\nL1,T01\n',
}
# Remedies that this district does not need.
OTHERS = [
    "format the column as a date (Excel would show 2025-07-03)",
    "correct the year; leave the cell empty where there is no end yet",
    'correct the dates, or write closed_before_opened = "closed_at_once" in district.toml',
    "correct them, or set `as_of` in district.toml to when the records were taken",
    "keep one of the rows, or give them different codes",
    'put a cell that holds the separator into quotes ("…"); give each row every cell',
    "correct or leave out `encoding`",
    "pack it again with gzip",
    "correct `sheet` in district.toml. There is none to choose from.",
    "name the sheet that holds the table as `sheet` in district.toml",
    "Use one of `a`, `b` and 3 more. Translate others with `values` in district.toml.",
    "add the unit, or the spelling to `aliases` of its unit, in the file of units",
]
BY_VALUES = "more than half its values look like identity or mobile numbers; it was not read"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Return the problems of a district with every fault there is."""
    folder = tmp_path_factory.mktemp("faults")
    book = openpyxl.Workbook()
    book.active.append(["unit", "date", "households"])
    book.active.append(["T01", "2025-07-01", 1234567890123456789])
    book.create_sheet("more")
    book.save(folder / "household_visits.xlsx")
    (folder / "task_items.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    (folder / "community_bodies.parquet").write_bytes(b"no parquet")
    (folder / "service_points.csv.gz").write_bytes(b"\x1f\x8b no gzip")
    (folder / "units.csv").write_text(UNITS, encoding="utf-8")
    files = {name: f"{name}.csv" for name in TABLES}
    files |= {"household_visits": "household_visits.xlsx", "task_items": "task_items.xlsx"}
    files |= {"community_bodies": "community_bodies.parquet", "grid_cells": "none.csv"}
    files |= {"service_points": "service_points.csv.gz", "village_posts": "."}
    for name, content in TABLES.items():
        data = content if isinstance(content, bytes) else content.encode()
        (folder / f"{name}.csv").write_bytes(data)
    sections = "".join(f'[tables.{name}]\nfile = "{file}"\n' for name, file in files.items())
    (folder / "district.toml").write_text(TOP + sections, encoding="utf-8")
    return open_district(folder).problems


@pytest.fixture
def problems(found: pd.DataFrame) -> list[str]:
    """Return their texts."""
    return found["problem"].unique().tolist()


def test_every_problem_has_words_in_both_languages(problems: list[str]) -> None:
    assert len(problems) > 45
    for text in [*problems, BY_VALUES]:
        for language in ("en", "zh"):
            words, count, known = in_words(text, language)
            assert known, text
            assert count >= 1
            assert bool(re.search(r"[一-鿿]", words)) == (language == "zh"), words


def test_every_remedy_has_words_in_chinese_and_is_told_in_english_as_it_was_written(
    found: pd.DataFrame,
) -> None:
    remedies = found["remedy"].unique().tolist()
    assert len(remedies) > 40
    for text in [*remedies, *OTHERS]:
        assert remedy_in_words(text, "en") == (text, True)
        words, known = remedy_in_words(text, "zh")
        assert known, text
        assert re.search(r"[一-鿿]", words), words
        assert "{" not in words, words
        # What is left in Latin letters is a name: of a file, a column, a key or a code.
        left = re.sub(
            r"`[^`]*`|\[tables.*?\]|\w+ = \"\w*|district\.toml|\.xlsx|[A-Z]\w*|\d\S*", "", words
        )
        assert not re.search(r"[a-z]{3,} [a-z]{2,}", left), words


def test_what_a_remedy_names_stands_in_its_words() -> None:
    told = [
        ("Did you mean `乙镇` (code T02)? Correct it, or add it to `aliases` in the file of units.",
         "是否为`乙镇`（编号T02）？请改正，或在单位表的 `aliases` 中加上这一写法。"),
        ("correct `file` in district.toml. Use one of `a.csv`, `{b}.csv`.",
         "请改正 district.toml 中的 `file`。可用：`a.csv`, `{b}.csv`。"),
        ("name the village itself, or correct its `level` in the file of units",
         "请写村本身，或在单位表中改正其 `level`"),
    ]  # fmt: skip
    for written, words in told:
        assert remedy_in_words(written, "zh") == (words, True)


def test_a_remedy_of_an_indicator_from_outside_is_told_as_it_was_written() -> None:
    assert remedy_in_words("ask the county", "zh") == ("ask the county", False)
    # Words for a part are not words for a whole.
    assert remedy_in_words("village", "zh") == ("village", False)


def test_rows_are_counted_where_a_line_stands_for_several(problems: list[str]) -> None:
    names = next(text for text in problems if text.startswith("holds what looks like names"))
    assert in_words(names, "en") == ("names of persons in a column, not read", 2, True)
