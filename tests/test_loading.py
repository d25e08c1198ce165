"""Public names come from where they live when they are asked for, and nothing else comes with them."""

import importlib
import subprocess
import sys

import pytest

PACKAGES = [
    "seedmetrics",
    "seedmetrics.batch",
    "seedmetrics.batch.warm",
    "seedmetrics.report",
    "seedmetrics.site",
]


@pytest.mark.parametrize("name", PACKAGES)
def test_every_public_name_of_a_package_is_there(name):
    package = importlib.import_module(name)
    assert package.__all__ == sorted(package.__all__)
    for each in package.__all__:
        assert getattr(package, each) is not None


@pytest.mark.parametrize("name", PACKAGES)
def test_the_tab_key_offers_public_names_before_they_are_loaded(name):
    code = f"import {name} as package; print(dir(package) == package.__all__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"


@pytest.mark.parametrize("name", PACKAGES)
def test_a_name_that_is_not_public_is_no_attribute(name):
    package = importlib.import_module(name)
    with pytest.raises(AttributeError, match=f"module '{name}' has no attribute 'medals'"):
        package.medals  # noqa: B018  # asked for


@pytest.mark.parametrize(
    ("module", "without"),
    [
        ("seedmetrics.batch.warm.forking", ["IPython", "pandas", "papermill", "nbformat", "zmq"]),
        ("seedmetrics.site.pages", ["matplotlib", "pypinyin", "scipy"]),
        ("seedmetrics.report.html", ["matplotlib", "scipy"]),
    ],
)
def test_a_module_brings_only_what_it_needs(module, without):
    code = f"import sys, {module}; print(sorted(set({without}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
