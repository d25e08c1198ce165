"""Figures are inline SVG with real text: colors are tokens, ids are their own, labels do not collide, bytes repeat."""

import itertools
import re
import subprocess
import sys

import numpy as np
import pytest

from seedmetrics.report import unit_report
from seedmetrics.report.figures.bump import BumpLine, BumpWords, bump_chart, rank_ticks
from seedmetrics.report.figures.canvas import TOKENS, inline
from seedmetrics.report.figures.dots import DotRow, DotWords, dot_plot, score_axis
from seedmetrics.report.figures.funnel import FunnelPoint, FunnelWords, funnel_plot
from seedmetrics.report.figures.labels import Box, text_width
from seedmetrics.report.html import STYLESHEET

WORDS = BumpWords("Rank", "rank interval", ("Q1", "Q2", "Q3"), ("2025", "", ""))


def bump(count: int, names=None, ranks=None) -> str:
    order = np.random.default_rng(1).permuted(np.tile(np.arange(1.0, count + 1), (3, 1)), axis=1).T
    order = order if ranks is None else ranks
    lines = [
        BumpLine(names[k] if names else f"Ward {k + 1}", tuple(row)) for k, row in enumerate(order)
    ]
    return bump_chart(lines[0], [1, 1, 1], [count] * 3, lines[1:], WORDS, prefix="bump", alt="a")


def texts(svg: str) -> list[tuple[float, float, str]]:
    """Return x, y and text of what is written."""
    found = []
    for attributes, text in re.findall(r"<text([^>]*)>([^<]*)</text>", svg):
        where = re.search(r'x="([\d.-]+)" y="([\d.-]+)"', attributes) or re.search(
            r"translate\(([\d.-]+) ([\d.-]+)\)", attributes
        )
        if where:
            found.append((float(where[1]), float(where[2]), text))
    return found


def test_twenty_two_names_at_a_line_s_end_do_not_collide():
    names = sorted(y for _, y, text in texts(bump(22)) if text.startswith("Ward"))
    assert len(names) == 22
    assert min(b - a for a, b in itertools.pairwise(names)) >= 12


def test_names_of_units_that_tie_do_not_collide():
    ranks = np.array([[1, 1, 2], [2, 2, 2], [3, 3, 2], [4, 4, 5]], dtype=float)
    names = sorted(y for _, y, text in texts(bump(4, ranks=ranks)) if text.startswith("Ward"))
    assert min(b - a for a, b in itertools.pairwise(names)) >= 12


def test_a_unit_without_a_rank_in_some_periods_is_drawn_all_the_same():
    ranks = np.array([[np.nan, 1, np.nan], [1, np.nan, 1], [2, 2, 2]])
    assert "Ward 2" in bump(3, ranks=ranks)


def test_long_names_are_cut_to_fit_the_drawing():
    svg = bump(3, names=["Extraordinarily long-named industry-chain Party-building alliance"] * 3)
    for x, _, text in texts(svg):
        if "…" in text:
            assert x + text_width(text, 12) <= 440 + 14


def test_ranks_at_the_axis_are_the_first_some_and_the_last():
    assert rank_ticks(5) == [1, 2, 3, 4, 5]
    assert rank_ticks(22)[-1] == 22
    assert rank_ticks(16) == [1, 5, 10, 16]


def test_a_funnel_names_what_is_outside_without_covering_another_name():
    rng = np.random.default_rng(3)
    points = [
        FunnelPoint(
            f"Ward {k} 90.0%", float(rng.integers(700, 950)), 1000.0 + k, k == 3, outside=True
        )
        for k in range(22)
    ]
    words = FunnelWords("Closed", "Due", "95% limits", "99.8%", "group 83.0%")
    svg = funnel_plot(points, 0.83, words, prefix="funnel", alt="a")
    boxes = []
    for attributes, text in re.findall(r"<text([^>]*)>(Ward[^<]*)</text>", svg):
        where = re.search(r"translate\(([\d.-]+) ([\d.-]+)\)", attributes) or re.search(
            r'x="([\d.-]+)" y="([\d.-]+)"', attributes
        )
        assert where is not None
        x, y, width = float(where[1]), float(where[2]), text_width(text, 12)
        left = x - width * (0.5 if "middle" in attributes else 1.0 if "end" in attributes else 0.0)
        boxes.append(Box(left, y, left + width, y + 9))
    assert len(boxes) > 8
    for a, b in itertools.combinations(boxes, 2):
        assert a.overlap(b) == 0


def test_a_funnel_of_one_case_and_of_many():
    words = FunnelWords("Closed", "Due", "95% limits", "99.8%", "group 50.0%")
    for due in (1.0, 5.0, 30_000.0):
        points = [
            FunnelPoint("A", due, due, mine=True, outside=False),
            FunnelPoint("B", 0.0, due, mine=False, outside=True),
        ]
        assert "<svg" in funnel_plot(points, 0.5, words, prefix="f", alt="a")


def test_a_dot_plot_without_others_or_score():
    words = DotWords("Unit", "and its interval", "median", "another", "Points")
    gone = float("nan")
    alone = DotRow("Score", "", 80.0, 75.0, 85.0, (), gone, "80.0", "(75.0–85.0)")
    nothing = DotRow("Score", "", gone, gone, gone, (60.0, 70.0), 65.0, "no score", "")
    for row in (alone, nothing):
        assert "<svg" in dot_plot([row], words, prefix="dots", alt="a")


def test_scales_of_scores_have_three_to_six_ticks():
    for low, high in itertools.product(range(0, 100, 7), repeat=2):
        if low <= high:
            left, right, ticks = score_axis([float(low), float(high)])
            assert left <= low <= high <= right + 1e-9
            assert 3 <= len(ticks) <= 6


def test_tokens_are_those_of_the_style_sheet():
    light = STYLESHEET.read_text("utf-8").split("/* == dark")[0]
    for name, color in TOKENS.items():
        assert f"--{name}: {color};" in light


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_page_s_drawings_name_no_color_of_their_own(township, language):
    page = unit_report(township, unit="T01", language=language)
    for section in (page.standing(), page.closure()):
        for svg in re.findall(r"<svg role.*?</svg>", section.markup, flags=re.DOTALL):
            bare = re.sub(r"var\(--\w+, #[0-9a-f]{6}\)", "", svg)
            assert not re.search(r"#[0-9a-f]{6}", bare)
            assert "font-family" not in svg
            assert "<text" in svg
            assert not re.search(r"\d\.\d{3,}", re.sub(r">[^<]*<", "", svg))


def test_text_of_a_drawing_is_never_changed():
    svg = '<svg width="1pt" height="1pt"><g id="a"><text x="1.23456">95.0% #0f5f8c</text></g><use href="#b"/></svg>'
    assert (
        inline(svg, "p")
        == '<svg><g><text x="1.23">95.0% #0f5f8c</text></g><use href="#p-b"/></svg>'
    )


def test_matplotlib_is_loaded_only_when_something_is_drawn():
    code = "import sys, seedmetrics.report; print('matplotlib' in sys.modules, 'zhplot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_the_user_s_own_matplotlib_settings_stay():
    import matplotlib as mpl

    mpl.rcParams["font.size"] = 7.5
    bump(3)
    assert mpl.rcParams["font.size"] == 7.5
    mpl.rcdefaults()
