"""What built pages lack: the Chinese font, cut to the characters they use, and names for buttons without words."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

from seedmetrics.site.fonts import LICENCE, characters_of, cut, font_folder

FIRST = "\u2e80"  # of the East Asian scripts; what lies before is drawn by any reader's own fonts


def write_font(pages: Path) -> str:
    """
    Write the font beside the style sheets, which name it.

    Parameters
    ----------
    pages : Path
        The folder of built pages.

    Returns
    -------
    str
        Characters that the font does not have.
    """
    logging.getLogger("fontTools").setLevel(logging.WARNING)  # Sphinx shows what anyone says
    made = cut(c for c in characters_of(pages.rglob("*.html")) if c >= FIRST)
    (pages / "_static" / "noto-sans-sc.woff2").write_bytes(made.woff2)
    shutil.copyfile(font_folder() / LICENCE, pages / "_static" / LICENCE.name)
    return made.missing


def name_toggles(pages: Path) -> None:
    """
    Give the toggles of the theme's navigation a name for who hears the page.

    Parameters
    ----------
    pages : Path
        The folder of built pages.
    """
    bare = '<summary><span class="toctree-toggle"'
    named = '<summary aria-label="More pages"><span class="toctree-toggle"'
    for page in pages.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        if bare in text:
            page.write_text(text.replace(bare, named), encoding="utf-8")
