"""The three meetings and one lesson: what is due, what is held, and what earns nothing."""

import pytest

from seedmetrics.errors import PlanError
from seedmetrics.indicators import measure
from seedmetrics.records import Period
from tests.indicators.written import FREQUENCIES, Q3, counts, opened


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    return opened(tmp_path_factory.mktemp("district"))


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


def test_a_half_yearly_meeting_is_due_in_the_quarter_in_which_its_half_year_ends(district):
    half = {"member_meeting": "half"}
    assert counts(
        district, "organisation_life.member_meeting_compliance", Q3, frequencies=half
    ) == (0, 0)
    q4 = Period.parse("2025Q4")
    assert counts(
        district, "organisation_life.member_meeting_compliance", q4, frequencies=half
    ) == (1, 1)


def test_nothing_held_yet_is_missing_and_nothing_held_this_time_is_nothing_of_nothing(district):
    for name in ("first_item_rate", "own_month_rate", "checks_done"):
        row = measure(district, f"organisation_life.{name}", "2024", level="township").loc["T1"]
        assert row.isna().all()
    # no meeting of the first months of 2026 is on record, and those of 2025 are
    assert counts(district, "organisation_life.first_item_rate", "2026Q1") == (0, 0)
    assert counts(district, "organisation_life.own_month_rate", "2026Q1") == (0, 0)
