"""Build the documentation: stage the sources, run the gallery's notebooks, write every page, warnings as errors."""
# ruff: noqa: INP001

from __future__ import annotations

import argparse
import importlib.metadata
import os
import shutil
import sys
from pathlib import Path

from sphinx.cmd.build import build_main

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(HERE))

from _ext import gallery  # noqa: E402  # found beside this file
from _ext.finishing import name_toggles, write_font  # noqa: E402
from _ext.indicator_list import write_indicators  # noqa: E402

# Quiet, warnings are errors (all of them told), nothing kept from an earlier build.
OPTIONS = ("-q", "-W", "--keep-going", "-E")


def main(arguments: list[str] | None = None) -> int:
    """Build, and say where to look; return 1 when there is anything to warn of."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--out", type=Path, default=ROOT / "build" / "docs", help="folder to build in"
    )
    parser.add_argument(
        "--without-runs",
        action="store_true",
        help="show the gallery's notebooks as they are, without running them",
    )
    call = parser.parse_args(arguments)
    out: Path = call.out.resolve()
    source = stage(out / "source")
    notebooks = gallery.templates() if call.without_runs else gallery.run_notebooks(out / "runs")
    gallery.write_gallery(source / "gallery", notebooks)
    write_indicators(source / "reference" / "indicator-list.md")
    os.environ["SEEDMETRICS_DOCS_VERSION"] = importlib.metadata.version("seedmetrics")
    pages = out / "html"
    shutil.rmtree(pages, ignore_errors=True)
    code = build_main([*OPTIONS, "-d", str(out / "doctrees"), str(source), str(pages)])
    if code:
        return int(code)
    name_toggles(pages)
    if missing := write_font(pages):
        print(f"not in the font that the pages bring: {missing}", file=sys.stderr)
        return 1
    print(pages / "index.html")
    return 0


def stage(folder: Path) -> Path:
    """
    Copy the sources to where they may be added to, so that nothing made lies among what is written by hand.

    Parameters
    ----------
    folder : Path
        Removed first.

    Returns
    -------
    Path
        `folder`.
    """
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(HERE, folder, ignore=shutil.ignore_patterns("__pycache__", "make_docs.py"))
    return folder


if __name__ == "__main__":
    sys.exit(main())
