"""Mechanism 1: villages rated with stars, weak villages listed and closed out, a remedy plan for each village."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from seedmetrics.errors import PlanError, did_you_mean
from seedmetrics.indicators.cases import case_flags
from seedmetrics.indicators.counting import (
    Window,
    begun,
    counts_by_unit,
    full,
    kept,
    last_moment,
    nothing_recorded,
    parent_of,
    share,
    span_of,
)
from seedmetrics.indicators.options import number_option
from seedmetrics.indicators.registry import indicator
from seedmetrics.indicators.star_models import BADGE, BAND, StarModel, rate, read_star_model
from seedmetrics.records import District, Period

RATINGS = ["village_ratings", "village_vetoes"]
MOST_MARK = 100.0
MONTHS_OF_YEAR = 12


def rating_year(district: District, period: Period) -> Period | None:
    """
    Return the time whose rating is used: the latest on record that was over by the period's end.

    A year uses its own rating, and where that is not on record yet there is none: an older one would pass for it. The
    quarters of 2025 use the rating of 2024; the last of them that of 2025 as soon as it is on record.
    """
    rated = kept(
        district,
        "village_stars.years",
        lambda: [Period.parse(text) for text in district.table("village_ratings")["year"].unique()],
    )
    since = period.end - pd.DateOffset(years=1)
    # A quarter that ends with the year may still rest on the rating of the year before; a year may not.
    part = period.length < MONTHS_OF_YEAR
    used = [
        year
        for year in rated
        if (since < year.end or (part and since == year.end))
        and year.end <= period.end
        and year.over(district.as_of)
    ]
    return max(used, key=lambda year: (year.end, year.length), default=None)


def rated_villages(
    district: District, period: Period, model: StarModel, *, option: str = "model"
) -> pd.DataFrame | None:
    """
    Rate the villages by a model.

    Returns
    -------
    DataFrame or None
        One row for each village with a mark in the rating that is used, as `star_models.rate` returns them; None where
        no rating is used.

    Raises
    ------
    PlanError
        If the model, which the plan's `option` holds, names a criterion that no record names.
    """
    for criterion in model.needed:
        _check_criterion(district, criterion, option)
    year = rating_year(district, period)
    if year is None:
        return None
    return kept(
        district, ("village_stars.rated", year, model), lambda: _rated(district, year, model)
    )


def _rated(district: District, year: Period, model: StarModel) -> pd.DataFrame:
    """Rate the villages of one rating."""
    hit = pd.DataFrame()
    if model.heeds_vetoes:
        vetoes = district.table("village_vetoes")
        times = {text: Period.parse(text) for text in vetoes["year"].unique()}
        # A veto of a month, or of the year, holds down the rating of any time that it falls into.
        falls = {text: t.start < year.end and t.end > year.start for text, t in times.items()}
        vetoes = vetoes[vetoes["year"].map(falls).astype(bool)]
        hit = pd.crosstab(vetoes["village"], vetoes["kind"]) > 0
    return rate(model, _marks(district, year), hit)


def _marks(district: District, year: Period) -> pd.DataFrame:
    """Return the marks of one rating, villages by criteria."""

    def make() -> pd.DataFrame:
        ratings = district.table("village_ratings")
        ratings = ratings[ratings["year"] == str(year)]
        return ratings.pivot(index="village", columns="criterion", values="mark")

    return kept(district, ("village_stars.marks", year), make)


def _check_criterion(district: District, criterion: str, option: str) -> None:
    """Refuse a criterion that no record of any year names."""
    known = kept(
        district,
        "village_stars.criteria",
        lambda: sorted(district.table("village_ratings")["criterion"].unique()),
    )
    if known and criterion not in known:
        hint = did_you_mean(criterion, known, f"the ratings hold {', '.join(known)}")
        msg = f"`{option}` names the criterion {criterion!r}, which no village is rated by: {hint}"
        raise PlanError(msg)


def _by_township(district: District, village: pd.Series, **columns: pd.Series) -> pd.DataFrame:
    """Sum columns of villages by township; one without any village has 0 throughout, so 0 of 0."""
    sums = pd.DataFrame(columns).groupby(parent_of(district, village).to_numpy()).sum()
    return sums.reindex(sums.index.union(_without_villages(district)), fill_value=0.0)


def _without_villages(district: District) -> pd.Index:
    """Return the townships that have no village."""
    townships = district.units_at("township").index
    return townships[~townships.isin(district.units_at("village")["parent"])]


def _township_stars(
    district: District, period: Period, model: StarModel, least_stars: float
) -> pd.DataFrame | None:
    """Count, by township, the villages with stars, their stars, those with enough, and those without any."""
    found = rated_villages(district, period, model)
    if found is None:
        return None
    village = district.units_at("village").index.to_series()
    stars = found["stars"].reindex(village.index)
    counts = _by_township(
        district,
        village,
        rated=stars.notna(),
        stars=stars,
        enough=stars >= least_stars,
        unknown=stars.isna(),
    )
    # Of a township none of whose villages has a mark nothing was received.
    heard = parent_of(district, found.index.to_series())
    return counts[counts.index.isin(heard) | counts.index.isin(_without_villages(district))]


@indicator("village_stars.mean_stars", tables=RATINGS, unit="township", exact=True)
def mean_stars(district: District, period: Period, *, model: Any) -> pd.DataFrame:
    """Mean stars of the villages rated; one that is not, or of which a mark is missing, is left out."""
    counts = _township_stars(district, period, read_star_model(model), 0)
    if counts is None:
        return nothing_recorded()
    return full(counts["stars"], counts["rated"]).assign(excluded=counts["unknown"])


@indicator("village_stars.four_star_share", tables=RATINGS, unit="township", share=True, exact=True)
def four_star_share(
    district: District, period: Period, *, model: Any, least_stars: int = 4
) -> pd.DataFrame:
    """Villages with at least `least_stars` stars, of the villages rated."""
    read = read_star_model(model)
    least = number_option(least_stars, "least_stars", least=0, most=read.stars, whole=True)
    counts = _township_stars(district, period, read, least)
    if counts is None:
        return nothing_recorded()
    return share(counts["enough"], counts["rated"], counts["unknown"])


def _listings(district: District, period: Period) -> pd.DataFrame | None:
    """Return the listings on record by the period's end, with whether and when they were closed out by then."""
    listings = district.table("village_listings")
    if not begun(listings["listed"], period):
        return None
    moment = last_moment(district, period)
    listings = listings[listings["listed"] <= moment]
    return listings.assign(
        closed_out=listings["closed_out"].where(listings["closed_out"] <= moment)
    )


