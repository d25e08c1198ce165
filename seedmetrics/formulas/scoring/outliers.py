"""Extreme values of an indicator, found by its shape and drawn in; nothing is brought onto a scale here."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from seedmetrics.formulas._checks import BoolArray, FloatArray, finite

Column = npt.NDArray[np.float64]

# What sums in another order may differ by, in measures of shape.
_ROUNDING = 1e-11


@dataclass(frozen=True, slots=True, eq=False)
class Treated:
    """
    Indicators without extremes, from `treat_outliers`.

    Attributes
    ----------
    values : ndarray of float64, shape of the values given
        Treated values. An indicator whose `method` is ``"log"`` is on a
        logarithmic scale and no longer in its own units.
    changed : ndarray of bool, shape of the values given
        Values that are not what they were; under ``"log"`` all that are present.
    method : ndarray of str, shape (indicators,); a str for one indicator
        ``"none"``, ``"winsorized"``, ``"log"``, or ``"untreatable"``: flagged
        still after either, and given back as it came.
    """

    values: FloatArray
    changed: BoolArray
    method: npt.NDArray[np.str_]


def winsorize(
    values: npt.ArrayLike, *, limit: int, skew: float = 2, kurtosis: float = 3.5
) -> FloatArray:
    r"""
    Draw in the most extreme values of each indicator, until its shape is no longer extreme.

    Parameters
    ----------
    values : array_like of float, shape (units,) or (units, indicators)
        Each indicator in its own units, a column each. Missing values (NaN)
        stay missing and do not count.
    limit : int
        How many values of an indicator may be drawn in, at least 0.
    skew, kurtosis : float, default 2 and 3.5
        An indicator is flagged while its absolute skewness and its excess
        kurtosis are both greater.

    Returns
    -------
    ndarray of float64, shape of `values`
        The values, the extreme ones set to the nearest one left.

    Raises
    ------
    TypeError
        If an element is no number.
    ValueError
        If `limit` is not a whole number of at least 0, a threshold is negative
        or no single number, a value is infinite, or `values` has another shape.

    See Also
    --------
    treat_outliers : Goes on to the logarithm where this is not enough.
    scipy.stats.mstats.winsorize : Sets a share of the values at each end.

    Notes
    -----
    With :math:`m_r = \sum (x - \bar x)^r / n` over the n values present, the
    shape is measured by the bias-corrected [joanes1998comparing]_

    .. math::

        G_1 = \frac{\sqrt{n (n-1)}}{n - 2} \frac{m_3}{m_2^{3/2}}, \qquad
        G_2 = \frac{n - 1}{(n-2)(n-3)} \left((n + 1)
              \left(\frac{m_4}{m_2^2} - 3\right) + 6\right).

    While the indicator is flagged, the greatest value (the least, where the
    skewness is negative) is set to the next one. `scipy.stats.mstats.winsorize`
    is another thing: it sets the same share of values at both ends, whether or
    not they are extreme, and counts missing values among them.

    Decided cases. Equal extremes move together, and each counts towards the
    limit; where the limit does not let all of them move, none does. Fewer than
    four values have no kurtosis and are never flagged, nor is a constant
    indicator. A shape that is at a bound but for rounding is not beyond it.

    References
    ----------
    .. [joanes1998comparing] D. N. Joanes and C. A. Gill (1998), "Comparing
       measures of sample skewness and kurtosis", The Statistician 47, 183-189.

    Examples
    --------
    >>> winsorize([1, 2, 2.5, 3, 4, 5, 7, 40], limit=5)
    array([1. , 2. , 2.5, 3. , 4. , 5. , 7. , 7. ])
    """
    x = _table(values)
    most = _whole(limit, "limit")
    bounds = _bound(skew, "skew"), _bound(kurtosis, "kurtosis")
    return _by_column(x, lambda column: _winsorized(column, most, bounds))


def treat_outliers(
    values: npt.ArrayLike, *, skew: float = 2, kurtosis: float = 3.5, max_winsorized: int = 5
) -> Treated:
    r"""
    Treat indicators whose shape a few extreme values decide: by drawing them in, or by a logarithm.

    Parameters
    ----------
    values : array_like of float, shape (units,) or (units, indicators)
        Each indicator in its own units, a column each. Missing values (NaN)
        stay missing and do not count.
    skew, kurtosis : float, default 2 and 3.5
        An indicator is flagged while its absolute skewness and its excess
        kurtosis are both greater.
    max_winsorized : int, default 5
        How many values of an indicator may be drawn in. 0 goes to the
        logarithm at once.

    Returns
    -------
    Treated
        Values, which of them changed, and what was done to each indicator.

    Raises
    ------
    TypeError
        If an element is no number.
    ValueError
        If `max_winsorized` is not a whole number of at least 0, a threshold is
        negative or no single number, a value is infinite, or `values` has
        another shape.

    See Also
    --------
    winsorize : The first step alone.
    seedmetrics.formulas.scoring.normalize : What comes next.

    Notes
    -----
    An indicator that is flagged is winsorized. Where at most `max_winsorized`
    values drawn in are not enough, all is undone and the values present become

    .. math::

        \ln(x - \min x + 0.01\,R), \qquad R = \max x - \min x,

    or, where the skewness is negative, the mirror image of it,
    :math:`-\ln(\max x - x + 0.01\,R)`. Either keeps the order of the units.
    Rules of this kind, and the bounds of 2 and 3.5, are those of the handbook's
    school [oecd2008handbook]_.

    Decided cases. Where the logarithm leaves the indicator flagged too, a
    transformation that does not help is not kept: its values come back as they
    were and its method is ``"untreatable"``, for a person to look at. Ties,
    short and constant indicators are decided as in `winsorize`.

    References
    ----------
    .. [oecd2008handbook] OECD and European Commission JRC (2008), "Handbook on
       Constructing Composite Indicators", OECD Publishing, step 3.

    Examples
    --------
    >>> result = treat_outliers([[1, 5], [2, 6], [2.5, 4], [3, 5], [4, 7], [5, 6], [7, 5], [40, 8]])
    >>> result.method
    array(['winsorized', 'none'], dtype='<U11')
    >>> result.values[-1], result.changed[-1]
    (array([7., 8.]), array([ True, False]))
    """
    x = _table(values)
    most = _whole(max_winsorized, "max_winsorized")
    bounds = _bound(skew, "skew"), _bound(kurtosis, "kurtosis")
    methods = []

    def treated(column: Column) -> Column:
        found, method = _treated(column, most, bounds)
        methods.append(method)
        return found

    done = _by_column(x, treated)
    changed = (done != x) & ~np.isnan(x)
    by_log = np.array(methods) == "log"
    # A logarithm may leave a value at what it was, on another scale all the same.
    changed |= by_log[0] & ~np.isnan(x) if x.ndim == 1 else by_log & ~np.isnan(x)
    method = np.array(methods, dtype="<U11")
    return Treated(done, changed, method[0] if x.ndim == 1 else method)


def _treated(x: Column, most: int, bounds: tuple[float, float]) -> tuple[Column, str]:
    """Return the values of one indicator, none missing, and what was done."""
    lean = _lean(x, bounds)
    if not lean:
        return x, "none"
    drawn = _winsorized(x, most, bounds)
    if not _lean(drawn, bounds):
        return drawn, "winsorized"
    turned = lean * x
    least = turned.min()
    logs = lean * np.log(turned - least + 0.01 * (turned.max() - least))
    return (x, "untreatable") if _lean(logs, bounds) else (logs, "log")


def _winsorized(x: Column, most: int, bounds: tuple[float, float]) -> Column:
    """Return one indicator, none missing, with extremes drawn in while it is flagged."""
    moved = np.zeros(x.shape, dtype=np.bool_)
    while lean := _lean(x, bounds):
        turned = lean * x
        extreme = turned == turned.max()
        # Those moved before are at the extreme too, unless the lean has turned.
        if (moved | extreme).sum() > most:
            break
        moved |= extreme
        x = np.where(extreme, lean * turned[~extreme].max(), x)
    return x


def _lean(x: Column, bounds: tuple[float, float]) -> int:
    """Return 1 or -1, the side of the extremes, where the shape is flagged; else 0."""
    if x.size < 4 or x.min() == x.max():
        return 0
    # On [0, 1] no moment overflows, and none drowns in a large mean.
    share = x / 2 - x.min() / 2
    share /= share.max()
    skewness = float(stats.skew(share, bias=False))
    kurtosis = float(stats.kurtosis(share, bias=False))
    # A shape that is at a bound but for rounding is not beyond it, whatever the order of units.
    if not (abs(skewness) > bounds[0] + _ROUNDING and kurtosis > bounds[1] + _ROUNDING):
        return 0
    return 1 if skewness > 0 else -1


def _by_column(x: FloatArray, treatment: Callable[[Column], Column]) -> FloatArray:
    """Return the table with what is present of each column treated."""
    done = x.copy()
    for given, found in zip(np.atleast_2d(x.T), np.atleast_2d(done.T)):
        present = ~np.isnan(given)
        found[present] = treatment(given[present])
    return done


def _table(values: npt.ArrayLike) -> FloatArray:
    """Return the values as one or more columns."""
    x = finite(values, "values", allow_nan=True)
    if x.ndim not in (1, 2):
        msg = f"`values` must be (units,) or (units, indicators), got shape {x.shape}"
        raise ValueError(msg)
    return x


def _whole(number: int, name: str) -> int:
    """Return a number of values that may be changed."""
    if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < 0:
        msg = (
            f"`{name}` must be a whole number of at least 0, got {number!r}. "
            "It counts values, not a share of them."
        )
        raise ValueError(msg)
    return int(number)


def _bound(bound: float, name: str) -> float:
    """Return a threshold of shape."""
    number = finite(bound, name)
    if number.ndim or number < 0:
        msg = f"`{name}` must be one number of at least 0, got {bound!r}"
        raise ValueError(msg)
    return float(number)
