"""Make the invented sample district: writes every file of this folder, or of another.

`python data/sample/make_sample.py [--out DIR]`. Seeded, so that each run writes the same bytes.
Every name, number and event is made up.
"""

import argparse
import csv
import io
from pathlib import Path

from make import branches, cases, chains, contest, enterprises, units

DISTRICT = """\
# An invented district: no unit, enterprise, person or event in it is real.
name = { zh = "澄禾区", en = "Chenghe District" }
as_of = 2026-01-15
time_zone = "Asia/Shanghai"
sample = true
language = "zh"
plans = ["township", "alliance"]
units = "units.csv"
closed_before_opened = "closed_at_once"
"""

TABLES = [
    "cases", "branches", "meetings", "life_checks", "enterprises", "visits", "rounds", "marks",
    "chains", "chain_enterprises", "instructors", "chain_meetings", "chain_marks",
]  # fmt: skip


def tables() -> dict[str, list[units.Row]]:
    """Return units and every table, heads first."""
    firms = enterprises.enterprises()
    noted = cases.enterprise_cases(firms)
    branch_rows = branches.branches()
    members = chains.members(firms)
    chain_meetings, raised = chains.meetings_and_cases(members)
    return {
        "units": units.units(),
        "cases": cases.rows([*cases.hotline_cases(), *noted, *raised]),
        "branches": branch_rows,
        "meetings": branches.meetings(branch_rows),
        "life_checks": branches.life_checks(),
        "enterprises": [["enterprise", "unit", "group", "size_class"], *map(list, firms)],
        "visits": enterprises.visits(firms, [(c.enterprise, c.opened.date()) for c in noted]),
        "rounds": contest.rounds(),
        "marks": contest.marks(),
        "chains": chains.chains(members),
        "chain_enterprises": chains.chain_enterprises(members),
        "instructors": chains.instructors(),
        "chain_meetings": chain_meetings,
        "chain_marks": chains.chain_marks(),
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
