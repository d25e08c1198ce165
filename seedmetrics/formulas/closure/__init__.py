"""Closure: how much was closed, how soon, and how far that is from chance."""

from seedmetrics.formulas.closure.control import ChartSignals, ControlChart, control_chart
from seedmetrics.formulas.closure.dispersion import Overdispersion, overdispersion
from seedmetrics.formulas.closure.durations import (
    ClosureCurve,
    Quantile,
    RestrictedMean,
    time_to_closure,
)
from seedmetrics.formulas.closure.funnel import funnel_limits
from seedmetrics.formulas.closure.rates import RateInterval, closure_rate, rate_difference
from seedmetrics.formulas.closure.shrinkage import ShrunkenRate, shrunken_rate

__all__ = [
    "ChartSignals",
    "ClosureCurve",
    "ControlChart",
    "Overdispersion",
    "Quantile",
    "RateInterval",
    "RestrictedMean",
    "ShrunkenRate",
    "closure_rate",
    "control_chart",
    "funnel_limits",
    "overdispersion",
    "rate_difference",
    "shrunken_rate",
    "time_to_closure",
]
