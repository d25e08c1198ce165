"""What the search of the front page looks through: every unit by code, names, aliases, pinyin and its initials."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from seedmetrics.report.numbers import Numbers
from seedmetrics.site.editions import Edition
from seedmetrics.site.facts import Unit
from seedmetrics.site.words import LANGUAGES

# A longer index is a file of its own, which the page reads when somebody begins to search.
MOST_INSIDE = 40_000
FILE = "assets/units.js"
MOST_READINGS = 8
GAPS = re.compile(r"[\s'’·.\-–—_（）()]+")
HAN = re.compile(r"[\u3400-\u9fff]")


def search_index(reports: Path, editions: Sequence[Edition]) -> dict[str, Any]:
    """
    Return what is searched: the units of the latest edition of each plan.

    Parameters
    ----------
    reports : Path
        The folder: whether a unit has a page in a language is seen there.
    editions : sequence of Edition
        One a plan.

    Returns
    -------
    dict
        ``places``: way, groups and period of each plan's group, by language; ``units``: English and Chinese name, keys
        parted by ``|``, number of the place, code, and 1 for an English page plus 2 for a Chinese one.
    """
    places: list[dict[str, Any]] = []
    units: list[list[Any]] = []
    for edition in editions:
        plan = edition.plan
        way = f"{plan.period}/{plan.name}"
        numbers: dict[str, int] = {}
        for unit in plan.units.values():
            if unit.group not in numbers:
                numbers[unit.group] = len(places)
                places.append(
                    {"way": way, "group": f"{plan.name}/{unit.group}"}
                    | _titles(edition, unit.group)
                )
            pages = sum(
                bit
                for bit, language in ((1, "en"), (2, "zh"))
                if (reports / way / f"{unit.code}.{language}.html").is_file()
            )
            keys = "|".join(keys_of(unit, edition.aliases.get(unit.code, "")))
            names = [unit.names.get("en", ""), unit.names.get("zh", "")]
            units.append([*names, keys, numbers[unit.group], unit.code, pages])
    return {"places": places, "units": units}


def _titles(edition: Edition, group: str) -> dict[str, list[str]]:
    """Return the group's title and the period by language."""
    title, plan = edition.plan.groups.get(group, {}), edition.plan
    return {
        language: [
            title.get(language) or plan.title.get(language) or group,
            Numbers(language).period(plan.period),
        ]
        for language in LANGUAGES
    }


def keys_of(unit: Unit, aliases: str = "") -> list[str]:
    """
    Return what a unit is found by, as `folded` leaves it.

    Parameters
    ----------
    unit : Unit
        Code and names.
    aliases : str
        Other names, parted by ``|``.

    Returns
    -------
    list of str
        Each once: code, names, and of Chinese names the pinyin and its initials.

    Examples
    --------
    >>> keys_of(Unit("T05", {"en": "Songling Town", "zh": "松岭镇"}, "towns"))
    ['t05', 'songlingtown', '松岭镇', 'songlingzhen', 'slz']
    """
    names = [unit.names.get("en", ""), unit.names.get("zh", ""), *aliases.split("|")]
    keys = [folded(text) for text in (unit.code, *names)]
    for name in names:
        if HAN.search(name):
            keys += readings(name)
    return list(dict.fromkeys(key for key in keys if key))


def folded(text: str) -> str:
    """
    Return a text as it is compared: small letters without marks, no blanks or dashes.

    Examples
    --------
    >>> folded("Lǜ-Hé  Town")
    'luhetown'
    """
    apart = unicodedata.normalize("NFKD", text.lower())
    return GAPS.sub("", "".join(c for c in apart if not unicodedata.combining(c))).replace("|", "")


def readings(name: str) -> list[str]:
    """
    Return the pinyin of a Chinese name and its initials, the likeliest reading first.

    Parameters
    ----------
    name : str
        Other letters in it stay as they are.

    Returns
    -------
    list of str
        At most eight. Characters that are read in more than one way (长, 乐, 重) are read in each, one at a time; ü is
        written u and v.

    Examples
    --------
    >>> readings("长乐乡")[:2]
    ['changlexiang', 'clx']
    """
    # Sixty megabytes of phrases, which the index alone needs.
    from pypinyin import Style, lazy_pinyin, pinyin

    likeliest = lazy_pinyin(name)
    every = pinyin(name, style=Style.NORMAL, heteronym=True)
    ways = [likeliest]
    if len(every) == len(likeliest):
        ways += [
            [*likeliest[:place], other, *likeliest[place + 1 :]]
            for place, others in enumerate(every)
            for other in others
        ]
    # Fields of a name input take v for ü, and readers write either.
    spelled = [[folded(part).replace("v", "u") for part in way] for way in ways]
    found = [key for way in spelled for key in ("".join(way), "".join(p[:1] for p in way))]
    with_v = "".join(folded(part) for part in likeliest)
    return list(dict.fromkeys(filter(None, [*found, with_v])))[:MOST_READINGS]


def script_json(value: object) -> Markup:
    r"""
    Return a value as JSON that may stand in a ``script`` element: nothing in it can end the element.

    Examples
    --------
    >>> print(script_json("</script>"))
    "\u003c/script\u003e"
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)  # noqa: S704  # nothing is left in it that markup knows
