"""The figures that the programme publishes, each beside the one worked out from a district's records."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from seedmetrics.errors import SeedmetricsError
from seedmetrics.evaluation.plan import Plan
from seedmetrics.evaluation.plan_files import plan_file, read_plan
from seedmetrics.indicators.cases import case_counts
from seedmetrics.indicators.counting import running
from seedmetrics.records import District, Period

FILE = "published_figures.csv"
PLAN = "township"
COLUMNS = [
    "key", "kind", "period", "figure", "figure_zh", "published", "bound", "computed", "numerator", "denominator",
    "low", "high", "met", "words", "what_is_counted", "counted_zh",
]  # fmt: skip

Counts = tuple[float, float]


def published_figures(district: District, *, file: str | Path = "") -> pd.DataFrame:
    """
    Return each published figure beside the one that the records give.

    Parameters
    ----------
    district : District
        The records. Its plan ``township`` holds the rules that some figures are about.
    file : str or Path, default ""
        The table of published figures; empty for the one beside the district's folder.

    Returns
    -------
    DataFrame
        key, kind (count, share or range), period (empty: as the records stand), figure and figure_zh, published (as
        printed), bound (a lower bound, "more than"), computed, numerator, denominator, low and high (of a range),
        met, words (of the speech), what_is_counted and counted_zh.

        A count is met when it is the same, a lower bound when it is passed, a share when it rounds to as many digits
        as were printed, a range when its ends are the same; a single number is met by a range that holds it. What
        cannot be computed (a table that is not kept) is NaN and not met.

    Raises
    ------
    SeedmetricsError
        When there is no such file, or it names a figure that nothing computes.
    """
    path = Path(file) if file else district.folder.parent / FILE
    if not path.is_file():
        msg = f"{path}: the table of published figures is not there: give its path as `file`"
        raise SeedmetricsError(msg)
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    plan = read_plan(plan_file(district, PLAN))
    rows: list[dict[Any, Any]] = []
    for row in table.to_dict("records"):
        if row["key"] not in _COMPUTED:
            msg = f"{path}: nothing computes the figure {row['key']!r}: known are {', '.join(_COMPUTED)}"
            raise SeedmetricsError(msg)
        rows.append(row | {"published": row["value"]} | _beside(district, plan, row))
    return pd.DataFrame(rows)[COLUMNS]


def publishes_figures(district: District, plan: Plan) -> bool:
    """Say whether a district has published figures beside it that this plan's page is to show."""
    return plan.name == PLAN and (district.folder.parent / FILE).is_file()


