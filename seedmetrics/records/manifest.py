"""What `district.toml` may say, and where in the file it says something else."""

import datetime as dt
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

import pandas as pd
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from seedmetrics.errors import DistrictError
from seedmetrics.records.problems import nearest
from seedmetrics.records.schemas import TABLES

_END_OF_DAY = pd.Timedelta(days=1) - pd.Timedelta(1, unit="us")


def _word(value: object) -> object:
    """Return plain TOML values as the text a file would hold."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, int | float | dt.date | dt.time) else value


Word = Annotated[str, BeforeValidator(_word)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ColumnSource(_Strict):
    """Where one of our columns comes from: a column of theirs, its values translated, or a constant."""

    column: str | None = None
    value: Word | None = None
    meanings: dict[str, Word] = Field(default={}, alias="values")
    otherwise: Word | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, given: object) -> object:
        return {"column": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.column is None) == (self.value is None):
            msg = 'give either a column of theirs ("ward") or a constant ({ value = "hotline" })'
            raise ValueError(msg)
        if self.value is not None and (self.meanings or self.otherwise is not None):
            msg = "a constant is not translated; leave out `values` and `otherwise`"
            raise ValueError(msg)
        return self


class TableSource(_Strict):
    """The file of one table and how its columns map to ours."""

    file: str = Field(min_length=1)
    encoding: str | None = None
    date_format: str | None = None
    sheet: str | None = None
    columns: dict[str, ColumnSource] = {}

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, name: str | None) -> str | None:
        try:
            "".encode("utf-8" if name is None else name)
        except LookupError:
            msg = f"{name!r} is no encoding; try 'utf-8' or 'gb18030'"
            raise ValueError(msg) from None
        return name

    @field_validator("date_format")
    @classmethod
    def _usable_format(cls, pattern: str | None) -> str | None:
        if pattern is None:
            return None
        moment = dt.datetime(2001, 2, 3, 16, 5, 6, tzinfo=dt.UTC)
        try:
            read = dt.datetime.strptime(moment.strftime(pattern), pattern)  # noqa: DTZ007 - only the day is compared
        except (ValueError, re.error):
            read = None
        if read is None or read.date() != moment.date():
            msg = f"{pattern!r} does not give a day; write one such as '%m/%d/%Y %I:%M:%S %p'"
            raise ValueError(msg)
        return pattern


class Names(_Strict):
    """The district's name in both languages; one stands for the other where it is missing."""

    zh: str = ""
    en: str = ""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, given: object) -> object:
        return {"zh": given, "en": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _some_name(self) -> Self:
        if not (self.zh or self.en):
            msg = 'give a name, such as { zh = "澄禾区", en = "Chenghe District" }'
            raise ValueError(msg)
        return self

    def both(self) -> dict[str, str]:
        """Return the name in each language."""
        return {"zh": self.zh or self.en, "en": self.en or self.zh}


class Manifest(_Strict):
    """All that `district.toml` says."""

    name: Names
    as_of: dt.datetime | dt.date
    time_zone: str
    sample: bool = False
    language: Literal["zh", "en"] = "en"
    plans: tuple[str, ...] = ()
    units: str = Field("units.csv", min_length=1)
    closed_before_opened: Literal["refuse", "closed_at_once"] = "refuse"
    tables: dict[str, TableSource] = {}

    @field_validator("as_of", mode="before")
    @classmethod
    def _moment(cls, given: object) -> object:
        # Left to itself, pydantic would read a bare number as seconds since 1970.
        if isinstance(given, str):
            return (
                dt.datetime.fromisoformat(given)
                if len(given) > 10
                else dt.date.fromisoformat(given)
            )
        if isinstance(given, dt.date):
            return given
        msg = "give a date, such as 2026-01-15, or a date with a time"
        raise ValueError(msg)

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ValueError, OSError, KeyError):
            msg = f"{name!r} is no time zone; try 'Asia/Shanghai'"
            raise ValueError(msg) from None
        return name

    def moment(self) -> pd.Timestamp:
        """Return `as_of` as local wall clock; a date alone means the end of that day."""
        given = self.as_of
        if not isinstance(given, dt.datetime):
            return pd.Timestamp(given).as_unit("us") + _END_OF_DAY
        moment = pd.Timestamp(given)
        if moment.tzinfo is not None:
            moment = moment.tz_convert(self.time_zone).tz_localize(None)
        return moment.as_unit("us")


