"""The register of indicators: how a plan's name finds its function, and how every value gets its interval."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from seedmetrics.errors import PlanError
from seedmetrics.formulas.closure import closure_rate as wilson_rate
from seedmetrics.records import District, Period

Function = TypeVar("Function", bound=Callable[..., pd.DataFrame])

MEASURED = ["value", "numerator", "denominator", "low", "high", "excluded"]


@dataclass(frozen=True, slots=True)
class Indicator:
    """
    One way to measure a unit over a period.

    Attributes
    ----------
    name : str
        ``module.quantity``, as a plan writes it.
    function : callable
        ``(district, period, *, options) -> DataFrame`` indexed by unit code.
    tables : tuple of str
        Record tables that it reads.
    levels : tuple of str
        Levels of units for which it has a meaning; empty means any.
    share : bool
        Whether the value is numerator over denominator, in [0, 1].
    interval : bool
        Whether a share gets Wilson's interval. Days in post and the like are counted in full
        and are not independent draws, so they get none.
    """

    name: str
    function: Callable[..., pd.DataFrame]
    tables: tuple[str, ...]
    levels: tuple[str, ...]
    share: bool
    interval: bool

    @property
    def options(self) -> dict[str, Any]:
        """Options that a plan may set, with their defaults (`inspect.Parameter.empty`: must be set)."""
        parameters = inspect.signature(self.function).parameters.values()
        return {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY}


_REGISTER: dict[str, Indicator] = {}


def indicator(
    name: str,
    *,
    tables: Sequence[str],
    unit: str | Sequence[str] = (),
    share: bool = False,
    interval: bool = True,
) -> Callable[[Function], Function]:
    """
    Register a function as the indicator that plans call `name`.

    Parameters
    ----------
    name : str
        ``module.quantity``; must be new, unless the same function is defined again (as happens when
        a notebook cell is run twice).
    tables : sequence of str
        Record tables that the function reads.
    unit : str or sequence of str, default ()
        Level or levels of units it measures; empty for any.
    share : bool, default False
        The function returns ``numerator`` and ``denominator``; the value and its interval are
        made from them.
    interval : bool, default True
        Whether a share gets Wilson's interval.

    Returns
    -------
    callable
        A decorator that leaves the function as it is.

    Examples
    --------
    >>> import pandas as pd
    >>> @indicator("example.villages", tables=[], unit="township")
    ... def villages(district, period):
    ...     return pd.DataFrame({"value": district.units_at("village").groupby("parent").size()})
    """
    levels = (unit,) if isinstance(unit, str) else tuple(unit)

    def register(function: Function) -> Function:
        known = _REGISTER.get(name)
        if known and known.function.__qualname__ != function.__qualname__:
            msg = (
                f"the indicator {name!r} is registered already, by "
                f"{known.function.__module__}.{known.function.__qualname__}: choose another name"
            )
            raise PlanError(msg)
        _REGISTER[name] = Indicator(name, function, tuple(tables), levels, share, interval)
        return function

    return register


def indicator_names() -> tuple[str, ...]:
    """Return the names of all registered indicators, sorted."""
    return tuple(sorted(_REGISTER))


def find_indicator(name: str) -> Indicator:
    """
    Return the indicator that a plan calls `name`.

    Raises
    ------
    PlanError
        When there is none; the message offers the nearest name.
    """
    if name in _REGISTER:
        return _REGISTER[name]
    near = difflib.get_close_matches(name, _REGISTER, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(indicator_names())}"
    msg = f"no indicator is called {name!r}: {hint}"
    raise PlanError(msg)


def measure(
    district: District,
    name: str,
    period: Period,
    *,
    level: str,
    options: Mapping[str, Any] | None = None,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """
    Measure every unit of one level over one period.

    Parameters
    ----------
    district : District
        The records.
    name : str
        A registered indicator.
    period : Period
        The period; what was not yet due at the district's ``as_of`` is not counted.
    level : str
        Level of the units: township, alliance, department or village.
    options : mapping, optional
        Options of this indicator, as the plan sets them.
    confidence_level : float, default 0.95
        Two-sided coverage of the intervals of shares.

    Returns
    -------
    DataFrame
        One row for every unit of the level, indexed by code: value, numerator, denominator, low, high,
        excluded. A unit of which no record was received is NaN throughout; one with records but
        nothing due has 0 of 0 and no value.
    """
    found = find_indicator(name)
    result = found.function(district, period, **(options or {}))
    units = district.units_at(level).index
    measured = result.reindex(index=units, columns=MEASURED).astype("float64")
    measured.index.name = "unit"
    if found.share:
        counted = measured["denominator"].notna().to_numpy()
        interval = wilson_rate(
            measured["numerator"].fillna(0).to_numpy(),
            measured["denominator"].fillna(0).to_numpy(),
            confidence_level=confidence_level,
        )
        measured["value"] = np.where(counted, interval.rate, np.nan)
        if found.interval:
            measured["low"], measured["high"] = interval.low, interval.high
    return measured
