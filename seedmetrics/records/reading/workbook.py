"""Workbook → text: one sheet, each cell as a person reads it."""

import datetime as dt
from pathlib import Path

from seedmetrics.records.problems import nearest
from seedmetrics.records.reading.text import SAFE_NUMBER, TextTable, UnreadableFileError, table_of


def read_workbook(path: Path, sheet: str | None) -> TextTable:
    """
    Read one sheet of a workbook.

    Parameters
    ----------
    path : Path
        The file.
    sheet : str or None
        Its name; None for the first.

    Returns
    -------
    TextTable
        Its records.

    Raises
    ------
    UnreadableFileError
        If the workbook cannot be opened, has no such sheet, or the sheet is empty.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(path)
        names = workbook.sheet_names
        if sheet is not None and sheet not in names:
            msg = f"the workbook has no sheet {sheet!r}"
            raise UnreadableFileError(
                msg, f"correct `sheet` in district.toml. {nearest(sheet, names)}"
            )
        cells = workbook.get_sheet_by_name(sheet or names[0]).to_python(skip_empty_area=False)
    except (CalamineError, OSError, IndexError, ValueError) as error:
        msg = (
            f"the workbook cannot be read: {str(error).splitlines()[0] if str(error) else error!r}"
        )
        raise UnreadableFileError(
            msg, "open it in Excel, remove a password, and save it as .xlsx"
        ) from error
    notes: list[tuple[str, str]] = []
    if sheet is None and len(names) > 1:
        others = ", ".join(names[1:])
        notes.append(
            (
                f"only the first sheet {names[0]!r} was read, not {others}",
                "name `sheet` in district.toml",
            )
        )
    lost = sum(
        isinstance(cell, float) and abs(cell) >= SAFE_NUMBER for row in cells for cell in row
    )
    if lost:
        note = f"{lost} cells hold numbers of 16 or more digits, of which Excel keeps 15"
        notes.append((note, "format the column as text and enter the codes again"))
    records = [[_cell_text(cell) for cell in row] for row in cells]
    if not any(map(any, records)):
        msg = "the sheet is empty"
        raise UnreadableFileError(
            msg, "name the sheet that holds the table as `sheet` in district.toml"
        )
    return table_of(records, {}, tuple(notes))


def _cell_text(cell: object) -> str:
    """Return a cell as text: whole numbers without a point, dates as ISO 8601."""
    match cell:
        case bool():
            return "true" if cell else "false"
        case float():
            return str(int(cell)) if cell.is_integer() else repr(cell)
        case dt.datetime():
            whole_day = cell.time() == dt.time()
            return cell.date().isoformat() if whole_day else cell.isoformat(sep=" ")
        case dt.date() | dt.time():
            return cell.isoformat()
        case _:
            return str(cell)
