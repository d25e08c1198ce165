"""Councils of villages, service points and events, visits in the cold weather and what came of them."""

from datetime import date, timedelta

from .contest import form
from .draws import LAST_DAY, Draws, after_workdays, is_workday
from .units import TOWNSHIP_CODES, Row, villages_of

_WITHOUT = {"T06": 0.22, "T10": 0.18, "T07": 0.12, "T05": 0.0}  # villages without a council
_POINTS = {"S": (13, 18), "T": (6, 10), "Z": (4, 6), "O": (2, 2)}
_EVENTS = {
    "square_fair": 1.1,
    "consultation": 0.7,
    "repair": 0.5,
    "tool_sharing": 0.3,
    "other": 0.2,
}
_GIVEN = {"square_fair": 30, "consultation": 12, "repair": 10, "tool_sharing": 8, "other": 9}
# share of the households visited within 2025
_REACH = {"T05": 0.47, "T07": 0.21, "T11": 0.58, "S01": 0.24, "S03": 0.19, "T10": 0.34, "O01": 1.15}
_KINDS = {  # difficulty: weight, working days allowed
    "heating": (9, 5), "medicine": (7, 5), "elder_care": (8, 10), "subsidy": (7, 15),
    "house_repair": (6, 20), "road_snow": (5, 5), "work": (3, 20), "schooling": (2, 15),
}  # fmt: skip
_DUE, _SOLVED = 3420, 3312  # difficulties due within 2025, and those of them solved
_STUCK = {"T07": 3.2, "T06": 2.0, "T10": 1.8, "S03": 2.2, "T11": 0.25, "T05": 0.3}
_PACE = {"T07": 0.85, "T11": 0.35, "T05": 0.38, "S03": 0.68}


def bodies() -> list[Row]:
    """Return the elders' and ceremony councils; one was dissolved and founded anew."""
    draws = Draws(40)
    rows: list[Row] = []
    for unit in TOWNSHIP_CODES:
        for village in villages_of(unit):
            for kind, more in (("elders_council", 1.0), ("ceremony_council", 0.5)):
                founded = date(2018, 3, 1) + timedelta(draws.between(0, 2300))
                if draws.chance(0.06):
                    founded = date(2024, 9, 1) + timedelta(draws.between(0, 450))
                if not draws.chance(more * _WITHOUT.get(unit, 0.05)):
                    rows.append([village, kind, founded, ""])
    again = next(row for row in rows if row[0] == "T09-V04" and row[1] == "ceremony_council")
    again[2:] = [date(2020, 5, 6), date(2024, 12, 31)]
    rows.append(["T09-V04", "ceremony_council", date(2025, 9, 12), ""])
    rows.sort(key=lambda row: (row[0], row[1], row[2]))
    return [["village", "kind", "founded", "dissolved"], *rows]


def service_points() -> list[Row]:
    """Return the red parlors, red stations and service stations."""
    draws = Draws(41)
    rows: list[Row] = []
    for unit in TOWNSHIP_CODES:
        for number in range(draws.between(*_POINTS[unit[0]])):
            kind = draws.pick(["red_parlor", "red_station", "service_station"], [4, 3, 2])
            opened = date(2021, 6, 1) + timedelta(draws.between(0, 1500))
            closed: object = ""
            if opened < date(2024, 1, 1) and draws.chance(0.05):
                closed = date(2024, 10, 1) + timedelta(draws.between(0, 400))
            rows.append([f"{unit}-P{number + 1:02d}", unit, kind, opened, closed])
    return [["point", "unit", "kind", "opened", "closed"], *rows]


def service_events() -> list[Row]:
    """Return square fairs and other events, with the services given at each."""
    draws = Draws(42)
    rows: list[Row] = []
    for unit in TOWNSHIP_CODES:
        scale = {"T": 1.0, "S": 2.6, "Z": 0.7, "O": 0.35}[unit[0]] * (0.35 if unit == "T07" else 1)
        scale *= 1 + 0.12 * form(unit, LAST_DAY)
        day = date(2024, 7, 2)
        while day <= LAST_DAY:
            for kind, often in _EVENTS.items():
                if draws.chance(often * scale / 4.6):
                    on = min(day + timedelta(draws.between(0, 6)), LAST_DAY)
                    services = max(3, round(draws.lognormal(_GIVEN[kind], 0.45)))
                    rows.append([unit, on, kind, "" if draws.chance(0.02) else services])
            day += timedelta(7)
    rows.sort(key=lambda row: (row[1], row[0], row[2]))
    return [["unit", "date", "kind", "services"], *rows]


