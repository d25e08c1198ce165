"""What is the same for every table of a district while it is read: zone, moment, rules, units."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from seedmetrics.records.units import Spellings


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """
    What is the same for every table of a district.

    Attributes
    ----------
    time_zone : str
        Zone of its wall clock.
    as_of : Timestamp
        Moment up to which its records are kept.
    closed_before_opened : {"refuse", "closed_at_once"}
        What becomes of a case closed before it was opened.
    spellings : Spellings
        Its units.
    levels : mapping of str to str
        Code of each unit → its level.
    keys : mapping of str to set of str, or None
        Codes of the tables read so far; None for one that could not be read.
    """

    time_zone: str
    as_of: pd.Timestamp
    closed_before_opened: str
    spellings: Spellings
    levels: Mapping[str, str]
    keys: Mapping[str, frozenset[str] | None]
