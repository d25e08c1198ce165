"""Mechanism 18: grids of households, their cells, the Party groups in them and the members linked to households."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from seedmetrics.errors import PlanError
from seedmetrics.indicators.counting import (
    begun,
    counts_by_unit,
    full,
    kept,
    last_moment,
    nothing_recorded,
    running,
    share,
)
from seedmetrics.indicators.options import known_keys, number_option, table_option
from seedmetrics.indicators.registry import indicator
from seedmetrics.records import District, Period

LEVEL = "township"
KINDS = ("urban", "rural", "dedicated", "cell")
EXAMPLE = "{ urban = { low = 300, high = 500 }, cell = { low = 10, high = 15 } }"
Sizes = Mapping[str, Mapping[str, float]]


def _grids(district: District, period: Period) -> pd.DataFrame | None:
    """Return all grids, `alive` at the end of the period or not; None where none had been founded by then."""

    def make() -> pd.DataFrame | None:
        grids = district.table("grids")
        if not (begun(grids["founded"], period) or grids["founded"].isna().any()):
            return None
        alive = running(grids["founded"], grids["dissolved"], last_moment(district, period))
        return grids.assign(alive=alive)

    return kept(district, ("grids.alive", period), make)


def _cells(district: District, period: Period) -> pd.DataFrame | None:
    """Return all cells with the unit of their grid, and whether that is alive; None where there were no grids."""

    def make() -> pd.DataFrame | None:
        grids = _grids(district, period)
        if grids is None:
            return None
        cells, by_code = district.table("grid_cells"), grids.set_index("grid")
        unit, alive = cells["grid"].map(by_code["unit"]), cells["grid"].map(by_code["alive"])
        return cells.assign(unit=unit, alive=alive.astype(bool))

    return kept(district, ("grids.cells", period), make)


def _limits(sizes: Sizes) -> pd.DataFrame:
    """Return the least and the most households of each kind that has a size."""
    table = table_option(sizes, "sizes", EXAMPLE)
    known_keys(table, "sizes", KINDS)
    rows = {kind: _ends(given, f"sizes.{kind}") for kind, given in table.items()}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["low", "high"], dtype="float64")


def _ends(given: Mapping[str, float], option: str) -> tuple[float, float]:
    """Return the two ends of one size."""
    size = table_option(given, option, "{ low = 300, high = 500 }")
    known_keys(size, option, ("low", "high"))
    low, high = (
        number_option(size.get(end), f"{option}.{end}", least=0) for end in ("low", "high")
    )
    if low > high:
        msg = f"`{option}`: `low` ({low:g}) is above `high` ({high:g}): have they changed places?"
        raise PlanError(msg)
    return low, high


def _sized(district: District, period: Period, sizes: Sizes) -> pd.DataFrame:
    """Count the grids of each unit: sized (alive, of a kind with a size), fit, over, under, and those left out."""
    limits = _limits(sizes)
    key = ("grids.sized", period, tuple(limits.itertuples(name=None)))
    return kept(district, key, lambda: _counted(district, period, limits))


def _counted(district: District, period: Period, limits: pd.DataFrame) -> pd.DataFrame:
    """Count, as `_sized` says."""
    grids = _grids(district, period)
    if grids is None:
        return nothing_recorded().assign(sized=[], fit=[], over=[], under=[], left_out=[])
    low, high = grids["kind"].map(limits["low"]), grids["kind"].map(limits["high"])
    sized = grids["alive"] & low.notna()
    over, under = sized & (grids["households"] > high), sized & (grids["households"] < low)
    return counts_by_unit(
        grids["unit"],
        sized=sized,
        fit=sized & ~over & ~under,
        over=over,
        under=under,
        left_out=grids["alive"] & ~sized,
    )


@indicator("grids.size_fit", tables=["grids"], unit=LEVEL, share=True, exact=True)
def size_fit(district: District, period: Period, *, sizes: Sizes) -> pd.DataFrame:
    """
    Grids with at least ``low`` and at most ``high`` households of their kind, of all grids at the period's end.

    A kind that `sizes` does not name (a dedicated grid of a campus or a firm) is left out and counted as excluded.
    """
    counts = _sized(district, period, sizes)
    return share(counts["fit"], counts["sized"], counts["left_out"])


@indicator("grids.oversized", tables=["grids"], unit=LEVEL, share=True, exact=True)
def oversized(district: District, period: Period, *, sizes: Sizes) -> pd.DataFrame:
    """Grids with more households than ``high`` of their kind, of all grids; see `size_fit` for what is left out."""
    counts = _sized(district, period, sizes)
    return share(counts["over"], counts["sized"], counts["left_out"])


@indicator("grids.undersized", tables=["grids"], unit=LEVEL, share=True, exact=True)
def undersized(district: District, period: Period, *, sizes: Sizes) -> pd.DataFrame:
    """Grids with fewer households than ``low`` of their kind, of all grids; see `size_fit` for what is left out."""
    counts = _sized(district, period, sizes)
    return share(counts["under"], counts["sized"], counts["left_out"])


@indicator("grids.cell_fit", tables=["grids", "grid_cells"], unit=LEVEL, share=True, exact=True)
def cell_fit(district: District, period: Period, *, sizes: Sizes) -> pd.DataFrame:
    """Cells with at least ``low`` and at most ``high`` households, of all cells of the grids at the period's end."""
    limits = _limits(sizes)
    if "cell" not in limits.index:
        msg = "`sizes` does not say how large a cell is: add cell = { low = …, high = … }"
        raise PlanError(msg)
    cells = _cells(district, period)
    if cells is None:
        return nothing_recorded()
    fit = cells["households"].between(*limits.loc["cell", ["low", "high"]])
    counts = counts_by_unit(cells["unit"], cells=cells["alive"], fit=cells["alive"] & fit)
    return share(counts["fit"], counts["cells"])


