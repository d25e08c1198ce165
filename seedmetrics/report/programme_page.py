"""The page of the programme's published figures: each beside the one that the records give."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from seedmetrics.formulas.closure import closure_rate
from seedmetrics.records import District
from seedmetrics.report.blocks import Fact
from seedmetrics.report.certainty import from_here
from seedmetrics.report.findings import clauses
from seedmetrics.report.html import Html, notebook_style, render
from seedmetrics.report.numbers import DASH, Numbers, missing
from seedmetrics.report.words import Words

Record = Mapping[Hashable, Any]


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """One published figure as the page shows it; `quoted` are the words of the speech, always Chinese."""

    name: str
    quoted: str
    published: str
    computed: str
    counts: str
    counted: str
    reading: str
    differs: bool


@dataclass(frozen=True, slots=True, eq=False)
class ProgrammePage:
    """
    The page of the published figures, from `seedmetrics.programme_report`.

    Attributes
    ----------
    district : District
        The records.
    language : {"en", "zh"}
        Language of words and names.
    published : DataFrame
        From `seedmetrics.published_figures`.
    """

    district: District
    language: str
    published: pd.DataFrame = field(repr=False)

    def __repr__(self) -> str:
        """Say which page it is."""
        return f"<ProgrammePage {len(self.published)} figures {self.language}>"

    @property
    def sections(self) -> tuple[str, ...]:
        """Names of the sections, in order."""
        return ("figures", "made")

    @property
    def words(self) -> Words:
        """The catalogue of the language."""
        return Words(self.language)

    @property
    def finding(self) -> str:
        """The headline as one line."""
        return self.words("list.clause").join(clauses(programme_headline(self)))

    def heading(self) -> Html:
        """Return how many of the published figures the records give again."""
        district, words = self.district, self.words
        parts = [
            words("programme.name"),
            words.pick(district.name),
            words("eyebrow.as_of", date=Numbers(self.language).date(district.as_of)),
        ]
        return render(
            "heading",
            self.language,
            self.finding,
            style=notebook_style(),
            sample=district.sample,
            sample_text=words("programme.sample"),
            eyebrow=words("list.dot").join(parts),
            clauses=clauses(programme_headline(self)),
            gap=words("list.clause"),
            deck=words("programme.deck"),
            facts=programme_facts(self),
            contents=[(key, words(f"programme.contents_{key}")) for key in self.sections],
            w=words,
        )

    def figures(self) -> Html:
        """Return each figure as published and as counted, what is counted, and whether the two agree."""
        return render(
            "programme",
            self.language,
            self.finding,
            w=self.words,
            rows=[published_row(self, row) for row in self.published.to_dict("records")],
            quote_tag="" if self.language == "zh" else "zh-Hans",
        )

    def made(self) -> Html:
        """Return the records with their digests, the method of the interval, and how to make the page again."""
        words, district = self.words, self.district
        records = [
            (
                str(row["file"]),
                "" if missing(row["sha256"]) else str(row["sha256"]),
                "" if missing(row["rows"]) else words("made.rows", count=int(row["rows"])),
            )
            for row in district.sources.to_dict("records")
        ]
        return render(
            "programme_made",
            self.language,
            words("made.title"),
            w=words,
            records=records,
            as_of=words("eyebrow.as_of", date=Numbers(self.language).date(district.as_of)),
            folder=from_here(district.folder),
            version=words("made.version", version=programme_version()),
        )


def programme_version() -> str:
    """Return the version of the package."""
    from importlib.metadata import version

    return version("seedmetrics")


def known(row: Record) -> bool:
    """Return whether the records give a figure at all."""
    return not all(missing(row[key]) for key in ("computed", "numerator", "low"))


def programme_headline(page: ProgrammePage) -> str:
    """Return the title, its clauses parted by a bar: how many figures agree, and what of the others."""
    words, rows = page.words, page.published.to_dict("records")
    met = sum(bool(row["met"]) for row in rows)
    unknown = sum(not known(row) for row in rows)
    differ = len(rows) - met - unknown
    if not rows:
        return words("programme.nothing")
    key = "all" if met == len(rows) else "none" if not met else "some"
    first = words(f"programme.{key}", count=len(rows), met=met, of=len(rows))
    parts = []
    if differ:
        parts.append(words("programme.differ", count=differ, number=words.spelled(differ)))
    if unknown:
        parts.append(words("programme.unknown", count=unknown, number=words.spelled(unknown)))
    bounds = sum(bool(row["bound"]) and bool(row["met"]) for row in rows)
    if not parts and bounds:
        parts.append(words("programme.bounds", count=bounds, number=words.spelled(bounds)))
    return words("programme.headline", first=first, rest=words.join(parts)) if parts else first


def programme_facts(page: ProgrammePage) -> list[Fact]:
    """Return how many agree, the share with its counts and interval, and the lower bounds."""
    words, numbers = page.words, Numbers(page.language)
    rows = page.published.to_dict("records")
    facts = [
        Fact(
            words("programme.fact_met"),
            str(sum(bool(row["met"]) for row in rows)),
            words("programme.fact_of", of=len(rows)),
        )
    ]
    share = next((row for row in rows if row["kind"] == "share" and known(row)), None)
    if share is not None:
        low, high = share_interval(share)
        counts = numbers.of(share["numerator"], share["denominator"])
        note = words(
            "programme.fact_share",
            published=published_text(page, share),
            interval=numbers.interval(low, high),
        )
        label = words.sentence_case(figure_name(page, share))
        facts.append(Fact(label, numbers.share(share["computed"]), counts, note))
    bound = next((row for row in rows if bool(row["bound"]) and known(row)), None)
    if bound is not None:
        note = words("programme.fact_bound", published=published_text(page, bound))
        label = words.sentence_case(figure_name(page, bound))
        facts.append(Fact(label, numbers.count(bound["computed"]), "", note))
    return facts


def figure_name(page: ProgrammePage, row: Record) -> str:
    """Return what a figure is called in the page's language."""
    names = {"en": row["figure"], "zh": row["figure_zh"]}
    return page.words.pick({k: "" if missing(v) else v for k, v in names.items()}, str(row["key"]))


