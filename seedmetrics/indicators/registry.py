"""The register of indicators: how a plan's name finds its function, and how every value gets its interval."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, TypeVar

import numpy as np
import pandas as pd

from seedmetrics.errors import PlanError, SeedmetricsError, did_you_mean
from seedmetrics.indicators.completing import MEASURED, aligned, completed, fill_shares
from seedmetrics.indicators.counting import kept
from seedmetrics.records import District, Period
from seedmetrics.records.outside import load_outside
from seedmetrics.records.schemas import table_named

Few = Literal["class", "rounded", "plain"]
Function = TypeVar("Function", bound=Callable[..., pd.DataFrame])


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
    exact : bool
        Whether the value is counted in full (days in post, visits made), so that it has no
        interval and needs none.
    same_cases : str
        Which cases a share is of. Two shares of one module with the same word here are of
        the same cases, so that their errors move together.
    persons : bool
        Whether it counts persons, so that counts of few of them may not be shared.
    parts : str
        Which whole a share is a part of. Shares of one module with the same word here add up to
        one, so that one that is withheld could be told from the others.
    attendance : bool
        Whether it counts that something took place, and not what came of it.
    derived : bool
        Whether it is worked out from the other indicators of a plan, not from records.
    beside : str
        The indicator without which it would mislead; a plan that names the one must name the other.
    few : {"class", "rounded", "plain"}
        How a count of few persons is told; see `indicator`.
    """

    name: str
    function: Callable[..., pd.DataFrame]
    tables: tuple[str, ...]
    levels: tuple[str, ...]
    share: bool = False
    exact: bool = False
    same_cases: str = ""
    persons: bool = False
    parts: str = ""
    attendance: bool = False
    derived: bool = False
    beside: str = ""
    few: Few = "class"

    @property
    def sampled(self) -> bool:
        """Whether the value is a share of things counted, so that few of them say little."""
        return self.share and not self.exact

    @property
    def options(self) -> dict[str, Any]:
        """Options that a plan may set, with their defaults (`inspect.Parameter.empty`: must be set)."""
        return dict(_keywords(self.function))


@cache
def _keywords(function: Callable[..., Any]) -> dict[str, Any]:
    """Return the keyword-only parameters of a function, with their defaults."""
    parameters = inspect.signature(function).parameters.values()
    return {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY}


_REGISTER: dict[str, Indicator] = {}


