"""Robustness: what a ranking owes to weights, to method, to one indicator, and to chance."""

from seedmetrics.formulas.robustness.assumptions import (
    Assumptions,
    assumption_model,
    assumption_uncertainty,
)
from seedmetrics.formulas.robustness.composite import CompositeRankSets, composite_rank_sets
from seedmetrics.formulas.robustness.distribution import RankDistribution
from seedmetrics.formulas.robustness.leaving_out import LeaveOneOut, leave_one_out
from seedmetrics.formulas.robustness.sensitivity import SobolShares, sobol_shares
from seedmetrics.formulas.robustness.weights import weight_uncertainty

__all__ = [
    "Assumptions",
    "CompositeRankSets",
    "LeaveOneOut",
    "RankDistribution",
    "SobolShares",
    "assumption_model",
    "assumption_uncertainty",
    "composite_rank_sets",
    "leave_one_out",
    "sobol_shares",
    "weight_uncertainty",
]
