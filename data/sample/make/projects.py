"""Key projects, cleared land and long-delayed projects; posts in key villages and what they show."""

from datetime import date, timedelta

from .contest import form
from .draws import LAST_DAY, Draws
from .people import person
from .units import Row, key_villages

# unit: key projects and clearances
_COUNTS = {
    "T01": (2, 1), "T02": (2, 1), "T03": (1, 1), "T04": (2, 1), "T05": (2, 1), "T06": (1, 1),
    "T07": (2, 2), "T08": (3, 2), "T09": (1, 1), "S01": (3, 1), "S02": (2, 2), "S03": (2, 1),
    "Z01": (3, 1), "Z02": (1, 0),
}  # fmt: skip
_STALLED = {
    ("T06", "key_project"),
    ("T07", "clearance"),
}  # the first of the unit: planned, still open
# Long-delayed projects, all closed out ahead of their planned day: unit, started, planned, closed out
_DELAYED = [
    ("T02", "2017-05-16", "2025-06-30", "2025-05-23"),
    ("T07", "2016-09-08", "2025-12-31", "2025-10-17"),
    ("S02", "2018-03-22", "2025-09-30", "2025-08-29"),
]
# First secretaries who went before another came: village, last day, first day of the next
_GAPS = {"T07-V02": ("2025-02-28", "2025-07-14"), "T10-V01": ("2025-09-15", "")}
_NEVER_SENT = ("T11-V03", "team-2")
_DEMONSTRATIONS = [
    ("T03-V01", "orchard", "2024-06-20"), ("T11-V01", "homestay", "2024-11-08"),
    ("T04-V01", "tea_garden", "2025-01-17"), ("T07-V01", "cold_store", "2025-05-30"),
    ("T06-V02", "processing_shop", "2025-08-12"), ("T09-V01", "vegetable_base", "2025-10-24"),
    ("T11-V02", "mushroom_shed", "2025-12-05"),
]  # fmt: skip


def projects() -> list[Row]:
    """Return the projects, with the day planned and the day they were done or handed over."""
    draws = Draws(36)
    rows: list[Row] = []
    for unit, counts in _COUNTS.items():
        for kind, count in zip(("key_project", "clearance"), counts):
            rows += [_project(draws, unit, kind, within=n == 0) for n in range(count)]
    rows += [[unit, "delayed", *days, ""] for unit, *days in _DELAYED]
    rows.sort(key=lambda row: (str(row[2]), row[0]))
    head = ["project", "unit", "kind", "started", "planned", "actual", "branch_founded"]
    return [head, *([f"PR{n + 1:03d}", *row] for n, row in enumerate(rows))]


def _project(draws: Draws, unit: str, kind: str, *, within: bool) -> Row:
    """Return one project; the first of a kind was planned for 2025, so that each unit has some."""
    planned = date(2024, 9, 15) + timedelta(draws.between(0, 650))
    if within:
        planned = date(2025, 2, 20) + timedelta(draws.between(0, 300))
    length = draws.between(300, 720) if kind == "key_project" else draws.between(90, 240)
    started = planned - timedelta(length)
    late = -8 - 20 * form(unit, planned) + draws.normal(0, 25)
    actual = planned + timedelta(round(late))
    if within and (unit, kind) in _STALLED:
        actual = LAST_DAY + timedelta(1)
    founded: object = ""
    if draws.chance(0.93):
        founded = started + timedelta(int(draws.lognormal(35, 0.7)))
        founded = founded if founded <= LAST_DAY else ""
    return [unit, kind, started, planned, actual if actual <= LAST_DAY else "", founded]


def village_posts() -> list[Row]:
    """Return who held which post in the key villages: a first secretary and two of the team each."""
    draws = Draws(37)
    rows: list[Row] = [["village", "post", "role", "person", "from", "to"]]
    for village in key_villages():
        for post in ("first", "team-1", "team-2"):
            if (village, post) == _NEVER_SENT:
                rows.append([village, post, "team_member", "", "", ""])
                continue
            role = "first_secretary" if post == "first" else "team_member"
            came = date(2023, 5, 15) + timedelta(draws.between(0, 60))
            went = date(2025, 5, 19) + timedelta(draws.between(0, 40))
            next_came: object = went + timedelta(draws.pick([1, 4, 11, 19], [8, 2, 1, 1]))
            if post == "first" and village in _GAPS:
                went, next_came = _GAPS[village]
            rows.append([village, post, role, person("posted", len(rows)), came, went])
            if next_came:
                rows.append([village, post, role, person("posted", len(rows)), next_came, ""])
    return rows


def demonstrations() -> list[Row]:
    """Return the demonstration projects of key villages."""
    rows = [[f"DP{n + 1:02d}", *row] for n, row in enumerate(_DEMONSTRATIONS)]
    return [["project", "village", "kind", "recognized"], *rows]
