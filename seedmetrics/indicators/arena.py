"""Mechanism 12: the contest between units (site tour, meeting review, ranking), marked by a panel of judges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from seedmetrics.errors import PlanError
from seedmetrics.formulas.scoring import JudgeAgreement, judge_agreement, judge_scores
from seedmetrics.indicators.registry import indicator
from seedmetrics.records import District, Period

LEVELS = ("township", "department")
Weights = Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """
    The marks of one component of a contest, and how far its judges agree.

    Attributes
    ----------
    component : str
        Such as ``site_tour``.
    marks : DataFrame
        Units by judges; NaN where a judge was absent.
    judge_group : Series
        Group of each judge.
    agreement : JudgeAgreement
        Kendall's W, ICC(2,1), and each judge's severity.
    """

    component: str
    marks: pd.DataFrame
    judge_group: pd.Series
    agreement: JudgeAgreement


def panels(district: District, period: Period) -> list[Panel]:
    """
    Return the marks of every component judged in the rounds of a period.

    Raises
    ------
    SeedmetricsError
        When the district keeps no table ``marks`` or ``rounds``.
    """
    rounds = district.table("rounds")
    months = {str(month) for month in period.months()}
    inside = rounds["period"].map(
        lambda text: {str(month) for month in Period.parse(text).months()} <= months
    )
    held = rounds.loc[inside.astype(bool) & (rounds["date"] <= district.as_of), "round"]
    marks = district.table("marks")
    marks = marks[marks["round"].isin(held)]
    result = []
    for component, given in marks.groupby("component"):
        table = given.pivot_table(index="unit", columns=["round", "judge"], values="mark")
        groups = given.groupby(["round", "judge"])["judge_group"].first().reindex(table.columns)
        result.append(Panel(str(component), table, groups, judge_agreement(table.to_numpy())))
    return result


def _trimmed(marks: npt.NDArray[np.float64], trim: int) -> tuple[npt.NDArray[np.float64], ...]:
    """
    Return each unit's trimmed mean and the number of marks it rests on.

    Where too few judges were present to drop `trim` at each end, as many are dropped as leave one mark.
    """
    present = (~np.isnan(marks)).sum(axis=1)
    trims = np.minimum(trim, np.maximum(present - 1, 0) // 2)
    score = np.full(len(marks), np.nan)
    used = np.zeros(len(marks))
    for level in np.unique(trims[present > 0]):
        rows = (trims == level) & (present > 0)
        judged = judge_scores(marks[rows], trim=int(level))
        score[rows], used[rows] = judged.score, judged.used
    return score, used


def _contest(
    district: District, period: Period, components: Weights, judge_groups: Weights, trim: int
) -> pd.DataFrame:
    """Put the components and judge groups of a contest together, with an interval for the judges' noise."""
    found = {panel.component: panel for panel in panels(district, period)}
    if found and (unknown := set(components) - set(found)):
        msg = (
            f"the plan weighs the component {min(unknown)!r} of the contest, but the marks of {period} "
            f"hold only {', '.join(sorted(found))}"
        )
        raise PlanError(msg)
    units = sorted(set().union(*(panel.marks.index for panel in found.values())))
    total = pd.Series(0.0, index=units)
    variance = pd.Series(0.0, index=units)
    component_total = sum(components.values())
    for name, component_weight in components.items() if found else ():
        panel = found[name]
        groups = {g: w for g, w in judge_groups.items() if (panel.judge_group == g).any()}
        for group, group_weight in groups.items():
            marks = panel.marks.loc[:, (panel.judge_group == group).to_numpy()]
            score, used = _trimmed(marks.to_numpy(), trim)
            weight = component_weight / component_total * group_weight / sum(groups.values())
            total = total.add(pd.Series(weight * score, index=marks.index).reindex(units))
            noise = (weight * panel.agreement.residual) ** 2 / np.where(used > 0, used, np.nan)
            variance = variance.add(pd.Series(noise, index=marks.index).reindex(units))
    half = special.ndtri(0.975) * np.sqrt(variance)
    return pd.DataFrame({"value": total, "low": total - half, "high": total + half})


@indicator("arena.score", tables=["rounds", "marks"], unit=LEVELS)
def score(
    district: District,
    period: Period,
    *,
    components: Weights,
    judge_groups: Weights,
    trim: int = 1,
) -> pd.DataFrame:
    """
    Contest mark of 100: trimmed mean of each component and judge group, weighted as the plan says.

    The interval holds the scatter of the marks that neither the unit nor the judge explains (the
    residual of the additive model); that a judge marks low shifts all units alike and is not in it.
    """
    return _contest(district, period, components, judge_groups, trim)


def _component(name: str) -> None:
    """Register the mark of one component alone."""

    @indicator(f"arena.{name}", tables=["rounds", "marks"], unit=LEVELS)
    def component(
        district: District, period: Period, *, judge_groups: Weights, trim: int = 1
    ) -> pd.DataFrame:
        return _contest(district, period, {name: 1.0}, judge_groups, trim)


for _name in ("site_tour", "meeting_review", "work_results"):
    _component(_name)


@indicator("arena.annual_points", tables=["rounds", "marks"], unit=LEVELS)
def annual_points(
    district: District,
    period: Period,
    *,
    components: Weights,
    judge_groups: Weights,
    points: float,
    trim: int = 1,
) -> pd.DataFrame:
    """Points that the contests of the year up to the period feed into the annual score, of `points`."""
    contests = _contest(district, period.year_to_date(), components, judge_groups, trim)
    return contests * points / 100
