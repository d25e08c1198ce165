"""Member development on a page: coverage always beside conformance, no count of few persons told or derivable."""

import itertools
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedmetrics.report.development import options_of, reached_of, rule_rows
from seedmetrics.report.few_persons import gives_away, rounded, told_ranges
from tests.report.test_sections import LANGUAGES, page, planned, sound

NAMES = (
    "member_development.conformance",
    "member_development.coverage",
    "member_development.days_application",
)
OPTIONS = """
[options.member_development]
window = "year_to_date"
holidays = { years = [] }
rules = [{ name = "member_development", version = "9", from = 2014-05-28, stages = [
  { id = "application", number = 1, title = { en = "First stage", zh = "第一阶段" } },
  { id = "activist", number = 2, title = { en = "Second stage", zh = "第二阶段" } },
], steps = [
  { number = 1, stage = 1, title = { en = "Asked", zh = "申请" } },
  { number = 2, stage = 1, title = { en = "Talked to", zh = "谈话" } },
  { number = 3, stage = 2, title = { en = "Chosen", zh = "确定" } },
], rules = [
  { id = "R1", kind = "within", since = 1, step = 2, months = 1, severity = "late", article = "7", TALK },
  { id = "R2", kind = "at_least", since = 2, step = 3, months = 1, severity = "hard", confirmed = false, MONTH },
  { id = "R3", kind = "unchecked", step = 3, severity = "warn", title = { en = "Never checked", zh = "不检查" } },
] }]
"""
OPTIONS = OPTIONS.replace("TALK", 'title = { en = "Talk in time", zh = "按时谈话" }')
OPTIONS = OPTIONS.replace("MONTH", 'title = { en = "A month at least", zh = "至少一个月" }')
HEAD = "person,unit,step,date\n"


def person(name, *dates, unit="T1"):
    return [f"P-{name},{unit},{step},{date}" for step, date in enumerate(dates, start=1)]


def people(count, *dates, unit="T1", name="a"):
    return [row for k in range(count) for row in person(f"{name}{k:03d}", *dates, unit=unit)]


GOOD = ("2025-01-10", "2025-01-20", "2025-03-05")
LATE = ("2025-01-10", "2025-02-20", "2025-04-05")
HASTY = ("2025-01-10", "2025-01-20", "2025-01-25")
UNDATED = ("2025-01-10", "", "2025-03-05")
BEGUN = ("2025-06-10",)


@pytest.fixture
def development(tmp_path):
    def made(rows, unit="T1", language="en", options=OPTIONS, plan=None):
        text = plan or planned(*NAMES, options=options)
        tables = {"development_steps": HEAD + "\n".join(rows) + "\n"}
        return page(tmp_path, tables, text, unit=unit, language=language)

    return made


@pytest.mark.parametrize("language", LANGUAGES)
def test_conformance_never_stands_without_its_coverage(development, language):
    made = development(people(20, *GOOD) + people(6, *UNDATED, name="u"), language=language)
    section = made.development()
    text = sound(section.markup)
    assert "development" in made.sections
    if language == "en":
        wanted = "Of 40 checks that could be made 40 passed (100.0%); 12 of 52 checks, 23.1%, could not be made"
    else:
        wanted = "可检查的40项中，40项通过（100.0%）；应检查的52项中有12项（23.1%）因缺日期无法检查"
    assert wanted in section.finding
    assert wanted in text


def test_where_every_check_could_be_made_that_is_said(development):
    text = sound(development(people(8, *GOOD)).development().markup)
    assert "passed (100.0%); every check due could be made" in text


def test_breaches_of_one_to_four_are_told_only_as_that(development):
    rows = people(30, *GOOD) + people(7, *LATE, name="l") + people(3, *HASTY, name="h")
    made = development(rows)
    told, not_due = rule_rows(made.view, made.unit)
    assert {row.title: row.breached for row in told}["A month at least"] == "fewer than 5"
    # 10 breaches in all stand in the headline, so the other rule may not show its 7
    assert {row.title: row.breached for row in told}["Talk in time"] == "5 or more"
    assert [row.hard for row in told] == [True, False]
    assert not_due == 1
    text = sound(made.development().markup)
    assert "Of 80 checks that could be made 70 passed (87.5%)" in text
    assert "No check was due under 1 more rule" in text
    assert "not confirmed at the source" in text
    assert "art. 7" in text


