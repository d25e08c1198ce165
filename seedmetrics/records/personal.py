"""Identity and telephone numbers of persons, which no table may keep."""

import re
from typing import Final

import numpy as np
import numpy.typing as npt

from seedmetrics.records.mending import clean
from seedmetrics.records.problems import Texts

_PERSONAL_HEADER: Final = re.compile(
    r"身份证|公民身份|手机号|联系电话|电话号码|national[ _-]?id|\bid[ _-]?card"
    r"|^(?:mobile|(?:mobile[ _-]?|tele)?phone)(?:[ _-]?(?:no|number))?$",
    re.IGNORECASE,
)
_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_SIGNS: Final = "10X98765432"
LOOKED_AT: Final = 500
_MOBILE: Final = re.compile(r"1[3-9]\d{9}")


def why_personal(name: str, texts: Texts, codes: npt.NDArray[np.intp]) -> str:
    """
    Return why a column may hold numbers of persons; empty where it does not.

    Parameters
    ----------
    name : str
        The column as the file names it.
    texts : ndarray of str, shape (m,)
        Its different texts.
    codes : ndarray of int, shape (n,)
        For each row, which of the texts it has.

    Returns
    -------
    str
        Its name says so, or more than half of the values that are not empty are such numbers.
    """
    if _PERSONAL_HEADER.search(name):
        return "by its name it holds identity or telephone numbers; it was not read"
    counts = np.bincount(codes, minlength=len(texts))
    filled = counts[texts != ""].sum()
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    likely = np.flatnonzero((lengths >= 11) & (lengths <= 22))
    if counts[likely].sum() * 2 <= filled:
        return ""
    # Most columns are told from a part of their texts; only one that may be personal is read whole.
    some = likely[:: max(1, len(likely) // LOOKED_AT)]
    if sum(is_personal(text) for text in texts[some]) * 4 <= len(some):
        return ""
    personal = [i for i in likely if is_personal(texts[i])]
    if counts[personal].sum() * 2 <= filled:
        return ""
    return "more than half its values look like identity or mobile numbers; it was not read"


def is_personal(text: str) -> bool:
    """
    Tell whether a text is a national id (GB 11643, check digit right) or a mobile number.

    Parameters
    ----------
    text : str
        One cell.

    Returns
    -------
    bool
        True for such a number.

    Examples
    --------
    >>> is_personal("11010519491231002X"), is_personal("110105194912310021")
    (True, False)
    """
    number = clean(text).upper()
    if _MOBILE.fullmatch(number):
        return True
    if not re.fullmatch(r"\d{17}[\dX]", number):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, number))
    return _ID_SIGNS[total % 11] == number[17]
