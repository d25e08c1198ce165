"""Village cadres: whether and when they reported, their files, tests and records; task lists and ledgers."""

from datetime import date, timedelta

from .contest import form
from .draws import FIRST_DAY, LAST_DAY, Draws, month_days
from .people import cadres, secretaries
from .units import DEPARTMENT_CODES, TOWNSHIP_CODES, Row

# T09 had a bad summer, D07 a bad year.
_TASKS_DONE = {
    ("T09", 2025, 3): 0.40, ("D07", 2025, 1): 0.65, ("D07", 2025, 2): 0.70, ("D07", 2025, 3): 0.70,
}  # fmt: skip
_HALVES = ["2024H2", "2025H1", "2025H2"]
_AREAS = {"daily_management": 5.6, "main_duties": 4.4, "core_task": 3.2, "urgent_tasks": 2.1}
_WEAKNESSES = ["digital_skills", "policy_knowledge", "mediation", "writing", "industry_knowledge"]
# What most cadres of a unit name, where it is not the policy.
_COMMON = {"T10": 0, "T11": 0, "T07": 2, "S03": 2, "S01": 3, "Z01": 4, "T03": 4}


def _unit_share(unit: str, day: date, base: float, slope: float) -> float:
    """Return a share that is higher the better the unit, within reason."""
    return min(0.995, max(0.35, base + slope * form(unit, day)))


def disclosures() -> list[Row]:
    """Return what was reported on personal matters and when; never the matter."""
    draws = Draws(23)
    rows: list[Row] = []
    for unit, known in cadres().items():
        for person in known:
            # the reports due at the end of January 2026 come in as they are made
            annual = [_annual(draws, person, unit, year) for year in (2025, 2026)]
            rows += [row for row in annual if row[4].year < 2026 or row[5]]
            for kind, often in ((_event, 0.58), (_advance, 0.46)):
                for _ in range(draws.whole(often * 2 * draws.share())):
                    day = FIRST_DAY + timedelta(draws.between(0, 545))
                    rows.append(kind(draws, person, unit, day))
    rows.sort(key=lambda row: (row[2], row[4] or row[3], row[1], row[0]))
    return [["person", "unit", "kind", "event", "due", "filed"], *map(_undated, enumerate(rows))]


def _undated(numbered: tuple[int, Row]) -> Row:
    """Return the row; of one event in some hundred nobody wrote down the day."""
    number, row = numbered
    forgotten = row[2] == "event" and not row[4] and number % 131 == 60
    return [*row[:3], "", *row[4:]] if forgotten else row


def _filed(day: date) -> object:
    return day if day <= LAST_DAY else ""


def _annual(draws: Draws, person: str, unit: str, year: int) -> Row:
    due = date(year, 1, 31)
    day = due - timedelta(min(29, int(draws.lognormal(11, 0.7))))
    if not draws.chance(_unit_share(unit, due, 0.945, 0.03)):
        day = due + timedelta(1 + int(draws.lognormal(16, 0.9)))
    never = draws.chance(0.09 if unit == "T10" else 0.012)
    return [person, unit, "annual", "", due, "" if never else _filed(day)]


def _event(draws: Draws, person: str, unit: str, event: date) -> Row:
    days = int(draws.lognormal(15, 0.45))
    share = 0.62 if unit == "T01" else _unit_share(unit, event, 0.91, 0.04)
    if not draws.chance(share):
        days = 31 + int(draws.lognormal(14, 0.8))
    due: object = ""
    if draws.chance(0.015):  # away at the time, and given until later
        due, days = event + timedelta(60), 35 + draws.between(0, 24)
    never = draws.chance(0.03)
    return [person, unit, "event", event, due, "" if never else _filed(event + timedelta(days))]


def _advance(draws: Draws, person: str, unit: str, event: date) -> Row:
    share = 0.45 if unit == "T03" else _unit_share(unit, event, 0.86, 0.05)
    days = -5 - int(draws.lognormal(7, 0.6))
    if not draws.chance(share):
        days = draws.between(-4, 12)  # too late for a report in advance
    return [person, unit, "advance", event, "", _filed(event + timedelta(days))]


