"""A village's own section: domains against the pass mark, stars by year, the remedy plan, the list of weak villages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from seedmetrics.evaluation import UnitEvaluation
from seedmetrics.indicators.counting import last_moment
from seedmetrics.indicators.star_models import BADGE, read_star_model
from seedmetrics.indicators.village_stars import rated_villages, rating_year
from seedmetrics.records import Period
from seedmetrics.report.html import Html, render, tag_of
from seedmetrics.report.numbers import missing
from seedmetrics.report.section_rows import keeps, none_section, planned
from seedmetrics.report.strips import bar
from seedmetrics.report.view import View

BADGES, STARS = "village_stars.badges", "village_stars.stars"
NONE = float("nan")


@dataclass(frozen=True, slots=True)
class Domain:
    """One domain: name, mark as text and drawn, whether its star is earned in words."""

    name: str
    mark: str
    strip: Markup
    earned: str
    short: bool


@dataclass(frozen=True, slots=True)
class YearStars:
    """The stars of one year: drawn as signs, in words, and the points behind them."""

    year: str
    signs: str
    stars: str
    points: str


@dataclass(frozen=True, slots=True)
class Remedy:
    """One problem of the remedy plan; `tag` is the language of its words."""

    problem: str
    tag: str
    opened: str
    due: str
    state: str
    late: bool


def has_village(view: View) -> bool:
    """Return whether a page has this section: it is about a village, and its ratings are kept."""
    rated = bool({BADGES, STARS} & set(planned(view, "village_stars")))
    return view.plan.level == "village" and rated and keeps(view, ["village_ratings"])


def village_section(view: View, unit: UnitEvaluation) -> Html:
    """Return the section; a sentence where the page is of no village or no ratings are kept."""
    words = view.words
    if not has_village(view):
        return none_section(
            view, "village", title=words("village.heading"), text=words("village.none")
        )
    domains, pass_mark = domain_rows(view, unit.code)
    years = star_years(view, unit.code)
    title = village_title(view, domains, pass_mark)
    return render(
        "village",
        view.language,
        title,
        w=words,
        title=title,
        subtitle=domains_subtitle(view, pass_mark),
        domains=domains,
        years=years,
        years_title=years_title(view, years),
        has_points=any(year.points for year in years),
        remedies=remedy_rows(view, unit.code),
        remedies_title=remedies_title(view, unit.code),
        listings=listing_lines(view, unit.code),
    )


# domains --------------------------------------------------------------------------------------------------
def option_of(view: View, name: str, option: str) -> Mapping[str, Any] | None:
    """Return a model out of the plan's options, None where the plan does not have the indicator."""
    if name not in planned(view, "village_stars"):
        return None
    found: Mapping[str, Any] | None = view.plan.options_of(name).get(option)
    return found


def marks_of(view: View, code: str) -> pd.Series:
    """Return the village's marks of the rating that is used, by criterion; empty where there is none."""
    district = view.evaluation.district
    year = rating_year(district, view.evaluation.period)
    ratings: pd.DataFrame = district.table("village_ratings")
    mine = ratings[(ratings["village"] == code) & (ratings["year"].astype(str) == str(year))]
    return mine.set_index("criterion")["mark"].astype(float)


def domain_rows(view: View, code: str) -> tuple[list[Domain], float]:
    """Return the domains with their marks, and the mark that earns a star; nothing where the plan has no domains."""
    given = option_of(view, BADGES, "badge_model")
    if given is None:
        return [], NONE
    model = read_star_model(given, option="badge_model", kind=BADGE)
    titles = {row["name"]: row.get("title") for row in given["domains"]}
    marks = marks_of(view, code)
    rows = []
    for name in model.criteria:
        mark = float(marks.get(name, NONE))
        title = view.words.pick(titles[name], name.replace("_", " "))
        if missing(mark):
            not_marked = view.words("village.not_marked")
            rows.append(Domain(title, not_marked, Markup(), "", short=False))
            continue
        earned = mark >= model.pass_mark
        strip = bar(mark / 100, NONE, NONE, start=0, target=model.pass_mark / 100)
        reading = view.words("village.earned" if earned else "village.not_earned")
        rows.append(Domain(title, view.numbers.points(mark), strip, reading, short=not earned))
    return rows, model.pass_mark


def village_title(view: View, domains: list[Domain], pass_mark: float) -> str:
    """Return how many domains earn their star, and which fall short."""
    words = view.words
    marked = [d for d in domains if d.strip]
    if not marked:
        return words("village.no_marks")
    short = [view.words.inside(d.name) for d in marked if d.short]
    earned = len(marked) - len(short)
    if not short:
        return words("village.all_earned", of=words.spelled(len(marked)), count=len(marked))
    key = "village.none_earned" if not earned else "village.some_earned"
    return words(
        key, count=earned, earned=words.spelled(earned), of=words.spelled(len(marked)), names=words.join(short),
        mark=view.numbers.plain(pass_mark),
    )  # fmt: skip


def domains_subtitle(view: View, pass_mark: float) -> str:
    """Return what the marks are: of which year, and what earns a star."""
    year = rating_year(view.evaluation.district, view.evaluation.period)
    if year is None or missing(pass_mark):
        return ""
    return view.words(
        "village.domains_sub",
        year=view.numbers.period(str(year)),
        mark=view.numbers.plain(pass_mark),
    )


