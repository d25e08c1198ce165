"""The contests: townships each quarter, departments each half-year; three components, nine judges each."""

from datetime import date

from .draws import Draws
from .units import TOWNSHIP_CODES, Row

ROUNDS = {
    "2024Q3": "2024-10-17", "2024Q4": "2025-01-14", "2025Q1": "2025-04-16",
    "2025Q2": "2025-07-16", "2025Q3": "2025-10-22", "2025Q4": "2026-01-09",
}  # fmt: skip
_COMPONENTS = {"site_tour": 90.6, "meeting_review": 91.2, "work_results": 89.4}
_JUDGES = [
    ("J01", "leaders"), ("J02", "leaders"), ("J03", "leaders"), ("J04", "peers"), ("J05", "peers"),
    ("J06", "peers"), ("J07", "representatives"), ("J08", "representatives"),
    ("J09", "representatives"),
]  # fmt: skip
_SEVERITY = [0.2, -0.6, 0.9, 0.4, -4.1, 1.1, 0.8, -0.3, 1.5]  # J05 marks everyone low
_ABSENT = {("2024Q4", "J08", "site_tour"), ("2025Q3", "J02", "meeting_review")} | {
    ("2025Q1", "J06", component) for component in _COMPONENTS
}

# How good a unit is, in spreads, and what it gains from round to round. Other records lean on it too.
QUALITY = {
    "T01": (0.5, 0.04), "T02": (1.0, -0.02), "T03": (-0.1, 0.02), "T04": (0.3, 0.0),
    "T05": (1.5, 0.0), "T06": (-1.6, 0.22), "T07": (-0.7, -0.04), "T08": (0.8, 0.03),
    "T09": (0.2, -0.05), "T10": (-1.6, 0.0), "T11": (-0.6, 0.02), "S01": (0.9, -0.02),
    "S02": (1.1, 0.03), "S03": (0.0, 0.0), "Z01": (0.4, 0.05), "Z02": (-0.2, 0.0),
    "O01": (-0.5, 0.0),
}  # fmt: skip


HALVES = {"2024H2": "2025-01-10", "2025H1": "2025-07-11", "2025H2": "2026-01-08"}
_OF_HALVES = {"site_tour": 90.0, "meeting_review": 90.8, "work_results": 90.2}
_PANEL = [
    ("J11", "leaders"), ("J12", "leaders"), ("J13", "leaders"), ("J14", "peers"), ("J15", "peers"),
    ("J16", "peers"), ("J17", "representatives"), ("J18", "representatives"),
    ("J19", "representatives"),
]  # fmt: skip
_PANEL_SEVERITY = [0.3, -0.8, 0.1, 0.9, 1.2, -0.4, -1.1, 0.6, 0.2]

# Departments: how good, and what they gain from half to half. D03 mends, D07 slips.
OF_DEPARTMENTS = {
    "D01": (0.6, 0.1), "D02": (0.9, -0.1), "D03": (-1.5, 0.9), "D04": (0.1, 0.1),
    "D05": (0.4, 0.0), "D06": (1.1, 0.0), "D07": (-0.6, -0.5), "D08": (-0.2, 0.2),
    "D09": (0.7, 0.1), "D10": (0.2, -0.1), "D11": (1.4, 0.0), "D12": (0.5, 0.0),
}  # fmt: skip


def form(unit: str, day: date) -> float:
    """Return how good a unit is on a day, in spreads: its contest quality with what it has gained."""
    months = min(17, max(0, (day.year - 2024) * 12 + day.month - 8))
    level, gain = QUALITY.get(unit) or OF_DEPARTMENTS[unit]
    return level + gain * months / (3 if unit in QUALITY else 6)


def rounds() -> list[Row]:
    """Return the rounds of the townships, then those of the departments."""
    rows: list[Row] = [["round", "level", "period", "date"]]
    rows += [[period, "township", period, day] for period, day in ROUNDS.items()]
    return rows + [[period, "department", period, day] for period, day in HALVES.items()]


def marks() -> list[Row]:
    """Return every mark given: most near the ceiling, pressed together above 96."""
    draws = Draws(7)
    rows: list[Row] = [["round", "unit", "component", "judge", "judge_group", "mark"]]
    for number, period in enumerate(ROUNDS):
        for unit in TOWNSHIP_CODES:
            level, gain = QUALITY[unit]
            own = level + gain * number + draws.normal(0, 0.3)
            if (unit, period) == ("T09", "2025Q3"):
                own -= 1.0
            for component, middle in _COMPONENTS.items():
                shown = middle + 2.4 * own + draws.normal(0, 0.7)
                for (judge, group), severity in zip(_JUDGES, _SEVERITY):
                    mark = shown + severity + draws.normal(0, 1.3)
                    if mark > 96:
                        mark = 96 + 0.4 * (mark - 96)
                    missing = (period, judge, component) in _ABSENT or draws.chance(0.004)
                    if not missing:
                        rows.append([period, unit, component, judge, group, f"{mark:.1f}"])
    return rows + _marks_of_departments()


def _marks_of_departments() -> list[Row]:
    """Return the marks of the half-yearly contests, as those of the townships are made."""
    draws = Draws(20)
    rows: list[Row] = []
    for number, period in enumerate(HALVES):
        for unit, (level, gain) in OF_DEPARTMENTS.items():
            own = level + gain * number + draws.normal(0, 0.3)
            for component, middle in _OF_HALVES.items():
                shown = middle + 2.4 * own + draws.normal(0, 0.8)
                for (judge, group), severity in zip(_PANEL, _PANEL_SEVERITY):
                    mark = shown + severity + draws.normal(0, 1.4)
                    if mark > 96:
                        mark = 96 + 0.4 * (mark - 96)
                    if not draws.chance(0.006):
                        rows.append([period, unit, component, judge, group, f"{mark:.1f}"])
    return rows
