"""An indicator written as two expressions counts as one written as a function, and is refused as clearly."""

import pytest

from seedmetrics.errors import PlanError
from seedmetrics.evaluation import evaluate, vary
from seedmetrics.indicators import find_indicator, measure, share_of
from seedmetrics.records import open_district
from tests.districts import UNITS, write_district

CASES = """\
case_id,unit,channel,opened,due,closed,excluded
1,T1,one_stop,2025-07-01,2025-07-20,2025-07-03,
2,T1,one_stop,2025-07-02,2025-07-20,2025-07-30,
3,T1,hotline,2025-07-02,2025-07-20,2025-07-03,
4,T1,one_stop,2025-09-28,2025-10-20,,
5,T2,one_stop,2025-08-02,2025-08-20,,
6,T2,one_stop,2025-08-02,2025-08-20,2025-08-03,outside_powers
7,V1,one_stop,2025-08-02,2025-08-20,2025-08-04,
"""
VILLAGES = UNITS + "V1,甲村,Jia Village,village,village,,T1,\n"
WEEK = {
    "table": "cases",
    "date": "opened",
    "of": "channel == 'one_stop' and excluded == ''",
    "met": "closed - opened <= '7 days'",
}


@pytest.fixture
def district(tmp_path):
    return open_district(
        write_district(tmp_path / "d", {"cases": CASES}, as_of="2025-10-01", units=VILLAGES)
    )


def counts(district, name, level="township", period="2025Q3"):
    found = measure(district, name, period, level=level)
    return found[["numerator", "denominator", "excluded"]].T.to_dict("list")


def test_rows_are_asked_and_counted_and_a_village_counts_for_its_township(district):
    share_of("trial.week", **WEEK)
    assert counts(district, "trial.week")["T1"] == [2, 4, 0]
    assert counts(district, "trial.week")["T2"] == [0, 1, 0]
    assert counts(district, "trial.week", "village")["V1"] == [1, 1, 0]


def test_a_row_whose_answer_is_not_known_yet_is_left_out_and_counted_as_that(district):
    share_of("trial.week_over", **WEEK, known_after="7 days")
    assert counts(district, "trial.week_over")["T1"] == [2, 3, 1]


def test_before_the_first_record_there_is_nothing_recorded(district):
    share_of("trial.week", **WEEK)
    found = measure(district, "trial.week", "2025Q1", level="township")
    assert found["denominator"].isna().all()


def test_the_same_call_again_replaces_it_and_another_s_name_is_refused(district):
    share_of("trial.again", **WEEK)
    share_of("trial.again", **WEEK | {"met": "closed == closed"})
    assert counts(district, "trial.again")["T1"] == [3, 4, 0]
    with pytest.raises(PlanError, match="registered already"):
        share_of("hotline.closure_rate", **WEEK)


def test_a_table_about_persons_is_protected_as_such():
    share_of("trial.votes", table="development_steps", date="date", met="yes * 2 > votes_due")
    assert find_indicator("trial.votes").persons
    assert not find_indicator("hotline.closure_rate").persons


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"date": "open"}, "`date` 'open' is no date of the table 'cases': did you mean 'opened'"),
        ({"known_after": "a week"}, "`known_after` 'a week' is no length of time"),
        ({"table": "case"}, "cases"),
        ({"table": "rounds", "date": "date"}, "do not say which unit|is no date"),
    ],
)
def test_a_table_or_column_that_is_not_there_is_refused_at_once(changes, words):
    with pytest.raises((PlanError, ValueError), match=words):
        share_of("trial.wrong", **WEEK | changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"met": "closed -"}, "`met` 'closed -' cannot be read"),
        ({"met": "colour == 1"}, "`met` 'colour == 1' cannot be read .* columns are case_id"),
        ({"of": "closed - opened"}, "`of` 'closed - opened' is not true or false of each row"),
    ],
)
def test_an_expression_that_cannot_be_read_says_so_when_it_is_measured(district, changes, words):
    share_of("trial.unread", **WEEK | changes)
    with pytest.raises(PlanError, match=words):
        measure(district, "trial.unread", "2025Q3", level="township")


def test_it_stands_in_a_plan_as_any_other(root):
    share_of("trial.week_in_plan", **WEEK, known_after="7 days")
    district = open_district(root / "data" / "sample")
    before = evaluate(district, plan="township", period="2025Q3")
    entry = {"name": "trial.week_in_plan", "pillar": "sow", "weight": 20, "target": 0.6}
    after = evaluate(district, plan=vary(before.plan, add=[entry]), period="2025Q3")
    rows = after.indicators.query("indicator == 'trial.week_in_plan' and period == '2025Q3'")
    assert rows["score"].notna().sum() > 10
    assert (after.league["score"] != before.league["score"]).any()
