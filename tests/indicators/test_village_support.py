"""Key villages: days on which posts are filled, villages with a full team, demonstration projects."""

import pytest

from seedmetrics.indicators import measure
from seedmetrics.records import open_district
from tests.districts import UNITS, write_district

VILLAGES = """\
V1,一村,One Village,village,key_village,,T1,
V2,二村,Two Village,village,key_village,,T1,
V3,三村,Three Village,village,key_village,,T2,
V4,四村,Four Village,village,village,,T1,
"""
POSTS = """\
village,post,role,person,from,to
V1,A,first_secretary,P1,2024-01-01,2025-02-28
V1,A,first_secretary,P2,2025-07-01,
V1,B,team_member,P3,2024-01-01,
V2,C,first_secretary,P4,2025-06-01,
V3,D,first_secretary,P5,2024-05-01,2025-06-30
V3,D,first_secretary,P6,2025-06-15,
"""
WANTED = "V3,E,team_member,,,\n"
PROJECTS = """\
project,village,kind,recognized
X1,V1,orchard,2025-03-01
X2,V1,orchard,2025-11-01
X3,V4,fishery,2025-05-01
"""


def opened(folder, posts):
    tables = {"village_posts": posts, "demonstrations": PROJECTS}
    found = open_district(
        write_district(folder, tables, as_of="2026-01-15", units=UNITS + VILLAGES)
    )
    assert found.problems[found.problems["severity"] == "refused"].empty
    return found


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    return opened(tmp_path_factory.mktemp("posts"), POSTS + WANTED)


@pytest.fixture(scope="module")
def all_filled_once(tmp_path_factory):
    return opened(tmp_path_factory.mktemp("filled"), POSTS)


def row(district, name, period="2025", unit="T1"):
    level = "village" if unit.startswith("V") else "township"
    return measure(district, f"village_support.{name}", period, level=level).loc[unit]


def counts(*args):
    return tuple(row(*args)[["numerator", "denominator"]])


def test_a_post_vacant_from_march_to_june_lacks_122_days(district):
    assert counts(district, "post_days", "2025", "V1") == (365 - 122 + 365, 2 * 365)
    assert counts(district, "post_days", "2025Q2", "V1") == (91, 2 * 91)


def test_a_post_must_be_filled_from_the_day_it_was_first_filled(district):
    assert counts(district, "post_days", "2025", "V2") == (214, 214)
    assert counts(district, "post_days", "2025Q1", "V2") == (0, 0)


def test_two_in_one_post_fill_a_day_once(all_filled_once):
    assert counts(all_filled_once, "post_days", "2025", "V3") == (365, 365)


def test_a_post_listed_without_a_first_day_is_wanted_throughout(district):
    assert counts(district, "post_days", "2025", "V3") == (365, 2 * 365)
    assert counts(district, "full_teams", "2025", "V3") == (0, 1)


def test_a_township_has_the_days_and_villages_of_its_villages(district):
    assert counts(district, "post_days", "2025", "T1") == (608 + 214, 730 + 214)
    assert counts(district, "full_teams", "2025", "T1") == (2, 2)


def test_a_team_is_full_when_every_post_is_filled_on_the_last_day(district):
    assert counts(district, "full_teams", "2025Q2", "V1") == (0, 1)
    assert counts(district, "full_teams", "2025Q2", "T1") == (1, 2)
    # in March the second village had no post yet
    assert counts(district, "full_teams", "2025Q1", "T1") == (0, 1)


def test_days_after_the_records_were_taken_are_not_counted(district):
    # to the end of 15 January 2026
    assert counts(district, "post_days", "2026Q1", "V2") == (15, 15)


def test_demonstration_projects_count_in_key_villages_and_once_recognized(district):
    assert tuple(row(district, "demonstrations")[["value", "numerator", "denominator"]]) == (
        1,
        2,
        2,
    )
    assert counts(district, "demonstrations", "2025Q3") == (1, 2)
    assert counts(district, "demonstrations", "2025", "V1") == (2, 1)
    assert counts(district, "demonstrations", "2025", "T2") == (0, 1)


def test_a_demonstration_project_of_another_village_is_excluded(district):
    assert row(district, "demonstrations", "2025", "T1")["excluded"] == 1
    assert row(district, "demonstrations", "2025", "V4")["excluded"] == 1


@pytest.mark.parametrize("name", ["post_days", "full_teams", "demonstrations"])
def test_units_without_key_villages_have_nothing_of_nothing(district, name):
    assert counts(district, name, "2025", "T3") == (0, 0)
    assert counts(district, name, "2025", "V4") == (0, 0)


@pytest.mark.parametrize("name", ["post_days", "full_teams", "demonstrations"])
def test_before_the_first_post_everything_is_missing(all_filled_once, name):
    assert row(all_filled_once, name, "2023", "T1").isna().all()
    assert row(all_filled_once, name, "2023", "V1").isna().all()


def test_before_the_first_demonstration_project_their_number_is_missing(district):
    assert row(district, "demonstrations", "2024").isna().all()
