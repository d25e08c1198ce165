"""Names that would run, load or lead away where a page took them for markup."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from seedmetrics.batch import Job, JobResult, append_result
from seedmetrics.site import build_site, write_tables
from tests.site.small_site import methods, site_facts, standings_table, write_editions

EVIL = [
    "<script>window.pwned=1</script>",
    "</script><script>window.pwned=1</script>",
    '"><img src=x onerror=window.pwned=1>',
    "' onmouseover='window.pwned=1",
    "<svg/onload=window.pwned=1>",
    "<svg><animate onbegin=window.pwned=1 attributeName=x></svg>",
    "[click](javascript:window.pwned=1)",
    "<a href=javascript:window.pwned=1>here</a>",
    "</title><style>*{display:none}</style>",
    "<!--<script>",
    "\u2028\u2029 ${window.pwned=1} {{ 7*7 }} {% raw %}",
    "&lt;script&gt;window.pwned=1&lt;/script&gt;",
]


def spoiled(facts: dict[str, Any]) -> dict[str, Any]:
    """Return facts in which every text that people choose is one of these."""
    names = iter(EVIL * 20)
    plans = []
    for plan in facts["plans"]:
        units = [unit | {"name_en": next(names), "name_zh": next(names)} for unit in plan["units"]]
        plans.append(
            plan
            | {
                "title": {"en": next(names), "zh": next(names)},
                "groups": {key: {"en": next(names), "zh": next(names)} for key in plan["groups"]},
                "tiers": {language: [next(names) for _ in range(3)] for language in ("en", "zh")},
                "units": units,
            }
        )
    return facts | {"district": {"en": EVIL[0], "zh": EVIL[1]}, "plans": plans, "version": EVIL[2]}


def evil_reports(reports: Path) -> Path:
    """Return the small site, built with such names everywhere, and one page that failed."""
    facts = spoiled(site_facts())
    (reports / "tables").mkdir(parents=True)
    (reports / "site.json").write_text(json.dumps(facts), encoding="utf-8")
    write_editions(reports, facts)
    for plan in facts["plans"]:
        folder = reports / plan["period"] / plan["name"]
        table = standings_table(plan["name"], plan["period"])
        table["name"] = EVIL[0]
        table.loc[table["rank"].isna(), "reason"] = EVIL[3]
        write_tables(folder, {"standings": table})
        edition = json.loads((folder / "edition.json").read_text(encoding="utf-8"))
        said = methods(plan["name"])
        said["version"] = EVIL[4]
        said["pillars"][0]["title"] = {"en": EVIL[5], "zh": EVIL[5]}
        said["closure"] = {"channels": [EVIL[2]], "funnel": "chance"}
        said["indicators"][0] |= {
            "name": "own." + EVIL[0],
            "title": {"en": EVIL[1], "zh": EVIL[1]},
            "options": {EVIL[3]: EVIL[4]},
            "tables": [EVIL[2]],
        }
        said["caps"] = said["vetoes"] = []
        said["sources"] = [{"table": EVIL[2], "file": EVIL[0], "sha256": EVIL[1], "rows": None}]
        aliases = {"T01": "|".join(EVIL)}
        said = edition | {"methods": said, "aliases": aliases}
        (folder / "edition.json").write_text(json.dumps(said), encoding="utf-8")
    columns = ["severity", "table", "file", "row", "column", "value", "problem", "remedy"]
    problems = pd.DataFrame([[text] * 8 for text in EVIL], columns=columns)
    sources = pd.DataFrame({"table": EVIL, "file": EVIL, "sha256": EVIL, "rows": 1.0})
    write_tables(reports / "tables", {"problems": problems, "sources": sources})
    output = reports / "2025Q3" / "township" / "T01.en.ipynb"
    given = {"district": EVIL[0], "plan": EVIL[1], "unit": EVIL[2]}
    job = Job(reports / "t.ipynb", output, given, key="k", label=EVIL[2])
    error = "\n".join(EVIL)
    append_result(reports / "ledger.jsonl", JobResult(job, False, 1.0, 4, error, None, "", "", ""))
    build_site(reports)
    return reports
