"""Sliders for the weights of a plan: the ranking, and the ranks that the data leave open, move with them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from seedmetrics.errors import PlanError
from seedmetrics.evaluation import Evaluation
from seedmetrics.evaluation.comparing import Comparison, compare
from seedmetrics.evaluation.varying import reweigh
from seedmetrics.indicators import find_indicator
from seedmetrics.report.comparison_section import comparison_section
from seedmetrics.report.html import Html, render
from seedmetrics.report.view import View

if TYPE_CHECKING:
    import ipywidgets

LEAST_TOP = 100.0  # the sliders reach at least this far
MOST_AT_ONCE = 60  # of more units the ranks are found when a slider is let go, not while it moves


def weigh(evaluation: Evaluation, *, language: str = "") -> WeightBoard:
    """
    Return a slider for each pillar, and one for any indicator, with the ranking that follows from them.

    Parameters
    ----------
    evaluation : Evaluation
        From `seedmetrics.evaluate`.
    language : {"en", "zh"}, default ""
        Language of words and names; empty for the district's own.

    Returns
    -------
    WeightBoard
        Shown by a notebook when it stands at the end of a cell. Nothing is counted again while a slider moves: the
        values measured are scored anew.

    Raises
    ------
    SeedmetricsError
        When the language is not known.
    """
    return WeightBoard(evaluation, View.of(evaluation, language))


class WeightBoard:
    """
    The weights of a plan on sliders.

    Attributes
    ----------
    before : Evaluation
        By the plan as it is.
    evaluation : Evaluation
        By the weights on the sliders; its ``plan`` can be given to `seedmetrics.evaluate`.
    comparison : Comparison
        The two side by side.
    widget : ipywidgets.VBox
        What is shown.
    """

    def __init__(self, evaluation: Evaluation, view: View) -> None:
        self.before = evaluation
        self._view = view
        self.weights: dict[str, float] = {}
        self.evaluation = reweigh(evaluation, {})
        self._quiet = False
        self._build()
        self._show()

    @property
    def comparison(self) -> Comparison:
        """The ranking as planned, and as weighed now."""
        return compare(self.before, self.evaluation)

    def __repr__(self) -> str:
        """Say what was moved, in one line."""
        moved = ", ".join(f"{name} {weight:g}" for name, weight in self.weights.items())
        return f"<WeightBoard {self.before.plan.name} {self.before.period}: {moved or 'weights as planned'}>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """Return the sliders for a live notebook, and the table alone for a page."""
        found: dict[str, Any] = dict(self.widget._repr_mimebundle_() or {})
        return found | {"text/html": self.table.markup, "text/plain": repr(self)}

    @property
    def table(self) -> Html:
        """The ranking by the weights on the sliders, beside that of the plan."""
        return comparison_section(View.of(self.evaluation, self._view.language), self.comparison)

    def set(self, **weights: float) -> None:
        """
        Move sliders from code.

        Parameters
        ----------
        **weights
            New weight, by the name of a pillar; indicators are moved by `set_indicator`.
        """
        with self._at_once():
            for name, weight in weights.items():
                self.pillars[name].value = weight

    def set_indicator(self, name: str, weight: float) -> None:
        """Choose an indicator, and give it a weight within its pillar."""
        with self._at_once():
            self.chosen.value = name
            self.within.value = weight

    # ------------------------------------------------------------------------------------------------------------------
    def _build(self) -> None:
        """Make the sliders."""
        # Here alone: nobody else needs it.
        from ipywidgets import HTML, Button, Dropdown, FloatSlider, HBox, Layout, VBox

        words, plan = self._view.words, self.before.plan
        top = max(LEAST_TOP, *(pillar.weight for pillar in plan.pillars))
        look: dict[str, Any] = {
            "style": {"description_width": "11em"},
            "layout": Layout(width="38em", max_width="100%"),
        }
        sliding: dict[str, Any] = look | {
            "continuous_update": len(self.before.league) <= MOST_AT_ONCE
        }
        self.pillars: dict[str, ipywidgets.FloatSlider] = {
            pillar.name: FloatSlider(
                value=pillar.weight,
                min=0.0,
                max=top,
                step=1.0,
                readout_format=".0f",
                description=words.pick(pillar.title),
                **sliding,
            )
            for pillar in plan.pillars
        }
        names = [e.name for e in plan.indicators if not find_indicator(e.name).derived]
        weights = plan.plan_weights()
        names.sort(key=lambda name: -weights[name])
        choices = [(self._view.indicator(name).label, name) for name in names]
        self.chosen = Dropdown(
            options=_told_apart(choices), description=words("explore.indicator"), **look
        )
        first = plan.entry(names[0])
        self.within = FloatSlider(
            value=first.weight,
            min=0.0,
            max=max(2 * max(e.weight for e in plan.indicators), 10.0),
            step=0.5,
            readout_format=".1f",
            description=words("explore.within"),
            **sliding,
        )
        self.reset = Button(description=words("explore.reset"), layout=Layout(width="auto"))
        self._said, self._shown = HTML(), HTML()
        for slider in self.pillars.values():
            slider.observe(self._moved, names="value")
        self.chosen.observe(self._chose, names="value")
        self.within.observe(self._moved, names="value")
        self.reset.on_click(self._as_planned)
        self.widget = VBox(
            [
                *self.pillars.values(),
                self.chosen,
                self.within,
                HBox([self.reset]),
                self._said,
                self._shown,
            ]
        )

    @contextmanager
    def _at_once(self) -> Iterator[None]:
        """Score once, after all that is done in the block."""
        self._quiet = True
        try:
            yield
        finally:
            self._quiet = False
        self._moved()

    def _chose(self, _change: Any = None) -> None:
        """Show the weight of the indicator that was chosen."""
        name = self.chosen.value
        weight = self.weights.get(name, self.before.plan.entry(name).weight)
        quiet, self._quiet = self._quiet, True
        self.within.value = weight
        self._quiet = quiet

    def _as_planned(self, _button: Any = None) -> None:
        """Take every weight back."""
        self.weights = {}
        with self._at_once():
            for pillar in self.before.plan.pillars:
                self.pillars[pillar.name].value = pillar.weight
            self._chose()

    def _moved(self, _change: Any = None) -> None:
        """Score anew by the weights on the sliders."""
        if self._quiet:
            return
        plan = self.before.plan
        planned = {p.name: p.weight for p in plan.pillars} | {
            e.name: e.weight for e in plan.indicators
        }
        now = {name: slider.value for name, slider in self.pillars.items()}
        now = self.weights | now | {self.chosen.value: self.within.value}
        self.weights = {name: weight for name, weight in now.items() if weight != planned[name]}
        try:
            self.evaluation = reweigh(self.before, self.weights)
        except PlanError:
            self._said.value = self._sentence(self._view.words("explore.no_weight")).markup
            return
        self._show()

    def _show(self) -> None:
        """Show what follows from the weights."""
        view, plan = self._view, self.evaluation.plan
        whole = sum(pillar.weight for pillar in plan.pillars)
        shares = [
            view.words(
                "explore.share_of",
                name=view.words.pick(pillar.title),
                share=self._share(pillar.weight / whole),
            )
            for pillar in plan.pillars
        ]
        self._said.value = self._sentence(
            view.words("explore.shares", shares=view.words.join(shares))
        ).markup
        self._shown.value = self.table.markup

    def _share(self, share: float) -> str:
        """Return a share of the score: in whole per cent, and that it is about that where it is no whole number."""
        whole = round(share, 2)
        exact = abs(share - whole) < 1e-9
        return self._view.numbers.percent(whole) if exact else self._view.numbers.about(share)

    def _sentence(self, text: str) -> Html:
        """Return a sentence as a section."""
        return render("said", self._view.language, text, text=text)


def _told_apart(choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return labels and names, the name beside a label that two indicators have."""
    labels = [label for label, _ in choices]
    return [
        (label if labels.count(label) == 1 else f"{label} ({name})", name)
        for label, name in choices
    ]
