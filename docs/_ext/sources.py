"""Sources of formulas: keys in docstrings become author and year, lists of references come from the bibliography."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx import addnodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from .bibliography import Entry, read_entries

if TYPE_CHECKING:
    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)

KEY = r"[a-z]+\d{4}[a-z]+"
CITED = re.compile(rf"\[({KEY})\]_")
# Where a docstring names a formula by the folder it lies in; its page is that of the public name.
INSIDE = re.compile(
    r"seedmetrics\.formulas\.(?:closure|conformance|ranking|robustness|scoring)\.(\w+)"
)
LISTED = re.compile(rf"\s*\.\. \[({KEY})\]")


def rewrite(lines: list[str]) -> list[str]:
    """
    Return a docstring with its citations as roles of ours.

    Parameters
    ----------
    lines : list of str
        With ``[key]_`` where something is cited and ``.. [key] …`` where it is listed.

    Returns
    -------
    list of str
        With one bullet for each that is listed. What the docstring says of it gives way to the bibliography, which says
        the same (a test holds them together) with pages and volume.
    """
    made: list[str] = []
    inside = False
    for line in lines:
        if listed := LISTED.match(line):
            inside = True
            made.append(f"* :source-entry:`{listed[1]}`")
        elif inside and line.strip() and line.startswith(" "):
            continue
        else:
            inside = inside and not line.strip()
            made.append(INSIDE.sub(r"\1", CITED.sub(r":source:`\1`", line)))
    return made


class SourceRole(SphinxRole):
    """Name a source in running text, with a link to where the page lists it."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link."""
        entry = _entry(self, self.text)
        label = entry.label if entry else self.text
        link = nodes.reference("", label, internal=True, refuri=f"#{self.text}")
        return [nodes.Text("["), link, nodes.Text("]")], []


class EntryRole(SphinxRole):
    """List a source in full, as a place to link to."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the citation, and a link to everything that rests on the source."""
        entry = _entry(self, self.text)
        if entry is None:
            return [nodes.Text(self.text)], []
        place = nodes.inline("", "", ids=[entry.key])
        place += cited(entry)
        more = addnodes.pending_xref(
            "",
            nodes.inline("", "what else rests on it"),
            refdomain="std",
            reftype="ref",
            reftarget=f"source-{entry.key}",
            refexplicit=True,
            refwarn=True,
            refdoc=self.env.docname,
        )
        return [place, nodes.Text(" ["), more, nodes.Text("]")], []


class Sources(SphinxDirective):
    """Every entry of the bibliography, with the formulas that cite it."""

    def run(self) -> list[nodes.Node]:
        """Return one paragraph an entry."""
        import seedmetrics.formulas as formulas

        used: dict[str, list[str]] = {}
        for name in formulas.__all__:
            for key in set(CITED.findall(getattr(formulas, name).__doc__ or "")):
                used.setdefault(key, []).append(name)
        made = []
        for entry in _entries(self).values():
            label = f"source-{entry.key}"
            paragraph = nodes.paragraph("", "", ids=[label], classes=["bib"])
            paragraph += cited(entry)
            for n, name in enumerate(sorted(used.get(entry.key, []))):
                paragraph += nodes.Text(", " if n else " Used by ")
                paragraph += addnodes.pending_xref(
                    "",
                    nodes.literal("", name),
                    refdomain="py",
                    reftype="obj",
                    reftarget=f"seedmetrics.formulas.{name}",
                    refexplicit=True,
                    refwarn=True,
                    refdoc=self.env.docname,
                )
            paragraph += nodes.Text("." if used.get(entry.key) else " Used by tests only.")
            domain = self.env.domains.standard_domain
            domain.labels[label] = (self.env.docname, label, entry.label)
            domain.anonlabels[label] = (self.env.docname, label)
            made.append(paragraph)
        return made


def cited(entry: Entry) -> list[nodes.Node]:
    """
    Return a source as a line of a bibliography.

    Parameters
    ----------
    entry : Entry
        The source.

    Returns
    -------
    list of Node
        Authors, year, title, and where it appeared.
    """
    title = f" ({entry.fields['year']}), "
    if entry.kind == "book":
        own = [nodes.emphasis("", entry.fields["title"])]
    else:
        inner = entry.fields["title"].translate(str.maketrans("“”", "‘’"))
        own = [nodes.Text(f"“{inner}”")]
    said: list[nodes.Node] = [nodes.Text(f"{entry.authors}{title}"), *own]
    if entry.container:
        said.append(nodes.Text(", "))
        name = entry.container
        said.append(nodes.Text(name) if entry.kind == "book" else nodes.emphasis("", name))
    if entry.place:
        said.append(
            nodes.Text(f" {entry.place}" if entry.kind == "article" else f", {entry.place}")
        )
    return [*said, nodes.Text(".")]


def _entries(place: SphinxRole | SphinxDirective) -> dict[str, Entry]:
    """Return the bibliography, read once a build."""
    found: dict[str, Entry] = place.config.bibliography_entries
    return found


def _entry(role: SphinxRole, key: str) -> Entry | None:
    """Return one entry; a key that is not there is a warning."""
    entry = _entries(role).get(key)
    if entry is None:
        logger.warning("no source %r in the bibliography", key, location=role.get_location())
    return entry


def _on_docstring(  # as Sphinx calls it
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Rewrite a docstring before numpydoc reads it."""
    del app, what, name, obj, options
    lines[:] = rewrite(lines)


def _read(app: Sphinx, config: Any) -> None:
    """Read the bibliography when the settings are read."""
    del app
    config.bibliography_entries = read_entries(Path(config.bibliography))


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the roles, the directive and the rewriting."""
    app.add_config_value("bibliography", "", "env", [str])
    app.add_config_value("bibliography_entries", {}, "", [dict])
    app.add_role("source", SourceRole())
    app.add_role("source-entry", EntryRole())
    app.add_directive("sources", Sources)
    app.connect("config-inited", _read)
    app.connect("autodoc-process-docstring", _on_docstring, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
