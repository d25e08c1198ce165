"""What holds of every indicator: two numbers beside each value, and options that are refused in words."""

import pytest

from seedmetrics.errors import PlanError
from seedmetrics.indicators import find_indicator, indicator_names, measure
from tests.indicators.written import FREQUENCIES, PANEL, Q3, opened

PLANNED = {
    "organisation_life": {"frequencies": FREQUENCIES | {"party_lesson": "quarter"}},
    "arena": PANEL | {"points": 20},
    "chain_assessment": {"weights": {"field_study": 0.7, "report": 0.3}},
}
OWN = [
    name
    for name in indicator_names()
    if name.partition(".")[0]
    in {"organisation_life", "enterprise_days", "arena", "chain_organisation", "chain_assessment"}
    # the panel of these records has neither
    and name not in {"arena.meeting_review", "arena.work_results", "arena.representatives"}
    and "cases" not in find_indicator(name).tables
]


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    return opened(tmp_path_factory.mktemp("district"))


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


@pytest.mark.parametrize("name", OWN)
def test_every_value_stands_beside_the_two_numbers_it_rests_on(district, name):
    found = find_indicator(name)
    options = PLANNED.get(name.partition(".")[0], {})
    table = measure(
        district,
        name,
        "2025" if "alliance" in found.levels else "2025Q3",
        level="alliance" if "alliance" in found.levels else "township",
        options={key: value for key, value in options.items() if key in found.options},
    )
    valued = table[table["value"].notna()]
    assert len(valued) or name.endswith("group_meeting_compliance")
    assert valued[["numerator", "denominator"]].notna().all(axis=None)
    assert (valued["denominator"] > 0).all()


def test_what_merely_took_place_is_told_from_what_came_of_it():
    attending = {name for name in OWN if find_indicator(name).attendance}
    assert {"enterprise_days.reach", "organisation_life.own_month_rate"} <= attending
    assert {"chain_organisation.meeting_quarters", "chain_assessment.report_given"} <= attending
    assert not attending & {"arena.score", "chain_organisation.organisation_coverage"}
    assert not find_indicator("enterprise_days.closure_rate").attendance


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("organisation_life.meeting_compliance", {"frequencies": {"theme_dya": "month"}}, "did you mean 'theme_day'"),
        ("organisation_life.meeting_compliance", {"frequencies": {"theme_day": "monthly"}}, "did you mean 'month'"),
        ("organisation_life.meeting_compliance", {"frequencies": {}}, "names no kind of meeting"),
        ("arena.score", PANEL | {"trim": 0.5}, "`trim` must be a whole number"),
        ("arena.score", PANEL | {"judge_groups": {"leaders": 0}}, "`judge_groups` must not be empty or all 0"),
        ("arena.score", PANEL | {"components": {"site_tour": -1.0}}, r"`components\.site_tour`.*from 0.*-1"),
        ("arena.score", PANEL | {"components": {"site_tuor": 1.0}}, "did you mean 'site_tour'"),
        ("arena.annual_points", PANEL | {"points": "ten"}, "`points` must be a number.*'ten'"),
        ("enterprise_days.reach", {"window": "weekend"}, "`window`.*'weekend'"),
    ],
)  # fmt: skip
def test_an_option_that_makes_no_sense_is_told_by_name_value_and_remedy(
    district, name, options, message
):
    with pytest.raises(PlanError, match=message):
        measure(district, name, Q3, level="township", options=options)
