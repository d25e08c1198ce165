"""Meetings, visits, contests and chains: each indicator on records small enough to count by hand."""

import numpy as np
import pandas as pd
import pytest

from seedmetrics.errors import PlanError, SeedmetricsError
from seedmetrics.indicators import find_indicator, indicator, indicator_names, measure
from seedmetrics.records import Period, open_district
from tests.districts import UNITS, write_district

Q3 = Period.parse("2025Q3")
TABLES = {
    "branches": """\
branch,unit,has_committee,has_groups,founded,dissolved
B1,T1,yes,no,,
B2,T1,no,no,2025-08-10,
B3,T2,no,no,,2025-06-30
""",
    "meetings": """\
branch,kind,month,date,first_item
B1,member_meeting,2025-07,2025-07-05,yes
B1,member_meeting,2025-08,2025-08-05,yes
B1,committee_meeting,2025-07,2025-07-05,yes
B1,committee_meeting,2025-07,2025-07-25,no
B1,committee_meeting,2025-09,2025-10-02,
B1,theme_day,2025-08,2025-08-10,yes
B2,theme_day,2025-09,2025-09-10,yes
""",
    "life_checks": """\
unit,kind,due,done
T1,monthly_check,2025-07-31,2025-08-02
T1,monthly_check,2025-08-31,
T1,monthly_check,2025-10-31,
""",
    "enterprises": """\
enterprise,unit,group,size_class
E1,T1,G01,small
E2,T1,G02,small
E3,T1,G01,micro
E4,T2,G01,micro
""",
    "visits": """\
group,enterprise,date
G01,E1,2025-07-05
G01,E1,2025-08-05
G01,E3,2025-03-05
G01,E4,2024-12-31
""",
    "rounds": """\
round,level,period,date
2025Q3,township,2025Q3,2025-10-10
""",
    "marks": """\
round,unit,component,judge,judge_group,mark
2025Q3,T1,site_tour,J1,leaders,90
2025Q3,T1,site_tour,J2,leaders,80
2025Q3,T1,site_tour,J3,leaders,94
2025Q3,T1,site_tour,J4,peers,70
2025Q3,T2,site_tour,J1,leaders,80
2025Q3,T2,site_tour,J2,leaders,70
2025Q3,T2,site_tour,J3,leaders,84
2025Q3,T2,site_tour,J4,peers,60
""",
    "chains": """\
chain,unit,lead_department,leading_enterprise,secretary_from,secretary_to
K1,A1,Bureau,E1,2025-01-01,2025-03-31
K2,A2,Bureau,E4,2024-01-01,
""",
    "chain_enterprises": """\
chain,enterprise,entered,left,form,members
K1,E1,2024-01-01,,single,5
K1,E2,2024-01-01,,joint,1
K1,E3,2024-01-01,2025-06-30,none,0
K1,E4,2024-01-01,,none,0
""",
    "instructors": """\
chain,person,from,to
K1,P1,2025-01-01,2025-01-31
K1,P2,2025-01-15,2025-02-28
""",
    "chain_meetings": """\
chain,date,kind,minuted,problems_raised
K1,2025-02-05,joint_meeting,yes,2
K1,2025-03-05,joint_meeting,yes,1
K1,2025-05-05,joint_meeting,no,1
K1,2025-05-06,activity,,0
K1,2025-06-06,training,,0
""",
    "chain_marks": """\
unit,kind,month,mark,given
A1,routine,2025-01,80,
A1,routine,2025-02,90,
A1,routine,2025-03,85,
A1,field_study,2025-06,90,
A1,field_study,2025-11,70,
A1,report,2025-12,80,yes
A2,report,2025-12,,no
""",
}
FREQUENCIES = {
    "member_meeting": "quarter",
    "committee_meeting": "month",
    "group_meeting": "month",
    "theme_day": "month",
}
PANEL = {"components": {"site_tour": 1.0}, "judge_groups": {"leaders": 0.75, "peers": 0.25}}


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    folder = write_district(tmp_path_factory.mktemp("d"), TABLES, as_of="2026-01-15")
    found = open_district(folder)
    assert found.problems[found.problems["severity"] == "refused"].empty
    return found


def counts(district, name, period=Q3, level="township", unit="T1", **options):
    row = measure(district, name, period, level=level, options=options).loc[unit]
    return tuple(row[["numerator", "denominator"]])


def test_a_second_meeting_in_a_month_earns_nothing(district):
    # B1's committee met twice for July, not for August, once (late) for September
    found = counts(
        district, "organisation_life.committee_meeting_compliance", frequencies=FREQUENCIES
    )
    assert found == (2, 3)


