"""What counts as due, closed and on time: the one place where case records are counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from seedmetrics.errors import PlanError, did_you_mean
from seedmetrics.formulas.closure import time_to_closure
from seedmetrics.indicators.counting import Grouping, Mask, begun, end_of, kept, share
from seedmetrics.indicators.options import list_option
from seedmetrics.records import District, Period, schema_choices

Basis = Literal["due", "received"]
Moments = npt.NDArray[np.datetime64]
BASES = ("due", "received")

NO_DUE_DATE = "no_due_date"
NOT_YET_DUE = "not_yet_due"


def select_cases(district: District, channels: Sequence[str]) -> pd.DataFrame:
    """Return the cases that came in by one of `channels`; an empty sequence means all."""
    cases = district.table("cases")
    known = schema_choices("cases", "channel")
    names = tuple(list_option(channels, "channels", '["one_stop"]'))
    for name in names:
        if name not in known:
            hint = did_you_mean(str(name), known, f"channels are {', '.join(known)}")
            msg = f"`channels` names {name!r}, which is none: {hint}"
            raise PlanError(msg)
    if not names:
        return cases
    return kept(district, ("cases", names), lambda: cases[cases["channel"].isin(names)])


def case_flags(
    cases: pd.DataFrame, period: Period, *, as_of: pd.Timestamp, basis: Basis
) -> pd.DataFrame:
    """
    Say of each case how it counts in a period.

    Parameters
    ----------
    cases : DataFrame
        Rows of the table ``cases``.
    period : Period
        The period.
    as_of : Timestamp
        What happened later is not known.
    basis : {"due", "received"}
        Under "due" a case belongs to the period of its due date, and counts once that has passed. Under
        "received" it belongs to the period in which it was opened.

    Returns
    -------
    DataFrame of bool
        ``counted`` (in the denominator), ``closed`` and ``on_time`` (of those counted), ``excluded`` (would be
        counted, but was excluded on application), ``not_yet_due`` and ``no_due_date`` (left out under
        "due"; a case without a due date is looked for in the period it was opened in), ``received`` (opened
        in the period, excluded or not).

    Notes
    -----
    Closed means closed not after `as_of`, on time closed not after the due date. A case without a due
    date is never on time.
    """
    return pd.DataFrame(_Cases.of(cases, as_of).flags(period, basis), index=cases.index)


@dataclass(frozen=True, slots=True, eq=False)
class _Cases:
    """Case records as arrays, with what of them is the same in every period."""

    as_of: np.datetime64
    opened: Moments
    due: Moments
    closed: Moments
    known: Mask
    dated: Mask
    counts: Mask
    whether_closed: Mask
    on_time: Mask

    @classmethod
    def of(cls, cases: pd.DataFrame, as_of: pd.Timestamp) -> _Cases:
        """Take the columns opened, due, closed and excluded apart."""
        moment = as_of.to_datetime64()
        opened, due, closed = (cases[name].to_numpy() for name in ("opened", "due", "closed"))
        whether_closed = closed <= moment
        return cls(
            as_of=moment,
            opened=opened,
            due=due,
            closed=closed,
            known=opened <= moment,
            dated=~np.isnat(due),
            counts=(cases["excluded"] == "").to_numpy(dtype=bool),
            whether_closed=whether_closed,
            on_time=whether_closed & (closed <= due),
        )

    def flags(self, period: Period, basis: Basis) -> dict[str, Mask]:
        """Say of each case how it counts in a period, as `case_flags` says."""
        if basis not in BASES:
            hint = did_you_mean(str(basis), BASES, "write 'due' or 'received'")
            msg = f"`basis` must be 'due' or 'received', got {basis!r}: {hint}"
            raise PlanError(msg)
        start, end = period.start.to_datetime64(), period.end.to_datetime64()
        received = self.known & (self.opened >= start) & (self.opened < end)
        belongs, waiting, dateless = received, np.zeros_like(received), np.zeros_like(received)
        if basis == "due":
            due_here = self.known & self.dated & (self.due >= start) & (self.due < end)
            belongs, waiting = (
                due_here & (self.due <= self.as_of),
                due_here & (self.due > self.as_of),
            )
            dateless = received & ~self.dated
        counted = belongs & self.counts
        return {
            "received": received,
            "counted": counted,
            "closed": counted & self.whether_closed,
            "on_time": counted & self.on_time,
            "excluded": (belongs | dateless) & ~self.counts,
            "not_yet_due": waiting & self.counts,
            "no_due_date": dateless & self.counts,
        }

    def open_at(self, moment: pd.Timestamp) -> tuple[Mask, Mask]:
        """Say which cases were open at a moment, and which of those past their due date."""
        at = moment.to_datetime64()
        still_open = self.counts & (self.opened <= at) & ~(self.closed <= at)
        return still_open, still_open & (self.due < at)


def _selected(district: District, channels: Sequence[str]) -> _Cases:
    """Return the cases that came in by some channels as arrays, made once."""
    cases = select_cases(district, channels)
    key = ("cases.arrays", tuple(channels))
    return kept(district, key, lambda: _Cases.of(cases, district.as_of))


def _answers(district: District, channels: Sequence[str]) -> dict[str, tuple[Mask, Mask]]:
    """Return of each question put to people whether the answer is known and whether it is yes, made once."""

    def make() -> dict[str, tuple[Mask, Mask]]:
        cases = select_cases(district, channels)
        return {
            name: (
                cases[name].notna().to_numpy(dtype=bool),
                cases[name].fillna(value=False).to_numpy(dtype=bool),
            )
            for name in ("called_back", "resolved", "satisfied", "reopened")
        }

    return kept(district, ("cases.answers", tuple(channels)), make)


def _grouping(district: District, channels: Sequence[str]) -> Grouping:
    """Return the units of the cases that came in by some channels, made once."""
    cases = select_cases(district, channels)
    return kept(district, ("cases.units", tuple(channels)), lambda: Grouping.of(cases["unit"]))


def case_counts(
    district: District, period: Period, *, channels: Sequence[str], basis: Basis
) -> pd.DataFrame:
    """
    Count the cases of each unit in a period.

    Parameters
    ----------
    district : District
        The records; the table ``cases`` is read.
    period : Period
        The period.
    channels : sequence of str
        Channels that count; empty means all.
    basis : {"due", "received"}
        Which cases belong to the period; see `case_flags`.

    Returns
    -------
    DataFrame
        Indexed by unit, only units with at least one case in these channels at any time: received, due (the
        denominator of the closure rate), closed, on_time, excluded, not_yet_due, no_due_date, open (not excluded,
        opened and not closed by the period's end), open_overdue (of those, past the due date), called_back,
        resolve_known, resolved, satisfy_known, satisfied, reopen_known, reopened, excluded_received,
        closed_with_excluded, due_with_excluded.
    """
    key = ("case_counts", period, tuple(channels), basis)
    return kept(district, key, lambda: _counted(district, period, channels, basis)).copy()


def recorded_counts(
    district: District, period: Period, *, channels: Sequence[str], basis: Basis
) -> pd.DataFrame:
    """Return `case_counts`, of no unit where no case had come in by these channels before the period's end."""
    counts = case_counts(district, period, channels=channels, basis=basis)
    recorded = begun(select_cases(district, channels)["opened"], period)
    return counts if recorded else counts.iloc[:0]


def share_of_due(
    district: District, period: Period, what: str, *, channels: Sequence[str], basis: Basis
) -> pd.DataFrame:
    """
    Return a share of the cases that a basis counts in a period, such as "closed" or "on_time".

    Excluded are the cases taken out on application and, under "due", those without a due date.
    """
    counts = recorded_counts(district, period, channels=channels, basis=basis)
    return share(counts[what], counts["due"], counts["excluded"] + counts["no_due_date"])


def _counted(
    district: District, period: Period, channels: Sequence[str], basis: Basis
) -> pd.DataFrame:
    """Count, as `case_counts` says."""
    cases = _selected(district, channels)
    flags = cases.flags(period, basis)
    still_open, late = cases.open_at(end_of(district, period))
    answers = _answers(district, channels)
    closed = flags["closed"]
    back = closed & answers["called_back"][1]
    put_back = flags["excluded"] & (cases.dated if basis == "due" else True)
    return _grouping(district, channels).counts(
        received=flags["received"],
        due=flags["counted"],
        closed=closed,
        on_time=flags["on_time"],
        excluded=flags["excluded"],
        not_yet_due=flags["not_yet_due"],
        no_due_date=flags["no_due_date"],
        open=still_open,
        open_overdue=late,
        called_back=back,
        resolve_known=back & answers["resolved"][0],
        resolved=back & answers["resolved"][1],
        satisfy_known=back & answers["satisfied"][0],
        satisfied=back & answers["satisfied"][1],
        reopen_known=closed & answers["reopened"][0],
        reopened=closed & answers["reopened"][1],
        excluded_received=flags["received"] & ~cases.counts,
        closed_with_excluded=closed | (put_back & cases.whether_closed),
        due_with_excluded=flags["counted"] | put_back,
    )


def case_exclusions(
    district: District, period: Period, *, channels: Sequence[str], basis: Basis
) -> pd.DataFrame:
    """
    Count the cases that a period's rates leave out, by unit and reason.

    Returns
    -------
    DataFrame
        Columns unit, reason, count, sorted; the reason is in the records' own words, or ``no_due_date``, or
        ``not_yet_due``.
    """
    cases = select_cases(district, channels)
    flags = _selected(district, channels).flags(period, basis)
    reason = pd.Series(
        np.select(
            [flags["excluded"], flags["no_due_date"], flags["not_yet_due"]],
            [cases["excluded"].astype(object), NO_DUE_DATE, NOT_YET_DUE],
            default="",
        ),
        index=cases.index,
    )
    left_out = pd.DataFrame({"unit": cases["unit"], "reason": reason})[reason != ""]
    counted = left_out.groupby(["unit", "reason"]).size()
    return counted.rename("count").reset_index().sort_values(["unit", "reason"], ignore_index=True)


def case_durations(
    district: District, first: pd.Timestamp, stop: pd.Timestamp, *, channels: Sequence[str]
) -> pd.DataFrame:
    """
    Watch each case opened in [`first`, `stop`) from its opening to its closing or to `as_of`.

    Returns
    -------
    DataFrame
        Columns unit, days (calendar days between the two dates, so 0 on the same day), closed (bool).
        Excluded cases are left out; a case without a due date is kept, for it can be closed all the same.
    """
    cases = select_cases(district, channels)
    inside = (
        (cases["excluded"] == "")
        & (cases["opened"] >= first)
        & (cases["opened"] < stop)
        & (cases["opened"] <= district.as_of)
    )
    cases = cases[inside]
    closed = cases["closed"] <= district.as_of
    until = cases["closed"].where(closed, district.as_of)
    days = (until.dt.normalize() - cases["opened"].dt.normalize()).dt.days
    return pd.DataFrame(
        {"unit": cases["unit"], "days": days.clip(lower=0), "closed": closed}
    ).reset_index(drop=True)


def open_overdue_days(
    district: District, period: Period, *, channels: Sequence[str]
) -> pd.DataFrame:
    """
    Say how long each case still open and past its due date at the end of a period has been late.

    Returns
    -------
    DataFrame
        Columns unit, days (since the due date, to the period's end or `as_of`).
    """
    cases = select_cases(district, channels)
    cut_off = end_of(district, period)
    _, late = _selected(district, channels).open_at(cut_off)
    days = (cut_off - cases.loc[late, "due"]).dt.total_seconds() / 86_400
    return pd.DataFrame({"unit": cases.loc[late, "unit"], "days": days}).reset_index(drop=True)


def median_by_unit(
    units: pd.Series, days: pd.Series, closed: pd.Series, *, confidence_level: float
) -> pd.DataFrame:
    """
    Return the day by which half of each unit's matters are closed; open ones are censored.

    Parameters
    ----------
    units : Series of str, shape (n,)
        Unit of each matter.
    days : Series of float, shape (n,)
        Days from its opening to its closing, or to the last day known; at least 0.
    closed : Series of bool, shape (n,)
        Whether it was closed; one that is not was still open after its days.
    confidence_level : float
        Two-sided coverage of the interval.

    Returns
    -------
    DataFrame
        Indexed by unit: value, low, high (days), numerator (closed), denominator (watched). Where fewer than half are
        closed there is no value, and an end of the interval that is not reached is missing.
    """
    rows = {}
    for unit, watched in days.groupby(units.to_numpy()):
        done = closed.loc[watched.index].to_numpy(bool)
        curve = time_to_closure(watched.to_numpy(float), done, confidence_level=confidence_level)
        median = curve.median()
        rows[unit] = (median.value, median.low, median.high, done.sum(), done.size)
    columns = ["value", "low", "high", "numerator", "denominator"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns, dtype="float64")


def median_days_open(
    district: District, span: Period, *, channels: Sequence[str], confidence_level: float
) -> pd.DataFrame:
    """
    Return the day by which half of the cases opened in a span of time are closed, as `median_by_unit` does.

    A unit with cases at other times only has 0 of 0; where none had come in by then, no unit has anything.
    """
    watched = case_durations(district, span.start, span.end, channels=channels)
    found = median_by_unit(
        watched["unit"], watched["days"], watched["closed"], confidence_level=confidence_level
    )
    cases = select_cases(district, channels)
    if begun(cases["opened"], span):
        found = found.reindex(cases["unit"].unique())
    return found.fillna({"numerator": 0, "denominator": 0})
