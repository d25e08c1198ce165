"""From scores to ranks, tiers and what can be said of them; no score is made here."""

from seedmetrics.formulas.ranking.comparison import Strengths, strengths
from seedmetrics.formulas.ranking.counts import rank_sets_from_counts
from seedmetrics.formulas.ranking.quotas import Tiers, tiers
from seedmetrics.formulas.ranking.rank_sets import RankSets, rank_sets
from seedmetrics.formulas.ranking.ranks import rank

__all__ = [
    "RankSets",
    "Strengths",
    "Tiers",
    "rank",
    "rank_sets",
    "rank_sets_from_counts",
    "strengths",
    "tiers",
]
