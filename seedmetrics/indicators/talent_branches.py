"""Mechanism 5: Party branches of young talent, and the pool of local experts, returnees and graduates they draw on."""

from __future__ import annotations

import pandas as pd

from seedmetrics.indicators.counting import (
    begun,
    counts_by_unit,
    full,
    last_moment,
    nothing_recorded,
    running,
    share,
)
from seedmetrics.indicators.places import population
from seedmetrics.indicators.registry import indicator
from seedmetrics.records import District, Period

LEVEL = "township"
BACKGROUNDS = ("local_expert", "returnee", "graduate", "three_new", "intellectual")
RESIDENTS = 1000


@indicator(
    "talent_branches.has_branch",
    tables=["talent_branches"],
    unit=LEVEL,
    share=True,
    exact=True,
)
def has_branch(district: District, period: Period) -> pd.DataFrame:
    """Whether the unit has a branch of young talent when the period ends: 1 of 1, or 0 of 1."""
    branches = district.table("talent_branches")
    if not begun(branches["founded"], period):
        return nothing_recorded()
    there = running(branches["founded"], branches["dissolved"], last_moment(district, period))
    units = district.units_at(LEVEL).index.to_series()
    having = units.isin(branches.loc[there, "unit"]).astype("float64")
    return share(having, having * 0 + 1)


def _pool(district: District, period: Period) -> pd.DataFrame | None:
    """Return the talents on record with whether each is in the pool when the period ends, as ``here``."""
    talents = district.table("talents")
    if not begun(talents["entered"], period):
        return None
    here = running(talents["entered"], talents["left"], last_moment(district, period))
    return talents.assign(here=here)


@indicator(
    "talent_branches.pool_per_1000",
    tables=["talents", "population"],
    unit=LEVEL,
    exact=True,
    persons=True,
)
def pool_per_1000(district: District, period: Period) -> pd.DataFrame:
    """Persons in the pool when the period ends, for each 1,000 residents by the latest count of them."""
    pool = _pool(district, period)
    if pool is None:
        return nothing_recorded()
    counts = counts_by_unit(pool["unit"], here=pool["here"])["here"]
    residents = population(district, period, "residents").reindex(counts.index)
    # Also where the residents are not known: a pool of few is withheld all the same.
    return full(counts, residents, per=RESIDENTS).assign(persons=counts)


@indicator("talent_branches.guided_share", tables=["talents"], unit=LEVEL, share=True, persons=True)
def guided_share(district: District, period: Period) -> pd.DataFrame:
    """Persons in the pool who are under guidance, of those of whom that is recorded."""
    pool = _pool(district, period)
    if pool is None:
        return nothing_recorded()
    known = pool["guided"].notna()
    counts = counts_by_unit(
        pool["unit"],
        known=pool["here"] & known,
        guided=pool["here"] & pool["guided"].fillna(value=False).astype(bool),
        unknown=pool["here"] & ~known,
    )
    return share(counts["guided"], counts["known"], counts["unknown"])


def _background(name: str) -> None:
    """Register the share of one background."""

    @indicator(
        f"talent_branches.{name}_share",
        tables=["talents"],
        unit=LEVEL,
        share=True,
        persons=True,
        parts="background",
    )
    def background(district: District, period: Period) -> pd.DataFrame:
        """Persons in the pool of one background, of all persons in it."""
        pool = _pool(district, period)
        if pool is None:
            return nothing_recorded()
        counts = counts_by_unit(
            pool["unit"],
            here=pool["here"],
            having=pool["here"] & (pool["background"] == name),
        )
        return share(counts["having"], counts["here"])


for _name in BACKGROUNDS:
    _background(_name)
