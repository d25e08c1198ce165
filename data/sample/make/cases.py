"""The cases of the townships: three hotline channels, and the problems noted on weekend visits."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

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
    next_workday,
    quarter_of,
    stamp,
    yes_no,
)
from .enterprises import SIZES, Enterprise, free_weekends
from .units import Row

HEAD = [
    "case_id", "unit", "channel", "opened", "dispatched", "due", "closed", "excluded",
    "called_back", "resolved", "satisfied", "reopened", "category", "enterprise",
]  # fmt: skip
LETTERS = {"business_110": "B", "one_stop": "N", "smart_room": "W", "enterprise_day": "E",
           "chain_meeting": "L", "hotline": "H"}  # fmt: skip
WORKDAYS = {
    "utilities": 5, "traffic": 5, "sanitation": 5, "permits": 10, "labor": 10, "market": 10,
    "environment": 10, "land": 15, "finance": 15, "housing": 15,
}  # fmt: skip
CATEGORIES = list(WORKDAYS)
_CATEGORY_WEIGHTS = {
    "business_110": (9, 8, 3, 24, 12, 16, 7, 9, 10, 2),
    "one_stop": (17, 14, 13, 15, 8, 6, 8, 6, 1, 12),
    "smart_room": (8, 4, 3, 46, 14, 6, 2, 6, 3, 8),
    "enterprise_day": (12, 6, 1, 20, 18, 8, 5, 12, 18, 0),
}
_SEASON = {"01": 0.98, "02": 0.86, "03": 1.04, "04": 1.04, "05": 0.99, "06": 1.0, "07": 1.02,
           "08": 1.0, "09": 1.03, "10": 0.94, "11": 1.06, "12": 1.05}  # fmt: skip
_REASONS = ["repeat_of_open_case", "outside_powers", "withdrawn", "unreasonable_claim"]


@dataclass(frozen=True, slots=True)
class Habits:
    """How one unit handles cases; shares unless another unit is named."""

    volume: float  # cases due in an ordinary quarter
    pace: float  # median time to closure as a share of the time allowed
    stuck: float  # not closed for months, or never
    excluded: float = 0.045
    resolved: float = 0.950
    satisfied: float = 0.945
    reopened: float = 0.032
    slow_dispatch: float = 0.04
    spread: float = 0.55
    tail: float = 0.04  # cases that take longer than allowed from the start


HABITS = {
    "T01": Habits(140, 0.46, 0.046, 0.041),
    "T02": Habits(110, 0.43, 0.040, 0.038, 0.958),
    "T03": Habits(85, 0.47, 0.042, 0.050, slow_dispatch=0.07),
    "T04": Habits(100, 0.48, 0.050, 0.036),
    "T05": Habits(165, 0.38, 0.022, 0.033, 0.966, 0.962, 0.022, 0.02),
    "T06": Habits(78, 0.56, 0.150, 0.052, 0.940, 0.935, 0.044, 0.09),
    "T07": Habits(185, 0.66, 0.070, 0.045, 0.938, 0.930, 0.040, 0.08, 0.72, 0.12),
    "T08": Habits(215, 0.40, 0.018, 0.140, 0.962, 0.958, 0.024),
    "T09": Habits(125, 0.46, 0.038, 0.044),
    "T10": Habits(60, 0.54, 0.095, 0.058, 0.935, 0.930, 0.046, 0.12),
    "T11": Habits(66, 0.50, 0.036, 0.042, 0.953),
    "S01": Habits(395, 0.44, 0.038, 0.043, 0.955, 0.950, 0.028, 0.03),
    "S02": Habits(320, 0.40, 0.028, 0.037, 0.960, 0.958, 0.025, 0.02),
    "S03": Habits(275, 0.51, 0.058, 0.055, 0.928, 0.865, 0.047, 0.06),
    "Z01": Habits(55, 0.44, 0.038, 0.040, 0.958),
    "Z02": Habits(38, 0.49, 0.055, 0.048),
    "O01": Habits(6, 0.50, 0.040, 0.040),
}
_OFFICE_DUE = {"2024Q3": 7, "2024Q4": 9, "2025Q1": 4, "2025Q2": 8, "2025Q3": 6, "2025Q4": 4,
               "2026Q1": 2}  # fmt: skip
# Where habits differ by the month in which cases were due: T06 mends, T09 has a bad summer.
_CHANGED = {
    ("T06", "2025Q1"): {"stuck": 0.150, "pace": 0.56},
    ("T06", "2025Q2"): {"stuck": 0.110, "pace": 0.52, "tail": 0.06},
    ("T06", "2025Q3"): {"stuck": 0.070, "pace": 0.46, "tail": 0.04},
    ("T06", "2025Q4"): {"stuck": 0.015, "pace": 0.40, "tail": 0.01},
    ("T06", "2026Q1"): {"stuck": 0.015, "pace": 0.40, "tail": 0.01},
    ("T09", "2025-07"): {"stuck": 0.045},
    ("T09", "2025-08"): {"stuck": 0.300, "pace": 0.62},
    ("T09", "2025-09"): {"stuck": 0.070, "pace": 0.52},
}


@dataclass(frozen=True, slots=True)
class Case:
    """One row of cases.csv before it is written."""

    unit: str
    channel: str
    opened: datetime
    dispatched: datetime | None
    due: date | None
    closed: datetime | None
    category: str
    excluded: str = ""
    called_back: bool | None = None
    resolved: bool | None = None
    satisfied: bool | None = None
    reopened: bool | None = None
    enterprise: str = ""


def closing(
    draws: Draws, opened: datetime, dispatched: datetime, due: date, habits: Habits, stuck: float
) -> datetime | None:
    """Return when a case was closed, or None when it was open at the export."""
    allowed = (due - opened.date()).days
    if draws.chance(stuck):
        if draws.chance(0.65):
            return None
        days = 60 + 240 * draws.share()
    elif draws.chance(habits.tail):
        days = allowed * draws.lognormal(1.7, 0.5)
    else:
        days = allowed * draws.lognormal(habits.pace, habits.spread)
    day = (opened + timedelta(minutes=int(days * 1440))).date()
    to_go = (due - day).days
    if (to_go in {-2, -1} and draws.chance(0.40)) or (to_go in {1, 2} and draws.chance(0.12)):
        day = due  # the last day draws closures to itself
    if not is_workday(day) and draws.chance(0.6):
        day = next_workday(day)
    moment = at(day, draws.between(510, 1049))
    if moment <= dispatched:
        moment = dispatched + timedelta(minutes=draws.between(15, 200))
    return moment if moment <= LAST_MOMENT else None


def dispatching(draws: Draws, opened: datetime, slow: float) -> datetime:
    """Return when a case was handed on: mostly within 2 to 24 hours."""
    hours = 26 + 70 * draws.share() if draws.chance(slow) else draws.lognormal(6.0, 0.7)
    moment = opened + timedelta(minutes=max(8, int(hours * 60)))
    if 8 <= moment.hour < 21:
        return moment
    morning = moment.date() + timedelta(moment.hour >= 21)  # what comes at night waits for the day
    return at(morning, draws.between(485, 600))


def with_answers(draws: Draws, case: Case, habits: Habits) -> Case:
    """Return the closed case with what the call-back found."""
    if case.closed is None or case.excluded:
        return case
    reopened = draws.chance(habits.reopened)
    if not draws.chance(0.75):
        return replace(case, called_back=False, reopened=reopened)
    resolved = draws.chance(habits.resolved - 0.15 * reopened)
    # the share satisfied over all is habits.satisfied: few are when nothing was resolved
    glad = (habits.satisfied - 0.30 * (1 - habits.resolved)) / habits.resolved
    satisfied = draws.chance(min(1.0, glad) if resolved else 0.30)
    return replace(
        case, called_back=True, resolved=resolved, satisfied=satisfied, reopened=reopened
    )


def _opening(draws: Draws, channel: str, month: str) -> datetime:
    days = [d for d in month_days(month) if d <= LAST_DAY]
    if channel == "smart_room":  # a counter with office hours
        return at(draws.pick([d for d in days if is_workday(d)]), draws.between(505, 1045))
    weights = [(1.15 if d.weekday() == 0 else 1.0) if is_workday(d) else 0.4 for d in days]
    minutes = draws.between(420, 1320) if draws.chance(0.2) else draws.between(490, 1080)
    return at(draws.pick(days, weights), minutes)


def _hotline_case(draws: Draws, unit: str, month: str) -> Case:
    habits = HABITS[unit]
    mix = (55, 30, 15) if unit.startswith("Z") else (24, 55, 21)
    channel = draws.pick(["business_110", "one_stop", "smart_room"], mix)
    opened = min(_opening(draws, channel, month), LAST_MOMENT)
    category = draws.pick(CATEGORIES, _CATEGORY_WEIGHTS[channel])
    due = after_workdays(opened.date(), WORKDAYS[category])
    dispatched = dispatching(draws, opened, habits.slow_dispatch)
    excluded = ""
    for when in (quarter_of(due), f"{due:%Y-%m}"):
        habits = replace(habits, **_CHANGED.get((unit, when), {}))
    stuck = habits.stuck
    if draws.chance(habits.excluded):
        # where exclusion is used freely, it is the unreasonable and the withdrawn that grow
        weights = (18, 14, 30, 38) if habits.excluded > 0.1 else (42, 30, 18, 10)
        excluded = draws.pick(_REASONS, weights)
        stuck = 0.75 if habits.excluded > 0.1 else 0.40
    closed = closing(draws, opened, dispatched, due, habits, stuck)
    handed_on = None if dispatched > LAST_MOMENT or draws.chance(0.004) else dispatched
    no_due = draws.chance(0.01) and not excluded
    case = Case(
        unit, channel, opened, handed_on, None if no_due else due, closed, category, excluded
    )
    return with_answers(draws, case, habits)


def hotline_cases() -> list[Case]:
    """Return the cases of the three hotline channels, unit by unit."""
    found: list[Case] = []
    calendar = months(f"{FIRST_DAY:%Y-%m}", f"{LAST_DAY:%Y-%m}")
    for place, (unit, habits) in enumerate(HABITS.items()):
        draws = Draws(800 + place)
        if unit == "O01":
            found += _office_cases(draws, calendar)
            continue
        for number, month in enumerate(calendar):
            growth = 0.965 + 0.0035 * number
            part = LAST_DAY.day / 31 if number == len(calendar) - 1 else 1.0
            received = habits.volume / 3 * _SEASON[month[5:]] * growth * part
            received *= (1 + draws.normal(0, 0.06)) / (1 - habits.excluded - 0.01)
            found += [_hotline_case(draws, unit, month) for _ in range(draws.whole(received))]
    return _blemished(Draws(8), found)


def _office_cases(draws: Draws, calendar: list[str]) -> list[Case]:
    """Return the few cases of the office: a fixed number due in each quarter, and two excluded."""
    found: list[Case] = []
    left = dict(_OFFICE_DUE)
    excluded = 2
    while any(left.values()):
        case = _hotline_case(draws, "O01", draws.pick(calendar))
        quarter = quarter_of(case.due) if case.due else ""
        if case.excluded and excluded:
            excluded -= 1
            found.append(case)
        elif not case.excluded and left.get(quarter):
            left[quarter] -= 1
            found.append(case)
    return found


def _blemished(draws: Draws, found: list[Case]) -> list[Case]:
    """Return the cases with the blemishes of real records, all of which a reader can mend."""
    cases = list(found)

    def some(count: int, unit: str, *, until: str = "2026", closed: bool = False) -> list[int]:
        fits = [
            i
            for i, case in enumerate(cases)
            if case.unit == unit
            and str(case.opened) < until
            and (not closed or (case.closed is not None and not case.excluded))
        ]
        return draws.sample(fits, count)

    for unit, count in {
        "S02": 5,
        "T01": 2,
        "Z01": 1,
    }.items():  # settled on the phone, typed in after
        for i in some(count, unit, closed=True):
            opened = cases[i].opened
            closed = opened - timedelta(minutes=draws.between(2, 35))
            cases[i] = replace(cases[i], dispatched=opened, closed=closed)
    spellings = {
        "石槐乡": some(31, "T09", until="2025-03"),  # the name before it became a town
        "清禾镇人民政府": some(9, "T01"),
        "鸣泉街道办事处": some(12, "S01"),
        "禾谷产业园管委会": some(4, "Z01"),
        "澄湖镇": some(6, "S03", until="2024-10"),
        "Ｔ０８": some(3, "T08"),
    }
    for spelling, places in spellings.items():
        for i in places:
            cases[i] = replace(cases[i], unit=spelling)
    return cases


# Problems noted on weekend visits: unit → problems due within 2025 (581 in all)
_NOTED = {
    "T01": 38, "T02": 27, "T03": 11, "T04": 19, "T05": 46, "T06": 8, "T07": 41, "T08": 50,
    "T09": 24, "T10": 4, "T11": 6, "S01": 88, "S02": 88, "S03": 61, "Z01": 52, "Z02": 14, "O01": 4,
}  # fmt: skip
_STILL_OPEN = 23
_BY_QUARTER = {"2025Q1": 0.19, "2025Q2": 0.26, "2025Q3": 0.28, "2025Q4": 0.27}


def enterprise_cases(enterprises: list[Enterprise]) -> list[Case]:
    """Return the 581 problems noted on visits, of which 558 are closed."""
    draws = Draws(9)
    days = free_weekends(2025)
    found: list[Case] = []
    for unit, count in _NOTED.items():
        own = [e for e in enterprises if e[1] == unit]
        sizes = [1.0 + 2 * SIZES.index(e[3]) for e in own]
        quarters = ["2025Q1", "2025Q2", "2025Q2", "2025Q3"] if unit == "O01" else []
        quarters += [
            draws.pick(list(_BY_QUARTER), list(_BY_QUARTER.values()))
            for _ in range(count - len(quarters))
        ]
        for enterprise, quarter in zip(draws.sample(own, count, sizes), quarters):
            found.append(_noted(draws, unit, enterprise[0], quarter, days))
    weights = [HABITS[c.unit].stuck * (2.0 if c.due and c.due.month > 9 else 1.0) for c in found]
    still_open = set(draws.sample(range(len(found)), _STILL_OPEN, weights))
    return [_settled(draws, case) if i not in still_open else case for i, case in enumerate(found)]


def _noted(draws: Draws, unit: str, enterprise: str, quarter: str, days: list[date]) -> Case:
    while True:  # until the due date lies in the quarter
        day = draws.pick(days)
        category = draws.pick(CATEGORIES, _CATEGORY_WEIGHTS["enterprise_day"])
        due = after_workdays(day, WORKDAYS[category])
        if quarter_of(due) == quarter:
            break
    opened = at(day, draws.between(540, 1020))
    dispatched = dispatching(draws, opened, HABITS[unit].slow_dispatch)
    return Case(
        unit, "enterprise_day", opened, dispatched, due, None, category, enterprise=enterprise
    )


def _settled(draws: Draws, case: Case) -> Case:
    habits = HABITS[case.unit]
    closed = None
    while closed is None:
        closed = closing(draws, case.opened, case.dispatched, case.due, habits, 0.0)
    return with_answers(draws, replace(case, closed=closed), habits)


def rows(cases: list[Case]) -> list[Row]:
    """Return the table, by the time of opening, with a number for each case by channel and year."""
    numbers: dict[str, int] = {}
    table: list[Row] = [list(HEAD)]
    for case in sorted(cases, key=lambda c: (c.opened, c.channel, c.unit, c.category)):
        series = f"{LETTERS[case.channel]}{case.opened.year}"
        numbers[series] = numbers.get(series, 0) + 1
        answers = (case.called_back, case.resolved, case.satisfied, case.reopened)
        table.append(
            [
                f"{series}-{numbers[series]:06d}", case.unit, case.channel, stamp(case.opened),
                stamp(case.dispatched), case.due or "", stamp(case.closed), case.excluded,
                *(yes_no(answer) for answer in answers), case.category, case.enterprise,
            ]
        )  # fmt: skip
    return table
