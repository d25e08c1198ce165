"""A unit's page: one method a section, in the order it is read. A notebook calls them one cell each."""

from __future__ import annotations

from dataclasses import dataclass, field

from seedmetrics.evaluation import UnitEvaluation
from seedmetrics.report import findings
from seedmetrics.report.boards import boards_section
from seedmetrics.report.certainty import certainty_section, left_out_section, made_section
from seedmetrics.report.chain import chain_section
from seedmetrics.report.closure_section import closure_section
from seedmetrics.report.development import development_section, has_development
from seedmetrics.report.grids import grids_section, has_grids
from seedmetrics.report.heading import unit_heading
from seedmetrics.report.html import Html
from seedmetrics.report.indicator_table import indicator_section
from seedmetrics.report.life import has_life, life_section
from seedmetrics.report.standing import standing_section
from seedmetrics.report.view import View
from seedmetrics.report.village import has_village, village_section


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
        view = self.view
        first = {"village": has_village(view), "chain": view.plan.level == "alliance"}
        then = {
            "development": has_development(view),
            "life": has_life(view),
            "grids": has_grids(view),
            "cases": view.closure is not None,
        }
        own, more = ([name for name, here in part.items() if here] for part in (first, then))
        return ("stands", *own, "boards", "indicators", *more, "sure", "left-out", "made")

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

    def village(self) -> Html:
        """Return a village's domains, stars by year and remedy plan; a sentence for any other unit."""
        return village_section(self.view, self.unit)

    def development(self) -> Html:
        """Return the steps of member development and the checks of its rules; a sentence where none are kept."""
        return development_section(self.view, self.unit)

    def life(self) -> Html:
        """Return organisation life as a calendar of what was held; a sentence where none is kept."""
        return life_section(self.view, self.unit)

    def grids(self) -> Html:
        """Return the grids against the sizes allowed, their coverage and links; a sentence where none are kept."""
        return grids_section(self.view, self.unit)

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

    def appendix(self) -> Html:
        """Return what was left out and how the page was made, as one piece."""
        left_out, made = self.left_out(), self.made()
        return Html(f"<div>\n{left_out.markup}\n{made.markup}\n</div>", left_out.finding)

    @property
    def finding(self) -> str:
        """The headline as one line."""
        return findings.plain(self.view, findings.headline(self.view, self.unit))
