"""Chinese pages: they say that they are Chinese, and a line that ends in the source is no space on the page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

FOLDER = "zh/"
HAN = "\u3001-\u9fff\uff01-\uff5e“”"
# A line of a paragraph that goes on in the next; lists, tables, headings and quotations begin with a sign of theirs.
WRAPPED = re.compile(rf"(?<=[{HAN}*`])\n *(?=[{HAN}*`])(?!```)(?!\* )")


def joined(text: str) -> str:
    """
    Join the lines of Chinese paragraphs.

    Parameters
    ----------
    text : str
        Markdown.

    Returns
    -------
    str
        The same, without a line's end between two Chinese characters; blocks of code are left as they are.
    """
    parts = re.split(r"(^```.*?^```$)", text, flags=re.MULTILINE | re.DOTALL)
    return "".join(part if part.startswith("```") else WRAPPED.sub("", part) for part in parts)


def _on_source(app: Sphinx, name: str, source: list[str]) -> None:
    """Join the lines of a page of ours."""
    del app
    if name.startswith(FOLDER):
        source[0] = joined(source[0])


def _on_page(
    app: Sphinx, name: str, template: str, context: dict[str, Any], tree: nodes.document | None
) -> None:
    """Name the page's language."""
    del app, template, tree
    if name.startswith(FOLDER):
        context["language"] = "zh-Hans"


def setup(app: Sphinx) -> dict[str, Any]:
    """Listen for pages as they are read and written."""
    app.connect("source-read", _on_source)
    app.connect("html-page-context", _on_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
