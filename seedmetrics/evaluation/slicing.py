"""Cases cut in any way a researcher asks: rates of each slice, with intervals, against the rate of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from seedmetrics.errors import SeedmetricsError, did_you_mean
from seedmetrics.evaluation.result import Evaluation
from seedmetrics.formulas.closure import (
    closure_rate,
    funnel_limits,
    overdispersion,
    rate_difference,
)
from seedmetrics.formulas.closure.funnel import beyond_limits
from seedmetrics.indicators.cases import case_flags, select_cases
from seedmetrics.records import Period
from seedmetrics.showing import Shown

What = Literal["closed", "on_time"]
OF_UNITS = ("kind", "group", "parent")
OF_TIME = ("month", "weekday", "hour")
LEVEL = 0.95  # of the funnel's limits, as on the pages


@dataclass(frozen=True, slots=True, eq=False)
class CaseSlices(Shown):
    """
    Cases of a period, cut into slices.

    Attributes
    ----------
    evaluation : Evaluation
        Whose period, basis and units were taken.
    by : tuple of str
        What the cases were cut by.
    where : str
        Which cases were looked at; empty for all.
    period : Period
        The period.
    what : {"closed", "on_time"}
        What of the cases due is counted.
    table : DataFrame
        Indexed by slice: received, due, closed, on_time, excluded, rate, low, high, limit_low, limit_high (what chance
        would leave a slice of this size at the rate of all) and place ("above", "below" or "").
    whole : Series
        The same of all slices together: due, closed, on_time, rate, low, high.
    difference : tuple of float or None
        Of exactly two slices: the rate of the first less that of the second, and the ends of its interval.
    rule : dict
        Arguments of `seedmetrics.formulas.funnel_limits` that say which limits; empty for those of chance alone.
    """

    evaluation: Evaluation
    by: tuple[str, ...]
    where: str
    period: Period
    what: What
    table: pd.DataFrame
    whole: pd.Series
    difference: tuple[float, float, float] | None
    rule: dict[str, Any]

    def __repr__(self) -> str:
        """Say what was cut, in one line."""
        rule = f" where {self.where}" if self.where else ""
        return f"<CaseSlices by {' and '.join(self.by)}, {self.period}{rule}: {len(self.table)} slices>"

    def save(self, folder: str | Path) -> None:
        """Write ``slices.csv`` in full precision; under the plan's ``small_counts`` rates of few cases are left out."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self.shared_table().to_csv(folder / "slices.csv", lineterminator="\n")

    def shared_table(self) -> pd.DataFrame:
        """Return `table` as it may leave the office: counts and rates of too few cases withheld, as the plan says."""
        plan = self.evaluation.plan
        if plan.small_counts == "show":
            return self.table
        few = (self.table["due"] > 0) & (self.table["due"] < plan.minimum_denominator)
        if few.sum() == 1:  # it could be told from the others and their sum
            few |= self.table["due"] == self.table.loc[~few, "due"].where(lambda due: due > 0).min()
        told = self.table.drop(columns="place").astype("float64").mask(few)
        return told.assign(place=self.table["place"].mask(few, ""))


def slice_cases(
    evaluation: Evaluation,
    by: str | Sequence[str] | pd.Series,
    *,
    where: str = "",
    period: Period | str = "",
    channels: Sequence[str] | None = None,
    what: What = "closed",
) -> CaseSlices:
    """
    Cut the cases of a period, and count each slice as the pages count units.

    Parameters
    ----------
    evaluation : Evaluation
        Its units, period and basis are taken.
    by : str, sequence of str, or Series
        Columns of the table ``cases`` (channel, category, unit …), of its units (kind, group, parent), or of the moment
        at which the case was opened (month, weekday with 1 for Monday, hour). A Series that has the index of
        ``district.table("cases")`` cuts in any other way.
    where : str, default ""
        Look only at cases for which this is true: an expression over the same columns, as `DataFrame.query` reads it.
    period : Period or str, default ""
        Another period, such as a whole year.
    channels : sequence of str, optional
        Channels that count; by default those of the plan's closure section. An empty one means all.
    what : {"closed", "on_time"}
        What is counted of the cases due.

    Returns
    -------
    CaseSlices

    Raises
    ------
    SeedmetricsError
        When a column does not exist, `where` cannot be read, or no case is left.

    Notes
    -----
    Slices are compared with the rate of all of them together, within the 95% limits of a funnel. Of twenty slices one
    lies outside by chance: a question that was there before the cut weighs more than one that the cut suggests.

    Examples
    --------
    >>> import seedmetrics as sm
    >>> evaluation = sm.evaluate(sm.open_district("data/sample"), plan="township", period="2025Q3")
    >>> found = sm.slice_cases(evaluation, "kind", where="kind in ['town', 'street']")
    >>> found.table.index.tolist()
    ['street', 'town']
    """
    if what not in ("closed", "on_time"):
        msg = f"`what` must be 'closed' or 'on_time', got {what!r}"
        raise SeedmetricsError(msg)
    plan = evaluation.plan
    if channels is None:
        channels = plan.closure.channels if plan.closure else ()
    chosen = (
        period if isinstance(period, Period) else Period.parse(period or str(evaluation.period))
    )
    cases = _described(evaluation, channels)
    names, keys = _keys(cases, by)
    if where:
        cases = _only(cases, where)
        keys = keys.loc[cases.index]
    flags = case_flags(cases, chosen, as_of=evaluation.district.as_of, basis=plan.basis)
    counts = (
        flags[["received", "counted", "closed", "on_time", "excluded"]]
        .groupby([keys[name] for name in names], sort=True)
        .sum()
        .rename(columns={"counted": "due"})
    )
    counts = counts[(counts[["received", "due"]] > 0).any(axis=1)]
    if not counts["due"].sum():
        msg = f"no case was due in {chosen}" + (f" for which {where!r} holds" if where else "")
        raise SeedmetricsError(msg)
    rule = _rule(evaluation, counts, what)
    return CaseSlices(
        evaluation=evaluation,
        by=names,
        where=where,
        period=chosen,
        what=what,
        table=_rated(evaluation, counts, what, rule),
        whole=_whole(evaluation, counts, what),
        difference=_difference(evaluation, counts, what),
        rule=rule,
    )


