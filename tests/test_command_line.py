"""The command line: what it prints, and the code it ends with."""

import json
import subprocess
import sys

import pytest

from seedmetrics.__main__ import _parser, main
from tests.districts import write_district
from tests.evaluation.test_evaluate import PLAN

HEADER = "case_id,unit,channel,opened,due,closed\n"
GOOD = "a,T1,one_stop,2025-07-01,2025-07-15,2025-07-10\n"


def test_units_may_be_given_together_or_one_by_one():
    asked = _parser().parse_args(["evaluate", "d", "--unit", "A", "B", "--unit", "C"])
    assert asked.unit == ["A", "B", "C"]
    assert _parser().parse_args(["evaluate", "d"]).unit == []


def test_check_of_clean_records_ends_with_zero(tmp_path, capsys):
    assert main(["check", str(write_district(tmp_path, {"cases": HEADER + GOOD}))]) == 0


def test_check_names_file_row_column_value_and_remedy_and_ends_with_one(tmp_path, capsys):
    folder = write_district(tmp_path, {"cases": HEADER + GOOD + "b,T9,one_stop,2025-07-01,,\n"})
    assert main(["check", str(folder)]) == 1
    printed = capsys.readouterr().out
    for word in ("cases.csv", "row 3", "unit", "T9"):
        assert word in printed
    assert "Traceback" not in printed


def test_check_as_json_gives_every_problem(tmp_path, capsys):
    rows = "".join(f"b{k},T9,one_stop,2025-07-01,,\n" for k in range(25))
    folder = write_district(tmp_path, {"cases": HEADER + GOOD + rows})
    assert main(["check", str(folder), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert len([p for p in found if p["severity"] == "refused"]) == 25
    assert {"file", "row", "column", "value", "problem", "remedy"} <= set(found[0])


def test_check_says_how_many_more_and_all_shows_them(tmp_path, capsys):
    rows = "".join(f"b{k},T9,one_stop,2025-07-01,,\n" for k in range(25))
    folder = write_district(tmp_path, {"cases": HEADER + GOOD + rows})
    main(["check", str(folder)])
    assert "15 more" in capsys.readouterr().out
    main(["check", str(folder), "--all"])
    assert "row 27" in capsys.readouterr().out


def test_a_reader_who_stops_reading_sees_no_traceback(tmp_path):
    rows = "".join(f"b{k},T9,one_stop,2025-07-01,,\n" for k in range(5000))
    folder = write_district(tmp_path, {"cases": HEADER + GOOD + rows})
    command = f"{sys.executable} -m seedmetrics check {folder} --all | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert "REFUSED" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("command", ["check", "evaluate"])
def test_a_folder_that_is_no_district_ends_with_two_and_one_sentence(tmp_path, capsys, command):
    assert main([command, str(tmp_path / "nowhere")]) == 2
    printed = capsys.readouterr().err
    assert "nowhere" in printed
    assert "Traceback" not in printed


def test_a_plan_that_is_not_there_ends_with_two(tmp_path, capsys):
    folder = write_district(tmp_path, {"cases": HEADER + GOOD})
    assert main(["evaluate", str(folder), "--plan", "nothing", "--out", str(tmp_path / "out")]) == 2
    assert "nothing" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "arguments", [["evaluate"], ["evaluat", "x"], ["evaluate", "x", "--workers", "0"], []]
)
def test_a_wrong_call_ends_with_two(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2


def test_a_place_that_cannot_be_written_to_ends_with_two_and_one_sentence(tmp_path, capsys):
    folder = write_district(
        tmp_path / "district", {"cases": HEADER + GOOD}, more='plans = ["small"]'
    )
    (folder / "small.toml").write_text(PLAN, encoding="utf-8")
    file = tmp_path / "file"
    file.touch()
    assert main(["evaluate", str(folder), "--out", str(file)]) == 2
    assert "--out" in capsys.readouterr().err
