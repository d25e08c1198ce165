"""Periods: parsing, bounds, order, what is complete."""

import itertools
import pickle

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedmetrics.records import Period, SeedmetricsError

KINDS = ["month", "quarter", "half", "year"]
moments = st.datetimes(pd.Timestamp("1990-01-01"), pd.Timestamp("2090-12-31")).map(pd.Timestamp)


@pytest.mark.parametrize(
    ("text", "kind", "start", "end"),
    [
        ("2025Q3", "quarter", "2025-07-01", "2025-10-01"),
        ("2025Q4", "quarter", "2025-10-01", "2026-01-01"),
        ("2025H1", "half", "2025-01-01", "2025-07-01"),
        ("2025H2", "half", "2025-07-01", "2026-01-01"),
        ("2025", "year", "2025-01-01", "2026-01-01"),
        ("2025-09", "month", "2025-09-01", "2025-10-01"),
        ("2025-12", "month", "2025-12-01", "2026-01-01"),
        ("2025-01/2025-09", "span", "2025-01-01", "2025-10-01"),
    ],
)
def test_a_text_names_its_stretch_and_comes_back(
    text: str, kind: str, start: str, end: str
) -> None:
    period = Period.parse(text)
    assert period.kind == kind
    assert period.start == pd.Timestamp(start)
    assert period.end == pd.Timestamp(end)
    assert str(period) == text
    assert repr(period) == f"Period.parse({text!r})"
    assert pickle.loads(pickle.dumps(period)) == period


def test_small_letters_and_blanks_do_not_matter() -> None:
    assert Period.parse(" 2025q3 ") == Period.parse("2025Q3")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2025Q5",
        "2025-13",
        "2025-9",
        "25Q1",
        "Q3 2025",
        "2025H3",
        "2025-01/2026-02",
        "2025Q3\n2",
    ],
)
def test_what_is_no_period_is_refused_with_examples(text: str) -> None:
    with pytest.raises(SeedmetricsError, match=r"'2025Q3'.*'2025H1'.*'2025-09'"):
        Period.parse(text)


@pytest.mark.parametrize(
    ("month", "length"), [(2, 3), (4, 6), (7, 12), (0, 1), (13, 1), (2, 9), (1, 13), (1, 0)]
)
def test_a_stretch_the_calendar_has_no_name_for_is_refused(month: int, length: int) -> None:
    with pytest.raises(SeedmetricsError, match="no period has year 2025"):
        Period(2025, month, length)


def test_neighbors_follow_across_the_year() -> None:
    assert str(Period.parse("2025Q1").previous()) == "2024Q4"
    assert str(Period.parse("2025H2").next()) == "2026H1"
    assert str(Period.parse("2025-12").next()) == "2026-01"
    assert str(Period.parse("2025").previous()) == "2024"
    assert str(Period.parse("2025-01/2025-09").previous()) == "2024-01/2024-09"


def test_year_to_date_of_the_first_quarters_are_a_quarter_and_a_half() -> None:
    names = [str(Period.parse(f"2025Q{q}").year_to_date()) for q in (1, 2, 3, 4)]
    assert names == ["2025Q1", "2025H1", "2025-01/2025-09", "2025"]


def test_order_is_by_start_then_length() -> None:
    texts = ["2025Q2", "2025", "2024Q4", "2025-01", "2025Q1"]
    ordered = [str(period) for period in sorted(map(Period.parse, texts))]
    assert ordered == ["2024Q4", "2025-01", "2025Q1", "2025", "2025Q2"]


def test_records_kept_to_the_last_moment_complete_a_period() -> None:
    last = pd.Timestamp("2025-09-30 23:59:59.999999")
    assert str(Period.latest_complete(last, "quarter")) == "2025Q3"
    assert str(Period.latest_complete(last - pd.Timedelta(1, unit="us"), "quarter")) == "2025Q2"
    assert str(Period.latest_complete(pd.Timestamp("2026-01-01"), "year")) == "2025"


def test_a_missing_moment_lies_in_no_period() -> None:
    moments = pd.Series(
        ["2025-07-01", "2025-10-01", None, "2025-09-30 23:59:59"], dtype="datetime64[us]"
    )
    assert Period.parse("2025Q3").contains(moments).tolist() == [True, False, False, True]
    with pytest.raises(SeedmetricsError, match="missing"):
        Period.containing(pd.NaT, "month")


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(SeedmetricsError, match="'month', 'quarter', 'half', 'year'; got 'week'"):
        Period.containing(pd.Timestamp("2025-01-01"), "week")


@given(moments, st.sampled_from(KINDS))
def test_each_moment_lies_in_exactly_one_period_of_a_kind(moment: pd.Timestamp, kind: str) -> None:
    period = Period.containing(moment, kind)
    around = [period.previous(), period, period.next()]
    series = pd.Series([moment])
    assert [p.contains(series).item() for p in around] == [False, True, False]
    assert around[0].end == period.start
    assert period.end == around[2].start
    assert period.next().previous() == period
    assert Period.parse(str(period)) == period


@given(moments, st.sampled_from(KINDS))
def test_months_tile_the_period(moment: pd.Timestamp, kind: str) -> None:
    period = Period.containing(moment, kind)
    months = period.months()
    assert len(months) == period.length
    assert months[0].start == period.start
    assert months[-1].end == period.end
    assert all(a.end == b.start for a, b in itertools.pairwise(months))
    assert period.days == (period.end - period.start).days


@given(moments, st.sampled_from(KINDS))
def test_the_latest_complete_period_is_over_and_the_next_is_not(
    moment: pd.Timestamp, kind: str
) -> None:
    period = Period.latest_complete(moment, kind)
    tick = pd.Timedelta(1, unit="us")
    assert period.end <= moment + tick < period.next().end
