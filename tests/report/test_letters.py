"""Texts of drawings stand where matplotlib would set them, though their letters are measured once and for all."""

import io
import os
import subprocess
import sys
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seedmetrics.report.figures.canvas import TOKENS, drawing, inline
from seedmetrics.report.figures.letters import SCALE, line_reach, measured

SIGNS = "aAgjpqyQ019 ,;()%–·…$&<>'\"清禾镇第三季度（党建）"
TEXTS = st.text(SIGNS, min_size=1, max_size=12)


@given(TEXTS, st.sampled_from([12, 13, 14]))
def test_a_line_reaches_as_far_as_the_font_says_of_the_whole_text(text, size):
    with drawing(100, left=0, right=0):
        _, up, down = measured(text)
        least_up, least_down = line_reach(" ", size)
        scale = size / SCALE
        assert line_reach(text, size) == pytest.approx(
            (max(up * scale, least_up), max(down * scale, least_down))
        )


def test_digits_beside_letters_do_not_move_a_line():
    with drawing(100, left=0, right=0):
        assert line_reach("E17440", 12) == line_reach("0", 12) == line_reach("8 rows", 12)


def by_matplotlib(note: dict, *, at: str) -> str:
    """Return a drawing with one note as matplotlib annotates and saves it."""
    with drawing(120, left=30, right=40) as canvas, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        canvas.ax.set(xlim=(0, 7), ylim=(-1, 2), xticks=[0, 2], yticks=[0])
        canvas.ax.plot([0, 7], [0, 1], zorder=5)
        box = {"facecolor": TOKENS["paper"], "edgecolor": "none", "pad": 1.5}
        canvas.ax.annotate(
            note["text"].replace("$", r"\$"), (note["x"], note["y"]), xytext=(note["dx"], note["dy"]),
            textcoords="offset points", xycoords=at, color=TOKENS["ink2"], size=note["size"],
            ha=note["ha"], va=note["va"], annotation_clip=False, zorder=6,
            bbox=box if note["patch"] else None,
        )  # fmt: skip
        out = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        canvas.figure.savefig(out, format="svg", transparent=True, metadata=nothing)
        return inline(out.getvalue(), "p")


def by_us(note: dict, *, at: str) -> str:
    """Return the same drawing as a page has it, without its alternative text."""
    with drawing(120, left=30, right=40) as canvas:
        canvas.ax.set(xlim=(0, 7), ylim=(-1, 2), xticks=[0, 2], yticks=[0])
        canvas.ax.plot([0, 7], [0, 1], zorder=5)
        values = {k: v for k, v in note.items() if k not in ("x", "y", "text")}
        canvas.note(note["x"], note["y"], note["text"], at=at, **values)
        return canvas.svg("p", "").replace(' role="img" aria-label=""', "", 1)


@settings(max_examples=60, deadline=None)
@given(
    st.fixed_dictionaries(
        {
            "text": TEXTS.filter(lambda text: text.strip() == text),
            "x": st.integers(0, 7),
            "y": st.sampled_from([-1.0, 0.25, 2.0]),
            "dx": st.sampled_from([0, -4.5, 12]),
            "dy": st.sampled_from([0, 9, -21]),
            "size": st.sampled_from([12, 13]),
            "ha": st.sampled_from(["left", "center", "right"]),
            "va": st.sampled_from(["top", "center", "bottom"]),
            "patch": st.booleans(),
        }
    ),
    st.sampled_from(["data", "axes fraction"]),
)
def test_a_note_is_written_as_matplotlib_would_write_it(note, at):
    assert by_us(note, at=at) == by_matplotlib(note, at=at)


def test_a_note_without_text_or_without_a_place_is_not_drawn():
    with drawing(100, left=0, right=0) as canvas:
        canvas.note(0.5, 0.5, "")
        canvas.note(0.5, float("nan"), "nowhere")
        canvas.note(0.5, 0.5, "here")
        drawn = canvas.svg("p", "")
    assert "nowhere" not in drawn
    assert drawn.count("here") == 1


FORKED = """
import os, sys
from seedmetrics.report.figures.letters import _font, measured
measured("parent")
before = _font()
child = os.fork()
if not child:
    measured("清禾")
    os._exit(0 if _font() is not before else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_process_opens_the_font_for_itself():
    # Processes that share an open file read at each other's places: "failed to load glyph".
    assert subprocess.run([sys.executable, "-c", FORKED], check=False).returncode == 0
