"""What the how-to pages show is run as it is written: files, Python, plans, commands and their output."""

import contextlib
import io
import shlex
import subprocess
import sys
import tomllib

import pytest

from seedmetrics.__main__ import _parser, main
from seedmetrics.evaluation import read_plan
from seedmetrics.evaluation.plan_files import revised
from seedmetrics.indicators import find_indicator
from tests.conftest import ROOT
from tests.docs.pages import DOCS, HOWTO, blocks, commands

FIRST = DOCS / "howto" / "bring-your-district.md"
WITH_PYTHON = [page for page in HOWTO if blocks(page, "python")]
WITH_PLANS = [page for page in HOWTO if any(not b.file for b in blocks(page, "toml"))]
TASKS = {
    "bring-your-district",
    "write-a-plan",
    "add-an-indicator",
    "read-a-rank-interval",
    "run-on-a-cluster",
}


def name_of(page):
    return page.relative_to(DOCS).as_posix()


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Return a folder with the district that the first page has its reader write, as it is written there."""
    for block in blocks(FIRST):
        if block.file:
            (tmp_path / block.file).parent.mkdir(exist_ok=True)
            (tmp_path / block.file).write_text(block.text, encoding="utf-8")
    for folder in ("data", "notebooks"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_task_has_a_page():
    assert {page.stem for page in DOCS.glob("howto/*.md")} >= TASKS


@pytest.mark.slow
@pytest.mark.parametrize("page", WITH_PYTHON, ids=name_of)
def test_the_python_of_a_page_runs_as_written(page, place):
    script = place / "as_written.py"
    script.write_text("\n".join(b.text for b in blocks(page, "python")), encoding="utf-8")
    command = [sys.executable, "-W", "error", str(script)]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.parametrize("page", WITH_PLANS, ids=name_of)
def test_every_plan_of_a_page_is_accepted(page, place):
    base = read_plan(place / "my-district" / "mine.toml")
    for block in blocks(page, "toml"):
        if block.file:
            continue
        said = tomllib.loads(block.text)
        if "pillars" in said:
            file = place / "whole.toml"
            file.write_text(block.text, encoding="utf-8")
            assert read_plan(file).indicators
            continue
        assert revised(base, said).name == "mine"  # checked as a plan that is read


def test_what_a_page_puts_into_pyproject_is_the_entry_point_that_is_looked_for():
    (block,) = [b for b in blocks(DOCS / "howto/add-an-indicator.md") if b.file == "pyproject.toml"]
    said = tomllib.loads(block.text)
    text = (ROOT / "seedmetrics" / "records" / "outside.py").read_text("utf-8")
    for group in said["project"]["entry-points"]:
        assert f'"{group}"' in text


@pytest.mark.parametrize("page", HOWTO, ids=name_of)
def test_every_command_of_a_page_is_one(page):
    for command, _ in commands(page):
        words = shlex.split(command)
        if words[0] == "seedmetrics":
            with contextlib.redirect_stderr(io.StringIO()) as said:
                try:
                    _parser().parse_args(words[1:])
                except SystemExit:
                    pytest.fail(f"{command}: {said.getvalue()}")
        else:
            assert words[0] == "dask", f"{command}: nobody looks whether this is right"
            module = f"distributed.cli.dask_{words[1]}"
            done = subprocess.run(
                [sys.executable, "-m", module, "--help"], capture_output=True, text=True, check=True
            )
            for option in (word for word in words if word.startswith("--")):
                assert f"{option} " in done.stdout, command


@pytest.mark.parametrize("page", HOWTO, ids=name_of)
def test_what_a_page_says_comes_of_a_check_comes_of_it(page, place, capsys):
    for command, output in commands(page):
        if output and " check " in command:
            assert main(shlex.split(command)[1:]) == 1
            assert capsys.readouterr().out == output


@pytest.mark.slow
def test_a_district_brought_as_written_gets_its_pages(place):
    commanded = [c for c, _ in commands(FIRST) if c.startswith("seedmetrics evaluate")]
    assert len(commanded) == 1
    call = [sys.executable, "-m", "seedmetrics", *shlex.split(commanded[0])[1:], "--language", "en"]
    done = subprocess.run(call, cwd=place, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr  # the row that the page has refused
    assert done.stdout.strip() == "reports/index.html"
    for unit in ("T01", "T02", "T03"):
        assert (place / "reports" / "2025Q3" / "mine" / f"{unit}.en.html").is_file()


def test_both_languages_bring_the_same_district():
    files = [
        {b.file: b.text for b in blocks(page) if b.file}
        for page in (FIRST, DOCS / "zh" / "bring-your-district.md")
    ]
    assert files[0] == files[1]
    assert set(files[0]) == {
        f"my-district/{name}" for name in ("district.toml", "units.csv", "export.csv", "mine.toml")
    }


def test_every_indicator_that_a_page_names_in_a_plan_exists():
    for page in WITH_PLANS:
        for block in blocks(page, "toml"):
            for entry in tomllib.loads(block.text).get("indicators", []):
                assert find_indicator(entry["name"])
