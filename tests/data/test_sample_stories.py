"""Stories planted in the sample district, each told by its records alone."""

from pathlib import Path

import pandas as pd
import pytest


@pytest.fixture(scope="module")
def sample(root: Path) -> Path:
    return root / "data" / "sample"


def read(sample: Path, name: str, *dates: str) -> pd.DataFrame:
    """Read a table, with its dates as dates and its counts as numbers."""
    return pd.read_csv(sample / f"{name}.csv", parse_dates=list(dates), low_memory=False)


@pytest.fixture(scope="module")
def steps(sample: Path) -> pd.DataFrame:
    return read(
        sample, "development_steps", "date", "publicity_from", "publicity_to", "extended_to"
    )


@pytest.fixture(scope="module")
def first(steps: pd.DataFrame) -> pd.DataFrame:
    """The first date of each step, persons by steps; the unit of each is the index's first level."""
    return steps.groupby(["unit", "person", "step"])["date"].min().unstack()


def by_unit(persons: pd.Series) -> dict[str, int]:
    counts = persons.groupby(level="unit").sum()
    return counts[counts > 0].to_dict()


# Villages


def test_two_weak_villages_were_closed_out_and_listed_again(sample: Path) -> None:
    listings = read(sample, "village_listings", "listed", "closed_out").sort_values("listed")
    twice = listings[listings.duplicated("village", keep=False)]
    assert sorted(twice["village"].unique()) == ["T06-V04", "T07-V09"]
    earlier = twice.groupby("village").nth(0).set_index("village")["closed_out"]
    later = twice.groupby("village").nth(1).set_index("village")["listed"]
    assert (later > earlier).all()
    assert listings["village"].nunique() == 14
    assert listings["closed_out"].isna().sum() == 4


def test_one_village_with_marks_for_many_stars_is_held_down_by_a_veto(sample: Path) -> None:
    marks = read(sample, "village_ratings")
    mean = marks[marks["year"] == 2025].groupby("village")["mark"].mean()
    vetoed = read(sample, "village_vetoes").query("year == 2025")["village"]
    assert mean[vetoed].max() > 80


# Member development


def test_every_step_of_the_25_and_every_stage_has_persons(steps: pd.DataFrame) -> None:
    assert sorted(steps["step"].unique()) == list(range(1, 26))
    reached = steps.groupby("person")["step"].max()
    assert (reached == 25).sum() > 80
    for low, high in [(1, 2), (3, 6), (7, 11), (12, 18), (19, 24)]:
        assert reached.between(low, high).sum() > 20


def test_step_6_and_21_come_again_and_other_steps_once(steps: pd.DataFrame) -> None:
    times = steps.groupby(["person", "step"]).size()
    again = times[times > 1].index.get_level_values("step")
    assert set(again) == {6, 21, 23}
    put_off = steps[steps["extended_to"].notna()]
    assert set(put_off["step"]) == {23}
    assert 4 <= len(put_off) <= 10


def test_dates_are_missing_here_and_there_and_in_zhuting_all_over(steps: pd.DataFrame) -> None:
    missing = steps["date"].isna().groupby(steps["unit"]).mean().drop("O01")
    assert missing.idxmax() == "T10"
    assert missing["T10"] > 0.15
    assert missing.drop("T10").max() < 0.04
    assert missing.drop("T10").mean() > 0.003


def test_zhuting_breaches_hardly_anything_where_its_dates_are_known(first: pd.DataFrame) -> None:
    own = first.loc["T10"]
    assert not (own[7] < own[3] + pd.DateOffset(years=1)).any()
    assert not (own[10] > own[15]).any()


def test_fengya_made_targets_of_activists_before_their_year_was_over(first: pd.DataFrame) -> None:
    early = first[7] < first[3] + pd.DateOffset(years=1)
    counts = by_unit(early)
    assert counts.pop("T07") >= 15
    assert sum(counts.values()) <= 4
    assert (early & (first[7].dt.year == 2025)).loc["T07"].sum() >= 10


def test_nansang_reviewed_five_persons_after_the_branch_had_voted(first: pd.DataFrame) -> None:
    assert by_unit(first[10] > first[15]) == {"T03": 5}


def test_liuwan_approves_late_and_once_after_more_than_six_months(first: pd.DataFrame) -> None:
    late = by_unit(first[17] > first[15] + pd.DateOffset(months=3))
    assert max(late, key=lambda unit: late[unit]) == "T04"
    assert by_unit(first[17] > first[15] + pd.DateOffset(months=6)) == {"T04": 1}


