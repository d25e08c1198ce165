"""Enterprises and the weekend visits to them: 19,000 enterprises, 18 groups, a year of weekends."""

from datetime import date, timedelta

from .draws import Draws, is_workday
from .units import Row

GROUPS = [f"G{number:02d}" for number in range(1, 19)]
SIZES = ["micro", "small", "medium", "large"]
VISITS = 11_000

# unit: enterprises, share of them that a visit reached within 2025
COUNTS = {
    "T01": (950, 0.58), "T02": (700, 0.63), "T03": (420, 0.60), "T04": (600, 0.55),
    "T05": (1150, 0.66), "T06": (360, 0.41), "T07": (1250, 0.33), "T08": (1600, 0.48),
    "T09": (780, 0.50), "T10": (220, 0.38), "T11": (270, 0.72), "S01": (3600, 0.42),
    "S02": (2900, 0.55), "S03": (2500, 0.36), "Z01": (1100, 0.77), "Z02": (560, 0.52),
    "O01": (40, 0.65),
}  # fmt: skip
_MIX = {"T": (78, 19, 2.7, 0.3), "S": (73, 22, 4.3, 0.7), "Z": (38, 41, 17, 4), "O": (85, 15, 0, 0)}

# How readily each group goes out: the groups' visits are as uneven as their diaries.
_ZEAL = [1.3, 0.7, 1.0, 0.5, 1.6, 0.9, 1.1, 0.6, 1.4, 0.8, 1.0, 1.9, 0.7, 1.2, 0.4, 1.0, 1.5, 0.8]

Enterprise = tuple[str, str, str, str]  # id, unit, group, size class


def enterprises() -> list[Enterprise]:
    """Return every enterprise; the groups share the units out in order, by uneven portions."""
    draws = Draws(2)
    total = sum(count for count, _ in COUNTS.values())
    portions = [0.6 + 0.8 * draws.share() for _ in GROUPS]
    ends = [round(total * sum(portions[: i + 1]) / sum(portions)) for i in range(len(GROUPS))]
    found: list[Enterprise] = []
    for unit, (count, _) in COUNTS.items():
        for _ in range(count):
            group = GROUPS[sum(len(found) >= end for end in ends)]
            size = draws.pick(SIZES, _MIX[unit[0]])
            found.append((f"E{len(found) + 1:05d}", unit, group, size))
    return found


def free_weekends(year: int) -> list[date]:
    """Return the Saturdays and Sundays of a year that are neither worked nor part of a festival."""
    days = [date(year, 1, 2) + timedelta(i) for i in range(363)]
    return [
        d
        for d in days
        if d.weekday() >= 5
        and not is_workday(d)
        and not date(year, 1, 26) < d < date(year, 2, 5)
        and not date(year, 10, 1) <= d <= date(year, 10, 8)
    ]


def visits(found: list[Enterprise], noted: list[tuple[str, date]]) -> list[Row]:
    """Return the visits: those that noted a problem, first visits up to the reach, repeats."""
    draws = Draws(3)
    group_of = {enterprise: group for enterprise, _, group, _ in found}
    days = free_weekends(2025)
    busy = [
        0.55 + 0.5 * min(1, i / 25) for i in range(len(days))
    ]  # the programme took time to start
    went = {(enterprise, day) for enterprise, day in noted}
    reached = {enterprise for enterprise, _ in noted}
    for unit, (count, reach) in COUNTS.items():
        own = [e for e in found if e[1] == unit]
        fresh = [e for e in own if e[0] not in reached]
        weights = [_ZEAL[GROUPS.index(e[2])] * (1 + SIZES.index(e[3])) for e in fresh]
        needed = max(0, round(count * reach) - (len(own) - len(fresh)))
        went |= {(e[0], draws.pick(days, busy)) for e in draws.sample(fresh, needed, weights)}
    once = sorted(went)
    zeal = [_ZEAL[GROUPS.index(group_of[enterprise])] ** 2 for enterprise, _ in once]
    for enterprise, _ in draws.sample(once, VISITS - len(once), zeal):
        day = draws.pick(days, busy)
        while (enterprise, day) in went:
            day = draws.pick(days, busy)
        went.add((enterprise, day))
    rows: list[Row] = [["group", "enterprise", "date"]]
    for day, enterprise in sorted((day, enterprise) for enterprise, day in went):
        lent = (enterprise, day) not in noted and draws.chance(0.03)  # another group stood in
        rows.append([draws.pick(GROUPS) if lent else group_of[enterprise], enterprise, day])
    return rows
