"""One job in a kernel of its own: what is written, and that every way to fail is told apart."""

import os
from pathlib import Path

import nbformat
import pytest

from seedmetrics.batch import Job, Limits, run_job, runner, strip_run_marks
from seedmetrics.batch.files import digest, write_atomically

SHOW = 'print(unit, language, top)\n"清禾镇"'


def job(notebook: Path, output: Path, **parameters: object) -> Job:
    return Job(notebook=notebook, output=output, parameters=parameters, key="k", label="Unit")


def read(path: Path) -> nbformat.NotebookNode:
    node = nbformat.read(path, as_version=4)
    nbformat.validate(node)
    return node


def page(notebook: Path, html: Path) -> None:
    html.write_text(f"page of {notebook.name}", encoding="utf-8")


def bad_page(notebook: Path, html: Path) -> None:
    msg = "no template"
    raise RuntimeError(msg)


@pytest.fixture(scope="module")
def twice(tmp_path_factory):
    """One notebook run twice, from a folder whose name papermill would take for a parameter."""
    folder = tmp_path_factory.mktemp("twice") / "{unit}"
    folder.mkdir()
    cells = [
        nbformat.v4.new_code_cell(
            'unit: str = "T01"\nlanguage: str = "en"\ntop: int = 3',
            metadata={"tags": ["parameters"]},
        ),
        nbformat.v4.new_code_cell(SHOW),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "tiny.ipynb")  # names no kernel
    before = dict(os.environ)
    results = [
        run_job(
            job(
                folder / "tiny.ipynb",
                folder / f"{n}" / "T01.zh.ipynb",
                unit="042062",
                language="清禾",
            ),
            render=page,
        )
        for n in (1, 2)
    ]
    assert dict(os.environ) == before
    return results


def test_parameters_reach_the_kernel_and_are_written_legibly(twice):
    node = read(twice[0].job.output)
    assert node.cells[2].outputs[0].text == "042062 清禾 3\n"
    assert node.cells[1].source == '# Parameters\nunit = "042062"\nlanguage = "清禾"\n'
    assert "清禾镇" in twice[0].job.output.read_text(encoding="utf-8")


def test_a_run_that_went_well_says_so(twice):
    result = twice[0]
    assert result.ok
    assert (result.cell, result.error) == (None, "")
    assert result.seconds > 0
    assert result.sha256 == digest(result.job.output.read_bytes())
    assert result.started <= result.finished
    assert result.html == result.job.html
    assert result.html.read_text(encoding="utf-8") == "page of T01.zh.ipynb"


def test_two_runs_are_equal_without_their_run_marks(twice):
    first, second = (read(result.job.output) for result in twice)
    assert nbformat.writes(strip_run_marks(first)) == nbformat.writes(strip_run_marks(second))
    assert first.metadata.papermill.start_time != second.metadata.papermill.start_time


def test_the_notebook_names_no_folder_of_this_machine(twice):
    assert str(twice[0].job.output.parent.parent.parent) not in twice[0].job.output.read_text(
        encoding="utf-8"
    )


def test_a_kernel_writes_nothing_on_standard_error_and_leaves_no_file(twice):
    node = read(twice[0].job.output)
    streams = [
        output.name
        for cell in node.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "name" in output
    ]
    assert streams == ["stdout"]
    assert sorted(path.name for path in twice[0].job.output.parent.iterdir()) == [
        "T01.zh.html",
        "T01.zh.ipynb",
    ]


def test_a_failing_cell_is_told_by_its_number_and_the_end_of_its_traceback(make_notebook, tmp_path):
    notebook = make_notebook("1", "int('禾')", "2")
    stale = tmp_path / "T01.en.html"
    stale.write_text("last quarter", encoding="utf-8")
    result = run_job(job(notebook, tmp_path / "T01.en.ipynb", unit="T02"), render=page)
    assert not result.ok
    node = read(result.job.output)
    failed = next(
        cell for cell in node.cells if cell.cell_type == "code" and cell.source == "int('禾')"
    )
    assert result.cell == failed.execution_count == 4
    assert failed.outputs[-1].ename == "ValueError"
    assert (
        result.error.splitlines()[-1] == "ValueError: invalid literal for int() with base 10: '禾'"
    )
    assert "\x1b" not in result.error
    assert result.html is None
    assert not stale.exists(), "an old page would pass for a new one"


