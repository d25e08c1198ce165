"""A district whose every name, title and reason is an attack: its notebooks run, and on no page does any of it run."""

import itertools
import json
import re

import pytest

from tests.districts import write_district
from tests.site.evil import EVIL
from tests.whole_site import evaluate

pytestmark = [pytest.mark.slow, pytest.mark.browser]

RUNS = re.compile(r"<script|onerror|onload|onbegin|onmouseover|javascript:", re.IGNORECASE)
UNITS = ["T1", "T2", "T3", "T4"]


def told(text):
    """Return a TOML string of a text."""
    return json.dumps(text, ensure_ascii=False)


def evil_plan(names):
    def title():
        return f"title = {{ en = {told(next(names))}, zh = {told(next(names))} }}"

    lines = [
        'name = "evil"',
        title(),
        'level = "township"',
        'cadence = "quarter"',
        "history = 4",
        "[groups]",
    ]
    lines += [f"towns = {{ en = {told(next(names))}, zh = {told(next(names))} }}"]
    lines += ["[tiers]", "quotas = [0.25, 0.5]", "[tiers.names]"]
    lines += [
        f"{lang} = [{', '.join(told(next(names)) for _ in range(3))}]" for lang in ("en", "zh")
    ]
    lines += ["[closure]", 'channels = ["hotline"]']
    for pillar, indicators in (
        ("one", ("closure_rate",)),
        ("two", ("on_time_rate", "satisfaction_rate")),
    ):
        lines += ["[[pillars]]", f'name = "{pillar}"', title(), "weight = 1"]
        for name in indicators:
            lines += ["[[indicators]]", f'name = "hotline.{name}"', f'pillar = "{pillar}"', title()]
            lines += ["weight = 1", "low = 0.5", "target = 0.95", "floor = 0.9"]
    return "\n".join(lines) + "\n"


def quoted(text):
    return '"' + text.replace('"', '""').replace("\u2028", " ").replace("\u2029", " ") + '"'


def evil_cases(names):
    rows = [
        "case_id,unit,channel,opened,due,closed,excluded,called_back,resolved,satisfied,reopened,category"
    ]
    for unit, month, k in itertools.product(UNITS, ("05", "08"), range(30)):
        closed = f"2025-{month}-{12 + k % 9:02d}" if k % (4 + UNITS.index(unit)) else ""
        out = quoted(next(names)) if k % 10 == 7 else ""
        channel = quoted(next(names)) if k == 29 else "hotline"
        rows.append(
            f"{unit}-{month}-{k},{unit},{channel},2025-{month}-{1 + k % 9:02d},2025-{month}-{15 + k % 9:02d},"
            f"{closed},{out},yes,yes,{'no' if k % 5 == 0 else 'yes'},no,{quoted(next(names))}"
        )
    return "\n".join(rows) + "\n"


