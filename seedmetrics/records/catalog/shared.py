"""Tables that several mechanisms read: units, their population, and the cases handed to them."""

from typing import Final

from seedmetrics.records.catalog.columns import (
    COUNT,
    DEADLINE,
    TEXT,
    UNIT,
    YESNO,
    Column,
    Order,
    Table,
    choice,
    code,
    happened,
)

CHANNELS: Final = (
    "enterprise_day",
    "business_110",
    "one_stop",
    "smart_room",
    "hotline",
    "chain_meeting",
    "door_knock",
)

TABLES: Final = (
    Table(
        "units",
        {
            "code": code(),
            "name_zh": TEXT,
            "name_en": TEXT,
            "level": choice("township", "alliance", "department", "village"),
            "kind": Column("text", default=""),
            "group": Column("text", default=""),
            "parent": Column("code", default=""),
            "aliases": Column("text", default=""),
        },
        key=("code",),
    ),
    Table(
        "cases",
        {
            "case_id": code(),
            "unit": UNIT,
            "channel": choice(*CHANNELS),
            "opened": happened(),
            "dispatched": happened(required=False),
            "due": DEADLINE,
            "closed": happened(required=False),
            "excluded": Column("text", default=""),
            "called_back": YESNO,
            "resolved": YESNO,
            "satisfied": YESNO,
            "reopened": YESNO,
            "category": TEXT,
            "enterprise": code(required=False),
        },
        key=("case_id",),
        orders=(Order("opened", "dispatched", "noted"), Order("opened", "due", "noted")),
    ),
    Table(
        "population",
        {
            "unit": UNIT,
            "year": Column("period", required=True),
            "residents": COUNT,
            "households": COUNT,
        },
        key=("unit", "year"),
    ),
)
