"""Leaders teach: who is counted, which lessons are, and what a leader who left does to the share."""

import pytest

from seedmetrics.errors import PlanError
from seedmetrics.indicators import measure
from seedmetrics.records import open_district
from tests.districts import UNITS, write_district

TABLES = {
    "leaders": """\
leader,unit,post,from,to
L1,T1,township_secretary,,
L2,T1,township_head,2025-02-01,
L3,T1,team_member,,2025-06-30
L4,T1,team_member,2025-10-05,
L5,T2,township_secretary,,
L6,T3,township_head,2025-07-01,
L7,D1,bureau_head,,
""",
    "lectures": """\
leader,date,topic
L5,2024-11-11,theory
L2,2025-01-10,policy
L1,2025-03-01,theory
L3,2025-03-05,methods
L1,2025-08-01,theory
L3,2025-08-08,methods
L1,2025-08-20,theory
L2,2025-09-30,experience
L4,2025-10-12,other
""",
}
BUREAUS = "D1,甲局,Jia Bureau,department,bureau,bureaus,,\nD2,乙局,Yi Bureau,department,bureau,bureaus,,\n"


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    folder = write_district(tmp_path_factory.mktemp("lectures"), TABLES, units=UNITS + BUREAUS)
    found = open_district(folder)
    assert found.problems[found.problems["severity"] == "refused"].empty
    return found


def row(district, name, period="2025Q3", unit="T1", level="township", **options):
    return measure(district, f"lectures.{name}", period, level=level, options=options).loc[unit]


def counts(*args, **options):
    return tuple(row(*args, **options)[["numerator", "denominator", "excluded"]])


def test_leaders_in_post_on_the_last_day_are_counted(district):
    # L1 and L2; L3 has left before the quarter, L4 comes after it
    assert counts(district, "leaders_who_taught") == (2, 2, 0)
    assert counts(district, "leaders_who_taught", "2025Q4") == (1, 3, 0)


def test_a_leader_who_left_is_neither_taught_nor_missed_but_excluded(district):
    found = counts(district, "leaders_who_taught", window="year_to_date")
    assert found == (2, 2, 1)


def test_the_plan_says_how_many_lessons_are_due(district):
    assert counts(district, "leaders_who_taught", lessons=2) == (1, 2, 0)


def test_lessons_count_only_while_in_post_and_those_of_leavers_are_excluded(district):
    # August's lesson of L3, who left in June
    assert counts(district, "lectures_per_leader") == (3, 2, 1)
    assert row(district, "lectures_per_leader")["value"] == 1.5
    # with it L3's of March, and the one that L2 gave before taking the post
    assert counts(district, "lectures_per_leader", window="year_to_date") == (4, 2, 3)


def test_no_lesson_is_none_of_those_in_post(district):
    assert counts(district, "leaders_who_taught", unit="T2") == (0, 1, 0)
    assert counts(district, "leaders_who_taught", unit="D1", level="department") == (0, 1, 0)


def test_nobody_in_post_gives_nothing_of_nothing(district):
    assert counts(district, "leaders_who_taught", "2024Q4", unit="T3") == (0, 0, 0)
    assert counts(district, "lectures_per_leader", "2024Q4", unit="T3") == (0, 0, 0)


def test_a_unit_without_leaders_on_record_is_missing(district):
    assert row(district, "leaders_who_taught", unit="D2", level="department").isna().all()


def test_before_the_first_lesson_on_record_everything_is_missing(district):
    for name in ("leaders_who_taught", "lectures_per_leader"):
        assert row(district, name, "2024Q3").isna().all()


def test_the_persons_behind_a_value_are_the_leaders_in_post(district):
    for name in ("leaders_who_taught", "lectures_per_leader"):
        assert row(district, name)["persons"] == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lessons": 0}, "`lessons` must be a whole number from 1"),
        ({"lessons": 1.5}, r"`lessons` must be a whole number.*1\.5"),
        ({"window": "yeartodate"}, "`window`.*yeartodate"),
        ({"lesson": 1}, "did you mean 'lessons'"),
    ],
)
def test_a_wrong_option_is_refused_with_its_value_and_what_to_write(district, options, message):
    with pytest.raises(PlanError, match=message):
        row(district, "leaders_who_taught", **options)
