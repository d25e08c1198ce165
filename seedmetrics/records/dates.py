"""Dates and months from the many ways they are written; none is ever guessed."""

import datetime as dt
import re
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from seedmetrics.records.problems import Texts

Moments = npt.NDArray[np.datetime64]
Mask = npt.NDArray[np.bool_]

_DATE: Final = re.compile(
    r"(?P<year>\d{4})(?:(?P<mark>[-/.])(?P<m1>\d{1,2})(?P=mark)(?P<d1>\d{1,2})"
    r"|年(?P<m2>\d{1,2})月(?P<d2>\d{1,2})[日号]?"
    r"|(?P<m3>\d{2})(?P<d3>\d{2}))"
    r"(?P<time>(?:[T ]|(?<=[日号]))\s*(?P<hour>\d{1,2})"
    r"(?::(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:\.(?P<fraction>\d{1,9}))?)?"
    r"|[时点](?:(?P<minute2>\d{1,2})分(?:(?P<second2>\d{1,2})秒)?)?)"
    r"\s*(?P<zone>Z|[+-]\d{2}(?::?\d{2})?)?)?",
    re.IGNORECASE,
)
_MONTH: Final = re.compile(
    r"(\d{4})(?:[-/](\d{1,2})|年(\d{1,2})月(?:份)?|\.(\d{1,2})|(\d{2}))", re.IGNORECASE
)
_BLANKS_IN_CHINESE: Final = re.compile(r"\s*([年月])\s*|\s+(?=日)")
_MONTH_ONLY: Final = re.compile(r"\d{4}\s*[-/.年]\s*\d{1,2}\s*月?")
_NO_YEAR_FIRST: Final = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.](?:\d{1,2}|\d{4})(?:\s.*)?")
_SERIAL: Final = re.compile(r"[2-6]\d{4}(?:\.\d+)?")
# Outside these a year is a slip (0205) or stands for "no end" (9999).
_YEARS: Final = range(1900, 2200)
_FIRST: Final = np.datetime64(f"{_YEARS.start}-01-01", "us")
_END: Final = np.datetime64(f"{_YEARS.stop}-01-01", "us")
# Forms that pandas reads many of faster than `_one`, which reads the same from them.
_COMMON: Final = tuple(
    f"%Y{a}%m{b}%d{c}{clock}"
    for a, b, c in (("-", "-", ""), ("/", "/", ""), (".", ".", ""), ("年", "月", "日"))
    for clock in (" %H:%M:%S", " %H:%M", "")
)
_MANY: Final = 50
_SAY: Final = "write the day as 2025-07-03, or name `date_format` for the table in district.toml"


def dates(texts: Texts, *, pattern: str | None, zone: str) -> tuple[Moments, Mask, Texts, Texts]:
    """
    Read texts as moments of local time.

    Parameters
    ----------
    texts : ndarray of str, shape (n,)
        Cleaned; an empty text is missing.
    pattern : str or None
        The `date_format` to try first.
    zone : str
        Time zone to which a moment with an offset is converted.

    Returns
    -------
    moments : ndarray of datetime64[us], shape (n,)
        NaT where the text is missing or cannot be read.
    day_only : ndarray of bool, shape (n,)
        True where the text names a day and no time.
    problem, remedy : ndarray of str, shape (n,)
        Empty where the text is missing or was read.
    """
    moments = np.full(len(texts), np.datetime64("NaT"), dtype="datetime64[us]")
    day_only = np.zeros(len(texts), dtype=bool)
    problem, remedy = _blank(len(texts)), _blank(len(texts))
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    if pattern is not None:
        _fill(moments, lengths > 0, texts, pattern, zone)
        if not re.search(r"%[HIcXTsR]", pattern):
            day_only |= ~np.isnat(moments)
    # The two ISO forms are read at once. The lengths keep pandas from reading a part of a date.
    for length, iso in ((19, "%Y-%m-%d %H:%M:%S"), (10, "%Y-%m-%d")):
        here = np.isnat(moments) & (lengths == length)
        _fill(moments, here, texts, iso, zone)
        if length == 10:
            day_only |= here & ~np.isnat(moments)
    _fill_many(moments, day_only, lengths > 0, texts, zone)
    # What lies outside is looked at again below, where it is refused.
    moments[(moments < _FIRST) | (moments >= _END)] = np.datetime64("NaT")
    local = ZoneInfo(zone)
    for i in np.flatnonzero(np.isnat(moments) & (lengths > 0)):
        try:
            moment, day_only[i] = _one(texts[i], local)
            moments[i] = np.datetime64(moment, "us")
        except ValueError as error:
            problem[i], remedy[i] = f"is no date: {error}", _remedy(texts[i])
    return moments, day_only, problem, remedy


