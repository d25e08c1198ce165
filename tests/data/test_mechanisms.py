"""All twenty mechanisms of the programme: records, indicators, a place in a plan, and values that are there."""

import pandas as pd
import pytest

from seedmetrics.evaluation import evaluate, find_plan
from seedmetrics.indicators import MECHANISMS, find_indicator, indicator_names
from seedmetrics.records import open_district
from tests.conftest import ROOT

MODULES = [module.__name__.rpartition(".")[2] for module in MECHANISMS]
# In the order of the programme: Select, Cultivate, Sow.
TWENTY = [
    "village_stars", "disclosures", "standardisation", "cadre_record", "talent_branches", "member_development",
    "activist_points", "lectures", "organisation_life", "enterprise_days", "hotline", "arena", "longboards",
    "chain_organisation", "chain_assessment", "projects", "village_support", "grids", "community_life",
    "winter_visits",
]  # fmt: skip
OF_ALLIANCES = {"chain_organisation", "chain_assessment"}
PLANS = ["township", "alliance", "department", "village"]


def names_of(module, level=""):
    names = [n for n in indicator_names() if n.partition(".")[0] == module]
    return [
        n
        for n in names
        if not level or not find_indicator(n).levels or level in find_indicator(n).levels
    ]


@pytest.fixture(scope="module")
def district():
    return open_district(ROOT / "data" / "sample")


@pytest.fixture(scope="module")
def evaluations(district):
    return {name: evaluate(district, plan=name) for name in PLANS}


def now(evaluation):
    table = evaluation.shared_indicators()
    return table[table["period"] == str(evaluation.period)]


def test_the_twenty_mechanisms_are_twenty_modules_in_the_order_of_the_programme():
    assert MODULES == TWENTY


@pytest.mark.parametrize("module", TWENTY)
def test_every_mechanism_has_records(district, module):
    names = names_of(module)
    assert names
    tables = {table for name in names for table in find_indicator(name).tables}
    if all(find_indicator(name).derived for name in names):
        return
    assert tables
    for table in tables:
        assert len(district.table(table)), f"the sample keeps no {table}"


@pytest.mark.parametrize("module", TWENTY)
def test_every_indicator_of_a_mechanism_is_in_the_plan_of_its_units(district, module):
    level = "alliance" if module in OF_ALLIANCES else "township"
    planned = {entry.name for entry in find_plan(district, level).indicators}
    if module == "longboards":
        assert planned & set(names_of(module))
        return
    assert set(names_of(module, level)) <= planned


@pytest.mark.parametrize("plan", PLANS)
def test_every_indicator_of_a_plan_has_value_numerator_and_denominator_somewhere(evaluations, plan):
    table = now(evaluations[plan])
    whole = table[["value", "numerator", "denominator"]].notna().all(axis=1)
    seen = whole.groupby(table["indicator"]).sum()
    assert seen.index[seen == 0].tolist() == []


def test_every_township_page_has_most_of_its_values(evaluations):
    table = now(evaluations["township"])
    whole = table[["value", "numerator", "denominator"]].notna().all(axis=1)
    by_unit = whole.groupby(table["unit"]).mean().drop("O01")
    assert by_unit.min() > 0.6


@pytest.mark.parametrize(
    "name", sorted(set(indicator_names()) & {n for m in TWENTY for n in names_of(m)})
)
def test_an_indicator_counts_each_value_it_gives(evaluations, name):
    """Where there is a value there are numerator and denominator, unless few persons are told as a class."""
    for evaluation in evaluations.values():
        rows = evaluation.indicators
        rows = rows[
            (rows["indicator"] == name) & rows["value"].notna() & (rows["count_class"] == "")
        ]
        assert rows["numerator"].notna().all()
        assert (rows["denominator"] > 0).all()


def test_shares_lie_in_zero_to_one_and_intervals_hold_their_values(evaluations):
    for evaluation in evaluations.values():
        rows = evaluation.indicators[evaluation.indicators["value"].notna()]
        shares = rows[rows["indicator"].map(lambda n: find_indicator(n).share).astype(bool)]
        assert shares["value"].between(0, 1).all()
        told = rows[rows[["low", "high"]].notna().all(axis=1)]
        assert (told["low"] <= told["value"] + 1e-12).all()
        assert (told["value"] <= told["high"] + 1e-12).all()


def test_persons_are_never_ranked_or_listed(district, evaluations):
    """No id of a person reaches a table that is shared."""
    ids = set()
    for frame in district.tables.values():
        for column in ("person", "leader", "member", "judge"):
            if column in frame:
                ids |= set(frame[column].dropna())
    for evaluation in evaluations.values():
        for table in (evaluation.shared_indicators(), evaluation.league, evaluation.annual):
            for column in table.select_dtypes(include=["object", "str"]):
                assert not ids & set(table[column].dropna())


def _told_as_class(name):
    found = find_indicator(name)
    return found.persons and found.sampled and found.few == "class"


def test_every_count_of_persons_that_is_told_is_none_or_at_least_five(evaluations):
    for evaluation in evaluations.values():
        rows = evaluation.shared_indicators()
        about = rows["indicator"].map(_told_as_class)
        told = rows[about.astype(bool) & rows["numerator"].notna()]
        for counts in (
            told["numerator"],
            told["denominator"] - told["numerator"],
            told["denominator"],
        ):
            assert not ((counts > 0) & (counts < 5)).any()


def test_conformance_never_stands_without_its_coverage(evaluations):
    for evaluation in evaluations.values():
        names = {entry.name for entry in evaluation.plan.indicators}
        for name in names:
            if name.endswith(".conformance"):
                assert name.replace("conformance", "coverage") in names
                wide = evaluation.to_frame()
                known = wide[name].notna()
                assert wide.loc[known, name.replace("conformance", "coverage")].notna().all()


def test_a_plan_of_two_mechanisms_works_with_only_their_tables(tmp_path, district):
    """A district that keeps grids and councils needs no other table."""
    folder = tmp_path / "small"
    folder.mkdir()
    source = ROOT / "data" / "sample"
    keep = ["grids", "grid_cells", "community_bodies"]
    for name in ["units", *keep]:
        (folder / f"{name}.csv").write_bytes((source / f"{name}.csv").read_bytes())
    lines = [
        'name = { zh = "小区", en = "Small" }',
        "as_of = 2026-01-15",
        'time_zone = "Asia/Shanghai"',
        'language = "en"',
    ]
    lines += [f'[tables.{name}]\nfile = "{name}.csv"' for name in keep]
    (folder / "district.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "two.toml").write_text(
        """name = "two"
title = { en = "Two", zh = "二" }
level = "township"
cadence = "quarter"
pillars = [{ name = "sow", title = { en = "Sow", zh = "播散" }, weight = 1 }]
indicators = [
    { name = "grids.size_fit", pillar = "sow", weight = 1 },
    { name = "grids.organisation_coverage", pillar = "sow", weight = 1 },
    { name = "community_life.elders_councils", pillar = "sow", weight = 1 },
]
[options.grids]
sizes = { urban = { low = 300, high = 500 }, rural = { low = 40, high = 60 }, cell = { low = 10, high = 15 } }
""",
        encoding="utf-8",
    )
    small = evaluate(open_district(folder), plan="two", period="2025Q4")
    assert small.league["rank"].notna().all()
    whole = evaluate(district, plan="township", period="2025Q4").to_frame()
    names = ["grids.organisation_coverage", "community_life.elders_councils"]
    pd.testing.assert_frame_equal(small.to_frame()[names], whole[names], check_names=False)
