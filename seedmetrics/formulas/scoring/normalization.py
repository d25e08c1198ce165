"""Indicators in their own units onto one scale where higher is better; no weight enters here."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from scipy import stats

from seedmetrics.formulas._checks import BoolArray, FloatArray, finite, offenders, one_of
from seedmetrics.formulas.scoring.yardsticks import Bands, banded, per_column, ratio

METHODS = (
    "minmax",
    "zscore",
    "rank",
    "percentile",
    "goalposts",
    "target",
    "reference",
    "borda",
    "bands",
)

_ON_THEIR_OWN_SCALE = ("zscore", "rank", "reference", "borda", "bands")

# Which method an option belongs to; every other refuses it.
_OWNERS = {
    "low": "goalposts",
    "high": "goalposts",
    "target": "target",
    "reference": "reference",
    "reference_unit": "reference",
    "bands": "bands",
}


def normalize(
    values: npt.ArrayLike,
    *,
    method: str = "minmax",
    direction: npt.ArrayLike = 1,
    low: npt.ArrayLike | None = None,
    high: npt.ArrayLike | None = None,
    output: tuple[float, float] = (0, 100),
    target: npt.ArrayLike | None = None,
    reference: npt.ArrayLike | None = None,
    reference_unit: int | None = None,
    bands: Bands | Sequence[Bands] | None = None,
) -> FloatArray:
    r"""
    Bring indicators onto one scale, on which higher is always better.

    Parameters
    ----------
    values : array_like of float, shape (units, indicators) or (units,)
        Each indicator in its own units, a column each. A missing value (NaN)
        stays missing and counts nowhere: not among the ends, the mean or the
        number present.
    method : str, default "minmax"
        ``"minmax"``, ``"zscore"``, ``"rank"``, ``"percentile"``,
        ``"goalposts"``, ``"target"``, ``"reference"``, ``"borda"`` or
        ``"bands"``.
    direction : array_like of int, scalar or shape (indicators,), default 1
        1 where more is better, -1 where less is better.
    low, high : array_like of float, scalar or shape (indicators,), optional
        The goalposts, in the indicator's own units and with ``low < high``
        whatever the direction. Needed by ``"goalposts"``, refused elsewhere.
    output : tuple of float, default (0, 100)
        Worst and best of the scale of ``"minmax"``, ``"percentile"``,
        ``"goalposts"`` and ``"target"``. The other methods have a scale of
        their own and leave it aside.
    target : array_like of float, scalar or shape (indicators,), optional
        The value aimed at, in the indicator's own units. Needed by
        ``"target"``, refused elsewhere.
    reference : array_like of float, scalar or shape (indicators,), optional
        The value to divide by, above 0 and in the indicator's own units.
        ``"reference"`` needs it or `reference_unit`; refused elsewhere.
    reference_unit : int, optional
        Row of the unit whose values to divide by. Refused elsewhere, and
        together with `reference`.
    bands : tuple of two sequences, or a sequence of such tuples, optional
        Rising cuts in the indicator's own units, and the points of the bands
        that they part, from the lowest values to the highest: one more than
        cuts. Points rise along with the values where more is better and fall
        where less is. One tuple for all indicators, or one for each. Needed by
        ``"bands"``, refused elsewhere.

    Returns
    -------
    ndarray of float64, shape of `values`
        Points on `output`; standard deviations for ``"zscore"``; ranks for
        ``"rank"``, 1 = worst; ranks from 0 for ``"borda"``; a ratio for
        ``"reference"``, 1 being as good as the reference; the points of the
        bands for ``"bands"``.

    Raises
    ------
    TypeError
        If an element is no number.
    ValueError
        If the method is unknown, an argument it needs is missing or one it
        does not use is given, a direction is not 1 or -1, `low` is not below
        `high`, `output` does not rise, cuts do not rise, points go against the
        direction, or an indicator cannot be normalized (see Notes).

    See Also
    --------
    seedmetrics.formulas.scoring.aggregate : One score from the normalized.
    seedmetrics.formulas.scoring.treat_outliers : What to do before with extremes.

    Notes
    -----
    Direction -1 turns the values first, and with them the goalposts and the
    target: :math:`x \to -x`. Only a ratio cannot be turned so, for
    :math:`-x/-r` is :math:`x/r` again: it is inverted. On :math:`[a, b]` =
    `output`, over the :math:`m` values of a column that are present,

    .. math::

        \text{minmax:}\quad & a + (b-a)\,\frac{x - \min x}{\max x - \min x} \\
        \text{goalposts:}\quad & a + (b-a)\,\min\left(1, \max\left(0,
            \frac{x - \mathrm{low}}{\mathrm{high} - \mathrm{low}}\right)\right) \\
        \text{percentile:}\quad & a + (b-a)\,\frac{\#\{\text{below } x\}}{m - 1} \\
        \text{target:}\quad & a + (b-a)\left(1 -
            \frac{|x - \mathrm{target}|}{\max x - \min x}\right) \\
        \text{zscore:}\quad & (x - \bar x)/s,
            \quad s \text{ with } m - 1 \\
        \text{rank:}\quad & 1 + \#\{\text{below } x\} \\
        \text{borda:}\quad & \#\{\text{below } x\} \\
        \text{reference:}\quad & x/r, \quad r/x \text{ for direction } -1 \\
        \text{bands:}\quad & \text{points of the band that } x \text{ lies in}

    The methods are those of [oecd2008handbook]_, which weighs one against the
    other. Min-max, z-score, rank, Borda and percentile depend on who else is
    measured: a new unit moves the others. Goalposts, bands and a reference
    value do not.

    Decided cases. A constant indicator has no minimum apart from its maximum:
    ``"minmax"``, ``"zscore"`` and ``"target"`` refuse it and name the column.
    For ``"rank"``, ``"borda"`` and ``"percentile"`` all its units tie and take
    the lowest, 1, 0 and `output[0]`. One value alone has no percentile and is
    refused. An indicator of which nothing is present stays NaN. A target
    outside the values present can give points below `output[0]`; they are not
    cut, since the distance is what was asked for. A value on a cut takes the
    better of the two bands, as `tiers` has it. A reference of 0 or less is
    refused, and so is a value of 0 or less where less is better, which has no
    inverse of use; where the reference unit lacks an indicator there is
    nothing to divide by, and that is refused too.

    References
    ----------
    .. [oecd2008handbook] OECD and European Commission JRC (2008), "Handbook on
       Constructing Composite Indicators", OECD Publishing, step 5.

    Examples
    --------
    Shares closed, where more is better, and days taken, where less is:

    >>> values = [[0.90, 10.0], [0.95, 30.0], [1.00, 20.0]]
    >>> normalize(values, direction=[1, -1]).round(1)
    array([[  0., 100.],
           [ 50.,   0.],
           [100.,  50.]])
    >>> normalize([5.0, 12.0, 40.0], method="goalposts", direction=-1, low=10, high=30)
    array([100.,  90.,   0.])
    >>> normalize(values, method="reference", direction=[1, -1], reference_unit=1).round(3)
    array([[0.947, 3.   ],
           [1.   , 1.   ],
           [1.053, 1.5  ]])
    >>> normalize([8, 10, 15, 31], method="bands", direction=-1, bands=([10, 30], [5, 3, 0]))
    array([5., 5., 3., 0.])
    """
    x = finite(values, "values", allow_nan=True)
    if x.ndim not in (1, 2) or not x.shape[-1]:
        msg = f"`values` must be (units,) or (units, indicators), got shape {x.shape}"
        raise ValueError(msg)
    method = one_of(method, "method", METHODS)
    _only_what_is_used(
        method,
        low=low,
        high=high,
        target=target,
        reference=reference,
        reference_unit=reference_unit,
        bands=bands,
    )
    columns = x[:, np.newaxis] if x.ndim == 1 else x
    turn = _directions(direction, columns.shape[1])
    a, b = _scale(output)
    if method == "goalposts":
        found = _between(columns, turn, low, high)
    elif method == "target":
        found = _near(columns, target)
    elif method == "reference":
        found = ratio(columns, turn, reference, reference_unit)
    elif method == "bands":
        found = banded(columns, turn, bands)
    else:
        found = _FROM_THE_VALUES[method](columns, turn)
    if method not in _ON_THEIR_OWN_SCALE:
        found *= b - a
        found += a
        if method != "target":
            # a + (b - a) may miss b by the last bit.
            np.clip(found, a, b, out=found)
    return found.reshape(x.shape)


def _minmax(x: FloatArray, turn: FloatArray) -> FloatArray:
    """Return each column as the share of the way from its worst to its best."""
    least, greatest = _apart(x, "minmax")
    worst, best = np.where(turn > 0, (least, greatest), (greatest, least))
    share: FloatArray = x - worst
    share /= best - worst
    return share


def _zscore(x: FloatArray, turn: FloatArray) -> FloatArray:
    """Return each column with mean 0 and standard deviation 1, over what is present."""
    _apart(x, "zscore")
    present = ~np.isnan(x)
    m = present.sum(axis=0)
    # A column of which nothing is present has m = 0, and stays NaN.
    mean = np.where(present, x, 0.0).sum(axis=0) / np.maximum(m, 1)
    away = (x - mean) * turn
    squares = np.where(present, away**2, 0.0).sum(axis=0)
    deviation = np.sqrt(squares / np.maximum(m - 1, 1))
    return np.asarray(away / np.where(m > 0, deviation, 1.0))


def _rank(x: FloatArray, turn: FloatArray) -> FloatArray:
    """Return 1 + the number below, over what is present."""
    ranks: FloatArray = stats.rankdata(x * turn, method="min", axis=0, nan_policy="omit")
    return ranks.astype(np.float64)


def _borda(x: FloatArray, turn: FloatArray) -> FloatArray:
    """Return the number below, over what is present."""
    return _rank(x, turn) - 1


def _percentile(x: FloatArray, turn: FloatArray) -> FloatArray:
    """Return the number below as a share of the others that are present."""
    others = (~np.isnan(x)).sum(axis=0) - 1
    if (alone := others == 0).any():
        msg = (
            f"`values` has {int(alone.sum())} indicator(s) with one value only, first column "
            f"{int(np.argmax(alone))}: one value has no percentile. Leave the indicator out."
        )
        raise ValueError(msg)
    return np.asarray(_borda(x, turn) / np.maximum(others, 1))


def _between(
    x: FloatArray, turn: FloatArray, low: npt.ArrayLike | None, high: npt.ArrayLike | None
) -> FloatArray:
    """Return the share of the way from the worse goalpost to the better, cut at both."""
    bottom, top = (per_column(v, n, x.shape[1]) for v, n in ((low, "low"), (high, "high")))
    if (bad := bottom >= top).any():
        j = int(np.argmax(bad))
        msg = (
            f"`low` must be below `high`, also where direction is -1; it is not for "
            f"{int(bad.sum())} indicator(s), first column {j}: {bottom[j]} and {top[j]}"
        )
        raise ValueError(msg)
    way = np.where(turn > 0, x - bottom, top - x) / (top - bottom)
    return np.clip(way, 0.0, 1.0)


def _near(x: FloatArray, target: npt.ArrayLike | None) -> FloatArray:
    """Return 1 less the distance to the target in ranges; turning moves neither."""
    least, greatest = _apart(x, "target")
    aim = per_column(target, "target", x.shape[1])
    return np.asarray(1 - np.abs(x - aim) / (greatest - least))


_FROM_THE_VALUES: dict[str, Callable[[FloatArray, FloatArray], FloatArray]] = {
    "minmax": _minmax,
    "zscore": _zscore,
    "rank": _rank,
    "borda": _borda,
    "percentile": _percentile,
}


def _ends(x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the least and greatest present of each column."""
    # fmin passes over NaN and, unlike nanmin, has no warning for a column of nothing else.
    least, greatest = (f.reduce(x, axis=0, initial=np.nan) for f in (np.fmin, np.fmax))
    return least, greatest


def _apart(x: FloatArray, method: str) -> tuple[FloatArray, FloatArray]:
    """Return the ends of each column, refusing an indicator whose values are all the same."""
    least, greatest = _ends(x)
    constant: BoolArray = least == greatest
    if constant.any():
        j = int(np.argmax(constant))
        msg = (
            f"`values` has {int(constant.sum())} constant indicator(s), first column {j}, where "
            f"all present are {float(least[j])}: method {method!r} cannot tell its units apart. "
            "Leave the indicator out, or use method 'goalposts' with `low` and `high`."
        )
        raise ValueError(msg)
    return least, greatest


def _directions(direction: npt.ArrayLike, indicators: int) -> FloatArray:
    """Return 1 or -1 for each column."""
    turn = per_column(direction, "direction", indicators)
    bad = np.abs(turn) != 1
    if bad.any():
        where = offenders(bad, turn)
        msg = f"`direction` must be 1 (more is better) or -1 (less is better); {where}"
        raise ValueError(msg)
    return turn


def _only_what_is_used(method: str, **given: object) -> None:
    """Refuse an argument that the method would pass over in silence."""
    for name, value in given.items():
        owner = _OWNERS[name]
        if value is not None and owner != method:
            msg = f"`{name}` is not used by method {method!r}: use {owner!r}, or leave it out"
            raise ValueError(msg)


def _scale(output: tuple[float, float]) -> tuple[float, float]:
    """Return the two ends of the scale."""
    ends = finite(output, "output")
    if ends.shape != (2,) or not ends[0] < ends[1]:
        msg = f"`output` must be two rising numbers such as (0, 100), got {output!r}"
        raise ValueError(msg)
    return float(ends[0]), float(ends[1])
