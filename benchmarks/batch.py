"""Thirty-four township notebooks with their pages, two processes each: papermill as it comes, ours, the cells alone."""

import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
import papermill

from benchmarks._timing import Row
from seedmetrics.batch import Job, Warmth, run_batch
from seedmetrics.batch.warm import open_template
from seedmetrics.batch.workers import spawn_pool
from seedmetrics.report.warming import warm_pages
from seedmetrics.site.pages import fragment, render_page
from seedmetrics.site.publish import notebook_file

ROOT = Path(__file__).resolve().parents[1]
PERIOD = "2025Q3"
RUNS = 2  # in turn, so that whatever else the machine does at a time meets all three
UNITS = [*(f"T{k:02d}" for k in range(1, 12)), "S01", "S02", "S03", "Z01", "Z02", "O01"]
WARM = f"{warm_pages.__module__}:{warm_pages.__name__}"
KEPT: dict[str, Any] = {
    "district": str(ROOT / "data" / "sample"),
    "plans": ("township",),
    "period": PERIOD,
    "languages": ("en", "zh"),
}


def jobs(reports: Path) -> list[Job]:
    """Return a job for each unit and language."""
    found = []
    for unit in UNITS:
        for language in ("en", "zh"):
            parameters = {
                "district": KEPT["district"],
                "plan": "township",
                "period": PERIOD,
                "unit": unit,
                "language": language,
            }
            output = reports / PERIOD / "township" / f"{unit}.{language}.ipynb"
            key = f"{unit}/{language}"
            found.append(Job(notebook_file("township"), output, parameters, key, key))
    return found


def as_it_comes(job: Job) -> None:
    """Run one notebook as papermill does, and make its page."""
    job.output.parent.mkdir(parents=True, exist_ok=True)
    papermill.execute_notebook(
        str(job.notebook), str(job.output), dict(job.parameters), progress_bar=False
    )
    render_page(job.output, job.html)


def cells_alone(job: Job) -> None:
    """Run the cells of one notebook in this process, and make a page of what they showed."""
    node = nbformat.read(job.notebook, as_version=4)
    space: dict[str, Any] = {}
    for cell in node.cells:
        if cell.cell_type != "code":
            continue
        *statements, last = cell.source.strip().split("\n")
        if "parameters" in cell.metadata.get("tags", []):
            space |= job.parameters
            continue
        exec("\n".join(statements), space)  # noqa: S102  # our own notebook
        shown = eval(last, space)  # noqa: S307
        data = {"text/html": shown._repr_html_(), "text/plain": repr(shown)}
        cell.outputs = [nbformat.v4.new_output("execute_result", data)]
    job.output.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(node, job.output)
    render_page(job.output, job.html)


def in_two_processes(
    work: Callable[[Job], None], all_jobs: list[Job], prepare: Callable[[], object]
) -> float:
    """Return the seconds that a pool of two takes for all jobs, from when both have made ready."""
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        barrier = [pool.submit(ready, prepare) for _ in range(2)]
        for future in barrier:
            future.result()
        start = time.perf_counter()
        for future in [pool.submit(work, job) for job in all_jobs]:
            future.result()
        return time.perf_counter() - start


def warmed() -> None:
    """Have in this process what a template has, and what makes pages."""
    warm_pages(**KEPT)
    exporter_made()


def ready_pool() -> Executor:
    """Return the batch's own pool of two, when both workers have imported what they need, as the others have."""
    pool = spawn_pool(2)
    for future in [pool.submit(ready, exporter_made) for _ in range(2)]:
        future.result()
    return pool


