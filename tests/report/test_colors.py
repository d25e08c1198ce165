"""The style's colors can be read by everyone: contrast in light, dark and print, and to eyes that see fewer colors."""

import itertools
import re

import numpy as np
import pytest

from seedmetrics.report.html import STYLESHEET
from tests.report.colors import BLINDNESS, ciede2000, contrast, linear, seen_apart, tokens

SCHEMES = tokens(STYLESHEET.read_text(encoding="utf-8"))
# Hairlines between rows and grid lines are no part of what a figure says; bands are, and their limits are in the table
# behind each figure, so that of them only what is written and drawn on them is asked for.
WRITTEN_ON = {"paper": ("ink", "ink2", "ink3", "accent"), "band2": ("ink", "ink2", "ink3", "accent"),
              "band": ("ink", "ink2", "accent")}  # fmt: skip
DRAWN_ON = {"paper": ("ink", "ink2", "accent", "dot", "peer"), "band2": ("ink", "accent", "dot"),
            "band": ("ink", "accent", "dot")}  # fmt: skip
# Told apart by color within one figure: the unit from its group, the group's mean from others, areas from paper.
APART = [("accent", "dot"), ("accent", "peer"), ("accent", "ink"), ("accent", "ink2"), ("accent", "band"),
         ("dot", "band"), ("dot", "band2"), ("band", "paper"), ("band", "band2")]  # fmt: skip
LEAST = 7.0  # CIEDE2000; about 2 is just noticed by trained eyes that look for it, side by side


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_has_a_contrast_of_four_and_a_half(scheme):
    color = SCHEMES[scheme]
    for ground, texts in WRITTEN_ON.items():
        for text in texts:
            assert contrast(color[text], color[ground]) >= 4.5, f"{text} on {ground}"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_is_drawn_has_a_contrast_of_three(scheme):
    color = SCHEMES[scheme]
    for ground, marks in DRAWN_ON.items():
        for mark in marks:
            assert contrast(color[mark], color[ground]) >= 3, f"{mark} on {ground}"


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("blindness", ["", *BLINDNESS])
def test_what_color_tells_apart_is_told_apart_by_every_eye(scheme, blindness):
    color = SCHEMES[scheme]
    for one, other in APART:
        found = seen_apart(color[one], color[other], blindness)
        assert found >= LEAST, f"{one} and {other}: {found:.1f}"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_accent_is_darker_or_lighter_than_every_gray_of_other_units(scheme):
    """Without any color, on a copier, the unit of the page still stands out."""
    color = SCHEMES[scheme]
    for gray in ("dot", "peer"):
        assert contrast(color["accent"], color[gray]) >= 1.5


def test_no_rule_below_the_tokens_names_a_color():
    sheet = re.sub(r"/\*.*?\*/", "", STYLESHEET.read_text(encoding="utf-8"), flags=re.DOTALL)
    for line in sheet.splitlines():
        if re.search(r"#[0-9a-f]{3,6}\b|\brgba?\(|\bhsla?\(", line):
            assert line.lstrip().startswith(("--", "color-scheme: light; --")), line


def test_contrast_is_that_of_black_white_and_the_gray_at_the_limit():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(
    ("one", "other", "difference"),
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 2.5, 0.0), (50.0, 0.0, -2.5), 4.3065),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_color_differences_are_those_of_the_published_pairs(one, other, difference):
    assert ciede2000(one, other) == pytest.approx(difference, abs=5e-5)
    assert ciede2000(other, one) == pytest.approx(difference, abs=5e-5)


@pytest.mark.parametrize("blindness", BLINDNESS)
def test_no_blindness_changes_a_gray(blindness):
    for gray in ("#000000", "#808080", "#ffffff"):
        assert np.array(BLINDNESS[blindness]) @ linear(gray) == pytest.approx(
            linear(gray), abs=1e-5
        )


def test_red_and_green_fall_together_where_they_must():
    """The simulation does what it says: a pair that is far apart to most eyes is near to some."""
    pair = ("#b5651d", "#6b8e23")
    normal = seen_apart(*pair)
    assert seen_apart(*pair, "deuteranopia") < normal / 2
    assert seen_apart(*pair, "protanopia") < normal
    for one, other in itertools.combinations(("#0f5f8c", "#757b82", "#8d9399"), 2):
        assert seen_apart(one, other) > 2
