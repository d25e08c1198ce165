"""Shrunken rates: the rates of many units, each helped by what the others show of their spread."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from seedmetrics.formulas._checks import FloatArray, closed_of_due, confidence, one_of
from seedmetrics.formulas.closure.rates import closure_rate

METHODS = ("ml", "kleinman", "marshall")

# A precision from which on the units count as all alike: no count there is tells it from infinity.
_ALIKE = 1e12
# From this first parameter on, the difference of two log-gammas is taken from Stirling's series.
_LARGE = 1000.0


@dataclass(frozen=True, slots=True, eq=False)
class ShrunkenRate:
    """
    Rates drawn towards their group, with intervals, and the distribution they are drawn to.

    Attributes
    ----------
    rate, low, high : ndarray of float64, shape (units,)
        Shares in [0, 1]; NaN where nothing was due.
    alpha, beta : float
        Parameters of the beta distribution of the units' true rates; its mean is
        ``alpha / (alpha + beta)``, and ``1 / (alpha + beta + 1)`` the correlation of two matters
        of one unit. Both infinite where the units do not differ beyond chance, both 0 where
        they have nothing in common, both NaN where nothing was due anywhere.
    confidence_level : float
        Two-sided probability the intervals aim at.
    """

    rate: FloatArray
    low: FloatArray
    high: FloatArray
    alpha: float
    beta: float
    confidence_level: float


def shrunken_rate(
    closed: npt.ArrayLike,
    due: npt.ArrayLike,
    *,
    confidence_level: float = 0.95,
    method: str = "ml",
) -> ShrunkenRate:
    r"""
    Closure rates of a group of units by empirical Bayes: those of few matters lean on the rest.

    Parameters
    ----------
    closed : array_like of int, shape (units,)
        Matters closed in each unit, among those counted in `due`.
    due : array_like of int, shape (units,)
        Matters due in each unit. Broadcast against `closed`.
    confidence_level : float, default 0.95
        Probability of the interval, strictly between 0 and 1.
    method : {"ml", "kleinman", "marshall"}, default "ml"
        How the spread of the true rates is estimated: by maximum likelihood, by moments with
        weights that fit the spread found, or by moments weighted by the numbers due.

    Returns
    -------
    ShrunkenRate
        Rates, intervals, and the parameters of the beta distribution.

    Raises
    ------
    TypeError
        If an argument does not hold numbers.
    ValueError
        If a count is not a whole number of at least 0, if `closed` exceeds `due`, if the two
        do not broadcast to one dimension, if `confidence_level` is outside (0, 1), or if
        `method` is unknown.

    See Also
    --------
    closure_rate : Rates and intervals from each unit's own matters alone.
    overdispersion : The spread beyond chance, on the scale of a funnel.

    Notes
    -----
    Of :math:`n_i` due, :math:`y_i` are closed by chance with the unit's own probability, and
    the probabilities follow a beta distribution [skellam1948probability]_:

    .. math::

        y_i \sim \mathrm{Bin}(n_i, p_i), \qquad p_i \sim \mathrm{Beta}(\alpha, \beta), \qquad
        p_i \mid y_i \sim \mathrm{Beta}(y_i + \alpha, n_i - y_i + \beta).

    The rate given is the mean of the last, :math:`(y_i + \alpha)/(n_i + \alpha + \beta)`, and
    the interval its quantiles. The rate lies between the unit's own and the group's
    :math:`\alpha/(\alpha + \beta)`, the nearer to its own the more was due. The interval takes
    :math:`\alpha` and :math:`\beta` as known, and is somewhat short where units are few.

    - "ml" [griffiths1973maximum]_ takes the largest
      :math:`\sum_i \log B(y_i + \alpha, n_i - y_i + \beta) - \log B(\alpha, \beta)`.
    - "kleinman" [kleinman1973proportions]_ takes the :math:`\rho` that reproduces itself in
      :math:`w_i = n_i / (1 + \rho(n_i - 1))`, :math:`W = \sum w_i`,
      :math:`p = \sum w_i p_i / W`, :math:`S = \sum w_i (p_i - p)^2`,
      :math:`u_i = w_i(1 - w_i/W)`,
      :math:`\rho = (S - p(1-p)\sum u_i/n_i) / (p(1-p)(\sum u_i - \sum u_i/n_i))`.
    - "marshall", after [marshall1991mapping]_, for shares [martuzzi1996empirical]_:
      :math:`p = \sum y_i/\sum n_i`, :math:`s^2 = \sum n_i (p_i - p)^2 / \sum n_i`,
      :math:`\rho = (\bar n s^2 - p(1-p)) / ((\bar n - 1) p (1-p))`.

    In the last two :math:`\alpha + \beta = 1/\rho - 1`, and :math:`\rho` is held in [0, 1]:
    without that floor, units more alike than chance makes them would be pushed past the
    group's rate and apart.

    Decided cases. A unit with nothing due has no rate: NaN, and it counts nowhere. Units that
    differ no more than chance makes them (:math:`\rho = 0`, which with "ml" is where the
    likelihood still rises as :math:`\alpha + \beta` grows without end; one unit alone; all
    closed or none; one matter in each) all get the group's rate :math:`\sum y_i/\sum n_i`. The
    formula would leave their intervals without width, as if it were known; they get the
    group's own interval by `closure_rate`, and `alpha` and `beta` are infinite. Units of which
    each is wholly closed or wholly open, and some are of either kind (or where moments put
    :math:`\rho` at 1), tell nothing of each other: each keeps its own rate and interval by
    `closure_rate`, and `alpha` and `beta` are 0. Close to that, the distribution is so lopsided
    that equal tails can leave out the rate itself. A precision :math:`\alpha + \beta` over 1e12
    counts as infinite.

    References
    ----------
    .. [skellam1948probability] J. G. Skellam (1948), "A probability distribution derived from
       the binomial distribution by regarding the probability of success as variable between
       the sets of trials", Journal of the Royal Statistical Society B 10, 257-261.
    .. [griffiths1973maximum] D. A. Griffiths (1973), "Maximum likelihood estimation for the
       beta-binomial distribution and an application to the household distribution of the
       total number of cases of a disease", Biometrics 29, 637-648.
    .. [kleinman1973proportions] J. C. Kleinman (1973), "Proportions with extraneous variance:
       single and independent samples", Journal of the American Statistical Association 68,
       46-54.
    .. [marshall1991mapping] R. J. Marshall (1991), "Mapping disease and mortality rates using
       empirical Bayes estimators", Journal of the Royal Statistical Society C 40, 283-294.
    .. [martuzzi1996empirical] M. Martuzzi, P. Elliott (1996), "Empirical Bayes estimation of
       small area prevalence of non-rare conditions", Statistics in Medicine 15, 1867-1873.

    Examples
    --------
    Three of three closed is no 100 per cent, seen beside the others:

    >>> result = shrunken_rate([3, 160, 75, 110, 50], [3, 200, 100, 200, 60])
    >>> result.rate.round(3)
    array([0.773, 0.795, 0.748, 0.566, 0.81 ])
    >>> result.low.round(3)
    array([0.582, 0.739, 0.667, 0.5  , 0.717])
    """
    level = confidence(confidence_level)
    name = one_of(method, "method", METHODS)
    x, n = closed_of_due(closed, due)
    if x.ndim != 1:
        msg = (
            f"`closed` and `due` must have the shape (units,), got shape {x.shape}. "
            "Call once for each group of units."
        )
        raise ValueError(msg)
    has_rate = n > 0
    rate, low, high = (np.full(x.shape, np.nan) for _ in range(3))
    if not has_rate.any():
        return ShrunkenRate(rate, low, high, np.nan, np.nan, level)
    y, m = x[has_rate], n[has_rate]
    mean, precision = _beta_of(y, m, name)
    if precision in {0, np.inf}:
        own = closure_rate(y, m, confidence_level=level)
        group = closure_rate(y.sum(), m.sum(), confidence_level=level)
        told = own if precision == 0 else group
        rate[has_rate], low[has_rate], high[has_rate] = told.rate, told.low, told.high
        return ShrunkenRate(rate, low, high, precision, precision, level)
    a, b = mean * precision, (1 - mean) * precision
    rate[has_rate] = (y + a) / (m + precision)
    low[has_rate] = special.betaincinv(y + a, m - y + b, (1 - level) / 2)
    high[has_rate] = special.betainccinv(y + a, m - y + b, (1 - level) / 2)
    return ShrunkenRate(rate, low, high, a, b, level)


def _beta_of(y: FloatArray, n: FloatArray, method: str) -> tuple[float, float]:
    """Return mean and precision of the beta distribution; precision 0 and infinity included."""
    pooled = float(y.sum() / n.sum())
    if y.size == 1 or pooled in {0, 1} or (n == 1).all():
        return pooled, np.inf
    if ((y == 0) | (y == n)).all():
        return pooled, 0.0
    if method == "ml":
        mean, precision = _likeliest(y, n, pooled)
    else:
        mean, share = _kleinman(y, n) if method == "kleinman" else _marshall(y, n, pooled)
        precision = 1 / share - 1 if share > 0 else np.inf
    return mean, np.inf if precision > _ALIKE else precision


def _marshall(y: FloatArray, n: FloatArray, pooled: float) -> tuple[float, float]:
    """Return mean and correlation by one round of moments."""
    noise = pooled * (1 - pooled)
    spread = float((n * (y / n - pooled) ** 2).sum() / n.sum())
    size = float(n.mean())
    return pooled, min(max((size * spread - noise) / ((size - 1) * noise), 0.0), 1.0)


def _kleinman(y: FloatArray, n: FloatArray) -> tuple[float, float]:
    """Return mean and correlation by moments whose weights rest on that same correlation."""
    from scipy.optimize import brentq  # heavy, and needed here alone

    share = y / n

    def next_of(correlation: float) -> tuple[float, float]:
        weight = n / (1 + correlation * (n - 1))
        total = weight.sum()
        mean = float((weight * share).sum() / total)
        noise = mean * (1 - mean)
        u = weight * (1 - weight / total)
        chance = (u / n).sum()
        spread = (weight * (share - mean) ** 2).sum()
        return mean, float((spread - noise * chance) / (noise * (u.sum() - chance)))

    # Taken in turns the two can jump to and fro about 0 for ever; where they settle, it is here.
    if next_of(0.0)[1] <= 0:
        correlation = 0.0
    elif next_of(1.0)[1] >= 1:
        correlation = 1.0
    else:
        correlation = brentq(lambda now: next_of(now)[1] - now, 0, 1, xtol=1e-16, rtol=1e-14)
    return next_of(correlation)[0], correlation


def _likeliest(y: FloatArray, n: FloatArray, pooled: float) -> tuple[float, float]:
    """Return mean and precision of largest likelihood."""
    from scipy.optimize import minimize, root  # heavy, and needed here alone

    loss = _Loss(y, n)
    # A coarse look along the precision: from every dip a descent begins, so that none is missed.
    steps = np.arange(-14.0, np.log(_ALIKE) + 2, 2.0)
    weight = n / (1 + (n - 1) / (1 + np.exp(steps[:, np.newaxis])))
    logits = special.logit((weight * (y / n)).sum(axis=1) / weight.sum(axis=1))
    depth = np.array([loss(np.array(at))[0] for at in zip(logits, steps, strict=True)])
    around = np.concatenate(([np.inf], depth, [np.inf]))
    dips = np.flatnonzero((depth <= around[:-2]) & (depth <= around[2:]))
    # Units all alike have loss 0, to be beaten by more than rounding.
    least, lowest = -1e-13 * loss.due, None
    for dip in dips:
        at = minimize(
            loss,
            (logits[dip], steps[dip]),
            jac=True,
            method="SLSQP",
            bounds=[(-60.0, 60.0), (-30.0, np.log(_ALIKE) + 1)],
            options={"ftol": 1e-14},
        )
        if at.fun < least:
            least, lowest = at.fun, at.x
    if lowest is None:
        return pooled, np.inf
    # The slopes tell the last digits, which a loss of thousands rounds away.
    last = root(loss.slopes, lowest, tol=1e-13).x
    logit, log = last if np.abs(last - lowest).max() < 1e-2 else lowest
    return float(special.expit(logit)), float(np.exp(log))


class _Loss:
    """Log-likelihood lost against units all alike, with slopes: at logit mean, log precision."""

    def __init__(self, y: FloatArray, n: FloatArray) -> None:
        """Count how many units have each number closed, open and due: they enter as one."""
        self.closed, self.due = float(y.sum()), float(n.sum())
        self._parts = [_tally(part[part > 0]) for part in (y, n - y, n)]

    def __call__(self, at: FloatArray) -> tuple[float, FloatArray]:
        """Return the loss and its two slopes; far beyond any data it stands still."""
        logit, log = np.clip(at, -60, 60)
        share, rest, precision = special.expit(logit), special.expit(-logit), np.exp(log)
        opened = self.due - self.closed
        firsts = (share * precision, rest * precision, precision)
        rises = [_rise(a, counts, units) for a, (counts, units) in zip(firsts, self._parts)]
        (up_y, slope_y), (up_o, slope_o), (up_n, slope_n) = rises
        gain = self.closed * np.log(share * self.due / self.closed)
        gain += opened * np.log(rest * self.due / opened) + up_y + up_o - up_n
        by_logit = (self.closed + slope_y) * rest - (opened + slope_o) * share
        return -gain, np.array([-by_logit, -(slope_y + slope_o - slope_n)])

    def slopes(self, at: FloatArray) -> FloatArray:
        """Return the two slopes alone."""
        return self(at)[1]


def _tally(counts: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the different counts, and how many units have each."""
    different, units = np.unique(counts, return_counts=True)
    return different, units.astype(np.float64)