def published_text(page: ProgrammePage, row: Record) -> str:
    """
    Return a figure as it was published, in the page's way of writing numbers; a bound stays a bound.

    What holds no number is shown as it is.
    """
    words, text = page.words, str(row["published"])
    found = [f"{float(part):,.12g}" for part in re.findall(r"\d+(?:\.\d+)?", text)]
    if not found:
        return text
    if bool(row["bound"]):
        return words("programme.more_than", number=found[0])
    if row["kind"] == "range":
        return DASH.join(found) if len(found) > 1 else words("programme.about", number=found[0])
    return text if row["kind"] == "share" else found[0]


def computed_text(page: ProgrammePage, row: Record) -> tuple[str, str]:
    """Return what the records give, and the counts behind it; a dash and a reason where there is nothing."""
    words, numbers = page.words, Numbers(page.language)
    if not known(row):
        return DASH, words("programme.not_kept")
    if row["kind"] == "range":
        ends = [numbers.count(row["low"]), numbers.count(row["high"])]
        return DASH.join(dict.fromkeys(ends)), words("programme.of_plan")
    has_whole = not missing(row["denominator"])
    counts = numbers.of(row["numerator"], row["denominator"]) if has_whole else ""
    if row["kind"] == "share":
        interval = numbers.interval(*share_interval(row))
        return numbers.share(row["computed"]), words("list.semicolon").join([counts, interval])
    return numbers.count(row["computed"]), counts


def share_interval(row: Record) -> tuple[float, float]:
    """Return Wilson's 95% interval of a share."""
    found = closure_rate(row["numerator"], row["denominator"])
    return float(found.low), float(found.high)


def published_row(page: ProgrammePage, row: Record) -> PublishedRow:
    """Return one figure as the table shows it."""
    computed, counts = computed_text(page, row)
    counted = {"en": row["what_is_counted"], "zh": row["counted_zh"]}
    text = page.words.pick({k: "" if missing(v) else v for k, v in counted.items()})
    return PublishedRow(
        name=page.words.sentence_case(figure_name(page, row)),
        quoted="" if missing(row["words"]) else str(row["words"]),
        published=published_text(page, row),
        computed=computed,
        counts=counts,
        counted=page.words.sentences([page.words.sentence_case(text)]) if text else "",
        reading=page.words(f"programme.{reading_of(row)}"),
        differs=known(row) and not bool(row["met"]),
    )


def reading_of(row: Record) -> str:
    """
    Return how a computed figure stands to the published one.

    Returns
    -------
    {"same", "passed", "rounds", "holds", "differs", "cannot"}
        A lower bound is passed, a share rounds to what was printed, a band holds a single number.
    """
    if not known(row):
        return "cannot"
    if not bool(row["met"]):
        return "differs"
    if bool(row["bound"]):
        return "passed"
    if row["kind"] == "share":
        return "rounds"
    return "same" if row["kind"] != "range" or "-" in str(row["published"]) else "holds"
