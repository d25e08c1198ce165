"""A small district on disk, one fault at a time."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from seedmetrics.records import District, open_district

UNITS = """code,name_zh,name_en,level,kind,group,parent,aliases
T01,双河镇,Shuanghe Town,township,town,towns,,双河|双河镇人民政府
T02,青石镇,Qingshi Town,township,town,towns,,青石
010201,大湾村,Dawan Village,village,village,villages,T01,
A01,汽车产业链党建联盟,Auto Alliance,alliance,alliance,alliances,,
"""
TOP = """name = { zh = "示例区", en = "Example District" }
as_of = 2025-12-31
time_zone = "Asia/Shanghai"
"""

MakeDistrict = Callable[..., District]


@pytest.fixture
def make_folder(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a district: keyword = table, value = its text, bytes or file name."""

    def write(
        top: str = TOP, units: str = UNITS, sections: str = "", **tables: str | bytes
    ) -> Path:
        (tmp_path / "units.csv").write_text(units, encoding="utf-8")
        text = top + "".join(
            f'[tables.{name}]\nfile = "{name}.csv"\n'
            for name in tables
            if f"[tables.{name}]" not in sections
        )
        (tmp_path / "district.toml").write_text(text + sections, encoding="utf-8")
        for name, content in tables.items():
            data = content if isinstance(content, bytes) else content.encode()
            (tmp_path / f"{name}.csv").write_bytes(data)
        return tmp_path

    return write


@pytest.fixture
def make_district(make_folder: Callable[..., Path]) -> MakeDistrict:
    """Return a function that writes a district and opens it, holding it to the accounting of rows."""

    def make(*args: str, **tables: str) -> District:
        district = open_district(make_folder(*args, **tables))
        assert_accounted(district)
        return district

    return make


def assert_accounted(district: District) -> None:
    """Every row read is kept or has a refused problem that says where, what and what to do."""
    problems = district.problems
    assert (problems["remedy"] != "").all()
    assert (problems["problem"] != "").all()
    assert (problems["file"] != "").all()
    for source in district.sources.itertuples():
        table = district.units if source.table == "units" else district.tables.get(source.table)
        if source.table == "district" or table is None:
            continue
        named = problems[(problems["table"] == source.table) & (problems["severity"] == "refused")]
        rows = set(named["row"]) - {0}
        assert len(table) + source.refused == source.rows, source
        assert len(rows) == source.refused, source
        if source.table != "units":
            assert not rows & set(table.index)


@pytest.fixture
def refused() -> Callable[[District], pd.DataFrame]:
    """Return a function that gives a district's refused problems."""
    return lambda district: district.problems[district.problems["severity"] == "refused"]
