"""The time of persons in a stage of member development. No indicator is defined here."""

from __future__ import annotations

import pandas as pd

from seedmetrics.indicators.counting import kept
from seedmetrics.indicators.development_rules import Stage
from seedmetrics.records import District


def stage_spells(district: District, stage: Stage) -> pd.DataFrame:
    """
    Return the time of each person in a stage.

    Indexed by person: unit, start, end (missing while it runs), measured (the two can be told and are in order), and
    first_known and last_known, the dates between which the person is known to have been about it.
    """

    def make() -> pd.DataFrame:
        rows = district.table("development_steps")
        rows = rows[~(rows["date"] > district.as_of)].sort_values("date", kind="stable")
        rows = rows[rows["step"] >= stage.first]
        firsts = {
            step: rows[rows["step"] == step].drop_duplicates("person").set_index("person")
            for step in (stage.first, stage.end)
        }
        people = rows.groupby("person")
        inside = rows[rows["step"] <= stage.end].groupby("person")["date"]
        spells = pd.DataFrame({"unit": people["unit"].last(), "furthest": people["step"].max()})
        spells["unit"] = firsts[stage.first]["unit"].reindex(spells.index).fillna(spells["unit"])
        spells["start"] = firsts[stage.first]["date"].reindex(spells.index)
        spells["end"] = firsts[stage.end]["date"].reindex(spells.index)
        told = (spells["furthest"] < stage.end) | (spells["end"] >= spells["start"])
        spells["measured"] = spells["start"].notna() & told
        spells["first_known"] = inside.min().reindex(spells.index).fillna(people["date"].min())
        spells["last_known"] = inside.max().reindex(spells.index).fillna(people["date"].max())
        return spells

    return kept(district, ("member_development.spells", stage), make)
