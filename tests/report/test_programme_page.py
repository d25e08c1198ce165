"""The page of published figures: bounds stay bounds, what differs or is not kept is said, the speech is quoted."""

import re

import pandas as pd
import pytest

from seedmetrics.errors import SeedmetricsError
from seedmetrics.evaluation import programme
from seedmetrics.records import open_district
from seedmetrics.report import ProgrammePage, programme_report
from tests.districts import write_district
from tests.report.pages import outline, seen

LANGUAGES = ("en", "zh")
NAN = float("nan")


def row(key, kind, published, computed=NAN, numerator=NAN, denominator=NAN, **more):
    given = {
        "key": key, "kind": kind, "period": "2025", "figure": f"the {key}", "figure_zh": f"{key}项",
        "published": published, "bound": published.endswith("+"), "computed": computed,
        "numerator": numerator, "denominator": denominator, "low": NAN, "high": NAN, "met": True,
        "words": "讲话原文", "what_is_counted": f"what {key} counts", "counted_zh": f"{key}计什么",
    }  # fmt: skip
    return given | more


FIGURES = [
    row("files", "count", "200", 200.0, 200.0, 200.0),
    row("enterprises", "count", "19000", 19000.0, 19000.0, 19000.0),
    row(
        "rate", "share", "96%", 558 / 581, 558.0, 581.0,
        what_is_counted="with 558 closed, 579 to 584 due would all print as 96%",
    ),
    row("solved", "count", "3300+", 3312.0, 3312.0, 3420.0),
    row("urban", "range", "300-500", low=300.0, high=500.0),
    row("rural", "range", "50", low=40.0, high=60.0),
]  # fmt: skip


@pytest.fixture
def pages(tmp_path, monkeypatch):
    district = open_district(write_district(tmp_path, {}, more="sample = true"))

    def made(rows=FIGURES, language="en"):
        frame = pd.DataFrame(rows, columns=programme.COLUMNS)
        monkeypatch.setattr(programme, "published_figures", lambda _district: frame)
        return programme_report(district, language=language)

    return made


def whole(page: ProgrammePage) -> str:
    """Return the markup of a page, checked."""
    markup = "\n".join(s.markup for s in (page.heading(), page.figures(), page.made()))
    found = outline(markup)
    assert found.wrong == []
    assert found.stack == []
    assert found.tags.count("h1") == 1
    assert len(found.ids) == len(set(found.ids))
    for name in page.sections:
        assert name in found.ids
    text = seen(markup)
    assert not re.search(r"\bnan\b|NaN|None|NaT|\{\w+\}", text), text
    return markup


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_bound_stays_a_bound_beside_the_exact_count(pages, language):
    text = seen(whole(pages(language=language)))
    assert "3,312" in text
    if language == "en":
        assert "more than 3,300" in text
        assert "passes the bound" in text
        assert "All 6 published figures come out as printed; one is a lower bound" in text
    else:
        assert "3,300余" in text
        assert "超过下限" in text


def test_a_share_has_its_counts_its_interval_and_what_would_print_the_same(pages):
    text = seen(whole(pages()))
    assert "96.0%" in text
    assert "558 of 581; 94.1–97.3%" in text
    assert "579 to 584 due would all print as 96%" in text
    assert "rounds to it" in text


def test_a_range_is_of_the_plan_and_a_single_number_is_about_it(pages):
    text = seen(whole(pages()))
    assert "300–500" in text
    assert "about 50" in text
    assert "40–60 of the plan" in text
    assert "the band holds it" in text


def test_thousands_are_parted_and_the_words_of_the_speech_carry_their_language(pages):
    markup = whole(pages())
    assert "19,000" in markup
    assert 'lang="zh-Hans">讲话原文' in markup
    assert 'lang="zh-Hans">讲话原文' not in whole(pages(language="zh"))


def test_what_differs_and_what_is_not_kept_are_in_the_headline(pages):
    rows = [
        *FIGURES[:2],
        row("groups", "count", "18", 17.0, 17.0, 18.0, met=False),
        row("villages", "count", "16", met=False),
    ]
    page = pages(rows)
    wanted = "2 of 4 published figures come out as printed; one comes out differently and for one no records are kept"
    assert page.finding == wanted
    text = seen(whole(page))
    assert "differs" in text
    assert "– no records are kept cannot be computed" in text


def test_nothing_that_agrees_and_nothing_at_all(pages):
    none = pages([row("groups", "count", "18", 17.0, 17.0, 18.0, met=False)])
    assert none.finding.startswith("The one published figure does not come out as printed")
    assert pages([]).finding == "No published figures are listed beside this district"
    whole(pages([]))


def test_only_the_records_are_said_to_be_invented(pages):
    text = seen(pages().heading().markup)
    assert "only the published figures and the words quoted are real" in text
    assert "every figure on this page is invented" not in text


def test_text_of_the_table_is_escaped(pages):
    evil = row("files", "count", "<b>200</b>", 200.0, 200.0, figure="<script>alert(1)</script>")
    markup = whole(pages([evil]))
    assert "<script" not in markup
    assert "<b>200</b>" not in markup.replace("<b>200</b></td>", "")


def test_the_page_says_which_it_is_and_which_language(pages):
    assert repr(pages()) == "<ProgrammePage 6 figures en>"
    with pytest.raises(SeedmetricsError, match="'en' or 'zh'"):
        pages(language="fr")


def test_a_computed_share_is_never_rounded_to_all(pages):
    share = row("rate", "share", "100%", 0.9996, 2499.0, 2500.0)
    assert ">99.9%" in seen(whole(pages([share]))).replace("&gt;", ">")


def test_the_columns_are_those_that_the_evaluation_gives():
    used = {"key", "kind", "published", "bound", "computed", "numerator", "denominator"}
    used |= {"low", "high", "met", "figure", "figure_zh", "words", "what_is_counted", "counted_zh"}
    assert used <= set(programme.COLUMNS)
