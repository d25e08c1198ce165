"""A plan changed in Python is checked as one that is read; scoring anew is as evaluating anew, without counting."""

import numpy as np
import pandas as pd
import pytest

from seedmetrics.errors import PlanError, SeedmetricsError
from seedmetrics.evaluation import compare, evaluate, reweigh, vary
from seedmetrics.evaluation import varying as varying_module
from seedmetrics.indicators import registry
from seedmetrics.records import open_district
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def district():
    return open_district(ROOT / "data" / "sample")


@pytest.fixture(scope="module")
def township(district):
    return evaluate(district, plan="township", period="2025Q3")


def test_a_weight_is_changed_by_its_name_and_the_plan_stays_as_it_is(township):
    plan = township.plan
    other = vary(plan, name="mine", weights={"select": 60, "hotline.closure_rate": 2})
    assert [p.weight for p in plan.pillars] == [30, 40, 30]
    assert [p.weight for p in other.pillars] == [60, 40, 30]
    assert (plan["hotline.closure_rate"].weight, other["hotline.closure_rate"].weight) == (9, 2)
    assert (plan.name, other.name) == ("township", "mine")


def test_a_plan_that_was_changed_does_not_pass_for_its_file(district, township):
    assert not township.plan.changed
    other = vary(township.plan, weights={"select": 60})
    assert other.changed
    made = reweigh(township, {"select": 60})
    assert "(changed in Python)" in made.sources["file"].str.cat()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"weights": {"selct": 1}}, "'selct', which is neither a pillar nor .* 'select'"),
        ({"weights": {"select": 0, "cultivate": 0, "sow": 0}}, "pillars sum to zero"),
        ({"weights": {"select": -1}}, "greater than or equal to 0"),
        ({"agregation": "geometric"}, "agregation: unknown key; did you mean 'aggregation'"),
        ({"aggregation": "median"}, "aggregation = 'median'"),
        ({"add": [{"name": "hotline.backlog_ag", "pillar": "sow", "weight": 1}]}, "backlog_age"),
        ({"add": [{"name": "chains.coverage", "pillar": "sow", "weight": 1}]}, "no indicator"),
        ({"add": [{"name": "hotline.closure_rate", "pillar": "sow", "weight": 1}]}, "listed twice"),
    ],
)
def test_what_could_not_be_a_plan_is_refused_with_the_remedy(township, changes, words):
    with pytest.raises(PlanError, match=words):
        vary(township.plan, **changes)


def test_the_same_weights_give_the_same_scores_ranks_and_tiers(township):
    again = reweigh(township, {})
    now = township.standings[township.standings["period"] == "2025Q3"]
    before = ["previous_rank", "change", "change_low", "change_high"]
    pd.testing.assert_frame_equal(
        again.standings.drop(columns=before), now.drop(columns=before).reset_index(drop=True)
    )


@pytest.mark.parametrize(
    ("weights", "settings"),
    [
        ({"select": 0}, {}),
        ({"hotline.closure_rate": 30, "hotline.backlog": 0}, {}),
        ({"cultivate": 80}, {"aggregation": "geometric"}),
    ],
)
def test_scoring_anew_is_as_evaluating_anew(district, township, weights, settings):
    quick = reweigh(township, weights, **settings)
    whole = evaluate(
        district, plan=vary(township.plan, weights=weights, **settings), period="2025Q3"
    )
    columns = ["group", "unit", "score", "rank", "rank_low", "rank_high", "tier"]
    pd.testing.assert_frame_equal(quick.league[columns], whole.league[columns])
    assert quick.plan.fingerprint == whole.plan.fingerprint


def test_scoring_anew_counts_nothing(township, monkeypatch):
    def counted(*_args, **_kwargs):
        pytest.fail("an indicator was measured again")

    monkeypatch.setattr(registry, "_counted", counted)
    assert len(reweigh(township, {"select": 90}).league) == 17


def test_what_asks_for_other_counts_is_not_scored_anew(township):
    with pytest.raises(PlanError, match="`basis` is not about scores alone"):
        reweigh(township, {}, basis="received")
    assert "weights" not in varying_module.SCORING


def test_the_comparison_tells_who_moves_and_who_moves_beyond_what_was_open(township):
    other = reweigh(township, {"select": 0, "cultivate": 0})
    found = compare(township, other)
    ranks = found.ranks
    assert (ranks["places"] == ranks["rank_before"] - ranks["rank"]).all()
    outside = (ranks["rank"] < ranks["low_before"]) | (ranks["rank"] > ranks["high_before"])
    assert (ranks["beyond"] == outside).all()
    assert set(found.agreement.index) == {"towns", "streets_zones_offices"}
    assert found.agreement.between(-1, 1).all()
    assert "of 17 units move" in repr(found)


def test_an_evaluation_beside_itself_moves_nobody(township):
    found = compare(township, township)
    assert (found.ranks["places"] == 0).all()
    assert not found.ranks["beyond"].any()
    np.testing.assert_allclose(found.agreement, 1.0)


def test_evaluations_of_other_units_are_not_compared(district, township):
    alliance = evaluate(district, plan="alliance", period="2025")
    with pytest.raises(SeedmetricsError, match=r"different units \(township and alliance\)"):
        compare(township, alliance)


def test_a_comparison_is_written_in_full_precision(township, tmp_path):
    found = compare(township, reweigh(township, {"select": 60}))
    found.save(tmp_path / "new")
    back = pd.read_csv(tmp_path / "new" / "comparison.csv", index_col="unit")
    np.testing.assert_array_equal(back["score"], found.ranks["score"])
