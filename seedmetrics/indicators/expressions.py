"""An indicator written as two expressions: which rows of a table count, and what is asked of them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from seedmetrics.errors import PlanError, did_you_mean
from seedmetrics.indicators.counting import begun, counts_by_unit, nothing_recorded, share
from seedmetrics.indicators.registry import indicator
from seedmetrics.records import District, Period
from seedmetrics.records.schemas import table_named


def share_of(
    name: str,
    *,
    table: str,
    date: str,
    met: str,
    of: str = "",
    known_after: str = "0 days",
    unit: str | Sequence[str] = (),
) -> None:
    """
    Register a share of the rows of a table as an indicator, without a function.

    Parameters
    ----------
    name : str
        ``module.quantity``, as a plan is to call it; the same call again replaces it.
    table : str
        Table of records, such as ``cases``. Rows of a village count for its township too.
    date : str
        Column that says to which period a row belongs.
    met : str
        What is asked of a row: an expression over the table's columns that is true or false, such as
        ``"closed - opened <= '7 days'"``. What is not known is not met.
    of : str, default ""
        Which rows are asked: an expression; empty for all.
    known_after : str, default "0 days"
        How long after `date` the answer is known. A row of which it is not known yet by the district's ``as_of`` is
        left out, and counted as excluded.
    unit : str or sequence of str, default ()
        Level or levels of units it measures; empty for any.

    Raises
    ------
    PlanError
        When the table or a column does not exist, or the name is taken; when it is measured, also where an
        expression cannot be read.

    Notes
    -----
    The value is a share with Wilson's interval, as of any indicator with ``share=True``. Of a table about persons it is
    treated as counting persons. For anything else write a function; see `seedmetrics.indicator`.

    Examples
    --------
    >>> import seedmetrics as sm
    >>> sm.share_of(
    ...     "example.within_a_week",
    ...     table="cases",
    ...     date="opened",
    ...     of="channel == 'one_stop' and excluded == ''",
    ...     met="closed - opened <= '7 days'",
    ...     known_after="7 days",
    ... )
    >>> district = sm.open_district("data/sample", tables=["cases"])
    >>> found = sm.measure(district, "example.within_a_week", "2025Q3", level="township")
    >>> found.loc["T01", ["numerator", "denominator"]].tolist()
    [50.0, 83.0]
    """
    schema = table_named(table)
    columns = schema.columns
    if date not in columns or columns[date].kind != "date":
        dates = [key for key, column in columns.items() if column.kind == "date"]
        hint = did_you_mean(date, dates, f"its dates are {', '.join(dates) or 'none'}")
        msg = f"`date` {date!r} is no date of the table {table!r}: {hint}"
        raise PlanError(msg)
    place = next((key for key, column in columns.items() if column.kind == "unit"), "")
    if not place:
        msg = f"the rows of {table!r} do not say which unit they are of: write a function instead"
        raise PlanError(msg)
    try:
        wait = pd.Timedelta(known_after)
    except ValueError as error:
        msg = f"`known_after` {known_after!r} is no length of time: write such as '7 days'"
        raise PlanError(msg) from error
    person = next((key for key, column in columns.items() if column.kind == "person"), "")

    def function(district: District, period: Period) -> pd.DataFrame:
        rows = district.table(table)
        if not begun(rows[date], period):
            return nothing_recorded()
        asked = period.contains(rows[date]) & (rows[date] <= district.as_of)
        if of:
            asked &= _truth(rows, of, "of")
        known = asked & (rows[date] + wait <= district.as_of)
        yes = known & _truth(rows, met, "met")
        # Codes of villages and of their townships are all different, so each counts its own.
        parents = rows[place].map(district.units["parent"]).replace("", pd.NA)
        units = pd.concat([rows[place], parents], ignore_index=True)
        twice = {
            "numerator": yes,
            "denominator": known,
            "excluded": asked & ~known,
        }
        counts = counts_by_unit(
            units,
            **{key: pd.concat([mask, mask], ignore_index=True) for key, mask in twice.items()},
        )
        found = share(counts["numerator"], counts["denominator"], counts["excluded"])
        if person:
            who = pd.concat([rows[person].where(known)] * 2, ignore_index=True)
            found["persons"] = who.groupby(units).nunique().reindex(found.index, fill_value=0)
        return found

    function.__doc__ = (
        f"Rows of {table}{f' for which {of}' if of else ''}: the share for which {met}."
    )
    indicator(name, tables=[table], unit=unit, share=True, persons=bool(person))(function)


def _truth(rows: pd.DataFrame, expression: str, argument: str) -> pd.Series:
    """Return for which rows an expression is true; what is not known is not."""
    try:
        found = rows.eval(expression, engine="python")
    except Exception as error:  # whatever an expression may raise is said in the words of the call
        msg = f"`{argument}` {expression!r} cannot be read ({error}); columns are {', '.join(map(str, rows))}"
        raise PlanError(msg) from error
    if not (isinstance(found, pd.Series) and pd.api.types.is_bool_dtype(found)):
        msg = (
            f"`{argument}` {expression!r} is not true or false of each row: compare something in it"
        )
        raise PlanError(msg)
    return found.fillna(value=False).astype(bool)
