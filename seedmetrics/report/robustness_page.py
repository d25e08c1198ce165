"""The page on what a ranking depends on: weights, other choices, a single indicator, chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from seedmetrics.evaluation import GroupRobustness, robustness
from seedmetrics.evaluation.robustness import MEANS
from seedmetrics.report import findings
from seedmetrics.report.blocks import Fact, Row
from seedmetrics.report.certainty import made_section
from seedmetrics.report.heading import opening
from seedmetrics.report.html import Html, render
from seedmetrics.report.numbers import missing
from seedmetrics.report.strips import bar, bar_scale, rank_scale, rank_strip
from seedmetrics.report.view import View, cell

CAUSES = ("weights", "one_out", "choices", "chance")
STRIP = 190.0
MOST_NODES = 8  # indicators of a group that are listed
SAID = 0.05  # a share of the variance below this is not worth a sentence


@dataclass(frozen=True, slots=True)
class PlacesTable:
    """One group's table: scale above its strips, rows with one strip a cause."""

    key: str
    title: str
    subtitle: str
    scale: Markup
    rows: list[tuple[str, str, list[tuple[Markup, str]]]]


@dataclass(frozen=True)
class RobustnessPage:
    """
    What the ranking of each group depends on, from `seedmetrics.report.robustness_report`.

    Attributes
    ----------
    view : View
        The evaluation, in the page's language.
    """

    view: View

    def __repr__(self) -> str:
        """Say which page it is."""
        return f"<RobustnessPage {self.view.plan.name} {self.view.period} {self.view.language}>"

    @cached_property
    def groups(self) -> tuple[GroupRobustness, ...]:
        """The groups of two ranked units or more, in the order of the plan."""
        found = {group.group: group for group in robustness(self.view.evaluation)}
        return tuple(found[name] for name in self.view.groups() if name in found)

    @property
    def sections(self) -> tuple[str, ...]:
        """Names of the sections, in order."""
        return ("places", "choices", "one_out", "made") if self.groups else ("made",)

    def heading(self) -> Html:
        """Return how many places chance, weights and other choices leave open."""
        view = self.view
        return opening(
            view,
            title=robust_headline(view, self.groups),
            deck=robust_deck(view, self.groups),
            facts=robust_facts(view, self.groups),
            contents=list(self.sections),
            name=view.words("robust.name"),
        )

    def places(self) -> Html:
        """Return for each unit the ranks that each cause leaves open."""
        if not self.groups:
            return self._nothing("places")
        view = self.view
        return render(
            "robust_places",
            view.language,
            findings.plain(view, robust_headline(view, self.groups)),
            w=view.words,
            tables=[places_table(view, group) for group in self.groups],
            causes=CAUSES,
            level=view.level,
        )

    def choices(self) -> Html:
        """Return which choice moves the ranks, and how far each alternative agrees with the ranking as made."""
        if not self.groups:
            return self._nothing("choices")
        view = self.view
        title = choices_title(view, self.groups)
        return render(
            "robust_choices",
            view.language,
            title,
            w=view.words,
            title=title,
            scale=bar_scale(0.0),
            groups=[
                (view.group_title(g.group), share_rows(view, g), agreement_rows(view, g))
                for g in self.groups
            ],
        )

    def one_out(self) -> Html:
        """Return how far ranks move without each indicator and each pillar."""
        if not self.groups:
            return self._nothing("one_out")
        view = self.view
        title = one_out_title(view, self.groups)
        return render(
            "robust_one_out",
            view.language,
            title,
            w=view.words,
            title=title,
            groups=[
                (
                    view.group_title(g.group),
                    one_out_rows(view, g, pillar=False),
                    one_out_rows(view, g, pillar=True),
                )
                for g in self.groups
            ],
        )

    def made(self) -> Html:
        """Return plan, records, methods and the command that makes the page again."""
        return made_section(self.view)

    def _nothing(self, key: str) -> Html:
        """Return the sentence that stands where no two units of a group are ranked."""
        words = self.view.words
        text = words("robust.too_few", span=self.view.span)
        plain = findings.plain(self.view, text)
        title = words(f"contents.{key}")
        return render(
            "sentence", self.view.language, plain, w=words, key=key, title=title, text=plain
        )


def open_places(group: GroupRobustness, cause: str) -> float:
    """Return how many places beside its own a cause leaves open to a unit, on average."""
    ranks = group.ranks
    return float((ranks[f"{cause}_high"] - ranks[f"{cause}_low"]).mean())


def largest(groups: Sequence[GroupRobustness]) -> GroupRobustness:
    """Return the group with most units; of equal ones the first."""
    return max(groups, key=lambda g: len(g.ranks))


def robust_headline(view: View, groups: Sequence[GroupRobustness]) -> str:
    """Return what leaves more places open in the largest group: chance, or the choices."""
    words = view.words
    if not groups:
        return words("robust.too_few", span=view.span)
    group = largest(groups)
    chance, choices = (open_places(group, cause) for cause in ("chance", "choices"))
    key = "robust.chance_more" if chance >= choices else "robust.choices_more"
    return words(
        key,
        span=view.span,
        of=words.spelled(len(group.ranks)),
        noun=view.noun(group.group),
        chance=view.numbers.points(chance),
        choices=view.numbers.points(choices),
        weights=view.numbers.points(open_places(group, "weights")),
    )


