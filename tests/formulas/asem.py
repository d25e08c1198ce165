"""The ASEM index as JRC ships it: values, directions and tree, read from the reference values."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from seedmetrics.formulas.scoring.trees import Tree

LEVELS = ["Indicator", "Pillar", "Sub-index", "Index"]


def asem(reference: Path) -> tuple[pd.DataFrame, np.ndarray, Tree, list[str]]:
    """Return raw values by country, directions, the tree, and the names of its nodes."""
    folder = reference / "asem"
    meta = pd.read_csv(folder / "raw_iMeta.csv").set_index("iCode")
    lineage = pd.read_csv(folder / "meta_lineage.csv")
    parents = pd.concat([lineage.drop_duplicates(a).set_index(a)[b] for a, b in pairwise(LEVELS)])
    names = [name for level in LEVELS for name in lineage[level].unique()]
    above = [names.index(parents[name]) if name in parents else -1 for name in names]
    codes = lineage["Indicator"].tolist()
    raw = pd.read_csv(folder / "raw_iData.csv", index_col="uCode")[codes]
    tree = Tree(above, meta.loc[names, "Weight"].to_numpy(float))
    return raw, meta.loc[codes, "Direction"].to_numpy(float), tree, names
