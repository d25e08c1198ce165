"""What TOPSIS promises: a textbook's closeness, no 0/0, gaps as decided."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.testing import assert_allclose

from seedmetrics.formulas.scoring import aggregate, normalize

NAN = float("nan")


def topsis(scores, weights=None, missing="error"):
    return aggregate(scores, weights, method="topsis", missing=missing)


@pytest.mark.source("tzeng2011multiple")
def test_closeness_matches_tzeng_2011():
    values = np.array([[5.0, 8, 4], [7, 6, 8], [8, 8, 6], [7, 4, 6]])
    columns = normalize(values, method="reference", reference=np.linalg.norm(values, axis=0))
    ours = topsis(columns, [0.3, 0.4, 0.3])
    assert_allclose(ours, [0.5037, 0.6581, 0.7482, 0.3340], atol=5e-5 + 1e-5)


def test_a_case_worked_by_hand():
    # Best (4, 3), worst (0, 0): the first is 3 from the best and 4 from the worst.
    assert_allclose(topsis([[4.0, 0], [0, 3], [4, 3], [0, 0]]), [4 / 7, 3 / 7, 1, 0])


def test_equal_units_are_half_way_where_a_peer_divides_nought_by_nought():
    assert_allclose(topsis(np.full((3, 2), 7.0)), 0.5)
    assert_allclose(topsis([[7.0, 1.0]]), 0.5)
    assert topsis(np.empty((0, 3))).shape == (0,)


def by_loops(scores: np.ndarray, weights: np.ndarray) -> list[float]:
    """Return the closeness, unit by unit and indicator by indicator."""
    result = []
    for unit in scores:
        far, near = 0.0, 0.0
        for column, own, w in zip(scores.T, unit, weights):
            far += (w * (own - max(column))) ** 2
            near += (w * (own - min(column))) ** 2
        result.append(near**0.5 / (near**0.5 + far**0.5) if near + far else 0.5)
    return result


TABLES = arrays.arrays(
    float, st.tuples(st.integers(1, 7), st.integers(1, 4)), elements=st.integers(-9, 9).map(float)
)


@given(scores=TABLES)
def test_closeness_agrees_with_loops(scores):
    weights = np.arange(1.0, scores.shape[1] + 1)
    assert_allclose(topsis(scores, weights), by_loops(scores, weights), atol=1e-12)


@given(scores=TABLES, by=st.floats(0.1, 100), up=st.floats(-50, 50))
def test_another_scale_for_all_changes_nothing(scores, by, up):
    assert_allclose(topsis(scores * by + up), topsis(scores), atol=1e-9)


def test_a_gap_is_left_out_of_a_units_distances_and_of_the_ends():
    scores = [[4.0, NAN], [0.0, 2.0], [2.0, 6.0]]
    ours = topsis(scores, missing="reweight")
    assert_allclose(ours[0], 1)
    assert_allclose(ours[1], 0)
    assert_allclose(ours[2], np.hypot(2, 4) / (np.hypot(2, 4) + 2))


def test_a_unit_that_has_only_what_all_share_is_half_way():
    assert_allclose(topsis([[4.0, NAN], [4.0, 2.0], [4.0, 6.0]], missing="reweight"), [0.5, 0, 1])


def test_an_indicator_of_weight_nought_or_never_present_is_left_out():
    assert_allclose(topsis([[1.0, NAN], [2.0, 9.0]], [1, 0]), [0, 1])
    assert_allclose(topsis([[1.0, NAN], [2.0, NAN]], missing="reweight"), [0, 1])
