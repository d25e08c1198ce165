"""What counts as due, closed and on time: the one place where case records are counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from seedmetrics.errors import PlanError
from seedmetrics.indicators.counting import counts_by_unit, end_of
from seedmetrics.records import District, Period

Basis = Literal["due", "received"]

NO_DUE_DATE = "no_due_date"
NOT_YET_DUE = "not_yet_due"


def select_cases(district: District, channels: Sequence[str]) -> pd.DataFrame:
    """Return the cases that came in by one of `channels`; an empty sequence means all."""
    cases = district.table("cases")
    return cases[cases["channel"].isin(list(channels))] if channels else cases


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
    if basis not in ("due", "received"):
        msg = f"`basis` must be 'due' or 'received', got {basis!r}"
        raise PlanError(msg)
    known = cases["opened"] <= as_of
    received = known & period.contains(cases["opened"])
    kept = cases["excluded"] == ""
    dated = cases["due"].notna()
    due_here = known & dated & period.contains(cases["due"])
    if basis == "due":
        belongs, waiting, dateless = (
            due_here & (cases["due"] <= as_of),
            due_here & (cases["due"] > as_of),
            received & ~dated,
        )
    else:
        belongs, waiting, dateless = received, received & False, received & False
    closed = cases["closed"] <= as_of
    on_time = closed & (cases["closed"] <= cases["due"])
    return pd.DataFrame(
        {
            "received": received,
            "counted": belongs & kept,
            "closed": belongs & kept & closed,
            "on_time": belongs & kept & on_time,
            "excluded": (belongs | dateless) & ~kept,
            "not_yet_due": waiting & kept,
            "no_due_date": dateless & kept,
        }
    )


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
        denominator of the closure rate), closed, on_time, excluded, not_yet_due, no_due_date, open_overdue,
        called_back, resolved, satisfied, reopen_known, reopened, excluded_received, closed_with_excluded,
        due_with_excluded.
    """
    # Several indicators are shares of the same counts: each is counted once for a district.
    known = _COUNTED.setdefault(district, {})
    key = (period, tuple(channels), basis)
    if key not in known:
        known[key] = _counted(district, period, channels, basis)
    return known[key].copy()


_COUNTED: WeakKeyDictionary[District, dict[tuple[Period, tuple[str, ...], str], pd.DataFrame]]
_COUNTED = WeakKeyDictionary()


def _counted(
    district: District, period: Period, channels: Sequence[str], basis: Basis
) -> pd.DataFrame:
    """Count, as `case_counts` says."""
    cases = select_cases(district, channels)
    flags = case_flags(cases, period, as_of=district.as_of, basis=basis)
    kept = cases["excluded"] == ""
    cut_off = end_of(district, period)
    open_overdue = kept & (cases["due"] < cut_off) & ~(cases["closed"] <= cut_off)
    back = flags["closed"] & cases["called_back"].fillna(value=False).astype(bool)
    whether_closed = cases["closed"] <= district.as_of
    put_back = flags["excluded"] & (cases["due"].notna() if basis == "due" else True)
    return counts_by_unit(
        cases["unit"],
        received=flags["received"],
        due=flags["counted"],
        closed=flags["closed"],
        on_time=flags["on_time"],
        excluded=flags["excluded"],
        not_yet_due=flags["not_yet_due"],
        no_due_date=flags["no_due_date"],
        open_overdue=open_overdue,
        called_back=back,
        resolve_known=back & cases["resolved"].notna(),
        resolved=back & cases["resolved"].fillna(value=False).astype(bool),
        satisfy_known=back & cases["satisfied"].notna(),
        satisfied=back & cases["satisfied"].fillna(value=False).astype(bool),
        reopen_known=flags["closed"] & cases["reopened"].notna(),
        reopened=flags["closed"] & cases["reopened"].fillna(value=False).astype(bool),
        excluded_received=flags["received"] & ~kept,
        closed_with_excluded=flags["closed"] | (put_back & whether_closed),
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
    flags = case_flags(cases, period, as_of=district.as_of, basis=basis)
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
    late = (cases["excluded"] == "") & (cases["due"] < cut_off) & ~(cases["closed"] <= cut_off)
    days = (cut_off - cases.loc[late, "due"]).dt.total_seconds() / 86_400
    return pd.DataFrame({"unit": cases.loc[late, "unit"], "days": days}).reset_index(drop=True)
