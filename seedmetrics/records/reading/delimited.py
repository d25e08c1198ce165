"""CSV → text: encoding, separator and stray quotes told from the file itself."""

import csv
import gc
import gzip
import io
import itertools
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from seedmetrics.records.reading.text import TextTable, UnreadableFileError, table_of

_SEPARATORS: Final = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar"}
_BYTE_ORDER_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def read_csv(path: Path, encoding: str | None, *, unpack: bool) -> TextTable:
    """
    Read a CSV.

    Parameters
    ----------
    path : Path
        The file.
    encoding : str or None
        As district.toml names it; None to tell it from the file.
    unpack : bool
        Whether it is packed with gzip.

    Returns
    -------
    TextTable
        Its records.

    Raises
    ------
    UnreadableFileError
        If it is damaged, empty, in no encoding that is tried, or its header has an open quote.
    """
    with _no_collection():
        return _read(path, encoding, unpack=unpack)


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


def _read(path: Path, encoding: str | None, *, unpack: bool) -> TextTable:
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
    return table_of(records, broken, tuple(notes))


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
