"""Checks of arguments that recur in the formulas, in one wording; no formula enters here."""

import difflib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


def finite(values: npt.ArrayLike, name: str, *, allow_nan: bool = False) -> FloatArray:
    """
    Return `values` as floats, refusing what is no number, infinite or, unless allowed, missing.

    Parameters
    ----------
    values : array_like of float, shape (...)
        Numbers; None and masked elements count as missing (NaN).
    name : str
        The argument's name, for the message.
    allow_nan : bool, default False
        Let missing values pass as NaN.

    Returns
    -------
    ndarray of float64, shape (...)
        The numbers, not copied where they already are such an array.

    Raises
    ------
    TypeError
        If an element is no number: text, a date, a complex number.
    ValueError
        If a value is infinite, or missing where that is not allowed.
    """
    numbers = _as_floats(values, name)
    bad = np.isinf(numbers) if allow_nan else ~np.isfinite(numbers)
    if bad.any():
        remedy = (
            "Replace infinite values."
            if allow_nan
            else "Leave out or fill in what is missing first."
        )
        msg = f"`{name}` must be finite; {offenders(bad, numbers)}. {remedy}"
        raise ValueError(msg)
    return numbers


def whole_counts(values: npt.ArrayLike, name: str) -> FloatArray:
    """
    Return `values` as floats, refusing all but whole numbers of at least 0.

    Parameters
    ----------
    values : array_like of int, shape (...)
        Counts; floats pass when they are whole.
    name : str
        The argument's name, for the message.

    Returns
    -------
    ndarray of float64, shape (...)
        The counts.

    Raises
    ------
    TypeError
        If an element is no number.
    ValueError
        If a count is missing, infinite, negative or fractional.
    """
    counts = finite(values, name)
    bad = (counts < 0) | (counts != np.floor(counts))
    if bad.any():
        msg = (
            f"`{name}` must hold whole numbers of at least 0; {offenders(bad, counts)}. "
            "Give counts, not shares or differences."
        )
        raise ValueError(msg)
    return counts


def confidence(level: float, name: str = "confidence_level") -> float:
    """
    Return `level` as a float, refusing all outside (0, 1).

    Parameters
    ----------
    level : float
        Two-sided confidence level.
    name : str, default "confidence_level"
        The argument's name, for the message.

    Returns
    -------
    float
        The level.

    Raises
    ------
    TypeError
        If `level` is no single number.
    ValueError
        If `level` does not lie strictly between 0 and 1.
    """
    numbers = _as_floats(level, name)
    if numbers.ndim:
        msg = f"`{name}` must be one number, got shape {numbers.shape}. Call once for each level."
        raise TypeError(msg)
    share = float(numbers)
    if not 0 < share < 1:
        msg = (
            f"`{name}` must lie strictly between 0 and 1, got {level!r}. "
            "It is a share: use 0.95, not 95."
        )
        raise ValueError(msg)
    return share


def whole_number(value: float, name: str, *, least: int = 0) -> int:
    """
    Return `value` as an int, refusing all but one whole number of at least `least`.

    Parameters
    ----------
    value : int
        The number; a float passes when it is whole, a truth value does not.
    name : str
        The argument's name, for the message.
    least : int, default 0
        The smallest number allowed.

    Returns
    -------
    int
        The number.

    Raises
    ------
    ValueError
        If `value` is no whole number, or below `least`.
    """
    plain = isinstance(value, int | float | np.integer | np.floating)
    if isinstance(value, bool) or not plain or not least <= value < np.inf or value % 1:
        msg = f"`{name}` must be a whole number of at least {least}, got {value!r}"
        raise ValueError(msg)
    return int(value)


