"""The errors a user may meet: each message says where, what was found, and what to do."""

import difflib
from collections.abc import Iterable


def did_you_mean(name: str, known: Iterable[str], otherwise: str, *, cutoff: float = 0.6) -> str:
    """Return the question that offers the nearest of `known`, or `otherwise` where none is near."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=cutoff)
    return f"did you mean {near[0]!r}?" if near else otherwise


class SeedmetricsError(ValueError):
    """Something in the call, the records or the plan cannot be used as it stands."""


class DistrictError(SeedmetricsError):
    """A district's folder, its ``district.toml`` or one of its tables cannot be used."""


class PlanError(SeedmetricsError):
    """A plan cannot be read, or asks for what does not exist."""


class NotebookError(SeedmetricsError):
    """A notebook cannot be run with the parameters it was given."""
