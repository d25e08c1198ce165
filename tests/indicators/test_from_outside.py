"""A mechanism from outside: a package of its own brings a table and an indicator, and a plan uses them."""

import os
import subprocess
import sys
import textwrap

import pytest

from seedmetrics.errors import DistrictError
from seedmetrics.records import COUNT, UNIT, Column, Table, declare
from tests.districts import write_district

MODULE = '''
"""A twenty-first mechanism: reading rooms, and how many of their days they were open."""

import seedmetrics as sm
from seedmetrics.records import UNIT, Column, Table, declare

declare(Table("reading_rooms", {"unit": UNIT, "month": Column("month", required=True),
                                "open_days": Column("count", required=True)}, key=("unit", "month")))


@sm.indicator("reading_rooms.days_open", tables=["reading_rooms"], unit="township", share=True, exact=True)
def days_open(district, period):
    """Days on which the room was open, of the days of the months on record."""
    rooms = district.table("reading_rooms")
    months = {str(month): month for month in period.months()}
    rooms = rooms[rooms["month"].isin(months)]
    days = rooms["month"].map({name: (m.end - m.start).days for name, m in months.items()})
    table = rooms.assign(denominator=days, numerator=rooms["open_days"])
    return table.groupby("unit")[["numerator", "denominator"]].sum()
'''
PLAN = """
name = "rooms"
title = { en = "Reading rooms", zh = "农家书屋" }
level = "township"
cadence = "quarter"
pillars = [{ name = "all", title = { en = "All", zh = "全部" }, weight = 1 }]
indicators = [{ name = "reading_rooms.days_open", pillar = "all", weight = 1, target = 0.5 }]
"""
ASK = """
import seedmetrics as sm
evaluation = sm.evaluate(sm.open_district(sys.argv[1]), plan="rooms", period="2025Q3")
row = evaluation.unit("T1").indicators.loc["reading_rooms.days_open"]
print(int(row["numerator"]), int(row["denominator"]), int(evaluation.league["rank"].iloc[0]))
page = sm.unit_report(evaluation, unit="T1", language="en")
print("Days open" in page.indicator_table()._repr_html_())
"""


@pytest.fixture
def installed(tmp_path):
    """Write a package as an installer leaves it: a module, and metadata that name it."""
    folder = tmp_path / "packages"
    (folder / "rooms_package-1.dist-info").mkdir(parents=True)
    (folder / "rooms_package.py").write_text(MODULE, encoding="utf-8")
    metadata = folder / "rooms_package-1.dist-info"
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: rooms-package\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text("[seedmetrics.indicators]\nrooms = rooms_package\n")
    return folder


def run(code, packages, *arguments):
    environment = os.environ | {"PYTHONPATH": str(packages)}
    command = [sys.executable, "-c", "import sys\n" + textwrap.dedent(code), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def district(folder):
    rooms = "unit,month,open_days\nT1,2025-07,20\nT1,2025-08,15\nT2,2025-07,31\n"
    folder = write_district(folder, {"reading_rooms": rooms})
    (folder / "rooms.toml").write_text(PLAN, encoding="utf-8")
    return folder


def test_a_mechanism_of_another_package_is_read_measured_ranked_and_shown(installed, tmp_path):
    done = run(ASK, installed, district(tmp_path / "district"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["35", "62", "1", "True"]


def test_without_that_package_the_same_folder_says_which_table_it_does_not_know(tmp_path):
    done = run(ASK, tmp_path, district(tmp_path / "district"))
    assert done.returncode != 0
    assert "reading_rooms" in done.stderr


def test_a_package_that_cannot_be_loaded_is_named(installed, tmp_path):
    (installed / "rooms_package.py").write_text("import nothing_of_this_name\n")
    done = run(ASK, installed, district(tmp_path / "district"))
    assert "rooms-package" in done.stderr
    assert "nothing_of_this_name" in done.stderr


def test_a_table_may_be_declared_again_as_it_is_and_not_otherwise():
    table = Table("outside_rooms", {"unit": UNIT, "seats": COUNT})
    assert declare(table) == declare(Table("outside_rooms", {"unit": UNIT, "seats": COUNT}))
    with pytest.raises(DistrictError, match="outside_rooms"):
        declare(Table("outside_rooms", {"unit": UNIT}))


def test_a_table_that_refers_to_none_is_refused():
    with pytest.raises(DistrictError, match="enterprises"):
        declare(
            Table(
                "outside_visits",
                {"enterprise": Column("code", required=True, refers_to="enterprise")},
            )
        )
