"""The Chinese font of the pages: Noto Sans SC cut down to the characters they use, within a sheet of its own."""

import base64
import importlib.util
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from seedmetrics.errors import SeedmetricsError
from seedmetrics.site.writing import write_changed

FAMILY = "Noto Sans SC"
PACKAGE = "zhplot"  # ships the font and its licence; never imported, which would draw in matplotlib
FONT, LICENCE = Path("fonts") / "NotoSansSC-Regular.ttf", Path("fonts") / "OFL.txt"
# Half and full width forms: English asks for proportional ’ “ ”, headings for trimmed punctuation.
FEATURES = ["ccmp", "locl", "calt", "kern", "liga", "palt", "pwid", "halt", "chws", "lnum", "tnum"]
NAMES = [0, 1, 2, 3, 4, 5, 6, 13, 14]  # with copyright and licence


@dataclass(frozen=True, slots=True)
class Subset:
    """A font file with few characters, and those asked for that the font does not have."""

    woff2: bytes
    missing: str


def font_folder() -> Path:
    """Return the folder of the package that ships the font.

    Returns
    -------
    Path
        Found without importing it.

    Raises
    ------
    SeedmetricsError
        When the package, or the font in it, is not installed.
    """
    spec = importlib.util.find_spec(PACKAGE)
    folders = list(spec.submodule_search_locations or []) if spec else []
    for folder in map(Path, folders):
        if (folder / FONT).is_file() and (folder / LICENCE).is_file():
            return folder
    msg = (
        f"the Chinese font is not installed; install the package {PACKAGE}, which ships {FONT.name}"
    )
    raise SeedmetricsError(msg)


def cut(characters: Iterable[str], *, source: bytes | None = None) -> Subset:
    """Return the font with only some characters.

    Parameters
    ----------
    characters : iterable of str
        Single characters; order and repetition do not matter.
    source : bytes, optional
        A subset made before that has all of them: to cut from it takes a fraction of the time.

    Returns
    -------
    Subset
        WOFF2, the same bytes for the same characters; no drawn form of a missing character.
    """
    wanted = {ord(character) for character in characters}
    options = subset.Options(
        flavor="woff2",
        layout_features=FEATURES,
        name_IDs=NAMES,
        name_languages=[0x409],
        hinting=False,
        notdef_outline=True,
        recalc_timestamp=False,
    )
    file = io.BytesIO(source) if source else font_folder() / FONT
    with TTFont(file, lazy=True, recalcTimestamp=False) as font:
        known = wanted & set(font.getBestCmap())
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=known)
        cutter.subset(font)
        buffer = io.BytesIO()
        font.flavor = "woff2"
        font.save(buffer, reorderTables=False)
    missing = "".join(sorted(chr(code) for code in wanted - known))
    return Subset(buffer.getvalue(), missing)


def characters_of(pages: Iterable[Path]) -> set[str]:
    """Return every character that pages hold and a font could draw.

    Parameters
    ----------
    pages : iterable of Path
        HTML files.

    Returns
    -------
    set of str
        Without blanks, control and invisible characters.
    """
    found: set[str] = set()
    for page in pages:
        found.update(page.read_text(encoding="utf-8"))
    return drawable(found)


def drawable(text: Iterable[str]) -> set[str]:
    """Return the characters of a text that a font could draw.

    Parameters
    ----------
    text : iterable of str
        Of single characters.

    Returns
    -------
    set of str
        Without blanks, control and invisible characters.
    """
    return {
        character for character in set(text) if character.isprintable() and not character.isspace()
    }


def font_rule(woff2: bytes, licence: str) -> str:
    """Return the rule that brings a font within a style sheet.

    Parameters
    ----------
    woff2 : bytes
        The font.
    licence : str
        Where its licence is to be read.

    Returns
    -------
    str
        CSS.
    """
    data = base64.b64encode(woff2).decode("ascii")
    return (
        f"/* {FAMILY}, the characters of these pages only; SIL Open Font License 1.1, {licence} */\n"
        f'@font-face {{ font-family: "{FAMILY}"; font-weight: 400; font-display: block; '
        f'src: url("data:font/woff2;base64,{data}") format("woff2"); }}\n'
    )


def write_font(assets: Path, pages: Iterable[Path]) -> str:
    """Write ``font.css``, with the font in it, and the font's licence.

    Parameters
    ----------
    assets : Path
        The folder of the site's style.
    pages : iterable of Path
        All pages that the font shall serve.

    Returns
    -------
    str
        Characters of the pages that the font does not have; readers see their system's form.
    """
    made = cut(characters_of(pages))
    sheet = font_rule(made.woff2, f"see {LICENCE.name}")
    write_changed(assets / "font.css", sheet)
    write_changed(assets / LICENCE.name, (font_folder() / LICENCE).read_bytes())
    return made.missing