def evil_units(names):
    rows = ["code,name_zh,name_en,level,kind,group,parent,aliases"]
    for unit in UNITS:
        said = [quoted(next(names)) for _ in range(2)]
        rows.append(
            f"{unit},{said[0]} {unit},{said[1]} {unit},township,town,towns,,{quoted(next(names))}"
        )
    return "\n".join(re.sub(r'" (T\d)', r' \1"', row) for row in rows) + "\n"


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Return the pages of such a district, in a folder that is itself an attack."""
    base = tmp_path_factory.mktemp("evil")
    names = itertools.cycle(EVIL)
    folder = write_district(
        base / "<img src=x onerror=window.pwned=1>",
        {"cases": evil_cases(names)},
        units=evil_units(names),
        more='plans = ["evil"]',
    )
    toml = (folder / "district.toml").read_text(encoding="utf-8")
    toml = toml.replace("试验区", EVIL[0]).replace('en = "Test District"', f"en = {told(EVIL[2])}")
    (folder / "district.toml").write_text(toml, encoding="utf-8")
    (folder / "evil.toml").write_text(evil_plan(names), encoding="utf-8")
    out = base / "reports"
    done = evaluate(out, "--single-file", district=folder)
    # 1: rows were refused, whose channel is an attack. No notebook failed.
    assert done.returncode == 1, done.stderr[-3000:]
    assert ", 0 failed;" in done.stderr, done.stderr[-3000:]
    return out


def pages_of(reports):
    return sorted(reports.rglob("*.html"))


def test_the_attacks_have_come_as_far_as_the_pages(reports):
    """Else nothing would be tested: units, plan, pillars, indicators, tiers and reasons are said on the pages."""
    for language in ("en", "zh"):
        text = (reports / "2025Q3" / "evil" / f"T1.{language}.html").read_text(encoding="utf-8")
        assert len(re.findall(r"window\.pwned|display:none", text)) > 8
        assert len(RUNS.findall(text)) > 5
    copy = (reports / "send" / "2025Q3-evil-T1.en.html").read_text(encoding="utf-8")
    assert len(RUNS.findall(copy)) > 5


def test_nothing_runs_loads_or_leads_away(reports, browser):
    pages = pages_of(reports)
    names = {page.name.split(".")[0] for page in pages}
    assert {"T1", "league", "closure", "robustness", "methods", "index", "data-quality"} <= names
    context = browser.new_context()
    tab = context.new_page()
    asked, said = [], []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("dialog", lambda dialog: (said.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    for page in pages:
        asked.clear()
        tab.goto(page.as_uri())
        tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        tab.mouse.move(300, 300)
        tab.mouse.wheel(0, 3000)
        found = tab.evaluate(FOUND)
        own = page.name.startswith("index")
        assert found["pwned"] is None, page
        assert found["scripts"] == (1 if own else 0), page
        assert found["handlers"] == [], page
        assert found["strange"] == [], page
        assert found["ways"] == [], page
        assert found["shown"] == "block", page
        assert found["policies"] == 1, page
        strangers = [u for u in asked if not u.startswith(("file://", "data:"))]
        assert strangers == [], page
        for url in asked:
            if url.startswith("file://") and "send" in page.parts:
                assert url == page.as_uri(), "a page in one file loads nothing"
    assert said == []
    context.close()


FOUND = r"""() => {
    const all = [...document.querySelectorAll('*')];
    return {
        pwned: window.pwned ?? null,
        scripts: document.querySelectorAll('script:not([type="application/json"])').length,
        handlers: all.filter(e => [...e.attributes].some(a => /^on/i.test(a.name))).map(e => e.outerHTML.slice(0, 99)),
        strange: all.filter(e => /^(iframe|object|embed|base|animate|set|img|image|foreignobject)$/i.test(e.tagName))
            .map(e => e.outerHTML.slice(0, 99)),
        ways: [...document.querySelectorAll('a, area')].map(a => a.getAttribute('href') ?? '')
            .filter(way => /^\s*(javascript|data|vbscript|https?):/i.test(way)),
        shown: getComputedStyle(document.body).display,
        policies: [...document.querySelectorAll('meta[http-equiv="Content-Security-Policy"]')]
            .filter(meta => /default-src 'none'/.test(meta.content) && meta.parentNode === document.head).length,
    };
}"""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_attack_is_read_as_it_was_written(reports, browser, language):
    """A name is shown whole, as text: nobody's name is cut because it has a bracket in it."""
    tab = browser.new_page()
    units = (reports.parent / "<img src=x onerror=window.pwned=1>" / "units.csv").read_text("utf-8")
    assert EVIL[0] in units
    tab.goto((reports / "2025Q3" / "evil" / f"league.{language}.html").as_uri())
    text = " ".join(tab.locator("main").inner_text().split())
    shown = [name for name in EVIL if " ".join(name.split()) in text]
    assert len(shown) >= 3, shown
    tab.close()


def test_what_a_notebook_shows_is_no_attack_either(reports, browser):
    """Opened in JupyterLab, an output stands without the policy of a page: the markup itself must be inert."""
    tab = browser.new_page()
    for notebook in sorted((reports / "2025Q3" / "evil").glob("*.ipynb")):
        node = json.loads(notebook.read_text(encoding="utf-8"))
        outputs = [out for cell in node["cells"] for out in cell.get("outputs", [])]
        for out in outputs:
            markup = "".join(out.get("data", {}).get("text/html", ""))
            tab.set_content(f"<!doctype html><body>{markup}</body>")
            found = tab.evaluate(FOUND)
            assert found["pwned"] is None, notebook
            assert (found["scripts"], found["handlers"], found["strange"], found["ways"]) == (
                0,
                [],
                [],
                [],
            ), notebook
    tab.close()
