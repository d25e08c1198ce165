"""A plan that cannot be meant is refused, with the file, the key, the value and what to do."""

import re

import pytest

from seedmetrics.errors import PlanError
from seedmetrics.evaluation import find_plan, read_plan
from seedmetrics.records import open_district
from tests.districts import write_district

PLAN = """\
name = "small"
title = { en = "Small", zh = "小" }
level = "township"
cadence = "quarter"

[[pillars]]
name = "closing"
title = { en = "Closing", zh = "办结" }
weight = 1

[[indicators]]
name = "hotline.closure_rate"
pillar = "closing"
weight = 2

[[indicators]]
name = "hotline.backlog"
pillar = "closing"
weight = 1
direction = -1
low = 0
high = 50
"""


def write(folder, text):
    file = folder / "small.toml"
    file.write_text(text, encoding="utf-8")
    return file


def refused(folder, text, *fragments):
    with pytest.raises(PlanError) as found:
        read_plan(write(folder, text))
    message = str(found.value)
    assert "small.toml" in message
    for fragment in fragments:
        assert fragment in message, message


def test_a_good_plan_is_read(tmp_path):
    plan = read_plan(write(tmp_path, PLAN))
    assert plan.plan_weights() == pytest.approx(
        {"hotline.closure_rate": 2 / 3, "hotline.backlog": 1 / 3}
    )
    assert plan.goalposts("hotline.closure_rate") == (0, 1)
    assert plan.tables == ("cases",)


def test_a_negative_weight(tmp_path):
    refused(tmp_path, PLAN.replace("weight = 2", "weight = -2"), "indicators[0].weight = -2")


def test_weights_that_sum_to_zero(tmp_path):
    text = PLAN.replace("weight = 2", "weight = 0").replace(
        "weight = 1\ndirection", "weight = 0\ndirection"
    )
    refused(tmp_path, text, "'closing'", "sum to zero")


def test_pillar_weights_that_sum_to_zero(tmp_path):
    text = re.sub(r'办结" }\nweight = 1', '办结" }\nweight = 0', PLAN)
    refused(tmp_path, text, "pillars", "sum to zero")


def test_an_indicator_that_does_not_exist_is_answered_with_the_nearest(tmp_path):
    refused(
        tmp_path,
        PLAN.replace("hotline.closure_rate", "hotline.closing_rate"),
        "hotline.closing_rate",
        "did you mean",
    )


def test_an_unknown_key_is_answered_with_the_nearest(tmp_path):
    refused(tmp_path, PLAN.replace("direction", "directoin"), "directoin", "'direction'")


def test_an_unknown_option_is_answered_with_the_nearest(tmp_path):
    text = PLAN.replace("weight = 2", 'weight = 2\noptions = { chanels = ["one_stop"] }')
    refused(tmp_path, text, "chanels", "'channels'")


def test_an_option_that_must_be_set(tmp_path):
    text = PLAN.replace("hotline.closure_rate", "hotline.response_rate")
    refused(tmp_path, text, "within_hours", "[options.hotline]")


def test_goalposts_are_needed_where_the_value_is_no_share(tmp_path):
    refused(tmp_path, PLAN.replace("low = 0\nhigh = 50", ""), "hotline.backlog", "`low` and `high`")


def test_goalposts_the_wrong_way_round(tmp_path):
    refused(tmp_path, PLAN.replace("low = 0\nhigh = 50", "low = 50\nhigh = 0"), "direction = -1")


def test_quotas_over_one(tmp_path):
    refused(
        tmp_path, PLAN.replace("[[pillars]]", "[tiers]\nquotas = [0.5, 0.6]\n\n[[pillars]]"), "1.1"
    )


def test_an_indicator_for_another_level(tmp_path):
    refused(
        tmp_path, PLAN.replace('level = "township"', 'level = "alliance"'), "township", "alliance"
    )


def test_an_indicator_listed_twice(tmp_path):
    refused(tmp_path, PLAN.replace("hotline.backlog", "hotline.closure_rate"), "listed twice")


def test_a_pillar_that_does_not_exist(tmp_path):
    refused(
        tmp_path,
        PLAN.replace('pillar = "closing"\nweight = 2', 'pillar = "x"\nweight = 2'),
        "'x'",
        "closing",
    )


def test_a_cap_on_what_is_not_measured(tmp_path):
    text = PLAN.replace(
        "[[pillars]]",
        '[[caps]]\nindicator = "hotline.on_time_rate"\nbelow = 0.5\nscore = 60\n\n[[pillars]]',
    )
    refused(tmp_path, text, "hotline.on_time_rate")


