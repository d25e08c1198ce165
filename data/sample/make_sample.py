"""Make the invented sample district: writes every file of this folder, or of another.

`python data/sample/make_sample.py [--out DIR]`. Seeded, so that each run writes the same bytes.
Every name, number and event is made up.
"""

import argparse
import csv
import io
from pathlib import Path

from make import (
    branches,
    cadres,
    cases,
    chains,
    community,
    contest,
    departments,
    enterprises,
    grids,
    leaders,
    members,
    points,
    projects,
    talents,
    units,
    villages,
)

DISTRICT = """\
# An invented district: no unit, enterprise, person or event in it is real.
name = { zh = "澄禾区", en = "Chenghe District" }
as_of = 2026-01-15
time_zone = "Asia/Shanghai"
sample = true
language = "zh"
plans = ["township", "alliance", "department"]
units = "units.csv"
closed_before_opened = "closed_at_once"
"""

TABLES = [
    "cases", "branches", "meetings", "life_checks", "enterprises", "visits", "rounds", "marks",
    "chains", "chain_enterprises", "instructors", "chain_meetings", "chain_marks", "population",
    "village_ratings", "village_vetoes", "village_listings", "village_remedies", "disclosures",
    "secretary_files", "task_items", "test_marks", "ledger_checks", "cadre_records",
    "talent_branches", "talents", "activists", "points", "development_steps", "leaders", "lectures",
    "projects", "village_posts", "demonstrations", "grids", "grid_cells", "community_bodies",
    "service_points", "service_events", "household_visits",
]  # fmt: skip


def tables() -> dict[str, list[units.Row]]:
    """Return units and every table, heads first."""
    firms = enterprises.enterprises()
    noted = cases.enterprise_cases(firms)
    branch_rows = branches.branches()
    members_of = chains.members(firms)
    chain_meetings, raised = chains.meetings_and_cases(members_of)
    grid_rows, cell_rows = grids.grids()
    population = grids.population(grid_rows)
    households = {str(row[0]): int(str(row[3])) for row in population[1:]}
    case_rows = cases.rows([*cases.hotline_cases(), *noted, *raised])
    # what came later stands below, so that earlier cases keep their lines and numbers
    case_rows += cases.rows(departments.cases())[1:] + community.difficulties(households)
    return {
        "units": units.units(),
        "cases": case_rows,
        "branches": branch_rows,
        "meetings": branches.meetings(branch_rows),
        "life_checks": branches.life_checks(),
        "enterprises": [["enterprise", "unit", "group", "size_class"], *map(list, firms)],
        "visits": enterprises.visits(firms, [(c.enterprise, c.opened.date()) for c in noted]),
        "rounds": contest.rounds(),
        "marks": contest.marks(),
        "chains": chains.chains(members_of),
        "chain_enterprises": chains.chain_enterprises(members_of),
        "instructors": chains.instructors(),
        "chain_meetings": chain_meetings,
        "chain_marks": chains.chain_marks(),
        "population": population,
        "grids": grid_rows,
        "grid_cells": cell_rows,
        **_of_villages_and_cadres(),
        **_of_members_and_leaders(),
        "projects": projects.projects(),
        "village_posts": projects.village_posts(),
        "demonstrations": projects.demonstrations(),
        "community_bodies": community.bodies(),
        "service_points": community.service_points(),
        "service_events": community.service_events(),
        "household_visits": community.household_visits(households),
    }


def _of_villages_and_cadres() -> dict[str, list[units.Row]]:
    return {
        "village_ratings": villages.ratings(),
        "village_vetoes": villages.vetoes(),
        "village_listings": villages.listings(),
        "village_remedies": villages.remedies(),
        "disclosures": cadres.disclosures(),
        "secretary_files": cadres.secretary_files(),
        "task_items": cadres.task_items(),
        "test_marks": cadres.test_marks(),
        "ledger_checks": cadres.ledger_checks(),
        "cadre_records": cadres.cadre_records(),
    }


def _of_members_and_leaders() -> dict[str, list[units.Row]]:
    on_the_way = members.members()
    listed = points.activists(on_the_way)
    teaching = leaders.leaders()
    return {
        "talent_branches": talents.branches(),
        "talents": talents.talents(),
        "activists": listed,
        "points": points.points(listed),
        "development_steps": members.steps(on_the_way),
        "leaders": teaching,
        "lectures": leaders.lectures(teaching),
    }


def district_toml() -> str:
    """Return district.toml: what the district is, and the file of each table."""
    return DISTRICT + "".join(f'\n[tables.{name}]\nfile = "{name}.csv"\n' for name in TABLES)


def main() -> None:
    """Write the district into the folder named, or beside this script."""
    parser = argparse.ArgumentParser(description="Write the invented sample district.")
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parent, help="folder to write into"
    )
    folder: Path = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "district.toml").write_bytes(district_toml().encode())
    for name, rows in tables().items():
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        (folder / f"{name}.csv").write_bytes(text.getvalue().encode())


if __name__ == "__main__":
    main()