def test_few_breaches_in_all_are_a_class_in_the_headline_too(development):
    text = sound(development(people(30, *GOOD) + people(2, *HASTY, name="h")).development().markup)
    assert "Of 64 checks that could be made 60–63 passed" in text
    assert "62 passed" not in text
    assert "62 of 64" not in text


def test_counts_of_persons_are_rounded_and_under_five_told_as_that(development):
    rows = people(23, *GOOD[:2]) + people(3, *GOOD, name="c") + people(6, *BEGUN, name="b")
    made = development(rows)
    assert list(reached_of(made.view, "T1")) == [32, 26, 3]
    text = sound(made.development().markup)
    assert (
        "About 30 persons are in the process; fewer than five have come to its last stage" in text
    )
    figure = text.partition("Figures behind")[2]
    assert "1. Asked First stage 30" in figure
    assert "2. Talked to First stage 25" in figure
    assert "3. Chosen Second stage fewer than 5" in figure
    assert not re.search(r"\b(32|26)\b", text.partition("Of ")[0])


@pytest.mark.parametrize("language", LANGUAGES)
def test_fewer_than_five_persons_are_not_drawn_at_all(development, language):
    made = development(people(4, *HASTY) + people(9, *GOOD, unit="T2", name="g"), language=language)
    section = made.development()
    text = sound(section.markup)
    assert "<svg" not in section.markup
    assert "<table" not in section.markup
    wanted = (
        "Fewer than five persons of Jia Town"
        if language == "en"
        else "甲镇处于发展过程中的人员不足5人"
    )
    assert wanted in text
    assert not re.search(r"\d+ of \d+|\d+%", text)


def test_a_plan_that_shows_small_counts_shows_them(development):
    plan = planned(*NAMES, options=OPTIONS).replace(
        "history = 2", 'history = 2\nsmall_counts = "show"'
    )
    text = sound(development(people(3, *GOOD), plan=plan).development().markup)
    assert "3 persons are in the process; 3 have come to its last stage" in text


def test_a_unit_without_any_record_is_missing(development):
    text = sound(development(people(9, *GOOD), unit="T2").development().markup)
    assert "Missing: no records of member development received" in text


def test_no_person_s_code_is_on_the_page(development):
    assert "P-" not in development(people(9, *GOOD)).development().markup


def test_where_no_date_allows_a_check_nothing_passes(development):
    rows = people(8, "", "", "2025-05-05")
    text = sound(development(rows).development().markup)
    assert "could be made for want of dates" in text
    assert "0.0%" not in text


def test_options_of_the_checks_are_the_plan_s(development):
    made = development(people(8, *GOOD))
    assert options_of(made.view)["window"] == "year_to_date"


# --- counts of few persons


@given(st.lists(st.integers(0, 40), min_size=1, max_size=6))
def test_no_hidden_count_can_be_worked_out_from_the_sum(counts):
    told = told_ranges(counts, minimum=5)
    assert len(told) == len(counts)
    for count, (low, high) in zip(counts, told, strict=True):
        assert low <= count <= high
        if 0 < count < 5:
            assert low <= 1
            assert high >= 4
    assert not gives_away(told, sum(counts)) or all(math.isinf(high) for _, high in told)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=4))
def test_every_hidden_count_leaves_two_possibilities(counts):
    told = told_ranges(counts, minimum=5)
    total = sum(counts)
    spans = [range(int(low), int(min(high, total)) + 1) for low, high in told]
    possible = [p for p in itertools.product(*spans) if sum(p) == total]
    assert tuple(counts) in possible
    if len(counts) == 1:
        return  # the sum is the count: its own class hides it, and no sum is shown
    for k, (low, high) in enumerate(told):
        if low < high:
            assert len({p[k] for p in possible}) > 1 or total == 0


def test_where_the_sum_is_not_known_only_the_class_hides():
    assert told_ranges([4, 4, 12], minimum=5, sum_known=False) == [(0, 4), (0, 4), (12, 12)]


@given(st.integers(0, 10_000), st.integers(1, 50))
def test_rounding_moves_a_count_by_at_most_half_the_base(count, base):
    assert rounded(count, base) % base == 0
    assert abs(rounded(count, base) - count) * 2 <= base
