"""The kernel that starts at once, in a real JupyterLab: chosen, run, interrupted, restarted, shut down."""

import re
import signal
from pathlib import Path

import pytest

from seedmetrics.batch.warm.provisioner import DEFAULT, NAME
from tests.browser.lab import PATIENCE, WARM, Sheet, running_lab, until
from tests.conftest import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.browser]

FORKED = "seedmetrics.batch.warm.forking"
WHO = "import os, sys\nloaded = 'pandas' in sys.modules\nprint(os.getpid(), os.getppid(), loaded)"
SLEEP = "import time\nprint('asleep')\ntime.sleep(600)"
KNOWN = "print('known' if 'loaded' in globals() else 'forgotten')"


@pytest.fixture
def scratch(lab, browser, request):
    """Return a notebook of three cells: who runs it, one that sleeps, and whether the first is remembered."""
    file = lab.write(f"{request.node.name}.ipynb", WHO, SLEEP, KNOWN)
    sheet = Sheet(lab, browser, file)
    yield sheet
    sheet.close()


def who(sheet) -> tuple[int, int, bool]:
    """Run the first cell: the kernel's process, its parent, and whether pandas was there before anything ran."""
    sheet.run_cell(0)
    sheet.wait_done(0)
    pid, parent, loaded = sheet.output(0).split()
    return int(pid), int(parent), loaded == "True"


def gone(pid: int) -> bool:
    """Return whether a process is no more, or has ended and waits to be reaped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_the_township_notebook_runs_on_the_kernel_chosen_in_the_dialog(lab, browser):
    sheet = Sheet(lab, browser, "township.ipynb")
    assert sheet.kernel != WARM
    sheet.choose_kernel(WARM)
    assert sheet.kernel == WARM
    sheet.run_all()
    assert sheet.errors() == []
    assert sheet.said == []
    page = sheet.page
    assert "Qinghe Town" in page.locator(".jp-OutputArea h1").inner_text()
    figures = page.locator(".jp-OutputArea figure svg[role=img]")
    assert figures.count() >= 6
    assert all(figure.bounding_box()["height"] > 50 for figure in figures.all())
    # Nobody else has run it: the kernel that was open before has been ended, and no other was started.
    until(
        lambda: not [c for c in lab.processes().values() if "ipykernel_launcher" in c],
        "end of the ordinary kernel",
    )
    assert sum(FORKED in command for command in lab.processes().values()) >= 2
    sheet.close()


def test_a_kernel_is_forked_from_a_template_that_has_imported_everything(lab, scratch):
    pid, parent, loaded = who(scratch)
    assert loaded, "before any cell, pandas was there"
    assert FORKED in lab.processes()[parent]
    assert parent != lab.process.pid
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    assert str(pid) in children


def test_a_long_cell_is_interrupted_and_the_kernel_lives_on(scratch):
    pid, _, _ = who(scratch)
    scratch.run_cell(1)
    scratch.wait_output(1, "asleep")
    scratch.menu("Kernel", "Interrupt Kernel")
    scratch.wait_output(1, "KeyboardInterrupt")
    scratch.wait_done(1)
    assert re.search(r"time\.sleep\(600\)\s+KeyboardInterrupt", scratch.errors()[0])
    scratch.run_cell(2)
    scratch.wait_output(2, "known")
    assert not gone(pid)


def test_a_restarted_kernel_has_forgotten_and_runs_again(lab, scratch):
    before, template, _ = who(scratch)
    scratch.run_cell(2)
    scratch.wait_output(2, "known")
    scratch.menu("Kernel", "Restart Kernel…")
    scratch.accept()
    until(lambda: gone(before), "end of the kernel before")
    scratch.wait_idle(WARM)
    scratch.run_cell(2)
    scratch.wait_output(2, "forgotten")
    after, same, loaded = who(scratch)
    assert (after != before, same, loaded) == (True, template, True)


def test_a_kernel_that_sleeps_can_be_restarted(scratch):
    before, _, _ = who(scratch)
    scratch.run_cell(1)
    scratch.wait_output(1, "asleep")
    scratch.menu("Kernel", "Restart Kernel…")
    scratch.accept()
    until(lambda: gone(before), "end of the kernel that slept")
    scratch.wait_idle(WARM)
    assert who(scratch)[0] != before


def test_a_kernel_that_is_shut_down_is_gone_and_its_template_stays(lab, scratch):
    pid, template, _ = who(scratch)
    scratch.menu("Kernel", "Shut Down Kernel")
    scratch.page.locator(".jp-StatusBar-TextItem", has_text="No Kernel").wait_for()
    until(lambda: gone(pid), "end of the kernel")
    assert template in lab.processes()


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL], ids=["asked-to-end", "killed"])
def test_make_lab_gives_a_notebook_a_warm_kernel_and_leaves_nothing(browser, tmp_path, end):
    assert f"{DEFAULT}={NAME} $(BIN)/jupyter lab" in (ROOT / "Makefile").read_text()
    with running_lab(tmp_path, provisioner=NAME) as lab:
        # The kernel that notebooks name as they come.
        sheet = Sheet(lab, browser, lab.write("plain.ipynb", WHO, SLEEP, kernel="python3"))
        _, parent, loaded = who(sheet)
        assert loaded
        assert FORKED in lab.processes()[parent]
        sheet.run_cell(1)
        sheet.wait_output(1, "asleep")
        assert lab.socket_folders() != []
        sheet.close()
        lab.process.send_signal(end)
        lab.process.wait(PATIENCE)
        until(lambda: not lab.processes(), "end of what the lab has started")
        assert lab.socket_folders() == []
        if end == signal.SIGTERM:
            # Of a server that is killed, what it has written of itself stays, as of any Jupyter server.
            assert [f.name for f in (tmp_path / "runtime").glob("*.json")] == []
