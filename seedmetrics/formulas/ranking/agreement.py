"""Two rankings of the same units beside each other: how alike, and who has moved."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from seedmetrics.formulas._checks import (
    BoolArray,
    FloatArray,
    confidence,
    finite,
    one_of,
    same_shape,
)
from seedmetrics.formulas.ranking.rank_sets import RankSets, rank_sets
from seedmetrics.formulas.ranking.ranks import TIES, rank

AMONG = ("all", "both")


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """
    How alike two rankings are.

    Attributes
    ----------
    kendall : float
        Tau-b: pairs of units in the same order less those reversed, as a share.
    spearman : float
        Correlation of the ranks.
    units : int
        Units that both have, on which the two rest.

    Notes
    -----
    Both lie between -1, one the reverse of the other, and 1, the same order;
    NaN where one of the rankings tells no units apart.
    """

    kendall: float
    spearman: float
    units: int


def agreement(a: npt.ArrayLike, b: npt.ArrayLike) -> Agreement:
    r"""
    Agreement of two rankings of the same units.

    Parameters
    ----------
    a, b : array_like of float, shape (units,)
        Scores, or ranks; the same of both, as scores rise where ranks fall. A
        unit that is missing (NaN) in one of them is left out.

    Returns
    -------
    Agreement
        Kendall's tau-b, Spearman's correlation, and the number of units.

    Raises
    ------
    ValueError
        If the shapes differ, or are not (units,).

    See Also
    --------
    scipy.stats.kendalltau : Does the work, and tests it against no association.
    scipy.stats.spearmanr : The same for the ranks.
    seedmetrics.formulas.ranking.rank_change : Who has moved.

    Notes
    -----
    With :math:`P` pairs of units in the same order, :math:`Q` in reverse, and
    :math:`T_a`, :math:`T_b` tied in one of them only [kendall1945treatment]_,

    .. math:: \tau_b = \frac{P - Q}{\sqrt{(P + Q + T_a)(P + Q + T_b)}}.

    Spearman's is the correlation of the two ranks, ties averaged
    [spearman1904proof]_. It weighs a move by its length, squared; Kendall's
    counts the pairs that are turned, and is the easier to say in words: of all
    pairs told apart, :math:`(1 - \tau) / 2` are reversed, where there are no
    ties. Neither says whether the top is kept: see `rank_change`.

    Decided cases. Fewer than two units, or all of them tied in one of the
    rankings: both are NaN.

    References
    ----------
    .. [kendall1945treatment] M. G. Kendall (1945), "The treatment of ties in
       ranking problems", Biometrika 33, 239-251.
    .. [spearman1904proof] C. Spearman (1904), "The proof and measurement of
       association between two things", Am. J. Psychol. 15, 72-101.

    Examples
    --------
    >>> result = agreement([1, 2, 3, 4, 5], [2, 1, 3, 4, float("nan")])
    >>> round(result.kendall, 3), round(result.spearman, 3), result.units
    (0.667, 0.8, 4)
    """
    one, other = finite(a, "a", allow_nan=True), finite(b, "b", allow_nan=True)
    same_shape(one, other, ("a", "b"))
    if one.ndim != 1:
        msg = f"`a` must have the shape (units,), got shape {one.shape}"
        raise ValueError(msg)
    both = ~(np.isnan(one) | np.isnan(other))
    one, other, units = one[both], other[both], int(both.sum())
    if units < 2 or one.min() == one.max() or other.min() == other.max():
        return Agreement(float("nan"), float("nan"), units)
    kendall = stats.kendalltau(one, other).statistic
    # Of ranks, so that no spread of scores is too large to square.
    ranks = stats.rankdata(np.stack([one, other]), axis=1)
    return Agreement(float(kendall), float(stats.spearmanr(*ranks).statistic), units)


@dataclass(frozen=True, slots=True, eq=False)
class RankChange:
    """
    Ranks before and after, and what lies between them.

    Attributes
    ----------
    before, after : ndarray of float64, shape (..., units)
        The two ranks, 1 being the best; NaN where there is none.
    change : ndarray of float64, shape (..., units)
        Places climbed, negative where the unit fell; NaN unless it has both.
    entered, left : ndarray of bool, shape (..., units)
        True for a unit that has a rank only after, only before.
    low, high : ndarray of float64, shape (..., units)
        Ends of the interval of the change of true ranks; NaN without standard
        errors.
    """

    before: FloatArray
    after: FloatArray
    change: FloatArray
    entered: BoolArray
    left: BoolArray
    low: FloatArray
    high: FloatArray


def rank_change(
    before: npt.ArrayLike,
    after: npt.ArrayLike,
    *,
    ties: str = "min",
    higher_is_better: bool = True,
    among: str = "all",
    standard_error_before: npt.ArrayLike | None = None,
    standard_error_after: npt.ArrayLike | None = None,
    confidence_level: float | None = None,
    draws: int | None = None,
    seed: int | None = None,
) -> RankChange:
    r"""
    Change of rank between two scorings of the same units.

    Parameters
    ----------
    before, after : array_like of float, shape (..., units)
        Scores, the same unit in the same place. A unit without a score (NaN)
        has no rank there.
    ties : str, default "min"
        What equal scores share, as in `rank`.
    higher_is_better : bool, default True
        False gives rank 1 to the smallest.
    among : str, default "all"
        ``"all"``: each time the ranks among all that have a score then, as
        they were published; a unit may lose a place to one that entered.
        ``"both"``: among those with a score both times, so that only their own
        order moves them.
    standard_error_before, standard_error_after : array_like, optional
        Standard errors, shape (units,), or covariance matrices of the two
        times, for intervals of the change. Both or neither, and then the
        scores are of shape (units,).
    confidence_level : float, optional
        Probability with which all intervals hold at once, 0.95 unless given.
        This and the next two only with standard errors.
    draws, seed : int, optional
        As in `rank_sets`, with its defaults.

    Returns
    -------
    RankChange
        Ranks, change, who entered and left, and the intervals.

    Raises
    ------
    ValueError
        If the shapes differ, an option is unknown, only one of the standard
        errors is given or what is asked for needs them, ties are ``"dense"``
        where there are intervals, or `rank_sets` refuses the errors.

    See Also
    --------
    seedmetrics.formulas.ranking.agreement : The two rankings as a whole.
    seedmetrics.formulas.ranking.rank_sets : Makes the intervals.

    Notes
    -----
    The change is rank before less rank after: positive is a climb. For the
    intervals both times get simultaneous sets of ranks
    [mogstad2024inference]_ at the level :math:`1 - \alpha / 2`, by Bonferroni,
    which asks nothing of how the errors of the two times hang together. With
    sets :math:`\{L_j, \dots, U_j\}` before and :math:`\{L'_j, \dots, U'_j\}`
    after, the true ranks of all units have changed by

    .. math:: [L_j - U'_j,\; U_j - L'_j],

    all at once with probability :math:`1 - \alpha`. An interval without 0
    shows a change that chance does not explain; ranks of close units often
    move by many places and have none such.

    Decided cases. A unit that entered or left has no change, and is not one
    that fell or climbed. ``"dense"`` ranks count values, not units, and the
    sets say nothing of them.

    References
    ----------
    .. [mogstad2024inference] M. Mogstad, J. P. Romano, A. M. Shaikh and D.
       Wilhelm (2024), "Inference for ranks with applications to mobility across
       neighbourhoods and academic achievement across countries", Rev. Econ.
       Stud. 91, 476-518.

    Examples
    --------
    >>> nan = float("nan")
    >>> result = rank_change([90, 80, 70, nan], [75, 85, nan, 95])
    >>> result.change
    array([-2.,  0., nan, nan])
    >>> result.entered, result.left
    (array([False, False, False,  True]), array([False, False,  True, False]))
    >>> errors = {"standard_error_before": [2] * 3, "standard_error_after": [2] * 3}
    >>> result = rank_change([90, 60, 59], [61, 90, 62], **errors)
    >>> result.change, result.low, result.high
    (array([-2.,  1.,  1.]), array([-2.,  1., -1.]), array([-1.,  2.,  1.]))
    """
    ties, among = one_of(ties, "ties", TIES), one_of(among, "among", AMONG)
    scores = [finite(before, "before", allow_nan=True), finite(after, "after", allow_nan=True)]
    same_shape(scores[0], scores[1], ("before", "after"))
    missing = [np.isnan(x) for x in scores]
    entered, left = missing[0] & ~missing[1], missing[1] & ~missing[0]
    if among == "both":
        scores = [np.where(missing[0] | missing[1], np.nan, x) for x in scores]
    first, second = (rank(x, ties=ties, higher_is_better=higher_is_better) for x in scores)
    options = {"confidence_level": confidence_level, "draws": draws, "seed": seed}
    given = {name: value for name, value in options.items() if value is not None}
    low, high = np.full((2, *first.shape), np.nan)
    if standard_error_before is not None and standard_error_after is not None:
        if ties == "dense":
            msg = "`ties` must not be 'dense' with standard errors: sets count units. Use 'min'."
            raise ValueError(msg)
        turned = [x if higher_is_better else -x for x in scores]
        low, high = _between(turned, (standard_error_before, standard_error_after), given)
    elif standard_error_before is not None or standard_error_after is not None:
        msg = "give `standard_error_before` and `standard_error_after`, or neither; got one of them"
        raise ValueError(msg)
    elif given:
        msg = f"`{next(iter(given))}` is for intervals: give both standard errors, or leave it out"
        raise ValueError(msg)
    return RankChange(first, second, first - second, entered, left, low, high)


def _between(
    scores: list[FloatArray],
    standard_errors: tuple[npt.ArrayLike, npt.ArrayLike],
    options: dict[str, Any],
) -> tuple[FloatArray, FloatArray]:
    """Return the ends of the changes that the rank sets of both times allow."""
    level = (1 + confidence(options.get("confidence_level", 0.95))) / 2
    options = {**options, "confidence_level": level}
    then = _sets(scores[0], standard_errors[0], "before", options)
    now = _sets(scores[1], standard_errors[1], "after", options)
    return then.low - now.high, then.high - now.low


def _sets(
    scores: FloatArray, standard_error: npt.ArrayLike, when: str, options: dict[str, Any]
) -> RankSets:
    """Return the rank sets of one of the two times; what is refused is named by its time."""
    try:
        return rank_sets(scores, standard_error, **options)
    except ValueError as error:
        named = str(error).replace("`standard_error`", f"`standard_error_{when}`")
        raise ValueError(named.replace("`estimate`", f"`{when}`")) from error
