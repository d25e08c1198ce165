"""A page as one file, to be sent by mail: its sheet and its letters in it, nothing loaded, no way out of it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from html import escape, unescape
from pathlib import Path

from seedmetrics.errors import SeedmetricsError
from seedmetrics.site.fonts import characters_of, cut, drawable, font_rule
from seedmetrics.site.words import LANGUAGES, SiteWords

# A tag as a browser reads it: quoted values may hold anything, so that a value that looks like a tag is none.
TAG = re.compile(r"""<(/?)([a-zA-Z][^\s/>]*)((?:[^>"']|"[^"]*"|'[^']*')*)>""")
ATTRIBUTE = re.compile(r"""\s+([^\s=>/"']+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s>]+))?""")
# Ways that need no other file: parts of the page itself, and what leads out of the folder altogether.
KEPT_WAYS = re.compile(r"#|https?:|mailto:", re.IGNORECASE)
OF_LINKS = {"href", "hreflang", "download", "rel", "target", "aria-current"}
MAST = re.compile(r'(<header class="mast">.*?)\s*<nav\b.*?</nav>(.*?</header>)', re.DOTALL)
NOTEBOOK = re.compile(r'\s*<p><a href="[^"]*\.ipynb">[^<]*</a></p>')
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def one_file(html: str, *, sheet: str, font: bytes | None = None, place: str = "") -> str:
    """
    Return a page of a site as a page that stands alone.

    Parameters
    ----------
    html : str
        A page without a script: of a notebook, or of the methods.
    sheet : str
        The style sheet of the site.
    font : bytes, optional
        From `font_for`: letters are cut from it, and from the whole font, which takes longer, where it lacks any.
    place : str
        Where the page lies in its folder, to be told; empty tells nothing.

    Returns
    -------
    str
        With the sheet and the characters of this page in it. Links to other pages, to the notebook and to tables are
        text; links within the page, and to other hosts, stay. The policy lets it load nothing at all, and take its
        rules from no sheet but its own.

    Raises
    ------
    SeedmetricsError
        When the page has a script, or is none of ours.
    """
    if re.search(r"<script\b", html, re.IGNORECASE) or "</head>" not in html:
        msg = "a page with scripts, or without a head, cannot be sent as one file; pages of units and methods can"
        raise SeedmetricsError(msg)
    html = MAST.sub(r"\1\2", html, count=1)
    html = NOTEBOOK.sub("", html)
    told = _told(html, place)
    end = html.rfind("</footer>")
    if end >= 0 and told:
        html = f"{html[:end]}  <p>{escape(told)}</p>\n{html[end:]}"
    wanted = drawable(unescape(html))
    letters = cut(wanted, source=font)
    if font and letters.missing:
        letters = cut(wanted)
    rules = COMMENT.sub("", sheet) + font_rule(letters.woff2, "in the font's own notice")
    rules = re.sub(r"\n\s*\n+", "\n", rules).strip() + "\n"
    if "</style" in rules.lower():  # it would end the element; no sheet of ours says so
        msg = "the style sheet holds '</style' and cannot stand in a page: take it out of assets/style.css"
        raise SeedmetricsError(msg)
    html = _Tags(policy(rules)).rewrite(html)
    return html.replace("</head>", f"<style>{rules}</style>\n</head>", 1)


def policy(rules: str) -> str:
    """
    Return what a page in one file may do.

    Parameters
    ----------
    rules : str
        What its ``style`` element holds.

    Returns
    -------
    str
        A content security policy: no script, no file, no host; one style element, known by its digest. Drawings
        carry styles of their own, which can load nothing.
    """
    digest = base64.b64encode(hashlib.sha256(rules.encode("utf-8")).digest()).decode("ascii")
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; style-src-elem 'sha256-{digest}'; "
        "style-src-attr 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
    )


def font_for(pages: Iterable[Path]) -> bytes:
    """
    Return the font from which the letters of several pages are cut in less time.

    Parameters
    ----------
    pages : iterable of Path
        Pages that are to become one file each.

    Returns
    -------
    bytes
        WOFF2, with the characters of all of them and of what is said besides.
    """
    said = "".join(SiteWords(language).raw("sending.copy") for language in LANGUAGES)
    return cut(characters_of(pages) | drawable(said)).woff2


class _Tags:
    """Rewrites the tags of a page: links out of it become spans, its sheets go, its policy is another."""

    def __init__(self, allowed: str) -> None:
        self._allowed = escape(allowed, quote=False).replace('"', "&quot;")
        self._open: list[bool] = []

    def rewrite(self, html: str) -> str:
        return TAG.sub(self._tag, html)

    def _tag(self, found: re.Match[str]) -> str:
        name = found[2].lower()
        if name == "a":
            return self._link(found)
        if found[1] or name not in {"link", "meta"}:
            return found[0]
        given = _attributes(found[3])
        if name == "link":
            return found[0] if given.get("rel") == "icon" else ""
        if given.get("http-equiv", "").lower() == "content-security-policy":
            return f'<meta http-equiv="Content-Security-Policy" content="{self._allowed}">'
        return found[0]

    def _link(self, found: re.Match[str]) -> str:
        if found[1]:
            return "</span>" if self._open and self._open.pop() else "</a>"
        way = _attributes(found[3]).get("href", "")
        leaves = not KEPT_WAYS.match(way)
        self._open.append(leaves)
        if not leaves:
            return found[0]
        kept = [m[0] for m in ATTRIBUTE.finditer(found[3]) if m[1].lower() not in OF_LINKS]
        return f"<span{''.join(kept)}>"


def _attributes(text: str) -> Mapping[str, str]:
    return {m[1].lower(): (m[2] or "").strip("\"'").strip() for m in ATTRIBUTE.finditer(text)}


def _told(html: str, place: str) -> str:
    """Return the line that says what this file is, in the page's language."""
    if not place:
        return ""
    tag = re.search(r'<html lang="([a-z]+)', html)
    language = tag[1] if tag and tag[1] in LANGUAGES else "en"
    return SiteWords(language)("sending.copy", place=place)
