"""Laws across methods: order of units, units of measurement, dominance; where one is no law it is shown."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.testing import assert_allclose, assert_array_equal

from seedmetrics.formulas.ranking import rank
from seedmetrics.formulas.scoring import aggregate, normalize

NAN = float("nan")
OPTIONS = {
    "arithmetic": {},
    "geometric": {},
    "harmonic": {},
    "power": {"power": 2},
    "copeland": {},
    "topsis": {},
    "mazziotta-pareto": {},
    "owa": {"orness": 0.3},
}
METHODS = st.sampled_from(sorted(OPTIONS))
# Where a higher score of one indicator never lowers the unit's own.
MONOTONE = st.sampled_from(sorted(set(OPTIONS) - {"mazziotta-pareto"}))
SCALES = st.sampled_from(("minmax", "zscore", "rank", "percentile", "borda"))

SCORES = arrays.arrays(
    float, st.tuples(st.integers(2, 8), st.integers(1, 4)), elements=st.integers(1, 30).map(float)
)
HOLED = arrays.arrays(
    float,
    st.tuples(st.integers(1, 8), st.integers(1, 4)),
    elements=st.one_of(st.integers(1, 30).map(float), st.just(NAN)),
)
RAW = arrays.arrays(
    float, st.tuples(st.integers(3, 8), st.integers(1, 4)), elements=st.integers(1, 99).map(float)
).filter(lambda x: (np.ptp(x, axis=0) > 0).all())


def scored(scores, method, **options):
    weights = np.arange(1.0, scores.shape[1] + 1)
    return aggregate(scores, weights, method=method, **OPTIONS[method], **options)


@given(scores=HOLED, method=METHODS, missing=st.sampled_from(("reweight", "nan")), data=st.data())
def test_permuting_units_permutes_results(scores, method, missing, data):
    order = data.draw(st.permutations(range(len(scores))))
    assert_array_equal(
        scored(scores[order], method, missing=missing),
        scored(scores, method, missing=missing)[order],
    )


@given(scores=SCORES, method=METHODS)
def test_equal_units_have_equal_results_to_the_last_bit(scores, method):
    twice = scored(np.vstack([scores, scores]), method)
    assert_array_equal(twice[: len(scores)], twice[len(scores) :])


@given(values=RAW, scale=SCALES, method=METHODS, by=st.sampled_from((0.001, 0.3, 7, 1e6)))
def test_multiplying_an_indicator_changes_no_rank_once_normalized(values, scale, method, by):
    moved = values.copy()
    moved[:, 0] *= by
    one, other = (normalize(v, method=scale) + 1e3 for v in (values, moved))
    assert_allclose(scored(other, method), scored(one, method), rtol=1e-9, atol=1e-9)


@given(values=RAW, by=st.floats(0.01, 100))
def test_multiplying_a_raw_indicator_changes_no_rank_of_geometric_means(values, by):
    moved = values.copy()
    moved[:, 0] *= by
    assert_array_equal(ranks(scored(moved, "geometric")), ranks(scored(values, "geometric")))


@given(values=RAW)
def test_any_rising_scale_of_an_indicator_changes_no_copeland_score(values):
    moved = values.copy()
    moved[:, 0] = np.exp(values[:, 0] / 9) - 50
    assert_array_equal(scored(moved, "copeland"), scored(values, "copeland"))


def test_multiplying_a_raw_indicator_can_change_ranks_of_arithmetic_means():
    values = np.array([[1.0, 4.0], [3.0, 1.0]])
    assert ranks(aggregate(values)).tolist() == [1, 2]
    assert ranks(aggregate(values * [10, 1])).tolist() == [2, 1]


def ranks(scores: np.ndarray) -> np.ndarray:
    """Return ranks in which scores that differ by rounding are equal."""
    return rank(np.round(scores / np.abs(scores).max(), 9))


@given(scores=SCORES, method=MONOTONE, data=st.data())
def test_a_dominated_unit_never_outranks_its_dominator(scores, method, data):
    loss = data.draw(arrays.arrays(float, scores.shape[1], elements=st.floats(0, 0.9)))
    both = np.vstack([scores, scores[0] - loss])
    result = scored(both, method)
    assert result[-1] <= result[0] + 1e-9


@given(scores=SCORES, method=MONOTONE, data=st.data())
def test_a_unit_that_gains_never_loses_points(scores, method, data):
    gain = data.draw(arrays.arrays(float, scores.shape[1], elements=st.integers(0, 9).map(float)))
    after = scores.copy()
    after[0] += gain
    assert scored(after, method)[0] >= scored(scores, method)[0] - 1e-9


def test_dominance_is_no_law_where_evenness_counts_or_a_gap_helps():
    uneven, even = aggregate([[80.0, 300.0], [80.0, 90.0]], method="mazziotta-pareto")
    assert uneven < even
    # The first is nowhere worse than the second, which lacks its weak indicator.
    full, holed = aggregate([[90.0, 20.0], [80.0, NAN]], missing="reweight")
    assert full < holed


@pytest.mark.parametrize("method", OPTIONS)
def test_no_unit_gives_no_result_and_what_is_given_is_left_as_it_was(method):
    assert aggregate(np.empty((0, 3)), method=method, **OPTIONS[method]).shape == (0,)
    scores = np.array([[1.0, NAN], [3.0, 4.0]])
    weights = np.array([1.0, 2.0])
    aggregate(scores, weights, method=method, missing="reweight", **OPTIONS[method])
    assert_array_equal(scores, [[1, NAN], [3, 4]])
    assert_array_equal(weights, [1, 2])