def secretary_files() -> list[Row]:
    """Return the file of each village's secretary: 200, the last of them completed in November 2025."""
    draws = Draws(24)
    rows: list[Row] = [["person", "unit", "village", "opened", "complete", "completed"]]
    known = secretaries()
    for number, (person, unit, village) in enumerate(known):
        opened = date(2024, 3, 4) + timedelta(draws.between(0, 110))
        days = draws.lognormal(150 - 45 * form(unit, opened), 0.55)
        completed = min(opened + timedelta(int(days)), date(2025, 11, 18))
        if number == len(known) - 1:
            completed = date(2025, 11, 20)
        rows.append([person, unit, village, opened, "yes", completed])
    return rows


def task_items() -> list[Row]:
    """Return the task list of each unit and quarter, and whether each item was done."""
    draws = Draws(25)
    rows: list[Row] = [["unit", "item", "due", "done"]]
    for year, quarter in [(2024, 3), (2024, 4), (2025, 1), (2025, 2), (2025, 3), (2025, 4)]:
        days = month_days(f"{year}-{3 * quarter:02d}")
        dues = [days[draws.between(8, 27)] if number < 4 else days[-1] for number in range(14)]
        for unit in [*TOWNSHIP_CODES, *DEPARTMENT_CODES]:
            share = _unit_share(unit, days[0], 0.925, 0.035)
            share = _TASKS_DONE.get((unit, year, quarter), share)
            for number in range(draws.between(8, 14)):
                item = f"{year}Q{quarter}-{number + 1:02d}"
                rows.append(
                    [unit, item, sorted(dues)[number], "yes" if draws.chance(share) else "no"]
                )
    return rows


def test_marks() -> list[Row]:
    """Return the marks of the tests: one in the autumn of 2024, two in 2025."""
    draws = Draws(26)
    rows: list[Row] = []
    for year, month in [(2024, 11), (2025, 5), (2025, 11)]:
        for unit, known in cadres().items():
            day = date(year, month, draws.between(11, 25))
            mean = 79 + 3.2 * form(unit, day)
            if unit == "T10":  # began badly, and then learned
                mean = 66 if year == 2024 else 76
            for person in known:
                if draws.chance(0.94):
                    mark = draws.normal(mean, 9.5)
                    rows.append([person, unit, day, round(min(100.0, max(22.0, mark)))])
    return [["person", "unit", "date", "mark"], *rows]


def ledger_checks() -> list[Row]:
    """Return the spot checks of each quarter: entries of the working ledger sampled, and faulty."""
    draws = Draws(27)
    rows: list[Row] = [["unit", "date", "sampled", "faulty"]]
    for month in ("2024-09", "2024-12", "2025-03", "2025-06", "2025-09", "2025-12"):
        for unit in [*TOWNSHIP_CODES, *DEPARTMENT_CODES]:
            day = month_days(month)[draws.between(3, 26)]
            sampled = draws.between(8, 20)
            share = 1 - _unit_share(unit, day, 0.93, 0.035)
            faulty = sum(draws.chance(share) for _ in range(sampled))
            rows.append([unit, day, sampled, faulty])
    return rows


def cadre_records() -> list[Row]:
    """Return the 4 + 1 + 1 of the secretaries and some other cadres of a unit, half-year by half-year."""
    draws = Draws(28)
    rows: list[Row] = []
    for period in _HALVES:
        day = date(int(period[:4]), 3 if period.endswith("H1") else 9, 1)
        for unit, known in cadres().items():
            whole = _unit_share(unit, day, 0.89, 0.04)
            for person in known[:34]:
                rows += _record(draws, person, unit, period, whole)
    return [["person", "unit", "period", "part", "evidence", "category"], *rows]


def _record(draws: Draws, person: str, unit: str, period: str, whole: float) -> list[Row]:
    """Return the record of one cadre for one half-year; of one that is not whole, one part is missing."""
    lost = -1 if draws.chance(whole) else draws.between(0, 5)
    keen = draws.lognormal(1.0, 0.25)
    rows: list[Row] = []
    for area, mean in _AREAS.items():
        rows.append(
            [person, unit, period, area, max(1, round(draws.lognormal(mean * keen, 0.4))), ""]
        )
    rows.append([person, unit, period, "best_job", "", ""])
    weights = [2.0] * len(_WEAKNESSES)
    weights[_COMMON.get(unit, 1)] = 9.0 if unit == "T10" else 5.0
    weakness = "" if draws.chance(0.03) else draws.pick(_WEAKNESSES, weights)
    rows.append([person, unit, period, "weakness", "", weakness])
    return [row for place, row in enumerate(rows) if place != lost]
