"""Weights found in the scores themselves; those that people give by comparing are in another file."""

import numpy as np
import numpy.typing as npt
from scipy import special

from seedmetrics.formulas._checks import FloatArray, finite, offenders

# Eigenvalues this near to each other, or to 1, are equal but for rounding.
_EQUAL = 1e-9


def equal_weights(scores: npt.ArrayLike) -> FloatArray:
    """
    Weigh every indicator the same.

    Parameters
    ----------
    scores : array_like of float, shape (units, indicators), or int
        Scores, of which only the number of indicators counts, or that number.

    Returns
    -------
    ndarray of float64, shape (indicators,)
        Weights, adding up to 1.

    Raises
    ------
    TypeError
        If an element is no number.
    ValueError
        If there is no indicator.

    Notes
    -----
    Each weight is 1 over the number of indicators. Equal weights are weights:
    in a tree, indicators of small pillars come to weigh more than those of
    large ones, as `effective_weights` shows. Missing scores, constant
    indicators and the scores altogether change nothing here.

    Examples
    --------
    >>> equal_weights([[80, 60, 40, 20], [90, 50, 30, 10]])
    array([0.25, 0.25, 0.25, 0.25])
    """
    x = finite(scores, "scores", allow_nan=True)
    indicators = x if x.ndim == 0 else np.asarray(float(x.shape[-1]))
    if x.ndim > 2 or not (indicators >= 1 and indicators == np.floor(indicators)):
        msg = (
            "`scores` must be (units, indicators) with at least one indicator, or their number; "
            f"got {f'shape {x.shape}' if x.ndim else scores!r}"
        )
        raise ValueError(msg)
    return np.full(int(indicators), 1 / indicators)


def entropy_weights(scores: npt.ArrayLike) -> FloatArray:
    r"""
    Weigh indicators by how unevenly they are spread over the units.

    Parameters
    ----------
    scores : array_like of float, shape (units, indicators)
        Scores of at least 0, none missing; two units at least.

    Returns
    -------
    ndarray of float64, shape (indicators,)
        Weights, adding up to 1.

    Raises
    ------
    TypeError
        If an element is no number.
    ValueError
        If a score is missing, infinite or negative, an indicator is constant,
        or `scores` has not two dimensions and two units.

    See Also
    --------
    critic_weights : Counts also how indicators overlap.

    Notes
    -----
    With :math:`p_{ij} = x_{ij} / \sum_i x_{ij}` over n units
    [shannon1948mathematical]_ [hwang1981multiple]_

    .. math::

        e_j = -\frac{1}{\ln n} \sum_i p_{ij} \ln p_{ij}, \qquad
        w_j = \frac{1 - e_j}{\sum_k (1 - e_k)}.

    The weights do not change when an indicator is multiplied by a positive
    number; they do when a number is added. An indicator that is uneven because
    of one extreme unit weighs much: treat outliers first.

    Decided cases. A score of 0 has the entropy 0. A constant indicator, which
    would weigh 0, is refused.

    References
    ----------
    .. [hwang1981multiple] C.-L. Hwang and K. Yoon (1981), "Multiple Attribute
       Decision Making", Springer.
    .. [shannon1948mathematical] C. E. Shannon (1948), "A mathematical theory of
       communication", Bell Syst. Tech. J. 27, 379-423.

    Examples
    --------
    >>> entropy_weights([[3.0, 1.0], [4.0, 2.0], [3.0, 9.0]]).round(3)
    array([0.025, 0.975])
    """
    x = _table(scores)
    if (bad := x < 0).any():
        msg = (
            f"`scores` must be at least 0 for their entropy; {offenders(bad, x)}. "
            "Normalize to an `output` that begins at 0 or above."
        )
        raise ValueError(msg)
    p = x / x.max(axis=0)
    p /= p.sum(axis=0)
    # As a mean of distances from evenness, each exact, and 0 only for equal shares.
    n = len(x)
    uneven = special.kl_div(p, 1 / n).sum(axis=0)
    return np.asarray(uneven / uneven.sum())


def critic_weights(scores: npt.ArrayLike) -> FloatArray:
    r"""
    Weigh indicators by their spread and by how little they repeat each other.

    Parameters
    ----------
    scores : array_like of float, shape (units, indicators)
        Scores, higher being better, none missing; two units at least. They are
        brought to [0, 1] by their least and greatest before, so that units of
        measurement do not matter.

    Returns
    -------
    ndarray of float64, shape (indicators,)
        Weights, adding up to 1.

    Raises
    ------
    TypeError
        If an element is no number.
    ValueError
        If a score is missing or infinite, an indicator is constant, all
        indicators are perfectly correlated, or `scores` has not two dimensions
        and two units.

    See Also
    --------
    entropy_weights : Counts spread only.

    Notes
    -----
    With :math:`s_j` the standard deviation of indicator :math:`j` on [0, 1] and
    :math:`r_{jk}` its correlation with another [diakoulaki1995determining]_

    .. math::

        c_j = s_j \sum_k (1 - r_{jk}), \qquad w_j = c_j / \sum_k c_k.

    Decided cases. One indicator alone weighs 1. Where all indicators move
    together none adds anything to another; there are no weights, and equal ones
    have to be chosen, not found.

    References
    ----------
    .. [diakoulaki1995determining] D. Diakoulaki, G. Mavrotas and L.
       Papayannakis (1995), "Determining objective weights in multiple criteria
       problems: the CRITIC method", Comput. Oper. Res. 22, 763-770.

    Examples
    --------
    >>> critic_weights([[1.0, 2.0, 9.0], [2.0, 4.0, 1.0], [3.0, 7.0, 4.0]]).round(3)
    array([0.256, 0.243, 0.501])
    """
    x = _table(scores)
    if x.shape[1] == 1:
        return np.ones(1)
    share = (x - x.min(axis=0)) / (x.max(axis=0) - x.min(axis=0))
    contrast = share.std(axis=0) * (1 - _correlations(share)).sum(axis=1)
    if contrast.sum() <= _EQUAL:
        msg = (
            f"`scores` hold {x.shape[1]} indicators that are all perfectly correlated: none adds "
            "anything to another. Keep one of them, or use equal_weights."
        )
        raise ValueError(msg)
    return np.asarray(contrast / contrast.sum())


