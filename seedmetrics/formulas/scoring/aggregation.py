"""One score from several, by weight; the scores are already on one scale when they come here."""

import numpy as np
import numpy.typing as npt

from seedmetrics.formulas._checks import BoolArray, FloatArray, finite, offenders, one_of
from seedmetrics.formulas.scoring.contests import copeland, topsis
from seedmetrics.formulas.scoring.means import (
    mazziotta_pareto,
    ordered_mean,
    power_mean,
    weighted_mean,
)

METHODS = (
    "arithmetic",
    "geometric",
    "harmonic",
    "power",
    "copeland",
    "topsis",
    "mazziotta-pareto",
    "owa",
)
MISSING = ("error", "reweight", "nan")
PENALTIES = ("down", "up")

# What these make of a unit depends on who else is there.
_AGAINST_OTHERS = {"copeland": copeland, "topsis": topsis}


def aggregate(
    scores: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    *,
    method: str = "arithmetic",
    missing: str = "error",
    power: float | None = None,
    penalty: str | None = None,
    orness: float | None = None,
) -> FloatArray:
    r"""
    One score for each unit from its scores on several indicators.

    Parameters
    ----------
    scores : array_like of float, shape (..., indicators)
        Scores on one scale, higher being better. NaN is a missing score.
        ``"copeland"`` and ``"topsis"`` compare units and take the shape
        (units, indicators) only.
    weights : array_like of float, shape (indicators,) or (..., indicators), optional
        Weights of at least 0, in any unit: only their proportions count.
        Without them every indicator weighs the same. Broadcast against
        `scores`, except by the two methods that compare units. Under
        ``"owa"`` without `orness` they are weights of positions: the first is
        that of a unit's best score, whichever indicator it is on.
    method : str, default "arithmetic"
        ``"arithmetic"``, where a high score makes up for a low one;
        ``"geometric"``, ``"harmonic"`` or ``"power"``, where it does so ever
        less; ``"mazziotta-pareto"``, which takes off for unevenness;
        ``"owa"``, a mean by position; ``"copeland"``, contests won against
        other units less contests lost; ``"topsis"``, nearness to the best
        score on each indicator rather than to the worst.
    missing : str, default "error"
        What a missing score does, under every method: ``"error"`` refuses,
        ``"reweight"`` leaves the indicator out for that unit and lets the
        weights of the others grow in proportion, ``"nan"`` gives the unit no
        score and leaves it out of all comparison.
    power : float, optional
        Exponent of the power mean; 1, 0 and -1 are the arithmetic, geometric
        and harmonic means; what is nearer to 0 than 1e-12 counts as 0. Needed
        by ``"power"``, refused elsewhere.
    penalty : str, optional
        Of ``"mazziotta-pareto"`` and refused elsewhere: ``"down"``, the
        default, takes the penalty off; ``"up"`` adds it, for scores of which
        a higher one is worse.
    orness : float, optional
        Of ``"owa"`` and refused elsewhere, in [0, 1]: 1 lets only the best
        score count, 0 only the worst, 0.5 is the arithmetic mean. With it
        `weights` belong to the indicators again.

    Returns
    -------
    ndarray of float64, shape (...)
        One score a unit: on the scale of `scores`; whole numbers from
        ``1 - units`` to ``units - 1`` under ``"copeland"``; shares in [0, 1]
        under ``"topsis"``.

    Raises
    ------
    TypeError
        If an element is no number.
    ValueError
        If `method`, `missing` or `penalty` is unknown, or an option is missing
        or not used by the method; if a weight is negative, missing or
        infinite, or all weights of a unit are 0; if a score is missing under
        ``"error"``; if a score of 0 or less meets a geometric or harmonic mean
        or a negative power, one below 0 a positive power other than 1, or a
        mean of 0 or less the Mazziotta-Pareto penalty; or if the shapes do not
        fit.

    See Also
    --------
    seedmetrics.formulas.scoring.normalize : Brings indicators onto one scale.
    seedmetrics.formulas.scoring.aggregate_tree : Scores over several levels.
    seedmetrics.formulas.scoring.benefit_of_the_doubt : Each unit its own weights.

    Notes
    -----
    With weights :math:`w_i` over the scores that are present,
    :math:`W = \sum w_i`, and :math:`x_{(1)} \ge x_{(2)} \ge \dots` the unit's
    scores from the best down,

    .. math::

        \text{arithmetic:}\quad & M = \sum w_i x_i / W \\
        \text{geometric:}\quad & \exp\left(\sum w_i \ln x_i / W\right) \\
        \text{harmonic:}\quad & W / \sum (w_i / x_i) \\
        \text{power:}\quad & \left(\sum w_i x_i^p / W\right)^{1/p} \\
        \text{mazziotta-pareto:}\quad & M \mp S^2 / M, \quad
            S^2 = \frac{\sum w_i (x_i - M)^2}{W - \sum w_i^2 / W} \\
        \text{owa:}\quad & \sum v_k\, x_{(k)}, \quad
            v_k = Q\left(T_k\right) - Q\left(T_{k-1}\right) \\
        \text{copeland:}\quad & \sum_b \operatorname{sign}\left(
            \sum_{x_i > x_{bi}} w_i - \sum_{x_i < x_{bi}} w_i\right) \\
        \text{topsis:}\quad & \frac{d^-}{d^+ + d^-}, \quad
            d^{\pm} = \Bigl(\sum w_i^2 (x_i - x_i^{\pm})^2\Bigr)^{1/2} / W.

    The first three never rise in this order; which to take is a question of
    how far a weak score may be made up for [oecd2008handbook]_. The variance of Mazziotta and
    Pareto [mazziotta2016generalized]_ has n - 1 below where the weights are
    equal; their method supposes a scale such as 100 ± 10. Under ``"owa"``
    [yager1988ordered]_ the share of positions :math:`T_k` is k over the number
    of scores and :math:`Q` runs straight between the sums of the given weights;
    with `orness` :math:`T_k` is the share of the weights of the k best scores
    and :math:`Q(t) = t^{(1 - o)/o}` [yager1996quantifier]_. TOPSIS
    [hwang1981multiple]_ takes the scores as they come, :math:`x^+` being the
    best and :math:`x^-` the worst present on an indicator; dividing each
    column by its length first, as its authors do, is ``normalize(values,
    method="reference", reference=…)``.

    A unit that is nowhere worse than another never scores below it, with two
    exceptions: a Mazziotta-Pareto score can fall when one score rises, and
    with gaps the scores of two units may rest on different indicators.
    Copeland's score [saari1996copeland]_ depends on nothing but the order
    within each indicator, and over all units it adds up to 0.

    Decided cases. An indicator of weight 0 is left out: its score is neither
    missing nor refused, whatever it is. A unit of which every weighed score is
    missing has no score (NaN) under ``"reweight"``. Reweighting supposes that
    the missing score would have been like the others: it is a choice to print.
    Two units meet on the indicators that both have; where they have none in
    common neither wins. Position weights are drawn out over the scores
    present, so that the worst of three still is the worst. In Copeland's
    contests weights are read to one part in 10¹² of their sum, so that 0.1
    and 0.2 together tie with 0.3. Under ``"topsis"`` a unit as near to the
    best as to the worst has 0.5, also where all units are equal and both
    distances 0. One score alone is uneven to nobody and has no penalty.

    References
    ----------
    .. [oecd2008handbook] OECD and European Commission JRC (2008), "Handbook on
       Constructing Composite Indicators", OECD Publishing, step 6.
    .. [hwang1981multiple] C.-L. Hwang and K. Yoon (1981), "Multiple Attribute
       Decision Making", Springer.
    .. [mazziotta2016generalized] M. Mazziotta and A. Pareto (2016), "On a
       generalized non-compensatory composite index for measuring
       socio-economic phenomena", Soc. Indic. Res. 127, 983-1003.
    .. [saari1996copeland] D. G. Saari and V. R. Merlin (1996), "The Copeland
       method I: relationships and the dictionary", Econ. Theory 8, 51-76.
    .. [yager1988ordered] R. R. Yager (1988), "On ordered weighted averaging
       aggregation operators in multicriteria decisionmaking", IEEE Trans.
       Syst. Man Cybern. 18, 183-190.
    .. [yager1996quantifier] R. R. Yager (1996), "Quantifier guided aggregation
       using OWA operators", Int. J. Intell. Syst. 11, 49-73.

    Examples
    --------
    >>> scores = [[80.0, 60.0, 40.0], [90.0, float("nan"), 50.0]]
    >>> aggregate(scores, [2, 1, 1], missing="reweight").round(2)
    array([65.  , 76.67])
    >>> aggregate([[80.0, 20.0]], method="geometric").round(2)
    array([40.])
    >>> aggregate([[3.0, 1.0], [2.0, 2.0], [1.0, 3.0]], [2, 1], method="copeland")
    array([ 2.,  0., -2.])
    """
    method = one_of(method, "method", METHODS)
    missing = one_of(missing, "missing", MISSING)
    _only_what_is_used(method, power=power, penalty=penalty, orness=orness)
    x = finite(scores, "scores", allow_nan=True)
    if not x.ndim or not x.shape[-1]:
        msg = f"`scores` needs at least one indicator on its last axis, got shape {x.shape}"
        raise ValueError(msg)
    w = _weights(weights, x)
    if method in _AGAINST_OTHERS and (x.ndim != 2 or w.ndim != 1):
        msg = (
            f"method {method!r} compares units: `scores` must be (units, indicators) and `weights` "
            f"(indicators,), got shapes {x.shape} and {w.shape}. Call once for each group of units."
        )
        raise ValueError(msg)
    # Weights of positions leave no indicator out.
    weighed = np.ones_like(w, dtype=np.bool_) if method == "owa" and orness is None else w > 0
    x, counted = _present(x, weighed, missing)
    score = _score(x, w, np.broadcast_to(counted, x.shape), method, power, penalty, orness)
    lost = ~counted.any(axis=-1)
    return np.where(lost, np.nan, score) if lost.any() else score


