"""The Chinese README says what the English one says: the same parts, commands, names and links; what both show runs."""

import re
import shlex

import pytest

from seedmetrics.__main__ import _parser
from tests.conftest import ROOT

ENGLISH = (ROOT / "README.md").read_text("utf-8")
CHINESE = (ROOT / "README.zh-CN.md").read_text("utf-8")
# Words of the shell and of Python are the same in both; what stands behind them, for people, is not.
COMMENT = re.compile(r"\s+#.*$| {3,}.*$| {2}[(\uff08].*$", re.MULTILINE)
LANGUAGE = re.compile(r'language="\w+"')


def code(text):
    """Return the blocks of code without what is said in them for people."""
    found = re.findall(r"^```\w*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [LANGUAGE.sub("language", COMMENT.sub("", block)) for block in found]


def named(text):
    """Return what stands in code within sentences."""
    return sorted(
        re.findall(
            r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
        )
    )


def shape(text):
    """Return headings, list items and rows of tables as signs, in their order."""
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"^(#+|-|\d\.|\||!)(?=[ \[|])", prose, re.MULTILINE)


def test_both_have_the_same_parts_in_the_same_order():
    assert shape(CHINESE) == shape(ENGLISH)


def test_both_show_the_same_code():
    assert code(CHINESE) == code(ENGLISH)


def test_both_name_the_same_files_commands_and_options():
    assert named(CHINESE) == named(ENGLISH)


def test_both_give_the_same_numbers_where_both_give_them():
    for number in ("558", "581", "94.1–97.3%", "121,145", "53", "0.941", "0.973", "2024", "200"):
        assert number in ENGLISH, number
        assert number in CHINESE, number


@pytest.mark.parametrize("text", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_links_lead_to_files_that_are_there(text):
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if "://" not in target:
            assert (ROOT / target).is_file(), target


@pytest.mark.parametrize("text", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_commands_written_out_have_the_options_they_name(text):
    lines = re.findall(r"^(?:- )?`?(seedmetrics [a-z]+ (?:data|my)[^`\n]*)", text, re.MULTILINE)
    assert lines
    for line in lines:
        assert _parser().parse_args(shlex.split(line)[1:])


def test_the_synopsis_names_every_option_of_the_command_line(capsys):
    with pytest.raises(SystemExit):
        _parser().parse_args(["evaluate", "--help"])
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    synopsis = next(
        line for line in ENGLISH.splitlines() if line.startswith("seedmetrics evaluate DISTRICT")
    )
    assert options == set(re.findall(r"--[a-z-]+", synopsis))
