"""How sure the rank is, what was left out, and how the page was made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from seedmetrics.evaluation import UnitEvaluation
from seedmetrics.report import findings
from seedmetrics.report.blocks import Row
from seedmetrics.report.closure_figures import unit_counts
from seedmetrics.report.heading import few_counted, interval_of
from seedmetrics.report.html import Html, render
from seedmetrics.report.numbers import missing
from seedmetrics.report.problems import problem_rows
from seedmetrics.report.strips import rank_scale, rank_strip
from seedmetrics.report.view import View


# how sure -------------------------------------------------------------------------------------------------
def certainty_section(view: View, unit: UnitEvaluation) -> Html:
    """Return what the data leave open: the rank, the tier, the excluded cases, the periods before."""
    title = certainty_title(view, unit)
    of = unit.standing["of"]
    return render(
        "certainty",
        view.language,
        title,
        w=view.words,
        title=title,
        subtitle=view.words("sure.subtitle", level=view.level),
        rows=certainty_rows(view, unit),
        scale=rank_scale(0 if missing(of) else int(of)),
    )


def certainty_title(view: View, unit: UnitEvaluation) -> str:
    """Return how many of the group cannot be told from the unit."""
    row, words = unit.standing, view.words
    if missing(row["rank"]):
        return words("sure.unranked")
    if row["of"] < 2:
        return words("sure.alone")
    if missing(row["rank_low"]):
        return words("sure.unknown")
    # The set of ranks is what is left when those found better and those found worse are taken off both ends,
    # so its width is the number of units of which neither is known.
    open_count = int(row["rank_high"] - row["rank_low"])
    others = int(row["of"] - 1)
    key = "sure.none" if not open_count else "sure.all" if open_count == others else "sure.some"
    return words(
        key, count=open_count, number=words.spelled(open_count), others=words.spelled(others),
        noun=view.noun(row["group"]), name=view.name(unit.code),
    )  # fmt: skip


def certainty_rows(view: View, unit: UnitEvaluation) -> list[Row]:
    """Return one row for each thing that leaves the standing open."""
    row, words, numbers = unit.standing, view.words, view.numbers
    if missing(row["rank"]):
        return [
            Row(
                words("sure.row_rank"),
                [numbers.ordinal(row["rank"]), findings.reason(view, row["reason"])],
            )
        ]
    rows = []
    if row["of"] > 1 and not missing(row["rank_low"]):
        strip = rank_strip(row["rank_low"], row["rank"], row["rank_high"], int(row["of"]))
        better, worse = int(row["rank_low"] - 1), int(row["of"] - row["rank_high"])
        text = words("sure.chance", better=words.spelled(better), worse=words.spelled(worse))
        rows.append(
            Row(
                words("sure.row_rank"),
                [numbers.places(row["rank_low"], row["rank_high"]), text],
                strip,
            )
        )
    rows += _tier_rows(view, unit)
    rows += _put_back_row(view, unit)
    ranked = unit.history[unit.history["rank"].notna()]
    if len(ranked) > 1:
        low, high = int(ranked["rank"].min()), int(ranked["rank"].max())
        strip = rank_strip(low, row["rank"], high, int(max(row["of"], high)), accent=False)
        text = words("sure.periods", count=len(ranked), best=int(ranked["rank"].min()))
        rows.append(Row(words("sure.row_periods"), [numbers.places(low, high), text], strip))
    return rows


def _tier_rows(view: View, unit: UnitEvaluation) -> list[Row]:
    """Return how firm the tier is, and whether the quota's rounding or a tie decides it."""
    row, words = unit.standing, view.words
    if missing(row["tier"]):
        return []
    share = row["tier_share"]
    name = words.sentence_case(findings.tier_phrase(view, row["tier"]))
    texts = [findings.firmness(view, share)]
    if bool(row["boundary_tie"]):
        texts.append(words("sure.boundary_tie"))
    texts.append(words("sure.would_differ" if bool(row["would_differ"]) else "sure.same_rounding"))
    if str(row["reason"]).startswith("veto:"):
        texts = [findings.reason(view, row["reason"])]
    return [Row(words("sure.row_tier"), [name, words.sentences(texts)])]


def _put_back_row(view: View, unit: UnitEvaluation) -> list[Row]:
    """Return what putting excluded cases back does to the closure rate."""
    if view.closure is None:
        return []
    counts = unit_counts(view, unit.code)
    if counts is None or counts["due"] == 0 or view.few(counts["due"]) or not counts["excluded"]:
        return []
    before = interval_of(view, counts["closed"], counts["due"])[0]
    after = interval_of(view, counts["closed_with_excluded"], counts["due_with_excluded"])[0]
    text = view.words(
        "sure.put_back",
        count=int(counts["due_with_excluded"] - counts["due"]),
        before=view.numbers.share(before),
    )
    return [Row(view.words("sure.row_put_back"), [view.numbers.share(after), text])]


