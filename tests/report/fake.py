"""Small invented districts, written to a folder and evaluated for real: the corner cases a page must bear."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from seedmetrics.evaluation import Evaluation, evaluate
from seedmetrics.records import open_district

QUARTERS = {"2025Q1": "2025-02", "2025Q2": "2025-05", "2025Q3": "2025-08", "2025Q4": "2025-11"}


@dataclass(frozen=True)
class Fake:
    """What an invented district is like."""

    groups: Mapping[str, int] = field(default_factory=lambda: {"towns": 5})
    quarters: tuple[str, ...] = ("2025Q3", "2025Q4")
    cases: int = 40
    few: Mapping[str, int] = field(default_factory=dict)  # cases a quarter of some units
    names: Mapping[str, str] = field(default_factory=dict)
    reason: str = "repeat_of_open_case"
    closure: bool = True
    tiers: bool = True
    targets: bool = True
    second: bool = True  # a second indicator
    title: str = "Trial evaluation"


def codes(fake: Fake) -> list[tuple[str, str]]:
    """Return unit code and group, in order."""
    return [
        (f"{group[0].upper()}{k + 1:02d}", group)
        for group, count in fake.groups.items()
        for k in range(count)
    ]


def plan_text(fake: Fake) -> str:
    """Return the plan as TOML."""
    lines = [
        'name = "trial"',
        f'title = {{ en = "{fake.title}", zh = "试评" }}',
        'level = "township"',
        'cadence = "quarter"',
        "history = 8",
        "[groups]",
    ]
    lines += [f'{group} = {{ en = "{group}", zh = "镇" }}' for group in fake.groups]
    if fake.tiers:
        lines += ["[tiers]", "quotas = [0.2, 0.6]", "[tiers.names]"]
        lines += ['en = ["first", "second", "third"]', 'zh = ["第一档", "第二档", "第三档"]']
    if fake.closure:
        lines += ["[closure]", 'channels = ["hotline"]']
    lines += [
        "[[pillars]]",
        'name = "closing"',
        'title = { en = "Closing", zh = "办结" }',
        "weight = 1",
    ]
    for name in ("closure_rate", "on_time_rate")[: 2 if fake.second else 1]:
        lines += [
            "[[indicators]]",
            f'name = "hotline.{name}"',
            'pillar = "closing"',
            "weight = 1",
            "low = 0.5",
        ]
        lines += ["target = 0.95", "floor = 0.8"] if fake.targets else []
    return "\n".join(lines)


def case_rows(fake: Fake) -> list[list[str]]:
    """Return the cases: every unit's own share closed and on time, the same at each call."""
    random = np.random.default_rng(7)
    rows = []
    for place, (unit, _) in enumerate(codes(fake)):
        for quarter in fake.quarters:
            month = QUARTERS[quarter]
            for k in range(fake.few.get(unit, fake.cases)):
                opened, due = f"{month}-{1 + k % 9:02d}", f"{month}-{15 + k % 9:02d}"
                closed = ""
                if random.random() < 0.97 - 0.02 * (place % 11):
                    day = 10 + int(random.integers(0, 17))
                    closed = f"{month}-{day:02d}"
                excluded = fake.reason if k == 7 else ""
                rows.append(
                    [f"{unit}-{quarter}-{k}", unit, "hotline", opened, due, closed, excluded]
                )
    return rows


def write(folder: Path, fake: Fake) -> Path:
    """Write the district's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "district.toml").write_text(
        'name = { en = "Trial District", zh = "试验区" }\nas_of = 2026-01-15\ntime_zone = "Asia/Shanghai"\n'
        'sample = true\nlanguage = "en"\nplans = ["trial"]\n[tables.cases]\nfile = "cases.csv"\n',
        encoding="utf-8",
    )
    (folder / "trial.toml").write_text(plan_text(fake), encoding="utf-8")
    with (folder / "units.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(
            ["code", "name_zh", "name_en", "level", "kind", "group", "parent", "aliases"]
        )
        for unit, group in codes(fake):
            name = fake.names.get(unit, f"{group[:-1].capitalize()} {unit}")
            table.writerow(
                [unit, fake.names.get(unit, f"{unit}镇"), name, "township", "town", group, "", ""]
            )
    with (folder / "cases.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["case_id", "unit", "channel", "opened", "due", "closed", "excluded"])
        table.writerows(case_rows(fake))
    return folder


def evaluation(folder: Path, fake: Fake, period: str = "2025Q4") -> Evaluation:
    """Write, open and evaluate an invented district."""
    return evaluate(open_district(write(folder, fake)), period=period)