def _rise(a: float, counts: FloatArray, units: FloatArray) -> tuple[float, float]:
    """
    Return the sum of log(1 + k/a) over k below each count, over the units, and a times its slope.

    The sum is log(gamma(a + count) / gamma(a)) - count log(a), whose terms outgrow their
    difference by far when `a` is large.
    """
    if a < _LARGE:
        up = special.gammaln(a + counts) - special.gammaln(a) - counts * np.log(a)
        slope = a * (special.psi(a + counts) - special.psi(a)) - counts
    else:
        end = a + counts
        log = np.log1p(counts / a)
        up = (end - 0.5) * log - counts + _tail(end) - _tail(a)
        slope = a * log - counts + counts / (2 * end) + a * (_tail_slope(end) - _tail_slope(a))
    # Not by `@`: its threads cost more than they save on so few.
    return float((units * up).sum()), float((units * slope).sum())


def _tail(a: FloatArray | float) -> FloatArray | float:
    """Return what Stirling's formula leaves out of log(gamma(a)), of large ones."""
    return (1 - 1 / (30 * a * a)) / (12 * a)


def _tail_slope(a: FloatArray | float) -> FloatArray | float:
    """Return the slope of `_tail`."""
    return -(1 - 1 / (10 * a * a)) / (12 * a * a)
