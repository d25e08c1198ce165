"""Copies in a real browser: a page in one file opens alone; a PDF has all of a page, nothing cut, on A4."""

import html
import json
import re
import shutil

import pytest

from seedmetrics.site.printing import print_pages
from tests.whole_site import evaluate, whole_site

pytestmark = [pytest.mark.slow, pytest.mark.browser]

# A4 between the margins of style.css, in CSS pixels.
WIDE, HIGH = 680.3, 1020.4
UNITS = [
    f"{place}.{language}"
    for place in ("2025Q4/township/T01", "2025/alliance/C01")
    for language in ("en", "zh")
]
OTHERS = [
    f"2025Q4/township/{name}.{language}"
    for name in ("league", "closure", "robustness", "programme", "methods")
    for language in ("en", "zh")
]  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory, browser):
    """Return what one command makes of two units: pages, each as one file, and PDFs."""
    out = tmp_path_factory.mktemp("copies") / "reports"
    options = ["--unit", "T01", "C01", "--single-file", "--pdf"]
    done = evaluate(out, "--json", *options)
    assert done.returncode == 0, done.stderr[-3000:]
    return out, done


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return whole_site(tmp_path_factory).out


def test_one_command_makes_pages_files_to_send_and_pdfs_and_says_so(run):
    out, done = run
    told = json.loads(done.stdout)
    # Two units and the methods of two plans, in two languages.
    assert told["sent"] == told["printed"] == 8
    assert len(list((out / "send").iterdir())) == len(list(out.rglob("*.pdf"))) == 8
    assert "8 pages as one file each" in done.stderr
    assert "8 pages printed: a PDF beside each" in done.stderr
    for name in UNITS:
        assert (out / f"{name}.pdf").is_file()
        assert (out / "send" / f"{name.replace('/', '-')}.html").is_file()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", UNITS)
def test_a_page_in_one_file_opens_where_nothing_else_is(run, browser, tmp_path, name, scheme):
    out, _ = run
    alone = tmp_path / "inbox" / "page.html"
    alone.parent.mkdir()
    shutil.copy(out / "send" / f"{name.replace('/', '-')}.html", alone)
    context = browser.new_context(color_scheme=scheme, offline=True)
    page = context.new_page()
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(alone.as_uri())
    page.evaluate("document.fonts.ready")
    assert [url for url in asked if not url.startswith("data:")] == [alone.as_uri()]
    assert said == []
    if ".zh" in name:
        assert page.evaluate("document.fonts.check('16px \"Noto Sans SC\"', '镇')")
    # It is the page: the same words, and drawn as the page beside its folder is.
    whole_page = context.new_page()
    whole_page.goto((out / f"{name}.html").as_uri())
    assert page.locator("main").inner_text() == whole_page.locator("main").inner_text()
    look = "getComputedStyle(document.querySelector('h1')).font + getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(look) == whole_page.evaluate(look)
    assert page.evaluate(HEIGHT) == whole_page.evaluate(HEIGHT)
    ways = page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))")
    assert all(way.startswith("#") for way in ways)
    context.close()


HEIGHT = "document.querySelector('main').offsetHeight"


def test_the_policy_of_a_page_in_one_file_holds(run, browser):
    """What somebody puts into the file later does not run, and draws nothing from elsewhere."""
    out, _ = run
    page = browser.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.goto((out / "send" / "2025Q4-township-T01.en.html").as_uri())
    ran = page.evaluate(
        """() => {
            const add = (tag, set) => document.body.append(Object.assign(document.createElement(tag), set));
            add('script', {textContent: 'self.pwned = 1'});
            add('div', {innerHTML: '<img src="data:," onerror="self.pwned = 2">'});
            add('style', {textContent: 'body { display: none }'});
            add('img', {src: 'https://example.invalid/x.png'});
            return [self.pwned ?? null, getComputedStyle(document.body).display];
        }"""
    )
    assert ran == [None, "block"]
    assert sum("Content Security Policy" in text for text in said) >= 3
    page.close()


