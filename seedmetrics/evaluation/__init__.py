"""Evaluation: a plan and the indicators make scores, ranks and tiers. It knows no words and rounds nothing."""

from seedmetrics.evaluation.budget import IndicatorBudget, indicator_budget
from seedmetrics.evaluation.closure import Closure
from seedmetrics.evaluation.comparing import Comparison, compare
from seedmetrics.evaluation.evaluate import evaluate
from seedmetrics.evaluation.plan import Plan
from seedmetrics.evaluation.plan_files import find_plan, read_plan
from seedmetrics.evaluation.programme import published_figures, publishes_figures
from seedmetrics.evaluation.result import Evaluation, UnitEvaluation
from seedmetrics.evaluation.robustness import GroupRobustness, robustness
from seedmetrics.evaluation.slicing import CaseSlices, slice_cases
from seedmetrics.evaluation.varying import reweigh, vary

__all__ = [
    "CaseSlices",
    "Closure",
    "Comparison",
    "Evaluation",
    "GroupRobustness",
    "IndicatorBudget",
    "Plan",
    "UnitEvaluation",
    "compare",
    "evaluate",
    "find_plan",
    "indicator_budget",
    "published_figures",
    "publishes_figures",
    "read_plan",
    "reweigh",
    "robustness",
    "slice_cases",
    "vary",
]
