"""Indicators, one file per mechanism of the programme: records in, one value per unit and period out."""

from seedmetrics.indicators import (
    arena,
    chain_assessment,
    chain_organisation,
    enterprise_days,
    hotline,
    organisation_life,
)
from seedmetrics.indicators.registry import (
    Indicator,
    find_indicator,
    indicator,
    indicator_names,
    measure,
)

MECHANISMS = (
    organisation_life,
    enterprise_days,
    hotline,
    arena,
    chain_organisation,
    chain_assessment,
)

__all__ = [
    "MECHANISMS",
    "Indicator",
    "find_indicator",
    "indicator",
    "indicator_names",
    "measure",
]
