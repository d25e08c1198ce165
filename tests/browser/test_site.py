"""The site in a real browser: found, sorted, switched, downloaded; from a file and a server, in both languages."""

import functools
import http.server
import io
import re
import shutil
import threading

import pandas as pd
import pytest

from seedmetrics.site import build_site, building
from tests.site.evil import EVIL, evil_reports
from tests.site.small_site import fill
from tests.whole_site import whole_site

pytestmark = [pytest.mark.slow, pytest.mark.browser]

WIDTHS = {"desktop": 1200, "phone": 390}
A4 = 680  # CSS pixels between the margins
TYPES = {
    "front": "index.{}html",
    "period": "2025Q3/index.{}html",
    "methods": "2025Q4/township/methods.{}.html",
    "quality": "data-quality.{}html",
    "township": "2025Q4/township/T01.{}.html",
    "alliance": "2025/alliance/C01.{}.html",
    "department": "2025H2/department/D01.{}.html",
    "league": "2025Q4/township/league.{}.html",
    "closure": "2025Q4/township/closure.{}.html",
    "robustness": "2025Q4/township/robustness.{}.html",
    "programme": "2025Q4/township/programme.{}.html",
}
OWN = ("front", "period", "methods", "quality")


def file_of(kind, language):
    """Return the file of a type of page in a language."""
    name = TYPES[kind]
    return name.format(language if ".{}.html" in name else "zh." if language == "zh" else "")


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    run = whole_site(tmp_path_factory)
    assert run.returncode == 0, run.stderr[-3000:]
    return run.out


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def serve():
    """Return what serves a folder on this machine, and says where."""
    servers = []

    def start(folder):
        handler = functools.partial(Quiet, directory=str(folder))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module", params=["file", "server"])
def address(request, reports, serve):
    """Return where the whole site is: as files, and from a server."""
    return reports.as_uri() if request.param == "file" else serve(reports)


class Visit:
    """A page with what it asked for and what its console said."""

    def __init__(self, browser, url, *, width=1200, **options):
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, accept_downloads=True, **options
        )
        self.page = self.context.new_page()
        self.asked, self.said = [], []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.goto(url)
        self.page.wait_for_load_state("load")

    def __enter__(self):
        return self.page

    def __exit__(self, kind, *_):
        self.context.close()
        if kind is None:
            assert self.said == []
            for url in self.asked:
                assert url.startswith(("file://", "data:", "http://127.0.0.1:")), url


def first_cells(page, table="#table-1", column=1):
    return page.locator(f"{table} tbody tr > :nth-child({column + 1})").all_inner_texts()


# finding ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("typed", ["清禾", "qinghezhen", "qhz", "Qinghe", "Qīnghé Town"])
def test_search_finds_a_township_by_chinese_name_pinyin_and_english(
    browser, address, language, typed
):
    with Visit(browser, f"{address}/{file_of('front', language)}") as page:
        page.get_by_role("searchbox").fill(typed)
        results = page.locator("#results li")
        assert results.count() == 1
        status = page.get_by_role("status").inner_text()
        assert status == ("One unit found" if language == "en" else "找到1个单位")
        assert "清禾镇" in results.inner_text()
        assert "Qinghe Town" in results.inner_text()
        results.get_by_role("link").click()
        page.wait_for_url(re.compile(rf"\.{language}\.html$"))
        assert ("Qinghe Town" if language == "en" else "清禾镇") in page.locator("h1").inner_text()


def test_search_covers_all_plans_and_says_when_there_is_none(browser, address):
    with Visit(browser, f"{address}/index.html") as page:
        field = page.get_by_role("searchbox")
        for typed, expected in (("nyj", 0), ("alliance", 8), ("qu", None), ("T0", 9)):
            field.fill(typed)
            found = page.locator("#results li").count()
            assert found == expected if expected is not None else found > 3, typed
        field.fill("nowhere at all")
        assert page.locator("#results li").count() == 0
        assert page.get_by_role("status").inner_text().startswith("No unit found")
        page.get_by_label("Group").select_option(label="Towns")
        field.fill("bureau")
        assert page.locator("#results li").count() == 0, "only within the group that is chosen"


def test_everything_works_with_the_keyboard(browser, address):
    with Visit(browser, f"{address}/index.html") as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "query"
        page.keyboard.type("town")
        page.keyboard.press("ArrowDown")
        first = page.evaluate("document.activeElement.textContent")
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.textContent") != first
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        assert page.evaluate("document.activeElement.id") == "query"
        page.keyboard.press("Escape")
        assert page.locator("#results li").count() == 0
        page.keyboard.type("slz")
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        page.wait_for_url("**/T05.en.html")


