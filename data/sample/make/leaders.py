"""Leaders of townships and departments, and the lessons they gave."""

from datetime import date, timedelta

from .contest import form
from .draws import LAST_DAY, Draws, next_workday
from .people import person
from .units import DEPARTMENT_CODES, TOWNSHIP_CODES, Row

# A county leader is linked with one of these units, and teaches there.
_COUNTY = ["T01", "T05", "T07", "T08", "T10", "S01", "S03", "Z01", "D01", "D06"]
_TOPICS = ["theory", "policy", "methods", "experience", "other"]
_LESSONS = {"T05": 1.0, "T09": 0.78, "T07": 0.72, "O01": 0.8, "D07": 0.45, "D11": 1.0}
_TO_YEAR_END = {"T09", "D10"}  # where most lessons are given in the last weeks of the year


def leaders() -> list[Row]:
    """Return the leaders, with those who left their posts and those who came after."""
    draws = Draws(31)
    rows: list[Row] = [["leader", "unit", "post", "from", "to"]]
    for unit in [*TOWNSHIP_CODES, *DEPARTMENT_CODES]:
        kind = "bureau" if unit in DEPARTMENT_CODES else "township"
        posts = ["county_leader"] * (unit in _COUNTY) + [f"{kind}_secretary", f"{kind}_head"]
        team = 2 if unit == "O01" else draws.between(8, 12)
        for post in posts + ["team_member"] * team:
            came = date(2020, 3, 1) + timedelta(draws.between(0, 1300))
            if draws.chance(0.14):
                went = date(2024, 9, 1) + timedelta(draws.between(0, 430))
                rows.append([person("leaders", len(rows)), unit, post, came, went])
                came = went + timedelta(draws.between(1, 40))
            rows.append([person("leaders", len(rows)), unit, post, came, ""])
    return rows


def lectures(known: list[Row]) -> list[Row]:
    """Return the lessons of the second half of 2024 and of 2025, and the first of 2026."""
    draws = Draws(32)
    rows: list[Row] = []
    for code, unit, _, came, went in known[1:]:
        share = _LESSONS.get(unit, min(0.97, 0.88 + 0.05 * form(unit, LAST_DAY)))
        for begin, end, part in [
            (date(2024, 7, 1), date(2024, 12, 27), 0.75),
            (date(2025, 1, 6), date(2025, 12, 29), 1.0),
            (date(2026, 1, 4), LAST_DAY, 0.03),
        ]:
            first, last = max(begin, came), min(end, went or end)
            if last < first or not draws.chance(share * part):
                continue
            for _ in range(draws.pick([1, 2, 3], [6, 3, 1]) if last.month == 12 else 1):
                days = (last - first).days
                # lessons come late rather than early, and some units wait for the last weeks
                place = draws.share() ** (0.07 if unit in _TO_YEAR_END else 0.8)
                day = min(next_workday(first + timedelta(int(days * place))), last)
                rows.append([code, day, draws.pick(_TOPICS, [4, 3, 2, 2, 1])])
    rows.sort(key=lambda row: (row[1], row[0]))
    return [["leader", "date", "topic"], *rows]
