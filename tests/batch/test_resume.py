"""A batch goes on where it was: what stands is not run again, and what changed is."""

from dataclasses import replace
from pathlib import Path

import pytest

from seedmetrics.batch import Job, JobResult, read_ledger, run_batch
from seedmetrics.batch.progress import Progress


def page(notebook: Path, html: Path) -> None:
    html.write_text(f"page of {notebook.name}", encoding="utf-8")


@pytest.fixture
def batch(make_notebook, tmp_path):
    """Three jobs."""
    notebook = make_notebook("print(unit)")
    reports = tmp_path / "reports"
    return [
        Job(
            notebook=notebook,
            output=reports / "2025Q3" / f"{unit}.ipynb",
            parameters={"unit": unit},
            key=unit,
            label=unit,
            inputs="read 1",
        )
        for unit in ("A", "B", "C")
    ]


def run(jobs, **options):
    reports = jobs[0].output.parents[1]
    return run_batch(
        jobs, workers=2, ledger=reports / "ledger.jsonl", render=page, progress=False, **options
    )


@pytest.fixture
def opened(monkeypatch):
    """The jobs handed over, by label."""
    found: list[str] = []
    monkeypatch.setattr(Progress, "starting", lambda _, job: found.append(job.label))
    return found


def test_a_second_run_runs_no_notebook_opens_no_pool_and_has_the_same_results(batch, opened):
    first = run(batch)
    assert all(result.ok and not result.reused for result in first)
    opened.clear()

    def never(workers: int):
        raise AssertionError(workers)

    second = run(batch, open_pool=never)
    assert opened == []
    expected = [replace(r, reused=True, seconds=round(r.seconds, 3)) for r in first]
    assert second == expected
    assert len(read_ledger(batch[0].output.parents[1] / "ledger.jsonl")) == 3


@pytest.mark.parametrize(
    ("change", "again"),
    [
        (lambda job: replace(job, inputs="read 2"), ["B"]),
        (lambda job: replace(job, inputs=""), ["B"]),
        (lambda job: replace(job, parameters={**job.parameters, "top": 4}), ["B"]),
        (lambda job: replace(job, label="B, the second"), []),
    ],
)
def test_only_a_job_that_reads_something_else_is_run_again(batch, opened, change, again):
    run(batch)
    opened.clear()
    run([batch[0], change(batch[1]), batch[2]])
    assert opened == again


def test_what_was_changed_by_hand_or_removed_is_made_again(batch, opened):
    run(batch)
    opened.clear()
    batch[0].html.write_text("painted over", encoding="utf-8")
    batch[2].output.unlink()
    run(batch)
    assert sorted(opened) == ["A", "C"]
    assert batch[0].html.read_text(encoding="utf-8") == "page of A.ipynb"


def test_another_frame_or_afresh_makes_all_pages_again(batch, opened):
    run(batch)
    opened.clear()
    run(batch, frame="2026")
    assert sorted(opened) == ["A", "B", "C"]
    opened.clear()
    run(batch, frame="2026", afresh=True)
    assert sorted(opened) == ["A", "B", "C"]


def test_a_failure_is_run_again_and_the_rest_stands(batch, make_notebook, opened):
    bad = replace(batch[1], notebook=make_notebook("1 / 0", name="bad"))
    assert [result.ok for result in run([batch[0], bad, batch[2]])] == [True, False, True]
    opened.clear()
    assert [r.ok for r in run([batch[0], bad, batch[2]])] == [True, False, True]
    assert opened == ["B"]


def test_a_result_that_ended_after_the_records_changed_is_never_used_again(batch, opened):
    answers = iter([True, False, False])
    first = run(batch, unchanged=lambda: next(answers))
    assert all(result.ok for result in first)
    rows = read_ledger(batch[0].output.parents[1] / "ledger.jsonl")
    assert [bool(row.fingerprint) for row in rows] == [True, False, False]
    opened.clear()
    run(batch)
    assert sorted(opened) == sorted(row.key for row in rows[1:])


def half_write(notebook: Path, html: Path) -> None:
    """Make a page as a worker does that is killed while it writes the next."""
    page(notebook, html)
    (html.parent / f".{'0' * 16}.0000.part").write_text("half a pa", encoding="utf-8")


def test_what_a_killed_worker_was_writing_is_gone_when_the_batch_ends(batch):
    reports = batch[0].output.parents[1]
    results = run_batch(
        batch, workers=1, ledger=reports / "ledger.jsonl", render=half_write, progress=False
    )
    assert all(result.ok for result in results)
    assert sorted(reports.rglob("*.part")) == []


def test_the_bar_tells_what_is_running_done_failed_and_left(tmp_path, capfd):
    jobs = [
        Job(Path("t.ipynb"), tmp_path / f"{n}.ipynb", {}, f"k{n}", f"Unit {n}") for n in range(9)
    ]
    with Progress(12, standing=3) as shown:
        for job in jobs[:5]:
            shown.starting(job)
        shown.ended(JobResult(job=jobs[0], ok=False, seconds=1.0, cell=3, error="…\nValueError: x"))
        shown.bar.refresh()
    said = capfd.readouterr().err
    assert "3 of 12 notebooks stand from an earlier run; 9 to run" in said
    assert "failed: Unit 0, cell 3: ValueError: x\n" in said
    assert "running Unit 0, Unit 1, Unit 2, Unit 3 and 1 more" in said
    last = said.split("\r")[-1]
    assert "4/12" in last
    assert "1 failed, 4 left, running Unit 1, Unit 2, Unit 3, Unit 4" in last
