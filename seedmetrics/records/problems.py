"""The list of problems: every value refused, mended or worth a note, with its place and the remedy."""

import difflib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

Severity: TypeAlias = Literal["refused", "mended", "noted"]
Texts: TypeAlias = npt.NDArray[np.object_]

COLUMNS: Final = (
    "severity",
    "table",
    "file",
    "row",
    "column",
    "value",
    "problem",
    "remedy",
)
_WORDS: Final = tuple(name for name in COLUMNS if name != "row")
_LONGEST: Final = 80
# A national id or a telephone number must not reach a report by way of an error message.
_PERSONAL: Final = re.compile(
    r"(?<!\d)(?:\d{17}[\dXx]|1[3-9]\d[ -]?\d{4}[ -]?\d{4}|\(?0\d{2,3}[ )-]{1,2}\d{7,8})(?![\dXx])"
)


@dataclass(slots=True)
class ProblemList:
    """Problems as they are found, in batches of whole columns; `frame` makes one table of them."""

    _batches: list[pd.DataFrame] = field(default_factory=list)

    def add(
        self,
        severity: Severity,
        *,
        table: str,
        file: str,
        rows: npt.ArrayLike = 0,
        column: str = "",
        values: Iterable[object] | str = "",
        problem: Texts | str,
        remedy: Texts | str,
    ) -> None:
        """
        Add one problem for each of `rows`.

        Parameters
        ----------
        severity : {"refused", "mended", "noted"}
            Whether the row is dropped, kept with a changed value, or kept as it is.
        table, file : str
            Where.
        rows : array_like of int, default 0
            Rows as a spreadsheet numbers them; 0 is the whole file.
        column : str
            The column as the file names it.
        values : str or iterable of str
            What stands there; shortened, and numbers of persons masked.
        problem, remedy : str or ndarray of str
            What is wrong and what to do; one for all or one for each row.
        """
        places = np.atleast_1d(np.asarray(rows, dtype=np.int64))
        if not len(places):
            return
        found = [values] * len(places) if isinstance(values, str) else list(values)
        self._batches.append(
            pd.DataFrame(
                {
                    "severity": severity,
                    "table": table,
                    "file": file,
                    "row": places,
                    "column": column,
                    "value": [shown(value) for value in found],
                    "problem": problem,
                    "remedy": remedy,
                },
            )
        )

    def frame(self) -> pd.DataFrame:
        """
        Return every problem found so far.

        Returns
        -------
        DataFrame
            Columns `COLUMNS`; the tables in the order they were read, each by row.
        """
        empty = pd.DataFrame({name: [] for name in COLUMNS})
        found = pd.concat(self._batches, ignore_index=True) if self._batches else empty
        order = pd.factorize(found["table"])[0]
        by_place = np.lexsort((found["row"].to_numpy(), order))
        found = found.iloc[by_place].reset_index(drop=True)
        return found.astype({"row": "int64", **dict.fromkeys(_WORDS, "str")})


def shown(value: object) -> str:
    """
    Return `value` as a list of problems may show it.

    Parameters
    ----------
    value : object
        What stands in the file.

    Returns
    -------
    str
        At most 80 characters, with national ids and telephone numbers masked.

    Examples
    --------
    >>> shown("call 13912345678 back")
    'call 1********** back'
    """
    text = _PERSONAL.sub(lambda found: found[0][0] + "*" * (len(found[0]) - 1), str(value))
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def nearest(name: str, known: Collection[str]) -> str:
    """
    Say which of `known` is meant by `name`.

    Parameters
    ----------
    name : str
        What was given.
    known : collection of str
        What there is.

    Returns
    -------
    str
        A sentence: the nearest name, or all names when none is near (the first twelve of many).

    Examples
    --------
    >>> nearest("casses", ["cases", "visits"])
    'Did you mean `cases`?'
    >>> nearest("xyz", ["cases", "visits"])
    'Use one of `cases`, `visits`.'
    """
    if not len(known):
        return "There is none to choose from."
    near = difflib.get_close_matches(str(name), known, n=1)
    if near:
        return f"Did you mean `{near[0]}`?"
    names = [f"`{option}`" for option in known]
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return f"Use one of {', '.join(names[:12])}{more}."
