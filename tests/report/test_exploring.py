"""Sliders move the ranking, and what the data leave open with it; nothing is counted again."""

import re
import subprocess
import sys

import pytest

from seedmetrics.evaluation import vary
from seedmetrics.indicators import registry
from seedmetrics.report import weigh


@pytest.fixture
def board(township):
    return weigh(township, language="en")


def order(board):
    return re.findall(r'rowheader">([^<]+)<', board.table.markup)


def test_as_planned_nobody_moves(board):
    assert board.table.finding == "No unit changes its place"
    assert repr(board) == "<WeightBoard township 2025Q4: weights as planned>"
    assert [s.value for s in board.pillars.values()] == [30, 40, 30]


def test_a_slider_moves_ranks_and_the_ranks_left_open(board, township, monkeypatch):
    monkeypatch.setattr(registry, "_counted", lambda *_a: pytest.fail("measured again"))
    planned, before = order(board), board.evaluation.standings
    board.pillars["select"].value = 90
    assert order(board) != planned
    now = board.evaluation.standings
    assert not now[["rank_low", "rank_high"]].equals(before[["rank_low", "rank_high"]])
    assert "Select 30 → 90" in board.table.markup
    assert (
        board.evaluation.plan.fingerprint == vary(township.plan, weights={"select": 90}).fingerprint
    )
    assert board.table.markup in board._shown.value


def test_an_indicator_keeps_its_weight_while_another_is_looked_at(board):
    board.set_indicator("hotline.on_time_rate", 18)
    board.chosen.value = "hotline.closure_rate"
    assert board.within.value == 9
    assert board.weights == {"hotline.on_time_rate": 18}
    board.chosen.value = "hotline.on_time_rate"
    assert board.within.value == 18


def test_as_in_the_plan_takes_every_weight_back(board):
    board.set(select=90, sow=0)
    board.set_indicator("hotline.on_time_rate", 18)
    board.reset.click()
    assert board.weights == {}
    assert board.table.finding == "No unit changes its place"
    assert [s.value for s in board.pillars.values()] == [30, 40, 30]


def test_weights_that_make_no_score_are_refused_in_words_and_the_last_score_stays(board):
    board.set(select=0, cultivate=0)
    last = board._shown.value
    board.pillars["sow"].value = 0
    assert "These weights make no score" in board._said.value
    assert board._shown.value == last
    board.pillars["sow"].value = 10
    assert "Sow 100%" in board._said.value


def test_a_notebook_gets_sliders_and_a_page_the_table(board):
    found = board._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in found
    assert found["text/html"].startswith('<div class="seedmetrics" lang="en">')
    assert found["text/plain"] == repr(board)


def test_it_speaks_chinese(township):
    board = weigh(township, language="zh")
    assert [s.description for s in board.pillars.values()] == ["甄选", "培育", "播散"]
    assert board.reset.description == "恢复方案权重"
    assert board.table.finding == "没有单位变动名次"


def test_widgets_are_imported_only_when_they_are_used():
    code = (
        "import sys, seedmetrics as sm, seedmetrics.report, seedmetrics.report.exploring; "
        "sm.weigh; print('ipywidgets' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
