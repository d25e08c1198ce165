"""Persons on the way to membership: up to 25 steps each, with what practice makes of the rules."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from .contest import form
from .draws import LAST_DAY, Draws, after_workdays, next_workday
from .people import person
from .units import TOWNSHIP_CODES, Row

_FIRST = date(2020, 1, 6)
HOW_MANY = {
    "T01": 40, "T02": 36, "T03": 34, "T04": 35, "T05": 43, "T06": 32, "T07": 50, "T08": 44,
    "T09": 38, "T10": 33, "T11": 30, "S01": 45, "S02": 42, "S03": 41, "Z01": 37, "Z02": 28, "O01": 4,
}  # fmt: skip
# Where targets are made public: local practice, years before it was a rule.
_PUBLISHES = {"T01", "T05", "S01", "S02", "S03", "Z01"}
_HASTY = "T07"  # many of its activists are listed as targets before their year is over
_SLOW_TO_APPROVE = "T04"
_REVIEWS_AFTERWARDS = "T03"
_SELDOM_OBSERVES = "T06"  # until 2025
_WITHOUT_DATES = "T10"


@dataclass
class Member:
    """
    One person on the way.

    Attributes
    ----------
    code, unit : str
        Who and where.
    steps : list of row
        Step, date, and what the meeting or training was.
    since : dict of str to date
        First day as activist, as target, as probationary and as full member.
    left : date or None
        When the person gave up or was struck off.
    """

    code: str
    unit: str
    steps: list[Row] = field(default_factory=list)
    since: dict[str, date] = field(default_factory=dict)
    left: date | None = None


class _Way:
    """The steps of one person, one after the other."""

    def __init__(self, draws: Draws, member: Member) -> None:
        self.draws = draws
        self.member = member
        self.day: dict[int, date] = {}

    def after(self, step: int, low: int, high: int) -> date:
        """Return a working day so many days after a step."""
        return next_workday(self.day[step] + timedelta(self.draws.between(low, high)))

    def take(self, step: int, day: date, **more: object) -> None:
        """Write a step down, unless it lies after the export."""
        self.day.setdefault(step, day)
        if day <= LAST_DAY:
            columns = ("due", "present", "yes", "days", "hours", "shown", "hidden", "extended")
            self.member.steps.append([step, day, *(more.get(name, "") for name in columns)])

    def over(self) -> bool:
        """Tell whether the way has reached the export."""
        return max(self.day.values()) > LAST_DAY


def members() -> list[Member]:
    """Return every person of the full-process record."""
    found: list[Member] = []
    for place, unit in enumerate(TOWNSHIP_CODES):
        draws = Draws(860 + place)
        for number in range(HOW_MANY[unit]):
            # spread over six years, with fewer in the first of them
            days = int(((number + draws.share()) / HOW_MANY[unit]) ** 0.62 * 2100)
            if unit == _HASTY and number % 4 == 1:  # a quota to be filled by 2025
                days = 1360 + draws.between(0, 130)
            member = Member(person("developing", len(found)), unit)
            _go(_Way(draws, member), next_workday(_FIRST + timedelta(days)))
            found.append(member)
    _plant(found)
    return found


def _go(way: _Way, applied: date) -> None:
    """Take a person as far as the export, or until the person drops out."""
    _apply(way, applied)
    if way.over() or way.draws.chance(0.10):
        return
    if not _be_activist(way) or way.over():
        return
    _be_target(way)
    if way.over():
        return
    _be_admitted(way)
    if not way.over():
        _be_probationary(way)


def _apply(way: _Way, applied: date) -> None:
    draws = way.draws
    way.take(1, applied)
    late = draws.chance(0.16 if way.member.unit == "T11" else 0.04)
    way.take(2, way.after(1, 33, 70) if late else way.after(1, 3, 24))


def _be_activist(way: _Way) -> bool:
    """Take steps 3 to 6, and tell whether the person became more than an activist."""
    draws, unit = way.draws, way.member.unit
    way.take(3, way.after(2, 165, 430), **_votes(draws))
    way.member.since["activist"] = way.day[3]
    way.take(4, way.after(3, 2, 18))
    way.take(5, way.after(4, 0, 12))
    months = draws.between(390, 640)
    if unit == _HASTY and way.day[3] >= date(2023, 6, 1) and draws.chance(0.85):
        months = draws.between(190, 345)
    elif draws.chance(0.008):
        months = draws.between(300, 355)
    listed = next_workday(way.day[3] + timedelta(months))
    gives_up = draws.chance(0.12)
    ends = min(listed + timedelta(draws.between(0, 500)) * gives_up, LAST_DAY)
    seen = way.day[3]
    while True:
        rare = unit == _SELDOM_OBSERVES and seen < date(2025, 1, 1) and draws.chance(0.45)
        seen = next_workday(
            seen + timedelta(draws.between(200, 330) if rare else draws.between(150, 177))
        )
        if seen >= ends:
            break
        way.take(6, seen)
    if gives_up:
        way.member.left = ends if ends < LAST_DAY else None
        return False
    shown: dict[str, object] = {}
    if unit in _PUBLISHES and not draws.chance(0.04):
        # five working days, both ends counted; now and then one short of it
        first = next_workday(listed - timedelta(draws.between(14, 24)))
        shown = {"shown": first, "hidden": after_workdays(first, 3 if draws.chance(0.07) else 4)}
    votes = _votes(draws) if draws.chance(0.5) else {}
    way.take(7, listed, **(shown if listed <= LAST_DAY else {}), **votes)
    return True


def _votes(draws: Draws) -> dict[str, object]:
    """Return a vote that carried: those due, those present, those for."""
    due = draws.between(9, 34)
    present = due - min(int(draws.lognormal(2.0, 0.7)), (due - 1) // 4)
    return {"due": due, "present": present, "yes": present - draws.pick([0, 1, 2], [8, 2, 1])}


def _be_target(way: _Way) -> None:
    draws = way.draws
    way.member.since["target"] = way.day[7]
    way.take(8, way.after(7, 2, 16))
    way.take(9, way.after(8, 0, 6))
    way.take(10, way.after(9, 6, 35))
    amount: dict[str, object] = {"days": draws.pick([3, 4, 5], [5, 2, 2])}
    if draws.chance(0.4):
        amount = {"hours": draws.pick([24, 26, 32, 40], [6, 2, 2, 2])}
    if draws.chance(0.015):
        amount = {"days": 2}
    way.take(11, way.after(9, 8, 60), **amount)


def _be_admitted(way: _Way) -> None:
    draws, unit = way.draws, way.member.unit
    way.take(12, next_workday(max(way.day[10], way.day[11]) + timedelta(draws.between(4, 30))))
    way.take(13, way.after(12, 5, 28))
    way.take(14, way.after(13, 1, 6))
    way.take(15, way.after(14, 4, 32 if draws.chance(0.07) else 20), **_votes(draws))
    way.member.since["probationary"] = way.day[15]
    way.take(16, way.after(15, 4, 20))
    waits = (95, 205) if unit == _SLOW_TO_APPROVE and draws.chance(0.55) else (22, 80)
    waits = (93, 130) if draws.chance(0.02) else waits
    way.take(17, max(way.after(15, *waits), way.after(16, 1, 5)))
    way.take(18, way.after(17, 3, 20))
    way.take(19, way.after(18, 0, 6))
    way.take(20, way.after(19, 0, 18))


def _be_probationary(way: _Way) -> None:
    draws, unit = way.draws, way.member.unit
    way.take(21, max(way.after(15, 165, 182), way.after(20, 2, 10)))
    way.take(21, way.after(15, 320, 345))
    way.take(22, way.after(15, 335, 352))
    full = next_workday(_year_after(way.day[15]) + timedelta(draws.between(0, 32)))
    if draws.chance(0.05):  # the meeting puts off the decision, and meets again
        until = _year_after(way.day[15])
        if unit == "T02":
            until += timedelta(91)  # three months, where the rule asks for six at least
        else:
            until = _year_after(until) - timedelta(draws.pick([0, 90, 180], [2, 2, 2]))
        way.take(23, full, **_votes(draws), extended=until)
        way.day.pop(23)
        full = next_workday(until + timedelta(draws.between(0, 20)))
    way.take(23, full, **_votes(draws))
    if full <= LAST_DAY:
        way.member.since["full"] = full
    way.take(24, way.after(23, 96, 140) if draws.chance(0.03) else way.after(23, 14, 75))
    way.take(25, way.after(24, 3, 25))


def _year_after(day: date) -> date:
    """Return the same day of the next year."""
    return day.replace(year=day.year + 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _plant(found: list[Member]) -> None:
    """Make a few breaches that the units are known for."""

    def rows(unit: str, step: int, since: str, more: int = 0) -> list[tuple[Row, dict[int, Row]]]:
        result = []
        for member in found:
            by_step = {int(str(row[0])): row for row in member.steps}
            if member.unit == unit and step + more in by_step and str(by_step[step][1]) >= since:
                result.append((by_step[step], by_step))
        return result

    for review, steps in rows(_REVIEWS_AFTERWARDS, 15, "2024-11-01"):
        steps[10][1] = next_workday(review[1] + timedelta(9))  # the review after the meeting
    for form_filled, steps in rows("T09", 14, "2025-01-01", 1)[:1]:
        form_filled[1] = next_workday(
            steps[15][1] + timedelta(4)
        )  # the form filled in after the vote
    for vote, _ in rows("S01", 15, "2025-01-01")[:1]:
        vote[2:5] = [21, 14, 10]  # ten of twenty-one due: no majority
    for vote, _ in rows("T02", 23, "2024-07-01")[:1]:
        vote[2:5] = [19, 9, 9]  # nine of nineteen were there


def steps(found: list[Member]) -> list[Row]:
    """Return the table of steps; some dates were never written down, in one unit many."""
    draws = Draws(33)
    head = ["person", "unit", "step", "date", "votes_due", "present", "yes", "days", "hours"]
    table: list[Row] = [[*head, "publicity_from", "publicity_to", "extended_to"]]
    for member in found:
        lost = 0.012 - 0.005 * form(member.unit, LAST_DAY)
        for step, day, *more in sorted(member.steps, key=lambda row: (row[0], row[1])):
            unknown = draws.chance(max(0.004, lost))
            if member.unit == _WITHOUT_DATES:
                unknown = draws.chance(0.30 if step in {2, 6, 8, 10, 11, 13, 17, 18, 24} else 0.12)
                if draws.chance(0.45):
                    more[:5] = [""] * 5
            if step == 1 and unknown:
                unknown = draws.chance(0.3)  # the application itself bears a date
            table.append([member.code, member.unit, step, "" if unknown else day, *more])
    return table
