"""How Sphinx builds the documentation: reference from docstrings, how-tos, a gallery of notebooks that ran."""
# ruff: noqa: INP001, A001

import os
import sys
from pathlib import Path

import seedmetrics

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

project = "seedmetrics"
author = "seedmetrics"
copyright = "seedmetrics"
version = release = os.environ.get("SEEDMETRICS_DOCS_VERSION", "")
language = "en"

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "myst_nb",
    "_ext.chinese",
    "_ext.mathml",
    "_ext.sources",
]
templates_path = ["_templates"]
exclude_patterns = ["_ext", "make_docs.py"]
root_doc = "index"
needs_sphinx = "8.1"

# == words
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
myst_links_external_new_tab = False

# == notebooks: executed by make_docs.py, shown as they are
nb_execution_mode = "off"
nb_ipywidgets_js = {}
nb_render_markdown_format = "myst"
nb_merge_streams = True
nb_number_source_lines = False
nb_mime_priority_overrides = [("html", "application/vnd.jupyter.widget-view+json", None)]

# == reference
bibliography = str(Path(seedmetrics.__file__).parent / "formulas" / "references.bib")
autosummary_generate = True
autosummary_ignore_module_all = False
autodoc_typehints = "none"
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
numpydoc_xref_param_type = False
default_role = "py:obj"
add_module_names = False
python_use_unqualified_type_names = True
toc_object_entries = False

# == pages
html_math_renderer = "mathml"
html_theme = "pydata_sphinx_theme"
html_static_path = ["_static"]
html_css_files = ["docs.css"]
html_title = "seedmetrics"
html_context = {"default_mode": "auto"}
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
html_show_sourcelink = False
# The reference is looked up by its list of names; all else is read, and has the width for it.
html_sidebars = {name: [] for name in ("index", "methods", "howto/**", "zh/**", "gallery/**")}
html_theme_options = {
    "logo": {"text": "seedmetrics"},
    "navbar_align": "left",
    "navbar_end": ["theme-switcher"],
    "navbar_persistent": ["search-button"],
    "show_prev_next": True,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": [],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
    "show_toc_level": 2,
    "collapse_navigation": True,  # its toggles have no name for who does not see them
    "navigation_with_keys": False,
}


def _skip(app, what, name, obj, skip, options):  # noqa: ARG001  # as Sphinx calls it
    """Leave out what a class has from pydantic, and not from us."""
    return True if name.startswith("model_") else skip


def setup(app):
    """Tell Sphinx what to leave out."""
    app.connect("autodoc-skip-member", _skip)
