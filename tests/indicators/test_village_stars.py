"""Stars of villages, listings and remedies, on villages few enough to rate by hand."""

import tomllib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedmetrics.errors import PlanError
from seedmetrics.indicators import measure
from seedmetrics.indicators.star_models import rate, read_star_model
from seedmetrics.indicators.village_stars import rating_year
from seedmetrics.records import Period, open_district
from tests.conftest import ROOT
from tests.districts import UNITS, write_district

SHIPPED = tomllib.loads((ROOT / "data" / "rules" / "star_models.toml").read_text(encoding="utf-8"))
CRITERIA = [row["name"] for row in SHIPPED["band"]["criteria"]]
DOMAINS = [row["name"] for row in SHIPPED["badge"]["domains"]]

# A lighter weight of satisfaction, so that 93 points go with a satisfaction of 55.
BAND = {
    "kind": "band",
    "stars": 5,
    "cuts": [90, 80, 70, 60],
    "criteria": [{"name": "work", "weight": 95}, {"name": "satisfaction", "weight": 5}],
    "caps": [{"criterion": "satisfaction", "below": 60, "stars": 2}],
    "vetoes": [{"kind": "serious_accident", "stars": 1}, {"kind": "mass_petition", "stars": 3}],
}
BADGE = {"kind": "badge", "pass_mark": 80, "domains": [{"name": "work"}, {"name": "satisfaction"}]}

VILLAGES = UNITS + "".join(
    f"V{i},村{i},Village {i},village,village,villages,{parent},\n"
    for i, parent in enumerate(["T1", "T1", "T1", "T1", "T2", "T2"], start=1)
)
TABLES = {
    "village_ratings": """\
village,year,criterion,mark
V1,2024,work,95
V1,2024,satisfaction,55
V1,2024,cleanliness,10
V2,2024,work,90
V2,2024,satisfaction,90
V3,2024,work,80
V3,2024,satisfaction,60
V4,2024,work,99
V1,2025,work,100
V1,2025,satisfaction,100
V2,2025,work,100
V2,2025,satisfaction,100
V3,2025,work,60
V3,2025,satisfaction,60
V4,2025,work,59
V4,2025,satisfaction,59
V5,2025,work,100
V5,2025,satisfaction,100
""",
    "village_vetoes": """\
village,year,kind
V1,2025,serious_accident
V2,2025-06,mass_petition
V4,2025,mass_petition
V5,2025,flood
V3,2024-12,serious_accident
""",
    "village_listings": """\
village,listed,reason,due,closed_out
V1,2023-03-01,,2023-12-31,2023-12-01
V1,2025-05-01,,2025-12-31,
V2,2024-03-01,,2024-12-31,2024-11-01
V3,2024-03-01,,2024-12-31,2025-08-10
V5,2024-06-01,,2024-12-31,2024-12-31
V5,2024-12-31,,2025-12-31,2025-09-30
""",
    "village_remedies": """\
village,problem,opened,due,closed
V1,drains,2025-01-10,2025-08-31,2025-08-31
V1,lights,2025-01-10,2025-08-31,
V2,road,2025-01-10,2025-03-31,2025-05-01
V2,hall,2025-09-01,2026-03-31,
V2,well,2025-09-01,,
V5,hall,2025-01-10,2025-09-30,2025-10-20
""",
}


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    folder = write_district(
        tmp_path_factory.mktemp("d"), TABLES, as_of="2026-01-15", units=VILLAGES
    )
    found = open_district(folder)
    assert found.problems[found.problems["severity"] == "refused"].empty
    return found


def row_of(district, name, period, level="township", unit="T1", **options):
    return measure(district, name, period, level=level, options=options).loc[unit]


def counts(district, name, period, level="township", unit="T1", **options):
    row = row_of(district, name, period, level, unit, **options)
    return tuple(row[["numerator", "denominator"]])


def rated(model, marks, vetoes=None):
    table = pd.DataFrame(marks).T.astype(float)
    return rate(read_star_model(model), table, pd.DataFrame(vetoes or {}))


# --- the models


def test_low_satisfaction_holds_93_points_to_two_stars_and_a_veto_lower():
    marks = {"V1": {"work": 95, "satisfaction": 55}, "V2": {"work": 95, "satisfaction": 55}}
    found = rated(BAND, marks, {"serious_accident": pd.Series({"V2": True})})
    assert list(found["points"]) == [93, 93]
    assert list(found["stars"]) == [2, 1]


