"""The pages around the notebooks: leagues by period, methods, data quality, failures; and how large a site is."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from logging import getLogger
from pathlib import Path

from seedmetrics.batch import LedgerRow, latest_rows
from seedmetrics.report.html import STYLESHEET
from seedmetrics.site.building import Builder
from seedmetrics.site.copies import SENT
from seedmetrics.site.editions import latest_of, leagues_of, read_editions
from seedmetrics.site.facts import SiteFacts, read_facts
from seedmetrics.site.finding import FILE as UNITS
from seedmetrics.site.finding import search_index
from seedmetrics.site.fonts import write_font
from seedmetrics.site.pages import page_name, way_across, way_up
from seedmetrics.site.shell import render, site_title
from seedmetrics.site.words import LANGUAGES, SiteWords
from seedmetrics.site.writing import write_changed

OWN_SHEET = Path(__file__).parent / "site.css"
# Failures on a page; of more the ledger tells.
MOST_FAILURES = 60


@dataclass(frozen=True, slots=True)
class Size:
    """
    How large a site is.

    Attributes
    ----------
    pages : int
        Pages of any kind, in all languages; copies to be sent are none.
    bytes : int
        All files of the folder, notebooks, tables and ledger too.
    largest : int
        Bytes of the largest page.
    """

    pages: int = 0
    bytes: int = 0
    largest: int = 0


def build_site(reports: Path) -> Path:
    """Write everything of a reports folder that is not made by a notebook.

    Parameters
    ----------
    reports : Path
        With ``site.json``, ``ledger.jsonl``, ``tables/``, and an ``edition.json`` for each plan and period.

    Returns
    -------
    Path
        ``index.html``, the English front page; ``index.zh.html`` lies beside it.

    Raises
    ------
    SeedmetricsError
        When ``site.json`` or an edition is not there or cannot be used, or the Chinese font is not installed.

    Notes
    -----
    Written: front pages; for every period that an edition tells of, its league tables (``<period>/index.html``); for
    every edition its methods; data quality; ``assets/`` with the style sheet, the font and its licence; for every
    page that failed a page in its place that says so; ``failures.html`` and ``failures.zh.html``
    when there are any (older ones are removed when there are none). Only the last outcome of each
    page in the ledger counts. The same folder gives the same bytes.
    """
    reports = Path(reports)
    facts = read_facts(reports)
    rows = latest_rows(reports / "ledger.jsonl")
    failures = [row for row in rows if not row.ok]
    editions = read_editions(reports, facts)
    leagues = leagues_of(editions)
    (reports / "assets").mkdir(parents=True, exist_ok=True)
    sheet = STYLESHEET.read_text(encoding="utf-8") + "\n" + OWN_SHEET.read_text(encoding="utf-8")
    write_changed(reports / "assets" / "style.css", sheet)
    pages = [reports / row.html for row in rows if row.ok and (reports / row.html).is_file()]
    pages += [_stub(reports, row, facts) for row in failures]
    own: list[Path] = []
    units = search_index(reports, latest_of(editions))
    for language in LANGUAGES:
        words = SiteWords(language)
        pages += _failures_page(reports, words, facts, failures)
        builder = Builder(reports, words, facts=facts, rows=rows, editions=editions)
        own += [builder.methods(edition) for edition in editions]
        own += [builder.quality(), *builder.front(list(leagues), units)]
        for period, of_period in leagues.items():
            own += builder.period(period, of_period, list(leagues))
    _remove_others(reports, own)
    drawn = [*pages, *own, *filter(Path.is_file, [reports / UNITS])]
    missing = write_font(reports / "assets", drawn)
    if missing:
        getLogger("seedmetrics").warning("no form in the Chinese font for: %s", missing)
    return reports / SiteWords("en").index


def site_size(reports: Path) -> Size:
    """Measure a reports folder.

    Parameters
    ----------
    reports : Path
        The folder.

    Returns
    -------
    Size
        Of all that is in it.
    """
    reports = Path(reports)
    sizes = {file: file.stat().st_size for file in reports.rglob("*") if file.is_file()}
    pages = [
        size
        for file, size in sizes.items()
        if file.suffix == ".html" and file.parent != reports / SENT
    ]
    return Size(len(pages), sum(sizes.values()), max(pages, default=0))


def command_again(row: LedgerRow) -> str:
    """Return the command that makes a failed page again.

    Parameters
    ----------
    row : LedgerRow
        Of the job.

    Returns
    -------
    str
        Empty when the parameters do not say what was evaluated.
    """
    said = {name: str(value) for name, value in row.parameters.items() if value != ""}
    if "district" not in said:
        return ""
    call = ["seedmetrics", "evaluate", said["district"]]
    for name in ("plan", "period", "unit", "language"):
        if name in said:
            call += [f"--{name}", said[name]]
    return shlex.join(call)


def _remove_others(reports: Path, own: Sequence[Path]) -> None:
    """Remove pages of league tables that an earlier site had and this one has not."""
    kept = set(own)
    for pattern in ("[0-9]*/index*.html", "[0-9]*/*/units-*.html"):
        for page in reports.glob(pattern):
            if page not in kept:
                page.unlink()


@dataclass(frozen=True, slots=True)
class Failure:
    """A page that could not be made, as written."""

    page: str
    label: str
    cell: int | None
    last: str
    trace: str
    command: str


def _failure(row: LedgerRow, words: SiteWords, facts: SiteFacts) -> Failure:
    html = Path(row.output).with_suffix(".html")
    stem, plan, period = Path(html.stem).stem, html.parent.name, html.parent.parent.name
    lines = row.error.strip().splitlines()
    return Failure(
        page=page_name(stem, plan, period, words, facts),
        label=row.label,
        cell=row.cell,
        last=lines[-1] if lines else "",
        trace=row.error.strip() if len(lines) > 1 else "",
        command=command_again(row),
    )


def _failures_page(
    reports: Path, words: SiteWords, facts: SiteFacts, failures: Sequence[LedgerRow]
) -> list[Path]:
    path = reports / words.failures
    if not failures:
        path.unlink(missing_ok=True)
        return []
    one = len(failures) == 1
    title = words("page.title_site", page=words("nav.failures"), site=site_title(words, facts))
    text = render(
        "failures",
        words=words,
        root="",
        facts=facts,
        title=title,
        other=words.other.failures,
        context={
            "headline": words("failures.heading_one")
            if one
            else words("failures.heading", count=len(failures)),
            "failures": [_failure(row, words, facts) for row in failures[:MOST_FAILURES]],
            "rest": max(len(failures) - MOST_FAILURES, 0),
        },
        policy=Builder.policy(),
    )
    write_changed(path, text)
    return [path]


def _stub(reports: Path, row: LedgerRow, facts: SiteFacts) -> Path:
    """Write the page that stands where a failed one would: links to it lead to an answer."""
    html = (reports / row.output).with_suffix(".html")
    language = Path(html.stem).suffix[1:]
    words = SiteWords(language if language in LANGUAGES else facts.language)
    plan, period = html.parent.name, html.parent.parent.name
    page = words("failures.stub")
    text = render(
        "stub",
        words=words,
        root=way_up(html, reports.resolve()),
        facts=facts,
        title=words("page.title_site", page=page, site=site_title(words, facts)),
        other=way_across(html, words, facts),
        context={"label": page_name(Path(html.stem).stem, plan, period, words, facts)},
        policy=Builder.policy(),
    )
    write_changed(html, text)
    return html
