"""The list of activists, targets and probationary members, and their plus and minus points."""

from datetime import date, timedelta
from itertools import pairwise

from .contest import form
from .draws import LAST_DAY, Draws, yes_no
from .members import Member
from .people import person
from .units import TOWNSHIP_CODES, Row

_BEGIN = date(2024, 7, 1)
_STATUS = ["activist", "target", "probationary", "full"]
# Persons who came from another place: what they did before is on record there.
_FROM_ELSEWHERE = {"S01": 24, "S02": 22, "S03": 22, "Z01": 22, "Z02": 17, "O01": 1}
# How often each item stands for a person in a full year.
_OFTEN = {"activity": 6.7, "volunteering": 6.2, "study_notes": 6.6, "key_task": 0.85, "honor": 0.5}
_EAGER = {
    "activity": 14.0,
    "volunteering": 11.5,
    "study_notes": 10.0,
    "key_task": 0.4,
    "honor": 0.3,
}
_SELDOM = {"discipline_breach": 0.012, "shirking": 0.05, "absence": 0.45}
_TWICE_A_YEAR = {"volunteering", "study_notes"}  # entered for a half-year, not for a quarter


def activists(found: list[Member]) -> list[Row]:
    """Return who was on which list from when to when, as far as it reaches into the time of the points."""
    draws = Draws(34)
    rows: list[Row] = []
    number = len(found)
    for member in found:
        exempt = draws.chance(0.03)
        for status, then in pairwise(_STATUS):
            start = member.since.get(status)
            end = member.since.get(then)
            last = end - timedelta(1) if end and end <= LAST_DAY else member.left
            if start and start <= LAST_DAY and (last is None or last >= _BEGIN):
                rows.append([member.code, member.unit, status, start, last or "", yes_no(exempt)])
    for unit in TOWNSHIP_CODES:
        for _ in range(_FROM_ELSEWHERE.get(unit, 19)):
            start = date(2023, 6, 1) + timedelta(draws.between(0, 800))
            last = start + timedelta(draws.between(400, 900))
            status = draws.pick(_STATUS[:3], [5, 2, 2])
            if last >= _BEGIN:
                code = person("developing", number)
                rows.append([code, unit, status, start, last if last <= LAST_DAY else "", "no"])
            number += 1
    rows.sort(key=lambda row: (row[1], row[0], row[3]))
    return [["person", "unit", "status", "from", "to", "exempt"], *rows]


def points(listed: list[Row]) -> list[Row]:
    """Return the points as they were entered; one row may stand for several times."""
    draws = Draws(35)
    times: dict[tuple[str, str], list[date]] = {}
    for code, unit, _, start, end, exempt in listed[1:]:
        if exempt == "no":
            times.setdefault((str(unit), str(code)), []).extend([start, end or LAST_DAY])
    rows: list[Row] = []
    for (unit, code), days in times.items():
        often = _EAGER if unit == "T08" else _OFTEN
        keen = draws.lognormal(1.05 + 0.07 * form(unit, LAST_DAY), 0.30)
        lax = draws.lognormal(1.0, 0.6)
        for item, mean in (often | _SELDOM).items():
            for first, last in _stretches(6 if item in _TWICE_A_YEAR else 3):
                start, end = max(first, min(days)), min(last, max(days))
                part = ((end - start).days + 1) / 366
                if part <= 0.01:
                    continue
                expected = mean * part * (keen if item in often else lax)
                count = draws.whole(expected * (0.7 + 0.6 * draws.share()))
                if count:
                    late = 0.5 + 0.5 * draws.share()
                    day = start + timedelta(int((end - start).days * late))
                    rows.append([code, unit, day, item, count])
    rows.sort(key=lambda row: (row[2], row[1], row[0], row[3]))
    return [["person", "unit", "date", "item", "times"], *rows]


def _stretches(months: int) -> list[tuple[date, date]]:
    """Return first and last day of each stretch of so many months, up to the export."""
    firsts = [date(year, month, 1) for year in (2024, 2025) for month in range(1, 13, months)]
    starts = [day for day in firsts if day >= _BEGIN] + [date(2026, 1, 1), LAST_DAY + timedelta(1)]
    return [(start, after - timedelta(1)) for start, after in pairwise(starts)]
