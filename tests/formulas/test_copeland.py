"""What Copeland's contests promise: exact ties, no row order, sums of 0, gaps as decided."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.testing import assert_array_equal

from seedmetrics.formulas import scoring
from seedmetrics.formulas.scoring import aggregate

NAN = float("nan")


def copeland(scores, weights=None, missing="error"):
    return aggregate(scores, weights, method="copeland", missing=missing)


def by_pairs(scores: np.ndarray, weights: list[int]) -> list[int]:
    """Return contests won less contests lost, pair by pair, in whole numbers."""
    result = []
    for i, own in enumerate(scores):
        total = 0
        for k, other in enumerate(scores):
            margin = 0
            for a, b, w in zip(own, other, weights):
                margin += w * (int(a > b) - int(a < b))
            total += (margin > 0) - (margin < 0) if i != k else 0
        result.append(total)
    return result


LEVELS = st.one_of(st.integers(0, 3).map(float), st.just(NAN))
TABLES = arrays.arrays(float, st.tuples(st.integers(1, 9), st.integers(1, 5)), elements=LEVELS)


@given(scores=TABLES, data=st.data())
def test_contests_agree_with_counting_pair_by_pair(scores, data):
    m = scores.shape[1]
    weights = data.draw(st.lists(st.integers(1, 4), min_size=m, max_size=m))
    expected = np.array(by_pairs(scores, weights), float)
    expected[np.isnan(scores).all(axis=1)] = NAN
    assert_array_equal(copeland(scores, weights, "reweight"), expected)


@given(scores=TABLES, data=st.data())
def test_row_order_changes_no_score_also_when_data_are_missing(scores, data):
    # In a peer's package the score of a unit with a gap depends on where it stands.
    order = data.draw(st.permutations(range(len(scores))))
    assert_array_equal(
        copeland(scores[order], missing="reweight"), copeland(scores, missing="reweight")[order]
    )


@given(scores=TABLES, data=st.data(), missing=st.sampled_from(["reweight", "nan"]))
def test_scores_add_up_to_nought(scores, data, missing):
    m = scores.shape[1]
    weights = data.draw(st.lists(st.floats(0.01, 1), min_size=m, max_size=m))
    assert np.nansum(copeland(scores, weights, missing)) == 0


def test_exact_ties_are_ties_though_their_sums_differ_in_the_last_bit():
    # A peer compares a float with == 0.5: of 51 scores 10 were wrong, and the sum was -11 and not 0.
    assert 0.1 + 0.2 != 0.3
    assert_array_equal(copeland([[1, 1, 0], [0, 0, 1]], [0.1, 0.2, 0.3]), [0, 0])
    tenth = [0.1] * 10
    assert_array_equal(copeland([[1] * 5 + [0] * 5, [0] * 5 + [1] * 5], tenth), [0, 0])


@given(seed=st.integers(0, 2**32 - 1))
def test_ties_of_weights_that_no_float_holds_are_found(seed):
    rng = np.random.default_rng(seed)
    halves = rng.integers(1, 1000, 6)
    weights = np.concatenate([halves, halves]) / (2 * halves.sum())
    order = rng.permutation(12)
    scores = np.array([[1] * 6 + [0] * 6, [0] * 6 + [1] * 6])[:, order]
    assert_array_equal(copeland(scores, weights[order]), [0, 0])


def test_a_weight_of_one_part_in_a_hundred_thousand_million_decides():
    assert_array_equal(copeland([[1, 0], [0, 1]], [0.5 + 1e-11, 0.5 - 1e-11]), [1, -1])


def test_units_with_no_indicator_in_common_do_not_meet():
    scores = [[5.0, NAN], [NAN, 1.0], [4.0, 0.0]]
    assert_array_equal(copeland(scores, missing="reweight"), [1, 1, -2])


def test_an_indicator_of_weight_nought_decides_nothing():
    assert_array_equal(copeland([[1, 9], [2, NAN]], [1, 0]), [-1, 1])


def test_one_unit_meets_nobody_and_none_gives_none():
    assert_array_equal(copeland([[3.0, 4.0]]), [0])
    assert copeland(np.empty((0, 3))).shape == (0,)


def test_only_the_order_within_an_indicator_counts():
    scores = np.random.default_rng(3).random((30, 4))
    assert_array_equal(copeland(np.exp(9 * scores) - 5), copeland(scores))


@pytest.mark.parametrize("pairs", [1, 7, 1 << 16])
def test_blocks_of_any_size_give_the_same(monkeypatch, pairs):
    monkeypatch.setattr(scoring.contests, "_PAIRS", pairs)
    rng = np.random.default_rng(0)
    scores = rng.integers(0, 5, (40, 3)).astype(float)
    assert_array_equal(copeland(scores, [3, 2, 2]), by_pairs(scores, [3, 2, 2]))
