"""Marks of several judges: one score a contestant, and how far the judges agree; no ranks here."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats
from scipy.sparse import csgraph, csr_array

from seedmetrics.formulas._checks import BoolArray, FloatArray, finite


@dataclass(frozen=True, slots=True, eq=False)
class JudgedScores:
    """
    Trimmed means of the judges' marks.

    Attributes
    ----------
    score : ndarray of float64, shape (contestants,)
        Mean of the marks that were used, on the scale of the marks.
    used : ndarray of int64, shape (contestants,)
        Number of marks in each mean.
    dropped : ndarray of bool, shape (contestants, judges)
        Marks that were present and were dropped as highest or lowest.
    """

    score: FloatArray
    used: npt.NDArray[np.int64]
    dropped: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class JudgeAgreement:
    """
    How far judges agree, and how severe each is.

    Attributes
    ----------
    kendall_w : float
        Kendall's coefficient of concordance, corrected for ties, in [0, 1].
    icc : float
        ICC(2,1): two-way random effects, absolute agreement, one judge.
    severity : ndarray of float64, shape (judges,)
        Marks by which a judge is below the mean of the judges over the same
        contestants; positive marks low. NaN for a judge without a mark.
    contestants, judges : int
        How many contestants and judges `kendall_w` and `icc` rest on.
    residual : float
        Standard deviation of the marks around the additive model: what neither
        the contestant nor the judge's severity explains, in marks.
    """

    kendall_w: float
    icc: float
    severity: FloatArray
    contestants: int
    judges: int
    residual: float


def judge_scores(marks: npt.ArrayLike, *, trim: int = 1) -> JudgedScores:
    r"""
    Mean of each contestant's marks without the highest and the lowest.

    Parameters
    ----------
    marks : array_like of float, shape (contestants, judges)
        Marks; NaN where a judge was absent for a contestant. An absent judge
        is neither a mark of 0 nor among those dropped.
    trim : int, default 1
        How many marks are dropped at each end. 0 gives the plain mean.

    Returns
    -------
    JudgedScores
        Score, number of marks used, and which marks were dropped.

    Raises
    ------
    ValueError
        If `trim` is not a whole number of at least 0, `marks` has not two
        dimensions, or a contestant has fewer than ``2 * trim + 1`` marks.

    See Also
    --------
    judge_agreement : Whether the judges agree at all.

    Notes
    -----
    Tukey's trimmed mean [tukey1962future]_: with the :math:`m` marks present in
    order, :math:`x_{(1)} \le \dots \le
    x_{(m)}`, and :math:`k` = `trim`,

    .. math:: \frac{1}{m - 2k} \sum_{i=k+1}^{m-k} x_{(i)}.

    `trim` counts marks, not a share of them: a contestant with fewer judges
    loses as many. Where marks tie at an end any one of them may be dropped
    without a change of score; it is the one that stands first in its row at
    the low end and last at the high end.

    References
    ----------
    .. [tukey1962future] J. W. Tukey (1962), "The future of data analysis", Ann. Math.
       Statist. 33, 1-67.

    Examples
    --------
    >>> result = judge_scores([[90, 85, 70, 88, 99], [80, 82, float("nan"), 81, 79]])
    >>> result.score.round(2)
    array([87.67, 80.5 ])
    >>> result.used
    array([3, 2])
    >>> result.dropped[0]
    array([False, False,  True, False,  True])
    """
    x = _table(marks)
    if isinstance(trim, bool) or not isinstance(trim, int | np.integer) or trim < 0:
        msg = f"`trim` must be a whole number of at least 0, got {trim!r}"
        raise ValueError(msg)
    given = (~np.isnan(x)).sum(axis=1)
    few = given < 2 * trim + 1
    if few.any():
        i = int(np.argmax(few))
        msg = (
            f"`marks` must hold at least {2 * trim + 1} marks a contestant to drop {trim} at each "
            f"end; {int(few.sum())} of {len(x)} contestants have fewer, first contestant {i} "
            f"with {int(given[i])}. "
            "Choose a smaller `trim`, or leave the contestant out."
        )
        raise ValueError(msg)
    # NaN sorts last, so position i of a row is the i-th lowest mark present.
    order = np.argsort(x, axis=1, kind="stable")
    position = np.arange(x.shape[1])
    end = given[:, np.newaxis] - trim
    kept = (position >= trim) & (position < end)
    cut = (position < given[:, np.newaxis]) & ~kept
    used = given - 2 * trim
    sums = np.where(kept, np.take_along_axis(x, order, axis=1), 0.0).sum(axis=1)
    dropped = np.zeros(x.shape, dtype=np.bool_)
    np.put_along_axis(dropped, order, cut, axis=1)
    return JudgedScores(sums / used, used, dropped)


def judge_agreement(marks: npt.ArrayLike) -> JudgeAgreement:
    r"""
    Agreement of the judges on order and on marks, and the severity of each.

    Parameters
    ----------
    marks : array_like of float, shape (contestants, judges)
        Marks; NaN where a judge was absent for a contestant.

    Returns
    -------
    JudgeAgreement
        `kendall_w` in [0, 1]; `icc` at most 1, and below 0 where judges agree
        less than chance would; `severity` in marks, with mean 0.

    Raises
    ------
    ValueError
        If `marks` has not two dimensions, or a mark is infinite.

    See Also
    --------
    scipy.stats.friedmanchisquare : The test that goes with `kendall_w`.

    Notes
    -----
    Let :math:`m` judges mark :math:`n` contestants. With :math:`R_i` the sum of
    contestant :math:`i`'s ranks, ties sharing their average, and :math:`t` the
    sizes of the groups of equal marks that a judge gave [kendall1939problem]_,

    .. math::

        W = \frac{12 \sum_i (R_i - \bar R)^2}
                 {m^2 (n^3 - n) - m \sum (t^3 - t)}.

    With mean squares of contestants (:math:`R`), judges (:math:`C`) and the
    rest (:math:`E`) in the two-way analysis of variance [shrout1979intraclass]_,

    .. math::

        \mathrm{ICC}(2,1) = \frac{MS_R - MS_E}
            {MS_R + (m - 1) MS_E + m (MS_C - MS_E) / n}.

    W asks whether judges order contestants alike, whatever marks they use; the
    ICC also counts a severe judge as disagreement. Severity is
    :math:`-\beta_j` of :math:`\mu + \alpha_i + \beta_j`, fitted by least
    squares to the marks present with :math:`\sum \beta_j = 0`; where nobody is
    absent that is the grand mean minus the judge's mean.

    `residual` is the root of the model's residual sum of squares over its degrees
    of freedom: marks present, less contestants, less judges, plus one. The mean
    of :math:`k` judges of one contestant then has the standard error residual
    :math:`/ \sqrt{k}` against contestants whom the same judges marked.

    Decided cases. A judge without a mark is no judge. `kendall_w` and `icc`
    are of the contestants whom every other judge marked; `contestants` says
    how many. They are NaN where fewer than two contestants or judges are left,
    W also where every judge gave everybody the same mark, the ICC where all
    marks are equal or two judges exchange the marks of two contestants.
    Severity uses every mark. Where judges fall into sets that
    share no contestant, severe judges cannot be told from weak contestants,
    and severity and residual are NaN. So is the residual where no degree of
    freedom is left.

    References
    ----------
    .. [kendall1939problem] M. G. Kendall and B. Babington Smith (1939), "The problem of m
       rankings", Ann. Math. Statist. 10, 275-287.
    .. [shrout1979intraclass] P. E. Shrout and J. L. Fleiss (1979), "Intraclass correlations: uses
       in assessing rater reliability", Psychol. Bull. 86, 420-428.

    Examples
    --------
    >>> result = judge_agreement([[90, 80], [85, 75], [95, 85]])
    >>> round(result.kendall_w, 3), round(result.icc, 3)
    (1.0, 0.333)
    >>> result.severity
    array([-5.,  5.])
    """
    x = _table(marks)
    sits = ~np.isnan(x).all(axis=0)
    seated = x[:, sits]
    complete = seated[~np.isnan(seated).any(axis=1)]
    severity = np.full(x.shape[1], np.nan)
    severity[sits] = _severity(seated)
    n, m = complete.shape
    residual = _residual(seated, severity[sits])
    if min(n, m) < 2:
        return JudgeAgreement(np.nan, np.nan, severity, n, m, residual)
    return JudgeAgreement(_kendall_w(complete), _icc(complete), severity, n, m, residual)


def _kendall_w(x: FloatArray) -> float:
    """Return Kendall's W of complete marks, corrected for ties."""
    n, m = x.shape
    ranks = stats.rankdata(x, axis=0)
    sums = ranks.sum(axis=1)
    ties = 0
    for column in x.T:
        t = np.unique(column, return_counts=True)[1].astype(np.int64)
        ties += int((t**3 - t).sum())
    divisor = m**2 * (n**3 - n) - m * ties
    if divisor == 0:
        return float("nan")
    return float(12 * ((sums - sums.mean()) ** 2).sum() / divisor)


