"""Copies stand while they are true: what has changed is made again or gone, what stands is not made twice."""

import shutil
from pathlib import Path

import pytest

from seedmetrics.__main__ import main
from seedmetrics.errors import SeedmetricsError
from seedmetrics.site import copies, printing
from seedmetrics.site.copies import Copies, make_copies, pages_to_copy, sent_name
from seedmetrics.site.printing import VARIABLE, find_chromium
from seedmetrics.site.publish import publish
from tests.conftest import ROOT


@pytest.fixture
def reports(site, tmp_path):
    """Return a site of one's own."""
    return Path(shutil.copytree(site.reports, tmp_path / "reports"))


@pytest.fixture
def printed(monkeypatch):
    """Return what a printer that needs no browser was given."""
    given = []

    def print_pages(pages, *, day, write, chromium):
        for page, place in pages:
            given.append(place)
            write(place, f"%PDF of {page.name} {day}\n%%EOF\n".encode())
        return len(given)

    monkeypatch.setattr(copies, "print_pages", print_pages)
    monkeypatch.setattr(copies, "find_chromium", lambda: Path("chromium"))
    return given


def test_pages_of_notebooks_and_methods_are_copied_and_nothing_else(reports):
    names = {page.relative_to(reports).as_posix() for page in pages_to_copy(reports)}
    assert {"2025Q3/township/T01.en.html", "2025Q3/township/methods.zh.html"} <= names
    assert not [n for n in names if "index" in n or "quality" in n or "failures" in n]
    # The page that failed has a stub in its place: an answer to a link, and nothing to be sent.
    assert (reports / "2025Q3/township/T05.zh.html").is_file()
    assert "2025Q3/township/T05.zh.html" not in names


def test_every_page_is_there_as_one_file_and_as_a_pdf(reports, printed):
    made = make_copies(reports, single_file=True, pdf=True, progress=False)
    pages = pages_to_copy(reports)
    assert (made.sent, made.printed, made.made) == (len(pages), len(pages), 2 * len(pages))
    for page in pages:
        assert page.with_suffix(".pdf").read_bytes().startswith(b"%PDF")
        assert sent_name(reports, page).read_text(encoding="utf-8").startswith("<!doctype html>")
    sizes = [f.stat().st_size for f in [*reports.rglob("*.pdf"), *(reports / "send").iterdir()]]
    assert made.bytes == sum(sizes)
    assert len(sizes) == 2 * len(pages)


def test_the_name_of_a_copy_says_what_it_is(reports):
    page = reports / "2025Q3" / "township" / "T01.en.html"
    assert sent_name(reports, page) == reports / "send" / "2025Q3-township-T01.en.html"


def test_what_stands_is_not_made_twice(reports, printed):
    make_copies(reports, single_file=True, pdf=True, progress=False)
    before = {f: f.stat().st_mtime_ns for f in (reports / "send").iterdir()}
    printed.clear()
    again = make_copies(reports, single_file=True, pdf=True, progress=False)
    assert (again.made, again.removed, printed) == (0, 0, [])
    assert {f: f.stat().st_mtime_ns for f in (reports / "send").iterdir()} == before
    afresh = make_copies(reports, single_file=True, pdf=True, afresh=True, progress=False)
    assert afresh.made == afresh.sent + afresh.printed == 2 * len(before)


def test_a_page_that_changed_is_copied_again_and_only_that(reports, printed):
    make_copies(reports, single_file=True, pdf=True, progress=False)
    page = reports / "2025Q3" / "township" / "T01.en.html"
    page.write_text(page.read_text("utf-8").replace("96.0%", "95.0%"), encoding="utf-8")
    printed.clear()
    again = make_copies(reports, single_file=True, pdf=True, progress=False)
    assert (again.removed, again.made) == (2, 2)
    assert printed == [page.with_suffix(".pdf")]
    assert "95.0%" in sent_name(reports, page).read_text(encoding="utf-8")


