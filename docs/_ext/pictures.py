"""Pictures of notebooks that ran: what a reader sees, taken by Chromium where there is one, else a figure of theirs."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat

WIDTH, HEIGHT = 640, 448
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<style>body { margin: 0; background: #fdfcfa; padding: 0 8px; }</style>{body}</html>"""


def take_pictures(
    folder: Path, notebooks: Mapping[str, nbformat.NotebookNode], places: Mapping[str, str]
) -> dict[str, str]:
    """
    Take one picture of each notebook.

    Parameters
    ----------
    folder : Path
        Where pictures go.
    notebooks : mapping of str to NotebookNode
        Executed; of one that is not there is no picture.
    places : mapping of str to str
        For each the selector of what the picture begins with.

    Returns
    -------
    dict of str to str
        Names of the pictures' files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    markup = {name: "".join(_markup(node)) for name, node in notebooks.items()}
    markup = {name: text for name, text in markup.items() if text}
    made = {}
    with _browser() as browser:
        for name, text in markup.items():
            if browser is not None:
                made[name] = f"{name}.png"
                _photograph(browser, text, places[name], folder / made[name])
            elif figures := _figures(text):
                made[name] = f"{name}.svg"
                (folder / made[name]).write_text(_alone(figures[0]), encoding="utf-8")
    return made


@contextmanager
def _browser() -> Iterator[Any]:
    """Start Chromium; None where there is none."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        yield None
        return
    from playwright.sync_api import sync_playwright

    # Chromium's sandbox cannot be set up by root, as whom containers run.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=options)
        yield opened
        opened.close()


def _photograph(browser: Any, markup: str, place: str, file: Path) -> None:
    """Take what a page shows from one element down, without any network."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light", offline=True
    )
    page = context.new_page()
    page.set_content(PAGE.replace("{body}", markup))
    box = page.locator(place).first.bounding_box()
    page.screenshot(
        path=file,
        full_page=True,
        clip={"x": 0, "y": max(0, box["y"] - 8), "width": WIDTH, "height": HEIGHT},
    )
    context.close()


def _markup(node: nbformat.NotebookNode) -> Iterator[str]:
    """Yield the markup of every output."""
    for cell in node.cells:
        for output in cell.get("outputs", []):
            yield str(output.get("data", {}).get("text/html", ""))


def _figures(markup: str) -> list[str]:
    """Return the drawings that stand in figures, not those of one cell of a table."""
    return [
        drawing
        for figure in re.findall(r"<figure\b.*?</figure>", markup, re.DOTALL)
        for drawing in re.findall(r"<svg\b.*?</svg>", figure, re.DOTALL)[:1]
    ]


def _alone(drawing: str) -> str:
    """Return a drawing as a file; its colors are those of a light page, which its variables fall back to."""
    if "xmlns=" in drawing.partition(">")[0]:
        return drawing
    return drawing.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