def test_lutang_seldom_observed_its_activists_until_2025(steps: pd.DataFrame) -> None:
    seen = steps[steps["step"] == 6].dropna(subset=["date"]).sort_values("date")
    gap = seen.groupby("person")["date"].diff()
    long = (gap > pd.Timedelta(days=185)) & (seen["date"] < "2025-01-01")
    share = long.groupby(seen["unit"]).mean().drop(["O01", "T10"])
    assert share.idxmax() == "T06"
    assert share["T06"] > 2 * share.drop("T06").max()


def test_shihuai_filled_in_one_form_after_the_vote(first: pd.DataFrame) -> None:
    assert by_unit(first[14] > first[15]) == {"T09": 1}


def test_two_votes_did_not_reach_more_than_half_of_those_due(steps: pd.DataFrame) -> None:
    votes = steps[steps["step"].isin([15, 23]) & steps["votes_due"].notna()]
    failed = votes[(2 * votes["yes"] <= votes["votes_due"])]
    assert dict(zip(failed["unit"], failed["step"], strict=True)) == {"S01": 15, "T02": 23}


def test_six_units_make_targets_public_most_for_five_working_days(steps: pd.DataFrame) -> None:
    shown = steps[steps["publicity_from"].notna()]
    assert set(shown["step"]) == {7}
    assert set(shown["unit"]) == {"T01", "T05", "S01", "S02", "S03", "Z01"}
    assert (shown["publicity_to"] < shown["date"].fillna(pd.Timestamp("2100"))).all()
    days = (shown["publicity_to"] - shown["publicity_from"]).dt.days
    assert (days >= 4).mean() > 0.85


def test_training_is_told_in_days_or_hours_and_here_and_there_too_short(
    steps: pd.DataFrame,
) -> None:
    training = steps[(steps["step"] == 11) & (steps["unit"] != "T10")]
    told = training["days"].notna() ^ training["hours"].notna()
    assert told.all()
    short = (training["days"] < 3) | (training["hours"] < 24)
    assert 3 <= short.sum() <= 10


def test_the_list_of_activists_follows_the_steps(sample: Path, first: pd.DataFrame) -> None:
    listed = read(sample, "activists", "from", "to")
    probationary = listed[listed["status"] == "probationary"].set_index("person")["from"]
    voted = first[15].droplevel("unit").dropna()
    both = probationary.index.intersection(voted.index)
    assert len(both) > 100
    assert (probationary[both] == voted[both]).all()


# Points


def balances(sample: Path, year: int) -> pd.DataFrame:
    """Balance and points lost to caps of each person on the list on the last day of a year, by the local values."""
    values = {"activity": 2, "volunteering": 2, "study_notes": 1, "key_task": 5, "honor": 3,
              "discipline_breach": -40, "shirking": -10, "absence": -3}  # fmt: skip
    caps = {"activity": 12, "volunteering": 12, "study_notes": 8}
    last = pd.Timestamp(year, 12, 31)
    listed = read(sample, "activists", "from", "to")
    here = listed[(listed["from"] <= last) & ~(listed["to"] < last) & (listed["exempt"] == "no")]
    points = read(sample, "points", "date")
    points = points[points["date"].dt.year == year]
    earned = points["times"] * points["item"].map(values)
    table = earned.groupby([points["person"], points["item"]]).sum().unstack(fill_value=0)
    table = table.reindex(here["person"], fill_value=0)
    capped = table.clip(upper=pd.Series(caps).reindex(table.columns), axis=1)
    return pd.DataFrame(
        {
            "unit": here["unit"].to_numpy(),
            "balance": 60 + capped.sum(axis=1).to_numpy(),
            "lost": (table - capped).sum(axis=1).to_numpy(),
            "plus": table.clip(lower=0).sum(axis=1).to_numpy(),
        }
    )


def test_three_in_four_or_more_pass_in_2025_and_few_meet_a_red_line(sample: Path) -> None:
    found = balances(sample, 2025)
    assert 0.72 <= (found["balance"] >= 80).mean() <= 0.90
    assert found["unit"].value_counts().drop("O01").between(20, 60).all()
    red = read(sample, "points", "date").query("item == 'discipline_breach'")
    assert 4 <= red["person"].nunique() <= 15


def test_yunqiao_loses_nearly_half_of_its_points_to_caps(sample: Path) -> None:
    sums = balances(sample, 2025).groupby("unit")[["lost", "plus"]].sum()
    lost = (sums["lost"] / sums["plus"]).drop("O01")
    assert lost.idxmax() == "T08"
    assert lost["T08"] > 0.35
    assert lost.drop("T08").max() < 0.25


