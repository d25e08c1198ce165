"""A Dask scheduler and workers as a person starts them by hand: processes of their own, told apart by their folders."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 300.0  # seconds, on a machine with more to do than it can do


def wait_until(said, what):
    """Return what `said` returns as soon as that is true."""
    end = time.monotonic() + PATIENCE
    while not (found := said()):
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.02)
    return found


@dataclass
class Machines:
    """Everything that was started; `end` ends it."""

    folder: Path
    scheduler: subprocess.Popen | None = None
    workers: list[subprocess.Popen] = field(default_factory=list)
    ended: int = 0

    @property
    def file(self) -> Path:
        return self.folder / "scheduler.json"

    @property
    def address(self) -> str:
        return json.loads(self.file.read_text(encoding="utf-8"))["address"]

    def start_scheduler(self) -> None:
        self.scheduler = self._start(
            ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"],
            "--scheduler-file",
            str(self.file),
        )
        wait_until(self._address_stands, "the scheduler's address")

    def _address_stands(self) -> bool:
        try:
            return bool(self.address)
        except (OSError, ValueError, KeyError):
            return False

    def start_worker(self, *options: str, cwd: Path | None = None, **env: str) -> subprocess.Popen:
        """Start one in a folder of its own, which is not the caller's, and return when the scheduler knows it."""
        name = f"w{self.ended + len(self.workers)}"
        cwd = cwd or self.folder / name
        cwd.mkdir(exist_ok=True)
        worker = self._start(
            ["worker", self.address, "--no-dashboard", "--name", name],
            *(options or ("--nthreads", "1", "--no-nanny")),
            "--local-directory",
            str(self.folder / f"{name}-space"),
            cwd=cwd,
            env={**os.environ, **env},
        )
        self.workers.append(worker)
        log = self.folder / f"{self._count()}.log"
        wait_until(lambda: "Registered to" in log.read_text(encoding="utf-8"), f"worker {name}")
        return worker

    def _count(self) -> int:
        return (self.scheduler is not None) + self.ended + len(self.workers)

    def _start(self, command: list[str], *options: str, **how) -> subprocess.Popen:
        log = self.folder / f"{self._count() + 1}.log"
        with log.open("wb") as words:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *command, *options],
                stdout=words,
                stderr=words,
                start_new_session=True,
                **{"cwd": self.folder, **how},
            )

    def end_workers(self) -> None:
        """End the workers; the scheduler knows when this returns."""
        _end(self.workers)
        self.ended += len(self.workers)
        self.workers = []

    def end(self) -> None:
        """End everything."""
        self.end_workers()
        if self.scheduler is not None:
            _end([self.scheduler])


def _end(processes: list[subprocess.Popen]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def descendants(pid: int) -> dict[int, str]:
    """Return the processes below one, with their commands."""
    parents, commands = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                stat = (entry / "stat").read_text()
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
            commands[int(entry.name)] = command
    found: dict[int, str] = {}
    below = {pid}
    while below:
        below = {child for child, parent in parents.items() if parent in below}
        found |= {child: commands[child] for child in below}
    return found


def alive(pid: int) -> bool:
    """Return whether a process runs; one that ended and was not yet fetched does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
