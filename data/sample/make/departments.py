"""The cases of the hotline that are handed to departments."""

from .cases import CATEGORIES, WORKDAYS, Case, Habits, closing, dispatching, with_answers
from .draws import (
    FIRST_DAY,
    LAST_DAY,
    LAST_MOMENT,
    Draws,
    after_workdays,
    at,
    is_workday,
    month_days,
    months,
)

# What each department is asked about.
_ASKED = {
    "D01": ("land", "environment", "permits"), "D02": ("market", "permits", "labor"),
    "D03": ("utilities", "permits", "environment"), "D04": ("land", "environment", "permits"),
    "D05": ("sanitation", "permits", "market"), "D06": ("permits", "utilities", "finance"),
    "D07": ("housing", "traffic", "utilities"), "D08": ("permits", "finance", "labor"),
    "D09": ("labor", "permits", "labor"), "D10": ("market", "permits", "sanitation"),
    "D11": ("housing", "labor", "permits"), "D12": ("permits", "traffic", "labor"),
}  # fmt: skip
# How each handles it; the first figure is cases due in a half-year, in round numbers.
_HABITS = {
    "D01": Habits(62, 0.45, 0.040, 0.05), "D02": Habits(44, 0.42, 0.030, 0.04, 0.955),
    "D03": Habits(58, 0.58, 0.170, 0.05, 0.930, 0.92, slow_dispatch=0.09),
    "D04": Habits(50, 0.47, 0.045, 0.04), "D05": Habits(70, 0.44, 0.035, 0.04),
    "D06": Habits(52, 0.40, 0.025, 0.03, 0.965, 0.96),
    "D07": Habits(90, 0.66, 0.110, 0.06, 0.900, 0.86, 0.06, 0.10, 0.72, 0.12),
    "D08": Habits(49, 0.50, 0.050, 0.04), "D09": Habits(82, 0.43, 0.040, 0.15, 0.955),
    "D10": Habits(76, 0.46, 0.045, 0.05), "D11": Habits(48, 0.36, 0.015, 0.03, 0.970, 0.97, 0.02),
    "D12": Habits(60, 0.47, 0.040, 0.04, 0.940, 0.91),
}  # fmt: skip
# D03 mends: cases never or hardly closed, half by half.
_STUCK_OF_D03 = {"2024-2": 0.17, "2025-1": 0.09, "2025-2": 0.02, "2026-1": 0.02}


def cases() -> list[Case]:
    """Return the cases, department by department."""
    found: list[Case] = []
    for place, (unit, habits) in enumerate(_HABITS.items()):
        draws = Draws(840 + place)
        for month in months(f"{FIRST_DAY:%Y-%m}", f"{LAST_DAY:%Y-%m}"):
            part = LAST_DAY.day / 31 if month == f"{LAST_DAY:%Y-%m}" else 1.0
            received = (
                0.92
                * habits.volume
                / 6
                * part
                * (1 + draws.normal(0, 0.12))
                / (1 - habits.excluded)
            )
            found += [_case(draws, unit, month) for _ in range(draws.whole(max(0.0, received)))]
    return found


def _case(draws: Draws, unit: str, month: str) -> Case:
    habits = _HABITS[unit]
    stuck = habits.stuck
    if unit == "D03":
        stuck = _STUCK_OF_D03[f"{month[:4]}-{1 if month[5:] < '07' else 2}"]
    days = [d for d in month_days(month) if d <= LAST_DAY]
    day = draws.pick(days, [1.0 if is_workday(d) else 0.4 for d in days])
    opened = at(day, draws.between(490, 1045 if day == LAST_DAY else 1250))
    first, second, third = _ASKED[unit]
    category = draws.pick([first, second, third, draws.pick(CATEGORIES)], [5, 2, 2, 1])
    due = after_workdays(day, WORKDAYS[category])
    dispatched = dispatching(draws, opened, habits.slow_dispatch)
    excluded = ""
    if draws.chance(habits.excluded):
        excluded = draws.pick(["repeat_of_open_case", "outside_powers", "withdrawn"], [3, 5, 2])
    closed = closing(draws, opened, dispatched, due, habits, stuck)
    handed_on = dispatched if dispatched <= LAST_MOMENT else None
    case = Case(unit, "hotline", opened, handed_on, due, closed, category, excluded)
    return with_answers(draws, case, habits)