@indicator(
    "village_stars.listed_share",
    tables=["village_listings"],
    unit="township",
    share=True,
    exact=True,
)
def listed_share(district: District, period: Period) -> pd.DataFrame:
    """Villages listed as weak and not closed out when the period ends, of all villages of the unit."""
    listings = _listings(district, period)
    if listings is None:
        return nothing_recorded()
    village = district.units_at("village").index.to_series()
    listed = village.isin(listings.loc[listings["closed_out"].isna(), "village"])
    counts = _by_township(district, village, all=village.notna(), listed=listed)
    return share(counts["listed"], counts["all"])


@indicator(
    "village_stars.relisting_rate",
    tables=["village_listings"],
    unit="township",
    share=True,
    exact=True,
)
def relisting_rate(district: District, period: Period) -> pd.DataFrame:
    """Closed-out listings of a village that was listed again on a later day, of all closed out by the period's end."""
    listings = _listings(district, period)
    if listings is None:
        return nothing_recorded()
    latest = listings.groupby("village")["listed"].transform("max")
    counts = _by_township(
        district,
        listings["village"],
        closed_out=listings["closed_out"].notna(),
        again=latest.dt.normalize() > listings["closed_out"].dt.normalize(),
    )
    # The list is one for the whole district: who is not on it had no listing to close out.
    counts = counts.reindex(district.units_at("township").index, fill_value=0.0)
    return share(counts["again"], counts["closed_out"])


def _remedies(district: District, period: Period, window: Window) -> pd.DataFrame | None:
    """Say of each remedy whether it was due in the window, and then whether it is closed."""
    remedies = district.table("village_remedies")
    if not begun(remedies["opened"], period):
        return None
    flags = case_flags(
        remedies.assign(excluded=""),
        span_of(period, window),
        as_of=district.as_of,
        basis="due",
    )
    return flags.assign(village=remedies["village"])


def _remedies_of_due(
    district: District, period: Period, window: Window, count: Callable[..., pd.DataFrame]
) -> pd.DataFrame:
    """Return the remedies closed, of those that fell due, as `count` adds them up from their villages."""
    flags = _remedies(district, period, window)
    if flags is None:
        return nothing_recorded()
    counts = count(
        flags["village"],
        due=flags["counted"],
        closed=flags["closed"],
        undated=flags["no_due_date"],
    )
    return share(counts["closed"], counts["due"], counts["undated"])


