"""Executed notebooks and tables become a folder of pages that open offline; no formula enters here."""

from seedmetrics.site.index import build_site
from seedmetrics.site.pages import render_page
from seedmetrics.site.tables import read_table, write_tables

__all__ = ["build_site", "read_table", "render_page", "write_tables"]
