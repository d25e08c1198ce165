"""The register of indicators: names, levels, options, and what a function must return."""

import numpy as np
import pandas as pd
import pytest

from seedmetrics.errors import PlanError, SeedmetricsError
from seedmetrics.indicators import find_indicator, indicator, indicator_names, measure
from tests.indicators.written import Q3, opened


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    return opened(tmp_path_factory.mktemp("district"))


def test_a_wrong_name_is_answered_with_the_nearest():
    with pytest.raises(PlanError, match=r"did you mean 'hotline\.closure_rate'"):
        find_indicator("hotline.closure_rat")


def test_an_indicator_can_be_registered_from_outside(district):
    @indicator("outside.villages", tables=[], unit="township")
    def villages(district, period):
        return pd.DataFrame({"value": {"T1": 3.0}})

    assert "outside.villages" in indicator_names()
    table = measure(district, "outside.villages", Q3, level="township")
    assert table.loc["T1", "value"] == 3
    assert np.isnan(table.loc["T2", "value"])


def test_two_functions_cannot_share_a_name():
    with pytest.raises(PlanError, match="registered already"):

        @indicator("hotline.closure_rate", tables=["cases"])
        def other(district, period):
            return pd.DataFrame()


def test_rerunning_a_cell_replaces_its_own_indicator_only():
    with pytest.raises(PlanError, match="registered already"):

        @indicator("hotline.closure_rate", tables=["cases"])
        def closure_rate(district, period):
            return pd.DataFrame()


def test_a_table_that_does_not_exist_is_refused_when_an_indicator_is_defined():
    with pytest.raises(SeedmetricsError, match="casses"):

        @indicator("outside.typo", tables=["casses"])
        def typo(district, period):
            return pd.DataFrame()


def test_a_period_may_be_given_as_text(district):
    table = measure(district, "organisation_life.checks_done", "2025Q3", level="township")
    assert table.loc["T1", "denominator"] == 2


def test_a_level_that_an_indicator_does_not_measure_is_refused(district):
    with pytest.raises(PlanError, match="measures a township"):
        measure(district, "organisation_life.checks_done", Q3, level="alliance")


def test_a_share_over_one_names_the_indicator_and_the_unit(district):
    @indicator("outside.wrong", tables=[], share=True)
    def wrong(district, period):
        return pd.DataFrame({"numerator": {"T1": 3.0}, "denominator": {"T1": 2.0}})

    with pytest.raises(PlanError, match=r"outside\.wrong.*3 of 2.*T1"):
        measure(district, "outside.wrong", Q3, level="township")