def pca_weights(scores: npt.ArrayLike, *, components: int | None = None) -> FloatArray:
    r"""
    Weigh indicators by how much of them the leading principal components hold.

    Parameters
    ----------
    scores : array_like of float, shape (units, indicators)
        Scores, none missing; two units at least.
    components : int, optional
        How many components to keep. Left out: those with an eigenvalue above 1,
        which explain more than one indicator would; all, where none does.

    Returns
    -------
    ndarray of float64, shape (indicators,)
        Weights of at least 0, adding up to 1.

    Raises
    ------
    TypeError
        If an element is no number.
    ValueError
        If a score is missing or infinite, an indicator is constant,
        `components` is no whole number from 1 to the number of indicators, the
        last component kept cannot be told from the next, or `scores` has not
        two dimensions and two units.

    See Also
    --------
    critic_weights : Weighs down what others repeat; this weighs it up.

    Notes
    -----
    With eigenvalues :math:`\lambda_c` and unit eigenvectors :math:`v_c` of the
    correlation matrix, the loadings are :math:`a_{jc} = \sqrt{\lambda_c}
    v_{jc}`. Their squares, scaled to 1 within a component and weighed by the
    variance it explains, as the handbook has it [oecd2008handbook]_, add up to

    .. math::

        w_j = \sum_{c \le C} \frac{\lambda_c}{\sum_{d \le C} \lambda_d}\,
              \frac{a_{jc}^2}{\sum_k a_{kc}^2}
            = \frac{\sum_{c \le C} a_{jc}^2}{\sum_{c \le C} \lambda_c}:

    the share of an indicator in all that the components kept explain. Squares
    have no sign: no weight is negative, as the eigenvector's own coefficients
    are for an indicator that runs against the others. Nor does a rotation of
    the components change the sum; the handbook's further step, in which each
    indicator keeps only the rotated factor that it loads on most, is left out,
    since a small change of the data can move an indicator from one factor to
    another.

    The weights say what the indicators have in common, not what matters: an
    indicator unrelated to the rest weighs little, however important it is.

    Decided cases. All components kept give equal weights. Where the last
    component kept and the next have equal eigenvalues, which of them is kept is
    chance; this is refused.

    References
    ----------
    .. [oecd2008handbook] OECD and European Commission JRC (2008), "Handbook on
       Constructing Composite Indicators", OECD Publishing, step 6.

    Examples
    --------
    >>> scores = [[1.0, 2.0, 9.0], [2.0, 4.0, 1.0], [3.0, 7.0, 4.0], [4.0, 7.0, 5.0]]
    >>> pca_weights(scores).round(3)
    array([0.407, 0.422, 0.17 ])
    """
    x = _table(scores)
    m = x.shape[1]
    values, vectors = np.linalg.eigh(_correlations(x))
    values, vectors = np.maximum(values[::-1], 0.0), vectors[:, ::-1]
    if components is None:
        kept = int((values > 1 + _EQUAL).sum()) or m
    elif isinstance(components, int | np.integer) and 1 <= components <= m:
        kept = int(components)
    else:
        msg = f"`components` must be a whole number from 1 to {m}, got {components!r}"
        raise ValueError(msg)
    if kept < m and values[kept - 1] - values[kept] <= _EQUAL:
        msg = (
            f"`components` {kept} parts two components with the same eigenvalue "
            f"{values[kept]:.4g}: keep both or none"
        )
        raise ValueError(msg)
    explained = (values[:kept] * vectors[:, :kept] ** 2).sum(axis=1)
    return np.asarray(explained / explained.sum())


def _table(scores: npt.ArrayLike) -> FloatArray:
    """Return complete scores of two units or more, refusing a constant indicator."""
    x = finite(scores, "scores")
    if x.ndim != 2 or len(x) < 2 or not x.shape[1]:
        msg = f"`scores` must be (units, indicators) with two units or more, got shape {x.shape}"
        raise ValueError(msg)
    constant = x.min(axis=0) == x.max(axis=0)
    if constant.any():
        j = int(np.argmax(constant))
        msg = (
            f"`scores` has {int(constant.sum())} constant indicator(s), first column {j}, where "
            f"all are {float(x[0, j])}: it tells no units apart and has no weight. Leave it out."
        )
        raise ValueError(msg)
    return x


def _correlations(x: FloatArray) -> FloatArray:
    """Return the correlations of the columns, 1 with themselves and where they are the same."""
    # From the least, in ranges: a column far from 0 or of tiny numbers loses no digits.
    share = (x - x.min(axis=0)) / (x.max(axis=0) - x.min(axis=0))
    z = share - share.mean(axis=0)
    z /= np.sqrt((z**2).sum(axis=0))
    r = np.clip(z.T @ z, -1.0, 1.0)
    np.fill_diagonal(r, 1.0)
    return np.asarray(r)
