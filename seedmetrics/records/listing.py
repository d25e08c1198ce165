"""The list of problems as lines for people: what is wrong, how often, where, and what to do."""

from collections.abc import Iterator

import pandas as pd

_WORDS = {"refused": "REFUSED", "mended": "mended", "noted": "note"}
_ORDER = {word: place for place, word in enumerate(_WORDS)}


def problem_lines(problems: pd.DataFrame, *, most: int | None = 10) -> Iterator[str]:
    """
    Write a table of problems as lines, alike ones together, the refused first.

    Parameters
    ----------
    problems : DataFrame
        As `District.problems` has them.
    most : int or None, default 10
        Rows shown of each kind of problem; None for all.

    Yields
    ------
    str
        A line that names file, column, problem, count and remedy, then one for each row with its value.

    Examples
    --------
    >>> import pandas as pd
    >>> problems = pd.DataFrame({
    ...     "severity": ["refused"], "table": ["cases"], "file": ["cases.csv"], "row": [3],
    ...     "column": ["unit"], "value": ["T9"], "problem": ["is no unit"], "remedy": ["T1?"]})
    >>> for line in problem_lines(problems):
    ...     print(line)
    REFUSED cases.csv, column unit: is no unit (1 row)
        row 3: 'T9' → T1?
    """
    kinds = ["severity", "file", "column", "problem"]
    order = problems["severity"].map(_ORDER)
    sorted_problems = problems.assign(_order=order).sort_values(
        ["_order", "file", "column", "problem", "row"], kind="stable"
    )
    for key, rows in sorted_problems.groupby(kinds, sort=False):
        severity, file, column, problem = key
        place = f"{file}, column {column}" if column else str(file)
        count = (
            f" ({len(rows)} row{'s' if len(rows) > 1 else ''})" if (rows["row"] > 0).any() else ""
        )
        same = len(rows) > 1 and bool((rows["remedy"] == rows["remedy"].iloc[0]).all())
        remedy = f" → {rows['remedy'].iloc[0]}" if same or not count else ""
        yield f"{_WORDS[str(severity)]} {place}: {problem}{count}{remedy}"
        if not count:
            continue
        shown = rows if most is None else rows.head(most)
        for row, value, remedy in zip(shown["row"], shown["value"], shown["remedy"], strict=True):
            yield f"    row {row}: {value!r}" + ("" if same else f" → {remedy}")
        if len(shown) < len(rows):
            yield f"    … and {len(rows) - len(shown)} more"