def test_the_shipped_band_model_has_zouchengs_cuts_weight_and_cap():
    model = read_star_model(SHIPPED["band"])
    assert model.points == 100
    assert model.cuts == (90, 80, 70, 60)
    assert dict(zip(model.criteria, model.weights, strict=True))["satisfaction"] == 30
    marks = {"high": 100, "on": 90, "below": 89.9, "low": 59}
    found = rated(SHIPPED["band"], {v: dict.fromkeys(CRITERIA, m) for v, m in marks.items()})
    assert list(found["stars"]) == [5, 5, 4, 1]
    # full marks but for a satisfaction of 55: 86.5 points, four stars without the cap
    held = rated(SHIPPED["band"], {"V": dict.fromkeys(CRITERIA, 100) | {"satisfaction": 55}})
    assert list(held.loc["V", ["points", "stars"]]) == [86.5, 2]


def test_a_satisfaction_of_just_sixty_is_not_below_sixty():
    found = rated(BAND, {"V": {"work": 95, "satisfaction": 60}})
    assert list(found["stars"]) == [5]


def test_a_veto_lifts_no_village_that_stands_lower_already():
    found = rated(
        BAND,
        {"V": {"work": 61, "satisfaction": 61}},
        {"mass_petition": pd.Series({"V": True})},
    )
    assert list(found["stars"]) == [2]


def test_the_badge_model_counts_the_domains_at_or_above_the_pass_mark():
    marks = dict(zip(DOMAINS, [80, 79.9, 95, 0, 81], strict=True))
    found = rated(SHIPPED["badge"], {"V": marks})
    assert list(found.loc["V", ["badges", "marked", "stars"]]) == [3, 5, 3]
    assert np.isnan(found.loc["V", "points"])


def test_a_missing_mark_is_neither_zero_nor_left_out_of_the_sum():
    marks = {"V": {"work": 99, "satisfaction": np.nan}}
    assert rated(BAND, marks)[["points", "stars"]].isna().all(axis=None)
    found = rated(BADGE, marks).loc["V"]
    assert list(found[["badges", "marked", "unmarked"]]) == [1, 1, 1]
    assert np.isnan(found["stars"])


def test_a_criterion_that_only_a_cap_names_is_needed_for_stars_but_not_for_points():
    model = BADGE | {
        "domains": [{"name": "work"}],
        "caps": [{"criterion": "satisfaction", "below": 60, "stars": 0}],
    }
    marks = {"V1": {"work": 90, "satisfaction": 55}, "V2": {"work": 90, "satisfaction": np.nan}}
    found = rated(model, marks)
    assert list(found["badges"]) == [1, 1]
    assert found["stars"].tolist() == [0, pytest.approx(np.nan, nan_ok=True)]


def test_a_veto_that_the_model_does_not_list_leaves_the_stars_unknown():
    vetoes = {"flood": pd.Series({"V": True})}
    marks = {"V": {"work": 95, "satisfaction": 95}}
    found = rated(BAND, marks, vetoes).loc["V"]
    assert np.isnan(found["stars"])
    assert found["unknown_vetoes"] == 1
    # a model that says nothing of vetoes heeds none
    assert rated(BADGE, marks, vetoes).loc["V", "stars"] == 2


def test_quotas_part_the_villages_as_a_market_bureau_does():
    # 10, 30, 40 and 20 per cent of ten villages: one, three, four and two
    model = BAND | {
        "cuts": [],
        "quotas": [0.1, 0.3, 0.4, 0.2],
        "rounding": "half-up",
        "at_ties": "up",
    }
    marks = {f"V{i}": {"work": 100 - i, "satisfaction": 100 - i} for i in range(10)}
    assert list(rated(model, marks)["stars"]) == [5, 4, 4, 4, 3, 3, 3, 3, 2, 2]


def test_with_cuts_and_quotas_the_fewer_stars_hold():
    model = BAND | {"quotas": [0.5, 0.5], "rounding": "half-up", "at_ties": "up"}
    marks = {v: {"work": m, "satisfaction": m} for v, m in {"a": 95, "b": 94, "c": 65}.items()}
    # two places of five stars; the third has two by its score and four by its place
    assert list(rated(model, marks)["stars"]) == [5, 5, 2]


def test_at_ties_decides_who_shares_the_last_place():
    marks = {v: {"work": 95, "satisfaction": 95} for v in "abc"}
    quota = BAND | {"cuts": [], "quotas": [0.34, 0.66], "rounding": "half-up"}
    assert list(rated(quota | {"at_ties": "up"}, marks)["stars"]) == [5, 5, 5]
    assert list(rated(quota | {"at_ties": "down"}, marks)["stars"]) == [4, 4, 4]


