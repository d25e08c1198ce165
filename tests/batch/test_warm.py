"""Forked kernels are as ordinary ones, and whoever dies takes along what is theirs and nothing else."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import nbformat
import pytest

from seedmetrics.batch import Job, Limits, Warmth, run_job, strip_run_marks
from seedmetrics.batch.sockets import OURS, parent_folder
from seedmetrics.batch.warm import (
    Refused,
    Template,
    forking,
    open_template,
    provisioner,
    supported,
)
from seedmetrics.batch.warm.spec import install_kernel
from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(
    not supported(),
    reason="kernels are forked on Linux only; elsewhere the ordinary ones are tested",
)

SHOW = """\
import pandas as pd
print("清禾镇", unit)
pd.DataFrame({"镇": ["清禾"], "分": [1.5]})"""
PLOT = """\
import matplotlib.pyplot as plt
plt.plot([1, 2]);"""
WORK = """\
import subprocess, numpy as np
print(subprocess.run(["echo", "child"], capture_output=True, text=True).stdout)
print((np.ones((200, 200)) @ np.ones((200, 200))).sum())"""


@pytest.fixture(scope="module")
def template():
    opened = open_template()
    yield opened
    opened.close()


@pytest.fixture
def warmth(template):
    return Warmth(address=template.address)


def job(notebook: Path, output: Path, **parameters: object) -> Job:
    return Job(notebook=notebook, output=output, parameters=parameters, key="k", label="Unit")


def outputs(path: Path) -> list[str]:
    node = nbformat.read(path, as_version=4)
    return [o.get("text", "") for c in node.cells if c.cell_type == "code" for o in c.outputs]


def children(pid: int) -> list[int]:
    return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def gone(pid: int, seconds: float = 20.0) -> bool:
    """Wait until a process is no more."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.01)
    return False


def test_the_template_holds_one_thread_so_that_it_may_fork(template):
    assert len(list(Path(f"/proc/{template.process.pid}/task").iterdir())) == 1


def test_results_are_those_of_an_ordinary_kernel(make_notebook, tmp_path, warmth):
    notebook = make_notebook(SHOW, WORK, PLOT)
    warm = run_job(job(notebook, tmp_path / "warm.ipynb", unit="T02"), warmth=warmth)
    cold = run_job(job(notebook, tmp_path / "cold.ipynb", unit="T02"))
    assert warm.ok, warm.error
    assert cold.ok, cold.error
    one, other = (strip_run_marks(nbformat.read(r.job.output, as_version=4)) for r in (warm, cold))
    assert nbformat.writes(one) == nbformat.writes(other)
    assert "清禾镇 T02" in outputs(warm.job.output)[0]
    assert any("image/png" in o.get("data", {}) for c in one.cells[1:] for o in c.outputs)


def test_kernels_are_forked_and_end_with_their_notebook(make_notebook, tmp_path, template, warmth):
    source = "import os; print(os.getppid(), os.getpid())"
    result = run_job(job(make_notebook(source), tmp_path / "a.ipynb"), warmth=warmth)
    parent, pid = outputs(result.job.output)[-1].split()
    assert int(parent) == template.process.pid
    assert gone(int(pid))
    assert children(template.process.pid) == []


def test_two_kernels_do_not_draw_the_same_numbers(make_notebook, tmp_path, warmth):
    source = "import random, numpy as np; print(random.random(), np.random.rand())"
    notebook = make_notebook(source)
    drawn = [
        outputs(run_job(job(notebook, tmp_path / f"{n}.ipynb"), warmth=warmth).job.output)[-1]
        for n in (1, 2)
    ]
    first, second = (set(text.split()) for text in drawn)
    assert not first & second


def test_what_one_notebook_changes_no_other_sees(make_notebook, tmp_path, warmth):
    spoil = make_notebook(
        "import seedmetrics, os; seedmetrics.spoilt = 1; os.environ['SPOILT'] = '1'", name="a"
    )
    look = make_notebook(
        "import seedmetrics, os; print(hasattr(seedmetrics, 'spoilt'), 'SPOILT' in os.environ)",
        name="b",
    )
    assert run_job(job(spoil, tmp_path / "1.ipynb"), warmth=warmth).ok
    result = run_job(job(look, tmp_path / "2.ipynb"), warmth=warmth)
    assert outputs(result.job.output)[-1] == "False False\n"


