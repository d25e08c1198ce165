"""Text → values: every way a value is written, and every way it is none."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedmetrics.records.catalog.columns import Column
from seedmetrics.records.mending import Reading, Typed, clean, mend
from seedmetrics.records.personal import is_personal

SHANGHAI = Reading("Asia/Shanghai")


def read(column: Column, *texts: str, reading: Reading = SHANGHAI) -> Typed:
    return mend(np.array(texts, dtype=object), column, reading)


def one(column: Column, text: str, reading: Reading = SHANGHAI) -> Any:
    typed = read(column, text, reading=reading)
    assert typed.problem[0] == "", typed.problem[0]
    return typed.data[0]


def fault(column: Column, text: str, reading: Reading = SHANGHAI) -> tuple[str, str]:
    typed = read(column, text, reading=reading)
    assert typed.problem[0] != ""
    assert pd.isna(typed.data[0])
    assert not typed.missing[0]
    return typed.problem[0], typed.remedy[0]


DATE = Column("date")
NOON = "2025-07-03 12:05:00"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-07-03", "2025-07-03"),
        ("2025/7/3", "2025-07-03"),
        ("2025.7.3", "2025-07-03"),
        ("2025年7月3日", "2025-07-03"),
        ("2025 年 7 月 3 日", "2025-07-03"),
        ("20250703", "2025-07-03"),
        ("２０２５－０７－０３", "2025-07-03"),
        ("\u30002025-07-03\u200b", "2025-07-03"),
        (NOON, NOON),
        ("2025-07-03T12:05:00", NOON),
        ("2025-07-03 12:05", NOON),
        ("2025/7/3 12:05:00", NOON),
        ("2025年7月3日 12:05", NOON),
        ("2025年7月3日12时5分", NOON),
        ("20250703 12:05:00", NOON),
        ("2025-07-03 12:05:00.250", "2025-07-03 12:05:00.250"),
        ("2025-07-03T04:05:00Z", NOON),
        ("2025-07-03 04:05:00+00", NOON),
        ("2025-07-03T00:05:00-04:00", NOON),
        ("2025-07-03 24:00", "2025-07-03 23:59:59.999999"),
    ],
)
def test_a_day_is_read_in_each_common_form(text: str, expected: str) -> None:
    assert one(DATE, text) == np.datetime64(expected, "us")


@pytest.mark.parametrize(
    ("text", "why", "remedy"),
    [
        ("2024.2.30", "no such day", "2025-07-03"),
        ("2025-02-29", "no such day", "2025-07-03"),
        ("2025-13-01", "no such day", "2025-07-03"),
        ("next week", "no form known", "date_format"),
        ("2025-07", "a month, not a day", "2025-07-03"),
        ("2024.1", "a month, not a day", "2025-07-03"),
        ("7/3/2025", "more than one order", "date_format"),
        ("24.3.5", "more than one order", "date_format"),
        ("2025-07-03 25:00", "no such time", "2025-07-03"),
        ("2025-07/03", "no form known", "2025-07-03"),
        ("45352", "a number", "2024-03-01"),
        ("0000-01-01", "no such day", "the year"),
        ("0205-01-01", "the year lies outside", "correct the year"),
        ("9999-12-31", "the year lies outside", "empty where there is no end"),
        ("9999-12-31T23:00:00-08:00", "the year lies outside", "empty"),
    ],
)
def test_what_is_no_day_is_refused_with_reason_and_remedy(text: str, why: str, remedy: str) -> None:
    problem, to_do = fault(DATE, text)
    assert why in problem
    assert remedy in to_do


def test_a_deadline_without_a_time_means_the_end_of_that_day() -> None:
    due = Column("date", end_of_day=True)
    assert one(due, "2025-07-03") == np.datetime64("2025-07-03T23:59:59.999999")
    assert one(due, "2025-07-03 00:00:00") == np.datetime64("2025-07-03T00:00:00")
    assert pd.isna(one(due, ""))


def test_a_date_format_is_tried_first_and_year_first_forms_still_read() -> None:
    american = Reading("America/New_York", "%m/%d/%Y %I:%M:%S %p")
    assert one(DATE, "04/12/2018 01:06:56 PM", american) == np.datetime64("2018-04-12T13:06:56")
    assert one(DATE, "2018-04-12", american) == np.datetime64("2018-04-12")
    fault(DATE, "13/12/2018 01:06:56 PM", american)
    day = Reading("America/New_York", "%m/%d/%Y")
    assert read(DATE, "04/12/2018", reading=day).day_only.tolist() == [True]
    offset = Reading("America/New_York", "%d.%m.%Y %H:%M %z")
    assert one(DATE, "12.04.2018 12:00 +0000", offset) == np.datetime64("2018-04-12T08:00")


@given(st.datetimes(pd.Timestamp("1900-01-01"), pd.Timestamp("2100-01-01")))
def test_every_iso_moment_comes_back(moment: dt.datetime) -> None:
    for text in (moment.isoformat(), moment.isoformat(sep=" ")):
        assert one(DATE, text) == np.datetime64(moment, "us")


def test_many_at_once_read_as_each_alone() -> None:
    days = pd.date_range("2024-01-01", periods=400, freq="7h13min11s")
    forms = [
        "%Y/%m/%d %H:%M",
        "%Y/%m/%d %H:%M:%S",
        "%Y.%m.%d",
        "%Y年%m月%d日",
        "%Y年%m月%d日 %H:%M",
    ]
    texts = [day.strftime(forms[i % 5]).replace("/0", "/") for i, day in enumerate(days)]
    texts += [
        *(f"{day:%Y-%m-%d} 24:00" for day in days[:60]),
        "2024/2/30",
        "2024/1/1 9:5",
        "2024/1/1  10:00",
    ]
    texts += [
        "0205/1/1",
        "2024/1/1 10:00x",
        "2024/ 1/1",
        "2024/1-1",
        "2024年1月1",
        "2024.1.1 25:00",
    ]
    together = read(DATE, *texts)
    for i, text in enumerate(texts):
        alone = read(DATE, text)
        assert together.problem[i] == alone.problem[0], text
        assert together.day_only[i] == alone.day_only[0], text
        assert together.data[i] == alone.data[0] or (
            pd.isna(together.data[i]) and pd.isna(alone.data[0])
        )


@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)))
def test_all_forms_of_a_day_agree(day: dt.date) -> None:
    y, m, d = day.year, day.month, day.day
    forms = (
        day.isoformat(),
        f"{y}/{m}/{d}",
        f"{y}.{m}.{d}",
        f"{y}年{m}月{d}日",
        f"{y}{m:02d}{d:02d}",
    )
    typed = read(DATE, *forms)
    assert set(typed.data.tolist()) == {pd.Timestamp(day)}
    assert typed.day_only.all()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-09", "2025-09"),
        ("2025-9", "2025-09"),
        ("2025/9", "2025-09"),
        ("2025年9月", "2025-09"),
        ("2025年9月份", "2025-09"),
        ("202509", "2025-09"),
        ("2024.10", "2024-10"),
        ("2024.01", "2024-01"),
        ("2024.3", "2024-03"),
        ("2025-09-01", "2025-09"),
    ],
)
def test_a_month_is_read_in_each_common_form(text: str, expected: str) -> None:
    assert one(Column("month"), text) == expected


def test_a_month_that_may_be_january_or_october_is_refused() -> None:
    problem, remedy = fault(Column("month"), "2024.1")
    assert "January and October" in problem
    assert "as text" in remedy


@pytest.mark.parametrize("text", ["2024.13", "2025-00", "9", "September", "2025Q3"])
def test_what_is_no_month_is_refused(text: str) -> None:
    assert "is no month" in fault(Column("month"), text)[0]


def test_periods_are_normalized() -> None:
    assert one(Column("period"), "2025q3") == "2025Q3"
    assert "2025Q3" in fault(Column("period"), "三季度")[1]


@pytest.mark.parametrize("text", ["yes", "Y", "TRUE", "t", "1", "１", "是", "有", "√", " 是 "])
def test_each_yes_is_yes(text: str) -> None:
    assert one(Column("yesno"), text) is np.True_


@pytest.mark.parametrize("text", ["no", "N", "False", "f", "0", "否", "无", "×"])
def test_each_no_is_no(text: str) -> None:
    assert one(Column("yesno"), text) is np.False_


def test_neither_yes_nor_no_is_refused_and_blank_is_missing() -> None:
    assert "neither yes nor no" in fault(Column("yesno"), "maybe")[0]
    assert one(Column("yesno"), "—") is pd.NA


@pytest.mark.parametrize(
    "text",
    ["", "  ", "\u3000", "-", "—", "－", "无", "/", "／", "N/A", "na", "NULL", "#N/A", "\ufeff"],
)
@pytest.mark.parametrize("kind", ["code", "date", "month", "number", "choice"])
def test_words_for_nothing_are_missing_and_no_problem(kind: Any, text: str) -> None:
    typed = read(Column(kind, choices=("a",)), text)
    assert typed.missing.tolist() == [True]
    assert typed.problem.tolist() == [""]
    assert pd.isna(typed.data[0])


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("number", "1,234.5", 1234.5),
        ("number", "-3", -3.0),
        ("number", "９６．０", 96.0),
        ("number", "1.5e3", 1500.0),
        ("percent", "96%", 96.0),
        ("percent", "96.5％", 96.5),
        ("percent", "95.5分", 95.5),
        ("percent", "0", 0.0),
        ("percent", "100", 100.0),
        ("count", "12", 12.0),
        ("count", "12个", 12.0),
        ("count", "3.0", 3.0),
    ],
)
def test_a_number_is_read(kind: Any, text: str, value: float) -> None:
    assert one(Column(kind), text) == value


@pytest.mark.parametrize(
    ("kind", "text", "why"),
    [
        ("percent", "101", "not between 0 and 100"),
        ("percent", "-0.1", "not between 0 and 100"),
        ("percent", "约96%", "no number"),
        ("percent", "96%以上", "no number"),
        ("number", "558/581", "no number"),
        ("number", "1,23", "no number"),
        ("number", "nan", "no number"),
        ("number", "inf", "no number"),
        ("number", "1e999", "too large"),
        ("number", "#DIV/0!", "no number"),
        ("count", "1e999", "too large"),
        ("percent", "1e999", "too large"),
        ("count", "2.5", "no count"),
        ("count", "-1", "no count"),
        ("count", "3300余起", "no number"),
    ],
)
def test_what_is_no_such_number_is_refused(kind: Any, text: str, why: str) -> None:
    assert why in fault(Column(kind), text)[0]


def test_a_choice_is_read_without_regard_to_case_and_width() -> None:
    channel = Column("choice", choices=("hotline", "door_knock"))
    assert one(channel, " ＨＯＴline ") == "hotline"
    problem, remedy = fault(channel, "hot_line")
    assert "not among" in problem
    assert "`hotline`" in remedy


def test_codes_are_folded_and_free_text_is_not() -> None:
    assert one(Column("code"), "０１０２０１") == "010201"
    assert one(Column("text"), "　重复（一）") == "重复（一）"


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(
    st.text(max_size=12),
    st.sampled_from(
        ["code", "text", "date", "month", "period", "yesno", "number", "percent", "count"]
    ),
)
def test_any_text_is_a_value_missing_or_refused_and_never_an_error(text: str, kind: Any) -> None:
    typed = read(Column(kind), text)
    value = not pd.isna(typed.data[0])
    assert [value, bool(typed.missing[0]), typed.problem[0] != ""].count(True) == 1


def test_ten_thousand_unreadable_dates_are_all_refused() -> None:
    texts = [f"never {i}" for i in range(10_000)]
    assert (read(DATE, *texts).problem != "").all()


@pytest.mark.parametrize(
    ("text", "personal"),
    [
        ("11010519491231002X", True),
        ("11010519491231002x", True),
        ("110105194912310021", False),
        ("13912345678", True),
        ("12912345678", False),
        ("101001240734", False),
    ],
)
def test_identity_and_mobile_numbers_are_told(text: str, personal: bool) -> None:
    assert is_personal(text) is personal
