"""What stands at the end of a cell is shown in words, escaped, in both languages; the tab key knows what there is."""

import dataclasses
import re
import subprocess
import sys

import pytest

import seedmetrics as sm
from seedmetrics.errors import SeedmetricsError
from seedmetrics.evaluation import compare, reweigh, robustness, slice_cases
from tests.report.fake import Fake, evaluation
from tests.report.pages import outline

EVIL = '<script>alert("x")</script> & Town'


def results(made):
    return {
        "district": made.district,
        "plan": made.plan,
        "evaluation": made,
        "unit": made.unit(str(made.units.index[0])),
        "slices": slice_cases(made, "unit"),
        "comparison": compare(made, reweigh(made, {})),
        "robustness": robustness(made, draws=20)[0],
    }


@pytest.fixture(scope="module")
def shown(township):
    return results(township)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", ["district", "plan", "evaluation", "unit", "slices", "comparison"])
def test_every_result_is_shown_in_both_languages_and_whole(shown, name, language):
    found = sm.show(shown[name], language=language)
    tag = "zh-Hans" if language == "zh" else "en"
    assert found.markup.startswith(f'<div class="seedmetrics" lang="{tag}">')
    assert "<style data-seedmetrics>" in found.markup, "a cell may be the only one that is shown"
    assert found.finding
    assert not re.search(r"\bnan\b", found.markup.split("</style>")[1])
    outline(found.markup)


def test_a_result_shows_itself_in_the_district_s_own_language(shown, township):
    assert township.district.language == "zh"
    for name in ("district", "evaluation", "unit", "slices", "comparison"):
        assert 'lang="zh-Hans"' in shown[name]._repr_html_(), name
        assert shown[name]._repr_html_() == sm.show(shown[name]).markup
    assert "chance_low" in shown["robustness"]._repr_html_()
    assert "<th>durations</th>" in township.closure._repr_html_()
    budget = sm.indicator_budget(township.plan, township.district, township.period)
    assert "<td>101</td>" in budget._repr_html_()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_names_out_of_the_records_are_text(tmp_path, language):
    made = evaluation(
        tmp_path, Fake(names={"T01": EVIL}, reason=EVIL.replace('"', "'"), title="<b>Plan</b>")
    )
    for name, result in results(made).items():
        markup = sm.show(result, language=language).markup
        assert "<script" not in markup, name
        assert "<b>Plan" not in markup, name
    where = sm.show(slice_cases(made, "unit", where="unit != '<b>'"), language=language).markup
    assert "&lt;b&gt;" in where


def test_a_district_tells_its_size_and_its_problems(shown):
    text = sm.show(shown["district"], language="en").markup
    assert "40 tables, 126,909 rows, as of 15 January 2026" in text
    assert "8 values mended; 6 points noted" in text
    assert text.count("A unit spelled another way") == 1, "the same kind of problem is one row"


def test_two_parts_are_told_apart_by_their_difference(township):
    found = slice_cases(
        township, "kind", where="kind in ['town', 'street'] and channel == 'one_stop'",
        period="2025", what="on_time",
    )  # fmt: skip
    said = sm.show(found, language="en").finding
    assert said.startswith("Cases closed on time, by kind of unit: Streets 3.5 points above Towns")
    assert said.endswith("more than chance alone would make")
    assert "超出偶然" in sm.show(found, language="zh").finding


def test_a_part_with_few_cases_is_withheld(township):
    found = sm.show(slice_cases(township, ["kind", "channel"]), language="en").markup
    assert "Withheld: fewer than five" in found


def test_a_comparison_names_what_was_changed(township):
    other = reweigh(township, {"select": 60, "hotline.closure_rate": 2}, aggregation="geometric")
    text = sm.show(compare(township, other), language="en").markup
    assert "Changed: Select 30 → 60, Cases closed 9 → 2 and geometric mean." in text
    assert "Select" not in sm.show(compare(township, township), language="en").markup


def test_another_thing_is_refused():
    with pytest.raises(SeedmetricsError, match="a list is shown by no page"):
        sm.show([])
    with pytest.raises(SeedmetricsError, match="'en' or 'zh', got 'fr'"):
        sm.show(sm.read_plan("data/plans/township.toml"), language="fr")


def test_the_tab_key_knows_tables_units_and_indicators(township):
    district, plan = township.district, township.plan
    assert "cases" in district._ipython_key_completions_()
    assert district["cases"] is district.table("cases")
    assert township._ipython_key_completions_()[0] == "T01"
    assert township["T01"].code == "T01"
    assert "hotline.closure_rate" in plan._ipython_key_completions_()
    assert plan["hotline.closure_rate"].pillar == "cultivate"
    with pytest.raises(KeyError):
        plan["nothing"]


def test_a_live_prompt_completes_them():
    # As a kernel asks when the tab key is pressed.
    code = """
import seedmetrics as sm
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.user_ns["records"] = sm.open_district("data/sample", tables=["cases"])
shell.user_ns["sm"] = sm
for text in ('records["ca', "sm.slice_", "records.unit"):
    with provisionalcompleter():
        print(*(found.text for found in shell.Completer.completions(text, len(text))))
"""
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["cases", "slice_cases", "unit_name units units_at"]


def test_what_nobody_has_said_how_to_show_is_plain():
    from seedmetrics.showing import plainly

    assert plainly("<b>") == "<pre>&#x27;&lt;b&gt;&#x27;</pre>"


def test_a_result_that_was_replaced_in_part_still_shows_itself(township):
    assert dataclasses.replace(township, version="x")._repr_html_()
