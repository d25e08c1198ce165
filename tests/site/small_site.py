"""A small site of invented units: a plan of two groups, one of alliances, two languages, one failure."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd

from seedmetrics.batch import Job, JobResult, append_result
from seedmetrics.site import render_page, write_tables

TOWNS = [
    ("T01", "Songling Town", "松岭镇", 84.61, 1, 1, 3, 1, 1),
    ("T02", "Bailu Town", "白芦镇", 81.9, 2, 1, 4, 1, 3),
    ("T03", "Yunqiao Town", "云桥镇", 80.1, 3, 1, 4, 2, 2),
    ("T04", "Qinghe <Town>", "清禾镇", 78.4, 4, 2, 5, 2, 5),
    ("T05", "Liuwan Town", "柳湾镇", 63.2, 5, 4, 5, 3, np.nan),
]
STREETS = [
    ("S01", "Tangli Street", "棠梨街道", 83.0, 1, 1, 1, 1, 1),
    ("S02", "Hegu Zone", "禾谷园区", 77.5, 2, 2, 2, 3, 2),
    ("S03", "Yunzhan Office", "云栈管理处", np.nan, np.nan, np.nan, np.nan, np.nan, np.nan),
]
ALLIANCES = [
    ("A01", "Oil Tea Alliance", "油茶联盟", 70.0, 1, 1, 2, 1, np.nan),
    ("A02", "Bamboo Alliance", "竹业联盟", 69.0, 2, 1, 2, 2, np.nan),
]
GROUPS = {
    "towns": {"en": "towns and townships", "zh": "镇与乡"},
    "streets": {"en": "streets, zones and offices", "zh": "街道、园区与管理处"},
}
TIERS: dict[str, list[str]] = {
    "en": ["first", "second", "third"],
    "zh": ["第一档", "第二档", "第三档"],
}
SECTION = """<div class="seedmetrics" lang="{tag}"><div class="open"><h1>{name}</h1>
<p class="deck">96.0%</p></div><dl class="facts num"><div><dt>Rank</dt><dd class="plot">
<svg viewBox="0 0 230 18" aria-hidden="true" focusable="false">
<line x1="10.0" x2="220.0" y1="9" y2="9" stroke="var(--dot, #868c93)" stroke-linecap="round"/>
</svg></dd></div></dl></div>"""


@dataclass(frozen=True)
class Site:
    """A folder of reports and what it was made from."""

    reports: Path
    facts: dict[str, Any]
    league: pd.DataFrame


def output_html(html: str) -> nbformat.NotebookNode:
    data = {"text/html": html, "text/plain": "Html: finding"}
    return nbformat.v4.new_output("execute_result", data, execution_count=1)


def executed(*outputs: nbformat.NotebookNode, markdown: str = "") -> nbformat.NotebookNode:
    """Return a notebook as if it had been run: title, parameters, one cell with outputs."""
    note = nbformat.v4.new_markdown_cell("# For the notebook", metadata={"tags": ["notebook-only"]})
    first = nbformat.v4.new_code_cell("unit = 'T01'", metadata={"tags": ["parameters"]})
    code = nbformat.v4.new_code_cell("page.secret_call()", outputs=list(outputs), execution_count=1)
    cells = [note, first, code]
    if markdown:
        cells.append(nbformat.v4.new_markdown_cell(markdown))
    return nbformat.v4.new_notebook(cells=cells)


def save(node: nbformat.NotebookNode, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(node, path)
    return path


def site_facts() -> dict[str, Any]:
    def units(groups: dict[str, list[tuple[Any, ...]]]) -> list[dict[str, str]]:
        return [
            {"code": row[0], "name_en": row[1], "name_zh": row[2], "group": group}
            for group, rows in groups.items()
            for row in rows
        ]

    return {
        "district": {"zh": "澄禾区", "en": "Chenghe District"},
        "sample": True,
        "as_of": "2026-01-15",
        "language": "zh",
        "languages": ["en", "zh"],
        "plans": [
            {
                "name": "township",
                "title": {"en": "Township evaluation", "zh": "乡镇评价"},
                "level": "township",
                "period": "2025Q3",
                "groups": GROUPS,
                "tiers": TIERS,
                "units": units({"towns": TOWNS, "streets": STREETS}),
                "totals": {
                    "hotline.closure_rate": {
                        "numerator": 792.0,
                        "denominator": 821.0,
                        "units": 2,
                        "year_to_date": False,
                    },
                    "enterprise_days.closure_rate": {
                        "numerator": 558.0,
                        "denominator": 581.0,
                        "units": 17,
                        "year_to_date": True,
                    },
                },
            },
            {
                "name": "alliance",
                "title": {"en": "Industry-chain alliances", "zh": "产业链党建联盟"},
                "level": "alliance",
                "period": "2025",
                "groups": {"alliances": {"en": "alliances", "zh": "产业链党建联盟"}},
                "tiers": TIERS,
                "units": units({"alliances": ALLIANCES}),
            },
        ],
        "problems": {"rows": 41206, "refused": 38, "mended": 112, "noted": 4},
        "version": "0.1.0",
    }


def league_table() -> pd.DataFrame:
    columns = [
        "unit",
        "name",
        "name_zh",
        "score",
        "rank",
        "rank_low",
        "rank_high",
        "tier",
        "previous_rank",
    ]
    parts = []
    for plan, period, group, rows in (
        ("township", "2025Q3", "towns", TOWNS),
        ("township", "2025Q3", "streets", STREETS),
        ("township", "2025Q2", "streets", STREETS[:1]),
        ("alliance", "2025", "alliances", ALLIANCES),
    ):
        part = pd.DataFrame(rows, columns=columns).drop(columns="name_zh")
        parts.append(part.assign(plan=plan, period=period, group=group))
    order = [
        "plan",
        "period",
        "group",
        "unit",
        "name",
        "score",
        "rank",
        "rank_low",
        "rank_high",
        "tier",
        "previous_rank",
    ]
    return pd.concat(parts, ignore_index=True)[order]


def standings_table(plan: str, period: str) -> pd.DataFrame:
    """Return what a run writes beside an edition: the league with what lies behind it, and the period before."""
    league = league_table()
    table = league[league["plan"] == plan].copy()
    ranked = table["rank"].notna()
    for column in ("low", "high"):
        table[column] = table["score"] + (-3 if column == "low" else 3)
    table["of"] = table.groupby(["period", "group"])["rank"].transform("count")
    table["tier_share"] = np.where(ranked, 0.81, np.nan)
    table["reason"] = np.where(ranked, "", "too_little_recorded")
    table["closed"], table["due"] = np.where(ranked, 96.0, np.nan), np.where(ranked, 100.0, np.nan)
    places = ["rank", "rank_low", "rank_high", "of", "tier", "previous_rank"]
    return table.astype(dict.fromkeys(places, "Int64"))


def methods(name: str) -> dict[str, Any]:
    """Return what a plan decides, as a run records it."""
    indicators = [
        ("hotline.closure_rate", "cultivate", 0.6, 1, 0.7, 1.0, 0.95, 0.9, ["cases"]),
        ("hotline.backlog", "cultivate", 0.0, -1, 0.0, 100.0, None, None, ["cases"]),
        ("grids.size_fit", "sow", 0.4, 1, 0.5, 1.0, 0.9, None, ["grids"]),
    ]
    keys = ("name", "pillar", "weight", "direction", "low", "high", "target", "floor", "tables")
    plain = {"title": None, "sampled": True, "persons": False, "attendance": False}
    bound = {"indicator": "hotline.closure_rate", "below": 0.5, "above": None}
    return {
        "version": "2", "cadence": "quarter", "history": 8, "basis": "due", "confidence_level": 0.95,
        "aggregation": "arithmetic", "missing": "reweight", "minimum_denominator": 5, "small_counts": "withhold",
        "minimum_persons": 5, "minimum_weight": 0.5, "file": f"{name}.toml", "rule_files": {},
        "tiers": {"quotas": [0.2, 0.6], "cuts": None, "rounding": "half-up", "at_ties": "up", "names": TIERS},
        "caps": [bound | {"score": 85.0}], "vetoes": [bound | {"tier": 2}],
        "closure": {"channels": ["one_stop"], "funnel": "chance"}, "annual": None,
        "pillars": [
            {"name": "cultivate", "title": {"en": "Cultivate", "zh": "培育"}, "weight": 60},
            {"name": "sow", "title": {"en": "Sow", "zh": "播散"}, "weight": 40},
        ],
        "indicators": [
            dict(zip(keys, row, strict=True)) | plain | {"options": {"basis": "due", "within_hours": "24"}}
            for row in indicators
        ],
        "budget": {"indicators": 3, "counted": 2, "attendance": 0, "attendance_weight": 0.0, "tables": 2, "items": 9},
        "sources": [{"table": "cases", "file": "cases.csv", "sha256": "ab" * 32, "rows": 41206}],
        "units": 8,
    }  # fmt: skip


def write_editions(reports: Path, facts: dict[str, Any]) -> None:
    """Write each plan as applied, and its leagues."""
    for plan in facts["plans"]:
        folder = reports / plan["period"] / plan["name"]
        periods = ["2025Q2", "2025Q3"] if plan["name"] == "township" else [plan["period"]]
        joined = {"towns": [[0, 2], [1, 3], [3, 4]], "alliances": [[0, 1]]}
        edition = {
            "plan": plan, "as_of": "2025-10-15", "complete": True, "periods": periods,
            "counted": "hotline.closure_rate" if plan["name"] == "township" else "",
            "aliases": {"T04": "禾镇|Hemp Town"}, "together": {plan["period"]: joined}, "rankability": {},
            "methods": methods(plan["name"]),
        }  # fmt: skip
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(edition, ensure_ascii=False)
        (folder / "edition.json").write_text(text, encoding="utf-8")
        write_tables(folder, {"standings": standings_table(plan["name"], plan["period"])})


def indicator_table() -> pd.DataFrame:
    rows = [
        ("township", "2025Q3", "T01", "hotline.closure_rate", 0.971, 505.0, 520.0),
        ("township", "2025Q3", "T02", "hotline.closure_rate", 0.953, 287.0, 301.0),
        ("township", "2025Q3", "S03", "hotline.closure_rate", np.nan, np.nan, np.nan),
        ("township", "2025Q2", "T01", "hotline.closure_rate", 0.5, 1.0, 2.0),
    ]
    columns = ["plan", "period", "unit", "indicator", "value", "numerator", "denominator"]
    return pd.DataFrame(rows, columns=columns)


def problem_table() -> pd.DataFrame:
    before = "the case was closed before it was opened"
    rows = [
        ("noted", "cases", "cases.csv", 0, "unit", "禾镇", "6 rows spell the unit T04 this way", "nothing"),
        ("mended", "cases", "cases.csv", 9, "closed", "2025-01-01", before, "correct it"),
        ("mended", "cases", "cases.csv", 12, "closed", "2025-01-02", before, "correct it"),
        ("refused", "units", "units.csv", 17, "code", "", "=1+1", "write another code"),
    ]  # fmt: skip
    columns = ["severity", "table", "file", "row", "column", "value", "problem", "remedy"]
    return pd.DataFrame(rows, columns=columns)


def fill(reports: Path) -> Site:
    """Write a site as a run would: tables, site.json, notebooks and pages, the ledger."""
    facts, league = site_facts(), league_table()
    write_tables(
        reports / "tables",
        {"league": league, "indicators": indicator_table(), "problems": problem_table()}
        | {"sources": pd.DataFrame(methods("township")["sources"]).assign(refused=38, mended=112)},
    )
    write_editions(reports, facts)
    (reports / "site.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
    for plan in facts["plans"]:
        for unit in [*plan["units"], {"code": "league", "name_en": "League", "name_zh": "排名"}]:
            for language in ("en", "zh"):
                _page(reports, plan, unit, language)
    return Site(reports, facts, league)


def _page(reports: Path, plan: dict[str, Any], unit: dict[str, str], language: str) -> None:
    output = reports / plan["period"] / plan["name"] / f"{unit['code']}.{language}.ipynb"
    tag = "zh-Hans" if language == "zh" else "en"
    name = unit[f"name_{language}"].replace("<", "&lt;").replace(">", "&gt;")
    save(executed(output_html(SECTION.format(tag=tag, name=name))), output)
    parameters = {"district": "data/sample", "plan": plan["name"], "period": plan["period"]}
    job = Job(
        notebook=reports.parent / "notebooks" / "township.ipynb",
        output=output,
        parameters=parameters | {"unit": unit["code"], "language": language},
        key=f"{plan['name']}/{plan['period']}/{unit['code']}/{language}",
        label=f"{plan['name']} {plan['period']} {unit['code']} {language}",
    )
    ok = (unit["code"], language) != ("T05", "zh")
    html = render_page(output, job.html) if ok else None
    error = "" if ok else "Traceback\nValueError: <坏>"
    append_result(
        reports / "ledger.jsonl",
        JobResult(job, ok, 1.5, None if ok else 4, error, html, "ab" * 32, "s", "f"),
    )
