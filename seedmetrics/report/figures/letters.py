"""How far a line of text reaches above and below its baseline: each letter of our font is measured once."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font

FALLBACK = "DejaVu Sans"
SCALE = 100.0  # the size at which letters are measured
# Two letters that a font may draw as one are measured together.
JOINED = "fﬀﬁﬂ"


@cache
def family() -> str:
    """Make the Chinese font known to matplotlib; its file is used, its package is not imported."""
    from matplotlib import font_manager

    found = find_spec("zhplot")
    if found is None or not found.submodule_search_locations:
        return FALLBACK
    file = Path(found.submodule_search_locations[0]) / "fonts" / "NotoSansSC-Regular.ttf"
    font_manager.fontManager.addfont(str(file))
    return "Noto Sans SC"


@cache
def _files() -> list[str]:
    """Return the file of our font, and behind it the one for letters that it lacks."""
    from matplotlib import font_manager

    return [font_manager.findfont(name) for name in dict.fromkeys((family(), FALLBACK))]


def _font() -> FT2Font:
    """
    Return our font.

    It is not kept here: forked processes that read one open file move each other's place in it. matplotlib keeps
    it, and lets go of it after a fork.
    """
    from matplotlib import font_manager

    return font_manager.get_font(_files())


def measured(text: str) -> tuple[float, float, float]:
    """Return width, ascent and descent of a text at `SCALE`, as the font has it."""
    from matplotlib.ft2font import LoadFlags

    font = _font()
    font.set_size(SCALE, 72)
    font.set_text(text, 0.0, flags=LoadFlags.NO_HINTING)
    width, height = (length / 64 for length in font.get_width_height())
    descent = font.get_descent() / 64
    return width, height - descent, descent


@cache
def _reach(letters: str) -> tuple[float, float]:
    """Return how far letters reach above and below the baseline, at `SCALE`."""
    return measured(letters)[1:]


def reach(text: str) -> tuple[float, float]:
    """
    Return how far a text reaches above and below the baseline, at `SCALE`: as far as any of its letters does.

    Digits beside letters may be drawn lower than alone; a line reaches farther than either, see `line_reach`.
    """
    if any(letter in text for letter in JOINED):
        return _reach(text)
    each = [_reach(letter) for letter in dict.fromkeys(text)]
    return max(up for up, _ in each), max(down for _, down in each)


@cache
def _line() -> tuple[float, float, float]:
    """Return how far a line of our font reaches above and below its baseline at least, and its em."""
    font = _font()
    head, typographic = font.get_sfnt_table("head"), font.get_sfnt_table("OS/2")
    em = float(head["unitsPerEm"]) if head else SCALE
    if typographic is not None:
        return typographic["sTypoAscender"], -typographic["sTypoDescender"], em
    # Without a table of its own measures a line is as high as these two letters.
    up, down = _reach("lp")
    return up, down, SCALE


def line_reach(text: str, size: float) -> tuple[float, float]:
    """Return how far a line with a text reaches above and below its baseline, in pixels, as matplotlib sets it."""
    (up, down), (least_up, least_down, em) = reach(text), _line()
    scale, per_unit = size / SCALE, 1 / em * size
    return max((up + down) * scale - down * scale, least_up * per_unit), max(
        down * scale, least_down * per_unit
    )
