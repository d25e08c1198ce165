"""The ledger keeps every row whole, whatever happened to the line before."""

from pathlib import Path

from seedmetrics.batch import Job, JobResult, append_result, latest_rows, read_ledger


def result(reports: Path, key: str = "k", *, ok: bool = True, name: str = "T01") -> JobResult:
    output = reports / "2025Q3" / "township" / f"{name}.zh.ipynb"
    notebook = reports.parent / "notebooks" / "township.ipynb"
    job = Job(
        notebook=notebook, output=output, parameters={"unit": "042062"}, key=key, label="清禾镇"
    )
    return JobResult(
        job=job,
        ok=ok,
        seconds=1.23456,
        cell=None if ok else 4,
        error="" if ok else "ValueError: 坏\u2028了",
        html=job.html if ok else None,
        sha256="ab" * 32,
        started="2026-01-15T00:00:00+00:00",
        finished="2026-01-15T00:00:01+00:00",
    )


def test_a_row_reads_back_as_it_was_written_with_paths_seen_from_the_reports(tmp_path):
    reports = tmp_path / "reports"
    written = append_result(reports / "ledger.jsonl", result(reports))
    assert read_ledger(reports / "ledger.jsonl") == [written]
    assert written.output == "2025Q3/township/T01.zh.ipynb"
    assert written.html == "2025Q3/township/T01.zh.html"
    assert written.notebook == "../notebooks/township.ipynb"
    assert written.parameters == {"unit": "042062"}
    assert written.seconds == 1.235
    assert "清禾镇" in (reports / "ledger.jsonl").read_text(encoding="utf-8")


def test_no_ledger_is_an_empty_one(tmp_path):
    assert read_ledger(tmp_path / "ledger.jsonl") == []


def test_a_line_cut_short_spoils_itself_only(tmp_path):
    ledger = tmp_path / "ledger.jsonl"
    append_result(ledger, result(tmp_path, "a", name="A"))
    append_result(ledger, result(tmp_path, "b", name="B"))
    ledger.write_bytes(ledger.read_bytes()[:-40])
    append_result(ledger, result(tmp_path, "c", name="C", ok=False))
    assert [row.key for row in read_ledger(ledger)] == ["a", "c"]


def test_the_last_row_of_an_output_holds(tmp_path):
    ledger = tmp_path / "ledger.jsonl"
    append_result(ledger, result(tmp_path, "a", name="A", ok=False))
    append_result(ledger, result(tmp_path, "b", name="B"))
    append_result(ledger, result(tmp_path, "a2", name="A"))
    rows = latest_rows(ledger)
    assert [(row.key, row.ok) for row in rows] == [("a2", True), ("b", True)]
    assert len(read_ledger(ledger)) == 3
