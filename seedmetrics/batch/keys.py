"""What a result depends on, as one digest: two jobs with the same fingerprint would make the same page."""

import functools
import hashlib
import importlib.metadata
import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from seedmetrics.batch.files import digest
from seedmetrics.batch.parameters import read_notebook
from seedmetrics.errors import NotebookError

# What has a hand in a result: what computes and draws, what runs a notebook, what makes a page of it.
PACKAGES = (
    "seedmetrics",
    "numpy",
    "scipy",
    "pandas",
    "matplotlib",
    "papermill",
    "nbclient",
    "ipykernel",
    "nbformat",
    "nbconvert",
    "jinja2",
    "nh3",
)
# What of this package has a hand in it: programs, words and rules, templates, styles, nbconvert's settings.
SOURCES = (".py", ".toml", ".j2", ".css", ".json")
# Changes with each meaning of the fingerprint, so that none of an earlier meaning is taken for it.
MEANING = "seedmetrics fingerprint 1"


def fingerprint(
    notebook: Path, parameters: Mapping[str, Any], *, inputs: str, render: str = ""
) -> str:
    """Return the digest of all that the result of a job depends on.

    Parameters
    ----------
    notebook : Path
        The template. Its cells count, with their tags and in their order; outputs, cell ids, counts
        of execution, and how its kernel is called do not.
    parameters : mapping of str to text, number, yes/no, None, list or dict
        Values that it is run with, in any order.
    inputs : str
        What the notebook reads, as a digest or as text: whoever makes the job knows it. Empty is
        unknown, and nothing that is unknown can be told to be the same.
    render : str, optional
        What the page is made with besides the notebook: whatever text says it.

    Returns
    -------
    str
        64 hexadecimal digits; empty where `inputs` is. Versions and sources of what makes the result
        are in it, see `package_versions` and `package_digest`.

    Raises
    ------
    NotebookError
        When the notebook cannot be read, or a parameter is no value that a notebook can be given.
    """
    if not inputs:
        return ""
    said = {
        "meaning": MEANING,
        "cells": template_digest(notebook),
        "parameters": _plain(dict(parameters), "parameters"),
        "inputs": inputs,
        "versions": package_versions(),
        "package": package_digest(),
        "render": render,
    }
    return digest(json.dumps(said, sort_keys=True).encode("ascii"))


def template_digest(notebook: Path) -> str:
    """Return the digest of what a template says: its cells with their tags, and its language.

    Parameters
    ----------
    notebook : Path
        The template; read again each time, so that a change while this process runs is seen.

    Returns
    -------
    str
        64 hexadecimal digits.

    Raises
    ------
    NotebookError
        When there is no such file, or it is no notebook.
    """
    try:
        content = digest(notebook.read_bytes())
    except OSError:
        content = ""  # whoever reads it next says what is wrong
    return _cells_digest(notebook, content)


@functools.lru_cache(maxsize=256)
def _cells_digest(notebook: Path, _content: str) -> str:
    """Return the digest of a template's cells; made once for each content of the file."""
    node = read_notebook(notebook)
    cells = [
        [
            cell.cell_type,
            cell.source,
            sorted(cell.metadata.get("tags", [])),
            cell.get("attachments", {}),
        ]
        for cell in node.cells
    ]
    said = {"language": node.metadata.kernelspec.language, "cells": cells}
    return digest(json.dumps(said, sort_keys=True).encode("ascii"))


@functools.cache
def package_versions() -> dict[str, str]:
    """Return the versions of what makes a result, by package; looked up once a process.

    Returns
    -------
    dict of str to str
        ``python`` with major and minor version, then `PACKAGES`; ``"unknown"`` for one that is not
        installed. Not to be changed.
    """
    versions = {"python": f"{sys.version_info.major}.{sys.version_info.minor}"}
    for package in PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            versions[package] = "unknown"
    return versions


@functools.cache
def package_digest() -> str:
    """Return the digest of this package's own sources, which change in a checkout while its version stays.

    Returns
    -------
    str
        64 hexadecimal digits; made once a process, since what a process has imported does not change.
    """
    return sources_digest(Path(__file__).parents[1])


def sources_digest(package: Path) -> str:
    """Return the digest of the sources in a package's folder.

    Parameters
    ----------
    package : Path
        The folder.

    Returns
    -------
    str
        64 hexadecimal digits, of names and contents: `SOURCES` at any depth. Compiled files and
        notebooks do not count; a template enters a fingerprint by its own cells.
    """
    whole = hashlib.sha256()
    files = {
        path.relative_to(package).as_posix(): path
        for path in package.rglob("*")
        if path.suffix in SOURCES and path.is_file()
    }
    for name in sorted(files):
        whole.update(f"{name}\0{digest(files[name].read_bytes())}\n".encode())
    return whole.hexdigest()


def _plain(value: Any, where: str) -> Any:
    """Return a value as JSON holds it, so that no two values that differ become the same text."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {"float": repr(value)}
    if isinstance(value, list | tuple):
        return [_plain(each, f"{where}[{place}]") for place, each in enumerate(value)]
    if isinstance(value, Mapping):
        # A key that is a number is not the text of it.
        return {
            json.dumps(_plain(k, where)): _plain(v, f"{where}[{k!r}]") for k, v in value.items()
        }
    msg = (
        f"{where} is {value!r}, a {type(value).__name__}, which cannot be written into a notebook; "
        f"give text, a number, yes/no, a list or a dict"
    )
    raise NotebookError(msg)
