"""What `rank` promises: csranks' ties, 1 the best, no rank without a score, and order kept."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.testing import assert_array_equal

from seedmetrics.formulas.ranking import rank

NAN = float("nan")
TIES = ("min", "max", "average", "dense", "ordinal")
SCORES = arrays.arrays(
    float,
    st.integers(1, 12),
    elements=st.one_of(st.integers(0, 5).map(float), st.just(NAN)),
)


@pytest.mark.shared
@pytest.mark.source("mogstad2024inference")
def test_ties_match_csranks(reference):
    table = pd.read_csv(reference / "ranks" / "csranks_irank_ties.csv")
    ties = {0.0: "min", 0.5: "average", 1.0: "max"}
    cases = table.groupby(["case", "omega", "increasing"])
    assert cases.ngroups == 12
    for (_, omega, increasing), case in cases:
        ours = rank(case["x"], ties=ties[omega], higher_is_better=not increasing)
        assert_array_equal(ours, case["irank"])


@pytest.mark.shared
@pytest.mark.source("becker2022coinr")
def test_strengths_and_weaknesses_of_a_country_are_its_best_and_worst_ranks(reference):
    asem = reference / "asem"
    expected = pd.read_csv(asem / "strweak_GBR_Raw.csv")
    meta = pd.read_csv(asem / "raw_iMeta.csv").set_index("iCode")
    data = pd.read_csv(asem / "raw_iData.csv").set_index("uCode")
    own = {}
    for code in meta.index[meta["Type"] == "Indicator"]:
        higher = meta.loc[code, "Direction"] > 0
        own[code] = rank(data[code], higher_is_better=higher)[data.index.get_loc("GBR")]
    falling = sorted(own, key=own.get)
    for kind, five in (("strength", falling[:5]), ("weakness", falling[-5:])):
        rows = expected[expected["kind"] == kind].set_index("Code")["Rank"]
        assert {code: own[code] for code in rows.index} == rows.to_dict()
        assert sorted(own[code] for code in five) == sorted(rows)


@pytest.mark.parametrize(
    ("ties", "expected"),
    [
        ("min", [2, 1, NAN, 2, 5, 2]),
        ("max", [4, 1, NAN, 4, 5, 4]),
        ("average", [3, 1, NAN, 3, 5, 3]),
        ("dense", [2, 1, NAN, 2, 3, 2]),
        ("ordinal", [2, 1, NAN, 3, 5, 4]),
    ],
)
def test_ties_share_as_their_name_says(ties, expected):
    assert_array_equal(rank([7.0, 9.0, NAN, 7.0, 1.0, 7.0], ties=ties), expected)


@given(scores=SCORES)
def test_the_default_is_one_and_the_number_better(scores):
    expected = [NAN if np.isnan(x) else 1 + (scores > x).sum() for x in scores]
    assert_array_equal(rank(scores), expected)


@given(scores=SCORES, ties=st.sampled_from(TIES))
def test_no_rule_for_ties_ever_reverses_a_pair(scores, ties):
    ranks = rank(scores, ties=ties)
    assert (ranks[:, None] < ranks)[scores[:, None] > scores].all()
    assert_array_equal(np.isnan(ranks), np.isnan(scores))
    if ties == "ordinal":
        assert_array_equal(
            np.sort(ranks[~np.isnan(ranks)]), np.arange(1, (~np.isnan(ranks)).sum() + 1)
        )


@given(scores=SCORES)
def test_untied_ranks_are_made_by_two_argsorts_not_by_one(scores):
    # One argsort says who stands at each place, not the place of each: a peer's untied ranks.
    present = scores[~np.isnan(scores)]
    once = np.argsort(-present, kind="stable")
    assert_array_equal(rank(present, ties="ordinal"), np.argsort(once, kind="stable") + 1)


def test_one_argsort_would_have_given_the_third_the_first_place():
    assert_array_equal(rank([10, 30, 20], ties="ordinal"), [3, 1, 2])
    assert_array_equal(np.argsort([-10, -30, -20]) + 1, [2, 3, 1])


@given(scores=SCORES, ties=st.sampled_from(TIES[:4]), data=st.data())
def test_permuting_units_permutes_ranks(scores, ties, data):
    order = data.draw(st.permutations(range(len(scores))))
    assert_array_equal(rank(scores[order], ties=ties), rank(scores, ties=ties)[order])


@given(scores=SCORES, ties=st.sampled_from(TIES))
def test_turning_the_scores_and_the_direction_changes_nothing(scores, ties):
    assert_array_equal(rank(-scores, ties=ties, higher_is_better=False), rank(scores, ties=ties))


def test_each_row_is_ranked_by_itself():
    assert_array_equal(rank([[1.0, 2.0], [NAN, 2.0]]), [[2, 1], [NAN, 1]])


def test_no_score_gives_no_rank_and_no_warning():
    assert np.isnan(rank([NAN, NAN])).all()
    assert rank([]).shape == (0,)


def test_ranks_are_floats_whatever_the_scores():
    assert rank([3, 1, 2]).dtype == np.float64


def test_what_cannot_be_ranked_is_refused():
    with pytest.raises(ValueError, match=r"`ties` must be one of 'min', .*'average'"):
        rank([1.0], ties="averge")
    with pytest.raises(ValueError, match="`scores` must be finite"):
        rank([1.0, float("inf")])
    with pytest.raises(ValueError, match=r"`scores` must be \(\.\.\., units\)"):
        rank(1.0)
