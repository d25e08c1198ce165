"""From marks and indicators to scores: normalize, weigh, aggregate, judge; ranks are made elsewhere."""

from seedmetrics.formulas.scoring.aggregation import aggregate
from seedmetrics.formulas.scoring.comparing import AhpWeights, ahp_weights
from seedmetrics.formulas.scoring.frontier import BenefitOfTheDoubt, benefit_of_the_doubt
from seedmetrics.formulas.scoring.judging import (
    JudgeAgreement,
    JudgedScores,
    judge_agreement,
    judge_scores,
)
from seedmetrics.formulas.scoring.normalization import normalize
from seedmetrics.formulas.scoring.outliers import Treated, treat_outliers, winsorize
from seedmetrics.formulas.scoring.points import PointsBalance, points_balance
from seedmetrics.formulas.scoring.reliability import cronbach_alpha
from seedmetrics.formulas.scoring.rules import apply_caps, veto
from seedmetrics.formulas.scoring.trees import (
    Tree,
    TreeScores,
    aggregate_tree,
    effective_weights,
)
from seedmetrics.formulas.scoring.weighting import (
    critic_weights,
    entropy_weights,
    equal_weights,
    pca_weights,
)

__all__ = [
    "AhpWeights",
    "BenefitOfTheDoubt",
    "JudgeAgreement",
    "JudgedScores",
    "PointsBalance",
    "Treated",
    "Tree",
    "TreeScores",
    "aggregate",
    "aggregate_tree",
    "ahp_weights",
    "apply_caps",
    "benefit_of_the_doubt",
    "critic_weights",
    "cronbach_alpha",
    "effective_weights",
    "entropy_weights",
    "equal_weights",
    "judge_agreement",
    "judge_scores",
    "normalize",
    "pca_weights",
    "points_balance",
    "treat_outliers",
    "veto",
    "winsorize",
]
