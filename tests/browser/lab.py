"""A real JupyterLab of our own, and a page of a real browser in it: what tests of the lab and of widgets share."""

import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from seedmetrics.batch.sockets import OURS, parent_folder
from tests.conftest import ROOT, skip_aloud

WARM = "Python (seedmetrics, warm)"
PATIENCE = 120.0  # seconds until something that never comes is given up
MARK = "SEEDMETRICS_LAB_UNDER_TEST"
# JupyterLab as it comes, but for three things: it asks nobody for news, no dialog greets, and cells that are out of
# sight stay in the document, so that a test can read them.
SETTINGS = {
    "apputils-extension/notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "notebook-extension/tracker": {"windowingMode": "none"},
}


@dataclass(eq=False)
class Lab:
    """
    A running JupyterLab.

    Attributes
    ----------
    folder : Path
        What it shows: the project's notebooks, copied, and what a test writes there.
    home : Path
        Its own settings, workspaces, kernels and connection files.
    """

    folder: Path
    home: Path
    mark: str
    process: subprocess.Popen[bytes]
    url: str = ""
    token: str = ""
    started: set[int] = field(default_factory=set)

    def processes(self) -> dict[int, str]:
        """Return the command line of every process that this lab, or what it started, has started."""
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                if f"{MARK}={self.mark}".encode() in (entry / "environ").read_bytes():
                    line = (entry / "cmdline").read_bytes().decode("utf-8", "replace")
                    found[int(entry.name)] = line.replace("\0", " ")
            except OSError:
                continue  # another's, or gone meanwhile
        self.started |= set(found)
        return found

    def socket_folders(self) -> list[str]:
        """Return the folders for sockets that a process of this lab has made."""
        self.processes()
        names = [f.name for f in parent_folder().iterdir() if OURS.fullmatch(f.name)]
        return [name for name in names if int(OURS.fullmatch(name)[1]) in self.started]

    def address(self, file: str) -> str:
        """Return where a notebook opens, in a workspace of its own."""
        workspace = re.sub(r"\W", "-", file)
        return f"{self.url}lab/workspaces/{workspace}/tree/{file}?token={self.token}&reset"

    def write(self, file: str, *sources: str, kernel: str = "seedmetrics") -> str:
        """Write a notebook of code cells; return its name."""
        cells = [nbformat.v4.new_code_cell(s, id=f"c{k}") for k, s in enumerate(sources)]
        spec = {"name": kernel, "language": "python", "display_name": kernel}
        node = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec})
        nbformat.write(node, self.folder / file)
        return file

    def stop(self) -> None:
        """Ask the server to end, as a service manager does, and wait until it has."""
        self.processes()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(PATIENCE)


def until(true, what: str, seconds: float = PATIENCE):
    """Wait until a question is answered yes, and return the answer."""
    end = time.monotonic() + seconds
    while not (answer := true()):
        assert time.monotonic() < end, f"in {seconds:g} s: no {what}"
        time.sleep(0.02)
    return answer


