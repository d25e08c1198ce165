"""An index of the size of JRC's ASEM index, made up: 51 units, 49 indicators, 4 levels, some gaps."""

import numpy as np

from seedmetrics.formulas.scoring.trees import Tree

UNITS, INDICATORS, PILLARS = 51, 49, 8


def made_up(seed: int = 0) -> tuple[np.ndarray, Tree]:
    """Return values, shape (51, 49), and a tree of eight pillars under two halves."""
    rng = np.random.default_rng(seed)
    values = rng.normal(50, 10, (UNITS, 1)) + rng.normal(0, 20, (UNITS, INDICATORS))
    values[rng.random(values.shape) < 0.02] = np.nan
    parents = [INDICATORS + i % PILLARS for i in range(INDICATORS)]
    first = INDICATORS + PILLARS
    parents += [first + (i >= 5) for i in range(PILLARS)] + [first + 2, first + 2, -1]
    return values, Tree(parents, rng.uniform(1, 3, len(parents)))
