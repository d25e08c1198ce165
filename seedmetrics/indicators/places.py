"""Villages with the townships they belong to, and who lives in a unit. No indicator is defined here."""

from __future__ import annotations

import pandas as pd

from seedmetrics.indicators.counting import kept, parent_of
from seedmetrics.records import District, Period


def with_townships(district: District, villages: pd.DataFrame) -> pd.DataFrame:
    """
    Add up counts of villages to counts of townships, and return both.

    Parameters
    ----------
    district : District
        The records; every village and every township gets a row.
    villages : DataFrame
        Counts, indexed by the code of the village. A village that is not there has none.

    Returns
    -------
    DataFrame
        Indexed by unit: the villages, then the townships with the sums of theirs; a township without villages has 0.
    """
    counts = villages.reindex(district.units_at("village").index, fill_value=0).astype("float64")
    townships = counts.groupby(parent_of(district, counts.index.to_series()).to_numpy()).sum()
    townships = townships.reindex(district.units_at("township").index, fill_value=0.0)
    return pd.concat([counts, townships]).rename_axis("unit")


def population(district: District, period: Period, column: str) -> pd.Series:
    """
    Return the latest count of residents or households of each unit.

    Parameters
    ----------
    district : District
        The records; the table ``population`` is read.
    period : Period
        Counts of a time that had not begun by its end are not known.
    column : {"residents", "households"}
        What to return.

    Returns
    -------
    Series of float
        Indexed by unit; a unit without such a count does not appear.
    """
    return kept(district, ("population", period, column), lambda: _latest(district, period, column))


def _latest(district: District, period: Period, column: str) -> pd.Series:
    """Return the latest count, as `population` says."""
    rows = district.table("population")
    starts = {text: Period.parse(text).start for text in rows["year"].unique()}
    rows = rows.assign(start=rows["year"].map(starts)).dropna(subset=[column])
    rows = rows[rows["start"] < period.end].sort_values("start", kind="stable")
    return rows.groupby("unit")[column].last().astype("float64")
