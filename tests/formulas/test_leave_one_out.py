"""What `leave_one_out` promises: the tree without one node, and the places that this moves."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from seedmetrics.formulas.ranking import rank
from seedmetrics.formulas.robustness import leave_one_out
from seedmetrics.formulas.scoring import aggregate
from seedmetrics.formulas.scoring.trees import Tree, aggregate_tree

NAN = float("nan")


def test_leaving_out_an_indicator_is_aggregating_the_others():
    x = np.random.default_rng(0).uniform(0, 100, (9, 4))
    weights = np.array([1.0, 2, 3, 4])
    found = leave_one_out(x, weights)
    assert_array_equal(found.rank, rank(aggregate(x, weights)))
    for i in range(4):
        rest = np.delete(np.arange(4), i)
        assert_array_equal(found.ranks[i], rank(aggregate(x[:, rest], weights[rest]).round(9)))
    assert_array_equal(found.shift, found.rank - found.ranks)


def test_leaving_out_a_pillar_leaves_out_all_that_hangs_on_it():
    x = np.random.default_rng(1).uniform(0, 100, (9, 4))
    found = leave_one_out(x, Tree([4, 4, 5, 5, 6, 6, -1]))
    assert_array_equal(found.ranks[4], rank(x[:, 2:].mean(axis=1).round(9)))
    assert_array_equal(found.ranks[5], rank(x[:, :2].mean(axis=1).round(9)))


def test_an_only_child_takes_its_parent_along():
    x = np.random.default_rng(2).uniform(0, 100, (9, 3))
    found = leave_one_out(x, Tree([3, 4, 4, 5, 5, -1], [1, 1, 1, 80, 20, 1]))
    assert_array_equal(found.ranks[0], found.ranks[3])
    assert_array_equal(found.ranks[0], rank(x[:, 1:].mean(axis=1).round(9)))


def test_without_the_root_or_the_only_indicator_there_are_no_ranks():
    found = leave_one_out([[1.0], [2.0]], [1])
    assert_array_equal(found.rank, [2, 1])
    assert np.isnan(found.ranks).all()
    assert np.isnan(found.mean_shift).all()


def test_an_indicator_without_weight_shifts_nobody():
    found = leave_one_out([[90.0, 1.0], [50.0, 99.0], [10.0, 50.0]], [1, 0])
    assert_array_equal(found.shift[1], 0)
    assert np.isnan(found.ranks[0]).all()


def test_gaps_are_reweighted_as_in_the_tree():
    x = np.array([[90.0, NAN, 40.0], [50.0, 60.0, NAN], [10.0, 20.0, 95.0], [NAN, NAN, 70.0]])
    tree = Tree([3, 3, 4, 4, -1], [1, 1, 1, 2, 1])
    found = leave_one_out(x, tree)
    without = aggregate_tree(x[:, 1:], Tree([2, 3, 3, -1], [1, 1, 2, 1]), missing="reweight")
    assert_array_equal(found.ranks[0], rank(without.total.round(9)))


def test_mean_shift_counts_units_with_both_ranks_only():
    x = np.array([[90.0, NAN], [50.0, 60.0], [10.0, 70.0]])
    found = leave_one_out(x, [1, 1])
    # Without the first indicator the first unit has no score: it is no shift of nobody.
    assert np.isnan(found.ranks[0, 0])
    assert found.mean_shift[0] == np.abs(found.shift[0, 1:]).mean()


def test_missing_scores_and_zeros_are_refused_where_they_cannot_be_used():
    with pytest.raises(ValueError, match="`normalized` must not be missing"):
        leave_one_out([[NAN, 1.0], [1.0, 2.0]], [1, 1], missing="error")
    with pytest.raises(ValueError, match="above 0 for a harmonic mean"):
        leave_one_out([[0.0, 1.0], [1.0, 2.0]], [1, 1], method="harmonic")
    with pytest.raises(ValueError, match="`normalized` must have the shape"):
        leave_one_out([1.0, 2.0], [1, 1])
