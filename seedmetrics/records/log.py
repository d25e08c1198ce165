"""One table's problems on their way to the list: which rows are refused, which are mended."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seedmetrics.records.problems import ProblemList, Severity, Texts


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """
    A column's texts, each once, and where they stand.

    Attributes
    ----------
    name : str
        The column as the file names it; ours, for a constant.
    texts : ndarray of str, shape (m,)
        The different texts.
    codes : ndarray of int, shape (n,)
        For each row, which of the texts it has.
    """

    name: str
    texts: Texts
    codes: npt.NDArray[np.intp]


@dataclass(slots=True)
class Log:
    """Where one table's problems go, with its name and file filled in and refused rows kept apart."""

    problems: ProblemList
    table: str
    file: str
    rows: npt.NDArray[np.int64]
    refused: npt.NDArray[np.bool_]
    mended: npt.NDArray[np.bool_]

    def whole(
        self, severity: Severity, problem: str, remedy: str, *, column: str = "", value: str = ""
    ) -> None:
        """Add a problem of the whole file."""
        self.problems.add(
            severity,
            table=self.table,
            file=self.file,
            column=column,
            values=value,
            problem=problem,
            remedy=remedy,
        )

    def at(
        self,
        severity: Severity,
        where: npt.NDArray[np.bool_],
        cells: Cells | None,
        problem: Texts | str,
        remedy: Texts | str,
    ) -> None:
        """Add a problem for each row `where` is true; `problem` and `remedy` are for those rows."""
        if not where.any():
            return
        if severity == "refused":
            self.refused |= where
        elif severity == "mended":
            self.mended |= where
        self.problems.add(
            severity,
            table=self.table,
            file=self.file,
            rows=self.rows[where],
            column=cells.name if cells else "",
            values=cells.texts[cells.codes[where]] if cells else "",
            problem=problem,
            remedy=remedy,
        )
