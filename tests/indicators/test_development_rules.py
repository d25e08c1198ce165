"""Rule packs and holidays as data: the shipped files, and what is said of a file that cannot be used."""

import copy
import datetime as dt
import tomllib

import pandas as pd
import pytest

from seedmetrics.errors import PlanError
from seedmetrics.indicators.development_rules import pack_at, read_holidays, read_packs
from tests.conftest import ROOT

FILES = {
    name: tomllib.loads((ROOT / "data" / "rules" / f"{name}.toml").read_text(encoding="utf-8"))
    for name in ("member_development_2014", "member_development_2026", "holidays")
}
OLD, NEW = FILES["member_development_2014"], FILES["member_development_2026"]
ALL_RULES = {f"T{k}" for k in range(1, 16)}


def rule(pack, rule_id):
    return next(rule for rule in pack["rules"] if rule["id"] == rule_id)


@pytest.mark.parametrize("pack", [OLD, NEW], ids=["2014", "2026"])
def test_a_pack_has_five_stages_twenty_five_steps_and_every_rule(pack):
    assert [stage["number"] for stage in pack["stages"]] == [1, 2, 3, 4, 5]
    assert [step["number"] for step in pack["steps"]] == list(range(1, 26))
    sizes = pd.Series([step["stage"] for step in pack["steps"]]).value_counts().sort_index()
    assert sizes.tolist() == [2, 4, 5, 7, 7]
    assert {rule["id"].rstrip("ab") for rule in pack["rules"]} == ALL_RULES


@pytest.mark.parametrize("pack", [OLD, NEW], ids=["2014", "2026"])
def test_everything_has_a_title_in_both_languages_and_doubt_has_a_note(pack):
    for entry in [*pack["stages"], *pack["steps"], *pack["rules"]]:
        assert set(entry["title"]) == {"en", "zh"}
        assert all(entry["title"].values())
    for entry in pack["rules"]:
        assert entry["severity"] in ("late", "warn", "hard")
        assert isinstance(entry["article"], str)
        assert entry["confirmed"] or entry["note"]
        # What has no number of an article says why.
        assert entry["article"] or entry["note"]


def test_what_was_not_national_in_2014_is_not_checked_there():
    for rule_id in ("T6", "T7", "T9", "T14"):
        assert rule(OLD, rule_id)["kind"] == "unchecked"
    assert [rule(NEW, rule_id)["kind"] for rule_id in ("T6", "T7", "T9")] == [
        "publicity", "within", "within",
    ]  # fmt: skip


def test_article_numbers_moved_in_2026():
    moved = {"T8": "25", "T9": "29", "T10": "28, 31", "T12": "33", "T13a": "19, 20"}
    assert {name: rule(NEW, name)["article"] for name in moved} == moved
    assert [rule(OLD, name)["article"] for name in ("T10", "T12", "T13a")] == ["32", "34", "20, 22"]
    assert not rule(NEW, "T11")["confirmed"]
    assert not rule(NEW, "T14")["confirmed"]


def test_a_pack_is_in_force_until_the_next_begins():
    old, new = read_packs([NEW, OLD])
    assert (old.version, old.begins, old.until) == (
        "2014",
        dt.date(2014, 5, 28),
        dt.date(2026, 5, 18),
    )
    assert (new.version, new.until) == ("2026", None)
    assert {rule.in_force_until for rule in old.rules} == {new.begins}
    assert pack_at((old, new), pd.Timestamp("2026-05-17")).version == "2014"
    assert pack_at((old, new), pd.Timestamp("2026-05-18")).version == "2026"
    assert pack_at((old, new), pd.Timestamp("2000-01-01")).version == "2014"


def test_stages_end_with_the_first_step_of_the_next_and_the_last_runs_from_the_meeting_to_approval():
    stages = read_packs(OLD)[0].stages
    assert [(s.id, s.first, s.end) for s in stages] == [
        ("application", 1, 3),
        ("activist", 3, 7),
        ("target", 7, 12),
        ("admission", 12, 19),
        ("probation", 15, 24),
    ]


def test_an_order_without_steps_is_that_of_all_steps():
    order = next(rule for rule in read_packs(OLD)[0].rules if rule.kind == "order")
    assert order.steps == tuple(range(1, 26))


