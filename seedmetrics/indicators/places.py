"""Villages with the townships they belong to, and who lives in a unit. No indicator is defined here."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
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
    here, units, above = kept(district, "places.villages", lambda: _villages(district))
    counts = villages.reindex(here, fill_value=0).astype("float64")
    table = np.zeros((len(units), counts.shape[1]))
    table[: len(here)] = counts.to_numpy()
    np.add.at(table, above[above >= 0], np.nan_to_num(table[: len(here)][above >= 0]))
    return pd.DataFrame(table, index=units, columns=counts.columns)


def _villages(district: District) -> tuple[pd.Index, pd.Index, npt.NDArray[np.intp]]:
    """Return the villages, them and the townships, and the place there of each village's township; -1 for none."""
    here = district.units_at("village").index
    townships = district.units_at("township").index
    place = townships.get_indexer(pd.Index(parent_of(district, here.to_series())))
    units = here.append(townships).rename("unit")
    return here, units, np.where(place < 0, -1, place + len(here))


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