def test_a_long_list_of_units_is_read_only_when_somebody_searches(
    browser, serve, tmp_path, monkeypatch
):
    fill(tmp_path / "reports")
    monkeypatch.setattr(building, "MOST_INSIDE", 10)
    build_site(tmp_path / "reports")
    for place in ((tmp_path / "reports").as_uri(), serve(tmp_path / "reports")):
        visit = Visit(browser, f"{place}/index.html")
        with visit as page:
            assert not [url for url in visit.asked if url.endswith("units.js")]
            page.get_by_role("searchbox").fill("slz")
            page.wait_for_selector("#results li")
            assert page.locator("#results li").count() == 1
            assert [url for url in visit.asked if url.endswith("units.js")]
    # What is not what was built is not run where a server sends it.
    program = tmp_path / "reports" / "assets" / "units.js"
    program.write_text(program.read_text() + "self.pwned=1;", encoding="utf-8")
    visit = Visit(browser, f"{place}/index.html")
    visit.page.get_by_role("searchbox").fill("slz")
    visit.page.wait_for_function("document.querySelector('script[src]') !== null")
    visit.page.wait_for_load_state("networkidle")
    assert visit.page.evaluate("self.pwned") is None
    assert any("integrity" in text for text in visit.said)
    visit.context.close()


# tables ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_tables_sort(browser, address, language):
    with Visit(browser, f"{address}/{file_of('front', language)}") as page:
        table = page.locator("#table-1 table")
        ranked = first_cells(page, column=0)
        assert ranked == [str(k) for k in range(1, 12)]
        button = table.get_by_role("button", name="Score" if language == "en" else "总分")
        button.click()
        scores = [float(text) for text in first_cells(page, column=4)]
        assert scores == sorted(scores)
        header = button.locator("xpath=..")
        assert header.get_attribute("aria-sort") == "ascending"
        assert table.locator(".lanes i:visible").count() == 0, "lines join neighbors by rank only"
        button.click()
        assert header.get_attribute("aria-sort") == "descending"
        assert table.locator("[aria-sort]").count() == 1
        assert first_cells(page, column=0) == ranked
        table.get_by_role("button", name="Unit" if language == "en" else "单位").click()
        names = first_cells(page)
        if language == "en":
            assert names == sorted(names)
        else:
            assert names[0] == "白芦镇", "by pinyin"
        table.get_by_role("button", name="Rank" if language == "en" else "名次").click()
        assert first_cells(page, column=0) == ranked
        assert table.locator(".lanes i:visible").count() > 0


def test_units_without_a_rank_stay_last(browser, address):
    with Visit(browser, f"{address}/index.html") as page:
        for name in ("Score", "Unit", "Cases closed", "Rank"):
            button = page.locator("#table-2 table").get_by_role("button", name=name)
            for _ in range(2):
                button.click()
                assert first_cells(page, "#table-2")[-1] == "Yunzhan Office"


def test_one_group_can_be_shown_alone(browser, address):
    with Visit(browser, f"{address}/index.html") as page:
        page.get_by_label("Group").select_option(label="Industry-chain alliance evaluation")
        assert page.locator("table.league:visible").count() == 1
        assert "alliance" in page.locator("table.league:visible").inner_text()
        status = page.get_by_role("status").inner_text()
        assert status == "Shown: Industry-chain alliance evaluation"
        page.get_by_label("Group").select_option(label="All groups")
        assert page.locator("table.league:visible").count() == 4


# switches --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", TYPES)
def test_the_language_switches_on_every_type_of_page(browser, address, kind):
    with Visit(browser, f"{address}/{file_of(kind, 'en')}") as page:
        assert page.locator("html").get_attribute("lang") == "en"
        page.locator(".mast").get_by_role("link", name="中文").click()
        page.wait_for_url(f"**/{file_of(kind, 'zh')}")
        assert page.locator("html").get_attribute("lang") == "zh-Hans"
        assert re.search(r"[\u4e00-\u9fff]", page.locator("h1").inner_text())
        page.locator(".mast").get_by_role("link", name="English").click()
        page.wait_for_url(f"**/{file_of(kind, 'en')}")


def test_the_period_switches_and_comes_back(browser, address):
    with Visit(browser, f"{address}/index.html") as page:
        latest = first_cells(page)
        page.locator("details.choice summary").click()
        page.get_by_role("link", name="third quarter of 2025").click()
        page.wait_for_url("**/2025Q3/index.html")
        assert "third quarter of 2025" in page.locator("h1").inner_text()
        assert "Worked out again from the records as of 15 January 2026" in page.inner_text("main")
        assert first_cells(page) != latest
        page.locator("details.choice summary").focus()
        page.keyboard.press("Enter")
        current = page.locator("details.choice [aria-current=page]")
        assert current.inner_text() == "third quarter of 2025"
        page.get_by_role("link", name="Qinghe Town").click()
        page.wait_for_url("**/2025Q4/township/T01.en.html")
        page.go_back()
        page.locator("details.choice summary").click()
        page.get_by_role("link", name="Latest of each").click()
        page.wait_for_url("**/index.html")
        assert first_cells(page) == latest


@pytest.mark.parametrize("name", ["League table", "Indicators", "Problems"])
def test_downloads_open(browser, address, name):
    with Visit(browser, f"{address}/index.html") as page:
        tables = {}
        for kind in ("CSV", "XLSX"):
            with page.expect_download() as got:
                page.get_by_role("link", name=f"{name} {kind}").click()
            content = got.value.path().read_bytes()
            if kind == "CSV":
                tables[kind] = pd.read_csv(io.BytesIO(content))
            else:
                tables[kind] = pd.read_excel(io.BytesIO(content), engine="calamine")
        assert list(tables["CSV"].columns) == list(tables["XLSX"].columns)
        assert tables["CSV"].shape == tables["XLSX"].shape
        assert len(tables["CSV"]) > 0


