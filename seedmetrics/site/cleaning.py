"""Markup from notebooks, cleaned by an allow-list: text, tables and drawings pass, what runs or loads does not."""

import re
from functools import cache
from html import escape

import nh3


def _names(text: str) -> set[str]:
    return set(text.split())


TEXT = _names(
    "a abbr article aside b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em "
    "figcaption figure footer h1 h2 h3 h4 h5 h6 header hgroup hr i img ins kbd li mark nav ol p pre q rp rt ruby "
    "s samp section small span strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr"
)
DRAWING = _names(
    "svg g defs symbol use title desc path rect circle ellipse line polyline polygon text tspan textPath clipPath "
    "mask pattern marker linearGradient radialGradient stop image"
)
# Gone with all that is in them; other elements not listed go and leave their text.
WITH_CONTENT = _names(
    "script style iframe object embed template noscript math metadata foreignObject select textarea"
)
EVERYWHERE = _names("class id lang dir title role hidden style tabindex")
SHAPES = _names(
    "viewBox width height x y x1 x2 y1 y2 dx dy cx cy r rx ry fx fy d points transform rotate "
    "preserveAspectRatio focusable version pathLength textLength lengthAdjust startOffset method spacing offset "
    "gradientUnits gradientTransform spreadMethod patternUnits patternContentUnits patternTransform "
    "clipPathUnits maskUnits maskContentUnits markerWidth markerHeight markerUnits orient refX refY "
    "href xlink:href"
)
PAINT = _names(
    "fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin "
    "stroke-dasharray stroke-dashoffset stroke-miterlimit opacity color display visibility overflow clip-path "
    "clip-rule mask marker-start marker-mid marker-end paint-order vector-effect shape-rendering text-rendering "
    "stop-color stop-opacity mix-blend-mode pointer-events font font-family font-size font-style font-weight "
    "font-variant font-stretch text-anchor text-decoration dominant-baseline alignment-baseline baseline-shift "
    "letter-spacing word-spacing writing-mode xml:space"
)
OWN: dict[str, set[str]] = {
    "a": {"href", "hreflang", "download"},
    "img": {"src", "alt", "width", "height"},
    "details": {"open"},
    "ol": {"start", "type", "reversed"},
    "li": {"value"},
    "time": {"datetime"},
    "td": {"colspan", "rowspan", "headers", "align"},
    "th": {"colspan", "rowspan", "headers", "scope", "abbr", "align"},
    "tr": {"align"},
    "col": {"span", "width"},
    "colgroup": {"span"},
    "table": {"border"},
}
PICTURES = {"img", "image"}
PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml)[;,]", re.IGNORECASE)
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
LINKS = re.compile(r"(https?|mailto):", re.IGNORECASE)
# A style may name one of the page's own gradients or clips; nothing else, and no escaped letters.
LOADS = re.compile(
    r"url\s*\((?!\s*['\"]?#)|image-set|image\s*\(|expression|@import|\\|/\*", re.IGNORECASE
)


MOST_ROUNDS = 10
# A part of a drawing that is closed as it is opened.
SHORT = re.compile(rf"<({'|'.join(sorted(DRAWING - TEXT))})((?:\s[^<>]*?)?)\s*/>")


def clean(html: str) -> str:
    """Return markup without what runs, loads or leaves the page.

    Parameters
    ----------
    html : str
        A notebook's ``text/html`` or ``image/svg+xml`` output, or rendered Markdown.

    Returns
    -------
    str
        Text, tables and inline SVG as they were, attribute by attribute; without scripts, event
        handlers, frames, forms, ``style`` elements, comments, and addresses other than links,
        pictures in the page itself (``data:``) and the page's own parts (``#``).

    Examples
    --------
    >>> clean('<p onclick="x()">4th of 11<script>x()</script></p>')
    '<p>4th of 11</p>'
    >>> clean('<svg viewBox="0 0 9 9"><path d="M1 2h3" fill="var(--dot)"/></svg>')
    '<svg viewBox="0 0 9 9"><path d="M1 2h3" fill="var(--dot)"></path></svg>'
    """
    # Some markup reads otherwise when it is read again (an `a` in a `table` in an `a`): what goes into a page is
    # what a second reading leaves as it is.
    html = _as_written(html)
    for _ in range(MOST_ROUNDS):
        cleaned = _cleaner().clean(html)
        if cleaned == html:
            return cleaned
        html = cleaned
    return escape(html)


def _as_written(html: str) -> str:
    """Return markup as the cleaner writes it where that is easily done, so that one reading shows that it stays."""
    return SHORT.sub(r"<\1\2></\1>", html).replace("\xa0", "&nbsp;")


@cache
def _cleaner() -> nh3.Cleaner:
    attributes = {tag: OWN.get(tag, set()) for tag in TEXT | DRAWING}
    for tag in DRAWING:
        attributes[tag] = attributes[tag] | SHAPES | PAINT
    return nh3.Cleaner(
        tags=TEXT | DRAWING,
        clean_content_tags=WITH_CONTENT,
        attributes={"*": EVERYWHERE} | attributes,
        attribute_filter=_attribute,
        generic_attribute_prefixes={"aria-", "data-"},
        url_schemes={"http", "https", "mailto", "data"},
        link_rel=None,
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Return an attribute's value, or None when it would load or run something."""
    if name in {"href", "xlink:href", "src"}:
        return value if _address(tag, value.strip()) else None
    if (name == "style" or "(" in value) and name not in {"title", "alt"} and LOADS.search(value):
        return None if name == "style" or "url" in value.lower() else value
    return value


def _address(tag: str, value: str) -> bool:
    """Tell whether an address may stay: the page's own parts; links from `a`; data from pictures."""
    if value.startswith("#"):
        return True
    if tag in PICTURES:
        return bool(PICTURE.match(value))
    if tag != "a" or value.startswith(("//", "\\")) or any(ord(letter) < 32 for letter in value):
        return False
    return not SCHEME.match(value) or bool(LINKS.match(value))
