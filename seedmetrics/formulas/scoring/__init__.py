"""From marks and indicators to scores: normalize, aggregate, judge; ranks are made elsewhere."""

from seedmetrics.formulas.scoring.aggregation import aggregate
from seedmetrics.formulas.scoring.judging import (
    JudgeAgreement,
    JudgedScores,
    judge_agreement,
    judge_scores,
)
from seedmetrics.formulas.scoring.normalization import normalize
from seedmetrics.formulas.scoring.points import PointsBalance, points_balance
from seedmetrics.formulas.scoring.rules import apply_caps, veto

__all__ = [
    "JudgeAgreement",
    "JudgedScores",
    "PointsBalance",
    "aggregate",
    "apply_caps",
    "judge_agreement",
    "judge_scores",
    "normalize",
    "points_balance",
    "veto",
]
