"""An index of 51 units made with 100 combinations of choices, against making it 100 times."""

import numpy as np
import pandas as pd

from benchmarks._asem_like import made_up
from benchmarks._timing import Row, best_of
from seedmetrics.formulas.robustness import Assumptions, assumption_uncertainty
from seedmetrics.formulas.scoring.trees import Tree

DRAWS = 100
SCALES = ("minmax", "rank", "percentile")
MEANS = ("arithmetic", "geometric", "harmonic")


def loop(values: pd.DataFrame, tree: Tree, draws: int) -> pd.DataFrame:
    """Return the ranks of each draw as a user of pandas writes it: the whole index, draw by draw."""
    rng = np.random.default_rng(0)
    ranks = []
    for _ in range(draws):
        scale, mean, out = rng.integers(3), rng.integers(3), rng.integers(tree.leaves)
        weights = tree.weights * (1 + 0.25 * rng.uniform(-1, 1, tree.weights.size))
        weights[out] = 0
        if scale == 0:
            scores = 1 + 99 * (values - values.min()) / (values.max() - values.min())
        elif scale == 1:
            scores = values.rank(method="min")
        else:
            scores = 1 + 99 * (values.rank(method="min") - 1) / (values.count() - 1)
        nodes = {i: scores[i] for i in range(tree.leaves)}
        for parent in np.argsort(tree.levels, kind="stable")[tree.leaves :]:
            own = tree.children(parent)
            table = pd.concat([nodes[i] for i in own], axis=1)
            table = table if mean == 0 else np.log(table) if mean == 1 else 1 / table
            w = pd.Series(weights[own], table.columns)
            total = (table * w).sum(axis=1) / (table.notna() * w).sum(axis=1)
            nodes[parent] = total if mean == 0 else np.exp(total) if mean == 1 else 1 / total
            nodes[parent].name = parent
        ranks.append(nodes[tree.root].rank(ascending=False, method="min"))
    return pd.DataFrame(ranks)


def run() -> list[Row]:
    """Return the rows of the speed table."""
    values, tree = made_up()
    options = Assumptions(
        tree_weights=tree,
        spread=0.25,
        normalizations=SCALES,
        aggregations=MEANS,
        left_out=[(i,) for i in range(tree.leaves)],
        missing="reweight",
    )
    ours = best_of(lambda: assumption_uncertainty(values, options, draws=DRAWS))
    theirs = best_of(lambda: loop(pd.DataFrame(values), tree, DRAWS), repeats=2)
    return [
        Row(
            "mixed assumptions, 51 × 49, 100 draws",
            ours,
            1.0,
            "a pandas loop that makes the index anew",
            theirs,
            note="COINr's own figure is 18 s",
        )
    ]
