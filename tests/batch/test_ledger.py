"""The ledger keeps every row whole and true, whoever writes and whoever is killed; and says what still holds."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from seedmetrics.batch import Job, JobResult, append_result, latest_rows, read_ledger
from seedmetrics.batch.files import digest, remove_leftovers, write_atomically
from seedmetrics.batch.keys import package_versions
from seedmetrics.batch.ledger import still_valid
from tests.conftest import ROOT, skip_aloud

KEY = "f" * 64


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
        attempts=2,
        peak_memory=123.4,
    )


def made(reports: Path, name: str = "T01", *, ok: bool = True) -> JobResult:
    """Return a result whose files are in place."""
    found = result(reports, key=name, name=name, ok=ok)
    write_atomically(found.job.output, f"notebook of {name}")
    if ok:
        write_atomically(found.job.html, f"page of {name}")
    return replace(found, sha256=digest(found.job.output.read_bytes()))


def run(code: str, *arguments: object, **options: object) -> subprocess.Popen[str]:
    """Start a process of its own; what it prints can be read line by line."""
    call = [sys.executable, "-u", "-c", textwrap.dedent(code), *map(str, arguments)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    return subprocess.Popen(call, cwd=ROOT, **pipes | options)


# rows -----------------------------------------------------------------------------------------------------
def test_a_row_reads_back_as_it_was_written_with_paths_seen_from_the_reports(tmp_path):
    reports = tmp_path / "reports"
    found = made(reports)
    written = append_result(reports / "ledger.jsonl", found, fingerprint=KEY, inputs="records")
    assert read_ledger(reports / "ledger.jsonl") == [written]
    assert written.output == "2025Q3/township/T01.zh.ipynb"
    assert written.html == "2025Q3/township/T01.zh.html"
    assert written.notebook == "../notebooks/township.ipynb"
    assert written.parameters == {"unit": "042062"}
    assert written.seconds == 1.235
    assert (written.fingerprint, written.inputs) == (KEY, "records")
    assert written.html_sha256 == digest(b"page of T01")
    assert (written.attempts, written.peak_memory) == (2, 123.4)
    assert written.versions == package_versions()
    assert written.version == written.versions["seedmetrics"]
    assert "清禾镇" in (reports / "ledger.jsonl").read_text(encoding="utf-8")


def test_no_ledger_is_an_empty_one(tmp_path):
    assert read_ledger(tmp_path / "ledger.jsonl") == []
    assert still_valid(tmp_path / "ledger.jsonl", [(result(tmp_path).job, KEY)]) == {}


def test_a_row_of_an_earlier_version_is_read_with_defaults_and_holds_nothing(tmp_path):
    ledger = tmp_path / "ledger.jsonl"
    found = made(tmp_path)
    append_result(ledger, found, fingerprint=KEY)
    record = json.loads(ledger.read_text(encoding="utf-8"))
    new = ("fingerprint", "inputs", "html_sha256", "attempts", "peak_memory", "versions")
    for name in new:
        del record[name]
    ledger.write_text(json.dumps(record) + "\n", encoding="utf-8")
    (row,) = read_ledger(ledger)
    assert [getattr(row, name) for name in new] == ["", "", "", 1, None, {}]
    assert row.output == "2025Q3/township/T01.zh.ipynb"
    assert still_valid(ledger, [(found.job, KEY), (found.job, "")]) == {}


def test_a_row_of_a_later_version_is_read_without_what_is_not_known(tmp_path):
    ledger = tmp_path / "ledger.jsonl"
    written = append_result(ledger, made(tmp_path))
    record = json.loads(ledger.read_text(encoding="utf-8")) | {"energy": 3}
    ledger.write_text(json.dumps(record) + "\n", encoding="utf-8")
    assert read_ledger(ledger) == [written]


def test_what_is_json_and_no_row_is_passed_over(tmp_path):
    ledger = tmp_path / "ledger.jsonl"
    ledger.write_text('[]\n3\n"key"\n{"key": "a"}\nnull\n\n', encoding="utf-8")
    written = append_result(ledger, made(tmp_path))
    assert read_ledger(ledger) == [written]


def test_a_line_cut_short_spoils_itself_only(tmp_path):
    ledger = tmp_path / "ledger.jsonl"
    append_result(ledger, result(tmp_path, "a", name="A"))
    append_result(ledger, result(tmp_path, "b", name="B"))
    ledger.write_bytes(ledger.read_bytes()[:-40])
    append_result(ledger, result(tmp_path, "c", name="C", ok=False))
    assert [row.key for row in read_ledger(ledger)] == ["a", "c"]


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_wherever_a_line_is_cut_the_rows_before_and_after_it_are_read(tmp_path, end):
    ledger = tmp_path / "ledger.jsonl"
    append_result(ledger, result(tmp_path, "a", name="A"))
    whole = ledger.read_bytes()
    line = whole.removesuffix(b"\n")
    for kept in {1, 2, len(line) // 2, len(line) - 1}:
        ledger.write_bytes(whole + line[:kept] + end)
        append_result(ledger, result(tmp_path, "c", name="C"))
        assert [row.key for row in read_ledger(ledger)] == ["a", "c"]
    ledger.write_bytes(whole + line)  # cut before its last byte, it is whole
    append_result(ledger, result(tmp_path, "c", name="C"))
    assert [row.key for row in read_ledger(ledger)] == ["a", "a", "c"]


def test_the_last_row_of_an_output_holds(tmp_path):
    ledger = tmp_path / "ledger.jsonl"
    append_result(ledger, result(tmp_path, "a", name="A", ok=False))
    append_result(ledger, result(tmp_path, "b", name="B"))
    append_result(ledger, result(tmp_path, "a2", name="A"))
    rows = latest_rows(ledger)
    assert [(row.key, row.ok) for row in rows] == [("a2", True), ("b", True)]
    assert len(read_ledger(ledger)) == 3


# what still holds ------------------------------------------------------------------------------------------
def test_a_result_whose_files_and_fingerprint_are_the_same_stands(tmp_path):
    ledger = tmp_path / "ledger.jsonl"
    found = [made(tmp_path, name) for name in ("A", "B")]
    for each in found:
        append_result(ledger, each, fingerprint=KEY)
    valid = still_valid(ledger, [(each.job, KEY) for each in found])
    assert valid == {each.job.key: replace(each, seconds=1.235, reused=True) for each in found}


def other_fingerprint(found):
    return "e" * 64


def no_fingerprint(found):
    return ""


def page_edited(found):
    found.job.html.write_text("page of T01.", encoding="utf-8")
    return KEY


def page_cut(found):
    found.job.html.write_bytes(found.job.html.read_bytes()[:-3])
    return KEY


def page_gone(found):
    found.job.html.unlink()
    return KEY


def notebook_edited(found):
    found.job.output.write_text("notebook of T02", encoding="utf-8")
    return KEY


def notebook_gone(found):
    found.job.output.unlink()
    return KEY


def page_is_a_folder(found):
    found.job.html.unlink()
    found.job.html.mkdir()
    return KEY


CHANGES = [
    other_fingerprint,
    no_fingerprint,
    page_edited,
    page_cut,
    page_gone,
    notebook_edited,
    notebook_gone,
    page_is_a_folder,
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_result_that_is_not_as_it_was_written_is_made_again_and_the_others_stand(
    tmp_path, change
):
    ledger = tmp_path / "ledger.jsonl"
    found, beside = made(tmp_path), made(tmp_path, "T02")
    for each in (found, beside):
        append_result(ledger, each, fingerprint=KEY)
    now = change(found)
    assert set(still_valid(ledger, [(found.job, now), (beside.job, KEY)])) == {"T02"}


def test_a_result_that_failed_last_is_made_again(tmp_path):
    ledger = tmp_path / "ledger.jsonl"
    found = made(tmp_path)
    append_result(ledger, found, fingerprint=KEY)
    append_result(ledger, made(tmp_path, ok=False), fingerprint=KEY)
    assert still_valid(ledger, [(found.job, KEY)]) == {}
    append_result(ledger, made(tmp_path), fingerprint=KEY)
    assert set(still_valid(ledger, [(found.job, KEY)])) == {"T01"}


def test_the_fingerprint_of_an_older_row_does_not_count(tmp_path):
    ledger = tmp_path / "ledger.jsonl"
    found = made(tmp_path)
    append_result(ledger, found, fingerprint=KEY)
    append_result(ledger, found, fingerprint="e" * 64)
    assert still_valid(ledger, [(found.job, KEY)]) == {}


def test_a_result_without_a_page_stands_only_where_none_is_wanted(tmp_path):
    ledger = tmp_path / "ledger.jsonl"
    found = replace(made(tmp_path), html=None)
    append_result(ledger, found, fingerprint=KEY)
    assert still_valid(ledger, [(found.job, KEY)]) == {}
    assert still_valid(ledger, [(found.job, KEY)], pages=False)["T01"].html is None


def test_a_row_whose_page_was_not_there_when_it_was_written_holds_nothing(tmp_path):
    ledger = tmp_path / "ledger.jsonl"
    found = made(tmp_path)
    found.job.html.unlink()
    append_result(ledger, found, fingerprint=KEY)
    write_atomically(found.job.html, "from elsewhere")
    assert still_valid(ledger, [(found.job, KEY)]) == {}


def test_a_folder_of_reports_that_was_moved_still_holds(tmp_path):
    found = made(tmp_path / "here")
    append_result(tmp_path / "here" / "ledger.jsonl", found, fingerprint=KEY)
    (tmp_path / "here").rename(tmp_path / "there")
    job = result(tmp_path / "there", key="T01").job
    assert set(still_valid(tmp_path / "there" / "ledger.jsonl", [(job, KEY)])) == {"T01"}


# many writers, killed writers -------------------------------------------------------------------------------
WRITERS = """
    import os, sys
    from dataclasses import replace
    from pathlib import Path
    from seedmetrics.batch import append_result
    from tests.batch.test_ledger import made

    reports, names, count = Path(sys.argv[1]), sys.argv[2:-1], int(sys.argv[-1])

    def write(name):
        for number in range(count):
            row = replace(made(reports, f"{name}-{number}"), error="坏" * 5000)
            append_result(reports / "ledger.jsonl", row, fingerprint=name)
            os.write(1, f"{name}\\n".encode())

    for name in names:
        if os.fork() == 0:
            write(name)
            os._exit(0)
    sys.exit(max(os.wait()[1] for _ in names))
