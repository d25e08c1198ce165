"""An alliance's chain: members and how they are organised, meetings through the year, routine and annual marks."""

from __future__ import annotations

import pandas as pd

from seedmetrics.evaluation import UnitEvaluation
from seedmetrics.indicators.chain_organisation import chain_events
from seedmetrics.records import Period
from seedmetrics.report.blocks import Figure, Gap, Grid, source_line
from seedmetrics.report.figures.marks import mark_line
from seedmetrics.report.figures.meetings import Lane, Span, meetings_figure
from seedmetrics.report.html import Html, render, tag_of
from seedmetrics.report.numbers import missing
from seedmetrics.report.view import View

FORMS = ("single", "joint", "none")
KINDS = ("joint_meeting", "training", "activity")


def chain_section(view: View, unit: UnitEvaluation) -> Html:
    """Return the section; a sentence where the unit is no alliance or the district keeps no chains."""
    words, district = view.words, view.evaluation.district
    if view.plan.level != "alliance" or "chains" not in district.tables:
        return render("sentence", view.language, words("chain.none"), w=words, key="chain",
                      title=words("chain.heading"), text=words("chain.none"))  # fmt: skip
    members = members_of(view, unit.code)
    title = members_title(view, unit, members)
    return render(
        "chain",
        view.language,
        title,
        w=words,
        title=title,
        facts=chain_facts(view, unit.code),
        members=member_rows(view, members) if members is not None else [],
        meetings=meetings(view, unit.code),
        routine=routine_marks(view, unit.code),
        marks=mark_rows(view, unit.code),
    )


def last_day(view: View) -> pd.Timestamp:
    """Return the last moment that the page speaks of: the period's end, or when the records were taken."""
    end: pd.Timestamp = view.evaluation.period.end - pd.Timedelta(microseconds=1)
    as_of: pd.Timestamp = view.evaluation.district.as_of
    return min(end, as_of)


def members_of(view: View, code: str) -> pd.DataFrame | None:
    """Return the enterprises in the unit's chains on the last day; None where they are not recorded."""
    district = view.evaluation.district
    if "chain_enterprises" not in district.tables:
        return None
    chains = district.table("chains")
    mine = chains.loc[chains["unit"] == code, "chain"]
    rows: pd.DataFrame = district.table("chain_enterprises")
    day = last_day(view)
    return rows[rows["chain"].isin(mine) & (rows["entered"] <= day) & ~(rows["left"] <= day)]


def members_title(view: View, unit: UnitEvaluation, members: pd.DataFrame | None) -> str:
    """Return the title: of so many members, so many have an organisation."""
    words = view.words
    if members is None or not len(members):
        return words("chain.no_members")
    organised = int(members["form"].isin(["single", "joint"]).sum())
    return words("chain.title", organised=organised, count=len(members), name=view.name(unit.code))


def chain_facts(view: View, code: str) -> list[tuple[str, str, str]]:
    """Return who leads the chain."""
    district, words = view.evaluation.district, view.words
    chains = district.table("chains")
    chains = chains[chains["unit"] == code]
    facts = []
    for column, key in (("lead_department", "department"), ("leading_enterprise", "enterprise")):
        if column in chains:
            names = [str(v) for v in chains[column] if not missing(v) and v]
            text = words.join(names) or words("absent.not_recorded")
            facts.append((words(f"chain.{key}"), text, tag_of(text, view.language)))
    return facts


def member_rows(view: View, members: pd.DataFrame) -> list[list[str]]:
    """Return members by form: enterprises, share of all, Party members."""
    words, numbers = view.words, view.numbers
    total = len(members)
    rows = []
    for form in FORMS:
        here = members[members["form"] == form]
        count = len(here)
        people = here["members"].sum() if "members" in here else float("nan")
        share = numbers.share(count / total) if total else words("absent.nothing_due")
        rows.append(
            [words(f"chain.form_{form}"), numbers.of(count, total), share, numbers.count(people)]
        )
    return rows


def meetings(view: View, code: str) -> Figure | Gap:
    """Return the year's meetings as a figure, or why there is none."""
    words, district = view.words, view.evaluation.district
    if "chain_meetings" not in district.tables:
        return Gap(words("chain.meetings_missing"), words("chain.meetings_why"))
    period = view.evaluation.period
    events = chain_events(district, period)
    events = events[events["unit"] == code].sort_values("date")
    quarters = list(dict.fromkeys(Period.containing(m.start, "quarter") for m in period.months()))
    whole = (period.end - period.start).total_seconds()
    lanes = []
    for kind in KINDS:
        rows = events[events["kind"] == kind]
        full = (
            rows["minuted"].fillna(value=False).astype(bool)
            if kind == "joint_meeting"
            else rows["date"].notna()
        )
        places = ((rows["date"] - period.start).dt.total_seconds() / whole).tolist()
        lanes.append(
            Lane(
                words(f"chain.kind_{kind}"),
                view.numbers.count(len(rows)),
                tuple(zip(places, map(bool, full))),
            )
        )
    over = [q for q in quarters if q.end <= district.as_of]
    held = [q for q in over if _minuted_in(events, q)]
    key = (
        "meetings_none_over"
        if not over
        else "meetings_every"
        if len(held) == len(over)
        else "meetings_title"
    )
    title = words(
        f"chain.{key}", held=words.spelled(len(held)), count=len(over), of=words.spelled(len(over))
    )
    spans = [
        Span(
            (min(q.end, period.end) - period.start).total_seconds() / whole,
            view.numbers.period_short(str(q)),
        )
        for q in quarters
    ]
    drawn = meetings_figure(
        lanes, spans, words("chain.not_minuted"), prefix="meetings",
        alt=words.sentences([title, *(words("chain.alt_lane", label=lane.label, total=lane.total) for lane in lanes)]),
    )  # fmt: skip
    grid = Grid(
        words("chain.caption"),
        [
            words("chain.head_quarter"),
            *(words(f"chain.kind_{kind}") for kind in KINDS),
            words("chain.head_minuted"),
        ],
        [_quarter_cells(view, events, q) for q in quarters],
    )
    return Figure(title, words("chain.meetings_subtitle"), drawn, grid, source_line(view))


