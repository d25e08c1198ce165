"""What one run of one notebook is asked for and what came of it; where its files may lie."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seedmetrics.errors import NotebookError

# What a file name must not hold on any of the systems a folder of reports may be copied to.
FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f]')
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
LONGEST_NAME = 240  # bytes; file systems allow 255, a temporary name needs some of it


@dataclass(frozen=True, slots=True)
class Job:
    """One notebook, its parameters, and where the executed notebook goes.

    Parameters
    ----------
    notebook : Path
        The template, with a cell tagged ``parameters``.
    output : Path
        The executed notebook, below the reports folder; its page lies beside it as ``.html``.
    parameters : mapping of str to text, number, yes/no, None, list or dict
        Values for names of the parameters cell; what is not named keeps its default.
    key : str
        What tells this job from every other; written to the ledger.
    label : str
        What people call it, in progress and failures.
    inputs : str, default ""
        What the notebook reads, as a digest; empty where nobody knows, and then no earlier result stands.
    """

    notebook: Path
    output: Path
    parameters: Mapping[str, Any]
    key: str
    label: str
    inputs: str = ""

    @property
    def html(self) -> Path:
        """Where the page made from the executed notebook lies."""
        return self.output.with_suffix(".html")


@dataclass(frozen=True, slots=True)
class JobResult:
    """What came of a job.

    Parameters
    ----------
    job : Job
        What was asked for.
    ok : bool
        Every cell ran and, where a page was asked for, it was made.
    seconds : float
        From the start of the kernel to the last file written.
    cell : int or None
        The number Jupyter shows in brackets beside the cell that failed; None when no cell did
        (all went well, the kernel never started, or the page could not be made).
    error : str
        The last lines of the traceback, without terminal colors; empty when ok.
    html : Path or None
        The page, when one was made.
    sha256 : str
        Digest of the executed notebook as written; empty when none was written.
    started, finished : str
        UTC, ISO 8601.
    attempts : int
        How often it was tried: again only where no cell could run.
    peak_memory : float or None
        Megabytes that the kernel held at most; None where the system does not tell.
    reused : bool
        It is of an earlier run, and its files are still as that run left them.
    """

    job: Job
    ok: bool
    seconds: float
    cell: int | None = None
    error: str = ""
    html: Path | None = None
    sha256: str = ""
    started: str = ""
    finished: str = ""
    attempts: int = 1
    peak_memory: float | None = None
    reused: bool = False


def check_outputs(jobs: Sequence[Job], reports: Path) -> None:
    """Refuse a batch whose files would leave the reports folder, or overwrite one another.

    Parameters
    ----------
    jobs : sequence of Job
        The whole batch.
    reports : Path
        The folder that every output must lie in.

    Raises
    ------
    NotebookError
        When an output lies outside ``reports`` (also by ``..`` or a link), has no ``.ipynb``, has a
        name some system cannot keep; when two outputs are one file (letter case set aside) or two
        keys are the same.
    """
    root = reports.resolve()
    seen: dict[str, str] = {}
    keys: dict[str, str] = {}
    for job in jobs:
        if job.key in keys:
            msg = (
                f"jobs `{keys[job.key]}` and `{job.label}` have the same key {job.key!r}; "
                f"make them differ"
            )
            raise NotebookError(msg)
        keys[job.key] = job.label
        relative = _below(job.output, root, reports)
        for name in relative.parts:
            _check_name(name, job.output)
        folded = relative.as_posix().casefold()
        if folded in seen:
            msg = (
                f"jobs `{seen[folded]}` and `{job.label}` would write the same file "
                f"{relative.as_posix()}; give each job an output of its own"
            )
            raise NotebookError(msg)
        seen[folded] = job.label


def _below(output: Path, root: Path, reports: Path) -> Path:
    if output.suffix != ".ipynb":
        msg = f"`output` must be a notebook, a name ending in .ipynb; it is {output}"
        raise NotebookError(msg)
    resolved = output.resolve()
    if ".." in output.parts or not resolved.is_relative_to(root):
        msg = (
            f"`output` must lie in the reports folder {reports}; it is {output}. "
            f"Make it from codes, without `..`"
        )
        raise NotebookError(msg)
    return resolved.relative_to(root)


def _check_name(name: str, output: Path) -> None:
    too_long = len(name.encode("utf-8", "surrogatepass")) > LONGEST_NAME
    if FORBIDDEN.search(name) or RESERVED.fullmatch(name) or too_long or name.endswith((" ", ".")):
        msg = (
            f"`output` {output} holds a name that not every system can keep: {name!r}; "
            f"use letters, digits, `-`, `_` and `.`, at most {LONGEST_NAME} bytes"
        )
        raise NotebookError(msg)
