"""Claims about `funnel_limits`: printed tables, a plain second implementation, laws, refusals."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import binom, norm

from seedmetrics.formulas.closure import funnel_limits
from seedmetrics.formulas.closure.funnel import METHODS, beyond_limits

method = pytest.mark.parametrize("method", METHODS)
TAIL_COLUMN = {0.025: 0, 0.975: 1, 0.001: 2, 0.999: 3}


# Reference values made by other tools


@pytest.mark.shared
@pytest.mark.source("rcoreteam2022r")
@pytest.mark.parametrize(
    ("method", "column"), [("exact", "limit_clipped"), ("score", "limit_normal_score")]
)
def test_limits_meet_r_binomial_quantiles(reference: Path, method: str, column: str) -> None:
    table = pd.read_csv(reference / "charts/funnel_exact_binomial_limits.csv")
    assert len(table) == 312
    limits = funnel_limits(table.n, table.p0, method=method)
    ours = limits[np.arange(len(table)), table.q.map(TAIL_COLUMN)]
    assert_allclose(ours, table[column], rtol=0, atol=1e-12)


@pytest.mark.shared
@pytest.mark.source("anderson2024pheindicatormethods")
def test_score_limits_meet_phe_indicator_methods_funnel(reference: Path) -> None:
    # Drawn in per cent, and cut there at 0 and 100.
    drawn = pd.read_csv(reference / "charts/phe_funnel_prop_limits.csv")
    limits = funnel_limits(drawn.Population, drawn.baseline / 100, method="score")
    assert_allclose(np.clip(limits, 0, 1) * 100, drawn.filter(like="_limit"), rtol=0, atol=1e-9)
    areas = pd.read_csv(reference / "charts/phe_funnel_prop_points.csv")
    assert len(areas) == 303
    limits = funnel_limits(areas.denominator, areas.p0, method="score")
    assert_allclose(limits, areas.filter(like="phe_"), rtol=0, atol=1e-12)
    # For areas of tens of thousands the exact limits are nearly the same.
    exact = funnel_limits(areas.denominator, areas.p0)
    assert_allclose(exact, areas.filter(like="phe_"), rtol=0, atol=1e-4)


# Second implementations


@pytest.mark.source("spiegelhalter2005funnel")
@given(
    st.integers(1, 400), st.floats(0.001, 0.999), st.floats(0.01, 0.9999), st.sampled_from([0, 1])
)
def test_exact_limit_is_the_distribution_joined_by_lines_and_read_backwards(
    n: int, target: float, level: float, side: int
) -> None:
    k = np.arange(-1, n + 1)
    tail = (1 - level) / 2
    if side:
        # Summed from the far end, where the upper tail is small.
        beyond = np.append(np.cumsum(binom.pmf(k[1:], n, target)[::-1])[::-1], 0.0)
        expected = np.interp(-tail, -beyond, k)
    else:
        up_to = np.append(0.0, np.cumsum(binom.pmf(k[1:], n, target)))
        expected = np.interp(tail, up_to, k)
    ours = funnel_limits(n, target, levels=(level,))[side]
    assert_allclose(ours, np.clip(expected / n, 0, 1), rtol=0, atol=1e-8)


@pytest.mark.source("spiegelhalter2005funnel")
@given(st.integers(1, 10**6), st.floats(0.001, 0.999), st.floats(0.01, 0.9999))
def test_score_and_arcsine_limits_are_their_formulas(n: int, target: float, level: float) -> None:
    z = norm.ppf([(1 - level) / 2, (1 + level) / 2])
    score = target + z * np.sqrt(target * (1 - target) / n)
    angle = np.clip(np.arcsin(np.sqrt(target)) + z / (2 * np.sqrt(n)), 0, np.pi / 2)
    assert_allclose(funnel_limits(n, target, levels=[level], method="score"), score, atol=1e-12)
    ours = funnel_limits(n, target, levels=[level], method="arcsine")
    assert_allclose(ours, np.sin(angle) ** 2, rtol=0, atol=1e-12)


@pytest.mark.source("spiegelhalter2005handling")
@given(st.integers(1, 10**6), st.floats(0.001, 0.999), st.floats(0.01, 0.9999), st.floats(0, 0.05))
def test_limits_with_a_variance_between_units_are_their_formula(
    n: int, target: float, level: float, tau2: float
) -> None:
    z = norm.ppf([(1 - level) / 2, (1 + level) / 2])
    angle = np.arcsin(np.sqrt(target)) + z * np.sqrt((0.5 / np.sqrt(n)) ** 2 + tau2)
    ours = funnel_limits(n, target, levels=[level], method="arcsine", tau2=tau2)
    assert_allclose(ours, np.sin(np.clip(angle, 0, np.pi / 2)) ** 2, rtol=0, atol=1e-12)


def test_all_methods_agree_where_there_are_very_many() -> None:
    exact = funnel_limits(10**8, 0.9)
    for name in ("score", "arcsine"):
        assert_allclose(funnel_limits(10**8, 0.9, method=name), exact, rtol=0, atol=1e-7)


def test_far_tails_keep_their_digits() -> None:
    # Beyond 1 - 1e-16 the upper probability, taken from below, would round to 1.
    limit = funnel_limits(1000, 0.5, levels=1 - 1e-12)
    assert_allclose(limit.sum(), 1 - 1 / 1000, rtol=0, atol=1e-9)
    tail = 5e-13
    assert binom.sf(np.floor(limit[1] * 1000) + 1, 1000, 0.5) < tail
    assert binom.sf(np.floor(limit[1] * 1000) - 1, 1000, 0.5) > tail


# Laws


@given(st.integers(1, 2000), st.floats(0.001, 0.999))
def test_exact_limits_mirror_one_step_apart(n: int, target: float) -> None:
    # Lines joined from k - 1 to k: the mirrored upper limit lies one matter lower.
    low, high = funnel_limits(n, target, levels=(0.95,))
    mirrored_low, mirrored_high = funnel_limits(n, 1 - target, levels=(0.95,))
    if mirrored_low > 0:
        assert_allclose(high, max(1 - 1 / n - mirrored_low, 0), rtol=0, atol=1e-9)
    if low > 0:
        assert_allclose(mirrored_high, max(1 - 1 / n - low, 0), rtol=0, atol=1e-9)


@method
@given(n=st.integers(1, 10**5), target=st.floats(0.0001, 0.9999))
def test_limits_of_a_higher_level_are_wider(method: str, n: int, target: float) -> None:
    low, high, outer_low, outer_high = funnel_limits(n, target, method=method)
    assert outer_low <= low <= high <= outer_high


@given(st.integers(1, 1000), st.floats(0.001, 0.999))
def test_a_unit_outside_the_exact_limits_is_rarer_than_the_level_allows(
    n: int, target: float
) -> None:
    low, high = funnel_limits(n, target, levels=(0.95,))
    k = np.arange(n + 1)
    assert binom.pmf(k[k < low * n - 1e-6], n, target).sum() <= 0.025 + 1e-9
    # The quantile itself lies within one matter above the limit.
    assert binom.pmf(k[k > high * n + 1 + 1e-6], n, target).sum() <= 0.025 + 1e-9


@given(st.integers(1, 10**5), st.floats(0.001, 0.999), st.floats(1e-6, 0.05))
def test_a_variance_between_units_widens_the_limits_and_keeps_them_inside_0_and_1(
    n: int, target: float, tau2: float
) -> None:
    plain = funnel_limits(n, target, method="arcsine")
    wide = funnel_limits(n, target, method="arcsine", tau2=tau2)
    assert (wide[::2] <= plain[::2]).all()
    assert (wide[1::2] >= plain[1::2]).all()
    assert ((wide >= 0) & (wide <= 1)).all()


def test_with_a_variance_between_units_ever_more_due_leaves_the_funnel_open() -> None:
    limits = funnel_limits([10**6, 10**12], 0.8, method="arcsine", tau2=0.01)
    angle = np.arcsin(np.sqrt(0.8)) + norm.ppf([0.025, 0.975]) * 0.1
    assert_allclose(limits[1, :2], np.sin(angle) ** 2, rtol=0, atol=1e-9)
    assert_allclose(limits[0], limits[1], rtol=0, atol=1e-3)


@method
def test_more_due_draws_the_limits_together(method: str) -> None:
    limits = funnel_limits([100, 1000, 10_000, 100_000], 0.8, method=method)
    assert (np.diff(limits[:, 1] - limits[:, 0]) < 0).all()
    assert (np.diff(limits[:, 3] - limits[:, 2]) < 0).all()


# Decided cases


@method
def test_nothing_due_has_no_limits(method: str) -> None:
    limits = funnel_limits([0, 0, 0, 10], [0.0, 0.5, 1.0, 0.5], method=method)
    assert_array_equal(np.isnan(limits).all(axis=1), [True, True, True, False])
    assert np.isfinite(limits[3]).all()


@method
def test_a_certain_target_leaves_no_room(method: str) -> None:
    assert_array_equal(funnel_limits([1, 50], [[0], [1]], method=method)[0], 0.0)
    assert_array_equal(funnel_limits([1, 50], [[0], [1]], method=method)[1], 1.0)


def test_exact_and_arcsine_limits_stay_inside_0_and_1_and_score_limits_need_not() -> None:
    for name in ("exact", "arcsine"):
        limits = funnel_limits([1, 2, 3, 20], 0.98, method=name)
        assert ((limits >= 0) & (limits <= 1)).all()
    assert funnel_limits(3, 0.98, method="score")[1] > 1


@method
def test_levels_keep_their_order_and_one_may_stand_alone(method: str) -> None:
    both = funnel_limits([[5], [80]], [0.2, 0.9, 0.5], levels=(0.998, 0.95), method=method)
    assert both.shape == (2, 3, 4)
    usual = funnel_limits([[5], [80]], [0.2, 0.9, 0.5], method=method)
    assert_array_equal(both, usual[..., [2, 3, 0, 1]])
    alone = funnel_limits([[5], [80]], [0.2, 0.9, 0.5], levels=0.95, method=method)
    assert_array_equal(alone, usual[..., :2])


def test_no_variance_between_units_leaves_the_limits_as_they_are() -> None:
    plain = funnel_limits([0, 5, 80], [0.2, 0.9, 1.0], method="arcsine")
    assert_array_equal(funnel_limits([0, 5, 80], [0.2, 0.9, 1.0], method="arcsine", tau2=0), plain)
    # A certain target stays certain with any.
    certain = funnel_limits([5, 80], [0.0, 1.0], method="arcsine", tau2=0.1)
    assert_array_equal(certain, [[0] * 4, [1] * 4])


@pytest.mark.parametrize("target", [1e-300, 1e-12, 0.5, 1 - 1e-12, 1 - 1e-16])
@pytest.mark.parametrize("due", [1, 2, 3, 50, 10**9])
def test_exact_limits_are_numbers_in_order_at_every_edge(due: int, target: float) -> None:
    # Few matters, and a target beside 0 or 1, are where the quantile of others runs off the end.
    limits = funnel_limits(due, target, levels=(1e-9, 0.95, 0.998, 1 - 2e-12))
    assert ((limits >= 0) & (limits <= 1)).all()
    assert (limits[::2] <= limits[1::2]).all()


def test_no_units_give_no_rows() -> None:
    assert funnel_limits([], 0.9).shape == (0, 4)


# Refusals


@pytest.mark.parametrize(
    ("due", "target", "message"),
    [
        ([3, -1], 0.5, r"`due` must hold whole numbers.*index 1: -1\.0"),
        (2.5, 0.5, r"`due` must hold whole numbers.*got 2\.5"),
        (3, [0.5, np.nan], r"`target` must be finite.*index 1: nan"),
        (3, 90, r"`target` must lie in \[0, 1\]; got 90\.0.*use 0\.9, not 90"),
        (3, -0.1, r"`target` must lie in \[0, 1\]"),
        ([1, 2], [0.1, 0.2, 0.3], r"`due` has shape \(2,\) and `target` has shape \(3,\)"),
    ],
)
def test_impossible_sizes_and_targets_are_refused(
    due: object, target: object, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        funnel_limits(due, target)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("levels", "message"),
    [
        ((0.95, 99.8), r"`levels` must lie strictly between 0 and 1, got 99\.8.*use 0\.95, not 95"),
        ((), r"`levels` must be a row of one or more"),
        ([[0.95]], r"`levels` must be a row of one or more"),
    ],
)
def test_impossible_levels_are_refused(levels: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        funnel_limits(3, 0.5, levels=levels)  # type: ignore[arg-type]


def test_unknown_method_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ValueError, match=r"`method` must be one of .*Did you mean 'arcsine'\?"):
        funnel_limits(3, 0.5, method="arcsin")


@pytest.mark.parametrize("method", ["exact", "score"])
def test_a_variance_between_units_is_refused_where_it_has_no_place(method: str) -> None:
    with pytest.raises(ValueError, match=r"`tau2` is a variance.*Use method='arcsine', or leave"):
        funnel_limits(3, 0.5, method=method, tau2=0.0)


@pytest.mark.parametrize(
    ("tau2", "message"),
    [
        (-0.1, r"`tau2` must be one number of at least 0, got -0\.1"),
        ([0.1, 0.2], r"`tau2` must be one number"),
        (np.nan, r"`tau2` must be finite; got nan"),
    ],
)
def test_impossible_variances_are_refused(tau2: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        funnel_limits(3, 0.5, method="arcsine", tau2=tau2)  # type: ignore[arg-type]


def test_exact_limits_beyond_the_reach_of_the_binomials_quantile_are_refused() -> None:
    with pytest.raises(ValueError, match=r"`levels` must not lie within 1e-12 of 1.*'arcsine'"):
        funnel_limits(3, 0.5, levels=1 - 1e-14)
    assert np.isfinite(funnel_limits(3, 0.5, levels=1 - 1e-14, method="arcsine")).all()


def test_exact_limits_do_not_cry_at_one_hundred_per_cent():
    low, high = funnel_limits([40], 0.957, levels=0.9973)[0]
    assert beyond_limits([40], [40], [low], [high]).tolist() == [""]
    assert beyond_limits([30], [40], [low], [high]).tolist() == ["below"]
