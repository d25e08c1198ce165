"""An executed notebook becomes a page: its outputs and Markdown in the site's frame, no code, nothing that runs."""

import os
from functools import cache
from html import escape
from pathlib import Path
from urllib.parse import quote

import nbformat
from markupsafe import Markup
from nbconvert.exporters import HTMLExporter
from nbconvert.exporters.templateexporter import TemplateExporter
from traitlets.config import Config

from seedmetrics.batch.files import write_atomically
from seedmetrics.report.numbers import Numbers
from seedmetrics.site.cleaning import clean
from seedmetrics.site.facts import SiteFacts, read_facts, reports_folder
from seedmetrics.site.shell import COMMON, TEMPLATES, named, render, site_title
from seedmetrics.site.words import LANGUAGES, SiteWords

NOT_SHOWN = {"notebook-only", "parameters", "injected-parameters", "papermill-error-cell-tag"}
SHOWN_TYPES = [
    "text/html",
    "text/markdown",
    "image/svg+xml",
    "image/png",
    "image/jpeg",
    "text/plain",
]


def render_page(notebook: Path, html: Path) -> Path:
    """Make the page of an executed notebook.

    Parameters
    ----------
    notebook : Path
        ``<name>.<language>.ipynb``, executed.
    html : Path
        Where the page goes. The nearest folder above it that holds ``site.json`` is the reports
        folder; without one the page stands alone, in its own folder.

    Returns
    -------
    Path
        `html`.

    Notes
    -----
    Shown are Markdown cells and outputs, each cleaned (`clean`); a value that is printed is shown
    as text. Not shown are code, what was written to standard error, parameters, and cells tagged
    ``notebook-only``. The same notebook gives the same bytes: no clock is read.
    """
    node = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]
    reports = reports_folder(html)
    facts = read_facts(reports) if reports else None
    words = SiteWords(page_language(notebook, node, facts))
    body = fragment(node)
    text = render(
        "page",
        words=words,
        root=way_up(html, reports),
        facts=facts,
        title=_title(html, words, facts),
        other=way_across(html, words, facts),
        context={
            "body": Markup(body),  # noqa: S704  # cleaned
            "notebook": quote(notebook.name),
            "methods_page": _methods_page(html, words, facts),
        },
        banner='class="sample"' not in body,
    )
    write_atomically(html, text)
    return html


def fragment(node: nbformat.NotebookNode) -> str:
    """Return the outputs and Markdown of a notebook as cleaned markup, without a frame.

    Parameters
    ----------
    node : NotebookNode
        Executed.

    Returns
    -------
    str
        Markup. A picture without a description (``alt`` in its output's metadata) counts as decoration.
    """
    shown = nbformat.from_dict(dict(node))  # type: ignore[no-untyped-call]
    shown.cells = [c for c in node.cells if not NOT_SHOWN & set(c.metadata.get("tags", []))]
    body, _ = _exporter().from_notebook_node(shown)  # type: ignore[no-untyped-call]
    return str(body).strip()


def page_language(notebook: Path, node: nbformat.NotebookNode, facts: SiteFacts | None) -> str:
    """Return the language of a page: its file's name, its parameters, or the site's own say it.

    Parameters
    ----------
    notebook : Path
        ``<name>.<language>.ipynb``.
    node : NotebookNode
        For its parameters.
    facts : SiteFacts or None
        Of the site.

    Returns
    -------
    str
        ``"en"`` where nothing says otherwise.
    """
    account = node.metadata.get("papermill", {}).get("parameters", {})
    said = (
        Path(notebook.stem).suffix[1:],
        account.get("language"),
        facts.language if facts else "en",
    )
    return next((language for language in said if language in LANGUAGES), "en")


def way_up(html: Path, reports: Path | None) -> str:
    """Return the way from a page to the reports folder, ``""`` or such as ``"../../"``.

    Parameters
    ----------
    html : Path
        The page.
    reports : Path or None
        The folder.

    Returns
    -------
    str
        To be put before a name.
    """
    if reports is None:
        return ""
    way = Path(os.path.relpath(reports, html.resolve().parent)).as_posix()
    return "" if way == "." else f"{way}/"


def way_across(html: Path, words: SiteWords, facts: SiteFacts | None) -> str | None:
    """Return the way to the same page in the other language, None when the site has no such pages.

    Parameters
    ----------
    html : Path
        ``<name>.<language>.html``.
    words : SiteWords
        Of the page's language.
    facts : SiteFacts or None
        Of the site.

    Returns
    -------
    str or None
        A link.
    """
    stem = Path(html.stem)
    if (
        facts is None
        or stem.suffix != f".{words.language}"
        or words.other.language not in facts.languages
    ):
        return None
    return quote(f"{stem.stem}.{words.other.language}.html")


def page_name(stem: str, plan: str, period: str, words: SiteWords, facts: SiteFacts | None) -> str:
    """Return what a page is about: the unit's name, or "League tables"; the stem where neither is known.

    Parameters
    ----------
    stem : str
        The file's name without language and ending.
    plan, period : str
        The folders it lies in.
    words : SiteWords
        Of the page's language.
    facts : SiteFacts or None
        Of the site.

    Returns
    -------
    str
        In the language of `words`.
    """
    if stem in COMMON:
        return words(f"page.{stem}")
    found = facts.plan(plan, period) if facts else None
    if found is None or stem not in found.units:
        return stem
    return named(found.units[stem].names, words.language)


def _methods_page(html: Path, words: SiteWords, facts: SiteFacts | None) -> str:
    """Return the way to the methods of the plan that a page belongs to; empty where it belongs to none."""
    folder = html.resolve().parent
    if facts is None or facts.plan(folder.name, folder.parent.name) is None:
        return ""
    return f"methods.{words.language}.html"


def _title(html: Path, words: SiteWords, facts: SiteFacts | None) -> str:
    plan, period = html.resolve().parent.name, html.resolve().parent.parent.name
    name = page_name(Path(html.stem).stem, plan, period, words, facts)
    if facts is None or facts.plan(plan, period) is None:
        return name
    when = Numbers(words.language).period(period)
    return words("page.title", page=name, period=when, site=site_title(words, facts))


class _Outputs(HTMLExporter):
    """nbconvert's HTML without its last step, which parses the page anew and puts all names in lower case.

    That step adds descriptions to pictures (`_picture` does) and would turn ``viewBox`` into ``viewbox``.
    """

    def from_notebook_node(self, nb, resources=None, **kw):  # type: ignore[no-untyped-def]
        return TemplateExporter.from_notebook_node(self, nb, resources, **kw)


@cache
def _exporter() -> _Outputs:
    """Return the exporter, made once a process: making it costs more than a page."""
    exporter = _Outputs(  # type: ignore[no-untyped-call]
        template_name="notebook",
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_anchor_links=True,
        config=Config(
            {
                "Exporter": {"default_preprocessors": []},
                "NbConvertBase": {"display_data_priority": SHOWN_TYPES},
            }
        ),
    )
    exporter.register_filter("clean", clean)  # type: ignore[no-untyped-call]
    exporter.register_filter("picture", _picture)  # type: ignore[no-untyped-call]
    return exporter


def _picture(output: nbformat.NotebookNode, kind: str) -> str:
    """Return a picture as part of the page, with its description where the notebook gives one."""
    own = output.get("metadata", {}).get(kind, {})
    data = "".join(output.data[kind].split())
    return f'<img src="data:{kind};base64,{escape(data)}" alt="{escape(str(own.get("alt", "")))}">'