def test_points_are_of_the_sum_of_the_weights():
    # as where a bonus makes 110
    model = BAND | {
        "criteria": [{"name": "work", "weight": 100}, {"name": "bonus", "weight": 10}],
        "caps": [],
    }
    found = rated(model, {"V": {"work": 90, "bonus": 50}})
    assert read_star_model(model).points == 110
    assert list(found["points"]) == [95]


MARKS = st.lists(st.integers(0, 100), min_size=6, max_size=6)


@given(MARKS, st.integers(0, 5), st.integers(0, 100))
def test_a_better_mark_never_costs_a_star(marks, which, raised):
    better = list(marks)
    better[which] = max(marks[which], raised)
    villages = {"V": dict(zip(CRITERIA, marks)), "W": dict(zip(CRITERIA, better))}
    found = rated(SHIPPED["band"], villages)
    assert found.loc["W", "stars"] >= found.loc["V", "stars"]
    assert found["stars"].between(1, 5).all()


@given(MARKS, st.sampled_from(["serious_accident", "cadre_discipline", "mass_petition"]))
def test_a_veto_never_adds_a_star_and_changes_no_points(marks, kind):
    village = {"V": dict(zip(CRITERIA, marks))}
    free = rated(SHIPPED["band"], village)
    held = rated(SHIPPED["band"], village, {kind: pd.Series({"V": True})})
    assert held.loc["V", "stars"] <= free.loc["V", "stars"]
    assert held.loc["V", "points"] == free.loc["V", "points"]


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("band", "`model` must be a table such as"),
        ({"kind": "bond"}, "`model.kind` 'bond' is none: did you mean 'band'?"),
        (BAND | {"cut": []}, "`model` has no 'cut': did you mean 'cuts'?"),
        (BAND | {"cuts": []}, "needs `cuts` or `quotas`"),
        (BAND | {"cuts": [60, 70]}, "`cuts` must be falling"),
        (BAND | {"cuts": [101, 90]}, r"`model.cuts\[0\]` must be a number from 0 to 100, got 101"),
        (BAND | {"stars": 3}, "are 4, but there are only 3 stars"),
        (BAND | {"stars": 4.5}, "`model.stars` must be a whole number from 1 up, got 4.5"),
        (BAND | {"quotas": [0.1, 0.3]}, "need `rounding` and `at_ties`"),
        (
            BAND | {"quotas": [0.1], "rounding": "halfup", "at_ties": "up"},
            "Did you mean 'half-up'?",
        ),
        (BAND | {"criteria": []}, "`model.criteria` must name at least one"),
        (BAND | {"criteria": [{"name": "work", "weight": 0}]}, "sum to zero"),
        (BAND | {"criteria": [{"name": "work"}]}, r"criteria\[0\].weight` must be a number"),
        (BAND | {"criteria": [{"name": "work", "wieght": 1}]}, "did you mean 'weight'?"),
        (BAND | {"vetoes": [{"kind": "fire", "stars": 6}]}, "from 0 to 5, got 6"),
        (BAND | {"vetoes": [{"kind": "fire", "stars": 1}] * 2}, "'fire' stands twice"),
        (BAND | {"caps": [{"criterion": "work", "stars": 1}]}, r"caps\[0\].below` must be"),
        (BADGE | {"pass_mark": "80"}, "`model.pass_mark` must be a number from 0 to 100, got '80'"),
        (BADGE | {"domains": [{"name": ""}]}, "is no word of the records"),
    ],
)
def test_a_model_that_cannot_be_is_refused(model, message):
    with pytest.raises(PlanError, match=message):
        read_star_model(model)


# --- the indicators


def test_the_quarters_of_a_year_use_the_rating_of_the_year_before(district):
    year = {
        text: rating_year(district, Period.parse(text)) for text in ("2025Q3", "2025", "2025Q4")
    }
    assert [str(year[text]) for text in year] == ["2024", "2025", "2025"]
    # before any rating, and where the year's own is not on record: an older one would pass for it
    assert rating_year(district, Period.parse("2024Q4")) == Period.parse("2024")
    assert rating_year(district, Period.parse("2024Q3")) is None
    assert rating_year(district, Period.parse("2026")) is None


