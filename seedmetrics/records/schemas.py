"""The tables of the catalog by name, and the pandera schemas that follow from them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from seedmetrics.errors import DistrictError
from seedmetrics.records import catalog
from seedmetrics.records.catalog.columns import Column, Part, Table
from seedmetrics.records.personal import series_fault
from seedmetrics.records.problems import nearest

if TYPE_CHECKING:
    import pandera.pandas as pa

DTYPES: Final[dict[str, str]] = {
    **dict.fromkeys(("code", "person", "unit", "text", "choice", "month", "period"), "str"),
    **dict.fromkeys(("number", "percent", "count"), "float64"),
    "date": "datetime64[us]",
    "yesno": "boolean",
}

# What the schema says of a column of codes of persons that are none.
NO_PERSON: Final = "no codes of persons"

_DECLARED: Final = {table.name: table for table in catalog.ALL}
TABLES: Final[Mapping[str, Table]] = MappingProxyType(_DECLARED)


def declare(table: Table) -> Table:
    """
    Add a table of one's own to those a district may keep.

    Parameters
    ----------
    table : Table
        Its name must be new, unless the same declaration is made again; the tables it refers to must
        be declared before it.

    Returns
    -------
    Table
        The same.

    Raises
    ------
    DistrictError
        If another table has the name, or it refers to one that is not declared.

    Examples
    --------
    >>> from seedmetrics.records.catalog.columns import COUNT, UNIT
    >>> declare(Table("example_rooms", {"unit": UNIT, "seats": COUNT})).name
    'example_rooms'
    """
    if _DECLARED.get(table.name, table) != table:
        msg = f"a table {table.name!r} is declared already, with other columns: choose another name"
        raise DistrictError(msg)
    for target in table.refers_to:
        table_named(target)
    _DECLARED[table.name] = table
    return table


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
        Columns with types, ranges, choices, unique keys and counts that are part of others;
        codes of persons may be neither names nor numbers of persons. Columns of one's own may stand
        beside them. `check_frame` lists what a frame of one's own breaks.

    Raises
    ------
    DistrictError
        If there is no such table.

    Notes
    -----
    A required column may not be missing in any row; any other column must be there but may be
    missing in every row. Whether a code is among the district's units, of what level a unit is, or
    whether a branch is among its branches, is not known to the schema of one table.

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
    parts = [_part_check(part) for part in table.parts]
    return pa.DataFrameSchema(columns, checks=parts, name=name, unique=list(table.key) or None)


def _part_check(part: Part) -> "pa.Check":
    import pandera.pandas as pa

    # A row with a missing value elsewhere is checked too.
    return pa.Check(
        lambda frame: ~(frame[part.part] > frame[part.whole]),
        ignore_na=False,
        error=f"{part.part} is part of {part.whole}",
    )


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
        case "person":
            return [pa.Check(lambda codes: not series_fault(codes)[0], error=NO_PERSON)]
        case _:
            return []
