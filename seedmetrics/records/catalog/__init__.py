"""Every table a district may keep, declared once, by the pillar of the programme that reads it."""

from seedmetrics.records.catalog import cultivate, select, shared, sow

# A table comes after those it refers to.
ALL = (*shared.TABLES, *select.TABLES, *cultivate.TABLES, *sow.TABLES)

__all__ = ["ALL"]
