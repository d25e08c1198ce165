"""From scores to ranks, tiers and what can be said of them; no score is made here."""

from seedmetrics.formulas.ranking.agreement import Agreement, RankChange, agreement, rank_change
from seedmetrics.formulas.ranking.comparison import Strengths, strengths
from seedmetrics.formulas.ranking.counts import rank_sets_from_counts
from seedmetrics.formulas.ranking.expected import ExpectedRank, expected_rank
from seedmetrics.formulas.ranking.intervals import bottom_set, joint_rank_intervals, top_set
from seedmetrics.formulas.ranking.quotas import Tiers, tiers
from seedmetrics.formulas.ranking.rank_sets import RankSets, rank_sets
from seedmetrics.formulas.ranking.rankable import between_variance, rankability
from seedmetrics.formulas.ranking.ranks import rank

__all__ = [
    "Agreement",
    "ExpectedRank",
    "RankChange",
    "RankSets",
    "Strengths",
    "Tiers",
    "agreement",
    "between_variance",
    "bottom_set",
    "expected_rank",
    "joint_rank_intervals",
    "rank",
    "rank_change",
    "rank_sets",
    "rank_sets_from_counts",
    "rankability",
    "strengths",
    "tiers",
    "top_set",
]
