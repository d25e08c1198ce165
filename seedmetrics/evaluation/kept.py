"""Evaluations that this process keeps, so that one notebook after another need not make them; none is kept unasked.

Meant for a process that forks, or that runs notebooks one after another: a notebook that changes a table of what it
was given changes it for the next one in the same process.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from seedmetrics.evaluation.rule_files import rule_file
from seedmetrics.indicators import find_indicator
from seedmetrics.records.kept import mark

if TYPE_CHECKING:
    from seedmetrics.evaluation.plan import Plan
    from seedmetrics.evaluation.result import Evaluation
    from seedmetrics.records import District, Period

_Key = tuple[object, ...]
Marks = dict[Path, tuple[str, int, int, int]]
_kept: dict[_Key, Evaluation] = {}
# Plans by their file, each with the marks that it and the rule files it names had before it was read.
_plans: dict[Path, tuple[Marks, Plan]] = {}


def keep_evaluations(district: str, plans: Sequence[str], period: str = "") -> list[Evaluation]:
    """
    Open a district, evaluate it by some plans, and keep all that.

    Parameters
    ----------
    district : str
        Its folder.
    plans : sequence of str
        Names or paths.
    period : str, default ""
        As for `evaluate`; plans of another cadence are passed over.

    Returns
    -------
    list of Evaluation
        What is kept, in the order of the plans.

    Notes
    -----
    `open_district` then returns the district while its files are as they were, and `evaluate` the evaluations. A
    template process calls this before it forks, so that every kernel has them.
    """
    from seedmetrics.evaluation.evaluate import evaluate
    from seedmetrics.evaluation.plan_files import check_tables, plan_file
    from seedmetrics.records import Period
    from seedmetrics.records.district import open_and_keep

    opened = open_and_keep(district)
    made = []
    for name in plans:
        plan = read_and_keep(plan_file(opened, name))
        check_tables(plan_file(opened, name), plan, opened)
        if not period or Period.parse(period).kind == plan.cadence:
            made.append(evaluate(opened, plan=plan, period=period))
            keep(made[-1])
    return made


def keep(evaluation: Evaluation) -> None:
    """Keep an evaluation, with what its pages work out from all units."""
    prepare(evaluation)
    key = _key(evaluation.district, evaluation.plan, evaluation.period)
    _kept[key] = evaluation


def prepare(evaluation: Evaluation) -> None:
    """
    Work out now what pages ask of all units together, so that a process forked after this has it.

    Parameters
    ----------
    evaluation : Evaluation
        Its tables must not be changed in place any more: its units would be compared by what they were.
    """
    _ = evaluation.annual, evaluation.budget, evaluation.rankability
    evaluation.compare_groups()


def find(district: District, plan: Plan, period: Period) -> Evaluation | None:
    """Return the evaluation kept of the same district object, by the same plan, over the same period."""
    found = _kept.get(_key(district, plan, period))
    return found if found is not None and found.district is district else None


def read_and_keep(file: Path) -> Plan:
    """
    Read a plan, and keep it: `read_plan` returns it again while its file and its rules are as they were.

    Parameters
    ----------
    file : Path
        A TOML file.

    Returns
    -------
    Plan
    """
    from seedmetrics.evaluation.plan_files import read_plan

    marks = {file: mark(file)}
    plan = read_plan(file)
    rules = {rule_file(file, name): digest for name, digest in plan.rule_files.items()}
    marks |= {rule: mark(rule) for rule in rules}
    # None was written between being read and being marked.
    if all(hashlib.sha256(rule.read_bytes()).hexdigest() == rules[rule] for rule in rules):
        _plans[file.resolve()] = (marks, plan)
    return plan


def find_read(file: Path) -> Plan | None:
    """Return the plan kept of a file, where that and its rules are as they were."""
    marks, plan = _plans.get(file.resolve(), ({}, None))
    return plan if all(mark(f) == known for f, known in marks.items()) else None


def forget() -> None:
    """Keep nothing any more."""
    _kept.clear()
    _plans.clear()


def _key(district: District, plan: Plan, period: Period) -> _Key:
    """Return what tells one evaluation from another: the records, all of the plan, what it calls, the period."""
    rules = tuple(sorted(plan.rule_files.items()))
    source = (plan.fingerprint, plan.changed, plan.file, plan.sha256, rules)
    # A cell run again may have defined an indicator anew under the same name.
    called = tuple(find_indicator(entry.name) for entry in plan.indicators)
    return (id(district), source, called, str(period))
