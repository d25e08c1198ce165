"""No character of a Chinese page is without its form in the font that comes with it."""

import base64
import io
import re
import sys

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st

from seedmetrics.errors import SeedmetricsError
from seedmetrics.site import fonts


def font_in(sheet: str) -> set[int]:
    data = re.search(r"base64,([A-Za-z0-9+/=]+)", sheet)
    assert data
    with TTFont(io.BytesIO(base64.b64decode(data[1]))) as font:
        return set(font.getBestCmap())


def test_every_character_of_the_chinese_pages_has_its_form(site):
    known = font_in((site.reports / "assets" / "font.css").read_text(encoding="utf-8"))
    pages = list(site.reports.rglob("*.zh.html"))
    assert len(pages) > 10
    used = {
        ord(c)
        for page in pages
        for c in page.read_text(encoding="utf-8")
        if ord(c) > 127 and not c.isspace()
    }
    assert len(used) > 200
    assert used - known == set()


def test_the_font_holds_no_character_that_no_page_uses(site):
    known = font_in((site.reports / "assets" / "font.css").read_text(encoding="utf-8"))
    used = {
        ord(c) for page in site.reports.rglob("*.html") for c in page.read_text(encoding="utf-8")
    }
    assert known <= used


def test_the_licence_goes_with_the_font(site):
    assert "SIL OPEN FONT LICENSE Version 1.1" in (site.reports / "assets" / "OFL.txt").read_text(
        encoding="utf-8"
    )


def test_the_font_is_found_without_importing_its_package():
    assert fonts.font_folder().name == fonts.PACKAGE
    assert fonts.PACKAGE not in sys.modules


def test_a_package_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setattr(fonts, "PACKAGE", "no_such_package_here")
    with pytest.raises(SeedmetricsError, match="install the package no_such_package_here"):
        fonts.font_folder()


@settings(max_examples=5)
@given(st.text("澄禾区清镇第名“”，。（）%0123456789", min_size=1))
def test_the_same_characters_give_the_same_bytes_in_any_order(text):
    assert fonts.cut(text) == fonts.cut(sorted(text) + list(text))


def test_a_character_the_font_lacks_is_told():
    made = fonts.cut("禾🙂")
    assert made.missing == "🙂"
    with TTFont(io.BytesIO(made.woff2)) as font:
        assert set(font.getBestCmap()) == {ord("禾")}


def test_blanks_and_invisible_characters_need_no_form(tmp_path):
    (tmp_path / "a.html").write_text("禾\u3000\u200b\ufeff\n a", encoding="utf-8")
    assert fonts.characters_of([tmp_path / "a.html"]) == {"禾", "a"}
