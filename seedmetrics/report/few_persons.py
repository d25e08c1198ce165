"""Counts of persons as pages tell them: one to four only as that, and never so that a sum gives them away."""

from __future__ import annotations

import math
from collections.abc import Sequence

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
        Counts from 1 to ``minimum - 1`` are told only as that.
    sum_known : bool, default True
        Whether the reader knows the sum.

    Returns
    -------
    list of (float, float)
        A count that is told as it is has both ends the same; (0, inf) is one of which nothing is told.

    Notes
    -----
    Where the sum and the other counts would still give a hidden one away, the smallest count that is shown is told as
    `minimum` or more, then the next, then the zeros as fewer than `minimum`, and in the end nothing at all.

    Examples
    --------
    >>> told_ranges([12, 0, 3], minimum=5)
    [(5, inf), (0, 0), (1, 4)]
    >>> told_ranges([12, 2, 3, 0], minimum=5)
    [(12, 12), (1, 4), (1, 4), (0, 0)]
    """
    told: list[Range] = [(1, minimum - 1) if 0 < n < minimum else (n, n) for n in counts]
    large = sorted((n, k) for k, n in enumerate(counts) if n >= minimum)
    zeros = [k for k, n in enumerate(counts) if n == 0]
    spare: list[tuple[int, Range]] = [(k, (minimum, math.inf)) for _, k in large]
    spare += [(k, (0, minimum - 1)) for k in zeros]
    while sum_known and gives_away(told, sum(counts)):
        if not spare:
            return [(0, math.inf)] * len(counts)
        k, wider = spare.pop(0)
        told[k] = wider
    return told


def gives_away(told: Sequence[Range], total: float) -> bool:
    """
    Return whether one of several ranges with a known sum can hold only one number.

    Examples
    --------
    >>> gives_away([(1, 4), (12, 12)], 15), gives_away([(1, 4), (1, 4)], 5), gives_away([(1, 4), (1, 4)], 8)
    (True, False, True)
    """
    for k, (low, high) in enumerate(told):
        others = [ends for j, ends in enumerate(told) if j != k]
        least = max(low, total - sum(high for _, high in others))
        most = min(high, total - sum(low for low, _ in others))
        if low < high and least >= most:
            return True
    return False


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
