"""Mechanisms from outside: modules of other packages that declare tables and register indicators."""

from functools import cache
from importlib.metadata import entry_points

from seedmetrics.errors import SeedmetricsError

GROUP = "seedmetrics.indicators"


@cache
def load_outside() -> tuple[str, ...]:
    """
    Import every module that an installed package names under the entry point group ``seedmetrics.indicators``.

    Returns
    -------
    tuple of str
        Names of the entry points, sorted. Done once in a process.

    Raises
    ------
    SeedmetricsError
        If such a module cannot be imported; the message names it and the package it belongs to.
    """
    found = sorted(entry_points(group=GROUP), key=lambda point: point.name)
    for point in found:
        try:
            point.load()
        except Exception as error:
            package = point.dist.name if point.dist else "an installed package"
            msg = (
                f"{point.value!r}, which {package} names under {GROUP!r}, cannot be loaded: {error}"
            )
            raise SeedmetricsError(msg) from error
    return tuple(point.name for point in found)