def one_of(value: str, name: str, options: Sequence[str]) -> str:
    """
    Return `value`, refusing a name that is not among `options`.

    Parameters
    ----------
    value : str
        The name given.
    name : str
        The argument's name, for the message.
    options : sequence of str
        The names there are.

    Returns
    -------
    str
        The name.

    Raises
    ------
    ValueError
        If `value` is not an option; the nearest option is suggested.
    """
    if isinstance(value, str) and value in options:
        return value
    known = ", ".join(repr(option) for option in options)
    near = difflib.get_close_matches(str(value).lower(), options, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    msg = f"`{name}` must be one of {known}; got {value!r}.{hint}"
    raise ValueError(msg)


def shares(values: npt.ArrayLike, name: str) -> FloatArray:
    """
    Return `values` as floats, refusing all outside [0, 1].

    Parameters
    ----------
    values : array_like of float, shape (...)
        Shares.
    name : str
        The argument's name, for the message.

    Returns
    -------
    ndarray of float64, shape (...)
        The shares.

    Raises
    ------
    TypeError
        If an element is no number.
    ValueError
        If a share is missing, below 0 or above 1.
    """
    given = finite(values, name)
    outside = (given < 0) | (given > 1)
    if outside.any():
        msg = (
            f"`{name}` must lie in [0, 1]; {offenders(outside, given)}. "
            "It is a share: use 0.9, not 90."
        )
        raise ValueError(msg)
    return given


def broadcast(
    a: FloatArray, b: FloatArray, names: tuple[str, str]
) -> tuple[FloatArray, FloatArray]:
    """
    Return two arrays in their common shape.

    Parameters
    ----------
    a, b : ndarray of float64
        The arrays.
    names : tuple of str
        The two arguments' names, for the message.

    Returns
    -------
    tuple of ndarray
        Both, in the common shape; not to be written to.

    Raises
    ------
    ValueError
        If there is no common shape.
    """
    try:
        a, b = np.broadcast_arrays(a, b)
    except ValueError as error:
        msg = (
            f"`{names[0]}` has shape {a.shape} and `{names[1]}` has shape {b.shape}, which do not "
            "broadcast. Give one of each for every unit, or a single one for all."
        )
        raise ValueError(msg) from error
    return a, b


def closed_of_due(closed: npt.ArrayLike, due: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """
    Return the two counts of a closure rate in their common shape.

    Parameters
    ----------
    closed, due : array_like of int, shape (...)
        Counts, `closed` being a part of `due`.

    Returns
    -------
    tuple of ndarray of float64
        Both, in the common shape.

    Raises
    ------
    TypeError
        If an element is no number.
    ValueError
        If a count is not a whole number of at least 0, if more are closed than due, or if the
        shapes do not broadcast.
    """
    x, n = broadcast(whole_counts(closed, "closed"), whole_counts(due, "due"), ("closed", "due"))
    above = x > n
    if above.any():
        msg = (
            f"`closed` must not exceed `due`; {offenders(above, x)} of {n[above][0]} due. "
            "Count as closed only matters that are counted as due."
        )
        raise ValueError(msg)
    return x, n


def same_shape(
    a: FloatArray | BoolArray, b: FloatArray | BoolArray, names: tuple[str, str]
) -> None:
    """
    Refuse two arrays that must pair element by element and do not.

    Parameters
    ----------
    a, b : ndarray
        The arrays.
    names : tuple of str
        The two arguments' names, for the message.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    if a.shape != b.shape:
        msg = (
            f"`{names[0]}` has shape {a.shape} but `{names[1]}` has shape {b.shape}. "
            "Give one of each for every row."
        )
        raise ValueError(msg)


def offenders(bad: BoolArray, values: npt.NDArray[np.generic]) -> str:
    """
    Say how many elements are `bad`, where the first is, and what it holds.

    Parameters
    ----------
    bad : ndarray of bool, shape (...)
        True where an element is refused; at least one is.
    values : ndarray, shape (...)
        The elements.

    Returns
    -------
    str
        Such as ``2 of 5 refused, first at index 3: 2.5``.
    """
    if bad.ndim == 0:
        return f"got {values.item()!r}"
    place = tuple(int(i) for i in np.argwhere(bad)[0])
    where = place[0] if len(place) == 1 else place
    return f"{int(bad.sum())} of {bad.size} refused, first at index {where}: {values[place]}"


def _as_floats(values: npt.ArrayLike, name: str) -> FloatArray:
    """Return floats; None and masked elements become NaN, and text is not read as numbers."""
    if isinstance(values, np.ma.MaskedArray):
        # `asarray` would drop the mask and use what lies under it.
        values = np.where(np.ma.getmaskarray(values), np.nan, values.data)
    try:
        given = np.asarray(values)
        texts = given.dtype.kind == "O" and any(isinstance(v, str | bytes) for v in given.flat)
        if given.dtype.kind in "biufO" and not texts:
            return given.astype(np.float64, copy=False)
    except (TypeError, ValueError) as error:
        msg = f"`{name}` must hold numbers in an even array: {error}"
        raise TypeError(msg) from error
    msg = f"`{name}` must hold numbers, got elements of type {given.dtype}. Convert them first."
    raise TypeError(msg)
