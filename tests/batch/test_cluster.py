"""More than one machine: a Dask scheduler and workers started by hand, some of them killed."""

import os
import platform
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from seedmetrics.__main__ import main
from seedmetrics.batch import Job, JobResult, Warmth, read_ledger, run_batch, strip_run_marks
from seedmetrics.batch.cluster import Cluster, ClusterError, _check_pythons
from seedmetrics.batch.keys import package_digest, package_versions
from seedmetrics.batch.schedule import schedule
from seedmetrics.batch.sockets import parent_folder
from tests.batch.cluster_machines import Machines, alive, descendants, wait_until
from tests.conftest import ROOT
from tests.districts import write_district

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="tells processes apart by /proc, which Linux has"
)
# Says that it runs, and where; waits for leave where it is told to.
SOURCE = """
import os, pathlib, time
place = pathlib.Path(PLACE)
(place / f"{unit}.pid").write_text(str(os.getpid()))
while unit == "T02" and not (place / "go").exists():
    time.sleep(0.02)
print(unit, top)
"""


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    machines = Machines(tmp_path_factory.mktemp("cluster"))
    machines.start_scheduler()
    yield machines
    machines.end()


@pytest.fixture
def machines(scheduler):
    """A scheduler without workers; those that a test starts end with it."""
    yield scheduler
    scheduler.end_workers()


def jobs_for(notebook: Path, reports: Path, units: list[str]) -> list[Job]:
    return [
        Job(
            notebook=notebook,
            output=reports / "2025Q3" / f"{unit}.ipynb",
            parameters={"unit": unit},
            key=unit,
            label=f"Unit {unit}",
            inputs="read 1",
        )
        for unit in units
    ]


def page(notebook: Path, html: Path) -> None:
    html.write_text(f"page of {notebook.name}", encoding="utf-8")


def run(jobs, **options):
    reports = jobs[0].output.parents[1]
    options = {"render": page, "workers": 2, "progress": False, "warmth": Warmth(), **options}
    return run_batch(jobs, ledger=reports / "ledger.jsonl", **options)


def stripped(path: Path) -> nbformat.NotebookNode:
    return strip_run_marks(nbformat.read(path, as_version=4))


def kill_whose_kernel_is(pid_file: Path, workers: list[subprocess.Popen]) -> dict[int, str]:
    """Kill the worker whose notebook has said that it runs; return what ran below it."""
    wait_until(lambda: pid_file.exists() and pid_file.read_text(), "a notebook that runs")
    pid = int(pid_file.read_text())
    worker = next(worker for worker in workers if pid in descendants(worker.pid))
    below = descendants(worker.pid)
    os.kill(worker.pid, signal.SIGKILL)
    return below


def sockets() -> set[str]:
    return {folder.name for folder in parent_folder().glob("sm*-*")}


