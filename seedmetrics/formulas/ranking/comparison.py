"""Where a unit stands out among its peers, and where it is under a floor; no ranks here."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seedmetrics.formulas._checks import BoolArray, FloatArray, finite

# Make the deviations of normal scores agree with their standard deviation.
_MEDIAN_SCALE = 1.4826
_MEAN_SCALE = 1.2533


@dataclass(frozen=True, slots=True, eq=False)
class Strengths:
    """
    Which indicators of a unit stand out.

    Attributes
    ----------
    strong, weak : ndarray of bool, shape (units, indicators)
        More than `z` robust deviations above, below the group's median.
    below_floor : ndarray of bool, shape (units, indicators)
        Under the floor, whatever the group does.
    """

    strong: BoolArray
    weak: BoolArray
    below_floor: BoolArray


def strengths(
    scores: npt.ArrayLike,
    *,
    groups: npt.ArrayLike | None = None,
    floor: npt.ArrayLike | None = None,
    z: float = 1.0,
) -> Strengths:
    r"""
    Strong and weak indicators of each unit against its group, and those under a floor.

    Parameters
    ----------
    scores : array_like of float, shape (units, indicators)
        Normalized scores, higher being better. A missing score (NaN) is
        neither strong, weak nor below the floor, and counts in no median.
    groups : array_like of str or int, shape (units,), optional
        The group of each unit. Without it all units are one group.
    floor : array_like of float, scalar or shape (indicators,), optional
        The least that is asked for, on the scale of `scores`; NaN for an
        indicator without a floor.
    z : float, default 1.0
        Robust deviations from the median beyond which an indicator stands out.

    Returns
    -------
    Strengths
        Three tables of booleans.

    Raises
    ------
    ValueError
        If `scores` has not two dimensions, a unit has no group, `floor` does
        not fit the indicators, or `z` is negative.

    See Also
    --------
    seedmetrics.formulas.scoring.normalize : Makes the scores.
    scipy.stats.median_abs_deviation : The deviation used.

    Notes
    -----
    Within a group and an indicator, with median :math:`\tilde x`,

    .. math:: d = 1.4826 \cdot \mathrm{median}\,|x - \tilde x|,
        \quad \text{strong: } x - \tilde x > z d,
        \quad \text{weak: } \tilde x - x > z d.

    The median and this deviation are not moved by the very units that stand
    out, as the mean and the standard deviation are.

    Decided cases. Where more than half of a group have the same score this
    :math:`d` is 0; then the mean distance to the median is used,
    :math:`d = 1.2533 \cdot \mathrm{mean}\,|x - \tilde x|` [iglewicz1993how]_.
    Where all have the same score nobody stands out, and in a group of one or
    two nobody can at ``z=1``: two are as far from their median as each other.
    A score on the floor is not below it.

    References
    ----------
    .. [iglewicz1993how] B. Iglewicz and D. C. Hoaglin (1993), "How to Detect
       and Handle Outliers", ASQC Quality Press.

    Examples
    --------
    >>> scores = [[95.0, 40.0], [70.0, 80.0], [72.0, 82.0], [68.0, 81.0], [71.0, 79.0]]
    >>> result = strengths(scores, floor=60)
    >>> result.strong[0], result.weak[0], result.below_floor[0]
    (array([ True, False]), array([False,  True]), array([False,  True]))
    """
    x = finite(scores, "scores", allow_nan=True)
    if x.ndim != 2:
        msg = f"`scores` must have the shape (units, indicators), got shape {x.shape}"
        raise ValueError(msg)
    beyond = finite(z, "z")
    if beyond.ndim or beyond < 0:
        msg = f"`z` must be one number of at least 0, got {z!r}"
        raise ValueError(msg)
    strong = np.zeros(x.shape, dtype=np.bool_)
    weak = strong.copy()
    for members in _members(groups, len(x)):
        away, deviation = _deviations(x[members])
        strong[members] = away > beyond * deviation
        weak[members] = -away > beyond * deviation
    return Strengths(strong, weak, x < _floors(floor, x.shape[1]))


def _deviations(x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the distance of each score to its column's median, and the column's deviation."""
    away = np.full(x.shape, np.nan)
    deviation = np.zeros(x.shape[1])
    some = ~np.isnan(x).all(axis=0)
    kept = x[:, some]
    away[:, some] = kept - np.nanmedian(kept, axis=0)
    # A difference in the last bits is none, and must not stand out where all else is equal.
    away[np.abs(away) <= 1e-12 * np.abs(x)] = 0.0
    distance = np.abs(away[:, some])
    middle = _MEDIAN_SCALE * np.nanmedian(distance, axis=0)
    deviation[some] = np.where(middle > 0, middle, _MEAN_SCALE * np.nanmean(distance, axis=0))
    return away, deviation


def _members(groups: npt.ArrayLike | None, units: int) -> Sequence[npt.NDArray[np.intp]]:
    """Return the row numbers of each group, in order of first appearance."""
    if groups is None:
        return [np.arange(units)]
    labels = np.asarray(groups, dtype=object)
    if labels.shape != (units,):
        msg = f"`groups` has shape {labels.shape} but `scores` has {units} unit(s). Give one each."
        raise ValueError(msg)
    rows: dict[object, list[int]] = {}
    for i, label in enumerate(labels):
        # NaN, NaT and pandas' NA do not equal themselves; None would pass as a name.
        if label is None or not _equals_itself(label):
            msg = f"`groups` must name a group for each unit; unit {i} has {label!r}"
            raise ValueError(msg)
        rows.setdefault(label, []).append(i)
    return [np.array(members, dtype=np.intp) for members in rows.values()]


def _equals_itself(label: object) -> bool:
    """Return False for the missing values of any library."""
    try:
        return bool(label == label)
    except TypeError:
        return False


def _floors(floor: npt.ArrayLike | None, indicators: int) -> FloatArray:
    """Return one floor an indicator; nothing is below NaN."""
    floors = finite(np.nan if floor is None else floor, "floor", allow_nan=True)
    if floors.shape not in ((), (1,), (indicators,)):
        msg = (
            f"`floor` has shape {floors.shape} but `scores` has {indicators} indicator(s). "
            "Give one number, or one for each indicator."
        )
        raise ValueError(msg)
    return floors
