"""What `sobol_shares` promises: the exact shares of Ishigami's function, and no share of what is constant."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from seedmetrics.formulas.robustness import sobol_shares


def ishigami(points, a=7.0, b=0.1):
    x = np.pi * (2 * points - 1)
    return np.sin(x[:, 0]) + a * np.sin(x[:, 1]) ** 2 + b * x[:, 2] ** 4 * np.sin(x[:, 0])


@pytest.mark.source("ishigami1990importance")
def test_shares_of_the_ishigami_function_are_exact_within_sampling():
    shares = sobol_shares(ishigami, 3, samples=2**14)
    # Exact for a = 7, b = 0.1.
    assert_allclose(shares.first, [0.3139, 0.4424, 0.0], atol=0.01)
    assert_allclose(shares.total, [0.5576, 0.4424, 0.2437], atol=0.01)
    assert_allclose(shares.variance, 13.845, rtol=0.01)


def test_several_outputs_are_shared_out_one_by_one():
    both = sobol_shares(lambda p: np.stack([ishigami(p), p[:, 1]], axis=1), 3, samples=1024)
    one = sobol_shares(ishigami, 3, samples=1024)
    assert both.first.shape == (3, 2)
    assert_allclose(both.first[:, 0], one.first, rtol=1e-9)
    assert_allclose(both.total[:, 0], one.total, rtol=1e-9)
    assert_allclose(both.first[:, 1], [0, 1, 0], atol=0.01)


def test_a_sum_is_shared_by_the_squares_of_its_weights():
    shares = sobol_shares(lambda p: p @ [3.0, 2.0, 1.0], ("a", "b", "c"), samples=4096)
    assert shares.factors == ("a", "b", "c")
    assert_allclose(shares.first, np.array([9, 4, 1]) / 14, atol=0.01)
    assert_allclose(shares.total, shares.first, atol=0.01)


def test_what_never_changes_has_no_variance_to_share():
    shares = sobol_shares(lambda p: np.stack([np.full(len(p), 0.1), p[:, 0]], axis=1), 2)
    assert np.isnan(shares.first[:, 0]).all()
    assert np.isnan(shares.total[:, 0]).all()
    assert shares.variance[0] == 0
    assert np.isfinite(shares.first[:, 1]).all()
    assert np.isnan(sobol_shares(lambda p: np.zeros(len(p)), 2).first).all()


def test_a_factor_that_is_not_used_has_no_share():
    shares = sobol_shares(lambda p: p[:, 0], 2)
    assert_array_equal(shares.total[1], 0)
    assert abs(shares.first[1]) < 1e-12


def test_the_same_seed_gives_the_same_bits():
    first, again, other = (sobol_shares(ishigami, 3, seed=s).first for s in (4, 4, 5))
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"samples": 500}, "`samples` must be a power of 2"),
        ({"samples": 0}, "`samples` must be a whole number of at least 2"),
        ({"seed": -1}, "`seed` must be a whole number"),
    ],
)
def test_samples_that_are_no_power_of_two_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        sobol_shares(ishigami, 3, **arguments)


@pytest.mark.parametrize("factors", [0, [], ["a", "a"], "abc"])
def test_factors_without_names_of_their_own_are_refused(factors):
    with pytest.raises(ValueError, match="`factors` must be"):
        sobol_shares(ishigami, factors)


def test_a_model_of_the_wrong_shape_or_without_numbers_is_refused():
    with pytest.raises(ValueError, match="one row for each of"):
        sobol_shares(lambda p: p[:5, 0], 2)
    with pytest.raises(ValueError, match="`model` must be finite"):
        sobol_shares(lambda p: np.full(len(p), np.nan), 2)
