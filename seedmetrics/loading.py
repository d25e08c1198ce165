"""Public names of a package, each loaded from the module it lives in when it is first asked for."""

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any


def on_demand(package: str, where: Mapping[str, str]) -> Callable[[str], Any]:
    """
    Return a package's ``__getattr__``.

    Parameters
    ----------
    package : str
        Its name.
    where : mapping of str to str
        For each public name the module within the package that it lives in; empty where it is that module itself.

    Returns
    -------
    callable
        Loads a name and leaves it in the package; raises AttributeError for any other.
    """

    def load(name: str) -> Any:
        if name not in where:
            msg = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(msg)
        module = importlib.import_module(f"{package}.{where[name] or name}")
        value = getattr(module, name) if where[name] else module
        setattr(sys.modules[package], name, value)
        return value

    return load
