"""The whole run with a unit that fails: the others are complete, and the failure says where and how to go on."""

import nbformat
import pytest

from seedmetrics.__main__ import main
from seedmetrics.evaluation import evaluate
from seedmetrics.records import open_district
from seedmetrics.site import publish as publishing
from seedmetrics.site.inputs import AsRead, files_read
from tests.districts import write_district
from tests.evaluation.test_evaluate import PLAN, cases

CELL = """\
if unit == "T2":
    raise ValueError("the record of 乙镇 is torn")
print(unit)"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(
                "\n".join(
                    f'{name}: str = ""  # help for {name}'
                    for name in ("district", "plan", "unit", "period", "language")
                ),
                metadata={"tags": ["parameters"]},
            ),
            nbformat.v4.new_code_cell(CELL),
        ],
        metadata={
            "kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}
        },
    )
    file = tmp_path / "small.ipynb"
    nbformat.write(notebook, file)
    monkeypatch.setattr(publishing, "notebook_file", lambda _name: file)
    rows = [row for unit in ("T1", "T2", "T3") for row in cases(unit, 20, 18, 10)]
    table = "\n".join(["case_id,unit,channel,opened,due,closed", *rows]) + "\n"
    found = write_district(tmp_path / "district", {"cases": table}, more='plans = ["small"]')
    (found / "small.toml").write_text(PLAN, encoding="utf-8")
    return found


def test_a_failing_unit_fails_alone_and_the_run_ends_with_one(folder, tmp_path, capsys):
    out = tmp_path / "reports"
    code = main(["evaluate", str(folder), "--out", str(out), "--language", "en", "--workers", "2"])
    said = capsys.readouterr().err
    assert code == 1
    assert "5 of 6 pages made, 1 failed" in said
    assert "the record of 乙镇 is torn" in said
    made = out / "2025Q3" / "small"
    assert "T1" in (made / "T1.en.html").read_text(encoding="utf-8")
    assert (made / "T3.en.html").is_file()
    failures = (out / "failures.html").read_text(encoding="utf-8")
    assert "torn" in failures
    assert "--unit T2" in failures
    assert (out / "tables" / "league.csv").is_file()
    assert 'href="failures.html"' in (out / "index.html").read_text(encoding="utf-8")


def test_the_index_is_made_again_from_the_ledger_and_the_tables(folder, tmp_path, capsys):
    out = tmp_path / "reports"
    main(["evaluate", str(folder), "--out", str(out), "--language", "en", "--unit", "T1"])
    before = (out / "index.html").read_bytes()
    (out / "index.html").unlink()
    assert main(["site", str(out)]) == 0
    assert (out / "index.html").read_bytes() == before


def test_a_second_run_does_no_notebook_and_says_so(folder, tmp_path, capsys):
    call = ["evaluate", str(folder), "--out", str(tmp_path / "reports"), "--unit", "T1", "T3"]
    assert main(call) == 0
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "reports" / "2025Q3").rglob("*")}
    capsys.readouterr()
    assert main(call) == 0
    said = capsys.readouterr().err
    assert "nothing has changed since the last run: no notebook was run" in said
    assert "4 of 4 pages made (4 of them earlier), 0 failed" in said
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "reports" / "2025Q3").rglob("*")} == before
    main([*call, "--afresh"])
    assert "4 of 4 pages made, 0 failed" in capsys.readouterr().err


def test_records_written_while_a_batch_runs_make_no_result_that_stands(folder, tmp_path):
    evaluation = evaluate(open_district(folder), plan="small")
    as_read = AsRead(files_read(evaluation, "small"))
    assert as_read()
    content = (folder / "cases.csv").read_bytes()
    (folder / "cases.csv").write_bytes(content + b"\n")
    assert not as_read()
    assert not AsRead(files_read(evaluation, "small"))()  # written before anybody looked
    (folder / "cases.csv").write_bytes(content)
    assert not as_read()  # a change that was taken back was there meanwhile
    assert AsRead(files_read(evaluation, "small"))()
    (folder / "small.toml").unlink()
    assert not AsRead([(folder / "small.toml", evaluation.plan.sha256)])()
