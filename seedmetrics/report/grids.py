"""Grids against the size allowed: every grid a dot in its kind's band, with coverage and links beside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from seedmetrics.evaluation import UnitEvaluation
from seedmetrics.indicators.counting import last_moment, running
from seedmetrics.report.blocks import Figure, Gap, Grid, source_line
from seedmetrics.report.figures.sizes import Panel, sizes_figure
from seedmetrics.report.html import Html, render
from seedmetrics.report.section_rows import indicator_rows, keeps, none_section, planned
from seedmetrics.report.view import View, cell

SIZE_FIT = "grids.size_fit"
CELL = "cell"  # a size of cells, not of a kind of grid
ROWS = [
    f"grids.{name}"
    for name in (
        "size_fit", "oversized", "undersized", "cell_fit", "organisation_coverage", "linked_households",
        "load_median", "load_p90", "load_max",
    )
]  # fmt: skip


def has_grids(view: View) -> bool:
    """Return whether a page has this section: the plan asks for the size of grids, and they are kept."""
    return SIZE_FIT in planned(view, "grids") and keeps(view, ["grids"])


def grids_section(view: View, unit: UnitEvaluation) -> Html:
    """Return the section; a sentence where the plan has no size of grids or the district keeps none."""
    words = view.words
    if not has_grids(view):
        return none_section(view, "grids", title=words("grids.heading"), text=words("grids.none"))
    figure = grids_figure(view, unit)
    return render(
        "section",
        view.language,
        figure.title,
        w=words,
        key="grids",
        title=words("grids.heading"),
        text="",
        figure=figure,
        table_title=words("grids.table_title"),
        table_sub=words("grids.table_sub"),
        head=[words("grids.head_indicator"), words("grids.head_value"), words("grids.head_count")],
        rows=indicator_rows(view, unit, ROWS),
        note="",
    )


def grids_now(view: View, code: str) -> pd.DataFrame:
    """Return the unit's grids in being at the end of the period."""
    district = view.evaluation.district
    grids: pd.DataFrame = district.table("grids")
    alive = running(
        grids["founded"], grids["dissolved"], last_moment(district, view.evaluation.period)
    )
    return grids[alive & (grids["unit"] == code)]


def size_of(view: View) -> dict[str, Mapping[str, Any]]:
    """Return the least and the most households of each kind of grid, as the plan has them."""
    sizes = view.plan.options_of(SIZE_FIT)["sizes"]
    return {kind: size for kind, size in sizes.items() if kind != CELL}


def grids_figure(view: View, unit: UnitEvaluation) -> Figure | Gap:
    """Return the grids as dots against the band of their kind, or why there is none to draw."""
    words = view.words
    grids, sizes = grids_now(view, unit.code), size_of(view)
    here = {kind: grids.loc[grids["kind"] == kind, "households"] for kind in sizes}
    here = {kind: found.astype(float) for kind, found in here.items() if len(found)}
    if not here:
        return Gap(words("grids.no_grids", name=view.name(unit.code)), words("grids.no_grids_why"))
    panels = [panel_of(view, kind, found, sizes[kind]) for kind, found in here.items()]
    title = grids_title(view, unit)
    drawn = sizes_figure(
        panels,
        words("grids.axis"),
        prefix="grids",
        alt=words.sentences([words("grids.alt", title=title), *(spoken(view, p) for p in panels)]),
    )
    subtitle = [words("grids.subtitle")]
    others = int(len(grids) - sum(map(len, here.values())))
    if others:
        subtitle.append(words("grids.others", count=others))
    return Figure(
        title, words.sentences(subtitle), drawn, size_table(view, here, sizes), source_line(view)
    )


def panel_of(view: View, kind: str, found: pd.Series, size: Mapping[str, Any]) -> Panel:
    """Return the grids of one kind, with what is said of those outside the band."""
    words = view.words
    low, high = float(size["low"]), float(size["high"])
    under, over = int((found < low).sum()), int((found > high).sum())
    return Panel(
        label=words("grids.panel", kind=kind_name(view, kind), count=len(found)),
        sizes=tuple(np.sort(found.to_numpy(float))),
        low=low,
        high=high,
        band=words("grids.band", low=f"{low:,g}", high=f"{high:,g}"),
        under=words("grids.under", count=under) if under else "",
        over=words("grids.over", count=over) if over else "",
    )


def kind_name(view: View, kind: str) -> str:
    """Return what a kind of grid is called."""
    key = f"grids.kind_{kind}"
    return view.words(key) if view.words.has(key) else kind


def grids_title(view: View, unit: UnitEvaluation) -> str:
    """Return how many grids are outside the size allowed, as the indicators count them."""
    words, table = view.words, unit.indicators
    fit, sized = (int(cell(table, SIZE_FIT, c)) for c in ("numerator", "denominator"))
    outside = sized - fit
    if not outside:
        return words("grids.all_fit", count=sized)
    parts = []
    for name, key in (("grids.oversized", "too_large"), ("grids.undersized", "too_small")):
        count = table["numerator"].get(name, np.nan)
        if count > 0:
            parts.append(words(f"grids.{key}", count=int(count)))
    found = words("grids.outside", count=outside, total=view.numbers.count(sized))
    return words("grids.outside_how", found=found, how=words.join(parts)) if parts else found


def spoken(view: View, panel: Panel) -> str:
    """Return one panel in words."""
    beside = [text for text in (panel.under, panel.over) if text]
    parts = [panel.label, panel.band, *beside]
    return view.words("list.comma").join(parts)


def size_table(
    view: View, here: Mapping[str, pd.Series], sizes: Mapping[str, Mapping[str, Any]]
) -> Grid:
    """Return the figures behind the chart: by kind, the band, grids below, inside and above it, smallest, largest."""
    words, count = view.words, view.numbers.count
    rows = []
    for kind, found in here.items():
        low, high = float(sizes[kind]["low"]), float(sizes[kind]["high"])
        under, over = (found < low).sum(), (found > high).sum()
        rows.append(
            [
                kind_name(view, kind),
                words("grids.band", low=f"{low:,g}", high=f"{high:,g}"),
                *(count(n) for n in (under, len(found) - under - over, over)),
                *(count(n) for n in (found.min(), found.median(), found.max())),
            ]
        )
    keys = ("kind", "band", "below", "inside", "above", "smallest", "median", "largest")
    return Grid(words("grids.caption"), [words(f"grids.head_{key}") for key in keys], rows)