def indicator(
    name: str,
    *,
    tables: Sequence[str],
    unit: str | Sequence[str] = (),
    share: bool = False,
    exact: bool = False,
    same_cases: str = "",
    persons: bool = False,
    parts: str = "",
    attendance: bool = False,
    derived: bool = False,
    beside: str = "",
    few: Few = "class",
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
    exact : bool, default False
        The value is counted in full and gets no interval. Any other value without an interval
        is shown but not scored: nothing says how far chance could have moved it.
    same_cases : str, default ""
        A word for the cases that a share is of, the same for shares of the same cases.
    persons : bool, default False
        It counts persons. The number of different persons behind a value is its ``denominator``,
        unless the function returns a column ``persons``.
    parts : str, default ""
        A word for the whole that a share is a part of, the same for shares that add up to it.
    attendance : bool, default False
        It counts that something took place (a meeting, a visit), not what came of it.
    derived : bool, default False
        The function takes the scored indicators of a plan instead of records; see
        `seedmetrics.indicators.longboards`.
    beside : str, default ""
        The indicator without which this one would mislead, as a share of the checks that could be made without the
        share of checks that could not: a plan that names the one must name the other.
    few : {"class", "rounded", "plain"}, default "class"
        How a numerator of few persons, or of all but few, is told: a share as the class of its count; "rounded":
        the value is told without the numerator (a median of days, with those who are through and those watched);
        "plain": as it is, where the state of the record is counted and nothing of a person. Whatever rests on too few
        persons is withheld in any case.

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
        if known and _place(known.function) != _place(function):
            msg = (
                f"the indicator {name!r} is registered already, by "
                f"{_place(known.function)}: choose another name"
            )
            raise PlanError(msg)
        for table in tables:
            table_named(table)
        _REGISTER[name] = Indicator(
            name,
            function,
            tuple(tables),
            levels,
            share=share,
            exact=exact,
            same_cases=same_cases,
            persons=persons,
            parts=parts,
            attendance=attendance,
            derived=derived,
            beside=beside,
            few=few,
        )
        return function

    return register


def _place(function: Callable[..., Any]) -> str:
    """Return where a function is defined."""
    return f"{function.__module__}.{function.__qualname__}"


def indicator_names() -> tuple[str, ...]:
    """Return the names of all registered indicators, sorted."""
    load_outside()
    return tuple(sorted(_REGISTER))


def find_indicator(name: str) -> Indicator:
    """
    Return the indicator that a plan calls `name`.

    Raises
    ------
    PlanError
        When there is none; the message offers the nearest name.
    """
    if name not in _REGISTER:
        load_outside()
    if name in _REGISTER:
        return _REGISTER[name]
    hint = did_you_mean(name, _REGISTER, f"known are {', '.join(indicator_names())}", cutoff=0.4)
    msg = f"no indicator is called {name!r}: {hint}"
    raise PlanError(msg)


def measure(
    district: District,
    name: str,
    period: Period | str,
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
    period : Period or str
        The period, such as ``"2025Q3"``; what was not yet due at the district's ``as_of`` is not counted.
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
        excluded, persons (those behind the value; NaN where it is not about persons). A unit of which no
        record was received is NaN throughout; one with records but nothing due has 0 of 0 and no value.

    Raises
    ------
    PlanError
        When there is no such indicator, it does not measure the level, an option is unknown or missing, or the
        function does not return what an indicator must.

    Notes
    -----
    Counts are kept for a district once they are made. To try changed records, put them into a new district with
    `dataclasses.replace`; tables changed in place are not counted again.
    """
    found = find_indicator(name)
    period = period if isinstance(period, Period) else Period.parse(period)
    units = _units_at(district, level)
    result = _counted(district, found, period, level, options or {}, confidence_level)
    return completed(found, result, units, confidence_level)


def measure_all(
    district: District,
    asked: Mapping[str, Mapping[str, Any]],
    period: Period,
    *,
    level: str,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """
    Measure several indicators over one period, as `measure` does one by one.

    Parameters
    ----------
    district : District
        The records.
    asked : mapping of str to mapping
        Options, by the name of the indicator.
    period : Period
        The period.
    level : str
        Level of the units.
    confidence_level : float, default 0.95
        Two-sided coverage of the intervals of shares.

    Returns
    -------
    DataFrame
        One row a unit and indicator, indicator by indicator: unit, the columns of `measure`, indicator.

    Raises
    ------
    PlanError
        As `measure` does.
    """
    units = _units_at(district, level)
    found = [find_indicator(name) for name in asked]
    tables = [
        aligned(
            one,
            _counted(district, one, period, level, options, confidence_level),
            units,
        )
        for one, options in zip(found, asked.values(), strict=True)
    ]
    table = np.concatenate(tables) if tables else np.empty((0, len(MEASURED)))
    shares = np.repeat([one.share for one in found], len(units))
    exact = np.repeat([one.exact for one in found], len(units))
    fill_shares(table, shares, shares & exact, confidence_level)
    result = pd.DataFrame(table, columns=MEASURED)
    result.insert(0, "unit", units.take(np.tile(np.arange(len(units)), len(found))))
    return result.assign(indicator=np.repeat([one.name for one in found], len(units)))


def _units_at(district: District, level: str) -> pd.Index:
    """Return the codes of the units of a level, which many indicators ask for."""
    return kept(district, ("units_at", level), lambda: district.units_at(level).index)


def _counted(
    district: District,
    found: Indicator,
    period: Period,
    level: str,
    options: Mapping[str, Any],
    confidence_level: float,
) -> pd.DataFrame:
    """Return what the function of an indicator counts."""
    name = found.name
    if found.derived:
        msg = f"{name!r} is worked out from the other indicators of a plan: use `evaluate`"
        raise PlanError(msg)
    _check_call(found, level, options)
    given = dict(options)
    if "confidence_level" in found.options:
        given["confidence_level"] = confidence_level
    try:
        result = found.function(district, period, **given)
    except SeedmetricsError:
        raise
    except (TypeError, ValueError, AttributeError) as error:
        msg = f"the indicator {name!r} cannot be measured with the options {dict(options)}: {error}"
        raise PlanError(msg) from error
    if not isinstance(result, pd.DataFrame) or result.index.has_duplicates:
        msg = (
            f"the indicator {name!r} must return a DataFrame with one row for each unit code, "
            f"got {type(result).__name__}"
        )
        raise PlanError(msg)
    return result


def derive(
    name: str, scored: pd.DataFrame, units: pd.Index, *, confidence_level: float = 0.95
) -> pd.DataFrame:
    """
    Work out a derived indicator from the scored indicators of a plan.

    Parameters
    ----------
    name : str
        A registered indicator that is derived.
    scored : DataFrame
        What its function takes; see `seedmetrics.indicators.longboards`.
    units : Index of str
        Units that the result is for.
    confidence_level : float, default 0.95
        Two-sided coverage of the intervals of shares.

    Returns
    -------
    DataFrame
        As `measure` returns it.
    """
    found = find_indicator(name)
    return completed(found, found.function(scored), units, confidence_level)


def _check_call(found: Indicator, level: str, options: Mapping[str, Any]) -> None:
    """Refuse a level that the indicator does not measure, and options that it does not have or misses."""
    if found.levels and level not in found.levels:
        msg = f"{found.name!r} measures a {' or '.join(found.levels)}, not a {level}"
        raise PlanError(msg)
    for key in options:
        if key not in found.options:
            takes = f"it takes {', '.join(found.options) or 'none'}"
            hint = did_you_mean(key, found.options, takes)
            msg = f"{found.name!r} has no option {key!r}: {hint}"
            raise PlanError(msg)
    for key, default in found.options.items():
        if default is inspect.Parameter.empty and key not in options and key != "confidence_level":
            msg = f"{found.name!r} needs the option {key!r}"
            raise PlanError(msg)
