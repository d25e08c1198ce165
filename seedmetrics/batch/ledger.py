"""What was run and what came of it: one line a job, never rewritten."""

import importlib.metadata
import json
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from seedmetrics.batch.jobs import JobResult


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One line of ``ledger.jsonl``; paths are relative to the ledger's folder, with ``/``.

    ``sha256`` is empty when no notebook was written, ``html`` when no page was made.
    """

    key: str
    label: str
    notebook: str
    parameters: dict[str, Any]
    output: str
    html: str
    sha256: str
    seconds: float
    ok: bool
    cell: int | None
    error: str
    version: str
    started: str
    finished: str


def package_version() -> str:
    """Return this package's version, ``"unknown"`` when it is not installed."""
    try:
        return importlib.metadata.version("seedmetrics")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


def append_result(ledger: Path, result: JobResult) -> LedgerRow:
    """Add one row, on disk when this returns.

    Parameters
    ----------
    ledger : Path
        ``ledger.jsonl`` in the reports folder; made when missing.
    result : JobResult
        Of a job whose files are in place.

    Returns
    -------
    LedgerRow
        The row as written.

    Notes
    -----
    A line cut short by a crash is closed first, so that it spoils itself only.
    """
    job, reports = result.job, ledger.parent
    row = LedgerRow(
        key=job.key,
        label=job.label,
        notebook=relative(job.notebook, reports),
        parameters=dict(job.parameters),
        output=relative(job.output, reports),
        html=relative(result.html, reports) if result.html else "",
        sha256=result.sha256,
        seconds=round(result.seconds, 3),
        ok=result.ok,
        cell=result.cell,
        error=result.error,
        version=package_version(),
        started=result.started,
        finished=result.finished,
    )
    ledger.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(asdict(row), ensure_ascii=False) + "\n"
    with ledger.open("ab+") as file:
        if file.seek(0, os.SEEK_END) > 0:
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
        file.write(line.encode("utf-8", "backslashreplace"))
        file.flush()
        os.fsync(file.fileno())
    return row


def read_ledger(ledger: Path) -> list[LedgerRow]:
    """Return every row, oldest first.

    Parameters
    ----------
    ledger : Path
        ``ledger.jsonl``; no file is an empty ledger.

    Returns
    -------
    list of LedgerRow
        A line that is no row (cut short by a crash) is passed over: its job counts as not run.
    """
    if not ledger.exists():
        return []
    names = [field.name for field in fields(LedgerRow)]
    rows = []
    for line in ledger.read_bytes().splitlines():
        try:
            record = json.loads(line)
            rows.append(LedgerRow(**{name: record[name] for name in names}))
        except (ValueError, KeyError, TypeError):
            continue
    return rows


def latest_rows(ledger: Path) -> list[LedgerRow]:
    """Return the last row of each output, in the order the outputs first came.

    Parameters
    ----------
    ledger : Path
        ``ledger.jsonl``.

    Returns
    -------
    list of LedgerRow
        What holds now: a job run again is there once, with its last outcome.
    """
    return list({row.output: row for row in read_ledger(ledger)}.values())


def relative(path: Path, folder: Path) -> str:
    """Return a path as seen from a folder, with ``/``; the bare name when they share no drive."""
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:
        return path.name
