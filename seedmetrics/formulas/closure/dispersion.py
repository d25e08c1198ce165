"""Overdispersion: how much further units lie from a target than chance throws them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from seedmetrics.formulas._checks import FloatArray, broadcast, closed_of_due, finite, shares


@dataclass(frozen=True, slots=True, eq=False)
class Overdispersion:
    """
    Spread of a group of units about a target, against chance, on the scale of the arcsine.

    Attributes
    ----------
    phi : float
        Mean of the squared deviations, in standard errors, after winsorizing. Biased: it falls
        short of 1 where nothing but chance is at work.
    phi_corrected : float
        The same over what chance alone leaves of it: 1 where nothing but chance is at work.
    tau2 : float
        Variance between units, in squared radians, from `phi`, as it is published.
    tau2_corrected : float
        The same from `phi_corrected`.
    """

    phi: float
    phi_corrected: float
    tau2: float
    tau2_corrected: float


def overdispersion(
    closed: npt.ArrayLike,
    due: npt.ArrayLike,
    target: npt.ArrayLike,
    *,
    winsorize: float = 0.1,
) -> Overdispersion:
    r"""
    How far units spread about a target beyond chance, and the variance that widens a funnel.

    Parameters
    ----------
    closed : array_like of int, shape (units,)
        Matters closed in each unit, among those counted in `due`.
    due : array_like of int, shape (units,)
        Matters due in each unit. Broadcast against `closed`.
    target : array_like of float, shape (units,) or a single one
        The rate the units are measured against, a share in [0, 1]; usually the group's own.
    winsorize : float, default 0.1
        Share of the units, at either end, that are moved in to the one at that quantile, so
        that a few outliers do not widen the funnel until it holds them. At least 0, under 0.5.

    Returns
    -------
    Overdispersion
        Single numbers for the group. `tau2` goes to `funnel_limits`.

    Raises
    ------
    TypeError
        If an argument does not hold numbers.
    ValueError
        If a count is not a whole number of at least 0, if `closed` exceeds `due`, if a target
        is outside [0, 1], if the three do not broadcast to one dimension, or if `winsorize` is
        outside [0, 0.5).

    See Also
    --------
    funnel_limits : Limits that take the variance found here.
    shrunken_rate : The spread of the rates themselves, by a beta distribution.

    Notes
    -----
    After [spiegelhalter2005funnel]_ and [spiegelhalter2005handling]_. With :math:`y_i` closed
    of :math:`n_i` due, and target :math:`p_0`, the deviation of a unit is

    .. math::

        u_i = (\arcsin\sqrt{y_i/n_i} - \arcsin\sqrt{p_0})/s_i, \qquad s_i = 1/(2\sqrt{n_i}) .

    The lowest and highest are moved in to the quantiles at :math:`q` and :math:`1 - q`
    (interpolated between ranks), and :math:`\phi` is the mean square of the :math:`K` units.
    The variance between units is that of [dersimonian1986meta]_, with :math:`w_i = 1/s_i^2`,

    .. math::

        \tau^2 = \max\left(0, \frac{K\phi - (K - 1)}{\sum w_i - \sum w_i^2 / \sum w_i}\right) .

    Winsorizing takes spread away from units that chance alone has spread, too: with standard
    normal deviations :math:`\phi` is not 1 on average but, with :math:`c` the normal quantile
    of :math:`1 - q` and :math:`f` the density,

    .. math:: E_0 = (1 - 2q) - 2 c f(c) + 2 q c^2,

    which is 0.679 at :math:`q = 0.1`. `phi_corrected` is :math:`\phi / E_0`. Funnels in print
    use `tau2`; `tau2_corrected` is nearer the truth where units spread evenly, and the wider.

    Decided cases. A unit with nothing due, or with a target of 0 or 1, which leaves chance no
    room, is not counted. Without any unit all four are NaN; with one there is no variance
    between units: the last two are NaN. Units that lie closer together than chance puts them
    have `tau2` 0 and keep their `phi` under 1.

    References
    ----------
    .. [spiegelhalter2005funnel] D. J. Spiegelhalter (2005), "Funnel plots for comparing
       institutional performance", Statistics in Medicine 24, 1185-1202.
    .. [spiegelhalter2005handling] D. J. Spiegelhalter (2005), "Handling over-dispersion of
       performance indicators", Quality and Safety in Health Care 14, 347-351.
    .. [dersimonian1986meta] R. DerSimonian, N. Laird (1986), "Meta-analysis in clinical
       trials", Controlled Clinical Trials 7, 177-188.

    Examples
    --------
    >>> closed, due = [812, 903, 655, 780, 940, 702], [1000, 1100, 900, 1000, 1150, 900]
    >>> result = overdispersion(closed, due, sum(closed) / sum(due))
    >>> print(round(result.phi, 2), round(result.phi_corrected, 2), round(result.tau2, 6))
    3.59 5.29 0.000822
    """
    q = finite(winsorize, "winsorize")
    if q.ndim or not 0 <= q < 0.5:
        msg = (
            f"`winsorize` must be one share of at least 0 and under 0.5, got {winsorize!r}. "
            "It is cut at either end: use 0.1, not 10."
        )
        raise ValueError(msg)
    y, n = closed_of_due(closed, due)
    p0, y = broadcast(shares(target, "target"), y, ("target", "closed"))
    n = np.broadcast_to(n, y.shape)
    if y.ndim != 1:
        msg = (
            f"`closed`, `due` and `target` must broadcast to the shape (units,), got {y.shape}. "
            "Call once for each group of units."
        )
        raise ValueError(msg)
    counts = (n > 0) & (p0 > 0) & (p0 < 1)
    y, n, p0 = y[counts], n[counts], p0[counts]
    return _of_shares(y / n, n, p0, float(q))


def _of_shares(share: FloatArray, n: FloatArray, target: FloatArray, q: float) -> Overdispersion:
    """Return what `overdispersion` does, of units that all count."""
    if n.size == 0:
        return Overdispersion(np.nan, np.nan, np.nan, np.nan)
    deviation = (np.arcsin(np.sqrt(share)) - np.arcsin(np.sqrt(target))) * 2 * np.sqrt(n)
    phi = float((np.clip(deviation, *np.quantile(deviation, [q, 1 - q])) ** 2).mean())
    corrected = phi / _left_of_chance(q)
    return Overdispersion(phi, corrected, _between(phi, n), _between(corrected, n))


def _left_of_chance(q: float) -> float:
    """Return the mean square of standard normal deviations winsorized at `q` and 1 - `q`."""
    if q == 0:
        return 1.0
    c2 = special.ndtri(q) ** 2
    # The first term is the part within the quantiles: in print, (1 - 2q) - 2 c f(c).
    return float(special.chdtr(3, c2) + 2 * q * c2)


def _between(phi: float, n: FloatArray) -> float:
    """Return the variance between units that a mean square of `phi` shows."""
    if n.size == 1:
        return np.nan
    weight = 4 * n
    total = weight.sum()
    room = total - (weight**2).sum() / total
    return max(0.0, float((n.size * phi - (n.size - 1)) / room))
