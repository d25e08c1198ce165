"""Star models of villages: marks become stars by score, band, caps and vetoes, or by domains; no indicator is here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from seedmetrics.errors import PlanError, did_you_mean
from seedmetrics.formulas.ranking import tiers
from seedmetrics.formulas.scoring import apply_caps, veto
from seedmetrics.indicators.options import known_keys, list_option, number_option, table_option

BAND, BADGE = "band", "badge"
Array = npt.NDArray[np.float64]

_BOTH = ("kind", "title", "source", "note", "caps", "vetoes")
_KEYS = {
    BAND: (*_BOTH, "stars", "criteria", "cuts", "quotas", "rounding", "at_ties"),
    BADGE: (*_BOTH, "pass_mark", "domains"),
}
_EXAMPLE = '{ rules = "star_models", key = "band" }'


@dataclass(frozen=True, slots=True)
class Cap:
    """
    At most so many stars while a criterion is marked below a mark.

    Attributes
    ----------
    criterion : str
        The criterion.
    below : float
        The mark, of 100; a village that has just this mark is not held down.
    stars : int
        The most stars then.
    """

    criterion: str
    below: float
    stars: int


@dataclass(frozen=True, slots=True)
class Veto:
    """
    At most so many stars after an event of a kind.

    Attributes
    ----------
    kind : str
        The kind, in the records' word.
    stars : int
        The most stars then.
    """

    kind: str
    stars: int


@dataclass(frozen=True, slots=True)
class StarModel:
    """
    A star model, checked.

    Attributes
    ----------
    kind : {"band", "badge"}
        Whether stars are levels of one score, or domains that each earn a star.
    criteria : tuple of str
        Criteria weighed, or domains.
    weights : tuple of float
        Points that a mark of 100 gives, for each criterion; none for a badge model.
    stars : int
        The most stars.
    cuts, quotas : tuple of float
        Of the bands, from the best down; see `seedmetrics.formulas.ranking.tiers`. One may be empty.
    rounding, at_ties : str
        How quotas are counted.
    pass_mark : float
        Mark that earns a domain's star; 0 for a band model, which has none.
    caps, vetoes : tuple of Cap, tuple of Veto
        What holds the stars down.
    heeds_vetoes : bool
        Whether the model says anything of vetoes.
    """

    kind: str
    criteria: tuple[str, ...]
    stars: int
    weights: tuple[float, ...] = ()
    cuts: tuple[float, ...] = ()
    quotas: tuple[float, ...] = ()
    rounding: str = "half-up"
    at_ties: str = "up"
    pass_mark: float = 0.0
    caps: tuple[Cap, ...] = ()
    vetoes: tuple[Veto, ...] = ()
    heeds_vetoes: bool = False

    @property
    def points(self) -> float:
        """The most points: the sum of the weights."""
        return float(sum(self.weights))

    @property
    def needed(self) -> tuple[str, ...]:
        """Criteria that must be marked before a village has stars: those weighed, and those that caps name."""
        return tuple(dict.fromkeys([*self.criteria, *(cap.criterion for cap in self.caps)]))


def read_star_model(model: Any, *, option: str = "model", kind: str = "") -> StarModel:
    """
    Check a star model as a plan holds it.

    Parameters
    ----------
    model : mapping
        ``kind`` is "band" or "badge". A band model has ``criteria`` (name, weight), ``stars`` (the most), ``cuts`` or
        ``quotas`` or both, and with quotas ``rounding`` and ``at_ties``; a badge model has ``domains`` (name) and
        ``pass_mark``. Both may have ``caps`` (criterion, below, stars) and ``vetoes`` (kind, stars). ``title``,
        ``source`` and ``note`` are for readers.
    option : str, default "model"
        The option's name, for messages.
    kind : {"", "band", "badge"}, default ""
        The kind that is wanted; empty for any.

    Returns
    -------
    StarModel

    Raises
    ------
    PlanError
        If a key is unknown or missing, a name stands twice, or a number cannot be.
    """
    table = table_option(model, option, _EXAMPLE)
    found = str(table.get("kind", ""))
    if found not in _KEYS:
        hint = did_you_mean(found, _KEYS, f'write kind = "{BAND}" or kind = "{BADGE}"')
        msg = f"`{option}.kind` {found!r} is none: {hint}"
        raise PlanError(msg)
    if kind and found != kind:
        msg = (
            f'`{option}` must be a {kind} model, got a {found} model: name one with kind = "{kind}"'
        )
        raise PlanError(msg)
    known_keys(table, option, _KEYS[found])
    return _band(table, option) if found == BAND else _badge(table, option)


def _band(table: Mapping[str, Any], option: str) -> StarModel:
    """Read a model whose stars are levels."""
    criteria = _entries(table, option, "criteria", "name", ("weight",))
    weights = [
        number_option(row.get("weight"), f"{option}.criteria[{i}].weight", least=0)
        for i, row in enumerate(criteria)
    ]
    most = int(number_option(table.get("stars"), f"{option}.stars", least=1, whole=True))
    total = sum(weights)
    if total <= 0:
        msg = f"the weights of `{option}.criteria` sum to zero: give at least one a weight above 0"
        raise PlanError(msg)
    bounds: dict[str, Any] = {
        key: tuple(
            number_option(value, f"{option}.{key}[{i}]", least=0, most=top)
            for i, value in enumerate(list_option(table.get(key, []), f"{option}.{key}", example))
        )
        for key, top, example in (("cuts", total, "[90, 80, 70, 60]"), ("quotas", 1, "[0.1, 0.3]"))
    }
    for key, given in bounds.items():
        if len(given) > most:
            msg = f"`{option}.{key}` are {len(given)}, but there are only {most} stars to part"
            raise PlanError(msg)
    if not bounds["cuts"] and not bounds["quotas"]:
        msg = f"`{option}` needs `cuts` or `quotas`: without them no score is a star"
        raise PlanError(msg)
    rules: dict[str, Any] = {
        key: str(table[key]) for key in ("rounding", "at_ties") if key in table
    }
    if bounds["quotas"] and len(rules) < 2:
        msg = f"`{option}.quotas` need `rounding` and `at_ties`: say how places are counted"
        raise PlanError(msg)
    found = StarModel(
        BAND,
        tuple(row["name"] for row in criteria),
        most,
        weights=tuple(weights),
        **bounds,
        **rules,
        **_limits(table, option, most),
    )
    try:
        _tier(found, np.ones(1))
    except ValueError as error:
        msg = f"`{option}`: {error}"
        raise PlanError(msg) from error
    return found


def _badge(table: Mapping[str, Any], option: str) -> StarModel:
    """Read a model whose stars are domains."""
    domains = tuple(row["name"] for row in _entries(table, option, "domains", "name", ()))
    mark = number_option(table.get("pass_mark"), f"{option}.pass_mark", least=0, most=100)
    limits = _limits(table, option, len(domains))
    return StarModel(BADGE, domains, len(domains), pass_mark=mark, **limits)


def _limits(table: Mapping[str, Any], option: str, most: int) -> dict[str, Any]:
    """Read what holds the stars down."""

    def stars(row: Mapping[str, Any], where: str) -> int:
        return int(
            number_option(row.get("stars"), f"{where}.stars", least=0, most=most, whole=True)
        )

    caps = [
        Cap(
            row["criterion"],
            number_option(row.get("below"), f"{option}.caps[{i}].below", least=0, most=100),
            stars(row, f"{option}.caps[{i}]"),
        )
        for i, row in enumerate(
            _entries(table, option, "caps", "criterion", ("below", "stars"), repeated=True)
        )
    ]
    vetoes = [
        Veto(row["kind"], stars(row, f"{option}.vetoes[{i}]"))
        for i, row in enumerate(_entries(table, option, "vetoes", "kind", ("stars",)))
    ]
    return {"caps": tuple(caps), "vetoes": tuple(vetoes), "heeds_vetoes": "vetoes" in table}


def _entries(
    table: Mapping[str, Any],
    option: str,
    key: str,
    name: str,
    numbers: tuple[str, ...],
    *,
    repeated: bool = False,
) -> list[Mapping[str, Any]]:
    """Return the tables of a list in a model, each with a name of its own; criteria and domains must be there."""
    where = f"{option}.{key}"
    example = "[{ " + ", ".join(f"{k} = …" for k in (name, *numbers)) + " }]"
    rows = [
        table_option(row, f"{where}[{i}]", example[1:-1])
        for i, row in enumerate(list_option(table.get(key, []), where, example))
    ]
    if not rows and key in ("criteria", "domains"):
        msg = f"`{where}` must name at least one, as {example}"
        raise PlanError(msg)
    seen: set[str] = set()
    for i, row in enumerate(rows):
        known_keys(row, f"{where}[{i}]", (name, *numbers, "title", "note"))
        word = row.get(name)
        if not isinstance(word, str) or not word or (word in seen and not repeated):
            why = "stands twice" if word in seen else "is no word of the records"
            msg = f"`{where}[{i}].{name}` {word!r} {why}: give each a {name} of its own"
            raise PlanError(msg)
        seen.add(word)
    return rows


def rate(model: StarModel, marks: pd.DataFrame, vetoed: pd.DataFrame) -> pd.DataFrame:
    r"""
    Points, badges and stars of villages.

    Parameters
    ----------
    model : StarModel
        The model.
    marks : DataFrame of float, shape (villages, criteria)
        Marks from 0 to 100, NaN where there is none. Criteria that the model does not name are not looked at: several
        models may share the marks.
    vetoed : DataFrame of bool, shape (villages, kinds)
        Vetoes on record; a village that has none may be left out.

    Returns
    -------
    DataFrame
        Indexed by village: ``points`` (of `StarModel.points`; NaN for a badge model), ``badges`` (domains earned; NaN
        for a band model), ``marked`` (criteria or domains with a mark), ``stars``, ``unmarked`` (criteria that the
        model needs, for its caps too, and nobody marked) and ``unknown_vetoes`` (kinds on record about which the
        model's vetoes say nothing).

    Notes
    -----
    With marks :math:`m_c` and weights :math:`w_c` the points are :math:`\sum_c w_c m_c / 100`. Points → tier by cuts,
    by quotas of all villages that have points, or the worse of both → the fewest stars that the caps whose criterion
    lies below its mark allow → the fewest that the vetoes allow. A mark on a bound is not below it. Caps and vetoes
    hold down and deduct nothing: a village that stands lower already does not move.

    Decided cases. A village of which the model needs a mark that nobody gave has no stars: to leave it out of the sum
    would rate it as nobody has, and zero would be a mark. A badge that is earned stays earned all the same, and no cap
    or veto takes it: they hold the stars. A veto of a kind that the model does not list leaves the stars unknown too,
    for the model does not say how far it holds down; a model without ``vetoes`` heeds none.
    """
    given = marks.reindex(columns=list(dict.fromkeys([*marks.columns, *model.needed])))
    weighed = given[list(model.criteria)].to_numpy(float)
    unmarked = given[list(model.needed)].isna().sum(axis=1)
    hit = vetoed.reindex(marks.index, fill_value=False).astype(bool)
    known = [rule.kind for rule in model.vetoes]
    unknown = hit.drop(columns=known, errors="ignore").sum(axis=1) * model.heeds_vetoes
    points = badges = np.full(len(marks), np.nan)
    if model.kind == BAND:
        points = weighed @ np.asarray(model.weights) / 100
        tier = _tier(model, points)
    else:
        badges = (weighed >= model.pass_mark).sum(axis=1).astype(float)
        tier = model.stars + 1 - badges
    stars = apply_caps(model.stars + 1 - tier, _caps(model, given))
    for rule in model.vetoes:
        if rule.kind in hit:
            lowest = model.stars + 1 - rule.stars
            held = veto(model.stars + 1 - stars, hit[rule.kind].to_numpy(), best_tier=lowest)
            stars = model.stars + 1 - held
    complete = ((unmarked == 0) & (unknown == 0)).to_numpy()
    return pd.DataFrame(
        {
            "points": points,
            "badges": badges,
            "marked": (~np.isnan(weighed)).sum(axis=1),
            "stars": np.where(complete, stars, np.nan),
            "unmarked": unmarked,
            "unknown_vetoes": unknown,
        },
        index=marks.index,
    )


def _tier(model: StarModel, points: Array) -> Array:
    """Return the tier by cuts, by quotas, or the worse of both."""
    tier = np.where(np.isnan(points), np.nan, 1.0)
    # Sums of decimal weights may lie a last bit below the cut that they make up.
    scores = np.round(points, 9)
    if model.cuts:
        tier = np.maximum(tier, tiers(scores, cuts=model.cuts).tier)
    if model.quotas:
        placed = tiers(scores, quotas=model.quotas, rounding=model.rounding, at_ties=model.at_ties)
        tier = np.maximum(tier, placed.tier)
    return tier


def _caps(model: StarModel, marks: pd.DataFrame) -> Array:
    """Return the fewest stars that the caps of each village allow; NaN where none applies."""
    least = np.full(len(marks), np.nan)
    for cap in model.caps:
        applies = marks[cap.criterion].to_numpy(float) < cap.below
        least = np.fmin(least, np.where(applies, cap.stars, np.nan))
    return least