@pytest.mark.slow
def test_a_worker_killed_midway_changes_no_result_and_leaves_nothing_behind(
    machines, make_notebook, tmp_path
):
    place = tmp_path / "place"
    place.mkdir()
    notebook = make_notebook(SOURCE.replace("PLACE", repr(str(place))))
    units = ["T01", "T02", "T03", "T04", "T05"]
    workers = [machines.start_worker(), machines.start_worker()]
    jobs = jobs_for(notebook, tmp_path / "reports", units)
    cluster = Cluster(machines.address, files=(notebook,), reports=tmp_path / "reports")
    assert cluster.threads() == 2
    threads = set(threading.enumerate())
    with ThreadPoolExecutor(1) as beside:
        batch = beside.submit(run, jobs, open_pool=cluster.open_pool)
        below = kill_whose_kernel_is(place / "T02.pid", workers)
        assert any("forking import main" in command for command in below.values())
        (place / "go").touch()
        results = batch.result()
    assert [result.job for result in results] == jobs
    assert all(result.ok and result.html and result.attempts == 1 for result in results)
    # As a pool of processes on this machine makes them.
    expected = run(jobs_for(notebook, tmp_path / "expected", units))
    for ours, theirs in zip(results, expected):
        assert stripped(ours.job.output) == stripped(theirs.job.output)
        assert ours.html.read_bytes() == theirs.html.read_bytes()
    rows = read_ledger(tmp_path / "reports" / "ledger.jsonl")
    assert sorted((row.key, row.ok) for row in rows) == [(unit, True) for unit in units]
    # What the killed worker ran is gone, and what the other ran for this batch; so are client and threads.
    wait_until(lambda: not any(alive(pid) for pid in below), "the end of what was left")
    assert descendants(workers[0].pid) == descendants(workers[1].pid) == {}
    assert set(threading.enumerate()) == threads
    left = {p.name for p in (tmp_path / "reports").rglob("*") if p.name.startswith(".")}
    assert left == set()
    ours = {f"sm{pid}-" for pid in below}
    assert not [name for name in sockets() if name.startswith(tuple(ours))]
    # The next run finds all done, and needs no cluster.
    again = run(jobs, open_pool=Cluster("tcp://127.0.0.1:1").open_pool)
    assert again == [replace(r, reused=True, seconds=round(r.seconds, 3)) for r in results]


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def killing(job: Job) -> JobResult:
    """Take down the Dask worker for B, the process that it runs in for D; fail for C."""
    if job.label == "Unit B":
        os.kill(parent_of(os.getppid()), signal.SIGKILL)
        signal.pause()
    if job.label == "Unit D":
        os.kill(os.getpid(), signal.SIGKILL)
    if job.label == "Unit C":
        msg = "C is bad"
        raise RuntimeError(msg)
    return JobResult(job=job, ok=True, seconds=0.0)


@pytest.mark.slow
def test_a_notebook_that_kills_its_worker_every_time_is_told_and_the_others_are_complete(
    machines, tmp_path
):
    """As with a pool of processes; the workers' nannies start them again."""
    for _ in range(2):
        machines.start_worker("--nthreads", "1")
    jobs = jobs_for(Path("t.ipynb"), tmp_path, ["A", "B", "C", "D", "E", "F"])
    cluster = Cluster(machines.address)
    results = dict(schedule(jobs, killing, workers=2, open_pool=cluster.open_pool))
    assert [results[n].ok for n in range(6)] == [True, False, False, False, True, True]
    assert "was killed, twice" in results[1].error
    assert "was killed, twice" in results[3].error
    assert results[2].error == "the notebook could not be run: RuntimeError: C is bad"


@pytest.mark.slow
def test_who_runs_beside_the_culprit_on_one_worker_is_well(machines, tmp_path):
    machines.start_worker("--nthreads", "3")
    jobs = jobs_for(Path("t.ipynb"), tmp_path, ["A", "B", "E", "F", "G", "H"])
    cluster = Cluster(machines.address)
    assert cluster.threads() == 3
    results = dict(schedule(jobs, killing, workers=3, open_pool=cluster.open_pool))
    assert [results[n].ok for n in range(6)] == [True, False, True, True, True, True]


def waiting(go: Path) -> str:
    wait_until(go.exists, "leave to go on")
    return str(Path.cwd())


def test_jobs_run_in_the_callers_folder_and_a_worker_that_comes_later_takes_part(
    machines, tmp_path
):
    machines.start_worker()
    with Cluster(machines.address).open_pool(2) as pool:
        long = pool.submit(waiting, tmp_path / "go")
        short = pool.submit(os.getpid)
        machines.start_worker()
        assert short.result(300) > 0
        assert not long.done()
        (tmp_path / "go").touch()
        assert long.result(300) == str(Path.cwd())


CALLER = """
import sys
from pathlib import Path
from seedmetrics.batch.cluster import Cluster
from tests.batch.test_cluster import jobs_for, run
notebook, reports, address = sys.argv[1:]
if __name__ == "__main__":
    cluster = Cluster(address, reports=Path(reports))
    run(jobs_for(Path(notebook), Path(reports), ["T02"]), open_pool=cluster.open_pool)
"""


