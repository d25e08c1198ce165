"""The documentation builds without a warning, needs no other host, and has a page for every public name."""

import importlib
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
from axe_playwright_python.sync_playwright import Axe

import seedmetrics
from docs._ext.bibliography import plain, read_entries
from docs._ext.chinese import joined
from docs._ext.mathml import mathml
from docs.make_docs import OPTIONS
from tests.browser.lab import chromium
from tests.conftest import ROOT
from tests.docs.pages import DOCS, Links

# One of each kind.
SEEN = [
    "index.html",
    "howto/bring-your-district.html",
    "zh/read-a-rank-interval.html",
    "reference/generated/seedmetrics.formulas.time_to_closure.html",
    "reference/generated/seedmetrics.Evaluation.html",
    "reference/formulas/ranking.html",
    "gallery/index.html",
]
FLOORS = ["formulas", "records", "indicators", "evaluation", "batch"]
BIBLIOGRAPHY = read_entries(ROOT / "seedmetrics" / "formulas" / "references.bib")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build everything but the runs of the gallery's notebooks, which `make docs` adds; return the pages' folder."""
    out = tmp_path_factory.mktemp("docs")
    command = [sys.executable, "docs/make_docs.py", "--without-runs", "--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    assert "WARNING" not in done.stderr
    assert Path(done.stdout.strip()) == out / "html" / "index.html"
    return out / "html"


@pytest.fixture(scope="module")
def pages(built):
    """Return what each built page loads and leads to."""
    files = [f for f in sorted(built.rglob("*.html")) if "_static" not in f.parts]
    return {file: Links(file.read_text("utf-8")) for file in files}


@pytest.mark.slow
def test_a_warning_ends_the_build(tmp_path):
    project = tmp_path / "project"
    (project / "docs").mkdir(parents=True)
    for name in ("conf.py", "_ext", "_static", "_templates"):
        copy = shutil.copytree if (DOCS / name).is_dir() else shutil.copyfile
        copy(DOCS / name, project / "docs" / name)
    (project / "docs" / "index.md").write_text("# One\n\n[leads nowhere](nowhere.md)\n", "utf-8")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        *OPTIONS,
        str(project / "docs"),
        str(tmp_path / "out"),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "nowhere.md" in done.stderr


@pytest.mark.slow
def test_every_public_name_has_a_page(built):
    names = [name for name in seedmetrics.__all__ if name != "formulas"]
    for name in names:
        page = built / "reference" / "generated" / f"seedmetrics.{name}.html"
        assert page.is_file(), f"{name}: put it onto docs/reference/seedmetrics.rst"
    for floor in FLOORS:
        for name in importlib.import_module(f"seedmetrics.{floor}").__all__:
            if name in names and floor != "formulas":
                continue
            page = built / "reference" / "generated" / f"seedmetrics.{floor}.{name}.html"
            assert page.is_file(), f"{floor}.{name}: put it onto a page of docs/reference/"
    assert (built / "reference" / "formulas" / "index.html").is_file()


@pytest.mark.slow
def test_nothing_is_loaded_from_another_host(built, pages):
    for page, links in pages.items():
        for target in links.loads:
            assert not re.match(r"(\w+:)?//", target), f"{page.name} loads {target}"
    for sheet in built.rglob("*.css"):
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL)
        for target in re.findall(r"(?:url\(|@import\s)\s*[\"']?([^\"')\s]+)", text):
            assert not re.match(r"(https?:)?//", target), f"{sheet.name} loads {target}"


@pytest.mark.slow
def test_every_link_within_leads_to_a_place_that_is_there(pages):
    for page, links in pages.items():
        for target in [*links.leads, *links.loads]:
            address, place = urldefrag(target)
            if re.match(r"\w+:", address):
                continue
            file = (page.parent / unquote(address.partition("?")[0])).resolve() if address else page
            assert file.exists(), f"{page.name} leads to {target}"
            if place and file in pages:
                assert unquote(place) in pages[file].places, f"{page.name} leads to {target}"


@pytest.mark.slow
def test_no_page_tells_where_it_was_built(built):
    for file in built.rglob("*.html"):
        text = file.read_text("utf-8")
        assert str(ROOT) not in text, file.name
        assert str(built.parent) not in text, file.name


@pytest.mark.slow
def test_a_formula_is_mathml_and_its_source_is_named(built):
    text = (built / "reference/generated/seedmetrics.formulas.closure_rate.html").read_text("utf-8")
    assert text.count("<math ") > 10
    assert "<mfrac>" in text
    assert "Probable inference, the law of succession" in text
    assert 'href="#wilson1927probable"' in text
    assert 'href="../sources.html#source-wilson1927probable"' in text
    assert not re.search(r"\[\w+\d{4}\w+\]", re.sub(r"<[^>]+>", "", text))


@pytest.mark.slow
def test_every_source_is_listed_with_what_rests_on_it(built, pages):
    page = built / "reference" / "sources.html"
    assert {f"source-{key}" for key in BIBLIOGRAPHY} <= pages[page].places
    assert "generated/seedmetrics.formulas.rank_sets.html" in page.read_text("utf-8")


@pytest.mark.slow
def test_every_indicator_is_in_the_list(built):
    text = (built / "reference" / "indicator-list.html").read_text("utf-8")
    shipped = {module.__name__.rpartition(".")[2] for module in seedmetrics.indicators.MECHANISMS}
    for name in seedmetrics.indicator_names():
        if name.partition(".")[0] in shipped:
            assert name in text, name


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_pages_open_from_a_file_without_an_error_and_fit_the_screen(built, width):
    with chromium() as browser:
        page = browser.new_page(viewport={"width": width, "height": 900})
        asked, said = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on(
            "console", lambda m: said.append(m.text) if m.type in {"error", "warning"} else None
        )
        page.on("pageerror", lambda error: said.append(str(error)))
        for name in SEEN:
            page.goto((built / name).as_uri())
            over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert page.evaluate(over) <= 0, f"{name} is wider than the screen"
        page.goto((built / "reference/generated/seedmetrics.formulas.closure_rate.html").as_uri())
        box = page.locator("div.math math").first.bounding_box()
        assert box["width"] > 100
        assert box["height"] > 20
        page.goto((built / "zh/index.html").as_uri())
        assert page.evaluate(
            "document.fonts.ready.then(() => document.fonts.check('16px \"Noto Sans SC\"', '区'))"
        )
    assert not [url for url in asked if not url.startswith(("file:", "data:"))]
    assert not said


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_have_no_serious_fault_for_who_hears_them_or_sees_little(built, scheme):
    with chromium() as browser:
        page = browser.new_page(color_scheme=scheme)
        for name in SEEN:
            page.goto((built / name).as_uri())
            found = Axe().run(page).response["violations"]
            assert not [v["id"] for v in found if v["impact"] in {"serious", "critical"}], name


def test_no_notebook_of_the_project_is_left_out_of_the_gallery():
    from docs._ext.gallery import NOTEBOOKS

    lying = {file.stem for file in (ROOT / "notebooks").glob("*.ipynb")}
    assert {shown.name for shown in NOTEBOOKS} == lying


@pytest.mark.parametrize(
    "tex", [r"\{L_j, \dots, U_j\}", "x + ½", r"\text{a:}\quad & x \\ \text{b:}\quad & y"]
)
def test_what_the_converter_does_not_know_is_spelled_as_it_does(tex):
    assert mathml(tex, block=False).startswith("<math")


def test_accents_and_braces_of_the_bibliography_become_letters():
    assert plain(r"Anh{\o}j and {M\"ark} 5--7") == "Anhøj and Märk 5–7"


def test_a_source_is_called_by_its_authors_and_year():
    assert BIBLIOGRAPHY["wilson1927probable"].label == "Wilson 1927"
    assert BIBLIOGRAPHY["agresti1998approximate"].label == "Agresti and Coull 1998"
    assert BIBLIOGRAPHY["brown2001interval"].label == "Brown et al. 2001"


def test_lines_of_a_chinese_paragraph_are_joined_and_code_is_left_alone():
    text = "一行，\n又一行。\n\n- 甲\n- 乙\n\n```python\n# 甲\n乙\n```\n"
    assert joined(text) == "一行，又一行。\n\n- 甲\n- 乙\n\n```python\n# 甲\n乙\n```\n"


def test_nothing_made_lies_among_the_sources():
    listed = subprocess.run(
        ["git", "ls-files", "--others", "--exclude-standard", "docs/reference/generated", "docs/gallery"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    assert not [name for name in listed if name.endswith((".ipynb", ".svg", ".png"))]
    assert not (DOCS / "reference" / "generated").exists()
