"""What the treatment of outliers promises: COINr's values, as few changes as needed, order kept."""

# ruff: noqa: PD011 -- `values` is a field of the result here, not an attribute of pandas.

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from seedmetrics.formulas.scoring import treat_outliers, winsorize

NAN = float("nan")
X = [1, 2, 2.5, 3, 4, 5, 7, 40]


@pytest.fixture(scope="module")
def primitives(reference):
    table = pd.read_csv(reference / "asem" / "primitives.csv")
    return {call: rows["output"].to_numpy() for call, rows in table.groupby("call")}


@pytest.mark.shared
@pytest.mark.source("becker2022coinr")
def test_winsorized_matches_coinr(primitives):
    for limit in (1, 5):
        assert_allclose(winsorize(X, limit=limit), primitives[f"winsorise(x,winmax={limit})$x"])


@pytest.mark.shared
@pytest.mark.source("becker2022coinr")
def test_the_logarithm_matches_coinr_on_either_side(primitives):
    # With no value to be drawn in, what is flagged goes to the logarithm at once.
    right = treat_outliers(X, max_winsorized=0)
    assert (right.method, right.changed.all()) == ("log", True)
    assert_allclose(right.values, primitives["log_CT(x)$x"], rtol=1e-12)
    left = treat_outliers(-np.array(X), max_winsorized=0)
    assert_allclose(left.values, primitives["log_CT_plus(-x)$x"], rtol=1e-12)


@pytest.mark.shared
@pytest.mark.source("becker2022coinr")
def test_shape_is_measured_as_coinr_does(primitives):
    # Flagged just below, and no more just above, the values that COINr prints.
    (skew,), (kurtosis,) = primitives["skew(x)"], primitives["kurt(x)"]
    for bounds, flagged in (
        ({"skew": skew - 1e-9, "kurtosis": kurtosis - 1e-9}, True),
        ({"skew": skew + 1e-9, "kurtosis": 0}, False),
        ({"skew": 0, "kurtosis": kurtosis + 1e-9}, False),
    ):
        assert (treat_outliers(X, **bounds).method != "none") is flagged


def test_one_value_drawn_in_is_enough_and_marked():
    result = treat_outliers(X)
    assert_array_equal(result.values, [1, 2, 2.5, 3, 4, 5, 7, 7])
    assert_array_equal(result.changed, [False] * 7 + [True])
    assert result.method == "winsorized"


def test_scipys_winsorizing_is_another_thing():
    theirs = stats.mstats.winsorize(np.array(X), limits=(0.125, 0.125))
    assert_array_equal(theirs, [2, 2, 2.5, 3, 4, 5, 7, 7])
    assert_array_equal(winsorize(X, limit=1), [1, 2, 2.5, 3, 4, 5, 7, 7])


def test_what_is_not_flagged_is_left_alone():
    assert_array_equal(winsorize([1, 2, 3, 4, 9], limit=5), [1, 2, 3, 4, 9])
    result = treat_outliers([1, 2, 3, 4, 9])
    assert result.method == "none"
    assert not result.changed.any()


def test_missing_values_stay_missing_and_do_not_count():
    holed = [*X[:3], NAN, *X[3:], NAN]
    result = treat_outliers(holed)
    assert_array_equal(result.values, [1, 2, 2.5, NAN, 3, 4, 5, 7, 7, NAN])
    assert result.changed.sum() == 1
    logs = treat_outliers(holed, max_winsorized=0)
    assert_array_equal(np.isnan(logs.values), np.isnan(holed))
    assert_array_equal(logs.changed, ~np.isnan(holed))


def test_each_indicator_has_its_own_method():
    # Many near nought and a long tail; one far value; even; all at nought but six of a hundred.
    tail = np.exp(np.linspace(-4, 8, 100))
    one = np.append(np.arange(99.0), 5000)
    lone = np.zeros(100)
    lone[:6] = 1
    result = treat_outliers(np.column_stack([tail, one, np.arange(100.0), lone, -one]))
    assert result.method.tolist() == ["log", "winsorized", "none", "untreatable", "winsorized"]
    assert_array_equal(result.values[:, 3], lone)
    assert result.changed.sum(axis=0).tolist() == [100, 1, 0, 0, 1]
    assert result.values[-1, 4] == -98


