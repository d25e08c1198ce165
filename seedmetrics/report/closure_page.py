"""The page on closing cases: every unit's rates, the funnel of each group, how soon, and what was left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from seedmetrics.report import findings
from seedmetrics.report.blocks import Fact, Row
from seedmetrics.report.certainty import left_out_section, made_section
from seedmetrics.report.closure_figures import curve_figure, curve_of, funnel_figure
from seedmetrics.report.closure_section import channels_text
from seedmetrics.report.heading import few, interval_of, opening
from seedmetrics.report.html import Html, render
from seedmetrics.report.indicator_table import basis_note
from seedmetrics.report.months import control_figure
from seedmetrics.report.strips import bar, bar_scale, bar_start
from seedmetrics.report.view import View, cell

DAYS = (7, 15, 30)


@dataclass(frozen=True, slots=True, eq=False)
class ClosurePage:
    """
    The page on closing cases, from `seedmetrics.closure_report`.

    Attributes
    ----------
    view : View
        The evaluation, in the page's language.
    """

    view: View

    def __repr__(self) -> str:
        """Say which page it is."""
        return f"<ClosurePage {self.view.plan.name} {self.view.period} {self.view.language}>"

    @property
    def sections(self) -> tuple[str, ...]:
        """Names of the sections, in order."""
        if self.view.closure is None:
            return ("made",)
        return ("rates", "funnel", "months", "speed", "left-out", "made")

    def heading(self) -> Html:
        """Return the rate of all units, and how many lie outside the limits of their group."""
        view = self.view
        return opening(
            view,
            title=closure_headline(view),
            deck=closure_deck(view),
            facts=closure_facts(view),
            contents=list(self.sections),
            name=view.words("closure_page.name"),
        )

    def rates(self) -> Html:
        """Return every unit's rates with their counts."""
        view, words = self.view, self.view.words
        if view.closure is None:
            return _nothing(view, "rates")
        counts = view.shown_counts(list(view.standings().index))
        title = words("closure_page.rates_title")
        start = bar_start(counts["closed"] / counts["due"])
        groups = [(view.group_title(g), rate_rows(view, g, start)) for g in view.groups()]
        return render(
            "closure_rates",
            view.language,
            title,
            w=words,
            title=title,
            intro=basis_note(view),
            channels=channels_text(view),
            groups=groups,
            scale=bar_scale(start),
            level=view.level,
        )

    def funnel(self) -> Html:
        """Return the funnel of each group."""
        view = self.view
        if view.closure is None:
            return _nothing(view, "funnel")
        figures = [funnel_figure(view, "", group) for group in view.groups()]
        return render(
            "figures",
            view.language,
            figures[0].title,
            w=view.words,
            key="funnel",
            title=view.words("closure_page.funnel_title"),
            text=view.words("closure_page.funnel_text"),
            figures=figures,
        )

    def months(self) -> Html:
        """Return the control chart of each group: closure month by month."""
        view = self.view
        if view.closure is None:
            return _nothing(view, "months")
        figures = [control_figure(view, "", group) for group in view.groups()]
        return render(
            "figures",
            view.language,
            figures[0].title,
            w=view.words,
            key="months",
            title=view.words("closure_page.months_title"),
            text=view.words("closure_page.months_text"),
            figures=figures,
        )

    def speed(self) -> Html:
        """Return the closure curve of each group, and by unit the share closed by some days."""
        view, words = self.view, self.view.words
        if view.closure is None:
            return _nothing(view, "speed")
        figures = [curve_figure(view, "", group) for group in view.groups()]
        return render(
            "speed",
            view.language,
            figures[0].title,
            w=words,
            title=words("closure_page.speed_title"),
            figures=figures,
            head=[words("curve.head_by", day=day) for day in DAYS],
            groups=[(view.group_title(g), speed_rows(view, g)) for g in view.groups()],
        )

    def left_out(self) -> Html:
        """Return the cases left out of all units, with their reasons, and notes on the data."""
        return left_out_section(self.view, list(map(str, self.view.standings().index)))

    def made(self) -> Html:
        """Return plan, records, methods and the command that makes the page again."""
        return made_section(self.view)


def _nothing(view: View, key: str) -> Html:
    """Return the sentence that stands where a plan counts no cases."""
    text = view.words("closure.none")
    return render(
        "sentence",
        view.language,
        text,
        w=view.words,
        key=key,
        title=view.words("closure.title"),
        text=text,
    )


def closure_headline(view: View) -> str:
    """Return the rate of all units together."""
    words, numbers = view.words, view.numbers
    if view.closure is None:
        return words("closure.none")
    closed, due = findings.group_rate(view, list(view.standings().index))
    if not due:
        return words("closure_page.nothing", span=view.span)
    counts = view.shown_counts(list(view.standings().index))
    on_time = counts["on_time"].sum() / due
    return words(
        "closure_page.headline",
        span=view.span,
        rate=numbers.share(closed / due),
        on_time=numbers.share(on_time),
    )


def outside_all(view: View) -> dict[str, str]:
    """Return the units outside the limits of their own group."""
    found: dict[str, str] = {}
    for group in view.groups():
        units = list(map(str, view.standings(group=group).index))
        closed, due = findings.group_rate(view, units)
        if due and len(view.shown_counts(units)) > 1:
            found |= findings.outside(view, units, closed / due)
    return found


