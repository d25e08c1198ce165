"""A fingerprint changes with everything that the result depends on, and with nothing else."""

import math
import os
import shutil
import subprocess
import sys

import nbformat
import pytest

from seedmetrics.batch import keys
from seedmetrics.batch.keys import (
    fingerprint,
    package_digest,
    package_versions,
    sources_digest,
    template_digest,
)
from seedmetrics.errors import NotebookError
from tests.conftest import ROOT

GIVEN = {"unit": "T01", "language": "en"}


def key(notebook, parameters=GIVEN, **more):
    return fingerprint(notebook, parameters, **{"inputs": "records", "render": "frame"} | more)


def edit(notebook, change):
    """Change a notebook's file in place."""
    node = nbformat.read(notebook, as_version=4)
    change(node)
    nbformat.write(node, notebook)


def source(node):
    node.cells[-1].source = "print(2)"


def markdown(node):
    node.cells[0].source = "# Another title"


def tags(node):
    node.cells[0].metadata["tags"] = ["notebook-only"]


def order(node):
    node.cells.reverse()


@pytest.mark.parametrize("change", [source, markdown, tags, order])
def test_what_a_template_says_changes_the_fingerprint(make_notebook, change):
    notebook = make_notebook("print(1)")
    before = key(notebook)
    edit(notebook, change)
    assert key(notebook) != before


def outputs(node):
    node.cells[-1].outputs = [nbformat.v4.new_output("stream", text="1")]
    node.cells[-1].execution_count = 7


def identifiers(node):
    node.cells[-1].id = "another"


def kernel(node):
    node.metadata["kernelspec"]["display_name"] = "Python 3 (a colleague's)"
    node.metadata["kernelspec"]["name"] = "colleague"
    node.metadata["language_info"] = {"name": "python", "version": "3.99"}


def folding(node):
    node.cells[-1].metadata["jupyter"] = {"source_hidden": True}


@pytest.mark.parametrize("change", [outputs, identifiers, kernel, folding])
def test_what_an_editor_leaves_in_a_template_does_not(make_notebook, change):
    notebook = make_notebook("print(1)")
    before = key(notebook)
    edit(notebook, change)
    assert key(notebook) == before


def test_the_same_template_elsewhere_has_the_same_digest(make_notebook, tmp_path):
    notebook = make_notebook("print(1)")
    copy = shutil.copy(notebook, tmp_path / "copy.ipynb")
    assert template_digest(notebook) == template_digest(copy)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("01", 1),
        ("1", 1),
        (1, True),
        (1, 1.0),
        (0, None),
        ("", None),
        ([1, 2], [2, 1]),
        ([1], 1),
        ({"a": 1}, [["a", 1]]),
        ({1: "a"}, {"1": "a"}),
        (math.nan, "nan"),
        (math.nan, {"float": "nan"}),
        (math.inf, -math.inf),
    ],
)
def test_values_that_differ_never_have_the_same_fingerprint(make_notebook, one, other):
    notebook = make_notebook("1")
    assert key(notebook, {"top": one}) != key(notebook, {"top": other})


def test_the_order_of_parameters_does_not_count(make_notebook):
    notebook = make_notebook("1")
    turned = dict(reversed(GIVEN.items()))
    assert key(notebook, turned) == key(notebook)
    assert key(notebook, {"top": {"a": 1, "b": (2,)}}) == key(notebook, {"top": {"b": [2], "a": 1}})


def test_a_value_that_no_notebook_can_be_given_is_refused_with_its_place(make_notebook):
    with pytest.raises(NotebookError, match=r"parameters\['top'\]\[1\] is <object .*give text"):
        key(make_notebook("1"), {"top": [1, object()]})


def test_inputs_and_render_options_change_the_fingerprint(make_notebook):
    notebook = make_notebook("1")
    found = {key(notebook), key(notebook, inputs="others"), key(notebook, render="other frame")}
    assert len(found) == 3


