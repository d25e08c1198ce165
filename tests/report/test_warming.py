"""What a template makes ready leaves one thread behind, and every page of the batch finds it."""

import subprocess
import sys

from tests.conftest import ROOT

CODE = """
import os
from seedmetrics.report.warming import warm_pages
warm_pages("data/sample", ["township", "alliance"], "", ["en", "zh"])
import seedmetrics as sm
district = sm.open_district("data/sample")
print(len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 1)
print(sm.evaluate(district, plan="township") is sm.evaluate(district, plan="township"))
"""


def test_warming_starts_no_thread_and_keeps_what_it_evaluated():
    env = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", CODE], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["1", "True"]
