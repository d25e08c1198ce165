"""The whole run, as an office would do it: the sample district by one command, then everything it wrote."""

import json
import re
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from seedmetrics.batch import Job, read_ledger, run_job, strip_run_marks
from seedmetrics.evaluation import read_plan
from tests.conftest import ROOT
from tests.whole_site import evaluate, whole_site

pytestmark = pytest.mark.slow
SAMPLE = ROOT / "data" / "sample"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    done = whole_site(tmp_path_factory)
    return done.out, done


def test_the_run_ends_with_the_path_of_the_index(run):
    out, done = run
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.strip() == str(out / "index.html")


def test_the_index_leads_to_17_townships_and_every_alliance_of_the_latest_periods(run):
    out, _ = run
    units = pd.read_csv(SAMPLE / "units.csv", dtype=str)
    for page, language in (("index.html", "en"), ("index.zh.html", "zh")):
        text = (out / page).read_text(encoding="utf-8")
        for level, place in (("township", "2025Q4/township"), ("alliance", "2025/alliance")):
            codes = units.loc[units["level"] == level, "code"]
            assert len(codes) == (17 if level == "township" else 8)
            for code in codes:
                link = f"{place}/{code}.{language}.html"
                assert f'href="{link}"' in text, link
                assert (out / link).is_file(), link


@pytest.mark.parametrize(
    ("plan", "place"),
    [
        ("township", "2025Q4/township"),
        ("alliance", "2025/alliance"),
        ("department", "2025H2/department"),
    ],
)
def test_every_indicator_of_the_plan_is_on_every_page_with_its_counts(run, plan, place):
    """By pillar and mechanism, each with value and counts, or with the reason why there is none."""
    out, _ = run
    planned = read_plan(SAMPLE.parent / "plans" / f"{plan}.toml")
    for page in (out / place).glob("*.en.html"):
        text = page.read_text(encoding="utf-8")
        if 'id="indicators"' not in text:
            about_all = {"league", "closure", "robustness", "programme", "methods"}
            assert page.name.split(".")[0] in about_all
            continue
        rows = dict(re.findall(r'data-indicator="([^"]+)"(.*?)</tr>', text, re.DOTALL))
        assert set(rows) == {entry.name for entry in planned.indicators}
        for name, row in rows.items():
            counted = re.search(r'c-n"[^>]*>\s*([^<]*\d)', row)
            why = re.search(r'class="none[^"]*"[^>]*>\s*[^<]{10}', row)
            assert counted or why, f"{page.name}: {name} has neither counts nor a reason"
        for part in planned.pillars:
            assert part.title["en"] in text


def test_the_page_of_published_figures_says_that_all_are_met(run):
    out, _ = run
    for language, words in (("en", "All 16 published figures"), ("zh", "16")):
        page = out / "2025Q4" / "township" / f"programme.{language}.html"
        assert words in page.read_text(encoding="utf-8")
        index = out / ("index.html" if language == "en" else "index.zh.html")
        assert f"2025Q4/township/programme.{language}.html" in index.read_text(encoding="utf-8")


def test_the_command_prints_how_large_the_site_is(run):
    out, done = run
    said = re.search(r"(\d+) pages in all, ([\d.]+) MB with notebooks and tables", done.stderr)
    assert said, done.stderr
    assert int(said[1]) == len(list(out.rglob("*.html")))
    held = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    assert said[2] == f"{held / 1e6:.1f}"


def test_no_page_is_larger_than_120_kilobytes_without_its_figures(run):
    out, _ = run
    for file in out.rglob("*.html"):
        text = file.read_text(encoding="utf-8")
        bare = re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL)
        assert len(bare.encode()) <= 120_000, file


def test_the_command_prints_the_budget_of_each_plan(run):
    _, done = run
    assert re.search(r"township: 101 indicators, 46 of them scored; \d+ data items", done.stderr)
    assert re.search(r"department: .* count mere attendance \(\d+% of the score\)", done.stderr)