def closure_deck(view: View) -> str:
    """Return who closes more and who fewer than chance alone would explain."""
    if view.closure is None:
        return ""
    words, out = view.words, outside_all(view)
    sentences = []
    for side in ("above", "below"):
        names = [view.name(unit) for unit, where in out.items() if where == side]
        if names:
            sentences.append(
                words(f"closure_page.{side}", count=len(names), names=words.join(names, most=4))
            )
    if not out:
        sentences.append(words("closure_page.none_outside"))
    return words.sentences(sentences)


def closure_facts(view: View) -> list[Fact]:
    """Return closed, on time, open past the due date, days until half are closed."""
    if view.closure is None:
        return []
    words, numbers = view.words, view.numbers
    units = list(view.standings().index)
    counts = view.shown_counts(units)
    due = float(counts["due"].sum())
    facts = []
    if due:
        for key in ("closed", "on_time"):
            rate, low, high = interval_of(view, float(counts[key].sum()), due)
            label = words(
                f"fact.closure_{view.cases.basis}"
                if key == "closed"
                else "closure_page.fact_on_time"
            )
            facts.append(
                Fact(
                    label,
                    numbers.share(rate),
                    numbers.of(counts[key].sum(), due),
                    numbers.interval(low, high),
                )
            )
    days = view.cases.backlog["days"]
    note = words("closure.no_backlog_note")
    if len(days):
        note = words(
            "closure.age",
            median=numbers.quantity(round(float(days.median())), "days"),
            oldest=numbers.quantity(int(days.max()), "days"),
        )
    facts.append(
        Fact(words.sentence_case(words("closure.row_backlog")), numbers.count(len(days)), "", note)
    )
    curve = curve_of(view, units)
    if curve is not None:
        half = curve.median()
        value = float(np.asarray(half.value))
        low, high = float(np.asarray(half.low)), float(np.asarray(half.high))
        note = words("closure_page.fact_half_note", interval=numbers.range_of(low, high, "days"))
        if low == high:
            note = words("closure_page.fact_half_sure")
        days_text = (
            words("curve.not_reached") if np.isnan(value) else numbers.quantity(value, "days")
        )
        facts.append(Fact(words("closure_page.fact_half"), days_text, "", note))
    return facts


def rate_rows(view: View, group: str, start: float) -> list[Row]:
    """Return one row a unit: closed, counts, bar, on time, put back, open past due; best rate first."""
    words, numbers = view.words, view.numbers
    units = list(map(str, view.standings(group=group).index))
    counts = view.counts(units)
    out = outside_all(view)
    shown = view.shown_counts(units)
    rates = (shown["closed"] / shown["due"]).to_dict()
    order = sorted(rates, key=lambda u: (-rates[u], view.name(str(u))))
    closed, due = findings.group_rate(view, units)
    drawn = findings.drawn_rates(view, units)
    rows = []
    for unit in order:
        row: Any = counts.loc[str(unit)]
        rate, low, high = interval_of(view, row["closed"], row["due"])
        side = out.get(str(unit))
        rows.append(
            Row(
                view.name(str(unit)),
                [
                    numbers.share(rate),
                    numbers.of(row["closed"], row["due"]),
                    numbers.share(cell(drawn, unit, "rate")),
                    numbers.share(row["on_time"] / row["due"]),
                    numbers.of(row["on_time"], row["due"]),
                    numbers.share(row["closed_with_excluded"] / row["due_with_excluded"]),
                    numbers.of(row["closed_with_excluded"], row["due_with_excluded"]),
                    numbers.count(row["open_overdue"]),
                ],
                bar(rate, low, high, start=start, median=closed / due),
                numbers.interval(low, high),
                words(f"closure_page.hint_{side}") if side else "",
            )
        )
    for unit in sorted(set(units) - set(map(str, order))):
        nothing = unit not in counts.index or cell(counts, unit, "due") == 0
        text = (
            words("absent.nothing_due").rstrip(words("list.stop"))
            if nothing
            else words("absent.withheld_short", fewer=few(view))
        )
        rows.append(Row(view.name(unit), [], hint=text))
    return rows


def speed_rows(view: View, group: str) -> list[Row]:
    """Return by unit the share closed within some days, and the day by which half are closed."""
    words, numbers = view.words, view.numbers
    rows = []
    for unit in map(str, view.standings(group=group).index):
        curve = curve_of(view, [unit])
        watched = 0 if curve is None else int(curve.at_risk.max(initial=0))
        if curve is None or view.few(watched):
            key = "absent.nothing_received" if curve is None else "absent.withheld_short"
            rows.append(Row(view.name(unit), [], hint=words(key, fewer=few(view))))
            continue
        shares = [numbers.share(float(np.asarray(curve.share_closed_by(day).rate))) for day in DAYS]
        half = curve.median()
        value = float(np.asarray(half.value))
        interval = numbers.range_of(
            float(np.asarray(half.low)), float(np.asarray(half.high)), "days"
        )
        days = words("curve.not_reached") if np.isnan(value) else numbers.quantity(value, "days")
        rows.append(Row(view.name(unit), [numbers.count(watched), *shares, days, interval]))
    return rows
