"""Files as text: CSV, workbook or Parquet → columns of text with the row each value stands in."""

import csv
import datetime as dt
import gc
import gzip
import hashlib
import io
import itertools
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from seedmetrics.records.problems import Texts, nearest

Rows = npt.NDArray[np.int64]

_WORKBOOKS: Final = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
_SEPARATORS: Final = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar"}
_BYTE_ORDER_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# A double holds 15 decimal digits for certain; Excel shows zeros in place of those after them.
_SAFE_NUMBER: Final = 10**15


class UnreadableFileError(Exception):
    """The whole file cannot be read; caught where the table is made, never seen by a user."""

    def __init__(self, problem: str, remedy: str, value: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy
        self.value = value


@dataclass(frozen=True, slots=True, eq=False)
class Ragged:
    """
    A record that does not fit the header.

    Attributes
    ----------
    row : int
        Its row.
    text : str
        What it holds.
    problem, remedy : str
        What is wrong and what to do.
    """

    row: int
    text: str
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True, eq=False)
class TextTable:
    """
    A file's records as text.

    Attributes
    ----------
    header : tuple of str
        The columns' names as the file has them.
    columns : tuple of ndarray of str, shape (n,)
        One for each name; an empty text where the file has nothing.
    rows : ndarray of int, shape (n,)
        Rows as a spreadsheet numbers them, the header being 1; a quoted cell of several lines
        is one row, and an empty row counts. The first record of a Parquet file is 2.
    ragged : tuple of Ragged
        Records that are not in `columns`.
    notes : tuple of (str, str)
        Problem and remedy of what was found out about the file.
    """

    header: tuple[str, ...]
    columns: tuple[Texts, ...]
    rows: Rows
    ragged: tuple[Ragged, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_text(path: Path, *, encoding: str | None = None, sheet: str | None = None) -> TextTable:
    """
    Read a file's records as text.

    Parameters
    ----------
    path : Path
        A CSV (``.csv``, ``.tsv`` or ``.txt``, also with ``.gz``), a workbook or a Parquet file.
    encoding : str, optional
        Of a CSV; by default UTF-8 with or without a byte-order mark, else GB18030.
    sheet : str, optional
        Of a workbook; by default the first.

    Returns
    -------
    TextTable
        The records; the header is the first row that is not empty.

    Raises
    ------
    UnreadableFileError
        If the file is not there, is empty or is no such file.
    """
    if path.is_dir():
        msg = "is a folder, not a file"
        raise UnreadableFileError(msg, "name the file itself in district.toml")
    if not path.exists():
        beside = sorted(p.name for p in path.parent.iterdir()) if path.parent.is_dir() else []
        msg = "the file does not exist"
        raise UnreadableFileError(
            msg, f"correct `file` in district.toml. {nearest(path.name, beside)}"
        )
    endings = [ending.lower() for ending in path.suffixes[-2:]]
    try:
        if path.stat().st_size == 0:
            msg = "the file is empty (0 bytes)"
            raise UnreadableFileError(msg, "export it again, with its header row")
        if endings[-1:] == [".parquet"]:
            return _read_parquet(path)
        if endings and endings[-1] in _WORKBOOKS:
            return _read_workbook(path, sheet)
        with _no_collection():
            return _read_csv(path, encoding, unpack=endings[-1:] == [".gz"])
    except OSError as error:
        msg = f"the file cannot be opened: {error.strerror or error}"
        raise UnreadableFileError(msg, "check that it is whole and that you may read it") from error


@contextmanager
def _no_collection() -> Iterator[None]:
    """Hold back the garbage collector, which would look through every record again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read_csv(path: Path, encoding: str | None, *, unpack: bool) -> TextTable:
    data = path.read_bytes()
    if unpack:
        try:
            data = gzip.decompress(data)
        except (EOFError, zlib.error) as error:
            msg = f"the packed file is damaged: {error}"
            raise UnreadableFileError(msg, "pack it again with gzip") from error
    text, notes = _decoded(data, encoding)
    lines = list(io.StringIO(text, newline=""))
    first = next((line for line in lines if line.strip()), None)
    if first is None:
        msg = "the file holds nothing but empty lines"
        raise UnreadableFileError(msg, "export it again, with its header row")
    separator = max(_SEPARATORS, key=lambda mark: _parts(first, mark))
    if separator != ",":
        name = _SEPARATORS[separator]
        notes.append(
            (f"cells are parted by {name}s, not commas", "nothing, if the columns are right")
        )
    records, broken = _records(lines, separator)
    return _table(records, broken, tuple(notes))


def _decoded(data: bytes, encoding: str | None) -> tuple[str, list[tuple[str, str]]]:
    """Return the text and what was found out about its encoding."""
    marked = next((name for mark, name in _BYTE_ORDER_MARKS if data.startswith(mark)), None)
    if encoding is not None:
        named = "utf-8-sig" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding
        try:
            return data.decode(named), []
        except UnicodeError as error:
            line = data[: getattr(error, "start", 0)].count(b"\n") + 1
            msg = f"line {line} is not in the encoding {encoding!r} that district.toml names"
            raise UnreadableFileError(msg, "correct or leave out `encoding`", encoding) from error
    try:
        return data.decode(marked or "utf-8"), []
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError as error:
        msg = f"line {line} is neither UTF-8 nor GB18030"
        raise UnreadableFileError(
            msg, "save it as UTF-8, or name its `encoding` in district.toml"
        ) from error
    note = "the file is not UTF-8 and was read as GB18030"
    return text, [(note, 'check the names, then write encoding = "gb18030" in district.toml')]


def _records(lines: list[str], separator: str) -> tuple[list[list[str]], dict[int, str]]:
    """Return every record and, by index, those whose quotes do not close as they should."""
    try:
        return list(csv.reader(lines, delimiter=separator, strict=True)), {}
    except csv.Error:
        pass
    # Somewhere a quote is wrong. Read record by record: a reader that is not strict would let one
    # open quote swallow the rows after it.
    records: list[list[str]] = []
    broken: dict[int, str] = {}
    at = 0
    while at < len(lines):
        reader = csv.reader(itertools.islice(lines, at, None), delimiter=separator, strict=True)
        done = 0
        try:
            for record in reader:
                records.append(record)
                done = reader.line_num
        except csv.Error:
            at += done
            line = lines[at].rstrip("\r\n")
            cells = _lenient(line, separator)
            if cells is None:
                broken[len(records)] = line
            records.append(cells or [line])
            at += 1
        else:
            break
    return records, broken


def _parts(line: str, separator: str) -> int:
    """Return how many cells a line has by a separator."""
    try:
        return len(next(csv.reader([line], delimiter=separator)))
    except csv.Error:
        return 0


def _lenient(line: str, separator: str) -> list[str] | None:
    """Return the cells of one line with a stray quote; None where the quote is open at its end."""
    try:
        found = list(csv.reader([line + "\n", "\n"], delimiter=separator))
    except csv.Error:
        return None
    # The empty line is a record of its own unless an open quote took it in.
    return found[0] if len(found) == 2 else None


def _table(
    records: Sequence[list[str]],
    broken: dict[int, str],
    notes: tuple[tuple[str, str], ...],
) -> TextTable:
    """Part records into the header, those that fit it and those that do not."""
    top = next(i for i, record in enumerate(records) if any(map(str.strip, record)))
    if top in broken:
        msg = "a quote in the header row is opened and not closed"
        raise UnreadableFileError(msg, "correct the header row", broken[top])
    header = [name.strip() for name in records[top]]
    while header and not header[-1]:
        header.pop()
    width, body = len(header), records[top + 1 :]
    # Rows count from 1, the header's is top + 1.
    rows = np.arange(top + 2, len(records) + 1, dtype=np.int64)
    lengths = np.fromiter(map(len, body), dtype=np.int64, count=len(body))
    filled = np.fromiter(map(any, body), dtype=bool, count=len(body))
    unclosed = [i - top - 1 for i in broken]
    fits = filled & (lengths == width)
    fits[unclosed] = False
    overlong = False
    ragged: list[Ragged] = []
    for i in np.flatnonzero(filled & ~fits).tolist():
        row = int(rows[i])
        if row - 1 in broken:
            ragged.append(_unclosed(row, broken[row - 1]))
        elif lengths[i] > width and not any(body[i][width:]):
            fits[i] = overlong = True
        else:
            ragged.append(_misfit(row, body[i], width))
    fitting = body if fits.all() else [body[i] for i in np.flatnonzero(fits).tolist()]
    empty = int((~filled).sum())
    if empty:
        notes += ((f"{empty} empty rows were passed over", "nothing, or delete them"),)
    grid = np.empty((0, width), dtype=object)
    if fitting:
        grid = np.array(
            [record[:width] for record in fitting] if overlong else fitting, dtype=object
        )
    columns = tuple(np.ascontiguousarray(grid[:, i]) for i in range(width))
    return TextTable(tuple(header), columns, rows[fits], tuple(ragged), notes)


def _unclosed(row: int, line: str) -> Ragged:
    remedy = 'close the quote, or write a quote inside a cell twice ("")'
    return Ragged(row, line, "a quote is opened and not closed on the same line", remedy)


def _misfit(row: int, record: list[str], width: int) -> Ragged:
    remedy = 'put a cell that holds the separator into quotes ("…"); give each row every cell'
    if len(record) < width:
        remedy = "give the row every cell, empty ones too"
    problem = f"the row has {len(record)} cells, the header {width}"
    return Ragged(row, " | ".join(record), problem, remedy)


def _read_workbook(path: Path, sheet: str | None) -> TextTable:
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
        isinstance(cell, float) and abs(cell) >= _SAFE_NUMBER for row in cells for cell in row
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
    return _table(records, {}, tuple(notes))


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


def _read_parquet(path: Path) -> TextTable:
    import duckdb

    with duckdb.connect() as connection:
        try:
            # A moment with a zone is written in UTC with its offset, whatever machine reads it.
            connection.execute("SET TimeZone = 'UTC'")
            source = connection.read_parquet(str(path))
            names = tuple(source.columns)
            chosen = ", ".join(
                f"{_as_text(name, str(kind))} AS c{i}"
                for i, (name, kind) in enumerate(zip(names, source.types))
            )
            found = connection.sql(f"SELECT {chosen} FROM source").fetchnumpy()  # noqa: S608 - names are quoted
        except duckdb.Error as error:
            msg = f"the Parquet file cannot be read: {str(error).splitlines()[0]}"
            raise UnreadableFileError(msg, "write it again") from error
    columns = tuple(_filled(found[f"c{i}"]) for i in range(len(names)))
    count = len(columns[0]) if columns else 0
    return TextTable(
        tuple(n.strip() for n in names), columns, np.arange(2, count + 2, dtype=np.int64)
    )


def _as_text(name: str, kind: str) -> str:
    """Return the expression that makes text of a column; whole doubles lose their point."""
    quoted = '"' + name.replace('"', '""') + '"'
    text = f"CAST({quoted} AS VARCHAR)"
    if kind not in ("DOUBLE", "FLOAT"):
        return text
    whole = f"isfinite({quoted}) AND {quoted} = trunc({quoted}) AND abs({quoted}) < {_SAFE_NUMBER}"
    number = f"CAST(CAST({quoted} AS BIGINT) AS VARCHAR)"
    return f"CASE WHEN isnan({quoted}) THEN NULL WHEN {whole} THEN {number} ELSE {text} END"


def _filled(values: npt.NDArray[np.object_]) -> Texts:
    """Return texts with an empty one where a value is missing."""
    if isinstance(values, np.ma.MaskedArray):
        return np.asarray(values.filled(""), dtype=object)
    return np.asarray(values, dtype=object)
