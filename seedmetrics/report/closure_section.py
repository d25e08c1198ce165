"""Closing cases: rates with their counts, the funnel, the closure curve, the months. For one unit of a group."""

from __future__ import annotations

import pandas as pd

from seedmetrics.evaluation import UnitEvaluation
from seedmetrics.report.blocks import Row
from seedmetrics.report.closure_figures import curve_figure, funnel_figure, unit_counts
from seedmetrics.report.findings import drawn_rates
from seedmetrics.report.heading import few, interval_of
from seedmetrics.report.html import Html, render
from seedmetrics.report.indicator_table import basis_note
from seedmetrics.report.months import control_figure
from seedmetrics.report.numbers import missing
from seedmetrics.report.view import View


def closure_section(view: View, unit: UnitEvaluation) -> Html:
    """Return the section on closing cases; a sentence where the plan counts none."""
    words = view.words
    if view.closure is None:
        return render(
            "sentence",
            view.language,
            words("closure.none"),
            w=words,
            key="cases",
            title=words("closure.title"),
            text=words("closure.none"),
        )
    rows = rate_rows(view, unit.code, unit.group)
    title = rates_title(view, unit.code)
    return render(
        "closure",
        view.language,
        title,
        w=words,
        intro=basis_note(view),
        channels=channels_text(view),
        title=title,
        rows=rows,
        level=view.level,
        figures=[
            funnel_figure(view, unit.code, unit.group),
            curve_figure(view, unit.code, unit.group),
            control_figure(view, unit.code, unit.group),
        ],
    )


def channels_text(view: View) -> str:
    """Return by which channels the cases came in."""
    words = view.words
    if not view.cases.channels:
        return words("closure.all_channels")
    names = [words(f"channel.{c}") if words.has(f"channel.{c}") else c for c in view.cases.channels]
    return words.sentence_case(
        words("closure.channels", names=words.join([words.inside(n) for n in names]))
    )


def rates_title(view: View, code: str) -> str:
    """Return the title of the table of rates: closed and on time, and where the larger gap is."""
    counts, words = unit_counts(view, code), view.words
    if counts is None or counts["due"] == 0:
        return words("closure.nothing_due")
    if view.few(counts["due"]):
        return words.sentence_case(words("closure.few", fewer=few(view)))
    due = counts["due"]
    share = view.numbers.share
    key = "closure.all_on_time" if counts["on_time"] == due else "closure.title_rates"
    if counts["on_time"] == counts["closed"] < due:
        key = "closure.title_open"
    elif counts["closed"] > counts["on_time"]:
        late, open_ = counts["closed"] - counts["on_time"], due - counts["closed"]
        key = "closure.title_late" if late > open_ else "closure.title_rates"
    return words(key, closed=share(counts["closed"] / due), on_time=share(counts["on_time"] / due))


RATES = (
    ("closed", "closed", ("due",)),
    ("put_back", "closed_with_excluded", ("due_with_excluded",)),
    ("on_time", "on_time", ("due",)),
    ("resolved", "resolved", ("resolve_known", "called_back")),
    ("satisfied", "satisfied", ("satisfy_known", "called_back")),
    ("reopened", "reopened", ("reopen_known", "closed")),
    ("excluded", "excluded_received", ("received",)),
)


def rate_rows(view: View, code: str, group: str) -> list[Row]:
    """Return the rows of the table of rates: share, counts, interval; a withheld rate says so."""
    counts, words = unit_counts(view, code), view.words
    rows = []
    for key, numerator, denominators in RATES:
        name = words(f"closure.row_{key}")
        top = (
            numerator
            if counts is None or numerator in counts
            else numerator.removesuffix("_received")
        )
        bottom = next((d for d in denominators if counts is not None and d in counts), "")
        if counts is None or counts["received"] + counts["due"] == 0:
            rows.append(Row(name, [], hint=words("absent.nothing_due").rstrip(words("list.stop"))))
            continue
        if not bottom or missing(counts[bottom]) or counts[bottom] == 0:
            known = key in ("closed", "put_back", "on_time", "excluded")
            text = words("absent.nothing_due").rstrip(words("list.stop"))
            rows.append(Row(name, [], hint=text if known else words("closure.not_recorded")))
            continue
        if view.few(counts[bottom]):
            rows.append(Row(name, [], hint=view.words("absent.withheld_short", fewer=few(view))))
            continue
        rate, low, high = interval_of(view, counts[top], counts[bottom])
        rows.append(
            Row(
                name,
                [
                    view.numbers.share(rate),
                    view.numbers.of(counts[top], counts[bottom]),
                    view.numbers.interval(low, high),
                ],
            )
        )
        if key == "closed":
            rows += drawn_row(view, code, group)
    rows.append(backlog_row(view, code, counts))
    return rows


def drawn_row(view: View, code: str, group: str) -> list[Row]:
    """Return the row of the closure rate drawn towards the group; none where there is no group to draw it to."""
    units = list(map(str, view.standings(group=group).index))
    if len(view.shown_counts(units)) < 2:
        return []
    row = drawn_rates(view, units).loc[code]
    cells = [view.numbers.share(row["rate"]), "", view.numbers.interval(row["low"], row["high"])]
    return [Row(view.words("closure.row_drawn"), cells, hint=view.words("closure.row_drawn_hint"))]


def backlog_row(view: View, code: str, counts: pd.Series | None) -> Row:
    """Return the row of cases open past their due date, with their age."""
    words, numbers = view.words, view.numbers
    open_cases = (
        0 if counts is None or missing(counts["open_overdue"]) else int(counts["open_overdue"])
    )
    backlog = view.cases.backlog
    days = backlog.loc[backlog["unit"] == code, "days"]
    if not open_cases:
        return Row(words("closure.row_backlog"), [words("closure.no_backlog")])
    age = ""
    if len(days):
        age = words(
            "closure.age",
            median=numbers.quantity(round(float(days.median())), "days"),
            oldest=numbers.quantity(int(days.max()), "days"),
        )
    return Row(words("closure.row_backlog"), [numbers.count(open_cases), age])