@indicator("grids.organisation_coverage", tables=["grids"], unit=LEVEL, share=True, exact=True)
def organisation_coverage(district: District, period: Period) -> pd.DataFrame:
    """Grids with a Party branch or group, of the grids of which that is recorded; the others are excluded."""
    grids = _grids(district, period)
    if grids is None:
        return nothing_recorded()
    known = grids["alive"] & grids["has_group"].notna()
    counts = counts_by_unit(
        grids["unit"],
        known=known,
        having=known & grids["has_group"].eq(other=True),
        unknown=grids["alive"] & ~known,
    )
    return share(counts["having"], counts["known"], counts["unknown"])


@indicator("grids.linked_households", tables=["grids"], unit=LEVEL, share=True, exact=True)
def linked_households(district: District, period: Period) -> pd.DataFrame:
    """Households linked to a Party member, of those of the grids; where that is not recorded they are excluded."""
    grids = _grids(district, period)
    if grids is None:
        return nothing_recorded()
    known = grids["alive"] & grids["linked"].notna()
    sums = pd.DataFrame(
        {
            "linked": grids["linked"].where(known, 0),
            "households": grids["households"].where(known, 0),
            "unknown": grids["households"].where(grids["alive"] & ~known, 0),
        }
    ).astype("float64")
    sums = sums.groupby(grids["unit"]).sum()
    return share(sums["linked"], sums["households"], sums["unknown"])


def _loads(district: District, period: Period) -> pd.DataFrame:
    """
    Return what the members of each unit carry: median, p90 and max, households, members, and cells left out.

    The load of a member is the households linked in all cells of the unit for which the member is named.
    """
    cells = _cells(district, period)
    if cells is None:
        return pd.DataFrame(columns=["median", "p90", "max", "households", "members", "left_out"])
    known = cells["alive"] & cells["linked"].notna() & cells["member"].notna()
    left_out = counts_by_unit(cells["unit"], left_out=cells["alive"] & ~known)
    linked = cells.loc[known, "linked"].astype("float64")
    each = linked.groupby([cells.loc[known, "unit"], cells.loc[known, "member"]]).sum()
    units = each.groupby(level=0)
    return left_out.assign(
        median=units.median(),
        p90=units.quantile(0.9),
        max=units.max(),
        households=units.sum().reindex(left_out.index, fill_value=0),
        members=units.size().reindex(left_out.index, fill_value=0),
    )


def _load(name: str, meaning: str) -> None:
    """Register one figure of the load of members."""

    @indicator(
        f"grids.load_{name}", tables=["grids", "grid_cells"], unit=LEVEL, exact=True, persons=True
    )
    def load(district: District, period: Period) -> pd.DataFrame:
        loads = kept(district, ("grids.loads", period), lambda: _loads(district, period))
        result = full(loads["households"], loads["members"])
        return result.assign(value=loads[name], excluded=loads["left_out"])

    load.__doc__ = (
        f"{meaning} Excluded are cells of which the member or the number linked is not recorded."
    )


_load("median", "Households that the member in the middle is linked to.")
_load("p90", "Households that nine in ten members do not pass, between two members by proportion.")
_load("max", "Households of the member who is linked to most.")
