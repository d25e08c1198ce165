"""Claims about `overdispersion`: other tools, plain second implementations, laws, refusals."""

import math
import statistics
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.integrate import quad
from scipy.stats import norm

from seedmetrics.formulas.closure import Overdispersion, funnel_limits, overdispersion
from seedmetrics.formulas.closure.dispersion import _left_of_chance

FIELDS = ("phi", "phi_corrected", "tau2", "tau2_corrected")
rows = st.lists(
    st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=2,
    max_size=40,
)
targets = st.floats(0.02, 0.98)
cuts = st.floats(0, 0.45)


def numbers(result: Overdispersion) -> list[float]:
    return [getattr(result, name) for name in FIELDS]


def outside(closed: np.ndarray, due: np.ndarray, target: float, **options: object) -> int:
    limits = funnel_limits(due, target, levels=0.998, method="arcsine", **options)  # type: ignore[arg-type]
    share = np.asarray(closed) / np.asarray(due)
    return int(((share < limits[:, 0]) | (share > limits[:, 1])).sum())


# Reference values made by other tools


def case(reference: Path, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Closed and due of a case that FunnelPlotR summed up."""
    file, closed, due = {
        "phe_pct_PR": ("charts/phe_funnel_prop_points.csv", "numerator", "denominator"),
        "nc_sids_PR": ("rates/nc_sids_input.csv", "sids", "births"),
        "cbpp_PR": ("rates/cbpp_herd_input.csv", "incidence", "size"),
        "synthetic_PR": ("rates/synthetic_closure_input.csv", "numerator", "denominator"),
    }[name]
    table = pd.read_csv(reference / file)
    # The areas' numerators are in fractions; rounded they give the target that FunnelPlotR saw.
    return table[closed].round().to_numpy(), table[due].to_numpy()


@pytest.mark.shared
@pytest.mark.source("mainey2025funnelplotr")
def test_phi_variance_and_units_outside_meet_funnelplotr(reference: Path) -> None:
    table = pd.read_csv(reference / "charts/funnelplotr_summary.csv").query("data_type == 'PR'")
    assert len(table) == 8
    for row in table.itertuples():
        closed, due = case(reference, row.case)
        target = closed.sum() / due.sum()
        assert_allclose(target, row.target, rtol=1e-12)
        result = overdispersion(closed, due, target, winsorize=row.trim_by)
        assert_allclose(result.phi, row.phi, rtol=1e-9)
        assert_allclose(result.tau2, row.tau2, rtol=1e-9)
        assert outside(closed, due, target) == row.n_outliers_998_unadj
        assert outside(closed, due, target, tau2=result.tau2) == row.n_outliers_998_od


@pytest.mark.shared
@pytest.mark.source("mainey2025funnelplotr")
def test_of_303_large_areas_260_lie_outside_before_and_2_after(reference: Path) -> None:
    closed, due = case(reference, "phe_pct_PR")
    target = closed.sum() / due.sum()
    assert len(due) == 303
    assert outside(closed, due, target) == 260
    assert outside(closed, due, target, tau2=overdispersion(closed, due, target).tau2) == 2


# Second implementations


@pytest.mark.source("spiegelhalter2005handling")
@given(rows, targets, cuts)
def test_all_four_meet_plain_loops(rows: list[tuple[int, int]], target: float, q: float) -> None:
    u = [
        2 * math.sqrt(n) * (math.asin(math.sqrt(y / n)) - math.asin(math.sqrt(target)))
        for y, n in rows
    ]
    ordered = sorted(u)

    def quantile(share: float) -> float:
        place = share * (len(ordered) - 1)
        below = math.floor(place)
        above = min(below + 1, len(ordered) - 1)
        return ordered[below] + (place - below) * (ordered[above] - ordered[below])

    moved = [min(max(value, quantile(q)), quantile(1 - q)) for value in u]
    phi = statistics.fmean(value**2 for value in moved)
    c = norm.isf(q) if q else 0.0
    corrected = phi / ((1 - 2 * q) - 2 * c * norm.pdf(c) + 2 * q * c**2 if q else 1)
    w = [4 * n for _, n in rows]
    room = sum(w) - sum(a**2 for a in w) / sum(w)
    between = [max(0, (len(rows) * x - (len(rows) - 1)) / room) for x in (phi, corrected)]
    result = overdispersion(*zip(*rows, strict=True), target, winsorize=q)
    assert_allclose(numbers(result), [phi, corrected, *between], rtol=1e-6, atol=1e-9)


@given(st.floats(1e-6, 0.499))
def test_what_winsorizing_leaves_of_chance_is_the_integral(q: float) -> None:
    c = norm.isf(q)
    inner, _ = quad(lambda x: x * x * norm.pdf(x), 0, c)
    assert_allclose(_left_of_chance(q), 2 * (inner + c * c * q), rtol=1e-9)


# A defect of peers


def test_phi_of_peers_falls_short_of_1_under_chance_alone_and_the_corrected_one_does_not() -> None:
    # 400 groups of 400 units, of 500 each: a group's phi has a spread of 0.05, and a mean over
    # the groups a Monte Carlo error under 0.003. The arcsine's own error is under 0.005.
    rng = np.random.default_rng(5)
    results = [overdispersion(rng.binomial(500, 0.7, 400), 500, 0.7) for _ in range(400)]
    assert_allclose(np.mean([r.phi for r in results]), 0.679, rtol=0, atol=0.012)
    assert_allclose(np.mean([r.phi_corrected for r in results]), 1, rtol=0, atol=0.015)
    assert_allclose(_left_of_chance(0.1), 0.679, rtol=0, atol=0.0005)


def test_corrected_variance_finds_the_spread_that_was_put_in_and_the_other_falls_short() -> None:
    # 2,000 units whose angles spread by 0.05: the error of the variance is near 4 per cent.
    rng = np.random.default_rng(6)
    angle = np.arcsin(np.sqrt(0.7)) + rng.normal(0, 0.05, 2000)
    closed = rng.binomial(800, np.sin(angle) ** 2)
    result = overdispersion(closed, 800, 0.7)
    assert_allclose(result.tau2_corrected, 0.05**2, rtol=0.12)
    assert result.tau2 < 0.8 * 0.05**2


# Laws


@given(rows, targets, cuts)
def test_exchanging_closed_and_open_changes_nothing(
    rows: list[tuple[int, int]], target: float, q: float
) -> None:
    y, n = np.array(rows).T
    one = overdispersion(y, n, target, winsorize=q)
    other = overdispersion(n - y, n, 1 - target, winsorize=q)
    assert_allclose(numbers(one), numbers(other), rtol=1e-6, atol=1e-9)


@given(rows, targets, cuts)
def test_correction_never_lowers_and_nothing_is_negative(
    rows: list[tuple[int, int]], target: float, q: float
) -> None:
    result = overdispersion(*zip(*rows, strict=True), target, winsorize=q)
    assert result.phi_corrected >= result.phi >= 0
    assert result.tau2_corrected >= result.tau2 >= 0


@given(rows, targets)
def test_more_winsorizing_never_raises_phi_about_the_middle(
    rows: list[tuple[int, int]], target: float
) -> None:
    y, n = np.array(rows).T
    # The same units mirrored about the target, so that it stays in the middle.
    y, n, p0 = np.append(y, n - y), np.append(n, n), np.repeat([target, 1 - target], len(rows))
    phis = [overdispersion(y, n, p0, winsorize=q).phi for q in (0, 0.05, 0.1, 0.25)]
    assert (np.diff(phis) <= 1e-9).all()


# Decided cases


def test_units_with_nothing_due_or_a_certain_target_are_not_counted() -> None:
    some = overdispersion([5, 9, 3], [10, 10, 8], 0.7)
    more = overdispersion([5, 9, 0, 3, 4, 4], [10, 10, 0, 8, 4, 9], [0.7, 0.7, 0.7, 0.7, 1, 0])
    assert numbers(some) == numbers(more)


@pytest.mark.parametrize(
    ("closed", "due", "target"),
    [([], [], 0.5), ([0, 0], [0, 0], 0.5), ([3, 4], [3, 5], 1.0), ([3, 4], [3, 5], 0.0)],
)
def test_without_a_unit_that_counts_nothing_is_known(
    closed: list[int], due: list[int], target: float
) -> None:
    assert np.isnan(numbers(overdispersion(closed, due, target))).all()


def test_one_unit_has_a_deviation_and_no_variance_between_units() -> None:
    result = overdispersion([9], [10], 0.5)
    assert result.phi > 0
    assert np.isnan([result.tau2, result.tau2_corrected]).all()


def test_units_closer_together_than_chance_have_no_variance_between_them() -> None:
    result = overdispersion([70, 71, 69, 70], 100, 0.7)
    assert 0 <= result.phi < result.phi_corrected < 1
    assert (result.tau2, result.tau2_corrected) == (0, 0)


def test_without_winsorizing_nothing_is_corrected() -> None:
    result = overdispersion([70, 81, 52, 93], 100, 0.7, winsorize=0)
    assert result.phi == result.phi_corrected
    assert result.tau2 == result.tau2_corrected


def test_counts_broadcast_and_are_left_as_they_were() -> None:
    y = np.array([70.0, 81, 52])
    assert overdispersion(y, 100, 0.7).phi == overdispersion(y, [100] * 3, [0.7] * 3).phi
    assert_array_equal(y, [70, 81, 52])


# Refusals


@pytest.mark.parametrize(
    ("closed", "due", "target", "message"),
    [
        ([1.5, 2], 3, 0.5, r"`closed` must hold whole numbers.*index 0: 1\.5"),
        ([4, 2], 3, 0.5, r"`closed` must not exceed `due`; 1 of 2.*4\.0 of 3\.0"),
        ([1, 2], 3, 50, r"`target` must lie in \[0, 1\]; got 50\.0.*use 0\.9, not 90"),
        ([1, 2], 3, [0.5] * 3, r"`target` has shape \(3,\) and `closed` has shape \(2,\)"),
        (1, 3, 0.5, r"must broadcast to the shape \(units,\), got \(\)\. Call once for each"),
    ],
)
def test_impossible_counts_and_targets_are_refused(
    closed: object, due: object, target: object, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        overdispersion(closed, due, target)  # type: ignore[arg-type]


@pytest.mark.parametrize("winsorize", [-0.1, 0.5, 10, [0.1, 0.1]])
def test_impossible_winsorizing_is_refused(winsorize: object) -> None:
    with pytest.raises(ValueError, match=r"`winsorize` must be one share.*use 0\.1, not 10"):
        overdispersion([1, 2], 3, 0.5, winsorize=winsorize)  # type: ignore[arg-type]
