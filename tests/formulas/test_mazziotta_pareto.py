"""What the Mazziotta-Pareto index promises: its penalty, on either side, and where it is no mean."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.testing import assert_allclose

from seedmetrics.formulas.scoring import aggregate, normalize

NAN = float("nan")


def mpi(scores, weights=None, **options):
    return aggregate(scores, weights, method="mazziotta-pareto", **options)


TABLES = arrays.arrays(
    float, st.tuples(st.integers(1, 6), st.integers(2, 5)), elements=st.floats(60, 140)
)


@pytest.mark.source("mazziotta2016generalized")
@given(scores=TABLES)
def test_the_penalty_is_the_variance_over_the_mean(scores):
    m, s = scores.mean(axis=1), scores.std(axis=1, ddof=1)
    cv = s / m
    assert_allclose(mpi(scores), m * (1 - cv**2))
    assert_allclose(mpi(scores, penalty="up"), m * (1 + cv**2))


def test_a_case_worked_by_hand():
    # Mean 100, deviations -10 and 10, variance 200: 100 - 2.
    assert_allclose(mpi([90.0, 110.0]), 98)
    assert_allclose(mpi([90.0, 110.0], penalty="up"), 102)


def test_the_adjusted_index_does_not_ignore_its_penalty():
    # A peer's adjusted index between goalposts compares the wrong name and always takes one sign.
    values = [[2.0, 8.0], [5.0, 5.0]]
    scores = normalize(values, method="goalposts", low=0, high=10, output=(70, 130))
    assert_allclose(scores.mean(axis=1), [100, 100])
    uneven, even = mpi(scores)
    assert_allclose([uneven, even], [100 - 2 * 18**2 / 100, 100])
    assert mpi(scores, penalty="up")[0] > 100 > uneven


def test_a_higher_score_can_lower_the_index_so_that_dominance_is_no_law_here():
    lower, higher = mpi([[80.0, 90.0], [80.0, 300.0]])
    assert higher < lower


@given(scores=TABLES)
def test_equal_weights_are_no_weights_and_a_tiny_one_changes_little(scores):
    m = scores.shape[1]
    assert_allclose(mpi(scores, np.full(m, 0.3)), mpi(scores))
    more = np.column_stack([scores, np.full(len(scores), 100.0)])
    assert_allclose(mpi(more, [1] * m + [1e-9]), mpi(scores), rtol=1e-6)


def test_one_score_alone_has_no_penalty():
    assert_allclose(mpi([[80.0], [70.0]]), [80, 70])
    assert_allclose(mpi([[80.0, NAN]], missing="reweight"), 80)
    assert_allclose(mpi([[80.0, 999.0]], [1, 0]), 80)
    assert_allclose(mpi([[80.0, 999.0]], [1, 1e-300]), 80)


def test_a_mean_that_nothing_can_be_divided_by_is_refused():
    with pytest.raises(ValueError, match=r"mean above 0 .*2 of 3 refused, first at index 1: 0\.0"):
        mpi([[1.0, 2.0], [-1.0, 1.0], [-3.0, 1.0]])
    with pytest.raises(ValueError, match="`penalty` must be one of 'down', 'up'; got 'POS'"):
        mpi([[1.0, 2.0]], penalty="POS")