@pytest.mark.slow
def test_a_batch_that_is_killed_runs_on_nowhere(machines, make_notebook, tmp_path):
    place = tmp_path / "place"
    place.mkdir()
    notebook = make_notebook(SOURCE.replace("PLACE", repr(str(place))))
    worker = machines.start_worker()
    call = [sys.executable, "-c", CALLER, str(notebook), str(tmp_path / "r"), machines.address]
    with subprocess.Popen(call, cwd=ROOT) as caller:
        wait_until((place / "T02.pid").exists, "a notebook that runs")
        assert descendants(worker.pid)
        caller.kill()
    wait_until(lambda: not descendants(worker.pid), "the end of what ran for the batch")
    (place / "go").touch()
    assert worker.poll() is None
    assert not (tmp_path / "r/2025Q3/T02.ipynb").exists()


@pytest.mark.slow
def test_a_scheduler_that_is_gone_midway_ends_the_batch_with_one_sentence(
    make_notebook, tmp_path_factory, tmp_path
):
    machines = Machines(tmp_path_factory.mktemp("cluster"))
    machines.start_scheduler()
    place = tmp_path / "place"
    place.mkdir()
    notebook = make_notebook(SOURCE.replace("PLACE", repr(str(place))))
    try:
        worker = machines.start_worker()
        cluster = Cluster(machines.address)
        jobs = jobs_for(notebook, tmp_path / "reports", ["T01", "T02", "T03"])
        with ThreadPoolExecutor(1) as beside:
            batch = beside.submit(run, jobs, open_pool=cluster.open_pool, workers=1)
            wait_until((place / "T02.pid").exists, "the second notebook")
            below = descendants(worker.pid)
            machines.scheduler.kill()
            with pytest.raises(ClusterError, match="no Dask scheduler answers at tcp://127"):
                batch.result()
        wait_until(lambda: not any(alive(pid) for pid in below), "the end of what was left")
    finally:
        machines.end()
    rows = read_ledger(tmp_path / "reports" / "ledger.jsonl")
    assert [(row.key, row.ok) for row in rows] == [("T01", True)]


# Refusals, before anything starts.


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:{}", "127.0.0.1:{}", "nonsense://x:{}"])
def test_an_address_where_nobody_answers_is_refused(address, monkeypatch):
    monkeypatch.setattr("seedmetrics.batch.cluster.ANSWERS", 1)
    address = address.format(free_port())
    with pytest.raises(ClusterError, match=f"answers at {address}: start one with `dask sched"):
        Cluster(address).threads()


def test_without_the_package_the_remedy_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match=r'pip install "seedmetrics\[cluster\]"'):
        Cluster("tcp://127.0.0.1:1").threads()


def test_a_scheduler_without_workers_is_refused(machines):
    with pytest.raises(ClusterError, match=r"no worker: start one .*`dask worker tcp://127"):
        Cluster(machines.address).open_pool(2)


def test_files_and_folders_that_a_worker_sees_otherwise_are_refused(machines, tmp_path):
    """One path, and another folder behind it for every process: as on machines that do not share it."""
    machines.start_worker()
    here = Path("/proc/self/cwd")
    with pytest.raises(
        ClusterError, match=r"not find /proc/self/cwd/README\.md as it is here: put"
    ):
        Cluster(machines.address, files=(here / "README.md",)).threads()
    before = sorted(ROOT.iterdir())
    with pytest.raises(ClusterError, match=r"not see the folder of reports /proc/self/cwd.*share"):
        Cluster(machines.address, reports=here).open_pool(1)
    assert sorted(ROOT.iterdir()) == before
    (tmp_path / "own.txt").write_text("x", encoding="utf-8")
    assert Cluster(machines.address, (tmp_path / "own.txt",), tmp_path / "new").threads() == 1
    assert list((tmp_path / "new").iterdir()) == []


def test_a_worker_with_other_versions_is_refused(machines, tmp_path):
    other = tmp_path / "numpy-0.0.1.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Name: numpy\nVersion: 0.0.1\n", encoding="utf-8")
    machines.start_worker(PYTHONPATH=with_path(tmp_path))
    with pytest.raises(ClusterError, match=r"has numpy 0\.0\.1 \(here .*install the same versions"):
        Cluster(machines.address).threads()