# safety ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["front", "period", "quality", "methods", "township"])
def test_no_script_but_the_pages_own_runs(browser, address, kind):
    visit = Visit(browser, f"{address}/{file_of(kind, 'en')}")
    ran = visit.page.evaluate(
        """() => {
            const script = document.createElement('script');
            script.textContent = 'self.pwned = 1';
            document.body.append(script);
            const image = document.createElement('div');
            image.innerHTML = '<img src="data:," onerror="self.pwned = 2">';
            document.body.append(image);
            return self.pwned ?? null;
        }"""
    )
    assert ran is None
    assert any("Content Security Policy" in text for text in visit.said)
    visit.context.close()


def test_names_that_would_run_are_text(browser, serve, tmp_path):
    reports = evil_reports(tmp_path / "reports")
    pages = sorted(page.relative_to(reports).as_posix() for page in reports.rglob("*.html"))
    for place in (reports.as_uri(), serve(reports)):
        for name in pages:
            with Visit(browser, f"{place}/{name}") as page:
                if name == "index.html":
                    page.get_by_role("searchbox").fill("script")
                    assert page.locator("#results li").count() >= 3
                    names = page.locator("#results a, #results b").all_inner_texts()
                    assert EVIL[0] in names or EVIL[1] in names
                for link in page.locator("main a").all():
                    assert re.match(r"[\w.#%/-]+$", link.get_attribute("href"))
                page.mouse.move(300, 300)
                assert page.evaluate("self.pwned") is None
                assert page.evaluate("getComputedStyle(document.body).display") == "block"


def test_without_script_every_table_and_link_is_there(browser, address):
    with Visit(browser, f"{address}/index.html", java_script_enabled=False) as page:
        assert page.locator("table.league").count() == 4
        assert not page.locator("#query").is_visible()
        assert page.locator("thead button").count() == 0
        page.locator("details.choice summary").click()
        page.get_by_role("link", name="second quarter of 2025").click()
        page.wait_for_url("**/2025Q2/index.html")


# looks -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", TYPES)
def test_axe_finds_no_serious_violation(browser, reports, kind, language):
    from axe_playwright_python.sync_playwright import Axe

    for scheme, width in (("light", 1200), ("dark", 390)):
        url = f"{reports.as_uri()}/{file_of(kind, language)}"
        with Visit(browser, url, width=width, color_scheme=scheme) as page:
            if kind == "front":
                page.get_by_role("searchbox").fill("town")
                page.locator("details.choice summary").click()
            options = {"resultTypes": ["violations"], "preload": False}  # it would fetch the sheets
            found = Axe().run(page, options=options).response["violations"]
            serious = [
                f"{v['id']} ({v['impact']}): {node['html'][:200]}"
                for v in found
                if v["impact"] in ("serious", "critical")
                for node in v["nodes"][:3]
            ]
            assert serious == []


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    return tmp_path_factory.mktemp("pictures")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", TYPES)
def test_a_picture_of_every_type_of_page_at_every_width(browser, reports, pictures, kind, language):
    url = f"{reports.as_uri()}/{file_of(kind, language)}"
    for name, width in (WIDTHS | {"print": A4}).items():
        with Visit(browser, url, width=width) as page:
            if name == "print":
                page.emulate_media(media="print")
            page.evaluate("document.fonts.ready")
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width + 1, f"{kind} {language} {name}: {wide} pixels"
            if kind in OWN:
                cut = page.evaluate(CUT)
                assert cut == [], f"{kind} {language} {name}"
            page.screenshot(path=pictures / f"{kind}.{language}.{name}.png", full_page=True)
    assert len(list(pictures.glob(f"{kind}.{language}.*.png"))) == 3


# Cells whose text reaches beyond them, where it would stand in the next.
CUT = """() => [...document.querySelectorAll('main td, main th')]
    .filter(cell => cell.scrollWidth > cell.clientWidth + 1 && cell.clientWidth > 0
        && !cell.matches('.lanes, .plotted, .strip'))
    .map(cell => `${cell.textContent.trim().slice(0, 60)}: ${cell.scrollWidth} in ${cell.clientWidth}`)"""


def test_a_failed_page_says_what_it_said_and_how_to_go_on(browser, serve, tmp_path):
    fill(tmp_path / "reports")
    build_site(tmp_path / "reports")
    shutil.copytree(tmp_path / "reports", tmp_path / "moved")
    with Visit(browser, f"{serve(tmp_path / 'moved')}/failures.html") as page:
        page.get_by_text("The last lines of the traceback").click()
        assert "Traceback" in page.locator("pre").inner_text()
        assert "--unit T05 --language zh" in page.locator("main").inner_text()
        page.locator(".mast .home").click()
        page.get_by_role("link", name="What failed, and how to run it again").click()
        page.wait_for_url("**/failures.html")
