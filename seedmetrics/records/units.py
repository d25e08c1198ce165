"""Units by any of their spellings: code, then name, then alias; no spelling is ever guessed."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from seedmetrics.records.mending import clean
from seedmetrics.records.problems import Texts

# difflib takes about a millisecond for each text; thousands of strange units need no thousand hints.
_MOST_HINTS: Final = 100


@dataclass(frozen=True, slots=True, eq=False)
class Spellings:
    """
    The spellings of a district's units.

    Attributes
    ----------
    codes : mapping of str to str
        Spelling → code, for spellings that name one unit.
    shared : mapping of str to tuple of str
        Spelling → codes, for those that name several and so none.
    """

    codes: Mapping[str, str]
    shared: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, units: pd.DataFrame) -> "Spellings":
        """
        Collect the spellings of units.

        Parameters
        ----------
        units : DataFrame
            Indexed by code, with columns ``name_zh``, ``name_en`` and ``aliases`` (parted by ``|``).

        Returns
        -------
        Spellings
            A code goes before a name, a name before an alias; a name or alias that two units have
            in the same rank names neither.
        """
        codes: dict[str, str] = {}
        shared: dict[str, tuple[str, ...]] = {}
        for rank in _ranks(units):
            found: dict[str, list[str]] = {}
            for spelling, code in rank:
                owners = found.setdefault(clean(spelling), [])
                if code not in owners:
                    owners.append(code)
            for spelling, owners in found.items():
                if not spelling or spelling in codes or spelling in shared:
                    continue
                if len(owners) == 1:
                    codes[spelling] = owners[0]
                else:
                    shared[spelling] = tuple(owners)
        return cls(codes, shared)

    def match(self, texts: Texts) -> tuple[Texts, Texts, Texts]:
        """
        Return the units that texts name.

        Parameters
        ----------
        texts : ndarray of str, shape (n,)
            Cleaned and folded (NFKC); an empty text is missing.

        Returns
        -------
        codes, problem, remedy : ndarray of str, shape (n,)
            Codes, empty where the text names none; why, and what to do.
        """
        codes = np.array([self.codes.get(text, "") for text in texts], dtype=object)
        problem = np.full(len(texts), "", dtype=object)
        remedy = problem.copy()
        for number, i in enumerate(np.flatnonzero((codes == "") & (texts != ""))):
            if texts[i] in self.shared:
                problem[i] = f"names {len(self.shared[texts[i]])} units"
                remedy[i] = f"use the code: {' or '.join(self.shared[texts[i]])}"
            else:
                problem[i] = "is no unit of this district"
                remedy[i] = self._remedy(texts[i]) if number < _MOST_HINTS else _ADD
        return codes, problem, remedy

    def _remedy(self, text: str) -> str:
        near = difflib.get_close_matches(text, self.codes, n=1, cutoff=0.5)
        if not near:
            return _ADD
        code = self.codes[near[0]]
        named = f"`{near[0]}`" if near[0] == code else f"`{near[0]}` (code {code})"
        return f"Did you mean {named}? Correct it, or add it to `aliases` in the file of units."


_ADD: Final = "add the unit, or the spelling to `aliases` of its unit, in the file of units"


def _ranks(units: pd.DataFrame) -> Iterator[list[tuple[str, str]]]:
    """Yield (spelling, code) by rank: codes, names, aliases."""
    codes = [str(code) for code in units.index]
    yield [(code, code) for code in codes]
    for columns in (("name_zh", "name_en"), ("aliases",)):
        yield [
            (spelling, code)
            for column in columns
            for text, code in zip(units[column].fillna(""), codes)
            for spelling in (str(text).split("|") if column == "aliases" else [str(text)])
        ]