def read_manifest(path: Path) -> Manifest:
    """
    Read and check a `district.toml`.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    Manifest
        What it says.

    Raises
    ------
    DistrictError
        If the file cannot be read or says what it may not; the message lists every fault with
        its line, the value and what to do.
    """
    where = f"{path.parent.name}/{path.name}"
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{where} cannot be read: {error}. Save it as text in UTF-8."
        raise DistrictError(msg) from error
    try:
        given = tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at (?:line (\d+), column (\d+)|end of document)\)", str(error))
        line = int(place[1]) if place and place[1] else len(text.splitlines())
        msg = (
            f"{where}, line {line}: this is not TOML: {error}. "
            f"The line reads {_line(text, line)!r}; text stands in double quotes, lists in [ ]."
        )
        raise DistrictError(msg) from error
    faults = _unknown_names(given)
    manifest = None
    try:
        manifest = Manifest.model_validate(given)
    except ValidationError as error:
        faults += [_fault(item) for item in error.errors()]
    if faults or manifest is None:
        lines = [
            f"line {line_of(text, place)}, `{'.'.join(place)}`: {what}" if place else what
            for place, what in faults
        ]
        msg = f"{where} cannot be used. " + " ".join(lines)
        raise DistrictError(msg)
    return manifest


def _unknown_names(given: dict[str, Any]) -> list[tuple[tuple[str, ...], str]]:
    """Return the tables and columns of ours that do not exist."""
    faults: list[tuple[tuple[str, ...], str]] = []
    tables = given.get("tables", {})
    for name, source in tables.items() if isinstance(tables, dict) else ():
        if name == "units":
            what = 'units are named at the top, as `units = "units.csv"`, not under [tables].'
            faults.append((("tables", name), what))
        elif name not in TABLES:
            hint = nearest(name, [known for known in TABLES if known != "units"])
            faults.append((("tables", name), f"there is no table of this name. {hint}"))
        elif isinstance(source, dict) and isinstance(source.get("columns"), dict):
            for column in source["columns"]:
                if column not in TABLES[name].columns:
                    hint = nearest(column, TABLES[name].columns)
                    place = ("tables", name, "columns", column)
                    faults.append((place, f"the table {name} has no column of this name. {hint}"))
    return faults


_MODELS: dict[int, type[BaseModel]] = {1: Manifest, 3: TableSource, 5: ColumnSource}


def _fault(item: Any) -> tuple[tuple[str, ...], str]:
    """Return the place and the words of one fault that pydantic found."""
    place = tuple(str(part) for part in item["loc"])
    if item["type"] == "extra_forbidden":
        model = Names if place[0] == "name" else _MODELS[len(place)]
        return (
            place,
            f"unknown key. {nearest(place[-1], [f.alias or n for n, f in model.model_fields.items()])}",
        )
    if item["type"] == "missing":
        return place, "this key is needed and not there; add it."
    if place[:1] == ("as_of",):
        place = ("as_of",)
    what = item["msg"].removeprefix("Value error, ")
    value = item["input"]
    got = "" if isinstance(value, dict) else f" (got {value!r})"
    return place, f"{what[:1].lower()}{what[1:]}{got}."


def line_of(text: str, place: Sequence[str]) -> int:
    r"""
    Return the line of `text` on which the key `place` stands, or the deepest of its parents.

    Parameters
    ----------
    text : str
        A TOML document.
    place : sequence of str
        The key's parts.

    Returns
    -------
    int
        Counted from 1; 1 when no part of the key is there.

    Examples
    --------
    >>> line_of('[tables.cases]\nfile = "a.csv"', ("tables", "cases", "file"))
    2
    """
    best, depth = 1, 0
    section: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if header := re.match(r"\[+([^\]]+)\]+", stripped):
            section = _parts(header[1])
            here = section
        elif pair := re.match(
            r"""((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"))*)\s*=""", stripped
        ):
            here = section + _parts(pair[1])
        else:
            continue
        if len(here) > depth and tuple(place[: len(here)]) == here:
            best, depth = number, len(here)
    return best


def _parts(key: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in key.split("."))


def _line(text: str, number: int) -> str:
    lines = text.splitlines()
    return lines[number - 1].strip()[:80] if 0 < number <= len(lines) else ""
