"""What `rank_sets` promises: csranks' sets, those of the definition, firm where it says so."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from scipy import stats

from seedmetrics.formulas.ranking import RankSets, rank, rank_sets
from seedmetrics.formulas.ranking.pairs import Draws

NAN = float("nan")
EVERY_WAY = [(a, b) for a in (True, False) for b in (True, False)]


def ends(sets: RankSets) -> list[list[float]]:
    """Return the two ends of each set."""
    return np.stack([sets.low, sets.high]).tolist()


@pytest.mark.shared
@pytest.mark.source("mogstad2024inference")
def test_sets_match_csranks(reference):
    table = pd.read_csv(reference / "ranks" / "csranks_synthetic_sets.csv")
    groups = table.groupby(["case", "simultaneous", "stepdown"])
    assert groups.ngroups == 24
    for (case, simultaneous, stepwise), rows in groups:
        sets = rank_sets(
            rows["estimate"],
            rows["se"],
            confidence_level=rows["coverage"].iloc[0],
            simultaneous=simultaneous,
            stepwise=stepwise,
        )
        off = np.maximum(abs(sets.low - rows["L"]), abs(sets.high - rows["U"]))
        assert_array_equal(sets.rank, rows["rank"])
        if case != "synthetic_ac":
            assert off.max() <= (0 if simultaneous else 1)
        elif simultaneous and stepwise:
            # csranks draws anew at each step, 20,000 here: its sets are a little narrower than
            # those of a million draws, and one end is two places away from them.
            assert off.max() <= 2
            assert off.sum() <= 12
        else:
            assert off.max() <= 1


def brute(theta, error, level, simultaneous, stepwise, draws, seed):
    """Return the ends of the sets by the definition, over a table of all ordered pairs."""
    n = len(theta)
    order = np.lexsort((error, -theta))
    normals = np.concatenate([block for _, block in Draws(seed, draws, n).blocks()])
    z = np.empty_like(normals)
    z[:, order] = normals * error[order]
    j, k = np.nonzero(~np.eye(n, dtype=bool))
    scale = np.sqrt(error[j] ** 2 + error[k] ** 2)
    t, drawn = (theta[j] - theta[k]) / scale, (z[:, j] - z[:, k]) / scale

    def found(look):
        alive = look.copy()
        while True:
            c = np.quantile(drawn[:, alive].max(axis=1), level)
            more = alive & (t > c)
            alive &= ~more
            if not stepwise or not more.any():
                return look & ~alive

    if simultaneous:
        told = found(np.ones(len(j), dtype=bool))
        better = [(told & (k == u)).sum() for u in range(n)]
        worse = [(told & (j == u)).sum() for u in range(n)]
    else:
        own = [found((j == u) | (k == u)) for u in range(n)]
        better = [(own[u] & (k == u)).sum() for u in range(n)]
        worse = [(own[u] & (j == u)).sum() for u in range(n)]
    return [(np.array(better) + 1.0).tolist(), (n - np.array(worse, float)).tolist()]


@pytest.mark.parametrize(("simultaneous", "stepwise"), EVERY_WAY)
@pytest.mark.parametrize("seed", range(6))
def test_sets_are_those_of_all_pairs_by_the_definition(simultaneous, stepwise, seed):
    rng = np.random.default_rng(seed)
    n = (2, 3, 5, 8, 12, 70)[seed]
    theta, error = rng.normal(size=n).round(1), rng.uniform(0.05, 0.6, n)
    options = {"simultaneous": simultaneous, "stepwise": stepwise, "draws": 400, "seed": seed}
    ours = rank_sets(theta, error, confidence_level=0.9, **options)
    assert ends(ours) == brute(theta, error, 0.9, **options)


@pytest.mark.parametrize(("simultaneous", "stepwise"), EVERY_WAY)
@pytest.mark.parametrize("n", [10, 80])
def test_a_diagonal_covariance_is_that_of_independent_errors(n, simultaneous, stepwise):
    rng = np.random.default_rng(n)
    theta, error = rng.normal(size=n), rng.uniform(0.05, 0.6, n)
    options = {"simultaneous": simultaneous, "stepwise": stepwise, "draws": 1000}
    apart, matrix = (
        rank_sets(theta, error, **options),
        rank_sets(theta, np.diag(error**2), **options),
    )
    assert ends(apart) == ends(matrix)
    assert_array_equal(apart.knife_edge, matrix.knife_edge)


def test_errors_in_common_do_not_blur_the_order():
    theta = [0.9, 0.8, 0.7]
    common = np.full((3, 3), 1.0) + np.diag([1e-4] * 3)
    assert ends(rank_sets(theta, common, draws=2000)) == [[1, 2, 3], [1, 2, 3]]
    assert ends(rank_sets(theta, [1.0] * 3, draws=2000)) == [[1, 1, 1], [3, 3, 3]]


def test_a_covariance_of_less_than_full_rank_is_drawn_from():
    # Shares that add up to one: the third error is minus the sum of the others.
    root = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]]) * 0.01
    sets = rank_sets([0.6, 0.3, 0.1], root @ root.T, draws=2000)
    assert ends(sets) == [[1, 2, 3], [1, 2, 3]]


@pytest.mark.parametrize(("t", "expected"), [(1.90, [[1, 1], [2, 2]]), (2.02, [[1, 2], [1, 2]])])
def test_two_units_are_told_apart_at_the_normal_quantile(t, expected):
    sets = rank_sets([t * np.sqrt(2), 0.0], [1.0, 1.0])
    assert ends(sets) == expected


def test_equal_estimates_are_never_told_apart():
    sets = rank_sets([0.5] * 5, [0.1] * 5, draws=1000)
    assert ends(sets) == [[1] * 5, [5] * 5]
    assert_array_equal(sets.rank, [1] * 5)


def test_critical_values_below_nought_find_nobody_better_than_a_better_one():
    sets = rank_sets([1.0, 0.5], [1.0, 1.0], confidence_level=0.1, draws=2000)
    assert ends(sets) == [[1, 2], [1, 2]]


def test_a_unit_without_an_estimate_is_left_out():
    theta, error = np.array([3.0, NAN, 2.0, 1.0]), np.array([0.1, NAN, 0.4, 0.1])
    for errors, rest in (
        (error, error[[0, 2, 3]]),
        (np.diag(error**2), np.diag(error[[0, 2, 3]] ** 2)),
    ):
        sets, without = (
            rank_sets(theta, errors, draws=1000),
            rank_sets([3.0, 2.0, 1.0], rest, draws=1000),
        )
        assert np.isnan([sets.rank[1], sets.low[1], sets.high[1]]).all()
        assert not sets.knife_edge[1]
        assert_array_equal(np.stack([sets.low, sets.high])[:, [0, 2, 3]], ends(without))


def test_one_unit_has_rank_one_and_none_has_none():
    assert ends(rank_sets([NAN, 0.4], [NAN, 0.0])) == [pytest.approx([NAN, 1], nan_ok=True)] * 2
    assert rank_sets([], []).rank.shape == (0,)


def test_the_same_seed_gives_the_same_bits_and_more_draws_move_only_knife_edges():
    rng = np.random.default_rng(11)
    theta, error = rng.normal(size=40), rng.uniform(0.1, 0.5, 40)
    for simultaneous in (True, False):
        first, *others = (
            rank_sets(theta, error, draws=draws, seed=seed, simultaneous=simultaneous)
            for draws, seed in ((4000, 0), (4000, 0), (40_000, 1), (40_000, 2))
        )
        assert ends(first) == ends(others[0])
        firm = ~first.knife_edge
        assert firm.any()
        assert first.knife_edge.any()
        for other in others:
            assert_array_equal(other.low[firm], first.low[firm])
            assert_array_equal(other.high[firm], first.high[firm])


def test_far_apart_is_firm_and_on_the_critical_value_is_not():
    assert not rank_sets([9.0, 5.0, 1.0], [0.1] * 3, draws=2000).knife_edge.any()
    on_it = stats.norm.ppf(0.975) * np.sqrt(2)
    assert rank_sets([on_it, 0.0], [1.0, 1.0], draws=2000).knife_edge.all()


UNITS = st.integers(2, 9).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 20).map(float), min_size=n, max_size=n),
        st.lists(st.integers(1, 30).map(float), min_size=n, max_size=n),
    )
)


@given(units=UNITS, simultaneous=st.booleans(), data=st.data())
def test_permuting_units_permutes_sets(units, simultaneous, data):
    theta, error = (np.array(x) for x in units)
    order = data.draw(st.permutations(range(len(theta))))
    options = {"simultaneous": simultaneous, "draws": 200}
    sets, moved = (
        rank_sets(theta, error, **options),
        rank_sets(theta[order], error[order], **options),
    )
    for name in ("rank", "low", "high", "knife_edge"):
        assert_array_equal(getattr(moved, name), getattr(sets, name)[order])


@given(units=UNITS)
def test_sets_hold_the_rank_and_nest(units):
    theta, error = units
    wide = rank_sets(theta, error, draws=200, stepwise=False)
    step = rank_sets(theta, error, draws=200)
    alone = rank_sets(theta, error, draws=200, simultaneous=False)
    loose = rank_sets(theta, error, draws=200, confidence_level=0.8)
    for outer, inner in ((wide, step), (step, alone), (step, loose)):
        assert (outer.low <= inner.low).all()
        assert (outer.high >= inner.high).all()
        assert (inner.low <= inner.rank).all()
        assert (inner.rank <= inner.high).all()
    assert_array_equal(step.rank, rank(theta))


@given(units=UNITS, by=st.sampled_from((0.001, 3.0, 1000.0)), up=st.integers(-50, 50))
@settings(max_examples=20)
def test_another_unit_of_measurement_changes_nothing(units, by, up):
    theta, error = (np.array(x) for x in units)
    sets = rank_sets(theta * 7 + 0.3, error * 7, draws=500)
    moved = rank_sets((theta * 7 + 0.3) * by + up, error * 7 * by, draws=500)
    firm = ~sets.knife_edge
    assert_array_equal(
        np.stack([moved.low, moved.high])[:, firm], np.stack([sets.low, sets.high])[:, firm]
    )


def test_hundreds_of_units_take_little_memory():
    rng = np.random.default_rng(1)
    theta, error = rng.normal(size=500), rng.uniform(0.05, 0.5, 500)
    tracemalloc.start()
    rank_sets(theta, error, draws=20_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # The draws alone, held at once, would be 80 megabytes; the table of pairs by draws 40,000.
    assert peak < 60e6


@pytest.mark.parametrize(
    ("error", "options", "message"),
    [
        (
            [0.1, 0.0, 0.0],
            {},
            "`standard_error` is 0 for 2 units, first at index 1 and 2.*rank_sets_from_counts",
        ),
        ([0.1, -0.1, 0.1], {}, "`standard_error` must be at least 0"),
        ([0.1, NAN, 0.1], {}, "`standard_error` must be at least 0 where there is an estimate"),
        ([0.1, 0.1], {}, r"`standard_error` has shape \(2,\) but `estimate` has 3"),
        (np.ones((3, 3)), {}, "difference of units 0 and 1 no error"),
        (np.eye(3) + np.triu(np.full((3, 3), 0.1), 1), {}, "a matrix but not symmetric"),
        (
            np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]),
            {},
            "a matrix but no covariance",
        ),
        ([0.1] * 3, {"confidence_level": 95}, "`confidence_level`"),
        ([0.1] * 3, {"draws": 19}, "`draws` must be at least 20"),
        ([0.1] * 3, {"draws": 1000.5}, "`draws` must be a whole number"),
        ([0.1] * 3, {"seed": -1}, "`seed` must be a whole number"),
    ],
)
def test_what_cannot_be_tested_is_refused(error, options, message):
    with pytest.raises(ValueError, match=message):
        rank_sets([3.0, 2.0, 1.0], error, **options)


def test_one_error_of_nought_is_allowed():
    assert ends(rank_sets([2.0, 1.0], [0.1, 0.0], draws=500)) == [[1, 2], [1, 2]]
