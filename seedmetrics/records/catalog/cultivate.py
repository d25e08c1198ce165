"""Tables of the pillar Cultivate: lessons, organisation life, visits to enterprises, contests."""

from typing import Final

from seedmetrics.records.catalog.columns import (
    DATE,
    UNIT,
    YESNO,
    Column,
    Order,
    Table,
    choice,
    code,
    happened,
    person,
)

TABLES: Final = (
    Table(
        "branches",
        {
            "branch": code(),
            "unit": UNIT,
            "has_committee": Column("yesno", required=True),
            "has_groups": Column("yesno", required=True),
            "founded": DATE,
            "dissolved": DATE,
        },
        key=("branch",),
        orders=(Order("founded", "dissolved", "refused"),),
    ),
    Table(
        "meetings",
        {
            "branch": code(refers_to="branches"),
            "kind": choice(
                "member_meeting", "committee_meeting", "group_meeting", "party_lesson", "theme_day"
            ),
            "month": Column("month", required=True),
            "date": happened(),
            "first_item": YESNO,
        },
    ),
    Table(
        "life_checks",
        {
            "unit": UNIT,
            "kind": choice("monthly_check", "quarterly_review", "regular_test"),
            "due": Column("date", required=True, end_of_day=True),
            "done": happened(required=False),
        },
    ),
    Table(
        "enterprises",
        {
            "enterprise": code(),
            "unit": UNIT,
            "group": code(required=False),
            "size_class": choice("micro", "small", "medium", "large", required=False),
        },
        key=("enterprise",),
    ),
    Table(
        "visits",
        {"group": code(), "enterprise": code(refers_to="enterprises"), "date": happened()},
    ),
    Table(
        "rounds",
        {
            "round": code(),
            "level": choice("township", "department"),
            "period": Column("period", required=True),
            "date": Column("date", required=True),
        },
        key=("round",),
    ),
    Table(
        "marks",
        {
            "round": code(refers_to="rounds"),
            "unit": UNIT,
            "component": Column("text", required=True),
            "judge": person(),
            "judge_group": Column("text", required=True),
            "mark": Column("percent", required=True),
        },
        key=("round", "unit", "component", "judge"),
    ),
    Table(
        "leaders",
        {
            "leader": person(),
            "unit": UNIT,
            "post": choice(
                "county_leader",
                "township_secretary",
                "township_head",
                "team_member",
                "bureau_secretary",
                "bureau_head",
            ),
            "from": DATE,
            "to": DATE,
        },
        key=("leader",),
        orders=(Order("from", "to", "refused"),),
    ),
    Table(
        "lectures",
        {
            "leader": person(refers_to="leaders"),
            "date": happened(),
            "topic": choice("theory", "policy", "methods", "experience", "other", required=False),
        },
    ),
)
