"""Where the files of a batch may lie."""

from pathlib import Path

import pytest

from seedmetrics.batch import Job
from seedmetrics.batch.jobs import check_outputs
from seedmetrics.errors import NotebookError


def job(output: Path, key: str = "k", label: str = "Unit") -> Job:
    return Job(notebook=Path("t.ipynb"), output=output, parameters={}, key=key, label=label)


def test_the_page_lies_beside_the_notebook():
    assert job(Path("r/2025Q3/township/T01.zh.ipynb")).html == Path("r/2025Q3/township/T01.zh.html")


def test_chinese_names_and_folders_not_yet_made_pass(tmp_path):
    check_outputs([job(tmp_path / "r" / "2025Q3" / "乡镇" / "清禾镇.zh.ipynb")], tmp_path / "r")


@pytest.mark.parametrize(
    "path", ["../x.ipynb", "a/../../x.ipynb", "a/../x.ipynb", "/elsewhere/x.ipynb"]
)
def test_an_output_that_leaves_the_reports_folder_is_refused(tmp_path, path):
    with pytest.raises(NotebookError, match="must lie in the reports folder"):
        check_outputs([job(tmp_path / "reports" / path)], tmp_path / "reports")


def test_a_link_out_of_the_reports_folder_is_refused(tmp_path):
    reports, other = tmp_path / "reports", tmp_path / "other"
    reports.mkdir()
    other.mkdir()
    (reports / "link").symlink_to(other)
    with pytest.raises(NotebookError, match="must lie in the reports folder"):
        check_outputs([job(reports / "link" / "x.ipynb")], reports)


@pytest.mark.parametrize(
    "name", ["a:b.ipynb", "con.ipynb", "a\nb.ipynb", "禾" * 90 + ".ipynb", "what?.ipynb"]
)
def test_a_name_some_system_cannot_keep_is_refused(tmp_path, name):
    with pytest.raises(NotebookError, match="not every system can keep"):
        check_outputs([job(tmp_path / name)], tmp_path)


def test_an_output_that_is_no_notebook_is_refused(tmp_path):
    with pytest.raises(NotebookError, match=r"a name ending in \.ipynb"):
        check_outputs([job(tmp_path / "x.html")], tmp_path)


def test_two_jobs_never_write_the_same_file(tmp_path):
    jobs = [job(tmp_path / "t01.ipynb", "a", "One"), job(tmp_path / "T01.ipynb", "b", "Two")]
    with pytest.raises(
        NotebookError, match=r"`One` and `Two` would write the same file T01\.ipynb"
    ):
        check_outputs(jobs, tmp_path)


def test_two_jobs_never_have_the_same_key(tmp_path):
    jobs = [job(tmp_path / "a.ipynb", "k", "One"), job(tmp_path / "b.ipynb", "k", "Two")]
    with pytest.raises(NotebookError, match="`One` and `Two` have the same key 'k'"):
        check_outputs(jobs, tmp_path)
