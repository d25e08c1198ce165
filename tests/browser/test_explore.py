"""The exploring notebook in a real JupyterLab: it runs, and the ranking moves with the sliders."""

import nbformat
import pytest

from tests.browser.lab import WARM, Sheet, until

pytestmark = [pytest.mark.slow, pytest.mark.browser]

SLIDERS = "board = sm.weigh"


@pytest.fixture(scope="module")
def explored(lab, browser):
    """Return the notebook, all cells run on the kernel that starts at once."""
    node = nbformat.read(lab.folder / "explore.ipynb", as_version=4)
    node.metadata.kernelspec["name"] = "seedmetrics"
    nbformat.write(node, lab.folder / "explore-warm.ipynb")
    sheet = Sheet(lab, browser, "explore-warm.ipynb", height=1400)
    assert sheet.kernel == WARM
    sheet.run_all()
    yield sheet
    sheet.close()


@pytest.fixture
def board(explored):
    """Return the cell of the sliders, every weight as in the plan."""
    cell = explored.page.locator(".jp-CodeCell", has_text=SLIDERS)
    cell.locator("button", has_text="As in the plan").click()
    cell.locator("h3", has_text="No unit changes its place").wait_for()
    return cell


def write(board, slider: int, weight: str) -> None:
    """Write a weight into the field beside a slider."""
    readout = board.locator(".widget-readout").nth(slider)
    readout.fill(weight)
    readout.press("Enter")


def places(board) -> list[str]:
    """Return the units in the order of the table, each with the ends of its interval as they are read aloud."""
    return board.locator("table.league tbody tr").all_inner_texts()


def test_every_cell_runs_without_an_error(explored):
    assert explored.errors() == []
    assert explored.said == []
    text = explored.page.locator(".jp-Notebook").inner_text()
    for said in (
        "Chenghe District: 40 tables",
        "Tier, how firm",
        "Cases closed, by channel",
        "Cases closed on time, by kind of unit: Streets",
        "Closed within a week added (weight 10) and geometric mean",
    ):
        assert said in text, said
    assert explored.page.locator("figure svg[role=img]").count() >= 1


def test_arrows_on_a_slider_move_the_ranking_and_its_intervals(explored, board):
    planned = places(board)
    handle = board.locator(".noUi-handle").first
    handle.focus()
    for _ in range(20):
        explored.page.keyboard.press("ArrowRight")
    # The last step has been scored when the weight that the table names is the one on the slider.
    board.locator(".sub", has_text="Select 30 → 50").wait_for()
    assert board.locator(".widget-readout").first.inner_text() == "50"
    moved = places(board)
    assert moved != planned
    assert [row.split("\n")[0] for row in moved] != [row.split("\n")[0] for row in planned]
    assert board.locator("h3").inner_text().endswith("by more than its data left open before")
    assert "Select about 42%" in board.locator("[role=status]").inner_text()


def test_a_weight_typed_beside_the_slider_moves_the_ranking(board):
    planned = places(board)
    write(board, 2, "90")
    board.locator(".sub", has_text="Sow 30 → 90").wait_for()
    assert places(board) != planned


def test_weights_that_make_no_score_are_refused_in_words_and_the_table_stays(explored, board):
    for slider, said in enumerate(("Select 0%", "Cultivate 0%", "These weights make no score")):
        write(board, slider, "0")
        board.locator("[role=status]", has_text=said).wait_for()
    assert board.locator("table.league").count() == 2
    assert explored.errors() == []


def test_one_indicator_chosen_from_the_list_can_be_weighed(board):
    board.locator("select").select_option(label="Cases closed on time")
    until(
        lambda: board.locator(".widget-readout").nth(3).inner_text() == "6.0",
        "the plan's weight of the indicator chosen",
    )
    write(board, 3, "18")
    board.locator(".sub", has_text="Cases closed on time 6 → 18").wait_for()


def test_what_the_sliders_say_can_be_used_in_the_next_cell(explored, board):
    handle = board.locator(".noUi-handle").first
    handle.focus()
    explored.page.keyboard.press("ArrowRight")
    board.locator(".sub", has_text="Select 30 → 31").wait_for()
    explored.page.keyboard.press("Escape")
    last = explored.page.locator(".jp-CodeCell").count() - 1
    explored.cell(last).locator(".jp-InputArea-editor").click()
    explored.page.keyboard.press("Control+a")
    explored.page.keyboard.type("[p.weight for p in board.evaluation.plan.pillars]")
    explored.page.keyboard.press("Control+Enter")
    explored.wait_output(last, "[31.0, 40.0, 30.0]")
