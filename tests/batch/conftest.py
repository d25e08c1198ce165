"""Tiny notebooks, made where a test wants them."""

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

PARAMETERS = """\
unit: str = "T01"  # the unit's code
language: str = "en"  # en or zh
top: int = 3  # how many to show
level: float = 0.95  # of the intervals
"""

MakeNotebook = Callable[..., Path]


@pytest.fixture
def make_notebook(tmp_path: Path) -> MakeNotebook:
    """Return a maker of notebooks: the parameters cell, then one code cell for each text."""

    def make(*sources: str, name: str = "tiny", parameters: str = PARAMETERS) -> Path:
        first = nbformat.v4.new_code_cell(
            parameters, id="parameters", metadata={"tags": ["parameters"]}
        )
        cells = [nbformat.v4.new_markdown_cell("# Tiny", id="title"), first]
        cells += [
            nbformat.v4.new_code_cell(source, id=f"cell-{n}") for n, source in enumerate(sources)
        ]
        spec = {"name": "python3", "language": "python", "display_name": "Python 3"}
        node = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec})
        path = tmp_path / f"{name}.ipynb"
        nbformat.write(node, path)
        return path

    return make