"""


def need_fork() -> None:
    if not hasattr(os, "fork"):
        skip_aloud("this system does not fork")


def test_rows_of_processes_that_write_at_once_are_all_there_and_whole(tmp_path):
    need_fork()
    writers = run(WRITERS, tmp_path, "A", "B", "C", "D", 50)
    writers.communicate()
    assert writers.returncode == 0
    ledger = tmp_path / "ledger.jsonl"
    assert len(ledger.read_bytes().splitlines()) == 200
    rows = read_ledger(ledger)
    assert len(rows) == 200
    for name in "ABCD":
        assert [r.key for r in rows if r.fingerprint == name] == [f"{name}-{n}" for n in range(50)]


def test_after_writers_are_killed_every_whole_line_is_true_and_the_ledger_goes_on(tmp_path):
    need_fork()
    ledger = tmp_path / "ledger.jsonl"
    seen: Counter[str] = Counter()
    for turn in range(2):
        names = [f"{name}{turn}" for name in "ABCD"]
        writers = run(WRITERS, tmp_path, *names, 10**6, start_new_session=True)
        assert writers.stdout is not None
        while min(seen[name] for name in names) < 5:
            seen[writers.stdout.readline().strip()] += 1
        os.killpg(writers.pid, signal.SIGKILL)
        writers.communicate()
    last = append_result(ledger, made(tmp_path, "last"), fingerprint=KEY)
    lines = [line for line in ledger.read_bytes().splitlines() if line]
    rows = read_ledger(ledger)
    assert rows[-1] == last
    assert len(lines) - len(rows) <= 8  # at most one cut short for each that was killed
    for name, count in seen.items():
        assert sum(row.fingerprint == name for row in rows) >= count
    for row in rows:
        assert digest((tmp_path / row.output).read_bytes()) == row.sha256
        assert digest((tmp_path / row.html).read_bytes()) == row.html_sha256
    while leftovers(tmp_path):  # the last of the killed may still be going
        remove_leftovers(tmp_path)


def leftovers(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.part"))


HALFWAY = """
    import os, sys
    from pathlib import Path
    from seedmetrics.batch.files import write_atomically

    def halfway(place):
        print("written", flush=True)
        sys.stdin.readline()

    os.fsync = halfway
    write_atomically(Path(sys.argv[1]), "new")
