"""What `agreement` and `rank_change` promise: pairs counted by hand, who entered and left, intervals that hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.testing import assert_allclose, assert_array_equal

from seedmetrics.formulas.ranking import agreement, rank, rank_change, rank_sets

NAN = float("nan")
SCORE = st.one_of(st.integers(0, 6).map(float), st.just(NAN))
PAIRS = st.lists(st.tuples(SCORE, SCORE), max_size=10)


def columns(pairs):
    """Return the two scorings."""
    return np.array([a for a, _ in pairs]), np.array([b for _, b in pairs])


def by_definition(a, b):
    """Return tau-b by looking at every pair, and the correlation of ranks with ties averaged."""
    both = ~(np.isnan(a) | np.isnan(b))
    a, b = a[both], b[both]
    first, second = np.triu_indices(len(a), 1)
    one, other = np.sign(a[first] - a[second]), np.sign(b[first] - b[second])
    apart = np.sqrt(float((one != 0).sum()) * float((other != 0).sum()))
    if not apart:
        return NAN, NAN
    ranks = [np.array([(x < v).sum() + ((x == v).sum() + 1) / 2 for v in x]) for x in (a, b)]
    return (one * other).sum() / apart, np.corrcoef(*ranks)[0, 1]


@pytest.mark.source("kendall1945treatment")
@pytest.mark.source("spearman1904proof")
@given(pairs=PAIRS)
def test_agreement_is_that_of_every_pair(pairs):
    a, b = columns(pairs)
    kendall, spearman = by_definition(a, b)
    result = agreement(a, b)
    assert_allclose(result.kendall, kendall, atol=1e-12)
    assert_allclose(result.spearman, spearman, atol=1e-12)
    assert result.units == (~np.isnan(a) & ~np.isnan(b)).sum()


def test_agreement_of_five_units_by_hand():
    # Of ten pairs 8 are alike and 2 reversed; the squares of moves add up to 1 + 1 + 1 + 1.
    result = agreement([1, 2, 3, 4, 5], [2, 1, 3, 5, 4])
    assert_allclose((result.kendall, result.spearman), (0.6, 1 - 6 * 4 / (5 * 24)))


@given(pairs=PAIRS, data=st.data())
def test_agreement_does_not_depend_on_the_order_or_the_scale(pairs, data):
    a, b = columns(pairs)
    order = list(data.draw(st.permutations(range(len(a)))))
    result = agreement(a, b)
    for moved in (agreement(a[order], b[order]), agreement(b, a), agreement(a**3 + 1, 7 * b - 2)):
        assert_allclose(moved.kendall, result.kendall, atol=1e-12)
        assert_allclose(moved.spearman, result.spearman, atol=1e-12)
    turned = agreement(-a, b)
    assert_allclose(turned.kendall, -result.kendall, atol=1e-12)
    assert_allclose(turned.spearman, -result.spearman, atol=1e-12)


@given(pairs=PAIRS)
def test_scores_agree_as_their_ranks_do_turned(pairs):
    a, b = columns(pairs)
    both = np.isnan(a) | np.isnan(b)
    a, b = np.where(both, NAN, a), np.where(both, NAN, b)
    result, ranks = agreement(a, b), agreement(rank(a), rank(b))
    assert_allclose(ranks.kendall, result.kendall, atol=1e-12)
    assert_allclose(ranks.spearman, result.spearman, atol=1e-12)


def test_the_same_order_is_one_and_the_reverse_minus_one():
    scores = np.arange(30.0)
    same, reverse = agreement(scores, scores**3), agreement(scores, -scores)
    assert_allclose((same.kendall, same.spearman), (1, 1))
    assert_allclose((reverse.kendall, reverse.spearman), (-1, -1))


@pytest.mark.parametrize(
    ("a", "b", "units"),
    [
        ([1, 1, 1], [1, 2, 3], 3),
        ([1, 2, 3], [5, 5, 5], 3),
        ([1, 2, NAN], [NAN, 2, 3], 1),
        ([NAN, NAN], [1, 2], 0),
        ([1, 2, 7], [4, 4, NAN], 2),
        ([], [], 0),
    ],
)
def test_a_constant_or_too_few_give_nan_and_no_warning(a, b, units):
    result = agreement(a, b)
    assert np.isnan([result.kendall, result.spearman]).all()
    assert result.units == units


@pytest.mark.parametrize("n", [2, 3, 33, 34, 200, 5000])
def test_no_number_of_units_gives_a_warning(n):
    scores = np.arange(float(n))
    assert_allclose(agreement(scores, scores).kendall, 1)
    turned = np.concatenate([scores[1::-1], scores[2:]])
    assert_allclose(agreement(scores, turned).kendall, 1 - 4 / (n * (n - 1)))


def test_scores_too_large_to_square_agree_all_the_same():
    result = agreement([1e200, 2e200, 3e200], [1e-200, 3e-200, 2e-200])
    assert_allclose((result.kendall, result.spearman), (1 / 3, 0.5))


def test_rankings_that_do_not_pair_are_refused():
    with pytest.raises(ValueError, match=r"`a` has shape \(2,\) but `b` has shape \(1,\)"):
        agreement([1, 2], [1])
    with pytest.raises(ValueError, match=r"`a` must have the shape \(units,\)"):
        agreement([[1, 2]], [[1, 2]])
    with pytest.raises(ValueError, match="`b` must be finite"):
        agreement([1, 2], [1, float("inf")])


def test_a_climb_is_positive():
    result = rank_change([10, 20, 30], [30, 20, 10])
    assert_array_equal(result.before, [3, 2, 1])
    assert_array_equal(result.after, [1, 2, 3])
    assert_array_equal(result.change, [2, 0, -2])
    assert not (result.entered | result.left).any()
    assert np.isnan([result.low, result.high]).all()
    fewer_is_better = rank_change([10, 20, 30], [30, 20, 10], higher_is_better=False)
    assert_array_equal(fewer_is_better.change, [-2, 0, 2])


def test_who_entered_or_left_has_no_change():
    before, after = [90, 80, 70, NAN, NAN], [75, 85, NAN, 95, NAN]
    result = rank_change(before, after)
    assert_array_equal(result.before, [1, 2, 3, NAN, NAN])
    assert_array_equal(result.after, [3, 2, NAN, 1, NAN])
    assert_array_equal(result.change, [-2, 0, NAN, NAN, NAN])
    assert_array_equal(result.entered, [False, False, False, True, False])
    assert_array_equal(result.left, [False, False, True, False, False])


def test_among_both_a_newcomer_pushes_nobody_down():
    before, after = [90, 80, NAN], [90, 80, 95]
    assert_array_equal(rank_change(before, after).change, [-1, -1, NAN])
    result = rank_change(before, after, among="both")
    assert_array_equal(result.change, [0, 0, NAN])
    assert_array_equal(result.after, [1, 2, NAN])
    assert_array_equal(result.entered, [False, False, True])


def test_ties_share_as_they_are_told_to():
    before, after = [5, 5, 1], [6, 5, 1]
    changes = {"min": [0, -1, 0], "max": [1, 0, 0], "average": [0.5, -0.5, 0], "dense": [0, -1, -1]}
    for ties, expected in changes.items():
        assert_array_equal(rank_change(before, after, ties=ties).change, expected)


TABLES = st.tuples(st.integers(1, 3), st.integers(1, 6)).flatmap(
    lambda shape: st.tuples(*[arrays.arrays(float, shape, elements=SCORE)] * 2)
)


@given(tables=TABLES, among=st.sampled_from(("all", "both")))
def test_each_row_is_compared_by_itself(tables, among):
    before, after = tables
    result = rank_change(before, after, among=among)
    for i in range(len(before)):
        row = rank_change(before[i], after[i], among=among)
        for name in ("before", "after", "change", "entered", "left", "low", "high"):
            assert_array_equal(getattr(result, name)[i], getattr(row, name))


@given(pairs=PAIRS.filter(len), data=st.data(), among=st.sampled_from(("all", "both")))
def test_permuting_units_permutes_changes_and_time_turned_back_turns_them(pairs, data, among):
    before, after = columns(pairs)
    order = list(data.draw(st.permutations(range(len(before)))))
    result = rank_change(before, after, among=among)
    moved = rank_change(before[order], after[order], among=among)
    back = rank_change(after, before, among=among)
    assert_array_equal(moved.change, result.change[order])
    assert_array_equal(back.change, -result.change)
    assert_array_equal(back.entered, result.left)
    if among == "both":
        assert np.nansum(rank_change(before, after, among=among, ties="average").change) == 0


ERRORS = {"standard_error_before": [2.0] * 4, "standard_error_after": [3.0] * 4}


def test_intervals_are_those_of_both_sets_at_half_the_error():
    before, after = np.array([90.0, 80, 60, 58]), np.array([60.0, 95, 70, 10])
    result = rank_change(before, after, **ERRORS, confidence_level=0.9, draws=2000, seed=3)
    options = {"confidence_level": 0.95, "draws": 2000, "seed": 3}
    then, now = rank_sets(before, [2.0] * 4, **options), rank_sets(after, [3.0] * 4, **options)
    assert_array_equal(result.low, then.low - now.high)
    assert_array_equal(result.high, then.high - now.low)
    assert (result.low <= result.change).all()
    assert (result.change <= result.high).all()
    matrices = {name: np.diag(np.square(error)) for name, error in ERRORS.items()}
    dependent = rank_change(before, after, **matrices, confidence_level=0.9, draws=2000, seed=3)
    assert_array_equal(dependent.low, result.low)


def test_intervals_turn_with_the_direction_and_leave_out_who_is_missing():
    before, after = np.array([90.0, NAN, 60, 58]), np.array([60.0, 95, 70, NAN])
    errors = {name: [2.0] * 4 for name in ERRORS}
    result = rank_change(before, after, **errors, draws=2000)
    turned = rank_change(-before, -after, **errors, draws=2000, higher_is_better=False)
    for name in ("low", "high", "change"):
        assert_array_equal(getattr(turned, name), getattr(result, name))
        assert_array_equal(np.isnan(getattr(result, name)), [False, True, False, True])


def test_close_units_that_swap_show_no_change_and_far_ones_do():
    before, after = np.array([50.0, 50.1, 90.0, 10.0]), np.array([50.1, 50.0, 10.0, 90.0])
    result = rank_change(before, after, **{name: [2.0] * 4 for name in ERRORS}, draws=4000)
    shown = (result.low > 0) | (result.high < 0)
    assert_array_equal(result.change, [1, -1, -3, 3])
    assert_array_equal(shown, [False, False, True, True])


def test_intervals_of_all_changes_hold_at_once():
    truth = np.array([3.0, 2.0, 2.0, 1.0, 0.5]), np.array([1.0, 2.5, 2.0, 2.0, 0.0])
    real = rank(truth[0]) - rank(truth[1])
    rng = np.random.default_rng(6)
    trials, held = 300, 0
    for _ in range(trials):
        # Errors of the two times hang together, of which nothing is told.
        common = rng.normal(size=5)
        errors = rng.uniform(0.2, 0.8, 5), rng.uniform(0.2, 0.8, 5)
        seen = [
            t + e * (0.8 * common + 0.6 * rng.normal(size=5))
            for t, e in zip(truth, errors, strict=True)
        ]
        result = rank_change(
            *seen,
            standard_error_before=errors[0],
            standard_error_after=errors[1],
            confidence_level=0.8,
            draws=400,
        )
        held += ((result.low <= real) & (real <= result.high)).all()
    # Three Monte Carlo standard errors: 0.07.
    assert held / trials >= 0.8 - 3 * np.sqrt(0.8 * 0.2 / trials)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"standard_error_before": [1, 1]},
            "give `standard_error_before` and .*or neither; got one",
        ),
        ({"standard_error_after": [1, 1]}, "or neither; got one"),
        (
            {"confidence_level": 0.9},
            "`confidence_level` is for intervals: give both standard errors",
        ),
        ({"draws": 100}, "`draws` is for intervals"),
        ({"seed": 1}, "`seed` is for intervals"),
        ({"among": "some"}, "`among` must be one of 'all', 'both'"),
        ({"ties": "best"}, "`ties` must be one of"),
        (
            {"standard_error_before": [1, 1], "standard_error_after": [1, 1], "ties": "dense"},
            "`ties` must not be 'dense'",
        ),
        (
            {"standard_error_before": [1, 1], "standard_error_after": [1, -1]},
            "`standard_error_after` must be at least 0",
        ),
        (
            {"standard_error_before": [1], "standard_error_after": [1, 1]},
            r"`standard_error_before` has shape \(1,\) but `before` has 2 unit",
        ),
        (
            {
                "standard_error_before": [1, 1],
                "standard_error_after": [1, 1],
                "confidence_level": 95,
            },
            "`confidence_level` must lie strictly between",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        rank_change([1, 2], [2, 1], **options)


def test_scorings_that_do_not_pair_are_refused():
    with pytest.raises(ValueError, match=r"`before` has shape \(2,\) but `after` has shape \(3,\)"):
        rank_change([1, 2], [1, 2, 3])
    with pytest.raises(ValueError, match=r"`before` must have the shape \(units,\)"):
        rank_change([[1, 2]], [[1, 2]], standard_error_before=[1, 1], standard_error_after=[1, 1])
    with pytest.raises(ValueError, match="must be \\(\\.\\.\\., units\\)"):
        rank_change(1.0, 2.0)
