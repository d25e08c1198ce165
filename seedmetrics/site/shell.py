"""The frame of every page: head, masthead, banner, footer; the template environment; where things lie."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from seedmetrics.report.numbers import Numbers
from seedmetrics.site.facts import SiteFacts
from seedmetrics.site.words import SiteWords

TEMPLATES = Path(__file__).parent / "templates"
# Pages of a plan that are about no single unit.
COMMON = ("league", "closure", "robustness", "programme")
# Pages of notebooks need no script and load nothing but the sheet and the font beside them; browsers hold them to it.
POLICY = Markup(
    "default-src 'none'; style-src 'self' file: 'unsafe-inline'; "
    "img-src 'self' data: file:; font-src 'self' data: file:; base-uri 'none'; form-action 'none'"
)
# What a template may leave out of its context.
PLAIN: Mapping[str, object] = {"methods_page": "", "methods_here": False, "quality_here": False}
# The site's own pages have no styles in the markup either. What runs is told by its digest.
OWN_POLICY = (
    "default-src 'none'; style-src 'self' file:; img-src 'self' data: file:; font-src 'self' data: file:; "
    "base-uri 'none'; form-action 'none'"
)


@cache
def environment() -> jinja2.Environment:
    """Return the template environment: everything is escaped, an undefined name is an error."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )


def render(
    template: str,
    *,
    words: SiteWords,
    root: str,
    facts: SiteFacts | None,
    title: str,
    other: str | None,
    context: Mapping[str, Any],
    banner: bool = True,
    policy: str = POLICY,
) -> str:
    """Return a whole page.

    Parameters
    ----------
    template : str
        File name under ``templates/`` without ``.html.j2``; it extends ``shell``.
    words : SiteWords
        Of the page's language.
    root : str
        The way from the page to the reports folder: ``""`` or ``"../../"``.
    facts : SiteFacts or None
        Of the site; None for a page that stands alone.
    title : str
        Of the window.
    other : str or None
        The way to the same page in the other language; None when there is none.
    context : mapping
        What the template names besides.
    banner : bool, default True
        Whether sample data are said to be that below the masthead; a report that says so itself needs none.
    policy : str
        What the page may load and run.

    Returns
    -------
    str
        HTML.
    """
    return (
        environment()
        .get_template(f"{template}.html.j2")
        .render(
            words=words,
            numbers=Numbers(words.language),
            root=root,
            facts=facts,
            title=title,
            other=other,
            site_title=site_title(words, facts),
            date=as_of(words, facts),
            policy=Markup(policy),  # noqa: S704  # digests and keywords only
            banner=banner and facts is not None and facts.sample,
            **{**PLAIN, **context},
        )
    )


def site_title(words: SiteWords, facts: SiteFacts | None) -> str:
    """Return what the site is called in a language.

    Parameters
    ----------
    words : SiteWords
        Of that language.
    facts : SiteFacts or None
        Of the site.

    Returns
    -------
    str
        "Chenghe District, evaluated"; a plain word without facts.
    """
    if facts is None:
        return words("site.untitled")
    return words("site.title", district=named(facts.district, words.language))


def as_of(words: SiteWords, facts: SiteFacts | None) -> str:
    """Return the day the records were taken, in words; empty without facts.

    Parameters
    ----------
    words : SiteWords
        Of the page's language.
    facts : SiteFacts or None
        Of the site.

    Returns
    -------
    str
        "15 January 2026".
    """
    return "" if facts is None else day(words, facts.as_of)


def day(words: SiteWords, text: str) -> str:
    """Return a day in words.

    Parameters
    ----------
    words : SiteWords
        Of the page's language.
    text : str
        ``2026-01-15``.

    Returns
    -------
    str
        "15 January 2026".
    """
    return Numbers(words.language).date(date.fromisoformat(text[:10]))


def named(names: Mapping[str, str], language: str) -> str:
    """Return the name in a language; the other's where it has none.

    Parameters
    ----------
    names : mapping of language to str
        Of a district, a plan, a group or a unit.
    language : {"en", "zh"}
        Wanted.

    Returns
    -------
    str
        Empty when there is no name at all.
    """
    return names.get(language) or next((name for name in names.values() if name), "")
