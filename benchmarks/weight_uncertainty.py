"""Ranks of 51 units on 49 indicators under 1,000 weightings, against a loop over the draws."""

import numpy as np
import pandas as pd

from benchmarks._asem_like import made_up
from benchmarks._timing import Row, best_of
from seedmetrics.formulas.robustness import weight_uncertainty
from seedmetrics.formulas.scoring import normalize
from seedmetrics.formulas.scoring.trees import Tree

DRAWS = 1000


def loop(scores: pd.DataFrame, tree: Tree, draws: int) -> pd.DataFrame:
    """Return the ranks of each draw as a user of pandas writes it: level by level, draw by draw."""
    rng = np.random.default_rng(0)
    ranks = []
    for _ in range(draws):
        weights = tree.weights * (1 + 0.25 * rng.uniform(-1, 1, tree.weights.size))
        nodes = {i: scores[i] for i in range(tree.leaves)}
        for parent in np.argsort(tree.levels, kind="stable")[tree.leaves :]:
            own = tree.children(parent)
            table = pd.concat([nodes[i] for i in own], axis=1)
            w = pd.Series(weights[own], table.columns)
            nodes[parent] = (table * w).sum(axis=1) / (table.notna() * w).sum(axis=1)
            nodes[parent].name = parent
        ranks.append(nodes[tree.root].rank(ascending=False, method="min"))
    return pd.DataFrame(ranks)


def run() -> list[Row]:
    """Return the row of the speed table."""
    values, tree = made_up()
    scores = normalize(values)
    few = 20
    ours = best_of(lambda: weight_uncertainty(scores, tree, draws=DRAWS))
    theirs = best_of(lambda: loop(pd.DataFrame(scores), tree, few), repeats=3) * DRAWS / few
    return [
        Row(
            "weight uncertainty, 51 × 49 × 1,000 draws",
            ours,
            0.03,
            "a pandas loop over draws and levels",
            theirs,
            note=f"{few} draws of it were run; COINr's own figure is 0.13 s a draw",
        )
    ]
