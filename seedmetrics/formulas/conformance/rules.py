"""What a rule on the steps of a person may ask: its kinds and their limits. The numbers come from rule files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import isfinite
from typing import Final, Literal, TypeAlias

from seedmetrics.formulas._checks import one_of

Kind: TypeAlias = Literal[
    "within",
    "at_least",
    "every",
    "amount",
    "done_before",
    "publicity",
    "quorum",
    "extension",
    "order",
    "unchecked",
]
Severity: TypeAlias = Literal["late", "warn", "hard"]

SEVERITIES: Final = ("late", "warn", "hard")

# Of each kind: what it must have, of what it must have one at least, and what it may have besides.
_ASKS: Final[Mapping[str, tuple[set[str], set[str], set[str]]]] = {
    "within": ({"since", "step"}, {"months", "days"}, {"hard_months", "hard_days"}),
    "at_least": ({"since", "step"}, {"months", "days"}, set()),
    "every": ({"since", "step", "observed"}, {"months", "days"}, set()),
    "amount": ({"step"}, {"days", "hours"}, set()),
    "done_before": ({"step", "before"}, set(), {"absent"}),
    "publicity": ({"step", "days"}, set(), set()),
    "quorum": ({"step", "share"}, set(), set()),
    "extension": ({"since", "months", "low_months", "high_months", "times"}, set(), set()),
    "order": ({"steps"}, set(), {"parallel"}),
    "unchecked": (set(), set(), {"step"}),
}
KINDS: Final = tuple(_ASKS)
_EITHER: Final = {"within", "at_least", "every"}  # months or days, not both
_ALWAYS: Final = {"id", "kind", "severity", "in_force_from", "in_force_until"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRule:
    """
    One version of one rule on the steps of a person.

    Attributes
    ----------
    id : str
        What the rule is called; versions of one rule share it.
    kind : str
        What is asked; see Notes. Limits that a kind does not use are refused, not passed over.
    step : int
        The step judged.
    since : int
        The step from which time is counted.
    observed : int
        The step that is to come again and again.
    before : tuple of int
        Steps before which `step` must be done.
    steps : tuple of int
        The prescribed order.
    parallel : tuple of tuple of int
        Steps of the order that may come in any order among themselves.
    months, days, hours : number
        Limits; see Notes.
    hard_months, hard_days : number
        Limit past which a breach is hard, whatever `severity` says.
    low_months, high_months : int
        Shortest and longest extension.
    times : int
        Extensions allowed.
    share : float
        Share of those due that votes must exceed.
    absent : {"unknown", "breached"}
        What becomes of a step of which there is no row at all, once a step of `before` is reached.
    severity : {"late", "warn", "hard"}
        How grave a breach is.
    in_force_from, in_force_until : date, optional
        First day on which this version holds, and first day on which it does no more.

    Raises
    ------
    ValueError
        If the kind or severity is none, a limit is missing, of no use to the kind, or no positive number, or
        the version ends before it begins.

    Notes
    -----
    =============  ====================================================================================
    kind           asks
    =============  ====================================================================================
    within         `step` at most `months` (or `days`) after `since`, and not before it
    at_least       `step` at least `months` (or `days`) after `since`
    every          from `since` to `step`, a row of `observed` at least every `months` (or `days`)
    amount         `days`, or else `hours`, of `step` add up to at least the limit
    done_before    `step` not after any of `before`
    publicity      at least `days` working days between ``publicity_from`` and ``publicity_to``, both
                   counted, and before the day of `step`
    quorum         at `step`, those present and those who vote yes are each more than `share` of those due
    extension      ``extended_to`` at most `times` times, and `low_months` to `high_months` after the term
                   of `months` that runs from `since`
    order          no step before one that precedes it in `steps`; the same day is no breach
    unchecked      nothing: the rule is written down, but records do not hold what it asks
    =============  ====================================================================================

    Examples
    --------
    >>> StepRule(id="T2", kind="at_least", since=3, step=7, months=12).severity
    'hard'
    """

    id: str
    kind: Kind
    step: int | None = None
    since: int | None = None
    observed: int | None = None
    before: tuple[int, ...] | None = None
    steps: tuple[int, ...] | None = None
    parallel: tuple[tuple[int, ...], ...] | None = None
    months: int | None = None
    days: float | None = None
    hours: float | None = None
    hard_months: int | None = None
    hard_days: int | None = None
    low_months: int | None = None
    high_months: int | None = None
    times: int | None = None
    share: float | None = None
    absent: Literal["unknown", "breached"] | None = None
    severity: Severity = "hard"
    in_force_from: dt.date | None = None
    in_force_until: dt.date | None = None

    def __post_init__(self) -> None:
        """Refuse a rule that asks nothing, or more than its kind can."""
        one_of(self.kind, "kind", KINDS)
        one_of(self.severity, "severity", SEVERITIES)
        if self.absent is not None:
            one_of(self.absent, "absent", ("unknown", "breached"))
        self._check_fields()
        for name in ("months", "hard_months", "hard_days", "low_months", "high_months", "times"):
            _check_number(name, getattr(self, name), whole=True)
        for name in ("hours", "share"):
            _check_number(name, getattr(self, name), whole=False)
        # Half a day of training can be added up; half a day of a term cannot pass.
        _check_number("days", self.days, whole=self.kind != "amount")
        if self.share is not None and self.share >= 1:
            msg = f"`share` must lie below 1, got {self.share!r}: half is 0.5"
            raise ValueError(msg)
        start, end = self.in_force_from, self.in_force_until
        if start and end and end <= start:
            msg = f"`in_force_until` must be after `in_force_from`, got {end} and {start}"
            raise ValueError(msg)

    def _check_fields(self) -> None:
        """Refuse fields that are missing, and fields that the kind does not use."""
        must, one, may = _ASKS[self.kind]
        given = {f.name for f in fields(self) if getattr(self, f.name) is not None} - _ALWAYS
        if missing := must - given:
            msg = f"a rule of kind {self.kind!r} needs {', '.join(map(repr, sorted(missing)))}"
            raise ValueError(msg)
        if one and not one & given:
            msg = f"a rule of kind {self.kind!r} needs {' or '.join(map(repr, sorted(one)))}"
            raise ValueError(msg)
        if self.kind in _EITHER and one <= given:
            msg = f"a rule of kind {self.kind!r} takes `months` or `days`, not both"
            raise ValueError(msg)
        if extra := given - must - one - may:
            msg = (
                f"a rule of kind {self.kind!r} has no use for {', '.join(map(repr, sorted(extra)))}: "
                "leave it out, or choose another kind"
            )
            raise ValueError(msg)

    @property
    def may_be_hard(self) -> bool:
        """Return whether a breach of the rule can be hard."""
        limits = (self.hard_months, self.hard_days)
        return self.severity == "hard" or any(limit is not None for limit in limits)

    @property
    def named_steps(self) -> tuple[int, ...]:
        """Return every step that the rule names."""
        single = (self.step, self.since, self.observed)
        return (*(s for s in single if s is not None), *(self.before or ()), *(self.steps or ()))


def _check_number(name: str, value: float | None, *, whole: bool) -> None:
    """Refuse a limit that is no positive number, or no whole one where it must be."""
    if value is None:
        return
    number = isinstance(value, int | float) and not isinstance(value, bool) and value > 0
    if not number or not isfinite(value) or (whole and value % 1):
        kind = "a whole number of at least 1" if whole else "a number above 0"
        msg = f"`{name}` must be {kind}, got {value!r}"
        raise ValueError(msg)
