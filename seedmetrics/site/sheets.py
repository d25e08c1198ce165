"""How league tables are spread over pages: all on one while they are few, else a page for every hundred rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from seedmetrics.site.editions import League
from seedmetrics.site.leagues import Group, Leagues, Table, groups_of

# Rows of one page: with them it stays under 120 kB in either language.
MOST_ROWS = 100
STEM = "units"


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows of one group that stand together on a page; all its rows where `part` is None."""

    group: Group
    first: bool
    alone: bool
    part: slice | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of league tables of one plan and period, the `number`-th of `of`."""

    league: League
    number: int
    of: int
    pieces: tuple[Piece, ...]

    @property
    def stem(self) -> str:
        """Name of its file, without language and ending."""
        return f"{STEM}-{self.number}"


@dataclass(frozen=True, slots=True)
class Contents:
    """What stands for the tables of a plan that has pages of its own: links, each with what is there."""

    id: str
    heading: str
    sub: str
    links: list[tuple[str, str]]


def pieces_of(league: League) -> list[Piece]:
    """Return the groups of a league, each whole."""
    groups = groups_of(league)
    return [Piece(group, place == 0, len(groups) == 1) for place, group in enumerate(groups)]


def sheets_of(league: League, most: int = MOST_ROWS) -> list[Sheet]:
    """Return the pages of a league that is too long to stand with others.

    Parameters
    ----------
    league : League
        Of one plan and period.
    most : int
        Rows of a page. A group that has more is parted.

    Returns
    -------
    list of Sheet
        With every row once, in order.
    """
    filled: list[list[Piece]] = []
    room = 0
    for piece in pieces_of(league):
        count = len(piece.group.rows)
        if count > most:
            for start in range(0, count, most):
                part = slice(start, min(start + most, count))
                filled.append([Piece(piece.group, piece.first and start == 0, piece.alone, part)])
            room = 0
            continue
        if count > room:
            filled.append([])
            room = most
        filled[-1].append(piece)
        room -= count
    return [
        Sheet(league, number, len(filled), tuple(pieces))
        for number, pieces in enumerate(filled, start=1)
    ]


def spread(leagues: Sequence[League], most: int = MOST_ROWS) -> tuple[list[Piece], list[League]]:
    """Part leagues into those whose tables stand on one page together, and those with pages of their own.

    Parameters
    ----------
    leagues : sequence of League
        In the order of the page.
    most : int
        Rows that the page takes.

    Returns
    -------
    (list of Piece, list of League)
        A league that does not fit any more goes to the second, whatever follows.
    """
    inline: list[Piece] = []
    beyond: list[League] = []
    room = most
    for league in leagues:
        pieces = pieces_of(league)
        count = sum(len(piece.group.rows) for piece in pieces)
        if count > room:
            beyond.append(league)
            continue
        inline += pieces
        room -= count
    return inline, beyond


def tables_of(leagues: Leagues, pieces: Sequence[Piece]) -> list[Table]:
    """Return the tables of some pieces, as written."""
    return [
        leagues.table(piece.group, number, first=piece.first, alone=piece.alone, part=piece.part)
        for number, piece in enumerate(pieces, start=1)
    ]


def contents_of(leagues: Leagues, league: League, number: int) -> Contents:
    """Return the links to the pages of a league, each with the groups it holds."""
    words, plan = leagues.words, league.edition.plan
    links = []
    sheets = sheets_of(league)
    for sheet in sheets:
        ends = [leagues.title(sheet.pieces[0].group), leagues.title(sheet.pieces[-1].group)]
        label = (
            ends[0] if ends[0] == ends[1] else words("sheets.from_to", first=ends[0], last=ends[1])
        )
        way = f"{league.period}/{plan.name}/{sheet.stem}.{words.language}.html"
        links.append((label, leagues.root + quote(way)))
    units = leagues.numbers.count(len(league.edition.league(league.period)))
    period = leagues.spoken.sentence_case(leagues.numbers.period(league.period))
    return Contents(
        id=f"contents-{number}",
        heading=leagues.spoken.pick(plan.title) or plan.name,
        sub=words(
            "sheets.sub", period=period, units=units, pages=leagues.numbers.count(len(sheets))
        ),
        links=links,
    )
