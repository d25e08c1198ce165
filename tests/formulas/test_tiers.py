"""What `tiers` promises: quotas rounded as written, ties decided and shown, cuts inclusive."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.testing import assert_array_equal

from seedmetrics.formulas.ranking import tiers

NAN = float("nan")
RULES = ("half-up", "floor", "ceil", "largest-remainder")


def sizes(n: int, quotas: list[float], rounding: str = "half-up") -> list[int]:
    """Return how many of n units without ties come into each tier."""
    tier = tiers(np.arange(n, 0, -1), quotas=quotas, rounding=rounding).tier
    return [int((tier == t).sum()) for t in range(1, int(tier.max()) + 1)]


@pytest.mark.parametrize(
    ("rounding", "expected"),
    [
        ("half-up", [3, 9, 5]),
        ("floor", [3, 8, 6]),
        ("ceil", [4, 9, 4]),
        ("largest-remainder", [3, 9, 5]),
    ],
)
def test_seventeen_units_at_a_fifth_a_half_and_the_rest(rounding, expected):
    assert sizes(17, [0.2, 0.5, 0.3], rounding) == expected
    assert sizes(17, [0.2, 0.5], rounding) == expected


@pytest.mark.parametrize(
    ("n", "quota", "rounding", "first"),
    [
        (17, 0.2, "half-up", 3),
        (17, 0.2, "ceil", 4),
        (10, 0.15, "half-up", 2),
        (10, 0.35, "half-up", 4),
        (10, 0.45, "half-up", 5),
        (100, 0.29, "floor", 29),
        (100, 0.07, "ceil", 7),
        (3, 1 / 3, "floor", 1),
        (3, 2 / 3, "ceil", 2),
        (1000, 0.0005, "half-up", 1),
    ],
)
def test_quotas_are_rounded_as_written_not_as_binary(n, quota, rounding, first):
    assert sizes(n, [quota], rounding)[0] == first


@given(n=st.integers(1, 200), percent=st.integers(1, 99))
def test_half_up_is_that_of_exact_fractions(n, percent):
    expected = int(Fraction(percent * n, 100) + Fraction(1, 2))
    tier = tiers(np.arange(n, 0, -1), quotas=[percent / 100]).tier
    assert (tier == 1).sum() == expected


def test_thirds_written_in_binary_have_no_fourth_tier():
    assert sizes(9, [1 / 3, 1 / 3, 1 / 3], "floor") == [3, 3, 3]


def test_largest_remainder_gives_what_is_left_to_the_largest_fractions():
    # 3.75, 3.75, 2.5 of 10: rounded down 3, 3, 2, and the two left go to the first two.
    assert sizes(10, [0.375, 0.375, 0.25], "largest-remainder") == [4, 4, 2]
    # All fractions a half: the better tier first.
    assert sizes(5, [0.5, 0.5], "largest-remainder") == [3, 2]


def test_no_tier_takes_more_than_is_left():
    assert sizes(1, [0.5, 0.5]) == [1]
    assert sizes(3, [0.5, 0.5], "ceil") == [2, 1]
    assert sizes(3, [0.4, 0.4, 0.2], "ceil") == [2, 1]


def test_ties_across_a_boundary_go_up_or_down_together_and_are_marked():
    scores = [95, 90, 90, 80, 70, 60, 50, 40]
    up = tiers(scores, quotas=[0.25, 0.5])
    down = tiers(scores, quotas=[0.25, 0.5], at_ties="down")
    assert_array_equal(up.tier, [1, 1, 1, 2, 2, 2, 3, 3])
    assert_array_equal(down.tier, [1, 2, 2, 2, 2, 2, 3, 3])
    for result in (up, down):
        assert_array_equal(np.flatnonzero(result.boundary_ties), [1, 2])


def test_a_tie_inside_a_tier_is_no_boundary_tie():
    assert not tiers([9, 9, 8, 7], quotas=[0.5]).boundary_ties.any()


def test_a_tie_over_three_tiers_may_leave_one_empty():
    result = tiers([9, 9, 9, 9], quotas=[0.25, 0.5])
    assert_array_equal(result.tier, [1, 1, 1, 1])
    assert result.boundary_ties.all()
    assert_array_equal(tiers([9, 9, 9, 9], quotas=[0.25, 0.5], at_ties="down").tier, [3, 3, 3, 3])


def test_units_whose_tier_hangs_on_the_rounding_rule_are_marked():
    # 3.4 of 17: the fourth is in the first tier only when rounded up.
    result = tiers(np.arange(17, 0, -1), quotas=[0.2])
    assert_array_equal(np.flatnonzero(result.would_differ), [3])
    assert not tiers(np.arange(10, 0, -1), quotas=[0.2, 0.5]).would_differ.any()


def test_a_unit_without_a_score_has_no_tier_and_is_not_counted():
    result = tiers([NAN, 4, 3, 2, 1, NAN], quotas=[0.25, 0.5])
    assert_array_equal(result.tier, [NAN, 1, 2, 2, 3, NAN])
    assert not (result.boundary_ties | result.would_differ)[[0, 5]].any()
    assert_array_equal(tiers([NAN, 95, 80], cuts=[90]).tier, [NAN, 1, 2])
    assert np.isnan(tiers([NAN, NAN], quotas=[0.5]).tier).all()


def test_a_score_on_the_cut_is_in_the_better_tier():
    result = tiers([90, 89.999, 75, 60, 59], cuts=[90, 75, 60])
    assert_array_equal(result.tier, [1, 2, 2, 3, 4])
    assert not (result.boundary_ties | result.would_differ).any()


SCORES = arrays.arrays(
    float, st.integers(1, 15), elements=st.one_of(st.integers(0, 9).map(float), st.just(NAN))
)
QUOTAS = st.sampled_from(([0.2], [0.2, 0.5], [0.1, 0.2, 0.3, 0.4], [0.33, 0.33], [1.0], [0.0, 0.5]))
OPTIONS = {"rounding": st.sampled_from(RULES), "at_ties": st.sampled_from(("up", "down"))}


@given(scores=SCORES, quotas=QUOTAS, options=st.fixed_dictionaries(OPTIONS))
def test_a_better_score_is_never_in_a_worse_tier_and_equals_are_together(scores, quotas, options):
    result = tiers(scores, quotas=quotas, **options)
    assert (result.tier[:, None] <= result.tier)[scores[:, None] > scores].all()
    assert (result.tier[:, None] == result.tier)[scores[:, None] == scores].all()
    assert_array_equal(np.isnan(result.tier), np.isnan(scores))


@given(scores=SCORES, quotas=QUOTAS, options=st.fixed_dictionaries(OPTIONS), data=st.data())
def test_permuting_units_permutes_tiers(scores, quotas, options, data):
    order = data.draw(st.permutations(range(len(scores))))
    ours, theirs = (
        tiers(scores, quotas=quotas, **options),
        tiers(scores[order], quotas=quotas, **options),
    )
    for name in ("tier", "boundary_ties", "would_differ"):
        assert_array_equal(getattr(theirs, name), getattr(ours, name)[order])


@given(scores=SCORES, quotas=QUOTAS, at_ties=OPTIONS["at_ties"])
def test_would_differ_is_what_the_other_rules_say(scores, quotas, at_ties):
    results = {r: tiers(scores, quotas=quotas, rounding=r, at_ties=at_ties) for r in RULES}
    table = np.array([results[r].tier for r in RULES])
    differ = (table != table[0]).any(axis=0) & ~np.isnan(scores)
    for rule in RULES:
        assert_array_equal(results[rule].would_differ, differ)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "give either `quotas` or `cuts`, got neither"),
        ({"quotas": [0.5], "cuts": [1]}, "give either `quotas` or `cuts`, got both"),
        ({"quotas": [0.6, 0.6]}, r"`quotas` must add up to 1 at most, got 1\.2"),
        ({"quotas": [20, 50]}, r"`quotas` must be shares in \[0, 1\], 0\.2 for 20%"),
        ({"quotas": [-0.1, 0.5]}, r"`quotas` must be shares.*first at index 0"),
        ({"quotas": []}, "`quotas` must be a list of shares"),
        ({"cuts": [60, 75]}, "`cuts` must be falling"),
        ({"cuts": [75, 75]}, "`cuts` must be falling"),
        ({"cuts": []}, "`cuts` must be falling"),
        ({"quotas": [0.5], "rounding": "half-even"}, r"`rounding` must be one of .*'half-up'"),
        ({"quotas": [0.5], "at_ties": "both"}, "`at_ties` must be one of 'up', 'down'"),
    ],
)
def test_what_cannot_be_meant_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        tiers([3, 2, 1], **options)


def test_scores_must_be_one_row():
    with pytest.raises(ValueError, match=r"`scores` must have the shape \(units,\)"):
        tiers([[1, 2]], quotas=[0.5])
