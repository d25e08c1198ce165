"""A district is kept only where that was asked for, and only while its files are as they were."""

import os
import shutil

import pytest

from seedmetrics.records import kept, open_district
from seedmetrics.records.district import open_and_keep
from tests.districts import write_district

CASES = "case_id,unit,channel,opened,due,closed\nc1,T1,one_stop,2025-08-01,2025-08-15,2025-08-10\n"


@pytest.fixture(autouse=True)
def nothing_kept():
    yield
    kept.forget()


@pytest.fixture
def folder(tmp_path):
    return write_district(tmp_path / "d", {"cases": CASES})


def test_nothing_is_kept_unasked(folder):
    assert open_district(folder) is not open_district(folder)


def test_what_is_kept_is_the_same_object_again(folder, monkeypatch):
    first = open_and_keep(folder)
    assert open_district(folder) is first
    assert open_and_keep(folder) is first
    monkeypatch.chdir(folder.parent)
    assert open_district("d") is first


@pytest.mark.parametrize("file", ["cases.csv", "units.csv", "district.toml"])
def test_a_file_written_since_is_read_anew(folder, file):
    first = open_and_keep(folder)
    path = folder / file
    os.utime(path, ns=(1, path.stat().st_mtime_ns + 1))
    assert open_district(folder) is not first


def test_a_file_exchanged_for_one_of_the_same_size_and_time_is_read_anew(folder, tmp_path):
    first = open_and_keep(folder)
    other = tmp_path / "other.csv"
    other.write_text(CASES.replace("2025-08-10", "2025-08-12"), encoding="utf-8")
    before = (folder / "cases.csv").stat()
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    shutil.move(other, folder / "cases.csv")
    again = open_district(folder)
    assert again is not first
    assert str(again.tables["cases"]["closed"].iloc[0])[:10] == "2025-08-12"


def test_a_part_of_the_tables_is_never_the_kept_whole(folder):
    first = open_and_keep(folder)
    assert open_district(folder, tables=["cases"]) is not first
