"""What `robustness` promises: the league's own ranks varied, group by group, and nothing else."""

import numpy as np
import pytest

from seedmetrics.evaluation import evaluate, robustness
from seedmetrics.evaluation.plan import Cap
from seedmetrics.records import open_district
from tests.conftest import ROOT
from tests.report.fake import Fake
from tests.report.fake import evaluation as invented

CAUSES = ("weights", "one_out", "choices", "chance")


@pytest.fixture(scope="module")
def township():
    return evaluate(open_district(ROOT / "data" / "sample"), plan="township", period="2025Q3")


@pytest.fixture(scope="module")
def groups(township):
    return robustness(township, draws=200)


def now(evaluation):
    table = evaluation.standings
    return table[table["period"] == str(evaluation.period)].set_index("unit")


def test_ranks_as_made_and_by_chance_are_those_of_the_league(township, groups):
    league = now(township)
    assert not any(group.ranks["capped"].any() for group in groups)
    for group in groups:
        mine = league.loc[group.ranks.index]
        assert group.ranks["rank"].tolist() == mine["rank"].tolist()
        assert group.ranks["chance_low"].tolist() == mine["rank_low"].tolist()
        assert group.ranks["chance_high"].tolist() == mine["rank_high"].tolist()
        assert group.rankability == pytest.approx(township.rankability[group.group])


def test_every_cause_leaves_ranks_of_the_group_open(groups):
    for group in groups:
        for cause in CAUSES:
            low, high = group.ranks[f"{cause}_low"], group.ranks[f"{cause}_high"]
            assert (low >= 1).all()
            assert (low <= high).all()
            assert (high <= len(group.ranks)).all()
        assert group.ranks["first"].sum() >= 1 - 1e-9  # ties are all first


def test_without_a_spread_the_weights_leave_nothing_open(township):
    for group in robustness(township, spread=0.0, draws=20):
        assert (group.ranks["weights_low"] == group.ranks["rank"]).all()
        assert (group.ranks["weights_high"] == group.ranks["rank"]).all()
        assert "weights" not in group.shares.index


def test_the_same_seed_gives_the_same_tables(township, groups):
    again = robustness(township, draws=200)
    for one, other in zip(groups, again, strict=True):
        assert one.ranks.equals(other.ranks)
        assert one.shares.equals(other.shares)


def test_leaving_out_names_every_indicator_that_counts_and_every_pillar(township, groups):
    plan = township.plan
    for group in groups:
        table = group.left_out
        assert set(table.index[table["pillar"]]) == {p.name for p in plan.pillars}
        assert set(table.index[~table["pillar"]]) <= set(plan.counted)
        assert (table["mean_shift"] >= 0).all()
        assert set(table["unit"]) <= set(group.ranks.index)


def test_a_cap_is_laid_off_and_the_unit_it_holds_is_named(township):
    # A cap that every unit meets: below 101%.
    cap = Cap(indicator="hotline.closure_rate", below=1.01, score=10)
    plan = township.plan.model_copy(update={"caps": [cap]})
    held = evaluate(township.district, plan=plan, period="2025Q3")
    assert (now(held)["score"].dropna() == 10).all()
    for before, after in zip(
        robustness(township, draws=20), robustness(held, draws=20), strict=True
    ):
        assert after.ranks["capped"].all()
        assert after.ranks["rank"].tolist() == before.ranks["rank"].tolist()


def test_one_indicator_has_no_other_to_be_left_out_for(tmp_path):
    (group,) = robustness(invented(tmp_path, Fake(second=False)), draws=50)
    assert group.left_out.empty
    assert "left_out" not in group.shares.index
    assert (group.ranks["weights_low"] == group.ranks["rank"]).all()
    assert group.agreement.loc["geometric", "kendall"] == pytest.approx(1)


def test_a_group_of_one_or_without_scores_has_nothing_to_vary(tmp_path):
    two = robustness(invented(tmp_path / "two", Fake(groups={"towns": 3, "zones": 1})), draws=20)
    assert [group.group for group in two] == ["towns"]
    assert robustness(invented(tmp_path / "none", Fake(quarters=("2025Q3",))), draws=20) == ()


def test_units_that_score_alike_on_an_indicator_can_still_be_varied(tmp_path):
    # Nobody is late by much: on-time rates differ, closure is 100% for all where the share is capped.
    plan = invented(tmp_path, Fake()).plan
    entry = plan.entry("hotline.closure_rate").model_copy(update={"low": 0.01, "high": 0.02})
    flat = plan.model_copy(update={"indicators": [entry, plan.entry("hotline.on_time_rate")]})
    made = evaluate(open_district(tmp_path), plan=flat, period="2025Q4")
    (group,) = robustness(made, draws=50)
    assert np.isfinite(group.ranks.drop(columns="capped").to_numpy(float)).all()
    assert "<GroupRobustness 'towns': 5 units" in repr(group)


def test_a_spread_that_is_no_share_is_refused(township):
    with pytest.raises(ValueError, match="`spread` must lie in"):
        robustness(township, spread=25)
