"""Workers have what they need and no more; the batch's pool of them is tested where it is used."""

import subprocess
import sys

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
    from seedmetrics.batch.workers import do_without_a_grammar

    monkeypatch.setitem(sys.modules, "rfc3987_syntax", sys)
    do_without_a_grammar()
    assert sys.modules["rfc3987_syntax"] is sys
