"""Formulas: arrays in, arrays or a small frozen dataclass out. Numpy and scipy only; no district is known here."""

from seedmetrics.formulas.closure import (
    ClosureCurve,
    Quantile,
    RateInterval,
    RestrictedMean,
    closure_rate,
    funnel_limits,
    time_to_closure,
)
from seedmetrics.formulas.ranking import (
    RankSets,
    Strengths,
    Tiers,
    rank,
    rank_sets,
    rank_sets_from_counts,
    strengths,
    tiers,
)
from seedmetrics.formulas.scoring import (
    JudgeAgreement,
    JudgedScores,
    aggregate,
    apply_caps,
    judge_agreement,
    judge_scores,
    normalize,
    veto,
)

__all__ = [
    "ClosureCurve",
    "JudgeAgreement",
    "JudgedScores",
    "Quantile",
    "RankSets",
    "RateInterval",
    "RestrictedMean",
    "Strengths",
    "Tiers",
    "aggregate",
    "apply_caps",
    "closure_rate",
    "funnel_limits",
    "judge_agreement",
    "judge_scores",
    "normalize",
    "rank",
    "rank_sets",
    "rank_sets_from_counts",
    "strengths",
    "tiers",
    "time_to_closure",
    "veto",
]
