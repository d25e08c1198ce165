"""Every table a district may keep, declared once; the reading rules and the pandera schemas follow from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from seedmetrics.errors import DistrictError
from seedmetrics.records.problems import nearest

if TYPE_CHECKING:
    import pandera.pandas as pa

Kind: TypeAlias = Literal[
    "code",
    "unit",
    "text",
    "choice",
    "date",
    "month",
    "period",
    "yesno",
    "number",
    "percent",
    "count",
]


@dataclass(frozen=True, slots=True)
class Column:
    """
    One column of a table.

    Attributes
    ----------
    kind : str
        How its text is read; see `seedmetrics.records.mending`.
    required : bool
        A row without it is refused.
    choices : tuple of str
        The words there are, for the kind ``choice``.
    refers_to : str
        The table whose key of the same name it must be among; empty for none.
    default : str or None
        What stands for a missing value; None leaves it missing.
    end_of_day : bool
        A date without a time means the end of that day (a deadline), not its beginning.
    past : bool
        It tells what has happened, so a date after the district's ``as_of`` is noted.
    """

    kind: Kind
    required: bool = False
    choices: tuple[str, ...] = ()
    refers_to: str = ""
    default: str | None = None
    end_of_day: bool = False
    past: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """
    Two dates that follow each other.

    Attributes
    ----------
    first, then : str
        Columns; `then` may not come before `first`.
    severity : {"refused", "noted"}
        What becomes of a row where it does.
    """

    first: str
    then: str
    severity: Literal["refused", "noted"]


@dataclass(frozen=True, slots=True)
class Table:
    """
    One table.

    Attributes
    ----------
    name : str
        Its name, as in ``[tables.name]``.
    columns : mapping of str to Column
        In the order they are written.
    key : tuple of str
        Columns that together name a row; empty when rows may repeat.
    orders : tuple of Order
        Dates that follow each other.
    """

    name: str
    columns: Mapping[str, Column]
    key: tuple[str, ...] = ()
    orders: tuple[Order, ...] = field(default=())

    @property
    def refers_to(self) -> tuple[str, ...]:
        """Return the tables whose keys this one uses."""
        return tuple(dict.fromkeys(c.refers_to for c in self.columns.values() if c.refers_to))


def _code(*, required: bool = True, refers_to: str = "") -> Column:
    return Column("code", required, refers_to=refers_to)


def _choice(*words: str, required: bool = True) -> Column:
    return Column("choice", required, choices=words)


def _held(*, required: bool = True) -> Column:
    return Column("date", required, past=True)


_UNIT: Final = Column("unit", required=True)
_TEXT: Final = Column("text")
_DATE: Final = Column("date")
_YESNO: Final = Column("yesno")
_DEADLINE: Final = Column("date", end_of_day=True)
_CHANNELS: Final = (
    "enterprise_day",
    "business_110",
    "one_stop",
    "smart_room",
    "hotline",
    "chain_meeting",
    "door_knock",
)

_ALL: Final = (
    Table(
        "units",
        {
            "code": _code(),
            "name_zh": _TEXT,
            "name_en": _TEXT,
            "level": _choice("township", "alliance", "department", "village"),
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
            "case_id": _code(),
            "unit": _UNIT,
            "channel": _choice(*_CHANNELS),
            "opened": _held(),
            "dispatched": _held(required=False),
            "due": _DEADLINE,
            "closed": _held(required=False),
            "excluded": Column("text", default=""),
            "called_back": _YESNO,
            "resolved": _YESNO,
            "satisfied": _YESNO,
            "reopened": _YESNO,
            "category": _TEXT,
            "enterprise": _code(required=False),
        },
        key=("case_id",),
        orders=(Order("opened", "dispatched", "noted"), Order("opened", "due", "noted")),
    ),
    Table(
        "branches",
        {
            "branch": _code(),
            "unit": _UNIT,
            "has_committee": Column("yesno", required=True),
            "has_groups": Column("yesno", required=True),
            "founded": _DATE,
            "dissolved": _DATE,
        },
        key=("branch",),
        orders=(Order("founded", "dissolved", "refused"),),
    ),
    Table(
        "meetings",
        {
            "branch": _code(refers_to="branches"),
            "kind": _choice(
                "member_meeting", "committee_meeting", "group_meeting", "party_lesson", "theme_day"
            ),
            "month": Column("month", required=True),
            "date": _held(),
            "first_item": _YESNO,
        },
    ),
    Table(
        "life_checks",
        {
            "unit": _UNIT,
            "kind": _choice("monthly_check", "quarterly_review", "regular_test"),
            "due": Column("date", required=True, end_of_day=True),
            "done": _held(required=False),
        },
    ),
    Table(
        "enterprises",
        {
            "enterprise": _code(),
            "unit": _UNIT,
            "group": _code(required=False),
            "size_class": _choice("micro", "small", "medium", "large", required=False),
        },
        key=("enterprise",),
    ),
    Table(
        "visits",
        {"group": _code(), "enterprise": _code(refers_to="enterprises"), "date": _held()},
    ),
    Table(
        "rounds",
        {
            "round": _code(),
            "level": _choice("township", "department"),
            "period": Column("period", required=True),
            "date": Column("date", required=True),
        },
        key=("round",),
    ),
    Table(
        "marks",
        {
            "round": _code(refers_to="rounds"),
            "unit": _UNIT,
            "component": Column("text", required=True),
            "judge": _code(),
            "judge_group": Column("text", required=True),
            "mark": Column("percent", required=True),
        },
        key=("round", "unit", "component", "judge"),
    ),
    Table(
        "chains",
        {
            "chain": _code(),
            "unit": _UNIT,
            "lead_department": _TEXT,
            "leading_enterprise": _code(required=False),
            "secretary_from": _DATE,
            "secretary_to": _DATE,
        },
        key=("chain",),
        orders=(Order("secretary_from", "secretary_to", "refused"),),
    ),
    Table(
        "chain_enterprises",
        {
            "chain": _code(refers_to="chains"),
            "enterprise": _code(),
            "entered": Column("date", required=True),
            "left": _DATE,
            "form": _choice("none", "single", "joint"),
            "members": Column("count", required=True),
        },
        orders=(Order("entered", "left", "refused"),),
    ),
    Table(
        "instructors",
        {
            "chain": _code(refers_to="chains"),
            "person": _code(),
            "from": Column("date", required=True),
            "to": _DATE,
        },
        orders=(Order("from", "to", "refused"),),
    ),
    Table(
        "chain_meetings",
        {
            "chain": _code(refers_to="chains"),
            "date": _held(),
            "kind": _choice("joint_meeting", "training", "activity"),
            "minuted": _YESNO,
            "problems_raised": Column("count"),
        },
    ),
    Table(
        "chain_marks",
        {
            "unit": _UNIT,
            "kind": _choice("routine", "field_study", "report"),
            "month": Column("month", required=True),
            "mark": Column("percent"),
            "given": _YESNO,
        },
    ),
)

DTYPES: Final[dict[str, str]] = {
    **dict.fromkeys(("code", "unit", "text", "choice", "month", "period"), "str"),
    **dict.fromkeys(("number", "percent", "count"), "float64"),
    "date": "datetime64[us]",
    "yesno": "boolean",
}

TABLES: Final[Mapping[str, Table]] = MappingProxyType({table.name: table for table in _ALL})


def table_named(name: str) -> Table:
    """
    Return the declaration of the table `name`.

    Parameters
    ----------
    name : str
        Such as ``cases``.

    Returns
    -------
    Table
        The declaration.

    Raises
    ------
    DistrictError
        If there is no such table; the nearest name is suggested.
    """
    if name not in TABLES:
        msg = f"`name` {name!r} is no table of a district. {nearest(name, TABLES)}"
        raise DistrictError(msg)
    return TABLES[name]


def schema_choices(table: str, column: str) -> tuple[str, ...]:
    """
    Return the words that a column of a table may hold.

    Parameters
    ----------
    table, column : str
        Such as ``cases`` and ``channel``.

    Returns
    -------
    tuple of str
        Empty where any word will do.
    """
    return tuple(table_named(table).columns[column].choices)


def schema(name: str) -> "pa.DataFrameSchema":
    """
    Return the pandera schema of a table as `open_district` hands it on.

    Parameters
    ----------
    name : str
        Such as ``cases`` or ``units``.

    Returns
    -------
    pandera.pandas.DataFrameSchema
        Columns with types, ranges, choices and unique keys; columns of one's own may stand
        beside them. `check_frame` lists what a frame of one's own breaks.

    Raises
    ------
    DistrictError
        If there is no such table.

    Notes
    -----
    A required column may not be missing in any row; any other column must be there but may be
    missing in every row. Whether a code is among the district's units, or a branch among its
    branches, is not known to the schema of one table.

    Examples
    --------
    >>> list(schema("visits").columns)
    ['group', 'enterprise', 'date']
    """
    import pandera.pandas as pa

    table = table_named(name)
    columns = {
        column_name: pa.Column(
            DTYPES[column.kind],
            checks=_checks(column),
            nullable=not column.required and column.default is None,
        )
        for column_name, column in table.columns.items()
    }
    return pa.DataFrameSchema(columns, name=name, unique=list(table.key) or None)


def _checks(column: Column) -> "list[pa.Check]":
    import pandera.pandas as pa

    match column.kind:
        case "choice":
            return [pa.Check.isin(column.choices)]
        case "percent":
            return [pa.Check.in_range(0, 100)]
        case "count":
            whole = pa.Check(lambda counts: counts % 1 == 0, error="whole number")
            return [pa.Check.ge(0), whole]
        case "month":
            return [pa.Check.str_matches(r"^\d{4}-(0[1-9]|1[0-2])$")]
        case _:
            return []
