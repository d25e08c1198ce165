"""Tables of the pillar Select: villages rated, cadres known, members admitted."""

from typing import Final

from seedmetrics.records.catalog.columns import (
    COUNT,
    DATE,
    DEADLINE,
    TEXT,
    UNIT,
    YESNO,
    Column,
    Order,
    Part,
    Table,
    choice,
    code,
    happened,
    person,
    village,
)

TABLES: Final = (
    Table(
        "village_ratings",
        {
            "village": village(),
            "year": Column("period", required=True),
            "criterion": Column("text", required=True),
            "mark": Column("percent", required=True),
        },
        key=("village", "year", "criterion"),
    ),
    Table(
        "village_vetoes",
        {
            "village": village(),
            "year": Column("period", required=True),
            "kind": Column("text", required=True),
        },
        key=("village", "year", "kind"),
    ),
    Table(
        "village_listings",
        {
            "village": village(),
            "listed": happened(),
            "reason": TEXT,
            "due": DEADLINE,
            "closed_out": happened(required=False),
        },
        key=("village", "listed"),
        orders=(Order("listed", "closed_out", "refused"), Order("listed", "due", "noted")),
    ),
    Table(
        "village_remedies",
        {
            "village": village(),
            "problem": Column("text", required=True),
            "opened": happened(),
            "due": DEADLINE,
            "closed": happened(required=False),
        },
        orders=(Order("opened", "closed", "refused"), Order("opened", "due", "noted")),
    ),
    Table(
        "disclosures",
        {
            "person": person(),
            "unit": UNIT,
            "kind": choice("annual", "event", "advance"),
            "event": DATE,
            "due": DEADLINE,
            "filed": happened(required=False),
        },
    ),
    Table(
        "secretary_files",
        {
            "person": person(),
            "unit": UNIT,
            "village": village(required=False),
            "opened": happened(required=False),
            "complete": Column("yesno", required=True),
            "completed": happened(required=False),
        },
        key=("person",),
        orders=(Order("opened", "completed", "noted"),),
    ),
    Table(
        "task_items",
        {
            "unit": UNIT,
            "item": code(),
            "due": Column("date", required=True, end_of_day=True),
            "done": Column("yesno", required=True),
        },
        key=("unit", "item"),
    ),
    Table(
        "test_marks",
        {
            "person": person(),
            "unit": UNIT,
            "date": happened(),
            "mark": Column("percent", required=True),
        },
        key=("person", "date"),
    ),
    Table(
        "ledger_checks",
        {
            "unit": UNIT,
            "date": happened(),
            "sampled": Column("count", required=True),
            "faulty": Column("count", required=True),
        },
        parts=(Part("faulty", "sampled"),),
    ),
    Table(
        "cadre_records",
        {
            "person": person(),
            "unit": UNIT,
            "period": Column("period", required=True),
            "part": choice(
                "daily_management",
                "main_duties",
                "core_task",
                "urgent_tasks",
                "best_job",
                "weakness",
            ),
            "evidence": COUNT,
            "category": TEXT,
        },
        key=("person", "period", "part"),
    ),
    Table(
        "talent_branches",
        {
            "branch": code(),
            "unit": UNIT,
            "founded": Column("date", required=True),
            "dissolved": DATE,
        },
        key=("branch",),
        orders=(Order("founded", "dissolved", "refused"),),
    ),
    Table(
        "talents",
        {
            "person": person(),
            "unit": UNIT,
            "background": choice(
                "local_expert", "returnee", "graduate", "three_new", "intellectual"
            ),
            "entered": Column("date", required=True),
            "left": DATE,
            "guided": YESNO,
        },
        key=("person",),
        orders=(Order("entered", "left", "refused"),),
    ),
    Table(
        "activists",
        {
            "person": person(),
            "unit": UNIT,
            "status": choice("activist", "target", "probationary"),
            "from": Column("date", required=True),
            "to": DATE,
            "exempt": YESNO,
        },
        key=("person", "from"),
        orders=(Order("from", "to", "refused"),),
    ),
    Table(
        "points",
        {"person": person(), "unit": UNIT, "date": happened(), "item": code(), "times": COUNT},
    ),
    Table(
        "development_steps",
        {
            "person": person(),
            "unit": UNIT,
            "step": Column("count", required=True),
            "date": happened(required=False),
            "votes_due": COUNT,
            "present": COUNT,
            "yes": COUNT,
            "days": COUNT,
            "hours": Column("number"),
            "publicity_from": DATE,
            "publicity_to": DATE,
            "extended_to": DATE,
        },
        orders=(Order("publicity_from", "publicity_to", "refused"),),
        # The written opinion of an absent member counts as a vote, so yes may exceed present.
        parts=(Part("present", "votes_due"), Part("yes", "votes_due")),
    ),
)
