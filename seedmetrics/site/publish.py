"""From a district's folder to a folder of pages: the whole run, step by step. Each step lives elsewhere."""

from __future__ import annotations

import difflib
import importlib.metadata
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from seedmetrics.batch import Job, JobResult, Warmth, run_batch
from seedmetrics.batch.cluster import Cluster
from seedmetrics.batch.files import write_atomically
from seedmetrics.batch.schedule import OpenPool
from seedmetrics.errors import PlanError, SeedmetricsError
from seedmetrics.evaluation import (
    Evaluation,
    IndicatorBudget,
    Plan,
    evaluate,
    find_plan,
    publishes_figures,
)
from seedmetrics.records import District, Period, open_district
from seedmetrics.report.warming import warm_pages
from seedmetrics.site.copies import Copies, make_copies
from seedmetrics.site.index import Size, build_site, site_size
from seedmetrics.site.inputs import (
    AsRead,
    files_read,
    frame_text,
    inputs_digest,
    programme_digest,
)
from seedmetrics.site.pages import render_page
from seedmetrics.site.printing import find_chromium
from seedmetrics.site.recording import write_edition
from seedmetrics.site.tables import write_tables

LANGUAGES = ("en", "zh")


@dataclass(frozen=True, slots=True, eq=False)
class Published:
    """
    What a run made.

    Attributes
    ----------
    index : Path
        The front page.
    results : tuple of JobResult
        One for every notebook.
    problems : DataFrame
        Every problem found in the records.
    left_out : tuple of str
        Plans of the district that do not evaluate by the period asked for, or none of the units asked for.
    budgets : dict of str to IndicatorBudget
        What each plan measures and asks for, by its name.
    size : Size
        Pages and bytes of the whole folder, with what earlier runs left in it.
    copies : Copies
        Pages in one file and PDFs.
    """

    index: Path
    results: tuple[JobResult, ...]
    problems: pd.DataFrame
    left_out: tuple[str, ...] = ()
    budgets: Mapping[str, IndicatorBudget] = field(default_factory=dict)
    size: Size = field(default_factory=Size)
    copies: Copies = field(default_factory=Copies)

    @property
    def failed(self) -> tuple[JobResult, ...]:
        """The notebooks that failed."""
        return tuple(result for result in self.results if not result.ok)


def publish(
    folder: str | Path,
    *,
    out: str | Path,
    plans: Sequence[str] = (),
    period: str = "",
    units: Sequence[str] = (),
    languages: Sequence[str] = LANGUAGES,
    workers: int = 0,
    scheduler: str = "",
    afresh: bool = False,
    single_file: bool = False,
    pdf: bool = False,
    progress: bool = True,
) -> Published:
    """
    Evaluate a district and write pages, tables, ledger and index.

    Parameters
    ----------
    folder : str or Path
        The district.
    out : str or Path
        Where to write; made where it is not there.
    plans : sequence of str
        Names or paths of plans; empty means all that the district names.
    period : str
        A period; empty means the latest that was over, for each plan. Plans of another cadence are left out.
    units : sequence of str
        Codes of the units whose pages are made; empty means all, and the league and closure pages as well.
    languages : sequence of {"en", "zh"}
        Languages of the pages.
    workers : int
        Notebooks at a time; 0 means one for each processor, of a cluster one for each thread of its workers.
    scheduler : str
        Address of a Dask scheduler, ``tcp://HOST:PORT``, whose workers run the notebooks; empty means this machine.
    afresh : bool
        Make every page, also those that stand from an earlier run.
    single_file : bool
        Write each page also as one file, to be sent by mail, into ``send/``.
    pdf : bool
        Print each page also, with the Chromium of this machine; its PDF lies beside it.
    progress : bool
        Whether a bar is drawn on standard error.

    Returns
    -------
    Published

    Raises
    ------
    SeedmetricsError
        When the district, a plan, the period, a unit, the cluster or the printer cannot be used. A notebook that fails
        raises nothing.
    """
    if pdf:  # refused before anything is worked out
        find_chromium()
    district = open_district(folder)
    out = Path(out)
    threads = 0
    if scheduler:  # refused before anything is worked out
        threads = Cluster(scheduler, (Path(folder) / "district.toml",)).threads()
    chosen = {name: find_plan(district, name) for name in (plans or district.plans or [""])}
    fitting = _with_units(district, _of_cadence(chosen, period), units)
    named = [(name, evaluate(district, plan=p, period=period)) for name, p in fitting.items()]
    evaluations = [evaluation for _, evaluation in named]
    jobs = [
        job
        for name, evaluation in named
        for job in _jobs(evaluation, str(folder), name, out, units, languages)
    ]
    read = [file for name, e in named for file in files_read(e, name)]
    _make_folder(out)
    write_tables(out / "tables", _tables(district, evaluations))
    facts = _facts(district, evaluations, languages)
    for evaluation, plan in zip(evaluations, facts["plans"], strict=True):
        write_edition(out, evaluation, plan)
    write_atomically(out / "site.json", json.dumps(facts, ensure_ascii=False, indent=1) + "\n")
    results = run_batch(
        jobs,
        workers=workers or threads or os.cpu_count() or 1,
        ledger=out / "ledger.jsonl",
        render=render_page,
        progress=progress,
        frame=frame_text(facts),
        afresh=afresh,
        unchanged=AsRead(read),
        open_pool=_pool_of(scheduler, jobs, [file for file, _ in read], out),
        warmth=Warmth(
            call=f"{warm_pages.__module__}:{warm_pages.__name__}",
            arguments=(
                ("district", str(folder)),
                ("plans", tuple(fitting)),
                ("period", period),
                ("languages", tuple(languages)),
            ),
        ),
    )
    left_out = tuple(plan.name for name, plan in chosen.items() if name not in fitting)
    budgets = {e.plan.name: e.budget for e in evaluations}
    index = build_site(out)
    copies = make_copies(
        out,
        single_file=single_file,
        pdf=pdf,
        only=_made(results, out, evaluations),
        afresh=afresh,
        progress=progress,
    )
    return Published(
        index, tuple(results), district.problems, left_out, budgets, site_size(out), copies
    )


