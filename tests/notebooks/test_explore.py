"""The exploring notebook by papermill: every step shows its result, in both languages, and writes what it says."""

import nbformat
import papermill
import pytest
from traitlets.config import Config

from tests.conftest import ROOT

pytestmark = pytest.mark.slow

IPC = Config({"KernelManager": {"transport": "ipc"}})
FILE = ROOT / "notebooks" / "explore.ipynb"


def run(tmp_path, **parameters):
    out = tmp_path / "out.ipynb"
    papermill.execute_notebook(
        str(FILE), str(out), parameters, config=IPC, progress_bar=False, cwd=str(tmp_path),
        start_timeout=300,
    )  # fmt: skip
    return nbformat.read(out, as_version=4)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_step_shows_its_result(tmp_path, language):
    executed = run(tmp_path, language=language, period="2025Q3", out=str(tmp_path / "tables"))
    outputs = {
        cell.id: cell.outputs
        for cell in executed.cells
        if cell.cell_type == "code" and "parameters" not in cell.id
    }
    steps = [
        "open",
        "problems",
        "evaluate",
        "slices",
        "question",
        "weights",
        "indicator",
        "compare",
        "export",
    ]
    for step in steps:
        (output,) = outputs[step]
        assert output.output_type == "execute_result", step
        assert "text/html" in output.data
    assert "application/vnd.jupyter.widget-view+json" in outputs["weights"][0].data
    said = {"en": "Closed within a week added (weight 10)", "zh": "增加一周内办结（权重10）"}
    assert said[language] in outputs["compare"][0].data["text/html"]
    assert sorted(f.name for f in (tmp_path / "tables").iterdir()) == [
        "comparison.csv",
        "indicators.csv",
        "league.csv",
        "slices.csv",
    ]


def test_nothing_is_written_unasked(tmp_path):
    run(tmp_path)
    assert [f.name for f in tmp_path.iterdir()] == ["out.ipynb"]
