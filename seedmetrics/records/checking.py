"""A frame of one's own held against a table's schema; every failure becomes a line of problems."""

from collections.abc import Hashable, Mapping

import pandas as pd

from seedmetrics.records.catalog.columns import Table
from seedmetrics.records.personal import series_fault
from seedmetrics.records.problems import ProblemList
from seedmetrics.records.schemas import DTYPES, NO_PERSON, schema, table_named


def check_frame(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """
    List what a frame breaks of the schema of a table.

    Parameters
    ----------
    frame : DataFrame
        Typed as `open_district` types the table; its index, where it holds whole numbers, gives
        the rows.
    name : str
        The table, such as ``cases``.

    Returns
    -------
    DataFrame
        Columns as in ``District.problems``, all of severity ``refused``; no row where the frame is
        as the schema wants it. ``row`` is the frame's own label, the position from 0 where labels
        are no whole numbers, and -1 for a fault of the whole column.

    Raises
    ------
    DistrictError
        If there is no such table.

    Examples
    --------
    >>> frame = pd.DataFrame({"group": ["G01"], "enterprise": ["E1"], "date": ["soon"]})
    >>> check_frame(frame, "visits")[["row", "column", "problem"]].values.tolist()
    [[0, 'date', 'is no date']]
    """
    import pandera.errors

    table = table_named(name)
    found = ProblemList()
    labeled = pd.api.types.is_integer_dtype(frame.index.dtype) and frame.index.is_unique
    rows = frame if labeled else frame.reset_index(drop=True)
    try:
        schema(name).validate(rows, lazy=True)
    except pandera.errors.SchemaErrors as error:
        for case in error.failure_cases.to_dict("records"):
            _add(found, table, rows, case)
    return found.frame()


def _add(
    found: ProblemList, table: Table, frame: pd.DataFrame, case: Mapping[Hashable, object]
) -> None:
    """Add what pandera says of one value, in the words of this package."""
    check, value, label = str(case["check"]), case["failure_case"], str(case["index"])
    name = str(case["column"])
    if check == "column_in_dataframe":
        name, value, problem, remedy = str(value), "", "the column is not there", "add it"
    elif check.startswith("dtype(") and label == "None":
        problem = f"the column has the type {value}, not {DTYPES[table.columns[name].kind]}"
        value, remedy = "", "convert it"
    elif check == "not_nullable":
        value, problem, remedy = "", "is missing", "fill it in, or leave the row out"
    elif check == "multiple_fields_uniqueness":
        if name != table.key[0]:
            return
        problem = f"another row has the same {' + '.join(table.key)}"
        remedy = "keep one of the rows"
    elif check == NO_PERSON:
        problem, remedy = series_fault(frame[name])
        value, problem = "", problem.removesuffix("; it was not read")
    elif " is part of " in check:
        part, _, whole = check.partition(" is part of ")
        # pandera tells of every column of the row.
        if name != part:
            return
        problem = f"is more than `{whole}`, of which it is a part"
        remedy = "correct one of the two counts"
    else:
        column = table.columns[name]
        words = f": {', '.join(column.choices)}" if column.choices else ""
        problem, remedy = f"is no {column.kind}{words}", "correct it"
    found.add(
        "refused",
        table=table.name,
        file="",
        rows=int(label.removesuffix(".0")) if label[-1].isdigit() else -1,
        column=name,
        values=[value],
        problem=problem,
        remedy=remedy,
    )
