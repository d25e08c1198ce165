"""Copies of pages beside a site: one file for mail, a PDF for paper; none that outlives or misreports its page."""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from seedmetrics.batch import latest_rows
from seedmetrics.batch.ledger import package_version
from seedmetrics.batch.progress import Bar
from seedmetrics.site.editions import FILE as EDITION
from seedmetrics.site.facts import read_facts
from seedmetrics.site.printing import find_chromium, print_pages
from seedmetrics.site.sending import font_for, one_file
from seedmetrics.site.writing import write_changed

SENT = "send"  # the folder of pages in one file
# What a copy was made of stands in its last line, where neither a browser nor a reader of PDFs looks.
MARK = re.compile(rb"(?:<!--|%) seedmetrics ([0-9a-f]{64})(?: -->)?\s*\Z")
TAIL = 120


@dataclass(frozen=True, slots=True)
class Copies:
    """
    What copies of pages a folder holds.

    Attributes
    ----------
    sent, printed : int
        Pages in one file, and PDFs, that stand for the pages asked for.
    made : int
        How many of both were made now; the others stood.
    removed : int
        Copies removed, since the page they were made of has changed or gone.
    bytes : int
        Of all that stand.
    """

    sent: int = 0
    printed: int = 0
    made: int = 0
    removed: int = 0
    bytes: int = 0


def pages_to_copy(reports: Path) -> list[Path]:
    """
    Return the pages of a site that make sense alone.

    Parameters
    ----------
    reports : Path
        The folder.

    Returns
    -------
    list of Path
        Those that notebooks made and that stand, then the methods of each plan. Front pages are ways to other pages.
    """
    rows = latest_rows(reports / "ledger.jsonl")
    made = [reports / row.html for row in rows if row.ok and row.html]
    methods = [
        page
        for edition in sorted(reports.glob(f"*/*/{EDITION}"))
        for page in sorted(edition.parent.glob("methods.*.html"))
    ]
    return [page for page in (*made, *methods) if page.is_file()]


def make_copies(
    reports: Path,
    *,
    single_file: bool = False,
    pdf: bool = False,
    only: Collection[Path] | None = None,
    afresh: bool = False,
    progress: bool = True,
) -> Copies:
    """
    Make copies of a site's pages, and remove those that are no longer true.

    Parameters
    ----------
    reports : Path
        The folder of a site that is built.
    single_file : bool
        Whether each page is also written as one file: ``send/<period>-<plan>-<page>.html``.
    pdf : bool
        Whether each page is also printed: its PDF lies beside it.
    only : collection of Path, optional
        Pages that are copied; all where left out.
    afresh : bool
        Make all of them, also those that stand.
    progress : bool
        Whether a bar is drawn on standard error.

    Returns
    -------
    Copies

    Raises
    ------
    SeedmetricsError
        When PDFs are asked for and cannot be printed.

    Notes
    -----
    A copy stands while its page, the style sheet and this package's version are what it was made of. One that does not
    is removed, whether or not new ones are asked for: an old number must not go out in a new mail.
    """
    reports = Path(reports)
    sheet = (reports / "assets" / "style.css").read_text(encoding="utf-8")
    all_pages = pages_to_copy(reports)
    marks = {page: _mark_of(page, sheet) for page in all_pages}
    chosen = {page.resolve() for page in only} if only is not None else None
    pages = [page for page in all_pages if chosen is None or page.resolve() in chosen]
    asked = [
        *((page, sent_name(reports, page)) for page in pages if single_file),
        *((page, page.with_suffix(".pdf")) for page in pages if pdf),
    ]
    removed = _remove_untrue(reports, marks)
    due = [(page, copy) for page, copy in asked if afresh or not copy.is_file()]
    hidden = not (progress and due)
    with Bar(total=len(due), disable=hidden, file=sys.stderr, unit="page", desc="copies") as bar:

        def put(page: Path, copy: Path, content: bytes) -> None:
            end = "% seedmetrics {}\n" if copy.suffix == ".pdf" else "<!-- seedmetrics {} -->\n"
            write_changed(copy, content + end.format(marks[page]).encode("ascii"))
            bar.update()

        to_send = {copy: page for page, copy in due if copy.suffix == ".html"}
        font = font_for(to_send.values()) if to_send else None
        for copy, page in to_send.items():
            text = page.read_text(encoding="utf-8")
            place = page.relative_to(reports).as_posix()
            put(page, copy, one_file(text, sheet=sheet, font=font, place=place).encode("utf-8"))
        to_print = {copy: page for page, copy in due if copy.suffix == ".pdf"}
        if to_print:
            print_pages(
                [(page, copy) for copy, page in to_print.items()],
                day=read_facts(reports).as_of,
                write=lambda copy, content: put(to_print[copy], copy, content),
                chromium=find_chromium(),
            )
    kinds = [copy.suffix for _, copy in asked]
    return Copies(
        sent=kinds.count(".html"),
        printed=kinds.count(".pdf"),
        made=len(due),
        removed=removed,
        bytes=sum(copy.stat().st_size for _, copy in asked),
    )


def sent_name(reports: Path, page: Path) -> Path:
    """
    Return where a page in one file goes; its name says what it is, wherever it is saved.

    Parameters
    ----------
    reports : Path
        The folder of the site.
    page : Path
        In ``<period>/<plan>/``.

    Returns
    -------
    Path
        Such as ``send/2025Q4-township-T01.en.html``.
    """
    return reports / SENT / "-".join(page.relative_to(reports).parts)


def _mark_of(page: Path, sheet: str) -> str:
    """Return the digest of all that a copy of a page depends on."""
    whole = hashlib.sha256(page.read_bytes())
    whole.update(f"\0{sheet}\0{package_version()}".encode())
    return whole.hexdigest()


def _remove_untrue(reports: Path, marks: dict[Path, str]) -> int:
    """Remove copies of pages that are gone or have changed; return how many."""
    true = {sent_name(reports, page): mark for page, mark in marks.items()}
    true |= {page.with_suffix(".pdf"): mark for page, mark in marks.items()}
    removed = 0
    for copy in _copies(reports):
        found = _last_mark(copy)
        # A file without our mark is somebody else's, and stays.
        if found and found != true.get(copy):
            copy.unlink()
            removed += 1
    return removed


def _copies(reports: Path) -> Iterator[Path]:
    yield from sorted((reports / SENT).glob("*.html"))
    yield from sorted(reports.glob("[0-9]*/*/*.pdf"))


def _last_mark(copy: Path) -> str:
    with copy.open("rb") as file:
        file.seek(max(copy.stat().st_size - TAIL, 0))
        found = MARK.search(file.read())
    return found[1].decode("ascii") if found else ""
