"""Parameters are refused before anything starts, and written as people write them."""

import ast
import datetime as dt
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedmetrics.batch.parameters import LegiblePython, check_parameters, declared_parameters
from seedmetrics.errors import NotebookError


def test_declared_parameters_carry_type_default_and_help(make_notebook):
    declared = declared_parameters(make_notebook())
    assert list(declared) == ["unit", "language", "top", "level"]
    assert declared["top"] == ("top", "int", "3", "how many to show")


def test_an_unwritten_type_is_told_from_the_default(make_notebook):
    source = (
        'code = "042062"\ncount = 4\nanything = None\nwords: list[str] = ["a"]\nmade = range(3)'
    )
    declared = declared_parameters(make_notebook(parameters=source))
    assert {name: each.type for name, each in declared.items()} == {
        "code": "str",
        "count": "int",
        "anything": "",
        "words": "list",
        "made": "",
    }


def test_parameters_of_the_declared_types_pass(make_notebook):
    notebook = make_notebook()
    check_parameters(notebook, {"unit": "042062", "language": "zh", "top": 5, "level": 1})
    check_parameters(notebook, {})


def test_an_unknown_parameter_is_refused_with_the_nearest_name(make_notebook):
    with pytest.raises(
        NotebookError, match=r"`langauge` is no parameter of tiny\.ipynb; did you mean `language`"
    ):
        check_parameters(make_notebook(), {"langauge": "en"})


def test_a_name_near_to_none_is_refused_with_all_names(make_notebook):
    with pytest.raises(NotebookError, match="it has unit, language, top, level"):
        check_parameters(make_notebook(), {"zzzz": "en"})


def test_a_number_is_no_code(make_notebook):
    with pytest.raises(
        NotebookError, match=r"`unit` of tiny\.ipynb must be str, not int 42062; codes are text"
    ):
        check_parameters(make_notebook(), {"unit": 42062})


@pytest.mark.parametrize(
    ("name", "value", "match"),
    [
        ("top", "5", "must be int, not str '5'"),
        ("top", True, "must be int, not bool True"),
        ("level", False, "must be float, not bool"),
        ("top", 2.5, "must be int, not float"),
        ("language", None, "must be str, not NoneType"),
        ("unit", "\ud800", "must be str"),
    ],
)
def test_a_value_of_another_type_is_refused(make_notebook, name, value, match):
    with pytest.raises(NotebookError, match=match):
        check_parameters(make_notebook(), {name: value})


@pytest.mark.parametrize("value", [dt.date(2025, 7, 1), (1, 2), {"a": {1: 2}}, [object()]])
def test_what_no_source_can_hold_is_refused_and_not_turned_into_text(make_notebook, value):
    notebook = make_notebook(parameters="anything = None")
    with pytest.raises(NotebookError, match="`anything` of"):
        check_parameters(notebook, {"anything": value})


def test_a_notebook_without_a_parameters_cell_takes_none(make_notebook):
    notebook = make_notebook(parameters="")
    check_parameters(notebook, {})
    with pytest.raises(NotebookError, match="declares no parameter, 1 were given; tag the cell"):
        check_parameters(notebook, {"unit": "T01"})


def test_a_notebook_that_is_not_there_is_named(tmp_path):
    with pytest.raises(NotebookError, match=r"nothing\.ipynb is not there"):
        check_parameters(tmp_path / "nothing.ipynb", {})


def test_a_file_that_is_no_notebook_is_named(tmp_path: Path):
    path = tmp_path / "broken.ipynb"
    path.write_text("{not json", encoding="utf-8")
    with pytest.raises(NotebookError, match=r"broken\.ipynb cannot be read as a notebook"):
        check_parameters(path, {})


def test_chinese_stays_legible_and_codes_keep_their_zeros():
    source = LegiblePython.codify({"name": "清禾镇", "code": "042062"})
    assert source == '# Parameters\nname = "清禾镇"\ncode = "042062"\n'


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(values)
def test_what_is_written_reads_back_as_it_was(value):
    source = LegiblePython.codify({"x": value})
    assignment = ast.parse(source).body[-1]
    assert isinstance(assignment, ast.Assign)
    assert len(ast.parse(source).body) == 1
    assert ast.literal_eval(assignment.value) == value


def test_what_is_no_number_is_written_as_one():
    source = LegiblePython.codify({"x": math.nan})
    assert "float('nan')" in source
