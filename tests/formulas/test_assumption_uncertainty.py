"""What `assumption_uncertainty` promises: every combination is the index made by hand."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from seedmetrics.formulas.ranking import rank
from seedmetrics.formulas.robustness import (
    Assumptions,
    assumption_model,
    assumption_uncertainty,
    sobol_shares,
)
from seedmetrics.formulas.scoring import aggregate, normalize, treat_outliers
from seedmetrics.formulas.scoring.trees import Tree, aggregate_tree
from tests.formulas.asem import asem

NAN = float("nan")


def values(units=25, indicators=4, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(50, 10, (units, indicators))
    x[:, 1] = np.exp(rng.normal(0, 2, units))  # a few far out
    return x


MANY = {
    "tree_weights": (np.array([4, 4, 5, 5, 6, 6, -1]), np.array([2.0, 1, 1, 1, 1, 3, 1])),
    "direction": [1, -1, 1, 1],
    "spread": 0.25,
    "treatments": ["none", "winsorize"],
    "normalizations": ["minmax", "rank", {"method": "percentile", "output": (10, 20)}],
    "aggregations": ["arithmetic", "geometric", "harmonic", "copeland", "mazziotta-pareto"],
    "left_out": [(), (0,), (4,), (1, 2)],
}


def test_every_combination_is_the_index_made_by_hand():
    x = values()
    options = Assumptions(**MANY | {"spread": 0})
    model = assumption_model(x, options)
    assert options.factors == ("treatment", "normalization", "aggregation", "left_out")
    rng = np.random.default_rng(1)
    for point in rng.random((60, 4)):
        treatment, normalization, method, out = (
            alternatives[int(u * len(alternatives))]
            for u, alternatives in zip(
                point,
                (
                    options.treatments,
                    options.normalizations,
                    options.aggregations,
                    options.left_out,
                ),
                strict=True,
            )
        )
        treated = treat_outliers(x).values if treatment == "winsorize" else x
        how = (
            {"method": normalization} | ({} if normalization == "rank" else {"output": (1, 100)})
            if isinstance(normalization, str)
            else normalization
        )
        y = normalize(treated, direction=options.direction, **how)
        gone = {n for n in out if n < 4} | ({0, 1} if 4 in out else set())
        kept = [i for i in range(4) if i not in gone]
        # Two pillars of two indicators: weights within a pillar, then of the pillars.
        within = [np.array([2.0, 1]), np.array([1.0, 1])]
        pillars, weights, effective = [], [], np.zeros(4)
        for k, own in enumerate(([0, 1], [2, 3])):
            here = [i for i in own if i in kept]
            if here:
                w = np.array([within[k][own.index(i)] for i in here])
                pillars.append((here, w / w.sum()))
                weights.append([1.0, 3.0][k])
        for (here, w), above in zip(pillars, weights, strict=True):
            effective[here] = w * above / sum(weights)
        if method in ("arithmetic", "geometric", "harmonic"):
            levels = [aggregate(y[:, here], w, method=method) for here, w in pillars]
            score = aggregate(np.stack(levels, axis=1), weights, method=method)
        else:
            score = aggregate(y, effective, method=method)
        assert_array_equal(model(point[np.newaxis])[0], rank(score.round(9)), str((method, out)))


def test_draws_say_which_alternatives_they_took():
    x = values()
    drawn = assumption_uncertainty(x, MANY, draws=300, seed=2)
    assert drawn.ranks.shape == (300, 25)
    assert set(drawn.choices) == {
        "weights",
        "treatment",
        "normalization",
        "aggregation",
        "left_out",
    }
    assert np.unique(drawn.choices["aggregation"]).tolist() == [0, 1, 2, 3, 4]
    shares = np.bincount(drawn.choices["left_out"]) / 300
    assert (abs(shares - 0.25) < 4 * np.sqrt(0.25 * 0.75 / 300)).all()


def test_the_first_alternatives_are_the_index_as_made():
    x = values()
    drawn = assumption_uncertainty(x, MANY, draws=5)
    parents, weights = MANY["tree_weights"]
    y = normalize(x, direction=MANY["direction"], output=(1, 100))
    assert_array_equal(drawn.rank, rank(aggregate_tree(y, Tree(parents, weights)).total.round(9)))


def test_the_same_seed_gives_the_same_bits():
    first, again = (assumption_uncertainty(values(), MANY, draws=40, seed=9).ranks for _ in "ab")
    assert first.tobytes() == again.tobytes()


def test_which_choice_moves_a_rank_is_told_by_sobol_shares():
    # Leaving out the second indicator is all that can move these three.
    x = np.array([[3.0, 1.0, 2.0], [2.0, 2.0, 2.0], [1.0, 9.0, 2.5]])
    options = Assumptions(
        tree_weights=[1, 1, 0.01],
        left_out=[(), (1,)],
        normalizations=["minmax", {"output": (5, 6)}],
    )
    shares = sobol_shares(assumption_model(x, options), options.factors)
    place = shares.factors.index("left_out")
    moved = shares.variance > 0
    assert moved.any()
    np.testing.assert_allclose(shares.first[place, moved], 1, atol=0.02)
    np.testing.assert_allclose(shares.first[1 - place, moved], 0, atol=0.02)


@pytest.mark.shared
def test_the_asem_index_is_varied_with_its_gaps(reference):
    raw, direction, tree, _ = asem(reference)
    options = Assumptions(
        tree_weights=tree,
        direction=direction,
        spread=0.25,
        normalizations=["minmax", "rank"],
        aggregations=["arithmetic", "geometric"],
        left_out=[(), *((i,) for i in range(49))],
        missing="reweight",
    )
    drawn = assumption_uncertainty(raw.to_numpy(), options, draws=200)
    assert np.isfinite(drawn.ranks).all()
    middle = drawn.quantile(0.5)
    assert np.corrcoef(middle, drawn.rank)[0, 1] > 0.9


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {
                "spread": 0,
                "treatments": ["none"],
                "normalizations": ["minmax"],
                "aggregations": ["arithmetic"],
                "left_out": [()],
            },
            "nothing varies",
        ),
        ({"aggregations": ["median"]}, "`aggregations` must be one of"),
        ({"treatments": ["trim"]}, "`treatments` must be one of"),
        ({"normalizations": ["mean"]}, "`method` must be one of"),
        ({"normalizations": []}, "no alternative of the choice 'normalization'"),
        ({"left_out": [(6,)]}, "`left_out` must name nodes below the root"),
        ({"left_out": [(9,)]}, "`left_out` must name nodes below the root"),
        ({"left_out": [(4, 5)]}, "`left_out` leaves no indicator with a weight"),
        ({"normalizations": ["zscore", "minmax"]}, "`normalized` must be above 0 for a"),
        ({"missing": "nan"}, "`missing` must be one of"),
        ({"spread": 2}, "`spread` must lie in"),
    ],
)
def test_choices_that_cannot_be_made_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        assumption_uncertainty(values(), MANY | change, draws=50)


def test_a_field_that_there_is_not_is_refused():
    with pytest.raises(TypeError, match="normalisations"):
        assumption_uncertainty(values(), {"tree_weights": [1] * 4, "normalisations": ["rank"]})


def test_a_gap_is_refused_unless_it_may_be_reweighted():
    x = values()
    x[3, 2] = NAN
    with pytest.raises(
        ValueError, match=r"`values` must not be missing; 1 of 100 refused.*\(3, 2\)"
    ):
        assumption_uncertainty(x, MANY, draws=5)
    drawn = assumption_uncertainty(x, MANY | {"missing": "reweight"}, draws=50)
    assert np.isfinite(drawn.ranks).all()
