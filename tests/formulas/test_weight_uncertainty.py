"""What `weight_uncertainty` promises: the tree aggregated anew for every weighting, however many."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from seedmetrics.formulas.ranking import rank
from seedmetrics.formulas.robustness import RankDistribution, weight_uncertainty
from seedmetrics.formulas.robustness.distribution import rank_rows
from seedmetrics.formulas.robustness.weightings import as_tree, checked_methods, tree_scores
from seedmetrics.formulas.robustness.weights import drawn_weights
from seedmetrics.formulas.scoring import aggregate, normalize
from seedmetrics.formulas.scoring.trees import Tree, aggregate_tree
from tests.formulas.asem import asem

NAN = float("nan")
# Five indicators in two pillars, one of which hangs with a third on an upper node.
PARENTS = [5, 5, 6, 6, 7, 8, 7, 8, -1]
WEIGHTS = [2.0, 1.0, 1.0, 3.0, 1.0, 2.0, 2.0, 5.0, 1.0]


def table(seed, units=12, gaps=0.2):
    rng = np.random.default_rng(seed)
    x = rng.uniform(1, 100, (units, 5))
    x[rng.random(x.shape) < gaps] = NAN
    return x


@pytest.mark.shared
@pytest.mark.source("becker2022coinr")
def test_ranks_of_the_weights_as_given_match_coinr(reference):
    raw, direction, tree, _ = asem(reference)
    normalized = normalize(raw.to_numpy(), direction=direction)
    drawn = weight_uncertainty(normalized, tree, draws=10)
    expected = pd.read_csv(reference / "asem" / "ranks_raw_amean.csv", index_col="uCode")
    assert_array_equal(drawn.rank, expected.loc[raw.index, "Index"])


@pytest.mark.parametrize(
    "method", ["arithmetic", "geometric", "harmonic", ["harmonic", "arithmetic", "geometric"]]
)
@pytest.mark.parametrize("missing", ["reweight", "nan"])
def test_each_draw_is_the_tree_aggregated_with_its_weights(method, missing):
    x, tree = table(1), Tree(PARENTS, WEIGHTS)
    weights = drawn_weights(tree, spread=0.5, draws=20, seed=3)
    ours = tree_scores(x, tree, weights, checked_methods(method, tree), missing)
    for row, given_weights in zip(ours, weights, strict=True):
        one = aggregate_tree(x, Tree(PARENTS, given_weights), method=method, missing=missing)
        assert_allclose(row, one.total, rtol=1e-12)
    drawn = weight_uncertainty(
        x, tree, spread=0.5, draws=20, seed=3, method=method, missing=missing
    )
    assert_array_equal(drawn.ranks, [rank(row.round(9)) for row in ours])


def test_weight_sets_of_another_tool_are_replayed_exactly():
    x = table(2, gaps=0)
    sets = np.random.default_rng(0).dirichlet(np.ones(5), 30)
    replayed = weight_uncertainty(x, [1] * 5, weight_sets=sets)
    assert_array_equal(replayed.ranks, [rank(aggregate(x, w)) for w in sets])


def test_weight_sets_may_name_every_node_or_the_indicators_alone():
    x, tree = table(3), Tree(PARENTS, WEIGHTS)
    own = np.tile(tree.weights, (2, 1))
    assert_array_equal(
        weight_uncertainty(x, tree, weight_sets=own).ranks,
        weight_uncertainty(x, tree, weight_sets=own[:, :5]).ranks,
    )


def test_a_node_replayed_without_weight_is_left_out():
    x, tree = table(4), Tree(PARENTS, WEIGHTS)
    weights = tree.weights.copy()
    weights[[5, 0, 1]] = 0
    left = weight_uncertainty(x, tree, weight_sets=[weights]).ranks[0]
    without = aggregate_tree(
        x[:, 2:], Tree([3, 3, 4, 4, 5, -1], [1, 3, 1, 2, 5, 1]), missing="reweight"
    )
    assert_array_equal(left, rank(without.total.round(9)))


def test_no_spread_repeats_the_ranks_and_any_stays_within_its_share():
    x, tree = table(5), Tree(PARENTS, WEIGHTS)
    still = weight_uncertainty(x, tree, spread=0, draws=3)
    assert_array_equal(still.ranks, np.tile(still.rank, (3, 1)))
    moved = drawn_weights(tree, spread=0.25, draws=500, seed=0)
    assert (abs(moved / tree.weights - 1) <= 0.25).all()
    held = drawn_weights(tree, spread=[0.5] * 5 + [0] * 4, draws=50, seed=0)
    assert_array_equal(held[:, 5:], np.tile(tree.weights[5:], (50, 1)))


def test_the_same_seed_gives_the_same_bits_and_another_does_not():
    x = table(6, gaps=0)
    first, again, other = (
        weight_uncertainty(x, [1] * 5, spread=0.9, seed=s).ranks for s in (1, 1, 2)
    )
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()


def test_equal_units_tie_in_every_draw_whatever_the_order_of_adding():
    row = np.random.default_rng(7).uniform(0, 100, 49)
    x = np.tile(row, (51, 1))
    assert_array_equal(weight_uncertainty(x, np.ones(49)).ranks, 1)


def test_a_dominated_unit_is_never_ranked_above_its_dominator():
    x = table(8, gaps=0)
    x[1] = x[0] - 0.5
    drawn = weight_uncertainty(x, Tree(PARENTS, WEIGHTS), spread=1)
    assert (drawn.ranks[:, 0] < drawn.ranks[:, 1]).all()


@given(st.integers(0, 10_000))
def test_permuting_units_permutes_the_ranks(seed):
    x = table(seed % 50)
    order = np.random.default_rng(seed).permutation(len(x))
    tree = Tree(PARENTS, WEIGHTS)
    whole = weight_uncertainty(x, tree, draws=20).ranks
    assert_array_equal(weight_uncertainty(x[order], tree, draws=20).ranks, whole[:, order])


@given(
    st.lists(
        st.lists(st.sampled_from([NAN, 0.0, 1.0, 2.5, 2.5 + 1e-15]), min_size=4, max_size=4),
        min_size=1,
    )
)
def test_rows_are_ranked_as_rank_does_once_last_bits_are_gone(rows):
    scores = np.array(rows)
    assert_array_equal(rank_rows(scores), rank(scores.round(9)))


def test_a_unit_without_a_score_has_no_rank_and_no_quantile():
    drawn = weight_uncertainty([[NAN, NAN], [1.0, 2.0]], [1, 1], draws=5)
    assert np.isnan(drawn.ranks[:, 0]).all()
    assert np.isnan(drawn.quantile(0.5)[0])
    assert np.isnan(drawn.share_in_top(1)[0])
    assert drawn.share_in_top(1)[1] == 1


def test_quantiles_are_those_of_pandas():
    ranks = np.random.default_rng(9).integers(1, 8, (31, 4)).astype(float)
    ranks[3, 2] = NAN
    drawn = RankDistribution(ranks, ranks[0])
    expected = pd.DataFrame(ranks).quantile([0.05, 0.5, 0.95]).to_numpy()
    assert_allclose(drawn.quantile([0.05, 0.5, 0.95]), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"spread": 25}, "`spread` must lie in .* use|It is a share: 0.25, not 25"),
        ({"spread": [0.1, 0.2, 0.3, 0.4]}, "`spread` has shape"),
        ({"draws": 0}, "`draws` must be a whole number of at least 1"),
        ({"draws": 2.5}, "`draws` must be a whole number"),
        ({"seed": -1}, "`seed` must be a whole number"),
        ({"method": "median"}, "`method` must be one of"),
        ({"method": ["arithmetic"] * 2}, "names 2 level"),
        ({"missing": "skip"}, "`missing` must be one of"),
        ({"missing": "error"}, "`normalized` must not be missing; 1 of 4 refused, first at index"),
        ({"weight_sets": [[1, 1, 1, 1]]}, "`weight_sets` must have the shape"),
        ({"weight_sets": [[1, -1]]}, "`weight_sets` must be at least 0"),
        ({"weight_sets": [[0, 0]]}, "no weight in 1 set"),
        ({"weight_sets": [[1, 1]], "draws": 5}, "`draws` is not used where `weight_sets`"),
        ({"weight_sets": [[1, 1]], "spread": 0.1}, "`spread` is not used"),
        ({"method": "geometric"}, "`normalized` must be above 0 for a geometric mean"),
    ],
)
def test_what_cannot_be_answered_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        weight_uncertainty([[1.0, 0.0], [NAN, 3.0]], [1, 1], **arguments)


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        ([1, 1, 1], "has 3 leaves .* but there are 2 indicators"),
        (([2, 2, -1],), "got 1 parts"),
        ([[1, 1], [1, 1]], "`tree_weights` must be a Tree or one weight an indicator"),
        (([2, 2, -1], [1, -1, 1]), "`weights` must be at least 0"),
    ],
)
def test_a_tree_that_does_not_fit_is_refused(tree, message):
    with pytest.raises(ValueError, match=message):
        weight_uncertainty([[1.0, 2.0]], tree)


@pytest.mark.parametrize("k", [0, 1.5, -1, True])
def test_the_top_of_no_or_half_a_unit_is_refused(k):
    with pytest.raises(ValueError, match="`k` must be a whole number of at least 1"):
        RankDistribution(np.ones((2, 2)), np.ones(2)).share_in_top(k)


def test_a_tree_given_in_three_ways_is_the_same():
    x = table(10, gaps=0)
    flat = weight_uncertainty(x, [3, 1, 1, 1, 1], draws=50).ranks
    parents, weights = [5] * 5 + [-1], [3, 1, 1, 1, 1, 1]
    assert_array_equal(weight_uncertainty(x, (parents, weights), draws=50).ranks, flat)
    assert_array_equal(weight_uncertainty(x, Tree(parents, weights), draws=50).ranks, flat)
    assert as_tree([1.0, 1.0], 2).root == 2