def _present(x: FloatArray, weighed: BoolArray, missing: str) -> tuple[FloatArray, BoolArray]:
    """Return the scores with something to work on in every place, and which of them count."""
    gaps = np.isnan(x)
    if not gaps.any() and weighed.all():
        return x, weighed
    absent: BoolArray = gaps & weighed
    if missing == "error" and absent.any():
        msg = (
            f"`scores` must not be missing; {offenders(absent, x)}. "
            "Fill them in first, or choose missing='reweight' or 'nan'."
        )
        raise ValueError(msg)
    counted: BoolArray = weighed & ~gaps
    if missing == "nan":
        counted &= ~absent.any(axis=-1, keepdims=True)
    # Every method can work on 1; where it does not count it weighs 0.
    return np.where(counted, x, 1.0), counted


def _score(
    x: FloatArray,
    w: FloatArray,
    counted: BoolArray,
    method: str,
    power: float | None,
    penalty: str | None,
    orness: float | None,
) -> FloatArray:
    """Return the scores; those of units of which nothing counts are of no meaning."""
    if method in _AGAINST_OTHERS:
        return _AGAINST_OTHERS[method](x, counted, w)
    if method == "owa":
        return ordered_mean(x, w, counted, None if orness is None else _orness(orness))
    kept = w if counted.all() else np.where(counted, w, 0.0)
    total = kept.sum(axis=-1)
    total = np.where(total > 0, total, 1.0)
    if method == "power":
        p = _power(power)
        if p == 1:
            return weighted_mean(x, kept, total, "arithmetic")
        _refuse_low(x, counted, f"a power mean of power {p:g}", zero=p > 0)
        return power_mean(x, kept, total, p)
    if method == "mazziotta-pareto":
        down = one_of("down" if penalty is None else penalty, "penalty", PENALTIES) == "down"
        mean, score = mazziotta_pareto(x, kept, total, -1 if down else 1)
        _refuse_low_mean(mean, counted)
        return score
    if method != "arithmetic":
        _refuse_low(x, counted, f"a {method} mean")
    return weighted_mean(x, kept, total, method)