def test_percent_where_a_share_is_meant(tmp_path):
    refused(
        tmp_path, PLAN.replace("weight = 2", "weight = 2\ntarget = 95"), "target", "0.95, not 95"
    )


def test_target_and_floor_that_have_changed_places(tmp_path):
    refused(
        tmp_path,
        PLAN.replace("weight = 2", "weight = 2\ntarget = 0.8\nfloor = 0.9"),
        "changed places",
    )


def test_names_of_another_number_of_tiers(tmp_path):
    tiers = '[tiers]\nquotas = [0.2, 0.6]\nnames = { en = ["a", "b"], zh = ["甲", "乙"] }\n\n[[pillars]]'
    refused(tmp_path, PLAN.replace("[[pillars]]", tiers), "3 tiers", "2 names")


def test_a_veto_on_a_tier_that_does_not_exist(tmp_path):
    tiers = '[tiers]\nquotas = [0.2]\n\n[[vetoes]]\nindicator = "hotline.closure_rate"\nbelow = 0.5\ntier = 9\n\n'
    refused(tmp_path, PLAN.replace("[[pillars]]", tiers + "[[pillars]]"), "tier 9", "2 tiers")


def test_a_misspelt_option_of_a_module(tmp_path):
    refused(
        tmp_path, PLAN + '\n[options.hotline]\nchanels = ["one_stop"]\n', "chanels", "'channels'"
    )


def test_a_misspelt_module(tmp_path):
    refused(tmp_path, PLAN + '\n[options.hotlines]\nchannels = ["one_stop"]\n', "'hotline'")


def test_a_channel_no_case_can_have(tmp_path):
    refused(
        tmp_path, PLAN + '\n[options.hotline]\nchannels = ["onestop"]\n', "onestop", "'one_stop'"
    )


def test_channels_that_are_no_list(tmp_path):
    refused(tmp_path, PLAN + '\n[options.hotline]\nchannels = "one_stop"\n', "must be a list")


def test_cuts_that_do_not_fall(tmp_path):
    refused(
        tmp_path,
        PLAN.replace("[[pillars]]", "[tiers]\ncuts = [60, 80]\n\n[[pillars]]"),
        "must fall",
    )


def test_a_goalpost_without_end(tmp_path):
    refused(tmp_path, PLAN.replace("high = 50", "high = inf"), "indicators[1].high")


def test_a_name_that_is_a_path(tmp_path):
    refused(tmp_path, PLAN.replace('name = "small"', 'name = "../small"'), "name")


def test_text_that_is_not_toml(tmp_path):
    refused(tmp_path, "name = ", "TOML")


def test_a_plan_that_is_not_there_is_answered_with_those_that_are(tmp_path):
    folder = write_district(tmp_path / "district", {"cases": "case_id,unit,channel,opened\n"})
    write(folder, PLAN)
    district = open_district(folder)
    with pytest.raises(PlanError, match="did you mean 'small'"):
        find_plan(district, "smal")
    assert find_plan(district, "small").name == "small"


def test_a_table_the_district_does_not_keep(tmp_path):
    folder = write_district(tmp_path / "district", {"life_checks": "unit,kind,due,done\n"})
    write(folder, PLAN)
    with pytest.raises(PlanError, match="needs the table 'cases'"):
        find_plan(open_district(folder), "small")


@pytest.mark.parametrize("name", ["township", "alliance", "department", "village"])
def test_the_plans_of_the_project_are_read(root, name):
    plan = read_plan(root / "data" / "plans" / f"{name}.toml")
    assert sum(plan.plan_weights().values()) == pytest.approx(1)


@pytest.mark.parametrize("name", ["conformance", "hard_breach_rate"])
def test_conformance_without_its_coverage_is_refused_with_what_to_add(root, tmp_path, name):
    text = (root / "data" / "plans" / "township.toml").read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if "member_development.coverage" not in line]
    if name == "hard_breach_rate":
        kept = [line for line in kept if "member_development.conformance" not in line]
    (tmp_path / "rules").symlink_to(root / "data" / "rules")
    (tmp_path / "small.toml").write_text("\n".join(kept), encoding="utf-8")
    with pytest.raises(
        PlanError, match=rf"{name}.*misleads without 'member_development\.coverage'"
    ):
        read_plan(tmp_path / "small.toml")
