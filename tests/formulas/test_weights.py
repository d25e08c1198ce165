"""What weights promise: printed examples, second ways to the same numbers, no sign, clear refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.testing import assert_allclose, assert_array_equal
from scipy import linalg, stats

from seedmetrics.formulas.scoring import (
    ahp_weights,
    critic_weights,
    entropy_weights,
    equal_weights,
    pca_weights,
)

NAN = float("nan")
FOUND = (entropy_weights, critic_weights, pca_weights)

# Diakoulaki, Mavrotas and Papayannakis (1995): eight firms by profitability, market share, productivity.
FIRMS = [
    [61, 1.08, 4.33],
    [20.7, 0.26, 4.34],
    [16.3, 1.98, 2.53],
    [9, 3.29, 1.65],
    [5.4, 2.77, 2.33],
    [4, 4.12, 1.21],
    [-6.1, 3.52, 2.10],
    [-34.6, 3.31, 0.98],
]

# Saaty (1990), buying a house: size, transportation, neighborhood, age, yard, facilities, condition, financing.
HOUSE = [
    [1, 5, 3, 7, 6, 6, 1 / 3, 1 / 4],
    [1 / 5, 1, 1 / 3, 5, 3, 3, 1 / 5, 1 / 7],
    [1 / 3, 3, 1, 6, 3, 4, 6, 1 / 5],
    [1 / 7, 1 / 5, 1 / 6, 1, 1 / 3, 1 / 4, 1 / 7, 1 / 8],
    [1 / 6, 1 / 3, 1 / 3, 3, 1, 1 / 2, 1 / 5, 1 / 6],
    [1 / 6, 1 / 3, 1 / 4, 4, 2, 1, 1 / 5, 1 / 6],
    [3, 5, 1 / 6, 7, 5, 5, 1, 1 / 2],
    [4, 7, 5, 8, 6, 6, 2, 1],
]


@pytest.mark.source("diakoulaki1995determining")
def test_critic_weights_of_the_firms_of_diakoulaki_1995():
    # The digits are those that scikit-criteria's own test expects for the paper's table.
    assert_allclose(critic_weights(FIRMS), [0.20222554, 0.48090173, 0.31687273], atol=5e-9)


@pytest.mark.source("saaty1990make")
def test_the_house_of_saaty_1990_has_its_priorities_and_its_inconsistency():
    result = ahp_weights(HOUSE)
    printed = [0.173, 0.054, 0.188, 0.018, 0.031, 0.036, 0.167, 0.333]
    assert_allclose(result.weights, printed, atol=5e-4)
    assert_allclose(result.eigenvalue, 9.669, atol=5e-4)
    assert_allclose(result.consistency_index, 0.238, atol=5e-4)
    assert_allclose(result.consistency_ratio, 0.169, atol=5e-4)
    assert result.inconsistent


def test_entropy_weights_of_a_case_worked_by_hand():
    # One unit has all of the first indicator (entropy 0); the second is shared 1 to 3.
    shared = -(0.25 * np.log(0.25) + 0.75 * np.log(0.75)) / np.log(2)
    parts = np.array([1, 1 - shared])
    assert_allclose(entropy_weights([[0, 1], [5, 3]]), parts / parts.sum())


TABLES = arrays.arrays(
    float, st.tuples(st.integers(3, 9), st.integers(2, 4)), elements=st.integers(0, 50).map(float)
).filter(lambda x: (np.ptp(x, axis=0) > 0).all())


@given(scores=TABLES)
def test_entropy_weights_agree_with_scipys_entropy(scores):
    uneven = 1 - stats.entropy(scores, axis=0) / np.log(len(scores))
    assert_allclose(entropy_weights(scores), uneven / uneven.sum(), atol=1e-9)


@given(scores=TABLES)
def test_critic_weights_agree_with_numpys_correlations(scores):
    share = (scores - scores.min(axis=0)) / np.ptp(scores, axis=0)
    contrast = share.std(axis=0, ddof=1) * (1 - np.corrcoef(share.T)).sum(axis=1)
    if contrast.sum() < 1e-6:
        return
    assert_allclose(critic_weights(scores), contrast / contrast.sum(), atol=1e-9)


@given(scores=TABLES, components=st.integers(1, 4))
def test_pca_weights_agree_with_singular_values(scores, components):
    z = stats.zscore(scores, axis=0)
    _, s, axes = linalg.svd(z, full_matrices=False)
    s = np.append(s, np.zeros(4))
    c = min(components, scores.shape[1])
    if c < scores.shape[1] and s[c - 1] ** 2 - s[c] ** 2 < 1e-6:
        return
    squares = (
        (s[:c, None] * axes[:c]) ** 2 if c <= len(axes) else (s[: len(axes), None] * axes) ** 2
    )
    assert_allclose(
        pca_weights(scores, components=c), squares.sum(axis=0) / squares.sum(), atol=1e-8
    )


@given(scores=TABLES)
def test_no_weight_is_negative_and_all_add_up_to_one(scores):
    # A peer takes the first eigenvector as it comes, signs and all.
    assert_allclose(pca_weights(scores).sum(), 1)
    for found in FOUND:
        try:
            weights = found(scores)
        except ValueError:
            continue
        assert (weights >= 0).all()
        assert_allclose(weights.sum(), 1)


def test_an_indicator_that_runs_against_the_others_weighs_as_much_as_if_turned():
    scores = np.random.default_rng(1).normal(size=(40, 4)) + np.arange(40.0)[:, None] / 9
    turned = scores * [1, -1, 1, 1]
    assert_allclose(pca_weights(turned), pca_weights(scores))
    assert linalg.eigh(np.corrcoef(turned.T))[1][:, -1].min() < 0
    assert pca_weights(turned).min() > 0


@given(scores=TABLES, by=st.floats(0.1, 1000), up=st.floats(-50, 50))
def test_units_of_measurement_change_no_weight(scores, by, up):
    moved = scores.copy()
    moved[:, 0] = scores[:, 0] * by
    assert_allclose(entropy_weights(moved), entropy_weights(scores), atol=1e-9)
    moved[:, 0] += up
    share = pca_or_none(scores)
    if share is not None:
        assert_allclose(pca_weights(moved), share, atol=1e-6)


def pca_or_none(scores: np.ndarray) -> np.ndarray | None:
    """Return PCA weights, or None where eigenvalues are so near that rounding chooses."""
    values = np.sort(linalg.eigvalsh(np.corrcoef(scores.T)))
    near = np.abs(values - 1).min() < 1e-3 or np.diff(values).min() < 1e-3
    return None if near else pca_weights(scores)


@given(scores=TABLES, data=st.data())
def test_permuting_units_changes_no_weight(scores, data):
    order = data.draw(st.permutations(range(len(scores))))
    assert_allclose(entropy_weights(scores[order]), entropy_weights(scores), atol=1e-9)


def test_uncorrelated_indicators_weigh_the_same():
    # Four units at the corners of a square: no component explains more than an indicator.
    assert_allclose(pca_weights([[0, 0], [0, 1], [1, 0], [1, 1]]), [0.5, 0.5])
    assert_allclose(pca_weights(np.random.default_rng(0).random((9, 3)), components=3), 1 / 3)


def test_one_indicator_weighs_one():
    for found in FOUND:
        assert_array_equal(found([[1.0], [2.0], [4.0]]), [1])
    assert_array_equal(equal_weights([[1.0]]), [1])


def test_equal_weights_count_indicators_only():
    assert_array_equal(equal_weights([[1, NAN, 1, 1], [1, 1, 1, 1]]), [0.25] * 4)
    assert_array_equal(equal_weights(4), [0.25] * 4)
    assert_array_equal(equal_weights([7.0, 8.0]), [0.5, 0.5])
    for none in (np.empty((3, 0)), 0, 2.5, np.ones((2, 2, 2))):
        with pytest.raises(
            ValueError, match=r"`scores` must be \(units, indicators\) with at least"
        ):
            equal_weights(none)


@pytest.mark.parametrize("found", FOUND)
@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ([[1.0, 2.0], [3.0, NAN]], r"`scores` must be finite; 1 of 4 .*first at index \(1, 1\)"),
        ([[1.0, 7.0], [3.0, 7.0]], r"`scores` has 1 constant .*first column 1, where all are 7\.0"),
        ([[1.0, 2.0]], r"two units or more, got shape \(1, 2\)"),
        ([1.0, 2.0], r"two units or more, got shape \(2,\)"),
        (np.empty((3, 0)), r"two units or more, got shape \(3, 0\)"),
    ],
)
def test_scores_that_show_no_weights_are_refused(found, scores, message):
    with pytest.raises(ValueError, match=message):
        found(scores)


def test_what_a_method_cannot_weigh_is_refused():
    with pytest.raises(ValueError, match="`scores` must be at least 0 for their entropy; 1 of 4"):
        entropy_weights([[1.0, -2.0], [3.0, 4.0]])
    with pytest.raises(ValueError, match="2 indicators that are all perfectly correlated"):
        critic_weights([[1.0, 10.0], [2.0, 20.0], [4.0, 40.0]])
    for components in (0, 3, 1.5):
        with pytest.raises(ValueError, match="`components` must be a whole number from 1 to 2"):
            pca_weights([[1.0, 2.0], [2.0, 9.0], [4.0, 1.0]], components=components)
    with pytest.raises(ValueError, match="`components` 1 parts two components with the same"):
        pca_weights([[0, 0], [0, 1], [1, 0], [1, 1]], components=1)


@given(weights=st.lists(st.floats(0.2, 5), min_size=1, max_size=15))
def test_comparisons_that_do_not_contradict_give_back_their_weights(weights):
    w = np.array(weights)
    result = ahp_weights(w[:, None] / w)
    assert_allclose(result.weights, w / w.sum())
    assert_allclose(result.eigenvalue, w.size)
    assert_allclose(result.consistency_ratio, 0, atol=1e-9)
    assert not result.inconsistent


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(2, 9))
def test_the_principal_eigenvector_is_where_powers_of_the_matrix_lead(seed, n):
    judged = np.exp(np.triu(np.random.default_rng(seed).normal(size=(n, n)), 1))
    a = np.triu(judged, 1) + np.tril(1 / judged.T, -1) + np.eye(n)
    w = np.ones(n) / n
    for _ in range(500):
        w = a @ w
        w /= w.sum()
    result = ahp_weights(a)
    assert_allclose(result.weights, w, atol=1e-9)
    assert_allclose(result.eigenvalue, (a @ w).sum(), rtol=1e-9)
    assert_allclose(result.consistency_index, max(0, (a @ w).sum() - n) / (n - 1), atol=1e-9)


def test_one_or_two_things_are_always_consistent():
    assert ahp_weights([[1]]).consistency_ratio == 0
    result = ahp_weights([[1, 9], [1 / 9, 1]])
    assert_allclose(result.weights, [0.9, 0.1])
    assert (result.consistency_index, result.consistency_ratio) == (0, 0)


def test_a_third_may_be_written_with_two_digits():
    written = ahp_weights([[1, 3, 3], [0.33, 1, 1], [0.33, 1, 1]])
    assert_allclose(written.weights, [0.6, 0.2, 0.2], atol=2e-3)
    assert not written.inconsistent


@pytest.mark.parametrize(
    ("comparisons", "message"),
    [
        ([1.0, 2.0], r"must have the shape \(things, things\), got shape \(2,\)"),
        (np.ones((2, 3)), r"must have the shape \(things, things\), got shape \(2, 3\)"),
        (np.ones((16, 16)), "hold 16 things, but there are random indices up to 15 only"),
        ([[1, -3], [3, 1]], "must be above 0; 1 of 4 .*Less important is 1/3, not -3"),
        ([[1, 3], [3, 1]], r"must be reciprocal: 3 at \(0, 1\) and 3 at \(1, 0\) are not"),
        ([[2, 1], [1, 1]], r"must be reciprocal: 2 at \(0, 0\)"),
        ([[1, NAN], [1, 1]], "`comparisons` must be finite"),
    ],
)
def test_comparisons_that_are_none_are_refused(comparisons, message):
    with pytest.raises(ValueError, match=message):
        ahp_weights(comparisons)
