"""Two cities' records: every row accounted for, and the counts those of a count by the csv module."""

import csv
import gzip
from collections import Counter
from pathlib import Path

import pytest

from seedmetrics.records import District, check_frame, open_district

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def boston(root: Path, shared: Path) -> District:
    return open_district(root / "data" / "examples" / "boston311")


@pytest.fixture(scope="module")
def baltimore(root: Path, shared: Path) -> District:
    return open_district(root / "data" / "examples" / "baltimore311")


@pytest.fixture(scope="module")
def boston_rows(shared: Path) -> list[dict[str, str]]:
    with gzip.open(
        shared / "data" / "boston311_2015.csv.gz", "rt", encoding="utf-8", newline=""
    ) as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def baltimore_rows(shared: Path) -> list[dict[str, str]]:
    with (shared / "data" / "baltimore311.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_row_of_boston_is_kept_or_refused_for_want_of_a_ward(
    boston: District, boston_rows: list[dict[str, str]]
) -> None:
    source = boston.sources.set_index("table").loc["cases"]
    without_ward = [i for i, row in enumerate(boston_rows, start=2) if not row["ward"]]
    assert (source["rows"], source["refused"]) == (121_145, len(without_ward))
    assert len(boston.table("cases")) == source["rows"] - source["refused"]
    refused = boston.problems[boston.problems["severity"] == "refused"]
    assert refused["row"].tolist() == without_ward
    assert set(refused["problem"]) == {"no unit"}


def test_wards_written_53_ways_are_22_units(
    boston: District, boston_rows: list[dict[str, str]]
) -> None:
    assert len({row["ward"] for row in boston_rows if row["ward"]}) == 53
    expected = Counter(
        f"{int(row['ward'].removeprefix('Ward ')):02d}" for row in boston_rows if row["ward"]
    )
    assert boston.table("cases")["unit"].value_counts().to_dict() == dict(expected)
    assert set(boston.units.index) == set(expected)
    assert boston.unit_name("05", "en") == "Ward 5"


def test_moments_of_boston_are_those_in_the_file(
    boston: District, boston_rows: list[dict[str, str]]
) -> None:
    kept = [row for row in boston_rows if row["ward"]]
    cases = boston.table("cases")
    for column in ("opened", "due"):
        written = cases[column].dt.strftime("%Y-%m-%d %H:%M:%S").fillna("").tolist()
        assert written == [row[column] for row in kept]
    assert cases["closed"].isna().sum() == sum(not row["closed"] for row in kept)


def test_cases_closed_before_they_were_opened_are_closed_at_once(
    boston: District, boston_rows: list[dict[str, str]]
) -> None:
    before = [
        i
        for i, row in enumerate(boston_rows, start=2)
        if row["closed"] and row["closed"] < row["opened"]
    ]
    mended = boston.problems[boston.problems["severity"] == "mended"]
    assert mended["row"].tolist() == before
    assert len(before) == 197
    kept = boston.table("cases").loc[[row for row in before if row in boston.table("cases").index]]
    assert (kept["closed"] == kept["opened"]).all()
    assert boston.sources.set_index("table").loc["cases", "mended"] == len(kept)


def test_every_row_of_baltimore_is_kept(
    baltimore: District, baltimore_rows: list[dict[str, str]]
) -> None:
    cases = baltimore.table("cases")
    assert len(cases) == len(baltimore_rows) == 10_000
    assert baltimore.problems[baltimore.problems["severity"] == "refused"].empty
    names = baltimore.units["aliases"]
    assert cases["unit"].map(names).tolist() == [row["Agency"] for row in baltimore_rows]


def test_statuses_of_baltimore_become_reasons(
    baltimore: District, baltimore_rows: list[dict[str, str]]
) -> None:
    statuses = Counter(row["SRStatus"] for row in baltimore_rows)
    assert len(statuses) == 9
    excluded = baltimore.table("cases")["excluded"].value_counts().to_dict()
    duplicate = sum(n for status, n in statuses.items() if status.endswith("(Duplicate)"))
    transferred = sum(n for status, n in statuses.items() if status.endswith("(Transferred)"))
    assert excluded == {
        "": 10_000 - duplicate - transferred,
        "duplicate": duplicate,
        "transferred": transferred,
    }


def test_american_times_are_read(baltimore: District, baltimore_rows: list[dict[str, str]]) -> None:
    cases = baltimore.table("cases")
    for ours, theirs in (("opened", "CreatedDate"), ("due", "DueDate"), ("closed", "CloseDate")):
        written = cases[ours].dt.strftime("%m/%d/%Y %I:%M:%S %p").fillna("").tolist()
        assert written == [row[theirs] for row in baltimore_rows]


def test_both_cities_satisfy_the_schema(boston: District, baltimore: District) -> None:
    assert check_frame(boston.table("cases"), "cases").empty
    assert check_frame(baltimore.table("cases"), "cases").empty
