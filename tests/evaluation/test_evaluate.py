"""From records to scores, ranks and tiers, on districts small enough to follow by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedmetrics.errors import SeedmetricsError
from seedmetrics.evaluation import evaluate, read_plan
from seedmetrics.evaluation.scoring import TOTAL, score_indicators
from seedmetrics.records import open_district
from tests.districts import write_district

PLAN = """\
name = "small"
title = { en = "Small", zh = "小" }
level = "township"
cadence = "quarter"
minimum_denominator = 5

[tiers]
quotas = [0.34, 0.33]

[closure]

[[pillars]]
name = "closing"
title = { en = "Closing", zh = "办结" }
weight = 3

[[pillars]]
name = "speed"
title = { en = "Speed", zh = "速度" }
weight = 1

[[indicators]]
name = "hotline.closure_rate"
pillar = "closing"
weight = 1
low = 0.5
high = 1.0
target = 0.9
floor = 0.6

[[indicators]]
name = "hotline.on_time_rate"
pillar = "speed"
weight = 1
target = 0.5
"""


def cases(unit, due, closed, on_time, month="08"):
    """Write cases of one unit: of `due`, `closed` closed and of these `on_time` in time."""
    rows = []
    for k in range(due):
        done = f"2025-{month}-10" if k < on_time else f"2025-{month}-25" if k < closed else ""
        rows.append(f"{unit}-{month}-{k},{unit},one_stop,2025-{month}-01,2025-{month}-15,{done}")
    return rows


def district(folder, *units, plan=PLAN):
    rows = [row for unit in units for row in cases(*unit)]
    table = "\n".join(["case_id,unit,channel,opened,due,closed", *rows]) + "\n"
    folder = write_district(folder, {"cases": table}, more='plans = ["small"]')
    (folder / "small.toml").write_text(plan, encoding="utf-8")
    return open_district(folder)


@pytest.fixture
def three(tmp_path):
    return district(tmp_path, ("T1", 100, 90, 50), ("T2", 100, 95, 90), ("T3", 100, 60, 10))


def test_scores_follow_the_plan_by_hand(three):
    scores = evaluate(three, period="2025Q3").scores.set_index(["unit", "node"])["score"]
    assert scores["T1", "closing"] == pytest.approx(100 * (0.90 - 0.5) / 0.5)
    assert scores["T1", "speed"] == pytest.approx(50)
    assert scores["T1", TOTAL] == pytest.approx((3 * 80 + 1 * 50) / 4)


def test_league_has_the_columns_of_the_contract_and_one_row_a_unit(three):
    league = evaluate(three, period="2025Q3").league
    assert list(league.columns) == [
        "plan", "period", "group", "unit", "name", "score", "rank", "rank_low", "rank_high", "tier", "previous_rank",
    ]  # fmt: skip
    assert list(league["unit"]) == ["T2", "T1", "T3"]
    assert list(league["rank"]) == [1, 2, 3]
    assert list(league["tier"]) == [1, 2, 3]
    assert (league["rank_low"] <= league["rank"]).all()
    assert (league["rank"] <= league["rank_high"]).all()


def test_indicators_have_the_columns_of_the_contract(three):
    table = evaluate(three, period="2025Q3").shared_indicators()
    assert list(table.columns) == [
        "plan", "period", "unit", "indicator", "value", "numerator", "denominator", "low", "high", "excluded", "score",
        "weight",
    ]  # fmt: skip
    assert table.groupby("unit")["weight"].sum().to_numpy() == pytest.approx(np.ones(3))


def test_the_latest_period_that_is_over_is_evaluated_when_none_is_named(three):
    assert str(evaluate(three).period) == "2025Q3"


def test_a_period_of_another_cadence_is_refused_with_one_that_fits(three):
    with pytest.raises(SeedmetricsError, match="try 2025Q3"):
        evaluate(three, period="2025")


def test_a_period_that_has_not_begun_is_refused(three):
    with pytest.raises(SeedmetricsError, match="had not begun"):
        evaluate(three, period="2026Q1")


def test_change_since_the_last_period(tmp_path):
    found = district(
        tmp_path,
        ("T1", 50, 45, 45, "05"), ("T2", 50, 40, 40, "05"),
        ("T1", 50, 40, 40), ("T2", 50, 45, 45),
    )  # fmt: skip
    evaluation = evaluate(found, period="2025Q3")
    assert [str(p) for p in evaluation.periods] == ["2025Q2", "2025Q3"]
    league = evaluation.league.set_index("unit")
    assert (league.loc["T1", "rank"], league.loc["T1", "previous_rank"]) == (2, 1)
    assert (league.loc["T2", "rank"], league.loc["T2", "previous_rank"]) == (1, 2)


def test_a_unit_without_records_is_not_ranked_and_says_why(tmp_path):
    evaluation = evaluate(
        district(tmp_path, ("T1", 20, 18, 10), ("T2", 20, 19, 10)), period="2025Q3"
    )
    row = evaluation.unit("T3").standing
    assert np.isnan(row["rank"])
    assert row["reason"] == "too_little_recorded"
    assert row["of"] == 2
    assert evaluation.unit("T3").indicators.loc["hotline.closure_rate", "reading"] == "missing"


def test_small_counts_are_withheld_from_what_is_shared(tmp_path):
    found = district(tmp_path, ("T1", 4, 3, 3), ("T2", 20, 19, 10))
    shared = evaluate(found, period="2025Q3").shared_indicators().set_index("unit")
    counts = ["value", "numerator", "denominator", "low", "high"]
    assert shared.loc["T1", counts].isna().all(axis=None)
    assert shared.loc["T2", counts].notna().all(axis=None)


def test_one_withheld_unit_is_left_out_of_the_sums_and_two_are_not(tmp_path):
    one = evaluate(district(tmp_path / "a", ("T1", 4, 3, 3), ("T2", 20, 19, 10)), period="2025Q3")
    two = evaluate(
        district(tmp_path / "b", ("T1", 4, 3, 3), ("T2", 20, 19, 10), ("T3", 3, 3, 3)),
        period="2025Q3",
    )
    name = "hotline.closure_rate"
    assert tuple(one.shared_totals().loc[name, ["numerator", "denominator", "units"]]) == (
        19,
        20,
        1,
    )
    assert tuple(two.shared_totals().loc[name, ["numerator", "denominator", "units"]]) == (
        25,
        27,
        3,
    )


def test_a_plan_over_public_records_may_show_small_counts(tmp_path):
    plan = PLAN.replace('cadence = "quarter"', 'cadence = "quarter"\nsmall_counts = "show"')
    found = district(tmp_path, ("T1", 4, 3, 3), ("T2", 20, 19, 10), plan=plan)
    evaluation = evaluate(found, period="2025Q3")
    known = evaluation.indicators.drop(columns="count_class")
    pd.testing.assert_frame_equal(evaluation.shared_indicators(), known)


def test_fewer_than_the_minimum_is_not_scored(tmp_path):
    evaluation = evaluate(district(tmp_path, ("T1", 4, 4, 4), ("T2", 20, 19, 10)), period="2025Q3")
    row = evaluation.unit("T1").indicators.loc["hotline.closure_rate"]
    assert (row["numerator"], row["denominator"], row["reading"]) == (4, 4, "not_scored")
    assert np.isnan(row["score"])
    assert np.isnan(evaluation.unit("T1").standing["rank"])


def test_a_tiny_unit_at_100_percent_is_not_sure_of_the_first_place(tmp_path):
    found = district(tmp_path, ("T1", 5, 5, 5), ("T2", 200, 190, 180), ("T3", 200, 188, 170))
    row = evaluate(found, period="2025Q3").unit("T1").standing
    assert row["rank"] == 1
    assert row["rank_high"] == 3


def test_a_cap_holds_the_score_down_and_leaves_others_alone(tmp_path):
    plan = PLAN.replace(
        "[closure]",
        '[[caps]]\nindicator = "hotline.closure_rate"\nbelow = 0.7\nscore = 10\n\n[closure]',
    )
    found = district(tmp_path, ("T1", 100, 65, 60), ("T2", 100, 95, 90), plan=plan)
    league = evaluate(found, period="2025Q3").league.set_index("unit")
    assert league.loc["T1", "score"] == 10
    assert league.loc["T2", "score"] > 80


def test_a_veto_moves_the_tier_and_neither_score_nor_rank(tmp_path):
    veto = '[[vetoes]]\nindicator = "hotline.on_time_rate"\nbelow = 0.95\ntier = 3\n\n[closure]'
    units = [("T1", 100, 90, 50), ("T2", 100, 95, 90), ("T3", 100, 60, 10)]
    free = evaluate(district(tmp_path / "a", *units), period="2025Q3").standings.set_index("unit")
    held = evaluate(
        district(tmp_path / "b", *units, plan=PLAN.replace("[closure]", veto)), period="2025Q3"
    )
    standings = held.standings.set_index("unit")
    assert standings.loc["T2", "tier"] == 3
    assert standings.loc["T2", "reason"] == "veto:hotline.on_time_rate"
    pd.testing.assert_series_equal(free["score"], standings["score"])
    pd.testing.assert_series_equal(free["rank"], standings["rank"])


def test_missing_error_names_the_unit_and_the_indicator(tmp_path):
    plan = PLAN.replace('cadence = "quarter"', 'cadence = "quarter"\nmissing = "error"')
    with pytest.raises(SeedmetricsError, match=r"'T3'.*hotline\.closure_rate"):
        evaluate(
            district(tmp_path, ("T1", 20, 18, 10), ("T2", 20, 19, 10), plan=plan), period="2025Q3"
        )


@pytest.mark.parametrize("mean", ["geometric", "harmonic"])
def test_other_means_punish_an_uneven_unit(tmp_path, mean):
    plan = PLAN.replace('cadence = "quarter"', f'cadence = "quarter"\naggregation = "{mean}"')
    units = [("T1", 100, 90, 50), ("T2", 100, 95, 90), ("T3", 100, 60, 10)]
    plain = evaluate(district(tmp_path / "a", *units), period="2025Q3").league.set_index("unit")[
        "score"
    ]
    other = evaluate(district(tmp_path / "b", *units, plan=plan), period="2025Q3").league.set_index(
        "unit"
    )["score"]
    assert (
        other["T3"] < plain["T3"] + 1
    )  # onto 1 to 100, so a little is added before the mean takes it
    assert other["T2"] > other["T1"] > other["T3"]


def test_readings_say_how_a_value_stands_to_target_and_floor(three):
    evaluation = evaluate(three, period="2025Q3")
    name = "hotline.closure_rate"
    assert evaluation.unit("T1").indicators.loc[name, "reading"] == "met"
    assert evaluation.unit("T3").indicators.loc[name, "reading"] == "short"
    assert evaluation.unit("T1").indicators.loc["hotline.on_time_rate", "reading"] == "met"


def test_next_step_says_how_many_more_and_what_it_would_change(tmp_path):
    found = district(tmp_path, ("T1", 100, 90, 50), ("T2", 100, 95, 90), ("T3", 100, 70, 10))
    unit = evaluate(found, period="2025Q3").unit("T3")
    row = unit.next_steps.set_index("indicator").loc["hotline.closure_rate"]
    assert row["step"] == 20
    assert (row["value_from"], row["value_to"]) == (0.7, 0.9)
    assert row["score"] == pytest.approx(unit.standing["score"] + 0.75 * 40)


def test_a_step_of_more_than_a_quarter_of_the_cases_is_no_next_step(three):
    # T3 would have to close 30 of 100 more, and 40 more on time
    assert evaluate(three, period="2025Q3").unit("T3").next_steps.empty


def test_an_unknown_unit_is_answered_with_the_nearest(three):
    with pytest.raises(SeedmetricsError, match="did you mean 'T1'"):
        evaluate(three, period="2025Q3").unit("T11")


def test_a_frame_has_one_row_a_unit_and_one_column_an_indicator(three):
    frame = evaluate(three, period="2025Q3").to_frame()
    assert list(frame.index) == ["T1", "T2", "T3"]
    assert frame.loc["T1", "hotline.closure_rate"] == 0.9


def test_two_evaluations_are_equal(three):
    a, b = (evaluate(three, period="2025Q3") for _ in range(2))
    pd.testing.assert_frame_equal(a.standings, b.standings)
    pd.testing.assert_frame_equal(a.indicators, b.indicators)


def test_sources_name_every_file_with_its_digest(three):
    sources = evaluate(three, period="2025Q3").sources.set_index("file")
    assert {"district.toml", "units.csv", "cases.csv", "small.toml"} <= set(sources.index)
    assert sources["sha256"].str.fullmatch(r"[0-9a-f]{64}").all()


def measured(values):
    """Build measured rows of 3 units and 2 indicators with 100 cases each."""
    rows = []
    for unit, pair in zip(("T1", "T2", "T3"), values, strict=True):
        for name, closed in zip(
            ("hotline.closure_rate", "hotline.on_time_rate"), pair, strict=True
        ):
            rows.append((unit, name, closed / 100, closed, 100.0, closed / 100, closed / 100, 0.0))
    columns = ["unit", "indicator", "value", "numerator", "denominator", "low", "high", "excluded"]
    return pd.DataFrame(rows, columns=columns)


@given(st.lists(st.tuples(st.integers(50, 100), st.integers(0, 100)), min_size=3, max_size=3))
def test_a_dominated_unit_never_outscores_its_dominator(tmp_path_factory, values):
    file = tmp_path_factory.mktemp("plan") / "small.toml"
    file.write_text(PLAN, encoding="utf-8")
    nodes = score_indicators(read_plan(file), measured(values)).nodes
    total = nodes[nodes["node"] == TOTAL].set_index("unit")["score"].to_numpy()
    for a in range(3):
        for b in range(3):
            if values[a][0] >= values[b][0] and values[a][1] >= values[b][1]:
                assert total[a] >= total[b] - 1e-9


def test_scores_do_not_hang_on_the_order_of_the_rows(tmp_path):
    file = tmp_path / "small.toml"
    file.write_text(PLAN, encoding="utf-8")
    rows = measured([(80, 50), (91, 77), (60, 60)])
    mixed = rows.sample(frac=1, random_state=3)
    one, other = (score_indicators(read_plan(file), table) for table in (rows, mixed))
    pd.testing.assert_frame_equal(one.nodes, other.nodes, check_exact=True)
    keys = ["unit", "indicator"]
    pd.testing.assert_frame_equal(
        one.indicators.set_index(keys).sort_index(), other.indicators.set_index(keys).sort_index()
    )


def test_an_indicator_that_was_not_measured_or_was_twice_is_refused(tmp_path):
    file = tmp_path / "small.toml"
    file.write_text(PLAN, encoding="utf-8")
    rows = measured([(80, 50), (91, 77), (60, 60)])
    without = rows[rows["indicator"] != "hotline.on_time_rate"]
    with pytest.raises(SeedmetricsError, match=r"hotline\.on_time_rate"):
        score_indicators(read_plan(file), without)
    with pytest.raises(SeedmetricsError, match="two rows"):
        score_indicators(read_plan(file), pd.concat([rows, rows.head(1)]))


def test_shares_of_the_same_cases_are_not_taken_as_independent(tmp_path):
    file = tmp_path / "small.toml"
    file.write_text(PLAN, encoding="utf-8")
    rows = measured([(80, 50), (80, 50), (80, 50)])
    rows["low"], rows["high"] = rows["value"] - 0.1, rows["value"] + 0.1
    nodes = score_indicators(read_plan(file), rows).nodes.set_index(["unit", "node"])[
        "standard_error"
    ]
    a, b = 0.75 * nodes["T1", "closing"], 0.25 * nodes["T1", "speed"]
    # 50 of 100 on time are among the 80 of 100 closed: correlation, by the odds of (x + 2) / (n + 4)
    together = np.sqrt((52 / 52) / (82 / 22))
    assert nodes["T1", TOTAL] == pytest.approx(np.sqrt(a**2 + b**2 + 2 * together * a * b))


def test_a_cap_does_not_fire_on_a_share_too_small_to_score(tmp_path):
    plan = PLAN.replace(
        "[closure]",
        '[[caps]]\nindicator = "hotline.closure_rate"\nbelow = 0.7\nscore = 10\n\n[closure]',
    )
    plan = plan.replace('cadence = "quarter"', 'cadence = "quarter"\nminimum_weight = 0.0')
    found = district(tmp_path, ("T1", 2, 1, 1), ("T2", 100, 95, 90), plan=plan)
    row = evaluate(found, period="2025Q3").unit("T1").standing
    assert np.isnan(row["score"])


def test_too_few_cases_never_make_a_unit_look_surer(tmp_path):
    # the closing pillar of T1 rests on 4 cases: the other pillar alone does not stand for the whole
    found = district(tmp_path, ("T1", 4, 4, 4), ("T2", 100, 95, 90), ("T3", 100, 60, 10))
    row = evaluate(found, period="2025Q3").unit("T1").standing
    assert np.isnan(row["rank"])
    assert row["reason"] == "too_little_recorded"


def test_as_of_on_the_last_day_of_a_period_is_enough(tmp_path):
    rows = [row for unit in (("T1", 100, 90, 50), ("T2", 100, 95, 90)) for row in cases(*unit)]
    table = "\n".join(["case_id,unit,channel,opened,due,closed", *rows]) + "\n"
    folder = write_district(
        tmp_path, {"cases": table}, more='plans = ["small"]', as_of="2025-09-30"
    )
    (folder / "small.toml").write_text(PLAN, encoding="utf-8")
    evaluation = evaluate(open_district(folder))
    assert str(evaluation.period) == "2025Q3"
    assert evaluation.complete
    assert evaluation.closure.months["month"].max() == "2025-09"
    assert evaluation.closure.watched_to == pd.Timestamp("2025-10-01")


def test_an_unfinished_period_is_evaluated_and_says_that_it_is_not_over(three):
    assert evaluate(three, period="2025Q3").complete
    assert not evaluate(three, period="2025Q4").complete


def test_equal_values_get_equal_scores_whatever_the_order_of_adding(tmp_path):
    file = tmp_path / "small.toml"
    file.write_text(PLAN, encoding="utf-8")
    nodes = score_indicators(read_plan(file), measured([(70, 10), (70, 10), (90, 30)])).nodes
    total = nodes[nodes["node"] == TOTAL].set_index("unit")["score"]
    assert total["T1"] == total["T2"]


def test_an_earlier_period_that_cannot_be_scored_does_not_spoil_this_one(tmp_path):
    plan = PLAN.replace('cadence = "quarter"', 'cadence = "quarter"\nmissing = "error"')
    found = district(
        tmp_path, ("T1", 20, 18, 10), ("T2", 20, 19, 10), ("T3", 20, 19, 10), ("T1", 20, 18, 10, "05"), plan=plan
    )  # fmt: skip
    evaluation = evaluate(found, period="2025Q3")
    assert [str(period) for period in evaluation.periods] == ["2025Q2", "2025Q3"]


def test_a_plan_changed_in_python_does_not_pass_for_its_file(three):
    from seedmetrics.evaluation import find_plan

    plan = find_plan(three, "small")
    changed = plan.model_copy(update={"minimum_weight": 0.9})
    sources = evaluate(three, plan=changed, period="2025Q3").sources.set_index("table")
    assert "changed in Python" in sources.loc["plan", "file"]
    assert sources.loc["plan", "sha256"] != plan.sha256
    kept = evaluate(three, plan=plan, period="2025Q3").sources.set_index("table")
    assert kept.loc["plan", "sha256"] == plan.sha256


def test_a_folder_is_not_a_district(three):
    with pytest.raises(SeedmetricsError, match="opened first"):
        evaluate("data/sample")


def test_the_confidence_level_widens_the_interval_and_not_the_error(three, tmp_path):
    plan = PLAN.replace('cadence = "quarter"', 'cadence = "quarter"\nconfidence_level = 0.8')
    file = tmp_path / "other.toml"
    file.write_text(plan, encoding="utf-8")
    at_95 = evaluate(three, period="2025Q3").standings.set_index("unit")
    at_80 = evaluate(three, plan=str(file), period="2025Q3").standings.set_index("unit")
    # Wilson's interval is no normal one, so the two errors differ a little; a factor of 1.96 / 1.28 would be a fault
    ratio = at_80["standard_error"] / at_95["standard_error"]
    assert ratio.between(0.9, 1.1).all()
    assert ((at_80["high"] - at_80["low"]) < (at_95["high"] - at_95["low"])).all()
