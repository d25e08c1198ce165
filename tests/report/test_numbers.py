"""Numbers as STYLE says them: rounding is last, what does not exist is a dash, all is said only of all."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedmetrics.report.numbers import Numbers, period_parts

EN, ZH = Numbers("en"), Numbers("zh")


def test_a_rate_keeps_its_counts_and_interval():
    assert EN.rate(558 / 581, 558, 581, 0.94115, 0.97327) == "96.0% (558 of 581; 94.1–97.3%)"
    assert ZH.rate(558 / 581, 558, 581, 0.94115, 0.97327) == "96.0%（558/581；94.1–97.3%）"


def test_a_rate_without_an_interval_keeps_its_counts():
    assert EN.rate(1.0, 365, 365, float("nan"), float("nan")) == "100.0% (365 of 365)"


def test_a_rank_says_how_sure_it_is():
    assert EN.rank(4, 11, 2, 7, "towns") == "4th of 11 towns, between 2nd and 7th"
    assert ZH.rank(4, 11, 2, 7, "镇（乡）") == "在11个镇（乡）中列第4名，介于第2至第7名"
    assert EN.rank(4, 11, 4, 4, "towns") == "4th of 11 towns"


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (21, "21st"),
        (111, "111th"),
    ],
)
def test_ordinals(place, text):
    assert EN.ordinal(place) == text
    assert ZH.ordinal(place) == f"第{place}名"


def test_all_and_none_are_said_only_of_all_and_none():
    assert EN.share(1.0) == "100.0%"
    assert EN.share(9999 / 10_000) == ">99.9%"
    assert EN.share(0.0) == "0.0%"
    assert EN.share(1 / 10_000) == "<0.1%"
    assert EN.interval(0.5, 0.99999) == "50.0–99.9%"


@pytest.mark.parametrize("numbers", [EN, ZH])
def test_what_does_not_exist_is_a_dash(numbers):
    gone = float("nan")
    assert numbers.share(gone) == numbers.points(None) == numbers.ordinal(gone) == "–"
    assert numbers.interval(gone, 0.5) == numbers.count(gone) == numbers.of(1, gone) == "–"
    assert numbers.rate(gone, 0, 0, gone, gone) == numbers.quantity(gone, "days") == "–"


def test_dates_and_periods():
    assert EN.date(dt.date(2025, 10, 15)) == "15 October 2025"
    assert ZH.date(dt.date(2025, 10, 15)) == "2025年10月15日"
    assert EN.period("2025Q3") == "third quarter of 2025"
    assert EN.the_period("2025Q3") == "the third quarter of 2025"
    assert EN.the_period("2025") == EN.period("2025") == "2025"
    assert ZH.period("2025Q3") == "2025年第三季度"
    assert ZH.period("2025H1") == "2025年上半年"
    assert EN.period("2025-09") == "September 2025"
    assert ZH.period("2025-09") == "2025年9月"
    assert EN.period_short("2025Q3") == "Q3"
    assert ZH.period_short("2025Q3") == "三季"


def test_days_are_whole_unless_they_are_halves_and_one_is_a_day():
    assert EN.quantity(1, "days") == "1 day"
    assert EN.quantity(6.5, "days") == "6.5 days"
    assert EN.range_of(7, 7, "days") == "7 days"
    assert ZH.range_of(5, 6, "days") == "5–6天"


def test_what_is_known_roughly_is_said_roughly_and_never_all_or_none():
    assert (EN.about(0.9576), ZH.about(0.9576)) == ("about 96%", "约96%")
    assert (EN.about(0.996), ZH.about(0.996)) == ("over 99%", "99%以上")
    assert (EN.about(0.004), ZH.about(0.004)) == ("under 1%", "不到1%")
    assert EN.about(float("nan")) == "–"


def test_a_count_told_as_a_class_keeps_its_denominator():
    assert (EN.of_class(1, 4, 59), ZH.of_class(1, 4, 59)) == ("1–4 of 59", "1–4/59")
    assert EN.of_class(1, 1, 5) == "1 of 5"
    assert EN.of_class(1, 4, float("nan")) == "–"


def test_stars_are_of_the_most_where_that_is_known():
    assert EN.quantity(3.44, "stars", most=5) == "3.4 of 5"
    assert ZH.quantity(3.44, "stars", most=5) == "3.4/5星"
    assert EN.quantity(1, "stars") == "1 star"
    assert EN.quantity(4, "stars") == "4 stars"


def test_a_number_for_each_thousand_says_so():
    assert EN.quantity(3.26, "per_1000") == "3.3 per 1,000"
    assert ZH.quantity(3.26, "per_1000") == "每千3.3"


def test_an_amount_keeps_a_fraction_and_its_commas():
    assert EN.amount(16869.7) == "16,869.7"
    assert EN.amount(21412.0) == "21,412"


def test_below_zero_has_a_minus_and_its_range_no_dash():
    assert EN.quantity(-12, "days") == "−12 days"
    assert EN.range_of(-30, 4, "days") == "−30 to 4 days"
    assert ZH.range_of(-30, 4, "days") == "−30至4天"
    assert EN.points_interval(-2.5, 1.25) == "−2.5 to 1.2"


def test_a_text_that_is_no_period_is_refused():
    with pytest.raises(ValueError, match="2025Q5 is no period"):
        period_parts("2025Q5")


@given(st.floats(0, 1))
def test_a_share_is_never_rounded_to_all_or_none(value):
    text = EN.share(value)
    assert (text == "100.0%") == (value == 1)
    assert (text == "0.0%") == (value == 0)


@given(st.integers(0, 10**9))
def test_counts_read_back(value):
    assert int(EN.count(value).replace(",", "")) == value


@given(st.floats(-100, 100))
def test_points_are_never_minus_zero(value):
    assert EN.points(value) != "-0.0"
