"""What was refused, mended or noted while reading, summed up in the page's words; the list itself is a table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from seedmetrics.report.blocks import Row
from seedmetrics.report.numbers import missing
from seedmetrics.report.view import View
from seedmetrics.report.words import catalogue

MOST = 6
ORDER = ("refused", "mended", "noted")


@cache
def _patterns(kind: str) -> list[tuple[re.Pattern[str], dict[str, str]]]:
    """Return the known problems, or what may be done about them: pattern, and its words by language."""
    return [(re.compile(entry["pattern"]), entry) for entry in catalogue("problems")[kind]]


def _known(kind: str, text: str) -> Iterator[tuple[dict[str, str], dict[str, str | None]]]:
    """Yield the words by language of each pattern of a kind that matches a text, with what its groups hold."""
    for pattern, entry in _patterns(kind):
        if found := pattern.fullmatch(text):
            yield entry, found.groupdict()


def in_words(text: str, language: str) -> tuple[str, int, bool]:
    """
    Return a problem in the page's words, how many rows it stands for, and whether it is known.

    Examples
    --------
    >>> in_words("the case was closed before it was opened", "zh")
    ('办结早于受理', 1, True)
    >>> in_words("the sea has risen", "zh")
    ('the sea has risen', 1, False)
    """
    for entry, parts in _known("problem", text):
        return entry[language], int(parts.get("rows") or 1), True
    return text, 1, False


def remedy_in_words(text: str, language: str, *, within: bool = False) -> tuple[str, bool]:
    """
    Return what is to be done about a problem in the page's words, and whether it is known.

    Parameters
    ----------
    text : str
        As the list of problems has it, in English.
    language : {"en", "zh"}
        Of the page.
    within : bool
        Whether it is part of another, of which there are words that stand for no whole.

    Examples
    --------
    >>> remedy_in_words("use the code: T01 or T02", "zh")
    ('请写编号：T01或T02', True)
    >>> remedy_in_words("pray", "zh")
    ('pray', False)
    """
    if language == "en":
        return text, True
    for entry, parts in _known("remedy", text):
        if within or not entry.get("within"):
            filled = {
                name: remedy_in_words(part or "", language, within=True)[0]
                for name, part in parts.items()
            }
            return entry[language].format(**filled), True
    return text, False


def problem_rows(view: View) -> tuple[list[Row], str]:
    """Return the kinds of problem with their rows, the most serious and most frequent first, and the title."""
    words, table = view.words, view.evaluation.problems
    if table is None or not len(table):
        return [], words("out.no_problems")
    sums: dict[tuple[str, str, bool], list[int]] = {}
    places: dict[tuple[str, str, bool], dict[str, None]] = {}
    for severity, name, column, problem in zip(
        table["severity"], table["table"], table["column"], table["problem"]
    ):
        text, count, known = in_words(str(problem), view.language)
        key = (str(severity), text, known)
        sums.setdefault(key, []).append(count)
        place = words("list.dot").join(
            str(part) for part in (name, column) if not missing(part) and part
        )
        places.setdefault(key, {})[place] = None
    totals = {key: sum(counts) for key, counts in sums.items()}
    of = {severity: sum(n for key, n in totals.items() if key[0] == severity) for severity in ORDER}
    title = [words(f"out.{severity}", count=n) for severity, n in of.items() if n]
    ranked = sorted(
        totals,
        key=lambda key: (ORDER.index(key[0]) if key[0] in ORDER else 9, -totals[key], key[1]),
    )
    rows = [
        Row(
            key[1],
            [words.join(list(places[key]), most=3), view.numbers.count(totals[key])],
            hint=words(f"out.as_{key[0]}") if words.has(f"out.as_{key[0]}") else key[0],
            mine=key[2],
        )
        for key in ranked[:MOST]
    ]
    return rows, words.sentence_case(words("list.semicolon").join(title))