def _icc(x: FloatArray) -> float:
    """Return ICC(2,1) of complete marks."""
    n, m = x.shape
    if x.min() == x.max():
        return float("nan")
    grand = x.mean()
    rows, columns = x.mean(axis=1) - grand, x.mean(axis=0) - grand
    rest = x - grand - rows[:, np.newaxis] - columns
    ms_rows = m * (rows**2).sum() / (n - 1)
    ms_columns = n * (columns**2).sum() / (m - 1)
    ms_rest = (rest**2).sum() / ((n - 1) * (m - 1))
    divisor = ms_rows + (m - 1) * ms_rest + m * (ms_columns - ms_rest) / n
    # Two judges who exchange the marks of two contestants leave nothing to divide by.
    if divisor <= 1e-12 * ms_rest:
        return float("nan")
    return float((ms_rows - ms_rest) / divisor)


def _severity(x: FloatArray) -> FloatArray:
    """Return the judges' effects, turned, by least squares on the marks; each judge gave some."""
    x = x[~np.isnan(x).all(axis=1)]
    present = ~np.isnan(x)
    if not present.any() or not _connected(present):
        return np.full(x.shape[1], np.nan)
    marked = present.astype(np.float64)
    per_contestant = marked.sum(axis=1)
    filled = np.where(present, x, 0.0)
    # Around the grand mean, so that large marks leave no rounding behind.
    filled = np.where(present, filled - filled.sum() / marked.sum(), 0.0)
    means = filled.sum(axis=1) / per_contestant
    # Contestants are solved for first; what is left is one equation a judge. It says
    # nothing of the effects' sum, and the shortest solution is the one of sum 0.
    left = np.diag(marked.sum(axis=0)) - marked.T @ (marked / per_contestant[:, np.newaxis])
    right = filled.sum(axis=0) - marked.T @ means
    effects = np.linalg.lstsq(left, right, rcond=1e-10)[0]
    return np.asarray(effects.mean() - effects)


def _residual(x: FloatArray, severity: FloatArray) -> float:
    """Return the standard deviation of the marks around contestant plus judge."""
    x = x[~np.isnan(x).all(axis=1)]
    freedom = int((~np.isnan(x)).sum()) - x.shape[0] - x.shape[1] + 1
    if freedom < 1 or np.isnan(severity).any():
        return float("nan")
    level = x + severity
    rest = level - np.nanmean(level, axis=1, keepdims=True)
    return float(np.sqrt(np.nansum(rest**2) / freedom))


def _connected(present: BoolArray) -> bool:
    """Return whether every judge can be compared with every other, over contestants in common."""
    shared = present.astype(np.int64)
    parts = csgraph.connected_components(csr_array(shared.T @ shared), directed=False)[0]
    return int(parts) == 1


def _table(marks: npt.ArrayLike) -> FloatArray:
    """Return marks as a table of floats."""
    x = finite(marks, "marks", allow_nan=True)
    if x.ndim != 2:
        msg = f"`marks` must have the shape (contestants, judges), got shape {x.shape}"
        raise ValueError(msg)
    return x
