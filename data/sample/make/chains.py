"""The industry-chain alliances: members, secretaries, instructors, meetings, marks and problems."""

from dataclasses import dataclass
from datetime import date, timedelta

from .cases import Case, Habits, closing, dispatching, with_answers
from .draws import LAST_DAY, LAST_MOMENT, Draws, after_workdays, at, is_workday, month_days, months
from .enterprises import SIZES, Enterprise
from .units import Row

_QUARTERS = [f"{year}Q{quarter}" for year in (2024, 2025) for quarter in (1, 2, 3, 4)]
_WORKDAYS = {"finance": 20, "land": 30, "labor": 15, "permits": 15, "market": 20, "utilities": 10}


@dataclass(frozen=True, slots=True)
class Chain:
    """How one alliance lives. Shares in [0, 1]; meetings: one mark a quarter, 2024 then 2025."""

    department: str
    size: int
    single: float
    joint: float
    meetings: str  # x held and minuted, o held without minutes, - not held, 2 held twice
    problems: tuple[int, int]  # raised in 2024, in 2025
    stuck: float
    routine: tuple[float, float]  # mean mark in 2024, in 2025
    field: float
    report: float
    events: tuple[int, int]  # trainings and activities a year
    secretary: tuple[str, str]
    instructors: tuple[tuple[str, str], ...]
    not_in_person: int = 0  # the year in which the secretary sent the report on paper


CHAINS = {
    "C01": Chain("区农业农村局", 64, 0.41, 0.45, "xxxxxx2x", (42, 49), 0.03, (93.2, 94.6), 93.0,
                 94.0, (4, 8), ("2022-03-18", ""), (("2022-04-01", ""),)),
    "C02": Chain("区商务局", 47, 0.36, 0.40, "xxxxxxxx", (38, 44), 0.05, (91.5, 92.4), 91.0,
                 92.0, (4, 6), ("2023-06-01", ""),
                 (("2023-06-15", "2025-02-28"), ("2025-03-01", ""))),
    "C03": Chain("区工业和信息化局", 90, 0.33, 0.36, "xxoxxx-x", (51, 58), 0.07, (92.8, 91.1), 91.5,
                 93.0, (5, 7), ("2021-09-10", ""), (("2021-10-08", ""),)),
    "C04": Chain("区林业局", 38, 0.29, 0.42, "xxxxxxxx", (33, 36), 0.06, (88.4, 90.9), 90.2,
                 90.0, (3, 6), ("2023-02-20", ""),
                 (("2023-03-01", "2025-03-14"), ("2025-06-03", ""))),
    "C05": Chain("区卫生健康委员会", 22, 0.32, 0.27, "-x-xxxxx", (27, 31), 0.08, (84.9, 89.2), 87.5,
                 88.5, (2, 4), ("2024-05-06", ""), (("2023-11-01", ""),)),
    "C06": Chain("区发展和改革委员会", 29, 0.38, 0.24, "xxxxxox-", (35, 30), 0.09, (90.3, 88.0),
                 88.2, 87.0, (3, 5), ("2022-11-07", "2025-06-30"), (("2022-12-01", ""),)),
    "C07": Chain("区住房和城乡建设局", 15, 0.27, 0.27, "xx-x-x-x", (26, 28), 0.16, (85.6, 83.4),
                 82.8, 80.0, (2, 3), ("2023-08-14", ""), (("2023-09-01", ""),), 2025),
    "C08": Chain("区科技局", 9, 0.33, 0.45, "x-xx-xxx", (25, 29), 0.05, (87.1, 88.6), 89.0,
                 86.5, (2, 3), ("2023-04-03", ""),
                 (("2023-05-04", "2024-10-08"), ("2025-01-20", "")), 2024),
}  # fmt: skip


def chain_of(alliance: str) -> str:
    """Return the code of the chain that an alliance is built on."""
    return f"CH{alliance[1:]}"


def members(enterprises: list[Enterprise]) -> dict[str, list[Row]]:
    """Return the members of each alliance, the leading enterprise first."""
    draws = Draws(10)
    likely = {"micro": 0.05, "small": 1.0, "medium": 4.0, "large": 8.0}
    fit = [e for e in enterprises if e[1] != "O01"]
    weights = [likely[e[3]] * (2.0 if e[1].startswith("Z") else 1.0) for e in fit]
    sizes = {e[0]: e[3] for e in fit}
    drawn = draws.sample([e[0] for e in fit], sum(c.size for c in CHAINS.values()), weights)
    found: dict[str, list[Row]] = {}
    for alliance, chain in CHAINS.items():
        own = [drawn.pop(0) for _ in range(chain.size)]
        own.sort(key=lambda e: -(SIZES.index(sizes[e])))
        single, joint = round(chain.size * chain.single), round(chain.size * chain.joint)
        forms = ["single"] * single + ["joint"] * joint
        forms += ["none"] * (chain.size - len(forms))
        # large members found their own organization; below that it is a matter of chance
        order = sorted(range(1, chain.size), key=lambda i: i / chain.size + 0.8 * draws.share())
        form_at = dict(zip([0, *order], forms))
        rows = [_member(draws, chain_of(alliance), e, form_at[i], i) for i, e in enumerate(own)]
        found[alliance] = rows
    return found


def _member(draws: Draws, chain: str, enterprise: str, form: str, place: int) -> Row:
    entered = date(2021, 9, 1) + timedelta(draws.between(0, 840))
    if place and draws.chance(0.28):
        entered = date(2024, 1, 8) + timedelta(draws.between(0, 690))
    left: object = ""
    if place and draws.chance(0.15 if form == "none" else 0.04):
        left = min(max(entered, date(2024, 2, 1)) + timedelta(draws.between(90, 600)), LAST_DAY)
    count = {
        "none": draws.between(0, 2),
        "joint": draws.between(1, 6),
        "single": 3 + int(draws.lognormal(5, 0.8)),
    }[form]
    return [chain, enterprise, entered, left, form, count]