# Cadres and leaders


def test_zhuting_began_its_tests_badly_and_then_learned(sample: Path) -> None:
    tests = read(sample, "test_marks", "date")
    mean = tests.groupby(["unit", tests["date"].dt.strftime("%Y-%m")])["mark"].mean().unstack()
    assert mean["2024-11"].idxmin() == "T10"
    assert mean.loc["T10", "2025-05"] > mean.loc["T10", "2024-11"] + 6


def test_nansang_reports_in_advance_too_late(sample: Path) -> None:
    rows = read(sample, "disclosures", "event", "filed").query("kind == 'advance'")
    in_time = rows["filed"] <= rows["event"] - pd.Timedelta(days=5)
    share = in_time.groupby(rows["unit"]).mean().drop("O01")
    assert share.idxmin() == "T03"
    assert share["T03"] < 0.62


def test_reports_due_later_than_as_of_are_there_and_some_are_late_or_undated(sample: Path) -> None:
    rows = read(sample, "disclosures", "event", "due", "filed")
    annual = rows[rows["kind"] == "annual"]
    assert (annual["due"] > "2026-01-15").any()
    due = annual[annual["due"] <= "2026-01-15"]
    assert 0.80 < (due["filed"] <= due["due"]).mean() < 0.97
    undated = rows[(rows["kind"] == "event") & rows["event"].isna()]
    assert 3 <= len(undated) <= 15


def test_files_of_secretaries_were_completed_one_after_the_other(sample: Path) -> None:
    done = read(sample, "secretary_files", "completed")["completed"]
    assert (done <= "2024-12-31").mean() < 0.9
    assert done.max() == pd.Timestamp("2025-11-20")


def test_zhuting_names_digital_skills_as_its_weakness(sample: Path) -> None:
    rows = read(sample, "cadre_records").query("part == 'weakness' and unit == 'T10'")
    counts = rows["category"].value_counts(normalize=True)
    assert counts.index[0] == "digital_skills"
    assert counts.iloc[0] > 0.4


def test_shihuai_left_its_task_list_in_the_summer(sample: Path) -> None:
    rows = read(sample, "task_items").query("unit == 'T09'")
    done = (rows["done"] == "yes").groupby(rows["item"].str[:6]).mean()
    assert done.idxmin() == "2025Q3"
    assert done["2025Q3"] < 0.7 < done.drop("2025Q3").min()


def test_two_units_teach_only_at_the_end_of_the_year(sample: Path) -> None:
    lectures = read(sample, "lectures", "date").merge(read(sample, "leaders"), on="leader")
    own = lectures[lectures["date"].dt.year == 2025]
    early = (own["date"] < "2025-09-01").groupby(own["unit"]).mean()
    assert set(early.index[early < 0.15]) == {"T09", "D10"}


def test_no_leader_teaches_before_or_after_the_time_in_post(sample: Path) -> None:
    lectures = read(sample, "lectures", "date").merge(
        read(sample, "leaders", "from", "to"), on="leader"
    )
    assert (lectures["date"] >= lectures["from"]).all()
    assert not (lectures["date"] > lectures["to"]).any()


# Departments


def test_the_industry_bureau_mends_and_the_housing_bureau_is_slow(sample: Path) -> None:
    cases = read(sample, "cases", "due").query("channel == 'hotline'")
    cases = cases[cases["excluded"].isna() & (cases["due"] <= "2026-01-15")]
    closed = pd.to_datetime(cases["closed"], format="ISO8601")
    on_time = closed < cases["due"] + pd.Timedelta(days=1)
    year = cases["due"].dt.year * 2 + (cases["due"].dt.month > 6)
    table = on_time.groupby([cases["unit"], year]).mean().unstack()
    whole = on_time.groupby(cases["unit"]).mean()
    assert whole.idxmin() == "D07"
    assert whole["D07"] < whole.drop("D07").min() - 0.08
    assert table.loc["D03", 2025 * 2 + 1] > table.loc["D03", 2024 * 2 + 1] + 0.08


def test_the_labor_bureau_excludes_most(sample: Path) -> None:
    cases = read(sample, "cases").query("channel == 'hotline'")
    excluded = cases["excluded"].notna().groupby(cases["unit"]).mean()
    assert excluded.idxmax() == "D09"
    assert excluded["D09"] > 0.10


# Sow


