"""The words of the pages, in English and Chinese: looked up in catalogues, never typed into code."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from seedmetrics.errors import SeedmetricsError

FOLDER = Path(__file__).parent / "words"
LANGUAGES = ("en", "zh")
KINDS = ("share", "points", "days", "count", "ratio", "stars", "per_1000")


@cache
def catalogue(name: str) -> dict[str, Any]:
    """Return one of the catalogues, such as ``en``, ``zh`` or ``indicators``, nested as in the file."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class IndicatorWords:
    """
    What one indicator is called on a page.

    Attributes
    ----------
    label, definition : str
        Name, and one sentence on what is counted of what; the definition may be empty.
    kind : str
        How its value is written: one of `KINDS`; empty where not known.
    step : str
        What one more step of it is called, with ``{count}``; empty where there is no such step.
    counts : str
        What a value that is no share rests on, with ``{numerator}`` and ``{denominator}``; empty where not said.
    """

    label: str
    definition: str
    kind: str
    step: str
    step_one: str
    counts: str = ""


@dataclass(frozen=True, slots=True)
class MechanismWords:
    """
    What one mechanism of the programme is called on a page.

    Attributes
    ----------
    number : int
        Its place among the twenty; 0 for a module from outside.
    title, about : str
        Name, and one sentence on what it is; the sentence may be empty.
    term : str
        What the programme itself calls it, in Chinese; may be empty.
    """

    number: int
    title: str
    about: str
    term: str


@dataclass(frozen=True, slots=True)
class Amount:
    r"""
    A number, as it stands in words beside what is counted: after a colon its noun for one and for more.

    Examples
    --------
    >>> "{n:star|stars}, {m:village|villages}".format(n=Amount("34", 34), m=Amount("1", 1))
    '34\xa0stars, 1\xa0village'
    >>> f"{Amount('1,200', 1200)}"
    '1,200'
    """

    text: str
    number: float

    def __format__(self, nouns: str) -> str:
        """Return the number, with the noun that agrees with it; no line breaks between them."""
        if not nouns:
            return self.text
        one, _, more = nouns.partition("|")
        return f"{self.text}\u00a0{one if self.number == 1 else more or one}"


@dataclass(frozen=True, slots=True)
class Words:
    """
    The catalogue of one language.

    Examples
    --------
    >>> Words("en")("count.more", count=2)
    '2 more'
    >>> Words("zh").join(["甲", "乙"])
    '甲、乙'
    """

    language: str

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            msg = f"`language` must be 'en' or 'zh', got {self.language!r}"
            raise SeedmetricsError(msg)

    def __call__(self, key: str, /, *, count: Any = None, **values: Any) -> str:
        """
        Return the words under `key`, filled in.

        Parameters
        ----------
        key : str
            ``section.name`` of the catalogue.
        count : number, optional
            Picks "one" or "other" where the catalogue has both; also fills ``{count}``.
        **values : object
            Fill the placeholders of the same names.
        """
        found: Any = catalogue(self.language)
        for part in key.split("."):
            found = found[part]
        if isinstance(found, Mapping):
            found = found["one"] if count == 1 and "one" in found else found["other"]
        if count is not None:
            values.setdefault("count", f"{count:,}")
        return str(found).format(**values)

    def has(self, key: str) -> bool:
        """Return whether the catalogue holds `key`."""
        found: Any = catalogue(self.language)
        for part in key.split("."):
            if not isinstance(found, Mapping) or part not in found:
                return False
            found = found[part]
        return True

    def join(self, parts: Sequence[str], *, most: int = 99) -> str:
        """Return a list in words; of more than `most` parts the rest is counted."""
        rest = len(parts) - most
        if rest > 1:
            return self("list.more", names=self("list.comma").join(parts[:most]), rest=rest)
        if len(parts) < 2:
            return "".join(parts)
        return self("list.last", names=self("list.comma").join(parts[:-1]), last=parts[-1])

    def clauses(self, parts: Sequence[str]) -> str:
        """Return whole clauses in one sentence, the last after ", and"."""
        if len(parts) < 2:
            return "".join(parts)
        first = self("list.clauses").join(parts[:-1])
        return self("list.clauses_last", names=first, last=parts[-1])

    def sentences(self, parts: Iterable[str]) -> str:
        """Return sentences one after the other, each with its stop."""
        stop = self("list.stop")
        return self("list.between").join(
            part if part.endswith(stop) else part + stop for part in parts if part
        )

    def pick(self, texts: Any, default: str = "") -> str:
        """Return the text of this language from names by language; another's where it has none."""
        if texts is None or isinstance(texts, str):
            return texts or default
        for language in (self.language, *LANGUAGES):
            try:
                found = texts[language]
            except KeyError:
                continue
            if found:
                return str(found)
        return default

    def indicator(self, name: str, title: object = None) -> IndicatorWords:
        """Return the words of an indicator; a title of the plan goes before the catalogue's label."""
        entry: Any = catalogue("indicators")
        for part in name.split("."):
            entry = entry.get(part, {}) if isinstance(entry, Mapping) else {}
        own = entry.get(self.language, {}) if isinstance(entry, Mapping) else {}
        fallback = name.rsplit(".", 1)[-1].replace("_", " ")
        return IndicatorWords(
            label=self.pick(title) or own.get("label", self.sentence_case(fallback)),
            definition=own.get("definition", ""),
            kind=entry.get("kind", "") if isinstance(entry, Mapping) else "",
            step=own.get("step", ""),
            step_one=own.get("step_one", own.get("step", "")),
            counts=own.get("counts", ""),
        )

    def mechanism(self, module: str) -> MechanismWords:
        """Return the words of the mechanism that a module of indicators measures; its name where it has none."""
        entry: dict[str, Any] = catalogue("mechanisms").get(module, {})
        own = entry.get(self.language, {})
        return MechanismWords(
            number=entry.get("number", 0),
            title=own.get("title", self.sentence_case(module.replace("_", " "))),
            about=own.get("about", ""),
            term=entry.get("term", ""),
        )

    def inside(self, text: str) -> str:
        """Return a label for use inside a sentence: English loses its first capital, if it is only that."""
        if self.language == "zh" or len(text) < 2 or text[1].isupper():
            return text
        return text[0].lower() + text[1:]

    def sentence_case(self, text: str) -> str:
        """Return a text with its first letter as a sentence begins."""
        return text[:1].upper() + text[1:]

    def quoted(self, text: str) -> str:
        """Return a name as this language sets names of pillars: Chinese in quotation marks."""
        return f"“{text}”" if self.language == "zh" else text

    def spelled(self, number: int) -> str:
        """Return a whole number in words up to ten (English); Chinese keeps the digits."""
        names = self("number.names").split()
        return names[number] if 0 <= number < len(names) else f"{number:,}"
