"""Pages become PDFs: one Chromium for all of them, A4, name and page number at the foot, the same bytes each time."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from seedmetrics.errors import SeedmetricsError

if TYPE_CHECKING:
    from playwright.sync_api import Page

VARIABLE = "SEEDMETRICS_CHROMIUM"
NAMES = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge",
)  # fmt: skip
APPS = "/Applications/{0}.app/Contents/MacOS/{0}"
PLACES: Mapping[str, tuple[str, ...]] = {
    "linux": ("/usr/bin/chromium", "/usr/lib/chromium/chromium", "/snap/bin/chromium", "/opt/google/chrome/chrome"),
    "darwin": tuple(APPS.format(name) for name in ("Google Chrome", "Chromium", "Microsoft Edge")),
    "win32": tuple(
        rf"%{root}%\{program}"
        for root in ("ProgramFiles", "ProgramFiles(x86)", "LocalAppData")
        for program in (r"Google\Chrome\Application\chrome.exe", r"Microsoft\Edge\Application\msedge.exe")
    ),
}  # fmt: skip
# A printer needs none of this, and asks nobody for anything.
OPTIONS = (
    "--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-extensions",
    "--disable-sync", "--no-first-run", "--no-default-browser-check",
)  # fmt: skip
# What Chromium stamps a file with; all of it has the same length, so that no offset in the file moves.
STAMP = re.compile(rb"\(D:(\d{14})[^)]{0,8}\)")
PART = re.compile(rb"\(node(\d{8})\)")
SECONDS = 120  # until a page that does not load, or a browser that does not start, is given up


def find_chromium() -> Path:
    """
    Return the Chromium that prints.

    Returns
    -------
    Path
        What ``SEEDMETRICS_CHROMIUM`` names; else the first of Chromium, Chrome and Edge on the path or where they
        usually are.

    Raises
    ------
    SeedmetricsError
        When there is none, or the variable names none, or the package that speaks with it is not installed. Nothing is
        started to find that out.
    """
    if importlib.util.find_spec("playwright") is None:
        msg = 'PDFs need the package playwright: pip install "seedmetrics[pdf]", or leave out --pdf'
        raise SeedmetricsError(msg)
    named = os.environ.get(VARIABLE, "")
    if named:
        found = shutil.which(named)
        if found is None:
            msg = f"{VARIABLE} names {named!r}, which is no program here: name the program file of Chromium or Chrome"
            raise SeedmetricsError(msg)
        return Path(found)
    usual = (os.path.expandvars(place) for place in PLACES.get(sys.platform, ()))
    for name in (*NAMES, *usual):
        if program := shutil.which(name):
            return Path(program)
    msg = (
        "PDFs are printed with Chromium, Chrome or Edge, and none is here: install one (apt-get install chromium), "
        f"or name its program in {VARIABLE}, or leave out --pdf"
    )
    raise SeedmetricsError(msg)


def print_pages(
    pages: Iterable[tuple[Path, Path]],
    *,
    day: str,
    write: Callable[[Path, bytes], object],
    chromium: Path | None = None,
) -> int:
    """
    Print pages, each to a file of its own, with one browser for all.

    Parameters
    ----------
    pages : iterable of (Path, Path)
        A page's HTML file, and where its PDF goes.
    day : str
        ``2026-01-15``: the day the records were taken, which the files are stamped with. The same page gives the same
        bytes, on the same system with the same Chromium.
    write : callable
        Called with the place of each PDF and its bytes, when it is printed.
    chromium : Path, optional
        The browser; found where left out.

    Returns
    -------
    int
        Pages printed.

    Raises
    ------
    SeedmetricsError
        When there is no browser, it does not start, or a page cannot be printed.
    """
    program = chromium or find_chromium()

    def work() -> int:
        count = 0
        with _browser(program) as tab:
            for page, place in pages:
                write(place, _stamped(_printed(tab, page), day))
                count += 1
        return count

    # In a thread of its own: Playwright refuses to work where a loop runs already, as in a notebook.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()


@contextmanager
def _browser(program: Path) -> Iterator[Page]:
    """Start the browser; give one tab, light and without a network."""
    from playwright.sync_api import Error, sync_playwright

    options = list(OPTIONS)
    # Chromium's sandbox cannot be set up by root, as whom containers run.
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--no-sandbox")
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=program, args=options, timeout=SECONDS * 1000
            )
        except Error as error:
            msg = f"{program} does not start ({_first_line(error)}): name another Chromium in {VARIABLE}"
            raise SeedmetricsError(msg) from error
        try:
            context = browser.new_context(color_scheme="light", offline=True)
            context.set_default_timeout(SECONDS * 1000)
            tab = context.new_page()
            tab.emulate_media(media="print", color_scheme="light")
            yield tab
        finally:
            browser.close()


def _printed(tab: Page, page: Path) -> bytes:
    """Return a page as PDF, with its title at the foot of every sheet; `style.css` says how it breaks."""
    from playwright.sync_api import Error

    try:
        tab.goto(page.resolve().as_uri())
        title = json.dumps(tab.title(), ensure_ascii=False).replace("\\n", " ")
        tab.evaluate(
            "async title => { document.documentElement.style.setProperty('--running', title);"
            " await document.fonts.ready; }",
            title,
        )
        return tab.pdf(prefer_css_page_size=True, print_background=True, tagged=True, outline=True)
    except Error as error:
        msg = f"{page} could not be printed ({_first_line(error)}): open it in a browser, and run again"
        raise SeedmetricsError(msg) from error


def _stamped(pdf: bytes, day: str) -> bytes:
    """
    Return a PDF that says when the records were taken, in place of when it was printed, its parts numbered from one.

    Chromium numbers them on from page to page: what one was printed after would show in its bytes. A number has as many
    digits as before, so that nothing moves, and their order stays, in which a reader looks them up.
    """
    digits = f"{day.replace('-', '')[:8]}000000".encode("ascii")
    dated = STAMP.sub(lambda found: found[0].replace(found[1], digits), pdf)
    numbers = {old: b"%08d" % new for new, old in enumerate(sorted(set(PART.findall(dated))), 1)}
    return PART.sub(lambda found: b"(node" + numbers[found[1]] + b")", dated)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