@contextmanager
def running_lab(home: Path, *, provisioner: str = ""):
    """
    Start JupyterLab on a copy of the notebooks, with folders of its own; end it after the block.

    Parameters
    ----------
    home : Path
        An empty folder for all of it.
    provisioner : str
        As ``make lab`` gives it to every kernel; empty: the kernel is installed, by its command.
    """
    folder = home / "notebooks"
    shutil.copytree(ROOT / "notebooks", folder, ignore=shutil.ignore_patterns(".*"))
    for name, setting in SETTINGS.items():
        file = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(setting))
    mark = secrets.token_hex(8)
    own = {
        "IPYTHONDIR": "ipython",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
    }
    env = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "MPLBACKEND"))}
    env |= {name: str(home / place) for name, place in own.items()} | {MARK: mark}
    if provisioner:
        env["JUPYTER_DEFAULT_PROVISIONER_NAME"] = provisioner
    else:
        command = [sys.executable, "-m", "seedmetrics", "kernel", "install", "--user"]
        subprocess.run(command, env=env, check=True, capture_output=True)
    token = secrets.token_hex(16)
    words = home / "server.txt"
    command = [
        sys.executable, "-m", "jupyterlab", str(folder), "--no-browser", "--allow-root",
        "--ServerApp.port=0", f"--IdentityProvider.token={token}", "--ServerApp.open_browser=False",
    ]  # fmt: skip
    with words.open("wb") as out:
        process = subprocess.Popen(
            command, env=env, cwd=home, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
    lab = Lab(folder, home, mark, process, token=token)
    try:
        file = home / "runtime" / f"jpserver-{process.pid}.json"

        def told() -> str:
            assert process.poll() is None, words.read_text()[-3000:]
            found = re.search(r"(http://(?:localhost|127\.0\.0\.1):\d+/)", words.read_text())
            return found[1] if file.exists() and found else ""

        lab.url = until(told, "server")
        yield lab
    finally:
        lab.stop()


@contextmanager
def chromium():
    """Start Chromium; say aloud where there is none."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        skip_aloud("no chromium on this machine: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    options = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
    ]
    # Chromium's sandbox cannot be set up by root, as whom containers run.
    if os.geteuid() == 0:
        options.append("--no-sandbox")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=options)
        yield opened
        opened.close()


class Sheet:
    """One notebook, open in JupyterLab: what a person does with it, and sees of it."""

    def __init__(self, lab: Lab, browser, file: str, *, height: int = 1000) -> None:
        self.page = browser.new_page(viewport={"width": 1280, "height": height})
        self.page.set_default_timeout(PATIENCE * 1000)
        self.said: list[str] = []
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.goto(lab.address(file))
        self.page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        self.page.locator("#jupyterlab-splash").wait_for(state="detached")
        self.wait_idle()

    def menu(self, menu: str, item: str) -> None:
        """Choose from the menu bar."""
        bar = self.page.locator(".lm-MenuBar-itemLabel", has_text=re.compile(f"^{menu}$"))
        bar.click()
        entry = self.page.locator(".lm-Menu-itemLabel", has_text=re.compile(f"^{item}"))
        entry.first.click()

    def accept(self) -> None:
        """Say yes to a dialog."""
        self.page.locator(".jp-Dialog .jp-mod-accept").click()
        self.page.locator(".jp-Dialog").wait_for(state="detached")

    @property
    def kernel(self) -> str:
        """The kernel's name in the toolbar."""
        return self.page.locator(".jp-NotebookPanel-toolbar .jp-KernelName").inner_text().strip()

    def choose_kernel(self, name: str) -> None:
        """Choose a kernel by the dialog behind the kernel's name."""
        self.page.locator(".jp-NotebookPanel-toolbar .jp-KernelName").click()
        self.page.locator(".jp-Dialog select").select_option(label=name)
        self.accept()
        self.wait_idle(name)

    def wait_idle(self, name: str = "Python") -> None:
        """Wait until a kernel of that name is there and has nothing to do: the status bar says so."""
        told = re.compile(rf"^{re.escape(name)}.*\| Idle$")
        self.page.locator(".jp-StatusBar-TextItem", has_text=told).wait_for()

    def run_all(self) -> None:
        """Run all cells from the menu, and wait until each has been counted."""
        self.menu("Run", "Run All Cells$")
        self.wait_counted()

    def wait_counted(self) -> None:
        """Wait until every code cell has its number and none is running or waiting."""
        self.page.wait_for_function(
            r"""() => {
                const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')];
                return prompts.length && prompts.every(p => /^\[\d+\]:$/.test(p.textContent.trim()));
            }"""
        )

    def cell(self, place: int):
        """Return a code cell."""
        return self.page.locator(".jp-CodeCell").nth(place)

    def run_cell(self, place: int) -> None:
        """Click into a cell and run it; do not wait for its end."""
        self.cell(place).locator(".jp-InputArea-editor").click()
        self.page.keyboard.press("Control+Enter")

    def output(self, place: int) -> str:
        """Return a cell's output as text."""
        return self.cell(place).locator(".jp-OutputArea-output").first.inner_text().strip()

    def wait_output(self, place: int, text: str) -> None:
        """Wait until a cell shows a text."""
        self.cell(place).locator(".jp-OutputArea-output", has_text=text).first.wait_for()

    def wait_done(self, place: int) -> None:
        """Wait until a cell has its number."""
        prompt = self.cell(place).locator(".jp-InputPrompt", has_text=re.compile(r"\[\d+\]:"))
        prompt.wait_for()

    def errors(self) -> list[str]:
        """Return what the outputs hold of errors and of warnings."""
        kinds = ("application/vnd.jupyter.error", "application/vnd.jupyter.stderr")
        found = self.page.locator(
            ", ".join(f'.jp-OutputArea-output[data-mime-type="{kind}"]' for kind in kinds)
        )
        return found.all_inner_texts()

    def close(self) -> None:
        """Close it."""
        self.page.close()
