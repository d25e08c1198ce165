"""From a printed page to an assertion by one word: every source has a key, and every key leads somewhere."""

import ast
import re
import unicodedata
from pathlib import Path

import pytest

from tests.conftest import ROOT

FORMULAS = ROOT / "seedmetrics" / "formulas"
BIBLIOGRAPHY = FORMULAS / "references.bib"
KEY = r"[a-z]+\d{4}[a-z]+"


def entries() -> dict[str, dict[str, str]]:
    """Return the fields of each entry by its key."""
    found = {}
    for key, body in re.findall(
        rf"^@\w+\{{({KEY}),\n(.*?)^\}}", BIBLIOGRAPHY.read_text("utf-8"), re.MULTILINE | re.DOTALL
    ):
        found[key] = dict(re.findall(r"^\s*(\w+)\s*=\s*\{(.*)\},?$", body, re.MULTILINE))
    return found


def docstrings() -> dict[str, str]:
    """Return every docstring of the formulas by the place it stands in."""
    found = {}
    for file in sorted(FORMULAS.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module):
                text = ast.get_docstring(node) or ""
                found[f"{file.relative_to(FORMULAS)}:{getattr(node, 'name', '')}"] = text
    return found


def carried() -> set[str]:
    """Return the keys that tests carry."""
    text = "\n".join(f.read_text("utf-8") for f in Path(__file__).parent.glob("test_*.py"))
    return {
        key
        for arguments in re.findall(r"mark\.source\(([^)]*)\)", text)
        for key in re.findall(r"\"([^\"]+)\"", arguments)
    }


ENTRIES = entries()
DOCSTRINGS = {place: text for place, text in docstrings().items() if "References\n" in text}


def test_every_entry_is_read():
    assert len(ENTRIES) == BIBLIOGRAPHY.read_text("utf-8").count("\n@") + 1
    assert list(ENTRIES) == sorted(ENTRIES)


@pytest.mark.parametrize("key", ENTRIES)
def test_an_entry_names_author_title_and_year_and_its_key_agrees(key):
    entry = ENTRIES[key]
    assert {"author", "title", "year"} <= set(entry)
    author = entry["author"].partition(",")[0].removeprefix("{").lower()
    plain = unicodedata.normalize("NFKD", author).encode("ascii", "ignore").decode()
    assert key.startswith(re.sub("[^a-z]", "", plain) + entry["year"])


@pytest.mark.parametrize("place", DOCSTRINGS)
def test_a_docstring_cites_by_key_and_lists_what_it_cites(place):
    text = DOCSTRINGS[place]
    cited = set(re.findall(r"\[([^\]\s]+)\]_", text))
    listed = set(re.findall(r"^\s*\.\. \[([^\]]+)\]", text, re.MULTILINE))
    assert cited == listed, "cited and listed differ"
    assert listed <= set(ENTRIES), "not in references.bib"
    for key in listed:
        line = " ".join(text[text.index(f".. [{key}]") :].split())[:400]
        assert f"({ENTRIES[key]['year']})" in line, f"{key}: another year"


def test_no_docstring_cites_by_number():
    for place, text in docstrings().items():
        assert not re.search(r"\[\d+\]_|\.\. \[\d+\]", text), place


def test_every_key_of_a_test_is_in_the_bibliography():
    assert carried() <= set(ENTRIES), carried() - set(ENTRIES)


def test_every_entry_is_cited_in_a_docstring_or_carried_by_a_test():
    cited = set(re.findall(rf"\[({KEY})\]_", "\n".join(docstrings().values())))
    assert set(ENTRIES) <= cited | carried(), set(ENTRIES) - cited - carried()
