"""Mechanism 12: the contest between units (site tour, meeting review, ranking), marked by a panel of judges."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from seedmetrics.errors import PlanError, did_you_mean
from seedmetrics.formulas.scoring import JudgeAgreement, judge_agreement, judge_scores
from seedmetrics.indicators.counting import kept, nothing_recorded
from seedmetrics.indicators.options import number_option, table_option
from seedmetrics.indicators.registry import indicator
from seedmetrics.records import District, Period

LEVELS = ("township", "department")
MOST = 100
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
    held = rounds[inside.astype(bool) & (rounds["date"] <= district.as_of)]
    return [panel for code in sorted(held["round"]) for panel in _panels_of(district, code)]


def _panels_of(district: District, code: str) -> list[Panel]:
    """Return the panels of one round, component by component."""
    return kept(district, ("arena.panels", code), lambda: _panels(district, code))


def _panels(district: District, code: str) -> list[Panel]:
    """Make the panels of one round."""
    rounds = district.table("rounds").set_index("round")
    marks = district.table("marks")
    marks = marks[marks["round"] == code]
    marks = marks[marks["unit"].map(district.units["level"]) == rounds.loc[code, "level"]]
    result = []
    for component, given in marks.groupby("component"):
        table = given.pivot(index="unit", columns="judge", values="mark")
        groups = given.groupby("judge")["judge_group"].first().reindex(table.columns)
        agreement = judge_agreement(table.to_numpy())
        result.append(Panel(code, str(component), table, groups, agreement))
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
    """Average the rounds of a period, each put together from components and judge groups; count the marks."""
    parts = _weights("components", components), _weights("judge_groups", judge_groups)
    trim = int(number_option(trim, "trim", least=0, whole=True))
    rounds = _rounds(district, period, *parts, trim)
    if not rounds:
        return nothing_recorded()
    table = pd.concat(rounds)
    # A round in which a group gave a unit no mark has no score, and its marks count for nothing.
    by_unit = table[table["score"].notna()].groupby(level=0)
    number, mean = by_unit.size(), by_unit["score"].mean()
    # Where the scatter of one round is not known, that of the mean is not.
    squares = by_unit["variance"].sum().where(by_unit["variance"].count() == number)
    half = special.ndtri(0.5 + confidence_level / 2) * np.sqrt(squares) / number
    return pd.DataFrame(
        {
            "value": mean,
            "numerator": by_unit["used"].sum(),
            "denominator": by_unit["given"].sum(),
            # A mark is between 0 and 100, and so is what is known of it.
            "low": (mean - half).clip(lower=0),
            "high": (mean + half).clip(upper=MOST),
        }
    )


def _rounds(
    district: District, period: Period, components: Weights, judge_groups: Weights, trim: int
) -> list[pd.DataFrame]:
    """
    Return the rounds of a period, put together.

    Townships and departments may be judged in different parts. Where the plan's parts are those of one contest, the
    rounds of the other are left out; where they are those of neither, it is refused.
    """
    codes = list(dict.fromkeys(panel.round for panel in panels(district, period)))
    levels = district.table("rounds").set_index("round")["level"].loc[codes]
    result, refused = [], []
    for _, of_level in levels.groupby(levels):
        try:
            result += [
                _kept_round(district, code, components, judge_groups, trim)
                for code in of_level.index
            ]
        except PlanError as error:
            refused.append(error)
    if refused and not result:
        raise refused[0]
    return result


def _weights(option: str, weights: Weights) -> dict[str, float]:
    """Return the weights that a plan sets, refusing those below 0 or of nothing."""
    table = table_option(weights, option, "{ leaders = 0.4, peers = 0.6 }")
    numbers = {name: number_option(w, f"{option}.{name}", least=0) for name, w in table.items()}
    if sum(numbers.values()) <= 0:
        msg = f"`{option}` must not be empty or all 0, got {dict(table)}"
        raise PlanError(msg)
    return numbers


def _kept_round(
    district: District, code: str, components: Weights, judge_groups: Weights, trim: int
) -> pd.DataFrame:
    """Return `_round`, made once for a round and the weights."""
    key = ("arena", code, tuple(components.items()), tuple(judge_groups.items()), trim)
    return kept(
        district,
        key,
        lambda: _round(_panels_of(district, code), components, judge_groups, trim),
    )


def _round(
    found: list[Panel], components: Weights, judge_groups: Weights, trim: int
) -> pd.DataFrame:
    """
    Put one round together.

    For each unit: score, variance (what the judges' noise gives the score), given (marks of the components and groups
    that are weighed) and used (those that trimming left).
    """
    panels_of = {panel.component: panel for panel in found}
    _refuse_unknown("component", components, panels_of)
    units = sorted(set().union(*(panel.marks.index for panel in found)))
    total = pd.DataFrame(0.0, index=units, columns=["score", "variance", "used", "given"])
    weight_of_all = sum(components.values()) * sum(judge_groups.values())
    for name, component_weight in components.items():
        panel = panels_of[name]
        _refuse_unknown("judge group", judge_groups, set(panel.judge_group))
        for group, group_weight in judge_groups.items():
            if component_weight * group_weight == 0:
                continue
            marks = panel.marks.loc[:, (panel.judge_group == group).to_numpy()].to_numpy()
            score, used = _trimmed(marks, trim)
            weight = component_weight * group_weight / weight_of_all
            noise = (weight * panel.agreement.residual) ** 2 / np.where(used > 0, used, np.nan)
            part = np.column_stack([weight * score, noise, used, (~np.isnan(marks)).sum(axis=1)])
            total += pd.DataFrame(part, index=panel.marks.index, columns=total.columns).reindex(units)  # fmt: skip
    return total


def _refuse_unknown(kind: str, named: Weights, present: Collection[str]) -> None:
    """Refuse a component or judge group that nobody marked."""
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

    A period with several rounds has their mean, over the rounds in which the unit has a mark of every component and
    group. The numerator counts the marks used, the denominator those given. The interval holds the scatter of the marks
    that neither the unit nor the judge explains (the residual of the additive model). That a judge marks low shifts
    alike all units that the judge marked; a unit that a severe judge missed gains by it, and the interval does not hold
    that.
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
        """Mark of 100 for one component alone: trimmed mean of each judge group, weighted as the plan says."""
        return _contest(district, period, {name: 1.0}, judge_groups, trim, confidence_level)


for _name in ("site_tour", "meeting_review", "work_results"):
    _component(_name)


def _judge_group(name: str) -> None:
    """Register the mark that one group of judges gives."""

    @indicator(f"arena.{name}", tables=["rounds", "marks"], unit=LEVELS)
    def judge_group(
        district: District,
        period: Period,
        *,
        components: Weights,
        trim: int = 1,
        confidence_level: float = 0.95,
    ) -> pd.DataFrame:
        """Mark of 100 that one group of judges gives: trimmed mean of each component, weighted as the plan says."""
        return _contest(district, period, components, {name: 1.0}, trim, confidence_level)


for _name in ("leaders", "peers", "representatives"):
    _judge_group(_name)


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
    """
    Points that the contests of the year up to the period feed into the annual score, of `points`.

    The mean mark of the rounds so far as a share of 100, times `points`. The numerator counts the marks used, the
    denominator those given, as in `score`.
    """
    most = number_option(points, "points", least=0)
    contests = _contest(
        district, period.year_to_date(), components, judge_groups, trim, confidence_level
    )
    scaled = ["value", "low", "high"]
    return contests.assign(**(contests[scaled] * (most / MOST)))
