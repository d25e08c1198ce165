"""Findings are made from numbers: when an interval holds the group's value, that is what they say."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedmetrics.report import closure_report, findings, league_report, unit_report
from seedmetrics.report.judges import agreement_degree
from seedmetrics.report.league_page import pairs, ranked
from seedmetrics.report.view import View
from tests.report.fake import Fake, evaluation
from tests.report.pages import seen


def changed(five, **columns):
    """Return the evaluation with the current standing of unit T01 changed."""
    standings = five.standings.copy()
    here = (standings["unit"] == "T01") & (standings["period"] == str(five.period))
    for name, value in columns.items():
        standings[name] = standings[name].astype(object)
        standings.loc[here, name] = value
    return dataclasses.replace(five, standings=standings)


@given(st.floats(0, 100), st.floats(0, 10), st.floats(0, 100))
def test_an_interval_that_holds_the_reference_cannot_be_told_from_it(value, half, reference):
    found = findings.against(value, value - half, value + half, reference)
    assert (found == "same") == (value - half <= reference <= value + half)


def test_the_headline_names_the_range_that_the_data_allow(five):
    page = unit_report(
        changed(five, rank=2, rank_low=1, rank_high=3, of=5), unit="T01", language="en"
    )
    assert (
        page.finding
        == "Town T01 ranks 2nd of 5 towns this quarter; the data would allow any place from 1st to 3rd"
    )


def test_the_headline_when_the_data_allow_one_place_or_any(five):
    certain = unit_report(changed(five, rank=2, rank_low=2, rank_high=2), unit="T01", language="en")
    assert (
        certain.finding
        == "Town T01 ranks 2nd of 5 towns this quarter; the data allow no other place"
    )
    anywhere = unit_report(
        changed(five, rank=2, rank_low=1, rank_high=5), unit="T01", language="zh"
    )
    assert anywhere.finding == "T01镇本季度列5个镇第2名，但数据容许第1至第5名的任何名次"


def test_the_headline_of_a_unit_without_a_rank_gives_the_reason(five):
    gone = dict.fromkeys(("rank", "rank_low", "rank_high", "score", "low", "high", "tier"), np.nan)
    page = unit_report(
        changed(five, **gone, reason="too_little_recorded"), unit="T01", language="en"
    )
    assert (
        page.finding == "Town T01 is not ranked this quarter: too little was recorded to score it"
    )
    odd = unit_report(changed(five, **gone, reason="under water"), unit="T01", language="zh")
    assert odd.finding == "T01镇本季度不排名：under water"


def test_a_rank_that_is_shared_is_joint(five):
    other = five.league.set_index("unit")["rank"].drop("T01").iloc[0]
    page = unit_report(
        changed(five, rank=other, rank_low=1, rank_high=5), unit="T01", language="en"
    )
    assert "ranks joint" in page.finding


def test_a_veto_is_said_beside_the_tier(five):
    held = changed(five, tier=2.0, reason="veto:hotline.closure_rate")
    text = seen(unit_report(held, unit="T01", language="en").heading().markup)
    assert "A rule of the plan holds the tier down: Cases closed" in text


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (1.0, "100 leave"),
        (0.999, "over 99 leave"),
        (0.85, "Fairly firm"),
        (0.5, "only 50 leave"),
        (np.nan, "cannot be said"),
    ],
)
def test_firmness_is_never_overstated(five, share, words):
    assert words in findings.firmness(View.of(five, "en"), share)


def test_the_count_of_open_pairs_follows_from_the_rank_sets(township):
    view = View.of(township, "en")
    table = ranked(view, "towns")
    apart, total = pairs(table)
    assert total == len(table) * (len(table) - 1) // 2
    assert 0 <= apart <= total
    certain = table.assign(rank_low=table["rank"], rank_high=table["rank"])
    assert pairs(certain) == (total, total)


def test_a_league_of_one_unit_has_no_headline_about_pairs(tmp_path):
    lone = evaluation(tmp_path, Fake(groups={"towns": 1}))
    assert (
        seen(league_report(lone, language="en").heading().markup).count(
            "Fewer than two units are ranked"
        )
        == 1
    )


def test_the_closure_page_says_the_rate_of_all(five):
    counts = five.closure.counts
    now = counts[counts["period"] == "2025Q4"]
    rate = f"{100 * now['closed'].sum() / now['due'].sum():.1f}%"
    assert rate in closure_report(five, language="en").heading().finding


def test_agreement_of_judges_in_words():
    assert [agreement_degree(w) for w in (0.9, 0.6, 0.2, np.nan)] == [
        "strong",
        "fair",
        "weak",
        "unknown",
    ]