def test_a_worker_without_seedmetrics_is_refused(machines, tmp_path):
    (tmp_path / "seedmetrics").mkdir()
    text = "raise ImportError('it is not here')\n"
    (tmp_path / "seedmetrics" / "__init__.py").write_text(text, encoding="utf-8")
    machines.start_worker(PYTHONPATH=with_path(tmp_path))
    with pytest.raises(ClusterError, match=r"cannot import seedmetrics .*there, pip install"):
        Cluster(machines.address).threads()


def with_path(folder: Path) -> str:
    return os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])


class Told:
    """A client whose only worker says this."""

    def __init__(self, said):
        self.said = said

    def run(self, *_, workers, **__):
        return dict.fromkeys(workers, self.said)


def test_a_worker_with_another_python_is_refused():
    ours = ".".join(platform.python_version_tuple()[:2])
    with pytest.raises(ClusterError, match=rf"w1 has Python 3\.8, here it is {ours}: use the same"):
        _check_pythons(Told(("3", "8", "1")), ["w1"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"loaded": "0"}, r"w1 has other sources of seedmetrics .*, and start the worker again"),
        ({"folder": False}, r"w1 has no folder .*, from where data/district\.toml is meant: start"),
    ],
)
def test_a_worker_of_another_checkout_or_without_the_folder_is_refused(change, words):
    found = {
        "process": "1",
        "versions": package_versions(),
        "loaded": package_digest(),
        "folder": True,
        "differ": [],
    }
    cluster = Cluster("tcp://127.0.0.1:1", (Path("data/district.toml"),))
    cluster._check_one("w1", found, None)
    with pytest.raises(ClusterError, match=words):
        cluster._check_one("w1", found | change, None)


def test_the_command_line_refuses_such_a_cluster_with_one_sentence(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("seedmetrics.batch.cluster.ANSWERS", 1)
    folder = write_district(tmp_path, {})
    out = tmp_path / "out"
    address = f"tcp://127.0.0.1:{free_port()}"
    assert main(["evaluate", str(folder), "--scheduler", address, "--out", str(out)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"seedmetrics: no Dask scheduler answers at {address}")
    assert len(said.splitlines()) == 1
    assert not out.exists()


@pytest.mark.slow
def test_the_sample_batch_on_two_workers_one_killed_midway_is_the_same(machines, tmp_path):
    """By the command line, in relative paths, as the README shows it."""
    workers = [machines.start_worker(cwd=ROOT), machines.start_worker(cwd=ROOT)]

    def evaluate(out: Path, *more: str) -> subprocess.Popen:
        call = [sys.executable, "-m", "seedmetrics", "evaluate", "data/sample", "--out", str(out)]
        return subprocess.Popen(
            [*call, *more], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    with evaluate(ours, "--scheduler", machines.address) as batch:
        ledger = ours / "ledger.jsonl"
        wait_until(lambda: batch.poll() is not None or len(read_ledger(ledger)) > 10, "some pages")
        below = descendants(workers[0].pid)
        assert any("forking import main" in command for command in below.values())
        workers[0].kill()
        said = batch.communicate()[1]
    assert batch.returncode == 0, said[-3000:]
    with evaluate(theirs) as batch:
        said = batch.communicate()[1]
    assert batch.returncode == 0, said[-3000:]
    notebooks = sorted(path.relative_to(theirs) for path in theirs.rglob("*.ipynb"))
    assert len(notebooks) > 60
    assert sorted(path.relative_to(ours) for path in ours.rglob("*.ipynb")) == notebooks
    for path in notebooks:
        assert stripped(ours / path) == stripped(theirs / path), path
        page = path.with_suffix(".html")
        assert (ours / page).read_bytes() == (theirs / page).read_bytes(), page
    for table in theirs.rglob("tables/*.csv"):
        assert (ours / table.relative_to(theirs)).read_bytes() == table.read_bytes()
    rows = read_ledger(ledger)
    assert len(rows) == len({row.key for row in rows}) == len(notebooks)
    assert all(row.ok for row in rows)
    assert not any(alive(pid) for pid in below)
    assert descendants(workers[1].pid) == {}
