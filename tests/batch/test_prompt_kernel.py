"""A forked kernel's streams lose nothing and keep the order; what it is told is read as ipykernel reads it."""

import ast
import logging
import sys

import nbformat
import pytest
from ipykernel.iostream import OutStream
from ipykernel.kernelapp import IPKernelApp
from traitlets.config.loader import DeferredConfigString

from seedmetrics.batch import Job, Warmth, run_job, strip_run_marks
from seedmetrics.batch.warm import open_template, supported
from seedmetrics.batch.warm.kernel import (
    OwnModules,
    PromptKernelApp,
    PromptStream,
    System,
    plain_config,
)

pytestmark = pytest.mark.skipif(
    not supported(),
    reason="kernels are forked on Linux only; elsewhere the ordinary ones are tested",
)

MIXED = """\
from IPython.display import display, HTML
import sys
for k in range(20):
    print("line", k)
    display(HTML(f"<b>{k}</b>"))
    print("beside", k, file=sys.stderr, end="")
    sys.stderr.flush()
print("no line end", end="")"""
THREADS = """\
import sys, threading
def many(name):
    for k in range(200):
        sys.stdout.write(f"{name} {k}\\n")
        sys.stdout.flush()
started = [threading.Thread(target=many, args=(name,)) for name in "ab"]
for each in started:
    each.start()
for each in started:
    each.join()"""
LATE = """\
print("before")
import os, subprocess
print(subprocess.run(["echo", "of a child"], capture_output=True, text=True).stdout, end="")
print("last", flush=True)
1 / 0"""


@pytest.fixture(scope="module")
def warmth():
    template = open_template()
    yield Warmth(address=template.address)
    template.close()


@pytest.fixture
def ran(make_notebook, tmp_path, warmth):
    """Run a source forked and in an ordinary kernel; return what both showed, without run marks."""

    def run(source):
        notebook = make_notebook(source)
        found = []
        for name, kernel in (("warm", warmth), ("cold", None)):
            job = Job(notebook, tmp_path / f"{name}.ipynb", {}, name, name)
            run_job(job, warmth=kernel)
            found.append(strip_run_marks(nbformat.read(job.output, as_version=4)))
        return found

    return run


def said(node, name="stdout"):
    """Return all that a stream said."""
    outputs = [output for cell in node.cells for output in cell.get("outputs", [])]
    return "".join(output.text for output in outputs if output.get("name") == name)


def test_what_is_printed_shown_and_said_on_standard_error_keeps_its_order(ran):
    warm, cold = ran(MIXED)
    assert warm == cold
    assert said(warm) == "".join(f"line {k}\n" for k in range(20)) + "no line end"
    assert said(warm, "stderr") == "".join(f"beside {k}" for k in range(20))


def test_nothing_that_threads_print_is_lost(ran):
    for node in ran(THREADS):
        lines = said(node).splitlines()
        for name in "ab":
            assert [line for line in lines if line[0] == name] == [
                f"{name} {k}" for k in range(200)
            ]


def test_what_was_printed_before_an_error_stands_before_it(ran):
    warm, _ = ran(LATE)
    (cell,) = [cell for cell in warm.cells if cell.source == LATE]
    kinds = [output.output_type for output in cell.outputs]
    assert kinds == ["stream", "error"]
    assert cell.outputs[0].text == "before\nof a child\nlast\n"


def test_a_flush_of_nothing_wakes_nobody(monkeypatch):
    flushed = []
    monkeypatch.setattr(OutStream, "flush", lambda stream: flushed.append(stream))  # noqa: PLW0108  # to be bound
    monkeypatch.setattr(OutStream, "write", lambda _, text: len(text))
    stream = PromptStream.__new__(PromptStream)
    stream.flush()
    assert flushed == []
    assert stream.write("清禾") == 2
    stream.flush()
    stream.flush()
    assert flushed == [stream]


ARGUMENTS = ["-f", "k.json", "--HistoryManager.enabled=False", "--Kernel._execute_sleep=0"]


def told(app):
    """Return what an application was told by its arguments, its own section under one name."""
    own, found = type(app).__name__, {}
    for section, traits in app.cli_config.items():
        for trait, value in traits.items():
            # A trait of a class that is not there yet is read when it is.
            read = ast.literal_eval(value) if isinstance(value, DeferredConfigString) else value
            found[IPKernelApp.__name__ if section == own else section, trait] = read
    return found


def test_plain_arguments_are_read_as_ipykernel_reads_them():
    ordinary, prompt = IPKernelApp(), PromptKernelApp()
    for app in (ordinary, prompt):
        app.parse_command_line(ARGUMENTS)
    assert prompt.connection_file == ordinary.connection_file == "k.json"
    assert told(prompt) == told(ordinary)


@pytest.mark.parametrize(
    "more", [["--debug"], ["--no-stdout"], ["more.json"], ["--matplotlib=agg"], ["--", "x"]]
)
def test_whatever_else_it_is_told_goes_to_ipykernels_own_parser(more):
    assert plain_config([*ARGUMENTS, *more]) is None
    ordinary, prompt = IPKernelApp(), PromptKernelApp()
    for app in (ordinary, prompt):
        app.parse_command_line(["-f", "k.json", *more])
    assert told(prompt) == told(ordinary)


def test_a_kernel_sees_the_names_and_files_of_the_modules_that_it_began_with():
    own, files = (
        OwnModules(),
        {name: getattr(m, "__file__", None) for name, m in sys.modules.items()},
    )
    assert list(own.copy().keys()) == list(files)
    assert [each.__file__ for each in own.values()] == [file for file in files.values() if file]


def test_what_else_is_asked_of_sys_or_set_there_is_the_interpreters(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["before"])
    own = OwnModules()
    system = System(own)
    system.argv = ["after"]
    assert sys.argv == ["after"]
    assert system.modules is own
    assert system.version_info is sys.version_info


def test_a_batchs_kernel_does_without_subshells_and_heartbeat_and_a_users_does_not(ran):
    source = "app = get_ipython().kernel.parent\nprint(app.shell_channel_thread, app.heartbeat)"
    warm, cold = ran(source)
    assert said(warm) == "None None\n"
    assert "None" not in said(cold), (
        "an ordinary kernel is told of it in vain, and runs all the same"
    )
    assert not PromptKernelApp().unattended, "who asks for nothing has both"


def test_only_who_asks_for_logs_sets_them_up():
    def consoles(app):
        return [h for h in app.log.handlers if type(h) is logging.StreamHandler]

    assert consoles(PromptKernelApp()) == []
    told = {"handlers": {"console": {"level": "ERROR"}}}
    assert [h.level for h in consoles(PromptKernelApp(logging_config=told))] == [logging.ERROR]
