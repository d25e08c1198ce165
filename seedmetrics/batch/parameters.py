"""Parameters: held against the notebook's own before anything starts, then written legibly."""

import ast
import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import papermill
from papermill.translators import PythonTranslator, papermill_translators

from seedmetrics.errors import NotebookError

KERNEL = "python3"
LANGUAGE = "python"
ANYTHING_WRITABLE = "text, a number, yes/no, a list or a dict"


class Declared(NamedTuple):
    """One line of the parameters cell; a type that is not written is told from the default."""

    name: str
    type: str
    default: str
    help: str


class LegiblePython(PythonTranslator):  # type: ignore[misc]  # papermill is untyped
    r"""Papermill's Python translator, with text as people write it: 清禾镇, not ``\\u6e05…``."""

    @classmethod
    def translate_escaped_str(cls, str_val: object) -> str:
        """Return a Python literal of the text, in double quotes where that needs no escape."""
        literal = repr(str(str_val))
        if literal[0] == "'" and '"' not in literal:
            return f'"{literal[1:-1]}"'
        return literal

    @classmethod
    def codify(cls, parameters: Mapping[str, Any], comment: str = "Parameters") -> str:
        """Return the injected cell's source; never through black, which may or may not be there."""
        return str(super(PythonTranslator, cls).codify(parameters, comment))


def write_legibly() -> None:
    """Let papermill, in this process, write parameters with `LegiblePython`."""
    papermill_translators.register(LANGUAGE, LegiblePython)


def read_notebook(path: Path) -> nbformat.NotebookNode:
    """Read a notebook, as version 4, naming the file when it cannot be read.

    Parameters
    ----------
    path : Path
        The notebook's file.

    Returns
    -------
    NotebookNode
        Always with a kernel name and a language: Python 3 where the notebook names none.

    Raises
    ------
    NotebookError
        When there is no such file, or it is no notebook.
    """
    try:
        text = path.read_text(encoding="utf-8")
        node: nbformat.NotebookNode = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    except FileNotFoundError:
        msg = f"`notebook` {path} is not there; check the path"
        raise NotebookError(msg) from None
    except (OSError, ValueError, nbformat.ValidationError, AttributeError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        msg = f"`notebook` {path} cannot be read as a notebook ({first}); save it again in Jupyter"
        raise NotebookError(msg) from error
    if "kernelspec" not in node.metadata:
        node.metadata["kernelspec"] = {}
    spec = node.metadata["kernelspec"]
    spec.setdefault("name", KERNEL)
    spec.setdefault("language", LANGUAGE)
    spec.setdefault("display_name", "Python 3")
    return node


def declared_parameters(notebook: Path) -> dict[str, Declared]:
    """Return what a notebook's parameters cell declares, in its order.

    Parameters
    ----------
    notebook : Path
        The template.

    Returns
    -------
    dict of str to Declared
        By name; empty when no cell is tagged ``parameters``. A type that is not written is told
        from the default; ``""`` when it cannot be told.

    Notes
    -----
    Papermill's inspector reads line by line: a union or ``Literal`` annotation, or ``=`` within a
    line's help, hides that parameter from it. Such a parameter counts as not declared.
    """
    node = read_notebook(notebook)
    found = papermill.inspect_notebook(node)
    return {
        name: Declared(
            name, _type(each["inferred_type_name"], each["default"]), each["default"], each["help"]
        )
        for name, each in found.items()
    }


def check_parameters(notebook: Path, parameters: Mapping[str, Any]) -> None:
    """Refuse parameters the notebook does not declare, or declares with another type.

    Parameters
    ----------
    notebook : Path
        The template, with a cell tagged ``parameters``.
    parameters : mapping
        Names and values to run it with.

    Raises
    ------
    NotebookError
        Names an unknown parameter with the nearest declared name, a value of another type with the
        type declared, and a value that no notebook source can hold (a date, a tuple).

    Notes
    -----
    Codes are text: ``42062`` for a parameter declared ``str`` is refused, since ``"042062"`` may
    have been meant. A whole number serves where a ``float`` is declared; a yes/no never serves as a
    number.
    """
    check_against(declared_parameters(notebook), parameters, notebook=notebook)


def check_against(
    declared: Mapping[str, Declared], parameters: Mapping[str, Any], *, notebook: Path
) -> None:
    """Do as `check_parameters`, for a notebook whose cell has been read already."""
    if parameters and not declared:
        msg = (
            f"{notebook.name} declares no parameter, {len(parameters)} were given; "
            f"tag the cell that holds them `parameters`, one `name: type = default` a line"
        )
        raise NotebookError(msg)
    for name, value in parameters.items():
        if name not in declared:
            msg = f"`{name}` is no parameter of {notebook.name}; {_nearest(name, declared)}"
            raise NotebookError(msg)
        expected = declared[name].type
        if not _writable(value) or not _fits(value, expected):
            msg = (
                f"`{name}` of {notebook.name} must be {expected or ANYTHING_WRITABLE}, "
                f"not {type(value).__name__} {value!r}"
            )
            if expected == "str":
                msg += "; codes are text, leading zeros and all: put it in quotes"
            raise NotebookError(msg)


def _nearest(name: str, declared: Mapping[str, Declared]) -> str:
    near = difflib.get_close_matches(name, declared, n=1, cutoff=0.5)
    names = ", ".join(declared)
    return f"did you mean `{near[0]}`? It has {names}" if near else f"it has {names}"


def _type(written: str, default: str) -> str:
    if written not in {"", "None"}:
        return written.split("[", maxsplit=1)[0].strip()
    try:
        value = ast.literal_eval(default)
    except (ValueError, SyntaxError):
        return ""
    return "" if value is None else type(value).__name__


def _fits(value: object, expected: str) -> bool:
    kinds: dict[str, tuple[type, ...]] = {
        "str": (str,),
        "int": (int,),
        "float": (int, float),
        "bool": (bool,),
        "list": (list,),
        "dict": (dict,),
    }
    if expected not in kinds:
        return True
    if isinstance(value, bool) and expected != "bool":
        return False
    return isinstance(value, kinds[expected])


def _writable(value: object) -> bool:
    """Tell whether papermill writes this value as what it is, and not as the text of it."""
    if isinstance(value, dict):
        return all(isinstance(k, str) and _writable(k) and _writable(v) for k, v in value.items())
    if isinstance(value, list):
        return all(_writable(each) for each in value)
    if isinstance(value, str):
        return not any("\ud800" <= letter <= "\udfff" for letter in value)
    return value is None or isinstance(value, bool | int | float)
