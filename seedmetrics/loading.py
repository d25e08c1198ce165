"""Public names of a package, each loaded from the module it lives in when it is first asked for."""

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any


def on_demand(
    package: str, where: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """
    Return a package's ``__getattr__`` and its ``__dir__``.

    Parameters
    ----------
    package : str
        Its name.
    where : mapping of str to str
        For each public name the module within the package that it lives in; empty where it is that module itself.

    Returns
    -------
    load : callable
        Loads a name and leaves it in the package; raises AttributeError for any other.
    names : callable
        The public names, loaded or not: what the tab key offers.
    """

    def load(name: str) -> Any:
        if name not in where:
            msg = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(msg)
        module = importlib.import_module(f"{package}.{where[name] or name}")
        value = getattr(module, name) if where[name] else module
        setattr(sys.modules[package], name, value)
        return value

    return load, lambda: sorted(where)
