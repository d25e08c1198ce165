"""A Dask cluster as the pool of a batch: what its workers must be and see is checked before anything starts."""

import asyncio
import contextlib
import logging
import pkgutil
import platform
import secrets
import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seedmetrics.batch.dispatch import ClusterPool, Place, quiet
from seedmetrics.batch.files import write_atomically
from seedmetrics.batch.foreman import mark_of, survey
from seedmetrics.batch.keys import package_digest, package_versions
from seedmetrics.errors import SeedmetricsError

ANSWERS = 10  # seconds in which a scheduler answers

logger = logging.getLogger(__name__)


class ClusterError(SeedmetricsError):
    """A cluster cannot be used as it stands."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """
    A Dask scheduler and its workers, for a batch.

    Parameters
    ----------
    address : str
        The scheduler's, ``tcp://HOST:PORT``.
    files : tuple of Path
        Files that the notebooks read. Every worker must find them where they are found here, with the same content
        (of one larger than a megabyte, of the same size); relative ones from the same working directory.
    reports : Path or None
        Folder that they write to. It must be one and the same folder everywhere.

    Examples
    --------
    ``run_batch(jobs, ..., open_pool=Cluster("tcp://10.0.0.1:8786", reports=out).open_pool)``
    """

    address: str
    files: tuple[Path, ...] = ()
    reports: Path | None = None

    def threads(self) -> int:
        """
        Return how many notebooks the workers run at a time: the sum of their threads.

        Returns
        -------
        int
            At least 1.

        Raises
        ------
        ClusterError
            As `open_pool`.
        """
        client = self._connect()
        try:
            return sum(place.threads for place in self._check(client, _addresses(client)).values())
        finally:
            client.close()

    def open_pool(self, workers: int) -> Executor:  # noqa: ARG002  # as many as there are; the batch hands out fewer
        """
        Open the executor of a batch.

        Parameters
        ----------
        workers : int
            How many calls the batch hands over at a time.

        Returns
        -------
        Executor
            Of all workers, also of those that come later and can be used.

        Raises
        ------
        ClusterError
            When nobody answers, there is no worker, or one has other versions of what makes a result, or does not see
            the files or the folder of reports. It says what to do.
        """
        client = self._connect()
        try:
            places = self._check(client, _addresses(client))
        except BaseException:
            client.close()
            raise

        def recruit(addresses: Sequence[str]) -> Mapping[str, Place]:
            found: dict[str, Place] = {}
            for address in addresses:
                try:
                    found |= self._check(client, [address])
                except ClusterError as error:
                    logger.warning("a worker that came later is not used: %s", error)
            return found

        batch = secrets.token_hex(8)
        return ClusterPool(client, places, recruit, batch=batch, folder=str(Path.cwd()))

    def _connect(self) -> Any:
        """Connect to the scheduler."""
        try:
            import distributed
        except ImportError as error:
            msg = (
                f"a batch on the cluster {self.address} needs the package `distributed`: "
                f'pip install "seedmetrics[cluster]"'
            )
            raise ClusterError(msg) from error
        try:
            with warnings.catch_warnings(), quiet():
                warnings.simplefilter(
                    "ignore"
                )  # on versions; what counts of them is compared below
                return distributed.Client(  # type: ignore[no-untyped-call]
                    self.address, timeout=ANSWERS, set_as_default=False
                )
        except (OSError, ValueError, TypeError) as error:
            msg = (
                f"no Dask scheduler answers at {self.address}: start one with `dask scheduler`, "
                f"and give the address that it prints, as in tcp://HOST:8786"
            )
            raise ClusterError(msg) from error

    def _check(self, client: Any, addresses: Sequence[str]) -> dict[str, Place]:
        """Return the workers at some addresses as places; refuse one that cannot be used."""
        if not addresses:
            msg = (
                f"the scheduler at {self.address} has no worker: start one on each machine with "
                f"`dask worker {self.address} --nthreads 1`"
            )
            raise ClusterError(msg)
        _check_pythons(client, addresses)
        folder = Path.cwd()
        files = [(str(file), mark_of(file)) for file in self.files]
        with _note(self.reports) as note:
            found = client.run(
                survey,
                str(folder),
                files,
                str(note or ""),
                workers=list(addresses),
                on_error="return",
            )
            for address in addresses:
                self._check_one(address, found.get(address), note)
        threads = client.scheduler_info()["workers"]
        return {
            address: Place(address, found[address]["process"], threads[address]["nthreads"])
            for address in addresses
            if address in threads
        }

    def _check_one(self, address: str, found: Any, note: Path | None) -> None:
        """Refuse a worker that cannot make the same results."""
        if not isinstance(found, dict):
            msg = (
                f"the worker {address} cannot tell what it sees ({_words(found)}): "
                f"install the same version of seedmetrics on every machine, and start the worker again"
            )
            raise ClusterError(msg)
        _check_versions(address, found)
        relative = [p for p in (*self.files, *([note] if note else [])) if not p.is_absolute()]
        if relative and not found["folder"]:
            msg = (
                f"the worker {address} has no folder {Path.cwd()}, from where {relative[0]} is meant: "
                f"start from a folder that all machines share at the same path, or give whole paths"
            )
            raise ClusterError(msg)
        if found["differ"]:
            msg = (
                f"the worker {address} does not find {found['differ'][0]} as it is here: "
                f"put it in a folder that all machines share at the same path"
            )
            raise ClusterError(msg)
        if note is not None:
            self._check_note(address, found, note)

    def _check_note(self, address: str, found: Mapping[str, Any], note: Path) -> None:
        """Refuse a worker that writes to another folder of reports than this one."""
        with contextlib.suppress(OSError):
            answer = note.with_name(found["wrote"]) if found["wrote"] else note
            wrote = answer != note and answer.read_text(encoding="utf-8") == found["process"]
            if wrote and found["reads"] == note.read_text(encoding="utf-8"):
                return
        why = f" ({found['error']})" if found["error"] else ""
        msg = (
            f"the worker {address} does not see the folder of reports {self.reports}, or cannot write "
            f"to it{why}: give a folder that all machines share at the same path"
        )
        raise ClusterError(msg)


def _addresses(client: Any) -> list[str]:
    """Return where the workers of a cluster are."""
    return list(client.scheduler_info()["workers"])


def _check_pythons(client: Any, addresses: Sequence[str]) -> None:
    """Refuse a worker with another Python, or without this package; asked in words that any Python knows."""
    ours = platform.python_version_tuple()[:2]
    pythons = client.run(platform.python_version_tuple, workers=list(addresses), on_error="return")
    names = client.run(
        asyncio.to_thread,  # the worker's loop goes on: a first import takes seconds
        pkgutil.resolve_name,
        f"{survey.__module__}:PROCESS",
        workers=list(addresses),
        on_error="return",
    )
    for address in addresses:
        theirs = pythons.get(address)
        if isinstance(theirs, tuple | list) and tuple(theirs[:2]) != ours:
            msg = (
                f"the worker {address} has Python {'.'.join(theirs[:2])}, here it is {'.'.join(ours)}: "
                f"use the same on every machine"
            )
            raise ClusterError(msg)
        if not isinstance(names.get(address), str):
            msg = (
                f"the worker {address} cannot import seedmetrics ({_words(names.get(address))}): "
                f'there, pip install "seedmetrics[cluster]", and start the worker again'
            )
            raise ClusterError(msg)


def _check_versions(address: str, found: Mapping[str, Any]) -> None:
    """Refuse a worker whose results might be others."""
    ours, theirs = package_versions(), found["versions"]
    differ = [
        f"{name} {theirs.get(name)} (here {ours[name]})"
        for name in ours
        if theirs.get(name) != ours[name]
    ]
    if not differ and found["loaded"] != package_digest():
        differ = [f"other sources of seedmetrics {ours['seedmetrics']}"]
    if differ:
        msg = (
            f"the worker {address} has {', '.join(differ)}: install the same versions on every machine, "
            f"and start the worker again"
        )
        raise ClusterError(msg)


@contextmanager
def _note(reports: Path | None) -> Iterator[Path | None]:
    """Leave a note in the folder of reports, and take it away with all answers; what is left over is swept as ever."""
    if reports is None:
        yield None
        return
    name = f".{secrets.token_hex(8)}"
    note = reports / f"{name}.{secrets.token_hex(4)}.part"
    write_atomically(note, secrets.token_hex(8))
    try:
        yield note
    finally:
        for file in reports.glob(f"{name}.*.part"):
            file.unlink(missing_ok=True)


def _words(error: object) -> str:
    return f"{type(error).__name__}: {error}" if isinstance(error, Exception) else "no answer"
