"""Which units of a league cannot be told apart: the longest runs of places in which no pair can."""

from __future__ import annotations

import numpy as np
import pandas as pd


def runs_together(standings: pd.DataFrame) -> list[tuple[int, int]]:
    r"""
    Return the runs of neighbours in a league in which no two units can be told apart.

    Parameters
    ----------
    standings : DataFrame
        The ranked units of one group and period, best first: score, standard_error, rank_low, as in
        `Evaluation.standings`.

    Returns
    -------
    list of (int, int)
        First and last place in the order given, from 0, of every run of two units or more that is part of no longer
        one. Runs overlap: that two units cannot be told from a third does not mean that they cannot from each other.

    Notes
    -----
    The sets of ranks say of each unit how many are found better, not which. The pairs told apart are those whose
    difference, in units of its standard error, passes one value that is common to the group: so they are the
    :math:`\sum_j (l_j - 1)` pairs with the largest such differences, :math:`l_j` being the best rank that the data
    allow unit :math:`j`.

    Examples
    --------
    >>> runs_together(pd.DataFrame({"score": [9.0, 8.0, 5.0], "standard_error": 1.0, "rank_low": [1, 1, 3]}))
    [(0, 1)]
    """
    score, error = (standings[name].to_numpy(float) for name in ("score", "standard_error"))
    count = len(score)
    apart = np.zeros((count, count), dtype=bool)
    found = round(float(np.nansum(standings["rank_low"].to_numpy(float) - 1)))
    upper = np.triu_indices(count, 1)
    spread = np.hypot(error[upper[0]], error[upper[1]])
    away = np.abs(score[upper[0]] - score[upper[1]]) / np.where(spread > 0, spread, np.nan)
    far = np.argsort(-np.nan_to_num(away), kind="stable")[:found]
    apart[upper[0][far], upper[1][far]] = True
    runs: list[tuple[int, int]] = []
    last = -1
    for first in range(count):
        end = max(first, last)
        # No pair within the run: what is told apart from any of its units ends it.
        while end + 1 < count and not apart[first : end + 1, end + 1].any():
            end += 1
        if end > max(first, last):
            runs.append((first, end))
            last = end
    return runs
