"""Every result of a formula shows itself in a notebook as a compact table."""

import dataclasses

import numpy as np
import pytest

from seedmetrics import formulas
from seedmetrics.formulas._showing import MOST_ROWS, table_of

RESULTS = [
    name
    for name in formulas.__all__
    if isinstance(getattr(formulas, name), type)
    and dataclasses.is_dataclass(getattr(formulas, name))
]


@pytest.mark.parametrize("name", RESULTS)
def test_every_result_shows_itself(name):
    assert getattr(formulas, name)._repr_html_ is table_of


def test_there_are_results():
    assert len(RESULTS) > 20


def test_single_numbers_and_arrays_stand_in_tables_of_their_own():
    markup = formulas.rank_sets([3.0, 1.0, 2.0], [0.1, 0.1, 0.1])._repr_html_()
    assert markup.startswith("<p><b>RankSets</b></p>")
    assert "<th>low</th>" in markup
    assert markup.count("<tr><th>") == 4, "a head and a row for each of three units"
    assert (
        "<th>kendall</th><td>0.3333</td>" in formulas.agreement([1, 2, 3], [1, 3, 2])._repr_html_()
    )


def test_a_long_array_is_cut_and_says_how_long_it_is():
    markup = formulas.closure_rate(np.arange(100), np.full(100, 100))._repr_html_()
    assert f"<th>{MOST_ROWS - 1}</th>" in markup
    assert f"<th>{MOST_ROWS}</th>" not in markup
    assert "⋮ 100" in markup


def test_what_has_more_dimensions_is_told_by_its_shape():
    markup = formulas.strengths(np.random.default_rng(0).normal(size=(5, 4)))._repr_html_()
    assert "bool 5 × 4" in markup


def test_text_is_escaped():
    @dataclasses.dataclass
    class Result:
        name: str
        names: tuple[str, ...]

    markup = table_of(Result("<b>", ("<i>", "&")))
    assert "<b>&" not in markup
    assert "&lt;b&gt;" in markup
    assert "&lt;i&gt;" in markup
