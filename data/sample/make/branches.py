"""Party branches, their meetings month by month, and the checks on them by each unit."""

from datetime import date, timedelta

from .draws import LAST_DAY, Draws, month_days, months, yes_no
from .units import Row

# unit: branches, share of due meetings held, share with the first agenda item
_BRANCHES = {
    "T01": (28, 0.967, 0.972), "T02": (22, 0.981, 0.985), "T03": (17, 0.956, 0.962),
    "T04": (20, 0.962, 0.970), "T05": (32, 0.989, 0.991), "T06": (15, 0.930, 0.951),
    "T07": (34, 0.942, 0.944), "T08": (38, 0.972, 0.978), "T09": (26, 0.951, 0.968),
    "T10": (12, 0.892, 0.931), "T11": (13, 0.935, 0.958), "S01": (56, 0.976, 0.981),
    "S02": (48, 0.985, 0.986), "S03": (42, 0.948, 0.963), "Z01": (14, 0.953, 0.974),
    "Z02": (9, 0.922, 0.940), "O01": (4, 0.940, 0.950),
}  # fmt: skip
_MONTHS = months("2024-07", "2025-12")
# kind: how much of a unit's shortfall falls on it (theme days have a fixed day, others do not)
_MONTHLY = {"committee_meeting": 1.1, "group_meeting": 1.35, "theme_day": 0.6}
_QUARTERLY = {"member_meeting": 0.7, "party_lesson": 1.2}


def branches() -> list[Row]:
    """Return the branches with their make-up and the dates of the young and the dissolved ones."""
    draws = Draws(4)
    head = ["branch", "unit", "has_committee", "has_groups", "founded", "dissolved"]
    rows: list[Row] = [head]
    for unit, (count, *_) in _BRANCHES.items():
        for number in range(1, count + 1):
            founded = date(2004, 3, 1) + timedelta(draws.between(0, 7200))
            if draws.chance(0.04):
                founded = date(2024, 8, 1) + timedelta(draws.between(0, 420))
            dissolved = ""
            if founded.year < 2024 and draws.chance(0.015):
                dissolved = str(date(2024, 10, 1) + timedelta(draws.between(0, 400)))
            committee = draws.chance(0.60)
            groups = draws.chance(0.60 if committee else 0.23)
            code = f"{unit}-B{number:02d}"
            rows.append([code, unit, yes_no(committee), yes_no(groups), founded, dissolved])
    return rows


def _held(draws: Draws, month: str, late: float) -> date:
    """Return a day on which a meeting due for this month was held, now and then one month later."""
    days = month_days(month)
    day = draws.pick(days, [2.0 if d.weekday() in {0, 4} else 1.0 for d in days])
    if draws.chance(late):
        day = days[-1] + timedelta(draws.between(1, 12))
    return min(day, LAST_DAY - timedelta(1))


def meetings(found: list[Row]) -> list[Row]:
    """Return the meetings held; a month that is missing is a meeting that was not held."""
    draws = Draws(5)
    rows: list[Row] = []
    for branch, unit, committee, groups, founded, dissolved in found[1:]:
        _, held, first_item = _BRANCHES[str(unit)]
        kept = min(1.0, max(0.6, held + draws.normal(0, 0.25 * (1 - held))))
        for i, month in enumerate(_MONTHS):
            days = month_days(month)
            if str(days[0]) < str(founded) or (dissolved and str(days[-1]) > str(dissolved)):
                continue
            kinds = dict(_MONTHLY)
            if committee == "no":
                del kinds["committee_meeting"]
            if groups == "no":
                del kinds["group_meeting"]
            if i % 3 == 0:
                kinds |= _QUARTERLY
            season = 1.6 if month[5:] in {"02", "08"} else 0.9
            for kind, weight in kinds.items():
                due = _MONTHS[i + draws.pick([0, 1, 2], [2, 2, 3])] if kind in _QUARTERLY else month
                miss = (1 - kept) * weight * season
                times = 0 if draws.chance(miss) else 1 + draws.chance(0.02)
                for _ in range(times):
                    day = _held(draws, due, 0.02 + 0.5 * (1 - held))
                    rows.append([branch, kind, due, day, yes_no(draws.chance(first_item))])
    rows.sort(key=lambda row: (row[2], row[0], row[1], row[3]))
    return [["branch", "kind", "month", "date", "first_item"], *rows]


def life_checks() -> list[Row]:
    """Return each unit's monthly checks, quarterly reviews and regular tests, done or not."""
    draws = Draws(6)
    rows: list[Row] = []
    for month in _MONTHS:
        last = month_days(month)[-1]
        kinds = {"monthly_check": last}
        if last.month % 3 == 0:
            kinds |= {"quarterly_review": last, "regular_test": last.replace(day=25)}
        for unit, (_, held, _) in _BRANCHES.items():
            for kind, due in kinds.items():
                done = due - timedelta(draws.between(0, 9))
                if draws.chance(0.02 + 0.7 * (1 - held)):
                    done = due + timedelta(draws.between(1, 12))
                missed = draws.chance(0.9 * (1 - held))
                rows.append([unit, kind, due, "" if missed else min(done, LAST_DAY)])
    return [["unit", "kind", "due", "done"], *rows]
