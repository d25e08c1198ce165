"""Checks of options that plans set, in one wording; no indicator is defined here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from math import inf, isfinite
from typing import Any

from seedmetrics.errors import PlanError, did_you_mean


def number_option(
    value: Any, option: str, *, least: float = -inf, most: float = inf, whole: bool = False
) -> float:
    """
    Return a number that a plan sets, refusing what is none or lies outside [`least`, `most`].

    Parameters
    ----------
    value : object
        What the plan holds.
    option : str
        Where, for the message, such as ``model.caps[0].stars``.
    least, most : float
        Bounds, both allowed.
    whole : bool, default False
        Refuse fractions.

    Returns
    -------
    float
        The number.

    Raises
    ------
    PlanError
        If it is no such number (true and false are none).

    Examples
    --------
    >>> number_option(80, "pass_mark", least=0, most=100)
    80.0
    """
    a_number = isinstance(value, int | float) and not isinstance(value, bool)
    if a_number and isfinite(value) and least <= value <= most and not (whole and value % 1):
        return float(value)
    kind = "a whole number" if whole else "a number"
    span = f" from {least:g}" if isfinite(least) else ""
    span += f" to {most:g}" if isfinite(most) else " up" if span else ""
    msg = f"`{option}` must be {kind}{span}, got {value!r}"
    raise PlanError(msg)


def table_option(value: Any, option: str, example: str) -> Mapping[str, Any]:
    """Return a table that a plan sets, refusing anything else; `example` shows what is meant."""
    if isinstance(value, Mapping):
        return value
    msg = f"`{option}` must be a table such as {example}, got {value!r}"
    raise PlanError(msg)


def list_option(value: Any, option: str, example: str) -> list[Any]:
    """Return a list that a plan sets, refusing anything else; `example` shows what is meant."""
    if isinstance(value, list | tuple):
        return list(value)
    msg = f"`{option}` must be a list such as {example}, got {value!r}"
    raise PlanError(msg)


def known_keys(table: Mapping[str, Any], option: str, keys: Collection[str]) -> None:
    """Refuse a key that a table of a plan does not have, with the nearest there is."""
    for key in table:
        if key not in keys:
            hint = did_you_mean(str(key), keys, f"it has {', '.join(keys)}")
            msg = f"`{option}` has no {key!r}: {hint}"
            raise PlanError(msg)
