"""Counts of few persons are told as a class or not at all, and nothing else lets them be worked out."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedmetrics.evaluation.plan import Plan, Title
from seedmetrics.evaluation.protection import protect
from seedmetrics.formulas.closure import closure_rate
from seedmetrics.indicators import indicator
from seedmetrics.indicators.completing import MEASURED, completed
from seedmetrics.indicators.registry import find_indicator


@indicator("protection_test.share", tables=[], share=True, persons=True)
def _share(district, period):
    return pd.DataFrame()


@indicator("protection_test.mean", tables=[], persons=True)
def _mean(district, period):
    return pd.DataFrame()


@indicator("protection_test.firms", tables=[], share=True)
def _firms(district, period):
    return pd.DataFrame()


@indicator("protection_test.checks", tables=[], share=True, persons=True)
def _checks(district, period):
    return pd.DataFrame()


@indicator("protection_test.days", tables=[], persons=True, few="rounded")
def _days(district, period):
    return pd.DataFrame()


@indicator("protection_test.records", tables=[], share=True, persons=True, few="plain")
def _records(district, period):
    return pd.DataFrame()


for _name in ("a", "b", "c"):

    @indicator(f"protection_test.part_{_name}", tables=[], share=True, persons=True, parts="whole")
    def _part(district, period):
        return pd.DataFrame()


def plan(**changes):
    given = {
        "name": "p", "title": Title(en="P", zh="P"), "level": "township", "cadence": "quarter",
        "pillars": [{"name": "x", "title": {"en": "X", "zh": "X"}, "weight": 1}],
        "indicators": [{"name": "protection_test.share", "pillar": "x", "weight": 1}],
    }  # fmt: skip
    return Plan(**(given | changes))


def measured(name, numerator, denominator, *, unit="T1", **more):
    """One measured row, made as `measure` makes it."""
    counts = {"numerator": [numerator], "denominator": [denominator]} | {
        k: [v] for k, v in more.items()
    }
    frame = pd.DataFrame(counts, index=[unit], dtype=float)
    row = completed(find_indicator(name), frame, pd.Index([unit]), 0.95)
    return row.rename_axis("unit").reset_index().assign(indicator=name)


def told(name, numerator, denominator, **more):
    return protect(plan(), measured(name, numerator, denominator, **more)).iloc[0]


def test_fewer_than_five_persons_leave_no_value_and_only_their_number():
    row = told("protection_test.share", 3, 4)
    assert row["count_class"] == "withheld"
    assert row[["value", "numerator", "low", "high"]].isna().all()
    assert row["denominator"] == 4


def test_none_and_all_are_told_as_they_are():
    assert told("protection_test.share", 0, 40)["count_class"] == ""
    assert told("protection_test.share", 40, 40)["numerator"] == 40
    assert told("protection_test.share", 0, 0)["count_class"] == ""


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_one_to_four_are_told_alike(count):
    pd.testing.assert_series_equal(
        told("protection_test.share", count, 59), told("protection_test.share", 1, 59)
    )
    row = told("protection_test.share", count, 59)
    assert (row["count_class"], row["denominator"]) == ("few", 59)
    assert np.isnan(row["numerator"])
    assert row["value"] == pytest.approx(2.5 / 59)


@pytest.mark.parametrize("missing", [1, 2, 3, 4])
def test_all_but_one_to_four_are_told_alike_so_that_the_complement_is_protected(missing):
    row = told("protection_test.share", 59 - missing, 59)
    pd.testing.assert_series_equal(row, told("protection_test.share", 58, 59))
    assert row["count_class"] == "all_but_few"
    assert row["value"] == pytest.approx(1 - 2.5 / 59)


def test_the_interval_of_a_class_holds_those_of_all_its_counts():
    row = told("protection_test.share", 2, 30)
    each = closure_rate([1, 2, 3, 4], [30] * 4)
    assert row["low"] == pytest.approx(each.low.min())
    assert row["high"] == pytest.approx(each.high.max())


def test_five_and_more_on_both_sides_are_told_in_full():
    row = told("protection_test.share", 54, 59)
    assert (row["numerator"], row["count_class"]) == (54, "")


def test_organisations_are_not_persons():
    assert told("protection_test.firms", 2, 3)["numerator"] == 2


def test_many_checks_of_few_persons_are_withheld():
    row = told("protection_test.checks", 30, 36, persons=3)
    assert (row["count_class"], row["denominator"]) == ("withheld", 3)
    assert told("protection_test.checks", 30, 36, persons=8)["numerator"] == 30


def test_a_mean_of_few_persons_is_withheld_and_of_more_is_told():
    assert told("protection_test.mean", 300, 4, value=75)["count_class"] == "withheld"
    assert told("protection_test.mean", 375, 5, value=75)["value"] == 75


def parts(a, b, c):
    rows = [
        measured(f"protection_test.part_{n}", k, a + b + c)
        for n, k in zip("abc", (a, b, c), strict=True)
    ]
    return protect(plan(), pd.concat(rows, ignore_index=True)).set_index("indicator")


def test_a_hidden_part_is_not_given_away_by_the_others():
    # 60 in all, 40 and 17 told: the third would be 3
    found = parts(40, 17, 3)["count_class"]
    assert found.tolist() == ["", "beside", "few"]


def test_two_hidden_parts_hide_each_other():
    assert parts(53, 4, 3)["count_class"].tolist() == ["", "few", "few"]


def test_two_hidden_parts_that_the_sum_would_fill_are_hidden_with_another():
    # 21 and 22 told, and 8 left for two parts of at most 4 each: both would be 4
    rows = [
        measured(f"protection_test.part_{n}", k, 51) for n, k in zip("abc", (43, 4, 4), strict=True)
    ]
    found = protect(plan(), pd.concat(rows, ignore_index=True))["count_class"]
    assert (found != "").all()


def test_without_a_small_part_every_part_is_told():
    assert (parts(20, 15, 25)["count_class"] == "").all()


def test_the_state_of_a_record_is_no_trait_of_persons_unless_they_are_few():
    assert told("protection_test.records", 90, 91, persons=29)["numerator"] == 90
    assert told("protection_test.records", 90, 91, persons=4)["count_class"] == "withheld"


@pytest.mark.parametrize(("through", "watched", "told_as"), [(1, 41, (0, 40)), (13, 38, (15, 40))])
def test_a_median_of_persons_is_told_with_rounded_counts(through, watched, told_as):
    row = told("protection_test.days", through, watched, value=120, low=100, high=150)
    assert (row["count_class"], row["value"]) == ("rounded", 120)
    assert (row["numerator"], row["denominator"]) == told_as


@pytest.mark.parametrize("n", [5, 6, 7, 8, 9, 10, 30])
def test_every_told_row_is_that_of_several_counts(n):
    rows = [
        tuple(told("protection_test.share", k, n).drop("numerator").astype(str))
        for k in range(1, n)
    ]
    exact = list(range(5, n - 4))
    for k, row in enumerate(rows, start=1):
        assert k in exact or rows.count(row) >= 4


def test_a_few_left_out_are_not_counted_either():
    row = told("protection_test.share", 20, 40, excluded=3)
    assert np.isnan(row["excluded"])
    assert told("protection_test.share", 20, 40, excluded=7)["excluded"] == 7


def test_a_plan_over_public_records_may_tell_all():
    rows = measured("protection_test.share", 3, 4)
    shown = protect(plan(small_counts="show"), rows).iloc[0]
    assert (shown["numerator"], shown["count_class"]) == (3, "")


def test_what_is_told_has_the_columns_measured_and_how_it_is_told():
    table = protect(plan(), measured("protection_test.share", 20, 40))
    assert set(table.columns) == {*MEASURED, "unit", "indicator", "count_class"} - {"persons"}


@given(st.integers(0, 80), st.integers(0, 80))
def test_no_count_of_one_to_four_persons_is_ever_told(count, more):
    row = told("protection_test.share", count, count + more)
    for shown in (row["numerator"], row["denominator"] - row["numerator"]):
        assert np.isnan(shown) or shown == 0 or shown >= 5


@given(st.tuples(*[st.integers(0, 60)] * 3))
def test_no_hidden_part_can_be_had_by_subtraction(counts):
    found = parts(*counts)
    hidden = found["numerator"].isna()
    positive = found[~hidden & (found["numerator"] > 0)]
    assert hidden.sum() != 1 or positive.empty
    if (found["count_class"] == "few").all() and sum(counts) > 8:
        assert sum(counts) not in (3, 12)