def _in(events: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Return the events of a period."""
    return events[(events["date"] >= period.start) & (events["date"] < period.end)]


def _minuted_in(events: pd.DataFrame, period: Period) -> bool:
    """Return whether a minuted joint meeting was held in a period."""
    rows = _in(events, period)
    minuted = rows["minuted"].fillna(value=False).astype(bool)
    return bool(((rows["kind"] == "joint_meeting") & minuted).any())


def _quarter_cells(view: View, events: pd.DataFrame, quarter: Period) -> list[str]:
    """Return one quarter of the figures behind the chart."""
    words, numbers = view.words, view.numbers
    name = numbers.period(str(quarter))
    if quarter.start > view.evaluation.district.as_of:
        return [name, words("absent.not_begun"), "", "", ""]
    rows = _in(events, quarter)
    counts = [numbers.count((rows["kind"] == kind).sum()) for kind in KINDS]
    return [name, *counts, words("chain.yes" if _minuted_in(events, quarter) else "chain.no")]


def _marks(view: View, code: str) -> pd.DataFrame:
    """Return the marks given to a unit for the months of the period."""
    months = {str(m) for m in view.evaluation.period.months()}
    marks: pd.DataFrame = view.evaluation.district.table("chain_marks")
    mine = marks[(marks["unit"] == code) & marks["month"].astype(str).isin(months)]
    return mine.sort_values(["kind", "month"])


def routine_marks(view: View, code: str) -> Figure | Gap:
    """Return the routine marks month by month, or that there are none."""
    words, numbers = view.words, view.numbers
    nothing = Gap(words("chain.routine_none"), words("chain.meetings_why"))
    if "chain_marks" not in view.evaluation.district.tables:
        return nothing
    marks = _marks(view, code)
    marks = marks[(marks["kind"] == "routine") & marks["mark"].notna()]
    if not len(marks):
        return nothing
    by_month = marks.groupby(marks["month"].astype(str))["mark"].mean()
    months = [str(m) for m in view.evaluation.period.months()]
    values = by_month.reindex(months)
    low, high = numbers.points(values.min()), numbers.points(values.max())
    title = words(
        "chain.routine_one" if len(by_month) == 1 else "chain.routine_title", low=low, high=high
    )
    given = [(month, value) for month, value in values.items() if not missing(value)]
    spoken = words("list.semicolon").join(
        f"{numbers.period(m)} {numbers.points(v)}" for m, v in given
    )
    drawn = mark_line(
        values.to_list(), [numbers.period_short(m) for m in months], [numbers.points(v) for v in values],
        words("chain.routine_axis"), prefix="marks", alt=words("chain.routine_alt", title=title, marks=spoken),
    )  # fmt: skip
    grid = Grid(
        words("chain.routine_caption"),
        [words("chain.head_month"), words("chain.head_value")],
        [
            [numbers.period(m), words("absent.not_recorded") if missing(v) else numbers.points(v)]
            for m, v in values.items()
        ],
    )
    return Figure(title, words("chain.routine_subtitle"), drawn, grid, source_line(view))


def mark_rows(view: View, code: str) -> list[list[str]]:
    """Return the yearly marks of the period: field study and report; empty where none are kept."""
    words = view.words
    if "chain_marks" not in view.evaluation.district.tables:
        return []
    marks = _marks(view, code)
    rows = []
    for kind in ("field_study", "report"):
        for _, row in marks[marks["kind"] == kind].iterrows():
            note = _given(view, row) if kind == "report" else ""
            mark = (
                words("absent.not_recorded")
                if missing(row["mark"])
                else view.numbers.points(row["mark"])
            )
            rows.append(
                [words(f"chain.mark_{kind}"), view.numbers.period(str(row["month"])), mark, note]
            )
    return rows


def _given(view: View, row: pd.Series) -> str:
    """Return whether a report was given in person."""
    if missing(row.get("given")):
        return view.words("chain.report_unknown")
    return view.words("chain.report_given" if bool(row["given"]) else "chain.report_not_given")
