"""Branches of young talent, and the pool they draw on."""

from datetime import date, timedelta

from .contest import form
from .draws import LAST_DAY, Draws, yes_no
from .people import person
from .units import TOWNSHIP_CODES, Row

_BACKGROUNDS = ["local_expert", "returnee", "graduate", "three_new", "intellectual"]
_MIX = {
    "T": (32, 34, 16, 10, 8),
    "S": (10, 12, 26, 34, 18),
    "Z": (6, 14, 36, 36, 8),
    "O": (1, 1, 1, 0, 0),
}
_POOL = {
    "T01": 58, "T02": 47, "T03": 41, "T04": 46, "T05": 66, "T06": 34, "T07": 52, "T08": 63,
    "T09": 49, "T10": 30, "T11": 37, "S01": 84, "S02": 76, "S03": 68, "Z01": 61, "Z02": 35, "O01": 4,
}  # fmt: skip
# Two units were late: the branches of the others stood before the first quarter on record.
_FOUNDED_LATE = {"Z02": date(2024, 11, 15), "T10": date(2025, 3, 21)}


def branches() -> list[Row]:
    """Return the branch of each of the 17 units."""
    draws = Draws(29)
    rows: list[Row] = [["branch", "unit", "founded", "dissolved"]]
    for unit in TOWNSHIP_CODES:
        founded = date(2023, 2, 6) + timedelta(draws.between(0, 440))
        rows.append([f"YT-{unit}", unit, _FOUNDED_LATE.get(unit, founded), ""])
    return rows


def talents() -> list[Row]:
    """Return the persons in the pool of each unit, with those who have left it."""
    draws = Draws(30)
    rows: list[Row] = [["person", "unit", "background", "entered", "left", "guided"]]
    for unit, count in _POOL.items():
        guided = min(0.95, 0.70 + 0.11 * form(unit, LAST_DAY))
        for _ in range(count):
            entered = date(2023, 3, 1) + timedelta(int(1000 * draws.share() ** 1.6))
            left: object = ""
            if draws.chance(0.08):
                left = entered + timedelta(draws.between(150, 600))
                left = left if left <= LAST_DAY else ""
            under = None if draws.chance(0.02) else draws.chance(guided)
            background = draws.pick(_BACKGROUNDS, _MIX[unit[0]])
            code = person("talents", len(rows))
            rows.append([code, unit, background, entered, left, yes_no(under)])
    return rows
