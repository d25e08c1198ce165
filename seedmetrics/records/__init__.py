"""Records: what a district hands over, read, mended, checked, and every problem named."""

from seedmetrics.errors import DistrictError, SeedmetricsError
from seedmetrics.records.catalog.columns import COUNT, DATE, UNIT, YESNO, Column, Table
from seedmetrics.records.checking import check_frame
from seedmetrics.records.district import District, open_district
from seedmetrics.records.listing import problem_lines
from seedmetrics.records.periods import Period
from seedmetrics.records.schemas import declare, schema, schema_choices

__all__ = [
    "COUNT",
    "DATE",
    "UNIT",
    "YESNO",
    "Column",
    "District",
    "DistrictError",
    "Period",
    "SeedmetricsError",
    "Table",
    "check_frame",
    "declare",
    "open_district",
    "problem_lines",
    "schema",
    "schema_choices",
]
