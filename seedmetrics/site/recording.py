"""What a run writes down for the pages around its notebooks: each plan as applied, and its leagues by period."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from seedmetrics.evaluation import Evaluation
from seedmetrics.evaluation.together import runs_together
from seedmetrics.indicators import find_indicator
from seedmetrics.site.editions import COUNTED, FILE, STANDINGS
from seedmetrics.site.tables import write_tables
from seedmetrics.site.writing import write_changed

# Of a larger group no lines are drawn down the table: they would be as many as units.
MOST_JOINED = 60
LEAGUE = [
    "plan", "period", "group", "unit", "name", "score", "low", "high", "rank", "rank_low", "rank_high", "of", "tier",
    "tier_share", "previous_rank", "reason", "closed", "due",
]  # fmt: skip
WHOLE = ["rank", "rank_low", "rank_high", "of", "tier", "previous_rank"]
# Longer values of an option are content of a rule file, or a table: the methods page names them.
LONGEST = 60


def write_edition(out: Path, evaluation: Evaluation, plan: Mapping[str, Any]) -> None:
    """
    Write what the site's own pages must know of one evaluation, in the folder of its pages.

    Parameters
    ----------
    out : Path
        The reports folder.
    evaluation : Evaluation
        A plan applied to a period.
    plan : mapping
        What ``site.json`` holds of it.

    Notes
    -----
    ``<period>/<plan>/edition.json`` and ``standings.csv`` (and XLSX) beside it. Later runs for other periods leave them
    as they are, so that every period in a folder keeps its league and its methods.
    """
    folder = out / str(evaluation.period) / evaluation.plan.name
    counted = next((name for name in COUNTED if _has(evaluation, name)), "")
    facts = {
        "plan": plan,
        "as_of": evaluation.district.as_of.date().isoformat(),
        "complete": evaluation.complete,
        "periods": [str(period) for period in evaluation.periods],
        "counted": counted,
        "aliases": {str(k): v for k, v in evaluation.units["aliases"].items() if v},
        "together": _together(evaluation),
        "rankability": {g: v for g, v in evaluation.rankability.items() if not pd.isna(v)},
        "methods": plan_methods(evaluation),
    }
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(facts, ensure_ascii=False, indent=1, default=_plain)
    write_changed(folder / FILE, text + "\n")
    write_tables(folder, {STANDINGS: league_rows(evaluation, counted)})


def league_rows(evaluation: Evaluation, counted: str) -> pd.DataFrame:
    """
    Return the league tables of all periods of an evaluation, as they may leave the office.

    Parameters
    ----------
    evaluation : Evaluation
        The whole.
    counted : str
        The share of cases whose counts stand beside the score; empty for none.

    Returns
    -------
    DataFrame
        One row a unit and period; `LEAGUE` names the columns.
    """
    table = evaluation.standings.copy()
    shared = evaluation.shared_indicators()
    shared = shared[shared["indicator"] == counted].set_index(["period", "unit"])
    places = pd.MultiIndex.from_frame(table[["period", "unit"]])
    table["closed"] = shared["numerator"].reindex(places).to_numpy()
    table["due"] = shared["denominator"].reindex(places).to_numpy()
    table = table[LEAGUE].astype(dict.fromkeys(WHOLE, "Int64"))
    return table.sort_values(["period", "group", "rank", "unit"], ignore_index=True)


def plan_methods(evaluation: Evaluation) -> dict[str, Any]:
    """
    Return everything that a plan decides, with what it was applied to.

    Parameters
    ----------
    evaluation : Evaluation
        For its plan, the files read, and what the plan asks for.

    Returns
    -------
    dict
        Numbers and names as the plan has them; no words.
    """
    plan = evaluation.plan
    weights = plan.plan_weights()
    said = plan.model_dump(
        mode="json",
        include={
            "version", "cadence", "history", "basis", "confidence_level", "aggregation", "missing",
            "minimum_denominator", "small_counts", "minimum_persons", "minimum_weight", "tiers", "caps", "vetoes",
            "closure", "annual", "file", "rule_files",
        },
    )  # fmt: skip
    budget = evaluation.budget
    sources = evaluation.sources.astype(object)
    return said | {
        "pillars": [
            {"name": p.name, "title": p.title.model_dump(), "weight": p.weight}
            for p in plan.pillars
        ],
        "indicators": [_indicator(evaluation, e.name, weights) for e in plan.indicators],
        "budget": {
            name: getattr(budget, name)
            for name in (
                "indicators",
                "counted",
                "attendance",
                "attendance_weight",
                "tables",
                "items",
            )
        },
        "sources": sources.where(sources.notna(), None).to_dict("records"),
        "units": len(evaluation.units),
    }


def _indicator(evaluation: Evaluation, name: str, weights: Mapping[str, float]) -> dict[str, Any]:
    """Return what the plan says of one indicator, and what kind of number it is."""
    plan, found = evaluation.plan, find_indicator(name)
    entry = plan.entry(name)
    low, high = plan.goalposts(name)
    return {
        "name": name,
        "pillar": entry.pillar,
        "weight": weights[name],
        "direction": entry.direction,
        "low": None if pd.isna(low) else low,
        "high": None if pd.isna(high) else high,
        "target": entry.target,
        "floor": entry.floor,
        "title": entry.title.model_dump() if entry.title else None,
        "tables": list(found.tables),
        "sampled": bool(found.sampled),
        "persons": found.persons,
        "attendance": found.attendance,
        "options": {key: _short(value) for key, value in plan.options_of(name).items()},
    }


def _short(value: Any) -> str | None:
    """Return an option as a plan writes it; None for one too long to stand beside an indicator."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float | str):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    text = json.dumps(value, ensure_ascii=False, default=str).replace('"', "")
    return text if len(text) <= LONGEST else None


def _together(evaluation: Evaluation) -> dict[str, dict[str, list[tuple[int, int]]]]:
    """Return the runs of units that cannot be told apart, by period and group."""
    found: dict[str, dict[str, list[tuple[int, int]]]] = {}
    ranked = evaluation.standings[evaluation.standings["rank"].notna()]
    for (period, group), rows in ranked.groupby(["period", "group"], sort=True):
        if 1 < len(rows) <= MOST_JOINED:
            found.setdefault(str(period), {})[str(group)] = runs_together(
                rows.sort_values(["rank", "unit"], kind="stable")
            )
    return found


def _has(evaluation: Evaluation, name: str) -> bool:
    return any(entry.name == name for entry in evaluation.plan.indicators)


def _plain(value: Any) -> Any:
    """Return a number of numpy as Python's."""
    return value.item() if hasattr(value, "item") else str(value)
