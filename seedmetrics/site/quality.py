"""The data quality page: every kind of problem met while reading, where it is and what to do, and every file read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from seedmetrics.report.numbers import DASH, Numbers
from seedmetrics.report.problems import ORDER, in_words, remedy_in_words
from seedmetrics.report.words import Words
from seedmetrics.site.facts import SiteFacts
from seedmetrics.site.front import Fact, kinds_of
from seedmetrics.site.words import SiteWords

# Kinds of problem on the page; the table that can be taken away has every one.
MOST_KINDS = 100
PLACES = 3


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem, as written."""

    severity: str
    text: str
    known: bool
    where: str
    rows: str
    places: str
    remedy: str
    told: bool


@dataclass(frozen=True, slots=True)
class Source:
    """One file that was read, as written."""

    table: str
    file: str
    rows: str
    refused: str
    mended: str
    digest: str


class Quality:
    """Writes what was found in the records, in one language."""

    def __init__(
        self, words: SiteWords, facts: SiteFacts, problems: pd.DataFrame, sources: pd.DataFrame
    ) -> None:
        self.words, self.facts, self.problems, self.sources = words, facts, problems, sources
        self.numbers, self.spoken = Numbers(words.language), Words(words.language)

    def context(self, reports: Path) -> dict[str, Any]:
        """Return what the page's template names."""
        words = self.words
        kinds = self.kinds()
        counts = self.facts.problems
        head = "refused" if counts["refused"] else "mended" if counts["mended"] else "clean"
        shown = {name: self.numbers.count(count) for name, count in counts.items()}
        return {
            "headline": words(f"quality.headline_{head}", **shown),
            "deck": words("quality.deck"),
            "cells": self._facts(shown),
            "kinds": kinds[:MOST_KINDS],
            "rest": max(len(kinds) - MOST_KINDS, 0),
            "sources": self.files(),
            "downloads": [
                (words(f"quality.get_{name}"), kinds_of(reports, f"tables/{name}"))
                for name in ("problems", "sources")
            ],
        }

    def _facts(self, shown: dict[str, str]) -> list[Fact]:
        words = self.words
        files = self.numbers.count(len(self.sources))
        notes = {kind: words(f"quality.{kind}_note") for kind in ORDER}
        notes = {"rows": words("quality.rows_note", count=files)} | notes
        return [
            Fact(words(f"quality.{name}"), shown[name], "", note) for name, note in notes.items()
        ]

    def kinds(self) -> list[Kind]:
        """Return the kinds of problem, the most serious and the most frequent first."""
        if self.problems.empty:
            return []
        table = self.problems.copy()
        told = [in_words(text, self.words.language) for text in table["problem"]]
        table["text"] = [text for text, _, _ in told]
        table["count"] = [count for _, count, _ in told]
        table["known"] = [known for _, _, known in told]
        order = {severity: place for place, severity in enumerate(ORDER)}
        found = []
        for _, rows in table.groupby(["severity", "text"], sort=False):
            severity, text = str(rows["severity"].iloc[0]), str(rows["text"].iloc[0])
            found.append((order.get(severity, 9), -int(rows["count"].sum()), text, severity, rows))
        found.sort(key=lambda entry: entry[:3])
        return [self._kind(severity, text, rows) for _, _, text, severity, rows in found]

    def _kind(self, severity: str, text: str, rows: pd.DataFrame) -> Kind:
        spoken, words = self.spoken, self.words
        where = [
            spoken("list.dot").join(part for part in pair if part)
            for pair in dict.fromkeys(zip(rows["table"], rows["column"], strict=True))
        ]
        places = [
            words("quality.place", file=file, row=row) if row not in ("", "0") else file
            for file, row in dict.fromkeys(zip(rows["file"], rows["row"], strict=True))
        ]
        written = [remedy for remedy in dict.fromkeys(rows["remedy"]) if remedy][:PLACES]
        remedies = [remedy_in_words(remedy, words.language) for remedy in written]
        return Kind(
            severity=spoken(f"out.as_{severity}") if spoken.has(f"out.as_{severity}") else severity,
            text=spoken.sentence_case(text),
            known=bool(rows["known"].all()),
            where=spoken.join(where, most=PLACES),
            rows=self.numbers.count(rows["count"].sum()),
            places=spoken.join(places, most=PLACES),
            remedy=spoken("list.semicolon").join(text for text, _ in remedies),
            told=all(known for _, known in remedies),
        )

    def files(self) -> list[Source]:
        """Return every file that was read."""
        found = []
        for row in self.sources.to_dict("records"):
            rows, refused, mended = (
                self._count(row.get(n, "")) for n in ("rows", "refused", "mended")
            )
            found.append(Source(row["table"], row["file"], rows, refused, mended, row["sha256"]))
        return found

    def _count(self, text: str) -> str:
        return self.numbers.count(float(text)) if text else DASH