# stars ----------------------------------------------------------------------------------------------------
def star_years(view: View, code: str) -> list[YearStars]:
    """Return the stars of every rating on record up to the period, the latest first."""
    given = option_of(view, STARS, "model")
    if given is None:
        return []
    district = view.evaluation.district
    model = read_star_model(given)
    texts = district.table("village_ratings")["year"].astype(str).unique()
    rows = []
    for year in sorted({Period.parse(text) for text in texts}, reverse=True):
        if year.end > view.evaluation.period.end:
            continue
        rated = rated_villages(district, year, model)
        if rated is None or code not in rated.index:
            continue
        stars = float(rated["stars"].loc[code])
        points = float(rated["points"].loc[code])
        rows.append(year_stars(view, year, stars, points, model.stars))
    return rows


def year_stars(view: View, year: Period, stars: float, points: float, most: int) -> YearStars:
    """Return one year's stars in signs and words; a rating that is not complete gives none."""
    words = view.words
    name = view.numbers.period(str(year))
    score = "" if missing(points) else view.numbers.points(points)
    if missing(stars):
        return YearStars(name, "", words("village.no_stars"), score)
    count = round(stars)
    signs = words("village.star") * count + words("village.no_star") * (most - count)
    return YearStars(name, signs, words("village.stars_of", count=count, most=most), score)


def years_title(view: View, years: list[YearStars]) -> str:
    """Return the latest stars, and those of the year before."""
    told = [year for year in years if year.signs]
    if not told:
        return view.words("village.never_rated")
    if len(told) == 1:
        return view.words("village.stars_once", stars=told[0].stars, year=told[0].year)
    key = "village.stars_same" if told[0].stars == told[1].stars else "village.stars_changed"
    return view.words(key, stars=told[0].stars, year=told[0].year, before=told[1].stars)


# remedies and listings ------------------------------------------------------------------------------------
def _mine(view: View, table: str, code: str, since: str) -> pd.DataFrame:
    """Return the village's rows of a table that had begun by the end of the period, the latest first."""
    district = view.evaluation.district
    if table not in district.tables:
        return pd.DataFrame()
    rows: pd.DataFrame = district.table(table)
    moment = last_moment(district, view.evaluation.period)
    mine = rows[(rows["village"] == code) & (rows[since] <= moment)]
    return mine.sort_values(since, ascending=False, kind="stable")


def remedy_rows(view: View, code: str) -> list[Remedy]:
    """Return the problems of the remedy plan, open ones first."""
    rows = _mine(view, "village_remedies", code, "opened")
    found = [_remedy(view, row) for row in rows.to_dict("records")]
    is_open = [missing(closed) for closed in rows["closed"]] if len(rows) else []
    return [r for r, o in zip(found, is_open) if o] + [r for r, o in zip(found, is_open) if not o]


def _remedy(view: View, row: Mapping[Any, Any]) -> Remedy:
    """Return one problem: closed on a day, open, or open past its due day."""
    words, numbers = view.words, view.numbers
    problem = own_words(view, "problem", row["problem"])
    due, closed = row["due"], row["closed"]
    late = missing(closed) and not missing(due) and due < view.evaluation.district.as_of
    state = words("village.overdue" if late else "village.open")
    if not missing(closed):
        after = not missing(due) and closed > due
        key = "village.closed_late" if after else "village.closed"
        state = words(key, date=numbers.date(closed))
    return Remedy(
        problem,
        tag_of(problem, view.language),
        numbers.date(row["opened"]),
        words("absent.not_recorded") if missing(due) else numbers.date(due),
        state,
        late=bool(late),
    )


def remedies_title(view: View, code: str) -> str:
    """Return how many problems of the plan are closed."""
    words = view.words
    if "village_remedies" not in view.evaluation.district.tables:
        return words("village.remedies_missing")
    rows = _mine(view, "village_remedies", code, "opened")
    if not len(rows):
        return words("village.remedies_none")
    closed = int(rows["closed"].notna().sum())
    return words("village.remedies_title", closed=closed, of=len(rows))


def own_words(view: View, what: str, text: object) -> str:
    """Return a problem or a reason in the page's words where it is one of the usual; else as the records have it."""
    if missing(text):
        return ""
    key = f"village.{what}_{text}"
    return view.words(key) if view.words.has(key) else str(text)


def listing_lines(view: View, code: str) -> list[tuple[str, str, str]]:
    """Return each listing as weak, its reason and the language of that; one line where the village never was."""
    words, numbers = view.words, view.numbers
    if "village_listings" not in view.evaluation.district.tables:
        return [(words("village.listings_missing"), "", "")]
    lines = []
    moment = last_moment(view.evaluation.district, view.evaluation.period)
    for row in _mine(view, "village_listings", code, "listed").to_dict("records"):
        parts = [words("village.listed", date=numbers.date(row["listed"]))]
        out = row["closed_out"]
        if not missing(out) and out <= moment:
            parts.append(words("village.closed_out", date=numbers.date(out)))
        elif not missing(row["due"]):
            parts.append(words("village.still_listed_due", date=numbers.date(row["due"])))
        else:
            parts.append(words("village.still_listed"))
        reason = own_words(view, "reason", row.get("reason"))
        line = words("list.semicolon").join(parts)
        lines.append((line, reason, tag_of(reason, view.language)))
    return lines or [(words("village.never_listed"), "", "")]