def _weights(weights: npt.ArrayLike | None, x: FloatArray) -> FloatArray:
    """Return weights that broadcast to the scores, none negative and some of each unit positive."""
    if weights is None:
        return np.ones(x.shape[-1])
    given = finite(weights, "weights")
    if (bad := given < 0).any():
        msg = (
            f"`weights` must be at least 0; {offenders(bad, given)}. "
            "An indicator that counts against a unit is turned by `direction` when normalized."
        )
        raise ValueError(msg)
    fits = given.ndim > 0 and given.shape[-1] == x.shape[-1] and given.ndim <= x.ndim
    try:
        fits = fits and np.broadcast_shapes(given.shape, x.shape) == x.shape
    except ValueError:
        fits = False
    if not fits:
        msg = (
            f"`weights` has shape {given.shape} but `scores` has shape {x.shape}. "
            "Give one weight for each indicator."
        )
        raise ValueError(msg)
    if not (given.sum(axis=-1) > 0).all():
        msg = "`weights` add up to 0: at least one indicator must weigh more than 0"
        raise ValueError(msg)
    return given


def _power(power: float | None) -> float:
    """Return the exponent of a power mean."""
    exponent = np.nan if power is None else finite(power, "power")
    if np.ndim(exponent) or np.isnan(exponent):
        msg = f"`power` is needed by method 'power': give one number such as 0.5, got {power!r}"
        raise ValueError(msg)
    # So near 0 the power is lost in rounding, and the mean is the geometric one to every digit.
    size = float(exponent)
    return 0.0 if abs(size) < 1e-12 else size


