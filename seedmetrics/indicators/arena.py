"""Mechanism 12: the contest between units (site tour, meeting review, ranking), marked by a panel of judges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from seedmetrics.errors import PlanError, did_you_mean
from seedmetrics.formulas.scoring import JudgeAgreement, judge_agreement, judge_scores
from seedmetrics.indicators.counting import nothing_recorded
from seedmetrics.indicators.registry import indicator
from seedmetrics.records import District, Period

LEVELS = ("township", "department")
Weights = Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """
    The marks of one component in one round of a contest, and how far its judges agree.

    Attributes
    ----------
    round : str
        Code of the round.
    component : str
        Such as ``site_tour``.
    marks : DataFrame
        Units by judges; NaN where a judge was absent.
    judge_group : Series
        Group of each judge.
    agreement : JudgeAgreement
        Kendall's W, ICC(2,1), and each judge's severity.
    """

    round: str
    component: str
    marks: pd.DataFrame
    judge_group: pd.Series
    agreement: JudgeAgreement


def panels(district: District, period: Period) -> list[Panel]:
    """
    Return the marks of every component judged in the rounds of a period, round by round.

    Marks of units that are not of the round's level are left out: townships and departments have contests of their
    own.

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
    held = rounds[inside.astype(bool) & (rounds["date"] <= district.as_of)].set_index("round")
    marks = district.table("marks")
    marks = marks[marks["round"].isin(held.index)]
    level = marks["unit"].map(district.units["level"])
    marks = marks[level == marks["round"].map(held["level"])]
    result = []
    for (code, component), given in marks.groupby(["round", "component"]):
        table = given.pivot(index="unit", columns="judge", values="mark")
        groups = given.groupby("judge")["judge_group"].first().reindex(table.columns)
        agreement = judge_agreement(table.to_numpy())
        result.append(Panel(str(code), str(component), table, groups, agreement))
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
    district: District,
    period: Period,
    components: Weights,
    judge_groups: Weights,
    trim: int,
    confidence_level: float,
) -> pd.DataFrame:
    """Average the rounds of a period, each put together from components and judge groups."""
    found = panels(district, period)
    rounds = [
        _round([panel for panel in found if panel.round == code], components, judge_groups, trim)
        for code in dict.fromkeys(panel.round for panel in found)
    ]
    if not rounds:
        return nothing_recorded()
    values = pd.concat([value for value, _ in rounds], axis=1)
    squares = pd.concat([variance for _, variance in rounds], axis=1)
    taken = values.notna().sum(axis=1)
    mean = values.mean(axis=1)
    error = np.sqrt(squares.where(values.notna()).sum(axis=1, min_count=1)) / taken
    half = special.ndtri(0.5 + confidence_level / 2) * error
    # A mark is between 0 and 100, and so is what is known of it.
    return pd.DataFrame(
        {"value": mean, "low": (mean - half).clip(lower=0), "high": (mean + half).clip(upper=100)}
    )


def _round(
    found: list[Panel], components: Weights, judge_groups: Weights, trim: int
) -> tuple[pd.Series, pd.Series]:
    """Return each unit's mark in one round and the variance that the judges' noise gives it."""
    panels_of = {panel.component: panel for panel in found}
    _refuse_unknown("component", components, panels_of)
    units = sorted(set().union(*(panel.marks.index for panel in found)))
    total = pd.Series(0.0, index=units)
    variance = pd.Series(0.0, index=units)
    weight_of_all = sum(components.values()) * sum(judge_groups.values())
    for name, component_weight in components.items():
        panel = panels_of[name]
        _refuse_unknown("judge group", judge_groups, panel.judge_group.unique())
        for group, group_weight in judge_groups.items():
            marks = panel.marks.loc[:, (panel.judge_group == group).to_numpy()]
            score, used = _trimmed(marks.to_numpy(), trim)
            weight = component_weight * group_weight / weight_of_all
            total = total.add(pd.Series(weight * score, index=marks.index).reindex(units))
            noise = (weight * panel.agreement.residual) ** 2 / np.where(used > 0, used, np.nan)
            variance = variance.add(pd.Series(noise, index=marks.index).reindex(units))
    return total, variance


def _refuse_unknown(kind: str, named: Weights, present: Iterable[str]) -> None:
    """Refuse a component or judge group that nobody marked, and weights below 0 or of nothing."""
    if min(named.values(), default=0) < 0 or sum(named.values()) <= 0:
        msg = f"the weights of each {kind} of the contest must be at least 0, and not all 0: {dict(named)}"
        raise PlanError(msg)
    known = sorted(present)
    if unknown := sorted(set(named) - set(known)):
        hint = did_you_mean(unknown[0], known, f"the marks hold {', '.join(known)}")
        msg = (
            f"the plan weighs the {kind} {unknown[0]!r} of the contest, which nobody marked: {hint}"
        )
        raise PlanError(msg)


@indicator("arena.score", tables=["rounds", "marks"], unit=LEVELS)
def score(
    district: District,
    period: Period,
    *,
    components: Weights,
    judge_groups: Weights,
    trim: int = 1,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """
    Contest mark of 100: trimmed mean of each component and judge group, weighted as the plan says.

    A period with several rounds has their mean. The interval holds the scatter of the marks that neither the unit nor
    the judge explains (the residual of the additive model). That a judge marks low shifts alike all units that the
    judge marked; a unit that a severe judge missed gains by it, and the interval does not hold that.
    """
    return _contest(district, period, components, judge_groups, trim, confidence_level)


def _component(name: str) -> None:
    """Register the mark of one component alone."""

    @indicator(f"arena.{name}", tables=["rounds", "marks"], unit=LEVELS)
    def component(
        district: District,
        period: Period,
        *,
        judge_groups: Weights,
        trim: int = 1,
        confidence_level: float = 0.95,
    ) -> pd.DataFrame:
        return _contest(district, period, {name: 1.0}, judge_groups, trim, confidence_level)


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
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Points that the contests of the year up to the period feed into the annual score, of `points`."""
    year = period.year_to_date()
    contests = _contest(district, year, components, judge_groups, trim, confidence_level)
    return contests * points / 100
