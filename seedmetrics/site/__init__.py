"""Executed notebooks and tables become a folder of pages that open offline; no formula enters here."""

from typing import TYPE_CHECKING

from seedmetrics.loading import on_demand

if TYPE_CHECKING:
    from seedmetrics.site.index import build_site
    from seedmetrics.site.pages import render_page
    from seedmetrics.site.tables import read_table, write_tables

# Loading on demand: a worker makes pages, and needs no more than that.
_WHERE = {
    "build_site": "index",
    "read_table": "tables",
    "render_page": "pages",
    "write_tables": "tables",
}

__all__ = ["build_site", "read_table", "render_page", "write_tables"]

__getattr__, __dir__ = on_demand(__name__, _WHERE)