def test_stars_of_a_township_are_a_mean_with_its_parts(district):
    # 2024: V1 has 2 (cap), V2 has 5, V3 has 79 points, 3 stars and a veto (1); V4 lacks a mark
    row = row_of(district, "village_stars.mean_stars", "2025Q3", model=BAND)
    assert tuple(row[["numerator", "denominator", "excluded"]]) == (8, 3, 1)
    assert row["value"] == pytest.approx(8 / 3)
    share = row_of(district, "village_stars.four_star_share", "2025Q3", model=BAND, least_stars=5)
    assert tuple(share[["numerator", "denominator", "excluded"]]) == (1, 3, 1)


def test_vetoes_of_a_month_hold_down_the_rating_of_its_year(district):
    # 2025: V1 1 (accident), V2 3 (petition in June), V3 2, V4 1
    assert counts(district, "village_stars.mean_stars", "2025Q4", model=BAND) == (7, 4)


def test_a_township_without_villages_has_0_of_0_and_one_without_ratings_is_missing(district):
    for name in ("mean_stars", "four_star_share"):
        row = row_of(district, f"village_stars.{name}", "2025Q3", unit="T3", model=BAND)
        assert tuple(row[["numerator", "denominator"]]) == (0, 0)
        assert np.isnan(row["value"])
        assert (
            row_of(district, f"village_stars.{name}", "2025Q3", unit="T2", model=BAND).isna().all()
        )


def test_a_village_that_is_not_rated_is_counted_as_left_out(district):
    # 2025 in T2: V5 has a veto that the model does not know, V6 no mark at all
    row = row_of(district, "village_stars.mean_stars", "2025", unit="T2", model=BAND)
    assert tuple(row[["numerator", "denominator", "excluded"]]) == (0, 0, 2)


def test_villages_listed_are_those_not_closed_out_when_the_period_ends(district):
    # V1 listed again in May, V3 closed out in August
    assert counts(district, "village_stars.listed_share", "2025Q2") == (2, 4)
    assert counts(district, "village_stars.listed_share", "2025Q3") == (1, 4)
    # closed out on the last day of the quarter: no longer listed
    assert counts(district, "village_stars.listed_share", "2025Q3", unit="T2") == (0, 2)
    assert counts(district, "village_stars.listed_share", "2025Q3", unit="T3") == (0, 0)


def test_relisting_counts_listings_closed_out_whose_village_came_back_later(district):
    # V1 came back; V2 did not, V3 did not
    assert counts(district, "village_stars.relisting_rate", "2025Q3") == (1, 3)
    # in March V1 was not back yet and V3 not yet closed out
    assert counts(district, "village_stars.relisting_rate", "2025Q1") == (0, 2)
    # listed anew on the very day of closing out is one listing written twice, not a village that came back
    assert counts(district, "village_stars.relisting_rate", "2025Q3", unit="T2") == (0, 2)
    assert counts(district, "village_stars.relisting_rate", "2025Q3", unit="T3") == (0, 0)


def test_relisting_at_the_size_of_xining(tmp_path):
    # 14 of 917 villages were listed twice in five years
    villages = [f"X{i:03}" for i in range(917)]
    units = UNITS + "".join(f"{v},村{v},{v},village,village,villages,T1,\n" for v in villages)
    first = [f"{v},2020-03-01,,,2020-12-01\n" for v in villages]
    again = [f"{v},2022-03-01,,,\n" for v in villages[:14]]
    listings = "village,listed,reason,due,closed_out\n" + "".join(first + again)
    folder = write_district(tmp_path / "d", {"village_listings": listings}, units=units)
    found = row_of(open_district(folder), "village_stars.relisting_rate", "2024")
    assert tuple(found[["numerator", "denominator"]]) == (14, 917)
    assert found["value"] == pytest.approx(0.0153, abs=5e-5)


def test_remedies_count_once_they_are_due(district):
    # third quarter: V1's two; the year to date adds V2's; the one due in 2026 is not yet due, one has no due date
    name = "village_stars.remedy_closure_rate"
    assert counts(district, name, "2025Q3") == (1, 2)
    row = row_of(district, name, "2025Q3", window="year_to_date")
    assert tuple(row[["numerator", "denominator", "excluded"]]) == (2, 3, 1)
    assert counts(district, name, "2025Q3", unit="T3") == (0, 0)
    name = "village_stars.remedies_closed"
    assert counts(district, name, "2025Q3", "village", "V1") == (1, 2)
    assert counts(district, name, "2025Q3", "village", "V2") == (0, 0)
    assert counts(district, name, "2025Q3", "village", "V5") == (1, 1)
    assert row_of(district, name, "2025Q3", "village", "V3").isna().all()


