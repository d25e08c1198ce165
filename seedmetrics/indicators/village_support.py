"""Mechanism 17: key villages, the first secretaries and teams sent to them, and their demonstration projects."""

from __future__ import annotations

import numpy as np
import pandas as pd

from seedmetrics.indicators.counting import (
    begun,
    days_covered,
    end_of,
    full,
    kept,
    last_moment,
    nothing_recorded,
    running,
    share,
)
from seedmetrics.indicators.places import with_townships
from seedmetrics.indicators.registry import indicator
from seedmetrics.records import District, Period

LEVELS = ("township", "village")
DAY = 86_400  # seconds


def _held(district: District) -> pd.DataFrame:
    """Return the rows of ``village_posts`` with the post that each is of, by village and code."""

    def make() -> pd.DataFrame:
        rows = district.table("village_posts")
        return rows.assign(held=rows["village"] + " " + rows["post"])

    return kept(district, "village_support.held", make)


def _posts(district: District, period: Period) -> pd.DataFrame:
    """
    Return the posts that there are by the end of a period: village, and first, the day from which each must be filled.

    A post must be filled from the day it was first filled. A row without a first day says that the post is wanted, and
    it must then be filled throughout.
    """

    def make() -> pd.DataFrame:
        rows = _held(district)
        first = rows["from"].fillna(period.start)
        by_post = pd.DataFrame({"village": rows["village"], "first": first}).groupby(rows["held"])
        posts = by_post.agg({"village": "first", "first": "min"})
        return posts[posts["first"] <= last_moment(district, period)]

    return kept(district, ("village_support.posts", period), make)


@indicator(
    "village_support.post_days", tables=["village_posts"], unit=LEVELS, share=True, exact=True
)
def post_days(district: District, period: Period) -> pd.DataFrame:
    """
    Days on which the posts in key villages were filled, of all days on which they had to be.

    Every day of the period counts from the one on which a post was first filled; a row without a first day says that
    the post is wanted throughout. A day on which two hold one post counts once. Units without posts have 0 of 0.
    """
    rows, posts = _held(district), _posts(district, period)
    if posts.empty:
        return nothing_recorded()
    stop = end_of(district, period)
    since = posts["first"].where(posts["first"] > period.start, period.start)
    wanted = np.ceil((stop - since).dt.total_seconds() / DAY)
    filled = days_covered(rows["held"], rows["from"], rows["to"], first=period.start, stop=stop)
    days = pd.DataFrame({"filled": filled.reindex(posts.index), "wanted": wanted})
    counts = with_townships(district, days.groupby(posts["village"]).sum())
    return share(counts["filled"], counts["wanted"])


@indicator(
    "village_support.full_teams", tables=["village_posts"], unit=LEVELS, share=True, exact=True
)
def full_teams(district: District, period: Period) -> pd.DataFrame:
    """Key villages with every post filled on the last day, of those with posts; units without have 0 of 0."""
    rows, posts = _held(district), _posts(district, period)
    if posts.empty:
        return nothing_recorded()
    now = running(rows["from"], rows["to"], last_moment(district, period)) & rows["from"].notna()
    filled = posts.index.to_series().isin(rows.loc[now, "held"])
    complete = filled.groupby(posts["village"]).all().astype("float64")
    villages = pd.DataFrame({"complete": complete, "with_posts": 1.0})
    counts = with_townships(district, villages)
    return share(counts["complete"], counts["with_posts"])


@indicator(
    "village_support.demonstrations",
    tables=["village_posts", "demonstrations"],
    unit=LEVELS,
    exact=True,
)
def demonstrations(district: District, period: Period) -> pd.DataFrame:
    """
    Demonstration projects of key villages recognized by the period's end, for each village with posts.

    Projects in other villages are excluded.
    """
    projects, posts = district.table("demonstrations"), _posts(district, period)
    if posts.empty or not begun(projects["recognized"], period):
        return nothing_recorded()
    by_then = projects["recognized"] <= last_moment(district, period)
    number = projects.loc[by_then, "village"].value_counts()
    key = number.index.isin(posts["village"])
    villages = pd.DataFrame(
        {
            "projects": number.where(key, 0),
            "other": number.where(~key, 0),
            "with_posts": pd.Series(1, index=posts["village"].unique()),
        }
    ).fillna(0)
    counts = with_townships(district, villages)
    return full(counts["projects"], counts["with_posts"]).assign(excluded=counts["other"])
