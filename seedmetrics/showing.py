"""How results show themselves in a notebook: in the words of the report floor, loaded when first asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Way = Callable[[Any], str]


class Shown:
    """
    A result that a notebook shows as a table.

    Notes
    -----
    Results stand on lower floors than the words in which they are shown, and no floor may know those above it. So the
    package itself, which may know all of them, says here what shows a result; see `seedmetrics.report.showing`.
    """

    __slots__ = ()

    def _repr_html_(self) -> str:
        """Return markup, for Jupyter."""
        return _ways[-1](self)


def plainly(result: Any) -> str:
    """Return nothing that is not plain: what a result says of itself, where nobody has said how to show it."""
    from html import escape

    return f"<pre>{escape(repr(result))}</pre>"


_ways: list[Way] = [plainly]


def show_by(way: Way) -> None:
    """Show results by `way` from now on."""
    _ways[:] = [plainly, way]
