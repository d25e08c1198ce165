"""Villages: their yearly marks and vetoes, weak villages listed and closed out, and remedies."""

from datetime import date, timedelta

from .contest import form
from .draws import LAST_DAY, Draws
from .units import TOWNSHIP_CODES, Row, villages_of

YEARS = [2023, 2024, 2025]
# Each criterion with the mean mark of an ordinary village and what the year adds.
_CRITERIA = {
    "party_branch": (85.5, 0.7), "industry": (80.5, 1.0), "environment": (84.5, 0.6),
    "rule_of_law": (86.0, 0.3), "well_being": (84.5, 0.5), "satisfaction": (85.5, 0.4),
}  # fmt: skip
_VETOES = [
    ("T02-V06", 2023, "cadre_discipline"), ("T08-V13", 2023, "mass_petition"),
    ("T07-V09", 2024, "mass_petition"), ("S03-V05", 2024, "mass_petition"),
    ("T09-V11", 2024, "serious_accident"), ("T05-V03", 2025, "serious_accident"),
    ("T01-V08", 2025, "cadre_discipline"), ("S03-V05", 2025, "mass_petition"),
]  # fmt: skip

# Weak villages: day listed, why, day closed out. T06-V04 and T07-V09 were listed twice.
_LISTINGS = [
    ("T06-V04", "2023-04-18", "satisfaction_below_60", "2024-03-29"),
    ("T10-V05", "2023-04-18", "no_recruits_two_years", "2024-06-14"),
    ("T07-V09", "2023-04-20", "last_in_appraisal", "2024-02-27"),
    ("T03-V07", "2023-05-08", "secretary_vacant", "2023-11-30"),
    ("T09-V11", "2023-05-08", "satisfaction_below_60", "2024-05-22"),
    ("T06-V09", "2024-03-25", "no_recruits_two_years", "2025-03-14"),
    ("T10-V08", "2024-03-25", "satisfaction_below_60", "2025-04-10"),
    ("S03-V05", "2024-04-02", "satisfaction_below_60", "2025-06-26"),
    ("T04-V10", "2024-04-02", "last_in_appraisal", "2024-12-18"),
    ("T11-V06", "2024-04-16", "secretary_vacant", "2024-10-25"),
    ("T06-V04", "2025-03-20", "satisfaction_below_60", ""),
    ("T07-V09", "2025-03-20", "satisfaction_below_60", ""),
    ("T07-V14", "2025-03-20", "no_recruits_two_years", ""),
    ("T08-V13", "2025-04-08", "last_in_appraisal", "2025-12-12"),
    ("T02-V12", "2025-04-08", "secretary_vacant", "2025-09-19"),
    ("T10-V03", "2025-05-15", "last_in_appraisal", ""),
]
_PROBLEMS = [
    "collective_income", "roads", "water", "waste", "few_young_members", "meeting_room",
    "ledger_gaps", "land_dispute", "care_for_elderly", "accounts_disclosure", "idle_houses",
]  # fmt: skip


def ratings() -> list[Row]:
    """Return the marks of every village in every criterion and year."""
    draws = Draws(21)
    rows: list[Row] = []
    for unit in TOWNSHIP_CODES:
        for village in villages_of(unit):
            own = draws.normal(0, 1.2)
            likes = {criterion: draws.normal(0, 2.2) for criterion in _CRITERIA}
            for year in YEARS:
                # the form of the unit reaches back: one that mends was worse before
                level = 0.35 * form(unit, date(year, 12, 1)) + own + draws.normal(0, 0.25)
                for criterion, (middle, gain) in _CRITERIA.items():
                    spread = 3.4 if criterion == "satisfaction" else 2.4
                    mark = middle + gain * (year - 2024) + 5.4 * level + likes[criterion]
                    mark = _pressed(mark + draws.normal(0, spread))
                    mark = _of_weak(draws, village, year, criterion, mark)
                    rows.append([village, year, criterion, round(mark)])
    rows.sort(key=lambda row: (row[1], row[0]))
    return [["village", "year", "criterion", "mark"], *rows]


def _pressed(mark: float) -> float:
    """Return a mark below 100: those above 95 lie close together."""
    return min(99.5, 95 + 0.4 * (mark - 95)) if mark > 95 else max(38.0, mark)


def _of_weak(draws: Draws, village: str, year: int, criterion: str, mark: float) -> float:
    """Return the mark; a listed village was poor in the year before, for the reason it was listed."""
    for listed, day, reason, _ in _LISTINGS:
        if listed != village or int(day[:4]) != year + 1:
            continue
        if reason == "satisfaction_below_60" and criterion == "satisfaction":
            return 51 + 7 * draws.share()
        if reason == "last_in_appraisal":
            return min(mark, 60 + 8 * draws.share())
        if reason != "satisfaction_below_60" and criterion == "party_branch":
            return min(mark, 63 + 9 * draws.share())
    return mark


def vetoes() -> list[Row]:
    """Return the vetoes."""
    return [
        ["village", "year", "kind"],
        *(list(row) for row in sorted(_VETOES, key=lambda v: v[1:])),
    ]


def listings() -> list[Row]:
    """Return the listings of weak villages; each had a year to mend."""
    rows: list[Row] = [["village", "listed", "reason", "due", "closed_out"]]
    for village, listed, reason, closed_out in _LISTINGS:
        day = date.fromisoformat(listed)
        rows.append([village, day, reason, day.replace(year=day.year + 1), closed_out])
    return rows


def remedies() -> list[Row]:
    """Return the remedies of each village's plan: one to four a year, opened in the first months of it."""
    draws = Draws(22)
    weak = {(village, int(listed[:4])) for village, listed, *_ in _LISTINGS}
    rows: list[Row] = []
    for year in (2024, 2025):
        for unit in TOWNSHIP_CODES:
            for village in villages_of(unit):
                count = draws.pick(
                    [1, 2, 3, 4], [0, 1, 3, 4] if (village, year) in weak else [4, 3, 2, 1]
                )
                problems = sorted(draws.sample(_PROBLEMS, count))
                rows += [_remedy(draws, unit, village, problem, year) for problem in problems]
    rows.sort(key=lambda row: (row[2], row[0], row[1]))
    return [["village", "problem", "opened", "due", "closed"], *rows]


def _remedy(draws: Draws, unit: str, village: str, problem: str, year: int) -> Row:
    opened = date(year, 1, 8) + timedelta(draws.between(0, 75))
    due = min(opened + timedelta(draws.between(85, 290)), date(year, 12, 20))
    late = 0.17 - 0.06 * form(unit, due)
    if draws.chance(max(0.03, late)):
        closed = due + timedelta(draws.between(5, 150))
    else:
        closed = due - timedelta(draws.between(0, 45))
    never = draws.chance(max(0.01, 0.5 * late))
    return [village, problem, opened, due, "" if never or closed > LAST_DAY else closed]
