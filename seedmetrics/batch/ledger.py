"""What was run and what came of it: one line a job, never rewritten; and which results still hold."""

import contextlib
import errno
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from io import FileIO
from pathlib import Path
from typing import Any

from seedmetrics.batch.files import FULL, digest, lacks_room, locked, sync_folder
from seedmetrics.batch.jobs import Job, JobResult
from seedmetrics.batch.keys import package_versions


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One line of ``ledger.jsonl``; paths are relative to the ledger's folder, with ``/``.

    ``sha256`` and ``html_sha256`` are the digests of the executed notebook and of its page, empty
    when none was written, as ``html`` is when no page was made. ``fingerprint`` is what the result
    depends on and ``inputs`` the part of it that was read, both empty where that was not known;
    ``peak_memory`` is in megabytes. What is missing in a row of an earlier version has its default.
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
    fingerprint: str = ""
    inputs: str = ""
    html_sha256: str = ""
    attempts: int = 1
    peak_memory: float | None = None
    versions: Mapping[str, str] = field(default_factory=dict)


def package_version() -> str:
    """Return this package's version, ``"unknown"`` when it is not installed."""
    return package_versions()["seedmetrics"]


def append_result(
    ledger: Path, result: JobResult, *, fingerprint: str = "", inputs: str = ""
) -> LedgerRow:
    """Add one row, on disk when this returns.

    Parameters
    ----------
    ledger : Path
        ``ledger.jsonl`` in the reports folder; made when missing.
    result : JobResult
        Of a job whose files are in place: what the row says of them is true from then on.
    fingerprint : str, optional
        Of the job, from before it ran (`seedmetrics.batch.keys.fingerprint`); without it the result
        is never used again.
    inputs : str, optional
        Digest of what the notebook reads, which is in the fingerprint too.

    Returns
    -------
    LedgerRow
        The row as written.

    Notes
    -----
    Processes that write to one ledger wait for each other, and a row is one write to the end of it.
    A line cut short by a crash is closed first, so that it spoils itself only; one that the disk
    had no room for is taken back.
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
        fingerprint=fingerprint,
        inputs=inputs,
        html_sha256=_digest_of(result.html) if result.html else "",
        attempts=result.attempts,
        peak_memory=result.peak_memory,
        versions=package_versions(),
    )
    ledger.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(asdict(row), ensure_ascii=False) + "\n"
    _append(ledger, line.encode("utf-8", "backslashreplace"))
    return row


def _append(ledger: Path, line: bytes) -> None:
    """Put a line at the end of a file, alone and on the disk."""
    with ledger.open("ab+", buffering=0) as file, locked(file.fileno()):
        end = file.seek(0, os.SEEK_END)
        if end:
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                line = b"\n" + line
        try:
            _write_whole(file, line)
        except OSError as error:
            with contextlib.suppress(OSError):
                file.truncate(end)
            if lacks_room(error):
                raise OSError(errno.ENOSPC, FULL, str(ledger)) from error
            raise
    if not end:
        sync_folder(ledger.parent)


def _write_whole(file: FileIO, data: bytes) -> None:
    """Write in one step, and see it onto the disk."""
    written = file.write(data)
    if written != len(data):
        msg = f"{written} of {len(data)} bytes were written"
        raise OSError(errno.ENOSPC, msg)
    os.fsync(file.fileno())


def read_ledger(ledger: Path) -> list[LedgerRow]:
    """Return every row, oldest first.

    Parameters
    ----------
    ledger : Path
        ``ledger.jsonl``; no file is an empty ledger.

    Returns
    -------
    list of LedgerRow
        A line that is no row (cut short by a crash) is passed over: its job counts as not run. Rows
        of earlier versions are read with defaults for what they lack, those of later versions
        without what is not known here.
    """
    if not ledger.exists():
        return []
    rows = []
    for line in ledger.read_bytes().splitlines():
        try:
            record = json.loads(line)
            rows.append(
                LedgerRow(**{n: record[n] for n in _FIELDS if n in record or n in _REQUIRED})
            )
        except (ValueError, KeyError, TypeError):
            continue
    return rows


_FIELDS = [each.name for each in fields(LedgerRow)]
_REQUIRED = {
    each.name
    for each in fields(LedgerRow)
    if each.default is MISSING and each.default_factory is MISSING
}


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


def still_valid(
    ledger: Path, jobs: Iterable[tuple[Job, str]], *, pages: bool = True
) -> dict[str, JobResult]:
    """Return the results that stand as they are, of jobs that need not run.

    Parameters
    ----------
    ledger : Path
        ``ledger.jsonl`` in the reports folder.
    jobs : iterable of (Job, str)
        Jobs with their fingerprints of now.
    pages : bool, default True
        Whether each must have a page.

    Returns
    -------
    dict of str to JobResult
        By the key of the job: what the ledger says of it. A result stands when the last row of its
        output went well and had this fingerprint, and the files are there, byte for byte as they
        were written: one that was changed by hand, is half gone, or was being made anew when a run
        was interrupted, does not. A job without a fingerprint, and every job that is not in the
        result, is to be run.
    """
    rows = {row.output: row for row in latest_rows(ledger) if row.ok and row.fingerprint}
    found = {}
    for job, fingerprint in jobs:
        row = rows.get(relative(job.output, ledger.parent)) if fingerprint else None
        if row is not None and row.fingerprint == fingerprint and _stands(row, job, pages=pages):
            found[job.key] = _result(row, job)
    return found


def _stands(row: LedgerRow, job: Job, *, pages: bool) -> bool:
    """Say whether the files of a row are as they were written."""
    if not row.sha256 or _digest_of(job.output) != row.sha256:
        return False
    if not pages:
        return True
    return bool(row.html_sha256) and _digest_of(job.html) == row.html_sha256


def _digest_of(path: Path) -> str:
    """Return the digest of a file, empty where it cannot be read."""
    try:
        return digest(path.read_bytes())
    except OSError:
        return ""


def _result(row: LedgerRow, job: Job) -> JobResult:
    """Return a row as the result of a job."""
    return JobResult(
        job=job,
        ok=row.ok,
        seconds=row.seconds,
        cell=row.cell,
        error=row.error,
        html=job.html if row.html else None,
        sha256=row.sha256,
        started=row.started,
        finished=row.finished,
        attempts=row.attempts,
        peak_memory=row.peak_memory,
        reused=True,
    )


def relative(path: Path, folder: Path) -> str:
    """Return a path as seen from a folder, with ``/``; the bare name when they share no drive."""
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:
        return path.name
