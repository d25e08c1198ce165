"""The whole sample site, made by one command, once for all tests that read it: a minute that is not spent twice."""

import contextlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT


@dataclass(frozen=True)
class Run:
    """What the command wrote and said."""

    out: Path
    returncode: int
    stdout: str
    stderr: str


def evaluate(
    out: Path, *more: str, district: Path | str = "data/sample"
) -> subprocess.CompletedProcess[str]:
    """Run the command as an office does, from the project's folder; say how it ended and what it said."""
    command = [sys.executable, "-m", "seedmetrics", "evaluate", str(district), "--out", str(out)]
    return subprocess.run([*command, *more], cwd=ROOT, capture_output=True, text=True, check=False)


def whole_site(factory: pytest.TempPathFactory) -> Run:
    """Return the site, made when nobody has made it yet; workers of one session share it and wait for each other."""
    base = factory.getbasetemp()
    # Each worker has a folder within that of the session.
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    out, told = shared / "whole-site", shared / "whole-site.json"
    with locked(shared / "whole-site.lock"):
        if not told.exists():
            done = evaluate(out)
            said = [done.returncode, done.stdout, done.stderr]
            told.write_text(json.dumps(said), encoding="utf-8")
    return Run(out, *json.loads(told.read_text(encoding="utf-8")))


@contextlib.contextmanager
def locked(file: Path):
    """Hold a file's lock; where the system knows none of this kind, workers share nothing anyway."""
    with file.open("w") as held:
        with contextlib.suppress(ImportError):
            import fcntl

            fcntl.flock(held, fcntl.LOCK_EX)
        yield
