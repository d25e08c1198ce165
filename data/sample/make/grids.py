"""Households and residents, the grids they live in, and the cells with their linking members."""

from collections.abc import Iterator
from datetime import date, timedelta

from .contest import form
from .draws import Draws
from .people import person
from .units import TOWNSHIP_CODES, Row, villages_of

_URBAN = {"S01": 20, "S02": 16, "S03": 13, "Z01": 6, "Z02": 4, "O01": 1}
_DEDICATED = {"S01": 3, "S02": 2, "S03": 2, "Z01": 5, "Z02": 3}  # campuses, markets, firms
_OVERSIZED = "S03"  # new estates, not yet divided
_LARGE_CELLS = "T07"
_DIVIDED = {"T02": 3}  # grids too large until they were divided in the summer of 2025
_DIVIDED_ON = date(2025, 6, 30)
_WITHOUT_GROUP = {"T06": 0.16, "T10": 0.14, "T07": 0.10}


def grids() -> tuple[list[Row], list[Row]]:
    """Return the grids and their cells."""
    draws = Draws(38)
    table: list[Row] = []
    cells: list[Row] = []
    members = iter(range(9_999))
    for unit in TOWNSHIP_CODES:
        own = [["urban", _urban(draws, unit)] for _ in range(_URBAN.get(unit, 0))]
        own += [["dedicated", draws.between(20, 180)] for _ in range(_DEDICATED.get(unit, 0))]
        for _ in villages_of(unit):
            count = 2 if unit == "O01" else draws.pick([3, 4], [1, 1])
            own += [["rural", _rural(draws)] for _ in range(count)]
        alive = [[kind, households, ""] for kind, households in own]
        alive += _divided(draws, unit, alive)
        for number, (kind, households, fate) in enumerate(alive):
            grid = f"{unit}-{str(kind)[0].upper()}{number + 1:02d}"
            found = _cells(draws, unit, grid, str(kind), int(households), members)
            if kind != "urban" or number % 2 == 0:  # in every other urban grid cells are not listed
                cells += found
            founded = date(2022, 3, 1) + timedelta(draws.between(0, 780))
            founded = _DIVIDED_ON + timedelta(1) if fate == "new" else founded
            group = not draws.chance(_WITHOUT_GROUP.get(unit, 0.035))
            linked = sum(int(str(cell[3])) for cell in found)
            dissolved = _DIVIDED_ON if fate == "old" else ""
            has_group = "yes" if group else "no"
            table.append([grid, unit, kind, households, has_group, linked, founded, dissolved])
    head = ["grid", "unit", "kind", "households", "has_group", "linked", "founded", "dissolved"]
    return [head, *table], [["cell", "grid", "households", "linked", "member"], *cells]


def _urban(draws: Draws, unit: str) -> int:
    if unit == _OVERSIZED and draws.chance(0.7):
        return draws.between(520, 860)
    if draws.chance(0.10):
        return draws.pick([draws.between(180, 295), draws.between(505, 610)])
    return draws.between(305, 498)


def _rural(draws: Draws) -> int:
    if draws.chance(0.09):
        return draws.pick([draws.between(33, 39), draws.between(61, 72)])
    return min(60, max(40, round(draws.normal(50, 4.5))))


def _divided(draws: Draws, unit: str, alive: list[list[object]]) -> list[list[object]]:
    """Make some grids old and too large, and return the two that each became."""
    new: list[list[object]] = []
    for grid in alive[: _DIVIDED.get(unit, 0)]:
        half = draws.between(42, 50)
        grid[1:] = [half + 47, "old"]
        new += [["rural", half, "new"], ["rural", 47, "new"]]
    return new


def _cells(
    draws: Draws, unit: str, grid: str, kind: str, households: int, members: Iterator[int]
) -> list[Row]:
    """Divide a grid into cells; a member is linked with one of them or two."""
    size = 19.0 if unit == _LARGE_CELLS else 12.5
    count = max(1, round(households / size))
    ends = [round(households * (i + 0.16 * (draws.share() - 0.5)) / count) for i in range(1, count)]
    sizes = [b - a for a, b in zip([0, *ends], [*ends, households])]
    share = {"urban": 0.52, "rural": 0.84, "dedicated": 0.65}[kind] + 0.06 * form(
        unit, date(2025, 6, 1)
    )
    without = max(0.01, 0.5 * (1 - share))
    rows: list[Row] = []
    member = ""
    left = 0
    for number, of in enumerate(sizes):
        if left == 0:
            member, left = person("linking", next(members)), draws.pick([1, 2], [3, 2])
        left -= 1
        none = draws.chance(without)
        linked = (
            0 if none else min(of, round(of * min(1.0, draws.normal(share / (1 - without), 0.12))))
        )
        rows.append([f"{grid}-{number + 1:02d}", grid, of, max(0, linked), "" if none else member])
    return rows


def population(found: list[Row]) -> list[Row]:
    """Return residents and households year by year: those of the grids, and a few that live in none."""
    draws = Draws(39)
    rows: list[Row] = [["unit", "year", "residents", "households"]]
    for unit in TOWNSHIP_CODES:
        inside = sum(
            int(str(grid[3]))
            for grid in found[1:]
            if grid[1] == unit and grid[2] != "dedicated" and grid[7] == ""
        )
        outside = 1.008 + 0.03 * draws.share()
        persons = (2.55 if unit[0] == "S" else 2.85) + 0.3 * draws.share()
        for year in (2023, 2024, 2025):
            households = round(
                inside * outside * (1 + (0.006 if unit[0] in "SZ" else -0.004) * (year - 2025))
            )
            rows.append([unit, year, round(households * persons), households])
    return rows