def _described(evaluation: Evaluation, channels: Sequence[str]) -> pd.DataFrame:
    """Return the cases of the units evaluated, with what is known of their unit and of when they were opened."""
    cases = select_cases(evaluation.district, channels)
    units = evaluation.units
    cases = cases[cases["unit"].isin(units.index)]
    opened = cases["opened"]
    told = {name: cases["unit"].map(units[name]) for name in OF_UNITS}
    told |= {
        "month": opened.dt.strftime("%Y-%m"),
        "weekday": opened.dt.day_of_week + 1,
        "hour": opened.dt.hour,
    }
    return cases.assign(**{name: column for name, column in told.items() if name not in cases})


def _keys(
    cases: pd.DataFrame, by: str | Sequence[str] | pd.Series
) -> tuple[tuple[str, ...], pd.DataFrame]:
    """Return the names of what is cut by, and its values with a text for what is missing."""
    if isinstance(by, pd.Series):
        name = str(by.name or "slice")
        found = pd.DataFrame({name: by.reindex(cases.index)})
    else:
        wanted = [by] if isinstance(by, str) else list(by)
        for name in wanted:
            if name not in cases:
                hint = did_you_mean(
                    str(name), map(str, cases), f"columns are {', '.join(map(str, cases))}"
                )
                msg = f"`by` names {name!r}, which cases do not have: {hint}"
                raise SeedmetricsError(msg)
        if not wanted:
            msg = "`by` names nothing: give a column, such as 'channel'"
            raise SeedmetricsError(msg)
        found = cases[wanted]
    # A case of which it is not recorded is a slice too, and not left out in silence.
    gaps = {
        str(name): column.astype(object).where(column.notna(), "") for name, column in found.items()
    }
    return tuple(gaps), pd.DataFrame(gaps)


def _only(cases: pd.DataFrame, where: str) -> pd.DataFrame:
    """Return the cases for which an expression is true."""
    try:
        found = cases.query(where, engine="python")
    except Exception as error:  # whatever an expression may raise is said in the words of the call
        columns = ", ".join(map(str, cases))
        like = "channel == 'one_stop'"
        msg = f"`where` {where!r} cannot be read ({error}): write such as {like!r}; columns are {columns}"
        raise SeedmetricsError(msg) from error
    if found.empty:
        msg = f"`where` {where!r} holds for no case"
        raise SeedmetricsError(msg)
    return found


def _rule(evaluation: Evaluation, counts: pd.DataFrame, what: What) -> dict[str, Any]:
    """Return which limits the plan's funnel has: of chance alone, or with the spread that the slices have anyway."""
    rule = evaluation.plan.closure
    if rule is None or rule.funnel == "chance" or len(counts) < 3:
        return {}
    met, due = counts[what], counts["due"]
    spread = overdispersion(met, due, met.sum() / due.sum())
    return {"method": "arcsine", "tau2": spread.tau2_corrected}


def _rated(
    evaluation: Evaluation, counts: pd.DataFrame, what: What, rule: dict[str, Any]
) -> pd.DataFrame:
    """Give counts their rates, intervals, and the limits around the rate of all."""
    met, due = counts[what].to_numpy(), counts["due"].to_numpy()
    found = closure_rate(met, due, confidence_level=evaluation.plan.confidence_level)
    limits = funnel_limits(due, met.sum() / due.sum(), levels=LEVEL, **rule)
    return counts.assign(
        rate=found.rate,
        low=found.low,
        high=found.high,
        limit_low=limits[:, 0],
        limit_high=limits[:, 1],
        place=beyond_limits(met, due, limits[:, 0], limits[:, 1]),
    )


def _whole(evaluation: Evaluation, counts: pd.DataFrame, what: What) -> pd.Series:
    """Return the counts and the rate of all slices together."""
    sums = counts.sum()
    found = closure_rate(sums[what], sums["due"], confidence_level=evaluation.plan.confidence_level)
    rates = {"rate": float(found.rate), "low": float(found.low), "high": float(found.high)}
    counted = {str(name): float(count) for name, count in sums.items()}
    return pd.Series(counted | rates)


def _difference(
    evaluation: Evaluation, counts: pd.DataFrame, what: What
) -> tuple[float, float, float] | None:
    """Return the difference of two slices with its interval."""
    if len(counts) != 2 or not counts["due"].all():
        return None
    (a, b), (of_a, of_b) = counts[what], counts["due"]
    found = rate_difference(a, of_a, b, of_b, confidence_level=evaluation.plan.confidence_level)
    return float(found.rate), float(found.low), float(found.high)
