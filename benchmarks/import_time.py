"""Importing seedmetrics.formulas, against importing only what it uses of numpy and scipy."""

import ast
import subprocess
import sys
from pathlib import Path

from benchmarks._timing import Row, best_of

FORMULAS = Path(__file__).resolve().parents[1] / "seedmetrics" / "formulas"


def used() -> list[str]:
    """Return the modules of numpy and scipy that the formulas import."""
    found = set()
    for file in FORMULAS.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "scipy":
                found |= {f"scipy.{alias.name}" for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("scipy."):
                found.add(node.module or "")
            elif isinstance(node, ast.Import):
                found |= {a.name for a in node.names if a.name.startswith(("numpy", "scipy"))}
    return sorted(found)


def fresh(code: str) -> None:
    """Run a line in a new interpreter."""
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603  # our own line


def run() -> list[Row]:
    """Return the row: the limit is twice the alternative's own time."""
    modules = used()
    theirs = best_of(lambda: fresh(f"import {', '.join(modules)}"), repeats=7)
    ours = best_of(lambda: fresh("import seedmetrics.formulas"), repeats=7)
    return [
        Row(
            "import seedmetrics.formulas, a new interpreter",
            ours,
            round(2 * theirs, 3),
            f"import {', '.join(modules)}",
            theirs,
            note="the limit is twice the alternative",
        )
    ]
