"""What trees promise: COINr's four levels at once, weights in the total, methods by level, no circles."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from seedmetrics.formulas.scoring import (
    Tree,
    aggregate,
    aggregate_tree,
    effective_weights,
    normalize,
)

NAN = float("nan")
PARENTS = [3, 3, 4, 5, 5, -1]


@pytest.fixture(scope="module")
def asem(reference):
    """Return nodes with their parents and weights, and raw values of the indicators."""
    meta = pd.read_csv(reference / "asem" / "raw_iMeta.csv")
    nodes = meta[meta["Level"].notna()].set_index("iCode")
    codes = nodes.index.tolist()
    parents = [codes.index(p) if isinstance(p, str) else -1 for p in nodes["Parent"]]
    raw = pd.read_csv(reference / "asem" / "raw_iData.csv", index_col="uCode")
    return nodes, parents, raw[codes[:49]]


@pytest.mark.shared
@pytest.mark.source("becker2022coinr")
def test_effective_weights_match_coinr(asem, reference):
    nodes, parents, _ = asem
    expected = pd.read_csv(reference / "asem" / "meta_effective_weights.csv", index_col="iCode")
    ours = effective_weights(nodes["Weight"], parents)
    assert_allclose(ours, expected.loc[nodes.index, "EffWeight"], rtol=1e-9)


@pytest.mark.shared
@pytest.mark.source("becker2022coinr")
def test_scores_of_all_nodes_match_coinr(asem, reference):
    nodes, parents, raw = asem
    scores = normalize(raw.to_numpy(), direction=nodes["Direction"].to_numpy()[:49])
    result = aggregate_tree(scores, Tree(parents, nodes["Weight"]), missing="reweight")
    expected = pd.read_csv(
        reference / "asem" / "agg_raw_amean_minmax0_100.csv", index_col="uCode"
    ).loc[raw.index]
    assert_allclose(result.nodes[:, 49:], expected[nodes.index[49:]], rtol=1e-9)
    assert_allclose(result.total, expected["Index"], rtol=1e-9)


@st.composite
def trees(draw):
    """Draw the parents of a tree whose indicators come first, and weights."""
    inner = draw(st.integers(1, 5))
    leaves = draw(st.integers(inner, 8))
    # Node k of the inner ones hangs on a later one, the last is the root; each has an indicator.
    hung = [draw(st.integers(k + 1, inner - 1)) for k in range(inner - 1)]
    own = list(range(inner)) + [draw(st.integers(0, inner - 1)) for _ in range(leaves - inner)]
    parents = [leaves + k for k in own] + [leaves + k for k in hung] + [-1]
    size = leaves + inner
    weights = draw(st.lists(st.floats(0.1, 9), min_size=size, max_size=size))
    return parents, weights


@given(tree=trees(), seed=st.integers(0, 2**32 - 1))
def test_the_arithmetic_total_is_the_mean_by_effective_weights(tree, seed):
    parents, weights = tree
    own = Tree(parents, weights)
    effective = effective_weights(weights, parents)
    assert_allclose(effective[: own.leaves].sum(), 1)
    assert effective[own.root] == 1
    scores = np.random.default_rng(seed).uniform(1, 9, (4, own.leaves))
    result = aggregate_tree(scores, own)
    assert_allclose(result.total, scores @ effective[: own.leaves])
    # A mean of means of one power is the mean by effective weights too.
    geometric = aggregate_tree(scores, own, method="geometric").total
    assert_allclose(geometric, aggregate(scores, effective[: own.leaves], method="geometric"))


@given(tree=trees(), by=st.floats(0.1, 50))
def test_only_proportions_among_siblings_count(tree, by):
    parents, weights = tree
    group = np.array(parents) == parents[0]
    scaled = np.where(group, np.array(weights) * by, weights)
    assert_allclose(effective_weights(scaled, parents), effective_weights(weights, parents))
    assert_allclose(Tree(parents, scaled).weights, Tree(parents, weights).weights)


@given(tree=trees(), data=st.data())
def test_effective_weights_know_no_order_of_nodes(tree, data):
    parents, weights = np.array(tree[0]), np.array(tree[1])
    order = np.array(data.draw(st.permutations(range(parents.size))))
    place = np.argsort(order)
    moved = np.where(parents[order] < 0, -1, place[parents[order]])
    assert_allclose(
        effective_weights(weights[order], moved), effective_weights(weights, parents)[order]
    )


def test_methods_and_options_may_differ_by_level():
    tree = Tree(PARENTS, [1, 1, 1, 1, 3, 1])
    scores = np.array([[4.0, 9.0, 2.0], [1.0, 1.0, 7.0]])
    ours = aggregate_tree(scores, tree, method=["geometric", "power"], power=2)
    pillars = np.column_stack([np.sqrt(scores[:, 0] * scores[:, 1]), scores[:, 2]])
    assert_allclose(ours.nodes[:, 3:5], pillars)
    assert_allclose(ours.total, np.sqrt(pillars**2 @ [0.25, 0.75]))
    contests = aggregate_tree(scores, tree, method=["arithmetic", "copeland"])
    assert_array_equal(contests.total, [-1, 1])
    lean = aggregate_tree(scores, tree, method=["owa", "mazziotta-pareto"], orness=1, penalty="up")
    assert_allclose(lean.nodes[:, 3], [9, 1])


def test_branches_may_differ_in_depth():
    # Indicator 1 hangs on the root itself; the root lies above the pillar.
    tree = Tree([2, 3, 3, -1], [1, 1, 3, 1])
    assert_array_equal(tree.levels, [0, 0, 1, 2])
    assert_allclose(aggregate_tree([10.0, 50.0], tree).total, 20)


def test_a_pillar_of_which_nothing_is_present_is_missing_itself():
    tree = Tree(PARENTS, [1, 1, 1, 30, 70, 1])
    ours = aggregate_tree([[80, NAN, 50], [90, 70, NAN]], tree, missing="reweight")
    assert_allclose(ours.nodes[:, 3:], [[80, 50, 59], [80, NAN, 80]])
    lost = aggregate_tree([[80, NAN, 50], [90, 70, 60]], tree, missing="nan")
    assert_allclose(lost.nodes[:, 3:], [[NAN, 50, NAN], [80, 60, 66]])
    with pytest.raises(ValueError, match="at node 3: `scores` must not be missing"):
        aggregate_tree([[80, NAN, 50]], tree)


def test_a_node_alone_is_its_own_total():
    tree = Tree([-1])
    assert (tree.leaves, tree.root, tree.levels.tolist()) == (1, 0, [0])
    assert_array_equal(aggregate_tree([[3.0], [4.0]], tree).total, [3, 4])
    assert_array_equal(effective_weights(None, [-1]), [1])


def test_many_sets_of_weights_broadcast_against_units():
    rng = np.random.default_rng(0)
    draws = rng.uniform(1, 2, (5, 1, 6))
    scores = rng.uniform(1, 9, (4, 3))
    together = aggregate_tree(scores, Tree(PARENTS, draws), method="harmonic").total
    assert together.shape == (5, 4)
    for one, weights in zip(together, draws[:, 0]):
        assert_allclose(
            one, aggregate_tree(scores, Tree(PARENTS, weights), method="harmonic").total
        )
    assert effective_weights(draws, PARENTS).shape == (5, 1, 6)


def test_what_a_tree_is_given_is_left_as_it_was():
    weights = np.array([2.0, 1, 1, 30, 70, 1])
    tree = Tree(PARENTS, weights)
    effective_weights(weights, PARENTS)
    assert_array_equal(weights, [2, 1, 1, 30, 70, 1])
    assert_array_equal(tree.children(5), [3, 4])
    with pytest.raises(AttributeError):
        tree.weights = weights


@pytest.mark.parametrize(
    ("parents", "message"),
    [
        ([], r"`parents` must have the shape \(nodes,\)"),
        ([[1, -1]], r"`parents` must have the shape \(nodes,\), got shape \(1, 2\)"),
        ([2, 2, 2], "must have one root .*got 0"),
        ([-1, 2, -1], r"must have one root .*got 2: nodes \[0, 2\]"),
        ([2, 3, 1, -1], None),
        ([4, 2, 1, 4, -1], "goes round in a circle: 2 .*first node 1"),
        ([1, 1, -1], "goes round in a circle: 2 .*first node 0"),
        ([3, 3, 0.5, -1], "must hold indices from 0 to 3.*first at index 2"),
        ([3, 4, 3, -1], "must hold indices from 0 to 3"),
        ([NAN, -1], "`parents` must be finite"),
    ],
)
def test_what_is_no_tree_is_refused(parents, message):
    if message is None:
        assert effective_weights(None, parents).tolist() == [1, 1, 1, 1]
        return
    with pytest.raises(ValueError, match=message):
        effective_weights(None, parents)


def test_indicators_come_first_in_a_tree_of_columns():
    with pytest.raises(ValueError, match="node 3 has no children but stands behind node 2"):
        Tree([2, 2, 4, 4, -1])


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1, 1, 1, 1, 1], r"`weights` has shape \(5,\) but `parents` has 6 node"),
        (1, r"`weights` has shape \(\)"),
        ([1, -1, 1, 1, 1, 1], "`weights` must be at least 0; 1 of 6"),
        ([0, 0, 1, 1, 1, 1], "`weights` under node 3 add up to 0, first at node 0"),
        ([1, 1, 1, 1, 1, 0], "`weights` under node -1 add up to 0"),
        ([1, 1, 1, 1, NAN, 1], "`weights` must be finite"),
    ],
)
def test_weights_that_do_not_fit_a_tree_are_refused(weights, message):
    with pytest.raises(ValueError, match=message):
        Tree(PARENTS, weights)
    with pytest.raises(ValueError, match=message):
        effective_weights(weights, PARENTS)


@pytest.mark.parametrize(
    ("scores", "options", "message"),
    [
        ([[1.0, 2.0]], {}, r"`scores` has shape \(1, 2\) but `tree` has 3 indicator"),
        (5.0, {}, r"`scores` has shape \(\)"),
        ([[1.0, 2, 3]], {"method": ["arithmetic"]}, "names 1 method.* `tree` has 2 level"),
        ([[1.0, 2, 3]], {"power": 2}, "`power` is used by method 'power' only"),
        ([[1.0, 2, 3]], {"method": "owa"}, "`orness` is needed by method 'owa' in a tree"),
        ([[1.0, 2, 3]], {"method": "median"}, "at node 3: `method` must be one of"),
        ([[1.0, 0, 3]], {"method": "geometric"}, "at node 3: `scores` must be above 0"),
    ],
)
def test_what_cannot_be_aggregated_is_refused(scores, options, message):
    with pytest.raises(ValueError, match=message):
        aggregate_tree(scores, Tree(PARENTS), **options)