def test_a_branch_owes_only_what_it_has_and_only_while_it_exists(district):
    # theme days: B1 owes three and held one; B2, founded in August, owes September's and held it
    assert counts(district, "organisation_life.theme_day_compliance", frequencies=FREQUENCIES) == (
        2,
        4,
    )
    # member meetings: B2 did not exist through the whole quarter
    assert counts(
        district, "organisation_life.member_meeting_compliance", frequencies=FREQUENCIES
    ) == (1, 1)
    # nobody has groups: nothing was due, which is not a shortfall
    assert counts(
        district, "organisation_life.group_meeting_compliance", frequencies=FREQUENCIES
    ) == (0, 0)


def test_a_dissolved_branch_owes_nothing(district):
    found = counts(
        district, "organisation_life.theme_day_compliance", unit="T2", frequencies=FREQUENCIES
    )
    assert found == (0, 0)


def test_overall_compliance_is_the_sum_over_kinds(district):
    assert counts(district, "organisation_life.meeting_compliance", frequencies=FREQUENCIES) == (
        5,
        8,
    )


def test_a_kind_without_a_frequency_is_refused_with_what_to_add(district):
    with pytest.raises(PlanError, match="theme_day = "):
        counts(
            district,
            "organisation_life.theme_day_compliance",
            frequencies={"member_meeting": "quarter"},
        )


def test_first_item_rate_rests_on_meetings_of_which_it_is_recorded(district):
    row = measure(district, "organisation_life.first_item_rate", Q3, level="township").loc["T1"]
    assert (row["numerator"], row["denominator"], row["excluded"]) == (5, 6, 1)


def test_a_meeting_held_late_is_not_in_its_own_month(district):
    assert counts(district, "organisation_life.own_month_rate") == (6, 7)


def test_a_check_not_yet_due_is_not_a_check_missed(district):
    assert counts(district, "organisation_life.checks_done") == (1, 2)


def test_an_enterprise_visited_twice_is_reached_once(district):
    assert counts(district, "enterprise_days.reach") == (1, 3)
    assert counts(district, "enterprise_days.reach", window="year_to_date") == (2, 3)


def test_a_visit_of_last_year_does_not_count_this_year(district):
    assert counts(district, "enterprise_days.reach", unit="T2", window="year_to_date") == (0, 1)


def test_visits_are_shared_among_the_groups_of_the_unit(district):
    row = measure(district, "enterprise_days.visits_per_group", Q3, level="township").loc["T1"]
    assert (row["value"], row["numerator"], row["denominator"]) == (1.0, 2, 2)


def test_contest_trims_within_the_judge_group_and_weighs_groups(district):
    row = measure(district, "arena.score", Q3, level="township", options=PANEL).loc["T1"]
    assert row["value"] == pytest.approx(0.75 * 90 + 0.25 * 70)


def test_a_severe_judge_widens_no_interval(district):
    # the two units differ by ten on every judge: the additive model leaves no residual
    table = measure(district, "arena.score", Q3, level="township", options=PANEL)
    assert table.loc["T1", "low"] == pytest.approx(table.loc["T1", "value"])


def test_a_component_nobody_marked_is_refused_by_name(district):
    with pytest.raises(PlanError, match="speech"):
        counts(district, "arena.score", **(PANEL | {"components": {"speech": 1.0}}))


def test_no_contest_in_the_period_is_missing(district):
    table = measure(
        district, "arena.score", Period.parse("2025Q2"), level="township", options=PANEL
    )
    assert table["value"].isna().all()


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


def test_activities_are_counted_by_quarter(district):
    row = measure(
        district,
        "chain_organisation.activities_per_quarter",
        Period.parse("2025"),
        level="alliance",
    ).loc["A1"]
    assert row["value"] == 0.5


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


def test_a_wrong_name_is_answered_with_the_nearest():
    with pytest.raises(PlanError, match=r"did you mean 'hotline\.closure_rate'"):
        find_indicator("hotline.closure_rat")


def test_an_indicator_can_be_registered_from_outside(district):
    @indicator("outside.villages", tables=[], unit="township")
    def villages(district, period):
        return pd.DataFrame({"value": {"T1": 3.0}})

    assert "outside.villages" in indicator_names()
    table = measure(district, "outside.villages", Q3, level="township")
    assert table.loc["T1", "value"] == 3
    assert np.isnan(table.loc["T2", "value"])


