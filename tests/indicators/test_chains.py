"""Industry chains: members organised, posts filled, meetings held, marks and reports."""

import numpy as np
import pytest

from seedmetrics.errors import PlanError
from seedmetrics.indicators import measure
from seedmetrics.records import Period
from tests.indicators.written import FREQUENCIES, TABLES, counts, opened


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    return opened(tmp_path_factory.mktemp("district"))


def test_coverage_rests_on_the_enterprises_in_the_chain_at_the_end(district):
    year = Period.parse("2025")
    assert counts(district, "chain_organisation.organisation_coverage", year, "alliance", "A1") == (
        2,
        3,
    )
    assert counts(district, "chain_organisation.single_share", year, "alliance", "A1") == (1, 3)
    assert counts(district, "chain_organisation.joint_share", year, "alliance", "A1") == (1, 3)
    half = Period.parse("2025H1")
    assert counts(district, "chain_organisation.organisation_coverage", half, "alliance", "A1") == (
        2,
        3,
    )
    quarter = Period.parse("2025Q1")
    assert counts(
        district, "chain_organisation.organisation_coverage", quarter, "alliance", "A1"
    ) == (2, 4)


def test_an_alliance_whose_members_have_all_left_has_nothing_of_nothing(tmp_path):
    tables = dict(TABLES)
    tables["chain_enterprises"] += "K2,E4,2024-01-01,2024-12-31,single,3\n"
    found = opened(tmp_path, tables)
    name = "chain_organisation.organisation_coverage"
    assert counts(found, name, "2025", "alliance", "A2") == (0, 0)
    row = measure(found, name, "2023", level="alliance").loc["A2"]
    assert row.isna().all()


def test_overlapping_posts_count_each_day_once(district):
    year = Period.parse("2025")
    assert counts(district, "chain_organisation.instructor_days", year, "alliance", "A1") == (
        59,
        365,
    )
    assert counts(district, "chain_organisation.instructor_days", year, "alliance", "A2") == (
        0,
        365,
    )
    assert counts(district, "chain_organisation.secretary_in_post", year, "alliance", "A1") == (
        90,
        365,
    )
    assert counts(district, "chain_organisation.secretary_in_post", year, "alliance", "A2") == (
        365,
        365,
    )


def test_days_in_post_have_no_sampling_interval(district):
    row = measure(
        district, "chain_organisation.instructor_days", Period.parse("2025"), level="alliance"
    ).loc["A1"]
    assert np.isnan(row["low"])
    assert np.isnan(row["high"])


def test_two_meetings_in_a_quarter_are_one_quarter_with_a_meeting(district):
    year = Period.parse("2025")
    # February and March are one quarter; May's was not minuted
    assert counts(district, "chain_organisation.meeting_quarters", year, "alliance", "A1") == (1, 4)
    assert counts(district, "chain_organisation.meeting_quarters", year, "alliance", "A2") == (0, 4)


def test_two_chains_of_one_alliance_are_counted_each_by_itself(tmp_path):
    tables = dict(TABLES)
    tables["chains"] = tables["chains"].replace("K2,A2", "K2,A1")
    both = opened(tmp_path, tables)
    year = Period.parse("2025")
    assert counts(both, "chain_organisation.secretary_in_post", year, "alliance", "A1") == (
        90 + 365,
        730,
    )
    assert counts(both, "chain_organisation.meeting_quarters", year, "alliance", "A1") == (1, 8)


def test_posts_and_quarters_at_an_as_of_on_the_last_day(tmp_path):
    last_day = opened(tmp_path, as_of="2025-12-31")
    assert counts(
        last_day, "chain_organisation.meeting_quarters", Period.parse("2025"), "alliance", "A1"
    ) == (1, 4)
    found = counts(
        last_day,
        "organisation_life.meeting_compliance",
        Period.parse("2025Q4"),
        frequencies=FREQUENCIES,
    )
    assert (
        found[1] == 11
    )  # B1: one member meeting, three of the committee, three theme days; B2: one and three


def test_activities_are_counted_by_quarter(district):
    row = measure(
        district,
        "chain_organisation.activities_per_quarter",
        Period.parse("2025"),
        level="alliance",
    ).loc["A1"]
    assert row["value"] == 0.5


def test_activities_stand_beside_the_quarters_of_all_chains(district):
    name = "chain_organisation.activities_per_quarter"
    assert counts(district, name, "2025", "alliance", "A1") == (2, 4)
    assert counts(district, name, "2025", "alliance", "A2") == (0, 4)


def test_chain_marks(district):
    year = Period.parse("2025")
    routine = measure(district, "chain_assessment.routine_score", year, level="alliance")
    assert routine.loc["A1", "value"] == 85
    assert routine.loc["A1", "low"] < 85 < routine.loc["A1", "high"]
    weights = {"weights": {"field_study": 0.7, "report": 0.3}}
    annual = measure(
        district, "chain_assessment.annual_score", year, level="alliance", options=weights
    )
    assert annual.loc["A1", "value"] == pytest.approx(0.7 * 80 + 0.3 * 80)
    assert np.isnan(annual.loc["A2", "value"])
    assert counts(district, "chain_assessment.report_given", year, "alliance", "A1") == (1, 1)
    assert counts(district, "chain_assessment.report_given", year, "alliance", "A2") == (0, 1)


def test_routine_marks_are_a_sum_over_so_many_months(district):
    assert counts(district, "chain_assessment.routine_score", "2025", "alliance", "A1") == (255, 3)


def test_the_annual_score_is_points_of_those_there_are(district):
    weights = {"field_study": 7, "report": 3}
    found = counts(
        district, "chain_assessment.annual_score", "2025", "alliance", "A1", weights=weights
    )
    assert found == (pytest.approx(80), 100)
    # the second alliance has a report without a mark, and no field study
    row = measure(
        district,
        "chain_assessment.annual_score",
        "2025",
        level="alliance",
        options={"weights": weights},
    ).loc["A2"]
    assert row.isna().all()


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"feild_study": 1.0}, "did you mean 'field_study'"),
        ({"field_study": 0, "report": 0}, "`weights` must not all be 0"),
        ({"report": "much"}, r"`weights\.report` must be a number"),
    ],
)
def test_weights_of_the_annual_score_that_make_no_sense_are_refused(district, weights, message):
    with pytest.raises(PlanError, match=message):
        counts(district, "chain_assessment.annual_score", "2025", "alliance", "A1", weights=weights)