def test_a_kernel_that_dies_takes_neither_the_template_nor_the_next(
    make_notebook, tmp_path, template, warmth
):
    for n, source in enumerate(
        ("import os; os._exit(7)", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    ):
        result = run_job(
            job(make_notebook(source, name=f"d{n}"), tmp_path / f"{n}.ipynb"), warmth=warmth
        )
        assert result.error.startswith("DeadKernelError"), result.error
        assert result.attempts == 1
    assert template.alive()
    assert run_job(job(make_notebook("1"), tmp_path / "well.ipynb"), warmth=warmth).ok


def test_what_a_kernel_started_ends_with_it(make_notebook, tmp_path, warmth):
    source = "import subprocess; print(subprocess.Popen(['sleep', '600']).pid)"
    result = run_job(job(make_notebook(source), tmp_path / "a.ipynb"), warmth=warmth)
    assert gone(int(outputs(result.job.output)[-1]))


def test_a_template_that_is_killed_fails_one_cell_and_the_next_notebook_has_another(
    make_notebook, tmp_path
):
    with_pid = open_template()
    try:
        warmth = Warmth(address=with_pid.address)
        result = run_job(
            job(
                make_notebook(
                    "import os, signal; os.kill(os.getppid(), signal.SIGKILL); import time; time.sleep(60)"
                ),
                tmp_path / "a.ipynb",
            ),
            warmth=warmth,
        )
        assert result.error.startswith("DeadKernelError"), result.error
        assert not with_pid.alive()
        again = run_job(
            job(make_notebook("print(7)", name="b"), tmp_path / "b.ipynb"), warmth=warmth
        )
        assert again.ok, again.error
    finally:
        with_pid.close()


def test_a_variable_that_only_a_new_interpreter_reads_gets_an_ordinary_kernel(
    make_notebook, tmp_path, template, warmth, monkeypatch
):
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    result = run_job(
        job(
            make_notebook("import os; print(os.environ['PYTHONHASHSEED'], os.getppid())"),
            tmp_path / "a.ipynb",
        ),
        warmth=warmth,
    )
    assert outputs(result.job.output)[-1] == f"7 {os.getpid()}\n"
    with pytest.raises(Refused, match="the environment differs in PYTHONHASHSEED"):
        template.fork(["-f", "x"], dict(os.environ), str(tmp_path))


def test_a_template_with_threads_refuses_to_fork(tmp_path, monkeypatch):
    (tmp_path / "threading_one.py").write_text(
        "import threading, time\ndef go():\n    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    opened = open_template(call="threading_one:go")
    try:
        with pytest.raises(Refused, match="the template has 2 threads"):
            opened.fork(["-f", "x"], dict(os.environ), str(tmp_path))
    finally:
        opened.close()


def test_what_a_template_prepares_is_in_every_kernel(make_notebook, tmp_path, monkeypatch):
    (tmp_path / "prepared.py").write_text("kept = []\ndef keep(what):\n    kept.append(what)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    warmth = Warmth(call="prepared:keep", arguments=(("what", "清禾"),))
    opened = warmth.start()
    try:
        result = run_job(
            job(make_notebook("import prepared; print(prepared.kept)"), tmp_path / "a.ipynb"),
            warmth=Warmth(opened.address),
        )
        assert outputs(result.job.output)[-1] == "['清禾']\n"
    finally:
        opened.close()


def test_a_template_that_cannot_start_says_why():
    with pytest.raises(Refused, match="No module named 'no_such_module'"):
        open_template(modules=["no_such_module"])


def test_nobody_at_the_address_is_told_as_that(tmp_path):
    with pytest.raises(Refused, match="no template answers at"):
        Template(str(tmp_path / "s")).fork(["-f", "x"], {}, str(tmp_path))


HOLDER = """\
import json, os, sys, time
from pathlib import Path
from seedmetrics.batch import Job, Warmth, run_job
notebook, output, address = sys.argv[1:]
if not address:
    from seedmetrics.batch.warm import open_template
    template = open_template()
    print(template.process.pid, flush=True)
    address = template.address
run_job(Job(Path(notebook), Path(output), {}, "k", "l"), warmth=Warmth(address))
"""


def held(make_notebook, tmp_path, address):
    """Start a process that holds a kernel which writes down its number and then sleeps."""
    mark = tmp_path / "pid"
    source = f"import os, time, pathlib; pathlib.Path({str(mark)!r}).write_text(str(os.getpid())); time.sleep(600)"
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            HOLDER,
            str(make_notebook(source)),
            str(tmp_path / "o.ipynb"),
            address,
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    end = time.monotonic() + 60
    while not (mark.exists() and mark.read_text()) and time.monotonic() < end:
        time.sleep(0.01)
    return holder, int(mark.read_text())


def folders_of(pid: int) -> list[str]:
    found = [f.name for f in parent_folder().iterdir() if OURS.fullmatch(f.name)]
    return [name for name in found if OURS.fullmatch(name)[1] == str(pid)]


def test_a_killed_worker_leaves_neither_kernel_nor_socket(make_notebook, tmp_path, template):
    holder, kernel = held(make_notebook, tmp_path, template.address)
    assert folders_of(holder.pid)
    holder.kill()
    holder.communicate()
    assert gone(kernel)
    assert template.alive()
    end = time.monotonic() + 20
    while folders_of(holder.pid) and time.monotonic() < end:
        time.sleep(0.01)
    assert folders_of(holder.pid) == []


def test_a_killed_batch_takes_template_and_kernels_along(make_notebook, tmp_path):
    holder, kernel = held(make_notebook, tmp_path, "")
    own = int(holder.stdout.readline())
    holder.kill()
    holder.communicate()
    assert gone(own)
    assert gone(kernel)
    assert folders_of(holder.pid) == []


@pytest.mark.parametrize(
    ("source", "limits", "words"),
    [
        ("import time; time.sleep(60)", Limits(deadline=1), "the notebook took longer than 1 s"),
        ("while True: print('禾' * 10000)", Limits(output=1), "the notebook showed more than 1 MB"),
        ("import time; time.sleep(60)", Limits(cell=1), "the cell took longer than 1 s"),
        (
            "held = []\nwhile True: held.append(bytearray(5_000_000))",
            Limits(memory=1000),
            "the notebook held more than 1000 MB in memory",
        ),
    ],
)
@pytest.mark.parametrize("forked", [True, False])
def test_a_notebook_without_end_is_ended(
    make_notebook, tmp_path, warmth, source, limits, words, forked
):
    result = run_job(
        job(make_notebook(source), tmp_path / "a.ipynb"),
        limits=limits,
        warmth=warmth if forked else None,
    )
    assert not result.ok
    assert words in result.error
    assert result.cell == 2
    assert result.seconds < 50
    assert result.job.output.stat().st_size < 4_000_000


def test_the_provisioner_is_found_by_its_entry_point_and_restarts(tmp_path):
    """As a server uses it: start, interrupt, restart, shut down."""
    code = textwrap.dedent("""
        import json, os
        from jupyter_client import KernelManager
        km = KernelManager(kernel_name="python3", transport="ipc", connection_file=os.path.join(os.getcwd(), "k.json"))
        km.start_kernel(); kc = km.blocking_client(); kc.start_channels(); kc.wait_for_ready(timeout=60)
        def ask(source):
            options = dict(store_history=False, output_hook=lambda m: None, timeout=60)
            return kc.execute_interactive(source, **options)["content"]["status"]
        first = km.provisioner.pid
        kc.execute("import time\\ntry: time.sleep(600)\\nexcept KeyboardInterrupt: caught = 1")
        import time; time.sleep(0.5); km.interrupt_kernel()
        caught = ask("assert caught")
        km.restart_kernel(now=True); kc.wait_for_ready(timeout=60)
        forgotten = ask("caught")
        second = km.provisioner.pid
        kind = type(km.provisioner).__name__
        kc.stop_channels(); km.shutdown_kernel()
        print(json.dumps([kind, caught, forgotten, first != second, first, second]))
    """)
    env = {**os.environ, "JUPYTER_DEFAULT_PROVISIONER_NAME": "seedmetrics-warm"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=env,
        check=True,
    )
    kind, caught, forgotten, differs, *pids = json.loads(done.stdout.splitlines()[-1])
    assert (kind, caught, forgotten, differs) == ("WarmProvisioner", "ok", "error", True)
    assert all(gone(pid) for pid in pids)


def test_a_signal_reaches_the_process_and_no_other(template, tmp_path):
    connection = {
        "shell_port": 1, "iopub_port": 2, "stdin_port": 3, "control_port": 4, "hb_port": 5,
        "ip": str(tmp_path / "k-ipc"), "transport": "ipc", "key": "k", "signature_scheme": "hmac-sha256",
    }  # fmt: skip
    (tmp_path / "k.json").write_text(json.dumps(connection))
    kernel = template.fork(["-f", str(tmp_path / "k.json")], dict(os.environ), str(tmp_path))
    assert kernel.poll() is None
    kernel.send_signal(signal.SIGKILL)
    assert kernel.wait(20) == -signal.SIGKILL
    kernel.send_signal(signal.SIGKILL)  # gone already: nothing to be told
    assert kernel.poll() == -signal.SIGKILL


def test_the_kernel_is_installed_and_papermill_runs_with_it(make_notebook, tmp_path):
    prefix = tmp_path / "environment"
    made = install_kernel(prefix=str(prefix))
    assert made == prefix / "share" / "jupyter" / "kernels" / "seedmetrics"
    out = tmp_path / "out.ipynb"
    notebook = make_notebook("import os; print(os.getppid())")
    command = [sys.executable, "-m", "papermill", "-k", "seedmetrics", str(notebook), str(out)]
    env = {**os.environ, "JUPYTER_PATH": str(prefix / "share" / "jupyter")}
    with subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL) as run:
        assert run.wait(120) == 0
    parent = int(outputs(out)[-1])
    assert parent != run.pid, "its parent is a template, not papermill"
    assert gone(parent)


def test_code_written_since_asks_for_another_template(monkeypatch, tmp_path):
    before = provisioner.newest_code()
    package = tmp_path / "seedmetrics" / "batch" / "warm"
    package.mkdir(parents=True)
    (package / "provisioner.py").touch()
    os.utime(package / "provisioner.py", (before + 100, before + 100))
    monkeypatch.setattr(provisioner, "__file__", str(package / "provisioner.py"))
    assert provisioner.newest_code() == before + 100


def test_a_debugger_takes_only_the_kernels_own_modules_for_the_kernels(
    make_notebook, tmp_path, warmth
):
    source = (
        "kernel = get_ipython().kernel\nimport pandas\n"
        "print(pandas.__file__ in kernel._kernel_modules)\n"
        "print(any('traitlets' in name for name in kernel._kernel_modules))"
    )
    result = run_job(job(make_notebook(source), tmp_path / "o.ipynb"), warmth=warmth)
    assert result.ok, result.error
    assert outputs(result.job.output) == ["False\nTrue\n"]


@pytest.mark.parametrize("warm", [True, False])
def test_what_a_batch_runs_does_not_enter_anybodys_history(make_notebook, tmp_path, warmth, warm):
    source = "print(get_ipython().history_manager.enabled, len(In))"
    result = run_job(
        job(make_notebook(source), tmp_path / "o.ipynb"), warmth=warmth if warm else None
    )
    assert result.ok, result.error
    assert outputs(result.job.output) == ["False 3\n"]


def test_a_kernel_keeps_to_the_cores_of_who_asked_for_it(make_notebook, tmp_path, warmth):
    source = "import os\nprint(sorted(os.sched_getaffinity(0)))"
    mine = os.sched_getaffinity(0)
    try:
        for cores in ({min(mine)}, {max(mine)}, mine):
            os.sched_setaffinity(0, cores)
            result = run_job(job(make_notebook(source), tmp_path / "o.ipynb"), warmth=warmth)
            assert result.ok, result.error
            assert outputs(result.job.output) == [f"{sorted(cores)}\n"]
    finally:
        os.sched_setaffinity(0, mine)


def test_a_kernel_has_the_variables_it_is_asked_to_have_and_no_others(monkeypatch):
    monkeypatch.setattr(os, "environ", {"HOME": "/here", "LEFT": "1", "SAME": "x"})
    forking.become_environment({"HOME": "/there", "SAME": "x", "NEW": "清禾"})
    assert os.environ == {"HOME": "/there", "SAME": "x", "NEW": "清禾"}


def test_a_template_holds_nothing_of_what_runs_notebooks_and_makes_pages():
    code = (
        "import sys\n"
        "from seedmetrics.batch.warm import forking\n"
        "forking.make_ready([], 'seedmetrics.report.warming:warm_pages',"
        " {'district': 'data/sample', 'plans': []})\n"
        "print(sorted({'jsonschema', 'nbclient', 'nbconvert', 'nbformat', 'papermill', 'pypinyin'}"
        " & set(sys.modules)))"
    )
    env = {**os.environ, "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_who_asks_a_template_that_is_on_its_way_waits_for_it(make_notebook, tmp_path):
    opened = open_template(wait=False)
    try:
        assert not opened._ready()
        source = "import os\nprint(os.getppid())"
        tiny = job(make_notebook(source), tmp_path / "o.ipynb")
        result = run_job(tiny, warmth=Warmth(address=opened.address))
        assert result.ok, result.error
        assert outputs(result.job.output) == [f"{opened.process.pid}\n"]
    finally:
        opened.close()


def test_a_template_let_go_before_it_is_ready_ends_at_once():
    opened = open_template(wait=False)
    folder = opened.folder
    opened.close()
    assert opened.process.returncode == -signal.SIGKILL
    assert not folder.exists()


def test_a_template_that_cannot_start_is_tried_once_and_notebooks_run_all_the_same(
    make_notebook, tmp_path, monkeypatch
):
    asked = []

    def opening(**options):
        asked.append(options["call"])
        return open_template(**options)

    monkeypatch.setattr(provisioner, "open_template", opening)
    for _ in range(2):
        tiny = job(make_notebook("1 + 1"), tmp_path / "o.ipynb")
        result = run_job(tiny, warmth=Warmth(call="no_such_module:warm"))
        assert result.ok, result.error
    assert asked == ["no_such_module:warm"]
