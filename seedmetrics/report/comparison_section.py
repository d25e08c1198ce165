"""Two evaluations side by side as a section: ranks before and after, on those that the data leave open."""

from __future__ import annotations

from typing import Any

import pandas as pd

from seedmetrics.evaluation import Plan
from seedmetrics.evaluation.comparing import Comparison
from seedmetrics.report.blocks import Row
from seedmetrics.report.html import Html, notebook_style, render
from seedmetrics.report.numbers import MINUS, missing
from seedmetrics.report.strips import rank_scale, rank_strip
from seedmetrics.report.view import View

MOST_CHANGES = 5  # changes of a plan that are named
STRIP = 250.0


def comparison_section(view: View, comparison: Comparison) -> Html:
    """Return one table a group; `view` is of the evaluation after the change."""
    words = view.words
    title = comparison_title(view, comparison)
    return render(
        "comparison",
        view.language,
        title,
        style=notebook_style(),
        w=words,
        title=title,
        sub=words.sentences([changes_text(view, comparison), words("explore.dots")]),
        groups=[_group(view, comparison, group) for group in view.groups()],
        level=view.level,
    )


def comparison_title(view: View, comparison: Comparison) -> str:
    """Return how many change their place, and how many by more than was left open before."""
    words, ranks = view.words, comparison.ranks
    both = ranks[ranks["rank"].notna() & ranks["rank_before"].notna()]
    moved, beyond = int((both["places"] != 0).sum()), int(both["beyond"].sum())
    if not moved:
        return words("explore.nobody_moves")
    key = "explore.beyond_some" if beyond else "explore.beyond_none"
    return words(
        "explore.moves",
        count=moved,
        number=words.sentence_case(words.spelled(moved)),
        of=words.spelled(len(both)),
        beyond=words(key, count=beyond, number=words.spelled(beyond)),
    )


def changes_text(view: View, comparison: Comparison) -> str:
    """Return what differs between the two plans; nothing where it is not the plan."""
    old, new = comparison.before.plan, comparison.after.plan
    words = view.words
    if comparison.before.period != comparison.after.period:
        before, after = (
            view.numbers.the_period(e.period) for e in (comparison.before, comparison.after)
        )
        return words("explore.periods", before=before, after=after)
    changes = [*_weights(view, old, new), *_settings(view, old, new)]
    return (
        words("explore.changed", changes=words.join(changes, most=MOST_CHANGES)) if changes else ""
    )


def _weights(view: View, old: Plan, new: Plan) -> list[str]:
    """Return the weights that differ, pillars first, and what was added or left out."""
    words, plain = view.words, view.numbers.plain
    titles = {p.name: words.pick(p.title) for p in [*old.pillars, *new.pillars]}
    titles |= {
        e.name: words.indicator(e.name, e.title).label for e in [*old.indicators, *new.indicators]
    }
    before, after = _all_weights(old), _all_weights(new)
    found = []
    for name, title in titles.items():
        if name not in before:
            found.append(words("explore.added", name=title, weight=plain(after[name])))
        elif name not in after:
            found.append(words("explore.left_out", name=title))
        elif before[name] != after[name]:
            found.append(
                words(
                    "explore.weight",
                    name=title,
                    before=plain(before[name]),
                    after=plain(after[name]),
                )
            )
    return found


def _all_weights(plan: Plan) -> dict[str, float]:
    """Return the weights of pillars and indicators, by name."""
    pillars = {pillar.name: pillar.weight for pillar in plan.pillars}
    return pillars | {entry.name: entry.weight for entry in plan.indicators}


def _settings(view: View, old: Plan, new: Plan) -> list[str]:
    """Return the other mean, where there is one, and that something else differs."""
    words, found = view.words, []
    if old.aggregation != new.aggregation:
        found.append(words.inside(words(f"robust.mean_{new.aggregation}")))
    told = {"name", "aggregation", "pillars", "indicators", "file", "sha256", "rule_files"}
    if old.model_dump(exclude=told) != new.model_dump(exclude=told):
        found.append(words("explore.other_settings"))
    return found


def _group(view: View, comparison: Comparison, group: str) -> dict[str, Any]:
    """Return one group's table as its template takes it."""
    words, numbers = view.words, view.numbers
    table = comparison.ranks[comparison.ranks["group"] == group].sort_values(["rank", "name"])
    of = int(table["rank"].notna().sum())
    tau = comparison.agreement.get(group, float("nan"))
    return {
        "title": view.group_title(group),
        "sub": "" if missing(tau) else words("explore.tau", tau=f"{tau + 0.0:.2f}"),
        "scale": rank_scale(of, width=STRIP),
        "rows": [_row(view, str(unit), row, of) for unit, row in table.iterrows()],
        "points": numbers.points,
    }


def _row(view: View, unit: str, row: pd.Series, of: int) -> Row:
    """Return one unit: rank now, rank before, places moved, scores."""
    words, numbers = view.words, view.numbers
    if missing(row["rank"]):
        return Row(view.name(unit), [], hint=words("explore.unranked"))
    places = row["places"]
    moved = (
        "" if missing(places) or not places else f"{'+' if places > 0 else MINUS}{abs(int(places))}"
    )
    strip = rank_strip(
        row["rank_low"],
        row["rank"],
        row["rank_high"],
        of,
        accent=bool(moved),
        before=row["rank_before"],
        width=STRIP,
    )
    cells = [
        numbers.count(row["rank"]),
        numbers.count(row["rank_before"]),
        moved,
        numbers.points(row["score"]),
        numbers.points(row["score_before"]),
    ]
    hint = words("explore.beyond") if row["beyond"] else ""
    return Row(
        view.name(unit), cells, strip, numbers.places(row["rank_low"], row["rank_high"]), hint
    )