def test_no_old_number_stays_in_a_copy_though_none_is_asked_for(reports, printed):
    make_copies(reports, single_file=True, pdf=True, progress=False)
    page = reports / "2025Q3" / "township" / "T01.en.html"
    page.write_text(page.read_text("utf-8").replace("96.0%", "95.0%"), encoding="utf-8")
    (reports / "2025Q3" / "township" / "T02.en.html").unlink()
    said = make_copies(reports, progress=False)
    assert said == Copies(removed=4)
    assert not page.with_suffix(".pdf").exists()
    assert not sent_name(reports, page).exists()


def test_another_style_sheet_makes_every_copy_anew(reports, printed):
    count = make_copies(reports, single_file=True, progress=False).sent
    sheet = reports / "assets" / "style.css"
    sheet.write_text(sheet.read_text("utf-8") + "p { margin: 1px; }\n", encoding="utf-8")
    again = make_copies(reports, single_file=True, progress=False)
    assert (again.removed, again.made) == (count, count)


def test_a_file_that_is_not_ours_stays(reports, printed):
    own = reports / "2025Q3" / "township" / "minutes.pdf"
    own.write_bytes(b"%PDF-1.7 of somebody else\n%%EOF\n")
    make_copies(reports, single_file=True, pdf=True, progress=False)
    make_copies(reports, progress=False)
    assert own.is_file()


def test_only_some_pages_are_copied_and_others_stay(reports, printed):
    make_copies(reports, pdf=True, progress=False)
    page = reports / "2025Q3" / "township" / "T01.en.html"
    one = make_copies(reports, single_file=True, only=[page], progress=False)
    assert (one.sent, one.removed) == (1, 0)
    assert [f.name for f in (reports / "send").iterdir()] == ["2025Q3-township-T01.en.html"]


def test_the_command_makes_copies_of_a_folder_that_is_there(reports, capsys):
    assert main(["site", str(reports), "--single-file"]) == 0
    said = capsys.readouterr()
    assert said.out.strip() == str(reports / "index.html")
    count = len(list((reports / "send").iterdir()))
    assert f"{count} pages as one file each, to be sent: {reports / 'send'}" in said.err


# the browser -----------------------------------------------------------------------------------------------
def test_the_browser_named_is_the_one_that_prints(monkeypatch, tmp_path):
    program = tmp_path / "my-chromium"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv(VARIABLE, str(program))
    assert find_chromium() == program


def test_a_browser_that_is_not_there_is_named_with_what_to_do(monkeypatch):
    monkeypatch.setenv(VARIABLE, "/nowhere/chromium")
    with pytest.raises(SeedmetricsError, match="SEEDMETRICS_CHROMIUM names '/nowhere/chromium'"):
        find_chromium()


def test_no_browser_at_all_says_how_to_get_one(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(printing.shutil, "which", lambda _: None)
    with pytest.raises(SeedmetricsError, match=r"install one .* or leave out --pdf"):
        find_chromium()


def test_a_package_that_is_not_there_is_named_with_what_to_do(monkeypatch):
    monkeypatch.setattr(printing.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(SeedmetricsError, match=r'pip install "seedmetrics\[pdf\]"'):
        find_chromium()


def test_without_a_printer_no_notebook_runs_and_nothing_is_written(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv(VARIABLE, "/nowhere/chromium")
    with pytest.raises(SeedmetricsError, match="is no program here"):
        publish(ROOT / "data" / "sample", out=tmp_path / "reports", pdf=True, progress=False)
    assert not (tmp_path / "reports").exists()
    command = ["evaluate", str(ROOT / "data" / "sample"), "--out", str(tmp_path / "reports")]
    assert main([*command, "--pdf"]) == 2
    assert "SEEDMETRICS_CHROMIUM" in capsys.readouterr().err
    assert main(["site", str(tmp_path), "--pdf"]) == 2
    assert not (tmp_path / "reports").exists()