def test_without_inputs_there_is_no_fingerprint(make_notebook):
    assert key(make_notebook("1"), inputs="") == ""


def test_a_version_or_a_changed_source_changes_the_fingerprint(make_notebook, monkeypatch):
    notebook = make_notebook("1")
    before = key(notebook)
    versions = package_versions() | {"pandas": "99.0"}
    with monkeypatch.context() as changed:
        changed.setattr(keys, "package_versions", lambda: versions)
        other = key(notebook)
    monkeypatch.setattr(keys, "package_digest", lambda: "0" * 64)
    assert len({before, other, key(notebook)}) == 3


def test_every_package_that_makes_a_result_is_told_with_its_version():
    versions = package_versions()
    assert set(versions) == {"python", *keys.PACKAGES}
    assert "unknown" not in versions.values()
    assert versions["python"] == f"{sys.version_info.major}.{sys.version_info.minor}"


def test_a_package_that_is_not_installed_is_unknown(monkeypatch):
    monkeypatch.setattr(keys, "PACKAGES", ("no-such-package",))
    assert package_versions.__wrapped__()["no-such-package"] == "unknown"


def test_sources_count_at_any_depth_by_name_and_content(tmp_path):
    package = tmp_path / "package"
    (package / "words").mkdir(parents=True)
    (package / "a.py").write_text("1", encoding="utf-8")
    (package / "words" / "en.toml").write_text("a = 1", encoding="utf-8")
    found = [sources_digest(package)]
    (package / "words" / "en.toml").write_text("a = 2", encoding="utf-8")
    found.append(sources_digest(package))
    (package / "words" / "en.toml").rename(package / "words" / "zh.toml")
    found.append(sources_digest(package))
    (package / "page.html.j2").write_text("{{ body }}", encoding="utf-8")
    found.append(sources_digest(package))
    assert len(set(found)) == 4
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "a.cpython-311.pyc").write_bytes(b"1")
    (package / "notes.txt").write_text("1", encoding="utf-8")
    (package / "_notebooks").mkdir()
    (package / "_notebooks" / "league.ipynb").write_text("{}", encoding="utf-8")
    assert sources_digest(package) == found[-1]


def test_every_kind_of_file_that_this_package_is_made_of_is_accounted_for():
    package = ROOT / "seedmetrics"
    kinds = {
        path.suffix
        for path in package.rglob("*")
        if path.is_file() and not {"__pycache__", "_notebooks"} & set(path.parts)
    }
    # Where formulas come from is read by people and tests alone; the script stands in front pages, which no key covers.
    assert kinds - set(keys.SOURCES) <= {".bib", ".js"}


def test_sources_are_read_once_a_process(monkeypatch):
    before = package_digest()
    monkeypatch.setattr(keys, "sources_digest", lambda _package: "0" * 64)
    assert package_digest() == before


def test_a_template_that_changes_while_the_process_runs_is_read_again(make_notebook):
    notebook = make_notebook("print(1)")
    before = template_digest(notebook)
    status = notebook.stat()
    edit(notebook, source)
    os.utime(notebook, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert template_digest(notebook) != before


def test_a_template_that_is_not_there_or_no_notebook_is_told(tmp_path):
    with pytest.raises(NotebookError, match="is not there"):
        template_digest(tmp_path / "none.ipynb")
    (tmp_path / "bad.ipynb").write_text("{", encoding="utf-8")
    with pytest.raises(NotebookError, match="cannot be read as a notebook"):
        template_digest(tmp_path / "bad.ipynb")


def test_another_process_finds_the_same_fingerprint(make_notebook):
    notebook = make_notebook("print(1)")
    code = (
        "import sys; from pathlib import Path; from seedmetrics.batch.keys import fingerprint; "
        f"print(fingerprint(Path(sys.argv[1]), {GIVEN!r}, inputs='records', render='frame'))"
    )
    call = [sys.executable, "-c", code, str(notebook)]
    done = subprocess.run(call, capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == key(notebook)
