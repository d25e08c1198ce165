"""Counts of persons as pages tell them: one to four only as that, and never so that a sum gives them away."""

from __future__ import annotations

import math
from collections.abc import Sequence

from seedmetrics.evaluation.protection import gives_away
from seedmetrics.report.view import View

Range = tuple[float, float]


def told_ranges(counts: Sequence[int], *, minimum: int, sum_known: bool = True) -> list[Range]:
    """
    Return for each count the least and the most that are told of it.

    Parameters
    ----------
    counts : sequence of int
        Parts of a sum.
    minimum : int
        Counts below it are told only as that, the zeros too: which rows have any would tell a small sum apart.
    sum_known : bool, default True
        Whether the reader knows the sum.

    Returns
    -------
    list of (float, float)
        A count that is told as it is has both ends the same; (0, inf) is one of which nothing is told.

    Notes
    -----
    Where the sum is known and the counts that are told leave less than `minimum` for the others, or as much as these
    can hold, the smallest count that is told becomes `minimum` or more; where there is none, nothing is told. A sum of
    zero tells that all are zero.

    Examples
    --------
    >>> told_ranges([12, 0, 3], minimum=5)
    [(5, inf), (0, 4), (0, 4)]
    >>> told_ranges([12, 2, 3, 0], minimum=5)
    [(12, 12), (0, 4), (0, 4), (0, 4)]
    >>> told_ranges([0, 0], minimum=5)
    [(0, 0), (0, 0)]
    """
    if sum_known and not sum(counts):
        return [(0, 0)] * len(counts)
    told: list[Range] = [(0, minimum - 1) if n < minimum else (n, n) for n in counts]
    large = sorted((n, k) for k, n in enumerate(counts) if n >= minimum)
    rest = sum(n for n in counts if n < minimum)
    hidden = 0
    while sum_known and ((0 < rest < minimum and not hidden) or gives_away(told, sum(counts))):
        if hidden == len(large):
            return [(0, math.inf)] * len(counts) if gives_away(told, sum(counts)) else told
        told[large[hidden][1]] = (minimum, math.inf)
        hidden += 1
    return told


def range_text(view: View, ends: Range) -> str:
    """Return a range of a count in words: "12", "1–4", "5 or more", "fewer than 5", "withheld"."""
    low, high = ends
    numbers, words = view.numbers, view.words
    if low == high:
        return numbers.count(low)
    if math.isinf(high):
        return words("few.or_more", number=numbers.count(low)) if low else words("few.withheld")
    if not low:
        return words("few.fewer", number=numbers.count(high + 1))
    return numbers.between(numbers.count(low), numbers.count(high))


def told_counts(view: View, counts: Sequence[int], *, sum_known: bool) -> list[str]:
    """Return counts of persons as they may be told under the plan; `sum_known` says whether their sum stands beside."""
    if view.plan.small_counts == "show":
        return [view.numbers.count(n) for n in counts]
    ranges = told_ranges(counts, minimum=view.plan.minimum_persons, sum_known=sum_known)
    return [range_text(view, ends) for ends in ranges]


def rounded(count: float, base: int) -> int:
    """
    Return a count rounded to the nearest multiple of a base, half up.

    Examples
    --------
    >>> rounded(12, 5), rounded(13, 5), rounded(7, 2)
    (10, 15, 8)
    """
    return int((2 * count + base) // (2 * base) * base)