# left out -------------------------------------------------------------------------------------------------
def left_out_section(view: View, units: Sequence[str]) -> Html:
    """Return the cases that no rate counts, with their reasons, and what was mended or refused."""
    words = view.words
    rows, title = exclusion_rows(view, units)
    problems, problems_title = problem_rows(view)
    return render(
        "left_out",
        view.language,
        title,
        w=words,
        title=title,
        rows=rows,
        problems=problems,
        problems_title=problems_title,
        absent=absent_indicators(view, units) if len(units) == 1 else "",
    )


def exclusion_rows(view: View, units: Sequence[str]) -> tuple[list[Row], str]:
    """Return reasons with their counts, the most frequent first, and the title."""
    words, numbers = view.words, view.numbers
    if view.closure is None:
        return [], words("out.no_cases")
    left_out = view.cases.exclusions
    counts = left_out[left_out["unit"].isin(list(units))].groupby("reason")["count"].sum()
    table = counts[counts > 0].sort_index().sort_values(ascending=False, kind="stable")
    rows = [
        Row(reason_text(view, str(reason)), [numbers.count(count)])
        for reason, count in table.items()
    ]
    if not rows:
        return [], words("out.nothing")
    total = int(table.sum())
    due = view.counts(list(units))["due"].sum()
    return rows, words("out.title", count=total, all=numbers.count(total + due))


def reason_text(view: View, reason: str) -> str:
    """Return why a case was left out; the records' own words stay as they are."""
    key = f"out.reason_{reason}"
    if reason in ("not_yet_due", "no_due_date"):
        return view.words(key, date=view.numbers.date(view.evaluation.district.as_of))
    own = view.words(key) if view.words.has(key) else reason
    return view.words("out.excluded", reason=own)


def absent_indicators(view: View, units: Sequence[str]) -> str:
    """Return which indicators of a unit are missing, had nothing due or were too few to score."""
    table = view.unit(units[0]).indicators
    parts = []
    for reading in ("missing", "nothing_due", "not_reached", "not_scored", "withheld"):
        names = [
            view.words.inside(view.indicator(n).label)
            for n in table.index[table["reading"] == reading]
        ]
        if names:
            parts.append(
                view.words(f"out.{reading}", names=view.words.join(names), fewer=few_counted(view))
            )
    return view.words.sentences(parts)


# made -----------------------------------------------------------------------------------------------------
def made_section(view: View, unit: str = "") -> Html:
    """Return how the page was made: plan, records, intervals, how to run it again, version. No clock time."""
    words = view.words
    sources = view.evaluation.sources
    records = [
        (
            str(row["file"]),
            "" if missing(row.get("sha256")) else str(row["sha256"]),
            "" if missing(row.get("rows")) else words("made.rows", count=int(row["rows"])),
            str(row["table"]) == "plan",
        )
        for _, row in sources.iterrows()
    ]
    return render(
        "made",
        view.language,
        words("made.title"),
        w=words,
        plan=plan_text(view),
        plan_file=next((r for r in records if r[3]), None),
        records=[r for r in records if not r[3]],
        intervals=intervals_text(view),
        command=command(view, unit),
        version=words("made.version", version=view.evaluation.version),
        as_of=words("eyebrow.as_of", date=view.numbers.date(view.evaluation.district.as_of)),
    )


def plan_text(view: View) -> str:
    """Return the plan in one line: title, version, indicators, groups, quotas."""
    plan, words = view.plan, view.words
    parts = [
        words("made.plan", title=words.pick(plan.title), version=plan.version),
        words("made.indicators", count=len(plan.indicators)),
    ]
    parts += [
        words("made.group", count=len(view.standings(group=group)), noun=view.noun(group))
        for group in view.groups()
    ]
    rule = plan.tiers
    if rule is not None and rule.quotas:
        quotas = list(rule.quotas)
        if len(quotas) < view.tier_count:
            quotas.append(max(0.0, 1 - sum(quotas)))
        parts.append(words("made.quotas", quotas="/".join(f"{100 * q:.4g}" for q in quotas)))
    elif rule is not None and rule.cuts:
        parts.append(words("made.cuts", cuts="/".join(f"{cut:g}" for cut in rule.cuts)))
    parts.append(words("made.minimum", number=words.spelled(plan.minimum_denominator)))
    return words.sentences([words("list.semicolon").join(parts)])


def intervals_text(view: View) -> str:
    """Return which methods made the intervals."""
    keys = [
        "shares",
        "ranks",
        "tiers" if view.tier_count else "",
        "funnel" if view.closure is not None else "",
    ]
    texts = [view.words(f"made.{key}", level=view.level) for key in keys if key]
    return view.words.sentences([view.words("list.semicolon").join(texts)])


def from_here(folder: Path) -> str:
    """Return a folder as the working directory, or the one above it, sees it; else its name alone."""
    for place in (Path.cwd(), Path.cwd().parent):
        if folder.is_relative_to(place) and folder != place:
            return folder.relative_to(place).as_posix()
    return folder.name


def command(view: View, unit: str) -> str:
    """Return the command that makes the page again."""
    folder = from_here(view.evaluation.district.folder)
    text = f"seedmetrics evaluate {folder} --plan {view.plan.name} --period {view.period}"
    text += f" --unit {unit}" if unit else ""
    return f"{text} --language {view.language}"
