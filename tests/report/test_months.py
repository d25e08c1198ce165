"""Months that stand out are found: beyond a limit, or in a run; in words, on the chart and in its table."""

import numpy as np
import pandas as pd
import pytest

from seedmetrics.report.months import charted, control_finding
from seedmetrics.report.view import View


@pytest.fixture(scope="module")
def view(five):
    return View.of(five, "en")


def table(closed, due=100):
    months = [str(p) for p in pd.period_range("2024-01", periods=len(closed), freq="M")]
    return pd.DataFrame({"closed": closed, "due": np.broadcast_to(due, len(closed))}, index=months)


STEADY = [95, 93, 96, 94, 95, 93, 95, 96, 94, 95, 93, 95]


def test_a_steady_unit_has_no_signal(view):
    found = charted(view, table(STEADY), whole=False)
    assert (found.outside, found.runs) == ([], [])
    assert control_finding(view, found).startswith("Closure has held steady over 12 months")


def test_a_month_beyond_the_exact_limits_is_named(view):
    found = charted(view, table([*STEADY[:6], 78, *STEADY[6:]]), whole=False)
    assert found.outside == [6]
    assert control_finding(view, found) == "July 2024 is the one month of 13 months that stands out"


def test_seven_months_below_the_mean_are_a_run_and_are_named_where_no_month_stands_out(view):
    found = charted(view, table([97, 96, 97, 96, 97, 92, 91, 92, 91, 92, 91, 92]), whole=False)
    assert found.outside == []
    assert found.runs == [("shift_below", 5, 11)]
    text = control_finding(view, found)
    assert text.startswith("7 months in a row, June 2024 to December 2024, lie below the mean")


@pytest.mark.parametrize(
    ("closed", "kind"), [(range(85, 97), "trend_up"), (range(97, 85, -1), "trend_down")]
)
def test_a_rise_or_fall_month_after_month_is_a_run(view, closed, kind):
    found = charted(view, table(list(closed)), whole=False)
    assert (kind, 0, 11) in found.runs


def test_a_whole_group_is_judged_by_the_spread_that_its_months_always_have(view):
    # Of 20,000 cases a month the binomial limits are narrower than the months ever are.
    closed = [19000, 18600, 19200, 18700, 19100, 18650, 19050, 18750, 19150, 18600, 19000, 18700]
    whole = charted(view, table(closed, 20000), whole=True)
    alone = charted(view, table(closed, 20000), whole=False)
    assert whole.outside == []
    assert len(alone.outside) > 6


def test_months_with_too_few_cases_are_not_shown_and_break_no_run(view):
    closed = [97, 96, 97, 96, 97, 92, 91, 2, 92, 91, 92, 91, 92]
    due = [100] * 7 + [3] + [100] * 5
    found = charted(view, table(closed, due), whole=False)
    assert np.isnan(found.table["rate"].iloc[7])
    assert found.runs == [("shift_below", 5, 12)]
    assert found.outside == []
