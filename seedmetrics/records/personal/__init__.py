"""What no table may keep: names and numbers of persons, and the contents of what they disclose."""

from seedmetrics.records.personal.columns import (
    CONTENTS,
    LOOKED_AT,
    about_persons,
    header_fault,
    series_fault,
    values_fault,
)
from seedmetrics.records.personal.names import holding_names
from seedmetrics.records.personal.numbers import (
    holding_identity,
    is_personal,
    is_telephone,
    names_a_number,
)

__all__ = [
    "CONTENTS",
    "LOOKED_AT",
    "about_persons",
    "header_fault",
    "holding_identity",
    "holding_names",
    "is_personal",
    "is_telephone",
    "names_a_number",
    "series_fault",
    "values_fault",
]
