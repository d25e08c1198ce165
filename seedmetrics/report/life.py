"""Organisation life as a calendar: what was held of what was due, kind by kind through the months of the year."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from seedmetrics.evaluation import UnitEvaluation
from seedmetrics.indicators import find_indicator, measure_all
from seedmetrics.indicators.counting import kept
from seedmetrics.indicators.slots import slots
from seedmetrics.records import Period
from seedmetrics.report.blocks import Figure, Gap, Grid, Row, source_line
from seedmetrics.report.figures.calendar import CalendarRow, Tile, calendar_figure
from seedmetrics.report.heading import few_counted
from seedmetrics.report.html import Html, render
from seedmetrics.report.numbers import missing
from seedmetrics.report.section_rows import keeps, none_section, planned
from seedmetrics.report.view import View

TABLES = ("branches", "meetings")


@dataclass(frozen=True, slots=True)
class Slot:
    """Meetings of one kind in one stretch of the year: held, of due; both NaN where nothing was received."""

    kind: str
    period: Period
    held: float
    due: float

    @property
    def share(self) -> float:
        """Held of due, NaN where nothing was due."""
        return self.held / self.due if self.due > 0 else float("nan")


def frequencies_of(view: View) -> Mapping[str, str]:
    """Return how often each kind of meeting is due, as the plan has it; empty where it counts none."""
    for name in planned(view, "organisation_life"):
        options = view.plan.options_of(name)
        if "frequencies" in options:
            found: Mapping[str, str] = options["frequencies"]
            return found
    return {}


def has_life(view: View) -> bool:
    """Return whether a page has this section: the plan counts meetings, and they are kept."""
    return bool(frequencies_of(view)) and keeps(view, TABLES)


def life_section(view: View, unit: UnitEvaluation) -> Html:
    """Return the section; a sentence where the plan counts no meetings or the district keeps none."""
    words = view.words
    if not has_life(view):
        return none_section(view, "life", title=words("life.heading"), text=words("life.none"))
    found = life_slots(view, unit.code)
    figure = life_figure(view, found)
    return render(
        "section",
        view.language,
        figure.title,
        w=words,
        key="life",
        title=words("life.heading"),
        text="",
        figure=figure,
        table_title=words("life.table_title"),
        table_sub=words("life.table_sub", span=span_text(view)),
        head=[words("life.head_kind"), words("life.head_count"), words("life.head_worst")],
        rows=[kind_row(view, kind, found) for kind in frequencies_of(view)],
        note=words("life.note"),
    )


def year_so_far(view: View) -> Period:
    """Return the year up to the end of the period."""
    return view.evaluation.period.year_to_date()


def span_text(view: View) -> str:
    """Return the months that the calendar covers, in words."""
    months = months_shown(view)
    first, last = (view.numbers.month_name(m.month) for m in (months[0], months[-1]))
    year = months[0].year
    if first == last:
        return view.words("life.span_month", month=first, year=year)
    return view.words("life.span", first=first, last=last, year=year)


def months_shown(view: View) -> list[Period]:
    """Return the months of the year up to the period's end that are over; at least the first."""
    months = year_so_far(view).months()
    over = [m for m in months if m.over(view.evaluation.district.as_of)]
    return over or months[:1]


def life_slots(view: View, code: str) -> list[Slot]:
    """Return every slot of the year so far that is over, by kind, as the indicators count it."""
    district, options = view.evaluation.district, frequencies_of(view)
    year = year_so_far(view)
    found = [
        (kind, slot)
        for kind, often in options.items()
        for slot in slots(year, often, district.as_of)
    ]
    counted: dict[tuple[str, Period], Slot] = {}
    for slot in dict.fromkeys(slot for _, slot in found):
        kinds = [kind for kind, other in found if other == slot]
        names = [f"organisation_life.{kind}_compliance" for kind in kinds]
        counts = _measured(view, names, options, slot)
        mine = counts[counts["unit"] == code]
        for kind, held, due in zip(kinds, mine["numerator"], mine["denominator"], strict=True):
            counted[kind, slot] = Slot(kind, slot, float(held), float(due))
    return [counted[key] for key in found]


def _measured(
    view: View, names: list[str], options: Mapping[str, str], slot: Period
) -> pd.DataFrame:
    """Return what the indicators count of every unit in a slot, once for all pages of a district."""
    district, level = view.evaluation.district, view.plan.level
    called = tuple(find_indicator(name) for name in names)
    asked = {name: {"frequencies": options} for name in names}
    return kept(
        district,
        ("report.life", called, json.dumps(options, sort_keys=True, default=str), str(slot), level),
        lambda: measure_all(district, asked, slot, level=level),
    )


def kind_name(view: View, kind: str) -> str:
    """Return what a kind of meeting is called."""
    key = f"life.kind_{kind}"
    return view.words(key) if view.words.has(key) else kind.replace("_", " ")


def withheld(view: View, slot: Slot) -> bool:
    """Return whether so few were due that the plan does not share them."""
    name = f"organisation_life.{slot.kind}_compliance"
    return find_indicator(name).sampled and view.few(slot.due)


def shown_slots(view: View, found: list[Slot]) -> list[Slot]:
    """Return the slots in which something was due, and enough of it to be shown."""
    return [s for s in found if s.due > 0 and not withheld(view, s)]


