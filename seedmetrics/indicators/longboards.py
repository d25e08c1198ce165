"""Mechanism 13: after a contest, lengthen the long boards, mend the short ones, hold the floor (from the scores)."""

from __future__ import annotations

import pandas as pd

from seedmetrics.indicators.counting import counts_by_unit, share
from seedmetrics.indicators.registry import indicator

COLUMNS = ("unit", "indicator", "strong", "weak", "floor", "below_floor", "weak_before")


@indicator("longboards.strong_share", tables=[], share=True, exact=True, derived=True)
def strong_share(boards: pd.DataFrame) -> pd.DataFrame:
    """
    Give the indicators clearly above the middle of the group, of the indicators scored.

    Every function here takes one row for each unit and indicator that makes up a part of its score: unit, indicator,
    strong and weak (against the group, see `seedmetrics.formulas.strengths`), floor (whether the plan sets one),
    below_floor, and weak_before (whether it was weak in the period before; missing where it was not scored then).
    """
    counts = counts_by_unit(boards["unit"], scored=boards["strong"].notna(), has=boards["strong"])
    return share(counts["has"], counts["scored"])


@indicator("longboards.short_share", tables=[], share=True, exact=True, derived=True)
def short_share(boards: pd.DataFrame) -> pd.DataFrame:
    """Give the indicators clearly below the middle of the group, of the indicators scored."""
    counts = counts_by_unit(boards["unit"], scored=boards["weak"].notna(), has=boards["weak"])
    return share(counts["has"], counts["scored"])


@indicator("longboards.held_floor", tables=[], share=True, exact=True, derived=True)
def held_floor(boards: pd.DataFrame) -> pd.DataFrame:
    """Give the indicators not under the floor that the plan sets, of those scored for which it sets one."""
    counts = counts_by_unit(
        boards["unit"],
        floors=boards["floor"],
        held=boards["floor"].astype(bool) & ~boards["below_floor"].astype(bool),
    )
    return share(counts["held"], counts["floors"])


@indicator("longboards.mended", tables=[], share=True, exact=True, derived=True)
def mended(boards: pd.DataFrame) -> pd.DataFrame:
    """Give the short boards of the period before that are none any more, of those of them that are scored in both."""
    before = boards["weak_before"].eq(other=True)
    counts = counts_by_unit(
        boards["unit"], before=before, mended=before & ~boards["weak"].astype(bool)
    )
    return share(counts["mended"], counts["before"])
