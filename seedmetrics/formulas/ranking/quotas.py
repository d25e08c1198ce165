"""Tiers of units by quota or by cut; what a tier is called stands in a plan."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

import numpy as np
import numpy.typing as npt

from seedmetrics.formulas._checks import BoolArray, FloatArray, finite, offenders, one_of
from seedmetrics.formulas.ranking.ranks import rank

AT_TIES = ("up", "down")

# Finer than any quota is written, coarser than what binary shares such as 1/3 are off by.
_GRAIN = Decimal("1e-9")


@dataclass(frozen=True, slots=True, eq=False)
class Tiers:
    """
    The tier of each unit, and how firm it is.

    Attributes
    ----------
    tier : ndarray of float64, shape (units,)
        1 is the best; NaN for a unit without a score.
    boundary_ties : ndarray of bool, shape (units,)
        True for units whose equal scores lie on both sides of a boundary.
    would_differ : ndarray of bool, shape (units,)
        True for units that another rounding rule would put in another tier.
    """

    tier: FloatArray
    boundary_ties: BoolArray
    would_differ: BoolArray


def tiers(
    scores: npt.ArrayLike,
    *,
    quotas: Sequence[float] | None = None,
    cuts: Sequence[float] | None = None,
    rounding: str = "half-up",
    at_ties: str = "up",
) -> Tiers:
    r"""
    Tier of each unit, by quotas of units or by cuts of the score.

    Parameters
    ----------
    scores : array_like of float, shape (units,)
        Higher is better. A unit without a score (NaN) gets no tier and does
        not count in the number that quotas are shares of.
    quotas : sequence of float, optional
        Share of the units in each tier, from the best tier down, adding up to
        1 at most. Where they add up to less the rest is one more tier, so the
        last may be left out.
    cuts : sequence of float, optional
        Falling scores between tiers; a score on a cut is in the better tier.
        One more tier than cuts. Either `quotas` or `cuts`, never both.
    rounding : str, default "half-up"
        How many units a quota that is no whole number of units gives:
        ``"half-up"``, ``"floor"``, ``"ceil"``, or ``"largest-remainder"``.
    at_ties : str, default "up"
        Where equal scores lie on both sides of a boundary: ``"up"`` puts all
        of them in the better tier, ``"down"`` in the worse.

    Returns
    -------
    Tiers
        Tiers from 1, and which of them rest on a tie or on the rounding rule.

    Raises
    ------
    ValueError
        If neither or both of `quotas` and `cuts` are given, a quota is
        negative or they add up to more than 1, cuts do not fall, or
        `rounding` or `at_ties` is unknown.

    See Also
    --------
    seedmetrics.formulas.ranking.rank : The ranks that quotas cut.

    Notes
    -----
    Of :math:`n` units with a score, tier :math:`t` has :math:`q_t n` places,
    rounded by the rule tier by tier; the last tier takes the rest, and no tier
    more than the tiers above it leave. ``"largest-remainder"`` rounds all
    tiers down, the last one too, and gives the places left over to the largest
    fractions, of equal ones to the better tier. With 17 units and quotas of
    20, 50 and 30 per cent (3.4, 8.5 and 5.1 units) the rules give 3, 9, 5
    (half-up), 3, 8, 6 (floor), 4, 9, 4 (ceil) and 3, 9, 5 (largest
    remainder). No such rule is without fault [balinski1982fair]_; what counts
    is that one is written down beforehand.

    Quotas are read as written: 35% of 10 units is 3.5, and 4 when rounded half
    up, though the binary number nearest to 0.35 is a little less than that.

    Decided cases. A tie moves units, never a boundary: when three tied units
    are taken up into a tier with one place left, the next tier has two fewer.
    A tier may thus be empty. Cuts have no rounding and no ties across them:
    `boundary_ties` and `would_differ` are False. `would_differ` compares the
    four rules at the same `at_ties`. With quotas that add up to 1 the last is
    the rest, whatever its rounding would be; a tier with a quota of 0 is
    empty, and the rest is then that of the last tier with a quota.

    References
    ----------
    .. [balinski1982fair] M. L. Balinski and H. P. Young (1982), "Fair
       Representation: Meeting the Ideal of One Man, One Vote", Yale University
       Press.

    Examples
    --------
    >>> result = tiers([95, 90, 90, 80, 70, 60, 50, 40], quotas=[0.25, 0.5])
    >>> result.tier
    array([1., 1., 1., 2., 2., 2., 3., 3.])
    >>> result.boundary_ties
    array([False,  True,  True, False, False, False, False, False])
    >>> tiers([95, 90, 60], cuts=[90, 75]).tier
    array([1., 1., 3.])
    """
    x = finite(scores, "scores", allow_nan=True)
    if x.ndim != 1:
        msg = f"`scores` must have the shape (units,), got shape {x.shape}"
        raise ValueError(msg)
    rounding = one_of(rounding, "rounding", tuple(_ROUNDING))
    at_ties = one_of(at_ties, "at_ties", AT_TIES)
    if quotas is not None and cuts is None:
        return _by_quota(x, _shares(quotas), rounding, at_ties)
    if cuts is not None and quotas is None:
        return _by_cut(x, cuts)
    msg = f"give either `quotas` or `cuts`, got {'both' if quotas is not None else 'neither'}"
    raise ValueError(msg)


def _by_cut(x: FloatArray, cuts: Sequence[float]) -> Tiers:
    """Return tiers between falling scores."""
    falling = finite(cuts, "cuts")
    if falling.ndim != 1 or not falling.size or (np.diff(falling) >= 0).any():
        msg = f"`cuts` must be falling scores such as [90, 75, 60], got {cuts!r}"
        raise ValueError(msg)
    missed = (x[:, np.newaxis] < falling).sum(axis=1)
    no = np.zeros(x.shape, dtype=np.bool_)
    return Tiers(np.where(np.isnan(x), np.nan, 1.0 + missed), no, no.copy())


def _by_quota(x: FloatArray, shares: list[Decimal], rounding: str, at_ties: str) -> Tiers:
    """Return tiers of the sizes that the rule gives, with what they rest on."""
    best, worst = rank(x, ties="min"), rank(x, ties="max")
    place = best if at_ties == "up" else worst
    n = int((~np.isnan(x)).sum())
    ends = {rule: np.cumsum(_ROUNDING[rule](shares, n)) for rule in _ROUNDING}

    def tier(places: FloatArray, rule: str) -> FloatArray:
        # The first tier that ends at or after the place; places of NaN sort after every end.
        return np.where(np.isnan(x), np.nan, 1.0 + np.searchsorted(ends[rule], places))

    own = tier(place, rounding)
    straddles = tier(best, rounding) < tier(worst, rounding)
    differs = np.logical_or.reduce([tier(place, rule) != own for rule in _ROUNDING])
    return Tiers(own, straddles, differs & ~np.isnan(x))


def _shares(quotas: Sequence[float]) -> list[Decimal]:
    """Return the quotas as written, with the rest as a last tier where they leave any."""
    given = finite(quotas, "quotas")
    if given.ndim != 1 or not given.size:
        msg = f"`quotas` must be a list of shares such as [0.2, 0.5], got {quotas!r}"
        raise ValueError(msg)
    bad = (given < 0) | (given > 1)
    if bad.any():
        msg = f"`quotas` must be shares in [0, 1], 0.2 for 20%; {offenders(bad, given)}"
        raise ValueError(msg)
    # The shortest decimal that reads back as the float is the one that was written.
    shares = [Decimal(repr(float(q))) for q in given]
    rest = 1 - sum(shares, start=Decimal(0))
    if rest < -_GRAIN:
        msg = f"`quotas` must add up to 1 at most, got {float(1 - rest)}. Leave the last tier out."
        raise ValueError(msg)
    return [*shares, rest] if rest > _GRAIN else shares


def _one_by_one(mode: str) -> Callable[[list[Decimal], int], list[int]]:
    """Return the rule that rounds each tier by itself; the last with a quota takes the rest."""

    def sizes(shares: list[Decimal], n: int) -> list[int]:
        last = max(t for t, share in enumerate(shares) if share > 0)
        taken: list[int] = []
        for share in shares[:last]:
            whole = int(_units(share, n).to_integral_value(rounding=mode))
            taken.append(min(whole, n - sum(taken)))
        return [*taken, n - sum(taken), *(0 for _ in shares[last + 1 :])]

    return sizes


def _largest_remainder(shares: list[Decimal], n: int) -> list[int]:
    """Return the sizes that round all down and give what is left to the largest fractions."""
    units = [_units(share, n) for share in shares]
    sizes = [int(u.to_integral_value(rounding=ROUND_FLOOR)) for u in units]
    by_fraction = sorted(range(len(units)), key=lambda t: sizes[t] - units[t])
    for t in by_fraction[: n - sum(sizes)]:
        sizes[t] += 1
    return sizes


def _units(share: Decimal, n: int) -> Decimal:
    """Return the number of units in a share, free of the last digits of a binary fraction."""
    return (share * n).quantize(_GRAIN)


_ROUNDING: dict[str, Callable[[list[Decimal], int], list[int]]] = {
    "half-up": _one_by_one(ROUND_HALF_UP),
    "floor": _one_by_one(ROUND_FLOOR),
    "ceil": _one_by_one(ROUND_CEILING),
    "largest-remainder": _largest_remainder,
}
