"""Closure: how much was closed, how soon, and how far that is from chance."""

from seedmetrics.formulas.closure.durations import (
    ClosureCurve,
    Quantile,
    RestrictedMean,
    time_to_closure,
)
from seedmetrics.formulas.closure.funnel import funnel_limits
from seedmetrics.formulas.closure.rates import RateInterval, closure_rate

__all__ = [
    "ClosureCurve",
    "Quantile",
    "RateInterval",
    "RestrictedMean",
    "closure_rate",
    "funnel_limits",
    "time_to_closure",
]
