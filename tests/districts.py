"""Small districts for tests: a folder with the units and tables that a test writes out."""

from collections.abc import Mapping
from pathlib import Path

UNITS = """\
code,name_zh,name_en,level,kind,group,parent,aliases
T1,甲镇,Jia Town,township,town,towns,,甲
T2,乙镇,Yi Town,township,town,towns,,
T3,丙镇,Bing Town,township,town,towns,,
A1,甲链联盟,Jia Alliance,alliance,alliance,alliances,,
A2,乙链联盟,Yi Alliance,alliance,alliance,alliances,,
"""


def write_district(
    folder: Path,
    tables: Mapping[str, str],
    *,
    as_of: str = "2025-10-15",
    units: str = UNITS,
    more: str = "",
) -> Path:
    """Write a district's folder: `tables` are CSV texts by name; `more` is added to district.toml."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "units.csv").write_text(units, encoding="utf-8")
    lines = [
        'name = { zh = "试验区", en = "Test District" }',
        f"as_of = {as_of}",
        'time_zone = "Asia/Shanghai"',
        'language = "en"',
        more,
    ]
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        lines += [f"[tables.{name}]", f'file = "{name}.csv"']
    (folder / "district.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
