"""What a template process makes ready before it forks: evaluations, and a page of each plan with all its parts."""

from collections.abc import Sequence

from seedmetrics.evaluation.kept import keep_evaluations
from seedmetrics.report.reports import unit_report

SECTIONS = (
    "heading", "standing", "boards", "indicator_table", "chain", "village", "development", "life", "grids",
    "closure", "certainty", "appendix",
)  # fmt: skip


def warm_pages(
    district: str, plans: Sequence[str], period: str = "", languages: Sequence[str] = ("en",)
) -> None:
    """
    Keep the evaluations of some plans, and show one unit of each.

    Parameters
    ----------
    district : str
        Its folder.
    plans : sequence of str
        Names or paths.
    period : str, default ""
        As for `seedmetrics.evaluate`.
    languages : sequence of {"en", "zh"}
        Languages of the pages to come.

    Notes
    -----
    What is shown is thrown away. What it needed stays: words, templates, the measures of letters, styles.
    """
    for evaluation in keep_evaluations(district, plans, period):
        unit = str(evaluation.units.index[0])
        for language in languages:
            page = unit_report(evaluation, unit=unit, language=language)
            for name in SECTIONS:
                getattr(page, name)()
