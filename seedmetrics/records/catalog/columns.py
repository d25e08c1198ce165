"""What a table and its columns may say of themselves: the vocabulary in which the catalog is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal[
    "code",
    "person",
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
        How its text is read; see `seedmetrics.records.mending`. A ``person`` is the pseudonymous
        code of a person: a column of names or numbers of persons is refused.
    required : bool
        A row without it is refused.
    choices : tuple of str
        The words there are, for the kind ``choice``.
    refers_to : str
        The table whose key of the same name it must be among; empty for none.
    level : str
        The level that a unit must have; empty for any.
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
    level: str = ""
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
class Part:
    """
    Two counts of which one is part of the other; a row where it is larger is refused.

    Attributes
    ----------
    part, whole : str
        Columns.
    """

    part: str
    whole: str


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
    parts : tuple of Part
        Counts that are part of another.
    """

    name: str
    columns: Mapping[str, Column]
    key: tuple[str, ...] = ()
    orders: tuple[Order, ...] = ()
    parts: tuple[Part, ...] = ()

    @property
    def refers_to(self) -> tuple[str, ...]:
        """Return the tables whose keys this one uses."""
        return tuple(dict.fromkeys(c.refers_to for c in self.columns.values() if c.refers_to))


def code(*, required: bool = True, refers_to: str = "") -> Column:
    """Return a column of codes."""
    return Column("code", required, refers_to=refers_to)


def person(*, required: bool = True, refers_to: str = "") -> Column:
    """Return a column of pseudonymous codes of persons."""
    return Column("person", required, refers_to=refers_to)


def choice(*words: str, required: bool = True) -> Column:
    """Return a column that holds one of these words."""
    return Column("choice", required, choices=words)


def happened(*, required: bool = True) -> Column:
    """Return a column of dates on which something has happened."""
    return Column("date", required, past=True)


def village(*, required: bool = True) -> Column:
    """Return a column of units that are villages."""
    return Column("unit", required, level="village")


UNIT: Final = Column("unit", required=True)
TEXT: Final = Column("text")
DATE: Final = Column("date")
YESNO: Final = Column("yesno")
COUNT: Final = Column("count")
DEADLINE: Final = Column("date", end_of_day=True)
