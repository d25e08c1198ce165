"""Rules as data: a plan names a file of rules, and gets what stands in it; what is not there is refused."""

import hashlib

import pytest

from seedmetrics.errors import PlanError
from seedmetrics.evaluation import read_plan
from seedmetrics.evaluation.rule_files import RuleFiles
from tests.evaluation.test_plan import PLAN

LIFE = (
    PLAN.replace("hotline.closure_rate", "organisation_life.meeting_compliance")
    + """
[options.organisation_life]
frequencies = { rules = "life", key = "frequencies" }
"""
)


@pytest.fixture
def folders(tmp_path):
    (tmp_path / "plans").mkdir()
    (tmp_path / "rules").mkdir()
    rules = 'source = "here"\n[frequencies]\nmember_meeting = "quarter"\n'
    (tmp_path / "rules" / "life.toml").write_text(rules, encoding="utf-8")
    return tmp_path


def read(folders, text):
    (folders / "plans" / "small.toml").write_text(text, encoding="utf-8")
    return read_plan(folders / "plans" / "small.toml")


def test_a_named_table_of_rules_stands_where_it_is_named(folders):
    plan = read(folders, LIFE)
    options = plan.options_of("organisation_life.meeting_compliance")
    assert options["frequencies"] == {"member_meeting": "quarter"}


def test_the_files_of_rules_are_among_the_sources_with_their_digest(folders):
    content = (folders / "rules" / "life.toml").read_bytes()
    assert read(folders, LIFE).rule_files == {"life.toml": hashlib.sha256(content).hexdigest()}


def test_changed_rules_change_the_plan(folders):
    before = read(folders, LIFE).fingerprint
    (folders / "rules" / "life.toml").write_text('[frequencies]\nmember_meeting = "month"\n')
    assert read(folders, LIFE).fingerprint != before


def test_rules_may_stand_in_a_list(folders):
    files = RuleFiles(folders / "plans" / "small.toml")
    assert files.filled([{"rules": "life", "key": "source"}, 3]) == ["here", 3]


def test_a_file_of_rules_that_is_not_there_is_answered_with_the_nearest(folders):
    with pytest.raises(
        PlanError, match=r"small\.toml: options.*no rules 'lif'.*did you mean 'life'"
    ):
        read(folders, LIFE.replace('rules = "life"', 'rules = "lif"'))


def test_a_key_that_the_rules_do_not_have_is_answered_with_the_nearest(folders):
    with pytest.raises(
        PlanError, match=r"life\.toml has no 'frequency': did you mean 'frequencies'"
    ):
        read(folders, LIFE.replace('key = "frequencies"', 'key = "frequency"'))


def test_rules_that_are_no_toml_are_refused_by_their_own_name(folders):
    (folders / "rules" / "life.toml").write_text("frequencies = ")
    with pytest.raises(PlanError, match=r"life\.toml: this is not TOML"):
        read(folders, LIFE)


def test_a_table_that_only_looks_like_a_name_is_left_alone(folders):
    files = RuleFiles(folders / "plans" / "small.toml")
    table = {"rules": "life", "more": 1}
    assert files.filled(table) == table
