"""The data dictionary is true: it names every table and column, every key of a plan, every indicator and option."""

import re

import pytest

from seedmetrics.evaluation.plan import Plan
from seedmetrics.indicators import MECHANISMS, find_indicator, indicator_names
from seedmetrics.records.schemas import TABLES
from tests.conftest import ROOT

TEXT = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
# Set by the reader of plans, and by the evaluation, not by who writes a plan.
UNWRITTEN = {"file", "sha256"}
GIVEN = {"confidence_level", "basis"}
OURS = [
    name
    for name in indicator_names()
    if name.partition(".")[0] in {module.__name__.rpartition(".")[2] for module in MECHANISMS}
]


@pytest.mark.parametrize("table", TABLES)
def test_every_table_and_column_is_described(table):
    for column in TABLES[table].columns:
        assert re.search(rf"\b{column}\b", TEXT), f"{table}.{column}"


def test_every_key_of_a_plan_is_described():
    for key in set(Plan.model_fields) - UNWRITTEN:
        assert re.search(rf"`\[*(options\.MODULE|{key})\]*`", TEXT) or f"`{key}`" in TEXT, key


@pytest.mark.parametrize("name", OURS)
def test_every_indicator_is_described_with_its_options(name):
    row = next((line for line in TEXT.splitlines() if line.startswith(f"| `{name}` |")), "")
    assert row, f"{name} is not in data/README.md"
    found = find_indicator(name)
    assert ("share" in row) == found.share
    assert ("exact" in row) == found.exact
    for option in set(found.options) - GIVEN:
        assert f"`{option}`" in row, f"{name}: {option}"


def test_no_indicator_is_described_that_does_not_exist():
    section = TEXT[TEXT.index("### Indicators") : TEXT.index("### Rules")]
    assert set(re.findall(r"^\| `([a-z_]+\.[a-z_0-9]+)` \|", section, re.MULTILINE)) == set(OURS)