def _beside(district: District, plan: Plan, row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return what the records give for one figure, and whether it is met."""
    period = Period.parse(row["period"]) if row["period"] else None
    bound = row["value"].endswith("+")
    try:
        first, second = _COMPUTED[row["key"]](district, plan, period)
    except SeedmetricsError:
        first = second = np.nan
    if row["kind"] == "range":
        low, _, high = row["value"].partition("-")
        met = (
            first <= float(low) <= second
            if not high
            else (first, second) == (float(low), float(high))
        )
        return {"bound": False, "computed": np.nan, "numerator": np.nan, "denominator": np.nan,
                "low": first, "high": second, "met": bool(met)}  # fmt: skip
    counts = {
        "bound": bound,
        "numerator": first,
        "denominator": second,
        "low": np.nan,
        "high": np.nan,
    }
    if row["kind"] == "share":
        share = first / second if second else np.nan
        return counts | {"computed": share, "met": _rounds_to(share, row["value"])}
    number = float(re.sub(r"[^\d.]", "", row["value"]))
    return counts | {"computed": first, "met": bool(first > number if bound else first == number)}


def _rounds_to(share: float, printed: str) -> bool:
    """Say whether a share, rounded to the digits printed, is the percentage printed."""
    digits = printed.removesuffix("%")
    decimals = len(digits.partition(".")[2])
    return bool(np.isfinite(share)) and f"{100 * share:.{decimals}f}" == digits


def _secretary_files(district: District, _plan: Plan, _period: Period | None) -> Counts:
    files = district.table("secretary_files")
    return float(files["complete"].sum()), float(len(files))


def _talent_branches(district: District, _plan: Plan, _period: Period | None) -> Counts:
    branches = district.table("talent_branches")
    alive = running(branches["founded"], branches["dissolved"], district.as_of)
    units = district.units_at("township").index
    return float(units.isin(branches.loc[alive, "unit"]).sum()), float(len(units))


def _in_packs(part: str) -> Callable[[District, Plan, Period | None], Counts]:
    def count(_district: District, plan: Plan, _period: Period | None) -> Counts:
        packs = plan.options.get("member_development", {}).get("rules", [])
        sizes = {len(pack[part]) for pack in packs}
        return (float(sizes.pop()), np.nan) if len(sizes) == 1 else (np.nan, np.nan)

    return count


def _items(sign: int) -> Callable[[District, Plan, Period | None], Counts]:
    def count(_district: District, plan: Plan, _period: Period | None) -> Counts:
        items = plan.options.get("activist_points", {}).get("items", {})
        return float(sum(value * sign > 0 for value in items.values())), np.nan

    return count


def _weekend_groups(district: District, _plan: Plan, period: Period | None) -> Counts:
    visits = district.table("visits")
    visits = visits[_inside(visits["date"], period)]
    linked = district.table("enterprises")["group"].nunique()
    return float(visits["group"].nunique()), float(linked)


def _enterprises(district: District, _plan: Plan, _period: Period | None) -> Counts:
    enterprises = district.table("enterprises")
    return float(enterprises["group"].notna().sum()), float(len(enterprises))


def _cases(channel: str) -> Callable[[District, Plan, Period | None], Counts]:
    def count(district: District, _plan: Plan, period: Period | None) -> Counts:
        if period is None:
            return np.nan, np.nan
        counts = case_counts(district, period, channels=[channel], basis="due")
        return float(counts["closed"].sum()), float(counts["due"].sum())

    return count


def _key_villages(district: District, _plan: Plan, _period: Period | None) -> Counts:
    posts = district.table("village_posts")["village"].nunique()
    return float(posts), float((district.units["kind"] == "key_village").sum())


def _delayed_projects(district: District, _plan: Plan, period: Period | None) -> Counts:
    projects = district.table("projects")
    delayed = projects[projects["kind"] == "delayed"]
    done = (
        delayed["actual"].notna()
        & _inside(delayed["actual"], period)
        & (delayed["actual"] <= district.as_of)
    )
    # Before the day planned, not on it: the speech says that they were closed out early.
    early = done & (delayed["actual"] < delayed["planned"].dt.normalize())
    return float(early.sum()), float(len(delayed))


def _inside(dates: pd.Series, period: Period | None) -> pd.Series:
    return dates.notna() if period is None else pd.Series(period.contains(dates), index=dates.index)


def _size(kind: str) -> Callable[[District, Plan, Period | None], Counts]:
    def ends(_district: District, plan: Plan, _period: Period | None) -> Counts:
        size = plan.options.get("grids", {}).get("sizes", {}).get(kind, {})
        return float(size.get("low", np.nan)), float(size.get("high", np.nan))

    return ends


# What computes each figure: two numbers, a count and what it is of, or the two ends of a range.
_COMPUTED: dict[str, Callable[[District, Plan, Period | None], Counts]] = {
    "secretary_files": _secretary_files,
    "talent_branches": _talent_branches,
    "stages": _in_packs("stages"),
    "steps": _in_packs("steps"),
    "plus_items": _items(1),
    "minus_items": _items(-1),
    "weekend_groups": _weekend_groups,
    "enterprises": _enterprises,
    "problems_closed": _cases("enterprise_day"),
    "closure_rate": _cases("enterprise_day"),
    "key_villages": _key_villages,
    "delayed_projects": _delayed_projects,
    "difficulties_solved": _cases("door_knock"),
    "urban_grid": _size("urban"),
    "rural_grid": _size("rural"),
    "rural_cell": _size("cell"),
}