def robust_deck(view: View, groups: Sequence[GroupRobustness]) -> str:
    """Return how much of each group's differences is not chance, and which ranks are before a cap."""
    words = view.words
    sentences = [
        findings.rankability_text(view, group.group, group.rankability) for group in groups
    ]
    capped = [str(unit) for group in groups for unit in group.ranks.index[group.ranks["capped"]]]
    if capped:
        names = words.join([view.name(unit) for unit in capped], most=4)
        sentences.append(words("robust.capped", count=len(capped), names=names))
    return words.sentences(sentences)


def robust_facts(view: View, groups: Sequence[GroupRobustness]) -> list[Fact]:
    """Return how many places each cause leaves open in the largest group."""
    if not groups:
        return []
    group = largest(groups)
    return [
        Fact(
            view.words(f"robust.cause_{cause}"),
            view.numbers.points(open_places(group, cause)),
            view.words("robust.fact_of", of=len(group.ranks) - 1),
            view.words(f"robust.fact_{cause}", level=view.level),
        )
        for cause in CAUSES
    ]


def places_table(view: View, group: GroupRobustness) -> PlacesTable:
    """Return one group's table of ranks left open."""
    words, numbers, of = view.words, view.numbers, len(group.ranks)
    rows = []
    for unit, row in group.ranks.iterrows():
        values: Any = row
        strips = []
        for cause in CAUSES:
            low, high = values[f"{cause}_low"], values[f"{cause}_high"]
            strip = rank_strip(low, values["rank"], high, of, accent=False, width=STRIP)
            strips.append((strip, numbers.places(low, high)))
        rows.append((numbers.count(values["rank"]), view.name(str(unit)), strips))
    return PlacesTable(
        key=f"places-{view.groups().index(group.group)}",
        title=view.group_title(group.group),
        subtitle=words.sentences([words("robust.places_sub")]),
        scale=rank_scale(of, width=STRIP),
        rows=rows,
    )


def choices_title(view: View, groups: Sequence[GroupRobustness]) -> str:
    """Return which choice moves the ranks of the largest group most."""
    shares = largest(groups).shares["total"]
    if not (shares > 0).any():
        return view.words("robust.choices_none")
    first = str(shares.idxmax())
    return view.words(
        "robust.choices_title", choice=view.words.inside(view.words(f"robust.choice_{first}"))
    )


def share_rows(view: View, group: GroupRobustness) -> list[Row]:
    """Return the choices with their shares of the variance of the ranks, the largest first."""
    rows = []
    for choice, row in group.shares.sort_values("total", ascending=False).iterrows():
        values: Any = row
        first, total = (float(np.clip(values[k], 0, 1)) for k in ("first", "total"))
        rows.append(
            Row(
                view.words(f"robust.choice_{choice}"),
                [view.numbers.percent(round(first, 2)), view.numbers.percent(round(total, 2))],
                bar(total, first, total, start=0.0),
                hint=view.words(f"robust.choice_{choice}_hint"),
            )
        )
    return rows


def agreement_rows(view: View, group: GroupRobustness) -> list[Row]:
    """Return each single alternative with its agreement with the ranking as made."""
    rows = []
    for name, value in group.agreement["kendall"].items():
        kind = "mean" if name in MEANS else "scale"
        text = "–" if missing(value) else f"{value:.2f}"
        rows.append(Row(view.words(f"robust.{kind}_{name}"), [text]))
    return rows


def one_out_title(view: View, groups: Sequence[GroupRobustness]) -> str:
    """Return which indicator the ranks of the largest group depend on most."""
    group = largest(groups)
    table = group.left_out[~group.left_out["pillar"]]
    if table.empty or not (table["mean_shift"] > 0).any():
        return view.words("robust.one_out_none")
    first, shifts = str(table.index[0]), table["mean_shift"].to_numpy()
    # Where several matter alike none is named: their order would be an accident.
    alike = len(shifts) > 1 and np.isclose(shifts[0], shifts[1])
    return view.words(
        "robust.one_out_even" if alike else "robust.one_out_title",
        indicator=view.words.inside(view.indicator(first).label),
        places=view.numbers.points(cell(table, first, "mean_shift")),
        noun=view.noun(group.group),
    )


def one_out_rows(view: View, group: GroupRobustness, *, pillar: bool) -> list[Row]:
    """Return the nodes without which ranks move most: places on average, and who moves furthest."""
    table: pd.DataFrame = group.left_out[group.left_out["pillar"] == pillar]
    rows = []
    for node, row in table.head(MOST_NODES).iterrows():
        values: Any = row
        name = view.pillar(str(node)) if pillar else view.indicator(str(node)).label
        places = int(values["most_shift"])
        if not places:
            text = view.words("robust.nobody")
        else:
            key = "robust.climbs" if places > 0 else "robust.falls"
            text = view.words(key, name=view.name(str(values["unit"])), count=abs(places))
        rows.append(Row(name, [view.numbers.points(values["mean_shift"]), text]))
    return rows
