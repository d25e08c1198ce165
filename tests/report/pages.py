"""Whole pages out of sections, and what a test asks of markup."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser

from seedmetrics.evaluation import Evaluation
from seedmetrics.report import (
    Html,
    closure_report,
    league_report,
    robustness_report,
    unit_report,
)

VOID = {"br", "img", "meta", "link", "input", "hr"}


def unit_sections(evaluation: Evaluation, unit: str, language: str) -> list[Html]:
    """Return all sections of a unit's page."""
    page = unit_report(evaluation, unit=unit, language=language)
    return [
        page.heading(), page.standing(), page.village(), page.chain(), page.boards(), page.indicator_table(),
        page.development(), page.life(), page.grids(), page.closure(), page.certainty(), page.appendix(),
    ]  # fmt: skip


def league_sections(evaluation: Evaluation, language: str) -> list[Html]:
    """Return all sections of the league's page."""
    page = league_report(evaluation, language=language)
    return [
        page.heading(), page.tables(), page.year(), page.judges(), page.cannot_tell(), page.asked(), page.made(),
    ]  # fmt: skip


def closure_sections(evaluation: Evaluation, language: str) -> list[Html]:
    """Return all sections of the page on closing cases."""
    page = closure_report(evaluation, language=language)
    return [
        page.heading(), page.rates(), page.funnel(), page.months(), page.speed(), page.left_out(), page.made(),
    ]  # fmt: skip


def robustness_sections(evaluation: Evaluation, language: str) -> list[Html]:
    """Return all sections of the page on what the ranking depends on."""
    page = robustness_report(evaluation, language=language)
    return [page.heading(), page.places(), page.choices(), page.one_out(), page.made()]


def joined(sections: Sequence[Html]) -> str:
    """Return a page's markup."""
    return "\n".join(section.markup for section in sections)


class Outline(HTMLParser):
    """Reads markup: open elements must close in order; keeps ids, tags and the text that is seen."""

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        found = {key: value or "" for key, value in attrs}
        self.tags.append(tag)
        self.attributes.append((tag, found))
        if "id" in found:
            self.ids.append(found["id"])
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that closes itself."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.stack.pop()

    def handle_endtag(self, tag: str) -> None:
        """Close an element; it must be the last one opened."""
        if not self.stack or self.stack.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        """Keep text that is seen."""
        if self.stack and self.stack[-1] != "style":
            self.text.append(data)


def outline(markup: str) -> Outline:
    """Read markup."""
    found = Outline()
    found.feed(markup)
    found.close()
    return found


def seen(markup: str) -> str:
    """Return the text of markup, spaces joined."""
    return re.sub(r"\s+", " ", " ".join(outline(markup).text))
