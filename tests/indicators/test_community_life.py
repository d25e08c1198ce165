"""Councils of villages, service events, services and service points for each thousand households."""

import numpy as np
import pytest

from seedmetrics.errors import PlanError
from seedmetrics.indicators import measure
from seedmetrics.records import open_district
from tests.districts import UNITS, write_district

VILLAGES = """\
V1,一村,One Village,village,village,,T1,
V2,二村,Two Village,village,village,,T1,
V3,三村,Three Village,village,village,,T2,
"""
TABLES = {
    "population": """\
unit,year,residents,households
T1,2024,9000,3000
T1,2025,9000,2000
T2,2026,2000,500
T3,2025,,1000
""",
    "community_bodies": """\
village,kind,founded,dissolved
V1,elders_council,2024-01-01,
V2,elders_council,2024-01-01,2025-06-30
V2,elders_council,2025-10-05,
V2,ceremony_council,2025-02-01,
V3,elders_council,2025-08-01,
""",
    "service_points": """\
point,unit,kind,opened,closed
S1,T1,red_parlor,2024-01-01,
S2,T1,red_station,2025-01-01,2025-08-31
S3,T1,service_station,2025-09-30,
""",
    "service_events": """\
unit,date,kind,services
T2,2024-10-01,square_fair,10
T1,2025-03-01,consultation,50
T1,2025-07-10,square_fair,100
T1,2025-08-10,repair,
T3,2025-09-01,repair,
""",
}


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    folder = write_district(tmp_path_factory.mktemp("life"), TABLES, units=UNITS + VILLAGES)
    found = open_district(folder)
    assert found.problems[found.problems["severity"] == "refused"].empty
    return found


def row(district, name, period="2025Q3", unit="T1", **options):
    level = "village" if unit.startswith("V") else "township"
    table = measure(district, f"community_life.{name}", period, level=level, options=options)
    return table.loc[unit]


def counts(*args, **options):
    return tuple(row(*args, **options)[["numerator", "denominator"]])


def test_a_village_whose_council_was_dissolved_has_none(district):
    # it counts on its last day, and no more the day after
    assert counts(district, "elders_councils", "2025Q2") == (2, 2)
    assert counts(district, "elders_councils", "2025Q3") == (1, 2)
    assert counts(district, "elders_councils", "2025Q3", "V2") == (0, 1)


def test_a_council_founded_again_counts_again_and_once(district):
    assert counts(district, "elders_councils", "2025Q4", "V2") == (1, 1)
    assert counts(district, "elders_councils", "2025Q4") == (2, 2)


def test_a_council_of_one_kind_is_none_of_the_other(district):
    assert counts(district, "ceremony_councils") == (1, 2)
    assert counts(district, "ceremony_councils", unit="T2") == (0, 1)


def test_a_unit_without_villages_has_nothing_of_nothing(district):
    assert counts(district, "elders_councils", unit="T3") == (0, 0)


def test_before_the_first_council_of_a_kind_everything_is_missing(district):
    assert row(district, "ceremony_councils", "2024Q4").isna().all()
    assert row(district, "ceremony_councils", "2024Q4", "V1").isna().all()
    assert counts(district, "elders_councils", "2024Q4") == (2, 2)


def test_events_are_counted_for_each_quarter_that_is_over(district):
    assert counts(district, "events_per_quarter") == (2, 1)
    year = row(district, "events_per_quarter", window="year_to_date")
    assert tuple(year[["value", "numerator", "denominator"]]) == (1, 3, 3)
    # the fourth quarter has just begun
    assert counts(district, "events_per_quarter", "2025Q4") == (0, 0)


def test_no_event_in_a_quarter_is_none_while_no_record_is_missing(district):
    assert counts(district, "events_per_quarter", unit="T2") == (0, 1)
    assert row(district, "events_per_quarter", "2024Q3", unit="T2").isna().all()


def test_services_are_given_for_each_thousand_households_of_the_latest_count(district):
    found = row(district, "services_per_1000")
    assert tuple(found[["value", "numerator", "denominator"]]) == (50, 100, 2000)
    assert counts(district, "services_per_1000", "2024Q4") == (0, 3000)


def test_an_event_whose_services_nobody_counted_is_excluded_and_is_not_none(district):
    assert row(district, "services_per_1000")["excluded"] == 1
    found = row(district, "services_per_1000", unit="T3")
    assert np.isnan(found["value"])
    assert (found["denominator"], found["excluded"]) == (1000, 1)


def test_a_unit_without_a_count_of_households_by_then_is_missing(district):
    assert np.isnan(row(district, "services_per_1000", unit="T2")["value"])


def test_service_points_count_while_they_are_open(district):
    # the second was closed in August, the third opened on the last day
    found = row(district, "service_points_per_1000")
    assert tuple(found[["value", "numerator", "denominator"]]) == (1, 2, 2000)
    assert counts(district, "service_points_per_1000", "2025Q2") == (2, 2000)


def test_a_unit_without_service_points_on_record_is_missing(district):
    assert row(district, "service_points_per_1000", unit="T2").isna().all()
    assert row(district, "service_points_per_1000", "2023").isna().all()


def test_a_wrong_window_is_refused(district):
    with pytest.raises(PlanError, match=r"`window`.*'year'"):
        row(district, "services_per_1000", window="year")
