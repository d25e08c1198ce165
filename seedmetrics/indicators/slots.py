"""Months, quarters, halves and years of a period that are over. No indicator is defined here."""

from __future__ import annotations

import pandas as pd

from seedmetrics.records import Period


def slots(period: Period, kind: str, as_of: pd.Timestamp) -> list[Period]:
    """
    Return the stretches of one kind that end in a period and are over.

    Parameters
    ----------
    period : Period
        The period. One that is shorter than `kind` has the stretch that ends with it: a half year ends in its
        second quarter, and none in its first.
    kind : {"month", "quarter", "half", "year"}
        What to return.
    as_of : Timestamp
        The last moment known.

    Returns
    -------
    list of Period
        In order.

    Raises
    ------
    SeedmetricsError
        If there is no such kind.

    Examples
    --------
    >>> slots(Period.parse("2025H2"), "quarter", pd.Timestamp("2025-11-15"))
    [Period.parse('2025Q3')]
    """
    found = sorted({Period.containing(month.start, kind) for month in period.months()})
    return [slot for slot in found if slot.end <= period.end and slot.over(as_of)]
