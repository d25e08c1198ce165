"""A district: its folder opened, its tables validated, its problems and sources listed."""

import dataclasses
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final, Literal

import pandas as pd

from seedmetrics.errors import DistrictError
from seedmetrics.records import kept
from seedmetrics.records.manifest import Manifest, TableSource, read_manifest
from seedmetrics.records.outside import load_outside
from seedmetrics.records.problems import ProblemList, nearest
from seedmetrics.records.reading import sha256_of
from seedmetrics.records.schemas import TABLES, table_named
from seedmetrics.records.setting import Setting
from seedmetrics.records.tables import TableRead, read_table
from seedmetrics.records.units import Spellings
from seedmetrics.showing import Shown

_FILE: Final = "district.toml"
_LEVELS: Final = TABLES["units"].columns["level"].choices


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class District(Shown):
    """
    What a district has handed over.

    Attributes
    ----------
    folder : Path
        Where it lies.
    name : dict of str to str
        Its name in ``zh`` and ``en``.
    as_of : Timestamp
        Moment up to which the records are kept, local time.
    time_zone : str
        Zone of all moments in the tables.
    sample : bool
        Whether the records are invented.
    language : {"zh", "en"}
        Language of names in tables that are written.
    plans : tuple of str
        Plans that are run when none is named.
    units : DataFrame
        Indexed by ``code``; ``name_zh, name_en, level, kind, group, parent, aliases``, the last four
        empty texts where missing.
    tables : mapping of str to DataFrame
        Tables kept, indexed by ``row``, the row in the file. Each has every column of its schema.
    problems : DataFrame
        ``severity, table, file, row, column, value, problem, remedy``: one row for each problem;
        ``row`` 0 is the whole file.
    sources : DataFrame
        ``table, file, sha256, rows, refused, mended``: one row for each file that was read.
    """

    folder: Path
    name: dict[str, str]
    as_of: pd.Timestamp
    time_zone: str
    sample: bool
    language: Literal["zh", "en"]
    plans: tuple[str, ...]
    units: pd.DataFrame
    tables: Mapping[str, pd.DataFrame]
    problems: pd.DataFrame
    sources: pd.DataFrame

    def table(self, name: str) -> pd.DataFrame:
        """
        Return a table the district keeps.

        Parameters
        ----------
        name : str
            Such as ``cases``.

        Returns
        -------
        DataFrame
            One row for each record kept.

        Raises
        ------
        DistrictError
            If the district does not keep it, or its file could not be used; the message says why.
        """
        if name in self.tables:
            return self.tables[name]
        if name not in TABLES:
            msg = f"`name` {name!r} is no table. {nearest(name, self.tables)}"
            raise DistrictError(msg)
        found = self.problems
        why = found[
            (found["table"] == name) & (found["severity"] == "refused") & (found["row"] == 0)
        ]
        if len(why):
            first = why.iloc[0]
            column = f", column `{first['column']}`" if first["column"] else ""
            msg = (
                f"the table {name!r} could not be read: {first['file']}{column}: "
                f"{first['problem']}. To do: {first['remedy']}"
            )
        else:
            msg = (
                f"{self.folder.name} does not keep the table {name!r}. {nearest(name, self.tables)} "
                f"To keep it, name its file under [tables.{name}] in {_FILE}."
            )
        raise DistrictError(msg)

    def units_at(self, level: str) -> pd.DataFrame:
        """
        Return the units of one level.

        Parameters
        ----------
        level : {"township", "alliance", "department", "village"}
            The level.

        Returns
        -------
        DataFrame
            Rows of `units`; none when the district has no such unit.

        Raises
        ------
        DistrictError
            If there is no such level.
        """
        if level not in _LEVELS:
            msg = f"`level` {level!r} is none. {nearest(level, _LEVELS)}"
            raise DistrictError(msg)
        return self.units[self.units["level"] == level]

    def unit_name(self, code: str, language: str) -> str:
        """
        Return the name of a unit.

        Parameters
        ----------
        code : str
            The unit.
        language : {"zh", "en"}
            Language of the name; one stands for the other where the district gives only one.

        Returns
        -------
        str
            The name.

        Raises
        ------
        DistrictError
            If there is no such unit or language.
        """
        if language not in ("zh", "en"):
            msg = f"`language` must be 'zh' or 'en', got {language!r}."
            raise DistrictError(msg)
        if code not in self.units.index:
            msg = f"`code` {code!r} is no unit of {self.folder.name}. {nearest(code, self.units.index)}"
            raise DistrictError(msg)
        return str(self.units.loc[code, f"name_{language}"])

    def __repr__(self) -> str:
        """Return name, moment and size."""
        sizes = ", ".join(f"{name} {len(table)}" for name, table in self.tables.items())
        return f"<District {self.name['en']}, as of {self.as_of:%Y-%m-%d %H:%M}: {sizes or 'no tables'}>"

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Return a table the district keeps; see `table`."""
        return self.table(name)

    def _ipython_key_completions_(self) -> list[str]:
        """Offer the names of the tables to the tab key, after ``district["``."""
        return list(self.tables)


def open_district(folder: str | Path, *, tables: Iterable[str] | None = None) -> District:
    """
    Open a district: read, mend and check what it has handed over.

    Parameters
    ----------
    folder : str or Path
        A folder with a ``district.toml``: absolute, or relative to the working directory or to any
        folder above it.
    tables : iterable of str, optional
        Read only these, and those they refer to (meetings are checked against branches); by
        default every table that the district keeps.

    Returns
    -------
    District
        Its tables. What could not be used is in ``problems``, never dropped in silence.

    Raises
    ------
    DistrictError
        If there is no such folder, its ``district.toml`` cannot be used, its units cannot be read,
        or `tables` names one that does not exist.

    Notes
    -----
    A row is dropped only with a ``refused`` problem, so for each file rows read are rows kept and
    rows refused. A whole file that cannot be used is one problem, with row 0, and the table is then
    not among ``tables``. Empty rows are not records; they are passed over with a note.
    """
    load_outside()
    path = _find(Path(folder))
    manifest = read_manifest(path / _FILE)
    if tables is None:
        found = kept.find(path, kept.signature(path, path / _FILE, manifest))
        if found is not None:
            return found
    return _read(path, manifest, tables)


def open_and_keep(folder: str | Path) -> District:
    """
    Open a district, and keep it: `open_district` returns it again while its files are as they were.

    Parameters
    ----------
    folder : str or Path
        As for `open_district`.

    Returns
    -------
    District
    """
    load_outside()
    path = _find(Path(folder))
    manifest = read_manifest(path / _FILE)
    # Before they are read: a file written meanwhile is read anew by whoever asks next.
    mark = kept.signature(path, path / _FILE, manifest)
    found = kept.find(path, mark)
    if found is None:
        found = _read(path, manifest, None)
        kept.keep(found, mark)
    return found


def _read(path: Path, manifest: Manifest, tables: Iterable[str] | None) -> District:
    """Read a district's units and the tables wanted."""
    wanted = _wanted(manifest, tables)
    problems = ProblemList()
    read: dict[str, TableRead] = {}
    units, read["units"] = _read_units(path, manifest, problems)
    setting = Setting(
        manifest.time_zone,
        manifest.moment(),
        manifest.closed_before_opened,
        Spellings.of(units),
        levels=dict(zip(units.index, units["level"])),
        keys={},
    )
    _note_shared(setting.spellings, manifest.units, problems)
    keys: dict[str, frozenset[str] | None] = {}
    referred_to = {target for name in wanted for target in TABLES[name].refers_to}
    for name in wanted:
        source = manifest.tables[name]
        read[name] = read_table(
            TABLES[name],
            source,
            path / source.file,
            setting=dataclasses.replace(setting, keys=keys),
            problems=problems,
        )
        frame = read[name].frame
        if name in referred_to:
            keys[name] = None if frame is None else frozenset(frame[TABLES[name].key[0]])
    return District(
        folder=path,
        name=manifest.name.both(),
        as_of=setting.as_of,
        time_zone=manifest.time_zone,
        sample=manifest.sample,
        language=manifest.language,
        plans=manifest.plans,
        units=units,
        tables={
            name: r.frame for name, r in read.items() if r.frame is not None and name != "units"
        },
        problems=problems.frame(),
        sources=_sources(path, manifest, read),
    )


def _find(folder: Path) -> Path:
    """Return the district's folder."""
    given = folder.parent if folder.name == _FILE else folder
    # Last comes the checkout the package stands in, so that the sample opens from anywhere.
    above = [Path.cwd(), *Path.cwd().parents, Path(__file__).resolve().parents[2]]
    places = [given] if given.is_absolute() else [place / given for place in above]
    for place in places:
        if (place / _FILE).is_file():
            return place.resolve()
    if any(place.is_dir() for place in places):
        msg = f"`folder` {str(folder)!r} holds no {_FILE}. Write one there; see data/README.md."
    else:
        msg = (
            f"`folder` {str(folder)!r} is not there: neither in the working directory nor in a "
            f"folder above it. Give the path of a folder that holds a {_FILE}."
        )
    raise DistrictError(msg)


def _wanted(manifest: Manifest, tables: Iterable[str] | None) -> list[str]:
    """Return the tables to read, each after those it refers to."""
    if tables is None:
        chosen = set(manifest.tables)
    else:
        chosen = set()
        waiting = [tables] if isinstance(tables, str) else list(tables)
        while waiting:
            table = table_named(waiting.pop())
            chosen.add(table.name)
            waiting.extend(set(table.refers_to) - chosen)
    # TABLES declares each table after those it refers to.
    return [name for name in TABLES if name in chosen and name in manifest.tables]


def _read_units(
    folder: Path, manifest: Manifest, problems: ProblemList
) -> tuple[pd.DataFrame, TableRead]:
    """Return the units, indexed by code, and what came of their file."""
    no_units = Spellings({}, {})
    setting = Setting(manifest.time_zone, manifest.moment(), "refuse", no_units, levels={}, keys={})
    source = TableSource(file=manifest.units)
    path = folder / manifest.units
    read = read_table(TABLES["units"], source, path, setting=setting, problems=problems)
    if read.frame is None or read.frame.empty:
        lines = [
            f"row {fault['row']}, column `{fault['column']}`: {fault['problem']}; to do: {fault['remedy']}"
            for fault in problems.frame().head(3).to_dict("records")
        ]
        msg = f"{folder.name}/{manifest.units}: no unit can be read. {' '.join(lines)}"
        raise DistrictError(msg)
    units = read.frame
    nameless = units["name_zh"].isna() & units["name_en"].isna()
    where = {"table": "units", "file": manifest.units}
    problems.add(
        "noted",
        **where,
        rows=units.index[nameless],
        column="name_zh",
        problem="the unit has no name; its code stands for it",
        remedy="give a name in Chinese, English or both",
    )
    names = {
        "name_zh": units["name_zh"].fillna(units["name_en"]).fillna(units["code"]),
        "name_en": units["name_en"].fillna(units["name_zh"]).fillna(units["code"]),
    }
    orphan = (units["parent"] != "") & ~(
        units["parent"].isin(units["code"]) & (units["parent"] != units["code"])
    )
    problems.add(
        "mended",
        **where,
        rows=units.index[orphan],
        column="parent",
        values=units["parent"][orphan],
        problem="the parent is no other unit; the unit was kept without one",
        remedy="give the code of a unit in this file",
    )
    units = units.assign(**names, parent=units["parent"].where(~orphan, ""))
    return units.set_index("code"), dataclasses.replace(read, mended=int(orphan.sum()))


def _note_shared(spellings: Spellings, file: str, problems: ProblemList) -> None:
    for spelling, codes in spellings.shared.items():
        problems.add(
            "noted",
            table="units",
            file=file,
            column="aliases",
            values=[spelling],
            problem=f"{len(codes)} units are spelled so ({', '.join(codes)}); it names neither",
            remedy="records must then give the code; or take the spelling from all units but one",
        )


def _sources(folder: Path, manifest: Manifest, read: Mapping[str, TableRead]) -> pd.DataFrame:
    """Return one row for each file that is there."""
    files = {"district": _FILE, "units": manifest.units}
    files |= {name: manifest.tables[name].file for name in read if name != "units"}
    lines = []
    for table, file in files.items():
        path = folder / file
        if path.is_file():
            result = read.get(table, TableRead(None))
            relative = PurePath(os.path.relpath(path, folder)).as_posix()
            lines.append(
                (table, relative, sha256_of(path), result.rows, result.refused, result.mended)
            )
    return pd.DataFrame(lines, columns=["table", "file", "sha256", "rows", "refused", "mended"])