def _cold_days() -> list[date]:
    """Return the days on which doors were knocked on: two winters, without the festival."""
    days = [date(2025, 1, 2) + timedelta(i) for i in range(56)]
    days += [date(2025, 12, 1) + timedelta(i) for i in range(46)]
    festival = {date(2025, 1, 28) + timedelta(i) for i in range(8)}
    return [d for d in days if is_workday(d) or (d.weekday() == 5 and d not in festival)]


def household_visits(households: dict[str, int]) -> list[Row]:
    """Return the households visited by each unit day by day."""
    draws = Draws(43)
    days = _cold_days()
    rows: list[Row] = []
    for unit in TOWNSHIP_CODES:
        reach = _REACH.get(unit, 0.33 + 0.04 * form(unit, LAST_DAY))
        often = 0.35 if unit == "O01" else 0.62
        out = [day for day in days if draws.chance(often)]
        mean = reach * households[unit] / sum(day.year == 2025 for day in out)
        rows += [[unit, day, max(2, round(draws.lognormal(mean * 0.95, 0.35)))] for day in out]
    rows.sort(key=lambda row: (row[1], row[0]))
    return [["unit", "date", "households"], *rows]


def difficulties(households: dict[str, int]) -> list[Row]:
    """Return the cases of the action: 3,420 due within 2025 of which 3,312 are solved, and those due in 2026."""
    draws = Draws(44)
    weights = [households[unit] ** 0.8 for unit in TOWNSHIP_CODES]
    due_in_2025: list[Row] = []
    later: list[Row] = []
    cold = _cold_days()
    # the first winter found most; by January 2026 many doors had been knocked on before
    found = [{(2025, 12): 0.75, (2026, 1): 0.15}.get((day.year, day.month), 1.0) for day in cold]
    while len(due_in_2025) < _DUE:
        unit = draws.pick(TOWNSHIP_CODES, weights)
        day = draws.pick(cold, found)
        if draws.chance(0.11):  # raised when someone came again in the course of the year
            day = date(2025, 3, 3) + timedelta(draws.between(0, 270))
        kind = draws.pick(list(_KINDS), [weight for weight, _ in _KINDS.values()])
        due = after_workdays(day, _KINDS[kind][1])
        (due_in_2025 if due.year == 2025 else later).append([unit, day, due, kind])
    stuck = [_STUCK.get(str(row[0]), 1.0) * (2 if row[2].month == 12 else 1) for row in due_in_2025]
    never = set(draws.sample(range(_DUE), _DUE - _SOLVED, stuck))
    rows = [[*row, "" if n in never else _solved(draws, row)] for n, row in enumerate(due_in_2025)]
    for row in later:
        closed = _closed(draws, row)
        rows.append([*row, closed if closed <= LAST_DAY else ""])
    return _written(rows)


def _closed(draws: Draws, row: Row) -> date:
    unit, opened, due, _ = row
    return opened + timedelta(int((due - opened).days * draws.lognormal(_PACE.get(unit, 0.5), 0.6)))


def _solved(draws: Draws, row: Row) -> date:
    """Return a day of solution that lies before the export."""
    while (closed := _closed(draws, row)) > LAST_DAY:
        pass
    return closed


def _written(found: list[Row]) -> list[Row]:
    """Return the rows of the table of cases: days without a time, and nobody between door and office."""
    found.sort(key=lambda row: (row[1], row[0], row[3], row[2]))
    rows: list[Row] = []
    numbers: dict[int, int] = {}
    for unit, opened, due, kind, closed in found:
        numbers[opened.year] = numbers.get(opened.year, 0) + 1
        case = f"D{opened.year}-{numbers[opened.year]:06d}"
        rows.append(
            [case, unit, "door_knock", opened, "", due, closed, "", "", "", "", "", kind, ""]
        )
    return rows