"""


def test_what_a_killed_process_was_writing_is_removed_and_what_a_living_one_writes_is_not(tmp_path):
    place = tmp_path / "2025Q3" / "a.html"
    write_atomically(place, "old")
    writer = run(HALFWAY, place)
    assert writer.stdout is not None
    writer.stdout.readline()
    (part,) = leftovers(tmp_path)
    os.utime(part, (0, 0))
    assert remove_leftovers(tmp_path) == []
    writer.kill()
    writer.communicate()
    assert place.read_text(encoding="utf-8") == "old"
    assert remove_leftovers(tmp_path, before=-1) == []
    assert remove_leftovers(tmp_path) == [part]
    assert [path.name for path in place.parent.iterdir()] == ["a.html"]


def test_only_what_write_atomically_leaves_is_a_leftover(tmp_path):
    names = [".0123456789abcdef.4711.part", "a.part", ".mine.part", ".0123456789abcdef.1.ipynb"]
    for name in names:
        (tmp_path / name).write_text("x", encoding="utf-8")
        os.utime(tmp_path / name, (0, 0))
    assert [path.name for path in remove_leftovers(tmp_path)] == names[:1]
    assert remove_leftovers(tmp_path / "not there") == []


# a disk that is full ----------------------------------------------------------------------------------------
FULL = """
    import resource, sys
    from dataclasses import replace
    from pathlib import Path
    from seedmetrics.batch import append_result
    from seedmetrics.batch.files import write_atomically
    from tests.batch.test_ledger import result

    reports = Path(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000))
    try:
        write_atomically(reports / "a.html", "new" * 5000)
    except OSError:
        print("no room for the file")
    try:
        append_result(reports / "ledger.jsonl", replace(result(reports), error="x" * 9000))
    except OSError:
        print("no room for the row")
