"""What the benefit of the doubt promises: HiGHS's scores, valid weights, bounds kept, order of units ignored."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.testing import assert_allclose, assert_array_equal
from scipy import optimize

from seedmetrics.formulas import scoring
from seedmetrics.formulas.scoring import benefit_of_the_doubt

FINEST = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


def by_highs(scores: np.ndarray, unit: int, shares: tuple[float, float] | None = None) -> float:
    """Return the score of one unit by one linear program, as the definition has it."""
    n, m = scores.shape
    rows, limits = [scores], [np.ones(n)]
    if shares is not None:
        low, high = (np.broadcast_to(end, m)[:, None] * np.ones(m) for end in shares)
        rows += [low - np.eye(m), np.eye(m) - high]
        limits += [np.zeros(2 * m)]
    top = scores[unit].max() or 1.0
    found = optimize.linprog(
        -scores[unit] / top, np.vstack(rows), np.concatenate(limits), method="highs", options=FINEST
    )
    return -found.fun * top


ELEMENTS = st.one_of(st.integers(0, 4).map(float), st.floats(0.1, 9))
TABLES = arrays.arrays(
    float, st.tuples(st.integers(1, 9), st.integers(1, 5)), elements=ELEMENTS
).filter(lambda x: (x > 0).any(axis=0).all())


@given(scores=TABLES)
def test_scores_agree_with_highs(scores):
    result = benefit_of_the_doubt(scores)
    expected = [by_highs(scores, unit) for unit in range(len(scores))]
    assert_allclose(result.score, expected, rtol=1e-8, atol=1e-9)
    check_weights(scores, result)


@given(scores=TABLES, low=st.floats(0, 1), high=st.floats(0, 1))
def test_scores_with_bounded_shares_agree_with_highs(scores, low, high):
    m = scores.shape[1]
    shares = (low / m, (1 + (m - 1) * high) / m)
    result = benefit_of_the_doubt(scores, weight_shares=shares)
    expected = [by_highs(scores, unit, shares) for unit in range(len(scores))]
    assert_allclose(result.score, expected, rtol=1e-8, atol=1e-9)
    check_weights(scores, result, shares)


@given(scores=TABLES, data=st.data())
def test_bounds_may_differ_by_indicator(scores, data):
    m = scores.shape[1]
    ends = [sorted(data.draw(st.tuples(st.floats(0, 1), st.floats(0, 1)))) for _ in range(m)]
    low, high = np.array(ends).T
    low = low / m
    # From any high ends to such as leave room for weights.
    high = np.maximum(low, high + max(0, 1 - high.sum()) * (1 - high) / max(1e-9, (1 - high).sum()))
    high = np.minimum(high, 1)
    if high.sum() < 1:
        return
    result = benefit_of_the_doubt(scores, weight_shares=(low, high))
    expected = [by_highs(scores, unit, (low, high)) for unit in range(len(scores))]
    assert_allclose(result.score, expected, rtol=1e-8, atol=1e-9)
    check_weights(scores, result, (low, high))


def check_weights(scores, result, shares=(0, 1)):
    """Assert that weights give the scores and break no constraint."""
    assert_allclose((result.weights * scores).sum(axis=1), result.score, rtol=1e-9, atol=1e-12)
    assert (result.weights >= 0).all()
    assert (result.weights @ scores.T <= 1 + 1e-9).all()
    # Multiplied out: a unit that can score nothing may have no weights at all.
    whole = result.weights.sum(axis=1, keepdims=True)
    room = 1e-9 * np.maximum(whole, 1.0)
    assert (result.weights >= np.asarray(shares[0]) * whole - room).all()
    assert (result.weights <= np.asarray(shares[1]) * whole + room).all()


@pytest.mark.parametrize("shares", [None, (0.01, 0.2), (0, 0.1), (0.04, 0.06)])
@pytest.mark.parametrize("kind", ["uniform", "whole", "uneven"])
def test_many_units_of_many_indicators_agree_with_highs(kind, shares):
    rng = np.random.default_rng(4)
    scores = {
        "uniform": rng.uniform(0.1, 1, (300, 20)),
        "whole": rng.integers(0, 6, (300, 20)).astype(float),
        "uneven": np.exp(rng.normal(size=(300, 20))),
    }[kind]
    result = benefit_of_the_doubt(scores, weight_shares=shares)
    check_weights(scores, result, shares or (0, 1))
    for unit in range(0, 300, 20):
        assert_allclose(result.score[unit], by_highs(scores, unit, shares), rtol=1e-9)


def test_a_case_worked_by_hand():
    # The third unit lies on the ray to (2, 2), half way to the line between the first two.
    result = benefit_of_the_doubt([[3.0, 1.0], [1.0, 3.0], [1.0, 1.0]])
    assert_allclose(result.score, [1, 1, 0.5])
    assert_allclose(result.weights[2], [0.25, 0.25])


def test_without_shares_the_scale_of_an_indicator_does_not_matter():
    scores = np.random.default_rng(2).uniform(0.1, 1, (50, 4))
    by = np.array([1e-9, 1, 1e5, 1e12])
    assert_allclose(
        benefit_of_the_doubt(scores * by).score, benefit_of_the_doubt(scores).score, rtol=1e-9
    )


@given(scores=TABLES, data=st.data())
def test_order_of_units_changes_neither_score_nor_weights(scores, data):
    order = data.draw(st.permutations(range(len(scores))))
    one, other = benefit_of_the_doubt(scores), benefit_of_the_doubt(scores[order])
    assert_array_equal(other.score, one.score[order])
    assert_array_equal(other.weights, one.weights[order])


@given(scores=TABLES, data=st.data())
def test_a_dominated_unit_never_scores_above_its_dominator(scores, data):
    loss = data.draw(arrays.arrays(float, scores.shape[1], elements=st.floats(0, 1)))
    both = np.vstack([scores, scores[0] * (1 - loss)])
    score = benefit_of_the_doubt(both).score
    assert score[-1] <= score[0]


@given(scores=TABLES)
def test_narrower_shares_never_raise_a_score(scores):
    m = scores.shape[1]
    free = benefit_of_the_doubt(scores).score
    some = benefit_of_the_doubt(scores, weight_shares=(0.5 / m, 1)).score
    none = benefit_of_the_doubt(scores, weight_shares=(1 / m, 1)).score
    assert (free >= some - 1e-9).all()
    assert (some >= none - 1e-9).all()
    assert_allclose(none, scores.sum(axis=1) / scores.sum(axis=1).max(), atol=1e-9)


@given(scores=TABLES)
def test_somebody_is_always_on_the_frontier_and_nobody_beyond(scores):
    score = benefit_of_the_doubt(scores).score
    assert score.max() == 1
    assert (score >= 0).all()


def test_equal_units_score_alike_and_count_once():
    scores = np.random.default_rng(5).uniform(0.1, 1, (20, 3))
    twice = benefit_of_the_doubt(np.vstack([scores, scores]))
    once = benefit_of_the_doubt(scores)
    assert_array_equal(twice.score, np.tile(once.score, 2))
    assert_array_equal(twice.weights[:20], twice.weights[20:])


def test_noughts_a_unit_alone_and_an_indicator_the_same_for_all_are_decided():
    result = benefit_of_the_doubt([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0]])
    assert_array_equal(result.score, [0, 1, 1])
    assert np.isfinite(result.weights).all()
    assert_array_equal(benefit_of_the_doubt([[3.0, 5.0]]).score, [1])
    assert_array_equal(benefit_of_the_doubt([[7.0], [3.5]]).score, [1, 0.5])
    constant = [[5.0, 1.0], [5.0, 2.0]]
    assert_array_equal(benefit_of_the_doubt(constant).score, [1, 1])
    assert_allclose(benefit_of_the_doubt(constant, weight_shares=(0.5, 1)).score, [6 / 7, 1])


def test_a_unit_with_nothing_where_it_may_weigh_scores_nought_within_its_bounds():
    scores = np.array([[0.0, 0.0, 4.0], [1.0, 2.0, 3.0]])
    shares = ([0, 0, 0], [1, 0.5, 0])
    result = benefit_of_the_doubt(scores, weight_shares=shares)
    assert_array_equal(result.score, [0, 1])
    check_weights(scores, result, shares)


def test_what_is_not_sure_is_solved_again_by_highs(monkeypatch):
    scores = np.random.default_rng(6).uniform(0.1, 1, (30, 5))
    sure = benefit_of_the_doubt(scores, weight_shares=(0.02, 0.5))
    # No step at all is left to the many at once.
    monkeypatch.setattr(scoring.simplex, "_STEPS", -1)
    monkeypatch.setattr(scoring.simplex, "_STEPS_A_VARIABLE", 0)
    again = benefit_of_the_doubt(scores, weight_shares=(0.02, 0.5))
    assert_allclose(again.score, sure.score, rtol=1e-9)
    check_weights(scores, again, (0.02, 0.5))


@pytest.mark.parametrize(
    ("scores", "shares", "message"),
    [
        ([1.0, 2.0], None, r"`scores` must have the shape \(units, indicators\), got shape \(2,\)"),
        (np.empty((0, 3)), None, r"got shape \(0, 3\)"),
        ([[1.0, -2.0], [1.0, 1.0]], None, "`scores` must be at least 0; 1 of 4 .*output"),
        ([[1.0, np.nan]], None, "`scores` must be finite"),
        ([[1.0, 0.0], [2.0, 0.0]], None, "are 0 for every unit on 1 indicator.*first column 1"),
        ([[1.0, 2.0]], (0.6, 1), r"the low ends of 2 indicators add up to 1\.2.* Lower them"),
        ([[1.0, 2.0]], (0, 0.4), r"the high ends of 2 indicators add up to 0\.8.* Raise them"),
        ([[1.0, 2.0]], (0.5, 0.4), r"must have low <= high; indicator 0 has 0\.5 and 0\.4"),
        ([[1.0, 2.0]], (-0.1, 1), "must hold shares in .*low is -0.1"),
        ([[1.0, 2.0]], (0, 60), "must hold shares in .*high is 60"),
        ([[1.0, 2.0]], ([0, 0, 0], 1), "one for all or one for each of 2 indicators"),
        ([[1.0, 2.0]], (0.1,), "`weight_shares` must be a pair"),
        ([[1.0, 2e7]], (0.1, 0.9), r"reach 2e\+07 in column 1 but only 1 in column 0.*Normalize"),
    ],
)
def test_scores_and_shares_without_an_answer_are_refused(scores, shares, message):
    with pytest.raises(ValueError, match=message):
        benefit_of_the_doubt(scores, weight_shares=shares)
