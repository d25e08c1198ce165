"""The list of all indicators, written from the register and the words that pages use for them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import seedmetrics
from seedmetrics.indicators import MECHANISMS, find_indicator, indicator_names

WORDS = Path(seedmetrics.__file__).parent / "report" / "words"

HEAD = """\
# The indicators that come with it

What a plan may name, by mechanism of the programme. A share has a numerator, a denominator and Wilson's interval;
what is counted in full has no interval and needs none. Options stand in a plan; `data/README.md` says what each does.
"""


def write_indicators(file: Path) -> None:
    """
    Write the page.

    Parameters
    ----------
    file : Path
        Markdown.
    """
    mechanisms = tomllib.loads((WORDS / "mechanisms.toml").read_text(encoding="utf-8"))
    words = tomllib.loads((WORDS / "indicators.toml").read_text(encoding="utf-8"))
    parts = [HEAD]
    for module in MECHANISMS:
        key = module.__name__.rpartition(".")[2]
        said = mechanisms[key]
        names = [name for name in indicator_names() if name.partition(".")[0] == key]
        parts.append(f"## {said['number']} · {said['en']['title']}\n")
        parts.append(f'{said["en"]["about"]} <span lang="zh-Hans">{said["zh"]["title"]}</span>\n')
        said = words.get(key, {})
        parts += ["", *(_entry(name, said[name.partition(".")[2]]["en"]) for name in names)]
    file.write_text("\n".join(parts) + "\n", encoding="utf-8")


def _entry(name: str, said: dict[str, str]) -> str:
    """Return one indicator as an entry of a definition list."""
    found = find_indicator(name)
    kind = "Share" if found.share else "Counted in full" if found.exact else "Value"
    facts = [kind]
    if found.persons:
        facts.append("counts persons")
    facts.append(
        "from " + ", ".join(f"`{table}`" for table in found.tables) if found.tables else ""
    )
    if found.options:
        facts.append("options " + ", ".join(f"`{key}`" for key in found.options))
    told = "; ".join(fact for fact in facts if fact)
    return f"**{said['label']}** `{name}`\n: {said['definition']}\n\n  {told}.\n"
