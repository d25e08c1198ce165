"""The words of the pages around the notebooks, by language; those of the evaluation live in `report`."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "words"
LANGUAGES = ("en", "zh")


@cache
def catalogue(language: str) -> dict[str, Any]:
    """Return the catalogue of a language, nested as in its file.

    Parameters
    ----------
    language : {"en", "zh"}
        Of the page.

    Returns
    -------
    dict
        Sections of words.
    """
    return tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class SiteWords:
    """The words of one language: ``words("nav.all")``, ``words("made.refused", count=2)``.

    Examples
    --------
    >>> SiteWords("en")("nav.all"), SiteWords("zh")("nav.all")
    ('All units', '全部单位')
    """

    language: str

    def __call__(self, key: str, **values: object) -> str:
        """Return the words under ``section.name``, with `values` put in."""
        section, name = key.split(".")
        return str(catalogue(self.language)[section][name]).format(**values)

    def raw(self, key: str) -> str:
        """Return the words under ``section.name`` as they stand, for the script to fill in."""
        section, name = key.split(".")
        return str(catalogue(self.language)[section][name])

    @property
    def tag(self) -> str:
        """The language as the attribute ``lang`` names it."""
        return "zh-Hans" if self.language == "zh" else "en"

    @property
    def other(self) -> "SiteWords":
        """The words of the other language."""
        return SiteWords("en" if self.language == "zh" else "zh")

    @property
    def index(self) -> str:
        """The name of this language's front page."""
        return "index.zh.html" if self.language == "zh" else "index.html"

    @property
    def failures(self) -> str:
        """The name of this language's page of failures."""
        return "failures.zh.html" if self.language == "zh" else "failures.html"

    @property
    def quality(self) -> str:
        """The name of this language's page of data quality."""
        return "data-quality.zh.html" if self.language == "zh" else "data-quality.html"
