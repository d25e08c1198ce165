"""The errors a user may meet: each message says where, what was found, and what to do."""


class SeedmetricsError(ValueError):
    """Something in the call, the records or the plan cannot be used as it stands."""


class DistrictError(SeedmetricsError):
    """A district's folder, its ``district.toml`` or one of its tables cannot be used."""


class PlanError(SeedmetricsError):
    """A plan cannot be read, or asks for what does not exist."""


class NotebookError(SeedmetricsError):
    """A notebook cannot be run with the parameters it was given."""
