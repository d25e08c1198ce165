"""Many jobs at a time: a failure stays where it is, a killed worker takes nobody along."""

import atexit
import os
import signal
import sys
import time
from concurrent.futures import BrokenExecutor, Executor, Future
from pathlib import Path

import nbformat
import pytest

from seedmetrics.batch import Job, JobResult, read_ledger, run_batch
from seedmetrics.batch.schedule import schedule
from seedmetrics.batch.workers import spawn_pool
from seedmetrics.errors import NotebookError


def jobs_for(notebook: Path, reports: Path, units: list[str]) -> list[Job]:
    return [
        Job(
            notebook=notebook,
            output=reports / "2025Q3" / "township" / f"{unit}.en.ipynb",
            parameters={"unit": unit},
            key=f"2025Q3/township/{unit}.en",
            label=f"Unit {unit}",
        )
        for unit in units
    ]


def plain(job: Job) -> JobResult:
    return JobResult(job=job, ok=True, seconds=0.0)


def killed_by_b(job: Job) -> JobResult:
    """Take the worker process down, as the system does when memory runs out, for one unit only."""
    if job.label == "Unit B":
        os.kill(os.getpid(), signal.SIGKILL)
    if job.label == "Unit C":
        msg = "C is bad"
        raise RuntimeError(msg)
    return plain(job)


class OnePool(Executor):
    """An executor in this process, which counts what it holds at a time and breaks when told."""

    def __init__(self, breaks: dict[str, int]) -> None:
        self.breaks, self.submitted = breaks, []

    def submit(self, run, job):
        self.submitted.append(job.label)
        future: Future[JobResult] = Future()
        if self.breaks.get(job.label, 0) > 0:
            self.breaks[job.label] -= 1
            future.set_exception(BrokenExecutor("gone"))
        else:
            future.set_result(run(job))
        return future


def test_a_batch_with_one_bad_unit_runs_all_others_and_tells_which(make_notebook, tmp_path, capfd):
    source = "import os\nassert unit != 'T02', '禾'\nif unit == 'T03': os._exit(9)\nprint(unit)"
    reports = tmp_path / "reports"
    jobs = jobs_for(make_notebook(source), reports, ["T01", "T02", "T03", "042062"])
    results = run_batch(jobs, workers=2, ledger=reports / "ledger.jsonl")
    assert [result.job for result in results] == jobs
    assert [result.ok for result in results] == [True, False, False, True]
    assert results[1].error.endswith("AssertionError: 禾")
    assert results[2].error.startswith("DeadKernelError")
    rows = read_ledger(reports / "ledger.jsonl")
    assert sorted(row.key for row in rows) == sorted(job.key for job in jobs)
    assert {row.key: row.cell for row in rows if not row.ok} == {jobs[1].key: 3, jobs[2].key: 3}
    last = nbformat.read(reports / "2025Q3/township/042062.en.ipynb", as_version=4)
    assert last.cells[-1].outputs[0].text == "042062\n"
    out, err = capfd.readouterr()
    assert out == ""
    assert "failed: Unit T02, cell 3: AssertionError: 禾" in err
    assert "4/4" in err
    assert "2 failed" in err
    assert "Warning" not in err


def test_a_killed_worker_is_found_and_loses_no_other_job(tmp_path):
    jobs = jobs_for(Path("t.ipynb"), tmp_path, ["A", "B", "C", "D", "E"])
    results = dict(schedule(jobs, killed_by_b, workers=2))
    assert sorted(results) == [0, 1, 2, 3, 4]
    assert [results[n].ok for n in range(5)] == [True, False, False, True, True]
    assert "was killed, twice" in results[1].error
    assert results[2].error == "the notebook could not be run: RuntimeError: C is bad"


def test_who_was_only_beside_the_culprit_runs_again_and_is_well(tmp_path):
    pools: list[OnePool] = []
    breaks = {"Unit B": 1}

    def open_pool(workers: int) -> Executor:
        pools.append(OnePool(breaks))
        return pools[-1]

    jobs = jobs_for(Path("t.ipynb"), tmp_path, ["A", "B", "C", "D"])
    results = dict(schedule(jobs, plain, workers=2, open_pool=open_pool))
    assert all(results[n].ok for n in range(4))
    assert [pool.submitted for pool in pools] == [
        ["Unit A", "Unit B", "Unit C"],
        ["Unit B"],
        ["Unit D"],
    ] or [pool.submitted for pool in pools] == [
        ["Unit A", "Unit B"],
        ["Unit B"],
        ["Unit C", "Unit D"],
    ]


