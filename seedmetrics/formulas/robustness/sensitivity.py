"""Which choice moves the outcome: shares of its variance by Sobol's method; no index is made here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import qmc, sobol_indices

from seedmetrics.formulas._checks import FloatArray, finite, whole_number


@dataclass(frozen=True, slots=True, eq=False)
class SobolShares:
    """
    Shares of the variance of each output that the factors account for.

    Attributes
    ----------
    factors : tuple of str
        Their names.
    first : ndarray of float64, shape (factors, ...)
        First-order shares: what is gone, on average, once the factor is settled. NaN for an output
        that never changes.
    total : ndarray of float64, shape (factors, ...)
        Total shares: what is left, on average, while the factor alone is open. With what it does
        only together with others these add up to more than one.
    variance : ndarray of float64, shape (...)
        Variance of each output over the draws.
    """

    factors: tuple[str, ...]
    first: FloatArray
    total: FloatArray
    variance: FloatArray


def sobol_shares(
    model: Callable[[FloatArray], FloatArray],
    factors: int | Sequence[str],
    *,
    samples: int = 512,
    seed: int = 0,
) -> SobolShares:
    r"""
    Share of the variance of a model's outputs that each of its factors accounts for.

    Parameters
    ----------
    model : callable
        From points in [0, 1), shape (draws, factors), to outputs, shape (draws,) or (draws,
        outputs): one number a draw, or one for each of several outputs, such as the ranks of
        units that `assumption_model` gives. It must not depend on the order of the points.
    factors : int or sequence of str
        Number of factors, or their names.
    samples : int, default 512
        A power of 2. The model is asked ``samples * (factors + 2)`` times.
    seed : int, default 0
        Start of the scrambling of the points. The same seed gives the same bits.

    Returns
    -------
    SobolShares
        Arrays of the shape (factors,) for a model of one output, else (factors, outputs).

    Raises
    ------
    TypeError
        If the model's outputs are no numbers.
    ValueError
        If there is no factor, two have the same name, `samples` is no power of 2, or the model
        gives outputs that are missing, infinite or of the wrong shape.

    See Also
    --------
    assumption_model : The choices of an index as such a model.
    scipy.stats.sobol_indices : Does the work.

    Notes
    -----
    With outputs :math:`Y` and factors :math:`X_i` independent and uniform,

    .. math::

        S_i = \frac{\mathrm{Var}(E[Y \mid X_i])}{\mathrm{Var}(Y)}, \qquad
        S_{Ti} = \frac{E[\mathrm{Var}(Y \mid X_{\sim i})]}{\mathrm{Var}(Y)},

    estimated from a scrambled Sobol' sequence as [saltelli2010variance]_ recommend. Estimates of
    small shares may lie a little below 0: they are estimates, and are not cut.

    Decided cases. An output that is the same in every draw has no variance to share: NaN. A
    factor that the model does not use has both shares 0.

    References
    ----------
    .. [saltelli2010variance] A. Saltelli, P. Annoni, I. Azzini, F. Campolongo, M. Ratto and S.
       Tarantola (2010), "Variance based sensitivity analysis of model output. Design and
       estimator for the total sensitivity index", Computer Physics Communications 181, 259-270.

    Examples
    --------
    The first factor moves the sum four times as far as the second, the third not at all:

    >>> shares = sobol_shares(lambda x: 4 * x[:, 0] + x[:, 1], 3)
    >>> shares.first.round(2)
    array([0.94, 0.06, 0.  ])
    """
    names = _names(factors)
    count, start = whole_number(samples, "samples", least=2), whole_number(seed, "seed")
    if count & (count - 1):
        msg = f"`samples` must be a power of 2, such as 512, got {samples!r}"
        raise ValueError(msg)
    d = len(names)
    points = qmc.Sobol(2 * d, rng=np.random.default_rng(start)).random(count)
    a, b = points[:, :d], points[:, d:]
    mixed = np.broadcast_to(a, (d, count, d)).copy()
    mixed[np.arange(d), :, np.arange(d)] = b.T
    asked = np.concatenate([a, b, mixed.reshape(-1, d)])
    outputs = finite(model(asked), "model")
    if outputs.ndim not in (1, 2) or len(outputs) != len(asked):
        msg = (
            f"`model` must give one row for each of {len(asked)} points, got shape {outputs.shape}"
        )
        raise ValueError(msg)
    table = outputs.reshape(len(asked), -1)
    first, total = np.full((2, d, table.shape[1]), np.nan)
    # By extent and not by variance: equal numbers have a variance that is only nearly 0.
    moves = np.flatnonzero(np.ptp(table, axis=0) > 0)
    if len(moves):
        f = table[:, moves].T  # (outputs, points), as scipy takes them
        parts: dict[Literal["f_A", "f_B", "f_AB"], FloatArray] = {
            "f_A": f[:, :count],
            "f_B": f[:, count : 2 * count],
            "f_AB": f[:, 2 * count :].reshape(len(moves), d, count).swapaxes(0, 1),
        }
        found = sobol_indices(func=parts, n=count)
        first[:, moves] = np.reshape(found.first_order, (len(moves), d)).T
        total[:, moves] = np.reshape(found.total_order, (len(moves), d)).T
    shape = outputs.shape[1:]
    variance = np.where(np.ptp(table, axis=0) > 0, table[: 2 * count].var(axis=0), 0.0)
    return SobolShares(
        names, first.reshape(d, *shape), total.reshape(d, *shape), variance.reshape(shape)[()]
    )


def _names(factors: int | Sequence[str]) -> tuple[str, ...]:
    """Return a name for each factor."""
    if isinstance(factors, Sequence):
        # A single text is a sequence too: of letters, which are no names.
        names = () if isinstance(factors, str) else tuple(factors)
        if len(set(names)) < len(names) or not names:
            msg = f"`factors` must be one or more different names, got {factors!r}"
            raise ValueError(msg)
        return names
    return tuple(f"x{i + 1}" for i in range(whole_number(factors, "factors", least=1)))
