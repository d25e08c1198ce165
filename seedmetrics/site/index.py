"""The front page, in both languages: what the league says, where each page is, what failed, how it was made."""

import shlex
import shutil
from collections.abc import Sequence
from logging import getLogger
from pathlib import Path

from seedmetrics.batch import LedgerRow, latest_rows
from seedmetrics.batch.files import write_atomically
from seedmetrics.report.html import STYLESHEET
from seedmetrics.site.facts import SiteFacts, read_facts
from seedmetrics.site.fonts import write_font
from seedmetrics.site.front import front_context
from seedmetrics.site.pages import page_name, way_across, way_up
from seedmetrics.site.shell import render, site_title
from seedmetrics.site.tables import read_table
from seedmetrics.site.words import LANGUAGES, SiteWords


def build_site(reports: Path) -> Path:
    """Write everything of a reports folder that is not made by a notebook.

    Parameters
    ----------
    reports : Path
        With ``site.json``, ``ledger.jsonl`` and ``tables/``.

    Returns
    -------
    Path
        ``index.html``, the English front page; ``index.zh.html`` lies beside it.

    Raises
    ------
    SeedmetricsError
        When ``site.json`` is not there or cannot be used, or the Chinese font is not installed.

    Notes
    -----
    Written: both front pages; ``assets/`` with the style sheet, the font and its licence; for every
    page that failed a page in its place that says so; ``failures.html`` and ``failures.zh.html``
    when there are any (older ones are removed when there are none). Only the last outcome of each
    page in the ledger counts. The same folder gives the same bytes.
    """
    reports = Path(reports)
    facts = read_facts(reports)
    rows = latest_rows(reports / "ledger.jsonl")
    failures = [row for row in rows if not row.ok]
    shutil.copyfile(STYLESHEET, _made(reports / "assets") / "style.css")
    pages = [reports / row.html for row in rows if row.ok and (reports / row.html).is_file()]
    pages += [_stub(reports, row, facts) for row in failures]
    for language in LANGUAGES:
        words = SiteWords(language)
        pages += _failures_page(reports, words, facts, failures)
        pages.append(_front(reports, words, facts, rows))
    missing = write_font(reports / "assets", pages)
    if missing:
        getLogger("seedmetrics").warning("no form in the Chinese font for: %s", missing)
    return reports / SiteWords("en").index


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


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _front(reports: Path, words: SiteWords, facts: SiteFacts, rows: Sequence[LedgerRow]) -> Path:
    path = reports / words.index
    league = read_table(reports / "tables" / "league.csv")
    context = front_context(reports, words, facts=facts, rows=rows, league=league)
    text = render(
        "index",
        words=words,
        root="",
        facts=facts,
        title=site_title(words, facts),
        other=words.other.index,
        context=context,
    )
    write_atomically(path, text)
    return path


def _failures_page(
    reports: Path, words: SiteWords, facts: SiteFacts, failures: Sequence[LedgerRow]
) -> list[Path]:
    path = reports / words.failures
    if not failures:
        path.unlink(missing_ok=True)
        return []
    text = render(
        "failures",
        words=words,
        root="",
        facts=facts,
        title=f"{words('nav.failures')} – {site_title(words, facts)}",
        other=words.other.failures,
        context={
            "failures": failures,
            "commands": {row.key: command_again(row) for row in failures},
        },
    )
    write_atomically(path, text)
    return [path]


def _stub(reports: Path, row: LedgerRow, facts: SiteFacts) -> Path:
    """Write the page that stands where a failed one would: links to it lead to an answer."""
    html = (reports / row.output).with_suffix(".html")
    language = Path(html.stem).suffix[1:]
    words = SiteWords(language if language in LANGUAGES else facts.language)
    plan, period = html.parent.name, html.parent.parent.name
    text = render(
        "stub",
        words=words,
        root=way_up(html, reports.resolve()),
        facts=facts,
        title=f"{words('failures.stub')} – {site_title(words, facts)}",
        other=way_across(html, words, facts),
        context={"label": page_name(Path(html.stem).stem, plan, period, words, facts)},
    )
    write_atomically(html, text)
    return html
