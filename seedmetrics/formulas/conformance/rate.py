"""The share of checks passed, never without the share that could be made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from seedmetrics.formulas._checks import finite
from seedmetrics.formulas.conformance.steps import StepChecks


@dataclass(frozen=True, slots=True, eq=False)
class ConformanceRate:
    """
    Checks passed, beside those that could be made, from `conformance_rate`.

    Attributes
    ----------
    rate : float
        Weight of the checks passed over that of those that could be made; NaN where none could.
    coverage : float
        Checks that could be made, of those due; NaN where none was due.
    passed, checkable, due : int
        Counts of checks: passed; passed or breached; these and unknown.
    hard_breaches : dict of str to int
        Hard breaches of each rule, every rule named.
    """

    rate: float
    coverage: float
    passed: int
    checkable: int
    due: int
    hard_breaches: dict[str, int]


def conformance_rate(
    checks: StepChecks, *, weights: Mapping[str, float] | None = None
) -> ConformanceRate:
    r"""
    Share of the checks passed, of those that could be made.

    Parameters
    ----------
    checks : StepChecks
        From `check_steps`.
    weights : mapping of str to float, optional
        Weight of each rule, at least 0; rules not named weigh 1.

    Returns
    -------
    ConformanceRate
        The rate never stands without its coverage.

    Raises
    ------
    ValueError
        If a weight is negative or missing, or names no rule.

    Notes
    -----
    .. math::

        \text{rate} = \frac{\sum_c w_c [c\ \text{passed}]}{\sum_c w_c [c\ \text{can be made}]}, \qquad
        \text{coverage} = \frac{\#\ \text{can be made}}{\#\ \text{due}}.

    A check that cannot be made is in neither sum of the rate: a record without dates has a rate of NaN and
    a coverage of 0, not a good rate. Checks that are not due enter nothing. Weights do not touch the
    counts or the coverage; where all that could be made weighs 0, the rate is NaN.

    Examples
    --------
    >>> from seedmetrics.formulas.conformance import StepRule, check_steps
    >>> rules = [StepRule(id="T2", kind="at_least", since=3, step=7, months=12)]
    >>> checks = check_steps(["a", "a", "b", "b"], [3, 7, 3, 7],
    ...     ["2024-03-01", "2025-03-01", "2024-03-01", ""], rules=rules)
    >>> found = conformance_rate(checks)
    >>> found.rate, found.coverage
    (1.0, 0.5)
    """
    names = list(dict.fromkeys(checks.rule.tolist()))
    weight_of = dict.fromkeys(names, 1.0)
    for name, weight in (weights or {}).items():
        if name not in weight_of:
            msg = (
                f"`weights` names {name!r}, which is no rule checked: known are {', '.join(names)}"
            )
            raise ValueError(msg)
        weight_of[name] = float(finite(weight, "weights"))
        if weight_of[name] < 0:
            msg = f"`weights` must be at least 0, got {weight!r} for {name!r}"
            raise ValueError(msg)
    passed, breached = checks.outcome == "passed", checks.outcome == "breached"
    made = passed | breached
    due = int((checks.outcome != "not_applicable").sum())
    worth = np.array([weight_of[name] for name in checks.rule.tolist()], dtype=np.float64)
    whole = float(worth[made].sum())
    hard = checks.rule[checks.severity == "hard"].tolist()
    return ConformanceRate(
        float(worth[passed].sum()) / whole if whole > 0 else np.nan,
        int(made.sum()) / due if due else np.nan,
        int(passed.sum()),
        int(made.sum()),
        due,
        {name: hard.count(name) for name in names},
    )
