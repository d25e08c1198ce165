"""Evaluation: a plan and the indicators make scores, ranks and tiers. It knows no words and rounds nothing."""

from seedmetrics.evaluation.budget import IndicatorBudget, indicator_budget
from seedmetrics.evaluation.closure import Closure
from seedmetrics.evaluation.evaluate import evaluate
from seedmetrics.evaluation.plan import Plan
from seedmetrics.evaluation.plan_files import find_plan, read_plan
from seedmetrics.evaluation.programme import published_figures, publishes_figures
from seedmetrics.evaluation.result import Evaluation, UnitEvaluation
from seedmetrics.evaluation.robustness import GroupRobustness, robustness

__all__ = [
    "Closure",
    "Evaluation",
    "GroupRobustness",
    "IndicatorBudget",
    "Plan",
    "UnitEvaluation",
    "evaluate",
    "find_plan",
    "indicator_budget",
    "published_figures",
    "publishes_figures",
    "read_plan",
    "robustness",
]
