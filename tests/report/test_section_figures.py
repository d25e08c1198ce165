"""Figures of the sections: dots, tiles and bars that can be read, with words that never lie on one another."""

import itertools

from seedmetrics.report.figures.bump import BumpLine, BumpWords, bump_chart
from seedmetrics.report.figures.calendar import (
    CalendarRow,
    Tile,
    calendar_figure,
    month_names,
    strength,
)
from seedmetrics.report.figures.labels import text_width
from seedmetrics.report.figures.sizes import Panel, Scale, sizes_figure, stacked
from seedmetrics.report.figures.steps import Stage, Step, steps_figure
from tests.report.test_figures import texts


def test_dots_never_cover_one_another_and_levels_begin_at_the_base():
    pixels = [10.0, 12.0, 17.9, 18.0, 40.0, 12.0]
    levels = stacked(pixels)
    assert min(levels) == 0
    for i, a in enumerate(pixels):
        for j, b in enumerate(pixels):
            if i < j and levels[i] == levels[j]:
                assert abs(a - b) >= 8


def test_a_scale_of_sizes_holds_every_grid_and_the_band():
    panel = Panel("Urban", (20.0, 1500.0), 300, 500, "300–500")
    scale = Scale.of(panel, 416)
    for size in (20.0, 1500.0, 300, 500):
        assert 0 <= scale.x(size) <= 416
    assert 3 <= len(scale.ticks) <= 6


def test_the_words_above_a_panel_never_lie_on_one_another():
    for sizes in ((310.0, 1500.0), (1.0, 320.0), (1.0, 4000.0), (350.0,)):
        panel = Panel("Urban", sizes, 300, 500, "300–500", "12 below", "120 above")
        svg = sizes_figure([panel], "Households", prefix="g", alt="a")
        found = sorted(
            (x, x + text_width(text, 14))
            for x, _, text in texts(svg)
            if text in ("12 below", "300–500", "120 above")
        )
        assert len(found) == 3
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(found)), sizes
        assert found[0][0] >= 0
        assert found[-1][1] <= 440


def test_tiles_grow_darker_with_what_is_missing():
    shares = [1.0, 0.95, 0.9, 0.75, 0.6, 0.0]
    assert sorted(strength(s) for s in shares) == [strength(s) for s in shares]


def test_a_calendar_of_one_month_and_of_twelve():
    for count in (1, 12):
        tiles = tuple(Tile(k, k + 1, 0.9, "90") for k in range(count))
        months = [f"M{k}" for k in range(count)]
        svg = calendar_figure([CalendarRow("Kind", "", tiles)], months, "%", prefix="c", alt="a")
        assert svg.count(">90<") == count


def test_names_and_numbers_of_steps_never_meet():
    long = "Preliminary review by the committee of the level above, with its opinion in writing"
    steps = (Step(long, 40, "40"), Step(long, 2.5, "fewer than 5"))
    found = texts(steps_figure([Stage("S", "", steps)], "Persons", prefix="s", alt="a"))
    names = [(x, text) for x, _, text in found if text.startswith("Preliminary")]
    assert len(names) == 2
    for (x, text), shown in zip(names, ("40", "fewer than 5"), strict=True):
        assert text.endswith("…")
        assert x + text_width(text, 14) <= 440 - 8 - text_width(shown, 14)


def test_steps_that_nobody_reached_have_no_bar():
    none = steps_figure([Stage("S", "", (Step("a", 0, "0"),))], "P", prefix="s", alt="a")
    some = steps_figure([Stage("S", "", (Step("a", 5, "5"),))], "P", prefix="s", alt="a")
    assert none.count("var(--accent") < some.count("var(--accent")


def test_names_of_months_are_thinned_where_they_would_touch():
    months = [f"{k}月" for k in range(1, 13)]
    assert all(month_names(months, 36))
    assert [name for name in month_names(months, 18) if name] == months[::2]


def test_drawings_name_no_color_of_their_own():
    tiles = (Tile(0, 1, 0.9, "90"), Tile(1, 2, float("nan"), "–"), Tile(2, 3, 0.1, "10"))
    steps = Stage("S", "median", (Step("a", 30, "30"), Step("b", 2.5, "few", few=True)))
    drawn = [
        calendar_figure(
            [CalendarRow("Kind", "", tiles)], ["a", "b", "c"], "%", prefix="c", alt="a"
        ),
        sizes_figure([Panel("U", (3.0, 9.0), 2, 5, "2–5", "", "1")], "H", prefix="g", alt="a"),
        steps_figure([steps], "P", prefix="s", alt="a"),
    ]
    for svg in drawn:
        bare = svg.replace(" ", "")
        for token in itertools.chain.from_iterable(
            part.split(")")[:1] for part in bare.split("var(")[1:]
        ):
            bare = bare.replace(f"var({token})", "")
        assert "#" not in bare.replace('href="#', "").replace("url(#", "")


def test_of_two_hundred_units_only_one_line_is_drawn_and_the_drawing_stays_small():
    lines = [BumpLine(f"Village {k}", (float(k), float(201 - k))) for k in range(1, 201)]
    words = BumpWords("Rank", "rank interval", ("2024", "2025"), ("", ""))
    svg = bump_chart(lines[39], [20, 100], [90, 190], lines[:39] + lines[40:], words, prefix="b", alt="a")  # fmt: skip
    assert [text for _, _, text in texts(svg) if text.startswith("Village")] == ["Village 40"]
    assert {"1", "50", "100", "150", "200"} <= {text for _, _, text in texts(svg)}
    height = float(svg.partition('viewBox="0 0 440 ')[2].partition('"')[0])
    assert height < 600