def _made(results: Sequence[JobResult], out: Path, evaluations: Sequence[Evaluation]) -> list[Path]:
    """Return the pages of a run that can be copied: those of its notebooks, and the methods of its plans."""
    methods = [
        out / str(e.period) / e.plan.name / f"methods.{language}.html"
        for e in evaluations
        for language in LANGUAGES
    ]
    return [result.html for result in results if result.html is not None] + methods


def _make_folder(out: Path) -> None:
    """Make the folder of reports, or say why it cannot be written to."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / "tables").mkdir(exist_ok=True)
    except OSError as error:
        msg = f"cannot write to {out} ({error.strerror}): give another folder with --out"
        raise SeedmetricsError(msg) from error


def _pool_of(
    scheduler: str, jobs: Sequence[Job], files: Sequence[Path], out: Path
) -> OpenPool | None:
    """Return what opens the pool of a cluster, whose workers must see all that is read; None without a cluster."""
    if not scheduler:
        return None
    seen = {*files, *(job.notebook for job in jobs)}
    return Cluster(scheduler, tuple(sorted(seen)), out).open_pool


def _of_cadence(plans: dict[str, Plan], period: str) -> dict[str, Plan]:
    """Keep the plans that evaluate by such a period; refuse one by which none does."""
    if not period:
        return plans
    kind = Period.parse(period).kind
    fitting = {name: plan for name, plan in plans.items() if plan.cadence == kind}
    if not fitting:
        cadences = ", ".join(f"{plan.name} by {plan.cadence}" for plan in plans.values())
        msg = f"no plan evaluates by {kind}, as the period {period!r} asks ({cadences})"
        raise PlanError(msg)
    return fitting


def _with_units(
    district: District, plans: dict[str, Plan], units: Sequence[str]
) -> dict[str, Plan]:
    """Keep the plans that evaluate any of `units`; refuse a unit that none evaluates."""
    if not units:
        return plans
    known = {name: set(district.units_at(plan.level).index) for name, plan in plans.items()}
    for unit in units:
        if not any(unit in codes for codes in known.values()):
            evaluated = sorted(set().union(*known.values()))
            near = difflib.get_close_matches(unit.upper(), evaluated, n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            msg = f"no plan evaluates a unit {unit!r}; {hint}units are {', '.join(evaluated)}"
            raise SeedmetricsError(msg)
    return {name: plan for name, plan in plans.items() if known[name] & set(units)}


def notebook_file(name: str) -> Path:
    """Return a notebook of the project: from the checkout, or from the installed package."""
    package = Path(__file__).parents[1]
    for folder in (package.parent / "notebooks", package / "_notebooks"):
        if (folder / f"{name}.ipynb").is_file():
            return folder / f"{name}.ipynb"
    msg = f"the notebook {name}.ipynb is not in {package.parent / 'notebooks'}: install the project again"
    raise SeedmetricsError(msg)


def _jobs(
    evaluation: Evaluation,
    folder: str,
    plan_name: str,
    out: Path,
    units: Sequence[str],
    languages: Sequence[str],
) -> list[Job]:
    """List the notebooks to run for one evaluation."""
    plan, period = evaluation.plan, str(evaluation.period)
    of_all = inputs_digest(evaluation) if not units else ""
    common = {"district": folder, "plan": plan_name, "period": period}
    place = out / period / plan.name

    def job(notebook: str, stem: str, language: str, inputs: str, **given: str) -> Job:
        return Job(
            notebook=notebook_file(notebook),
            output=place / f"{stem}.{language}.ipynb",
            parameters=given | {"language": language},
            key=f"{plan.name}/{period}/{stem}/{language}",
            label=f"{plan.name} {period} {stem} {language}",
            inputs=inputs,
        )

    # A notebook is named for the level of the units it is about.
    template = plan.level
    wanted = [code for code in evaluation.units.index if not units or code in units]
    jobs = [
        job(template, code, language, inputs_digest(evaluation, code), **common, unit=code)
        for code in wanted
        for language in languages
    ]
    if not units:
        pages = ["league", "closure", "robustness"]
        if evaluation.closure is None:
            pages.remove("closure")
        jobs += [job(page, page, lang, of_all, **common) for page in pages for lang in languages]
        if publishes_figures(evaluation.district, plan):
            read = programme_digest(evaluation.district)
            jobs += [
                job("programme", "programme", lang, read, district=folder) for lang in languages
            ]
    return jobs


def _tables(district: District, evaluations: Sequence[Evaluation]) -> dict[str, pd.DataFrame]:
    """Put the tables of all plans together, sorted."""
    indicators = pd.concat([e.shared_indicators() for e in evaluations], ignore_index=True)
    league = pd.concat([e.league for e in evaluations], ignore_index=True)
    return {
        "indicators": indicators.sort_values(
            ["plan", "period", "unit", "indicator"], ignore_index=True
        ),
        "league": league.sort_values(["plan", "group", "rank", "unit"], ignore_index=True),
        "problems": district.problems,
        "sources": pd.concat([e.sources for e in evaluations], ignore_index=True).drop_duplicates(
            ["table", "file"], ignore_index=True
        ),
    }


def _facts(
    district: District, evaluations: Sequence[Evaluation], languages: Sequence[str]
) -> dict[str, Any]:
    """Return what the front page must know that no table holds."""
    severity = district.problems["severity"].value_counts()
    return {
        "district": dict(district.name),
        "sample": district.sample,
        "as_of": district.as_of.date().isoformat(),
        "language": district.language,
        "languages": list(languages),
        "plans": [_plan_facts(evaluation) for evaluation in evaluations],
        "problems": {
            "rows": int(district.sources["rows"].sum()),
            **{kind: int(severity.get(kind, 0)) for kind in ("refused", "mended", "noted")},
        },
        "version": importlib.metadata.version("seedmetrics"),
    }


def _plan_facts(evaluation: Evaluation) -> dict[str, Any]:
    """Return what the front page must know of one plan."""
    plan = evaluation.plan
    units = evaluation.units.rename_axis("code").reset_index()
    totals = {
        str(name): {
            "numerator": float(row["numerator"]),
            "denominator": float(row["denominator"]),
            "units": int(row["units"]),
            "year_to_date": plan.options_of(str(name)).get("window") == "year_to_date",
        }
        for name, row in evaluation.shared_totals().iterrows()
    }
    return {
        "name": plan.name,
        "totals": totals,
        "title": plan.title.model_dump(),
        "level": plan.level,
        "period": str(evaluation.period),
        "groups": {name: title.model_dump() for name, title in plan.groups.items()},
        "tiers": plan.tiers.names if plan.tiers else {},
        "units": units[["code", "name_en", "name_zh", "group"]].to_dict("records"),
    }
