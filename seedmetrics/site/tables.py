"""Tables as files: CSV and XLSX, the same bytes for the same input, and no cell that a spreadsheet would run."""

import io
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import xlsxwriter

from seedmetrics.site.writing import write_changed

RISKY = ("=", "+", "-", "@", "\t", "\r")
CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # a workbook must say when; not now
MOST_ROWS = 1_048_575  # of one sheet, below its header
MOST_LETTERS = 32_767  # of one cell


def write_tables(folder: Path, tables: Mapping[str, pd.DataFrame]) -> list[Path]:
    r"""Write each table as ``<name>.csv`` and ``<name>.xlsx``.

    Parameters
    ----------
    folder : Path
        Made when missing.
    tables : mapping of str to DataFrame
        By file name; in the order and sorting they shall have. The index is not written.

    Returns
    -------
    list of Path
        The files.

    Notes
    -----
    CSV: UTF-8, ``\n``, numbers in full precision, what does not exist empty. A text that begins with
    ``= + - @``, a tab or a carriage return would be run as a formula by a spreadsheet and gets a
    ``'`` before it (`read_table` takes it off); numbers never do. A line break in a text is written
    ``\n``, since a bare carriage return would part the row. XLSX: numbers to 16 digits, as the format
    has them; text stays text, codes keep their zeros, nothing becomes a formula or a link, what does
    not exist is an empty cell; a text beyond 32,767 characters is cut there, rows beyond 1,048,575 go
    on in a second sheet.
    """
    paths = []
    for name, table in tables.items():
        paths += [folder / f"{name}.csv", folder / f"{name}.xlsx"]
        write_changed(paths[-2], _csv(table))
        write_changed(paths[-1], _workbook(name, table))
    return paths


def read_table(path: Path) -> pd.DataFrame:
    """Read a table that `write_tables` wrote, as text.

    Parameters
    ----------
    path : Path
        Of the CSV; no file is an empty table.

    Returns
    -------
    DataFrame
        All columns text, empty where there is nothing; a guarding ``'`` is taken off.
    """
    if not path.exists():
        return pd.DataFrame()
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    guarded = tuple(f"'{sign}" for sign in (*RISKY, "\n"))
    return table.map(lambda text: text[1:] if text.startswith(guarded) else text)


def _csv(table: pd.DataFrame) -> str:
    guarded = table.copy()
    for place, column in enumerate(table.columns):
        if not _is_text(table.iloc[:, place]):
            continue
        cells = [_guard(value) for value in table.iloc[:, place]]
        guarded[column] = pd.Series(cells, index=table.index, dtype=object)
    return guarded.to_csv(index=False, lineterminator="\n")


def _is_text(column: pd.Series) -> bool:
    """Tell whether a column may hold text: not when it is numbers, yes/no or dates throughout."""
    kinds = (pd.api.types.is_numeric_dtype, pd.api.types.is_bool_dtype)
    dated = pd.api.types.is_datetime64_any_dtype(column)
    return not dated and not any(kind(column) for kind in kinds)


def _guard(value: object) -> object:
    if not isinstance(value, str):
        return value
    lines = value.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{lines}" if value.startswith(RISKY) else lines


def _workbook(name: str, table: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(buffer, options | {"strings_to_numbers": False})
    book.set_properties({"created": CREATED})
    header = book.add_format({"bold": True})
    for number, start in enumerate(range(0, max(len(table), 1), MOST_ROWS), start=1):
        sheet = book.add_worksheet(_sheet_name(name, number))
        part = table.iloc[start : start + MOST_ROWS]
        for place, column in enumerate(part.columns):
            sheet.write_string(0, place, str(column), header)
            for row, value in enumerate(part.iloc[:, place], start=1):
                _write(sheet, row, place, value)
        sheet.freeze_panes(1, 0)
        if len(part.columns):
            sheet.autofilter(0, 0, len(part), len(part.columns) - 1)
    book.close()
    return buffer.getvalue()


def _sheet_name(name: str, number: int) -> str:
    kept = "".join(letter for letter in name if letter not in "[]:*?/\\'")[:27] or "table"
    return kept if number == 1 else f"{kept} {number}"


def _write(sheet: xlsxwriter.worksheet.Worksheet, row: int, place: int, value: object) -> None:
    if value is None or (not isinstance(value, str) and pd.isna(value)):  # type: ignore[call-overload]
        return
    if isinstance(value, bool) or type(value).__name__ == "bool":
        sheet.write_boolean(row, place, bool(value))
    elif isinstance(value, int | float) or hasattr(value, "__float__"):
        number = float(value)
        if math.isfinite(number):
            sheet.write_number(row, place, value)
        else:
            sheet.write_string(row, place, str(number))
    else:
        sheet.write_string(row, place, str(value)[:MOST_LETTERS])
