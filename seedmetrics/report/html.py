"""A piece of a page: escaped markup that a notebook shows and a rendered page keeps. No words are made here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

HERE = Path(__file__).parent
STYLESHEET = HERE / "style.css"
NOTEBOOK_STYLESHEET = HERE / "notebook.css"
# Said three times, so that our rules go before JupyterLab's own for tables, paragraphs and links.
NEST = ".seedmetrics" * 3


@dataclass(frozen=True, slots=True)
class Html:
    """
    One section of a page.

    Attributes
    ----------
    markup : str
        Escaped HTML, one element; the same bytes for the same input.
    finding : str
        What the section says in one sentence; shown where no HTML can be.

    Examples
    --------
    >>> Html("<p>4th of 11</p>", "Ranks 4th of 11")
    Html: Ranks 4th of 11
    """

    markup: str
    finding: str = ""

    def _repr_html_(self) -> str:
        """Return the markup, for Jupyter."""
        return self.markup

    def __html__(self) -> str:
        """Return the markup, for templates: it is escaped already."""
        return self.markup

    def __repr__(self) -> str:
        return f"Html: {self.finding or 'nothing to show'}"


@cache
def environment() -> jinja2.Environment:
    """Return the template environment: everything is escaped, an undefined name is an error."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )


def render(template: str, language: str, finding: str, **context: Any) -> Html:
    """
    Fill a template and wrap it so that the style sheet and the screen reader know what it is.

    Parameters
    ----------
    template : str
        File name under ``templates/`` without ``.html.j2``.
    language : {"en", "zh"}
        Language of the words in it.
    finding : str
        The section in one sentence.
    **context
        Values the template names.
    """
    inside = environment().get_template(f"{template}.html.j2").render(language=language, **context)
    inside = re.sub(r"\n\s*(?=\n)", "", inside).strip()
    tag = language_tag(language)
    return Html(f'<div class="seedmetrics" lang="{tag}">\n{inside}\n</div>', finding)


def tag_of(text: str, language: str) -> str:
    """Return the language tag of a text out of the records, where it is not that of the page; else nothing."""
    has_chinese = re.search(r"[\u4e00-\u9fff]", text) is not None
    return language_tag("zh") if has_chinese and language != "zh" else ""


def language_tag(language: str) -> str:
    """Return the tag of a language for the attribute ``lang``."""
    return "zh-Hans" if language == "zh" else "en"


@cache
def notebook_style() -> Markup:
    """
    Return the style sheet for a live notebook, as one ``<style>`` element.

    Notes
    -----
    A page links the sheet itself and drops this element. In a notebook the sheet may touch nothing but our
    own sections, and light and dark follow the notebook's theme, not the screen's: so the part of the sheet
    between the marks ``sections`` and ``page`` is nested under ``.seedmetrics``, and the dark tokens apply
    where JupyterLab or VS Code says that its theme is dark.
    """
    sheet = STYLESHEET.read_text("utf-8")
    found = re.findall(r"/\* == (\w+).*?\*/(.*?)(?=/\* ==|\Z)", sheet, flags=re.DOTALL)
    found.append(("notebook", NOTEBOOK_STYLESHEET.read_text("utf-8")))
    parts = {name: re.sub(r"/\*.*?\*/", "", part, flags=re.DOTALL) for name, part in found}
    light, dark = (_declarations(parts[name]) for name in ("light", "dark"))
    themes = (
        '[data-jp-theme-light="false"] .seedmetrics',
        'body[data-vscode-theme-kind*="dark"] .seedmetrics',
    )
    # On every element, as in a page: the shorthand `font` would set the variant back where it is used.
    languages = re.sub(r"(:lang\(\w+\))", rf"{NEST}\1, {NEST} \1", parts["languages"]).strip()
    rules = (
        f".seedmetrics {{ {light} }}\n{', '.join(themes)} {{ {dark} }}\n"
        f"{languages}\n"
        f"{NEST} {{ {parts['sections'].strip()} {parts['notebook'].strip()} }}"
    )
    rules = re.sub(r"\s+", " ", rules)
    return Markup(f"<style data-seedmetrics>{rules}</style>")  # noqa: S704 (our own sheet)


def _declarations(part: str) -> str:
    """Return what stands inside the innermost braces of a part of the sheet."""
    found = re.search(r"\{([^{}]*)\}", part)
    return found.group(1).strip() if found else ""