def worst_slot(found: list[Slot]) -> Slot | None:
    """
    Return the slot that falls furthest short; None where none does.

    The lowest share; of several, the one with most missing, and of those the latest.
    """
    short = [s for s in found if s.held < s.due]
    return min(
        short, key=lambda s: (s.share, s.held - s.due, -s.period.end.toordinal()), default=None
    )


def life_title(view: View, found: list[Slot]) -> str:
    """Return the worst month and kind, or that nothing fell short."""
    worst = worst_slot(found)
    if worst is None:
        return view.words("life.every", span=span_text(view))
    return view.words(
        "life.worst",
        kind=kind_name(view, worst.kind),
        slot=view.numbers.the_period(str(worst.period)),
        held=view.numbers.count(worst.held),
        due=view.numbers.count(worst.due),
        share=view.numbers.share(worst.share),
    )


def life_figure(view: View, found: list[Slot]) -> Figure | Gap:
    """Return the calendar, or why there is none to draw."""
    words, numbers = view.words, view.numbers
    shown = shown_slots(view, found)
    if not shown:
        few = any(s.due > 0 for s in found)
        key = "few" if few else "nothing" if any(s.due == 0 for s in found) else "missing"
        return Gap(words(f"life.{key}"), words(f"life.{key}_why", fewer=few_counted(view)))
    title = life_title(view, shown)
    months = months_shown(view)
    kinds = list(dict.fromkeys(s.kind for s in shown))
    rows = [calendar_row(view, kind, [s for s in found if s.kind == kind]) for kind in kinds]
    spoken = [words("life.spoken", kind=row.label, total=row.total) for row in rows]
    drawn = calendar_figure(
        rows,
        [numbers.month_name(m.month, short=True) for m in months],
        words("life.axis"),
        prefix="life",
        alt=words.sentences([words("life.alt", title=title), *spoken]),
    )
    subtitle = [words("life.subtitle")]
    if len(shown) < sum(s.due > 0 for s in found):
        subtitle.append(words("life.some_few", fewer=few_counted(view)))
    return Figure(
        title, words.sentences(subtitle), drawn, slot_table(view, kinds, found), source_line(view)
    )


def calendar_row(view: View, kind: str, found: list[Slot]) -> CalendarRow:
    """Return one kind: a tile a slot, with its share in whole per cent, and the sum over the year."""
    tiles = []
    for slot in found:
        start = slot.period.month - 1
        hidden = withheld(view, slot)
        share = float("nan") if hidden else slot.share
        tiles.append(Tile(start, start + slot.period.length, share, tile_text(view, share)))
    held, due = kind_sums(view, found)
    total = view.numbers.bracketed(
        view.numbers.share(held / due if due else float("nan")), [view.numbers.of(held, due)]
    )
    return CalendarRow(kind_name(view, kind), total if due else "", tuple(tiles))


def tile_text(view: View, share: float) -> str:
    """
    Return a share as a tile has it, in whole per cent; 100 only for all, 0 only for none.

    What is not shown is a dash.
    """
    if missing(share):
        return view.words("life.tile_none")
    whole = round(100 * share)
    if share < 1:
        whole = min(whole, 99)
    return str(max(whole, 1) if share > 0 else whole)


def kind_sums(view: View, found: list[Slot]) -> tuple[float, float]:
    """Return held and due of one kind over the slots that are shown."""
    shown = shown_slots(view, found)
    return sum(s.held for s in shown), sum(s.due for s in shown)


def kind_row(view: View, kind: str, found: list[Slot]) -> Row:
    """Return one kind as a row of the table: how often it is due, the counts of the year, the slot furthest short."""
    mine = [s for s in found if s.kind == kind]
    held, due = kind_sums(view, mine)
    how_often = view.words(f"life.often_{frequencies_of(view)[kind]}")
    label = kind_name(view, kind)
    if due:
        worst = worst_slot(shown_slots(view, mine))
        shortest = view.words("life.none_short") if worst is None else short_text(view, worst)
        return Row(label, [view.numbers.of(held, due), shortest], hint=how_often)
    received = any(not missing(s.due) for s in mine)
    few = any(withheld(view, s) for s in mine)
    key = "withheld_short" if few else "nothing_due" if received or not mine else "missing"
    return Row(label, [], hint=view.words(f"absent.{key}", fewer=few_counted(view)))


def short_text(view: View, slot: Slot) -> str:
    """Return one slot in short: "Feb: 14 of 17"."""
    counts = view.numbers.of(slot.held, slot.due)
    return view.words("life.short", slot=view.numbers.period_short(str(slot.period)), counts=counts)


def slot_table(view: View, kinds: list[str], found: list[Slot]) -> Grid:
    """Return the figures behind the calendar: a row a month, a column a kind, quarters at their last month."""
    words = view.words
    rows = []
    for month in months_shown(view):
        cells = []
        for kind in kinds:
            ending = [s for s in found if s.kind == kind and s.period.end == month.end]
            cells.append(slot_text(view, ending[0]) if ending else "")
        rows.append([view.numbers.period(str(month)), *cells])
    head = [words("life.head_month"), *(kind_name(view, kind) for kind in kinds)]
    return Grid(words("life.caption"), head, rows)


def slot_text(view: View, slot: Slot) -> str:
    """Return one slot of the table: held of due, or why it is not told."""
    if missing(slot.due):
        return view.words("absent.not_recorded")
    if not slot.due:
        return view.words("life.none_due")
    if withheld(view, slot):
        return view.words("absent.withheld_short", fewer=few_counted(view))
    return view.numbers.of(slot.held, slot.due)
