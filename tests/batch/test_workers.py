"""Workers have what they need and no more; the batch's pool of them is tested where it is used."""

import subprocess
import sys

from seedmetrics.batch.workers import do_without_a_grammar, spawn_pool

CODE = """
import sys
from seedmetrics.batch.workers import do_without_a_grammar
assert "nbformat" not in sys.modules
do_without_a_grammar()
import nbformat
print("lark" in sys.modules)
nbformat.validate(nbformat.v4.new_notebook())
try:
    nbformat.validate({"cells": [], "metadata": 1, "nbformat": 4, "nbformat_minor": 5})
except nbformat.ValidationError:
    print("refused")
"""


def test_notebooks_are_checked_without_the_grammar_of_addresses():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "refused"]


def test_a_grammar_that_is_there_stays(monkeypatch):
    monkeypatch.setitem(sys.modules, "rfc3987_syntax", sys)
    do_without_a_grammar()
    assert sys.modules["rfc3987_syntax"] is sys


def modules(_: int) -> set[str]:
    return {*sys.modules} & {"seedmetrics.batch.runner", "nbformat", "lark"}


def test_a_worker_has_imported_what_runs_notebooks_before_its_first():
    with spawn_pool(1) as pool:
        assert pool.submit(modules, 0).result() == {"seedmetrics.batch.runner", "nbformat"}


def test_a_worker_that_cannot_be_made_ready_takes_what_it_is_given(monkeypatch, tmp_path):
    (tmp_path / "nbformat.py").write_text("raise RuntimeError('broken')\n")
    monkeypatch.syspath_prepend(tmp_path)
    with spawn_pool(1) as pool:
        assert pool.submit(abs, -1).result() == 1
