"""Pseudonymous codes of persons, and who the village cadres of each unit are."""

from .units import TOWNSHIP_CODES, VILLAGES, villages_of

SERIES = ["cadres", "developing", "leaders", "talents", "linking", "posted"]
_SIZE = 10_000  # persons that one series has room for
_DIGITS = "23456789"
_SIGNS = f"{_DIGITS}bcdfghjkmnpqrstvwxz"  # no vowels, so that no code is a word
_ALL = len(_DIGITS) * len(_SIGNS) ** 4
_STEP = 2_654_437  # without a divisor in common with _ALL, so that no two persons share a code

# Village cadres of a unit besides the secretaries; the office has hardly any.
_OTHERS = {unit: 30 + VILLAGES[unit] for unit in TOWNSHIP_CODES} | {"O01": 3}


def person(series: str, number: int) -> str:
    """Return the code of a person: always the same, and telling nothing of the person."""
    if not 0 <= number < _SIZE:
        raise ValueError(number)
    rest = ((SERIES.index(series) * _SIZE + number + 1) * _STEP) % _ALL
    rest, first = divmod(rest, len(_DIGITS))
    signs = ""
    for _ in range(4):
        rest, sign = divmod(rest, len(_SIGNS))
        signs += _SIGNS[sign]
    return f"P-{_DIGITS[first]}{signs}"


def cadres() -> dict[str, list[str]]:
    """Return the village cadres of each unit, the secretaries of its villages first."""
    found: dict[str, list[str]] = {}
    for unit in TOWNSHIP_CODES:
        start = sum(map(len, found.values()))
        count = VILLAGES[unit] + _OTHERS[unit]
        found[unit] = [person("cadres", start + i) for i in range(count)]
    return found


def secretaries() -> list[tuple[str, str, str]]:
    """Return person, unit and village of each secretary."""
    return [
        (person_code, unit, village)
        for unit, known in cadres().items()
        for person_code, village in zip(known, villages_of(unit))
    ]
