"""The methods page of a plan: every definition, weight, scale, target, floor, rule and file, as a run recorded them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from seedmetrics.report.numbers import DASH, MINUS, Numbers
from seedmetrics.report.words import Amount, Words
from seedmetrics.site.editions import Edition
from seedmetrics.site.front import Fact
from seedmetrics.site.shell import day, named
from seedmetrics.site.words import SiteWords

PARTS = ("what", "definitions", "score", "sure", "left_out", "records", "cannot")
# Options that every indicator has alike, told once for the plan.
PLAIN = {"basis"}
# Groups that are counted one by one.
MOST_GROUPS = 12


@dataclass(frozen=True, slots=True)
class Entry:
    """One indicator of the plan, as written."""

    name: str
    label: str
    definition: str
    notes: list[str]
    options: list[str]
    weight: str
    posts: str
    target: str
    floor: str
    tables: list[str]
    scored: bool


@dataclass(frozen=True, slots=True)
class Mechanism:
    """Indicators of one mechanism of the programme, with the options that they share."""

    number: str
    title: str
    about: str
    options: list[str]
    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class Pillar:
    """A branch of the plan."""

    id: str
    title: str
    sub: str
    mechanisms: list[Mechanism]


class Methods:
    """Writes what a plan decides in one language."""

    def __init__(self, edition: Edition, words: SiteWords) -> None:
        self.edition, self.words, self.plan = edition, words, edition.plan
        self.said: Mapping[str, Any] = edition.methods
        self.numbers, self.spoken = Numbers(words.language), Words(words.language)
        self.titles = {entry["name"]: entry["title"] for entry in self.said["indicators"]}

    def context(self) -> dict[str, Any]:
        """Return what the page's template names."""
        words = self.words
        title = named(self.plan.title, words.language) or self.plan.name
        period = self.numbers.the_period(self.plan.period)
        recorded = day(words, self.edition.as_of)
        return {
            "eyebrow": words("methods.eyebrow", version=self.said["version"], date=recorded),
            "headline": words("methods.headline", plan=title),
            "deck": words("methods.deck", period=period),
            "cells": self._facts(),
            "parts_list": [(part, words(f"methods.part_{part}")) for part in PARTS],
            "what": self.what(),
            "pillars": self.pillars(),
            "score": self.score(),
            "sure": self.sure(),
            "left_out": self.left_out(),
            "files": self.files(),
            "comma": self.spoken("list.comma"),
        }

    def label(self, name: str) -> str:
        """Return what an indicator is called: by the plan, else by the catalogue."""
        return self.spoken.indicator(name, self.titles.get(name)).label

    def _facts(self) -> list[Fact]:
        budget, words, numbers = self.said["budget"], self.words, self.numbers
        tables, marks = (Amount(str(budget[n]), budget[n]) for n in ("tables", "attendance"))
        asked = words("methods.fact_tables", count=tables)
        scored = words("methods.fact_scored", count=budget["counted"])
        noted = words("methods.fact_attendance_note", count=marks)
        return [
            Fact(words("methods.fact_indicators"), numbers.count(budget["indicators"]), "", scored),
            Fact(words("methods.fact_items"), numbers.count(budget["items"]), "", asked),
            Fact(words("methods.fact_attendance"), numbers.share(budget["attendance_weight"]), "", noted),
        ]  # fmt: skip

    # what is evaluated -------------------------------------------------------------------------------------
    def what(self) -> list[tuple[str, str]]:
        """Return who is evaluated, how often, and which cases count."""
        words, said = self.words, self.said
        sizes: dict[str, int] = {}
        for unit in self.plan.units.values():
            sizes[unit.group] = sizes.get(unit.group, 0) + 1
        nouns = {key: named(self.plan.groups.get(key, {}), words.language) or key for key in sizes}
        groups = [
            self.spoken("made.group", count=size, noun=nouns[key]) for key, size in sizes.items()
        ]
        rows = [
            (words("methods.units"), self._listed(groups)),
            (words("methods.groups"), words("methods.groups_text")),
            (
                words("methods.cadence"),
                words(f"methods.cadence_{said['cadence']}", history=said["history"]),
            ),
            (words("methods.basis"), words(f"methods.basis_{said['basis']}")),
        ]
        if said["closure"]:
            channels = [
                self.spoken(f"channel.{c}") if self.spoken.has(f"channel.{c}") else c
                for c in said["closure"]["channels"]
            ]
            text = self.spoken.join(channels) or words("methods.channels_all")
            rows.append((words("methods.channels"), text))
            rows.append(
                (words("methods.funnel"), words(f"methods.funnel_{said['closure']['funnel']}"))
            )
        return rows

    def _listed(self, groups: list[str]) -> str:
        """Return groups with their sizes, at most `MOST_GROUPS`, and how many more there are."""
        rest = len(groups) - MOST_GROUPS
        more = [self.spoken("count.more", count=rest)] if rest > 0 else []
        return self.spoken("list.semicolon").join([*groups[:MOST_GROUPS], *more])

    # indicators --------------------------------------------------------------------------------------------
    def pillars(self) -> list[Pillar]:
        """Return every indicator, by pillar and mechanism, in the plan's order."""
        whole = sum(pillar["weight"] for pillar in self.said["pillars"])
        found = []
        for pillar in self.said["pillars"]:
            mine = [e for e in self.said["indicators"] if e["pillar"] == pillar["name"]]
            share = pillar["weight"] / whole if whole else 0.0
            scored = sum(entry["weight"] > 0 for entry in mine)
            sub = self.words(
                "methods.pillar",
                weight=self.numbers.weight(share),
                count=Amount(str(len(mine)), len(mine)),
                scored=scored,
            )
            found.append(
                Pillar(
                    id=f"pillar-{pillar['name']}",
                    title=named(pillar["title"], self.words.language),
                    sub=sub,
                    mechanisms=[
                        self._mechanism(module, list(entries))
                        for module, entries in groupby(mine, lambda e: e["name"].partition(".")[0])
                    ],
                )
            )  # fmt: skip
        return found

    def _mechanism(self, module: str, entries: Sequence[Mapping[str, Any]]) -> Mechanism:
        told = self.spoken.mechanism(module)
        values: dict[str, set[str | None]] = {}
        for entry in entries:
            for key, value in entry["options"].items():
                values.setdefault(key, set()).add(value)
        shared = {key for key, found in values.items() if len(found) == 1 and key not in PLAIN}
        first = {key: next(iter(values[key])) for key in values if key in shared}
        return Mechanism(
            number=str(told.number or ""),
            title=told.title,
            about=told.about,
            options=self._options(first),
            entries=[self._entry(entry, shared | PLAIN) for entry in entries],
        )

    def _options(self, options: Mapping[str, str | None]) -> list[str]:
        """Return options as the plan writes them; a long one by its name."""
        return [f"{key} = {'…' if value is None else value}" for key, value in options.items()]

    def _entry(self, entry: Mapping[str, Any], told: set[str]) -> Entry:
        words = self.words
        name = self.spoken.indicator(entry["name"], entry["title"])
        notes = [words(f"methods.note_{kind}") for kind in ("persons", "attendance") if entry[kind]]
        less = words("methods.note_less")
        if entry["direction"] < 0 and less[:-1].lower() not in name.definition.lower():
            notes.insert(0, less)
        own = {key: value for key, value in entry["options"].items() if key not in told}
        return Entry(
            name=entry["name"],
            label=name.label,
            definition=name.definition,
            notes=notes,
            options=self._options(own),
            weight=self.numbers.weight(entry["weight"]) if entry["weight"] > 0 else DASH,
            posts=self._posts(entry, name.kind),
            target=self.value(entry["target"], name.kind),
            floor=self.value(entry["floor"], name.kind),
            tables=list(entry["tables"]),
            scored=entry["weight"] > 0,
        )  # fmt: skip

    def _posts(self, entry: Mapping[str, Any], kind: str) -> str:
        """Return the values that score 0 and 100."""
        if entry["weight"] <= 0 or entry["low"] is None or entry["high"] is None:
            return DASH
        ends = [self.value(entry[end], kind) for end in ("low", "high")]
        worst, best = ends if entry["direction"] > 0 else ends[::-1]
        return self.words("methods.posts", worst=worst, best=best)

    def value(self, number: float | None, kind: str) -> str:
        """Return a number of the plan as its indicator is written; a dash for none."""
        if number is None:
            return DASH
        if kind == "share":
            return self.numbers.percent(number)
        text = self.numbers.quantity(number, kind) if kind in ("days", "stars") else f"{number:g}"
        return text.replace("-", MINUS)

    # score -------------------------------------------------------------------------------------------------
    def score(self) -> list[tuple[str, list[str]]]:
        """Return how values become scores, scores a total, and which rules hold it or the tier down."""
        words, said = self.words, self.said
        least = self.numbers.percent(said["minimum_weight"])
        caps = [self._rule("methods.cap", r, score=f"{r['score']:g}") for r in said["caps"]]
        vetoes = [self._rule("methods.veto", r, tier=self._tier(r["tier"])) for r in said["vetoes"]]
        rows = {
            "scoring": [words("methods.scoring_text")],
            "weighing": [words(f"methods.aggregation_{said['aggregation']}")],
            "missing": [
                words(f"methods.missing_{said['missing']}"),
                words("methods.minimum_weight", share=least),
            ],
            "caps": caps or [words("methods.caps_none")],
            "tiers": self._tiers(),
            "vetoes": vetoes or [words("methods.vetoes_none")],
            "year": self._annual(said["annual"]) if said["annual"] else [],
        }
        return [(words(f"methods.{key}"), texts) for key, texts in rows.items() if texts]

    def _rule(self, key: str, rule: Mapping[str, Any], **values: str) -> str:
        """Return a cap or a veto in words."""
        side = "below" if rule["below"] is not None else "above"
        kind = self.spoken.indicator(rule["indicator"]).kind
        bound = self.words(f"methods.{side}", value=self.value(rule[side], kind))
        return self.words(
            key, indicator=self.spoken.inside(self.label(rule["indicator"])), bound=bound, **values
        )

    def _tier(self, place: int) -> str:
        names = self.plan.tiers.get(self.words.language) or next(iter(self.plan.tiers.values()), [])
        return names[place - 1] if 1 <= place <= len(names) else str(place)

    def _tiers(self) -> list[str]:
        rule = self.said["tiers"]
        if not rule:
            return [self.words("methods.tiers_none")]
        return self._parts(rule, [self._tier(k + 1) for k in range(20)])

    def _parts(self, rule: Mapping[str, Any], names: Sequence[str]) -> list[str]:
        """Return quotas or cuts in words, and how places that are no whole number are rounded."""
        words, numbers = self.words, self.numbers
        if rule["quotas"] is None:
            cuts = [
                words("methods.cut", score=f"{cut:g}", name=name)
                for cut, name in zip(rule["cuts"], names, strict=False)
            ]
            return [words("methods.cuts", cuts=self.spoken.join(cuts))]
        quotas = list(rule["quotas"])
        if sum(quotas) < 1 - 1e-9:
            quotas.append(1 - sum(quotas))
        shown = [
            words("methods.quota", share=numbers.percent(quota), name=name)
            for quota, name in zip(quotas, names, strict=False)
        ]
        return [
            words("methods.quotas", quotas=self.spoken.join(shown)),
            words(
                "methods.rounding",
                rounding=self.spoken(f"year.rounding_{rule['rounding']}"),
                ties=words(f"methods.ties_{rule['at_ties']}"),
            ),
        ]

    def _annual(self, annual: Mapping[str, Any]) -> list[str]:
        words, grades = self.words, annual["grades"]
        names: Sequence[str] = grades["names"].get(words.language) or next(
            iter(grades["names"].values()), []
        )
        fed = [self.spoken.inside(self.label(name)) for name in annual["points"]]
        texts = [words("methods.year_scores", scores=f"{annual['scores']:g}")]
        if fed:
            texts.append(words("methods.year_points", names=self.spoken.join(fed)))
        texts += self._parts(grades, names)
        called = dict(enumerate(names, start=1))
        texts += [
            self._rule(
                "methods.year_veto", rule, grade=called.get(rule["grade"], str(rule["grade"]))
            )
            for rule in annual["vetoes"]
        ]
        if grades["source"]:
            texts.append(words("methods.source", source=grades["source"]))
        if not grades["confirmed"]:
            texts.append(words("methods.unconfirmed"))
        return texts

    # certainty, what is left out, files --------------------------------------------------------------------
    def sure(self) -> list[tuple[str, str]]:
        """Return how intervals of values, scores and ranks are made, and when units cannot be told apart."""
        level = self.numbers.percent(self.said["confidence_level"])
        keys = ["shares", "scores", "ranks", "lines", *(["firm"] if self.said["tiers"] else [])]
        keys += ["funnels"] if self.said["closure"] else []
        return [
            (self.words(f"methods.{key}"), self.words(f"methods.{key}_text", level=level))
            for key in keys
        ]

    def left_out(self) -> list[tuple[str, str]]:
        """Return what is not counted, not scored, or not shown."""
        said, words = self.said, self.words
        fewest, persons = said["minimum_denominator"], said["minimum_persons"]
        rows = {
            "excluded": words(f"methods.excluded_{said['basis']}"),
            "few": words("methods.few_text", number=fewest),
            "small": words(f"methods.small_{said['small_counts']}", number=fewest),
            "persons": words("methods.persons_text", number=persons, most=persons - 1),
            "refused": words("methods.refused_text"),
        }
        return [(words(f"methods.{key}"), text) for key, text in rows.items()]

    def files(self) -> list[tuple[str, str, str, str]]:
        """Return every file behind the numbers: what it is, its name, its rows, its digest."""
        return [
            (
                source["table"],
                source["file"],
                DASH if source.get("rows") is None else self.numbers.count(source["rows"]),
                source["sha256"] or "",
            )
            for source in self.said["sources"]
        ]
