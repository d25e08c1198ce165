"""What `aggregate` promises of its means: COINr's four levels, their order, gaps as decided."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from seedmetrics.formulas.ranking import rank
from seedmetrics.formulas.scoring import aggregate, normalize

NAN = float("nan")
METHODS = ("arithmetic", "geometric", "harmonic")
OPTIONS = {
    "arithmetic": {},
    "geometric": {},
    "harmonic": {},
    "power": {"power": 0.5},
    "copeland": {},
    "topsis": {},
    "mazziotta-pareto": {},
    "owa": {},
}


def level_up(
    scores: pd.DataFrame, parents: pd.Series, weights: pd.Series, missing: str
) -> pd.DataFrame:
    """Return the scores of the next level, a column for each parent."""
    children = {p: [c for c in scores if parents[c] == p] for p in parents[scores.columns].unique()}
    return pd.DataFrame(
        {
            parent: aggregate(scores[own].to_numpy(), weights[own].to_numpy(), missing=missing)
            for parent, own in children.items()
        },
        index=scores.index,
    )


@pytest.mark.shared
@pytest.mark.source("becker2022coinr")
def test_asem_built_over_four_levels_matches_coinr(reference):
    folder = reference / "asem"
    meta = pd.read_csv(folder / "raw_iMeta.csv").set_index("iCode")
    lineage = pd.read_csv(folder / "meta_lineage.csv")
    levels = ["Indicator", "Pillar", "Sub-index", "Index"]
    parents = pd.concat([lineage.drop_duplicates(a).set_index(a)[b] for a, b in pairwise(levels)])
    codes = lineage["Indicator"].tolist()
    raw = pd.read_csv(folder / "raw_iData.csv", index_col="uCode")[codes]
    scores = pd.DataFrame(
        normalize(raw.to_numpy(), direction=meta.loc[codes, "Direction"].to_numpy()),
        raw.index,
        codes,
    )
    expected = pd.read_csv(folder / "agg_raw_amean_minmax0_100.csv", index_col="uCode")
    ranks = pd.read_csv(folder / "ranks_raw_amean.csv", index_col="uCode")
    seen = []
    for _ in levels[1:]:
        scores = level_up(scores, parents, meta["Weight"], "reweight")
        ours = scores.loc[expected.index]
        seen += list(ours)
        assert_allclose(ours, expected[ours.columns], rtol=1e-9)
        for column in ours:
            assert_array_equal(rank(ours[column]), ranks.loc[expected.index, column])
    assert sorted(seen) == sorted(expected.columns)


@pytest.mark.shared
@pytest.mark.source("becker2022coinr")
def test_weighted_means_match_coinr_primitives(reference):
    table = pd.read_csv(reference / "asem" / "primitives.csv").set_index("call")["output"]
    x, w = [1, 2, 2.5, 3, 4, 5, 7, 40], np.arange(1, 9)
    for name, method in (
        ("a_amean", "arithmetic"),
        ("a_gmean", "geometric"),
        ("a_hmean", "harmonic"),
    ):
        assert_allclose(aggregate(x, w, method=method), table[f"{name}(x,w=1:8)"], rtol=1e-12)
    for power in (-1, 3):
        expected = table[f"a_genmean(x,w=1:8,p={power})"]
        assert_allclose(aggregate(x, w, method="power", power=power), expected, rtol=1e-12)


SCORES = st.floats(0.5, 100)
TABLES = arrays.arrays(float, st.tuples(st.integers(1, 6), st.integers(1, 5)), elements=SCORES)


@given(scores=TABLES, data=st.data())
def test_means_agree_with_scipy_and_keep_their_order(scores, data):
    weights = np.array(
        data.draw(st.lists(st.integers(1, 9), min_size=scores.shape[1], max_size=scores.shape[1])),
        float,
    )
    a, g, h = (aggregate(scores, weights, method=m) for m in METHODS)
    assert_allclose(a, np.average(scores, axis=1, weights=weights))
    assert_allclose(g, stats.gmean(scores, axis=1, weights=weights))
    assert_allclose(h, stats.hmean(scores, axis=1, weights=weights))
    assert (h <= g * (1 + 1e-12)).all()
    assert (g <= a * (1 + 1e-12)).all()


@given(scores=TABLES, power=st.floats(-6, 6))
def test_the_power_mean_agrees_with_scipy(scores, power):
    weights = np.arange(1.0, scores.shape[1] + 1)
    ours = aggregate(scores, weights, method="power", power=power)
    if abs(power) < 1e-3:
        # There scipy's plain power loses digits, down to 1 ** inf.
        assert_allclose(ours, stats.gmean(scores, axis=1, weights=weights), rtol=2e-2)
    else:
        assert_allclose(ours, stats.pmean(scores, power, axis=1, weights=weights), rtol=1e-9)


@given(scores=TABLES)
def test_powers_one_nought_and_minus_one_are_the_three_means(scores):
    weights = np.arange(1.0, scores.shape[1] + 1)
    for power, method in zip((1, 0, -1), METHODS):
        assert_allclose(
            aggregate(scores, weights, method="power", power=power),
            aggregate(scores, weights, method=method),
        )
    near = aggregate(scores, weights, method="power", power=1e-12)
    assert_allclose(near, aggregate(scores, weights, method="geometric"), rtol=1e-9)


@given(scores=TABLES, powers=st.tuples(st.floats(-50, 50), st.floats(-50, 50)).map(sorted))
def test_the_power_mean_rises_with_its_power_between_the_ends(scores, powers):
    low, high = (aggregate(scores, method="power", power=p) for p in powers)
    assert (low <= high * (1 + 1e-9)).all()
    assert (low >= scores.min(axis=1) * (1 - 1e-9)).all()
    assert (high <= scores.max(axis=1) * (1 + 1e-9)).all()


def test_no_power_overflows_and_noughts_are_decided():
    assert_allclose(aggregate([1e200, 3e200], method="power", power=300), 3e200, rtol=1e-2)
    assert_allclose(aggregate([1e-200, 3.0], method="power", power=-300), 1e-200, rtol=1e-2)
    assert_allclose(aggregate([0.0, 4.0], method="power", power=2), np.sqrt(8))
    assert_allclose(aggregate([0.0, 0.0], method="power", power=2), 0)
    # So small a share of a thousandth power is still a score above 0.
    assert_allclose(aggregate([0.0, 4.0], [1, 1], method="power", power=0.001), 4 * 0.5**1000)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "power"}, "`power` is needed by method 'power'"),
        ({"method": "power", "power": [1, 2]}, "`power` is needed by method 'power': give one"),
        ({"method": "power", "power": np.inf}, "`power` must be finite"),
        ({"method": "power", "power": -2}, "must be above 0 for a power mean of power -2; 1 of 4"),
        ({"method": "power", "power": 0}, "must be above 0 for a power mean of power 0"),
        ({"power": 2}, "`power` is not used by method 'arithmetic': use 'power'"),
        ({"penalty": "up"}, "`penalty` is not used by method 'arithmetic'"),
        ({"orness": 0.5, "method": "geometric"}, "`orness` is not used by method 'geometric'"),
    ],
)
def test_options_that_are_missing_unused_or_impossible_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        aggregate([[0.0, 2.0], [3.0, 4.0]], **options)


def test_a_positive_power_takes_nought_but_nothing_below():
    with pytest.raises(ValueError, match=r"at least 0 for a power mean of power 0\.5; 1 of"):
        aggregate([[-1.0, 2.0]], method="power", power=0.5)
    assert_allclose(aggregate([[-1.0, 2.0]], method="power", power=1), 0.5)


@pytest.mark.parametrize("method", OPTIONS)
def test_every_method_treats_a_gap_alike(method):
    # In a peer's package a generalized mean loses a unit on any gap while its other means rescale.
    scores = [[8.0, 6.0, 4.0], [9.0, NAN, 5.0], [NAN, NAN, NAN], [1.0, 2.0, 3.0]]
    options = {"method": method, **OPTIONS[method]}
    with pytest.raises(ValueError, match="`scores` must not be missing; 4 of 12"):
        aggregate(scores, **options)
    reweighted = aggregate(scores, **options, missing="reweight")
    assert np.isnan(reweighted).tolist() == [False, False, True, False]
    lost = aggregate(scores, **options, missing="nan")
    assert np.isnan(lost).tolist() == [False, True, True, False]
    # Units that are left out of it count in no comparison either.
    assert_allclose(lost[[0, 3]], aggregate([scores[0], scores[3]], **options))


@pytest.mark.parametrize("method", ["power", "mazziotta-pareto", "arithmetic", "geometric"])
def test_reweighting_by_a_mean_is_the_mean_of_what_is_there(method):
    options = {"method": method, **OPTIONS[method]}
    ours = aggregate([9.0, NAN, 5.0], [2, 3, 1], **options, missing="reweight")
    assert_allclose(ours, aggregate([9.0, 5.0], [2, 1], **options))


@pytest.mark.parametrize("method", ["copeland", "topsis"])
@pytest.mark.parametrize(
    ("scores", "weights"),
    [([1.0, 2.0], None), (np.ones((2, 2, 2)), None), (np.ones((2, 2)), np.ones((2, 2)))],
)
def test_methods_that_compare_units_take_one_table_of_them(method, scores, weights):
    with pytest.raises(ValueError, match=rf"method '{method}' compares units: `scores` must be"):
        aggregate(scores, weights, method=method)


@given(scores=TABLES, method=st.sampled_from(METHODS), by=st.floats(0.1, 1000))
def test_only_the_proportions_of_weights_count(scores, method, by):
    weights = np.arange(1.0, scores.shape[1] + 1)
    assert_allclose(
        aggregate(scores, weights * by, method=method), aggregate(scores, weights, method=method)
    )
    assert_allclose(
        aggregate(scores, method=method),
        aggregate(scores, np.full(scores.shape[1], by), method=method),
    )


@given(scores=TABLES, method=st.sampled_from(METHODS), data=st.data())
def test_a_dominated_unit_never_ranks_above_its_dominator(scores, method, data):
    loss = data.draw(arrays.arrays(float, scores.shape[1], elements=st.floats(0, 0.4)))
    both = np.vstack([scores[0], scores[0] - loss])
    better, worse = aggregate(both, np.arange(1.0, scores.shape[1] + 1), method=method)
    assert worse <= better * (1 + 1e-12)


@given(scores=TABLES, method=st.sampled_from(METHODS), data=st.data())
def test_reweighting_is_the_mean_of_what_is_present(scores, method, data):
    gone = data.draw(arrays.arrays(bool, scores.shape[1]))
    weights = np.arange(1.0, scores.shape[1] + 1)
    holed = scores.copy()
    holed[:, gone] = NAN
    ours = aggregate(holed, weights, method=method, missing="reweight")
    if gone.all():
        assert np.isnan(ours).all()
    else:
        assert_allclose(ours, aggregate(scores[:, ~gone], weights[~gone], method=method))


def test_a_gap_loses_the_unit_or_is_reweighted_or_is_refused():
    scores = [[80.0, 60.0], [90.0, NAN]]
    assert_array_equal(aggregate(scores, missing="nan"), [70, NAN])
    assert_array_equal(aggregate(scores, missing="reweight"), [70, 90])
    with pytest.raises(
        ValueError,
        match=r"`scores` must not be missing; 1 of 4 .*first at index \(1, 1\).*reweight",
    ):
        aggregate(scores)


def test_an_indicator_of_weight_nought_is_left_out_whatever_it_holds():
    scores = [[80.0, NAN, -5.0], [90.0, 1.0, 0.0]]
    for method in METHODS:
        assert_allclose(aggregate(scores, [1, 0, 0], method=method), [80, 90])


def test_everything_missing_gives_nan_and_no_warning():
    for method in METHODS:
        assert_array_equal(
            aggregate([[NAN, NAN], [4.0, 4.0]], method=method, missing="reweight"), [NAN, 4]
        )


def test_weights_may_differ_by_unit_and_axes_may_be_more():
    scores = np.array([[10.0, 20.0], [10.0, 20.0]])
    assert_allclose(aggregate(scores, [[1, 0], [1, 3]]), [10, 17.5])
    assert_allclose(aggregate(np.stack([scores, scores + 1])), [[15, 15], [16, 16]])
    assert aggregate([10.0, 20.0]).shape == ()


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1, -1], r"`weights` must be at least 0; 1 of 2 .*first at index 1: -1\.0"),
        ([0, 0], "`weights` add up to 0"),
        ([[1, 1], [0, 0]], "`weights` add up to 0"),
        ([1, 1, 1], r"`weights` has shape \(3,\) but `scores` has shape \(2, 2\)"),
        (2, r"`weights` has shape \(\)"),
        ([1, NAN], "`weights` must be finite"),
    ],
)
def test_weights_that_weigh_nothing_are_refused(weights, message):
    with pytest.raises(ValueError, match=message):
        aggregate([[1.0, 2.0], [3.0, 4.0]], weights)


@pytest.mark.parametrize("method", ["geometric", "harmonic"])
@pytest.mark.parametrize("bad", [0.0, -1.0])
def test_a_score_without_logarithm_or_reciprocal_is_refused(method, bad):
    with pytest.raises(
        ValueError,
        match=rf"above 0 for a {method} mean; 1 of 4 .*first at index \(1, 0\).*output",
    ):
        aggregate([[1.0, NAN], [bad, 4.0]], method=method, missing="reweight")


def test_unknown_names_are_refused_with_the_nearest():
    with pytest.raises(ValueError, match=r"`method` must be one of .*Did you mean 'geometric'"):
        aggregate([1.0], method="geometrical")
    with pytest.raises(ValueError, match=r"`missing` must be one of 'error', 'reweight', 'nan'"):
        aggregate([1.0], missing="drop")
    with pytest.raises(ValueError, match="`scores` needs at least one indicator"):
        aggregate(np.empty((3, 0)))
