"""What `rank_sets_from_counts` promises: exact tests of pairs, at 0%, at 100% and of three."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from scipy import stats

from seedmetrics.formulas.ranking import RankSets, rank_sets_from_counts

NAN = float("nan")


def ends(sets: RankSets) -> list[list[float]]:
    """Return the two ends of each set."""
    return np.stack([sets.low, sets.high]).tolist()


@pytest.mark.source("fisher1935logic")
@pytest.mark.source("holm1979simple")
def test_three_of_three_are_not_certified_first():
    sets = rank_sets_from_counts([3, 45, 50], [3, 50, 60])
    assert_array_equal(sets.rank, [1, 2, 3])
    assert ends(sets) == [[1, 1, 1], [3, 3, 3]]
    assert ends(rank_sets_from_counts([0, 3], [3, 3])) == [[1, 1], [2, 2]]


def test_many_matters_are_told_apart():
    sets = rank_sets_from_counts([990, 800, 500, 0], [1000, 1000, 1000, 40])
    assert ends(sets) == [[1, 2, 3, 4], [1, 2, 3, 4]]
    assert not sets.knife_edge.any()


def fisher_holm(closed, due, level):
    """Return the ends by one-sided Fisher tests of all ordered pairs, and Holm's steps."""
    n = len(closed)
    p = {}
    for j in range(n):
        for k in range(n):
            if j != k:
                table = [[closed[j], due[j] - closed[j]], [closed[k], due[k] - closed[k]]]
                p[j, k] = stats.fisher_exact(table, alternative="greater").pvalue
    low, high = [1.0] * n, [float(n)] * n
    for i, (j, k) in enumerate(sorted(p, key=p.get)):
        if p[j, k] > (1 - level) / (len(p) - i):
            break
        low[k] += 1
        high[j] -= 1
    return [low, high]


@pytest.mark.parametrize("seed", range(8))
def test_sets_from_counts_are_those_of_fisher_and_holm(seed):
    rng = np.random.default_rng(seed)
    due = rng.integers(1, (8, 40, 200, 1000)[seed % 4], 7)
    closed = rng.binomial(due, rng.uniform(size=7))
    assert ends(rank_sets_from_counts(closed, due)) == fisher_holm(closed, due, 0.95)


COUNTS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=8)


@given(counts=COUNTS, data=st.data())
def test_counts_permute_hold_the_rank_and_mirror(counts, data):
    due = np.array([a + b for a, b in counts])
    closed = np.array([a for a, _ in counts])
    order = data.draw(st.permutations(range(len(due))))
    sets, moved = (
        rank_sets_from_counts(closed, due),
        rank_sets_from_counts(closed[order], due[order]),
    )
    assert_array_equal(moved.low, sets.low[order])
    assert_array_equal(moved.high, sets.high[order])
    some = due > 0
    assert_array_equal(np.isnan(sets.low), ~some)
    assert (sets.low <= sets.rank)[some].all()
    assert (sets.rank <= sets.high)[some].all()
    # What is left open ranks the other way round.
    open_ = rank_sets_from_counts(due - closed, due)
    assert_array_equal(open_.low, some.sum() + 1 - sets.high)


def test_nothing_due_has_no_rank_and_leaves_the_others_alone():
    sets = rank_sets_from_counts([0, 40, 0, 2], [0, 50, 60, 60])
    assert_array_equal(sets.rank, [NAN, 1, 3, 2])
    assert_array_equal(sets.low, [NAN, 1, 2, 2])
    assert_array_equal(sets.high, [NAN, 1, 3, 3])
    assert ends(rank_sets_from_counts([5], [9])) == [[1], [1]]
    assert np.isnan(ends(rank_sets_from_counts([0, 0], [0, 0]))).all()


@pytest.mark.parametrize(
    ("closed", "due", "message"),
    [
        ([4, 1], [3, 2], "`closed` must not exceed `due`; 1 of 2 .*first at index 0"),
        ([0.5, 1], [3, 2], "`closed` must hold whole numbers"),
        ([1], [3, 2], "`closed` has shape"),
        ([[1]], [[2]], r"`closed` must have the shape \(units,\)"),
    ],
)
def test_counts_that_are_none_are_refused(closed, due, message):
    with pytest.raises(ValueError, match=message):
        rank_sets_from_counts(closed, due)
