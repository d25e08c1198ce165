"""Pages in a real browser: they open from a file, ask nobody for anything, and every Chinese glyph is drawn."""

import pytest

from tests.whole_site import evaluate

pytestmark = [pytest.mark.slow, pytest.mark.browser]

WIDTHS = {"desktop": 1200, "phone": 390}


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    out = tmp_path_factory.mktemp("reports")
    done = evaluate(out, "--unit", "T01", "C01", "D01")
    assert done.returncode == 0, done.stderr[-3000:]
    return out


def visit(browser, file, width=1200):
    """Open a page; return it with the requests it made and what its console said."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    requests, said = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(file.as_uri())
    page.wait_for_load_state("load")
    return page, requests, said


PAGES = [
    "index.html",
    "index.zh.html",
    "2025Q4/township/T01.en.html",
    "2025Q4/township/T01.zh.html",
    "2025/alliance/C01.en.html",
    "2025/alliance/C01.zh.html",
    "2025H2/department/D01.en.html",
]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_a_page_opens_from_a_file_without_a_network_and_without_complaint(
    reports, browser, name, width
):
    page, requests, said = visit(browser, reports / name, width)
    assert page.locator("h1").count() == 1
    assert page.locator("main").count() == 1
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []
    assert said == []
    # Nothing is cut off at the side: the page is as wide as the window.
    assert page.evaluate("document.documentElement.scrollWidth") <= width + 1
    page.close()


@pytest.mark.parametrize("name", [name for name in PAGES if ".zh." in name])
def test_the_font_of_the_pages_is_loaded_and_draws_every_character(reports, browser, name):
    page, _, _ = visit(browser, reports / name)
    page.evaluate("document.fonts.ready")
    loaded = page.evaluate(
        "[...document.fonts].filter(f => f.status == 'loaded').map(f => f.family)"
    )
    assert any("Noto Sans SC" in family for family in loaded)
    page.close()


def test_the_index_leads_to_a_unit_and_back(reports, browser):
    page, _, _ = visit(browser, reports / "index.html")
    page.get_by_role("link", name="Qinghe Town").first.click()
    assert "Qinghe Town" in page.locator("h1").inner_text()
    page.get_by_role("link", name="中文").first.click()
    assert "清禾镇" in page.locator("h1").inner_text()
    page.locator(".mast .home").click()
    assert page.url.endswith("index.zh.html")
    page.close()


def test_every_figure_says_its_finding_to_a_screen_reader(reports, browser):
    page, _, _ = visit(browser, reports / "2025Q4/township/T01.en.html")
    figures = page.locator("figure svg[role=img]")
    assert figures.count() >= 4
    for k in range(figures.count()):
        assert len(figures.nth(k).get_attribute("aria-label")) > 40
    page.close()
