"""The lines down a league table join exactly the pairs that the sets of ranks leave open."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedmetrics.evaluation import evaluate
from seedmetrics.evaluation.together import runs_together
from seedmetrics.formulas import rank_sets
from seedmetrics.records import open_district
from tests.conftest import ROOT


def standing(score, error):
    sets = rank_sets(score, error, draws=2000)
    table = pd.DataFrame({"score": score, "standard_error": error, "rank_low": sets.low})
    table["rank_high"] = sets.high
    return table.sort_values("score", ascending=False, kind="stable", ignore_index=True)


def test_two_clear_pairs_are_two_lines():
    assert runs_together(standing([90.0, 89.0, 50.0, 49.0], [1.0] * 4)) == [(0, 1), (2, 3)]


def test_lines_overlap_since_not_told_apart_does_not_chain():
    assert runs_together(standing([60.0, 57.0, 54.0], [1.0] * 3)) == [(0, 1), (1, 2)]


def test_nothing_told_apart_is_one_line_and_everything_none():
    assert runs_together(standing([3.0, 2.0, 1.0], [9.0] * 3)) == [(0, 2)]
    assert runs_together(standing([300.0, 200.0, 100.0], [1.0] * 3)) == []


@given(
    st.lists(
        st.tuples(st.floats(0, 100).map(lambda x: round(x, 3)), st.floats(0.5, 12)),
        min_size=2,
        max_size=12,
        unique_by=lambda pair: pair[0],
    )
)
def test_no_line_joins_a_unit_to_more_than_its_ranks_allow(pairs):
    score, error = map(np.array, zip(*pairs, strict=True))
    table = standing(score, error)
    width = (table["rank_high"] - table["rank_low"]).to_numpy()
    runs = runs_together(table)
    for first, last in runs:
        assert (width[first : last + 1] >= last - first).all()
    assert all(a < c and b < d for (a, b), (c, d) in itertools.pairwise(runs))


@pytest.mark.parametrize("plan", ["township", "alliance", "department"])
def test_lines_of_the_sample_hold_no_pair_whose_sets_are_apart(plan):
    evaluation = evaluate(open_district(ROOT / "data" / "sample"), plan=plan)
    ranked = evaluation.standings[evaluation.standings["rank"].notna()]
    for _, rows in ranked.groupby(["period", "group"]):
        low, high = rows["rank_low"].to_numpy(), rows["rank_high"].to_numpy()
        for first, last in runs_together(rows):
            assert not (low[first : last + 1].max() > high[first : last + 1].min()) or first == last
