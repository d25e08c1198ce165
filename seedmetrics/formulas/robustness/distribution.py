"""Ranks over many draws of what could have been chosen otherwise, and what is read off them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from seedmetrics.formulas._checks import FloatArray, shares, whole_number

# Scores closer than this, of the largest score of a draw, tie: sums taken in another order, as by
# a matrix product, differ in their last bits.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class RankDistribution:
    """
    Ranks of the units over draws of weights or of other choices.

    Attributes
    ----------
    ranks : ndarray of float64, shape (draws, units)
        Ranks of each draw, 1 being the best, ties sharing the best place; NaN for a unit without
        a score in that draw.
    rank : ndarray of float64, shape (units,)
        Ranks as chosen, before anything is varied.
    choices : mapping of str to ndarray of intp, shape (draws,)
        Which alternative of each choice a draw took, 0 being the one that was made; empty where
        weights alone were moved.
    """

    ranks: FloatArray
    rank: FloatArray
    choices: Mapping[str, npt.NDArray[np.intp]] = field(default_factory=dict)

    def quantile(self, q: npt.ArrayLike) -> FloatArray:
        """
        Quantiles of each unit's rank over the draws.

        Parameters
        ----------
        q : array_like of float, shape (...)
            Shares in [0, 1].

        Returns
        -------
        ndarray of float64, shape (..., units)
            Between two ranks drawn the quantile lies on the straight line between them (type 7 of
            [hyndman1996quantiles]_, as in R and pandas). NaN for a unit never ranked.

        Raises
        ------
        TypeError
            If `q` is no number.
        ValueError
            If `q` is outside [0, 1].

        Notes
        -----
        Draws in which the unit has no rank are left out.

        References
        ----------
        .. [hyndman1996quantiles] R. J. Hyndman and Y. Fan (1996), "Sample quantiles in statistical
           packages", The American Statistician 50, 361-365.

        Examples
        --------
        >>> drawn = RankDistribution(np.array([[1.0, 2.0], [1.0, 2.0], [2.0, 1.0]]), np.ones(2))
        >>> drawn.quantile([0, 0.5, 1])
        array([[1., 1.],
               [1., 2.],
               [2., 2.]])
        """
        levels = shares(q, "q")
        result = np.full((*levels.shape, self.ranks.shape[1]), np.nan)
        ranked = ~np.isnan(self.ranks).all(axis=0)
        if ranked.any():
            result[..., ranked] = np.nanquantile(self.ranks[:, ranked], levels, axis=0)
        return result

    def share_in_top(self, k: int) -> FloatArray:
        """
        Share of the draws in which each unit is among the `k` best.

        Parameters
        ----------
        k : int
            At least 1. Units that tie for the last place are all in.

        Returns
        -------
        ndarray of float64, shape (units,)
            Shares in [0, 1] of the draws in which the unit has a rank; NaN where there is none.

        Raises
        ------
        ValueError
            If `k` is not a whole number of at least 1.

        Examples
        --------
        >>> drawn = RankDistribution(np.array([[1.0, 2.0], [1.0, 2.0], [2.0, 1.0]]), np.ones(2))
        >>> drawn.share_in_top(1).round(3)
        array([0.667, 0.333])
        """
        number = whole_number(k, "k", least=1)
        drawn = (~np.isnan(self.ranks)).sum(axis=0)
        inside = (self.ranks <= number).sum(axis=0)
        return np.where(drawn > 0, inside / np.maximum(drawn, 1), np.nan)


def rank_rows(scores: FloatArray) -> FloatArray:
    """
    Ranks within each row, ties sharing the best place: `rank` for many rows of sums.

    Parameters
    ----------
    scores : ndarray of float64, shape (draws, units)
        Higher is better; NaN has no rank.

    Returns
    -------
    ndarray of float64, shape (draws, units)
        As `seedmetrics.formulas.ranking.rank`, but scores that differ in their last bits tie.
    """
    absent = np.isnan(scores)
    falling = np.where(absent, np.inf, -scores)
    order = np.argsort(falling, axis=1)
    placed = np.take_along_axis(falling, order, axis=1)
    largest = np.where(absent, 0.0, np.abs(scores)).max(axis=1, initial=0.0)
    with np.errstate(invalid="ignore"):  # the gap between two units without a score
        new = np.diff(placed, axis=1) > _ROUNDING * largest[:, np.newaxis]
    place = np.arange(1, scores.shape[1] + 1)
    first = np.ones(scores.shape)
    np.multiply(new, place[1:], out=first[:, 1:])
    np.maximum.accumulate(first, axis=1, out=first)
    ranks = np.empty(scores.shape)
    np.put_along_axis(ranks, order, first, axis=1)
    ranks[absent] = np.nan
    return ranks