def months(texts: Texts) -> tuple[Texts, Texts, Texts]:
    """
    Read texts as months.

    Parameters
    ----------
    texts : ndarray of str, shape (n,)
        Cleaned; an empty text is missing.

    Returns
    -------
    months, problem, remedy : ndarray of str, shape (n,)
        Such as ``2025-09``; and, where the text cannot be read, why and what to do.

    Notes
    -----
    ``2024.1`` is refused: a spreadsheet writes it for October (2024.10) as well as for January.
    The other months with a point are not in doubt. A whole date means its month.
    """
    found, problem, remedy = (_blank(len(texts)) for _ in range(3))
    for i in np.flatnonzero(texts != ""):
        try:
            found[i] = _one_month(texts[i])
        except ValueError as error:
            problem[i] = f"is no month: {error}"
            remedy[i] = "write the month as 2025-09 (as text, not as a number)"
    return found, problem, remedy


def _blank(count: int) -> Texts:
    return np.full(count, "", dtype=object)


def _fill(moments: Moments, here: Mask, texts: Texts, pattern: str, zone: str) -> None:
    """Read the texts `here` by one pattern; what it does not fit stays missing."""
    if not here.any():
        return
    aware = "%z" in pattern
    read = pd.to_datetime(pd.Index(texts[here]), format=pattern, errors="coerce", utc=aware)
    if aware:
        read = read.tz_convert(zone).tz_localize(None)
    moments[here] = read.to_numpy().astype("datetime64[us]")


def _fill_many(moments: Moments, day_only: Mask, filled: Mask, texts: Texts, zone: str) -> None:
    """Read what is left, where it is much, by those common forms that some of it has."""
    for pattern in _COMMON:
        here = filled & np.isnat(moments)
        left = np.flatnonzero(here)
        if len(left) < _MANY:
            return
        some = pd.Index(texts[left[:: len(left) // _MANY]])
        if pd.to_datetime(some, format=pattern, errors="coerce").notna().any():
            _fill(moments, here, texts, pattern, zone)
            if "%H" not in pattern:
                day_only |= here & ~np.isnat(moments)


def _one(text: str, zone: ZoneInfo) -> tuple[dt.datetime, bool]:
    """Return one moment and whether it is only a day; ValueError says why there is none."""
    compact = _BLANKS_IN_CHINESE.sub(r"\1", text) if "年" in text else text
    found = _DATE.fullmatch(compact)
    if found is None:
        raise ValueError(_why(text))
    month, day = (
        found[a] or found[b] or found[c] for a, b, c in (("m1", "m2", "m3"), ("d1", "d2", "d3"))
    )
    try:
        moment = dt.datetime(int(found["year"]), int(month), int(day))  # noqa: DTZ001 - wall clock
    except ValueError:
        why = "there is no such day"
        raise ValueError(why) from None
    if moment.year not in _YEARS:
        why = f"the year lies outside {_YEARS.start} to {_YEARS.stop - 1}"
        raise ValueError(why)
    if found["time"] is None:
        return moment, True
    clock = [
        int(found[a] or found[b] or 0) for a, b in (("minute", "minute2"), ("second", "second2"))
    ]
    hour = int(found["hour"])
    if hour == 24 and not any(clock):
        # Deadlines are written so; the last moment keeps the day they name.
        return dt.datetime.combine(moment, dt.time.max), False
    try:
        fraction = int((found["fraction"] or "").ljust(6, "0")[:6])
        moment = moment.replace(hour=hour, minute=clock[0], second=clock[1], microsecond=fraction)
    except ValueError:
        why = "there is no such time of day"
        raise ValueError(why) from None
    if offset := found["zone"]:
        aware = dt.datetime.fromisoformat(moment.isoformat() + offset.upper())
        moment = aware.astimezone(zone).replace(tzinfo=None)
    return moment, False


def _why(text: str) -> str:
    if _MONTH_ONLY.fullmatch(text):
        return "it names a month, not a day"
    if _NO_YEAR_FIRST.fullmatch(text):
        return "day, month and year could be read in more than one order"
    if _SERIAL.fullmatch(text):
        return "it is a number, perhaps a date that lost its format"
    return "it is in no form known here"


def _remedy(text: str) -> str:
    if _SERIAL.fullmatch(text):
        day = dt.date(1899, 12, 30) + dt.timedelta(days=int(float(text)))
        return f"format the column as a date (Excel would show {day.isoformat()})"
    if re.match(r"\d{4}", text) and int(text[:4]) not in _YEARS:
        return "correct the year; leave the cell empty where there is no end yet"
    return _SAY


def _one_month(text: str) -> str:
    found = _MONTH.fullmatch(_BLANKS_IN_CHINESE.sub(r"\1", text))
    if found is None:
        moment, _ = _one(text, ZoneInfo("UTC"))
        return f"{moment.year:04d}-{moment.month:02d}"
    if found[4] == "1":
        why = "January and October (2024.10) look the same once a spreadsheet took it for a number"
        raise ValueError(why)
    month = int(next(part for part in found.groups()[1:] if part))
    if not 1 <= month <= 12:
        why = f"there is no month {month}"
        raise ValueError(why)
    return f"{found[1]}-{month:02d}"