def test_an_error_that_ipython_cannot_format_is_told_all_the_same(make_notebook, tmp_path):
    template = tmp_path / "broken.html"
    template.write_text("line\n(((\n{{ nothing.at_all }}\n", encoding="utf-8")
    source = (
        "import jinja2\n"
        f"env = jinja2.Environment(loader=jinja2.FileSystemLoader({str(tmp_path)!r}), autoescape=True)\n"
        "env.get_template('broken.html').render()"
    )
    result = run_job(job(make_notebook(source), tmp_path / "T01.en.ipynb"))
    assert result.cell == 2
    assert (
        result.error.splitlines()[-1] == "jinja2.exceptions.UndefinedError: 'nothing' is undefined"
    )


def test_a_kernel_that_dies_is_a_failure_though_papermill_says_completed(make_notebook, tmp_path):
    notebook = make_notebook("'before'", "import os; os._exit(7)", "'after'")
    result = run_job(job(notebook, tmp_path / "T01.en.ipynb"), render=page)
    assert not result.ok
    assert result.cell == 3
    assert result.error.startswith("DeadKernelError: the kernel died in this cell")
    node = read(result.job.output)
    assert node.metadata.papermill.exception is True
    statuses = [cell.metadata.papermill.status for cell in node.cells if cell.cell_type == "code"]
    assert statuses == ["completed", "completed", "failed", "pending"]
    assert node.cells[-3].outputs[0].data["text/plain"] == "'before'"
    assert node.cells[-2].outputs[-1].ename == "DeadKernelError"
    assert result.sha256 == digest(result.job.output.read_bytes())


def test_a_cell_out_of_time_is_a_failure_though_papermill_says_completed(make_notebook, tmp_path):
    notebook = make_notebook("import time; time.sleep(60)")
    result = run_job(job(notebook, tmp_path / "T01.en.ipynb"), limits=Limits(cell=1))
    assert not result.ok
    assert result.cell == 2
    assert result.error == "CellTimeoutError: the cell took longer than 1 s"
    assert result.seconds < 20
    assert read(result.job.output).cells[-1].metadata.papermill.status == "failed"


def test_a_kernel_that_never_starts_is_a_failure_without_a_cell(make_notebook, tmp_path):
    notebook = make_notebook("1")
    notebook.write_text(
        notebook.read_text(encoding="utf-8").replace('"python3"', '"no-such-kernel"'),
        encoding="utf-8",
    )
    stale = tmp_path / "T01.en.ipynb"
    stale.write_text("last quarter", encoding="utf-8")
    result = run_job(job(notebook, stale))
    assert not result.ok
    assert result.cell is None
    assert "no-such-kernel" in result.error
    assert not stale.exists()
    assert result.sha256 == ""


def test_a_page_that_cannot_be_made_is_a_failure_with_its_notebook_kept(make_notebook, tmp_path):
    result = run_job(job(make_notebook("1"), tmp_path / "T01.en.ipynb"), render=bad_page)
    assert not result.ok
    assert result.error == "the page could not be made: RuntimeError: no template"
    assert result.cell is None
    assert result.job.output.exists()


def test_text_is_written_with_the_same_line_ends_everywhere(tmp_path):
    write_atomically(tmp_path / "new" / "a.txt", "一\n二\n")
    assert (tmp_path / "new" / "a.txt").read_bytes() == "一\n二\n".encode()


def test_kernels_meet_at_sockets_of_their_own_and_leave_none():
    with runner._connection() as one, runner._connection() as two:
        files = [Path(config.KernelManager.connection_file) for config in (one, two)]
        assert {config.KernelManager.transport for config in (one, two)} == {"ipc"}
        assert files[0].parent != files[1].parent
        assert all(file.parent.is_dir() for file in files)
    assert not any(file.parent.exists() for file in files)


def test_windows_has_no_such_sockets(monkeypatch):
    monkeypatch.setattr("sys.platform", "win32")
    with runner._connection() as config:
        assert "KernelManager" not in config
