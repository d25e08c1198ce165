"""Formulas become MathML when the pages are built, so that no reader loads a script or a font for them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from docutils import nodes
from docutils.utils.math import MathError, latex2mathml
from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)

# Spellings of LaTeX that docutils' converter does not know, and the ones it does.
SPELLED = {r"\dots": r"\ldots", "½": r"\frac{1}{2}"}


def mathml(tex: str, *, block: bool) -> str:
    """
    Convert a formula.

    Parameters
    ----------
    tex : str
        LaTeX, as in docstrings.
    block : bool
        Whether it stands on lines of its own.

    Returns
    -------
    str
        One ``math`` element; the LaTeX stays in it as its plain text, to be copied.

    Raises
    ------
    MathError
        When a command is not known.
    """
    text = " ".join(tex.split())
    for ours, known in SPELLED.items():
        text = re.sub(rf"{re.escape(ours)}(?![A-Za-z])", lambda _: known, text)  # noqa: B023
    if r"\\" in text and r"\begin" not in text:
        text = rf"\begin{{aligned}}{text}\end{{aligned}}"
    made = latex2mathml.tex2mathml(text, as_block=block)
    return re.sub(r">\s+<", "><", made).strip()


def _inline(self: HTML5Translator, node: nodes.math) -> None:
    _write(self, node, "span", block=False)


def _block(self: HTML5Translator, node: nodes.math_block) -> None:
    # Sphinx keeps a blank line between formulas of one block.
    _write(self, node, "div", block=True)


def _write(
    self: HTML5Translator, node: nodes.math | nodes.math_block, tag: str, *, block: bool
) -> None:
    """Put one formula on the page; one that cannot be converted is a warning and stays as LaTeX."""
    tex = node.astext()
    try:
        made = mathml(tex, block=block)
    except MathError as error:
        logger.warning("a formula cannot be converted: %s (%s)", tex, error, location=node)
        made = f"<code>{self.encode(tex)}</code>"
    self.body.append(self.starttag(node, tag, "", CLASS="math"))
    self.body.append(f"{made}</{tag}>" + ("\n" if block else ""))
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Offer the renderer ``mathml``."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
