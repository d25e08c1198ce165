"""The house holds: imports go down only, formulas know numpy and scipy alone, every file says what it is for."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "seedmetrics"
FLOORS = ["formulas", "records", "indicators", "evaluation", "report", "batch", "site"]
FILES = sorted(PACKAGE.rglob("*.py"))
# What may be imported from anywhere, and what may import anything: the public face and the command line.
GROUND = {"errors", "loading", "showing"}
FACE = {"__init__", "__main__"}


def floor_of(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(file: Path) -> list[str]:
    names = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative imports hide the floor"
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def test_every_module_lies_on_a_known_floor():
    assert {floor_of(file) for file in FILES} == {*FLOORS, *GROUND, *FACE}


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.relative_to(PACKAGE).as_posix())
def test_imports_go_down_only(file):
    if floor_of(file) in FACE:
        return
    own = -1 if floor_of(file) in GROUND else FLOORS.index(floor_of(file))
    for name in imported(file):
        if not name.startswith("seedmetrics"):
            continue
        target = name.split(".")[1]
        assert target in GROUND or FLOORS.index(target) <= own, f"{file} imports {name}: upwards"


def test_a_file_that_imports_upwards_would_be_found(tmp_path):
    file = tmp_path / "upward.py"
    file.write_text("from seedmetrics.report import words\n")
    assert "seedmetrics.report.words" in imported(file)


@pytest.mark.parametrize("file", sorted((PACKAGE / "formulas").rglob("*.py")), ids=lambda f: f.name)
def test_formulas_import_only_numpy_and_scipy(file):
    allowed = {"numpy", "scipy", "seedmetrics", *sys.stdlib_module_names}
    for name in imported(file):
        assert name.split(".")[0] in allowed, f"{file} imports {name}"
        if name.startswith("seedmetrics"):
            assert name.startswith("seedmetrics.formulas"), f"{file} imports {name}"


def test_formulas_load_neither_pandas_nor_matplotlib():
    code = (
        "import sys, seedmetrics.formulas; "
        "print(sorted({'pandas', 'matplotlib', 'pandera', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("floor", ["batch"])
def test_batch_knows_notebooks_and_never_formulas(floor):
    for file in (PACKAGE / floor).rglob("*.py"):
        for name in imported(file):
            assert not name.startswith(
                ("seedmetrics.formulas", "seedmetrics.records", "seedmetrics.indicators")
            ), file


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.relative_to(PACKAGE).as_posix())
def test_every_file_says_in_its_first_line_what_it_is_for(file):
    first = (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").splitlines()[:1]
    assert first, f"{file} has no docstring"
    assert first[0].endswith("."), f"{file}: {first[0]!r} is not a sentence"


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.relative_to(PACKAGE).as_posix())
def test_no_file_is_longer_than_a_reader_can_hold(file):
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 450, f"{file}: split it"


def test_public_names_are_true():
    import seedmetrics

    assert seedmetrics.__all__ == sorted(seedmetrics.__all__)
    for name in seedmetrics.__all__:
        assert getattr(seedmetrics, name) is not None


def test_formulas_offer_every_name_of_their_floors():
    import seedmetrics.formulas
    from seedmetrics.formulas import closure, conformance, ranking, robustness, scoring

    floors = (closure, conformance, ranking, robustness, scoring)
    below = {name for floor in floors for name in floor.__all__}
    assert set(seedmetrics.formulas.__all__) == below


def test_no_path_of_a_machine_and_no_index_address_is_committed():
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    for name in filter(None, listed):
        file = ROOT / name
        if not file.is_file() or file.suffix in {".png", ".xlsx", ".parquet", ".csv"}:
            continue
        text = file.read_text(encoding="utf-8")
        assert "/wo" + "rk/" not in text, name
        assert "pypi" + ".org" not in text, name
        assert "files.python" + "hosted" not in text, name


def test_conda_environment_names_the_packages_of_pyproject():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    conda = {}
    for line in (ROOT / "environment.yml").read_text(encoding="utf-8").splitlines():
        if ">=" in line:
            name, _, version = line.strip(" -").partition(" >=")
            conda[name] = version
    assert conda.pop("python") == project["requires-python"].removeprefix(">=")
    # Where conda calls a package by another name than the Python index does.
    renamed = {
        "duckdb": "python-duckdb",
        "jupyter-server": "jupyter_server",
        "matplotlib": "matplotlib-base",
        "nbconvert": "nbconvert-core",
    }
    extras = {"fonttools[woff]": {"brotli": "1.1"}}
    wanted = {}
    for requirement in project["dependencies"]:
        name, _, version = requirement.partition(">=")
        wanted |= extras.get(name, {})
        bare = name.partition("[")[0]
        wanted[renamed.get(bare, bare)] = version
    assert conda == wanted


def test_the_six_packages_of_the_user_are_in_the_environment():
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    for package in ("jupyterlab", "pandas", "numpy", "scipy", "matplotlib", "papermill"):
        assert f"- {package}" in text


def test_lock_has_hashes_and_covers_every_dependency():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for requirement in project["project"]["dependencies"] + project["dependency-groups"]["dev"]:
        name = requirement.partition(">=")[0].partition("[")[0]
        assert f"\n{name}==" in lock, f"{name} is not in requirements.lock: run `make lock`"
    pinned = [
        line for line in lock.splitlines() if "==" in line and not line.startswith((" ", "#"))
    ]
    assert len(pinned) > 50
    assert lock.count("--hash=sha256:") >= len(pinned)
