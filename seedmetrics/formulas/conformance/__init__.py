"""Conformance: steps held against the rules on their dates, votes and order, and against their prescribed sequence."""

from seedmetrics.formulas.conformance.dates import WorkingDays, add_months, working_days
from seedmetrics.formulas.conformance.fitness import StepFitness, step_fitness
from seedmetrics.formulas.conformance.rate import ConformanceRate, conformance_rate
from seedmetrics.formulas.conformance.rules import StepRule
from seedmetrics.formulas.conformance.steps import StepChecks, check_steps

__all__ = [
    "ConformanceRate",
    "StepChecks",
    "StepFitness",
    "StepRule",
    "WorkingDays",
    "add_months",
    "check_steps",
    "conformance_rate",
    "step_fitness",
    "working_days",
]
