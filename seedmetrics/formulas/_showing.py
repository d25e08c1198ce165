"""How results of formulas show themselves in a notebook: a compact table of their fields, without any words."""

import dataclasses
from collections.abc import Iterable
from html import escape
from typing import Any

import numpy as np

MOST_ROWS = 12
METHOD = "_repr_html_"


def show_as_tables(values: Iterable[object]) -> None:
    """
    Have every dataclass among `values` show itself in a notebook by `table_of`.

    Parameters
    ----------
    values : iterable
        What a package offers; all but dataclasses are passed over.
    """
    for value in values:
        if isinstance(value, type) and dataclasses.is_dataclass(value):
            setattr(value, METHOD, table_of)


def table_of(result: Any) -> str:
    """
    Return a result as markup: single numbers first, then its arrays of one length side by side.

    Parameters
    ----------
    result : dataclass instance
        Any result.

    Returns
    -------
    str
        At most twelve rows of the arrays; what has more dimensions is told by its shape.

    Examples
    --------
    >>> from seedmetrics.formulas import closure_rate
    >>> "<th>rate</th><td>0.95</td>" in table_of(closure_rate(95, 100))
    True
    """
    fields = {f.name: getattr(result, f.name) for f in dataclasses.fields(result)}
    arrays = {name: np.asarray(value) for name, value in fields.items() if _is_row(value)}
    lengths = [len(array) for array in arrays.values()]
    # Side by side stand those of the commonest length; the others are told by their shape.
    length = max(set(lengths), key=lengths.count, default=0)
    columns = {name: array for name, array in arrays.items() if len(array) == length}
    single = "".join(
        f"<tr><th>{escape(name)}</th><td>{_told(value)}</td></tr>"
        for name, value in fields.items()
        if name not in columns
    )
    title = escape(type(result).__name__)
    parts = [f"<p><b>{title}</b></p>"]
    if single:
        parts.append(f"<table><tbody>{single}</tbody></table>")
    if columns:
        parts.append(_side_by_side(columns, length))
    return "".join(parts)


def _is_row(value: object) -> bool:
    """Say whether a value is a row of numbers or texts."""
    if isinstance(value, np.ndarray):
        return value.ndim == 1
    return (
        isinstance(value, (list, tuple))
        and len(value) > 0
        and all(isinstance(one, (str, int, float, np.generic)) for one in value)
    )


def _side_by_side(columns: dict[str, np.ndarray[Any, Any]], length: int) -> str:
    """Return arrays of one length as the columns of a table."""
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    rows = []
    for k in range(min(length, MOST_ROWS)):
        cells = "".join(f"<td>{_told(array[k])}</td>" for array in columns.values())
        rows.append(f"<tr><th>{k}</th>{cells}</tr>")
    if length > MOST_ROWS:
        rows.append(f"<tr><th>⋮ {length}</th>{'<td>⋮</td>' * len(columns)}</tr>")
    return f"<table><thead><tr><th></th>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _told(value: object) -> str:
    """Return one value as text; of an array its shape."""
    if isinstance(value, np.ndarray) and value.ndim:
        return escape(f"{value.dtype} {' × '.join(map(str, value.shape))}")
    if isinstance(value, np.ndarray):
        value = value.item()
    if isinstance(value, (float, np.floating)):
        return f"{value:.4g}"
    if dataclasses.is_dataclass(value):
        return escape(type(value).__name__)
    text = str(value)
    return escape(text if len(text) <= 80 else f"{text[:79]}…")
