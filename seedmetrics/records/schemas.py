"""The tables of the catalog by name, and the pandera schemas that follow from them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from seedmetrics.errors import DistrictError
from seedmetrics.records import catalog
from seedmetrics.records.catalog.columns import Column, Table
from seedmetrics.records.problems import nearest

if TYPE_CHECKING:
    import pandera.pandas as pa

DTYPES: Final[dict[str, str]] = {
    **dict.fromkeys(("code", "person", "unit", "text", "choice", "month", "period"), "str"),
    **dict.fromkeys(("number", "percent", "count"), "float64"),
    "date": "datetime64[us]",
    "yesno": "boolean",
}

TABLES: Final[Mapping[str, Table]] = MappingProxyType({table.name: table for table in catalog.ALL})


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
