"""The catalog of tables agrees with itself, and the data dictionary says of each column what the catalog does."""

import re

import pytest

from seedmetrics.records.catalog.columns import Table
from seedmetrics.records.personal import about_persons, header_fault
from seedmetrics.records.schemas import DTYPES, TABLES
from tests.conftest import ROOT

LEVELS = TABLES["units"].columns["level"].choices
TEXT = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
SECTION = TEXT[TEXT.index("## The tables\n") : TEXT.index("## Plans\n")]
WORDS = {
    "code": "code",
    "person": "person",
    "unit": "unit",
    "text": "text",
    "date": "date",
    "month": "month",
    "period": "period",
    "yesno": "yes/no",
    "number": "number",
    "percent": "0 to 100",
    "count": "count",
}


def described() -> dict[tuple[str, str], tuple[bool, str]]:
    """Return, for each table and column of the dictionary, whether it is starred and its type."""
    found = {}
    for part in re.split(r"^### ", SECTION, flags=re.MULTILINE)[2:]:
        table = re.match(r"(?:[\w ]+: )?(\w+)", part)[1]
        for line in part.splitlines():
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            if not cells or cells[0] in ("column", "table", "---"):
                continue
            if len(cells) == 4:
                table = cells[0].strip("`") or table
                cells = cells[1:]
            for name, star in re.findall(r"`(\w+)`( \*)?", cells[0]):
                assert (table, name) not in found, (table, name)
                found[table, name] = bool(star), cells[1]
    return found


DESCRIBED = described()


@pytest.mark.parametrize("name", TABLES)
def test_the_dictionary_describes_each_column_once_and_stars_what_is_required(name: str) -> None:
    columns = TABLES[name].columns
    assert [column for table, column in DESCRIBED if table == name] != []
    assert {column for table, column in DESCRIBED if table == name} == set(columns)
    for column, declared in columns.items():
        starred, kind = DESCRIBED[name, column]
        assert starred == declared.required, f"{name}.{column}"
        if declared.kind == "choice":
            assert "choice" in kind or declared.choices[0] in kind, f"{name}.{column}"
        elif (name, column) not in {("units", "code"), ("cases", "case_id")}:
            assert (declared.level or WORDS[declared.kind]) in kind, f"{name}.{column}: {kind}"


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_every_word_of_a_choice_is_in_the_dictionary(table: Table) -> None:
    for name, column in table.columns.items():
        for word in column.choices:
            assert f"`{word}`" in SECTION, f"{table.name}.{name}: {word}"


def test_the_dictionary_lists_the_tables_about_persons() -> None:
    listed = re.search(
        r"(\w+) tables have rows that name a person by a code: (.*?)\.\s", SECTION, re.DOTALL
    )
    tables = [table.name for table in TABLES.values() if about_persons(table)]
    assert set(re.findall(r"`(\w+)`", listed[2])) == set(tables)
    assert (listed[1], len(tables)) == ("Fourteen", 14)


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_a_table_speaks_only_of_columns_it_has(table: Table) -> None:
    columns = table.columns
    assert set(table.key) <= set(columns)
    assert all(columns[name].required for name in table.key)
    for order in table.orders:
        assert columns[order.first].kind == columns[order.then].kind == "date"
    for part in table.parts:
        assert columns[part.part].kind == columns[part.whole].kind == "count"
        assert part.part != part.whole
    for name, column in columns.items():
        assert column.kind == "choice" or column.kind in DTYPES
        assert bool(column.choices) == (column.kind == "choice")
        assert column.level in ("", *LEVELS)
        assert not column.level or column.kind == "unit"
        assert not header_fault(name, table)[0], f"{table.name}.{name} would be refused by its name"


def test_a_table_comes_after_those_it_refers_to_and_refers_to_their_key() -> None:
    order = list(TABLES)
    for table in TABLES.values():
        for name, column in table.columns.items():
            if column.refers_to:
                assert order.index(column.refers_to) < order.index(table.name)
                assert TABLES[column.refers_to].key == (name,)


def test_no_table_about_persons_has_room_for_free_text() -> None:
    free = {
        f"{table.name}.{name}"
        for table in TABLES.values()
        if about_persons(table)
        for name, column in table.columns.items()
        if column.kind == "text"
    }
    assert free == {"cadre_records.category", "marks.component", "marks.judge_group"}