def chain_enterprises(found: dict[str, list[Row]]) -> list[Row]:
    """Return the table of members of all chains."""
    head = ["chain", "enterprise", "entered", "left", "form", "members"]
    return [head, *(row for own in found.values() for row in sorted(own, key=lambda r: str(r[1])))]


def chains(found: dict[str, list[Row]]) -> list[Row]:
    """Return the chains with their leading enterprise and its secretary's term."""
    head = ["chain", "unit", "lead_department", "leading_enterprise", "secretary_from"]
    rows: list[Row] = [[*head, "secretary_to"]]
    for alliance, chain in CHAINS.items():
        leading = found[alliance][0][1]
        rows.append([chain_of(alliance), alliance, chain.department, leading, *chain.secretary])
    return rows


def instructors() -> list[Row]:
    """Return the instructors' terms under pseudonymous ids; two chains have a gap between two."""
    rows: list[Row] = [["chain", "person", "from", "to"]]
    for alliance, chain in CHAINS.items():
        for start, end in chain.instructors:
            rows.append([chain_of(alliance), f"P{407 + 61 * len(rows):04d}", start, end])
    return rows


def _workday_in(draws: Draws, month: str) -> date:
    return draws.pick([d for d in month_days(month) if is_workday(d)])


def meetings_and_cases(found: dict[str, list[Row]]) -> tuple[list[Row], list[Case]]:
    """Return the meetings and events of the chains, and the problems raised at joint meetings."""
    draws = Draws(11)
    rows: list[Row] = []
    cases: list[Case] = []
    for alliance, chain in CHAINS.items():
        held = [
            (quarter, mark == "o")
            for quarter, mark in zip(_QUARTERS, chain.meetings)
            for _ in range({"-": 0, "2": 2}.get(mark, 1))
        ]
        for year, problems in zip(("2024", "2025"), chain.problems):
            days = sorted(
                (_meeting_day(draws, quarter), bare)
                for quarter, bare in held
                if quarter[:4] == year
            )
            weights = [0.6 + draws.share() for _ in days]
            raised_at = [draws.pick(range(len(days)), weights) for _ in range(problems)]
            for place, (day, bare) in enumerate(days):
                count = raised_at.count(place)
                minuted = "no" if bare else "yes"
                rows.append([chain_of(alliance), day, "joint_meeting", minuted, count])
                cases += [_raised(draws, alliance, day, found[alliance]) for _ in range(count)]
            for kind, events in zip(("training", "activity"), chain.events):
                for _ in range(max(1, events + draws.between(-1, 1))):
                    day = _workday_in(draws, f"{year}-{draws.between(1, 12):02d}")
                    rows.append([chain_of(alliance), day, kind, "", ""])
    rows.sort(key=lambda row: (row[1], row[0], row[2]))
    return [["chain", "date", "kind", "minuted", "problems_raised"], *rows], cases


def _meeting_day(draws: Draws, quarter: str) -> date:
    month = 3 * int(quarter[5:]) - 3 + draws.pick([1, 2, 3], [1, 3, 4])
    return _workday_in(draws, f"{quarter[:4]}-{month:02d}")


def _raised(draws: Draws, alliance: str, day: date, own: list[Row]) -> Case:
    chain = CHAINS[alliance]
    there = [row[1] for row in own if row[2] <= day and (row[3] == "" or row[3] > day)]
    category = draws.pick(list(_WORKDAYS), [5, 3, 5, 4, 4, 2])
    opened = at(day, draws.between(570, 1030))
    dispatched = dispatching(draws, opened, 0.15)
    due = after_workdays(day, _WORKDAYS[category])
    habits = Habits(0, 0.52, chain.stuck, resolved=0.93, satisfied=0.94, tail=0.05 + chain.stuck)
    closed = closing(draws, opened, dispatched, due, habits, chain.stuck)
    handed_on = dispatched if dispatched <= LAST_MOMENT else None
    case = Case(
        alliance, "chain_meeting", opened, handed_on, due, closed, category,
        enterprise=str(draws.pick(there)),
    )  # fmt: skip
    return with_answers(draws, case, habits)


def chain_marks() -> list[Row]:
    """Return the routine marks month by month, the field studies and the year-end reports."""
    draws = Draws(12)
    rows: list[Row] = []
    for alliance, chain in CHAINS.items():
        for number, month in enumerate(months("2024-01", "2025-12")):
            year = int(month[:4])
            # the mean moves evenly from the one year's to the other's
            drift = chain.routine[0] + (chain.routine[1] - chain.routine[0]) * (number - 5.5) / 12
            rows.append([alliance, "routine", month, _mark(draws, drift, 1.4), ""])
            if month[5:] in {"06", "11"}:
                field = chain.field + (drift - sum(chain.routine) / 2)
                rows.append([alliance, "field_study", month, _mark(draws, field, 1.6), ""])
            if month[5:] == "12":
                given = year != chain.not_in_person
                report = chain.report - (0 if given else 6)
                rows.append(
                    [alliance, "report", month, _mark(draws, report, 1.2), "yes" if given else "no"]
                )
    rows.sort(key=lambda row: (row[2], row[0], row[1]))
    return [["unit", "kind", "month", "mark", "given"], *rows]


def _mark(draws: Draws, mean: float, spread: float) -> str:
    return f"{min(99.0, draws.normal(mean, spread)):.1f}"
