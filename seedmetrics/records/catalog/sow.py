"""Tables of the pillar Sow: industry chains, projects, key villages, grids, services to households."""

from typing import Final

from seedmetrics.records.catalog.columns import (
    COUNT,
    DATE,
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
        "chains",
        {
            "chain": code(),
            "unit": UNIT,
            "lead_department": TEXT,
            "leading_enterprise": code(required=False),
            "secretary_from": DATE,
            "secretary_to": DATE,
        },
        key=("chain",),
        orders=(Order("secretary_from", "secretary_to", "refused"),),
    ),
    Table(
        "chain_enterprises",
        {
            "chain": code(refers_to="chains"),
            "enterprise": code(),
            "entered": Column("date", required=True),
            "left": DATE,
            "form": choice("none", "single", "joint"),
            "members": Column("count", required=True),
        },
        orders=(Order("entered", "left", "refused"),),
    ),
    Table(
        "instructors",
        {
            "chain": code(refers_to="chains"),
            "person": person(),
            "from": Column("date", required=True),
            "to": DATE,
        },
        orders=(Order("from", "to", "refused"),),
    ),
    Table(
        "chain_meetings",
        {
            "chain": code(refers_to="chains"),
            "date": happened(),
            "kind": choice("joint_meeting", "training", "activity"),
            "minuted": YESNO,
            "problems_raised": COUNT,
        },
    ),
    Table(
        "chain_marks",
        {
            "unit": UNIT,
            "kind": choice("routine", "field_study", "report"),
            "month": Column("month", required=True),
            "mark": Column("percent"),
            "given": YESNO,
        },
    ),
    Table(
        "projects",
        {
            "project": code(),
            "unit": UNIT,
            "kind": choice("key_project", "clearance", "delayed"),
            "started": DATE,
            "planned": Column("date", required=True, end_of_day=True),
            "actual": happened(required=False),
            "branch_founded": happened(required=False),
        },
        key=("project",),
        orders=(Order("started", "actual", "refused"), Order("started", "planned", "noted")),
    ),
    Table(
        "village_posts",
        {
            "village": village(),
            "post": code(),
            "role": choice("first_secretary", "team_member"),
            "person": person(required=False),
            "from": DATE,
            "to": DATE,
        },
        orders=(Order("from", "to", "refused"),),
    ),
    Table(
        "demonstrations",
        {"project": code(), "village": village(), "kind": TEXT, "recognized": happened()},
        key=("project",),
    ),
    Table(
        "grids",
        {
            "grid": code(),
            "unit": UNIT,
            "kind": choice("urban", "rural", "dedicated"),
            "households": Column("count", required=True),
            "has_group": YESNO,
            "linked": COUNT,
            "founded": DATE,
            "dissolved": DATE,
        },
        key=("grid",),
        orders=(Order("founded", "dissolved", "refused"),),
        parts=(Part("linked", "households"),),
    ),
    Table(
        "grid_cells",
        {
            "cell": code(),
            "grid": code(refers_to="grids"),
            "households": Column("count", required=True),
            "linked": COUNT,
            "member": person(required=False),
        },
        key=("cell",),
        parts=(Part("linked", "households"),),
    ),
    Table(
        "community_bodies",
        {
            "village": village(),
            "kind": choice("elders_council", "ceremony_council"),
            "founded": Column("date", required=True),
            "dissolved": DATE,
        },
        key=("village", "kind", "founded"),
        orders=(Order("founded", "dissolved", "refused"),),
    ),
    Table(
        "service_points",
        {
            "point": code(),
            "unit": UNIT,
            "kind": choice("red_parlor", "red_station", "service_station"),
            "opened": Column("date", required=True),
            "closed": DATE,
        },
        key=("point",),
        orders=(Order("opened", "closed", "refused"),),
    ),
    Table(
        "service_events",
        {
            "unit": UNIT,
            "date": happened(),
            "kind": choice("square_fair", "consultation", "repair", "tool_sharing", "other"),
            "services": COUNT,
        },
    ),
    Table(
        "household_visits",
        {"unit": UNIT, "date": happened(), "households": Column("count", required=True)},
    ),
)