def test_equal_extremes_move_together_or_not_at_all():
    values = np.append(np.arange(60.0), [900, 900, 900])
    assert_array_equal(winsorize(values, limit=3)[-3:], [59, 59, 59])
    assert_array_equal(winsorize(values, limit=2), values)


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 1, 90], [5.0] * 9, [NAN] * 5])
def test_few_or_equal_values_are_never_flagged(values):
    result = treat_outliers(values)
    assert result.method == "none"
    assert_array_equal(result.values, values)


def test_a_large_mean_or_a_tiny_unit_does_not_hide_an_outlier():
    for shifted in (np.array(X) + 1e9, np.array(X) * 1e-200, np.array(X) * 1e200):
        assert treat_outliers(shifted).method == "winsorized"


VALUES = arrays.arrays(
    float,
    st.tuples(st.integers(1, 25), st.integers(1, 3)),
    elements=st.one_of(
        st.integers(-5, 5).map(float), st.integers(-900, 900).map(float), st.just(NAN)
    ),
)


def flagged(column: np.ndarray) -> bool:
    """Return whether the shape is extreme, by scipy on the values present."""
    x = column[~np.isnan(column)]
    if x.size < 4 or np.ptp(x) == 0:
        return False
    shape = abs(stats.skew(x, bias=False)), stats.kurtosis(x, bias=False)
    return bool(shape[0] > 2 + 1e-11 and shape[1] > 3.5 + 1e-11)


@given(values=VALUES)
def test_nothing_treated_is_flagged_and_no_order_is_turned(values):
    result = treat_outliers(values)
    for before, after, changed, method in zip(
        values.T, result.values.T, result.changed.T, result.method
    ):
        assert flagged(before) is (method != "none")
        assert flagged(after) is (method == "untreatable")
        assert ((after[:, None] >= after) | ~(before[:, None] > before)).all()
        assert_array_equal(np.isnan(after), np.isnan(before))
        if method == "winsorized":
            assert 1 <= changed.sum() <= 5
            assert set(after[~np.isnan(after)]) <= set(before)
            assert not flagged(after)
        elif method != "log":
            assert not changed.any()


@given(values=VALUES, data=st.data())
def test_permuting_units_permutes_what_is_treated(values, data):
    order = data.draw(st.permutations(range(len(values))))
    one, other = treat_outliers(values), treat_outliers(values[order])
    assert_allclose(other.values, one.values[order], rtol=1e-12)
    assert_array_equal(other.method, one.method)


@given(values=VALUES, limit=st.integers(0, 6))
def test_no_more_values_are_drawn_in_than_the_limit(values, limit):
    after = winsorize(values, limit=limit)
    assert (((after != values) & ~np.isnan(values)).sum(axis=0) <= limit).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"limit": 0.05}, "`limit` must be a whole number of at least 0, got 0.05. It counts"),
        ({"limit": -1}, "`limit` must be a whole number"),
        ({"limit": True}, "`limit` must be a whole number"),
        ({"limit": 1, "skew": -1}, "`skew` must be one number of at least 0"),
        ({"limit": 1, "kurtosis": [1, 2]}, "`kurtosis` must be one number of at least 0"),
    ],
)
def test_limits_and_bounds_that_are_none_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        winsorize(X, **options)


def test_other_shapes_and_infinite_values_are_refused():
    with pytest.raises(ValueError, match="`max_winsorized` must be a whole number"):
        treat_outliers(X, max_winsorized=2.0)
    with pytest.raises(ValueError, match=r"`values` must be \(units,\) or"):
        treat_outliers(np.zeros((2, 2, 2)))
    with pytest.raises(ValueError, match="`values` must be finite"):
        winsorize([1, np.inf], limit=1)
