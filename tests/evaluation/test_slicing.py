"""Cases cut in any way are counted as the pages count units, and compared with all of them together."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from seedmetrics.errors import SeedmetricsError
from seedmetrics.evaluation import evaluate, slice_cases
from seedmetrics.formulas.closure import closure_rate, funnel_limits, rate_difference
from seedmetrics.records import open_district
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def township():
    return evaluate(open_district(ROOT / "data" / "sample"), plan="township", period="2025Q3")


def test_cut_by_unit_the_counts_are_those_of_the_pages(township):
    found = slice_cases(township, "unit").table
    pages = township.closure.counts
    pages = pages[pages["period"] == "2025Q3"].set_index("unit")
    for column in ("received", "due", "closed", "on_time", "excluded"):
        expected = pages.loc[found.index, column]
        if column == "excluded":  # the pages also count those without a due date
            assert (found[column] <= expected).all()
        else:
            assert (found[column] == expected).all(), column


def test_the_parts_add_up_to_the_whole(township):
    for by in ("channel", ["kind", "channel"], "weekday", "resolved"):
        found = slice_cases(township, by)
        sums = found.table[["due", "closed", "on_time"]].sum()
        assert (sums == found.whole[["due", "closed", "on_time"]]).all()
    assert slice_cases(township, "channel").whole["due"] == 2683


def test_rates_intervals_and_limits_are_the_formulas(township):
    found = slice_cases(township, "channel", what="on_time")
    table = found.table
    rate = closure_rate(table["on_time"], table["due"])
    np.testing.assert_array_equal(table["low"], rate.low)
    limits = funnel_limits(table["due"], found.whole["rate"], levels=0.95)
    np.testing.assert_array_equal(table[["limit_low", "limit_high"]], limits)
    assert found.rule == {}


def test_two_parts_have_a_difference_and_more_have_none(township):
    two = slice_cases(township, "kind", where="kind in ['town', 'street']")
    (a, b), (of_a, of_b) = two.table["closed"], two.table["due"]
    expected = rate_difference(a, of_a, b, of_b)
    assert two.difference == (float(expected.rate), float(expected.low), float(expected.high))
    assert slice_cases(township, "channel").difference is None


def test_what_is_not_recorded_is_a_part_of_its_own(township):
    table = slice_cases(township, "resolved").table
    assert "" in table.index
    assert len(table) == 3


def test_a_series_cuts_in_any_way(township):
    cases = township.district["cases"]
    waited = (cases["dispatched"] - cases["opened"]).dt.days.clip(upper=2).rename("days waited")
    found = slice_cases(township, waited)
    assert found.by == ("days waited",)
    assert found.table["due"].sum() == slice_cases(township, "channel").table["due"].sum()


def test_where_and_period_and_channels_choose_the_cases(township):
    one = slice_cases(township, "channel", where="channel == 'one_stop'")
    assert one.table.index.tolist() == ["one_stop"]
    year = slice_cases(township, "month", period="2025")
    assert year.table["due"].sum() > 3 * 2683
    every = slice_cases(township, "channel", channels=[])
    assert set(every.table.index) > set(slice_cases(township, "channel").table.index)


@pytest.mark.parametrize(
    ("by", "options", "words"),
    [
        ("chanel", {}, "`by` names 'chanel', .* did you mean 'channel'"),
        ([], {}, "`by` names nothing"),
        ("channel", {"where": "channel ="}, "cannot be read .* write such as .*one_stop"),
        ("channel", {"where": "colour == 1"}, "cannot be read .*columns are case_id"),
        ("channel", {"where": "channel == 'letter'"}, "holds for no case"),
        ("channel", {"period": "2019"}, "no case was due in 2019"),
        ("channel", {"what": "satisfied"}, "`what` must be 'closed' or 'on_time'"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(township, by, options, words):
    with pytest.raises(SeedmetricsError, match=words):
        slice_cases(township, by, **options)


def test_limits_leave_room_for_the_spread_where_the_plan_says_so(township):
    plan = township.plan
    closure = plan.closure.model_copy(update={"funnel": "spread"})
    spread = dataclasses.replace(township, plan=plan.model_copy(update={"closure": closure}))
    wide, narrow = (slice_cases(e, "unit", period="2025") for e in (spread, township))
    assert wide.rule["method"] == "arcsine"
    gaps = [t["limit_high"] - t["limit_low"] for t in (wide.table, narrow.table)]
    assert (gaps[0] > gaps[1])[narrow.table["due"] > 500].all()


def test_a_part_of_few_cases_is_told_to_nobody_outside_and_cannot_be_worked_out(township, tmp_path):
    found = slice_cases(township, ["kind", "channel"])
    few = found.table["due"] < township.plan.minimum_denominator
    assert 0 < few.sum() < len(found.table)
    found.save(tmp_path)
    told = pd.read_csv(tmp_path / "slices.csv", index_col=[0, 1])
    hidden = told["due"].isna()
    assert hidden[few.to_numpy()].all()
    assert hidden.sum() >= 2, "one alone would follow from the others and their sum"
    shown = slice_cases(
        dataclasses.replace(
            township, plan=township.plan.model_copy(update={"small_counts": "show"})
        ),
        ["kind", "channel"],
    )
    assert shown.shared_table()["due"].notna().all()


def test_one_line_says_what_was_cut(township):
    found = slice_cases(township, ["kind", "channel"], where="kind == 'town'")
    assert repr(found) == "<CaseSlices by kind and channel, 2025Q3 where kind == 'town': 4 slices>"