def _orness(orness: float) -> float:
    """Return how far an ordered mean leans to the best."""
    share = finite(orness, "orness")
    if share.ndim or not 0 <= share <= 1:
        msg = (
            f"`orness` must be one number in [0, 1], got {orness!r}. "
            "0 counts the worst score only, 1 the best, 0.5 all alike."
        )
        raise ValueError(msg)
    return float(share)


def _only_what_is_used(method: str, **given: object) -> None:
    """Refuse an option that the method would pass over in silence."""
    owners = {"power": "power", "penalty": "mazziotta-pareto", "orness": "owa"}
    for name, value in given.items():
        if value is not None and owners[name] != method:
            msg = (
                f"`{name}` is not used by method {method!r}: use {owners[name]!r}, or leave it out"
            )
            raise ValueError(msg)


def _refuse_low(x: FloatArray, counted: BoolArray, what: str, *, zero: bool = False) -> None:
    """Refuse what has no logarithm, no reciprocal or no root of use."""
    bad: BoolArray = counted & ((x < 0) if zero else (x <= 0))
    if bad.any():
        bound = "at least 0" if zero else "above 0"
        msg = (
            f"`scores` must be {bound} for {what}; {offenders(bad, x)}. "
            "Normalize to an `output` that begins above 0, such as (1, 100)."
        )
        raise ValueError(msg)


def _refuse_low_mean(mean: FloatArray, counted: BoolArray) -> None:
    """Refuse a mean that its own penalty cannot be divided by."""
    bad: BoolArray = counted.any(axis=-1) & (mean <= 0)
    if bad.any():
        msg = (
            f"`scores` must have a mean above 0 for each unit under 'mazziotta-pareto'; "
            f"{offenders(bad, mean)}. Bring them to a scale such as 100 ± 10."
        )
        raise ValueError(msg)