# paper -----------------------------------------------------------------------------------------------------
def sheets(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


@pytest.mark.parametrize("name", UNITS)
def test_a_pdf_is_a4_has_a_language_and_can_be_read_aloud(run, name):
    out, _ = run
    pdf = (out / f"{name}.pdf").read_bytes()
    boxes = {tuple(map(float, box.split())) for box in re.findall(rb"/MediaBox \[([^\]]+)\]", pdf)}
    for box in boxes:
        assert box == pytest.approx((0, 0, 595, 842), abs=1)
    assert 4 <= sheets(pdf) <= 12
    assert b"/StructTreeRoot" in pdf
    assert b"/Outlines" in pdf
    language = b"zh-Hans" if ".zh" in name else b"en"
    assert re.search(rb"/Lang \(" + language, pdf)
    assert re.search(rb"/CreationDate \(D:20260115000000", pdf), (
        "the day of the records, not of the printer"
    )


@pytest.mark.parametrize("order", [1, -1])
def test_printing_twice_gives_the_same_bytes_whatever_was_printed_before(run, tmp_path, order):
    out, _ = run
    written = {}
    names = UNITS[:2][::order]
    pages = [(out / f"{name}.html", tmp_path / f"{k}.pdf") for k, name in enumerate(names)]
    assert print_pages(pages, day="2026-01-15", write=written.__setitem__) == 2
    for name, (_, place) in zip(names, pages):
        kept = (out / f"{name}.pdf").read_bytes()
        assert kept.startswith(written[place])
        assert re.fullmatch(rb"% seedmetrics [0-9a-f]{64}\n", kept[len(written[place]) :])


# The engine that breaks a page into sheets breaks it into columns too; of columns a script can ask where things are.
BREAKS = """([wide, high]) => {
    const gap = 40, body = document.body;
    body.style.cssText = `column-width: ${wide}px; column-gap: ${gap}px; column-fill: auto; height: ${high}px;
        width: ${wide}px;`;
    const left = body.getBoundingClientRect().left;
    const on = element => [...new Set([...element.getClientRects()].filter(r => r.width && r.height)
        .map(r => Math.floor((r.left - left + 1) / (wide + gap))))];
    const told = element => `${element.tagName} ${element.textContent.trim().replace(/\\s+/g, ' ').slice(0, 60)}`;
    const all = selector => [...document.querySelectorAll(selector)].filter(e => !e.closest('details') && on(e).length);
    const cut = all('figure, tbody tr, h1, h2, h3, .facts, .boards > div, #made')
        .filter(element => on(element).length > 1).map(told);
    // What a heading is the heading of: the next thing below it, within its section.
    const alone = all('main h2, main h3').filter(heading => {
        const section = heading.closest('section, .open') ?? document.querySelector('main');
        const next = [...section.querySelectorAll('p, svg, tbody tr, dl, ul')].find(element =>
            !element.closest('details') && on(element).length &&
            heading.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING);
        return next && on(next)[0] !== on(heading)[0];
    }).map(told);
    const heads = all('table:has(tbody tr)').filter(table => table.tHead && on(table.tHead).length &&
        on(table.tHead)[0] !== on(table.querySelector('tbody tr'))[0]).map(told);
    // Heads are drawn again on every sheet where they are of this kind, whole, and low; columns list them once.
    const bare = all('table').filter(table => table.tHead && on(table).length > 1).filter(table => {
        const style = getComputedStyle(table.tHead);
        return style.display !== 'table-header-group' || style.breakInside !== 'avoid' ||
            table.tHead.offsetHeight > high / 4;
    }).map(told);
    const wider = all('main table, main figure, main svg').filter(element =>
        [...element.getClientRects()].some(r => (r.right - left) % (wide + gap) > wide + 1)).map(told);
    return {sheets: Math.round((body.scrollWidth + gap) / (wide + gap)), cut, alone, heads, bare, wider};
}"""


def breaks(browser, page):
    tab = browser.new_page(
        viewport={"width": round(WIDE), "height": round(HIGH)}, color_scheme="light"
    )
    tab.goto(page.as_uri())
    tab.emulate_media(media="print")
    tab.evaluate("document.fonts.ready")
    found = tab.evaluate(BREAKS, [WIDE, HIGH])
    tab.close()
    return found


def check(browser, page, pdf):
    found = breaks(browser, page)
    assert found["cut"] == [], "cut in two"
    assert found["alone"] == [], "a heading without what it is the heading of"
    assert found["heads"] == [], "the head of a table without its rows"
    assert found["bare"] == [], "a table that goes on without its head"
    assert found["wider"] == [], "beyond the right edge"
    # What was asked of the columns holds for the sheets: they are as many.
    assert abs(found["sheets"] - sheets(pdf)) <= 1


@pytest.mark.parametrize("name", UNITS)
def test_no_figure_row_or_heading_of_a_unit_is_cut(run, browser, name):
    out, _ = run
    check(browser, out / f"{name}.html", (out / f"{name}.pdf").read_bytes())


def test_no_figure_row_or_heading_of_any_other_page_is_cut(whole, browser, tmp_path):
    printed = {}
    pages = [
        (whole / f"{name}.html", tmp_path / f"{name.replace('/', '-')}.pdf") for name in OTHERS
    ]
    print_pages(pages, day="2026-01-15", write=printed.__setitem__)
    for page, place in pages:
        check(browser, page, printed[place])


def test_dark_screens_print_on_white(run, browser):
    out, _ = run
    tab = browser.new_page(color_scheme="dark")
    tab.goto((out / f"{UNITS[0]}.html").as_uri())
    tab.emulate_media(media="print", color_scheme="dark")
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert tab.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    tab.close()


# the whole site --------------------------------------------------------------------------------------------
def test_every_figure_of_the_sample_site_says_its_finding(whole):
    count = 0
    for page in whole.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for tag in re.findall(r"<svg\b[^>]*>", text):
            assert ('aria-hidden="true"' in tag) != ('role="img"' in tag), f"{page}: {tag}"
        for figure in re.findall(r"<figure\b.*?</figure>", text, re.DOTALL):
            title = re.search(r"<h3\b[^>]*>(.*?)</h3>", figure, re.DOTALL)[1]
            title = html.unescape(re.sub(r"<[^>]+>", "", title)).strip()
            (label,) = re.findall(r'<svg role="img" aria-label="([^"]*)"', figure)
            said = html.unescape(label)
            assert title in said, f"{page}: {title!r} is not in {said!r}"
            assert len(said) > len(title) + 5
            count += 1
    assert count > 400
