"""What a page rests on, as a digest: records of its group, what the evaluation made of them, plan and frame."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import pandas as pd

from seedmetrics.evaluation import Evaluation, Plan
from seedmetrics.evaluation.plan_files import plan_file, read_plan
from seedmetrics.evaluation.programme import FILE, PLAN
from seedmetrics.evaluation.rule_files import rule_file
from seedmetrics.indicators.counting import kept
from seedmetrics.records import District
from seedmetrics.records.kept import mark
from seedmetrics.records.reading import sha256_of
from seedmetrics.records.schemas import TABLES
from seedmetrics.report.certainty import from_here

# Quotas of stars are of all villages that were rated together, of whatever group.
RATED_TOGETHER = ("village_ratings", "village_vetoes")
# All that a page tells of a problem; what it counts is how often.
TOLD_OF_PROBLEMS = ["severity", "table", "column", "problem"]
# What of `site.json` stands in the frame around every page.
FRAME = ("district", "sample", "as_of", "language", "languages", "version")

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.intp]
Digests = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """
    A table's rows as digests, with what each belongs to.

    Attributes
    ----------
    rows : ndarray of uint64, shape (rows,)
        Digest of each row.
    owners : tuple of ndarray of int
        Place in the list of units of each unit that a row names, or whose own record it refers to; -1 where it
        names none that is known.
    ties : ndarray of int or None
        Rows with the same number belong together (marks of one round, steps of one person); -1 to no other.
    said : str
        Name, columns, types, and the first day of each column of dates.
    """

    rows: Digests
    owners: tuple[Numbers, ...]
    ties: Numbers | None
    said: str


def inputs_digest(evaluation: Evaluation, unit: str | None = None) -> str:
    """
    Return the digest of what a page rests on.

    Parameters
    ----------
    evaluation : Evaluation
        What the page shows.
    unit : str, optional
        The unit that the page is about; left out for pages of all units (league, closure, robustness).

    Returns
    -------
    str
        64 hexadecimal digits, the same for every unit of a group.

    Notes
    -----
    In it are, for a unit's page, of every table that the district keeps: the rows of the units of its group, and of
    the units that belong to these (the villages of a township); rows that refer to such rows (cells of a grid); rows
    tied to them (marks of the same round, steps of the same person); rows that name no unit. Further what the
    evaluation has made of the group: indicators, scores, ranks, counts of cases. Where a value rests on records of
    others (a judge's severity in a round, the first record of its kind in the district) this changes with them, so
    that no reader of a table is to be trusted to read its own rows only. Further the first day of every column of dates
    in the whole district, the size of every group, what was found wrong while reading, the plan with its rule files,
    the period, and the district's names, moment and zone. A page of all units has the rows of all units of the plan.

    Not in it are the digests and sizes of the files, and the rows' places in them, though pages print the former: they
    are the provenance of a page, true of the moment it was made. A file in which nothing changed that a page rests on
    leaves the page, and its account of that file, as they were.
    """
    group = None if unit is None else str(evaluation.unit(unit).standing["group"])
    made = _DIGESTS.setdefault(evaluation, {})
    if group not in made:
        made[group] = _digest(evaluation, group)
    return made[group]


_DIGESTS: WeakKeyDictionary[Evaluation, dict[str | None, str]] = WeakKeyDictionary()


def programme_digest(district: District) -> str:
    """
    Return the digest of what the page of the programme's published figures rests on.

    Parameters
    ----------
    district : District
        With the table of published figures beside it.

    Returns
    -------
    str
        64 hexadecimal digits: of every row of every table, of the plan whose rules the figures are about, and of the
        table of published figures.
    """
    whole = hashlib.sha256()
    published = (district.folder.parent / FILE).read_bytes()
    plan = read_plan(plan_file(district, PLAN))
    _say(whole, _of_district(district), _of_plan(plan), hashlib.sha256(published).hexdigest())
    everything = np.ones(len(district.units), dtype=bool)
    _add_records(whole, district, everything, together=tuple(district.tables))
    return whole.hexdigest()


class AsRead:
    """
    Says whether files still are what was read from them.

    Parameters
    ----------
    read : iterable of (Path, str)
        Files with the digests of what was read.

    Notes
    -----
    The contents are compared once, at the start; from then on size, time and place on the disk, which cost nothing.
    """

    def __init__(self, read: Iterable[tuple[Path, str]]) -> None:
        digests = dict(read)
        self._marks = {file: mark(file) for file in digests}
        self._same = all(f.is_file() and sha256_of(f) == d for f, d in digests.items())

    def __call__(self) -> bool:
        """Return False from the first change on."""
        self._same = self._same and all(mark(f) == known for f, known in self._marks.items())
        return self._same


def files_read(evaluation: Evaluation, plan_name: str) -> list[tuple[Path, str]]:
    """
    Return the files that an evaluation rests on, each with the digest of what was read.

    Parameters
    ----------
    evaluation : Evaluation
        Of a plan that was read from a file.
    plan_name : str
        How the plan was asked for.

    Returns
    -------
    list of (Path, str)
        The district's files, the plan, and the rules that it names.
    """
    district, plan = evaluation.district, evaluation.plan
    file = plan_file(district, plan_name)
    sources = district.sources
    found = [(district.folder / f, d) for f, d in zip(sources["file"], sources["sha256"])]
    found += [(rule_file(file, name), digest) for name, digest in plan.rule_files.items()]
    return [*found, (file, plan.sha256)]


def frame_text(facts: Mapping[str, Any]) -> str:
    """
    Return what stands around every page of a site, as text: the render options of a fingerprint.

    Parameters
    ----------
    facts : mapping
        What ``site.json`` is to hold.

    Returns
    -------
    str
        Canonical JSON of names, moment, languages and version; not of counts, which only the front page shows.
    """
    return json.dumps({name: facts[name] for name in FRAME}, sort_keys=True)


def _digest(evaluation: Evaluation, group: str | None) -> str:
    """Return the digest of one group, or of all units."""
    district, plan = evaluation.district, evaluation.plan
    standings = evaluation.standings
    now = standings[standings["period"] == str(evaluation.period)]
    codes = now["unit"] if group is None else now.loc[now["group"] == group, "unit"]
    units = pd.Index(codes.astype(str))
    whole = hashlib.sha256()
    _say(
        whole,
        _of_district(district),
        _of_plan(plan),
        [str(evaluation.period), [str(period) for period in evaluation.periods]],
        # How a page was made tells how many units each group has.
        sorted((str(name), int(size)) for name, size in now["group"].value_counts().items()),
    )
    _add_rows(whole, district.problems[TOLD_OF_PROBLEMS])
    _add_evaluated(whole, evaluation, units)
    together = RATED_TOGETHER if plan.level == "village" else ()
    _add_records(whole, district, _with_parts(district, units), together=together)
    return whole.hexdigest()


# what is said in words -------------------------------------------------------------------------------------
def _of_district(district: District) -> list[Any]:
    """Return what a page says of a district besides its records; the folder as the command names it."""
    return [
        dict(district.name),
        district.as_of.isoformat(),
        district.time_zone,
        district.sample,
        district.language,
        from_here(district.folder),
        sorted(district.tables),
    ]


def _of_plan(plan: Plan) -> list[Any]:
    """Return which plan it is, by what it says and by its file: pages print the digest of that."""
    return [plan.name, plan.fingerprint, plan.file, plan.sha256, dict(plan.rule_files)]


def _say(whole: hashlib._Hash, *said: object) -> None:
    """Add words to a digest."""
    whole.update(json.dumps(said, sort_keys=True).encode("ascii") + b"\n")


# what the evaluation made ----------------------------------------------------------------------------------
def _add_evaluated(whole: hashlib._Hash, evaluation: Evaluation, units: pd.Index) -> None:
    """Add the rows of some units from every table of an evaluation."""
    tables = [evaluation.indicators, evaluation.scores, evaluation.standings]
    closure = evaluation.closure
    if closure is not None:
        # A month in which no other unit had a case either is none that a chart shows.
        _say(whole, sorted(closure.months["month"].astype(str).unique()))
        tables += [closure.counts, closure.months, closure.durations]
        tables += [closure.exclusions, closure.backlog]
    for table in tables:
        _add_rows(whole, table[table["unit"].isin(units)])


def _add_rows(whole: hashlib._Hash, table: pd.DataFrame) -> None:
    """Add a table, row by row in its order; how its rows are numbered does not count."""
    rows = _hashed(table)
    _say(whole, _header(table), len(rows))
    whole.update(rows.tobytes())


def _hashed(table: pd.DataFrame) -> Digests:
    """Return a digest of each row, whatever its number."""
    return np.asarray(pd.util.hash_pandas_object(table, index=False), dtype=np.uint64)


def _header(table: pd.DataFrame) -> list[list[str]]:
    """Return the columns of a table with their types."""
    return [[str(name), str(kind)] for name, kind in table.dtypes.items()]


# records ---------------------------------------------------------------------------------------------------
def _with_parts(district: District, units: pd.Index) -> Mask:
    """Say of each unit of a district whether it is one of some units, or belongs to one of them at any depth."""
    inside = np.asarray(district.units.index.isin(units), dtype=bool)
    parents = district.units.index.get_indexer(pd.Index(district.units["parent"]))
    while True:
        more = inside | ((parents >= 0) & inside[parents])
        if (more == inside).all():
            return inside
        inside = more


def _add_records(
    whole: hashlib._Hash, district: District, inside: Mask, *, together: tuple[str, ...]
) -> None:
    """Add the rows of some units from every table, with what is tied to them; all rows of the tables `together`."""
    named = district.units.reset_index()
    _say(whole, "units")
    _add_rows(whole, named[inside])
    for name in sorted(district.tables):
        table = _table(district, name)
        mine = np.ones(len(table.rows), dtype=bool)
        if table.owners and name not in together:
            mine = _rows_of(table, inside)
        _say(whole, table.said, int(mine.sum()))
        whole.update(table.rows[mine].tobytes())


def _rows_of(table: _Table, inside: Mask) -> Mask:
    """Say which rows are of some units, or tied to one that is; a row that names no known unit is of all."""
    # The place -1 is the last, that of no unit.
    known = np.append(inside, False)
    mine = np.any([known[owner] for owner in table.owners], axis=0)
    mine |= np.all([owner < 0 for owner in table.owners], axis=0)
    if table.ties is not None:
        tied = np.zeros(table.ties.max(initial=-1) + 2, dtype=bool)
        tied[table.ties[mine]] = True
        tied[-1] = False
        mine |= tied[table.ties]
    return np.asarray(mine, dtype=bool)


def _table(district: District, name: str) -> _Table:
    """Return a table as digests, made once for a district."""

    def make() -> _Table:
        frame = district.tables[name]
        rows = _hashed(frame)
        dates = frame.select_dtypes("datetime")
        first = {str(column): str(dates[column].min()) for column in dates}
        owners = _owners(district, name)
        said = json.dumps([name, _header(frame), first])
        return _Table(rows, owners, _ties(district, name) if owners else None, said)

    return kept(district, ("site.inputs", name), make)


def _owners(district: District, name: str) -> tuple[Numbers, ...]:
    """Return the units that each row names, and those of the rows that it refers to; nothing where it names none."""
    frame, units = district.tables[name], district.units.index
    found = []
    for column, kind in TABLES[name].columns.items():
        if kind.kind == "unit":
            found.append(units.get_indexer(pd.Index(frame[column])))
        elif kind.refers_to in district.tables:
            above = _owners(district, kind.refers_to)
            keys = pd.Index(district.tables[kind.refers_to][column])
            if above and keys.is_unique:
                place = keys.get_indexer(pd.Index(frame[column]))
                found += [np.append(owner, -1)[place] for owner in above]
    return tuple(found)


def _ties(district: District, name: str) -> Numbers | None:
    """
    Return a number for each row that those which are judged together share; None where each stands for itself.

    Marks of one round are judged together: what a row refers to is of no unit. Steps of one person are, in whatever
    unit each was taken.
    """
    frame = district.tables[name]
    columns = TABLES[name].columns.items()
    shared = [
        c
        for c, k in columns
        if k.refers_to in district.tables and not _owners(district, k.refers_to)
    ]
    persons = [c for c, k in columns if k.kind == "person" and not k.refers_to]
    column = next(iter(shared or persons), None)
    return None if column is None else np.asarray(pd.factorize(frame[column])[0], dtype=np.intp)
