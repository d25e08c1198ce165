"""Counting by unit, against pandas' own grouping; many indicators at once, against one by one."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedmetrics.errors import PlanError
from seedmetrics.indicators import measure, measure_all
from seedmetrics.indicators.counting import Grouping, counts_by_unit, running, share
from seedmetrics.indicators.places import with_townships
from seedmetrics.records import open_district
from tests.districts import UNITS, write_district
from tests.indicators.written import Q3, opened

CODES = st.lists(st.sampled_from(["T2", "T1", "T10", None]), max_size=30)


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    return opened(tmp_path_factory.mktemp("district"))


@given(CODES, st.data())
def test_counts_are_those_of_a_grouping_by_pandas(codes, data):
    flags = st.lists(st.booleans(), min_size=len(codes), max_size=len(codes))
    unsure = st.lists(
        st.sampled_from([True, False, None]), min_size=len(codes), max_size=len(codes)
    )
    units = pd.Series(codes, dtype="str")
    plain, boolean = pd.Series(data.draw(flags), dtype=bool), data.draw(unsure)
    masks = {"plain": plain, "unsure": pd.Series(boolean, dtype="boolean"), "array": ~plain}
    found = counts_by_unit(
        units, **{k: np.asarray(m) if k == "array" else m for k, m in masks.items()}
    )
    truths = pd.DataFrame({k: m.fillna(value=False).astype(bool) for k, m in masks.items()})
    expected = truths.groupby(units.to_numpy()).sum().rename_axis("unit")
    pd.testing.assert_frame_equal(found, expected, check_index_type=False, check_column_type=False)


@given(CODES, st.data())
def test_sums_are_those_of_a_grouping_by_pandas(codes, data):
    numbers = data.draw(st.lists(st.integers(0, 9), min_size=len(codes), max_size=len(codes)))
    units = pd.Series(codes, dtype="str")
    grouping = Grouping.of(units)
    expected = pd.Series(numbers, dtype="int64").groupby(units.to_numpy()).sum()
    assert grouping.units.tolist() == expected.index.tolist()
    assert grouping.sum(np.array(numbers, dtype=np.int64)).tolist() == expected.tolist()


def test_counts_of_one_table_are_a_share_as_counts_of_several_are():
    counts = pd.DataFrame({"a": [1, 2], "b": [3, 4], "c": [0, 1]}, index=["T1", "T2"])
    apart = [counts[name].copy() for name in counts]
    for one in apart:
        one.index = one.index.copy()
    together = share(counts["a"], counts["b"], counts["c"])
    pd.testing.assert_frame_equal(together, share(*apart))
    pd.testing.assert_frame_equal(
        share(counts["a"], counts["b"]), share(*apart[:2]), check_dtype=False
    )


def test_a_span_without_ends_is_always_running():
    days = pd.to_datetime(pd.Series([None, "2025-07-02", None, "2025-06-01"]))
    ends = pd.to_datetime(pd.Series([None, None, "2025-06-30", "2025-07-01"]))
    found = running(days, ends, pd.Timestamp("2025-07-01 12:00"))
    assert found.tolist() == [True, False, False, True]


def test_villages_are_added_up_to_their_townships_and_stand_beside_them(tmp_path):
    villages = "V1,甲村,Jia,village,village,,T1,\nV2,乙村,Yi,village,village,,T1,\nV3,丙村,Bing,village,village,,,\n"
    district = open_district(write_district(tmp_path / "d", {}, units=UNITS + villages))
    counts = pd.DataFrame({"n": [2.0, 5.0, np.nan], "m": 1}, index=["V1", "V3", "V2"])
    found = with_townships(district, counts)
    assert found.index.name == "unit"
    assert found["m"].to_dict() == {"V1": 1, "V2": 1, "V3": 1, "T1": 2, "T2": 0, "T3": 0}
    assert found["n"].fillna(-1).to_dict() == {
        "V1": 2,
        "V2": -1,
        "V3": 5,
        "T1": 2,
        "T2": 0,
        "T3": 0,
    }


FREQUENCIES = {"frequencies": {"theme_day": "month", "member_meeting": "quarter"}}
ASKED = {
    "organisation_life.theme_day_compliance": FREQUENCIES,
    "organisation_life.meeting_compliance": FREQUENCIES,
    "organisation_life.checks_done": {},
    "enterprise_days.reach": {},
    "enterprise_days.visits_per_group": {},
}


def test_many_at_once_are_as_one_by_one(district):
    table = measure_all(district, ASKED, Q3, level="township", confidence_level=0.9)
    assert list(dict.fromkeys(table["indicator"])) == list(ASKED)
    for name, options in ASKED.items():
        one = measure(district, name, Q3, level="township", options=options, confidence_level=0.9)
        mine = table[table["indicator"] == name].drop(columns="indicator").set_index("unit")
        pd.testing.assert_frame_equal(mine, one, check_exact=True)


def test_one_that_cannot_be_measured_is_named_among_many(district):
    with pytest.raises(PlanError, match=r"theme_day_compliance.*frequencies"):
        measure_all(district, {"organisation_life.theme_day_compliance": {}}, Q3, level="township")