def test_two_key_villages_were_without_a_first_secretary_for_months(sample: Path) -> None:
    posts = read(sample, "village_posts", "from", "to").query("post == 'first'")
    days = pd.date_range("2025-01-01", "2025-12-31")
    filled = {
        village: sum(((rows["from"] <= day) & ~(rows["to"] < day)).any() for day in days)
        for village, rows in posts.groupby("village")
    }
    empty = pd.Series(filled).rsub(len(days))
    assert set(empty.index[empty > 60]) == {"T07-V02", "T10-V01"}
    assert empty.drop(["T07-V02", "T10-V01"]).max() <= 20


def test_one_post_was_never_filled_and_its_row_says_so(sample: Path) -> None:
    posts = read(sample, "village_posts", "from", "to")
    never = posts[posts["from"].isna()]
    assert never[["village", "post"]].to_numpy().tolist() == [["T11-V03", "team-2"]]
    assert never["person"].isna().all()


def test_chenghu_has_oversized_urban_grids(sample: Path) -> None:
    urban = read(sample, "grids").query("kind == 'urban'")
    over = (urban["households"] > 500).groupby(urban["unit"]).mean()
    assert over.drop("O01").idxmax() == "S03"
    assert over["S03"] > 0.5
    assert over.drop(["S03", "O01"]).max() < 0.3


def test_bailu_divided_three_large_grids_in_the_summer_of_2025(sample: Path) -> None:
    grids = read(sample, "grids", "founded", "dissolved")
    old, new = grids[grids["dissolved"].notna()], grids[grids["founded"] == "2025-07-01"]
    assert set(old["unit"]) == set(new["unit"]) == {"T02"}
    assert (len(old), len(new)) == (3, 6)
    assert old["households"].min() > 60
    assert old["households"].sum() == new["households"].sum()


def test_members_in_fengya_carry_larger_cells(sample: Path) -> None:
    cells = read(sample, "grid_cells")
    size = cells["households"].groupby(cells["grid"].str[:3]).median()
    assert size.idxmax() == "T07"
    assert size["T07"] > 15


def test_two_projects_are_open_past_their_day_and_some_were_late(sample: Path) -> None:
    projects = read(sample, "projects", "planned", "actual")
    assert projects["unit"].nunique() == 14
    assert 40 <= len(projects) <= 50
    overdue = projects[projects["actual"].isna() & (projects["planned"] < "2026-01-15")]
    assert sorted(overdue["unit"]) == ["T06", "T07"]
    late = projects["actual"] > projects["planned"]
    assert 0.2 < late.mean() < 0.6
    assert (projects["actual"].isna() & (projects["planned"] >= "2026-01-15")).any()


def test_one_council_was_dissolved_and_founded_anew(sample: Path) -> None:
    bodies = read(sample, "community_bodies", "founded", "dissolved")
    again = bodies[bodies.duplicated(["village", "kind"], keep=False)]
    assert set(again["village"]) == {"T09-V04"}
    assert again["dissolved"].notna().sum() == 1


def test_fengya_holds_few_events(sample: Path) -> None:
    events = read(sample, "service_events")
    counts = events["unit"].value_counts()
    towns = counts[counts.index.str.startswith("T")]
    assert towns.idxmin() == "T07"


def test_maiping_visits_and_solves_most_and_the_office_knocks_twice(sample: Path) -> None:
    visits = read(sample, "household_visits", "date")
    visits = visits[visits["date"].dt.year == 2025]
    households = read(sample, "population").query("year == 2025").set_index("unit")["households"]
    share = visits.groupby("unit")["households"].sum() / households
    assert share.drop("O01").idxmax() == "T11"
    assert share["O01"] > 1
    cases = read(sample, "cases", "due").query("channel == 'door_knock'")
    cases = cases[cases["due"].dt.year == 2025]
    open_still = cases["closed"].isna().groupby(cases["unit"]).mean()
    assert open_still["T11"] == 0
    assert open_still["T07"] > 2 * open_still.drop("T07").median()


def test_doors_were_knocked_on_only_in_the_cold_weeks(sample: Path) -> None:
    months = read(sample, "household_visits", "date")["date"].dt.strftime("%Y-%m")
    assert set(months) == {"2025-01", "2025-02", "2025-12", "2026-01"}


def test_the_office_has_fewer_than_five_persons_in_several_records(sample: Path) -> None:
    for name in ("talents", "activists", "development_steps"):
        table = read(sample, name)
        assert table.loc[table["unit"] == "O01", "person"].nunique() < 5
    leaders = read(sample, "leaders").query("unit == 'O01'")
    assert leaders["to"].isna().sum() < 5
