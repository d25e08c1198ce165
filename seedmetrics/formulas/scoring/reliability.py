"""Whether indicators measure one thing; what the thing is worth is not asked here."""

import numpy.typing as npt

from seedmetrics.formulas._checks import finite


def cronbach_alpha(scores: npt.ArrayLike) -> float:
    r"""
    Cronbach's alpha: how far the indicators of a score vary together.

    Parameters
    ----------
    scores : array_like of float, shape (units, indicators)
        Scores on one scale and all turned the same way, none missing; two units
        and two indicators at least.

    Returns
    -------
    float
        At most 1, and below 0 where indicators run against each other. NaN
        where the sums of all units are equal.

    Raises
    ------
    TypeError
        If an element is no number.
    ValueError
        If a score is missing or infinite, or `scores` has not two dimensions,
        two units and two indicators.

    See Also
    --------
    seedmetrics.formulas.scoring.pca_weights : Weights by what indicators share.

    Notes
    -----
    Of k indicators with variances :math:`s_j^2`, and :math:`s^2` the variance
    of the units' sums [cronbach1951coefficient]_,

    .. math::

        \alpha = \frac{k}{k - 1} \left(1 - \frac{\sum_j s_j^2}{s^2}\right).

    Alpha grows with the number of indicators, and a high one does not show that
    they measure one thing only. A pillar whose indicators are meant to make up
    for each other need not have one.

    Decided cases. A constant indicator counts as one of the k. Where the sums
    of all units are equal no alpha exists: NaN, whether because nothing varies
    or because all variation cancels.

    References
    ----------
    .. [cronbach1951coefficient] L. J. Cronbach (1951), "Coefficient alpha and
       the internal structure of tests", Psychometrika 16, 297-334.

    Examples
    --------
    >>> round(cronbach_alpha([[2, 3, 3], [4, 4, 5], [5, 5, 4], [1, 2, 2]]), 3)
    0.944
    """
    x = finite(scores, "scores")
    if x.ndim != 2 or min(x.shape) < 2:
        msg = f"`scores` must be (units, indicators) with two of each at least, got shape {x.shape}"
        raise ValueError(msg)
    k = x.shape[1]
    away = x - x.mean(axis=0)
    parts = (away**2).sum()
    whole = (away.sum(axis=1) ** 2).sum()
    # What is left of variation that cancels is rounding.
    if whole <= 1e-24 * (x**2).sum() or whole <= 1e-24 * parts:
        return float("nan")
    return float(k / (k - 1) * (1 - parts / whole))