def test_holidays_cover_three_years_and_agree_with_the_notices():
    found = read_holidays(FILES["holidays"])
    assert found.years == (2024, 2025, 2026)
    assert [sum(d.year == y for d in found.days_off) for y in found.years] == [28, 28, 33]
    assert [sum(d.year == y for d in found.worked_instead) for y in found.years] == [8, 5, 6]
    assert all(day.weekday() >= 5 for day in found.worked_instead)
    assert dt.date(2026, 2, 28) in found.worked_instead
    assert dt.date(2026, 2, 23) in found.days_off


def test_the_sample_keeps_the_same_working_days():
    text = (ROOT / "data" / "sample" / "make" / "draws.py").read_text(encoding="utf-8")
    found = read_holidays(FILES["holidays"])
    assert all(day.isoformat() in text for day in found.worked_instead if day.year < 2026)


def changed(path, value, *, pack=OLD, drop=False):
    """Return a pack with one thing changed; `path` leads to it."""
    made = copy.deepcopy(pack)
    place = made
    for part in path[:-1]:
        place = place[part]
    if drop:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return made


@pytest.mark.parametrize(
    ("pack", "match"),
    [
        (changed(["rulez"], []), r"`rules\[0\]` has no 'rulez': did you mean 'rules'"),
        (changed(["from"], "18 May"), r"`rules\[0\].from` must be a date such as 2026-05-18, got '18 May'"),
        (changed(["rules", 1, "kind"], "at least"), "rule 'T2': `kind` must be one of .*'at_least'"),
        (changed(["rules", 1, "kind"], 3), r"`rules\[0\].rules\[1\]` needs 'kind', a text, got 3"),
        (changed(["rules", 1, "month"], 12), "has no 'month': did you mean 'months'"),
        (changed(["rules", 1, "months"], "12"), "`months` must be a whole number of at least 1, got '12'"),
        (changed(["rules", 1, "share"], 0.5), "has no use for 'share'"),
        (changed(["rules", 1, "step"], 26), "names step 26, which the pack does not have: .* 1 to 25"),
        (changed(["rules", 4, "before"], 12), r"`rules\[0\].rules\[4\].before` must be a list"),
        (changed(["rules", 1, "id"], "T1"), "the rule 'T1' is there twice in pack '2014'"),
        (changed(["steps", 1, "number"], 1), "step 1 is there twice"),
        (changed(["steps", 1, "stage"], "one"), r"`rules\[0\].steps\[1\].stage` must be a whole number"),
        (changed(["stages", 0, "number"], 9), "a stage needs an id and at least one step"),
        (changed(["rules"], []), "pack '2014' has no rules"),
        (changed(["rules"], None, drop=True), r"`rules\[0\].rules` must be a list"),
    ],
)  # fmt: skip
def test_a_pack_that_cannot_be_used_says_what_and_where(pack, match):
    with pytest.raises(PlanError, match=match):
        read_packs([pack])


def test_packs_that_begin_on_one_day_or_are_none_are_refused():
    with pytest.raises(PlanError, match="'2014' and '2014' begin on the same day"):
        read_packs([OLD, OLD])
    for wrong in ([], "member_development_2014", ["member_development_2014"]):
        with pytest.raises(PlanError, match="`rules"):
            read_packs(wrong)


@pytest.mark.parametrize(
    ("table", "match"),
    [
        ([], "`holidays` must be a table"),
        ({"year": []}, "`holidays` has no 'year': did you mean 'years'"),
        ({"years": [{"year": 2026, "of": []}]}, r"`holidays.years\[0\]` has no 'of': did you mean 'off'"),
        ({"years": [{"year": 2026, "off": [{"from": "May"}]}]}, r"off\[0\].from` must be a date"),
        (
            {"years": [{"year": 2026, "off": [{"from": "2026-02-03", "to": "2026-02-01"}]}]},
            "lies before its `from`: 2026-02-01 and 2026-02-03",
        ),
        (
            {"years": [{"year": 2026, "off": [{"from": "2026-02-14"}], "worked_instead": ["2026-02-14"]}]},
            "2026-02-14 is off and worked at once",
        ),
    ],
)  # fmt: skip
def test_a_table_of_holidays_that_cannot_be_used_says_what_and_where(table, match):
    with pytest.raises(PlanError, match=match):
        read_holidays(table)
