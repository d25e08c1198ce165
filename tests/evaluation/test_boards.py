"""Long, short and bottom boards: counted from the scores of a group, never scored themselves."""

import numpy as np
import pytest

from seedmetrics.errors import PlanError
from seedmetrics.evaluation import evaluate, read_plan
from seedmetrics.indicators import measure
from seedmetrics.records import open_district
from tests.districts import write_district
from tests.evaluation.test_evaluate import PLAN, cases

BOARDS = PLAN + "".join(
    f'\n[[indicators]]\nname = "longboards.{name}"\npillar = "speed"\nweight = 0\n'
    for name in ("strong_share", "short_share", "held_floor", "mended")
)
# Closed of a hundred, and on time, by quarter: T3 is far behind in spring and has caught up by summer.
SPRING = {"T1": (90, 60), "T2": (91, 61), "T3": (55, 59), "T4": (92, 62), "T5": (89, 58)}
SUMMER = {"T1": (90, 55), "T2": (91, 56), "T3": (90, 54), "T4": (92, 57), "T5": (56, 55)}
UNITS = "code,name_zh,name_en,level,kind,group,parent,aliases\n" + "".join(
    f"{unit},{unit}镇,{unit} Town,township,town,towns,,\n" for unit in SPRING
)


def opened(folder, plan=BOARDS):
    rows = [
        r
        for unit, (closed, on_time) in SPRING.items()
        for r in cases(unit, 100, closed, on_time, "05")
    ]
    rows += [
        r for unit, (closed, on_time) in SUMMER.items() for r in cases(unit, 100, closed, on_time)
    ]
    table = "\n".join(["case_id,unit,channel,opened,due,closed", *rows]) + "\n"
    folder = write_district(folder, {"cases": table}, more='plans = ["small"]', units=UNITS)
    (folder / "small.toml").write_text(plan, encoding="utf-8")
    return open_district(folder)


@pytest.fixture(scope="module")
def summer(tmp_path_factory):
    return evaluate(opened(tmp_path_factory.mktemp("boards")), period="2025Q3")


def counts(evaluation, name, unit):
    rows = evaluation.indicators[evaluation.indicators["period"] == str(evaluation.period)]
    row = rows[(rows["indicator"] == f"longboards.{name}") & (rows["unit"] == unit)].iloc[0]
    return tuple(row[["numerator", "denominator"]])


def test_a_short_board_is_one_of_the_indicators_scored(summer):
    assert counts(summer, "short_share", "T5") == (1, 2)
    assert counts(summer, "short_share", "T2") == (0, 2)


def test_a_board_mended_is_one_that_was_short_the_period_before(summer):
    assert counts(summer, "mended", "T3") == (1, 1)
    assert counts(summer, "mended", "T2") == (0, 0)


def test_only_indicators_with_a_floor_can_be_under_it(summer):
    assert counts(summer, "held_floor", "T1") == (1, 1)
    assert counts(summer, "held_floor", "T5") == (0, 1)


def test_boards_agree_with_what_the_page_of_the_unit_lists(summer):
    for unit in SUMMER:
        page = summer.unit(unit)
        assert counts(summer, "strong_share", unit)[0] == len(page.strengths)
        assert counts(summer, "short_share", unit)[0] == len(page.weaknesses)
        held = counts(summer, "held_floor", unit)
        assert held[1] - held[0] == len(page.below_floor)


def test_boards_change_no_score(tmp_path, summer):
    without = evaluate(opened(tmp_path, PLAN), period="2025Q3").league
    assert summer.league["score"].to_numpy() == pytest.approx(without["score"].to_numpy())


def test_the_first_period_has_nothing_to_mend(tmp_path):
    spring = evaluate(opened(tmp_path), period="2025Q2")
    numerator, denominator = counts(spring, "mended", "T3")
    assert (numerator, denominator) == (0, 0)


def test_a_weight_on_a_board_is_refused_for_it_would_count_twice(tmp_path):
    text = BOARDS.replace(
        'mended"\npillar = "speed"\nweight = 0', 'mended"\npillar = "speed"\nweight = 1'
    )
    (tmp_path / "small.toml").write_text(text, encoding="utf-8")
    with pytest.raises(PlanError, match=r"longboards\.mended.*give it the weight 0"):
        read_plan(tmp_path / "small.toml")


def test_a_board_cannot_be_measured_from_records(tmp_path):
    with pytest.raises(PlanError, match="use `evaluate`"):
        measure(opened(tmp_path), "longboards.mended", "2025Q3", level="township")


def test_the_past_is_counted_only_as_far_as_it_makes_up_scores(summer):
    past = summer.indicators[summer.indicators["period"] == "2025Q2"]
    assert set(past["indicator"]) == {"hotline.closure_rate", "hotline.on_time_rate"}
    assert np.isfinite(past["score"]).all()


def test_a_floor_of_what_is_better_the_less_is_passed_by_more(tmp_path):
    turned = BOARDS.replace(
        "low = 0.5\nhigh = 1.0\ntarget = 0.9\nfloor = 0.6", "direction = -1\nfloor = 0.8"
    )
    found = evaluate(opened(tmp_path, turned), period="2025Q3")
    assert counts(found, "held_floor", "T5") == (1, 1)
    assert counts(found, "held_floor", "T1") == (0, 1)
