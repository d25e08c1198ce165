"""Every notebook is thin, its parameters are its whole interface, and it runs by papermill as by hand."""

import ast
import subprocess
import sys
from pathlib import Path

import nbformat
import papermill
import pytest
from papermill.inspection import inspect_notebook
from traitlets.config import Config

from tests.conftest import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
IPC = Config({"KernelManager": {"transport": "ipc"}})


def code_cells(file):
    return [cell for cell in nbformat.read(file, as_version=4).cells if cell.cell_type == "code"]


def parameters_cell(file):
    return next(cell for cell in code_cells(file) if "parameters" in cell.metadata.get("tags", []))


@pytest.fixture(params=NOTEBOOKS, ids=lambda file: file.stem)
def notebook(request):
    return request.param


def test_the_notebooks_of_this_part_are_there():
    here = {file.stem for file in NOTEBOOKS}
    assert here >= {
        "township",
        "alliance",
        "village",
        "department",
        "league",
        "closure",
        "programme",
    }


def test_a_notebook_is_thin(notebook):
    assert len(nbformat.read(notebook, as_version=4).cells) <= 12
    for cell in code_cells(notebook):
        for node in ast.walk(ast.parse(cell.source)):
            assert not isinstance(
                node,
                ast.FunctionDef | ast.ClassDef | ast.Lambda | ast.BinOp | ast.For | ast.ListComp,
            ), cell.source


def test_a_notebook_stores_no_outputs(notebook):
    for cell in code_cells(notebook):
        assert cell.outputs == []
        assert cell.execution_count is None


def test_parameters_come_first_and_papermill_sees_each_with_type_and_help(notebook):
    cells = code_cells(notebook)
    assert cells[0] == parameters_cell(notebook)
    written = {
        node.target.id
        for node in ast.walk(ast.parse(cells[0].source))
        if isinstance(node, ast.AnnAssign)
    }
    seen = inspect_notebook(str(notebook))
    assert set(seen) == written
    evaluates = {"plan", "period"} if notebook.stem != "programme" else set()
    assert written >= {"district", "language"} | evaluates
    for name, parameter in seen.items():
        assert parameter["inferred_type_name"] == "str", name
        assert len(parameter["help"]) > 5, name


def test_help_notebook_of_papermill_lists_every_parameter(notebook):
    done = subprocess.run(
        [sys.executable, "-m", "papermill", "--help-notebook", str(notebook)],
        capture_output=True,
        text=True,
        check=True,
    )
    for name in inspect_notebook(str(notebook)):
        assert f"{name}: str" in done.stdout


def run(file, tmp_path, **parameters):
    out = tmp_path / "out.ipynb"
    papermill.execute_notebook(
        str(file),
        str(out),
        parameters,
        config=IPC,
        progress_bar=False,
        cwd=str(ROOT),
        start_timeout=300,
    )
    return nbformat.read(out, as_version=4)


def shown(executed):
    return "\n".join(
        output["data"]["text/html"]
        for cell in executed.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type == "execute_result"
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("township", {"unit": "S02", "period": "2025Q3", "language": "en"}),
        ("township", {"unit": "O01", "period": "2025Q4", "language": "zh"}),
        ("alliance", {"unit": "C01", "period": "2025", "language": "zh"}),
        ("league", {"period": "2025Q3", "language": "en"}),
        ("league", {"plan": "alliance", "period": "2025", "language": "zh"}),
        ("closure", {"period": "2025Q3", "language": "zh"}),
        ("village", {"unit": "T06-V04", "period": "2025", "language": "en"}),
        ("department", {"unit": "D01", "period": "2025H2", "language": "zh"}),
        ("programme", {"language": "en"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value.values()),
)
def test_a_notebook_runs_and_shows_every_section(tmp_path, name, parameters):
    executed = run(ROOT / "notebooks" / f"{name}.ipynb", tmp_path, **parameters)
    shows = [cell for cell in executed.cells if cell.source.startswith("page.")]
    for cell in shows:
        assert cell.outputs, f"{cell.source} shows nothing"
    assert not [
        output
        for cell in executed.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type in {"stream", "error"}
    ]
    assert "<h1" in shown(executed)


@pytest.mark.slow
def test_papermill_alone_runs_a_township(tmp_path):
    out = tmp_path / "out.ipynb"
    done = subprocess.run(
        [
            sys.executable, "-m", "papermill", "notebooks/township.ipynb", str(out),
            "-r", "unit", "T05", "-r", "period", "2025Q3", "--no-progress-bar", "--start-timeout", "300",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Songling" in shown(nbformat.read(out, as_version=4))


@pytest.mark.slow
def test_a_notebook_runs_from_its_own_folder_as_in_jupyterlab(tmp_path):
    out = tmp_path / "out.ipynb"
    papermill.execute_notebook(
        str(ROOT / "notebooks" / "township.ipynb"),
        str(out),
        config=IPC,
        progress_bar=False,
        cwd=str(ROOT / "notebooks"),
        start_timeout=300,
    )
    assert out.is_file()
    assert Path.cwd() != ROOT / "notebooks"
