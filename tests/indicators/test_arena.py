"""The contest: trimming, weighing of judges, marks given and used, and what it feeds into the year."""

import numpy as np
import pytest

from seedmetrics.errors import PlanError
from seedmetrics.indicators import measure
from seedmetrics.records import Period
from tests.districts import UNITS
from tests.indicators.written import PANEL, Q3, TABLES, counts, opened


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    return opened(tmp_path_factory.mktemp("district"))


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


def test_a_judge_group_nobody_belongs_to_is_refused(district):
    with pytest.raises(PlanError, match="did you mean 'leaders'"):
        counts(district, "arena.score", **(PANEL | {"judge_groups": {"leader": 1.0}}))


def test_no_contest_in_the_period_is_missing(district):
    table = measure(
        district, "arena.score", Period.parse("2025Q2"), level="township", options=PANEL
    )
    assert table["value"].isna().all()


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
    both = opened(tmp_path, tables, units=units)
    options = {"components": {"site_tour": 1.0}, "judge_groups": {"leaders": 1.0}}
    for level in ("township", "department"):
        table = measure(both, "arena.score", Q3, level=level, options=options)
        assert table["low"].notna().sum() == 2


def test_a_contest_of_departments_in_other_parts_does_not_stand_in_the_way_of_townships(tmp_path):
    tables = dict(TABLES)
    tables["rounds"] += "D,department,2025Q3,2025-10-10\n"
    tables["marks"] += "D,D1,speech,X1,delegates,90\nD,D2,speech,X1,delegates,80\n"
    units = (
        UNITS
        + "D1,甲局,Jia Bureau,department,bureau,bureaus,,\nD2,乙局,Yi Bureau,department,bureau,bureaus,,\n"
    )
    both = opened(tmp_path, tables, units=units)
    assert counts(both, "arena.score", **PANEL) == (2, 4)
    speech = {"components": {"speech": 1.0}, "judge_groups": {"delegates": 1.0}}
    assert counts(both, "arena.score", level="department", unit="D1", **speech) == (1, 1)
    with pytest.raises(PlanError, match="did you mean 'speech'"):
        counts(both, "arena.score", **(speech | {"components": {"speach": 1.0}}))


def test_contest_counts_the_marks_given_and_those_that_trimming_left(district):
    # of the leaders' three marks the middle one, and the one of the peers
    assert counts(district, "arena.score", **PANEL) == (2, 4)
    assert counts(district, "arena.site_tour", judge_groups={"peers": 1}) == (1, 1)


def test_one_group_of_judges_alone(district):
    options = {"components": PANEL["components"]}
    for name, value, marks in (("leaders", 90, (1, 3)), ("peers", 70, (1, 1))):
        row = measure(district, f"arena.{name}", Q3, level="township", options=options).loc["T1"]
        assert row["value"] == pytest.approx(value)
        assert tuple(row[["numerator", "denominator"]]) == marks


def test_a_group_of_judges_that_gave_no_mark_is_refused_by_name(district):
    with pytest.raises(PlanError, match="'representatives'"):
        counts(district, "arena.representatives", components=PANEL["components"])


def four_rounds(tmp_path, marks):
    """A year of four contests in which T1's only judges give these marks; the unit T2 misses the last."""
    rounds = "".join(f"2025Q{k},township,2025Q{k},2025-{3 * k:02d}-20\n" for k in (1, 2, 3, 4))
    lines = [
        f"2025Q{k},{unit},site_tour,J{judge},leaders,{mark + judge}"
        for k, mark in enumerate(marks, start=1)
        for unit in ("T1", "T2")
        if (unit, k) != ("T2", 4)
        for judge in (0, 1)
    ]
    tables = dict(TABLES)
    tables["rounds"] = "round,level,period,date\n" + rounds
    tables["marks"] = "round,unit,component,judge,judge_group,mark\n" + "\n".join(lines) + "\n"
    return opened(tmp_path, tables)


def test_the_contests_of_a_year_feed_their_mean_into_the_annual_score(tmp_path):
    year = four_rounds(tmp_path, (80, 84, 88, 92))
    options = {
        "components": {"site_tour": 1},
        "judge_groups": {"leaders": 1},
        "points": 20,
        "trim": 0,
    }
    table = measure(year, "arena.annual_points", "2025Q4", level="township", options=options)
    assert table.loc["T1", "value"] == pytest.approx(20 * 86.5 / 100)
    assert tuple(table.loc["T1", ["numerator", "denominator"]]) == (8, 8)
    # three rounds of the unit that missed one, and so three by the third quarter
    assert table.loc["T2", "value"] == pytest.approx(20 * 84.5 / 100)
    third = measure(year, "arena.annual_points", "2025Q3", level="township", options=options)
    assert third.loc["T1", "value"] == pytest.approx(20 * 84.5 / 100)
    # the points are scaled, the marks behind them are not
    score = {key: value for key, value in options.items() if key != "points"}
    whole = measure(year, "arena.score", "2025", level="township", options=score)
    assert tuple(whole.loc["T1", ["numerator", "denominator"]]) == (8, 8)
    np.testing.assert_allclose(table["value"] * 5, whole["value"])


def test_a_round_of_which_the_scatter_is_unknown_leaves_the_interval_of_the_year_open(tmp_path):
    # in the last contest one unit stands alone: nothing tells unit and judge apart
    year = four_rounds(tmp_path, (80, 84, 88, 92))
    options = {"components": {"site_tour": 1}, "judge_groups": {"leaders": 1}, "trim": 0}
    table = measure(year, "arena.score", "2025", level="township", options=options)
    assert np.isnan(table.loc["T1", "low"])
    assert np.isfinite(table.loc["T2", "low"])