@indicator(
    "village_stars.remedy_closure_rate", tables=["village_remedies"], unit="township", share=True
)
def remedy_closure_rate(
    district: District, period: Period, *, window: Window = "period"
) -> pd.DataFrame:
    """Remedies of the villages' plans that are closed, of those that fell due."""
    return _remedies_of_due(district, period, window, partial(_by_township, district))


@indicator(
    "village_stars.remedies_closed",
    tables=["village_remedies"],
    unit="village",
    share=True,
    exact=True,
)
def remedies_closed(
    district: District, period: Period, *, window: Window = "period"
) -> pd.DataFrame:
    """Remedies of the village's plan that are closed, of those that fell due."""
    return _remedies_of_due(district, period, window, counts_by_unit)


def _of_most(reached: pd.Series, most: float, excluded: pd.Series | None = None) -> pd.DataFrame:
    """Return what a village reached, of the most there is; both are missing where it is not known."""
    result = pd.DataFrame({"value": reached, "numerator": reached})
    result["denominator"] = most
    result["denominator"] = result["denominator"].where(reached.notna())
    return result.assign(excluded=0 if excluded is None else excluded)


def _marked_by_hand(
    result: pd.DataFrame, error: float, most: float, confidence_level: float
) -> pd.DataFrame:
    """Add the interval of what another assessment might have given; none where marks are taken as they are."""
    if error == 0:
        return result
    half = stats.norm.ppf(0.5 + confidence_level / 2) * error
    low, high = (result["value"] + sign * half for sign in (-1, 1))
    return result.assign(low=low.clip(lower=0), high=high.clip(upper=most))


@indicator("village_stars.score", tables=RATINGS, unit="village", exact=True)
def score(
    district: District,
    period: Period,
    *,
    model: Any,
    mark_error: float = 0,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """
    Points of the village by the band model, before any cap or veto, of the most points.

    A mark is given by people, and a second assessment of the same village would not give the same. `mark_error` is
    the standard deviation of one mark (of 100) between assessments; marks are taken to err apart from each other, so
    that the points have the error ``mark_error * sqrt(sum of squared weights) / 100``. With 0, points have no
    interval, and ranks made of them look surer than they are.
    """
    read = read_star_model(model, kind=BAND)
    rated = rated_villages(district, period, read)
    if rated is None:
        return nothing_recorded()
    error = number_option(mark_error, "mark_error", least=0, most=MOST_MARK)
    spread = error * float(np.sqrt(np.square(read.weights).sum())) / MOST_MARK
    result = _of_most(rated["points"], read.points, rated["unmarked"])
    return _marked_by_hand(result, spread, read.points, confidence_level)


@indicator("village_stars.stars", tables=RATINGS, unit="village", exact=True)
def stars(district: District, period: Period, *, model: Any) -> pd.DataFrame:
    """Stars of the village, of the most stars, after caps and vetoes."""
    read = read_star_model(model)
    rated = rated_villages(district, period, read)
    if rated is None:
        return nothing_recorded()
    return _of_most(rated["stars"], read.stars, rated["unmarked"] + rated["unknown_vetoes"])


@indicator("village_stars.badges", tables=RATINGS, unit="village", share=True, exact=True)
def badges(district: District, period: Period, *, badge_model: Any) -> pd.DataFrame:
    """Domains marked at or above the pass mark, of the domains marked."""
    read = read_star_model(badge_model, option="badge_model", kind=BADGE)
    rated = rated_villages(district, period, read, option="badge_model")
    if rated is None:
        return nothing_recorded()
    return share(rated["badges"], rated["marked"], read.stars - rated["marked"])


@indicator("village_stars.satisfaction", tables=["village_ratings"], unit="village", exact=True)
def satisfaction(
    district: District,
    period: Period,
    *,
    criterion: str,
    mark_error: float = 0,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Mark of one criterion, such as the residents' satisfaction, of 100; `mark_error` as in `score`."""
    error = number_option(mark_error, "mark_error", least=0, most=MOST_MARK)
    _check_criterion(district, criterion, "criterion")
    year = rating_year(district, period)
    if year is None:
        return nothing_recorded()
    marks = _marks(district, year)
    given = marks.get(criterion, pd.Series(float("nan"), index=marks.index))
    return _marked_by_hand(_of_most(given, MOST_MARK), error, MOST_MARK, confidence_level)
