"""The entries of `seedmetrics/formulas/references.bib`, read and written as text; nothing of Sphinx here."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

ACCENTS = {'"': "\u0308", "'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303"}
LETTERS = {r"\o": "ø", r"\O": "Ø", r"\ss": "ß", r"\l": "ł", r"\aa": "å"}
QUOTES = {"``": "“", "''": "”", "--": "–", r"\&": "&", "~": "\u00a0"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One source: its key and its fields, in plain text."""

    key: str
    kind: str
    fields: dict[str, str]

    @property
    def names(self) -> list[str]:
        """Surnames of the authors, in order."""
        return [one.partition(",")[0].strip() for one in self.fields["author"].split(" and ")]

    @property
    def label(self) -> str:
        """How running text names it: ``Brown et al. 2001``."""
        names = self.names
        said = names[0] if len(names) == 1 else f"{names[0]} et al."
        if len(names) == 2:
            said = f"{names[0]} and {names[1]}"
        return f"{said} {self.fields['year']}"

    @property
    def authors(self) -> str:
        """All authors, initials first: ``L. D. Brown, T. T. Cai``."""
        return ", ".join(_turned(one) for one in self.fields["author"].split(" and "))

    @property
    def container(self) -> str:
        """What it appeared in."""
        known = ("journal", "booktitle", "publisher", "institution", "organization", "series")
        return next((self.fields[key] for key in known if key in self.fields), "")

    @property
    def place(self) -> str:
        """Volume, number, pages or edition."""
        fields = self.fields
        number = f"({fields['number']})" if "number" in fields else ""
        said = f"{fields.get('volume', '')}{number}"
        if self.kind in {"book", "techreport"}:
            said = f"{fields.get('type', '')} {fields.get('number', '')}".strip()
        if "edition" in fields:
            said = f"{fields['edition']} edition"
        pages = fields.get("pages", "")
        return ", ".join(part for part in (said, pages, fields.get("note", "")) if part)


def read_entries(file: Path) -> dict[str, Entry]:
    """
    Read a bibliography.

    Parameters
    ----------
    file : Path
        BibTeX, one field a line.

    Returns
    -------
    dict of str to Entry
        By key, in the order of the file.
    """
    found = {}
    for kind, key, body in re.findall(
        r"^@(\w+)\{(\w+),\n(.*?)^\}", file.read_text("utf-8"), re.MULTILINE | re.DOTALL
    ):
        fields = re.findall(r"^\s*(\w+)\s*=\s*\{(.*)\},?$", body, re.MULTILINE)
        found[key] = Entry(key, kind, {name: plain(value) for name, value in fields})
    return found


def plain(value: str) -> str:
    r"""
    Return a field as plain text.

    Parameters
    ----------
    value : str
        With braces and accents of LaTeX, such as ``Anh{\o}j``.

    Returns
    -------
    str
    """
    value = re.sub(
        r"""\\(["'`^~])\{?(\w)\}?""",
        lambda m: unicodedata.normalize("NFC", m[2] + ACCENTS[m[1]]),
        value,
    )
    for latex, letter in (LETTERS | QUOTES).items():
        value = value.replace(latex, letter)
    return value.replace("{", "").replace("}", "")


def _turned(author: str) -> str:
    """Return ``Brown, Lawrence D.`` as ``L. D. Brown``; a name without a comma stays."""
    last, comma, first = author.partition(",")
    if not comma:
        return author
    initials = " ".join(f"{word[0]}." for word in re.split(r"[\s.]+", first) if word)
    return f"{initials} {last}"
