"""How an indicator's value, counts, target and step are written. A count told as a class is written as one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seedmetrics.indicators import find_indicator
from seedmetrics.report.numbers import missing
from seedmetrics.report.view import View
from seedmetrics.report.words import Amount

# How `evaluation.protection` tells a count of few persons: a few have it, a few have it not.
FEW, ALL_BUT_FEW, ROUNDED = "few", "all_but_few", "rounded"
# A row of `UnitEvaluation.indicators`, by column.
IndicatorRow = Mapping[str, Any]


def kind_of(view: View, name: str, row: IndicatorRow) -> str:
    """Return how an indicator's value is written."""
    if bool(row["share"]):
        return "share"
    kind = view.indicator(name).kind
    return kind if kind and kind != "share" else "ratio"


def count_class(row: IndicatorRow) -> str:
    """Return the class that a count of few persons is told as; empty where it is told as it is."""
    told = row.get("count_class", "")
    return "" if missing(told) else str(told)


def is_class(row: IndicatorRow) -> bool:
    """Return whether of a count is told only that it is one to a few persons, or all but so many."""
    return count_class(row) in (FEW, ALL_BUT_FEW)


def most_persons(view: View) -> int:
    """Return the largest count of persons that is told only as a class."""
    return view.plan.minimum_persons - 1


def value_of(view: View, name: str, row: IndicatorRow, kind: str) -> str:
    """Return an indicator's value as a table has it; only roughly where its counts are told as a class."""
    if is_class(row):
        return view.numbers.about(row["value"])
    return _quantity(view, name, row["value"], kind)


def median_of(view: View, name: str, row: IndicatorRow, kind: str) -> str:
    """Return the median of the group; empty where no other unit has a value."""
    if missing(row["group_median"]) or row["peers"] < 2:
        return ""
    return _quantity(view, name, row["group_median"], kind)


def _quantity(view: View, name: str, value: object, kind: str) -> str:
    """Return a value of an indicator as its kind is written."""
    most = most_stars(view, name) if kind == "stars" else None
    return view.numbers.quantity(value, kind, most=most)


def options_of(view: View, name: str) -> Mapping[str, Any]:
    """Return the options of an indicator, as the plan sets them."""
    return view.once(("options", name), lambda: view.plan.options_of(name))


def most_stars(view: View, name: str) -> float | None:
    """Return how many stars the model in an indicator's options can give; nothing where it does not say."""
    model = options_of(view, name).get("model")
    if not isinstance(model, Mapping):
        return None
    return model.get("stars") or len(model.get("domains", ())) or None


def counts_of(view: View, name: str, row: IndicatorRow, kind: str) -> str:
    """
    Return what a value rests on: "389 of 412", "1–4 of 59", "34 stars, 10 villages"; empty where nothing is known.

    A value that is no share says it in the words of its indicator, else with the bare numbers.
    """
    numbers, words = view.numbers, view.words
    numerator, denominator = row["numerator"], row["denominator"]
    if missing(denominator):
        return ""
    if is_class(row):
        most = most_persons(view)
        if count_class(row) == FEW:
            largest = denominator - 1 if denominator <= 2 * most else most
            return numbers.of_class(1, largest, denominator)
        return numbers.of_class(max(denominator - most, 0), denominator - 1, denominator)
    if kind == "share":
        return numbers.of(numerator, denominator)
    if missing(numerator):
        return words("table.rests_on", number=numbers.count(denominator))
    phrase = view.indicator(name).counts
    if not phrase:
        return words(
            "table.per",
            numerator=numbers.amount(numerator),
            denominator=numbers.amount(denominator),
        )
    counts = phrase.format(
        numerator=Amount(numbers.amount(numerator), float(numerator)),
        denominator=Amount(numbers.amount(denominator), float(denominator)),
    )
    return words("number.about_counts", counts=counts) if count_class(row) == ROUNDED else counts


def value_text(view: View, name: str, row: IndicatorRow) -> str:
    """Return an indicator's value as a sentence has it: with its counts and its interval, as far as they exist."""
    kind = kind_of(view, name, row)
    inside = [counts_of(view, name, row, kind)]
    if not missing(row["low"]):
        inside.append(view.numbers.range_of(row["low"], row["high"], kind))
    return view.numbers.bracketed(
        value_of(view, name, row, kind), [text for text in inside if text]
    )


def plain_value(view: View, value: float, kind: str) -> str:
    """Return a target, floor or median: a round share without needless decimals."""
    if kind == "share":
        exact = abs(round(1000 * value) - 1000 * value) < 1e-6
        return view.numbers.percent(round(value, 6)) if exact else view.numbers.share(value)
    if kind in ("points", "ratio", "stars", "per_1000"):
        return view.numbers.plain(value)
    return view.numbers.quantity(value, kind)


def step_text(view: View, name: str, count: int) -> str:
    """Return so many steps of an indicator in words."""
    words = view.indicator(name)
    text = words.step_one if count == 1 else words.step
    if text:
        return text.format(count=f"{count:,}")
    return view.words("steps.generic", count=count, indicator=view.words.inside(words.label))


def counts_persons(name: str) -> bool:
    """Return whether an indicator counts persons."""
    return find_indicator(name).persons


def counts_attendance(name: str) -> bool:
    """Return whether an indicator counts that something took place, not what came of it."""
    return find_indicator(name).attendance
