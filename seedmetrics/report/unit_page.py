"""A unit's page: one method a section, in the order it is read. A notebook calls them one cell each."""

from __future__ import annotations

from dataclasses import dataclass, field

from seedmetrics.evaluation import UnitEvaluation
from seedmetrics.report import findings
from seedmetrics.report.boards import boards_section
from seedmetrics.report.certainty import certainty_section, left_out_section, made_section
from seedmetrics.report.chain import chain_section
from seedmetrics.report.closure_section import closure_section
from seedmetrics.report.heading import unit_heading
from seedmetrics.report.html import Html
from seedmetrics.report.indicator_table import indicator_section
from seedmetrics.report.standing import standing_section
from seedmetrics.report.view import View


@dataclass(frozen=True, slots=True, eq=False)
class UnitPage:
    """
    The page of one unit, from `seedmetrics.report`.

    Attributes
    ----------
    view : View
        The evaluation, in the page's language.
    code : str
        The unit.

    Notes
    -----
    Each method returns one section as `Html`, which a notebook shows; the same input gives the same bytes.
    """

    view: View
    code: str
    unit: UnitEvaluation = field(repr=False)

    def __repr__(self) -> str:
        """Say whose page it is."""
        return (
            f"<UnitPage {self.code} {self.view.plan.name} {self.view.period} {self.view.language}>"
        )

    @property
    def sections(self) -> tuple[str, ...]:
        """Names of the sections that this page has, in order, as the links at its top name them."""
        chain = ("chain",) if self.view.plan.level == "alliance" else ()
        cases = ("cases",) if self.view.closure is not None else ()
        return ("stands", "boards", "indicators", *chain, *cases, "sure", "left-out", "made")

    def heading(self) -> Html:
        """Return the headline with its uncertainty, and four facts."""
        return unit_heading(self.view, self.unit, list(self.sections))

    def standing(self) -> Html:
        """Return score and pillars against the group, and the ranks over the periods."""
        return standing_section(self.view, self.unit)

    def boards(self) -> Html:
        """Return what to build on, mend and hold, and what one more step would change."""
        return boards_section(self.view, self.unit)

    def indicator_table(self) -> Html:
        """Return every indicator with counts, interval, target, reading and points."""
        return indicator_section(self.view, self.unit)

    def chain(self) -> Html:
        """Return the members, meetings and marks of an alliance; a sentence for any other unit."""
        return chain_section(self.view, self.unit)

    def closure(self) -> Html:
        """Return rates, funnel, closure curve and months of the cases."""
        return closure_section(self.view, self.unit)

    def certainty(self) -> Html:
        """Return how sure the rank and the tier are."""
        return certainty_section(self.view, self.unit)

    def left_out(self) -> Html:
        """Return the cases left out with their reasons, and notes on the data."""
        return left_out_section(self.view, [self.code])

    def made(self) -> Html:
        """Return plan, records, methods and the command that makes the page again."""
        return made_section(self.view, self.code)

    @property
    def finding(self) -> str:
        """The headline as one line."""
        return findings.plain(self.view, findings.headline(self.view, self.unit))