def test_two_functions_cannot_share_a_name():
    with pytest.raises(PlanError, match="registered already"):

        @indicator("hotline.closure_rate", tables=["cases"])
        def other(district, period):
            return pd.DataFrame()


def test_rerunning_a_cell_replaces_its_own_indicator_only():
    with pytest.raises(PlanError, match="registered already"):

        @indicator("hotline.closure_rate", tables=["cases"])
        def closure_rate(district, period):
            return pd.DataFrame()


def test_a_table_that_does_not_exist_is_refused_when_an_indicator_is_defined():
    with pytest.raises(SeedmetricsError, match="casses"):

        @indicator("outside.typo", tables=["casses"])
        def typo(district, period):
            return pd.DataFrame()


def test_a_period_may_be_given_as_text(district):
    table = measure(district, "organisation_life.checks_done", "2025Q3", level="township")
    assert table.loc["T1", "denominator"] == 2


def test_a_level_that_an_indicator_does_not_measure_is_refused(district):
    with pytest.raises(PlanError, match="measures a township"):
        measure(district, "organisation_life.checks_done", Q3, level="alliance")


def test_a_share_over_one_names_the_indicator_and_the_unit(district):
    @indicator("outside.wrong", tables=[], share=True)
    def wrong(district, period):
        return pd.DataFrame({"numerator": {"T1": 3.0}, "denominator": {"T1": 2.0}})

    with pytest.raises(PlanError, match=r"outside\.wrong.*3 of 2.*T1"):
        measure(district, "outside.wrong", Q3, level="township")


def test_a_judge_group_nobody_belongs_to_is_refused(district):
    with pytest.raises(PlanError, match="did you mean 'leaders'"):
        counts(district, "arena.score", **(PANEL | {"judge_groups": {"leader": 1.0}}))


def test_departments_and_townships_have_contests_of_their_own(tmp_path):
    tables = dict(TABLES)
    tables["rounds"] += "D,department,2025Q3,2025-10-10\n"
    units = (
        UNITS
        + "D1,甲局,Jia Bureau,department,bureau,bureaus,,\nD2,乙局,Yi Bureau,department,bureau,bureaus,,\n"
    )
    tables["marks"] += "".join(
        f"D,{unit},site_tour,{judge},leaders,{mark}\n"
        for unit, marks in (("D1", (90, 81, 85)), ("D2", (70, 66, 72)))
        for judge, mark in zip(("X1", "X2", "X3"), marks, strict=True)
    )
    folder = write_district(tmp_path, tables, as_of="2026-01-15", units=units)
    both = open_district(folder)
    options = {"components": {"site_tour": 1.0}, "judge_groups": {"leaders": 1.0}}
    for level in ("township", "department"):
        table = measure(both, "arena.score", Q3, level=level, options=options)
        assert table["low"].notna().sum() == 2


def test_two_chains_of_one_alliance_are_counted_each_by_itself(tmp_path):
    tables = dict(TABLES)
    tables["chains"] = tables["chains"].replace("K2,A2", "K2,A1")
    both = open_district(write_district(tmp_path, tables, as_of="2026-01-15"))
    year = Period.parse("2025")
    assert counts(both, "chain_organisation.secretary_in_post", year, "alliance", "A1") == (
        90 + 365,
        730,
    )
    assert counts(both, "chain_organisation.meeting_quarters", year, "alliance", "A1") == (1, 8)


def test_posts_and_quarters_at_an_as_of_on_the_last_day(tmp_path):
    last_day = open_district(write_district(tmp_path, TABLES, as_of="2025-12-31"))
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


def test_a_half_yearly_meeting_is_due_in_the_quarter_in_which_its_half_year_ends(district):
    half = {"member_meeting": "half"}
    assert counts(
        district, "organisation_life.member_meeting_compliance", Q3, frequencies=half
    ) == (0, 0)
    q4 = Period.parse("2025Q4")
    assert counts(
        district, "organisation_life.member_meeting_compliance", q4, frequencies=half
    ) == (1, 1)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("arena.score", PANEL | {"trim": "a"}),
        ("arena.score", PANEL | {"judge_groups": 3}),
        ("arena.score", PANEL | {"components": {"site_tour": -1.0}}),
        ("organisation_life.meeting_compliance", {"frequencies": 3}),
    ],
)
def test_an_option_of_another_kind_is_refused_with_the_indicator_and_no_traceback(
    district, name, options
):
    with pytest.raises(PlanError):
        measure(district, name, Q3, level="township", options=options)
