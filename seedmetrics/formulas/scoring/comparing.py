"""Weights from what people say when they compare two things at a time, and how far they contradict themselves."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seedmetrics.formulas._checks import FloatArray, finite, offenders

# Saaty's mean consistency index of random comparisons of 1, 2, … things.
_RANDOM_INDEX = (
    *(0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49),
    *(1.51, 1.48, 1.56, 1.57, 1.59),
)
# Saaty's bound: above it, comparisons should be made again.
_TOLERATED = 0.1
# A third written as 0.33 is one part in a hundred off.
_RECIPROCAL = 0.0101


@dataclass(frozen=True, slots=True, eq=False)
class AhpWeights:
    """
    Weights from pairwise comparisons, from `ahp_weights`.

    Attributes
    ----------
    weights : ndarray of float64, shape (things,)
        Weights, adding up to 1.
    eigenvalue : float
        The greatest eigenvalue; the number of things where the comparisons do
        not contradict each other, more where they do.
    consistency_index : float
        What the eigenvalue is above the number of things, by their number less 1.
    consistency_ratio : float
        The consistency index by that of random comparisons; 0 is consistent.
    inconsistent : bool
        Whether the ratio is above 0.1: compare again before using the weights.
    """

    weights: FloatArray
    eigenvalue: float
    consistency_index: float
    consistency_ratio: float
    inconsistent: bool


def ahp_weights(comparisons: npt.ArrayLike) -> AhpWeights:
    r"""
    Weights from pairwise comparisons by the analytic hierarchy process.

    Parameters
    ----------
    comparisons : array_like of float, shape (things, things)
        How many times as important the row's thing is as the column's, above 0:
        on Saaty's scale 1 equal, 3 moderately, 5 strongly, 7 very strongly and
        9 extremely more important, and reciprocals the other way round. 15
        things at most.

    Returns
    -------
    AhpWeights
        Weights, and how consistent the comparisons are.

    Raises
    ------
    TypeError
        If an element is no number.
    ValueError
        If `comparisons` is not square, holds more than 15 things, a comparison
        is missing, infinite or not above 0, or two that mirror each other are
        no reciprocals.

    See Also
    --------
    seedmetrics.formulas.scoring.effective_weights : Weights of several levels together.

    Notes
    -----
    The weights are the principal eigenvector of the matrix A of comparisons
    [saaty1980analytic]_, and

    .. math::

        A w = \lambda_{\max} w, \qquad \mathrm{CI} = \frac{\lambda_{\max} - n}{n - 1},
        \qquad \mathrm{CR} = \mathrm{CI} / \mathrm{RI}_n,

    with the random indices RI of the same book: 0.58 for 3 things, 0.90, 1.12,
    1.24, 1.32, 1.41, 1.45 and 1.49 for 10, up to 1.59 for 15.

    Decided cases. One thing weighs 1. One or two things are always consistent:
    index and ratio are 0. Reciprocals may be off by one part in a hundred, as a
    third written 0.33 is; a greater difference is a slip and refused. Beyond 15
    things there is no random index, and nobody can compare so many: part them
    into groups and weigh those.

    References
    ----------
    .. [saaty1980analytic] T. L. Saaty (1980), "The Analytic Hierarchy Process",
       McGraw-Hill.

    Examples
    --------
    >>> result = ahp_weights([[1, 3, 5], [1 / 3, 1, 2], [1 / 5, 1 / 2, 1]])
    >>> result.weights.round(3)
    array([0.648, 0.23 , 0.122])
    >>> round(result.consistency_ratio, 4), result.inconsistent
    (0.0032, False)
    """
    a = finite(comparisons, "comparisons")
    if a.ndim != 2 or a.shape[0] != a.shape[1] or not a.size:
        msg = f"`comparisons` must have the shape (things, things), got shape {a.shape}"
        raise ValueError(msg)
    n = len(a)
    if n > len(_RANDOM_INDEX):
        msg = (
            f"`comparisons` hold {n} things, but there are random indices up to "
            f"{len(_RANDOM_INDEX)} only. Compare within groups, and the groups with each other."
        )
        raise ValueError(msg)
    if (bad := a <= 0).any():
        msg = f"`comparisons` must be above 0; {offenders(bad, a)}. Less important is 1/3, not -3."
        raise ValueError(msg)
    if (bad := np.abs(a * a.T - 1) > _RECIPROCAL).any():
        i, j = (int(place) for place in np.argwhere(bad)[0])
        msg = (
            f"`comparisons` must be reciprocal: {a[i, j]:g} at {(i, j)} and {a[j, i]:g} at {(j, i)} "
            "are not. Correct one of the two."
        )
        raise ValueError(msg)
    values, vectors = np.linalg.eig(a)
    # A matrix above 0 has one greatest eigenvalue, real, with a vector of one sign.
    first = int(np.argmax(values.real))
    weights = np.abs(vectors[:, first].real)
    # Rounding may leave the eigenvalue a last bit below that of consistent comparisons.
    eigenvalue = max(float(n), float(values[first].real))
    index = (eigenvalue - n) / (n - 1) if n > 2 else 0.0
    ratio = index / _RANDOM_INDEX[n - 1] if n > 2 else 0.0
    return AhpWeights(weights / weights.sum(), eigenvalue, index, ratio, ratio > _TOLERATED)