"""


def test_a_disk_that_is_full_leaves_the_old_file_and_the_old_rows_and_nothing_else(tmp_path):
    if sys.platform == "win32":
        skip_aloud("this system bounds no files")
    ledger = tmp_path / "ledger.jsonl"
    write_atomically(tmp_path / "a.html", "old")
    append_result(ledger, result(tmp_path))
    before = ledger.read_bytes()
    said, _ = run(FULL, tmp_path).communicate()
    assert said.splitlines() == ["no room for the file", "no room for the row"]
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == "old"
    assert ledger.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "ledger.jsonl"]


def test_a_file_and_its_name_are_on_the_disk_before_the_row_that_speaks_of_them(
    tmp_path, monkeypatch
):
    if sys.platform == "win32":
        skip_aloud("this system does not put folders on the disk")
    synced = []

    def spy(place: int, real=os.fsync) -> None:
        kind = "folder" if os.path.isdir(f"/dev/fd/{place}") else "file"  # noqa: PTH112
        synced.append((kind, sorted(path.name for path in tmp_path.iterdir())))
        real(place)

    monkeypatch.setattr(os, "fsync", spy)
    write_atomically(tmp_path / "a.html", "new")
    append_result(tmp_path / "ledger.jsonl", result(tmp_path))
    kinds = [kind for kind, _ in synced]
    assert kinds == ["file", "folder", "file", "folder"]
    assert synced[0][1] != ["a.html"]  # still beside its place
    assert synced[1][1] == ["a.html"]
