"""Indicators, one file per mechanism of the programme: records in, one value per unit and period out."""

from seedmetrics.indicators import (
    activist_points,
    arena,
    cadre_record,
    chain_assessment,
    chain_organisation,
    community_life,
    disclosures,
    enterprise_days,
    grids,
    hotline,
    lectures,
    longboards,
    member_development,
    organisation_life,
    projects,
    standardisation,
    talent_branches,
    village_stars,
    village_support,
    winter_visits,
)
from seedmetrics.indicators.expressions import share_of
from seedmetrics.indicators.registry import (
    Indicator,
    derive,
    find_indicator,
    indicator,
    indicator_names,
    measure,
    measure_all,
)

# In the order of the programme: Select, Cultivate, Sow.
MECHANISMS = (
    village_stars,
    disclosures,
    standardisation,
    cadre_record,
    talent_branches,
    member_development,
    activist_points,
    lectures,
    organisation_life,
    enterprise_days,
    hotline,
    arena,
    longboards,
    chain_organisation,
    chain_assessment,
    projects,
    village_support,
    grids,
    community_life,
    winter_visits,
)

__all__ = [
    "MECHANISMS",
    "Indicator",
    "derive",
    "find_indicator",
    "indicator",
    "indicator_names",
    "measure",
    "measure_all",
    "share_of",
]