def test_never_more_than_the_workers_are_handed_over(tmp_path):
    held: list[Future[JobResult]] = []

    class Slow(Executor):
        def submit(self, _, job):
            waiting = [future for future in held if not future.done()]
            assert len(waiting) < 2
            future: Future[JobResult] = Future()
            held.append(future)
            if len(waiting) == 1:
                waiting[0].set_result(plain(job))
                future.set_result(plain(job))
            return future

    jobs = jobs_for(Path("t.ipynb"), tmp_path, ["A", "B", "C", "D"])
    assert len(dict(schedule(jobs, plain, workers=2, open_pool=lambda _: Slow()))) == 4


def test_nothing_starts_when_one_parameter_is_wrong(make_notebook, tmp_path):
    jobs = jobs_for(make_notebook("1"), tmp_path / "reports", ["T01", "T02"])
    bad = Job(jobs[1].notebook, jobs[1].output, {"unti": "T02"}, jobs[1].key, jobs[1].label)
    with pytest.raises(
        NotebookError, match=r"Unit T02: `unti` is no parameter of tiny\.ipynb; did you mean `unit`"
    ):
        run_batch(
            [jobs[0], bad], workers=1, ledger=tmp_path / "reports" / "ledger.jsonl", progress=False
        )
    assert not (tmp_path / "reports").exists()


def test_an_output_outside_the_reports_is_refused(make_notebook, tmp_path):
    jobs = jobs_for(make_notebook("1"), tmp_path / "elsewhere", ["T01"])
    with pytest.raises(NotebookError, match="must lie in the reports folder"):
        run_batch(jobs, workers=1, ledger=tmp_path / "reports" / "ledger.jsonl", progress=False)


def test_workers_below_one_are_refused(tmp_path):
    with pytest.raises(NotebookError, match="`workers` must be at least 1, not 0"):
        run_batch([], workers=0, ledger=tmp_path / "ledger.jsonl")


def test_a_render_that_cannot_be_sent_is_refused(tmp_path):
    def here(notebook: Path, html: Path) -> None:
        html.write_bytes(notebook.read_bytes())

    with pytest.raises(NotebookError, match="`render` cannot be sent to another process"):
        run_batch([], workers=1, ledger=tmp_path / "ledger.jsonl", render=here)


def test_no_jobs_are_no_results_and_no_ledger(tmp_path, capfd):
    assert run_batch([], workers=1, ledger=tmp_path / "ledger.jsonl", progress=False) == []
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")


def test_the_pool_has_the_workers_asked_for():
    pool = spawn_pool(3)
    try:
        assert pool._max_workers == 3
    finally:
        pool.shutdown()


def cores(_: int) -> list[int]:
    time.sleep(0.5)  # long enough for each worker to take one
    return sorted(os.sched_getaffinity(0))


@pytest.mark.skipif(sys.platform != "linux", reason="processes are bound to cores on Linux only")
def test_workers_for_every_core_keep_to_one_each_and_fewer_go_where_there_is_room(monkeypatch):
    mine = sorted(os.sched_getaffinity(0))
    pool = spawn_pool(len(mine))
    assert sorted(pool.map(cores, range(len(mine)))) == [[core] for core in mine]
    pool.shutdown()
    if len(mine) > 1:
        pool = spawn_pool(len(mine) - 1)
        assert list(pool.map(cores, range(len(mine) - 1))) == [mine] * (len(mine) - 1)
        pool.shutdown()


def told_at_the_end(file: Path) -> int:
    atexit.register(file.write_text, "ended")
    return os.getpid()


def test_a_worker_does_what_is_to_be_done_at_its_end_and_is_gone(tmp_path):
    pool = spawn_pool(1)
    worker = pool.submit(told_at_the_end, tmp_path / "told").result()
    pool.shutdown()
    assert (tmp_path / "told").read_text() == "ended"
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)