def test_every_page_is_in_the_ledger_with_its_digest(run):
    out, _ = run
    rows = [
        json.loads(line) for line in (out / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert all(row["ok"] for row in rows)
    own = {"index", "data-quality", "methods"}
    pages = {
        p.relative_to(out).as_posix()
        for p in out.rglob("*.html")
        if p.name.split(".")[0] not in own
    }
    assert {row["html"] for row in rows} == pages
    # Every unit; league, closing of cases and robustness of each plan; the published figures; in two languages.
    assert len(rows) == 2 * (17 + 8 + 12 + 3 + 3 + 3 + 1)


def test_league_and_indicators_are_written_with_the_columns_of_the_contract(run):
    out, _ = run
    league = pd.read_csv(out / "tables" / "league.csv", dtype={"unit": str})
    assert list(league.columns) == [
        "plan", "period", "group", "unit", "name", "score", "rank", "rank_low", "rank_high", "tier", "previous_rank",
    ]  # fmt: skip
    assert league["plan"].value_counts().to_dict() == {
        "township": 17,
        "alliance": 8,
        "department": 12,
    }
    indicators = pd.read_csv(out / "tables" / "indicators.csv", dtype={"unit": str})
    assert list(indicators.columns) == [
        "plan", "period", "unit", "indicator", "value", "numerator", "denominator", "low", "high", "excluded", "score",
        "weight",
    ]  # fmt: skip
    for name in ("league", "indicators"):
        sheet = pd.read_excel(out / "tables" / f"{name}.xlsx", engine="calamine")
        table = pd.read_csv(out / "tables" / f"{name}.csv")
        assert sheet.shape == table.shape


def test_the_index_shows_the_published_closure_of_enterprise_problems(run):
    out, _ = run
    text = re.sub(r"<[^>]+>", " ", (out / "index.html").read_text(encoding="utf-8"))
    assert re.search(r"96\.0%\s+558 of 581", text)


@pytest.mark.parametrize("unit", ["T01", "S02"])
def test_the_closure_rate_on_a_page_is_recomputed_from_the_csv(run, unit):
    out, _ = run
    page = (out / "2025Q4" / "township" / f"{unit}.en.html").read_text(encoding="utf-8")
    row = re.search(r'data-indicator="hotline\.closure_rate".*?</tr>', page, re.DOTALL)
    assert row, "the row of the closure rate is not on the page"
    text = re.sub(r"<[^>]+>", " ", row.group(0))
    percent, closed, due = re.search(r"([\d.]+)%\s+([\d,]+) of ([\d,]+)", text).groups()

    cases = pd.read_csv(SAMPLE / "cases.csv", dtype=str, keep_default_na=False)
    names = (
        pd.read_csv(SAMPLE / "units.csv", dtype=str, keep_default_na=False)
        .set_index("code")
        .loc[unit]
    )
    spellings = {unit, names["name_zh"], names["name_en"], *names["aliases"].split("|")} - {""}
    mine = cases[
        cases["unit"].isin(spellings)
        & cases["channel"].isin(["business_110", "one_stop", "smart_room"])
        & (cases["excluded"] == "")
        & (cases["due"] >= "2025-10-01")
        & (cases["due"] < "2026-01-01")
    ]
    assert int(due.replace(",", "")) == len(mine)
    assert int(closed.replace(",", "")) == (mine["closed"] != "").sum()
    assert percent == f"{100 * (mine['closed'] != '').mean():.1f}"


def test_no_page_asks_another_host_for_anything(run):
    out, _ = run
    loads = re.compile(
        r"""(?:src|srcset|poster|data)\s*=\s*["']?\s*(?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import""",
        re.IGNORECASE,
    )
    for file in [*out.rglob("*.html"), *out.rglob("*.css")]:
        text = file.read_text(encoding="utf-8")
        assert not loads.search(text), file
        if not file.name.startswith("index"):
            assert "<script" not in text.lower(), file
        for address in re.findall(r'(?:href|xlink:href)="((?:https?:)?//[^"]*)"', text):
            pytest.fail(f"{file} links to {address}")


def test_every_link_between_pages_leads_somewhere(run):
    out, _ = run
    for file in out.rglob("*.html"):
        for link in re.findall(
            r'<(?:a|link)\b[^>]*\bhref="([^"#]+)', file.read_text(encoding="utf-8")
        ):
            if link == "data:,":  # no icon, said so that no browser asks for one
                continue
            assert (file.parent / link).exists(), f"{file.relative_to(out)} → {link}"


def test_chinese_pages_have_a_glyph_for_every_character(run):
    import base64
    import io

    from fontTools.ttLib import TTFont

    out, _ = run
    sheet = (out / "assets" / "font.css").read_text(encoding="utf-8")
    data = re.search(r"base64,([A-Za-z0-9+/=]+)", sheet).group(1)
    covered = set(TTFont(io.BytesIO(base64.b64decode(data))).getBestCmap())
    for file in out.rglob("*.zh.html"):
        text = re.sub(r"<[^>]+>", "", file.read_text(encoding="utf-8"))
        missing = {c for c in text if ord(c) > 0x2E7F and ord(c) not in covered}
        assert not missing, f"{file.relative_to(out)}: {missing}"


def test_two_runs_give_the_same_notebooks_and_the_same_tables(run, tmp_path):
    out, _ = run
    done = evaluate(tmp_path, "--unit", "T05", "C02", "D03", "--language", "zh")
    assert done.returncode == 0, done.stderr[-3000:]
    assert "left out" not in done.stderr
    for name in (
        "2025Q4/township/T05.zh.ipynb",
        "2025/alliance/C02.zh.ipynb",
        "2025H2/department/D03.zh.ipynb",
    ):
        first, second = (
            strip_run_marks(nbformat.read(folder / name, as_version=4))
            for folder in (out, tmp_path)
        )
        assert first == second, name
    tables = sorted(p.name for p in (out / "tables").iterdir())
    assert {
        "league.csv",
        "league.xlsx",
        "indicators.csv",
        "indicators.xlsx",
        "problems.csv",
    } <= set(tables)
    for name in tables:
        assert (out / "tables" / name).read_bytes() == (tmp_path / "tables" / name).read_bytes(), (
            name
        )


@pytest.mark.parametrize(
    "page",
    ["2025Q4/township/T05.zh", "2025/alliance/C02.en", "2025Q4/township/robustness.en"],
)
def test_an_ordinary_kernel_gives_the_same_notebook(run, tmp_path, monkeypatch, page):
    """Of the batch, whose kernels were forked with everything kept, and alone in a kernel that began with nothing."""
    monkeypatch.chdir(ROOT)
    out, _ = run
    (row,) = [row for row in read_ledger(out / "ledger.jsonl") if row.output == f"{page}.ipynb"]
    template = ROOT / "notebooks" / Path(row.notebook).name
    done = run_job(Job(template, tmp_path / "alone.ipynb", row.parameters, row.key, row.label))
    assert done.ok, done.error
    warm, ordinary = (
        strip_run_marks(nbformat.read(file, as_version=4))
        for file in (out / row.output, done.job.output)
    )
    assert warm == ordinary
    assert sum(bool(cell.get("outputs")) for cell in warm.cells) >= 4


def test_an_unknown_unit_ends_with_two_and_no_traceback(tmp_path):
    done = evaluate(tmp_path, "--unit", "T99")
    assert done.returncode == 2
    assert "T99" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_period_no_plan_evaluates_by_ends_with_two(tmp_path):
    done = evaluate(tmp_path, "--period", "2025-09")
    assert done.returncode == 2
    assert "by month" in done.stderr