def test_a_village_has_points_stars_badges_and_satisfaction_of_the_most_there_is(district):
    def of(name, unit="V1", period="2025Q3", **options):
        row = row_of(district, f"village_stars.{name}", period, "village", unit, **options)
        return tuple(row[["value", "numerator", "denominator", "excluded"]])

    assert of("score", model=BAND) == (93, 93, 100, 0)
    assert of("stars", model=BAND) == (2, 2, 5, 0)
    assert of("badges", badge_model=BADGE) == (0.5, 1, 2, 0)
    assert of("satisfaction", criterion="satisfaction") == (55, 55, 100, 0)
    # V4 lacks a mark in 2024: unknown, with the number of marks that lack
    for name in ("score", "stars"):
        found = of(name, "V4", model=BAND)
        assert np.isnan(found[:3]).all()
        assert found[3] == 1
    assert of("badges", "V4", badge_model=BADGE) == (1, 1, 1, 1)
    assert np.isnan(of("satisfaction", "V4", criterion="satisfaction")[0])
    # a village without any mark is missing
    assert np.isnan(of("stars", "V6", "2025", model=BAND)).all()


@pytest.mark.parametrize(
    ("name", "level", "options"),
    [
        ("mean_stars", "township", {"model": BAND}),
        ("four_star_share", "township", {"model": BAND}),
        ("listed_share", "township", {}),
        ("relisting_rate", "township", {}),
        ("remedy_closure_rate", "township", {}),
        ("score", "village", {"model": BAND}),
        ("stars", "village", {"model": BAND}),
        ("badges", "village", {"badge_model": BADGE}),
        ("satisfaction", "village", {"criterion": "satisfaction"}),
        ("remedies_closed", "village", {}),
    ],
)
def test_before_records_began_everything_is_missing(district, name, level, options):
    found = measure(district, f"village_stars.{name}", "2022", level=level, options=options)
    assert found[["value", "numerator", "denominator"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("name", "level", "options", "message"),
    [
        ("score", "village", {"model": BADGE}, "`model` must be a band model, got a badge model"),
        ("badges", "village", {"badge_model": BAND}, "`badge_model` must be a badge model"),
        (
            "stars",
            "village",
            {"model": BAND | {"caps": [{"criterion": "satisfactoin", "below": 60, "stars": 2}]}},
            "'satisfactoin', which no village is rated by: did you mean 'satisfaction'?",
        ),
        ("satisfaction", "village", {"criterion": "joy"}, "the ratings hold cleanliness"),
        (
            "four_star_share",
            "township",
            {"model": BAND, "least_stars": 6},
            "`least_stars` must be a whole number from 0 to 5, got 6",
        ),
        ("remedy_closure_rate", "township", {"window": "all"}, "`window` must be"),
    ],
)
def test_options_that_cannot_be_are_refused(district, name, level, options, message):
    with pytest.raises(PlanError, match=message):
        measure(district, f"village_stars.{name}", "2025Q3", level=level, options=options)


# --- marks are given by people


def test_points_have_an_interval_as_wide_as_two_assessments_differ(district):
    options = {"model": BAND, "mark_error": 4}
    row = row_of(district, "village_stars.score", "2024", "village", "V2", **options)
    error = 4 * np.sqrt(95**2 + 5**2) / 100
    assert row["value"] == 90
    assert row["high"] - row["value"] == pytest.approx(1.959964 * error, abs=1e-5)
    assert row["value"] - row["low"] == pytest.approx(1.959964 * error, abs=1e-5)


def test_points_taken_as_they_are_have_no_interval(district):
    row = row_of(district, "village_stars.score", "2024", "village", "V2", model=BAND)
    assert np.isnan(row["low"])


def test_an_interval_of_marks_does_not_leave_the_scale(district):
    options = {"criterion": "satisfaction", "mark_error": 30}
    row = row_of(district, "village_stars.satisfaction", "2024", "village", "V2", **options)
    assert row["high"] == 100
    assert row["low"] == pytest.approx(90 - 1.959964 * 30, abs=1e-4)


def test_an_error_of_marks_below_zero_is_refused(district):
    with pytest.raises(PlanError, match="mark_error"):
        row_of(district, "village_stars.score", "2024", "village", "V2", model=BAND, mark_error=-1)