def exporter_made() -> None:
    """Make a page of an empty notebook: what makes pages is made once a process."""
    fragment(nbformat.from_dict({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))


def ready(prepare: Callable[[], object]) -> None:
    """Make a worker ready; slow enough that each of two takes one."""
    prepare()
    time.sleep(1)


def site(folder: str) -> Path:
    """Make an empty folder of reports."""
    shutil.rmtree(folder, ignore_errors=True)
    Path(folder).mkdir(parents=True)
    return Path(folder)


def kernel_ready(provisioner: str) -> float:
    """Return the seconds to a kernel that answers, the best of four in a process of its own."""
    code = (
        "import asyncio, os, time, tempfile\n"
        "from seedmetrics.batch.warm.manager import PromptManager\n"
        "async def one():\n"
        "    with tempfile.TemporaryDirectory(dir='/tmp') as d:\n"
        "        km = PromptManager(kernel_name='python3', transport='ipc', connection_file=d + '/k.json')\n"
        "        t = time.perf_counter(); await km.start_kernel(); kc = km.client(); kc.start_channels()\n"
        "        await kc.wait_for_ready(timeout=60); t = time.perf_counter() - t\n"
        "        kc.stop_channels(); await km.shutdown_kernel(now=True)\n"
        "        return t\n"
        "print(min(asyncio.run(one()) for _ in range(4)))\n"
    )
    env = {**os.environ, "JUPYTER_DEFAULT_PROVISIONER_NAME": provisioner}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)  # noqa: S603
    return float(done.stdout)


def shared_memory() -> float:
    """Return the proportional set size of a forked kernel in megabytes, four of them at once."""
    template = open_template(call=WARM, arguments=KEPT)
    kernels = []
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        for k in range(4):
            file = Path(folder) / f"{k}.json"
            file.write_text(
                '{"shell_port": 1, "iopub_port": 2, "stdin_port": 3, "control_port": 4, "hb_port": 5, '
                f'"ip": "{folder}/{k}", "transport": "ipc", "key": "k", '
                '"signature_scheme": "hmac-sha256"}',
                encoding="utf-8",
            )
            kernels.append(template.fork(["-f", str(file)], dict(os.environ), folder))
        time.sleep(3)
        sizes = []
        for kernel in kernels:
            text = Path(f"/proc/{kernel.pid}/smaps_rollup").read_text(encoding="ascii")
            pss = next(line for line in text.splitlines() if line.startswith("Pss:"))
            sizes.append(int(pss.split()[1]) / 1024)
            kernel.kill()
            kernel.wait(10)
    template.close()
    return sum(sizes) / len(sizes)


def ours(folder: str) -> tuple[float, float, float]:
    """Return the seconds of the batch, those until template and workers were ready, and kilobytes a notebook."""
    reports = site(folder)
    start = time.perf_counter()
    warmth = Warmth(call=WARM, arguments=tuple(KEPT.items()))
    template = warmth.start(wait=False)
    pool = ready_pool()
    template.wait()
    begun = time.perf_counter() - start
    start = time.perf_counter()
    results = run_batch(
        jobs(reports),
        workers=2,
        ledger=reports / "ledger.jsonl",
        render=render_page,
        progress=False,
        warmth=Warmth(address=template.address),
        open_pool=lambda _: pool,
    )
    seconds = time.perf_counter() - start
    template.close()
    failed = [result.error for result in results if not result.ok]
    if failed:
        raise RuntimeError(failed[0])
    written = sum(r.job.output.stat().st_size for r in results) / len(results) / 1024
    return seconds, begun, written


def run() -> list[Row]:
    """Return the rows: throughput against papermill and against the cells alone; kernels."""
    batches, alones, comes = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(RUNS):
            batches.append(ours(f"{folder}/ours{turn}"))
            alones.append(in_two_processes(cells_alone, jobs(site(f"{folder}/alone")), warmed))
            comes.append(
                in_two_processes(as_it_comes, jobs(site(f"{folder}/papermill")), exporter_made)
            )
    best, begun, written = min(batches)
    alone, papermills = min(alones), min(comes)
    warm, cold = kernel_ready("seedmetrics-warm"), kernel_ready("local-provisioner")
    return [
        Row(
            "34 township notebooks with pages, two workers",
            best,
            round(papermills / 8, 2),
            "papermill as it comes, two processes",
            papermills,
            note=f"an eighth is the limit; best of {RUNS}; template and workers, once, {begun:.1f} s more",
        ),
        Row(
            "34 township notebooks with pages, two workers",
            best,
            round(1.6 * alone, 2),
            "the cells alone, in two warm processes",
            alone,
            note=f"the limit is 1.6 times it; {written:.0f} kB written a notebook, once",
        ),
        Row(
            "a kernel that answers",
            warm,
            None,
            "the ordinary kernel",
            cold,
            memory=shared_memory(),
            note="memory is a forked kernel's proportional share, evaluation included",
        ),
    ]
