"""What Cronbach's alpha promises: COINr's value, the correlations' way to it, NaN where there is none."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.testing import assert_allclose

from seedmetrics.formulas.scoring import cronbach_alpha, normalize


@pytest.mark.shared
@pytest.mark.source("becker2022coinr")
def test_alpha_of_the_political_pillar_matches_coinr(reference):
    folder = reference / "asem"
    lineage = pd.read_csv(folder / "meta_lineage.csv")
    codes = lineage.loc[lineage["Pillar"] == "Political", "Indicator"]
    raw = pd.read_csv(folder / "raw_iData.csv")[codes].to_numpy()
    expected = pd.read_csv(folder / "cronbach_alpha_by_pillar.csv", index_col="pillar")["alpha"]
    assert_allclose(cronbach_alpha(normalize(raw)), expected["Political"], rtol=1e-9)


@pytest.mark.source("cronbach1951coefficient")
def test_alpha_of_standardized_indicators_follows_from_their_mean_correlation():
    scores = normalize(np.random.default_rng(0).random((30, 4)), method="zscore")
    r = (np.corrcoef(scores.T).sum() - 4) / 12
    assert_allclose(cronbach_alpha(scores), 4 * r / (1 + 3 * r))


TABLES = arrays.arrays(
    float, st.tuples(st.integers(2, 9), st.integers(2, 5)), elements=st.integers(-9, 9).map(float)
)


@given(scores=TABLES)
def test_alpha_agrees_with_the_covariances(scores):
    covariances = np.cov(scores.T)
    k = scores.shape[1]
    if covariances.sum() < 1e-9:
        assert np.isnan(cronbach_alpha(scores))
        return
    expected = k / (k - 1) * (1 - np.trace(covariances) / covariances.sum())
    assert_allclose(cronbach_alpha(scores), expected, atol=1e-9)
    assert cronbach_alpha(scores) <= 1 + 1e-12


@given(scores=TABLES, by=st.floats(0.1, 100), up=st.floats(-50, 50))
def test_another_scale_for_all_changes_nothing(scores, by, up):
    if np.isnan(cronbach_alpha(scores)):
        return
    assert_allclose(cronbach_alpha(scores * by + up), cronbach_alpha(scores), atol=1e-6)


def test_the_same_indicator_twice_has_alpha_one_and_against_itself_none():
    x = np.array([1.0, 4.0, 2.0])
    assert_allclose(cronbach_alpha(np.column_stack([x, x])), 1)
    assert np.isnan(cronbach_alpha(np.column_stack([x, -x])))
    assert np.isnan(cronbach_alpha(np.full((4, 3), 0.1)))
    assert np.isnan(cronbach_alpha(np.column_stack([x / 3, 7.1 - x / 3])))


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ([[1.0, 2.0]], r"two of each at least, got shape \(1, 2\)"),
        ([[1.0], [2.0]], r"two of each at least, got shape \(2, 1\)"),
        ([1.0, 2.0], "two of each at least"),
        ([[1.0, 2.0], [3.0, np.nan]], "`scores` must be finite; 1 of 4"),
    ],
)
def test_scores_that_have_no_alpha_are_refused(scores, message):
    with pytest.raises(ValueError, match=message):
        cronbach_alpha(scores)
