"""Every published figure is met by the records of the sample district, and one that is not would be seen."""

import dataclasses

import pandas as pd
import pytest

from seedmetrics.errors import SeedmetricsError
from seedmetrics.evaluation import published_figures
from seedmetrics.records import open_district
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def district():
    return open_district(ROOT / "data" / "sample")


@pytest.fixture(scope="module")
def figures(district):
    return published_figures(district).set_index("key")


def test_every_published_figure_is_met(figures):
    assert figures.index[~figures["met"]].tolist() == []
    assert len(figures) == 16


def test_558_of_581_prints_as_the_published_rate_and_so_would_579_to_584(figures):
    row = figures.loc["closure_rate"]
    assert (row["numerator"], row["denominator"]) == (558, 581)
    same = [n for n in range(558, 700) if f"{558 / n:.0%}" == "96%"]
    assert (same[0], same[-1]) == (579, 584)
    assert "579 to 584" in row["what_is_counted"]


def test_more_than_stays_a_bound(figures):
    row = figures.loc["difficulties_solved"]
    assert (row["bound"], row["published"]) == (True, "3300+")
    assert row["computed"] > 3300


def test_a_figure_of_which_one_record_is_lost_is_not_met(district):
    cases = district.table("cases")
    lost = cases[(cases["channel"] == "enterprise_day") & cases["closed"].notna()].index[0]
    without = dataclasses.replace(district, tables={**district.tables, "cases": cases.drop(lost)})
    found = published_figures(without).set_index("key")
    assert not found.loc["problems_closed", "met"]


def test_a_bound_that_is_only_reached_is_not_passed(district):
    cases = district.table("cases")
    solved = cases.index[(cases["channel"] == "door_knock") & (cases["closed"] <= district.as_of)]
    fewer = cases.drop(solved[3300:])
    without = dataclasses.replace(district, tables={**district.tables, "cases": fewer})
    found = published_figures(without).set_index("key")
    assert found.loc["difficulties_solved", "computed"] <= 3300
    assert not found.loc["difficulties_solved", "met"]


def test_a_figure_whose_table_is_not_kept_is_not_met_and_does_not_stop_the_others(district):
    tables = {name: table for name, table in district.tables.items() if name != "projects"}
    found = published_figures(dataclasses.replace(district, tables=tables)).set_index("key")
    assert pd.isna(found.loc["delayed_projects", "computed"])
    assert found.index[~found["met"]].tolist() == ["delayed_projects"]


def test_a_figure_that_nothing_computes_is_refused_by_its_key(district, tmp_path):
    text = (ROOT / "data" / "published_figures.csv").read_text(encoding="utf-8")
    (tmp_path / "figures.csv").write_text(
        text.replace("weekend_groups", "weekend_group"), encoding="utf-8"
    )
    with pytest.raises(SeedmetricsError, match="weekend_group"):
        published_figures(district, file=tmp_path / "figures.csv")


def test_a_table_of_figures_that_is_not_there_is_refused_by_its_path(district, tmp_path):
    with pytest.raises(SeedmetricsError, match="nowhere"):
        published_figures(district, file=tmp_path / "nowhere.csv")
