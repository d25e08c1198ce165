"""Numbers of persons: national identity numbers (GB 11643), mobile and other telephone numbers."""

import calendar
import re
from typing import Final

import numpy as np
import numpy.typing as npt

from seedmetrics.records.mending import clean
from seedmetrics.records.problems import Texts

_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_SIGNS: Final = "10X98765432"
# First two digits of a region code (GB/T 2260); a foreign resident's number begins with 9.
_REGIONS: Final = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|9\d")

_ID: Final = re.compile(r"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])")
_OLD_ID: Final = re.compile(r"(?<![0-9A-Za-z])[0-9]{15}(?![0-9A-Za-z])")
_MOBILE: Final = re.compile(
    r"(?<![0-9A-Za-z])1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![0-9A-Za-z])", re.ASCII
)
_LETTERS_AND_MOBILE: Final = re.compile(r"[A-Za-z]*[G-Zg-z][A-Za-z]*1[3-9][0-9]{9}")
# An area code and a number that begins with 2 to 9, a service number, or any number after +86.
_TELEPHONE: Final = re.compile(
    r"""(?<![0-9A-Za-z-])
    (?: (?: \((?:010|02\d|0[3-9]\d\d)\) | 010 | 02\d | 0[3-9]\d\d ) [ -]? [2-9]\d{2,3} [ -]? \d{4}
      | [48]00 - \d{3} -? \d{4}
      | (?:\+|00)86 [ -]? (?: 1[3-9]\d [ -]? \d{4} | \(? (?:10|2\d|[3-9]\d\d) \)? [ -]? \d{3,4} ) [ -]? \d{4}
    )
    (?: (?:-|\ ?转|\ ?ext\.?\ ?) \d{1,6} )?
    (?![0-9A-Za-z])""",
    re.ASCII | re.VERBOSE,
)
# Signs of the shortest of these: 010 and seven digits.
_SHORTEST: Final = 10
_FIRST: Final = "(+0123456789"
# What a spreadsheet makes of a number of eleven digits or more.
_SCIENTIFIC: Final = re.compile(r"[1-9](?:\.[0-9]+)?E\+1[0147]")

# Numbers of 18 signs that hold a region and a day of birth: where they are identity numbers all have
# the right check digit, where they are codes one in eleven.
_RIGHT_SHARE: Final = 1 / 2
# Codes of 18 digits at random hold a region and a day of birth in fewer than one of a thousand.
_BORN_SHARE: Final = 1 / 100


def is_personal(text: str) -> bool:
    """
    Tell whether a text is a national id (check digit right) or a mobile number.

    Parameters
    ----------
    text : str
        One cell.

    Returns
    -------
    bool
        True for such a number.

    Notes
    -----
    The check digit of GB 11643 is 12 less the weighted sum of the 17 digits before it, modulo 11.

    Examples
    --------
    >>> is_personal("11010519491231002X"), is_personal("110105194912310021")
    (True, False)
    """
    number = clean(text)
    # Most texts are codes that begin with a letter.
    if not "0" <= number[:1] <= "9":
        return False
    if _MOBILE.fullmatch(number):
        return True
    return _ID.fullmatch(number) is not None and _checks(number)


def is_telephone(text: str) -> bool:
    """
    Tell whether a text is a telephone number with its area code, a service number or one after +86.

    Parameters
    ----------
    text : str
        One cell.

    Returns
    -------
    bool
        True for such a number; a number without an area code cannot be told from any other.

    Examples
    --------
    >>> is_telephone("010-62345678"), is_telephone("+86 139 1234 5678"), is_telephone("62345678")
    (True, True, False)
    """
    number = clean(text)
    return number[:1] in _FIRST and _TELEPHONE.fullmatch(number) is not None


def names_a_number(text: str) -> bool:
    """
    Tell whether what should be a code of a person is, or holds, a number that can be traced to one.

    Parameters
    ----------
    text : str
        One cell.

    Returns
    -------
    bool
        True for an identity number (the check digit right, or a region and a day of birth in it, so
        that mistyped ones and those of 15 digits are found too), a mobile or telephone number, and
        for what a spreadsheet makes of such numbers.

    Notes
    -----
    A mobile number must stand apart from letters, or after letters of which one is no hexadecimal
    digit, so a hash that has eleven digits in a row is none.

    Examples
    --------
    >>> [names_a_number(text) for text in ("P13912345678", "1.39123E+10", "P0468", "a1f3-22")]
    [True, True, False, False]
    """
    # No number of a person is shorter; only what a spreadsheet makes of one.
    if len(text) < _SHORTEST and text.isascii() and "E+" not in text:
        return False
    cleaned = clean(text)
    if _MOBILE.search(cleaned) or _TELEPHONE.search(cleaned):
        return True
    if _LETTERS_AND_MOBILE.fullmatch(cleaned) or _SCIENTIFIC.fullmatch(cleaned):
        return True
    together = re.sub(r"(?<=[0-9])[ -]+(?=[0-9Xx])", "", cleaned)
    if any(map(_is_born, [*_ID.findall(cleaned), *_ID.findall(together)])):
        return True
    if _ID.fullmatch(together) and _checks(together):
        return True
    return any(_is_born(number[:6] + "19" + number[6:]) for number in _OLD_ID.findall(cleaned))


def holding_identity(texts: Texts) -> npt.NDArray[np.intp]:
    """
    Return which texts hold national ids, unless they may be codes that look so by chance.

    Parameters
    ----------
    texts : ndarray of str, shape (m,)
        The different texts of a column of any kind.

    Returns
    -------
    ndarray of int
        Their positions. None where fewer than half of the numbers of 18 signs that hold a region and
        a day of birth have the right check digit, or fewer than 1 in 100 numbers of 18 signs hold them.

    Notes
    -----
    A single number is enough, whatever else is in the column: a text of 18 signs in which region, day
    and check digit are right comes by chance once in some 70,000 random numbers. Codes need more care.
    Case numbers of the form region + day + serial always hold both, but one in eleven has the right
    check digit; serial numbers hold them in a thousandth or less. Hence the two shares.

    Examples
    --------
    >>> import numpy as np
    >>> holding_identity(np.array(["road lamp", "see 11010519491231002X"], dtype=object))
    array([1])
    """
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    long = np.flatnonzero(lengths >= 18)
    # One pass over all texts is fast, and nearly every column ends here.
    if not len(long) or not _ID.search(clean("\n".join(texts[long]))):
        return np.empty(0, dtype=np.intp)
    numbers = 0
    born = 0
    right: list[int] = []
    for i in long.tolist():
        for number in _ID.findall(clean(texts[i])):
            numbers += 1
            if _is_born(number):
                born += 1
                if _checks(number):
                    right.append(i)
    if len(right) <= _RIGHT_SHARE * born or born < _BORN_SHARE * numbers:
        return np.empty(0, dtype=np.intp)
    return np.unique(np.array(right, dtype=np.intp))


def _checks(number: str) -> bool:
    """Tell whether the last sign of 18 is the check digit of the others."""
    total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, number))
    return _ID_SIGNS[total % 11] == number[17].upper()


def _is_born(number: str) -> bool:
    """Tell whether a number begins with a region and a day of the years 1900 to 2099."""
    if not _REGIONS.match(number):
        return False
    year, month, day = int(number[6:10]), int(number[10:12]), int(number[12:14])
    if not (1900 <= year <= 2099 and 1 <= month <= 12):
        return False
    return 1 <= day <= calendar.monthrange(year, month)[1]
